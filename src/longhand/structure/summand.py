"""One term of a structured array, with numbers."""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from ..core.record import record
from .contraction import Labels, Operand

if TYPE_CHECKING:
    import numpy as np


@record
class Summand:
    """coefficient · δ's · Σ of the product of the factors. A label below the rank is an axis of the whole; any other is summed over.

    names   what the factors are called, in their order
    """
    coefficient: float
    deltas: tuple[tuple[int, int], ...]
    factors: tuple[Operand, ...]
    names: tuple[str, ...]

    def tied(self, rank: int, more: Iterable[tuple[int, int]] = ()) -> dict[int, int]:
        """Each label -> the first one that the deltas make equal to it."""
        found = {k: k for _, own in self.factors for k in own} | {k: k for k in range(rank)}
        for a, b in (*self.deltas, *more):
            low, high = sorted((found[a], found[b]))
            found = {k: low if v == high else v for k, v in found.items()}
        return found

    def relabelled(self, to: dict[int, int]) -> Summand:
        """The same with other labels."""
        return Summand(self.coefficient, tuple((to[a], to[b]) for a, b in self.deltas),
                       tuple((array, tuple(to[k] for k in own)) for array, own in self.factors), self.names)

    def sizes(self, shape: Sequence[int]) -> dict[int, int]:
        """Label -> number of entries along it."""
        return {**dict(enumerate(shape)), **{k: n for array, own in self.factors for k, n in zip(own, array.shape, strict=True)}}

    def mapped(self, tied: dict[int, int]) -> list[Operand]:
        """The factors with tied labels made one."""
        return [(array, tuple(tied[k] for k in own)) for array, own in self.factors]


def components(operands: Sequence[Operand], rank: int) -> Iterator[list[Operand]]:
    """The operands in groups that share a label that is summed over."""
    left = list(operands)
    while left:
        group = [left.pop(0)]
        while joining := [o for o in left if any(k >= rank and any(k in own for _, own in group) for k in o[1])]:
            group += joining
            left = [o for o in left if not any(o is j for j in joining)]
        yield group


def open_labels(operands: Sequence[Operand], rank: int) -> Labels:
    """The labels of the whole that these have, in rising order."""
    return tuple(sorted({k for _, own in operands for k in own if k < rank}))


def same(a: Operand, b: Operand) -> bool:
    """Whether two factors are one array read alike."""
    return a[0] is b[0] and a[1] == b[1]


def common(products: Sequence[Sequence[Operand]], rank: int, summed: bool = False) -> list[Operand]:
    """The factors that all the products share; those with a label that is summed over only if `summed`."""
    first, *others = products
    return [o for o in first if (summed or max(o[1], default=0) < rank) and all(any(same(o, other) for other in rest) for rest in others)]


def without(operands: Sequence[Operand], left_out: Sequence[Operand]) -> list[Operand]:
    """The operands without these, each taken out once."""
    kept = list(operands)
    for one in left_out:
        del kept[next(k for k, o in enumerate(kept) if same(o, one))]
    return kept


def numbers(arrays: Iterable[np.ndarray]) -> int:
    """How many numbers the arrays hold, each array counted once."""
    return sum({id(a): a.size for a in arrays}.values())
