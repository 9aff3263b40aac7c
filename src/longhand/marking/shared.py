"""What was decided of symbolic claims, kept for all answers to a problem: a class writes the same formulas again and again."""
from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from ..reading.syntax import Formula, walk
from .identity import of_formula
from .scope import Scope

if TYPE_CHECKING:
    from .heads import Head

T = TypeVar("T")
MOST = 5000
"""Claims remembered; then it begins anew."""


class Shared:
    """Decisions by the claim. A claim without a key is decided each time."""

    def __init__(self) -> None:
        self._known: dict[Hashable, object] = {}

    def of(self, key: Hashable | None, decide: Callable[[], T]) -> T:
        """What was decided of the claim with this key, or is now."""
        if key is None:
            return decide()
        if key not in self._known:
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[key] = decide()
        return self._known[key]         # type: ignore[return-value]


def claim_key(head: Head, formula: Formula, conditions: tuple[Formula, ...], scope: Scope, *more: Hashable) -> Hashable | None:
    """Tells a claim from others, whoever writes it. None where a name of the answer's own is in it that is no other name of a quantity.
    `more`: what else matters."""
    parts = (head.formula, formula, *conditions)
    own = scope.own_names(node for part in parts for node in walk(part))
    if own is None:
        return None
    return own, head.tensor, head.at, head.letters, scope.problem.notation.base, more, tuple(map(_written, parts))


def _part(part: object) -> Hashable:
    if isinstance(part, tuple):
        return tuple(map(_part, part))
    return _whole(part) if isinstance(part, Formula) else part


def _whole(formula: Formula) -> Hashable:
    """A formula without its places."""
    kind = type(formula)
    return kind.__name__, tuple([_part(getattr(formula, name)) for name in _names(kind)])


_written = of_formula(_whole)


@cache
def _names(kind: type[Formula]) -> tuple[str, ...]:
    """The fields of a kind of formula but for its place."""
    return tuple(f.name for f in fields(kind) if f.name != "span")
