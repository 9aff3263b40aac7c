"""Mistakes in the loss and in its labels (L), and in the constant factors that come from it."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from ...core.equation import Equation
from ...core.expr import ONE, Apply, Entry, Expr, Mul, Number, Offset, Power, Sum, mul, negative, number, power
from ...core.walk import all_indices, instantiate, rebuild, replace_entries, tensors, walk
from .forward import MOST_TERMS
from .places import is_fraction, places, renamed_tensors
from .setting import BACKWARD, DELTA, FORWARD, GRADIENT, LOSS, Setting, row


def _to_base(base: str) -> Callable[[Equation, Setting], Iterator[Expr]]:
    """The rewriting that takes every natural logarithm for one to another base."""
    def rewritten(equation: Equation, setting: Setting) -> Iterator[Expr]:
        if any(isinstance(node, Apply) and node.function == "ln" for node in walk(equation.right)):
            yield _logarithms(equation.right, base)
    return rewritten


def _logarithms(e: Expr, base: str) -> Expr:
    """All natural logarithms as those to another base."""
    changed = rebuild(e, lambda child: _logarithms(child, base))
    return Apply(base, changed.arguments) if isinstance(changed, Apply) and changed.function == "ln" and changed.order == 0 else changed


def _opposite(equation: Equation, setting: Setting) -> Iterator[Expr]:
    yield negative(equation.right)


def _is_count(e: Expr, setting: Setting) -> bool:
    """1/N or 1/√d, as a power of a size, or of a number."""
    return isinstance(e, Power) and e.exponent < 0 and (isinstance(e.base, Number) or (isinstance(e.base, Entry) and setting.role(e.base.tensor) == "size"))


def _constant_left_out(equation: Equation, setting: Setting) -> Iterator[Expr]:
    for node, put in places(equation.right):
        if isinstance(node, Mul):
            for n, factor in enumerate(node.factors):
                if _is_count(factor, setting):
                    yield put(mul(*node.factors[:n], *node.factors[n + 1:]))
                elif isinstance(factor, Number) and abs(factor.value) != 1:
                    yield put(mul(Number(-1 if factor.value < 0 else 1), *node.factors[:n], *node.factors[n + 1:]))


def _constants_of_loss(equation: Equation, setting: Setting) -> Iterator[Expr]:
    """The derivative without the constants in front of the loss, where they are hidden in another derivative that it reads."""
    of = setting.equations.get(setting.derivatives[equation.name][0])
    if of and isinstance(of.right, Mul) and _at_output(equation, setting):
        for factor in of.right.factors:
            if _is_count(factor, setting) or is_fraction(factor):
                yield mul(power(number(abs(factor.value)) if isinstance(factor, Number) else factor, -1), equation.right)


def _constant_twice(equation: Equation, setting: Setting) -> Iterator[Expr]:
    for node, put in places(equation.right):
        if isinstance(node, Mul):
            for factor in node.factors:
                if _is_count(factor, setting) or is_fraction(factor):
                    yield put(mul(number(abs(factor.value)) if isinstance(factor, Number) else factor, node))


def _at_output(equation: Equation, setting: Setting) -> bool:
    """Whether it is the loss, or its derivative by what the loss reads itself, or by what an activation takes to that."""
    if equation.name not in setting.derivatives:
        return True
    of, wrt = setting.derivatives[equation.name]
    read = tensors(setting.equations[of].right) if of in setting.equations else ()
    return wrt in read or (wrt in setting.into and setting.into[wrt].after in read)


def _two(equation: Equation, setting: Setting) -> Iterator[Expr]:
    """Twice and half of what comes from a square."""
    squares = setting.equations.get(setting.derivatives.get(equation.name, (equation.name, ""))[0])
    if squares and _at_output(equation, setting) and any(isinstance(node, Power) and node.exponent == 2 for node in walk(squares.right)):
        yield mul(Number(2), equation.right)
        yield mul(Number(Fraction(1, 2)), equation.right)


def _counts(setting: Setting) -> dict[Expr, None]:
    """The sizes of all axes, as expressions."""
    axes = {axis.name: axis for tensor in setting.program.tensors.values() for axis in tensor.axes}.values()
    return dict.fromkeys(Number(size) if (size := setting.size(axis)) else Entry(str(axis.size)) for axis in axes if axis.size != 1)


def _averaged(equation: Equation, setting: Setting) -> Iterator[Expr]:
    """Divided by the number of terms where they are added, as if a mean were asked for."""
    delta = setting.kind(equation) == DELTA
    added = {index for index in all_indices(equation.right) if delta or index not in equation.left.at}
    sizes = {index.axis.size: index.axis for index in sorted(added, key=lambda i: i.axis.name)}
    summed = any(isinstance(node, Sum) and not any(setting.role(name) == "parameter" for name in tensors(node)) for node in walk(equation.right))
    if _at_output(equation, setting) if delta else summed:
        for axis in sizes.values():
            size = setting.size(axis)
            if size != 1:
                yield mul(power(Number(size) if size else Entry(str(axis.size)), -1), equation.right)


def _another_size(equation: Equation, setting: Setting) -> Iterator[Expr]:
    counts = _counts(setting)
    for node, put in places(equation.right):
        if _is_count(node, setting) and node.exponent == -1 and isinstance(node.base, Entry):
            right = Number(setting.sizes[node.base.tensor]) if node.base.tensor in setting.sizes else node.base
            yield from (put(power(count, -1)) for count in counts if count != right)
        elif is_fraction(node):
            for count in counts:
                if isinstance(count, Number) and Number(node.value.denominator) in counts and count.value != node.value.denominator:
                    yield put(number(Fraction(node.value.numerator, count.value)))


def _not_smoothed(equation: Equation, setting: Setting) -> Iterator[Expr]:
    if equation.name in setting.softened:
        yield Entry(setting.softened[equation.name], equation.left.at)
    elif read := tensors(equation.right) & set(setting.softened):
        yield renamed_tensors(equation.right, {name: setting.softened[name] for name in read})


def _smoothed_twice(equation: Equation, setting: Setting) -> Iterator[Expr]:
    for name in sorted(tensors(equation.right) & set(setting.softened)):
        how, label = setting.equations[name], setting.softened[name]

        def again(entry: Entry, how=how, label=label) -> Expr:
            if entry.tensor != how.name:
                return entry
            inner = replace_entries(how.right, lambda e: Entry(how.name, e.at) if e.tensor == label else e)
            return instantiate(inner, how.left.at, entry.at, all_indices(equation.right))

        yield replace_entries(equation.right, again)


def _smoothed_over_others(equation: Equation, setting: Setting) -> Iterator[Expr]:
    """ε/(q-1) for ε/q."""
    if equation.name in setting.softened:
        for node, put in places(equation.right):
            if _is_count(node, setting) and node.exponent == -1:
                yield put(power(node.base - ONE, -1))
                yield put(ONE)
            elif is_fraction(node) and node.value.numerator == 1 and node.value.denominator > 2:
                yield put(number(Fraction(1, node.value.denominator - 1)))


def _exchanged(equation: Equation, setting: Setting) -> Iterator[Expr]:
    read = sorted(tensors(equation.right))
    for label in filter(setting.is_label, read):
        for other in read:
            if setting.role(other) == "intermediate" and not setting.is_label(other) and setting.program[other].axes == setting.program[label].axes:
                yield renamed_tensors(equation.right, {label: other, other: label})


def _another_class(equation: Equation, setting: Setting) -> Iterator[Expr]:
    """-ln ŷ[c] of one class c, whatever the label says."""
    for node, put in places(equation.right):
        match node:
            case Sum(index, Mul((Entry(label, _), Apply("ln", (Entry(p, at),), 0)))) if setting.is_label(label) and index in at:
                for place in range(min(setting.size(index.axis) or 0, MOST_TERMS)):
                    yield put(Apply("ln", (Entry(p, tuple(Offset((), place) if k == index else k for k in at)),)))


def _logarithm_left_out(equation: Equation, setting: Setting) -> Iterator[Expr]:
    return (put(node.argument) for node, put in places(equation.right) if isinstance(node, Apply) and node.function == "ln")


def _absolute_for_square(equation: Equation, setting: Setting) -> Iterator[Expr]:
    return (put(Apply("abs", (node.base,))) for node, put in places(equation.right) if isinstance(node, Power) and node.exponent == 2)


def _root_of_squares(equation: Equation, setting: Setting) -> Iterator[Expr]:
    if any(isinstance(node, Power) and node.exponent == 2 for node in walk(equation.right)):
        yield power(equation.right, Fraction(1, 2))


ROWS = (
    row("log10 for ln", "L1", LOSS, _to_base("log10"),
        "The loss takes the natural logarithm (to the base e); here the one to the base 10 was taken.", 2.2),
    row("log2 for ln", "L1", LOSS, _to_base("log2"),
        "The loss takes the natural logarithm (to the base e); here the one to the base 2 was taken.", 2.2),
    row("sign of the loss", "L2", LOSS, _opposite, "The loss has the wrong sign.", 2.2),
    row("label smoothing forgotten", "L4", (FORWARD, LOSS, *BACKWARD), _not_smoothed,
        "The hard label was used; the task asks for the smoothed one.", 2.2),
    row("label smoothing twice", "L4", (LOSS, *BACKWARD), _smoothed_twice, "The label was smoothed a second time."),
    row("label smoothing over the other classes", "L4", FORWARD, _smoothed_over_others,
        "The task spreads ε over all classes: each gets ε divided by the number of classes."),
    row("label and prediction exchanged", "L5", LOSS, _exchanged, "Label and prediction have changed places in the loss."),
    row("another class in the loss", "L5", LOSS, _another_class,
        "The label selects another class: the logarithm belongs to the probability of the class that is 1 in the label."),
    row("constant factor left out", "L3", (LOSS, *BACKWARD), _constant_left_out, "A constant factor, such as ½, 2 or 1/N, is missing."),
    row("constant factor of the loss left out", "L3", (DELTA, GRADIENT), _constants_of_loss,
        "The constant factor in front of the loss, such as ½ or 1/N, is missing in its derivative."),
    row("constant factor twice", "L3", (LOSS, *BACKWARD), _constant_twice, "A constant factor, such as ½ or 1/N, was multiplied twice."),
    row("factor 2 or ½ too many", "L3", (LOSS, *BACKWARD), _two,
        "There is a factor 2 or ½ too many: look at the square in the loss and its derivative."),
    row("mean for the sum", "L3", (LOSS, DELTA, GRADIENT), _averaged,
        "The sum was divided by the number of terms; the task does not take a mean here.", 2.6),
    row("divided by another size", "P4", (FORWARD, LOSS, *BACKWARD), _another_size,
        "It is divided by the wrong number: look at what the mean runs over."),
    row("logarithm left out", "L5", LOSS, _logarithm_left_out, "The logarithm is missing in the loss.", 2.7),
    row("root of the squares", "L3", LOSS, _root_of_squares, "The root was taken; the task adds the squares without one.", 2.8),
    row("size for the square", "L3", LOSS, _absolute_for_square,
        "The square is missing in the loss: the size of the difference was taken instead.", 2.8),
)
"""In the order in which they are tried."""
