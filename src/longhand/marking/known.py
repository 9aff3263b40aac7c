"""The numbers that may belong in a place: those of the sheet, of the answer and of the derivation, found by size and by how they are written."""
from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Any

from flint import arb

from .edits import strokes_within

STROKES, SHORT = 2, 4
"""Changed characters up to which a literal may be another number's damaged print; in texts up to so short, one."""
MARGIN = 1e-9
"""Floats are only asked where to look: by so much more than the balls need."""


class Known:
    """Known numbers (arb, without sign), in the order of their size."""

    def __init__(self, numbers: Sequence[Any]) -> None:
        rows = sorted((float(number.mid()), float(number.rad()), at) for at, number in enumerate(numbers) if number.is_finite())
        self.numbers = [numbers[at] for *_, at in rows]
        self._middles = [middle for middle, _, _ in rows]
        self._widest = max((wide for _, wide, _ in rows), default=0.0)
        self.hull = arb(0, max((number.upper() for number in self.numbers), default=arb(1)))
        self._near: dict[tuple[str, int, int], int | None] = {}

    def within(self, ball: Any) -> Iterator[int]:
        """The places of the numbers that overlap a ball: all, where it has no bounds."""
        low, high = (float(ball.lower()), float(ball.upper())) if ball.is_finite() else (-float("inf"), float("inf"))
        reach = self._widest + MARGIN * (1 + max(abs(low), abs(high))) if isfinite(low) and isfinite(high) else 0.0
        for at in range(bisect_left(self._middles, low - reach), len(self._middles)):
            if self._middles[at] > high + reach:
                return
            if self.numbers[at].overlaps(ball):
                yield at

    def nearness(self, text: str, decimals: int, at: int) -> int | None:
        """How near a text is to a number, in strokes of the pen; 0 for its own print, None where it is too far to be a damaged print of it.
        `decimals`: of the longest number beside it."""
        key = text, decimals, at
        if key not in self._near:
            most = STROKES if len(text) > SHORT else 1
            near = [strokes for places in (decimals, decimals + 1)                          # of one a digit may be lost
                    if (strokes := strokes_within(text, self.numbers[at], places, most)) is not None]
            alike, other = min(near, key=sum, default=(0, 0))
            dropped = not alike + other and 0 < len(text.partition(".")[2]) < decimals      # 0.2 for 0.22
            self._near[key] = 2 * (other + dropped) + alike if near else None
        return self._near[key]

    def nearest(self, text: str, decimals: int, most: int) -> list[int]:
        """The places of the numbers of which a text may be a damaged print, the nearest first."""
        found = ((self.nearness(text, decimals, at), at) for at in range(len(self.numbers)))
        return [at for _, at in sorted((near, at) for near, at in found if near)[:most]]
