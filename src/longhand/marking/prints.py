"""What goes into an explanation and what comes out: the nodes of the derivation, the numbers printed for them, and what became of each."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import inf
from typing import Any, NamedTuple, Protocol

from ..core.record import record
from .marks import Mistake
from .printed import PrintedCell

Cells = tuple[Any, ...]
"""Balls (flint.arb), the cells of a quantity in row-major order."""


class Node(Protocol):
    """A quantity of the derivation, or an expression of the answer.

    name     its key in an environment;   truth  its right cells, None where it has no value
    parents  names of the nodes it is computed from, direct ones
    """
    name: str
    truth: Cells | None
    parents: tuple[str, ...]

    def computed(self, had: Mapping[str, Cells]) -> Cells | None:
        """Its cells from what the writer had (all parents are there; enclosures, hulls at kinks); None where it has no value."""

    def variants(self, had: Mapping[str, Cells]) -> Iterable[tuple[Mistake, Cells]]:
        """Its cells by each mistake of the catalogue that can be made here. May read any node, not only its parents;
        a node without a value is not in `had`."""


@record
class Print:
    """Numbers printed for a node, in the order of its cells; `claim` is the caller's key."""
    node: str
    cells: tuple[PrintedCell, ...]
    claim: int


class Outcome(NamedTuple):
    """How one print is explained.

    cells     the verdict of each cell: "right", "carried", "wrong", "misread", or "" where it cannot be checked
    kind      "ok", "misread", "slip" (numbers wrong, no mistake of the catalogue), "mistake", "unknown" (nothing to hold it against)
    expected  the cells that should stand there given what the writer had;   had  what the writer really had
    cut       cells whose last place is cut off and not rounded;   rounded  whether a last digit is off by one, as by another route
    given     the claim of the earlier error on which a carried cell builds
    gap       how much dearer it is to give these cells other verdicts (inf where nothing of the kind was found)
    """
    claim: int
    kind: str
    cells: tuple[str, ...]
    mistake: Mistake | None
    expected: Cells
    had: Cells
    cut: tuple[int, ...] = ()
    rounded: bool = False
    given: int | None = None
    gap: float = inf


@record
class Explanation:
    """outcomes in the order of the prints; `had` is what the writer had of every node that differs from the truth;
    `gap` is how much dearer the next best explanation is, `rival` what it says (empty where there is none)."""
    outcomes: tuple[Outcome, ...]
    had: Mapping[str, Cells]
    cost: float
    gap: float
    rival: tuple[Outcome, ...] = ()
