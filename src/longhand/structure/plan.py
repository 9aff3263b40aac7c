"""From a sum of products to the arrays that hold its factors, for given sizes.

Sums are done where that leaves a factor with no more of the result's indices than one of its parts had: chains of matrix products are
worked inwards from the result's indices, cheapest product first, and a product met before is not done again. A sum between two factors
of the result stays open, unless its outcome is much smaller.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod

from ..calculus.structure import Term, Terms
from ..core.axis import Axis, Index
from ..core.equation import Equation, Program, Tensor
from ..core.expr import Entry, Expr, Rational
from ..core.record import record
from ..core.walk import canonical, free, positions, rename, walk

COMPRESSION = 4
"""A sum between factors of the result is done at once where that stores so many times fewer numbers."""


@record
class Part:
    """An array of the plan, and the index along each of its axes."""
    name: str
    at: tuple[Index, ...]


@record
class Product:
    """A term with arrays for its factors."""
    coefficient: Rational
    deltas: tuple[tuple[Index, Index], ...]
    over: tuple[Index, ...]
    parts: tuple[Part, ...]


@record
class Step:
    """target[at] = Σ over what is not in `at` of the product of the parts."""
    target: str
    at: tuple[Index, ...]
    parts: tuple[Part, ...]


@record
class Plan:
    """How a sum of products becomes arrays: equations for its factors, products of these, and the terms."""
    at: tuple[Index, ...]
    equations: tuple[tuple[Tensor, Equation], ...]
    steps: tuple[Step, ...]
    products: tuple[Product, ...]


def planned(wanted: Terms, program: Program, size: Callable[[Axis], int], prefix: str = "") -> Plan:
    """The plan for these sizes. The names of its arrays hold a ~ and then the prefix."""
    planner = _Planner(program, size, set(wanted.at), prefix)
    products = tuple(planner.product(t) for t in wanted.terms)
    return Plan(wanted.at, tuple(planner.equations), tuple(planner.steps), products)


class _Planner:

    def __init__(self, program: Program, size: Callable[[Axis], int], out: set[Index], prefix: str) -> None:
        self.program, self.size, self.out, self.prefix = program, size, out, prefix
        self.equations: list[tuple[Tensor, Equation]] = []
        self.steps: list[Step] = []
        self._factors: dict[Expr, str] = {}
        self._done: dict[object, tuple[str, tuple[int, ...]]] = {}
        self._depth: dict[str, int] = {}

    def product(self, t: Term) -> Product:
        """One term: its factors, the sums that are done, and small factors put into larger ones."""
        parts = [self._part(f) for f in t.factors]
        over = set(t.over)
        while (index := self._next(parts, over)) is not None:
            inside = [p for p in parts if index in p.at]
            gone = self._gone(parts, inside, over)
            parts = [p for p in parts if p not in inside] + [self._summed(inside, gone)]
            over -= gone
        parts = self._compressed(parts, over)
        left = {i for p in parts for i in p.at}
        return Product(t.coefficient, tuple((d.left, d.right) for d in t.deltas), tuple(i for i in t.over if i in left),
                       tuple(self._absorbed(parts)))

    # ---- factors ------------------------------------------------------------------------------------------------------

    def _part(self, f: Expr) -> Part:
        """The factor as an array: a tensor itself, or one with an equation of its own; the same for the same expression elsewhere."""
        if isinstance(f, Entry) and all(isinstance(p, Index) for p in f.at) and len(set(f.at)) == len(f.at) and f.tensor in self.program.tensors:
            return Part(f.tensor, f.at)                         # type: ignore[arg-type]
        met = [i for node in walk(f) for p in positions(node) for i in ([p] if isinstance(p, Index) else [v for v, _ in p.terms if isinstance(v, Index)])]
        own = free(f)
        at = tuple(dict.fromkeys(i for i in met if i in own))
        at = (*at, *(i for i in own if i not in at))
        marks: dict[Axis, int] = {}
        general = []
        for i in at:
            marks[i.axis] = marks.get(i.axis, -1) + 1
            general.append(Index(i.axis, marks[i.axis]))
        key = canonical(rename(f, dict(zip(at, general, strict=True))))
        if key not in self._factors:
            name = self._factors[key] = f"factor~{self.prefix}{len(self._factors)}"
            self.equations.append((Tensor(name, tuple(i.axis for i in at)), Equation(Entry(name, tuple(general)), key)))
        return Part(self._factors[key], at)

    # ---- sums ---------------------------------------------------------------------------------------------------------

    def _next(self, parts: list[Part], over: set[Index]) -> Index | None:
        """The index to be summed over next: the cheapest whose sum joins no two factors of the result."""
        found = []
        for index in over:
            inside = [p for p in parts if index in p.at]
            ends = [frozenset(p.at) & self.out for p in inside]
            together = frozenset().union(*ends)
            if together not in (*ends, frozenset()):
                continue
            every = {i for p in inside for i in p.at}
            gone = self._gone(parts, inside, over)
            work = 0 if self._key(inside, gone)[0] in self._done else self._count(every)
            depth = max(self._depth.get(p.name, 0) for p in inside)         # both ends of a symmetric chain grow alike
            found.append(((work, self._count(every - gone), not together, depth, sorted((i.axis.name, i.mark) for i in every)), index))
        return min(found, key=lambda pair: pair[0])[1] if found else None

    def _gone(self, parts: list[Part], inside: list[Part], over: set[Index]) -> set[Index]:
        """The indices that are summed over once the parts `inside` are multiplied."""
        return {i for i in over if any(i in p.at for p in inside) and not any(i in p.at for p in parts if p not in inside)}

    def _key(self, inside: list[Part], gone: set[Index]) -> tuple[object, dict[Index, int]]:
        """What tells one sum from another whatever its indices are called, and their numbers in it."""
        ordered = sorted(inside, key=lambda p: (p.name, len(p.at)))
        number: dict[Index, int] = {}
        for p in ordered:
            for i in p.at:
                number.setdefault(i, len(number))
        return (tuple((p.name, tuple(number[i] for i in p.at)) for p in ordered), frozenset(number[i] for i in gone)), number

    def _count(self, at: set[Index] | tuple[Index, ...]) -> int:
        return prod(self.size(i.axis) for i in at)

    def _summed(self, inside: list[Part], gone: set[Index]) -> Part:
        """The sum as an array, made once for all places where it occurs."""
        kept = tuple(dict.fromkeys(i for p in inside for i in p.at if i not in gone))
        key, number = self._key(inside, gone)
        if key not in self._done:
            name = f"product~{self.prefix}{len(self._done)}"
            self._depth[name] = 1 + max(self._depth.get(p.name, 0) for p in inside)
            self._done[key] = name, tuple(number[i] for i in kept)
            self.steps.append(Step(name, kept, tuple(inside)))
        name, order = self._done[key]
        back = {n: i for i, n in number.items()}
        return Part(name, tuple(back[n] for n in order))

    def _compressed(self, parts: list[Part], over: set[Index]) -> list[Part]:
        """Open sums done where the outcome is much smaller than what it replaces."""
        for index in sorted(over, key=lambda i: (i.axis.name, i.mark)):
            inside = [p for p in parts if index in p.at]
            gone = self._gone(parts, inside, over)
            kept = {i for p in inside for i in p.at} - gone
            stored = {p.name: self._count(p.at) for p in inside}
            if inside and COMPRESSION * self._count(kept) <= sum(stored.values()):
                parts = [p for p in parts if p not in inside] + [self._summed(inside, gone)]
        return parts

    def _absorbed(self, parts: list[Part]) -> list[Part]:
        """A factor of the result's indices alone is put into an array of ours that has all of them."""
        for small in sorted(parts, key=lambda p: len(p.at)):
            if not small.at or not self.out.issuperset(small.at):
                continue
            into = [p for p in parts if p is not small and set(small.at) < set(p.at) and "~" in p.name]
            if into:
                target = min(into, key=lambda p: len(p.at))
                parts = [p for p in parts if p is not small and p is not target] + [self._summed([target, small], set())]
        return parts


def sizes_of(sizes: Mapping[str, int], guess: int | None = None) -> Callable[[Axis], int]:
    """The sizes of axes; `guess` for symbols that have no number."""
    def size(axis: Axis) -> int:
        if isinstance(axis.size, int):
            return axis.size
        return sizes[axis.size] if guess is None else sizes.get(axis.size, guess)
    return size
