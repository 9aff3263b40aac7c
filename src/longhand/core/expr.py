"""Scalar index expressions: an expression is one number with free indices; layout does not exist here.

The node types below are a closed set. Operations over them are modules of their own (`walk`, the calculus, the printers),
written as a `match` that ends in `assert_never`. Nodes can be built raw, as they stand; the smart constructors at the end
(`add`, `mul`, `power`, `sum_over`, `delta`) are the one place where anything is simplified on construction.
"""
from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from .axis import Index, Remembering, node

Rational = int | Fraction


class Expr(Remembering):
    """A scalar expression. Arithmetic operators are the smart constructors."""
    __slots__ = ("_known",)

    def __add__(self, other: ExprLike) -> Expr:
        return add(self, as_expr(other))

    def __radd__(self, other: ExprLike) -> Expr:
        return add(as_expr(other), self)

    def __sub__(self, other: ExprLike) -> Expr:
        return add(self, negative(as_expr(other)))

    def __rsub__(self, other: ExprLike) -> Expr:
        return add(as_expr(other), negative(self))

    def __mul__(self, other: ExprLike) -> Expr:
        return mul(self, as_expr(other))

    def __rmul__(self, other: ExprLike) -> Expr:
        return mul(as_expr(other), self)

    def __truediv__(self, other: ExprLike) -> Expr:
        return mul(self, power(as_expr(other), -1))

    def __rtruediv__(self, other: ExprLike) -> Expr:
        return mul(as_expr(other), power(self, -1))

    def __pow__(self, exponent: Rational) -> Expr:
        return power(self, exponent)

    def __neg__(self) -> Expr:
        return negative(self)


@node
class Number(Expr):
    """An exact rational; an int wherever the denominator is 1."""
    value: Rational


@node
class Entry(Expr):
    """One entry of a tensor: `tensor[at]`. A position outside the tensor's range reads as 0, which is zero padding."""
    tensor: str
    at: tuple[Position, ...] = ()


@node
class Offset(Remembering):
    """A position that is no plain index: Σ coefficient·variable + constant, e.g. i+k (convolution), t-1 (recurrence), 3 (a
    fixed entry, counted from 0). A variable is an index, or an integer-valued entry (a gather, as in embedding and class labels)."""
    terms: tuple[tuple[Index | Entry, int], ...]
    constant: int = 0


Position = Index | Offset


@node
class Delta(Expr):
    """The Kronecker delta: 1 where the two positions are equal, else 0."""
    left: Position
    right: Position


@node
class Holds(Expr):
    """The indicator of a condition: 1 where `left relation right` holds, else 0. Relations: > >= < <= == !=."""
    left: Expr
    relation: str
    right: Expr


@node
class Add(Expr):
    """The sum of the terms."""
    terms: tuple[Expr, ...]


@node
class Mul(Expr):
    """The product of the factors."""
    factors: tuple[Expr, ...]


@node
class Power(Expr):
    """The base to a rational exponent."""
    base: Expr
    exponent: Rational


@node
class Sum(Expr):
    """Σ over the whole axis of the index."""
    index: Index
    body: Expr


@node
class Apply(Expr):
    """A scalar function of the table at arguments[0], `order` times differentiated; further arguments are its parameters (a slope α)."""
    function: str
    arguments: tuple[Expr, ...]
    order: int = 0

    @property
    def argument(self) -> Expr:
        return self.arguments[0]


@node
class Component(Expr):
    """Entry `at` of a vector function of the vector `body` over the bound `index`: softmax(z)_i is ("softmax", k, z[k], i)."""
    function: str
    index: Index
    body: Expr
    at: Position


ExprLike = Expr | int | Fraction

ZERO, ONE, MINUS_ONE = Number(0), Number(1), Number(-1)


def number(value: Rational) -> Number:
    """A Number in lowest form."""
    return Number(value if type(value) is int or value.denominator != 1 else value.numerator)


def as_expr(value: ExprLike) -> Expr:
    return value if isinstance(value, Expr) else number(value)


def offset(position: Position, shift: int = 0) -> Offset:
    """The position as an Offset, moved by `shift`."""
    if isinstance(position, Index):
        return Offset(((position, 1),), shift)
    return Offset(position.terms, position.constant + shift)


def position(terms: Iterable[tuple[Index | Entry, int]], constant: int = 0) -> Position:
    """The simplest position with these terms: like variables collected, a bare index where that is all."""
    collected: dict[Index | Entry, int] = {}
    for variable, coefficient in terms:
        collected[variable] = collected.get(variable, 0) + coefficient
    kept = tuple((variable, coefficient) for variable, coefficient in collected.items() if coefficient)
    if len(kept) == 1 and constant == 0 and kept[0][1] == 1 and isinstance(kept[0][0], Index):
        return kept[0][0]
    return Offset(kept, constant)


