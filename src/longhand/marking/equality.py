"""Whether a side of a chain equals its head: exact evaluation at random points with all sizes different, then at the sheet's own numbers."""
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from ..core.record import record
from ..reading.environment import numeral
from ..reading.syntax import Formula, Name, Numeral, walk
from ..reading.terms import Unclear
from .array import Array, Nonconforming
from .explain import Cells
from .heads import Head, value_of
from .identity import of_formula
from .masks import Mask
from .meaning import Reading, family, index_sizes, readings
from .reference import Point, Reference
from .scope import Scope
from .ways import Liberty

SMALL = frozenset({Fraction(0), Fraction(1), Fraction(2), Fraction(1, 2)})
"""Numbers that stand in formulas of themselves."""
Had = Mapping[str, Cells]


@record
class Equal:
    """Both sides agree, with these liberties in reading. where: "" everywhere, "sizes" for the sheet's sizes, "numbers" for its numbers."""
    liberties: tuple[str, ...] = ()
    where: str = ""


@record
class Different:
    """They do not: where (a point), the true array there and what is stated (None where it has no value: `says` why)."""
    point: Point
    true: Array
    stated: Array | None
    says: str = ""


def same_shape(a: Array, b: Array) -> bool:
    """Whether two arrays have one shape, a vector standing either way."""
    return a.shape == b.shape or _long(a.shape) == _long(b.shape)


def agree(a: Array, b: Array, mask: Mask | None = None) -> bool:
    """Whether all cells may be equal; only those where the mask holds."""
    if not same_shape(a, b):
        return False
    kept = mask.cells if mask is not None and len(mask.cells) == len(a.cells) else (True,) * len(a.cells)
    return all(x.overlaps(y) for x, y, keep in zip(a.cells, b.cells, kept, strict=True) if keep)


