"""Functions at their arguments: of the table, of matrices, losses, indicators; a name that is a quantity before brackets is a product."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..core.axis import Axis
from ..core.expr import Entry
from ..functions import table
from ..numbers.evaluate import applied, evaluate
from ..numbers.faults import NumberError
from ..numbers.hulls import Hulls
from ..reading.names import flat, items
from ..reading.syntax import Braces, Call, Formula, Group, Name, Numeral, Product, Relation, Script
from ..reading.syntax import Sequence as Items
from ..reading.terms import Unclear
from . import array as arrays
from .array import Array, Nonconforming, elementwise, mapped
from .entries import entries_of, row_like, standing, whole
from .families import Family, along, lifted
from .products import taken_apart, times
from .ways import BITS, Context, Liberty, Way, as_ball, combined, distinct, each, one

NUMBERS = Hulls(BITS)
SLOPES: dict[str, str] = {"sg": "sigmoid", **{word: row for row in ("sigmoid", "tanh", "relu") for word in (
    f"{row}_grad", f"{row}_derivative", f"{row}_deriv", f"{row}_prime", f"d{row}", f"d_{row}", f"grad_{row}")}}
"""Names of code for f', which is taken of the value f(z): sigmoid_grad(h)."""
BY_VALUE: dict[str, Callable[[Any], Any]] = {
    "sigmoid": lambda x: x * (1 - x), "tanh": lambda x: 1 - x * x, "relu": lambda x: arrays.ONE if x > 0 else arrays.ZERO}
NUMERIC = frozenset(("np", "numpy", "torch", "tf", "jnp", "hp"))
MATRIX_FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "diag": arrays.diagonal, "Diag": arrays.diagonal, "transpose": arrays.transpose,
    "tr": lambda a: arrays.number(arrays.total(arrays.diagonal(a).cells)), "trace": lambda a: arrays.number(arrays.total(arrays.diagonal(a).cells)),
    "sum": lambda a: arrays.number(arrays.total(a.cells)),
    "mean": lambda a: arrays.number(arrays.total(a.cells) / len(a.cells)),
    "square": lambda a: mapped(lambda x: x * x, a), "sqrt": lambda a: mapped(lambda x: x.sqrt(), a),
}


def call(context: Context, formula: Call) -> list[Way]:
    """A call, or what it turns out to be."""
    pieces = taken_apart(context, formula)
    if len(pieces) > 1:
        return context(Product(formula.span, pieces, ("",)))
    function, order, power, at = _taken(context, formula.function)
    name = flat(function) or ""
    loss = context.scope.meant(function)
    if loss is not None and not loss.own and loss.tensor == context.scope.loss:
        if (row := table.loss(name)) is not None and _without_label(context, formula.arguments):
            return _loss(context, row, formula.arguments, formula)
        return one(standing(whole(context, loss.tensor, formula), False))
    done = _known(context, name.rpartition(".")[2] if name.partition(".")[0] in NUMERIC else name, order, formula)
    if done is None:
        raise Unclear(formula.function.span, f"the function {name or 'here'} is not known", cause=name)
    if name.startswith("hp."):
        done = [Way(way.family, (*way.liberties, Liberty("numpy", formula.span))) for way in done]
    if power is not None:
        from .powers import raised
        done = raised(context, done, power, formula)
    return entries_of(context, done, at, formula) if at else done


def _without_label(context: Context, arguments: tuple[Formula, ...]) -> bool:
    """CE(ŷ, softmax(θ)): two arguments, both as large as the label and neither of them the label."""
    labels = [t.name for t in context.scope.problem.program.tensors.values() if t.role == "label"]
    if len(arguments) != 2 or len(labels) != 1:
        return False
    label = context.point.value(labels[0], context.had)
    try:
        sides = [way.family.members[0].cells for argument in arguments for way in context(argument)[:1] if not way.family.letters]
    except (Unclear, Nonconforming):
        return False
    return label is not None and len(sides) == 2 and all(
        len(cells) == len(label) and not all(x.overlaps(as_ball(y)) for x, y in zip(cells, label, strict=True)) for cells in sides)


