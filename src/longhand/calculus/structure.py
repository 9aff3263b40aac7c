"""A derivative as a sum of products, which is what it is made of: Kronecker deltas, and factors over some of its indices each.

∂²L/∂W∂W of one example has four indices, and no factor of x_i x_k M_jl has more than two: it is never written out unless asked.
"""
from __future__ import annotations

from collections.abc import Iterable

from ..core.axis import Axis, Index
from ..core.equation import Equation, Program
from ..core.expr import Add, Delta, Entry, Expr, Mul, Number, Rational, Sum, factors, mul
from ..core.record import record
from ..core.walk import canonical, free, rename, tensors, walk
from .simplify import size_of

MOST = 24
"""Terms of one derivative. One with more stays an array of its own: skip connections double the paths at each layer."""


@record
class Term:
    """coefficient · deltas · Σ over `over` of the product of the factors.

    deltas   between two indices of the result;   over   indices that stand in factors and not in the result
    factors  expressions without a sum of products inside, no two with the same indices
    """
    coefficient: Rational
    deltas: tuple[Delta, ...]
    over: tuple[Index, ...]
    factors: tuple[Expr, ...]


@record
class Terms:
    """left = Σ terms."""
    left: Entry
    terms: tuple[Term, ...]

    @property
    def at(self) -> tuple[Index, ...]:
        """The indices of the result, in its order."""
        return self.left.at                                     # type: ignore[return-value]


def structure_of(program: Program, name: str, inside: Iterable[str]) -> Terms:
    """The quantity as a sum of products. The quantities `inside` are put in wherever they occur; every other one stays a factor."""
    equation = program.equation(name)
    if equation is None:
        raise KeyError(name)
    rows = {e.name: e for e in program.equations}
    return _Expansion({n: rows[n] for n in inside if n in rows}).of(equation)


class _Expansion:
    """Products multiplied out; each sum gets an index that nothing else has."""

    def __init__(self, rows: dict[str, Equation]) -> None:
        self._rows = rows
        self._known: dict[str, Terms | None] = {}
        self._next: dict[Axis, int] = {}

    def of(self, equation: Equation) -> Terms:
        return Terms(equation.left, _collected(self._expand(equation.right)))

    def _inside(self, name: str) -> Terms | None:
        """The terms of a quantity that is to be put in; None where it has too many, or is read by itself."""
        if name not in self._rows:
            return None
        if name not in self._known:
            self._known[name] = None                            # while it is expanded, it reads itself by its name
            found = self.of(self._rows[name])
            self._known[name] = found if len(found.terms) <= MOST else None
        return self._known[name]

    def _fresh(self, axis: Axis) -> Index:
        self._next[axis] = self._next.get(axis, 1000) + 1
        return Index(axis, self._next[axis])

    # ---- one node at a time ----------------------------------------------------------------------------------------

    def _expand(self, e: Expr) -> list[Term]:
        if not self._opens(e):
            return [_term((e,))]
        match e:
            case Add(parts):
                return [t for part in parts for t in self._expand(part)]
            case Mul(parts):
                out = [_term(())]
                for part in parts:
                    out = [_times(a, b) for a in out for b in self._expand(part)]
                return out
            case Sum(index, body):
                own = self._fresh(index.axis)
                return [_summed(own, t) for t in self._expand(rename(body, {index: own}))]
            case Entry(tensor, at):
                found = self._inside(tensor)
                assert found is not None
                return [self._put(t, dict(zip(found.at, at, strict=True))) for t in found.terms]
        return [_term((e,))]

    def _opens(self, e: Expr) -> bool:
        """Whether e is more than one factor."""
        match e:
            case Entry(tensor):
                return self._inside(tensor) is not None
            case Mul():
                return True
            case Add() | Sum():
                names = tensors(e)
                return (any(self._inside(n) is not None for n in names & self._rows.keys()) or any(_structural(n) for n in walk(e))
                        or isinstance(e, Sum) and len(free(e)) > 1 and isinstance(_innermost(e), Mul))
        return False

    def _put(self, t: Term, to: dict[Index, object]) -> Term:
        moves = {**to, **{i: self._fresh(i.axis) for i in t.over}}
        parts = [rename(f, moves) for f in (*t.deltas, *t.factors)]
        made = Term(t.coefficient, (), tuple(moves[i] for i in t.over), ())
        for part in parts:
            made = _times(made, _term((part,)))
        return made


