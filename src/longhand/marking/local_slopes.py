"""Numbers of a gradient that follow from a derivative of one step which the answer has wrong: dL/dz = dL/da · its own da/dz."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..calculus.derivation import gradient_name
from ..reading.syntax import Derivative, Formula
from ..reading.terms import Unclear
from .array import Nonconforming
from .equality import sides
from .heads import Head
from .prints import Cells
from .reference import Point
from .scope import Scope


def by_own_slopes(gradient: str, formulas: Sequence[tuple[Formula, Formula]], numbers: Sequence[tuple[Formula, str]], scope: Scope, point: Point,
                  had: Mapping[str, Cells]) -> Iterator[Cells]:
    """What a gradient of the loss comes to with the answer's own derivatives, entry by entry: wrong formulas, and printed numbers by their nodes."""
    for slope, formula in formulas:
        above = _above(slope, gradient, scope)
        if above is not None:
            for local in _values(slope, formula, scope, point, had):
                yield from _chained(point.value(above, had), local)
    for slope, node in numbers:
        above = _above(slope, gradient, scope)
        if above is not None and node in had:
            yield from _chained(point.value(above, had), had[node])


def _above(slope: Formula, gradient: str, scope: Scope) -> str | None:
    """The gradient of the loss by a, for a slope ∂a/∂z and the gradient by z."""
    if scope.loss is None or not isinstance(slope, Derivative) or slope.of is None or len(slope.by) != 1:
        return None
    of, wrt = scope.meant(slope.of), scope.meant(slope.by[0])
    if of is None or wrt is None or of.own or wrt.own or of.indices or wrt.indices or gradient_name(scope.loss, wrt.tensor) != gradient:
        return None
    return gradient_name(scope.loss, of.tensor)


def _values(slope: Formula, formula: Formula, scope: Scope, point: Point, had: Mapping[str, Cells]) -> list[Cells]:
    try:
        return [reading.array.cells for reading in sides(Head(slope), formula, scope, point, had)]
    except (Unclear, Nonconforming):
        return []


def _chained(above: Cells | None, local: Cells) -> Iterator[Cells]:
    if above is not None and len(above) == len(local):
        yield tuple(a * b for a, b in zip(above, local, strict=True))