def _taken(context: Context, function: Formula) -> tuple[Formula, int, Formula | None, tuple[Formula, ...]]:
    """(symbol, how often derived, power, indices) of f', \\tanh^2, softmax_j."""
    if not isinstance(function, Script):
        return function, 0, None, ()
    name = flat(function)
    if name in context.scope.functions or (name or "").startswith("log_") or name == "sigma_M":
        return function, 0, None, ()
    if function.primes and function.sub is None and function.sup is None:
        return function.base, function.primes, None, ()
    if function.primes:
        return Script(function.span, function.base, function.sub, function.sup, 0), function.primes, None, ()
    if function.sup is not None and function.sub is None and not _is_layer(function.sup):
        return function.base, 0, function.sup, ()
    if function.sub is not None and function.sup is None and flat(function.base) in ("softmax", "SM", "max"):
        word = flat(function.sub) or ""
        return function.base, 0, None, () if len(word) > 2 and word.isalpha() else items(function.sub)
    base = flat(function.base) or ""
    if base in ("sigma", "g", "f", "phi", "h") and not context.scope.function(name or "", None):
        return function.base, 0, None, ()                       # f_2, \\sigma^{(2)}: the function of a layer
    return function, 0, None, ()


def _is_layer(sup: Formula) -> bool:
    return isinstance(sup, Group)


def _known(context: Context, name: str, order: int, formula: Call) -> list[Way] | None:
    arguments = _arguments(formula)
    if not arguments:
        raise Unclear(formula.span, f"{name} of nothing")
    if len(arguments) == 1 and isinstance(arguments[0], Relation) and name in ("1", "I", "1_") and not order:
        from .conditions import truth
        return truth(context, arguments[0])
    if name in ("max", "min") and not order:
        return _extreme(context, name, arguments, formula)
    if name in MATRIX_FUNCTIONS and not order:
        return _matrix_function(context, name, arguments, formula)
    if name in ("dot", "matmul", "outer", "multiply") and len(arguments) == 2 and not order:
        operator = {"outer": "otimes", "multiply": "odot"}.get(name, "")
        return times(context, context(arguments[0]), operator, context(arguments[1]), formula.span)
    if name.startswith("log_") or name == "lg":
        base = "10" if name == "lg" else name[4:]
        if base.isdigit() and len(base) < 7 and not order:
            return each(context(arguments[0]), lambda a: mapped(lambda x: x.log() / arrays.number(int(base)).cells[0].log(), a))
    tensor = _argument_tensor(context, arguments[0])
    ways: list[Way] = []
    if name in SLOPES and len(arguments) == 1 and not order:
        liberty = Liberty("slope", formula.span)
        of_value = each(context(arguments[0]), lambda a: mapped(BY_VALUE[SLOPES[name]], a))
        ways = [Way(way.family, (*way.liberties, liberty)) for way in of_value]
        ways += [Way(way.family, (*way.liberties, liberty, liberty)) for way in _row(context, SLOPES[name], 1, arguments, formula)]
    for row, guessed in context.scope.function(name, tensor):
        if guessed and ways and order == 0 and table.vector(row) is None and len(ways) > 2:
            continue
        liberties = (Liberty("function", formula.span),) if guessed else ()
        made = _row(context, row, order, arguments, formula)
        ways += [Way(way.family, (*way.liberties, *liberties)) for way in made]
    if ways:
        return distinct(ways)
    if len(arguments) == 2 and not order and (loss := table.loss(name)) is not None:
        return _loss(context, loss, arguments, formula)
    return None


def _arguments(formula: Call) -> tuple[Formula, ...]:
    if len(formula.arguments) == 1 and isinstance(formula.arguments[0], Braces | Items) and formula.arguments[0].items:
        return formula.arguments[0].items
    return formula.arguments


def _argument_tensor(context: Context, argument: Formula) -> str | None:
    found = context.scope.meant(argument)
    return None if found is None or found.own or found.power is not None else found.tensor


