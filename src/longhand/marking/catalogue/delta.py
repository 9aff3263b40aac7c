"""Mistakes of the backward pass: at the output (D), at a hidden layer (H), and in Jacobians (J)."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

from ...core.axis import Index, fresh
from ...core.equation import Equation
from ...core.expr import ONE, ZERO, Add, Apply, Component, Delta, Entry, Expr, Holds, Mul, Offset, Power, Sum, mul, negative, power
from ...core.walk import all_indices, rename, tensors, walk
from ...functions.table import derivative_of, scalar
from .forward import CONFUSED, applied, left_out_of_sum, one_of_sum, transposed_entry
from .places import entries, places, renamed_tensors, turned
from .setting import BACKWARD, DELTA, FORWARD, GRADIENT, JACOBIAN, Change, Setting, has_derivative, plain, row
from .slopes import Slope, slopes, slopes_written


def _softmax_at(equation: Equation, setting: Setting) -> tuple[Entry, Entry] | None:
    """(o, ∂L/∂o) for the derivative by scores z with o = softmax(z), o the only one to read them."""
    of, wrt = setting.derivatives[equation.name]
    found = setting.into.get(wrt)
    above = setting.derivative(of, found.after) if found and found.vector and found.alone else None
    return (Entry(found.after, setting.local_at(equation)), Entry(above, equation.left.at)) if above else None


def _difference_turned(equation: Equation, setting: Setting) -> Iterator[Expr]:
    for node, put in places(equation.right):
        if isinstance(node, Add) and any(setting.is_label(name) for name in tensors(node)):
            yield put(negative(node))


def _above_kept(equation: Equation, setting: Setting) -> Iterator[Expr]:
    if found := _softmax_at(equation, setting):
        yield found[1]


def _softmax_diagonal(equation: Equation, setting: Setting) -> Iterator[Expr]:
    if found := _softmax_at(equation, setting):
        o, above = found
        yield mul(above, o, ONE - o)
        yield mul(above, o)
    if setting.kind(equation) == JACOBIAN:
        for node, _ in places(equation.right):
            if isinstance(node, Delta):
                yield mul(equation.right, node)


def _softmax_signs(equation: Equation, setting: Setting) -> Iterator[Expr]:
    """o_i o_j for -o_i o_j off the diagonal of the softmax's Jacobian."""
    if found := _softmax_at(equation, setting):
        o, above = found
        at = _summed_over(equation, setting)
        other = fresh(at.axis, all_indices(equation.right) | set(setting.local_at(equation)))
        products = rename(mul(above, o), {at: other})
        yield mul(above, o, ONE - 2 * o) + mul(o, Sum(other, products))


def _summed_over(equation: Equation, setting: Setting) -> Index:
    """The index of the scores, over which softmax sums: the last one where it does not say."""
    found = setting.into[setting.derivatives[equation.name][1]]
    made = setting.equations[found.after]
    place = made.left.at.index(made.right.at) if isinstance(made.right, Component) and made.right.at in made.left.at else -1
    return setting.local_at(equation)[place]


def _slope_too_many(equation: Equation, setting: Setting) -> Iterator[Expr]:
    """(ŷ - y) ŷ(1 - ŷ), where the loss has cancelled the derivative of the output."""
    if found := _softmax_at(equation, setting):
        yield mul(equation.right, found[0], ONE - found[0])
    elif (known := setting.into.get(setting.derivatives[equation.name][1])) and known.function == "sigmoid" and not known.vector:
        o = Entry(known.after, setting.local_at(equation))
        if isinstance(equation.right, Add) and not slopes_written(equation, setting):
            yield mul(equation.right, o, ONE - o)
    elif output := _output_of(equation.name, setting):
        o = Entry(output, setting.local_at(equation))
        if known is None:
            yield mul(equation.right, o, ONE - o)


def _output_of(name: str, setting: Setting) -> str | None:
    """The prediction that the loss reads, for the loss's derivative by what it is made of; None for any other."""
    of, wrt = setting.derivatives.get(name, ("", ""))
    if of not in setting.equations or setting.program[of].axes:
        return None
    read = tensors(setting.equations[of].right)
    if wrt in setting.into:
        return after if (after := setting.into[wrt].after) in read else None
    for after in sorted(read):
        made = setting.equations.get(after)
        if made is not None and isinstance(made.right, Entry) and made.right.tensor == wrt and made.right.at == made.left.at:
            return after
    return None


def _label_left_out(equation: Equation, setting: Setting) -> Iterator[Expr]:
    """The prediction itself in the place of its difference from the label."""
    for node, put in entries(equation.right):
        if output := _output_of(node.tensor, setting):
            yield put(Entry(output, node.at))
    for node, put in places(equation.right):
        if isinstance(node, Add):
            kept = [t for t in node.terms if not any(setting.is_label(name) for name in tensors(t))]
            if len(kept) == 1 and len(node.terms) == 2:
                yield put(kept[0])


