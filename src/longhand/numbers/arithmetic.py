"""The kinds of numbers that the interpreter can compute with. A kind gives its own numbers for rationals and for the
primitive functions, and decides comparisons; + - * are the operators of the numbers themselves."""
from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

from ..core.expr import Rational
from ..functions.pieces import RELATIONS
from .faults import DomainError, NotExact

NO_LOGARITHM = "the logarithm of a number that is not positive"
NO_INVERSE = "a division by zero"
NO_ROOT = "a root of a negative number"


class Arithmetic(Protocol):
    """What an arithmetic must know. `scalars` and `vectors` hold better ways to compute functions of the table that are
    not primitive, where the definition would lose digits or overflow."""
    scalars: Mapping[str, Callable[..., Any]]
    vectors: Mapping[str, Callable[[Sequence[Any], int], Any]]

    def working(self) -> AbstractContextManager[object]:
        """The surroundings that its operators need: a precision."""

    def number(self, value: Rational) -> Any: ...

    def pi(self) -> Any: ...

    def power(self, base: Any, exponent: Rational) -> Any: ...

    def primitive(self, name: str, x: Any) -> Any: ...

    def holds(self, left: Any, relation: str, right: Any) -> bool:
        """Whether the relation holds; Undecided where that is not known."""

    def is_zero(self, x: Any) -> bool:
        """Whether the number is known to be exactly 0."""

    def integer(self, x: Any) -> int:
        """The integer that the number is; NotExact where it is none."""

    def kept(self, x: Any) -> Any:
        """The number in the form in which an entry is kept."""


# ---- floats ------------------------------------------------------------------------------------------------------

def _exp(x: float) -> float:
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def _ln(x: float) -> float:
    if not x > 0:
        raise DomainError(NO_LOGARITHM)
    return math.log(x)


def _sigmoid(x: float) -> float:
    """e^x is at most 1 on either branch, so that nothing overflows."""
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    e = math.exp(x)
    return e / (1 + e)


def _softplus(x: float) -> float:
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def _softmax(v: Sequence[float], at: int) -> float:
    top = max(v)
    return math.exp(v[at] - top) / math.fsum(math.exp(x - top) for x in v)


def _log_softmax(v: Sequence[float], at: int) -> float:
    top = max(v)
    return v[at] - top - math.log(math.fsum(math.exp(x - top) for x in v))


@dataclass(frozen=True)
class Floats:
    """Double precision, with the usual rewritings against overflow."""
    scalars = {"sigmoid": _sigmoid, "softplus": _softplus, "log_sigmoid": lambda x: -_softplus(-x)}
    vectors = {"softmax": _softmax, "log_softmax": _log_softmax}
    primitives = {"exp": _exp, "ln": _ln, "sin": math.sin, "cos": math.cos, "arctan": math.atan, "tanh": math.tanh, "erf": math.erf}

    def working(self) -> AbstractContextManager[object]:
        return nullcontext()

    def number(self, value: Rational) -> float:
        return float(value)

    def pi(self) -> float:
        return math.pi

    def power(self, base: float, exponent: Rational) -> float:
        if base == 0 and exponent < 0:
            raise DomainError(NO_INVERSE)
        if base < 0 and not isinstance(exponent, int):
            raise DomainError(NO_ROOT)
        try:
            return base ** (exponent if isinstance(exponent, int) else float(exponent))
        except OverflowError:
            return -math.inf if base < 0 and exponent % 2 else math.inf

    def primitive(self, name: str, x: float) -> float:
        return self.primitives[name](x)

    def holds(self, left: float, relation: str, right: float) -> bool:
        return RELATIONS[relation](left, right)

    def is_zero(self, x: float) -> bool:
        return x == 0

    def integer(self, x: float) -> int:
        if not x.is_integer():
            raise NotExact("a position that is not an integer")
        return int(x)

    def kept(self, x: float) -> float:
        return x


# ---- exact rationals ---------------------------------------------------------------------------------------------

AT_ZERO = {"exp": 1, "sin": 0, "cos": 1, "arctan": 0, "tanh": 0, "erf": 0}
"""The values of the primitives at 0, where they are rational; ln is, at 1."""


def rational_value(name: str, x: Any) -> int | None:
    """The value of a primitive at the rational x where that is rational, which is at one point each; else None."""
    if x == 0 and name in AT_ZERO:
        return AT_ZERO[name]
    if name == "ln" and x == 1:
        return 0
    return None


def rational_power(base: Fraction, exponent: Rational) -> Fraction | None:
    """base^exponent where it is rational, else None. DomainError where there is none."""
    if base == 0 and exponent < 0:
        raise DomainError(NO_INVERSE)
    exponent = Fraction(exponent)
    if base < 0 and exponent.denominator > 1:
        raise DomainError(NO_ROOT)
    top, bottom = (_root(part, exponent.denominator) for part in (base.numerator, base.denominator))
    return None if top is None or bottom is None else Fraction(top, bottom) ** exponent.numerator


def _root(n: int, degree: int) -> int | None:
    """The integer root of n, or None."""
    if degree == 1:
        return n
    low, high = 0, 1 << (n.bit_length() // degree + 1)
    while low < high:
        middle = (low + high) // 2
        if middle ** degree < n:
            low = middle + 1
        else:
            high = middle
    return low if low ** degree == n else None


@dataclass(frozen=True)
class Rationals:
    """Fractions. What is not rational, or not known to be, is NotExact."""
    scalars = {}
    vectors = {}

    def working(self) -> AbstractContextManager[object]:
        return nullcontext()

    def number(self, value: Rational) -> Fraction:
        return Fraction(value)

    def pi(self) -> Fraction:
        raise NotExact("π is not rational")

    def power(self, base: Fraction, exponent: Rational) -> Fraction:
        value = rational_power(base, exponent)
        if value is None:
            raise NotExact("the root is not rational")
        return value

    def primitive(self, name: str, x: Fraction) -> Fraction:
        if name == "ln" and x <= 0:
            raise DomainError(NO_LOGARITHM)
        value = rational_value(name, x)
        if value is None:
            raise NotExact(f"{name} of {x} is not rational")
        return Fraction(value)

    def holds(self, left: Fraction, relation: str, right: Fraction) -> bool:
        return RELATIONS[relation](left, right)

    def is_zero(self, x: Fraction) -> bool:
        return x == 0

    def integer(self, x: Fraction) -> int:
        if x.denominator != 1:
            raise NotExact("a position that is not an integer")
        return x.numerator

    def kept(self, x: Fraction) -> Fraction:
        return x


FLOATS, RATIONALS = Floats(), Rationals()
