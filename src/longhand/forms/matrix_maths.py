"""A matrix tree as maths."""
from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import assert_never

from ..core.expr import Entry, Position
from ..core.problem import Notation
from . import named_functions, symbols
from .index_form import DOT, INDICATOR, RELATIONS, positive_number, starts_with_digit
from .letters import Letters, choose
from .maths import Fence, Maths, Over, Root, Scripts, Sign, Words, line
from .matrix import Factor
from .matrix_tree import (
    UNIT_CONSTANT,
    Constant,
    Diagonal,
    Elementwise,
    Hadamard,
    Identity,
    Kronecker,
    Leaf,
    Mask,
    Ones,
    Plus,
    Product,
    Quotient,
    Raised,
    Scale,
    SquaredNorm,
    Transpose,
    Tree,
    Unit,
    VectorMap,
)
from .symbols import MINUS, NO_TENSORS, ONE, PLUS, TOP, Tensors

ODOT, OSLASH, OTIMES = Sign(r"\odot", "operator"), Sign(r"\oslash", "operator"), Sign(r"\otimes", "operator")
BOLD_ONE, UNIT_MATRIX, BOLD_E = Sign(r"\mathbf{1}"), Sign("I"), Sign(r"\mathbf{e}")

ADDITIVE, ENTRYWISE, PRODUCT, ATOM = 0, 1, 2, 3


def maths(tree: Tree, notation: Notation, letters: Letters | None = None, *, tensors: Tensors = NO_TENSORS) -> Maths:
    """The tree in the sheet's notation. `letters` name the indices that are held fixed."""
    if letters is None:
        letters = choose(tuple(Entry("", tuple(p for p in at if p is not None)) for at in _fixed(tree)), notation)
    return _Printer(notation, letters, tensors).form(tree)[0]


def factored_maths(factors: tuple[Factor, ...], notation: Notation, *, tensors: Tensors = NO_TENSORS) -> Maths:
    r"""The factors joined by ⊗: A \otimes x."""
    items: list[Maths] = []
    for factor in factors:
        printer = _Printer(notation, choose((), notation), tensors)
        inner, level = printer.form(factor.tree)
        items += [OTIMES] if items else []
        items.append(Fence(inner) if level < PRODUCT else inner)
    return line(*items)


def _fixed(tree: Tree) -> Iterator[tuple[Position | None, ...]]:
    match tree:
        case Leaf(_, at):
            yield at
        case Unit(_, at):
            yield (at,)
        case Product(parts) | Hadamard(parts) | Plus(parts) | Elementwise(_, parts):
            for part in parts:
                yield from _fixed(part)
        case Quotient(a, b) | Kronecker(a, b) | Mask(a, _, b):
            yield from _fixed(a)
            yield from _fixed(b)
        case Scale(_, above, below, body):
            for part in (*above, *below, body):
                yield from _fixed(part)
        case Transpose(body) | Raised(body, _) | VectorMap(_, body) | Diagonal(body) | SquaredNorm(body):
            yield from _fixed(body)


