"""Which of a sheet's problems is meant, where one is wanted."""
from __future__ import annotations

from collections.abc import Sequence

from ..core.problem import Problem, Remark
from ..errors import NotUnderstood, Place, UsageError


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


def understood(problems: Sequence[Problem], remarks: Sequence[Remark] = (), number: int | None = None) -> Problem:
    """The problem that is meant, for a Python call that has nobody to show remarks to. NotUnderstood, with its place, for the first thing
    in it that was not understood, or of the whole sheet (`remarks`) where that is why no problem is left with a loss."""
    if remarks and number is None and all(p.loss is None for p in problems):
        raise _refusal(remarks[0])
    found = one_of(problems, number, "number=")
    if found.not_read:
        raise _refusal(found.not_read[0])
    return found


def _refusal(remark: Remark) -> NotUnderstood:
    said = remark.text + (f": {remark.why}" if remark.why else "")
    return NotUnderstood(f"Part of the sheet is not understood. {said}.", Place(remark.line, remark.column), remark.suggestion)
