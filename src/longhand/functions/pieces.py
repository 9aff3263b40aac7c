"""The pieces of a function: an expression with indicators of one variable, split into its cases."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from operator import eq, ge, gt, le, lt, ne

from ..core.expr import ONE, ZERO, Expr, Holds, Number, Rational
from ..core.record import record
from ..core.walk import rebuild, walk

RELATIONS: Mapping[str, Callable[[Rational, Rational], bool]] = {">": gt, ">=": ge, "<": lt, "<=": le, "==": eq, "!=": ne}


@record
class Piece:
    """One case: `body` is the expression where the variable obeys all of the conditions (relation, bound); none: everywhere."""
    conditions: tuple[tuple[str, Number], ...]
    body: Expr


@record
class _Region:
    """An open interval between two neighbouring breakpoints (None: unbounded), or one point, where closed on both sides."""
    low: Rational | None
    low_closed: bool
    high: Rational | None
    high_closed: bool

    def joined(self, above: _Region) -> _Region:
        return _Region(self.low, self.low_closed, above.high, above.high_closed)

    def conditions(self) -> tuple[tuple[str, Number], ...]:
        if self.low is not None and self.low == self.high:
            return (("==", Number(self.low)),)
        low = () if self.low is None else ((">=" if self.low_closed else ">", Number(self.low)),)
        high = () if self.high is None else (("<=" if self.high_closed else "<", Number(self.high)),)
        return low + high


def pieces(e: Expr, variable: Expr) -> tuple[Piece, ...]:
    """The cases of `e`, from large values of the variable to small ones, as textbooks list them.

    Only indicators that compare the variable with a number are split; others stay where they are.
    """
    bounds = sorted({node.right.value for node in walk(e) if _splits(node, variable)})
    if not bounds:
        return (Piece((), e),)
    found: list[tuple[_Region, Expr]] = []
    for region, sample in _regions(bounds):
        body = _decided(e, variable, sample)
        if found and found[-1][1] == body:
            found[-1] = (found[-1][0].joined(region), body)
        else:
            found.append((region, body))
    return tuple(Piece(region.conditions(), body) for region, body in reversed(found))


def _regions(bounds: list[Rational]) -> list[tuple[_Region, Rational]]:
    """From left to right: each open interval and each breakpoint, with a point in it."""
    first, last = bounds[0], bounds[-1]
    regions: list[tuple[_Region, Rational]] = [(_Region(None, False, first, False), first - 1)]
    for low, high in zip(bounds, bounds[1:], strict=False):
        regions.append((_Region(low, True, low, True), low))
        regions.append((_Region(low, False, high, False), Fraction(low + high) / 2))
    regions.append((_Region(last, True, last, True), last))
    regions.append((_Region(last, False, None, False), last + 1))
    return regions


def _splits(node: Expr, variable: Expr) -> bool:
    return isinstance(node, Holds) and node.left == variable and isinstance(node.right, Number)


def _decided(e: Expr, variable: Expr, sample: Rational) -> Expr:
    """The expression with its indicators of the variable decided as at the sample."""
    if _splits(e, variable):
        return ONE if RELATIONS[e.relation](sample, e.right.value) else ZERO
    return rebuild(e, lambda child: _decided(child, variable, sample))
