"""The values of a program: entries on demand, remembered, in any arithmetic."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy
from itertools import product
from typing import Any

from ..core.axis import Axis, Index
from ..core.equation import Equation, Program, Tensor
from ..core.expr import Position, Rational
from ..core.problem import Value
from ..core.walk import tensors
from .arithmetic import Arithmetic
from .evaluate import evaluate
from .faults import EvaluationError, NotExact, NumberError, Undecided

DEEPEST = 30
"""How many entries may wait for one another on Python's stack; a longer chain (a recurrence) is taken from its other end."""


class _Later(Exception):
    """An entry is needed that should be computed first."""

    def __init__(self, name: str, at: tuple[int, ...]) -> None:
        self.entry = name, at


class Values:
    """What a program's tensors are for the data.

    data   nested tuples of exact numbers, outermost axis first;   sizes  numbers for size symbols; those that the data
    show need not be given. EvaluationError where the data do not fit the program, or an entry has no value.
    """

    def __init__(self, program: Program, data: Mapping[str, Value], sizes: Mapping[str, int], arithmetic: Arithmetic) -> None:
        self.program, self.numbers = program, arithmetic
        self.sizes = dict(sizes)
        self._known: dict[tuple[str, tuple[int, ...]], Any] = {}
        self._equations: dict[str, list[Equation]] = {}
        self._extents: dict[Axis, int] = {}
        self._prepared: set[str] = set()                    # what is computed, and all that it is computed from
        self._depth = 0
        for equation in program.equations:
            if equation.name not in data:                    # numbers for a defined quantity stand for its formula
                self._equations.setdefault(equation.name, []).append(equation)
        with arithmetic.working():
            for name, value in data.items():
                if name in program.tensors:
                    self._take(program[name], value)

    # ---- asking --------------------------------------------------------------------------------------------------

    def tensor(self, name: str) -> Any:
        """The whole tensor: nested lists of numbers, a single number for a scalar."""
        tensor = self.program[name]
        with self.numbers.working():
            self._prepare(name)
            return self._nested(tensor, ())

    def entry(self, name: str, at: tuple[int, ...] = ()) -> Any:
        """One entry; 0 outside the tensor."""
        with self.numbers.working():
            return self._settled(name, at)

    def extent(self, axis: Axis) -> int:
        """The size of an axis as a number. EvaluationError where its symbol has none."""
        if isinstance(axis.size, int):
            return axis.size
        if axis.size not in self.sizes:
            raise EvaluationError(axis.size, (), f"the size {axis.size} of the axis {axis.name} has no number")
        return self.sizes[axis.size]

    def positions(self, name: str) -> Iterator[tuple[int, ...]]:
        """All positions of a tensor, the last one running fastest."""
        return product(*(range(self.extent(axis)) for axis in self.program[name].axes))

    def moved(self, name: str, at: tuple[int, ...], step: Rational) -> Values:
        """These values with one entry, given or computed, moved by `step`, and all that depends on it computed anew."""
        old = self.entry(name, at)
        other = copy(self)
        later = self._downstream(name)
        other._known = {key: value for key, value in self._known.items() if key[0] not in later}
        other._prepared = self._prepared - later - {name}
        with self.numbers.working():
            other._known[name, at] = old + self.numbers.number(step)
        return other

    def give(self, name: str, at: tuple[int, ...], value: Any) -> None:
        """Sets one entry, before anything has been computed from it."""
        self._known[name, at] = value

    def known(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """The entries given or computed so far, in that order."""
        return iter(self._known)

    def _downstream(self, name: str) -> set[str]:
        """The tensors computed from `name`; itself too, if an equation defines it."""
        return self.program.downstream((name,)) | ({name} & set(self._equations))

    # ---- data ----------------------------------------------------------------------------------------------------

    def _take(self, tensor: Tensor, value: Value) -> None:
        """Checks the shape of given numbers, learns sizes from it, and keeps the entries."""
        def descend(part: Value, at: tuple[int, ...]) -> None:
            if len(at) == tensor.rank:
                if isinstance(part, tuple | list):
                    raise EvaluationError(tensor.name, at, f"the data have more axes than the {tensor.rank} declared")
                self._known[tensor.name, at] = self.numbers.number(part)
                return
            axis = tensor.axes[len(at)]
            if not isinstance(part, tuple | list):
                raise EvaluationError(tensor.name, at, f"the data have fewer axes than the {tensor.rank} declared")
            size = axis.size if isinstance(axis.size, int) else self.sizes.setdefault(axis.size, len(part))
            if len(part) != size:
                raise EvaluationError(tensor.name, at, f"the data have {len(part)} entries along the axis {axis.name} of size {size}")
            for k, inner in enumerate(part):
                descend(inner, (*at, k))

        descend(value, ())

    # ---- computing -----------------------------------------------------------------------------------------------

    def _prepare(self, name: str) -> None:
        """Computes, in the program's order, every tensor that `name` is computed from, so that nothing has to wait."""
        needed, waiting = set[str](), [name]
        while waiting:
            each = waiting.pop()
            if each not in needed and each not in self._prepared:
                needed.add(each)
                waiting += (other for e in self._equations.get(each, ()) for other in tensors(e.right))
        needed -= {name} | (needed - self._equations.keys())
        if not needed:
            return
        for each in dict.fromkeys(e.name for e in self.program.equations if e.name in needed):
            for at in self.positions(each):
                self._settled(each, at)
            self._prepared.add(each)

    def _nested(self, tensor: Tensor, at: tuple[int, ...]) -> Any:
        if len(at) == tensor.rank:
            return self._settled(tensor.name, at)
        return [self._nested(tensor, (*at, k)) for k in range(self.extent(tensor.axes[len(at)]))]

    def _settled(self, name: str, at: tuple[int, ...]) -> Any:
        """The entry, however long the chain of entries is that it waits for."""
        waiting = [(name, at)]
        on_the_way = set(waiting)
        while waiting:
            self._depth = 0
            try:
                value = self._read(*waiting[-1])
            except _Later as later:
                if later.entry in on_the_way:
                    raise EvaluationError(*later.entry, "it is defined in terms of itself") from None
                waiting.append(later.entry)
                on_the_way.add(later.entry)
            else:
                on_the_way.discard(waiting.pop())
        return value

    def _read(self, name: str, at: tuple[int, ...]) -> Any:
        known = self._known.get((name, at))
        if known is not None:
            return known
        if name not in self.program.tensors or (name not in self._equations and not at):
            return self._constant(name)
        tensor = self.program[name]
        for k, axis in zip(at, tensor.axes, strict=True):
            if not 0 <= k < self.extent(axis):
                return self.numbers.number(0)
        if name not in self._equations:
            raise EvaluationError(name, at, "no number is given for it")
        if self._depth >= DEEPEST:
            raise _Later(name, at)
        self._depth += 1
        value = self._known[name, at] = self._computed(name, at)
        self._depth -= 1
        return value

    def _constant(self, name: str) -> Any:
        if name in self.sizes:
            return self.numbers.number(self.sizes[name])
        if name == "pi":
            return self.numbers.pi()
        raise EvaluationError(name, (), "no number is given for it")

    def _computed(self, name: str, at: tuple[int, ...]) -> Any:
        for equation in self._equations[name]:
            bound = self._bound(equation.left.at, at)
            if bound is None:
                continue
            try:
                return self.numbers.kept(evaluate(equation.right, bound, self._read, self.extent, self.numbers))
            except (Undecided, NotExact) as error:              # another arithmetic may succeed
                error.place = error.place or (name, at)
                raise
            except NumberError as error:
                raise EvaluationError(name, at, error.says) from error
        raise EvaluationError(name, at, "no equation gives this entry")

    def _bound(self, places: tuple[Position, ...], at: tuple[int, ...]) -> dict[Index, int] | None:
        """The values of the indices on the left side for which it is the entry at `at`, or None: h[t+1] at 3 has t = 2,
        and h[0] is no other entry than the one at 0."""
        bound: dict[Index, int] = {}
        for place, position in zip(places, at, strict=True):
            if isinstance(place, Index):
                index, value = place, position
            elif not place.terms:
                if place.constant != position:
                    return None
                continue
            else:
                (index, coefficient), = place.terms
                value, rest = divmod(position - place.constant, coefficient)
                if rest or not 0 <= value < self.extent(index.axis):
                    return None
            if bound.setdefault(index, value) != value:
                return None
        return bound
