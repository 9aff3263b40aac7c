"""Conditions, and distinctions by cases: decided for every entry and every value of a letter, or said to be undecided."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flint import arb

from ..numbers.hulls import EITHER
from ..reading.names import flat
from ..reading.syntax import Cases, Empty, Formula, Group, Name, Relation, Script, Words
from ..reading.syntax import Sequence as Items
from ..reading.terms import Unclear
from . import array as arrays
from .array import Array, Nonconforming
from .families import Family, lifted
from .ways import Context, Way, combined, distinct

SIGNS = {"=": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b, ">": lambda a, b: a > b,
         "<=": lambda a, b: a <= b, ">=": lambda a, b: a >= b}
OPPOSITE = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
ELSE = frozenset(("otherwise", "else", "sonst", "other", "elsewhere", "in all other cases", "ow", "o.w", "o/w"))


def decided(sign: str, a: Any, b: Any) -> Any:
    """1, 0, or the interval between where the balls do not tell."""
    if SIGNS[sign](a, b):
        return arrays.ONE
    return arrays.ZERO if SIGNS[OPPOSITE[sign]](a, b) or sign == "=" and not a.overlaps(b) else EITHER


def index_value(context: Context, item: Formula) -> Family:
    """An index letter, a shifted one or a number, as the sheet counts."""
    from .entries import index_letter
    letter = index_letter(context, item) if isinstance(item, Name | Script) else None
    if letter is not None and context.is_bound(letter):
        return context.letter(letter)
    if letter is not None and context.scope.meant(item) is None:
        raise Unclear(item.span, f"the index {letter} is bound by nothing")
    return context(item)[0].family


def truth(context: Context, condition: Formula) -> list[Way]:
    """1 where a condition holds, else 0."""
    match condition:
        case Group(_, _, body):
            return truth(context, body)
        case Relation(span, parts, operators) if all(sign in SIGNS for sign in operators):
            if any(isinstance(part, Empty) for part in parts):
                raise Unclear(span, "a condition on nothing", "write what has to be above 0")
            sides = [_side(context, part) for part in parts]

            def join(*ways: Way) -> list[tuple[Family, tuple]]:
                result: Family | None = None
                for left, sign, right in zip(ways, operators, ways[1:], strict=False):
                    holds = lifted(lambda a, b, sign=sign: arrays.broadcast(lambda x, y: decided(sign, x, y), a, b), left.family, right.family)
                    result = holds if result is None else lifted(lambda a, b: arrays.broadcast(lambda x, y: x * y, a, b), result, holds)
                return [(result, ())]

            return combined(sides, join)
        case Items(_, parts, _) if parts:
            kept = [part for part in parts if not isinstance(part, Words)]
            if len(kept) == 1:
                return truth(context, kept[0])
    raise Unclear(condition.span, "a condition that is not understood")


def _side(context: Context, part: Formula) -> list[Way]:
    from .entries import index_letter
    if isinstance(part, Name | Script) and (letter := index_letter(context, part)) is not None and context.is_bound(letter):
        return [Way(context.letter(letter))]
    return context(part)


def is_else(condition: Formula | None) -> bool:
    return condition is None or (isinstance(condition, Words | Name) and (flat(condition) or "").strip(" .,;:").lower() in ELSE)


def cases(context: Context, formula: Cases) -> list[Way]:
    """For each entry the value of the first case that holds. Unclear where one is undecided or none holds."""
    rows = [(context(value), None if is_else(condition) else truth(context, condition)) for value, condition in formula.rows]
    parts = [part for value, condition in rows for part in (value, condition) if part is not None]
    open_ended = [condition is None for _, condition in rows]

    def join(*ways: Way) -> list[tuple[Family, tuple]]:
        taken = iter(ways)
        families = [(next(taken).family, None if last else next(taken).family) for last in open_ended]
        flat_families = [family for pair in families for family in pair if family is not None]
        return [(lifted(lambda *members: _chosen(members, open_ended, formula), *flat_families), ())]

    return distinct(combined(parts, join))


def _chosen(members: Sequence[Array], open_ended: Sequence[bool], formula: Cases) -> Array:
    taken = iter(members)
    rows = [(next(taken), None if last else next(taken)) for last in open_ended]
    shapes = {a.shape for row in rows for a in row if a is not None and a.shape}
    if len(shapes) > 1:
        raise Nonconforming("cases of unlike shapes")
    shape = shapes.pop() if shapes else ()
    spread = [(_spread(value, shape), None if mask is None else _spread(mask, shape)) for value, mask in rows]
    cells = []
    for k in range(len(spread[0][0])):
        cells.append(_first(((value[k], None if mask is None else mask[k]) for value, mask in spread), formula))
    return Array(shape, tuple(cells))


def _first(rows: Any, formula: Cases) -> arb:
    for value, mask in rows:
        if mask is None or mask == 1:
            return value
        if not mask == 0:
            raise Unclear(formula.span, "which case holds is undecided here")
    raise Unclear(formula.span, "a place where none of the cases holds")


def _spread(a: Array, shape: tuple[int, ...]) -> tuple[Any, ...]:
    count = 1
    for n in shape:
        count *= n
    return a.cells * count if not a.shape and shape else a.cells
