"""Closed forms: numbers written with rationals, e, ln, π, roots and quotients, kept as long as they are short.

A closed form is a sum of terms: a rational times powers of atoms. Atoms are e^m for a product m of atoms (e itself for
the empty product), ln of a sum, a sum to a power (a denominator), π, roots of integers, and other primitive functions
of a closed form. It carries a ball that encloses it, so that a form that grows too long goes on as the ball alone.
What a closed form is good for: exact results where short (1/(1+e^{-3}+e)), and the proof that a number is 0, which no
ball can give.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from typing import Any

import flint

from ..core.expr import Rational
from ..core.record import record
from .arithmetic import RELATIONS
from .balls import Balls, as_ball, as_fraction
from .faults import Undecided

LONGEST = 160
"""Weight, in atoms and terms, above which a number is kept as a ball alone."""
_longest: ContextVar[int] = ContextVar("longest", default=LONGEST)

Monomial = frozenset[tuple["Atom", Fraction]]
UNIT: Monomial = frozenset()


@record
class Atom:
    """kind     "exp" of a monomial, "ln" or "sum" of the terms of a closed form or of an integer, "pi", "named" for a number of which
             only the name is known, or the name of a primitive
    inside   what it is of: a monomial, a set of terms, an integer, a name, or nothing
    ball     its value; weight: how long it is
    """
    kind: str
    inside: Any
    ball: Any = field(compare=False)
    weight: int = field(compare=False)


class Closed:
    """A sum of terms with the ball that encloses it. Results of operators are rationals, closed forms or balls."""
    __slots__ = ("terms", "ball")

    def __init__(self, terms: Mapping[Monomial, flint.fmpq], ball: flint.arb) -> None:
        self.terms, self.ball = terms, ball

    def __add__(self, other: Any) -> Any:
        if isinstance(other, flint.arb):
            return self.ball + other
        return settled(added(self.terms, terms_of(other)), self.ball + as_ball(other))

    __radd__ = __add__

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, flint.arb):
            return self.ball * other
        ball = self.ball * as_ball(other)
        mine, others = self.terms, terms_of(other)
        if len(mine) * len(others) > _longest.get():
            return ball
        return settled(multiplied(mine, others), ball)

    __rmul__ = __mul__


Terms = Mapping[Monomial, flint.fmpq]


def terms_of(x: Any) -> Terms:
    if isinstance(x, Closed):
        return x.terms
    return {UNIT: x} if x else {}


def added(a: Terms, b: Terms) -> dict[Monomial, flint.fmpq]:
    """The sum of two sums of monomials, what cancels left out."""
    total = dict(a)
    for monomial, c in b.items():
        c += total.get(monomial, 0)
        if c:
            total[monomial] = c
        else:
            del total[monomial]
    return total


def multiplied(a: Terms, b: Terms) -> dict[Monomial, flint.fmpq]:
    """The product of two sums of monomials, multiplied out."""
    total: dict[Monomial, flint.fmpq] = {}
    for m, c in a.items():
        for n, d in b.items():
            total = added(total, reduced(joined(m, n), c * d))
    return total


def joined(m: Monomial, n: Monomial) -> Monomial:
    """The product of two products of atoms."""
    if not m or not n:
        return m or n
    powers = dict(m)
    for atom, power in n:
        powers[atom] = powers.get(atom, 0) + power
    return frozenset((atom, power) for atom, power in powers.items() if power)


def reduced(m: Monomial, c: flint.fmpq) -> dict[Monomial, flint.fmpq]:
    """The term with whole powers of roots taken out: √2·√2 is 2."""
    for atom, power in m:
        if atom.kind == "sum" and isinstance(atom.inside, int) and not 0 < power < 1:
            whole = power.numerator // power.denominator
            c *= flint.fmpq(atom.inside) ** whole
            rest = m - {(atom, power)}
            if power != whole:
                rest |= {(atom, power - whole)}
            return reduced(rest, c)
    return {m: c} if c else {}


def held(inside: Iterable[tuple[Monomial, flint.fmpq]]) -> Terms:
    """The terms that an atom holds."""
    return dict(inside)


def enclosed(terms: Terms) -> flint.arb:
    """The value of the terms at the working precision, from their parts alone."""
    total = flint.arb(0)
    for monomial, c in terms.items():
        product = flint.arb(c)
        for atom, power in monomial:
            product *= raised(_recomputed(atom), power)
        total += product
    return total


def _recomputed(atom: Atom) -> flint.arb:
    if atom.kind == "pi":
        return flint.arb.pi()
    if atom.kind == "named":
        return atom.ball
    if isinstance(atom.inside, int):
        inside = flint.arb(atom.inside)
    else:
        inside = enclosed({atom.inside: flint.fmpq(1)} if atom.kind == "exp" else dict(atom.inside))
    return inside if atom.kind == "sum" else as_ball(Balls().primitive(atom.kind, inside))


def raised(ball: flint.arb, power: Fraction) -> flint.arb:
    """A ball to a rational power."""
    if power.denominator == 1:
        return ball ** int(power)
    return ball ** flint.fmpq(power.numerator, power.denominator)


@contextmanager
def as_long_as(longest: int) -> Iterator[None]:
    """Closed forms of another length are worked with, for the time of the block."""
    token = _longest.set(longest)
    try:
        yield
    finally:
        _longest.reset(token)


def weight(terms: Terms) -> int:
    return sum(1 + sum(atom.weight for atom, _ in m) for m in terms)


def settled(terms: Terms, ball: flint.arb) -> Any:
    """The simplest number with these terms: a rational, a closed form, or the ball where the form is too long."""
    if not terms:
        return flint.fmpq(0)
    if len(terms) == 1 and UNIT in terms:
        return terms[UNIT]
    if weight(terms) > _longest.get() or not ball.is_finite():
        return ball
    return Closed(terms, ball)


def single(atom: Atom, power: Rational = 1) -> Any:
    """The atom to a power, as a number. The atom's ball is positive where the power is not a natural number."""
    power = Fraction(power)
    return settled({frozenset({(atom, power)}): flint.fmpq(1)}, raised(atom.ball, power))


