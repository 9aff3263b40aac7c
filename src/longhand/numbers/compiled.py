"""A program as straight-line code over balls, for many passes with the same shapes.

The interpreter runs once over numbers that only write down what is done to them; equal operations are written once, what
no result needs is left out. A pass then is one loop over the list of operations. Not a line of source is generated.
"""
from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import flint

from ..core.equation import Program
from ..core.expr import Rational
from ..core.problem import Value
from .arithmetic import NO_INVERSE, RELATIONS, rational_value
from .balls import OPPOSITE
from .faults import DomainError, NotExact, Undecided
from .hulls import EITHER
from .interpret import Values

Operation = tuple[Callable[..., Any], int, int | None]
"""What is done to which one or two earlier numbers."""


@dataclass(frozen=True)
class Compiled:
    """Straight-line code.

    bits        the precision of a pass
    inputs      the entries that a pass is given, in order: (tensor, position)
    constants   numbers that stand in front, after the inputs
    operations  one for each further number
    results     name -> numbers by their places, nested as the tensor is
    """
    bits: int
    inputs: tuple[tuple[str, tuple[int, ...]], ...]
    constants: tuple[Any, ...]
    operations: tuple[Operation, ...]
    results: Mapping[str, Any]

    def balls(self, data: Mapping[str, Value]) -> list[Any]:
        """The inputs of a pass from exact data."""
        with flint.ctx.workprec(self.bits):
            return [_ball(_at(data[name], at)) for name, at in self.inputs]

    def numbers(self, inputs: Sequence[Any]) -> list[Any]:
        """One pass: all numbers, in the order of their places. Undecided where a comparison is not proved; a result outside
        a domain is a ball that is not finite, which the interpreter can explain."""
        numbers = [*inputs, *self.constants]
        push = numbers.append
        with flint.ctx.workprec(self.bits):
            for function, a, b in self.operations:
                push(function(numbers[a]) if b is None else function(numbers[a], numbers[b]))
        return numbers

    def cases(self, numbers: Sequence[Any]) -> tuple[bool, ...]:
        """How each comparison of a pass came out."""
        first = len(self.inputs) + len(self.constants)
        return tuple(not numbers[first + k].is_zero() for k, (function, _, _) in enumerate(self.operations) if function in _COMPARISONS)

    def __call__(self, inputs: Sequence[Any]) -> dict[str, Any]:
        """One pass: the results by name, as nested lists of balls."""
        numbers = self.numbers(inputs)
        return {name: _picked(places, numbers) for name, places in self.results.items()}


def compiled(program: Program, data: Mapping[str, Value], sizes: Mapping[str, int], names: Iterable[str],
             fixed: Iterable[str] = (), bits: int = 128, hull: bool = False,
             without: tuple[type[Exception], ...] = ()) -> Compiled:
    """Code for the named tensors. The data give the shapes; tensors in `fixed` keep the numbers they have there (class labels
    and other entries that stand in positions must be fixed), all others are inputs of each pass. With `hull` an undecided
    comparison is 0 or 1, an interval, and no fault. A tensor that ends in a fault of `without` is left out."""
    tape = _Tape(indicators=_HULLS if hull else _INDICATORS)
    values = Values(program, data, sizes, tape)
    given = [t for t in program.given() if t.name in data and t.name not in set(fixed)]
    inputs = [(t.name, at) for t in given for at in values.positions(t.name)]
    for entry in inputs:
        values.give(*entry, tape.input())
    results: dict[str, Any] = {}
    for name in names:
        with suppress(*without):
            results[name] = values.tensor(name)
    return tape.finished(bits, tuple(inputs), results)


def _ball(x: Fraction) -> Any:
    return flint.arb(flint.fmpq(x.numerator, x.denominator))


def _at(value: Any, at: tuple[int, ...]) -> Any:
    for k in at:
        value = value[k]
    return value


def _picked(places: Any, numbers: list[Any]) -> Any:
    return [_picked(place, numbers) for place in places] if isinstance(places, list) else numbers[places]


# ---- recording ---------------------------------------------------------------------------------------------------

class _Slot:
    """A number that will be known in a pass: its place on the tape."""
    __slots__ = ("tape", "place")

    def __init__(self, tape: _Tape, place: int) -> None:
        self.tape, self.place = tape, place

    def __add__(self, other: Any) -> Any:
        if isinstance(other, flint.fmpq) and not other:
            return self
        for a, b in ((self, other), (other, self)):
            minus = self.tape.negated(b)
            if minus is not None:
                return self.tape.write(operator.sub, a, minus)
        return self.tape.write(operator.add, self, other)

    __radd__ = __add__

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, flint.fmpq):
            if other == 0:
                return other
            if other == 1:
                return self
            if other == -1:
                return self.tape.write(operator.neg, self)
        return self.tape.write(operator.mul, self, other)

    __rmul__ = __mul__


