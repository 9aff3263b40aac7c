"""Calls: f(x) as a function of the sheet, of the table, a loss, or a product where f is no function."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from ..core.axis import Axis
from ..core.expr import ONE, ZERO, Apply, Component, Expr, Holds, Number, Sum, add, mul, negative, power
from ..core.walk import rename, replace_entries
from ..functions import table
from .build import of_parameters
from .entrywise import by_entries
from .environment import SheetFunction
from .names import flat, is_label, is_transpose, items, latex, readings
from .patterns import as_softmax
from .syntax import Accent, Call, Cases, Formula, Group, Index, Name, Numeral, Product, Script, walk
from .terms import UNIT, Term, Unclear, elementwise, summed

if TYPE_CHECKING:
    from .elaborate import Elaborator


def call(reader: Elaborator, formula: Call) -> Term:
    """A call: a function of the sheet, of its words or of the table at its arguments; a product where what is called is a quantity."""
    env, function = reader.env, formula.function
    name, at, exponent = _function_name(reader, function)
    if name in env.functions:
        return _indexed(reader, sheet_function(reader, env.functions[name], formula), at, exponent, formula)
    if _multiplies(reader, formula):
        return _as_product(reader, formula)
    if isinstance(function, Script) and function.primes and function.sub is None and function.sup is None:
        return _derivative(reader, function, formula)
    word = env.words.get(name or "")
    done = known_function(reader, word or name or "", formula)
    if done is None and word is None and name is not None and name.startswith("log"):
        done = _logarithm(reader, name, formula)
    if done is not None and not formula.bracketed:
        _say_reach(reader, name or "", formula)
    if done is None:
        raise Unclear(function.span, f"the function {name or 'here'} is not known",
                      f"define it on the sheet, for example ${name or 'f'}(u) = \\max(0, u)$")
    return _indexed(reader, done, at, exponent, formula)


def _derivative(reader: Elaborator, function: Script, formula: Call) -> Term:
    """σ'(z): the derivative of a function of the table, entry by entry."""
    done = call(reader, replace(formula, function=function.base))
    if not isinstance(done.expr, Apply) or done.expr.order:
        raise Unclear(function.span, f"the derivative of {flat(function.base) or 'this'} inside a formula", "write it out")
    return Term(replace(done.expr, order=function.primes), done.axes)


def _say_reach(reader: Elaborator, name: str, formula: Call) -> None:
    """Say that a function without brackets takes the whole product behind it: \\ln a b. The 2 of \\sin 2x leaves no doubt."""
    [argument] = formula.arguments
    product = argument if isinstance(argument, Product) else multiplied_out(reader, argument)
    if product is not None and not (len(product.factors) == 2 and isinstance(product.factors[0], Numeral)):
        reader.env.note("assumption", formula.span, f"{name} is taken of the whole product behind it", "no brackets say otherwise",
                        f"write \\{name}(...)")


def _function_name(reader: Elaborator, function: Formula) -> tuple[str | None, tuple[Formula, ...], Formula | None]:
    """(name, indices behind it, power): \\tanh^2, \\sigma_M, softmax_j."""
    name = flat(function)
    env = reader.env
    if name is None or name in env.functions or name in env.words or table.scalar(name) or table.vector(name) or table.loss(name):
        return name, (), None
    if isinstance(function, Script) and function.sup is not None and not is_transpose(function.sup):
        base = flat(function.base)
        if base and (table.scalar(base) or base in env.functions) and function.sub is None and not env.known(name):
            return base, (), function.sup
    if isinstance(function, Script) and function.sub is not None and function.sup is None:
        base = flat(function.base)
        if base and (table.vector(base) or base in env.functions) and not env.known(name):
            return base, items(function.sub), None
    return name, (), None


def _is_quantity(reader: Elaborator, function: Formula) -> bool:
    return isinstance(function, Name | Accent | Script) and any(reader.env.known(r.name) for r in readings(function)) and (
        not table.scalar(flat(function) or "") or reader.env.known(flat(function) or ""))


def scripted(reader: Elaborator, formula: Script) -> Product | None:
    """h(1-h)^2 where h is a quantity: the script is that of the bracket, h \\cdot (1-h)^2. None where something is called, and f(x)^2 is (f(x))^2."""
    inner = formula.base
    if not isinstance(inner, Call) or not inner.bracketed or len(inner.arguments) != 1 or not _multiplies(reader, inner):
        return None
    if _dependence(reader, inner) is not None:
        return None
    return _product(inner, lambda group: replace(formula, base=group))


