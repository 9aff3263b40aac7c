"""Declarations of functions: one row a function, each field a claim that a test holds against another field."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import field

from .axis import Index
from .expr import Expr, Position
from .record import record


@record
class Function:
    """A scalar function.

    value       its definition as an expression of the argument and the parameters; None for a primitive (exp, ln, ...)
    latex       with #1 for the argument, #2... for parameters
    derivative  the textbook form from (x, y, *parameters), y being the value at x; None: derived from `value`
    named       True: printed as f'(x) with its cases shown in a step (ELU), False: printed as its formula (y(1-y))
    kinks       points where it is not smooth -> value of the derivative taken there, as text
    """
    name: str
    latex: str
    value: Callable[..., Expr] | None = None
    derivative: Callable[..., Expr] | None = None
    named: bool = False
    rule: str = ""
    why: str = ""
    kinks: dict[str, str] = field(default_factory=dict)
    domain: tuple[str, str] | None = None      # (relation, bound) that the argument obeys: (">", "0") for ln
    defaults: tuple[str, ...] = ()             # parameters, as exact decimals
    aliases: tuple[str, ...] = ()


@record
class VectorFunction:
    """A function from a vector to a vector.

    value     entry `at` of the function of the vector body(k): (index, body, at) -> Expr
    jacobian  ∂y_at/∂v_by from the outputs y(position): (y, at, by) -> Expr
    total     what the entries of the output sum to, or None
    """
    name: str
    latex: str
    value: Callable[[Index, Expr, Position], Expr]
    jacobian: Callable[[Callable[[Position], Expr], Position, Position], Expr]
    rule: str = ""
    why: str = ""
    total: Expr | None = None
    aliases: tuple[str, ...] = ()
