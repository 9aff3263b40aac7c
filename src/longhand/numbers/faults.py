"""What can go wrong between numbers."""
from __future__ import annotations


class NumberError(ArithmeticError):
    """An operation gave no number; `says` is the reason in words, `place` the entry that was computed, once known."""

    def __init__(self, says: str) -> None:
        super().__init__(says)
        self.says = says
        self.place: tuple[str, tuple[int, ...]] | None = None

    def __str__(self) -> str:
        return f"{written(*self.place)}: {self.says}" if self.place else self.says


def written(tensor: str, at: tuple[int, ...]) -> str:
    """An entry in words: W[0, 1], or the name of a scalar."""
    return f"{tensor}[{', '.join(map(str, at))}]" if at else tensor


class DomainError(NumberError):
    """The operation has no value here: ln of a number that is not positive, a division by zero."""


class NotExact(NumberError):
    """The arithmetic cannot hold the result exactly."""


class Undecided(NumberError):
    """An enclosure is too wide to tell: more precision may."""


class EvaluationError(Exception):
    """An entry of a tensor has no value.

    tensor  its name;   at  the position of the entry, counted from 0;   says  the reason in words
    """

    def __init__(self, tensor: str, at: tuple[int, ...], says: str) -> None:
        super().__init__(f"{written(tensor, at)}: {says}")
        self.tensor, self.at, self.says = tensor, at, says
