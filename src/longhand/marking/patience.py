"""How long one answer may take, and one claim of it. Answers come from strangers: what takes too long is not checked, and this is said."""
from __future__ import annotations

from math import inf

from ..reading.syntax import Span
from ..reading.terms import Unclear

try:
    from time import thread_time
except ImportError:                          # in a browser, where there is one thread and the process's clock is the same
    from time import process_time as thread_time

SECONDS, EACH, MOST = 4.0, 0.02, 8.0
"""Seconds of the processor's time for an answer, for each of its claims besides, and at most."""
CLAIM = 2.0
"""Seconds for one claim."""
WORK = 5_000_000
"""Numbers computed for one claim, on every machine alike."""
LINES = 0.7
"""The share of the time in which the lines are read; the rest is for the numbers, which are explained together at the end."""
OFTEN = 250
"""Numbers computed between two looks at the clock."""
TOO_LONG = "Not checked: it takes too long."


class TooLong(Unclear):
    """A claim is given up."""


class Patience:
    """What is left of it for one answer. `lost`: whether the claim that was begun last was given up, or something in it."""

    def __init__(self, claims: int | None = None) -> None:
        """For an answer of so many claims; without a number, there is no end to it."""
        self._began = thread_time()
        self._whole = inf if claims is None else min(MOST, SECONDS + EACH * claims)
        self._end = self._began + LINES * self._whole
        self.lost = False
        self.begin()

    @property
    def over(self) -> bool:
        """Whether nothing more is to be begun."""
        return thread_time() > self._end

    def begin(self) -> bool:
        """A new claim; whether there is time for it."""
        now = thread_time()
        self.lost = False
        self._work = self._seen = 0
        self._until = min(self._end, now + CLAIM) if self._whole < inf else inf
        return now <= self._end

    def last(self) -> None:
        """The lines are read; what is left is for the numbers."""
        self._end = self._began + self._whole
        self.begin()
        self._until = self._end

    def spend(self, numbers: int, span: Span) -> None:
        """Numbers were computed for the claim. TooLong where that was too much."""
        self._work += numbers
        if self._work - self._seen < OFTEN:
            return
        self._seen = self._work
        if self._until < inf and (self._work > WORK or thread_time() > self._until):
            self.lost = True
        self.check(span)

    def tick(self) -> None:
        """A moment spent on the numbers. TooLong where their time is over."""
        if self._until < inf and thread_time() > self._until:
            self.lost = True
            raise TooLong(Span(0, 0), "it takes too long")

    def check(self, span: Span) -> None:
        """TooLong where something of the claim was given up: whatever was made of it is worth nothing."""
        if self.lost:
            raise TooLong(span, "it takes too long")
