"""Equations for one tensor that are tried one after the other: as one piece of straight-line code, so that what they share is computed once."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import flint

from ..core.equation import Equation, Program
from ..core.recent import Recent
from .explain import Cells
from .keys import flat_position
from .recipes import FAULTS, RUNS, coded, fixed_in, flat, own_tensor, reads_of

if TYPE_CHECKING:
    from .reference import Point


class Alternatives:
    """What a tensor comes to by each of several equations, given what a writer had."""

    def __init__(self, point: Point, equations: Sequence[Equation]) -> None:
        self._point, self._count = point, len(equations)
        groups: dict[frozenset[str], list[int]] = {}
        for at, equation in enumerate(equations):
            groups.setdefault(fixed_in(equation), []).append(at)
        self._parts = [_Part(point, {at: equations[at] for at in group}, fixed) for fixed, group in groups.items()]

    def __call__(self, had: Mapping[str, Cells]) -> list[Cells | None]:
        """The cells by each equation; None where it has no value."""
        out: list[Cells | None] = [None] * self._count
        for part in self._parts:
            for at, cells in part(self._point, had):
                out[at] = cells
        return out


class _Part:
    """Those of the equations that have the same tensors fixed."""

    def __init__(self, point: Point, equations: Mapping[int, Equation], fixed: frozenset[str]) -> None:
        program = point.reference.program
        self.reads = {at: reads_of(program, equation) for at, equation in equations.items()}
        names = {at: f"{equation.name} {at}" for at, equation in equations.items() if equation.name not in self.reads[at]}
        renamed = tuple(replace(equations[at], left=replace(equations[at].left, tensor=name)) for at, name in names.items())
        known = {n: program.tensors[n] for at in names for n in self.reads[at]}
        own = {name: replace(own_tensor(program, equations[at]), name=name) for at, name in names.items()}
        self._all = tuple(sorted(known))
        self._code = coded(point, Program(known | own, renamed), self._all, fixed, tuple(names.values()))
        found = self._code.results if self._code is not None else {}
        self._places = tuple((n, flat_position(at, point.shape(n))) for n, at in self._code.inputs) if self._code is not None else ()
        self._known = Recent(RUNS)
        self._own = {at: tuple(flat(found[name])) for at, name in names.items() if name in found}

    def __call__(self, point: Point, had: Mapping[str, Cells]) -> Iterator[tuple[int, Cells]]:
        """(which equation, its cells) of those that have a value."""
        if self._code is None or not self._own:
            return
        found = {n: had.get(n) or point.value(n, had) for n in self._all}
        key = tuple(map(id, found.values()))
        if (known := self._known[key]) is None:                     # what is read is kept, so that nothing else has its identity
            self._known.put(key, known := (tuple(found.values()), tuple(self._run(found))))
        yield from known[1]

    def _run(self, found: Mapping[str, Cells | None]) -> Iterator[tuple[int, Cells]]:
        missing = {n for n, cells in found.items() if not cells}                # without numbers, or without cells
        try:
            numbers = self._code.numbers([flint.arb.nan() if n in missing else found[n][k] for n, k in self._places])
        except FAULTS:
            return
        for at, places in self._own.items():
            cells = tuple([numbers[place] for place in places])
            if missing.isdisjoint(self.reads[at]) and all(map(flint.arb.is_finite, cells)):
                yield at, cells
