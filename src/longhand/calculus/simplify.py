"""Sums over an index, Kronecker deltas sifted, like terms collected, known sums used. Nothing is expanded unless that makes it shorter."""
from __future__ import annotations

import math
from collections.abc import Callable

from ..core.axis import Axis, Index
from ..core.expr import (
    ONE,
    Add,
    Delta,
    Entry,
    Expr,
    Mul,
    Number,
    Offset,
    Position,
    Power,
    Sum,
    add,
    difference,
    factors,
    mul,
    number,
    offset,
    position,
    terms,
)
from ..core.walk import bound, canonical, children, count, free, indices_of, rebuild, remade, rename, walk

KnownSum = Callable[[str, int], Expr | None]
"""(tensor, which axis) -> what its entries sum to over that axis, or None."""


def size_of(axis: Axis) -> Expr:
    """The number of entries of an axis: a number, or the symbol."""
    return Entry(axis.size) if isinstance(axis.size, str) else number(axis.size)


def sum_over(index: Index, body: Expr) -> Expr:
    """Σ_index body: what does not depend on the index is pulled out, a delta that holds it picks its one term."""
    if isinstance(body, Add):
        if any(_delta_in(term, index) or index not in free(term) for term in body.terms):
            return add(*(sum_over(index, term) for term in body.terms))
        common, rest = common_factor(body)
        if common != ONE and any(index not in free(f) for f in factors(common)):
            return sum_over(index, mul(common, rest))
        return Sum(index, body)
    outside, inside = [], []
    for factor in factors(body):
        (inside if index in free(factor) else outside).append(factor)
    if not inside:
        return mul(*outside, size_of(index.axis))
    for k, factor in enumerate(inside):
        if isinstance(factor, Add) and any(_delta_in(term, index) for term in factor.terms):
            rest = inside[:k] + inside[k + 1:]
            return mul(*outside, add(*(sum_over(index, mul(*rest, term)) for term in factor.terms)))
    for k, factor in enumerate(inside):
        if isinstance(factor, Delta) and (solved := _solve(factor, index)) is not None:
            rest = inside[:k] + inside[k + 1:]
            if _on_axis(index, solved, rest):
                return mul(*outside, *(rename(r, {index: solved}) for r in rest))
    kept = mul(*inside) if outside else body
    if isinstance(kept, Sum) and _delta_in(kept.body, index):       # Σ_i Σ_k δ_ij ...: sift inside, then sum outside
        return mul(*outside, sum_over(kept.index, sum_over(index, kept.body)))
    return mul(*outside, Sum(index, kept)) if outside else Sum(index, kept)


def _delta_in(e: Expr, index: Index) -> bool:
    return index in free(e) and any(isinstance(n, Delta) and index in indices_of(n.left) | indices_of(n.right) for n in walk(e))


def _solve(d: Delta, index: Index) -> Position | None:
    """The position that the index must take for the delta to hold, where that is one whole number."""
    if isinstance(d.left, Index) and isinstance(d.right, Index) and d.left != d.right:
        return d.right if d.left == index else d.left if d.right == index else None
    gap = offset(difference(d.left, d.right))
    coefficient = dict(gap.terms).get(index, 0)
    if coefficient not in (1, -1) or any(index in free(v) for v, _ in gap.terms if isinstance(v, Entry)):
        return None
    return position(((v, -coefficient * c) for v, c in gap.terms if v != index), -coefficient * gap.constant)


def _on_axis(index: Index, solved: Position, rest: list[Expr]) -> bool:
    """Whether the one term is sure to exist, or an entry among the rest reads 0 where it does not."""
    if isinstance(solved, Index) and (solved.axis == index.axis or solved.axis.size == index.axis.size):
        return True
    if isinstance(solved, Offset):
        if not solved.terms and isinstance(index.axis.size, int) and 0 <= solved.constant < index.axis.size:
            return True
        if any(isinstance(v, Entry) for v, _ in solved.terms):
            return True                         # a gathered class label lies on its axis: checked where the data are read
    return any(_read_at(r, index) for r in rest)


def _read_at(e: Expr, index: Index) -> bool:
    """Whether e has a factor that is an entry at this very index, so that e is 0 off the axis."""
    if isinstance(e, Entry):
        return index in e.at
    return index in free(e) and isinstance(e, Mul | Sum) and any(_read_at(child, index) for child in children(e))