def _quotient_sign(equation: Equation, setting: Setting) -> Iterator[Expr]:
    if any(setting.is_label(name) for name in tensors(equation.right)) and any(isinstance(n, Power) and n.exponent == -1 for n in walk(equation.right)):
        yield negative(equation.right)


def _jacobian_entry(new: Callable[[Delta], Expr]) -> Change:
    def change(equation: Equation, setting: Setting) -> Iterator[Expr]:
        return (put(new(node)) for node, put in places(equation.right) if isinstance(node, Delta))
    return change


def _index_repeated(equation: Equation, setting: Setting) -> Iterator[Expr]:
    """o[k] o[k] for o[k] o[k'], and the like."""
    for node, put in entries(equation.right):
        for n, place in enumerate(node.at):
            for other in equation.left.at:
                if other != place and getattr(place, "axis", None) == other.axis:
                    yield put(Entry(node.tensor, (*node.at[:n], other, *node.at[n + 1:])))


# ---- the derivative of an activation -----------------------------------------------------------------------------

def _slope(new: Callable[[Slope], Expr | None], *functions: str) -> Change:
    """A change that puts `new` in the place of f'(u), for these functions or for all."""
    def change(equation: Equation, setting: Setting) -> Iterator[Expr]:
        for slope in slopes(equation, setting):
            if (not functions or slope.function in functions) and (other := new(slope)) is not None:
                yield slope.put(other)
    return change


def _slopes_left_out(equation: Equation, setting: Setting) -> Iterator[Expr]:
    """One derivative left out, or all of them."""
    found = slopes(equation, setting)
    yield from (slope.put(ONE) for slope in found)
    right, left = equation.right, slopes_written(equation, setting)
    for _ in left if len(left) > 1 else ():
        if left:
            right = left[0].put(ONE)
            left = slopes_written(Equation(equation.left, right), setting)
    yield right


def _at_activation(s: Slope) -> Expr:
    return Apply(s.function, (s.value, *s.rest), 1)


def _textbook(s: Slope) -> Expr | None:
    function = scalar(s.function)
    return derivative_of(function, (s.inside, *s.rest), s.value) if function else None


def _mask_turned(s: Slope) -> Expr | None:
    right = _textbook(s)
    return None if right is None or (other := turned(right)) == right else other


def _another_slope(equation: Equation, setting: Setting) -> Iterator[Expr]:
    for slope in slopes(equation, setting):
        for other in CONFUSED.get(slope.function, ()):
            at = applied(other, slope.inside)
            yield slope.put(Apply(other, at.arguments, 1))


def _other_values(s: Slope) -> Expr | None:
    """The other activation's formula, in terms of the value: h(1-h) of a tanh, 1-h² of a sigmoid."""
    return s.value * (ONE - s.value) if s.function == "tanh" else ONE - power(s.value, 2)


def _exponential_everywhere(s: Slope) -> Expr:
    return mul(*s.rest, Apply("exp", (s.inside,)))


def _value_below(s: Slope) -> Expr:
    """The value f(u) in the place of f(u) + α, where u is negative."""
    return Holds(s.inside, ">=", ZERO) + s.value * Holds(s.inside, "<", ZERO)


def _mask_with_equal(s: Slope) -> Expr:
    return Holds(s.inside, ">=", ZERO)


def _mask_on_value(s: Slope) -> Expr:
    return Holds(s.value, ">=", ZERO)


def _function_itself(s: Slope) -> Expr:
    return s.value


# ---- weights -----------------------------------------------------------------------------------------------------

def _updated_weights(equation: Equation, setting: Setting) -> Iterator[Expr]:
    read = tensors(equation.right) & set(setting.updated)
    if read:
        yield renamed_tensors(equation.right, {name: setting.updated[name] for name in read})
    if len(read) > 1:
        yield from (renamed_tensors(equation.right, {name: setting.updated[name]}) for name in sorted(read))


def _weights_without_sign(equation: Equation, setting: Setting) -> Iterator[Expr]:
    for node, put in entries(equation.right):
        if setting.role(node.tensor) == "parameter":
            yield put(Apply("abs", (node,)))


def _weight_with_other_sign(equation: Equation, setting: Setting) -> Iterator[Expr]:
    """One of the weights with the other sign."""
    for node, put in entries(equation.right):
        if setting.role(node.tensor) == "parameter" and node.at and plain(node.at):
            sizes = [setting.size(axis) or 0 for axis in setting.program[node.tensor].axes]
            for place in product(*map(range, sizes)):
                yield put(mul(node, ONE - 2 * mul(*(Delta(index, Offset((), p)) for index, p in zip(node.at, place, strict=True)))))


