"""Keys of the nodes of an explanation, h or h[2], and the places of entries."""
from __future__ import annotations

from collections.abc import Iterable
from itertools import product


def tensor_of(key: str) -> str:
    """The tensor of a node's key: h of h[2]."""
    return key.partition("[")[0] if key.endswith("]") else key


def key_of(tensor: str, at: tuple[int, ...]) -> str:
    """The key of the node of an entry."""
    return f"{tensor}[{','.join(map(str, at))}]"


def entry_of(key: str) -> tuple[int, ...] | None:
    """The position of a node's key: (2,) of h[2], None of h."""
    return tuple(map(int, key.partition("[")[2][:-1].split(","))) if key.endswith("]") else None


def positions(shape: tuple[int, ...]) -> Iterable[tuple[int, ...]]:
    return product(*map(range, shape))


def flat_position(at: tuple[int, ...], shape: tuple[int, ...]) -> int:
    """The row-major number of a position."""
    place = 0
    for k, n in zip(at, shape, strict=True):
        place = place * n + k
    return place
