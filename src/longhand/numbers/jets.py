"""Taylor arithmetic: a number is the list of its Taylor coefficients in one variable, over any other arithmetic. It gives
derivatives of any order of a function from nothing but its definition, which makes it a judge of symbolic ones."""
from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from fractions import Fraction
from math import factorial
from typing import Any

from ..core.expr import Rational
from ..core.function import Function
from ..core.record import record
from .arithmetic import Arithmetic
from .evaluate import applied, at_numbers, function_value, textbook_derivative
from .faults import NotExact


@record
class Jet:
    """u_0 + u_1 t + u_2 t² + ...; two jets that meet have the same length."""
    u: tuple[Any, ...]

    def __add__(self, other: Jet) -> Jet:
        return Jet(tuple(a + b for a, b in zip(self.u, other.u, strict=True)))

    def __mul__(self, other: Jet) -> Jet:
        return Jet(tuple(_cauchy(self.u, other.u, n) for n in range(len(self.u))))


def _cauchy(a: tuple[Any, ...], b: tuple[Any, ...], n: int) -> Any:
    """Coefficient n of the product."""
    return _sum(a[k] * b[n - k] for k in range(n + 1))


def _sum(terms: Iterable[Any]) -> Any:
    first, *rest = terms
    return sum(rest, first)


@dataclass(frozen=True)
class Jets:
    """Jets of `order` + 1 coefficients over the numbers of `base`. Indicators look at the value only: they are constant
    on either side of their jump."""
    base: Arithmetic
    order: int
    scalars = {}
    vectors = {}

    def constant(self, value: Any) -> Jet:
        return Jet((value, *(self.base.number(0) for _ in range(self.order))))

    def variable(self, value: Any) -> Jet:
        """value + t."""
        slope = (self.base.number(1), *(self.base.number(0) for _ in range(self.order - 1))) if self.order else ()
        return Jet((value, *slope))

    def working(self) -> AbstractContextManager[object]:
        return self.base.working()

    def number(self, value: Rational) -> Jet:
        return self.constant(self.base.number(value))

    def pi(self) -> Jet:
        return self.constant(self.base.pi())

    def power(self, base: Jet, exponent: Rational) -> Jet:
        """Powers with a natural exponent by products, others by the recurrence that u·y' = r·u'·y gives."""
        if isinstance(exponent, int) and exponent > 0:
            y = base
            for _ in range(exponent - 1):
                y = y * base
            return y
        u = base.u
        y = [self.base.power(u[0], exponent)]
        inverse = self.base.power(u[0], -1) if self.order else None
        for n in range(1, self.order + 1):
            total = _sum(self.base.number(k * exponent - (n - k)) * u[k] * y[n - k] for k in range(1, n + 1))
            y.append(self.base.number(Fraction(1, n)) * inverse * total)
        return Jet(tuple(y))

    def primitive(self, name: str, x: Jet) -> Jet:
        """By integration of y' = f'(u)·u', coefficient by coefficient, with the declared f'."""
        y = [self.base.primitive(name, x.u[0])]
        for n in range(1, self.order + 1):
            lower = Jets(self.base, n - 1)
            slope = at_numbers(textbook_derivative(name), (Jet(x.u[:n]), Jet(tuple(y))), lower).u
            total = _sum(self.base.number(Fraction(k, n)) * x.u[k] * slope[n - k] for k in range(1, n + 1))
            y.append(total)
        return Jet(tuple(y))

    def holds(self, left: Jet, relation: str, right: Jet) -> bool:
        return self.base.holds(left.u[0], relation, right.u[0])

    def is_zero(self, x: Jet) -> bool:
        return all(self.base.is_zero(c) for c in x.u)

    def integer(self, x: Jet) -> int:
        raise NotExact("a position that moves")

    def kept(self, x: Jet) -> Jet:
        return x


def nth_derivative(function: Function, arguments: tuple[Any, ...], order: int, numbers: Arithmetic) -> Any:
    """The derivative by the first argument at numbers, from the textbook derivative where one is declared, else from the definition."""
    first = function.derivative is not None
    jets = Jets(numbers, order - 1 if first else order)
    x, *rest = arguments
    moving = (jets.variable(x), *(jets.constant(value) for value in rest))
    result = applied(function.name, moving, 1, jets) if first else function_value(function, moving, jets)
    return numbers.number(factorial(jets.order)) * result.u[jets.order]
