"""Distinctions by cases: the two entries of the Jacobian of a vector function, the pieces of a function with a kink."""
from __future__ import annotations

from functools import lru_cache

from ..core.expr import (
    MINUS_ONE,
    ONE,
    ZERO,
    Add,
    Apply,
    Component,
    Delta,
    Entry,
    Expr,
    Mul,
    Number,
    Position,
    Power,
    Sum,
)
from ..core.walk import free, indices_of, rebuild, rename, replace_entries, tensors, walk
from ..functions import table
from ..functions.pieces import Piece, pieces
from .derivation import Case, gradient_name
from .differentiate import derivative, spelled_out

_U = Entry("u of the cases")
ABBREVIATIONS = ("S", "T", "N", "Q")
"""What the sum in the denominator is called: the first that is no quantity of the equation."""


def of_local(right: Expr, outer: Entry, x: Entry, value: Expr) -> tuple[Case, ...]:
    """The distinction behind ∂outer/∂x = value, for outer = right. None where no case differs from another."""
    match right:
        case Component(function, index, Entry(tensor, places) as body, at) if tensor == x.tensor and places.count(index) == 1:
            return _of_vector_function(function, index, body, at, outer, x)
        case Apply(function, arguments, 0) if not any(x.tensor in tensors(parameter) for parameter in arguments[1:]):
            return _of_pieces(function, arguments)
    return ()


# ---- functions with kinks ----------------------------------------------------------------------------------------

def _of_pieces(function: str, arguments: tuple[Expr, ...]) -> tuple[Case, ...]:
    found = _pieces(function, arguments[1:])
    if len(found) < 2:
        return ()
    u = arguments[0] if isinstance(arguments[0], Entry) else Entry("u")
    slope = Apply(function, (u, *arguments[1:]), 1)
    cases = []
    for piece in found:
        (relation, bound), *others = piece.conditions
        body = replace_entries(piece.body, lambda e: u if e == _U else e)
        cases.append(Case(u, relation, bound, (body,), tuple((u, r, b) for r, b in others), slope))
    return tuple(cases)


@lru_cache(maxsize=256)
def _pieces(function: str, parameters: tuple[Expr, ...]) -> tuple[Piece, ...]:
    """The pieces of the derivative as a function of _U; none where it is in one piece."""
    row = table.scalar(function)
    if row is None:
        return ()
    found = pieces(spelled_out(Apply(function, table.complete(row, (_U, *parameters))), 1), _U)
    return found if all(piece.conditions for piece in found) else ()


# ---- vector functions --------------------------------------------------------------------------------------------

def _of_vector_function(function: str, index, body: Entry, at: Position, outer: Entry, x: Entry) -> tuple[Case, ...]:
    """i = k and i ≠ k, each by the quotient rule, with the common sum S = Σ_m e^{z_m} abbreviated."""
    row = table.vector(function)
    where = body.at.index(index)
    if row is None or at not in outer.at:
        return ()
    by = x.at[where]
    if indices_of(by) & indices_of(at):
        return ()
    formula, let = _abbreviated(row.value(index, body, at), index, {x.tensor, outer.tensor})
    here = Entry(x.tensor, tuple(by if k == where else p for k, p in enumerate(body.at)))       # the input that moves
    slopes = {short: derivative(long, Entry(x.tensor, here.at)) for short, long in let}
    slopes = {short: _kept_terms(slope) for short, slope in slopes.items()}

    def output(place: Position) -> Expr:
        return Entry(outer.tensor, tuple(place if p == at else p for p in outer.at))

    cases = []
    for relation, same in (("=", True), ("!=", False)):
        place = by if same else at
        moved = rename(formula, {at: by}) if same else formula
        raw = _slope(moved, here, slopes, same)
        short = _decided(row.jacobian(output, place, by), same)
        left = Entry(gradient_name(outer.tensor, x.tensor), (*output(place).at, *here.at))
        cases.append(Case(at, relation, by, (raw, short), (), left, let))
    return tuple(cases)


def _abbreviated(formula: Expr, index, taken: set[str]) -> tuple[Expr, tuple[tuple[Entry, Expr], ...]]:
    """The formula with its sum over the index as an entry of its own, which has the indices that the sum leaves free."""
    sums = list(dict.fromkeys(node for node in walk(formula) if isinstance(node, Sum) and node.index.axis == index.axis))
    names = [name for name in ABBREVIATIONS if name not in taken]
    let: list[tuple[Entry, Expr]] = []
    for name, long in zip(names, sums, strict=False):
        rest = tuple(sorted(free(long), key=lambda i: (i.axis.name, i.mark)))
        let.append((Entry(name, rest), long))
    long_to_short = {long: short for short, long in let}

    def change(node: Expr) -> Expr:
        return long_to_short[node] if node in long_to_short else rebuild(node, change)

    return change(formula), tuple(let)


def _kept_terms(slope: Expr) -> Expr:
    """The derivative of the sum: the deltas of other axes (rows of a batch) are 1, since the same row is looked at."""
    return _decided(slope, True)


def _slope(e: Expr, here: Entry, slopes: dict[Entry, Expr], same: bool) -> Expr:
    """∂e/∂here, written out raw as the rule gives it; `same` tells whether the entry of the input in e is `here`."""
    match e:
        case Mul((above, Power(below, -1))) if below in slopes:
            top = _plain_slope(above, here, same)
            first = Number(0) if top == ZERO else Mul((top, below))
            return Mul((Add((first, Mul((MINUS_ONE, above, slopes[below])))), Power(below, -2)))
        case Add(parts):
            return Add(tuple(_slope(part, here, slopes, same) for part in parts))
        case Mul((Number(value), rest)):
            inner = _slope(rest, here, slopes, same)
            return Mul((Number(value), inner))
        case Apply("ln", (below,), 0) if below in slopes:
            return Mul((slopes[below], Power(below, -1)))
    return _plain_slope(e, here, same)


def _plain_slope(e: Expr, here: Entry, same: bool) -> Expr:
    """The derivative of an expression of one entry of the input by another, which is the same entry or not."""
    return _decided(derivative(e, here), True) if same else ZERO


def _decided(e: Expr, holds: bool) -> Expr:
    """Every Kronecker delta that is left replaced by 1 or 0."""
    def go(node: Expr) -> Expr:
        return (ONE if holds else ZERO) if isinstance(node, Delta) else rebuild(node, go)

    return go(e)
