"""Local derivatives worked out by cases: the softmax Jacobian by i = k and i ≠ k, piecewise functions by their pieces."""
from __future__ import annotations

from ..core.expr import Apply, Component, Entry, Expr
from .derivation import Case


def of_local(right: Expr, outer: Entry, x: Entry, value: Expr) -> tuple[Case, ...]:
    """The distinction by cases that belongs to ∂outer/∂x, or nothing where the rule makes none."""
    match right:
        case Component() | Apply():
            return ()
    return ()
