"""Derivatives of activations inside backward equations: where they stand, in whatever form the derivation left them."""
from __future__ import annotations

from collections.abc import Iterator

from ...core.equation import Equation
from ...core.expr import ONE, Add, Apply, Entry, Expr, Holds, Mul, Number, add, mul, negative, power
from ...core.record import record
from ...core.walk import rename
from ...functions.table import derivative_of, scalar
from .places import Put, places
from .setting import Setting


@record
class Slope:
    """f'(u) at a place: `inside` is u, `value` f(u), `slope` the right f'(u), `rest` the parameters of f."""
    function: str
    inside: Expr
    value: Expr
    slope: Expr
    rest: tuple[Expr, ...]
    put: Put


def slopes(equation: Equation, setting: Setting) -> tuple[Slope, ...]:
    """All slopes of the equation. Where simplifying left none to be seen, and the derivative by f(u) is known, that times f'(u).
    In a formula that the sheet gives (δ = o(1-o)(t-o)) an indicator is no slope: it may be an activation written out."""
    if equation.name not in setting.derivatives:
        return tuple(slope for slope in slopes_written(equation, setting) if not isinstance(slope.slope, Holds))
    return slopes_written(equation, setting) or tuple(_known(equation, setting))


def slopes_written(equation: Equation, setting: Setting) -> tuple[Slope, ...]:
    """The slopes that can be seen in the equation itself."""
    return tuple(_written(equation.right, setting))


def equal_ways(equation: Equation, setting: Setting) -> Iterator[Expr]:
    """The same with f'(u) taken at u where it was taken from f(u), and the other way round: all one, but not after an error in f(u)."""
    for slope in slopes(equation, setting):
        at = Apply(slope.function, (slope.inside, *slope.rest), 1)
        function = scalar(slope.function)
        by_value = derivative_of(function, (slope.inside, *slope.rest), slope.value) if function else at
        yield from (slope.put(other) for other in (at, by_value) if other != slope.slope)


def _written(e: Expr, setting: Setting) -> Iterator[Slope]:
    for node, put in places(e):
        match node:
            case Apply(function, (u, *rest), 1):
                yield Slope(function, u, _value(function, u, tuple(rest), setting), node, tuple(rest), put)
            case Holds(u, ">", Number(0)):
                yield Slope("relu", u, _value("relu", u, (), setting), node, (), put)
            case Mul(factors):
                for h in factors:
                    made = _made(h, setting)
                    if made and made.function == "sigmoid" and ONE - h in factors:
                        others = tuple(f for f in factors if f not in (h, ONE - h))
                        yield Slope("sigmoid", made.argument, h, h * (ONE - h), (), lambda new, put=put, others=others: put(mul(*others, new)))
            case Add(terms):
                yield from _in_sum(terms, put, setting)


def _in_sum(terms: tuple[Expr, ...], put: Put, setting: Setting) -> Iterator[Slope]:
    """c - ch² for c·tanh', ch - ch² for c·σ'."""
    for term in terms:
        for square in term.factors if isinstance(term, Mul) else (term,):
            h = getattr(square, "base", None)
            made = _made(h, setting) if getattr(square, "exponent", 0) == 2 else None
            if made is None or made.function not in ("tanh", "sigmoid"):
                continue
            scale = negative(mul(term, power(h, -2)))
            first = scale if made.function == "tanh" else mul(scale, h)
            if first in terms:
                others = tuple(t for t in terms if t not in (term, first))
                slope = ONE - power(h, 2) if made.function == "tanh" else h * (ONE - h)
                yield Slope(made.function, made.argument, h, slope, (),
                            lambda new, scale=scale, others=others: put(add(*others, mul(scale, new))))


def _known(equation: Equation, setting: Setting) -> Iterator[Slope]:
    of, wrt = setting.derivatives[equation.name]
    found = setting.into.get(wrt)
    if found is None or found.vector or not found.alone or found.function == "identity":
        return
    above = setting.derivative(of, found.after)
    if above is not None and above != equation.name:
        at = setting.local_at(equation)
        u, h, outer = Entry(wrt, at), Entry(found.after, at), Entry(above, equation.left.at)
        yield Slope(found.function, u, h, Apply(found.function, (u, *found.rest), 1), found.rest, lambda new: mul(outer, new))


def _made(h: object, setting: Setting) -> Apply | None:
    """What the entry of an activation is the value of: σ(u[j]) for h[j]."""
    if not isinstance(h, Entry) or (made := setting.made_by(h.tensor)) is None:
        return None
    changed = rename(made, dict(zip(setting.equations[h.tensor].left.at, h.at, strict=True)))
    return changed if isinstance(changed, Apply) else None


def _value(function: str, u: Expr, rest: tuple[Expr, ...], setting: Setting) -> Expr:
    """f(u), by its name where it has one."""
    if isinstance(u, Entry) and (found := setting.into.get(u.tensor)) and found.function == function:
        return Entry(found.after, u.at)
    return Apply(function, (u, *rest))
