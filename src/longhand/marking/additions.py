"""Sums as students write them: equal shapes, a number or a bias to every entry, an identity or ones of the size that fits."""
from __future__ import annotations

from collections.abc import Iterator
from math import prod

from ..reading.syntax import Span
from ..reading.terms import Unclear
from . import array as arrays
from .array import Array, Nonconforming, broadcast, turned
from .families import Family, lifted
from .products import IDENTITY, ONES, Made, Way2, entry_by_entry, is_vector
from .ways import Context, Liberty, Way, combined


def added(context: Context, terms: list[list[Way]], span: Span) -> list[Way]:
    """A sum: equal shapes, a number to every entry, a row to every row; a vector is turned where that is all that is wrong."""
    if not terms:
        raise Unclear(span, "something is missing here")
    result = terms[0]
    for term in terms[1:]:
        result = combined([result, term], lambda a, b: list(_plus(a.family, b.family, span)))
    return result


def _plus(a: Family, b: Family, span: Span) -> Iterator[Made]:
    for f, kinds in _sums(a.shape, b.shape):
        yield lifted(f, a, b), tuple(Liberty(kind, span) for kind in kinds)


def _sums(a: tuple[int, ...], b: tuple[int, ...]) -> Iterator[Way2]:
    def plus(x: Array, y: Array) -> Array:
        return broadcast(lambda p, q: p + q, x, y, "plus")

    if ONES in (a, b) and IDENTITY not in (a, b):
        yield (lambda x, y: plus(_number(x), _number(y))), ()
    elif a == b == IDENTITY:
        yield (lambda x, y: Array(IDENTITY, (x.cells[0] + y.cells[0],))), ()
    elif IDENTITY in (a, b):
        other = b if a == IDENTITY else a
        if len(other) == 2 and other[0] == other[1]:
            yield (lambda x, y: plus(_sized(x, other[0]), _sized(y, other[0]))), ()
        elif not other:
            raise Nonconforming("the identity matrix plus a number")
    elif is_vector(a) and is_vector(b) and a != b:
        if max(a) == max(b):
            yield (lambda x, y: plus(x, turned(y))), ("orientation",)
        else:
            raise Nonconforming(f"({arrays.shown(a)}) plus ({arrays.shown(b)})")
    elif len(a) == len(b) == 2 and is_vector(a) != is_vector(b):
        yield from ((f, kinds[1:]) for f, kinds in entry_by_entry(lambda p, q: p + q, a, b))
    else:
        yield plus, ()


def _number(a: Array) -> Array:
    return arrays.number(a.cells[0]) if a.shape == ONES else a


def _sized(a: Array, n: int) -> Array:
    return Array((n, n), tuple(a.cells[0] * cell for cell in arrays.eye(n).cells)) if a.shape == IDENTITY else a


def sized_as(a: Array, shape: tuple[int, ...]) -> Array:
    """A multiple of the identity, or the same number everywhere, in this shape."""
    if a.shape == ONES:
        return arrays.array(shape, (a.cells[0] for _ in range(prod(shape))))
    half = len(shape) // 2
    if len(shape) % 2 or shape[:half] != shape[half:]:
        raise Nonconforming("an identity where the shape is not square")
    n = prod(shape[:half])
    return Array(shape, tuple(a.cells[0] if i == j else arrays.ZERO for i in range(n) for j in range(n)))