def _row(context: Context, row: str, order: int, arguments: tuple[Formula, ...], formula: Call) -> list[Way]:
    """A function of the table at its arguments."""
    if table.vector(row) is not None:
        if len(arguments) != 1 or order > 1:
            raise Unclear(formula.span, f"{row} takes one argument")
        return _softmax_jacobian(context, row, arguments[0], formula) if order else _vector(context, row, arguments[0], formula)
    function = table.scalar(row)
    if function is None or not 1 <= len(arguments) <= 1 + len(function.defaults) or order > 4:
        raise Unclear(formula.span, f"{row} takes one argument")

    given = tuple(arrays.arb(x.numerator) / x.denominator for x in context.scope.parameters.get(row, ())) if len(arguments) == 1 else ()

    def f(*cells: Any) -> Any:
        try:
            value = applied(row, (*cells, *given), order, NUMBERS)
        except NumberError as error:
            raise Unclear(formula.span, f"{row} has no value here: {error.says}") from error
        return value if isinstance(value, arrays.arb) else arrays.arb(value)

    if len(arguments) == 1:
        return each(context(arguments[0]), lambda a: mapped(f, a))
    parts = [context(argument) for argument in arguments]

    def join(x: Way, p: Way) -> list[tuple[Family, tuple[Liberty, ...]]]:
        if p.shape:
            raise Nonconforming(f"a parameter of {row} that is no number")
        return [(lifted(lambda a, b: mapped(lambda cell: f(cell, b.cells[0]), a), x.family, p.family), ())]

    return combined(parts, join)


# ---- softmax ------------------------------------------------------------------------------------------------------------------

def softmax(cells: Sequence[Any], logarithm: bool = False) -> list[Any]:
    """Shifted by its largest entry, so that intervals stay narrow."""
    top = max(cells, key=lambda cell: float(cell.mid())).mid()
    powers = [(cell - top).exp() for cell in cells]
    below = arrays.total(powers)
    return [cell - top - below.log() for cell in cells] if logarithm else [power / below for power in powers]


def _vector(context: Context, row: str, argument: Formula, formula: Call) -> list[Way]:
    """Over a vector; over each row (or as the sheet does) of a matrix; of one entry, that entry of the whole."""
    logarithm = row == "log_softmax"

    def f(cells: Sequence[Any]) -> list[Any]:
        return softmax(cells, logarithm)

    found = context.scope.meant(argument)
    if found is not None and not found.own and found.indices and found.power is None:
        raw = whole(context, found.tensor, argument)
        if len(found.indices) == len(raw.shape) or len(raw.shape) == 1:
            axis = len(raw.shape) - 1 if len(raw.shape) != 2 else context.scope.softmax_axis()
            done = _along_axis(raw, axis, f)
            from .entries import entries
            ways = entries(context, done, found.indices, argument, row_like(context, found.tensor))
            return [Way(way.family, (*way.liberties, Liberty("entry", formula.span))) for way in ways]
    ways = []
    for way in context(argument):
        shape = way.shape
        if not shape:
            open_letters = list(way.family.letters)
            if len(open_letters) == 1:
                ways.append(Way(along(way.family, open_letters[0], f), (*way.liberties, Liberty("entry", formula.span))))
            continue
        if len(shape) != 2:
            continue
        axis = context.scope.softmax_axis() if 1 not in shape else 0 if shape[1] == 1 else 1
        ways.append(Way(lifted(lambda a, axis=axis: _along_axis(a, axis, f), way.family), way.liberties))
    if not ways:
        raise Unclear(formula.span, f"{row} of a single number")
    return ways


def _along_axis(a: Array, axis: int, f: Callable[[Sequence[Any]], list[Any]]) -> Array:
    if len(a.shape) == 1:
        return Array(a.shape, tuple(f(a.cells)))
    n, m = a.shape
    cells: list[Any] = list(a.cells)
    for k in range(m if axis == 0 else n):
        places = range(k, n * m, m) if axis == 0 else range(k * m, (k + 1) * m)
        for at, value in zip(places, f([a.cells[p] for p in places]), strict=True):
            cells[at] = value
    return Array(a.shape, tuple(cells))


