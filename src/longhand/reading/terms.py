"""Terms: what a formula means while its shapes are still being worked out.

A term is a scalar expression with *positional* axes on top: () for a scalar or an indexed entry, (i,) for a vector, (i, j) for a
matrix, with UNIT where a row or a column has only one. The axes are variables that unify as products and sums demand.
"""
from __future__ import annotations

from dataclasses import dataclass, field

from ..calculus.simplify import sum_over
from ..core.axis import Axis, Index
from ..core.expr import ZERO, Expr, add, mul, power
from ..core.record import record
from ..core.walk import rename
from .names import flat
from .syntax import Formula, Negative

UNIT = None


class Unclear(Exception):
    """Something that cannot be read as mathematics: where, why, what to write instead; `cause` names a quantity whose own definition
    is to blame."""

    def __init__(self, span, reason: str, suggestion: str = "", cause: str = ""):
        super().__init__(reason)
        self.span, self.reason, self.suggestion, self.cause = span, reason, suggestion, cause


@record
class Term:
    """An expression with the axes it has on top."""
    expr: Expr
    axes: tuple[Index | None, ...] = ()

    @property
    def real(self) -> tuple[Index, ...]:
        """The axes that are not units."""
        return tuple(i for i in self.axes if i is not UNIT)

    @property
    def scalar(self) -> bool:
        return not self.real


@dataclass(slots=True)
class Shapes:
    """Axis variables and what is known of them: a union-find over the names of axes."""
    parent: dict[str, str] = field(default_factory=dict)
    size: dict[str, int | str] = field(default_factory=dict)
    letter: dict[str, str] = field(default_factory=dict)
    origin: dict[str, str] = field(default_factory=dict)
    counter: int = 0
    marks: int = 0

    def axis(self, size: int | str | None = None, letter: str | None = None, origin: str = "") -> Axis:
        """A new axis variable. The same size symbol is the same axis; equal numbers are not."""
        if isinstance(size, str) and f"${size}" in self.parent:
            return Axis(f"${size}", size)
        self.counter += 1
        name = f"${size}" if isinstance(size, str) else f"?{self.counter}"
        self.parent[name] = name
        if size is not None:
            self.size[name] = size
        if letter:
            self.letter[name] = letter
        self.origin[name] = origin
        return Axis(name, 0)

    def index(self, axis: Axis) -> Index:
        """An index of its own, unlike any other."""
        self.marks += 1
        return Index(axis, self.marks)

    def find(self, axis: Axis | str) -> str:
        name = axis if isinstance(axis, str) else axis.name
        while self.parent[name] != name:
            self.parent[name] = self.parent[self.parent[name]]
            name = self.parent[name]
        return name

    def known(self, axis: Axis) -> int | str | None:
        return self.size.get(self.find(axis))

    def same(self, a: Axis, b: Axis) -> bool:
        return self.find(a) == self.find(b)

    def conforms(self, a: Axis, b: Axis) -> bool:
        """Whether the two may be one axis."""
        x, y = self.known(a), self.known(b)
        return self.same(a, b) or x is None or y is None or x == y or isinstance(x, str) != isinstance(y, str)

    def unify(self, a: Axis, b: Axis, span, what: str) -> None:
        """Make the two one axis, or say why they cannot be."""
        x, y = self.find(a), self.find(b)
        if x == y:
            return
        sizes = self.size.get(x), self.size.get(y)
        if not self.conforms(a, b):
            raise Unclear(span, f"{what}: the sizes {sizes[0]} and {sizes[1]} differ")
        keep, drop = (x, y) if isinstance(sizes[0], str) or sizes[1] is None else (y, x)
        self.parent[drop] = keep
        if keep not in self.size and drop in self.size:
            self.size[keep] = self.size[drop]
        elif isinstance(self.size.get(drop), int) and isinstance(self.size.get(keep), str):
            self.fixed.setdefault(self.size[keep], self.size[drop])
        if drop in self.letter:
            self.letter.setdefault(keep, self.letter[drop])
        if self.origin.get(drop) and not self.origin.get(keep):
            self.origin[keep] = self.origin[drop]

    fixed: dict[str, int] = field(default_factory=dict)


# ---- operations on terms ------------------------------------------------------------------------------------------

def transposed(term: Term) -> Term:
    """Rows and columns exchanged; a plain vector stands as a row then."""
    match term.axes:
        case ():
            return term
        case (i,):
            return Term(term.expr, (UNIT, i))
    return Term(term.expr, term.axes[::-1])


def fits(shapes: Shapes, a: Term, b: Term) -> bool:
    """Whether the two have a matrix product."""
    left, right = a.axes, b.axes
    if not left or not right or len(left) == len(right) == 1:
        return False
    if len(left) == 1 and right[0] is UNIT:                     # column times row, or one entry times a row
        return len(right) == 2
    if left[-1] is UNIT or right[0] is UNIT:
        return left[-1] is right[0] or _of_one(shapes, left[-1] or right[0])
    return shapes.conforms(left[-1].axis, right[0].axis)


def _of_one(shapes: Shapes, index: Index | None) -> bool:
    """Whether an axis has one entry."""
    return index is not UNIT and shapes.known(index.axis) == 1


