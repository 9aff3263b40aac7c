"""Patterns of sheets: a vector written out with dots, and a softmax written out as a quotient of exponentials."""
from __future__ import annotations

from dataclasses import fields, replace

from ..core.axis import Index
from ..core.expr import Add, Apply, Component, Expr, Offset, Power, Sum, factors, mul
from ..core.walk import free, rename
from .syntax import Dots, Formula, Matrix, Name, Numeral, Span
from .terms import Shapes

LETTER = "entry of "


def general_entry(formula: Formula) -> tuple[Formula, Name, int | str] | None:
    """(entry, letter, last) of [f(z_1); …; f(z_q)]: its entry with a letter in place of 1 and q, and how far the letter runs."""
    if not isinstance(formula, Matrix) or len(formula.rows) < 3 or any(len(row) != 1 for row in formula.rows):
        return None
    cells = [row[0] for row in formula.rows]
    if not isinstance(cells[-2], Dots):
        return None
    letter = Name(formula.span, LETTER)
    found: set[str] = set()
    entry = _between(cells[0], cells[-1], letter, found)
    if entry is None or len(found) != 1:
        return None
    last = found.pop()
    named = Name(formula.span, LETTER + last)
    return _between(cells[0], cells[-1], named, set()), named, int(last) if last.isdigit() else last


def _between(first: object, last: object, letter: Name, found: set[str]) -> object | None:
    """The formula that is `first` with 1 and `last` with its size where the letter stands; None where they differ otherwise."""
    match first, last:
        case Numeral(_, "1"), Name(_, size, _) | Numeral(_, size) if size != "1":
            found.add(size)
            return letter
        case Formula(), Formula() if type(first) is type(last):
            made = {}
            for field in fields(first):
                inner = _between(getattr(first, field.name), getattr(last, field.name), letter, found)
                if inner is None and getattr(first, field.name) is not None:
                    return None
                made[field.name] = inner
            return replace(first, **made)
        case tuple(), tuple() if len(first) == len(last):
            parts = tuple(_between(a, b, letter, found) for a, b in zip(first, last, strict=True))
            return None if any(p is None and a is not None for p, a in zip(parts, first, strict=True)) else parts
        case Span(), Span():
            return first
    return first if first == last else None


def as_softmax(e: Expr, at: tuple[Index, ...], shapes: Shapes) -> Expr:
    """e^{u_k} / Σ_m e^{u_m} as softmax(u)_k; any other expression as it is."""
    parts = factors(e)
    below = [p for p in parts if isinstance(p, Power) and p.exponent == -1 and isinstance(p.base, Sum | Add)]
    above = [p for p in parts if isinstance(p, Apply) and p.function == "exp" and p.order == 0]
    if len(below) != 1 or len(above) != 1:
        return e
    argument, denominator = above[0].argument, below[0].base
    rest = [p for p in parts if p is not below[0] and p is not above[0]]
    for index in at:
        if index not in free(argument):
            continue
        if isinstance(denominator, Sum) and shapes.same(denominator.index.axis, index.axis):
            body = denominator.body
            if isinstance(body, Apply) and body.function == "exp" and rename(body.argument, {denominator.index: index}) == argument:
                return mul(Component("softmax", denominator.index, body.argument, index), *rest)
        size = shapes.known(index.axis)
        if isinstance(size, str):
            size = shapes.fixed.get(size)
        if isinstance(denominator, Add) and isinstance(size, int) and len(denominator.terms) == size:
            spread = {Apply("exp", (rename(argument, {index: Offset((), k)}),)) for k in range(size)}
            if spread == set(denominator.terms):
                bound = shapes.index(index.axis)
                return mul(Component("softmax", bound, rename(argument, {index: bound}), index), *rest)
    return e