@dataclass(frozen=True)
class Certain(Balls):
    """Rationals, closed forms and balls: each number in the best form that is known for it."""

    def pi(self) -> Any:
        return single(Atom("pi", None, flint.arb.pi(), 1))

    def power(self, base: Any, exponent: Rational) -> Any:
        if isinstance(base, flint.arb):
            return super().power(base, exponent)
        if isinstance(base, flint.fmpq):
            value = super().power(base, exponent)
            return value if isinstance(value, flint.fmpq) else _root(base, Fraction(exponent))
        if isinstance(exponent, int) and exponent > 0:
            return base * self.power(base, exponent - 1) if exponent > 1 else base
        if self.is_zero(base):
            base = flint.fmpq(0)
        ball = super().power(as_ball(base), exponent)
        if isinstance(base, flint.fmpq) or not (base.ball > 0 or isinstance(exponent, int)):
            return ball
        if len(base.terms) > 1:
            return settled({frozenset({(_sum_atom(base), Fraction(exponent))}): flint.fmpq(1)}, ball)
        (monomial, c), = base.terms.items()
        if not isinstance(exponent, int) and not (c > 0 and all(atom.ball > 0 for atom, _ in monomial)):
            return ball
        scaled = frozenset((atom, power * exponent) for atom, power in monomial)
        return self.power(c, exponent) * settled({scaled: flint.fmpq(1)}, _product(scaled))

    def primitive(self, name: str, x: Any) -> Any:
        if isinstance(x, Closed) and self.is_zero(x):
            x = flint.fmpq(0)
        value = super().primitive(name, as_ball(x) if isinstance(x, Closed) else x)
        if isinstance(x, flint.arb) or isinstance(value, flint.fmpq):
            return value
        match name:
            case "exp":
                return _exp(x, value)
            case "ln":
                return _ln(x)
        inside = frozenset(terms_of(x).items())
        return settled({frozenset({(Atom(name, inside, value, 1 + weight(terms_of(x))), Fraction(1))}): flint.fmpq(1)}, value)

    def holds(self, left: Any, relation: str, right: Any) -> bool:
        try:
            return super().holds(_plain(left), relation, _plain(right))
        except Undecided:
            gap = left + flint.fmpq(-1) * right
            if isinstance(gap, flint.arb) or not self.is_zero(gap):
                raise
            return RELATIONS[relation](0, 0)

    def is_zero(self, x: Any) -> bool:
        if not isinstance(x, Closed):
            return super().is_zero(x)
        return bool(x.ball.contains(0)) and vanishes(x.terms)

    def kept(self, x: Any) -> Any:
        if isinstance(x, Closed):
            return flint.fmpq(0) if self.is_zero(x) else x
        return super().kept(x)


