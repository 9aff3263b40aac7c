"""Functions of numbers that have no hash: what is known of a ball is kept under its identity."""
from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, TypeVar

T = TypeVar("T")
MOST = 20_000
"""Balls remembered; then it begins anew."""


def by_identity(function: Callable[..., T]) -> Callable[..., T]:
    """The function, its results kept by the identity of its first argument. The true values of a problem are the same objects for all
    answers, so that their texts are made once."""
    known: dict[tuple[int, Hashable], tuple[Any, T]] = {}

    @wraps(function)
    def remembered(ball: Any, *more: Hashable) -> T:
        key = id(ball), more
        found = known.get(key)
        if found is None:
            if len(known) >= MOST:
                known.clear()
            known[key] = found = ball, function(ball, *more)        # the ball is kept, so that no other has its identity
        return found[1]

    return remembered