def _long(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(n for n in shape if n != 1)


def heads(head: Head, scope: Scope, point: Point, had: Had) -> list[Array]:
    """The head's value at a point, in every layout that it may have."""
    if head.tensor:
        value = value_of(head, point, had)
        return [] if value is None else [value]
    if head.letters:
        return [r.array for r in family(head.formula, head.letters, scope, point, had)]
    return [r.array for r in readings(head.formula, scope, point, had)]


def sides(head: Head, formula: Formula, scope: Scope, point: Point, had: Had) -> list[Reading]:
    """A side's values at a point, over the head's letters where it has some."""
    if not head.letters:
        return readings(formula, scope, point, had, whole=_expected(head, formula, scope, point))
    sizes = dict(zip(head.letters, point.shape(head.tensor), strict=False)) if head.tensor else index_sizes(head.formula, scope, point)
    try:
        found = family(formula, head.letters, scope, point, had, sizes)
    except (Unclear, Nonconforming):
        found = []
        whole = _whole(head, formula, scope, point, had)
        if not whole:
            raise
        return whole
    return found if head.at is None and not head.tensor else [*found, *_whole(head, formula, scope, point, had)]


def _expected(head: Head, formula: Formula, scope: Scope, point: Point) -> tuple[int, ...] | None:
    """The shape that a bare identity or ones beside the head have; None where none stand there."""
    if not _has_ones(formula):
        return None
    found = heads(head, scope, point, {})
    return found[0].shape if found else None


@of_formula
def _has_ones(formula: Formula) -> bool:
    return any(isinstance(node, Name) and (node.text in ("I", "Id") or node.text == "1" and node.style) for node in walk(formula))


def _whole(head: Head, formula: Formula, scope: Scope, point: Point, had: Had) -> list[Reading]:
    """The side without the head's letters, where it has none of them: y_k = softmax(z) says the whole."""
    if not head.tensor or any(isinstance(node, Name) and node.text in head.letters for node in walk(formula)):
        return []
    try:
        found = readings(formula, scope, point, had)
    except (Unclear, Nonconforming):
        return []
    return [Reading(r.array, (*r.liberties, Liberty("index", formula.span))) for r in found if r.array.shape]


def compare(head: Head, formula: Formula, scope: Scope, point: Point, had: Had, mask: Callable[[Point], Mask | None],
            allowed: Callable[[Reading], bool]) -> Equal | Different | None:
    """Both sides at one point. None where the head has no value there, or no cell is left. Unclear where the side is not understood."""
    truths = heads(head, scope, point, had)
    if not truths:
        return None
    masked = mask(point)
    if masked is not None and not any(masked.cells):
        return None
    try:
        found = [r for r in sides(head, formula, scope, point, had) if allowed(r)]
    except Nonconforming as fault:
        return Different(point, truths[0], None, str(fault))
    for reading in found:
        for truth in truths:
            if agree(truth, reading.array, masked):
                return Equal(tuple(liberty.kind for liberty in reading.liberties))
    fitting = next((r for r in found for t in truths if same_shape(t, r.array)), found[0] if found else None)
    return Different(point, truths[0], fitting.array if fitting else None)


def judged(head: Head, formula: Formula, scope: Scope, reference: Reference, mask: Callable[[Point], Mask | None],
           allowed: Callable[[Reading], bool], own_only: bool = False) -> Equal | Different | None:
    """The verdict over all points: equal everywhere, or only for the sheet's sizes, or only at its numbers, or different."""
    first: Different | None = None
    points = () if own_only else reference.at_random
    groups: Iterator[tuple[str, tuple[Point, ...]]] = iter((("", points[:2]), ("sizes", points[2:]),
                                                            ("numbers", (reference.at_data,) if reference.at_data else ())))
    trouble: Unclear | None = None
    for where, group in groups:
        if not group:
            continue
        try:
            results = [compare(head, formula, scope, point, {}, mask, allowed) for point in group]
        except Unclear as fault:
            trouble = trouble or fault
            continue
        told = [r for r in results if r is not None]
        nearby = _beside(head, formula, scope, reference, mask, allowed) if where == "numbers" and told and isinstance(told[0], Equal) else None
        if isinstance(nearby, Different):
            first = first or nearby
            continue
        empty = where == "numbers" and first is not None and nearby is None and _vanishes(head, scope, group[0])
        if told and not empty and all(isinstance(r, Equal) for r in told):
            return Equal(tuple(dict.fromkeys(x for r in told for x in r.liberties)), where)
        first = first or next((r for r in told if isinstance(r, Different)), None)
    if first is None and trouble is not None:
        raise trouble
    return first


def _beside(head: Head, formula: Formula, scope: Scope, reference: Reference, mask: Callable[[Point], Mask | None],
            allowed: Callable[[Reading], bool]) -> Equal | Different | None:
    """What agrees at the sheet's numbers, judged close to them, with parameters a little larger and smaller: where w x - t is 0, factors beside it do
    not matter. None where that tells nothing."""
    numbers = frozenset(numeral(node.text) for node in walk(formula) if isinstance(node, Numeral))
    try:
        found = [compare(head, formula, scope, point, {}, mask, allowed) for point in reference.beside(numbers)]
    except Unclear:
        return None
    if not found or None in found or len({type(each) for each in found}) > 1:
        return None
    if isinstance(found[0], Different) and (not numbers <= scope.given | SMALL or reference.has_values({*numbers, Fraction(1)})):
        return None                                              # a number may stand for a value: 2 b where a factor 2 q is 2, or q is 1
    return found[0]


def _vanishes(head: Head, scope: Scope, point: Point) -> bool:
    """Whether the head is 0 throughout, which makes much equal that is not."""
    return all(cell.contains(0) for value in heads(head, scope, point, {}) for cell in value.cells)


def counter_example(different: Different) -> tuple[str, str] | None:
    """The first cell that differs: the true number and the stated one, to six digits."""
    if different.stated is None or not same_shape(different.true, different.stated):
        return None
    for true, stated in zip(different.true.cells, different.stated.cells, strict=True):
        if not true.overlaps(stated):
            return digits(true), digits(stated)
    return None


def digits(ball: Any, most: int = 6) -> str:
    """A ball's middle to so many significant digits, without the radius."""
    return ball.mid().str(most, radius=False)
