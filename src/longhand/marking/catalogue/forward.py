"""Mistakes of the forward pass (F)."""
from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ...core.equation import Equation
from ...core.expr import ONE, Apply, Component, Delta, Entry, Expr, Offset, Sum, add, mul, negative, number, offset, power
from ...functions.table import parameters, scalar
from .places import at_constant, entries, opened, places, renamed_tensors, turned, without_terms
from .setting import BACKWARD, FORWARD, LOSS, Setting, plain, row

CONFUSED = {"relu": ("sigmoid", "tanh", "leaky_relu", "elu"), "elu": ("relu", "leaky_relu", "sigmoid", "tanh"),
            "leaky_relu": ("relu", "elu", "sigmoid", "tanh"), "sigmoid": ("tanh", "relu"), "tanh": ("sigmoid", "relu"), "softplus": ("relu", "sigmoid"),
            "gelu": ("relu",), "gelu_tanh": ("relu",), "silu": ("relu", "sigmoid"), "step": ("sigmoid", "sign"), "identity": ("sigmoid",),
            "selu": ("elu", "relu"), "hard_tanh": ("tanh",), "softsign": ("tanh",), "mish": ("silu",), "sin": ("cos",), "cos": ("sin",)}
"""Function -> those that are taken for it."""

USUAL = tuple(number(Fraction(1, n)) for n in (100, 10, 5, 1))
"""What the parameter of leaky ReLU or ELU is taken for."""

NO_ACTIVATION = frozenset(("exp", "ln", "log2", "log10", "abs", "sign", "erf", "Phi", "phi", "huber"))
MOST_TERMS = 6


def _bias_left_out(equation: Equation, setting: Setting) -> Iterator[Expr]:
    for term, left in without_terms(equation.right):
        if isinstance(term, Entry) and setting.role(term.tensor) == "parameter":
            yield left


def transposed_entry(equation: Equation, setting: Setting) -> Iterator[Expr]:
    """Each matrix with its two indices exchanged, where its sizes may be equal."""
    for node, put in entries(equation.right):
        axes = setting.program[node.tensor].axes if node.tensor in setting.program.tensors else ()
        if len(node.at) == 2 and plain(node.at) and setting.role(node.tensor) == "parameter" and setting.may_equal(*axes):
            yield put(Entry(node.tensor, node.at[::-1]))


def activations(e: Expr) -> Iterator[tuple[Apply, object]]:
    return ((node, put) for node, put in places(e) if isinstance(node, Apply) and node.order == 0 and node.function not in NO_ACTIVATION)


def softmaxes(e: Expr) -> Iterator[tuple[Component, object]]:
    return ((node, put) for node, put in places(e) if isinstance(node, Component) and node.function == "softmax")


def _activation_left_out(equation: Equation, setting: Setting) -> Iterator[Expr]:
    return (put(node.argument) for node, put in activations(equation.right))


def _softmax_left_out(equation: Equation, setting: Setting) -> Iterator[Expr]:
    return (put(opened(node)) for node, put in softmaxes(equation.right))


def _derivative_for_function(equation: Equation, setting: Setting) -> Iterator[Expr]:
    return (put(Apply(node.function, node.arguments, 1)) for node, put in activations(equation.right))


def applied(name: str, argument: Expr) -> Apply:
    """The function with its usual parameters."""
    return Apply(name, (argument, *parameters(scalar(name))))


def _another_activation(equation: Equation, setting: Setting) -> Iterator[Expr]:
    for node, put in activations(equation.right):
        for other in CONFUSED.get(node.function, ()):
            yield put(applied(other, node.argument))
        for usual in USUAL if node.function in ("leaky_relu", "elu") else ():
            if usual != node.arguments[1]:
                yield put(Apply(node.function, (node.argument, usual)))
    if isinstance(equation.right, Entry) and plain(equation.right.at) and setting.role(equation.right.tensor) == "intermediate":
        yield from (applied(other, equation.right) for other in ("sigmoid", "relu", "tanh"))


def _entrywise_softmax(equation: Equation, setting: Setting) -> Iterator[Expr]:
    return (put(applied("sigmoid", opened(node))) for node, put in softmaxes(equation.right))


