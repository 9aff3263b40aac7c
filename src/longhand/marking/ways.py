"""Ways to read a formula: each a family of arrays with the liberties it takes; and what is known while one formula is read."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import product
from typing import Any, Protocol

from flint import arb

from ..core.problem import Problem
from ..core.record import record
from ..reading.syntax import Formula, Span
from ..reading.terms import Unclear
from .array import Array, Nonconforming, number
from .families import Family, constant, lifted
from .scope import Scope

BITS = 160
MOST = 12
"""Ways kept of one formula."""
WORK = 400_000
"""Cells computed for one formula."""
DEEPEST = 80
"""Formulas inside one another, own names of the answer included."""

Cells = tuple[Any, ...]


class Point(Protocol):
    """All quantities of a problem at some numbers."""
    problem: Problem
    sizes: Mapping[str, int]

    def shape(self, name: str) -> tuple[int, ...]: ...

    def value(self, name: str, had: Mapping[str, Cells]) -> Cells | None: ...

    def derivative(self, of: str, wrt: str, had: Mapping[str, Cells]) -> Cells | None: ...


@record
class Liberty:
    """Something that had to be assumed. Kinds: hadamard, outer, dot, orientation, broadcast, summed, hot, brackets, diagonal, chain,
    column, entry, function, ones, spelling."""
    kind: str
    span: Span


@record
class Way:
    """One way to read a formula."""
    family: Family
    liberties: tuple[Liberty, ...] = ()

    @property
    def shape(self) -> tuple[int, ...]:
        return self.family.shape


class Context:
    """One formula being read at a point.

    bound   letters with one value, as the sheet counts;   ranges  letters that run: (first value, how many)
    kept    letters that the caller wants open, or that a sum around takes up;   partial  those whose sum has bounds of its own
    """

    def __init__(self, scope: Scope, point: Point, had: Mapping[str, Cells], evaluate: Callable[[Context, Formula], list[Way]],
                 bound: Mapping[str, int], literal: Callable[[str], Any]) -> None:
        self.scope, self.point, self.had, self.literal = scope, point, had, literal
        self.bound, self.ranges, self.kept = dict(bound), {}, set(bound)
        self.base = scope.problem.notation.base
        self.sizes = scope.sizes(point.sizes)
        self.partial: set[str] = set()
        self.own: dict[str, list[Way]] = {}
        self.batched = scope.batched
        self.inside_product = 0
        self._evaluate, self._depth, self._work = evaluate, 0, 0

    def __call__(self, formula: Formula) -> list[Way]:
        """The ways to read a formula, fewest liberties first. Nonconforming where there is none."""
        self._depth += 1
        try:
            if self._depth > DEEPEST:
                raise Unclear(formula.span, "nested too deep")
            self.scope.patience.check(formula.span)
            ways = self._evaluate(self, formula)
            self.spend(sum(way.family.count for way in ways), formula.span)
            return ways
        finally:
            self._depth -= 1

    def spend(self, cells: int, span: Span) -> None:
        self._work += cells
        self.scope.patience.spend(cells + 1, span)
        if self._work > WORK:
            raise Unclear(span, "too large to be computed")

    def letter(self, name: str) -> Family:
        """The values of an index letter as numbers."""
        if name in self.bound:
            return constant(number(self.bound[name]))
        first, count = self.ranges[name]
        return Family((name,), (count,), tuple(number(first + k) for k in range(count)))

    def is_bound(self, name: str) -> bool:
        return name in self.bound or name in self.ranges

    def run(self, letter: str, size: int) -> None:
        """The letter stands at an axis of this size."""
        if letter in self.bound:
            return
        first, count = self.ranges.setdefault(letter, (self.base, size))
        if first + count - self.base > size or count != size and letter not in self.partial:
            raise Nonconforming(f"the index {letter} runs to {first + count - self.base} and stands where there are {size} entries")

    @contextmanager
    def running(self, letters: Mapping[str, tuple[int, int] | None]) -> Iterator[None]:
        """Letters bound by a sum: they hide others of the same name."""
        saved = {name: (self.bound.get(name), self.ranges.get(name), name in self.kept, name in self.partial) for name in letters}
        for name, known in letters.items():
            self.bound.pop(name, None)
            self.ranges.pop(name, None)
            self.kept.add(name)
            self.partial.discard(name)
            if known is not None:
                self.ranges[name] = known
                self.partial.add(name)
        try:
            yield
        finally:
            for name, (value, known, kept, partial) in saved.items():
                self.ranges.pop(name, None)
                if value is not None:
                    self.bound[name] = value
                if known is not None:
                    self.ranges[name] = known
                if not kept:
                    self.kept.discard(name)
                (self.partial.add if partial else self.partial.discard)(name)


def one(a: Array | Family, *liberties: Liberty) -> list[Way]:
    return [Way(a if isinstance(a, Family) else constant(a), liberties)]


def each(ways: Sequence[Way], f: Callable[[Array], Array]) -> list[Way]:
    """f of every array; a way for which it does not fit is left out."""
    def made(way: Way) -> Iterable[tuple[Family, tuple[Liberty, ...]]]:
        yield lifted(f, way.family), ()

    return combined([ways], lambda way: made(way))


def combined(parts: Sequence[Sequence[Way]], join: Callable[..., Iterable[tuple[Family, tuple[Liberty, ...]]]]) -> list[Way]:
    """All ways of a whole from all ways of its parts. Nonconforming of the plainest combination where none fits."""
    found: list[Way] = []
    fault: Nonconforming | None = None
    choices = sorted(product(*parts), key=lambda ways: sum(len(way.liberties) for way in ways)) if len(parts) > 1 else [(w,) for w in parts[0]]
    for ways in choices:
        taken = tuple(liberty for way in ways for liberty in way.liberties)
        try:
            for family, more in join(*ways):
                found.append(Way(family, (*taken, *more)))
        except Nonconforming as error:
            fault = fault or error
    if not found:
        raise fault or Nonconforming("no way to read this")
    return distinct(found)


def distinct(ways: Sequence[Way]) -> list[Way]:
    """Fewest liberties first; of two with the same numbers in the same shape, the first."""
    if len(ways) == 1:
        return list(ways)
    kept: list[Way] = []
    for way in sorted(ways, key=lambda way: len(way.liberties)):
        if not any(_same_numbers(way.family, other.family) for other in kept):
            kept.append(way)
            if len(kept) == MOST:
                break
    return kept


def _same_numbers(a: Family, b: Family) -> bool:
    """Whether two families have the same middles throughout. Most differ in their first cell."""
    if (a.letters, a.sizes, a.shape) != (b.letters, b.sizes, b.shape):
        return False
    return a is b or all(x is y or float(x.mid()) == float(y.mid()) for one, other in zip(a.members, b.members, strict=True)
                         for x, y in zip(one.cells, other.cells, strict=True))


def finite(a: Array) -> bool:
    return all(cell.is_finite() for cell in a.cells)


def as_ball(value: Any) -> Any:
    return value if isinstance(value, arb) else arb(value)
