"""Damage of scanned formulas that hides what was written: each kind is a row that undoes it."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from ..reading.syntax import Call, Cases, Empty, Formula, Name, Relation, Script, walk
from .rewrite import replaced

Sides = tuple[Formula, Formula]


def mended(left: Formula, right: Formula) -> Iterator[tuple[str, Formula, Formula]]:
    """(what the damage is, left side, right side) for each way to undo a known damage of a claim."""
    for says, undo in DAMAGE:
        for sides in undo(left, right):
            yield says, *sides


def _prime(left: Formula, right: Formula) -> Iterator[Sides]:
    """f(u) = ... where f'(u) is meant."""
    match left:
        case Call(_, Name() as function, _):
            yield replace(left, function=Script(function.span, function, None, None, 1)), right
        case Call(_, Script(primes=0) as function, _):
            yield replace(left, function=replace(function, primes=1)), right


def _condition(left: Formula, right: Formula) -> Iterator[Sides]:
    """A case that says only ≥ 0: its variable is the argument of the left side."""
    if not (isinstance(left, Call) and len(left.arguments) == 1):
        return
    changed = right
    for node in walk(right):
        if isinstance(node, Cases):
            for _, condition in node.rows:
                if isinstance(condition, Relation) and isinstance(condition.parts[0], Empty):
                    changed = replaced(changed, condition, replace(condition, parts=(left.arguments[0], *condition.parts[1:])))
    if changed is not right:
        yield left, changed


DAMAGE: tuple[tuple[str, Callable[[Formula, Formula], Iterator[Sides]]], ...] = (
    ("A prime is lost: with it, the line is right.", _prime),
    ("The variable of a condition is lost: with it, the line is right.", _condition),
)
