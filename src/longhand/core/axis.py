"""Axes and indices: what runs, over what. Two layers of size 3 have two axes."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


class Remembering:
    """What a node finds out about itself once: its hash and, for expressions, what `walk` says of it. No field, so that it takes
    no part in comparing, printing and copying."""
    __slots__ = ("_hash",)


@dataclass_transform(frozen_default=True)
def node(cls: type[T]) -> type[T]:
    """A frozen, slotted dataclass that remembers its hash: nodes are keys of dictionaries all the time, and hashing runs through all
    that is inside."""
    made = dataclass(frozen=True, slots=True)(cls)
    computed = made.__hash__

    def __hash__(self: Remembering) -> int:
        try:
            return self._hash
        except AttributeError:
            value = computed(self)
            object.__setattr__(self, "_hash", value)
            return value

    made.__hash__ = __hash__
    return made


@node
class Axis(Remembering):
    """A dimension of a problem. Its name is its identity; its size is a number or the symbol of one."""
    name: str
    size: int | str = field(compare=False)
    letter: str = field(default="i", compare=False)


@node
class Index(Remembering):
    """A variable that runs over an axis, from 0. The mark tells several indices of one axis apart; letters are chosen by printers."""
    axis: Axis
    mark: int = 0


def fresh(axis: Axis, taken: object) -> Index:
    """The first index of the axis that is not in the container `taken`."""
    mark = 0
    while (index := Index(axis, mark)) in taken:
        mark += 1
    return index