class _Printer:
    """The three things that every node needs at hand."""
    __slots__ = ("notation", "letters", "tensors")

    def __init__(self, notation: Notation, letters: Letters, tensors: Tensors):
        self.notation, self.letters, self.tensors = notation, letters, tensors

    def form(self, tree: Tree) -> tuple[Maths, int]:
        """The maths, and how tightly it binds."""
        match tree:
            case Leaf():
                return self.leaf(tree), ATOM
            case Constant(value):
                return (line(MINUS, positive_number(-value)), ADDITIVE) if value < 0 else (positive_number(value), ATOM)
            case Ones():
                return BOLD_ONE, ATOM
            case Identity():
                return UNIT_MATRIX, ATOM
            case Unit(_, at):
                return Scripts(BOLD_E, symbols.place(self.notation, at, self.letters.of, self.tensors)), ATOM
            case Transpose(body):
                return self.transposed(body), ATOM
            case Product(factors):
                return self.product(factors), PRODUCT
            case Hadamard(factors):
                return self.hadamard(factors), ENTRYWISE
            case Quotient(above, below):
                if _is_number(above, self) and _is_number(below, self):
                    return Over(self.form(above)[0], self.form(below)[0]), ATOM
                return line(self.within(above, PRODUCT), OSLASH, self.within(below, ATOM)), ENTRYWISE
            case Raised(body, exponent):
                return self.raised(body, exponent)
            case Scale():
                return self.scale(tree)
            case Plus(terms):
                return self.plus(terms), ADDITIVE
            case Elementwise(function, arguments, order):
                inner = tuple(self.form(a)[0] for a in arguments)
                atomic = isinstance(arguments[0], Leaf) and not isinstance(inner[0], Over)
                out = named_functions.apply(self.notation, function, order, inner, atomic)
                return out, PRODUCT if function == "ln" and not order else ATOM
            case VectorMap(function, body, along):
                called = named_functions.apply_vector(self.notation, function, self.form(body)[0])
                return (_by(called, along) if along else called), ATOM
            case Mask(left, relation, right):
                inside = line(self.form(left)[0], Sign(RELATIONS[relation], "relation"), self.form(right)[0])
                return line(INDICATOR, Fence(inside, "[", "]")), ATOM
            case Diagonal(body):
                return line(Words("diag"), Fence(self.form(body)[0])), ATOM
            case Kronecker(left, right):
                return line(self.within(left, ATOM), OTIMES, self.within(right, ATOM)), ENTRYWISE
            case SquaredNorm(body, matrix):
                norm = Fence(self.form(body)[0], r"\|", r"\|")
                return Scripts(norm, Sign("F") if matrix else None, Sign("2", "number")), ATOM
        assert_never(tree)

    def within(self, tree: Tree, level: int) -> Maths:
        """The tree as a part of something that binds at this level, in brackets if it binds less."""
        inner, own = self.form(tree)
        return Fence(inner) if own < level else inner

    def leaf(self, leaf: Leaf) -> Maths:
        if None not in leaf.at and leaf.at:
            return symbols.entry(self.notation, leaf.tensor, leaf.at, self.letters.of, self.tensors)
        whole = symbols.symbol(self.notation, leaf.tensor, self.tensors)
        if all(p is None for p in leaf.at):
            return whole
        shown = [Sign(":") if p is None else symbols.place(self.notation, p, self.letters.of, self.tensors)
                 for k, p in enumerate(leaf.at) if p is not None or leaf.part or any(leaf.at[k + 1:])]
        return symbols.indexed(whole, shown, "subscript", not leaf.part)

    def transposed(self, body: Tree) -> Maths:
        inner, level = self.form(body)
        if level == ATOM and not isinstance(body, Elementwise | Mask | VectorMap):
            return symbols.raised(inner, TOP)
        return Scripts(Fence(inner), None, TOP)

    def product(self, factors: tuple[Tree, ...]) -> Maths:
        items: list[Maths] = []
        for factor in factors:
            inner = self.within(factor, PRODUCT)
            if items and starts_with_digit(inner):
                items.append(DOT)
            items.append(inner)
        return line(*items)

    def hadamard(self, factors: tuple[Tree, ...]) -> Maths:
        items: list[Maths] = []
        for factor in factors:
            inner, level = self.form(factor)
            bracketed = level < PRODUCT or (level == PRODUCT and items and isinstance(factor, Product))
            items += [ODOT] if items else []
            items.append(Fence(inner) if bracketed else inner)
        return line(*items)

    def raised(self, body: Tree, exponent: int | Fraction) -> tuple[Maths, int]:
        inner, level = self.form(body)
        if exponent == Fraction(1, 2):
            return Root(inner), ATOM
        number = positive_number(exponent) if isinstance(exponent, int) else Sign(f"{exponent.numerator}/{exponent.denominator}")
        if _is_number(body, self):
            return symbols.raised(inner, number) if level == ATOM else Scripts(Fence(inner), None, number), ATOM
        if exponent == 2 and isinstance(body, Leaf):
            return line(inner, ODOT, inner), ENTRYWISE
        mark = line(Sign(r"\odot"), number)
        return (symbols.raised(inner, mark) if level == ATOM else Scripts(Fence(inner), None, mark)), ATOM

    def scale(self, tree: Scale) -> tuple[Maths, int]:
        if tree.coefficient < 0:
            positive = Scale(-tree.coefficient, tree.above, tree.below, tree.body)
            plain = tree.coefficient == -1 and not tree.above and not tree.below
            inner, level = self.form(tree.body) if plain else self.scale(positive)
            return line(MINUS, Fence(inner) if level == ADDITIVE else inner), ADDITIVE
        items: list[Maths] = []
        last = len(tree.above) == 1 and tree.body == UNIT_CONSTANT            # nothing follows that a product could take in
        above = [self.within(t, ATOM if isinstance(t, Product) and not last else PRODUCT) for t in tree.above]
        if tree.coefficient == 1 and not above and any(not isinstance(t, Leaf) for t in tree.below) and len(tree.below) == 1:
            return Over(self.form(tree.body)[0], self.form(tree.below[0])[0]), ATOM
        if tree.below:
            top = [Sign(str(tree.coefficient.numerator), "number")] if tree.coefficient.numerator != 1 else []
            bottom = [Sign(str(tree.coefficient.denominator), "number")] if tree.coefficient.denominator != 1 else []
            if len(tree.above) == 1 and not top:
                above = [self.form(tree.above[0])[0]]
            bottom += [self.within(t, PRODUCT) for t in tree.below] if bottom or len(tree.below) > 1 else [self.form(tree.below[0])[0]]
            items.append(Over(line(*top, *above) if top or above else ONE, line(*bottom)))
        else:
            items += [positive_number(tree.coefficient)] if tree.coefficient != 1 else []
            items += above
        if tree.body == UNIT_CONSTANT:
            return line(*items), PRODUCT
        inner, level = self.form(tree.body)
        if items and (starts_with_digit(inner) or (_is_ones(tree.body) and starts_with_digit(items[-1]))):
            items.append(DOT)
        items.append(Fence(inner) if level == ADDITIVE else inner)
        return line(*items), min(level, PRODUCT)

    def plus(self, terms: tuple[Tree, ...]) -> Maths:
        signed = [_sign(t) for t in terms]
        first = next((k for k, (minus, _) in enumerate(signed) if not minus), 0)
        items: list[Maths] = []
        for minus, term in [signed[first], *signed[:first], *signed[first + 1:]]:
            if minus:
                items.append(MINUS)
            elif items:
                items.append(PLUS)
            items.append(self.within(term, ENTRYWISE))
        return line(*items)