def in_square(reader: Elaborator, formula: Index, scripted: Script | None = None) -> Formula | None:
    """What f[x] or a[b + c] is where f is a function, or a is a number and no array: the call or the product. A script behind is that of
    the call, or of the bracket."""
    env, base, name = reader.env, formula.base, flat(formula.base)
    if len(formula.items) != 1:
        return None
    [item] = formula.items
    group = Group(item.span, "[", item)
    bracket = group if scripted is None else replace(scripted, base=group)
    front = in_square(reader, base) if isinstance(base, Index) else \
        in_square(reader, base.base, base) if isinstance(base, Script) and isinstance(base.base, Index) else None
    if front is not None:                                       # a[b + c][1 - b]^2
        return Product(formula.span, (front, bracket), ("",))
    if name is None:
        return None
    if name in env.functions or not env.known(name) and (name == "sigma" or len(name) > 1 and table.scalar(name) is not None):
        called = Call(formula.span, base, formula.items)
        return called if scripted is None else replace(scripted, base=called)
    found = env.reading(base)
    if isinstance(item, Numeral) or env.is_index(item) or found is None or not env.known(found.name) or reader(base).axes and not _is_array(reader, item):
        return None
    return Product(formula.span, (base, bracket), ("",))


def _is_array(reader: Elaborator, item: Formula) -> bool:
    """Whether what stands in square brackets is a vector or a matrix, of quantities that are all known, and so no index."""
    notes = list(reader.env.notes)
    if any(isinstance(node, Name) and node.text not in reader.env.quantities for node in walk(item)):
        return False
    try:
        return bool(reader(item).axes)
    except Unclear:
        return False
    finally:
        reader.env.notes = notes


def multiplied_out(reader: Elaborator, formula: Formula) -> Product | None:
    """The two factors of h(1-h) or h(1-h)^2 where h is a quantity; None for anything else."""
    if isinstance(formula, Index) or isinstance(formula, Script) and isinstance(formula.base, Index):
        meant = in_square(reader, formula) if isinstance(formula, Index) else in_square(reader, formula.base, formula)
        return meant if isinstance(meant, Product) else None
    if isinstance(formula, Script):
        return scripted(reader, formula)
    if not isinstance(formula, Call) or not formula.bracketed or len(formula.arguments) != 1 or not _multiplies(reader, formula):
        return None
    return _product(formula) if _dependence(reader, formula) is None else None


def _multiplies(reader: Elaborator, formula: Call) -> bool:
    """Whether what stands before the brackets is a quantity, and no function."""
    name, _, _ = _function_name(reader, formula.function)
    return name not in reader.env.functions and (name is not None and reader.env.known(name) or _is_quantity(reader, formula.function))


def _as_product(reader: Elaborator, formula: Call) -> Term:
    """h(1-h) where h is a quantity; f(x) where f(x) = ... defines f is f itself."""
    if (itself := _dependence(reader, formula)) is not None:
        return itself
    if len(formula.arguments) != 1:
        raise Unclear(formula.span, f"{flat(formula.function)} is a quantity, and stands before a list in brackets")
    if isinstance(formula.arguments[0], Numeral):
        name, number = flat(formula.function), formula.arguments[0].text
        reader.env.note("assumption", formula.span, f"{name}({number}) is {name} times {number}", f"{name} is a quantity, and no function", "write \\cdot")
    return reader(_product(formula))


def _product(formula: Call, bracket: Callable[[Group], Formula] = lambda group: group) -> Product:
    group = Group(formula.arguments[0].span, "(", formula.arguments[0])
    return Product(formula.span, (formula.function, bracket(group)), ("",))


def _dependence(reader: Elaborator, formula: Call) -> Term | None:
    """The quantity that is called, where its definition says what it depends on, or where what stands in brackets are names alone."""
    env, name = reader.env, flat(formula.function)
    arguments = tuple(flat(a) or "?" for a in formula.arguments)
    if name is None or name not in env.depends or not env.known(name) or name in env.locals:
        return None
    if arguments not in env.depends[name]:
        if not all(isinstance(a, Name | Accent | Script) and flat(a) is not None for a in formula.arguments):
            return None
        env.note("assumption", formula.span, f"{name}({', '.join(arguments)}) is {name}, which depends on {', '.join(arguments)}",
                 f"the sheet defines {name}, and a product with one name in brackets is not written", "write \\cdot for a product")
    return reader(formula.function)


def _indexed(reader: Elaborator, term: Term, at: tuple[Formula, ...], exponent: Formula | None, formula: Formula) -> Term:
    if exponent is not None:
        if is_label(exponent) or reader.exponent(exponent) < 0:
            raise Unclear(formula.function.span, f"{latex(formula.function)} may be an inverse function, a derivative or a power",
                          "for a power write brackets: (f(x))^{-1}")
        term = reader.raised(term, exponent, formula)
    if not at or term.scalar and not term.axes:
        return term
    if len(term.real) == 2 and len(at) == 1:
        return term                                             # softmax_j(S): the index names the axis; see softmax
    return reader.entry_of(term, at, formula)


