"""Functions from a vector to a vector."""
from __future__ import annotations

from collections.abc import Callable

from ..core.axis import Index
from ..core.expr import ONE, Expr, Position, Sum, delta, power
from ..core.function import VectorFunction
from ..core.walk import rename
from .elementary import exp, ln


def _softmax(index: Index, body: Expr, at: Position) -> Expr:
    return exp(rename(body, {index: at})) * power(Sum(index, exp(body)), -1)


def _softmax_jacobian(y: Callable[[Position], Expr], at: Position, by: Position) -> Expr:
    return y(at) * (delta(at, by) - y(by))


def _log_softmax(index: Index, body: Expr, at: Position) -> Expr:
    return rename(body, {index: at}) - ln(Sum(index, exp(body)))


def _log_softmax_jacobian(y: Callable[[Position], Expr], at: Position, by: Position) -> Expr:
    return delta(at, by) - exp(y(by))


VECTOR_FUNCTIONS = (
    VectorFunction(
        "softmax", r"\operatorname{softmax}\left(#1\right)", _softmax, _softmax_jacobian,
        rule="softmax Jacobian",
        why="Every input stands in the common denominator, so every output depends on every input: the quotient rule gives "
            "y_i(1 - y_i) for an output and its own input and -y_i y_j for another one, in one formula y_i(δ_ij - y_j).",
        total=ONE,
        aliases=("soft-max", "normalised exponential", "normalized exponential"),
    ),
    VectorFunction(
        "log_softmax", r"\ln\operatorname{softmax}\left(#1\right)", _log_softmax, _log_softmax_jacobian,
        rule="log-softmax Jacobian",
        why="ln softmax(x)_i is x_i - ln Σ e^(x_k): the first term changes with x_i alone, the second with every x_j, "
            "by softmax(x)_j = e^(y_j).",
    ),
)
