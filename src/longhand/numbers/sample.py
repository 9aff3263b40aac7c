"""The value of an expression of plain numbers in floats: quick, for telling expressions apart, never for what is printed."""
from __future__ import annotations

import math
from collections.abc import Mapping

from ..core.axis import Index
from ..core.expr import Add, Apply, Component, Delta, Entry, Expr, Holds, Mul, Number, Offset, Position, Power, Sum
from ..functions import table


class SampleError(ValueError):
    """The expression has no value there, or is not one of plain numbers."""


_PRIMITIVES = {"exp": math.exp, "ln": math.log, "sin": math.sin, "cos": math.cos, "tanh": math.tanh, "erf": math.erf, "atan": math.atan,
               "arctan": math.atan}
_RELATIONS = {">": lambda a, b: a > b, ">=": lambda a, b: a >= b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
              "==": lambda a, b: a == b, "!=": lambda a, b: a != b}


def sample(e: Expr, values: Mapping[str, object], at: Mapping[Index, int] | None = None, extents: Mapping[str, int] | None = None) -> float:
    """The value with entries looked up in `values` (numbers or nested lists), `extents` being the number of entries by axis name.
    SampleError where there is none: a logarithm of 0, an unknown name, an overflow."""
    try:
        return _sample(e, values, dict(at or {}), extents or {})
    except (ValueError, OverflowError, ZeroDivisionError, KeyError, IndexError, TypeError) as trouble:
        raise SampleError(str(trouble)) from trouble


def _sample(e: Expr, values, at, extents) -> float:
    def go(part: Expr) -> float:
        return _sample(part, values, at, extents)

    match e:
        case Number(value):
            return float(value)
        case Entry("pi", ()):
            return math.pi
        case Entry(tensor, places):
            value = values[tensor]
            for place in places:
                k = _place(place, values, at, extents)
                if not 0 <= k < len(value):
                    return 0.0
                value = value[k]
            return float(value)
        case Delta(left, right):
            return float(_place(left, values, at, extents) == _place(right, values, at, extents))
        case Holds(left, relation, right):
            return float(_RELATIONS[relation](go(left), go(right)))
        case Add(terms):
            return math.fsum(go(t) for t in terms)
        case Mul(factors):
            return math.prod(go(f) for f in factors)
        case Power(base, exponent):
            return go(base) ** (int(exponent) if exponent == int(exponent) else float(exponent))
        case Sum(index, body):
            return math.fsum(_sample(body, values, {**at, index: k}, extents) for k in range(extents[index.axis.name]))
        case Apply(function, arguments, 0):
            if function in _PRIMITIVES:
                return _PRIMITIVES[function](go(arguments[0]))
            row = table.scalar(function)
            if row is None or row.value is None:
                raise SampleError(f"no value for {function}")
            return go(row.value(*arguments))
        case Component(function, index, body, place):
            row = table.vector(function)
            if row is None:
                raise SampleError(f"no value for {function}")
            return go(row.value(index, body, place))
    raise SampleError(f"no value for {type(e).__name__}")


def _place(place: Position, values, at, extents) -> int:
    if isinstance(place, Index):
        return at[place]
    assert isinstance(place, Offset)
    return place.constant + sum(c * (at[v] if isinstance(v, Index) else int(_sample(v, values, at, extents))) for v, c in place.terms)
