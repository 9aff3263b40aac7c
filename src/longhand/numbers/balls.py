"""Ball arithmetic (python-flint): a number is a rational as long as it can be one, and then an interval that holds the
true value. A comparison is answered only where it is proved."""
from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import flint

from ..core.expr import Rational
from .arithmetic import NO_INVERSE, NO_LOGARITHM, NO_ROOT, RELATIONS, rational_power, rational_value
from .faults import DomainError, NotExact, Undecided

LONGEST_RATIONAL = 4096
"""Bits of a denominator or numerator above which an entry is kept as a ball: rationals double in length with each product."""

OPPOSITE = {">": "<=", ">=": "<", "<": ">=", "<=": ">", "==": "!=", "!=": "=="}


def as_ball(x: Any) -> flint.arb:
    """The number as a ball; a closed form carries its own."""
    if isinstance(x, flint.arb):
        return x
    return flint.arb(x) if isinstance(x, flint.fmpq | int) else x.ball


def is_rational(x: Any) -> bool:
    return isinstance(x, flint.fmpq)


def contains_zero(x: Any) -> bool:
    """Whether the number may be 0."""
    return bool(as_ball(x).contains(0))


def as_fraction(x: flint.fmpq) -> Fraction:
    return Fraction(int(x.p), int(x.q))


def finite(x: flint.arb) -> flint.arb:
    """The ball, where it is one: flint answers with the whole line or nan what it cannot enclose."""
    if not x.is_finite():
        raise Undecided("an enclosure without bounds")
    return x


@dataclass(frozen=True)
class Balls:
    """Rationals (fmpq) and balls (arb) of `bits` bits of precision."""
    bits: int = 128
    scalars = {}
    vectors = {}

    def working(self) -> AbstractContextManager[object]:
        return flint.ctx.workprec(self.bits)

    def number(self, value: Rational) -> flint.fmpq:
        return flint.fmpq(value.numerator, value.denominator)

    def pi(self) -> flint.arb:
        return flint.arb.pi()

    def power(self, base: Any, exponent: Rational) -> Any:
        if isinstance(base, flint.fmpq):
            value = base ** exponent if isinstance(exponent, int) and (exponent > 0 or base != 0) \
                else _known(rational_power(as_fraction(base), exponent))
            return self._irrational_power(base, exponent) if value is None else value
        return self._irrational_power(base, exponent)

    def _irrational_power(self, base: Any, exponent: Rational) -> flint.arb:
        base = as_ball(base)
        if exponent < 0 and base.contains(0):
            raise DomainError(NO_INVERSE) if base.is_zero() else Undecided(f"perhaps {NO_INVERSE}")
        if isinstance(exponent, int):
            return base ** exponent
        if base < 0:
            raise DomainError(NO_ROOT)
        return finite(base.root(exponent.denominator) ** exponent.numerator)

    def primitive(self, name: str, x: Any) -> Any:
        if isinstance(x, flint.fmpq) and (value := rational_value(name, x)) is not None:
            return flint.fmpq(value)
        x = as_ball(x)
        match name:
            case "exp":
                return finite(x.exp())
            case "ln":
                if x <= 0:
                    raise DomainError(NO_LOGARITHM)
                return finite(x.log())
            case "sin":
                return x.sin()
            case "cos":
                return x.cos()
            case "arctan":
                return x.atan()
            case "tanh":
                return x.tanh()
            case "erf":
                return x.erf()
        raise NotExact(f"{name} is no primitive of ball arithmetic")

    def holds(self, left: Any, relation: str, right: Any) -> bool:
        compare = RELATIONS[relation]
        if isinstance(left, flint.fmpq) and isinstance(right, flint.fmpq):
            return bool(compare(left, right))
        left, right = as_ball(left), as_ball(right)
        if compare(left, right):                            # for balls: the relation holds for all points of both
            return True
        if RELATIONS[OPPOSITE[relation]](left, right):
            return False
        raise Undecided(f"whether {left.str(5)} {relation} {right.str(5)}")

    def is_zero(self, x: Any) -> bool:
        return x == 0 if isinstance(x, flint.fmpq) else bool(x.is_zero())

    def integer(self, x: Any) -> int:
        if isinstance(x, flint.fmpq) and x.q == 1:
            return int(x.p)
        raise NotExact("a position that is not an integer")

    def kept(self, x: Any) -> Any:
        if isinstance(x, flint.fmpq) and x.height_bits() > LONGEST_RATIONAL:
            return flint.arb(x)
        return x


def _known(value: Fraction | None) -> flint.fmpq | None:
    return None if value is None else flint.fmpq(value.numerator, value.denominator)
