"""The marker that is measured, and the names of its catalogue."""
from __future__ import annotations

from functools import cache


def marker(problem: str):
    """longhand's marker of a problem. ImportError where it is not built yet."""
    from longhand.marking.mark import Marker
    return Marker(problem)


@cache
def _catalogue() -> dict[str, set[str]]:
    from longhand.marking.mistakes import MISTAKES
    found: dict[str, set[str]] = {}
    for row in MISTAKES:
        found.setdefault(row.mistake.name, set()).add(row.mistake.code)
    return found


def codes(name: str) -> set[str]:
    """The catalogue's codes of a mistake's name; none of a name that is not in it (a slip, a sign)."""
    return _catalogue().get(name, set())