def _plain(x: Any) -> Any:
    return x.ball if isinstance(x, Closed) else x


def _product(monomial: Monomial) -> flint.arb:
    ball = flint.arb(1)
    for atom, power in monomial:
        ball *= raised(atom.ball, power)
    return ball


def _sum_atom(x: Closed) -> Atom:
    return Atom("sum", frozenset(x.terms.items()), x.ball, 1 + weight(x.terms))


def _root(base: flint.fmpq, exponent: Fraction) -> Any:
    """A positive rational to a power that is not an integer."""
    result: Any = flint.fmpq(1)
    for whole, sign in ((int(base.p), 1), (int(base.q), -1)):
        if whole != 1:
            atom = Atom("sum", whole, flint.arb(whole), 1)
            power = sign * exponent
            terms = reduced(frozenset({(atom, power)}), flint.fmpq(1))
            result = result * settled(terms, raised(flint.arb(whole), power))
    return result


def _exp(x: Any, value: flint.arb) -> Any:
    """e^Σ c·m = Π (e^m)^c, and e^(c ln s) = s^c."""
    powers: dict[Atom, Fraction] = {}
    for monomial, c in terms_of(x).items():
        inner = next(iter(monomial))[0] if len(monomial) == 1 else None
        if inner is not None and inner.kind == "ln" and (inner, Fraction(1)) in monomial:
            atom = Atom("sum", inner.inside, inner.ball.exp(), inner.weight)
        else:
            atom = Atom("exp", monomial, _product(monomial).exp(), 1 + sum(a.weight for a, _ in monomial))
        powers[atom] = powers.get(atom, 0) + as_fraction(c)
    return settled(reduced(frozenset(powers.items()), flint.fmpq(1)), value)


def _ln(x: Any) -> Any:
    """ln of a product of positive atoms is taken apart: ln(c·e^m/s) = ln c + m - ln s."""
    terms = terms_of(x)
    (monomial, c), *more = terms.items()
    if more or not (c > 0 and all(atom.ball > 0 for atom, _ in monomial)):
        return single(Atom("ln", frozenset(terms.items()), as_ball(x).log(), 1 + weight(terms)))
    total: Any = flint.fmpq(0)
    for whole, sign in ((int(c.p), 1), (int(c.q), -1)):
        if whole != 1:
            total = total + flint.fmpq(sign) * single(Atom("ln", whole, flint.arb(whole).log(), 1))
    for atom, power in monomial:
        if atom.kind == "exp":
            part = settled({atom.inside: flint.fmpq(1)}, _product(atom.inside))
        elif atom.kind == "sum":
            part = single(Atom("ln", atom.inside, atom.ball.log(), atom.weight))
        else:
            part = single(Atom("ln", frozenset({(frozenset({(atom, Fraction(1))}), flint.fmpq(1))}), atom.ball.log(), 1 + atom.weight))
        total = total + flint.fmpq(power.numerator, power.denominator) * part
    return total


def vanishes(terms: Terms) -> bool:
    """Whether the sum is 0 for the reason that it is 0 when multiplied out by its denominators. False: not, or not known."""
    terms = dict(terms)
    for _ in range(12):
        if not terms:
            return True
        least: dict[Atom, Fraction] = {}
        for monomial in terms:
            for atom, power in monomial:
                if atom.kind == "sum" and not isinstance(atom.inside, int) and power.denominator == 1:
                    least[atom] = min(power, least.get(atom, power))
        if not least:
            return False
        atom = max(least, key=lambda a: a.weight)             # the outermost first: it may hold the others
        terms = _times(terms, atom, max(0, -int(least[atom])))
        if terms is None:
            return False
    return False


def _times(terms: Terms, atom: Atom, power: int) -> Terms | None:
    """The terms times the sum that the atom stands for, to the power; the sum is multiplied out where no denominator takes
    it up. None where that grows too long."""
    inside = dict(atom.inside)
    total: dict[Monomial, flint.fmpq] = {}
    for monomial, c in terms.items():
        total_power = power + dict(monomial).get(atom, 0)
        whole = max(0, floor(total_power))
        rest = frozenset(pair for pair in monomial if pair[0] != atom)
        if total_power != whole:
            rest |= {(atom, total_power - whole)}
        product: Terms = {rest: c}
        for _ in range(whole):
            product = multiplied(product, inside)
            if weight(product) > 8 * _longest.get():
                return None
        total = added(total, product)
    return total
