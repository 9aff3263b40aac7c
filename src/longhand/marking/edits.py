"""How far a printed number is from the one that should stand there, in strokes of the pen."""
from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from .identity import by_identity
from .printed import nearest_digits, unit

ALIKE = frozenset(pair for a, b in ("06", "08", "13", "14", "17", "27", "35", "38", "46", "49", "56", "68", "79") for pair in ((a, b), (b, a)))
"""Digits taken for each other by eye and by machine."""

SAME_LOOKS, STROKE = 0.5, 0.8
"""A digit taken for one that looks like it; another one, left out or put in. Each after the first is twice as dear: damage is seldom thorough."""
SIGN_DAMAGED, SIGN_SLIPPED = 1.0, 0.4
"""A minus is lost by people more often than by machines."""
SAMPLES = 12
"""Steps through a wide ball."""
MOST = 12
"""Characters of a number that are compared."""


Strokes = tuple[int, int, bool]
"""(digits that look alike, other changes, whether the sign differs)."""


def misread_cost(strokes: Strokes) -> float:
    """What it costs to take a text for a damaged print of a value."""
    alike, other, sign = strokes
    first = SAME_LOOKS if alike else STROKE if other else 0.0
    return 2 * (SAME_LOOKS * alike + STROKE * other) - first + SIGN_DAMAGED * sign


def slip_cost(strokes: Strokes) -> float:
    """What it costs to take a text for a slip in writing a value: two wrong digits are as likely as all of them."""
    alike, other, sign = strokes
    return STROKE * min(2, alike + other) + SIGN_SLIPPED * sign


def strokes_between(text: str, ball: Any, places: int) -> Strokes:
    """The fewest changes that turn a number of the ball into the text: written to as many decimals as its claim has, or as the text itself has."""
    written = _digits(text)
    own = len(text.partition(".")[2]) if "e" not in text.lower() and "^" not in text else places
    best = min([_distance(written, meant) for shown in {places, own} for meant in drawn(ball, shown)])
    other = best % COUNT
    negative = text.lstrip().startswith(("-", "−"))
    return best // COUNT - DEARER * other, other, bool(ball > 0 if negative else ball < 0)


def strokes_within(text: str, ball: Any, places: int, most: int) -> tuple[int, int] | None:
    """(alike, other) changes that turn a number of the ball into the text, its sign aside; None where there are more than `most`."""
    written = _digits(text)
    own, best = set(written), None
    for meant in drawn(ball, places) | drawn(ball, len(text.partition(".")[2])):
        if abs(len(meant) - len(written)) <= most and len(own.difference(meant)) <= most:           # each other digit is a stroke
            distance = _distance(written, meant)
            best = distance if best is None or distance < best else best
    if best is None:
        return None
    other = best % COUNT
    alike = best // COUNT - DEARER * other
    return (alike, other) if alike + other <= most else None


def _drawn(ball: Any, places: int) -> frozenset[str]:
    """The digits of the numbers to which those of a ball round."""
    return frozenset(_digits(number) for number in _numbers(ball, places))


drawn = by_identity(_drawn)


def _numbers(ball: Any, places: int) -> Iterator[str]:
    """The numbers to which those of the ball round; of a wide ball some."""
    yield nearest_digits(ball, places)
    if ball.rad() != 0 and ball.is_finite():
        middle, radius = float(ball.mid()), float(ball.rad())
        if middle - radius == middle == middle + radius:    # as sharp as a float
            yield f"{middle:.{places}f}" if places >= 0 else f"{round(middle, places):.0f}"
            return
        for part in range(SAMPLES + 1) if ball.rad() > unit(places) else (0, SAMPLES):
            number = middle + radius * (2 * part - SAMPLES) / SAMPLES           # a sample, so a float will do
            yield f"{number:.{places}f}" if places >= 0 else f"{round(number, places):.0f}"


NO_DIGIT = re.compile(r"[^\d.]+")


@lru_cache(1 << 14)
def _digits(text: str) -> str:
    """The number without its sign and the zeros in front."""
    kept = NO_DIGIT.sub("", text)[:MOST]
    return kept.lstrip("0") or "0"


DEARER, COUNT = 4, 64
"""A distance is one integer, for speed: (alike + 4·other)·64 + other."""


@lru_cache(1 << 16)
def _distance(written: str, meant: str) -> int:
    """The cheapest way from one text to the other. The same few thousand pairs are asked for again and again in a class's answers."""
    change = DEARER * COUNT + 1
    row = list(range(0, (len(meant) + 1) * change, change))
    for a in written:
        corner, row[0] = row[0], row[0] + change
        left = row[0]
        for j, b in enumerate(meant, 1):
            up = row[j]
            if a != b:
                corner += COUNT if (a, b) in ALIKE else change
                across = (left if left < up else up) + change
                if across < corner:
                    corner = across
            row[j], left, corner = corner, corner, up
    return row[-1]
