"""Brackets that were left out: the formulas that were meant, for a marker to try."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from ..reading.syntax import BigOperator, Call, Formula, Fraction, Group, Negative, Product, Script, Span, Sum

MOST = 12


def regrouped(formula: Formula) -> Iterator[Formula]:
    """Versions of a sum with brackets round two or more of its neighbouring terms: ŷ - y·Wᵀ as (ŷ - y)·Wᵀ, Xᵀ·ŷ - y·W as Xᵀ·(ŷ - y)·W;
    a sum sign that reaches to the end. In brackets and under minus signs too."""
    yield from islice(_versions(formula), MOST)


def _versions(formula: Formula) -> Iterator[Formula]:
    match formula:
        case Sum(span, terms):
            for start in range(len(terms) - 1):
                for end in range(start + 2, len(terms) + 1):
                    if (made := _bracketed(span, terms[start:end])) is not None:
                        rest = (*terms[:start], made, *terms[end:])
                        yield made if len(rest) == 1 else Sum(span, rest)
            for k, term in enumerate(terms):
                for made in _versions(term):
                    yield Sum(span, (*terms[:k], made, *terms[k + 1:]))
        case Negative(span, body):
            for made in _versions(body):
                yield Negative(span, made)
        case Group(span, opening, body):
            for made in _versions(body):
                yield Group(span, opening, made)
        case BigOperator():
            for made in _versions(formula.body):
                yield replace(formula, body=made)
        case Product(span, factors, operators):
            for k, factor in enumerate(factors):
                if isinstance(factor, Group | BigOperator):
                    for made in _versions(factor):
                        yield Product(span, (*factors[:k], made, *factors[k + 1:]), operators)
        case Call(span, function, arguments, bracketed):
            for k, argument in enumerate(arguments):
                for made in _versions(argument):
                    yield Call(span, function, (*arguments[:k], made, *arguments[k + 1:]), bracketed)
        case Script(span, base, sub, sup, primes):
            for made in _versions(base):
                yield Script(span, made, sub, sup, primes)
        case Fraction(span, above, below):
            for made in _versions(above):
                yield Fraction(span, made, below)
            for made in _versions(below):
                yield Fraction(span, above, made)


def _bracketed(span: Span, terms: tuple[Formula, ...]) -> Formula | None:
    """a·b - c·d as a·(b - c)·d: the last factor of the first term to the first factor of the last one. None where nothing changes."""
    first, last = terms[0], terms[-1]
    outer = isinstance(first, Negative)
    head, tail = first.body if outer else first, last.body if isinstance(last, Negative) else last
    if isinstance(head, BigOperator):
        if outer:
            return None
        inside = Sum(span, (head.body, *terms[1:]))
        return replace(head, body=Group(inside.span, "(", inside))
    before = head if isinstance(head, Product) else None
    after = tail if isinstance(tail, Product) else None
    if before is None and after is None:
        return None
    left = before.factors[-1] if before is not None else head
    right = after.factors[0] if after is not None else tail
    middle = terms[1:-1]
    if outer and before is None:
        left = Negative(first.span, left)
    inner = Sum(Span(left.span.start, right.span.end), (left, *middle, Negative(last.span, right) if isinstance(last, Negative) else right))
    factors: tuple[Formula, ...] = (Group(inner.span, "(", inner),)
    operators: tuple[str, ...] = ()
    if before is not None:
        factors, operators = (*before.factors[:-1], *factors), before.operators
    if after is not None:
        factors, operators = (*factors, *after.factors[1:]), (*operators, *after.operators)
    made: Formula = Product(span, factors, operators)
    return Negative(span, made) if outer and before is not None else made
