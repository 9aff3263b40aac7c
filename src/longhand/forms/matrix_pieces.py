"""Pieces of a product on the way to its matrix view: trees that know which index runs down and which across."""
from __future__ import annotations

from dataclasses import dataclass, field

from ..core.axis import Index
from ..core.expr import Expr, Mul, Rational, Sum
from ..core.record import record
from .matrix_tree import Product, Raised, Transpose, Tree, transpose

COUNTS = {3: "three", 4: "four", 5: "five", 6: "six"}


class NoMatrixForm(Exception):
    """Why there is no matrix view, as a sentence. It does not leave `matrix.matrix_form`."""


@record
class Piece:
    """A tree with the index that runs down it and the one that runs across; None where there is none."""
    tree: Tree
    down: Index | None = None
    across: Index | None = None

    @property
    def indices(self) -> tuple[Index, ...]:
        return tuple(i for i in (self.down, self.across) if i is not None)

    def as_(self, down: Index | None, across: Index | None) -> Tree:
        """The tree, turned if it has to be."""
        return self.tree if (self.down, self.across) == (down, across) else transpose(self.tree)


@dataclass(slots=True)
class Group:
    """Pieces over the same indices: those that multiply and those that divide, entry by entry."""
    indices: tuple[Index, ...]
    above: list[Piece] = field(default_factory=list)
    below: list[Piece] = field(default_factory=list)


@record
class Parts:
    """A product taken apart: number in front, scalars, groups of vectors and matrices."""
    coefficient: Rational
    above: list[Tree]
    below: list[Tree]
    groups: dict[frozenset[Index], Group]


def put(groups: dict[frozenset[Index], Group], piece: Piece, divides: bool = False) -> None:
    group = groups.setdefault(frozenset(piece.indices), Group(piece.indices))
    (group.below if divides else group.above).append(piece)


def square_of(tree: Tree) -> Tree | None:
    """The body of a square entry by entry, turned or not; None for any other tree."""
    inner = tree.body if isinstance(tree, Transpose) else tree
    return inner.body if isinstance(inner, Raised) and inner.exponent == 2 else None


def is_product(piece: Piece) -> bool:
    return isinstance(piece.tree, Product)


def rewrapped(factors: tuple[Expr, ...], bound: list[Index]) -> Expr:
    """The product of the factors, summed over the bound indices."""
    e: Expr = factors[0] if len(factors) == 1 else Mul(factors)
    for index in reversed(bound):
        e = Sum(index, e)
    return e