def _innermost(e: Expr) -> Expr:
    while isinstance(e, Sum):
        e = e.body
    return e


def _structural(e: Expr) -> bool:
    """Whether e is a delta of two plain indices that run over the same places."""
    return (isinstance(e, Delta) and isinstance(e.left, Index) and isinstance(e.right, Index)
            and (e.left.axis == e.right.axis or e.left.axis.size == e.right.axis.size))


def _term(parts: tuple[Expr, ...]) -> Term:
    product = mul(*parts)
    c: Rational = 1
    deltas, kept = [], []
    for f in factors(product):
        if isinstance(f, Number):
            c = c * f.value
        elif _structural(f):
            deltas.append(f)
        else:
            kept.append(f)
    return Term(c, tuple(deltas), (), tuple(kept))


def _times(a: Term, b: Term) -> Term:
    both = (*a.deltas, *(d for d in b.deltas if d not in a.deltas))
    return Term(a.coefficient * b.coefficient, both, (*a.over, *b.over), (*a.factors, *b.factors))


def _summed(index: Index, t: Term) -> Term:
    """Σ_index of a term: a delta picks its one place, and what does not depend on the index is counted."""
    for d in t.deltas:
        if index in (d.left, d.right):
            other = d.right if d.left == index else d.left
            rest = [rename(x, {index: other}) for x in (*(e for e in t.deltas if e != d), *t.factors)]
            made = Term(t.coefficient, (), t.over, ())
            for part in rest:
                made = _times(made, _term((part,)))
            return made
    if all(index not in free(f) for f in t.factors):
        return _times(t, _term((size_of(index.axis),)))
    return Term(t.coefficient, t.deltas, (*t.over, index), t.factors)


def _collected(terms: list[Term]) -> tuple[Term, ...]:
    """Factors over the same indices made one, like terms added."""
    grouped = [_grouped(t) for t in terms]
    alike: dict[object, int] = {}
    for t in grouped:
        alike[_outline(t)] = alike.get(_outline(t), 0) + 1
    found: dict[object, Term] = {}
    for number, t in enumerate(grouped):
        key = _whole(t) if alike[_outline(t)] > 1 else number
        old = found.get(key)
        found[key] = t if old is None else Term(old.coefficient + t.coefficient, old.deltas, old.over, old.factors)
    return tuple(t for t in found.values() if t.coefficient)


def _outline(t: Term) -> object:
    """Terms that are alike have the same one, whatever their summed indices are called."""
    return len(t.over), len(t.deltas), frozenset(name for f in t.factors for name in tensors(f)), len(t.factors)


def _whole(t: Term) -> object:
    """What tells terms apart but for their coefficient."""
    whole: Expr = mul(*t.factors)
    for index in sorted(t.over, key=lambda i: (i.axis.name, i.mark)):
        whole = Sum(index, whole)
    return frozenset(frozenset((d.left, d.right)) for d in t.deltas), canonical(whole)


def _grouped(t: Term) -> Term:
    groups: dict[frozenset[Index], list[Expr]] = {}
    for f in t.factors:
        groups.setdefault(free(f), []).append(f)
    deltas, kept, c = list(t.deltas), [], t.coefficient
    for group in groups.values():
        made = _term(tuple(group))
        c, deltas = c * made.coefficient, [*deltas, *(d for d in made.deltas if d not in deltas)]
        if made.factors:
            kept.append(mul(*made.factors))
    return Term(c, tuple(deltas), t.over, tuple(kept))