def _exponent_sign(equation: Equation, setting: Setting) -> Iterator[Expr]:
    for node, put in places(equation.right):
        match node:
            case Apply("sigmoid", (x,), 0):
                yield put(Apply("sigmoid", (negative(x),)))
            case Apply("exp", (x,), 0):
                yield put(Apply("exp", (negative(x),)))


def _cases_exchanged(equation: Equation, setting: Setting) -> Iterator[Expr]:
    for node, put in activations(equation.right):
        function = scalar(node.function)
        if function and function.value and (changed := turned(right := function.value(*node.arguments))) != right:
            yield put(changed)


def _before_activation(equation: Equation, setting: Setting) -> Iterator[Expr]:
    for node, put in entries(equation.right):
        if (found := setting.out_of.get(node.tensor)) and (setting.kind(equation) != LOSS or found.vector):
            yield put(Entry(found.before, node.at))


def _activation_twice(equation: Equation, setting: Setting) -> Iterator[Expr]:
    for node, put in entries(equation.right):
        found = setting.out_of.get(node.tensor)
        if found and not found.vector and setting.kind(equation) == FORWARD:
            yield put(Apply(found.function, (node, *found.rest)))


def left_out_of_sum(equation: Equation, setting: Setting) -> Iterator[Expr]:
    """Each sum without one of its terms."""
    for node, put in places(equation.right):
        if isinstance(node, Sum):
            size = setting.size(node.index.axis)
            for place in range(min(size, MOST_TERMS) if size else 1) if size != 1 else ():
                yield put(Sum(node.index, mul(node.body, ONE - Delta(node.index, Offset((), place)))))


def one_of_sum(equation: Equation, setting: Setting) -> Iterator[Expr]:
    """Each sum as one of its terms."""
    for node, put in places(equation.right):
        if isinstance(node, Sum):
            size = setting.size(node.index.axis)
            for place in range(min(size, MOST_TERMS) if size else 1) if size != 1 else ():
                yield put(at_constant(node.body, node.index, place))


def _not_normalised(equation: Equation, setting: Setting) -> Iterator[Expr]:
    return (put(Apply("exp", (opened(node),))) for node, put in softmaxes(equation.right))


def _without_exponential(equation: Equation, setting: Setting) -> Iterator[Expr]:
    return (put(mul(opened(node), power(Sum(node.index, node.body), -1))) for node, put in softmaxes(equation.right))


def _of_a_scalar(equation: Equation, setting: Setting) -> Iterator[Expr]:
    return (put(ONE) for _, put in softmaxes(equation.right))


def _negative_softmax(equation: Equation, setting: Setting) -> Iterator[Expr]:
    return (put(Component(node.function, node.index, negative(node.body), node.at)) for node, put in softmaxes(equation.right))


def _time_off_by_one(equation: Equation, setting: Setting) -> Iterator[Expr]:
    """h[t] for h[t-1], and h[t-1] for h[t] where that is computed elsewhere."""
    for node, put in entries(equation.right):
        for n, place in enumerate(node.at):
            if isinstance(place, Offset) and len(place.terms) == 1 and place.constant:
                (index, times), = place.terms
                if times == 1 and not isinstance(index, Entry):
                    yield put(Entry(node.tensor, (*node.at[:n], index, *node.at[n + 1:])))
                    yield put(Entry(node.tensor, (*node.at[:n], offset(index, -place.constant), *node.at[n + 1:])))


def _kernel_turned(equation: Equation, setting: Setting) -> Iterator[Expr]:
    """x[i-k] for x[i+k], and the other way round."""
    for node, put in entries(equation.right):
        for n, place in enumerate(node.at):
            if isinstance(place, Offset) and len(place.terms) == 2:
                for m in (0, 1):
                    changed = tuple((v, -c if k == m else c) for k, (v, c) in enumerate(place.terms))
                    yield put(Entry(node.tensor, (*node.at[:n], Offset(changed, place.constant), *node.at[n + 1:])))


def _updated_too_late(equation: Equation, setting: Setting) -> Iterator[Expr]:
    """The old parameters in what is computed after the update."""
    back = {new: old for old, new in setting.updated.items()}
    if any(isinstance(node, Entry) and node.tensor in back for node, _ in places(equation.right)):
        yield renamed_tensors(equation.right, back)


