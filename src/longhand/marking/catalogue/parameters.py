"""Mistakes in the gradients of parameters (P) and in their update (U)."""
from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from ...core.equation import Equation
from ...core.expr import Add, Entry, Expr, Mul, Number, Sum, add, mul, negative, power
from ...core.walk import tensors
from .places import at_constant, entries, places
from .setting import DELTA, GRADIENT, JACOBIAN, UPDATE, Setting, has_derivative, row


def _transposed(equation: Equation, setting: Setting) -> Iterator[Equation]:
    """The same entries with two indices of the result exchanged."""
    at = list(equation.left.at)
    for n, m in combinations(range(len(at)), 2):
        changed = list(at)
        changed[n], changed[m] = at[m], at[n]
        yield Equation(Entry(equation.name, tuple(changed)), equation.right)


def _not_summed(equation: Equation, setting: Setting) -> Iterator[Equation | Expr]:
    """One gradient for each example of the batch, or that of the first alone."""
    right = equation.right
    if isinstance(right, Sum) and isinstance(right.body, Entry):
        yield Equation(Entry(equation.name, (right.index, *equation.left.at)), right.body)
        yield at_constant(right.body, right.index, 0)


def _input_left_out(equation: Equation, setting: Setting) -> Iterator[Expr]:
    for node, put in places(equation.right):
        if isinstance(node, Mul) and has_derivative(node, setting):
            for factor in node.factors:
                if isinstance(factor, Entry) and setting.role(factor.tensor) in ("input", "intermediate"):
                    yield put(mul(*(f for f in node.factors if f is not factor)))


def _pre_activation(equation: Equation, setting: Setting) -> Iterator[Expr]:
    for node, put in entries(equation.right):
        if found := setting.out_of.get(node.tensor):
            yield put(Entry(found.before, node.at))


def _own_terms(equation: Equation, setting: Setting) -> Iterator[tuple[Expr, Add]]:
    """The terms of a gradient that hold the parameter itself: those of a weight decay."""
    _, wrt = setting.derivatives[equation.name]
    if isinstance(equation.right, Add):
        for term in equation.right.terms:
            if wrt in tensors(term) and not has_derivative(term, setting):
                yield term, equation.right


def _divided_by_a_size(equation: Equation, setting: Setting) -> Iterator[Expr]:
    """Divided by the number of rows or columns of the result. Of two, it is rather the 2 of a square that is missing."""
    sizes = {setting.size(axis) for axis in setting.program[equation.name].axes}
    yield from (mul(power(Number(size), -1), equation.right) for size in sorted(sizes - {None, 1, 2}))


def _decay_left_out(equation: Equation, setting: Setting) -> Iterator[Expr]:
    for term, whole in _own_terms(equation, setting):
        yield add(*(t for t in whole.terms if t is not term))


def _decay_factor(equation: Equation, setting: Setting) -> Iterator[Expr]:
    for term, whole in _own_terms(equation, setting):
        others = tuple(t for t in whole.terms if t is not term)
        wrong = [term * 2, term / 2, negative(term)]
        if isinstance(term, Mul):
            wrong += [mul(*(f for f in term.factors if f is not factor)) for factor in term.factors
                      if isinstance(factor, Entry) and setting.role(factor.tensor) in ("data", "constant")]
        yield from (add(*others, new) for new in wrong)


# ---- updates -----------------------------------------------------------------------------------------------------

def _step(equation: Equation, setting: Setting) -> tuple[Entry, Expr] | None:
    """(old value, what is added to it) of an update."""
    right = equation.right
    for old in right.terms if isinstance(right, Add) else ():
        if isinstance(old, Entry) and setting.role(old.tensor) == "parameter":
            return old, add(*(t for t in right.terms if t is not old))
    return None


def _rates(e: Expr, setting: Setting) -> Iterator[Entry]:
    rate = setting.descent.constants.get("learning rate") if setting.descent else None
    return (f for f in (e.factors if isinstance(e, Mul) else ()) if isinstance(f, Entry) and f.tensor == rate)