def common_factor(e: Add) -> tuple[Expr, Expr]:
    """(common, rest) with e = common·rest: the factors that all terms share."""
    shared = None
    for term in e.terms:
        mine = {f for f in factors(term) if not isinstance(f, Number)}
        shared = mine if shared is None else shared & mine
    if not shared:
        return ONE, e
    ordered = tuple(f for f in factors(e.terms[0]) if f in shared)
    rest = add(*(mul(*(f for f in factors(term) if f not in shared)) for term in e.terms))
    return mul(*ordered), rest


def expand(e: Expr, most: int = 200) -> Expr:
    """Products of sums multiplied out, everywhere outside sums over an index; e itself where that gives more than `most` terms.

    A sum with divisions in it is multiplied out first, so that p(1 - p) · (y/p - (1 - y)/(1 - p)) cancels while 1 - p still stands whole.
    """
    match e:
        case Add(parts):
            return add(*[expand(part, most) for part in parts])
        case Mul(parts):
            parts = tuple(_square(part) for part in parts)
            sums = [part for part in parts if isinstance(part, Add)]
            if not sums or math.prod(len(part.terms) for part in sums) > most:
                return e
            first = next((part for part in sums if _divides(part)), sums[0])
            at = parts.index(first)
            rest = mul(*parts[:at], *parts[at + 1:])
            return add(*[expand(mul(rest, term), most) for term in first.terms])
        case Power():
            whole = _square(e)
            return expand(whole, most) if whole is not e else e
    return e


def _square(e: Expr) -> Expr:
    """(a + b)² as a product of two sums, where it has few enough terms to be worth it."""
    if isinstance(e, Power) and e.exponent == 2 and isinstance(e.base, Add) and len(e.base.terms) <= 4:
        return add(*[mul(a, b) for a in e.base.terms for b in e.base.terms])
    return e


def _divides(e: Add) -> bool:
    return any(isinstance(f, Power) and f.exponent < 0 for term in e.terms for f in factors(term))


def shorter(e: Expr) -> Expr:
    """e or its expansion, whichever is shorter."""
    if not any(isinstance(f, Add) or _expands(f) for t in terms(e) for f in factors(t)):
        return e
    candidate = expand(e)
    return candidate if _length(candidate) < _length(e) else e


def _length(e: Expr) -> int:
    """The number of nodes, a delta counting for several: one delta in front of a sum reads better than one in each term."""
    return count(e) + 3 * sum(isinstance(n, Delta) for n in walk(e))


def _expands(e: Expr) -> bool:
    return isinstance(e, Power) and e.exponent == 2 and isinstance(e.base, Add)


def sifted(e: Expr) -> Expr:
    """e with each sum redone by `sum_over`, from the inside out."""
    if not children(e):
        return e
    if isinstance(e, Sum):
        return sum_over(e.index, shorter(sifted(e.body)))
    return remade(e, tuple([sifted(child) for child in children(e)]))


def with_facts(e: Expr, known: KnownSum) -> tuple[Expr, list[tuple[str, int]]]:
    """e with Σ_i y_i replaced where the sum is known; and which (tensor, axis) were used."""
    used: list[tuple[str, int]] = []

    def go(node: Expr) -> Expr:
        if not isinstance(node, Sum):
            return rebuild(node, go) if bound(node) else node
        inner = go(node.body)
        if inner is not node.body:
            node = sum_over(node.index, inner)
        return add(*[mul(*map(replaced, factors(t))) for t in terms(node)])

    def replaced(node: Expr) -> Expr:
        if isinstance(node, Sum) and isinstance(node.body, Entry) and node.body.at.count(node.index) == 1:
            where = node.body.at.index(node.index)
            if (total := known(node.body.tensor, where)) is not None:
                used.append((node.body.tensor, where))
                return total
        return node

    return go(e), used


def tidy(e: Expr) -> Expr:
    """Sifted, like terms collected up to the names of bound indices, and short."""
    return settled(sifted(e))


def settled(e: Expr) -> Expr:
    """What `tidy` does, for an expression whose sums are sifted already."""
    return factored(shorter(canonical(e)))


def factored(e: Expr) -> Expr:
    """g - g v² as g (1 - v²): a sum with the factor that all its terms share in front, where that is shorter."""
    if not isinstance(e, Add):
        return e
    common, rest = common_factor(e)
    if common == ONE:
        return e
    candidate = mul(common, rest)
    return candidate if _length(candidate) < _length(e) else e
