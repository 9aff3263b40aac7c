"""Which equations form a recurrence, along which axis, and which way it runs."""
from __future__ import annotations

from collections.abc import Iterator

from ..core.axis import Index
from ..core.equation import Equation
from ..core.expr import Entry, Expr, Offset, Position
from ..core.record import record
from ..core.walk import positions, tensors, walk
from ..errors import NotUnderstood


@record
class Group:
    """Equations that are computed together: one alone, or those of a recurrence, in the order within one round.

    index    what the rounds run over; None for a lone equation
    slots    tensor -> the place of that index in its entries
    falling  from the last round to the first
    """
    equations: tuple[Equation, ...]
    index: Index | None = None
    slots: tuple[tuple[str, int], ...] = ()
    falling: bool = False


def grouped(equations: tuple[Equation, ...]) -> Iterator[Group]:
    """The equations in an order in which each reads only what is above it. NotUnderstood for a recurrence of another kind."""
    names = {e.name for e in equations}
    reach = {e.name: set(tensors(e.right)) & names for e in equations}
    before = -1
    while before != (before := sum(map(len, reach.values()))):
        for name, found in reach.items():
            found.update(*(reach[other] for other in tuple(found)))
            reach[name] = found
    done: set[str] = set()
    waiting = list(equations)
    while waiting:
        equation = next(e for e in waiting if {n for n in reach[e.name] if e.name not in reach[n]} <= done | {e.name})
        circle = [e for e in waiting if e is equation or (e.name in reach[equation.name] and equation.name in reach[e.name])]
        yield _recurrence(circle) if equation.name in reach[equation.name] else Group((equation,))
        done |= {e.name for e in circle}
        waiting = [e for e in waiting if e not in circle]


def entries(e: Expr) -> Iterator[Entry]:
    """Every entry read, those inside positions too."""
    for node in walk(e):
        if isinstance(node, Entry):
            yield node
        for p in positions(node):
            if isinstance(p, Offset):
                yield from (v for v, _ in p.terms if isinstance(v, Entry))


def _recurrence(circle: list[Equation]) -> Group:
    """The equations of a circle as rounds over one index."""
    first = circle[0]
    for index in first.left.at:
        assert isinstance(index, Index)
        found = _along(circle, index)
        if found is not None:
            return found
    names = " and ".join(e.name for e in circle)
    raise NotUnderstood(f"{names}: the recurrence does not run one way along one axis, so it cannot be written as a loop.")


def _along(circle: list[Equation], index: Index) -> Group | None:
    slots: dict[str, int] = {}
    for e in circle:
        places = [k for k, p in enumerate(e.left.at) if isinstance(p, Index) and p.axis == index.axis]
        if len(places) != 1:
            return None
        slots[e.name] = places[0]
    shifts: set[int] = set()
    now: dict[str, set[str]] = {e.name: set() for e in circle}
    for e in circle:
        here = e.left.at[slots[e.name]]
        for entry in entries(e.right):
            if entry.tensor in slots:
                shift = _shift(entry.at[slots[entry.tensor]], here)
                if shift is None:
                    return None
                shifts.add(shift)
                if shift == 0:
                    now[e.name].add(entry.tensor)
    shifts -= {0}
    if not shifts or (min(shifts) < 0 < max(shifts)):
        return None
    order: list[Equation] = []
    left = list(circle)
    while left:
        ready = next((e for e in left if now[e.name] <= {o.name for o in order}), None)
        if ready is None:
            return None
        order.append(ready)
        left.remove(ready)
    return Group(tuple(order), index, tuple(slots.items()), min(shifts) > 0)


def _shift(p: Position, here: Position) -> int | None:
    """c where the position is `here` + c."""
    if p == here:
        return 0
    if isinstance(p, Offset) and p.terms == ((here, 1),):
        return p.constant
    return None