def _bias_subtracted(equation: Equation, setting: Setting) -> Iterator[Expr]:
    for node, put in places(equation.right):
        for term in getattr(node, "terms", ()):
            if isinstance(term, Entry) and setting.role(term.tensor) == "parameter":
                yield put(add(*(negative(t) if t is term else t for t in node.terms)))


def _weights_without_sign(equation: Equation, setting: Setting) -> Iterator[Expr]:
    for node, put in entries(equation.right):
        if setting.role(node.tensor) == "parameter" and node.at:
            yield put(Apply("abs", (node,)))


ROWS = (
    row("bias left out", "F1", FORWARD, _bias_left_out, "The bias belongs to the pre-activation; it was left out here.", 2.2),
    row("bias subtracted", "F1", FORWARD, _bias_subtracted, "The bias is added, not subtracted."),
    row("activation left out", "F3", (FORWARD, LOSS), _activation_left_out,
        "This is the pre-activation itself; the activation function has to be applied to it.", 2.2),
    row("softmax left out", "F3", FORWARD, _softmax_left_out, "These are the scores themselves; the softmax has to be applied to them.", 2.2),
    row("matrix for its transpose", "F2", FORWARD, transposed_entry,
        "The matrix was used the wrong way round: row and column of its entries are exchanged, as with W in the place of W transposed.", 2.2),
    row("softmax not normalised", "F7", FORWARD, _not_normalised,
        "Softmax divides each exponential by the sum of all of them; the division is missing."),
    row("softmax without exponentials", "F7", FORWARD, _without_exponential,
        "Softmax divides exponentials by their sum; here the scores themselves were divided."),
    row("softmax entry by entry", "F8", FORWARD, _entrywise_softmax,
        "Softmax takes all scores together; here each was put through a sigmoid of its own.", 2.8),
    row("softmax of a scalar", "F8", FORWARD, _of_a_scalar, "Softmax of a single number is always 1: it has to be taken of the whole vector.", 2.8),
    row("sign in the exponent", "F4", (FORWARD, LOSS), _exponent_sign, "The exponent has the wrong sign: the sigmoid is 1/(1 + e^(-x))."),
    row("softmax of the negative scores", "F4", FORWARD, _negative_softmax, "The exponents of the softmax have the wrong sign.", 3),
    row("another activation", "F4", (FORWARD, LOSS), _another_activation, "Another activation function was applied than the one that the task gives."),
    row("cases of the activation exchanged", "J3", FORWARD, _cases_exchanged,
        "The two cases of the activation are exchanged: look at the sign of its argument again.", 2.6),
    row("derivative for the function", "F4", FORWARD, _derivative_for_function,
        "This is the derivative of the activation; the forward pass takes the function itself.", 2.6),
    row("pre-activation in the next layer", "F5", (FORWARD, LOSS), _before_activation,
        "The next layer takes the output of the activation; here its input, the pre-activation, was used."),
    row("activation applied twice", "F5", FORWARD, _activation_twice,
        "The activation was applied a second time to a value that already is its output.", 2.8),
    row("step of time off by one", "F5", (FORWARD, *BACKWARD), _time_off_by_one,
        "The step of time is off by one: compare the index with the recurrence."),
    row("kernel turned round", "F5", (FORWARD, *BACKWARD), _kernel_turned, "The filter runs the wrong way: an index has the wrong sign.", 2.6),
    row("old parameters after the update", "U5", (FORWARD, LOSS), _updated_too_late,
        "After the update the new parameters have to be used; these are the old ones.", 2.4),
    row("one term of the sum", "F6", (FORWARD, LOSS), one_of_sum, "Only one term of the sum was computed; all have to be added.", 2.7),
    row("one term of the sum left out", "F6", (FORWARD, LOSS), left_out_of_sum, "One term of the sum is missing.", 2.9),
    row("sign of weights lost", "H8", FORWARD, _weights_without_sign, "Negative weights were used without their sign.", 2.9),
)
"""In the order in which they are tried."""