def _sign(term: Tree) -> tuple[bool, Tree]:
    match term:
        case Constant(value) if value < 0:
            return True, Constant(-value)
        case Scale(-1, (), (), body):
            return True, body
        case Scale(coefficient, above, below, body) if coefficient < 0:
            return True, Scale(-coefficient, above, below, body)
    return False, term


def _is_ones(tree: Tree) -> bool:
    first = tree.factors[0] if isinstance(tree, Product) else tree
    return isinstance(first, Ones) or (isinstance(first, Transpose) and isinstance(first.body, Ones))


def _is_number(tree: Tree, printer: _Printer) -> bool:
    """Whether the tree is one number, as far as its print is concerned."""
    match tree:
        case Constant() | SquaredNorm():
            return True
        case Leaf(_, at):
            return None not in at
        case Plus(parts) | Hadamard(parts) | Elementwise(_, parts):
            return all(_is_number(p, printer) for p in parts)
        case Raised(body, _) | Scale(_, _, _, body):
            return _is_number(body, printer)
        case Quotient(a, b):
            return _is_number(a, printer) and _is_number(b, printer)
        case Product(factors):
            return isinstance(factors[0], Transpose) and not isinstance(factors[-1], Transpose)
    return False


def _by(called: Maths, along: str) -> Maths:
    """The name of a vector function marked with what it is taken of: softmax_{rows}."""
    name, *rest = called.items if hasattr(called, "items") else (called,)
    return line(Scripts(name, Words(along)), *rest) if rest else called