def difference(left: Position, right: Position) -> Position:
    """left - right."""
    a, b = offset(left), offset(right)
    return position((*a.terms, *((variable, -coefficient) for variable, coefficient in b.terms)), a.constant - b.constant)


# ---- smart constructors ------------------------------------------------------------------------------------------

def factors(e: Expr) -> tuple[Expr, ...]:
    return e.factors if isinstance(e, Mul) else (e,)


def terms(e: Expr) -> tuple[Expr, ...]:
    return e.terms if isinstance(e, Add) else (e,)


def coefficient(e: Expr) -> tuple[Rational, Expr]:
    """(c, rest) with e = c·rest and no number left in front of the rest."""
    if isinstance(e, Number):
        return e.value, ONE
    if isinstance(e, Mul) and isinstance(e.factors[0], Number):
        rest = e.factors[1:]
        return e.factors[0].value, rest[0] if len(rest) == 1 else Mul(rest)
    return 1, e


def _scaled(c: Rational, e: Expr) -> Expr:
    if c == 1:
        return e
    if e == ONE:
        return number(c)
    return Mul((number(c), *factors(e)))


def add(*parts: Expr) -> Expr:
    """The sum, like terms collected, in order of first appearance; ab and ba are like terms."""
    collected: dict[object, tuple[Rational, Expr]] = {}
    for part in parts:
        for term in part.terms if isinstance(part, Add) else (part,):
            c, rest = coefficient(term)
            key = frozenset(rest.factors) if isinstance(rest, Mul) else rest
            found = collected.get(key)
            collected[key] = (c, rest) if found is None else (found[0] + c, found[1])
    kept = [_scaled(c, rest) for c, rest in collected.values() if c]
    if not kept:
        return ZERO
    return kept[0] if len(kept) == 1 else Add(tuple(kept))


def mul(*parts: Expr) -> Expr:
    """The product: numbers multiplied, powers of one base collected, a sum never expanded. A number times a sum stays a product."""
    c: Rational = 1
    exponents: dict[Expr, Rational] = {}
    for part in parts:
        for factor in part.factors if isinstance(part, Mul) else (part,):
            if isinstance(factor, Number):
                c *= factor.value
            elif isinstance(factor, Power):
                exponents[factor.base] = exponents.get(factor.base, 0) + factor.exponent
            else:
                exponents[factor] = exponents.get(factor, 0) + 1
    if c == 0:
        return ZERO
    kept: list[Expr] = []
    open_again = False
    for base, exponent in exponents.items():
        if exponent == 1 or (exponent > 1 and isinstance(base, Delta | Holds)):   # an indicator is its own square
            kept.append(base)
        elif exponent:
            kept.append(power(base, exponent))
        else:
            continue
        open_again = open_again or isinstance(kept[-1], Number | Mul)             # √2·√2, or the square of √(xy)
    if open_again:
        return mul(number(c), *kept)
    if c != 1:
        kept.insert(0, number(c))
    if not kept:
        return ONE
    return kept[0] if len(kept) == 1 else Mul(tuple(kept))


def negative(e: Expr) -> Expr:
    return add(*(mul(MINUS_ONE, term) for term in e.terms)) if isinstance(e, Add) else mul(MINUS_ONE, e)


def power(base: Expr, exponent: Rational) -> Expr:
    """base^exponent with a rational exponent. Exponents are multiplied only where that is true for every real base."""
    if isinstance(exponent, Fraction) and exponent.denominator == 1:
        exponent = exponent.numerator
    if exponent == 0:
        return ONE
    if exponent == 1:
        return base
    integral = isinstance(exponent, int)
    match base:
        case Number(value) if integral and (value != 0 or exponent > 0):
            return number(Fraction(value) ** exponent)
        case Mul(parts) if integral:
            return mul(*(power(part, exponent) for part in parts))
        case Power(inner, first) if integral:
            return power(inner, first * exponent)
    return Power(base, exponent)


def delta(left: Position, right: Position) -> Expr:
    """Kronecker's delta, decided where the two positions are the same or differ by a constant."""
    if isinstance(left, Index) and isinstance(right, Index):
        return ONE if left == right else Delta(left, right)
    gap = difference(left, right)
    if isinstance(gap, Offset) and not gap.terms:
        return ONE if gap.constant == 0 else ZERO
    return Delta(left, right)
