"""Which of a sheet's problems is meant, where one is wanted."""
from __future__ import annotations

from collections.abc import Sequence

from ..core.problem import Problem
from ..errors import UsageError


def numbered(problems: Sequence[Problem], number: int, option: str = "--number ") -> Problem:
    """The problem of this number, from 1. UsageError where there is none; `option` is how the number was given, "--number " or "number="."""
    if not 1 <= number <= len(problems):
        raise UsageError(f"{option}{number}: the sheet holds {len(problems)} problem{'s' if len(problems) != 1 else ''}.")
    return problems[number - 1]


def one_of(problems: Sequence[Problem], number: int | None = None, option: str = "--number ") -> Problem:
    """The problem of this number, or the only one with a loss. UsageError where there is none, or several."""
    if number is not None:
        return numbered(problems, number, option)
    found = [k for k, p in enumerate(problems, 1) if p.loss is not None]
    if not found:
        raise UsageError("The sheet has no problem with a loss.")
    if len(found) > 1:
        listed = "; ".join(f"{k} {problems[k - 1].title or 'has no title'}" for k in found)
        raise UsageError(f"The sheet has {len(found)} problems with a loss: {listed}.", suggestion=f"Say which one with {option.strip(' =')}.")
    return problems[found[0] - 1]
