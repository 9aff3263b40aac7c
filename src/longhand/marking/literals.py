"""Numbers, lists and matrices as written in a formula."""
from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache, partial
from typing import Any

from flint import arb, ctx, fmpq

from ..reading.environment import numeral
from ..reading.syntax import Dots, Formula, Matrix, Row, Span
from ..reading.terms import Unclear
from . import array as arrays
from .arithmetic import arithmetic
from .array import Nonconforming
from .families import lifted
from .patterns import pattern
from .printed import half_unit
from .scope import Scope
from .ways import BITS, Context, Way, combined, distinct, one

PLAIN = frozenset((Fraction(1, 2), Fraction(1, 4)))
"""Decimals that are read as exact: ½ is written .5."""
MANY = 2000
"""Cells of a written matrix."""


@lru_cache(4096)
def literal_ball(text: str, data: frozenset[Fraction] = frozenset()) -> Any:
    """A number as written. A decimal is ± half a unit of its last place, unless it is one of the problem's numbers or a plain fraction."""
    value = numeral(text)
    centre = exact_ball(text)
    mantissa, _, exponent = text.lower().partition("e")
    if "." not in mantissa or value in data or value in PLAIN:
        return centre
    places = len(mantissa.partition(".")[2].rstrip("}")) - int(exponent or 0)
    with ctx.workprec(BITS):
        return centre + half_unit(places)


def exact_ball(text: str) -> Any:
    """A number as written, exact."""
    value = numeral(text)
    with ctx.workprec(BITS):
        return arb(fmpq(value.numerator, value.denominator))


def literals_of(scope: Scope) -> Callable[[str], Any]:
    """How numbers in a formula about the scope's problem are read."""
    return partial(literal_ball, data=scope.given)


def row(context: Context, formula: Row) -> list[Way]:
    """A list in brackets: a vector, as a row; columns and rows in it are put side by side."""
    if any(isinstance(item, Dots) for item in formula.items):
        return _with_dots(context, (formula.items,), formula.span)
    if formula.items and all(isinstance(item, Row | Matrix) for item in formula.items):
        return matrix(context, tuple((item,) for item in formula.items), formula.span)
    return matrix(context, (formula.items,), formula.span)


def matrix(context: Context, rows: tuple[tuple[Formula, ...], ...], span: Span) -> list[Way]:
    """A matrix whose cells are formulas or blocks."""
    if any(isinstance(cell, Dots) for cells in rows for cell in cells):
        return _with_dots(context, rows, span)
    if not rows or sum(map(len, rows)) > MANY:
        raise Unclear(span, "an empty or very large matrix")
    if len({len(cells) for cells in rows}) > 1:
        raise Nonconforming("a matrix with rows of unequal length")
    width = len(rows[0])
    if (numbers := _numbers(context, rows)) is not None:
        context.spend(len(numbers), span)
        return one(arrays.array((len(rows), width), numbers))
    parts = [context(cell) for cells in rows for cell in cells]
    plain = [part[:1] if len(part) == 1 or len(parts) > 4 else part[:2] for part in parts]

    def join(*ways: Way) -> list:
        return [(lifted(lambda *blocks: arrays.stacked([blocks[k:k + width] for k in range(0, len(blocks), width)]), *(w.family for w in ways)), ())]

    return distinct(combined(plain, join))


def _numbers(context: Context, rows: tuple[tuple[Formula, ...], ...]) -> list[Any] | None:
    """The cells where all are numbers, which can be read in one way only."""
    numbers = []
    for cells in rows:
        for cell in cells:
            if (number := arithmetic(cell, context.literal)) is None:
                return None
            numbers.append(number)
    return numbers


def _with_dots(context: Context, rows: tuple[tuple[Formula, ...], ...], span: Span) -> list[Way]:
    """A list whose first and last entries show the pattern."""
    cells = tuple(cell for cells in rows for cell in cells)
    if len(rows) > 1 and any(len(cells) > 1 for cells in rows):
        raise Unclear(span, "a matrix with dots in it", "write its general entry")
    return pattern(context, cells, "column" if len(rows) > 1 else "row", span)


__all__ = ["exact_ball", "literal_ball", "literals_of", "matrix", "row"]
