"""The quantities of a problem as nodes of an explanation."""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from ..core.equation import Equation
from ..numbers.hulls import Hulls
from ..numbers.interpret import Values
from .alternatives import Alternatives
from .catalogue.slopes import equal_ways
from .explain import Cells
from .following import FOLLOWS
from .keys import flat_position, key_of, positions, tensor_of
from .marks import Mistake
from .mistakes import variants
from .recipes import BITS, FAULTS, balls

if TYPE_CHECKING:
    from .reference import Point


class Quantity:
    """A tensor, or one entry of it, as a node of an explanation at the sheet's own numbers. `circular`: of a recurrent tensor."""

    def __init__(self, point: Point, name: str, tensor: str, at: tuple[int, ...] | None, parents: tuple[str, ...], circular: bool) -> None:
        self.point, self.name, self.tensor, self.at, self.parents, self.circular = point, name, tensor, at, parents, circular
        self.place = None if at is None else flat_position(at, point.shape(tensor))
        self.equations = tuple(e for e in point.reference.program.equations if e.name == tensor)
        self._variants: tuple[tuple[Mistake, Equation], ...] | None = None
        self._at_truth: tuple[tuple[Mistake, Cells], ...] = ()

    @cached_property
    def truth(self) -> Cells:
        return self._own(self.point.value(self.tensor, {})) or ()

    def computed(self, had: Mapping[str, Cells]) -> Cells | None:
        if self.circular or len(self.equations) != 1:
            return self._interpreted(self.equations, had)
        return self._own(self.point.recipe(self.equations[0])(had))

    def variants(self, had: Mapping[str, Cells]) -> Iterable[tuple[Mistake, Cells]]:
        if self._variants is None:
            setting = self.point.reference.setting
            self._variants = tuple(found for own in self.equations for found in (
                *((FOLLOWS, replace(own, right=right)) for right in equal_ways(own, setting)), *variants(own, setting)))
        if not had:
            self._at_truth = self._at_truth or tuple(self._mistaken(had))
            return self._at_truth
        return self._mistaken(had)

    def _mistaken(self, had: Mapping[str, Cells]) -> Iterator[tuple[Mistake, Cells]]:
        known = self._variants or ()
        if self.circular or len(self.equations) != 1:
            values = [self._interpreted((equation,), had) for _, equation in known]
        else:
            values = [self._own(cells) for cells in self._alternatives(had)]
        return ((mistake, cells) for (mistake, _), cells in zip(known, values, strict=True) if cells is not None)

    def mistaken(self, mistake: Mistake, stated: Cells) -> tuple[Equation, Cells] | None:
        """The wrong equation by which a mistake gives what is stated, from the true values, and what it gives; None where none does."""
        if self.circular or len(self.equations) != 1:
            return None
        for (each, equation), found in zip(self._variants or (), self._alternatives({}), strict=True):
            cells = self._own(found)
            if each == mistake and cells is not None and len(cells) == len(stated) and all(x.overlaps(y) for x, y in zip(cells, stated, strict=True)):
                return equation, cells
        return None

    @cached_property
    def _alternatives(self) -> Alternatives:
        return Alternatives(self.point, [equation for _, equation in self._variants or ()])

    def _own(self, cells: Cells | None) -> Cells | None:
        """The node's share of a tensor's cells."""
        if cells is None or self.place is None:
            return cells
        return (cells[self.place],) if self.place < len(cells) else None

    def _interpreted(self, equations: tuple[Equation, ...], had: Mapping[str, Cells]) -> Cells | None:
        program = self.point.reference.program
        if equations != self.equations:
            program = replace(program, equations=tuple(e for e in program.equations if e.name != self.tensor) + equations)
        known = {key: had[key] for key in had if key != self.name and (self.at is None or tensor_of(key) != self.tensor or "[" in key)}
        if self.at is None:
            return self.point.computed(program, self.tensor, known)
        try:
            values = Values(program, self.point.data, self.point.sizes, Hulls(BITS))
            self.point.give(values, known, "")
            return tuple(balls([values.entry(self.tensor, self.at)]))
        except FAULTS:
            return None


def quantities(point: Point, split: frozenset[str]) -> Iterable[Quantity]:
    """Each after its parents; recurrent tensors entry by entry, in the order in which they are computed."""
    reads, above = point.reference.reads, point.reference.above
    circular = point.reference.recurrent
    order: list[tuple[str, str, tuple[int, ...] | None]] = []
    done: set[str] = set()

    def visit(name: str) -> None:
        if name in done or name not in reads:
            return
        group = {other for other in circular if name in above[other] and other in above[name]} | {name}
        done.update(group)
        for member in group:
            for parent in reads[member] - group:
                visit(parent)
        if name not in circular:
            order.extend([(key_of(name, at), name, at) for at in positions(point.shape(name))] if name in split else [(name, name, None)])
            return
        for member in group:
            point.value(member, {})
        order.extend((key_of(tensor, at), tensor, at) for tensor, at in point.known() if tensor in group)

    for equation in point.reference.program.equations:
        visit(equation.name)
    earlier: dict[str, list[str]] = {}
    for key, tensor, at in order:
        parents = [k for parent in sorted(reads[tensor]) for k in (earlier.get(parent, ()) if parent in circular | split else (parent,))]
        own = earlier.setdefault(tensor, [])
        yield Quantity(point, key, tensor, at, tuple(dict.fromkeys((*parents, *(own if tensor in circular else ())))), tensor in circular)
        own.append(key)
