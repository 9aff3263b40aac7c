"""Formulas with the numbers put in: symbols → numbers, in matrix form and in index form."""
from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from ...core.axis import Axis, Index
from ...core.expr import Add, Apply, Component, Delta, Entry, Expr, Holds, Mul, Number, Offset, Position, Power, Rational, Sum
from ...core.problem import Notation, Spelling
from ...functions import table
from ...functions.pieces import RELATIONS
from .. import matrix_maths
from ..index_form import DOT, index_form, starts_with_digit
from ..letters import choose
from ..maths import Fence, Grid, Line, Maths, Over, Root, Scripts, Sign, Words, line
from ..matrix_tree import Constant, Elementwise, Leaf, Mask, Ones, Transpose, Tree
from ..symbols import MINUS
from .figures import Figures, Text
from .grids import grid, size_of

MOST_ENTRIES = 64
"""Entries above which a matrix of numbers is no help on a page."""
MOST_TERMS = 8
"""Terms above which a sum is not written out."""


class Unfilled(Exception):
    """Inside this module: a number is missing, or there are too many."""


# ---- matrix form --------------------------------------------------------------------------------------------------

class _Filled(matrix_maths._Printer):
    """Prints a matrix tree with every symbol replaced by its numbers; a transposed symbol is a transposed grid."""
    __slots__ = ("figures", "digits")

    def form(self, tree: Tree) -> tuple[Maths, int]:
        match tree:
            case Leaf():
                return _leveled(self._numbers(tree, False))
            case Transpose(Leaf() as leaf) if self._seen(leaf):
                return _leveled(self._numbers(leaf, True))
            case Mask(Leaf() as leaf, relation, Constant(bound)):
                return grid(_mask(self._text(leaf), relation, bound), leaf.row), matrix_maths.ATOM
            case Transpose(Mask(Leaf() as leaf, relation, Constant(bound))):
                return grid(_mask(self._text(leaf), relation, bound), leaf.row, True), matrix_maths.ATOM
            case Elementwise(function, (Leaf() as leaf, *parameters), order) if order and self._whole(leaf, parameters):
                given = tuple(Number(p.value) for p in parameters)
                return grid(self.figures.applied(leaf.tensor, function, order, given, self.digits), leaf.row), matrix_maths.ATOM
            case Ones(axis):
                return grid(["1"] * self._extent(axis)), matrix_maths.ATOM
            case Transpose(Ones(axis)):
                return grid(["1"] * self._extent(axis), True), matrix_maths.ATOM
        return super().form(tree)

    def _whole(self, leaf: Leaf, parameters: list[Tree]) -> bool:
        """Whether f' of this tensor can be worked out as it stands."""
        if not all(p is None for p in leaf.at) or not all(isinstance(p, Constant) for p in parameters):
            return False
        return self.figures.has(leaf.tensor) and self.figures.count(leaf.tensor) <= MOST_ENTRIES

    def _seen(self, leaf: Leaf) -> int:
        return sum(p is None for p in leaf.at) if leaf.at else 0

    def _extent(self, axis: Axis) -> int:
        size = axis.size if isinstance(axis.size, int) else self.figures.sizes.get(axis.size, MOST_ENTRIES + 1)
        if size > MOST_ENTRIES:
            raise Unfilled
        return size

    def _numbers(self, leaf: Leaf, turned: bool) -> Maths:
        return grid(self._text(leaf), leaf.row, turned)

    def _text(self, leaf: Leaf) -> Text:
        if not self.figures.has(leaf.tensor) or self.figures.count(leaf.tensor) > 4096:
            raise Unfilled
        text = self.figures.text(leaf.tensor, self.digits)
        for p in reversed(range(len(leaf.at))):
            if leaf.at[p] is not None:
                text = _taken(text, p, fixed_position(leaf.at[p]))
        if size_of(text) > MOST_ENTRIES:
            raise Unfilled
        return text


def _mask(text: Text, relation: str, bound: Rational) -> Text:
    """1 where the entry obeys the condition, 0 where it does not."""
    if isinstance(text, list):
        return [_mask(part, relation, bound) for part in text]
    if text is None:
        raise Unfilled
    return str(int(RELATIONS[relation](Fraction(text), Fraction(bound))))


def _leveled(maths: Maths) -> tuple[Maths, int]:
    minus = isinstance(maths, Line) and bool(maths.items) and maths.items[0] == MINUS
    return maths, matrix_maths.ADDITIVE if minus else matrix_maths.PRODUCT if isinstance(maths, Line) else matrix_maths.ATOM


def _taken(text: Text, axis: int, at: int) -> Text:
    return text[at] if axis == 0 else [_taken(part, axis - 1, at) for part in text]


def fixed_position(p: Position) -> int:
    if isinstance(p, Offset) and not p.terms:
        return p.constant
    raise Unfilled


def matrix(tree: Tree, notation: Notation, tensors: Mapping[str, Any], figures: Figures, digits: int) -> Maths | None:
    """The tree with its numbers put in, or None where there are too many of them or one is missing."""
    printer = _Filled(notation, choose((), notation), tensors)
    printer.figures, printer.digits = figures, digits
    try:
        return dotted(printer.form(tree)[0])
    except Unfilled:
        return None


