"""Sides computed from numbers alone, 0.81 · 0.55 + (-1.44) · 0.339: there is one way to read them, so they are evaluated on the spot."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..reading.syntax import Formula, Fraction, Group, Negative, Numeral, Product, Sum

TIMES = frozenset(("", "cdot", "times", "ast"))
DEEPEST = 40

Literal = Callable[[str], Any]


def arithmetic(formula: Formula, literal: Literal) -> Any:
    """The value of a formula of numbers, + - · and fractions; None for any other, and for one without a value."""
    value = _value(formula, literal, 0)
    return value if value is not None and value.is_finite() else None


def _value(formula: Formula, literal: Literal, depth: int) -> Any:
    if depth > DEEPEST:
        return None
    match formula:
        case Numeral(_, text):
            return literal(text)
        case Sum(_, terms):
            return _folded(terms, literal, depth, lambda a, b: a + b)
        case Product(_, factors, operators) if TIMES.issuperset(operators):
            return _folded(factors, literal, depth, lambda a, b: a * b)
        case Negative(_, body):
            value = _value(body, literal, depth + 1)
            return None if value is None else -value
        case Group(_, "(" | "[" | "{", body):
            return _value(body, literal, depth + 1)
        case Fraction(_, above, below):
            return _folded((above, below), literal, depth, lambda a, b: a / b)
    return None


def _folded(parts: tuple[Formula, ...], literal: Literal, depth: int, join: Callable[[Any, Any], Any]) -> Any:
    result = None
    for part in parts:
        value = _value(part, literal, depth + 1)
        if value is None:
            return None
        result = value if result is None else join(result, value)
    return result
