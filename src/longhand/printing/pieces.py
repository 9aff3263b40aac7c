"""Where a formula that is too wide can be broken."""
from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from ..forms.maths import Brace, Choice, Fence, Grid, Limits, Line, Maths, Over, Root, Scripts, Sign
from .latex_maths import is_infix, is_prefix
from .terminal_maths import inline
from .unicode_table import width

LONG = 60
"""Characters above which brackets are opened to break what they hold."""
SMALL = 0.7
"""A letter of a script beside one of the line."""


def pieces(maths: Maths) -> Iterator[Line]:
    """The formula cut before its operators, long brackets opened."""
    return (Line(tuple(part)) for part in _cut(maths))


def _cut(maths: Maths) -> list[list[Maths]]:
    parts: list[list[Maths]] = [[]]
    for item in maths.items if isinstance(maths, Line) else (maths,):
        if is_infix(item) and parts[-1] and not is_prefix(parts[-1][-1]):
            parts.append([])
        if isinstance(item, Fence) and columns(item) > LONG:
            first, *rest = _cut(item.body)
            parts[-1] += (Sign(item.opening, "opening"), *first)
            parts += rest
            parts[-1].append(Sign(item.closing, "closing"))
        else:
            parts[-1].append(item)
    return parts


def columns(maths: Maths) -> float:
    """About how many characters wide the formula is in type: a matrix is as wide as its columns, a fraction as its longer half."""
    match maths:
        case Line(items):
            return sum(columns(item) + 2 * is_infix(item) for item in items)
        case Over(above, below):
            return max(columns(above), columns(below))
        case Scripts(base, sub, sup):
            return columns(base) + SMALL * max((columns(each) for each in (sub, sup) if each is not None), default=0)
        case Fence(body) | Root(body):
            return columns(body) + 2
        case Grid(rows):
            return 2 + sum(max(map(columns, cells)) + 2 for cells in zip_longest(*rows, fillvalue=Line(())))
        case Choice(rows):
            return 5 + max((columns(value) + columns(condition) for value, condition in rows), default=0)
        case Limits(_, below, above):
            return max(2, SMALL * max((columns(each) for each in (below, above) if each is not None), default=0))
        case Brace(body):
            return columns(body)
    return width(inline(maths))


def lines(maths: Maths, room: float) -> Iterator[Line]:
    """The pieces put together again, as many in a line of so many characters as fit."""
    held: list[Maths] = []
    for piece in pieces(maths):
        if held and columns(Line((*held, *piece.items))) > room:
            yield Line(tuple(held))
            held = []
        held += piece.items
    yield Line(tuple(held))