def known_function(reader: Elaborator, name: str, formula: Call) -> Term | None:
    """A function or loss of the table at its arguments, or None."""
    arguments = formula.arguments
    if name in ("log", "ln"):
        if name == "log" and isinstance(reader.env.log, int):
            return _to_base(reader, reader.env.log, formula)
        if name == "log" and reader.env.log is None:
            reader.env.note("assumption", formula.span, "log means ln", "the sheet names no other base, and derivatives of losses use ln")
        row = table.scalar("ln")
    elif name in ("max", "min") and len(arguments) <= 2:
        return _extreme(reader, name, formula)
    elif name == "sum" and len(arguments) == 1:
        return summed(reader(arguments[0]))
    else:
        if name in ("sigma", "phi", "g", "f", "varphi") and name == "sigma" and "sigma" not in reader.env.words:
            reader.env.note("assumption", formula.span, "σ is the logistic sigmoid 1/(1+e^{-x})", "the sheet does not define it")
            name = "sigmoid"
        if (vector := table.vector(name)) is not None and len(arguments) == 1:
            return _vector_function(reader, vector.name, formula)
        if (loss := table.loss(name)) is not None and len(arguments) == 2:
            return _loss(reader, loss, formula)
        row = table.scalar(name)
    if row is None or len(name) == 1 and name.isascii() or name == "phi" and name not in reader.env.words.values():
        return None                                             # φ is any activation, as f and g are
    if name == "Phi":
        reader.env.note("assumption", formula.span, "Φ is the distribution function of the standard normal distribution", "the sheet does not define it")
    terms = [reader(argument) for argument in arguments]
    if len(terms) > 1 + len(row.defaults) or any(not t.scalar for t in terms[1:]):
        raise Unclear(formula.span, f"{row.name} takes one argument" + (" and its parameters" if row.defaults else ""))
    return Term(Apply(row.name, table.complete(row, tuple(t.expr for t in terms))), terms[0].axes)


def _logarithm(reader: Elaborator, name: str, formula: Call) -> Term | None:
    """log_{10}, log_2, log_b."""
    base = name.partition("_")[2]
    if not base.isdigit() or len(base) > 9:
        return None
    return _to_base(reader, int(base), formula)


def _to_base(reader: Elaborator, base: int, formula: Call) -> Term:
    """ln x / ln base."""
    term = reader(formula.arguments[0])
    return Term(mul(Apply("ln", (term.expr,)), power(Apply("ln", (Number(base),)), -1)), term.axes)


def _extreme(reader: Elaborator, name: str, formula: Call) -> Term:
    if len(formula.arguments) != 2:
        raise Unclear(formula.span, f"{name} of one argument", "write the index under it")
    a, b = (reader(argument) for argument in formula.arguments)
    if name == "max" and ZERO in (a.expr, b.expr):
        term = b if a.expr == ZERO else a
        return Term(Apply("relu", (term.expr,)), term.axes)
    both = elementwise(reader.shapes, a, b, formula.span, f"the arguments of {name}")
    if both is None:
        raise Unclear(formula.span, f"{name} of unlike shapes")
    left, right, axes = both
    first = Holds(left, ">" if name == "max" else "<", right)
    return Term(add(mul(left, first), mul(right, add(ONE, negative(first)))), axes)


def _vector_function(reader: Elaborator, name: str, formula: Call) -> Term:
    """softmax(z) over the one axis of z; over the classes of each example where z is a matrix; of z_k, the k-th entry."""
    term = reader(formula.arguments[0])
    shapes, real = reader.shapes, term.real
    if not real:
        letters = [i for i in reader.env.letters.values() if i in _free(term.expr)]
        if len(letters) == 1:
            reader.env.note("assumption", formula.span, f"{name} of an entry means that entry of {name} of the whole vector",
                            f"{name} needs a vector")
            index = shapes.index(letters[0].axis)
            return Term(Component(name, index, rename(term.expr, {letters[0]: index}), letters[0]))
        raise Unclear(formula.span, f"{name} of a single number", "name the vector it is taken of")
    if len(real) == 1:
        over = real[0]
    else:
        _, at, _ = _function_name(reader, formula.function)
        learnt = [of_parameters(reader.env, index.axis) for index in real[-2:]]
        if len(at) == 1 or not (reader.env.columns or learnt == [True, False]):
            over = real[-1]
            reader.env.note("assumption", formula.span, f"{name} is taken row by row: each row adds up to 1", "the examples are the rows")
        else:
            over = real[-2]
            why = "the examples are the columns" + ("" if reader.env.columns else ": no parameter has their axis")
            reader.env.note("assumption", formula.span, f"{name} is taken column by column: each column adds up to 1", why)
    index = shapes.index(over.axis)
    return Term(Component(name, index, rename(term.expr, {over: index}), over), term.axes)


