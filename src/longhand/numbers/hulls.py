"""Ball arithmetic for numbers that are only known to their printed digits: where a comparison is undecided, both outcomes are kept."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import flint

from .balls import Balls
from .faults import Undecided

EITHER = flint.arb(0.5, 0.5)
"""0 or 1: what an indicator is on an interval that contains its kink."""


@dataclass(frozen=True)
class Hulls(Balls):
    """Balls; an undecided comparison is an interval from 0 to 1, so that a piecewise function gives the hull of its branches."""

    def holds(self, left: Any, relation: str, right: Any) -> Any:
        try:
            return super().holds(left, relation, right)
        except Undecided:
            return EITHER