def _weight_left_out(equation: Equation, setting: Setting) -> Iterator[Expr]:
    for node, put in places(equation.right):
        if isinstance(node, Mul) and has_derivative(node, setting):
            for factor in node.factors:
                if isinstance(factor, Entry) and setting.role(factor.tensor) == "parameter":
                    yield put(mul(*(f for f in node.factors if f is not factor)))


def _product_for_entries(equation: Equation, setting: Setting) -> Iterator[Expr]:
    """The scalar product where a product entry by entry belongs."""
    at = setting.local_at(equation)
    if at and slopes(equation, setting):
        other = fresh(at[-1].axis, all_indices(equation.right))
        yield Sum(other, rename(equation.right, {at[-1]: other}))


def _before_slope(equation: Equation, setting: Setting) -> Iterator[Expr]:
    """∂L/∂h in the place of ∂L/∂u."""
    for node, put in entries(equation.right):
        if node.tensor in setting.derivatives:
            of, wrt = setting.derivatives[node.tensor]
            found = setting.into.get(wrt)
            above = setting.derivative(of, found.after) if found else None
            if above and above != equation.name:
                yield put(Entry(above, node.at))


def _hidden_summed(equation: Equation, setting: Setting) -> Iterator[Equation]:
    """An index of the result summed away: the left side loses it."""
    if len(equation.left.at) > 2:
        for index in setting.local_at(equation):
            yield Equation(Entry(equation.name, tuple(p for p in equation.left.at if p != index)), Sum(index, equation.right))


WITH_SLOPES = (FORWARD, *BACKWARD)
"""Sheets define errors of their own by formulas with a derivative in them."""

