"""Sums as array code: matrix products where two operands share a summed index, reductions elsewhere."""
from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.axis import Index
from ..core.expr import Add, Apply, Delta, Expr, Holds, Mul, Number, Sum, add, coefficient, factors, mul, number
from ..core.walk import all_indices, canonical, free, fresh, rename, walk
from .array_code import Const, Contract, Extent, Map, Op, Read, Reduce, Scalar, indices

if TYPE_CHECKING:
    from .scalars import Scope


def summed(scope: Scope, e: Sum) -> Scalar:
    """The value of a sum: a number in front, products of what it does not run over, and an array for the rest."""
    from .scalars import product, scaled
    over: list[Index] = []
    body: Expr = e
    c: object = 1
    outside: list[Expr] = []
    taken = set(scope.order)
    while isinstance(body, Sum):
        index, inner = body.index, body.body
        if index in taken:
            index = fresh(index.axis, taken | all_indices(inner))
            inner = rename(inner, {body.index: index})
        taken.add(index)
        over.append(index)
        k, inner = coefficient(inner)
        c = c * k
        apart = [f for f in factors(inner) if free(f).isdisjoint(over) and not isinstance(f, Number)] if isinstance(inner, Mul) else []
        outside += apart
        body = mul(*(f for f in factors(inner) if f not in apart)) if apart else inner
    if isinstance(body, Add) and any(_is_product_of_arrays(term, over) for term in body.terms):
        parts = [mul(number(c), *outside, _sum(over, term)) for term in body.terms]
        return scope.scalar(add(*parts))
    unused = [i for i in over if i not in free(body)]
    over = [i for i in over if i not in unused]
    sizes = [Const(i.axis.size) if isinstance(i.axis.size, int) else Extent(i.axis) for i in unused]
    scope.order.extend(over)
    value = _over(scope, body, over) if over else scope.scalar(body)
    for index in over:
        scope.order.remove(index)
    return scaled(c, product([*(scope.scalar(f) for f in outside), *sizes, value]))


def _sum(over: list[Index], body: Expr) -> Expr:
    for index in reversed(over):
        body = Sum(index, body)
    return body


def _is_product_of_arrays(e: Expr, over: list[Index]) -> bool:
    """Whether summing e over these indices is a product of arrays with different indices."""
    if isinstance(e, Sum):
        return _is_product_of_arrays(e.body, [*over, e.index])
    sets = {free(f) for f in factors(e) if not isinstance(f, Number) and free(f) & set(over)}
    return len(sets) > 1 and not any(_has_log(f) for f in factors(e))


def _has_log(e: Expr) -> bool:
    return any(isinstance(n, Apply) and n.function == "ln" and n.order == 0 for n in walk(e))


def _over(scope: Scope, body: Expr, over: list[Index]) -> Scalar:
    """Σ over all of `over`, each of which stands in the body."""
    key = ("sum", canonical(_sum(over, body)))
    parts = list(factors(body))
    groups: dict[frozenset[Index], list[Expr]] = {}
    for part in parts:
        groups.setdefault(frozenset(i for i in free(part) if i not in scope.fixed), []).append(part)
    if len(groups) > 1 and not any(_has_log(p) or isinstance(p, Delta | Holds) for p in parts):
        return _products(scope, groups, set(over), key)
    value = scope.scalar(body)
    at = scope.ordered(indices(value) - set(over))
    return scope.temporary("total", at, lambda name: Reduce(name, at, tuple(over), value), key)


def _products(scope: Scope, groups: dict[frozenset[Index], list[Expr]], over: set[Index], key: object) -> Scalar:
    """The groups, each with indices of its own, multiplied two at a time."""
    _absorb(groups)
    operands: list[Read] = []
    for group in groups.values():
        value = scope.scalar(mul(*group))
        alone = {i for i in indices(value) if i in over and not any(i in free(f) for g in groups.values() if g is not group for f in g)}
        operands.append(_reduced(scope, value, alone) if alone else scope.stored(value, "factor", ("factor", canonical(mul(*group)))))
        over = over - alone
    from .scalars import product
    while len(operands) > 1:
        left, right = _next_pair(operands, over)
        rest = [o for o in operands if o is not left and o is not right]
        elsewhere = {i for o in rest for i in indices(o)}
        shared = (indices(left) & indices(right) & over) - elsewhere
        at = scope.ordered((indices(left) | indices(right)) - shared)
        if not shared:
            made = scope.temporary("outer", at, lambda name, at=at, left=left, right=right: Map(name, at, Op("*", (left, right))))
        else:
            done = scope.ordered(shared)
            made = scope.temporary("product", at, lambda name, at=at, done=done, left=left, right=right:
                                   Contract(name, at, done, left, right), key if not rest else None)
        operands = [*rest, made]
    last = operands[0]
    left_over = indices(last) & over
    return product([_reduced(scope, last, left_over) if left_over else last])


def _reduced(scope: Scope, value: Scalar, alone: set[Index] | frozenset[Index]) -> Read:
    at = scope.ordered(indices(value) - alone)
    done = scope.ordered(frozenset(alone))
    return scope.temporary("total", at, lambda name: Reduce(name, at, done, value))


def _absorb(groups: dict[frozenset[Index], list[Expr]]) -> None:
    """While there are more than two groups, one whose indices all stand in another one joins the smallest such."""
    while len(groups) > 2:
        inside = [(small, large) for small in groups for large in groups if small < large]
        if not inside:
            return
        small, large = min(inside, key=lambda pair: (len(pair[0]), len(pair[1])))
        groups[large] += groups.pop(small)


def _next_pair(operands: list[Read], over: set[Index]) -> tuple[Read, Read]:
    """The two operands whose product leaves the fewest indices."""
    def left_open(pair: tuple[Read, Read]) -> int:
        elsewhere = {i for o in operands if o is not pair[0] and o is not pair[1] for i in indices(o)}
        both = indices(pair[0]) | indices(pair[1])
        return len(both - (over - elsewhere))

    pairs = [(a, b) for k, a in enumerate(operands) for b in operands[k + 1:]]
    return min(pairs, key=left_open)

