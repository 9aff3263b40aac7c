"""Equations as straight-line code, for all that is computed again and again from what a writer had."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import flint

from ..core.axis import Index
from ..core.equation import Equation, Program, Tensor
from ..core.expr import Entry, Offset
from ..core.problem import Value
from ..core.recent import Recent
from ..core.walk import tensors, walk
from ..numbers.compiled import Compiled, compiled
from ..numbers.faults import EvaluationError, NumberError
from ..numbers.interpret import Values
from .explain import Cells
from .keys import flat_position

if TYPE_CHECKING:
    from .reference import Point

BITS = 160
RUNS = 50
"""Passes of which each recipe remembers what came out, at least: a class has the same parents again and again."""
FAULTS = (NumberError, EvaluationError, KeyError, ValueError, ArithmeticError, TypeError)
"""What evaluating a mistaken or unsuitable equation may end in; it then has no value."""


class Recipe:
    """One equation as straight-line code from the cells of its parents to its own."""

    def __init__(self, point: Point, equation: Equation) -> None:
        self.point, self.name = point, equation.name
        program = point.reference.program
        self.reads = reads_of(program, equation)
        self._known = Recent(RUNS)
        small = Program({n: program.tensors[n] for n in self.reads} | {self.name: own_tensor(program, equation)}, (equation,))
        code = coded(point, small, self.reads, fixed_in(equation), (self.name,))
        self._code = code if code is not None and self.name in code.results else None
        if self._code is not None:
            self._places = tuple((n, flat_position(at, point.shape(n))) for n, at in self._code.inputs)
            self._own = tuple(flat(self._code.results[self.name]))

    def __call__(self, had: Mapping[str, Cells]) -> Cells | None:
        """The cells, given what the writer had."""
        return self.of({n: had.get(n) or self.point.value(n, had) for n in self.reads})

    def of(self, found: Mapping[str, Cells | None]) -> Cells | None:
        """The cells from those of the parents; None where one of them, or the equation, has none."""
        if self._code is None or not all(found.values()):               # a quantity without numbers has none, or no cells
            return None
        key = tuple(map(id, found.values()))
        if (known := self._known[key]) is None:                     # the parents are kept, so that no others have their identities
            self._known.put(key, known := (tuple(found.values()), self._run(found)))
        return known[1]

    def _run(self, found: Mapping[str, Cells]) -> Cells | None:
        try:
            numbers = self._code.numbers([found[n][k] for n, k in self._places])
            cells = tuple([numbers[place] for place in self._own])
            return cells if all(cell.is_finite() for cell in cells) else None
        except FAULTS:
            return None


def reads_of(program: Program, equation: Equation) -> tuple[str, ...]:
    """The program's tensors that an equation reads."""
    return tuple(sorted(tensors(equation.right) & set(program.tensors)))


def own_tensor(program: Program, equation: Equation) -> Tensor:
    """The tensor that an equation defines, in the shape that it gives it."""
    tensor = program.tensors[equation.name]
    axes = tuple(index.axis for index in equation.left.at if isinstance(index, Index))
    return replace(tensor, axes=axes) if len(axes) == len(equation.left.at) else tensor


def fixed_in(equation: Equation) -> frozenset[str]:
    """The tensors whose entries stand in positions."""
    return frozenset(variable.tensor for node in walk(equation.right) if isinstance(node, Entry) for place in node.at
                     if isinstance(place, Offset) for variable, _ in place.terms if isinstance(variable, Entry))


def coded(point: Point, program: Program, reads: Sequence[str], fixed: frozenset[str], names: Sequence[str]) -> Compiled | None:
    """Code for those of the named tensors that have a value; None where nothing can be made of it."""
    try:
        zeros = {n: _nested(point.shape(n), point, n in fixed and n) for n in reads if n not in point.sizes and n != "pi"}
        return compiled(program, zeros, point.sizes, names, fixed, BITS, hull=True, without=FAULTS)
    except FAULTS:
        return None


def flat(places: Any) -> Iterable[int]:
    """Places in nested lists, in order."""
    if isinstance(places, list):
        for part in places:
            yield from flat(part)
    else:
        yield places


def _nested(shape: tuple[int, ...], point: Point, fixed: str | bool) -> Value:
    """Stand-ins of a shape: zeros, or the true numbers of a class label."""
    if fixed:
        return point.data[fixed]
    return Fraction(0) if not shape else tuple(_nested(shape[1:], point, False) for _ in range(shape[0]))


def cells_of(values: Values, name: str) -> Cells | None:
    """All cells of a tensor; None where one has no value."""
    try:
        return tuple(balls(values.tensor(name)))
    except FAULTS:
        return None


def balls(nested: Any) -> Iterable[Any]:
    """The numbers in nested lists as balls. NumberError for one without bounds."""
    if isinstance(nested, list):
        for part in nested:
            yield from balls(part)
    else:
        ball = nested if isinstance(nested, flint.arb) else flint.arb(nested)
        if not ball.is_finite():
            raise NumberError("a value without bounds")
        yield ball
