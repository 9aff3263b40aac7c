"""Slopes of a scalar by entries of a program, from values of the forward pass alone."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import flint

from ..core.equation import Equation, Program, Tensor
from ..core.expr import Entry, Offset
from ..core.problem import Value
from ..core.walk import positions, tensors, walk
from .compiled import Compiled, compiled
from .faults import NumberError, Undecided
from .interpret import Values
from .watched import WatchedBalls

KINK = "it lies at a kink: a step to one side changes the case"


class Slopes:
    """Central differences of `of` by entries of the tensors `wrt`, given or computed, with the step h.

    A computed tensor is moved by an addend to its equation, so that one straight-line program serves all entries.
    """

    def __init__(self, forward: Program, of: str, wrt: Iterable[str], data: Mapping[str, Value], sizes: Mapping[str, int],
                 step: Fraction, bits: int) -> None:
        self.of, self.step = of, step
        self.resting = Values(forward, data, sizes, WatchedBalls(bits))
        self.resting.entry(of)                            # EvaluationError here, if there is no value to begin with
        moving = [name for name in wrt if forward.equation(name) is not None]
        nudges = {name: _nudge(name) for name in moving}
        zeros = {nudges[name]: self._zeros(forward[name]) for name in moving}
        fixed = _in_positions(forward)
        self.names = {**{name: name for name in wrt}, **nudges}
        self.code: Compiled | None = None
        self.still = None
        try:
            self.code = compiled(_nudged(forward, nudges), {**data, **zeros}, self.resting.sizes, [of], fixed, bits)
        except NumberError:                               # a position that is computed, say: the interpreter can do it
            return
        self.inputs = self.code.balls({**data, **zeros})
        self.places = {entry: k for k, entry in enumerate(self.code.inputs)}
        self.still = self._pass(None, 0)

    def slope(self, name: str, at: tuple[int, ...]) -> Any:
        """The slope by one entry, a ball. Undecided where a step to either side changes a case of a function, or a comparison
        cannot be decided; EvaluationError where there is no value on one side."""
        place = self.places.get((self.names[name], at)) if self.still else None
        if place is not None:
            up, down = self._pass(place, self.step), self._pass(place, -self.step)
            if up and down:
                if not up[1] == down[1] == self.still[1]:
                    raise Undecided(KINK)
                with self.resting.numbers.working():
                    return (up[0] - down[0]) * flint.fmpq(1, 2) * flint.fmpq(self.step.denominator, self.step.numerator)
        return self._interpreted(name, at)

    def _pass(self, place: int | None, step: Fraction | int) -> tuple[Any, tuple[bool, ...]] | None:
        """(value, cases) with one input moved; None where the pass went outside a domain."""
        inputs = list(self.inputs)
        if place is not None:
            with self.resting.numbers.working():
                inputs[place] += flint.fmpq(step.numerator, step.denominator)
        try:
            numbers = self.code.numbers(inputs)
        except Undecided:
            return None
        value = numbers[self.code.results[self.of]]
        return (value, self.code.cases(numbers)) if value.is_finite() else None

    def _interpreted(self, name: str, at: tuple[int, ...]) -> Any:
        """The same by the interpreter, which knows exact zeros and can name what went wrong."""
        numbers = self.resting.numbers
        cases, results = [], []
        for step in (0, self.step, -self.step):
            moved = self.resting.moved(name, at, step)
            numbers.cases.clear()
            results.append(moved.entry(self.of))
            cases.append(tuple(numbers.cases))
        still, up, down = cases
        # an entry that is exactly 0 ends products early, so that its own pass may see fewer cases than the two beside it
        if up != down or (len(still) == len(up) and still != up):
            raise Undecided(KINK)
        with numbers.working():
            return (results[1] + numbers.number(-1) * results[2]) * numbers.number(1 / (2 * self.step))

    def _zeros(self, tensor: Tensor) -> Value:
        def zeros(sizes: list[int]) -> Value:
            return tuple(zeros(sizes[1:]) for _ in range(sizes[0])) if sizes else Fraction(0)

        return zeros([self.resting.extent(axis) for axis in tensor.axes])


def _nudge(name: str) -> str:
    """The name of the addend to a tensor; no tensor of a problem has a # in its name."""
    return f"#{name}"


def _nudged(program: Program, nudges: Mapping[str, str]) -> Program:
    """The program with an addend, given as data, to each of the tensors."""
    added = {new: Tensor(new, program[name].axes, "data") for name, new in nudges.items()}
    equations = tuple(
        Equation(e.left, e.right + Entry(nudges[e.name], e.left.at)) if e.name in nudges else e for e in program.equations
    )
    return Program({**program.tensors, **added}, equations)


def _in_positions(program: Program) -> set[str]:
    """Tensors whose entries stand in positions: class labels, tokens."""
    return {
        name for e in program.equations for node in walk(e.right) for at in positions(node) if isinstance(at, Offset)
        for variable, _ in at.terms if isinstance(variable, Entry) for name in tensors(variable)
    }