def _free(e: Expr):
    from ..core.walk import free
    return free(e)


def _loss(reader: Elaborator, loss, formula: Call) -> Term:
    """CE(y, ŷ) by the table: the sum over all entries of the two arguments."""
    if isinstance(reader.env.log, int) and "ln" in loss.latex:
        raise Unclear(formula.span, f"the {loss.name.replace('_', ' ')} is made of natural logarithms, and the sheet takes them to base {reader.env.log}",
                      "write the loss as a formula")
    label, prediction = formula.arguments
    p = reader(prediction)
    if (name := flat(label)) is not None and not reader.env.known(name):
        reader.env.ranks.setdefault(name, len(p.real))         # a label that nothing else tells of is like the prediction
    y = reader(label)
    both = elementwise(reader.shapes, y, p, formula.span, f"the arguments of {loss.name}")
    if both is None or y.scalar != p.scalar:
        raise Unclear(formula.span, f"{loss.name} of unlike shapes")
    axes = tuple(i for i in both[2] if i is not UNIT)

    def maker(e: Expr):
        return lambda *at: rename(e, dict(zip(axes, at, strict=True)))

    shapes, counted = reader.shapes, {f"# {i.axis.name}": i.axis for i in axes}
    sized = tuple(Axis(i.axis.name, shapes.known(i.axis) or f"# {i.axis.name}") for i in axes)
    if flat(formula.function) != loss.name:
        reader.env.note("assumption", formula.span, f"{flat(formula.function)} is the {loss.name}", "the sheet does not define it")
    built = loss.build(maker(both[0]), maker(both[1]), sized)
    return Term(replace_entries(built, lambda e: Sum(shapes.index(counted[e.tensor]), ONE) if e.tensor in counted else e))


def sheet_function(reader: Elaborator, function: SheetFunction, formula: Call) -> Term:
    """A function of the sheet at its arguments: its body with the parameters put in."""
    if len(formula.arguments) != len(function.parameters):
        raise Unclear(formula.span, f"{function.name} takes {len(function.parameters)} arguments and gets {len(formula.arguments)}")
    arguments = [reader(argument) for argument in formula.arguments]
    elementary = len(arguments) == 1 and not function.at and _elementary(reader, function)
    if elementary:
        return Term(Apply(elementary[0], (arguments[0].expr, *elementary[1])), arguments[0].axes)
    env = reader.env
    saved, letters = dict(env.locals), dict(env.letters)
    try:
        for parameter, term in zip(function.parameters, arguments, strict=True):
            env.locals[flat(parameter) or ""] = term
        if function.at:
            return _by_entry(reader, function)
        if isinstance(function.body, Cases) or arguments and arguments[0].real and by_entries(function, env):
            done = _of_entries(reader, function, arguments[0])
            if done is not None:
                return done
        return reader(function.body)
    finally:
        env.locals, env.letters = saved, letters


def _by_entry(reader: Elaborator, function: SheetFunction) -> Term:
    """softmax(θ)_i = ...: the vector whose entry i is the body."""
    env = reader.env
    made = []
    for item in function.at:
        letter = flat(item) or ""
        index = env.shapes.index(env.shapes.axis(env.ranges.get(letter), letter))
        env.letters[letter] = index
        made.append(index)
    body = reader(function.body)
    if not body.scalar:
        raise Unclear(function.body.span, f"an entry of {function.name} that is no number")
    return Term(as_softmax(body.expr, tuple(made), env.shapes), tuple(made))


def _of_entries(reader: Elaborator, function: SheetFunction, argument: Term) -> Term | None:
    """The function of each entry; None where its body is no number for a number, as Wx is not."""
    env, notes = reader.env, list(reader.env.notes)
    for parameter in function.parameters:
        env.locals[flat(parameter) or ""] = Term(argument.expr)
    piecewise = isinstance(function.body, Cases)
    made = reader.cases(function.body, argument.expr) if piecewise else reader(function.body)
    if made.real:
        if piecewise:
            raise Unclear(function.body.span, f"the cases of {function.name} have whole vectors in them")
        env.notes, env.locals[flat(function.parameters[0]) or ""] = notes, argument
        return None
    return Term(made.expr, argument.axes)


def _elementary(reader: Elaborator, function: SheetFunction) -> tuple[str, tuple[Expr, ...]] | None:
    """The row of the table that the sheet's own definition agrees with everywhere, so that its textbook derivative can be used."""
    from .recognise import recognise
    if not by_entries(function, reader.env):
        return None
    return recognise(reader, function)
