"""Balls that remember how each comparison came out: two passes with the same outcomes ran through the same cases."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .balls import Balls


@dataclass(frozen=True)
class WatchedBalls(Balls):
    """Balls that note how each comparison came out, so that a step across a kink is seen."""
    cases: list[bool] = field(default_factory=list, compare=False)

    def holds(self, left: Any, relation: str, right: Any) -> bool:
        outcome = super().holds(left, relation, right)
        self.cases.append(outcome)
        return outcome
