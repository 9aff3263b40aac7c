"""Array code row by row: statements over the same first axis in one loop, so that a row is still in the cache when the next statement reads
it, and what only they use takes the room of one row. For targets that are loops."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import prod

from ..core.axis import Axis, Index
from .array_code import Map, Read, Reduce, Soft, Statement, nodes, reads, scalars, targets
from .phases import depends

Group = tuple[Statement, ...]

LONG = 64               # entries from which a row is worth a loop of its own: shorter ones are quicker array by array


def by_rows(statements: Sequence[Statement], extent: Callable[[Axis], str], sums: bool = True) -> list[Group]:
    """The statements in groups, in an order in which all still find what they read. Each statement of a group of several is made in one
    loop over the rows: it reads only the same row of what the others make, or, with `sums`, adds the rows up. A statement comes forward
    only to arrays of its own. `extent` gives the size of an axis as text, a number where it is known."""
    waiting, out = list(statements), []
    while waiting:
        group, left = [waiting.pop(0)], []
        axis = _rows_of(group[0])
        if axis is not None and prod(int(n) if (n := extent(i.axis)).isdigit() else LONG for i in group[0].at[1:]) < LONG:
            axis = None
        for s in waiting:
            fits = (axis is not None and all(_beside(s, other, axis, sums) for other in group) and not any(depends(s, other) for other in left)
                    and (not left or any(reads(s) & {*reads(other), *targets(other)} for other in group)))
            (group if fits else left).append(s)
        waiting = left
        out.append(tuple(group))
    return out


def row(s: Statement, axis: Axis) -> Index | None:
    """The index that runs over the rows: the first one of what a statement makes, or one that it sums over."""
    if not isinstance(s, Map | Reduce | Soft) or (isinstance(s, Soft) and s.along == s.at[0]):
        return None
    if s.at and s.at[0].axis == axis:
        return s.at[0]
    if isinstance(s, Reduce) and all(i.axis != axis for i in s.at):
        over = [i for i in s.over if i.axis == axis]
        return over[0] if len(over) == 1 else None
    return None


def adds(s: Statement, axis: Axis) -> bool:
    """Whether a statement of a group adds rows up."""
    return isinstance(s, Reduce) and not (s.at and s.at[0].axis == axis)


def local(groups: Iterable[Group], candidates: Iterable[str]) -> frozenset[str]:
    """The arrays among the candidates that one group alone makes and reads, so that a row of each is enough."""
    groups = list(groups)
    users = {name: [g for g in groups if any(name in {*reads(s), *targets(s)} for s in g)] for name in candidates}
    return frozenset(name for name, found in users.items() if len(found) == 1 and len(found[0]) > 1 and _by_row(name, found[0]))


def _by_row(name: str, group: Group) -> bool:
    axis = _rows_of(group[0])
    assert axis is not None
    makers = [s for s in group if name in targets(s)]
    return bool(makers) and not any(adds(s, axis) for s in makers)


def _rows_of(s: Statement) -> Axis | None:
    """The axis whose rows a group that begins with this statement has."""
    return s.at[0].axis if isinstance(s, Map | Reduce | Soft) and len(s.at) > 1 and row(s, s.at[0].axis) else None


def _beside(s: Statement, other: Statement, axis: Axis, sums: bool) -> bool:
    """Whether a statement can be made in the same loop as one before it."""
    own = row(s, axis)
    if own is None or (adds(s, axis) and not sums):
        return False
    for reader, maker in ((s, other), (other, s)):
        found = [n for scalar in scalars(reader) for n in nodes(scalar) if isinstance(n, Read) and n.array in targets(maker)]
        if found and (adds(maker, axis) or any(n.at[:1] != (row(reader, axis),) for n in found)):
            return False
    return not set(targets(s)) & set(targets(other)) or not (adds(s, axis) or adds(other, axis))