def _softmax_jacobian(context: Context, row: str, argument: Formula, formula: Call) -> list[Way]:
    """softmax'(z): diag(s) - s sᵀ of a vector."""
    if row != "softmax":
        raise Unclear(formula.span, f"the derivative of {row}")

    def jacobian(a: Array) -> Array:
        if not a.is_vector:
            raise Nonconforming("the derivative of softmax of a matrix")
        s = softmax(a.cells)
        n = len(s)
        return Array((n, n), tuple(s[i] * ((1 if i == j else 0) - s[j]) for i in range(n) for j in range(n)))

    return each(context(argument), jacobian)


# ---- the rest -----------------------------------------------------------------------------------------------------------------

def _extreme(context: Context, name: str, arguments: tuple[Formula, ...], formula: Call) -> list[Way]:
    def choose(x: Any, y: Any) -> Any:
        return x.max(y) if name == "max" else x.min(y)

    def largest(a: Array) -> Array:
        result = a.cells[0]
        for cell in a.cells[1:]:
            result = choose(result, cell)
        return arrays.number(result)

    if len(arguments) == 1:
        return each(context(arguments[0]), largest)
    return combined([context(argument) for argument in arguments],
                    lambda *ways: [(lifted(lambda *members: _folded(choose, members), *(way.family for way in ways)), ())])


def _folded(f: Callable[[Any, Any], Any], members: Sequence[Array]) -> Array:
    result = members[0]
    for member in members[1:]:
        result = elementwise(f, result, member)
    return result


def _matrix_function(context: Context, name: str, arguments: tuple[Formula, ...], formula: Call) -> list[Way]:
    """diag, tr, sum, mean; sum and mean along an axis: sum(a, axis=0)."""
    axis = None
    if len(arguments) == 2 and name in ("sum", "mean"):
        axis = _axis(arguments[1])
        if axis is None:
            raise Unclear(formula.span, f"{name} of two arguments")
    elif len(arguments) != 1:
        if name in ("diag", "Diag"):
            return each(combined([context(a) for a in arguments], lambda *ways: [
                (lifted(lambda *members: arrays.stacked([members]), *(way.family for way in ways)), ())]), arrays.diagonal)
        raise Unclear(formula.span, f"{name} of {len(arguments)} arguments")
    if axis is not None:
        def along_axis(a: Array) -> Array:
            made = arrays.summed(a, axis)
            return made if name == "sum" else mapped(lambda x: x / a.shape[axis], made)
        return each(context(arguments[0]), along_axis)
    return each(context(arguments[0]), MATRIX_FUNCTIONS[name])


def _axis(argument: Formula) -> int | None:
    match argument:
        case Relation(_, (Name(_, text, _), Numeral(_, value)), ("=",)) if text in ("axis", "dim") and value in "01":
            return int(value)
        case Numeral(_, value) if value in ("0", "1"):
            return int(value)
    return None


def _loss(context: Context, loss: Any, arguments: tuple[Formula, ...], formula: Call) -> list[Way]:
    """A loss of the table: the sum over all entries of label and prediction."""
    def total(y: Array, p: Array) -> Array:
        if y.shape != p.shape and not (y.is_vector and p.is_vector and len(y.cells) == len(p.cells)):
            raise Nonconforming(f"{loss.name} of ({arrays.shown(y.shape)}) and ({arrays.shown(p.shape)})")
        sizes = (len(y.cells),) if y.is_vector else y.shape
        axes = tuple(Axis(f"#{k}", n) for k, n in enumerate(sizes))
        flat_y, flat_p = Array(sizes, y.cells), Array(sizes, p.cells)
        body = loss.build(lambda *at: Entry("y", at), lambda *at: Entry("p", at), axes)
        try:
            value = evaluate(body, {}, lambda n, at: {"y": flat_y, "p": flat_p}[n].at(at) if n != "pi" else NUMBERS.pi(), lambda axis: axis.size, NUMBERS)
        except NumberError as error:
            raise Unclear(formula.span, f"{loss.name} has no value here: {error.says}") from error
        return arrays.number(value)

    return combined([context(a) for a in arguments], lambda a, b: [(lifted(total, a.family, b.family), ())])


__all__ = ["call", "softmax"]
