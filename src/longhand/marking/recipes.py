"""Equations as straight-line code, for all that is computed again and again from what a writer had."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import flint

from ..core.axis import Index
from ..core.equation import Equation, Program
from ..core.expr import Entry, Offset
from ..core.problem import Value
from ..core.walk import tensors, walk
from ..numbers.compiled import Compiled, compiled
from ..numbers.faults import EvaluationError, NumberError
from ..numbers.interpret import Values
from .explain import Cells
from .keys import flat_position

if TYPE_CHECKING:
    from .reference import Point

BITS = 160
FAULTS = (NumberError, EvaluationError, KeyError, ValueError, ArithmeticError, TypeError)
"""What evaluating a mistaken or unsuitable equation may end in; it then has no value."""


class Recipe:
    """One equation as straight-line code from the cells of its parents to its own."""

    def __init__(self, point: Point, equation: Equation) -> None:
        self.point, self.name = point, equation.name
        program = point.reference.program
        self.reads = tuple(sorted(tensors(equation.right) & set(program.tensors)))
        self._code: Compiled | None = None
        own = replace(program.tensors[self.name], axes=tuple(index.axis for index in equation.left.at if isinstance(index, Index)))
        if len(own.axes) < len(equation.left.at):
            own = program.tensors[self.name]
        small = Program({n: program.tensors[n] for n in self.reads} | {self.name: own}, (equation,))
        self.fixed = {variable.tensor for node in walk(equation.right) if isinstance(node, Entry) for place in node.at
                      if isinstance(place, Offset) for variable, _ in place.terms if isinstance(variable, Entry)}
        try:
            zeros = {n: _nested(point.shape(n), point, n in self.fixed and n) for n in self.reads if n not in point.sizes and n != "pi"}
            self._code = compiled(small, zeros, point.sizes, [self.name], self.fixed, BITS, hull=True)
        except FAULTS:
            return
        self._places = tuple((n, flat_position(at, point.shape(n))) for n, at in self._code.inputs)

    def __call__(self, had: Mapping[str, Cells]) -> Cells | None:
        """The cells, given what the writer had."""
        return self.of({n: self.point.value(n, had) for n in self.reads})

    def of(self, found: Mapping[str, Cells | None]) -> Cells | None:
        """The cells from those of the parents; None where one of them, or the equation, has none."""
        if self._code is None or None in found.values():
            return None
        try:
            numbers = self._code.numbers([found[n][k] for n, k in self._places])
            return tuple(balls(_picked(self._code.results[self.name], numbers)))
        except FAULTS:
            return None


def _picked(places: Any, numbers: list[Any]) -> Any:
    return [_picked(place, numbers) for place in places] if isinstance(places, list) else numbers[places]


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
