"""The matrix view as data: a small closed set of nodes, each a matrix, a column, a row or a number.

A tree is what is printed, transposes included: every `Product` conforms as it stands, so that it can be evaluated and turned
into code without knowing any convention. Columns are n×1, rows 1×n; a number beside a vector stands for all its entries.
"""
from __future__ import annotations

from ..core.axis import Axis
from ..core.expr import Position, Rational
from ..core.record import record


@record
class Tree:
    """The base of the node types below; the set is closed."""


@record
class Leaf(Tree):
    """A tensor, or a part of it: `at` holds None for an axis that is seen, a position for one that is held fixed.
    With one axis seen it is a column, or a row if `row` says so. `part` marks a row or column of a matrix (W_{j:})."""
    tensor: str
    at: tuple[Position | None, ...] = ()
    row: bool = False
    part: bool = False


@record
class Constant(Tree):
    value: Rational


@record
class Ones(Tree):
    """The column of ones over an axis."""
    axis: Axis


@record
class Identity(Tree):
    axis: Axis


@record
class Unit(Tree):
    """The column that is 1 at a position and 0 elsewhere."""
    axis: Axis
    at: Position


@record
class Transpose(Tree):
    body: Tree


@record
class Product(Tree):
    """The matrix product; an outer product is a column times a row, an inner product a row times a column."""
    factors: tuple[Tree, ...]


@record
class Hadamard(Tree):
    """The product entry by entry."""
    factors: tuple[Tree, ...]


@record
class Quotient(Tree):
    """The quotient entry by entry."""
    above: Tree
    below: Tree


@record
class Raised(Tree):
    """Each entry to the power."""
    body: Tree
    exponent: Rational


@record
class Scale(Tree):
    """coefficient · Π above / Π below · body, where all but the body are numbers."""
    coefficient: Rational
    above: tuple[Tree, ...]
    below: tuple[Tree, ...]
    body: Tree


@record
class Plus(Tree):
    terms: tuple[Tree, ...]


@record
class Elementwise(Tree):
    """A scalar function, `order` times differentiated, at each entry of the first argument; further arguments are parameters."""
    function: str
    arguments: tuple[Tree, ...]
    order: int = 0


@record
class VectorMap(Tree):
    """A vector function of a vector, or of each of the "rows" or "columns" of a matrix."""
    function: str
    body: Tree
    along: str = ""


@record
class Mask(Tree):
    """1 at the entries where the condition holds, else 0."""
    left: Tree
    relation: str
    right: Tree


@record
class Diagonal(Tree):
    """The matrix with this vector (column or row) on its diagonal."""
    body: Tree


@record
class Kronecker(Tree):
    """left ⊗ right: each entry of the left times the whole right."""
    left: Tree
    right: Tree


@record
class SquaredNorm(Tree):
    """The sum of the squares of all entries."""
    body: Tree
    matrix: bool = False


UNIT_CONSTANT = Constant(1)


def scale(coefficient: Rational, above: tuple[Tree, ...], below: tuple[Tree, ...], body: Tree) -> Tree:
    """The scaled body: scales inside it are collected, a scale by 1 left out."""
    if isinstance(body, Scale):
        coefficient, above, below, body = coefficient * body.coefficient, above + body.above, below + body.below, body.body
    if isinstance(body, Constant) and body.value != 1:
        coefficient, body = coefficient * body.value, UNIT_CONSTANT
    if body == UNIT_CONSTANT and not above and not below:
        return Constant(coefficient)
    if body == UNIT_CONSTANT and coefficient == 1 and len(above) == 1 and not below:
        return above[0]
    if coefficient == 1 and not above and not below:
        return body
    return Scale(coefficient, above, below, body)


def product(*factors: Tree) -> Tree:
    """The matrix product, scales brought to the front and products inside products opened."""
    return _gathered(Product, factors)


def hadamard(*factors: Tree) -> Tree:
    """The product entry by entry, scales brought to the front."""
    return _gathered(Hadamard, factors)


def _gathered(kind: type[Product] | type[Hadamard], factors: tuple[Tree, ...]) -> Tree:
    coefficient: Rational = 1
    above: tuple[Tree, ...] = ()
    below: tuple[Tree, ...] = ()
    kept: list[Tree] = []
    for factor in factors:
        if isinstance(factor, Scale):
            coefficient, above, below = coefficient * factor.coefficient, above + factor.above, below + factor.below
            factor = factor.body
        kept.extend(factor.factors if isinstance(factor, kind) else (factor,))
    return scale(coefficient, above, below, kept[0] if len(kept) == 1 else kind(tuple(kept)))


def transpose(tree: Tree) -> Tree:
    """The transpose: through products and scales, and else as a mark on the factor."""
    match tree:
        case Transpose(body):
            return body
        case Product(factors):
            return Product(tuple(transpose(f) for f in reversed(factors)))
        case Scale(coefficient, above, below, body):
            return Scale(coefficient, above, below, transpose(body))
        case Kronecker(left, right):
            return Kronecker(transpose(left), transpose(right))
        case Diagonal() | Identity() | SquaredNorm() | Constant():
            return tree
        case Leaf(_, at) if None not in at:
            return tree
    return Transpose(tree)


def diagonal(body: Tree) -> Tree:
    if isinstance(body, Scale):
        return Scale(body.coefficient, body.above, body.below, diagonal(body.body))
    return Diagonal(body.body if isinstance(body, Transpose) else body)
