"""The matrix view of one expression: Hadamard, inner, outer and matrix products. Layout first appears here.

Each factor becomes a piece that knows which index runs down and which across. Pieces over the same indices are merged entry by
entry, each bound index is contracted, smallest rank first, and what is left is put together over the target's indices.
"""
from __future__ import annotations

from ..core.axis import Index, fresh
from ..core.equation import Program
from ..core.expr import (
    Add,
    Apply,
    Component,
    Delta,
    Entry,
    Expr,
    Holds,
    Mul,
    Number,
    Position,
    Power,
    Rational,
    Sum,
    factors,
)
from ..core.problem import Notation
from ..core.record import record
from ..core.walk import all_indices, free, indices_of, rename
from .letters import appearing
from .matrix_pieces import COUNTS, Group, NoMatrixForm, Parts, Piece, is_product, put, rewrapped, square_of
from .matrix_tree import (
    UNIT_CONSTANT,
    Constant,
    Elementwise,
    Identity,
    Leaf,
    Mask,
    Ones,
    Plus,
    Quotient,
    Raised,
    Scale,
    SquaredNorm,
    Tree,
    Unit,
    VectorMap,
    diagonal,
    hadamard,
    product,
    scale,
    transpose,
)
from .symbols import is_row


@record
class View:
    """The matrix view of expressions in one program: `fixed` indices stay indices, and vectors stand as rows or columns."""
    program: Program
    notation: Notation
    fixed: frozenset[Index]
    rows: bool

    def target(self, e: Expr, axes: tuple[Index, ...]) -> Tree:
        piece = self.view(e, axes)
        if isinstance(piece.tree, Constant) and axes:
            return piece.tree if piece.tree.value == 0 else scale(piece.tree.value, (), (), self.ones(axes))
        return self.spread(piece, axes)

    def seen(self, e: Expr) -> frozenset[Index]:
        """The free indices that are not held fixed."""
        return free(e) - self.fixed if self.fixed else free(e)

    # ---- one node -------------------------------------------------------------------------------------------------

    def view(self, e: Expr, want: tuple[Index, ...]) -> Piece:
        """The expression over its own indices (at most two), turned towards the order of `want`."""
        match e:
            case Number(value):
                return Piece(Constant(value))
            case Entry():
                return self.leaf(e)
            case Delta(left, right):
                return self.delta(left, right)
            case Add(parts):
                signs = [self.view(p, want) for p in parts]
                axes = self.order(e, want)
                return self.over(Plus(tuple(self.beside(s, axes) for s in signs)), axes)
            case Holds(left, relation, right):
                axes = self.order(e, want)
                return self.over(Mask(self.beside(self.view(left, want), axes), relation, self.beside(self.view(right, want), axes)), axes)
            case Apply(function, arguments, order):
                axes = self.order(e, want)
                trees = tuple(self.beside(self.view(a, want), axes) for a in arguments)
                return self.over(Elementwise(function, trees, order), axes)
            case Power(base, exponent) if exponent > 0:
                axes = self.order(e, want)
                return self.over(Raised(self.beside(self.view(base, want), axes), exponent), axes)
            case Component(function, index, body, at):
                return self.component(function, index, body, at, want)
        return self.term(e, want)

    def leaf(self, e: Entry) -> Piece:
        seen: list[Index] = []
        at: list[Position | None] = []
        for p in e.at:
            if isinstance(p, Index) and p not in self.fixed:
                if p in seen:
                    raise NoMatrixForm(f"It takes the diagonal of {e.tensor}, which no product of matrices does.")
                seen.append(p)
                at.append(None)
            elif indices_of(p) <= self.fixed:
                at.append(p)
            else:
                raise NoMatrixForm(f"It reads {e.tensor} at a moving position, as a convolution or a look-up does and no matrix product.")
        if len(seen) > 2:
            raise NoMatrixForm(f"It uses {e.tensor}, which has {COUNTS.get(len(seen), len(seen))} axes.")
        if len(seen) == 2:
            return Piece(Leaf(e.tensor, tuple(at)), *seen)
        if not seen:
            return Piece(Leaf(e.tensor, tuple(at)))
        known = self.program.tensors.get(e.tensor)
        part = len(at) > 1 and known is not None and known.role == "parameter"
        row = at[-1] is None if part else is_row(self.notation, e.tensor)
        tree = Leaf(e.tensor, tuple(at), row, part)
        return Piece(tree, None, seen[0]) if row else Piece(tree, seen[0])

    def delta(self, left: Position, right: Position) -> Piece:
        moving = [p for p in (left, right) if not indices_of(p) <= self.fixed]
        if not all(isinstance(p, Index) for p in moving) or not moving:
            raise NoMatrixForm("It compares two positions in a way that no matrix expresses.")
        if len(moving) == 2:
            if left.axis != right.axis:
                raise NoMatrixForm(f"It compares positions on the axes {left.axis.name} and {right.axis.name}.")
            return Piece(Identity(left.axis), left, right)
        still = right if moving[0] is left else left
        return Piece(Unit(moving[0].axis, still), moving[0])

    def component(self, function: str, index: Index, body: Expr, at: Position, want: tuple[Index, ...]) -> Piece:
        if index in self.fixed or index in want:
            other = fresh(index.axis, all_indices(body) | self.fixed | set(want) | indices_of(at))
            body, index = rename(body, {index: other}), other
        inner = self.view(body, tuple(index if i == at else i for i in want))
        if index not in inner.indices:
            raise NoMatrixForm(f"{function} is taken of a constant vector.")
        along = "" if len(inner.indices) == 1 else "rows" if inner.across == index else "columns"
        if isinstance(at, Index) and at not in self.fixed and at not in inner.indices:
            turned = {index: at}
            return Piece(VectorMap(function, inner.tree, along), turned.get(inner.down, inner.down), turned.get(inner.across, inner.across))
        if indices_of(at) <= self.fixed and not along:
            column = Piece(VectorMap(function, inner.tree), inner.down, inner.across).as_(index, None)
            return Piece(product(transpose(Unit(index.axis, at)), column))
        raise NoMatrixForm(f"One entry of {function} is taken at a position that depends on the row.")

    # ---- indices and shapes ---------------------------------------------------------------------------------------

    def order(self, e: Expr, want: tuple[Index, ...]) -> tuple[Index, ...]:
        """The indices of e: as in `want` where that has them, else in the order of reading."""
        seen = self.seen(e)
        if len(seen) > 2:
            raise NoMatrixForm(f"A part of it has {COUNTS.get(len(seen), len(seen))} free indices, a matrix has two.")
        if len(seen) < 2:
            return tuple(seen)
        if seen <= set(want):
            return tuple(i for i in want if i in seen)
        return tuple(dict.fromkeys(i for i in appearing(e) if i in seen))

    def over(self, tree: Tree, axes: tuple[Index, ...]) -> Piece:
        """The tree as a piece over these indices; a vector stands as the layout has it."""
        if len(axes) == 1:
            return Piece(tree, None, axes[0]) if self.rows else Piece(tree, axes[0])
        return Piece(tree, *axes)

    def spread(self, piece: Piece, axes: tuple[Index, ...]) -> Tree:
        """The tree of the piece over these indices, repeated along those that it does not have."""
        has = piece.indices
        if len(axes) == 2:
            i, j = axes
            if len(has) == 2:
                return piece.as_(i, j)
            if has == (i,):
                return product(piece.as_(i, None), transpose(Ones(j.axis)))
            if has == (j,):
                return product(Ones(i.axis), piece.as_(None, j))
        if len(has) == len(axes):
            return piece.tree if not axes else piece.as_(*((None, axes[0]) if self.rows else (axes[0], None)))
        match piece.tree:
            case Scale(coefficient, above, below, body):
                return scale(coefficient, above if body == UNIT_CONSTANT else (*above, body), below, self.ones(axes))
        return scale(1, (piece.tree,), (), self.ones(axes))

    def beside(self, piece: Piece, axes: tuple[Index, ...]) -> Tree:
        """As `spread`, but a plain number beside a vector stays a number: 1 - h."""
        return piece.tree if isinstance(piece.tree, Constant) else self.spread(piece, axes)

    def ones(self, axes: tuple[Index, ...]) -> Tree:
        if len(axes) == 2:
            return product(Ones(axes[0].axis), transpose(Ones(axes[1].axis)))
        return transpose(Ones(axes[0].axis)) if self.rows else Ones(axes[0].axis)

    # ---- products -------------------------------------------------------------------------------------------------

    def term(self, e: Expr, want: tuple[Index, ...]) -> Piece:
        """A product, sums over bound indices included."""
        factors, bound = self.flat(e)
        spread = next((f for f in factors if isinstance(f, Add) and self.must_spread(f)), None)
        if spread is not None:
            rest = [f for f in factors if f is not spread]
            axes = self.order(e, want)
            pieces = [self.view(rewrapped((*rest, part), bound), want) for part in spread.terms]
            return self.over(Plus(tuple(self.spread(p, axes) for p in pieces)), axes)
        parts = self.taken_apart(factors, want)
        self.contract(parts, bound)
        seen = frozenset().union(*parts.groups)
        if len(seen) > 2:
            raise NoMatrixForm(f"A part of it has {COUNTS.get(len(seen), len(seen))} free indices, a matrix has two.")
        axes = tuple(i for i in want if i in seen) if seen <= set(want) else self.order(e, want)
        piece = self.assembled(parts.groups, axes)
        return Piece(scale(parts.coefficient, tuple(parts.above), tuple(parts.below), piece.tree), piece.down, piece.across)

    def must_spread(self, e: Add) -> bool:
        """A sum that has to be multiplied out: it holds a Kronecker delta, or too many indices."""
        return len(self.seen(e)) > 2 or any(isinstance(f, Delta) for part in e.terms for f in factors(part))

    def flat(self, e: Expr) -> tuple[list[Expr], list[Index]]:
        """Factors and bound indices, the latter all different."""
        factors: list[Expr] = []
        bound: list[Index] = []
        used = set(free(e))
        waiting = [e]
        while waiting:
            node = waiting.pop()
            if isinstance(node, Mul):
                waiting.extend(reversed(node.factors))
            elif isinstance(node, Sum):
                index, body = node.index, node.body
                if index in used:
                    index = fresh(index.axis, used | all_indices(body))
                    body = rename(body, {node.index: index})
                used.add(index)
                bound.append(index)
                waiting.append(body)
            else:
                factors.append(node)
        return factors, bound

    def taken_apart(self, factors: list[Expr], want: tuple[Index, ...]) -> Parts:
        parts = Parts(1, [], [], {})
        coefficient: Rational = 1
        for factor in factors:
            if isinstance(factor, Number):
                coefficient *= factor.value
                continue
            divides = isinstance(factor, Power) and factor.exponent < 0
            if divides:
                factor = factor.base if factor.exponent == -1 else Power(factor.base, -factor.exponent)
            piece = self.view(factor, want)
            if not piece.indices:
                if isinstance(piece.tree, Constant) and not divides:
                    coefficient *= piece.tree.value
                else:
                    (parts.below if divides else parts.above).append(piece.tree)
                continue
            put(parts.groups, piece, divides)
        return Parts(coefficient, parts.above, parts.below, parts.groups)

    def contract(self, parts: Parts, bound: list[Index]) -> None:
        """Bound indices contracted, the one that touches fewest matrices first."""
        groups, left = parts.groups, list(bound)
        while left:
            touching = {b: [key for key in groups if b in key and len(key) == 2] for b in left}
            b = min(left, key=lambda b: len(touching[b]))
            left.remove(b)
            matrices = [groups.pop(key) for key in touching[b]]
            vector = groups.pop(frozenset((b,)), None)
            if not matrices:
                parts.above.append(self.inner(b, vector))
            elif len(matrices) == 1:
                other = next(i for i in matrices[0].indices if i != b)
                lone = vector is None and other in left and not any(other in key for key in groups)
                tree = self.merged(matrices[0], other, b)
                if lone:
                    left.remove(other)
                    parts.above.append(self.total(matrices[0]))
                elif self.rows:
                    v = transpose(Ones(b.axis)) if vector is None else self.merged(vector, None, b)
                    put(groups, Piece(product(v, self.merged(matrices[0], b, other)), None, other))
                else:
                    v = Ones(b.axis) if vector is None else self.merged(vector, b, None)
                    put(groups, Piece(product(tree, v), other))
            elif len(matrices) == 2:
                i, j = (next(x for x in m.indices if x != b) for m in matrices)
                middle = () if vector is None else (diagonal(self.upright(vector)),)
                put(groups, Piece(product(self.merged(matrices[0], i, b), *middle, self.merged(matrices[1], b, j)), i, j))
            else:
                raise NoMatrixForm(f"One index joins {COUNTS.get(len(matrices), len(matrices))} matrices, a matrix product joins two.")

    def inner(self, b: Index, vector: Group | None) -> Tree:
        """The sum over b of what stands there: an inner product, a squared norm, or the total 1ᵀv."""
        if vector is None:
            return product(transpose(Ones(b.axis)), Ones(b.axis))
        tree = self.merged(vector, b, None)
        if (squared := square_of(tree)) is not None:
            return SquaredNorm(squared)
        if len(vector.above) > 1 and not vector.below:
            first, *rest = sorted(vector.above, key=is_product)
            second = hadamard(*(p.as_(b, None) for p in rest))
            return product(first.as_(None, b), second)
        return product(transpose(Ones(b.axis)), tree)

    def total(self, matrix: Group) -> Tree:
        """The sum of all entries of a matrix that stands as it is written: a squared norm, or 1ᵀM1."""
        down, across = (matrix.above or matrix.below)[0].indices
        tree = self.merged(matrix, down, across)
        if (squared := square_of(tree)) is not None:
            return SquaredNorm(squared, True)
        return product(transpose(Ones(down.axis)), tree, Ones(across.axis))

    def upright(self, vector: Group) -> Tree:
        """A vector as the layout has it."""
        (i,) = vector.indices
        return self.merged(vector, None, i) if self.rows else self.merged(vector, i, None)

    def merged(self, group: Group, down: Index | None, across: Index | None) -> Tree:
        """The group as one tree. Products of matrices stand last among columns and first among rows, as upstream gradients do."""
        above = sorted(group.above, key=is_product, reverse=self.rows)
        tree = hadamard(*(p.as_(down, across) for p in above)) if above else UNIT_CONSTANT
        return Quotient(tree, hadamard(*(p.as_(down, across) for p in group.below))) if group.below else tree

    def assembled(self, groups: dict[frozenset[Index], Group], axes: tuple[Index, ...]) -> Piece:
        """What is left after contraction, as one piece over these indices."""
        if not axes:
            return Piece(UNIT_CONSTANT)
        if len(axes) == 1:
            down, across = (None, axes[0]) if self.rows else (axes[0], None)
            return Piece(self.merged(groups[frozenset(axes)], down, across), down, across)
        i, j = axes
        u, v, m = groups.get(frozenset((i,))), groups.get(frozenset((j,))), groups.get(frozenset(axes))
        if m is None:
            assert u is not None and v is not None
            return Piece(product(self.merged(u, i, None), self.merged(v, None, j)), i, j)
        matrix = self.merged(m, i, j)
        if isinstance(matrix, Identity) and (u or v):
            same = [self.upright(g) for g in (u, v) if g is not None]
            return Piece(diagonal(hadamard(*same)), i, j)
        left = () if u is None else (diagonal(self.upright(u)),)
        right = () if v is None else (diagonal(self.upright(v)),)
        return Piece(product(*left, matrix, *right) if left or right else matrix, i, j)
