"""Formulas changed in form and not in meaning: underbraces, sums taken term by term, parts replaced with nothing simplified."""
from __future__ import annotations

from collections.abc import Callable

from ...calculus.simplify import size_of
from ...core.axis import Index
from ...core.expr import Add, Component, Expr, Mul, Power, Sum, factors, terms
from ...core.walk import free, rebuild
from ..maths import Brace, Fence, Line, Maths, Over, Scripts, line


def braced(maths: Maths, target: Maths, note: Maths) -> Maths:
    """The maths with each occurrence of the target underbraced."""
    wanted = target.items if isinstance(target, Line) else (target,)

    def go(node: Maths) -> Maths:
        if node == target:
            return Brace(node, note)
        match node:
            case Line(items):
                out: list[Maths] = []
                k = 0
                while k < len(items):
                    if tuple(items[k:k + len(wanted)]) == tuple(wanted):
                        out.append(Brace(target, note))
                        k += len(wanted)
                    else:
                        out.append(go(items[k]))
                        k += 1
                return line(*out)
            case Fence(body, opening, closing):
                inner = go(body)
                return inner if isinstance(inner, Brace) and inner != body else Fence(inner, opening, closing)
            case Over(above, below):
                return Over(go(above), go(below))
            case Scripts(base, sub, sup):
                return Scripts(go(base), sub, sup)
        return node

    return go(maths)


def term_by_term(index: Index, e: Expr) -> Expr:
    """Σ_index e, the sum taken of each term, without simplifying: q·ε/q stays as it is."""
    done: list[Expr] = []
    for term in terms(e):
        inside = [f for f in factors(term) if index in free(f)]
        outside = [f for f in factors(term) if index not in free(f)]
        if inside:
            total: Expr = Sum(index, inside[0] if len(inside) == 1 else Mul(tuple(inside)))
            done.append(Mul((*outside, total)) if outside else total)
        else:
            done.append(Mul((size_of(index.axis), *outside)))
    return done[0] if len(done) == 1 else Add(tuple(done))


def raw(e: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """The node with its parts changed and nothing simplified."""
    match e:
        case Add(parts):
            return Add(tuple(change(p) for p in parts))
        case Mul(parts):
            return Mul(tuple(change(p) for p in parts))
        case Power(base, exponent):
            return Power(change(base), exponent)
        case Sum(index, body):
            return Sum(index, change(body))
        case Component():
            return e
    return rebuild(e, change)
