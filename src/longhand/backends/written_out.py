"""Functions that a sheet writes out, 1/(1 + e^(-z)), as the functions they are, so that a large z overflows nowhere. Done before anything is
derived: their derivatives are then those of the table."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from ..core.equation import Program
from ..core.expr import ONE, Add, Apply, Expr, Mul, Power, mul, negative, power
from ..core.walk import rebuild

Factors = tuple[Expr, ...]


def recognised(program: Program) -> Program:
    """The program with sigmoid, softplus and tanh in the place of their formulas."""
    return replace(program, equations=tuple(replace(e, right=_recognised(e.right)) for e in program.equations))


def _recognised(e: Expr) -> Expr:
    e = rebuild(e, _recognised)
    match e:
        case Apply("ln", (inside,), 0) if (u := _one_and_exp(inside)) is not None:
            return Apply("softplus", (u,))
        case Power(base, exponent) if exponent < 0 and (u := _one_and_exp(base)) is not None:
            return power(Apply("sigmoid", (negative(u),)), -exponent)
        case Mul(factors):
            return next((found for way in WAYS for found in way(factors)), e)
    return e


def _sigmoid(factors: Factors) -> Iterator[Expr]:
    """e^u σ(-u), as e^u/(1 + e^u) reads by now, is σ(u)."""
    for below in factors:
        if isinstance(below, Apply) and below.function == "sigmoid" and not below.order:
            u = negative(below.argument)
            if (above := Apply("exp", (u,))) in factors:
                yield _without(factors, below, above, Apply("sigmoid", (u,)))


def _tanh(factors: Factors) -> Iterator[Expr]:
    """(e^u - e^(-u))/(e^u + e^(-u)) = tanh u."""
    for below in factors:
        if isinstance(below, Power) and below.exponent == -1 and isinstance(below.base, Add) and len(below.base.terms) == 2:
            for first, second in (below.base.terms, below.base.terms[::-1]):
                above = Add((first, negative(second)))
                if _argument(first) is not None and _argument(second) == negative(_argument(first)) and above in factors:
                    yield _without(factors, below, above, Apply("tanh", (_argument(first),)))


WAYS: tuple[Callable[[Factors], Iterator[Expr]], ...] = (_sigmoid, _tanh)


def _argument(e: Expr) -> Expr | None:
    return e.argument if isinstance(e, Apply) and e.function == "exp" and not e.order else None


def _one_and_exp(e: Expr) -> Expr | None:
    """u of 1 + e^u."""
    if isinstance(e, Add) and len(e.terms) == 2 and ONE in e.terms:
        return _argument(e.terms[1 - e.terms.index(ONE)])
    return None


def _without(factors: Factors, below: Expr, above: Expr, found: Expr) -> Expr:
    """The product with `found` in the place of above/below."""
    left = list(factors)
    left[left.index(below)] = found
    left.remove(above)
    return mul(*left)
