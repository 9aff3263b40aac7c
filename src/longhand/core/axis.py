"""Axes and indices: what runs, over what. Two layers of size 3 have two axes."""
from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Axis:
    """A dimension of a problem. Its name is its identity; its size is a number or the symbol of one."""
    name: str
    size: int | str = field(compare=False)
    letter: str = field(default="i", compare=False)


@dataclass(frozen=True, slots=True)
class Index:
    """A variable that runs over an axis, from 0. The mark tells several indices of one axis apart; letters are chosen by printers."""
    axis: Axis
    mark: int = 0


def fresh(axis: Axis, taken: object) -> Index:
    """The first index of the axis that is not in the container `taken`."""
    mark = 0
    while (index := Index(axis, mark)) in taken:
        mark += 1
    return index