def _rate_left_out(equation: Equation, setting: Setting) -> Iterator[Expr]:
    for node, put in places(equation.right):
        for rate in _rates(node, setting):
            yield put(mul(*(f for f in node.factors if f is not rate)))


def _rate_twice(equation: Equation, setting: Setting) -> Iterator[Expr]:
    for node, put in places(equation.right):
        for rate in _rates(node, setting):
            yield put(mul(rate, node))


def _rate_divides(equation: Equation, setting: Setting) -> Iterator[Expr]:
    for node, put in places(equation.right):
        for rate in _rates(node, setting):
            yield put(mul(node, power(rate, -2)))


def _ascent(equation: Equation, setting: Setting) -> Iterator[Expr]:
    if step := _step(equation, setting):
        yield add(step[0], negative(step[1]))


def _not_updated(equation: Equation, setting: Setting) -> Iterator[Expr]:
    if step := _step(equation, setting):
        yield step[0]


def _step_alone(equation: Equation, setting: Setting) -> Iterator[Expr]:
    if step := _step(equation, setting):
        yield step[1]
        yield negative(step[1])


def _another_gradient(equation: Equation, setting: Setting) -> Iterator[Expr]:
    for node, put in entries(equation.right):
        if node.tensor in setting.derivatives:
            yield from (put(Entry(other, node.at)) for other in setting.alike(node.tensor, ("gradient",), equation.name))
        elif (step := _step(equation, setting)) and node == step[0]:
            new = set(setting.updated.values())
            yield from (put(Entry(other, node.at)) for other in setting.alike(node.tensor, ("parameter",), equation.name)
                        if other not in new and other not in setting.equations)


ROWS = (
    row("learning rate forgotten", "U1", UPDATE, _rate_left_out,
        "The gradient has to be multiplied by the learning rate before it is subtracted.", 2.2),
    row("added instead of subtracted", "U2", UPDATE, _ascent, "Gradient descent subtracts the step; here it was added.", 2.2),
    row("not updated", "U3", UPDATE, _not_updated, "This parameter still has its old value: it was not updated.", 2.2),
    row("only the step", "U3", UPDATE, _step_alone, "This is the step alone; the new value is the old one minus the step."),
    row("learning rate twice", "U4", UPDATE, _rate_twice, "The learning rate was multiplied twice."),
    row("divided by the learning rate", "U4", UPDATE, _rate_divides, "The gradient is multiplied by the learning rate, not divided by it.", 2.9),
    row("another parameter's numbers", "U5", UPDATE, _another_gradient,
        "The old value or the gradient of another quantity was used in this update.", 2.7),
    row("result transposed", "P1", (GRADIENT, JACOBIAN, DELTA), _transposed,
        "This is the transpose of the result: rows and columns are exchanged. A gradient has the shape of what it belongs to.", 2.2),
    row("not summed over the batch", "P5", GRADIENT, _not_summed,
        "The bias serves every example of the batch: its gradient is the sum over all of them."),
    row("divided by a number of neurons", "P4", GRADIENT, _divided_by_a_size,
        "It is divided by the number of neurons; the gradient adds, it takes no mean over them.", 2.7),
    row("pre-activation for the activation", "P2", GRADIENT, _pre_activation,
        "The weight multiplies the output of the activation; here the pre-activation was used.", 2.4),
    row("input of the layer left out", "P2", (GRADIENT, JACOBIAN), _input_left_out,
        "The gradient of a weight is multiplied by what the weight is multiplied by in the forward pass; that factor is missing.", 2.6),
    row("weight decay left out", "P6", GRADIENT, _decay_left_out, "The term of the regularisation is missing in the gradient."),
    row("factor of the weight decay", "P6", GRADIENT, _decay_factor,
        "The term of the regularisation has the wrong factor: differentiate the square again."),
)
"""In the order in which they are tried."""
