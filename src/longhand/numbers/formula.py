"""The written form of a closed form: a small tree, and its two ways to paper."""
from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import assert_never

import flint

from ..core.record import record
from ..functions.table import scalar
from .closed import Atom, Monomial, Terms, enclosed, held


@record
class Whole:
    value: int


@record
class Symbol:
    """e or pi."""
    name: str


@record
class Total:
    """Summands with their signs: (negative?, size)."""
    parts: tuple[tuple[bool, Tree], ...]


@record
class Product:
    factors: tuple[Tree, ...]


@record
class Quotient:
    above: Tree
    below: Tree


@record
class Raised:
    base: Tree
    exponent: Tree


@record
class Root:
    inside: Tree


@record
class Called:
    """A function of the table."""
    function: str
    inside: Tree


Tree = Whole | Symbol | Total | Product | Quotient | Raised | Root | Called


# ---- from terms to a tree ----------------------------------------------------------------------------------------

def tree(terms: Terms) -> Tree:
    """The sum over its common denominators. What is added comes before what is subtracted, then rationals, then by size,
    so that one number is written in one way."""
    groups: dict[Monomial, dict[Monomial, flint.fmpq]] = {}
    for monomial, c in terms.items():
        below = frozenset((atom, power) for atom, power in monomial if _divides(atom, power))
        groups.setdefault(below, {})[monomial - below] = c
    parts: list[tuple[bool, Tree]] = []
    for below, above in sorted(groups.items(), key=lambda group: _rank(group[1], group[0])):
        summands = [_term(m, c) for m, c in sorted(above.items(), key=lambda term: _rank(dict([term]), frozenset()))]
        if below:
            negative, numerator = summands[0] if len(summands) == 1 else (False, Total(tuple(summands)))
            parts.append((negative, Quotient(numerator, _product([_raised(atom, -power) for atom, power in below]))))
        else:
            parts += summands
    return parts[0][1] if len(parts) == 1 and not parts[0][0] else Total(tuple(parts))


def rational_tree(x: Fraction) -> Tree:
    size = Whole(abs(x.numerator)) if x.denominator == 1 else Quotient(Whole(abs(x.numerator)), Whole(x.denominator))
    return Total(((True, size),)) if x < 0 else size


def _divides(atom: Atom, power: Fraction) -> bool:
    return power < 0 and atom.kind == "sum" and not isinstance(atom.inside, int)


def _rank(above: Mapping[Monomial, flint.fmpq], below: Monomial) -> tuple[bool, bool, Fraction]:
    value = enclosed({monomial | below: c for monomial, c in above.items()})
    middle, _, exponent = value.mid_rad_10exp(15)
    is_rational = not below and set(above) == {frozenset()}
    return len(above) == 1 and min(above.values()) < 0, not is_rational, abs(int(middle)) * Fraction(10) ** int(exponent)


def _term(monomial: Monomial, c: flint.fmpq) -> tuple[bool, Tree]:
    """(negative?, size). All powers of e become one."""
    exponent: dict[Monomial, flint.fmpq] = {}
    factors: list[Tree] = []
    for atom, power in monomial:
        if atom.kind == "exp":
            exponent[atom.inside] = flint.fmpq(power.numerator, power.denominator)
        else:
            factors.append(_raised(atom, power))
    factors.sort(key=text)
    if exponent:
        factors.append(_power(Symbol("e"), tree(exponent)))
    above, below = abs(int(c.p)), int(c.q)
    if above != 1 or not factors:
        factors.insert(0, Whole(above))
    size = _product(factors)
    return c < 0, Quotient(size, Whole(below)) if below != 1 else size


def _product(factors: list[Tree]) -> Tree:
    return factors[0] if len(factors) == 1 else Product(tuple(factors))


def _power(base: Tree, exponent: Tree) -> Tree:
    return base if exponent == Whole(1) else Raised(base, exponent)


def _raised(atom: Atom, power: Fraction) -> Tree:
    match atom.kind:
        case "pi":
            base: Tree = Symbol("pi")
        case "sum":
            base = _inside(atom)
        case function:
            base = Called(function, _inside(atom))
    return Root(base) if power == Fraction(1, 2) else _power(base, rational_tree(power))


def _inside(atom: Atom) -> Tree:
    return Whole(atom.inside) if isinstance(atom.inside, int) else tree(held(atom.inside))


# ---- from a tree to text -----------------------------------------------------------------------------------------

def latex(t: Tree, small: bool = False) -> str:
    """LaTeX; `small` where it stands in an exponent, fractions then being written on one line."""
    def inner(part: Tree, *bracketed: type) -> str:
        written = latex(part, small)
        return rf"\left({written}\right)" if isinstance(part, bracketed) else written

    match t:
        case Whole(value):
            return str(value)
        case Symbol(name):
            return r"\pi" if name == "pi" else name
        case Total(parts):
            return _signed((negative, inner(part, Total)) for negative, part in parts)
        case Product(factors):
            return " ".join(inner(factor, Total) for factor in factors)
        case Quotient(above, below):
            if small:
                return f"{inner(above, Total)}/{inner(below, Total, Product)}"
            return rf"\frac{{{latex(above)}}}{{{latex(below)}}}"
        case Raised(base, exponent):
            return f"{inner(base, Total, Product, Quotient, Called)}^{{{latex(exponent, small=True)}}}"
        case Root(inside):
            return rf"\sqrt{{{latex(inside, small)}}}"
        case Called(function, inside):
            return scalar(function).latex.replace("#1", latex(inside, small))
        case _:
            assert_never(t)


def text(t: Tree) -> str:
    """Plain characters."""
    def inner(part: Tree, *bracketed: type) -> str:
        return f"({text(part)})" if isinstance(part, bracketed) else text(part)

    match t:
        case Whole(value):
            return str(value)
        case Symbol(name):
            return "π" if name == "pi" else name
        case Total(parts):
            return _signed((negative, inner(part, Total)) for negative, part in parts)
        case Product(factors):
            return "·".join(inner(factor, Total) for factor in factors)
        case Quotient(above, below):
            return f"{inner(above, Total)}/{inner(below, Total, Product, Quotient)}"
        case Raised(base, exponent):
            raised = text(exponent)
            plain = raised.removeprefix("-").isalnum()
            return f"{inner(base, Total, Product, Quotient)}^{raised if plain else f'({raised})'}"
        case Root(inside):
            return f"√{inner(inside, Total, Product, Quotient, Raised)}"
        case Called(function, inside):
            return f"{function}({text(inside)})"
        case _:
            assert_never(t)


def _signed(parts: object) -> str:
    return "".join(("-" if negative else "+") + written for negative, written in parts).removeprefix("+")
