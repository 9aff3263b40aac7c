"""Numbers put into a formula, 0.81 · 0.55 + 1.44: which of them must be damaged, since with known numbers in their places the side is right."""
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, product
from typing import Any

from ..reading.syntax import PARTS, Formula, Index, Numeral, Script
from .edits import strokes_within
from .rewrite import replaced

MOST_LITERALS, MOST_STRANGE, MOST_CHANGED, MOST_EACH, MOST_TRIED = 80, 6, 6, 10, 600
"""Literals looked at; those taken for damaged together; those exchanged one by one; candidates for each; combinations of them."""
STROKES, SHORT = 2, 4
"""Changed characters up to which a literal may be another number's damaged print; in texts up to so short, one."""

Literal = Callable[[str], Any]
Amiss = Callable[[Formula, Literal], frozenset[int] | None]
"""The cells of a formula's value that are not what they should be, its literals read like this; None where it has no value."""


def damaged_literals(formula: Formula, known: Sequence[Any], literal: Literal, amiss: Amiss) -> Mapping[Numeral, Any] | None:
    """The literals to be exchanged, with the numbers (arb) that belong there; None where none make the side right.
    `known`: numbers of the problem and of the answer, without sign."""
    places = list(literals_in(formula))
    if not 0 < len(places) <= MOST_LITERALS:
        return None
    side = _Side(formula, places, known, literal, amiss)
    strange = [k for k, own in enumerate(side.own) if not any(own.overlaps(number) for number in known)]
    found = side.together(strange) if 0 < len(strange) <= MOST_STRANGE else None
    found = found or side.one_by_one()
    if found is None and 0 < len(strange) < MOST_STRANGE:
        found = next((more for k in range(len(places)) if k not in strange and (more := side.together([*strange, k]))), None)
    return None if found is None else {places[k]: number for k, number in found.items()}


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


class _Side:
    """A side with a mark in the place of each of its literals."""

    def __init__(self, formula: Formula, places: Sequence[Numeral], known: Sequence[Any], literal: Literal, amiss: Amiss) -> None:
        from flint import arb
        self.places, self.known, self.literal, self._amiss = places, known, literal, amiss
        self.own = [literal(place.text) for place in places]
        self.wide = arb(0, max((abs(number).upper() for number in known), default=arb(1)) * 10 + 10)
        for k, place in enumerate(places):
            formula = replaced(formula, place, replace(place, text=f"?{k}"))
        self.formula = formula
        self._candidates: dict[int, list[Any]] = {}

    def amiss(self, put: Mapping[int, Any]) -> frozenset[int] | None:
        """The cells that are wrong with these numbers in the places of literals."""
        def read(text: str) -> Any:
            if not text.startswith("?"):
                return self.literal(text)
            k = int(text[1:])
            return put[k] if k in put else self.own[k]
        return self._amiss(self.formula, read)

    def together(self, chosen: Sequence[int]) -> dict[int, Any] | None:
        """Numbers for some of these literals that make the side right; each may also be what it is."""
        wide = dict.fromkeys(chosen, self.wide)
        if self.amiss(wide) != frozenset():
            return None
        fitting = [[number for number in (self.own[k], *self.candidates(k)) if self.amiss({**wide, k: number}) == frozenset()] for k in chosen]
        for numbers in islice(product(*fitting), MOST_TRIED):
            put = {k: number for k, number in zip(chosen, numbers, strict=True) if number is not self.own[k]}
            if put and self.amiss(put) == frozenset():
                return put
        return None

    def one_by_one(self) -> dict[int, Any] | None:
        """Numbers that make the side right cell by cell, one literal exchanged at a time."""
        put: dict[int, Any] = {}
        left = self.amiss(put)
        while left and len(put) < MOST_CHANGED:
            better: tuple[int, Any, frozenset[int]] | None = None
            for k in range(len(self.places)):
                reached = self.amiss({**put, k: self.wide}) if k not in put else None
                if reached is None or not reached < left or better is not None and len(reached) >= len(better[2]):
                    continue
                for number in self.candidates(k):
                    after = self.amiss({**put, k: number})
                    if after is not None and after < left and (better is None or len(after) < len(better[2])):
                        better = k, number, after
            if better is None:
                return None
            put[better[0]], left = better[1], better[2]
        return put if put and left == frozenset() else None

    def candidates(self, k: int) -> list[Any]:
        """The known numbers of which a literal may be a damaged print, the nearest first: a minus may be lost, too."""
        if k not in self._candidates:
            text, decimals = self.places[k].text, max(len(place.text.partition(".")[2]) for place in self.places)
            most = STROKES if len(text) > SHORT else 1
            found = []
            for at, number in enumerate(self.known):
                near = [strokes for places in (decimals, decimals + 1)                          # of one a digit may be lost
                        if (strokes := strokes_within(text, number, places, most)) is not None]
                alike, other = min(near, key=sum, default=(0, 0))
                if alike + other:
                    found.append((2 * other + alike, at))
            self._candidates[k] = [-self.own[k], *(self.known[at] for _, at in sorted(found)[:MOST_EACH])]
        return self._candidates[k]