@dataclass
class _Tape:
    """An arithmetic that records. Rationals that are known now are computed now."""
    indicators: Mapping[str, Callable[[Any, Any], Any]]
    count: int = 0
    constants: dict[int, flint.fmpq] = field(default_factory=dict)
    operations: dict[int, Operation] = field(default_factory=dict)
    _seen: dict[Any, _Slot] = field(default_factory=dict)
    scalars = {}
    vectors = {}

    def input(self) -> _Slot:
        self.count += 1
        return _Slot(self, self.count - 1)

    def write(self, function: Callable[..., Any], *arguments: Any) -> _Slot:
        a, b = self._place(arguments[0]), self._place(arguments[1]) if len(arguments) > 1 else None
        if function in (operator.add, operator.mul) and b < a:
            a, b = b, a
        operation = function, a, b
        slot = self._seen.get(operation)
        if slot is None:
            slot = self._seen[operation] = self.input()
            self.operations[slot.place] = operation
        return slot

    def _place(self, x: Any) -> int:
        if isinstance(x, _Slot):
            return x.place
        slot = self._seen.get(x)
        if slot is None:
            slot = self._seen[x] = self.input()
            self.constants[slot.place] = x
        return slot.place

    def negated(self, x: Any) -> _Slot | None:
        """y where x is -y."""
        made = self.operations.get(x.place) if isinstance(x, _Slot) else None
        return _Slot(self, made[1]) if made is not None and made[0] is operator.neg else None

    def finished(self, bits: int, inputs: tuple[tuple[str, tuple[int, ...]], ...], results: Mapping[str, Any]) -> Compiled:
        """The code, without what no result needs, constants before operations."""
        places = {name: _each(value, self._place) for name, value in results.items()}
        needed: set[int] = set()
        waiting = [place for value in places.values() for place in _flat(value)]
        while waiting:
            place = waiting.pop()
            if place not in needed:
                needed.add(place)
                waiting += (p for p in self.operations.get(place, (None, None, None))[1:] if p is not None)
        constants = sorted(needed & set(self.constants))
        operations = sorted(needed & set(self.operations))
        to = {old: new for new, old in enumerate([*range(len(inputs)), *constants, *operations])}
        code = tuple((f, to[a], None if b is None else to[b]) for f, a, b in (self.operations[p] for p in operations))
        with flint.ctx.workprec(bits):
            known = tuple(flint.arb(self.constants[p]) for p in constants)
        return Compiled(bits, inputs, known, code, {name: _each(value, to.__getitem__) for name, value in places.items()})

    # ---- the arithmetic ------------------------------------------------------------------------------------------

    def working(self) -> AbstractContextManager[object]:
        return nullcontext()

    def number(self, value: Rational) -> flint.fmpq:
        return flint.fmpq(value.numerator, value.denominator)

    def pi(self) -> _Slot:
        return self.write(_pi, flint.fmpq(0))

    def power(self, base: Any, exponent: Rational) -> Any:
        if isinstance(base, flint.fmpq) and isinstance(exponent, int):
            if not base and exponent < 0:
                raise DomainError(NO_INVERSE)
            return base ** exponent
        match exponent:
            case -1:
                return self.write(_inverse, base)
            case 2:
                return self.write(operator.mul, base, base)
            case Fraction(numerator=1, denominator=2):
                return self.write(flint.arb.sqrt, base)
        return self.write(operator.pow, base, flint.fmpq(exponent.numerator, exponent.denominator))

    def primitive(self, name: str, x: Any) -> Any:
        if isinstance(x, flint.fmpq) and (value := rational_value(name, x)) is not None:
            return flint.fmpq(value)
        return self.write(_PRIMITIVES[name], x)

    def holds(self, left: Any, relation: str, right: Any) -> Any:
        """Decided now where both sides are known, else a number, 1 or 0, of each pass."""
        if isinstance(left, flint.fmpq) and isinstance(right, flint.fmpq):
            return bool(RELATIONS[relation](left, right))
        return self.write(self.indicators[relation], left, right)

    def is_zero(self, x: Any) -> bool:
        return isinstance(x, flint.fmpq) and not x

    def integer(self, x: Any) -> int:
        if isinstance(x, flint.fmpq) and x.q == 1:
            return int(x.p)
        raise NotExact("a position that is not a fixed integer")

    def kept(self, x: Any) -> Any:
        return x


def _each(value: Any, change: Callable[[Any], int]) -> Any:
    return [_each(part, change) for part in value] if isinstance(value, list) else change(value)


def _flat(value: Any) -> Iterable[int]:
    if isinstance(value, list):
        for part in value:
            yield from _flat(part)
    else:
        yield value


def _pi(_: Any) -> Any:
    return flint.arb.pi()


def _inverse(x: Any) -> Any:
    return 1 / x


def _indicator(relation: str, hull: bool = False) -> Callable[[Any, Any], Any]:
    compare, otherwise = RELATIONS[relation], RELATIONS[OPPOSITE[relation]]

    def decide(left: Any, right: Any) -> Any:
        if compare(left, right):
            return _ONE
        if otherwise(left, right):
            return _ZERO
        if hull:
            return EITHER
        raise Undecided(f"whether {left.str(5)} {relation} {right.str(5)}")

    return decide


_ONE, _ZERO = flint.arb(1), flint.arb(0)
_INDICATORS = {relation: _indicator(relation) for relation in RELATIONS}
_HULLS = {relation: _indicator(relation, hull=True) for relation in RELATIONS}
_COMPARISONS = frozenset((*_INDICATORS.values(), *_HULLS.values()))
_PRIMITIVES = {
    "exp": flint.arb.exp, "ln": flint.arb.log, "sin": flint.arb.sin, "cos": flint.arb.cos,
    "arctan": flint.arb.atan, "tanh": flint.arb.tanh, "erf": flint.arb.erf,
}
