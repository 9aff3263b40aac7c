"""∂e/∂x for one entry x: the rules of differentiation over the node types."""
from __future__ import annotations

from ..core.axis import fresh
from ..core.expr import (
    ZERO,
    Add,
    Apply,
    Component,
    Delta,
    Entry,
    Expr,
    Holds,
    Mul,
    Number,
    Position,
    Power,
    Sum,
    add,
    delta,
    mul,
    number,
    power,
)
from ..core.walk import all_indices, indices_of, rename, replace_entries, tensors
from ..functions import table
from .simplify import sum_over

_X = Entry("x of the definition")


def derivative(e: Expr, x: Entry, name: Entry | None = None) -> Expr:
    """∂e/∂x, x holding indices that occur nowhere in e. `name` is the entry that e defines, so that σ' can be written with the output.

    A condition (Holds) is piecewise constant: its derivative is 0; what happens at the kink itself is declared by the function.
    """
    if x.tensor not in tensors(e):
        return ZERO
    match e:
        case Entry(tensor, at):
            if tensor != x.tensor:
                return ZERO
            return mul(*(delta(p, q) for p, q in zip(at, x.at, strict=True)))
        case Number() | Delta() | Holds():
            return ZERO
        case Add(parts):
            return add(*[derivative(part, x) for part in parts if x.tensor in tensors(part)])
        case Mul(parts):
            return add(*[mul(*parts[:k], derivative(part, x), *parts[k + 1:]) for k, part in enumerate(parts) if x.tensor in tensors(part)])
        case Power(base, exponent):
            return mul(number(exponent), power(base, exponent - 1), derivative(base, x))
        case Sum(index, body):
            return sum_over(index, derivative(body, x))
        case Apply(_, arguments):
            if any(x.tensor in tensors(parameter) for parameter in arguments[1:]):
                return derivative(_definition(e), x)
            return mul(outer_derivative(e, name), derivative(arguments[0], x))
        case Component(function, index, body, at):
            return _through_vector_function(function, index, body, at, x, name)
    raise TypeError(f"not a node of an expression: {e!r}")


def outer_derivative(e: Apply, name: Entry | None = None) -> Expr:
    """f'(u) for e = f(u), in the textbook form of the function where one is declared."""
    row = table.scalar(e.function)
    if row is None or row.named:
        return Apply(e.function, e.arguments, e.order + 1)
    if e.order == 0 and row.derivative is not None:
        return row.derivative(e.argument, name or e, *e.arguments[1:])
    return spelled_out(e, e.order + 1)


def spelled_out(e: Apply, order: int) -> Expr:
    """The derivative of the given order as a formula of the argument, even where it is usually left as f'."""
    row = table.scalar(e.function)
    if row is None:
        return Apply(e.function, e.arguments, order)
    formula = row.value(_X, *e.arguments[1:]) if row.value is not None else Apply(e.function, (_X, *e.arguments[1:]))
    for done in range(order):
        if done == 0 and row.derivative is not None:
            formula = row.derivative(_X, Apply(e.function, (_X, *e.arguments[1:])), *e.arguments[1:])
        else:
            formula = derivative(formula, _X)
    return replace_entries(formula, lambda entry: e.argument if entry == _X else entry)


def _definition(e: Apply) -> Expr:
    row = table.scalar(e.function)
    if row is None or row.value is None:
        raise ValueError(f"{e.function} has no definition to differentiate with respect to its parameter")
    return spelled_out(e, e.order) if e.order else row.value(*e.arguments)


def _through_vector_function(function: str, index, body: Expr, at: Position, x: Entry, name: Entry | None) -> Expr:
    row = table.vector(function)
    if row is None:
        raise ValueError(f"unknown vector function {function}")

    def output(place: Position) -> Expr:
        if name is not None and at in name.at:
            return Entry(name.tensor, tuple(place if p == at else p for p in name.at))
        return Component(function, index, body, place)

    by = fresh(index.axis, all_indices(body) | indices_of(at) | {i for p in x.at for i in indices_of(p)})
    inner = derivative(rename(body, {index: by}), x)
    return sum_over(by, mul(row.jacobian(output, at, by), inner))


