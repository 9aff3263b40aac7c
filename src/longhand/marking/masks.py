"""Conditions under which a claim is made: cells to which it does not apply are left out of the comparison."""
from __future__ import annotations

from collections.abc import Callable

from ..core.record import record
from ..reading.names import flat
from ..reading.syntax import Formula, Name, Relation
from ..reading.terms import Unclear
from .heads import Head
from .meaning import family, index_sizes, readings, true_class
from .reference import Point
from .scope import Scope

TESTS: dict[str, Callable[[object, object], bool]] = {
    "=": lambda a, b: a.overlaps(b), "!=": lambda a, b: not a.overlaps(b), "<": lambda a, b: a < b, ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b or a.overlaps(b), ">=": lambda a, b: a >= b or a.overlaps(b),
}


@record
class Mask:
    """Whether the claim is made of each cell of the head."""
    cells: tuple[bool, ...]


def mask_for(conditions: tuple[Formula, ...], head: Head, scope: Scope) -> Callable[[Point], Mask | None]:
    """The mask at a point, None where the claim is made of everything. Unclear for a condition that is not understood."""
    def at(point: Point) -> Mask | None:
        found: tuple[bool, ...] | None = None
        for condition in conditions:
            cells = _cells(condition, head, scope, point)
            if found is not None and len(found) != len(cells):
                raise Unclear(condition.span, "conditions of different shapes")
            found = cells if found is None else tuple(a and b for a, b in zip(found, cells, strict=True))
        return None if found is None else Mask(found)
    return at


def _cells(condition: Formula, head: Head, scope: Scope, point: Point) -> tuple[bool, ...]:
    if not (isinstance(condition, Relation) and len(condition.parts) == 2 and condition.operators[0] in TESTS):
        raise Unclear(condition.span, "a condition that was not understood")
    test = TESTS[condition.operators[0]]
    left, right = (_class(a, b, head, scope, point) or _one(a, head, scope, point) for a, b in (condition.parts, condition.parts[::-1]))
    size = max(len(left), len(right))
    if {len(left), len(right)} - {1, size}:
        raise Unclear(condition.span, "the sides of the condition differ in shape")
    return tuple(test(left[k if len(left) > 1 else 0], right[k if len(right) > 1 else 0]) for k in range(size))


def _class(part: Formula, other: Formula, head: Head, scope: Scope, point: Point) -> tuple[object, ...] | None:
    """A letter that is nothing on the sheet, beside an index letter of the head: k = t. It is the true class."""
    beside = flat(other)
    if not isinstance(part, Name) or part.text in head.letters or beside not in head.letters or not head.tensor or part.text in scope.names:
        return None
    return true_class(scope, point, point.shape(head.tensor)[head.letters.index(beside)])


def _one(part: Formula, head: Head, scope: Scope, point: Point) -> tuple[object, ...]:
    found = family(part, head.letters, scope, point, {}, _sizes(head, scope, point)) if head.letters else readings(part, scope, point, {})
    if not found:
        raise Unclear(part.span, "a condition that was not understood")
    return found[0].array.cells


def _sizes(head: Head, scope: Scope, point: Point) -> dict[str, int]:
    if head.tensor:
        return dict(zip(head.letters, point.shape(head.tensor), strict=False))
    return index_sizes(head.formula, scope, point)
