"""Trivial values: zeros, ones, an identity, one number everywhere. A wrong one makes all that follows easy, so it earns nothing there."""
from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from .marks import Mark, Nested

LONGEST = 60                      # characters of a number
KEPT = 2_000                      # values remembered: a class states the same ones
SMALL = Fraction(1, 10_000)       # of the right size: below it, a value is as good as nothing


def is_numeric(mark: Mark) -> bool:
    """Whether the claim states numbers, and not only a formula."""
    return _states_numbers(mark.stated)


@lru_cache(KEPT)
def _states_numbers(stated: Nested) -> bool:
    return bool(cells := _cells(stated)) and all(number(cell) is not None for cell in cells)


def why_trivial(mark: Mark) -> str:
    """What is trivial about the stated value where the right one is not so, as the end of a sentence; "" for a value that is not."""
    return _why(mark.stated, mark.expected)


@lru_cache(KEPT)
def _why(stated: Nested, expected: Nested) -> str:
    numbers, truth = _numbers(stated), _numbers(expected)
    if not numbers:
        return ""
    for says, holds in KINDS:
        if holds(numbers, stated, truth) and not (truth and holds(truth, expected, numbers)):
            return says
    return ""


def _zeros(cells: list[Fraction], shape: Nested, other: list[Fraction]) -> bool:
    return not any(cells)


def _vanishes(cells: list[Fraction], shape: Nested, other: list[Fraction]) -> bool:
    return bool(other) and max(map(abs, cells)) < SMALL * max(map(abs, other))


def _one(cells: list[Fraction], shape: Nested, other: list[Fraction]) -> bool:
    return len(cells) == 1 and cells[0] == 1


def _alike(cells: list[Fraction], shape: Nested, other: list[Fraction]) -> bool:
    return len(cells) > 1 and len(set(cells)) == 1


def _identity(cells: list[Fraction], shape: Nested, other: list[Fraction]) -> bool:
    """Zero but for one number along the diagonal."""
    if not isinstance(shape, tuple) or not all(isinstance(row, tuple) and len(row) == len(shape) for row in shape) or len(shape) < 2:
        return False
    size = len(shape)
    if len(cells) != size * size:
        return False
    diagonal = {cells[k * size + k] for k in range(size)}
    return len(diagonal) == 1 and not any(cells[i * size + j] for i in range(size) for j in range(size) if i != j)


KINDS = (
    ("is zero", _zeros), ("is as good as zero", _vanishes), ("is 1", _one), ("is the same number everywhere", _alike), ("is an identity", _identity),
)
"""What makes a value trivial, with the test: on its cells, its nesting and the cells of the other value."""


def _cells(value: Nested) -> list[str]:
    if isinstance(value, tuple):
        return [cell for item in value for cell in _cells(item)]
    return [] if value is None else [value]


def _numbers(value: Nested) -> list[Fraction]:
    """All cells as numbers, [] where some are none."""
    found = [number(cell) for cell in _cells(value)]
    return [] if None in found else found


@lru_cache(KEPT)
def number(text: str) -> Fraction | None:
    """The number a cell says, None for a formula."""
    text = text.strip().replace("−", "-").lstrip("+")
    _, _, exponent = text.lower().partition("e")
    try:
        if len(text) > LONGEST or exponent and abs(int(exponent)) > 400:
            return None
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None