def dotted(maths: Maths) -> Maths:
    """A dot wherever a number would stand right behind another factor."""
    match maths:
        case Line(items):
            out: list[Maths] = []
            for item in map(dotted, items):
                if out and (starts_with_digit(item) or _is_log(item)) and _is_factor(out[-1]):
                    out.append(DOT)
                out.append(item)
            return line(*out)
        case Scripts(base, sub, sup):
            return Scripts(dotted(base), sub, sup)
        case Over(above, below):
            return Over(dotted(above), dotted(below))
        case Fence(body, opening, closing):
            return Fence(dotted(body), opening, closing)
        case Root(body):
            return Root(dotted(body))
    return maths


def _is_log(maths: Maths) -> bool:
    return isinstance(maths, Sign) and maths.latex in (r"\ln", r"\log")


def _is_factor(maths: Maths) -> bool:
    if isinstance(maths, Sign):
        return maths.kind in ("number", "closing") or (maths.kind == "name" and not maths.latex.startswith("\\"))
    return isinstance(maths, Fence | Grid | Over | Root) or (isinstance(maths, Scripts) and not isinstance(maths.base, Words))


# ---- index form ---------------------------------------------------------------------------------------------------

def entry(e: Expr, at: Mapping[Index, int], notation: Notation, figures: Figures, digits: int) -> Maths | None:
    """The right side of an equation for one entry, sums written out and numbers put in; None where that is too long."""
    filler = _Filler(notation, figures, digits)
    try:
        filled = filler.put(e, dict(at))
    except Unfilled:
        return None
    if isinstance(filled, Number | Entry):
        return None
    own = Notation(filler.spellings, functions=notation.functions, log=notation.log)
    return dotted(index_form(filled, own, decimals=True))


class _Filler:
    """Replaces each entry by a scalar whose spelling is its number."""

    def __init__(self, notation: Notation, figures: Figures, digits: int) -> None:
        self.notation, self.figures, self.digits = notation, figures, digits
        self.spellings: dict[str, Spelling] = {}

    def put(self, e: Expr, at: dict[Index, int]) -> Expr:
        match e:
            case Number():
                return e
            case Entry(tensor, places):
                return self.numeral(tensor, tuple(self.place(p, at) for p in places))
            case Delta(left, right):
                return Number(int(self.place(left, at) == self.place(right, at)))
            case Holds(left, relation, right):
                return Holds(self.put(left, at), relation, self.put(right, at))
            case Add(parts):
                kept = [p for p in (self.put(part, at) for part in parts) if p != Number(0)]
                return Add(tuple(kept)) if len(kept) > 1 else kept[0] if kept else Number(0)
            case Mul(parts):
                return self.product([self.put(part, at) for part in parts])
            case Power(base, exponent):
                return Power(self.put(base, at), exponent)
            case Sum(index, body):
                terms = [self.put(body, {**at, index: k}) for k in range(self.extent(index))]
                kept = [t for t in terms if t != Number(0)]
                return Add(tuple(kept)) if len(kept) > 1 else kept[0] if kept else Number(0)
            case Apply(function, arguments, order):
                return Apply(function, tuple(self.put(a, at) for a in arguments), order)
            case Component(function, index, body, p):
                row = table.vector(function)
                if row is None:
                    raise Unfilled
                return self.put(row.value(index, body, p), at)
        raise Unfilled

    def product(self, parts: list[Expr]) -> Expr:
        if any(p == Number(0) for p in parts):
            return Number(0)
        flat = [f for p in parts for f in (p.factors if isinstance(p, Mul) else (p,))]
        minus = [f for f in flat if f == Number(-1)]
        kept = [f for f in flat if f not in (Number(1), Number(-1))]
        if not kept:
            return Number((-1) ** len(minus))
        head = (Number(-1),) if len(minus) % 2 else ()
        return kept[0] if len(kept) == 1 and not head else Mul((*head, *kept))

    def extent(self, index: Index) -> int:
        size = index.axis.size if isinstance(index.axis.size, int) else self.figures.sizes.get(index.axis.size, MOST_TERMS + 1)
        if size > MOST_TERMS:
            raise Unfilled
        return size

    def place(self, p: Position, at: dict[Index, int]) -> int:
        if isinstance(p, Index):
            if p not in at:
                raise Unfilled
            return at[p]
        total = p.constant
        for variable, coefficient in p.terms:
            if not isinstance(variable, Index):
                raise Unfilled
            total += coefficient * self.place(variable, at)
        return total

    def numeral(self, tensor: str, at: tuple[int, ...]) -> Expr:
        figures = self.figures
        if not at and tensor in figures.sizes:
            return Number(figures.sizes[tensor])
        if tensor == "pi":
            self.spellings["pi"] = Spelling(r"\pi")
            return Entry("pi")
        if not figures.has(tensor):
            raise Unfilled
        if any(not 0 <= k < n for k, n in zip(at, figures.extents(tensor), strict=True)):
            return Number(0)                                     # outside the tensor: zero padding
        text = figures.entry_text(tensor, at, self.digits)
        if text is None:
            raise Unfilled
        name = "#" + text.removeprefix("-")
        mantissa, e, exponent = text.removeprefix("-").partition("e")
        self.spellings[name] = Spelling(mantissa + (rf" \cdot 10^{{{exponent}}}" if e else ""))
        return Mul((Number(-1), Entry(name))) if text.startswith("-") else Entry(name)
