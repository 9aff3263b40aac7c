"""Claims that are made under conditions: m = k: ∂y_k/∂z_k = y_k (1 - y_k)."""
from __future__ import annotations

from collections.abc import Callable

from ..reading.names import flat
from ..reading.syntax import Formula, Relation
from ..reading.terms import Unclear
from .array import Nonconforming
from .equality import Different, Equal, judged
from .heads import Head
from .masks import mask_for
from .meaning import Reading
from .reference import Reference
from .scope import Scope


def judged_under(conditions: tuple[Formula, ...], head: Head, formula: Formula, scope: Scope, reference: Reference,
                 allowed: Callable[[Reading], bool]) -> Equal | Different | None:
    """The verdict on a claim under conditions: what is true throughout is true under every condition."""
    if not conditions:
        return judged(head, formula, scope, reference, _everywhere, allowed)
    outcome: Equal | Different | None = None
    fault: Exception | None = None
    try:
        outcome = judged(head, formula, scope, reference, _everywhere, allowed)
    except (Unclear, Nonconforming) as error:
        fault = error
    if isinstance(outcome, Equal) and not outcome.where:
        return outcome
    try:
        return judged(head, formula, scope, reference, mask_for(conditions, head, scope), allowed)
    except Unclear:
        if fault is not None or not all(_is_renaming(condition, head) for condition in conditions):
            raise
    return outcome


def _everywhere(point: object) -> None:
    return None


def _is_renaming(condition: Formula, head: Head) -> bool:
    """Whether it says that one letter stands for another, of which the claim itself has only one."""
    return isinstance(condition, Relation) and condition.operators == ("=",) and sum(flat(part) in head.letters for part in condition.parts) == 1
