"""Functions of numbers that have no hash: what is known of a ball is kept under its identity."""
from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, TypeVar

from flint import ctx

from ..core.recent import Recent

T = TypeVar("T")
MOST = 20_000
"""Balls remembered; then it begins anew."""
CELLS = 4_000
"""Prints of which it is remembered what they say, at least."""
FORMULAS = 2_000
"""Formulas remembered, at least."""


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


def by_identities(function: Callable[..., T]) -> Callable[..., T]:
    """The function, its results kept by the identities of all its arguments, which must never change, and the precision it works at. What is
    printed alike in two answers is the same object, so what follows from it is, too."""
    known = Recent(CELLS)

    @wraps(function)
    def remembered(*arguments: Any) -> T:
        key = (ctx.prec, *map(id, arguments))
        found = known[key]
        if found is None:
            found = arguments, function(*arguments)                     # the arguments are kept, so that nothing else has their identities
            known.put(key, found)
        return found[1]

    return remembered


def of_formula(function: Callable[[Any], T]) -> Callable[[Any], T]:
    """The function of a formula, its results kept by the formula's identity: what an answer repeats is the same object."""
    known = Recent(FORMULAS)

    @wraps(function)
    def remembered(formula: Any) -> T:
        found = known[id(formula)]
        if found is None:
            found = formula, function(formula)                          # the formula is kept, so that no other has its identity
            known.put(id(formula), found)
        return found[1]

    return remembered
