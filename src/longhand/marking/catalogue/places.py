"""Places in an expression, and what stands there changed: the tools that rewritings are made of."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from ...core.axis import Index
from ...core.expr import MINUS_ONE, Add, Component, Entry, Expr, Holds, Mul, Number, Offset, add, mul
from ...core.walk import children, remade, rename, replace_entries

Put = Callable[[Expr], Expr]
"""Gives the whole expression with another one at the place."""

TURNED = {">": "<=", ">=": "<", "<": ">=", "<=": ">", "==": "!=", "!=": "=="}


MOST = 2048
_known: dict[int, tuple[Expr, tuple[tuple[Expr, Put], ...]]] = {}
"""By identity, each with its expression, so that no other gets it: equal ones of two sheets may have axes of different sizes."""


def places(e: Expr) -> tuple[tuple[Expr, Put], ...]:
    """Every expression inside, itself first, with what puts another one in its place."""
    known = _known.get(id(e))
    if known is None:
        if len(_known) >= MOST:
            _known.clear()
        _known[id(e)] = known = e, _places(e)
    return known[1]


def _places(e: Expr) -> tuple[tuple[Expr, Put], ...]:
    found: list[tuple[Expr, Put]] = []

    def visit(node: Expr, put: Put) -> None:
        found.append((node, put))
        inside = children(node)
        for n, child in enumerate(inside):
            visit(child, lambda new, n=n: put(remade(node, (*inside[:n], new, *inside[n + 1:]))))

    visit(e, lambda new: new)
    return tuple(found)


def entries(e: Expr) -> Iterator[tuple[Entry, Put]]:
    """The different entries of tensors, with what replaces each wherever it stands: c - ch² holds h once, for a writer of c(1 - h²)."""
    for entry in dict.fromkeys(node for node, _ in places(e) if isinstance(node, Entry)):
        yield entry, lambda new, entry=entry: replace_entries(e, lambda other: new if other == entry else other)


def without_terms(e: Expr) -> Iterator[tuple[Expr, Expr]]:
    """(term, all with this term left out) for each term of each sum."""
    for node, put in places(e):
        if isinstance(node, Add):
            for n, term in enumerate(node.terms):
                yield term, put(add(*node.terms[:n], *node.terms[n + 1:]))


def without_factors(e: Expr) -> Iterator[tuple[Expr, Expr]]:
    """(factor, all with this factor left out) for each factor of each product; a sign is none, and more than a number must be left."""
    for node, put in places(e):
        if isinstance(node, Mul):
            for n, factor in enumerate(node.factors):
                left = mul(*node.factors[:n], *([MINUS_ONE] if is_negative(factor) else []), *node.factors[n + 1:])
                if factor != MINUS_ONE and not isinstance(left, Number):
                    yield factor, put(left)


def is_negative(e: Expr) -> bool:
    return isinstance(e, Number) and e.value < 0


def renamed_tensors(e: Expr, to: dict[str, str]) -> Expr:
    """Tensors replaced by others of the same axes, wherever they stand in front of plain positions."""
    if isinstance(e, Entry):
        return Entry(to[e.tensor], e.at) if e.tensor in to else e
    inside = children(e)
    return remade(e, tuple(renamed_tensors(child, to) for child in inside)) if inside else e


def at_constant(body: Expr, index: Index, place: int) -> Expr:
    """The body of a sum at one value of its index."""
    return rename(body, {index: Offset((), place)})


def opened(e: Component) -> Expr:
    """What a vector function is taken of, at the entry asked for: z[k] of softmax(z)[k]."""
    return rename(e.body, {e.index: e.at})


def turned(e: Expr) -> Expr:
    """The same with every condition the other way round, so that the cases change places."""
    inside = tuple(turned(child) for child in children(e))
    if isinstance(e, Holds):
        return Holds(inside[0], TURNED[e.relation], inside[1])
    return remade(e, inside) if inside else e


def is_fraction(e: Expr) -> bool:
    """Whether it is a number between 0 and 1, as ½ and 1/N are."""
    return isinstance(e, Number) and isinstance(e.value, Fraction) and 0 < abs(e.value) < 1