def product(shapes: Shapes, a: Term, b: Term, span) -> Term | None:
    """The matrix product, or None where the two cannot be multiplied so. A plain vector stands as whichever of row and column fits."""
    if not fits(shapes, a, b):
        return None
    left, right = a.axes, b.axes
    if len(left) == 1 and right[0] is UNIT and not _of_one(shapes, left[0]):
        return Term(mul(a.expr, b.expr), (left[0], right[1]))
    inner_left, inner_right = left[-1], right[0]
    outer = (*left[:-1], *right[1:])
    if inner_left is UNIT or inner_right is UNIT:               # the inner size is 1: on one side a unit, on the other perhaps an axis
        row = outer if len(left) == 2 or len(right) == 1 else (UNIT, *right[1:])
        return Term(mul(summed(Term(a.expr, (inner_left,))).expr, summed(Term(b.expr, (inner_right,))).expr), row)
    shapes.unify(inner_left.axis, inner_right.axis, span, "the inner sizes of a product")
    index = shapes.index(inner_left.axis)
    expr = mul(rename(a.expr, {inner_left: index}), rename(b.expr, {inner_right: index}))
    if len(left) == 1 and len(right) == 2:
        outer = (UNIT, right[1])                                # x W with a plain vector x: the result stands as a row
    return Term(sum_over(index, expr), outer)


def elementwise(shapes: Shapes, a: Term, b: Term, span, what: str) -> tuple[Expr, Expr, tuple[Index | None, ...]] | None:
    """(a, b, axes) with the axes of both made the same: equal shapes, a scalar, or a vector repeated over the rows of a matrix."""
    if a.scalar and b.scalar:
        return a.expr, b.expr, a.axes if len(a.axes) >= len(b.axes) else b.axes
    if a.scalar:
        return a.expr, b.expr, b.axes
    if b.scalar:
        return a.expr, b.expr, a.axes
    if len(a.real) < len(b.real):
        swapped = elementwise(shapes, b, a, span, what)
        return None if swapped is None else (swapped[1], swapped[0], swapped[2])
    shown = a.axes if UNIT in a.axes or len(a.real) > len(b.real) else b.axes if len(a.real) == len(b.real) else a.axes
    if len(a.real) > len(b.real):                               # broadcast: a column over columns, else a row over rows
        column = len(b.axes) == 2 and b.axes[1] is UNIT
        targets = a.real[:len(b.real)] if column else a.real[-len(b.real):]
        if not all(shapes.conforms(i.axis, j.axis) for i, j in zip(targets, b.real, strict=True)):
            targets = a.real[:len(b.real)]
    else:
        targets = a.real
    if not all(shapes.conforms(i.axis, j.axis) for i, j in zip(targets, b.real, strict=True)):
        return None
    for i, j in zip(targets, b.real, strict=True):
        shapes.unify(i.axis, j.axis, span, what)
    moved = rename(b.expr, dict(zip(b.real, targets, strict=True)))
    if shown is b.axes and b.axes is not a.axes:
        names = dict(zip(b.real, a.real, strict=True))
        shown = tuple(i if i is UNIT else names[i] for i in b.axes)
    return a.expr, moved, shown


def described(shapes: Shapes, term: Term) -> str:
    """The shape of a term in a sentence about it: "has d entries", "is d×n"."""
    sizes = [1 if i is UNIT else shapes.known(i.axis) or "?" for i in term.axes]
    return f"has {sizes[0]} {'entry' if sizes[0] == 1 else 'entries'}" if len(sizes) == 1 else f"is {'×'.join(map(str, sizes))}" if sizes else "is a number"


def total(shapes: Shapes, terms: list[Term], written: tuple[Formula, ...]) -> Term:
    """The sum of terms of one shape."""
    parts, axes = [terms[0].expr], terms[0].axes
    for term, formula in zip(terms[1:], written[1:], strict=True):
        before = Term(ZERO, axes)                               # only its shape matters, unless it is repeated along new axes
        if len(before.real) < len(term.real):
            before = Term(add(*parts), axes)
        both = elementwise(shapes, before, term, formula.span, "the two sides of a sum")
        if both is None:
            body = formula.body if isinstance(formula, Negative) else formula
            raise Unclear(body.span, f"a sum of unlike shapes: what stands before {described(shapes, before)} and "
                                     f"{flat(body) or 'this term'} {described(shapes, term)}", "give the two one shape")
        parts = [*both[:2]] if before.expr != ZERO else [*parts, both[1]]
        axes = both[2]
    return Term(add(*parts), axes)


def times(shapes: Shapes, a: Term, b: Term, span) -> Term | None:
    """The elementwise product, or a number times anything."""
    both = elementwise(shapes, a, b, span, "the two sides of an elementwise product")
    return None if both is None else Term(mul(both[0], both[1]), both[2])


def over(shapes: Shapes, a: Term, b: Term, span) -> Term:
    """a / b, entry by entry where either has entries."""
    if b.expr == ZERO:
        raise Unclear(span, "a division by zero")
    both = elementwise(shapes, a, b, span, "the two sides of a division")
    if both is None:
        raise Unclear(span, "a division of unlike shapes")
    return Term(mul(both[0], power(both[1], -1)), both[2])


def summed(term: Term) -> Term:
    """The sum of all entries."""
    expr = term.expr
    for index in reversed(term.real):
        expr = sum_over(index, expr)
    return Term(expr)
