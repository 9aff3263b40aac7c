"""Numbers put into a formula, 0.81 · 0.55 + 1.44: which of them must be damaged, since with known numbers in their places the side is right.

No candidate is tried in vain. A side is affine in a number that stands in it once, so two values of the side tell which number it must be for
the side to be right, and that one is looked up. All of it in balls: what is looked up encloses every number with which the side is right.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

from flint import arb, ctx

from ..reading.syntax import PARTS, Formula, Index, Numeral, Script
from .known import Known
from .rewrite import all_replaced
from .tape import Cell
from .tape import literal as traced

MOST_LITERALS, MOST_CHANGED, MOST_TOGETHER, MOST_EACH, MOST_TRIED = 80, 8, 3, 10, 3000
"""Literals looked at; those exchanged; those of one cell together; candidates for those that are tried and not solved for; numbers solved for."""
FREELY = 2
"""Literals of a cell that may be exchanged together though they are known as they stand."""
APART = 2.0 ** -40
"""By so much the literals are moved while the side is read, so that no two readings are taken for one since a number is 0 or 1."""
COMPARED = 10
"""Steps that it takes to compare a text with a number."""
BITS = 64

Literal = Callable[[str], Any]
Pairs = Callable[[Formula, Literal], Sequence[tuple[Sequence[Any], Sequence[Any]]]]
"""The cells that a formula's value should have and those it has, its literals read like this, for each way to read it."""


def damaged_literals(formula: Formula, known: Sequence[Known], literal: Literal, pairs: Pairs,
                     spend: Callable[[int], None] = lambda steps: None, freely: bool = False) -> Mapping[Numeral, Any] | None:
    """The literals to be exchanged, with the numbers (arb) that belong there; None where none make the side right.
    `known`: numbers of the problem and of the answer, in groups to be asked in turn; `spend` is told of the steps computed, and may raise;
    `freely`: two of one cell may be exchanged though both are numbers of the first group."""
    places = list(literals_in(formula))
    if not 0 < len(places) <= MOST_LITERALS:
        return None
    marked = all_replaced(formula, {id(place): replace(place, text=f"?{k}") for k, place in enumerate(places)})
    own = [literal(place.text) for place in places]

    def reading(numbers: Sequence[Any]) -> Literal:
        return lambda text: numbers[int(text[1:])] if text.startswith("?") else literal(text)

    moved = [traced(k, ball + (k + 1) * APART) for k, ball in enumerate(own)]
    texts = [place.text for place in places]
    with ctx.workprec(BITS):
        sides = [_Side(texts, own, numbers, true, cells, spend, freely and numbers is known[0]) for true, made in pairs(marked, reading(moved))
                 for cells in ([Cell(each) for each in made],) for numbers in known]
    for together in range(1, MOST_TOGETHER + 1):
        for side in sides:
            with ctx.workprec(BITS):
                found = side.mended(together)
            if found is not None and any(_agree(*pair) for pair in pairs(marked, reading([found.get(k, ball) for k, ball in enumerate(own)]))):
                return {places[k]: number for k, number in found.items()}
    return None


def literals_in(formula: Formula) -> Iterator[Numeral]:
    """The numbers that are values: no indices, no exponents."""
    if isinstance(formula, Numeral):
        yield formula
    elif isinstance(formula, Script | Index):
        yield from literals_in(formula.base)
    else:
        for name in PARTS[type(formula)]:
            yield from _literals_within(getattr(formula, name))


def _literals_within(value: object) -> Iterator[Numeral]:
    if isinstance(value, Formula):
        yield from literals_in(value)
    elif isinstance(value, tuple):
        for part in value:
            yield from _literals_within(part)


def _agree(true: Sequence[Any], made: Sequence[Any]) -> bool:
    return all(x.overlaps(y) for x, y in zip(true, made, strict=True))


