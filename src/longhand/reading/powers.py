"""What stands above a formula and may be more than a power: labels, powers of matrices, degrees of roots, entries of the transposed."""
from __future__ import annotations

from dataclasses import replace
from fractions import Fraction as Rational
from typing import TYPE_CHECKING

from .names import Reading, flat, latex
from .syntax import Formula, Script
from .terms import Term, Unclear

if TYPE_CHECKING:
    from .elaborate import Elaborator


def unlabelled(reader: Elaborator, formula: Script) -> Reading | None:
    """x^{(1)} where only x is known: x itself, and said to be. A power it is not, and x^{(2)} would be another quantity."""
    env = reader.env
    plain = env.reading(replace(formula, sup=None) if formula.sub or formula.primes else formula.base)
    if plain is None or not env.known(plain.name):
        return env.reading(formula)
    if flat(formula.sup) != "1":
        raise Unclear(formula.span, f"{plain.name} is known, and not {latex(formula)}: what stands in brackets above says which one, and is no power",
                      "leave the brackets out for a power, or say what it is")
    env.note("assumption", formula.span, f"{latex(formula)} is {plain.name}", "nothing else is named so")
    if plain.name in env.quantities and plain.name not in env.alone and not plain.indices:
        env.quantities[plain.name].spelled = formula                        # as the sheet writes it, and an answer will
    return plain


def say_of_matrix(reader: Elaborator, exponent: Rational, term: Term, formula: Formula) -> None:
    """The power of a matrix is taken entry by entry, and said to be; not its inverse, and not the A^2 of a square A, which is A A."""
    first, second = term.real
    named = isinstance(formula, Script) and flat(formula.base) is not None
    if exponent < 0 or named and reader.shapes.conforms(first.axis, second.axis):
        raise Unclear(formula.span, "a power of a matrix may be one of the matrix or one of each entry",
                      "name the inverse" if exponent < 0 else "write A A, or A \\odot A")
    if not reader.summing:
        reader.env.note("assumption", formula.span, "the power of a matrix is taken entry by entry", "as in a sum of squares", "write \\odot")


def of_root(reader: Elaborator, degree: Formula | None) -> Rational:
    """The exponent of a root: 1/2, or 1/3 for a cube root."""
    if degree is None:
        return Rational(1, 2)
    value = reader.exponent(degree)
    if value == 0:
        raise Unclear(degree.span, "a root of degree 0")
    return 1 / Rational(value)


def exchanged(reader: Elaborator, found: Reading, rank: int, formula: Formula) -> tuple[Formula, ...]:
    """The indices of an entry, exchanged where it is one of the transposed: (A^T)_{12} is A_{21}."""
    indices = reader.spread(found.indices, rank)
    if not found.transposed or rank != 2 or not indices:
        return found.indices
    behind = isinstance(formula, Script) and formula.sup is None            # (A^T)_{12}, and not A_{12}^T
    if behind and len(indices) == 2:
        return indices[::-1]
    if behind or len(indices) == 2:
        raise Unclear(formula.span, f"an entry of the transposed, or the transposed of a part of {found.name}",
                      f"write ({found.name}^\\top)_{{...}} with both indices")
    return indices
