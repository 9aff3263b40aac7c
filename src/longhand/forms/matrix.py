"""The matrix form of an index expression: the tree that can be printed and turned into code, or the reason why there is none."""
from __future__ import annotations

from collections.abc import Iterable

from ..core.axis import Index
from ..core.equation import Program
from ..core.expr import Add, Apply, Component, Expr, Holds, Mul, Power, Sum
from ..core.problem import Notation
from ..core.record import record
from ..core.walk import free, separate
from .matrix_pieces import COUNTS, Group, NoMatrixForm, Parts
from .matrix_tree import Kronecker, Tree, scale
from .matrix_view import View


@record
class Factor:
    """A factor of an expression that has too many free indices for one matrix: its entry over `axes`."""
    tree: Tree
    axes: tuple[Index, ...]


@record
class MatrixForm:
    """The tree, or the sentence that says why there is none.

    With three or more free indices the entry may still be a product of entries of `factors`, each a matrix or vector of its own
    (∂ŷ_k/∂W_ij = A_kj x_i), and `stacked` the matrix that it becomes with the columns of W stacked in one vector: A ⊗ xᵀ.
    """
    tree: Tree | None
    why_not: str = ""
    factors: tuple[Factor, ...] = ()
    stacked: Tree | None = None


def matrix_form(e: Expr, axes: tuple[Index, ...], program: Program, notation: Notation) -> MatrixForm:
    """The expression as a matrix over `axes` (two), a vector (one) or a number (none); other free indices are held fixed. Never raises."""
    opened = free(e)
    if any(index in opened for index in _bound(e)):
        e = separate(e, set(opened))
    view = View(program, notation, opened - frozenset(axes), notation.layout == "row")
    try:
        if len(axes) > 2:
            return _large(view, e, axes)
        return MatrixForm(view.target(e, axes))
    except NoMatrixForm as reason:
        return MatrixForm(None, str(reason))


def _large(view: View, e: Expr, axes: tuple[Index, ...]) -> MatrixForm:
    """An entry with more indices than a matrix has: in factors, where it is a product."""
    why = f"The entry has {COUNTS.get(len(axes), len(axes))} free indices, a matrix has two"
    if isinstance(e, Add):
        return MatrixForm(None, why + ".")
    flat, bound = view.flat(e)
    parts = view.taken_apart(flat, axes)
    view.contract(parts, bound)
    found: list[Factor] = []
    taken: set[Index] = set()
    for group in sorted(parts.groups.values(), key=lambda g: -len(g.indices)):
        mine = frozenset(group.indices)
        if mine <= taken and len(mine) == 1:
            continue
        found.append(_assembled(view, parts.groups, tuple(i for i in axes if i in mine), taken))
        taken |= mine
    if len(found) < 2:
        return MatrixForm(None, why + ".")
    found[0] = Factor(_scaled(parts, found[0].tree), found[0].axes)
    return MatrixForm(None, why + "; it is a product of the entries of smaller factors.", tuple(found), _stacked(view, parts, axes))


def _assembled(view: View, groups: dict[frozenset[Index], Group], axes: tuple[Index, ...], taken: set[Index]) -> Factor:
    """The groups that live on these indices as one factor, vectors that an earlier factor took left out."""
    mine = {key: g for key, g in groups.items() if key == frozenset(axes) or (len(key) == 1 and key <= frozenset(axes) and not key & taken)}
    return Factor(view.assembled(mine, axes).tree, axes)


def _scaled(parts: Parts, tree: Tree) -> Tree:
    return scale(parts.coefficient, tuple(parts.above), tuple(parts.below), tree)


def _stacked(view: View, parts: Parts, axes: tuple[Index, ...]) -> Tree | None:
    """left ⊗ right for the columns of the matrices stacked: (k; i, j) or (i, j; l, m) with `left` over the second of each pair."""
    if len(axes) == 4:
        sides = [((axes[1], axes[3]), (axes[0], axes[2]))]
    elif len(axes) == 3:
        k, i, j = axes
        sides = [((k, j), (i,)), ((j,), (k, i))]
    else:
        return None
    for left, right in sides:
        if all(key <= frozenset(left) or key <= frozenset(right) for key in parts.groups):
            trees = [_side(view, parts.groups, side) for side in (left, right)]
            if None not in trees:
                return Kronecker(_scaled(parts, trees[0]), trees[1])
    return None


def _side(view: View, groups: dict[frozenset[Index], Group], side: tuple[Index, ...]) -> Tree | None:
    """One side of ⊗: a matrix, or for one index a row."""
    mine = {key: group for key, group in groups.items() if key <= frozenset(side)}
    if not mine or frozenset().union(*mine) != frozenset(side):
        return None
    return view.assembled(mine, side).as_(*side) if len(side) == 2 else view.assembled(mine, side).as_(None, side[0])


def _bound(e: Expr) -> Iterable[Index]:
    match e:
        case Sum(index, body) | Component(_, index, body, _):
            yield index
            yield from _bound(body)
        case Add(parts) | Mul(parts) | Apply(_, parts):
            for part in parts:
                yield from _bound(part)
        case Power(base, _):
            yield from _bound(base)
        case Holds(left, _, right):
            yield from _bound(left)
            yield from _bound(right)