ROWS = (
    row("y - ŷ for ŷ - y", "D1", (DELTA, GRADIENT), _difference_turned,
        "The difference of prediction and label has the wrong sign: the gradient is prediction minus label.", 2.2),
    row("sign of -y/ŷ", "D6", DELTA, _quotient_sign, "The sign is wrong: the derivative of -y ln ŷ with respect to ŷ is -y/ŷ."),
    row("gradient before the softmax kept", "D4", DELTA, _above_kept,
        "This is the gradient with respect to the output of the softmax; it still has to go through the Jacobian of the softmax."),
    row("softmax taken as diagonal", "D2", (DELTA, JACOBIAN), _softmax_diagonal,
        "Every output of the softmax depends on every score: the terms off the diagonal, -ŷ_i ŷ_j, are missing."),
    row("signs of the Jacobian of the softmax", "D5", DELTA, _softmax_signs,
        "Off the diagonal the Jacobian of the softmax is -ŷ_i ŷ_j: the minus is missing."),
    row("extra factor ŷ(1 - ŷ)", "D3", DELTA, _slope_too_many,
        "For cross-entropy the derivative of the output has cancelled already: the gradient is ŷ - y, without a factor ŷ(1 - ŷ)."),
    row("prediction for the error", "P8", BACKWARD, _label_left_out,
        "The prediction itself stands here where its difference from the label belongs."),
    row("derivative of the activation left out", "H1", WITH_SLOPES, _slopes_left_out,
        "The derivative of the activation is missing: the gradient has to be multiplied by it, entry by entry.", 2.2),
    row("derivative at the activation", "H2", WITH_SLOPES, _slope(_at_activation),
        "The derivative of the activation is taken at the pre-activation, not at the value of the activation."),
    row("factor σ(z) missing", "H3", WITH_SLOPES, _slope(lambda s: ONE - s.value, "sigmoid"),
        "The derivative of the sigmoid is σ(z)(1 - σ(z)); the factor σ(z) is missing."),
    row("factor 1 - σ(z) missing", "H3", WITH_SLOPES, _slope(_function_itself, "sigmoid"),
        "The derivative of the sigmoid is σ(z)(1 - σ(z)); the factor 1 - σ(z) is missing."),
    row("σ(1 - z) for 1 - σ(z)", "H3", WITH_SLOPES, _slope(lambda s: s.value * Apply("sigmoid", (ONE - s.inside,)), "sigmoid"),
        "The derivative of the sigmoid is σ(z)(1 - σ(z)); σ(1 - z) is something else."),
    row("1 - tanh for 1 - tanh²", "H3", WITH_SLOPES, _slope(lambda s: ONE - s.value, "tanh"),
        "The derivative of tanh is 1 - tanh²; the square is missing."),
    row("1 + tanh² for 1 - tanh²", "H3", WITH_SLOPES, _slope(lambda s: ONE + power(s.value, 2), "tanh"),
        "The derivative of tanh is 1 - tanh²; the sign is wrong."),
    row("1 - z² for 1 - tanh²(z)", "H3", WITH_SLOPES, _slope(lambda s: ONE - power(s.inside, 2), "tanh"),
        "The derivative of tanh is 1 - tanh²(z): the square is that of the activation, not of the pre-activation."),
    row("1 + σ(z) for 1 - σ(z)", "H3", WITH_SLOPES, _slope(lambda s: s.value * (ONE + s.value), "sigmoid"),
        "The derivative of the sigmoid is σ(z)(1 - σ(z)), with a minus.", 2.8),
    row("z(1 - z) for σ(z)(1 - σ(z))", "H3", WITH_SLOPES, _slope(lambda s: s.inside * (ONE - s.inside), "sigmoid"),
        "The formula for the derivative of the sigmoid takes its value σ(z); here the pre-activation itself was put in."),
    row("formula of the other activation", "H3", WITH_SLOPES, _slope(_other_values, "tanh", "sigmoid"),
        "The derivatives of sigmoid, σ(1 - σ), and tanh, 1 - tanh², were mistaken for each other."),
    row("exponential on both sides", "H3", WITH_SLOPES, _slope(_exponential_everywhere, "elu"),
        "The derivative of ELU is 1 where the pre-activation is positive."),
    row("ELU without + α", "H3", WITH_SLOPES, _slope(_value_below, "elu"), "Below 0 the derivative of ELU is αe^u, which is its value plus α."),
    row("cases of the derivative exchanged", "J3", WITH_SLOPES, _slope(_mask_turned),
        "The two cases of the derivative are exchanged: look at the sign of the pre-activation again."),
    row("function for its derivative", "H3", WITH_SLOPES, _slope(_function_itself), "The activation itself stands here where its derivative belongs."),
    row("derivative of another activation", "H3", WITH_SLOPES, _another_slope, "This is the derivative of another activation function."),
    row("ReLU mask with ≥", "H4", WITH_SLOPES, _slope(_mask_with_equal, "relu"), "At 0 the derivative of ReLU is taken as 0: the mask is > and not ≥."),
    row("ReLU mask on the activation", "H4", WITH_SLOPES, _slope(_mask_on_value, "relu"),
        "The mask looks at the pre-activation; the activation is never negative, so ≥ 0 holds for all of its entries."),
    row("derivative of the activation twice", "H3", WITH_SLOPES, _slope(lambda s: power(s.slope, 2)),
        "The derivative of the activation was multiplied twice.", 2.7),
    row("divided by the derivative", "H3", WITH_SLOPES, _slope(lambda s: power(s.slope, -1)),
        "The gradient is multiplied by the derivative of the activation, not divided.", 2.9),
    row("gradient before the activation's derivative", "P3", BACKWARD, _before_slope,
        "The gradient with respect to the activation was used; here belongs the one with respect to the pre-activation."),
    row("updated weights used", "H7", BACKWARD, _updated_weights,
        "The backward pass was taken with weights already updated; all gradients are taken at the old weights."),
    row("matrix for its transpose in the gradient", "H5", BACKWARD, transposed_entry,
        "The matrix was used the wrong way round: rows and columns are exchanged, as with W in the place of W transposed.", 2.2),
    row("weight left out", "H5", BACKWARD, _weight_left_out, "A weight is missing: the gradient comes back through it and is multiplied by it.", 2.6),
    row("product of vectors for entries", "H6", BACKWARD, _product_for_entries,
        "The products were added up; the derivative of the activation is multiplied entry by entry, without a sum.", 2.8),
    row("Jacobian: 1 for δ", "D5", JACOBIAN, _jacobian_entry(lambda d: ONE), "The formula of the diagonal was used off the diagonal as well."),
    row("Jacobian: 0 for δ", "D5", JACOBIAN, _jacobian_entry(lambda d: ZERO), "The formula off the diagonal was used on the diagonal as well."),
    row("cases of the Jacobian exchanged", "J3", JACOBIAN, _jacobian_entry(lambda d: ONE - d), "The cases i = j and i ≠ j are exchanged."),
    row("index repeated", "D5", (JACOBIAN, DELTA), _index_repeated,
        "An index is wrong: one entry was used twice where two different ones belong.", 2.6),
    row("hidden index summed away", "J1", (JACOBIAN, GRADIENT), _hidden_summed,
        "An index of the result was summed away: each of its values has an entry of its own."),
    row("only one term of the sum", "F6", BACKWARD, one_of_sum, "Only one term of the sum was computed; all paths have to be added.", 2.7),
    row("a term of the gradient left out", "F6", BACKWARD, left_out_of_sum, "One term of the sum is missing: the gradient adds all paths.", 2.9),
    row("sign of weights lost in the gradient", "H8", BACKWARD, _weights_without_sign, "Negative weights were used without their sign.", 2.8),
    row("sign of a weight lost in the gradient", "H8", BACKWARD, _weight_with_other_sign, "One weight was used with the wrong sign.", 2.5),
)
"""In the order in which they are tried."""