class _Side:
    """The cells of a side as functions of its literals, and what they should be. A set of literals is an integer of bits; `numbers` are
    those that stand in the places of the literals, `left` the cells that are wrong with them."""

    def __init__(self, texts: Sequence[str], own: Sequence[Any], known: Known, true: Sequence[Any], cells: Sequence[Cell],
                 spend: Callable[[int], None], freely: bool) -> None:
        self.texts, self.own, self.known, self.true, self.cells, self.spend, self.freely = texts, own, known, true, cells, spend, freely
        self.decimals = max(len(text.partition(".")[2]) for text in texts)
        self.strange = [k for k, ball in enumerate(own) if next(known.within(ball), None) is None]
        self.left = frozenset(c for c in range(len(self.cells)) if not self._right(c, own))
        self.tried = 0

    def mended(self, together: int) -> dict[int, Any] | None:
        """Numbers that make the side right, step by step: a step makes some cells right, as many as can be, and none wrong. One literal is
        exchanged where that helps, else up to so many of a cell together; then at most one of them is a number that is known as it stands."""
        numbers, left, put = list(self.own), self.left, dict[int, Any]()
        while left and len(put) < MOST_CHANGED:
            best = next((found for most in range(1, together + 1) if (found := self._best(numbers, left, put, most)) is not None), None)
            if best is None:
                return None
            left, step = best
            put |= step
            for k, number in step.items():
                numbers[k] = number
        return put if put and not left else None

    def _best(self, numbers: list[Any], left: frozenset[int], put: Mapping[int, Any], together: int) -> tuple[frozenset[int], dict[int, Any]] | None:
        """The cells that stay wrong after the best exchange of so many literals, and the exchange; None where none helps."""
        best = None
        open_to = {cell: [k for k in range(len(self.own)) if self.cells[cell].deps >> k & 1 and k not in put] for cell in sorted(left)}
        freely = self.freely and together == FREELY
        if together > 1 and not freely and not all(any(k in self.strange for k in free) for free in open_to.values()):
            return None
        for cell, free in open_to.items():
            strange = [k for k in free if freely or k in self.strange]
            for tried in combinations(strange, together - 1):
                for step, cost in self._steps(cell, numbers, tried, [k for k in free if k not in tried]):
                    after = self._after(numbers, left, step)
                    if after is not None and (best is None or (len(after), cost) < best[0]):
                        best = (len(after), cost), after, step
            if best is not None and together > 1:
                break
        return None if best is None else best[1:]

    def _steps(self, cell: int, numbers: list[Any], tried: tuple[int, ...], free: Sequence[int]) -> Iterator[tuple[dict[int, Any], int]]:
        """Exchanges that make a cell right: candidates for those tried, and one of the others to go with them."""
        if not tried:
            for k in free:
                for number, cost in self._solved(cell, k, numbers):
                    yield {k: number}, cost
            return
        first, rest = tried[0], tried[1:]
        for cost, number in enumerate(self._candidates(first)):
            with_it = [*numbers[:first], number, *numbers[first + 1:]]
            for step, more in self._steps(cell, with_it, rest, free):
                yield {first: number, **step}, cost + more

    def _solved(self, cell: int, k: int, numbers: Sequence[Any]) -> Iterator[tuple[Any, int]]:
        """Numbers in the place of one literal with which a cell is right, and how far the literal is from them."""
        self.tried += 1
        if self.tried > MOST_TRIED:
            return
        side, with_it = self.cells[cell], list(numbers)
        for at in self._fitting(cell, k, with_it):
            number = -self.own[k] if at is None else self.known.numbers[at]
            with_it[k] = number
            if self._value(side, with_it).overlaps(self.true[cell]):
                cost = 0 if at is None else self.known.nearness(self.texts[k], self.decimals, at)
                if at is None or cost:
                    yield number, cost

    def _fitting(self, cell: int, k: int, numbers: list[Any]) -> Iterator[int | None]:
        """The places of the known numbers among which those are with which the cell is right; None for the literal's own with a minus."""
        yield None
        side = self.cells[cell]
        if side.bent >> k & 1:
            yield from self._nearest(k)
            return
        numbers[k] = self.known.hull
        if not self._value(side, numbers).overlaps(self.true[cell]):
            return
        numbers[k] = arb(0)
        at_zero = self._value(side, numbers)
        numbers[k] = arb(1)
        yield from self.known.within((self.true[cell] - at_zero) / (self._value(side, numbers) - at_zero))

    def _candidates(self, k: int) -> list[Any]:
        """What a literal may be meant for: a minus may be lost, too."""
        return [-self.own[k], *(self.known.numbers[at] for at in self._nearest(k))]

    def _nearest(self, k: int) -> list[int]:
        self.spend(COMPARED * len(self.known.numbers))
        return self.known.nearest(self.texts[k], self.decimals, MOST_EACH)

    def _after(self, numbers: Sequence[Any], left: frozenset[int], step: Mapping[int, Any]) -> frozenset[int] | None:
        """The cells that are wrong after an exchange; None where one was right before."""
        changed = sum(1 << k for k in step)
        new = [step.get(k, number) for k, number in enumerate(numbers)]
        after = set(left)
        for c, cell in enumerate(self.cells):
            if cell.deps & changed:
                if self._right(c, new):
                    after.discard(c)
                elif c not in left:
                    return None
        return frozenset(after)

    def _right(self, cell: int, numbers: Sequence[Any]) -> bool:
        return bool(self._value(self.cells[cell], numbers).overlaps(self.true[cell]))

    def _value(self, cell: Cell, numbers: Sequence[Any]) -> Any:
        self.spend(cell.length)
        return cell.value(numbers)
