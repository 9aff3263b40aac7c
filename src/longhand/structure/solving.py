"""Linear systems by structure: diagonal, blocks, a Kronecker product, a diagonal and a little more."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING

from ..errors import DataError, NotUnderstood, ShapeError
from .contraction import Operand, contract
from .dense import dense
from .summand import Summand, common, components, open_labels, without

if TYPE_CHECKING:
    import numpy as np

LARGEST = 4096
"""Rows of a block that is solved as a full matrix."""
SINGULAR = "The matrix is singular"


def solved(summands: Sequence[Summand], shape: tuple[int, ...], rows: int, right: np.ndarray) -> np.ndarray:
    """x with A x = right, over the columns' axes. NotUnderstood where the structure gives no way, DataError where A is singular."""
    rank = len(shape)
    if shape[:rows] != shape[rows:]:
        raise ShapeError(f"Only a square matrix has a solution for every right side; this one is {_by(shape[:rows])} by {_by(shape[rows:])}.")
    if not summands:
        raise DataError(f"{SINGULAR}: it is 0.")
    pairs = [_pairs(s, rank, rows) for s in summands]
    shared = set.intersection(*pairs)
    if all(len(p) == rows for p in pairs) and len(shared) == rows:
        return _by_diagonal(summands, shape, rows, dict(shared), right)
    if shared:
        return _by_blocks(summands, shape, rows, dict(shared), right)
    if not any(s.deltas for s in summands) and (single := _common(summands, shape, rows)) is not None:
        return _by_kronecker(single, shape, rows, right)
    along = {(k, k + rows) for k in range(rows)}
    straight = [s for s, p in zip(summands, pairs, strict=True) if p == along]
    if straight:
        found = _by_woodbury(straight, [s for s, p in zip(summands, pairs, strict=True) if p != along], shape, rows, right)
        if found is not None:
            return found
    raise NotUnderstood(f"A sum of {len(summands)} products without a common structure cannot be solved by its factors.",
                        suggestion="numpy.linalg.solve with todense() solves it, and matvec serves an iterative method.")


def _by(shape: Sequence[int]) -> str:
    return "×".join(map(str, shape)) or "1"


def _pairs(s: Summand, rank: int, rows: int) -> set[tuple[int, int]]:
    """(row label, column label) of the deltas between a row and a column."""
    return {(min(d), max(d)) for d in s.deltas if min(d) < rows <= max(d)}


def _by_diagonal(summands: Sequence[Summand], shape: tuple[int, ...], rows: int, paired: dict[int, int], right: np.ndarray) -> np.ndarray:
    entries = _diagonal(summands, shape, rows)
    if not entries.all():
        raise DataError(f"{SINGULAR}: its diagonal holds a 0.")
    found = right / entries
    return found.transpose([row for _, row in sorted((column, row) for row, column in paired.items())])


def _diagonal(summands: Sequence[Summand], shape: tuple[int, ...], rows: int) -> np.ndarray:
    """The entries of a diagonal matrix, over its rows."""
    total = None
    for s in summands:
        part = s.coefficient * contract(s.mapped(s.tied(len(shape))), tuple(range(rows)), s.sizes(shape))
        total = part if total is None else total + part
    return total


def _by_blocks(summands: Sequence[Summand], shape: tuple[int, ...], rows: int, paired: dict[int, int], right: np.ndarray) -> np.ndarray:
    """One matrix for each value of the paired axes."""
    import numpy as np
    rank = len(shape)
    blocks = tuple(sorted(paired))
    inner_rows = tuple(k for k in range(rows) if k not in paired)
    inner_columns = tuple(k for k in range(rows, rank) if k not in paired.values())
    order = (*blocks, *inner_rows, *inner_columns)
    size = prod(shape[k] for k in inner_rows)
    if size > LARGEST:
        raise NotUnderstood(f"The blocks have {size} rows each, and have no structure to be solved by.")
    back = {column: row for row, column in paired.items()}
    kept = []
    for s in summands:
        rest = replace(s, deltas=tuple(d for d in s.deltas if (min(d), max(d)) not in paired.items()))
        kept.append(rest.relabelled({k: back.get(k, k) for k in s.tied(rank)}))
    place = {k: n for n, k in enumerate(order)}
    high = len(order) + rank
    moved = [s.relabelled({k: place.get(k, k + high) for k in s.tied(rank)}) for s in kept]
    matrices = dense(moved, tuple(shape[k] for k in order), right.dtype).reshape(*(shape[k] for k in blocks), size, size)
    sides = right.transpose((*blocks, *inner_rows)).reshape(*(shape[k] for k in blocks), size, 1)
    found = _full(matrices, sides).reshape([shape[k] for k in (*blocks, *inner_rows)])
    columns = (*(paired[k] for k in blocks), *inner_columns)
    return np.ascontiguousarray(found.transpose([columns.index(k) for k in range(rows, rank)]))


def _common(summands: Sequence[Summand], shape: tuple[int, ...], rows: int) -> Summand | None:
    """The sum as one product: what all share, and the rest as one array; None where the rest is too large for that."""
    if len(summands) == 1:
        return summands[0]
    shared = common([s.factors for s in summands], len(shape))
    rests = [replace(s, factors=tuple(without(s.factors, shared)), names=()) for s in summands]
    labels = open_labels([o for s in rests for o in s.factors], len(shape))
    if prod(shape[k] for k in labels if k < rows) > LARGEST or prod(shape[k] for k in labels if k >= rows) > LARGEST:
        return None
    sizes = {k: n for s in summands for k, n in s.sizes(shape).items()}
    total = sum(s.coefficient * contract(s.factors, labels, sizes) for s in rests)
    return Summand(1.0, (), (*shared, (total, labels)), ("",) * (len(shared) + 1))


def _by_kronecker(s: Summand, shape: tuple[int, ...], rows: int, right: np.ndarray) -> np.ndarray:
    """A product of matrices, each over axes of its own: solved one after the other."""
    rank = len(shape)
    sizes = s.sizes(shape)
    groups: list[list[Operand]] = []
    for group in components(s.factors, rank):
        mine = set(open_labels(group, rank))
        touching = [g for g in groups if mine & set(open_labels(g, rank))]
        groups = [g for g in groups if not any(g is t for t in touching)] + [[o for g in (*touching, group) for o in g]]
    found, have = right / s.coefficient, tuple(range(rows))
    for group in groups:
        labels = open_labels(group, rank)
        own_rows, own_columns = [k for k in labels if k < rows], [k for k in labels if k >= rows]
        height, width = prod(shape[k] for k in own_rows), prod(shape[k] for k in own_columns)
        if height != width:
            raise DataError(f"{SINGULAR}: one of its factors is {height} by {width}, so it has at most the rank {min(height, width)} there.")
        if height > LARGEST:
            raise NotUnderstood(f"A factor has {height} rows, and no structure to be solved by.")
        matrix = contract(group, (*own_rows, *own_columns), sizes).reshape(height, height)
        front = [have.index(k) for k in own_rows]
        others = [n for n in range(len(have)) if n not in front]
        turned = found.transpose([*front, *others])
        behind = turned.shape[len(front):]
        found = _full(matrix, turned.reshape(height, -1)).reshape(*(shape[k] for k in own_columns), *behind)
        have = (*own_columns, *(have[n] for n in others))
    if any(k < rows for k in have):
        raise DataError(f"{SINGULAR}: it is constant along an axis.")
    return found.transpose([have.index(k) for k in range(rows, rank)])


def _by_woodbury(straight: Sequence[Summand], low: Sequence[Summand], shape: tuple[int, ...], rows: int, right: np.ndarray) -> np.ndarray | None:
    """(D + U Vᵀ)⁻¹ b = D⁻¹b - D⁻¹U (1 + Vᵀ D⁻¹U)⁻¹ Vᵀ D⁻¹b, where the rest is a product of few columns; None where it is not."""
    import numpy as np
    size = right.size
    sides = [_columns(s, shape, rows) for s in low]
    if any(found is None for found in sides):
        return None
    entries = _diagonal(straight, shape, rows).reshape(size)
    U = np.concatenate([found[0] for found in sides], axis=1)      # type: ignore[index]
    V = np.concatenate([found[1] for found in sides], axis=1)      # type: ignore[index]
    if not entries.all() or U.shape[1] >= size:
        return None
    scaled = U / entries[:, None]
    start = right.reshape(size) / entries
    added = V.T @ scaled
    core = np.eye(U.shape[1], dtype=right.dtype) + added
    if np.linalg.svd(core, compute_uv=False).min() <= 8 * size * np.finfo(core.dtype).eps * (1 + np.abs(added).max()):
        raise DataError(f"{SINGULAR} to the digits of {core.dtype}.")
    return (start - scaled @ _full(core, V.T @ start)).reshape(right.shape)


def _columns(s: Summand, shape: tuple[int, ...], rows: int) -> tuple[np.ndarray, np.ndarray] | None:
    """(U, V) with U Vᵀ the summand; None where a factor holds rows and columns."""
    rank = len(shape)
    if s.deltas or any({k < rows for k in own if k < rank} == {True, False} for _, own in s.factors):
        return None
    sizes = s.sizes(shape)
    middle = tuple(sorted({k for _, own in s.factors for k in own if k >= rank}))
    left = [o for o in s.factors if any(k < rows for k in o[1])]
    right = [o for o in s.factors if not any(o is one for one in left)]
    U = contract(left, (*range(rows), *middle), sizes) if left else None
    V = contract(right, (*range(rows, rank), *middle), sizes) if right else None
    if U is None or V is None:
        return None
    return s.coefficient * U.reshape(prod(shape[:rows]), -1), V.reshape(prod(shape[rows:]), -1)


def _full(matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
    """numpy.linalg.solve that says no where a matrix is singular to the digits of its type."""
    import numpy as np
    try:
        found = np.linalg.solve(matrix, right)
        poor = np.linalg.cond(matrix, 1) if matrix.shape[-1] else np.zeros(())
    except np.linalg.LinAlgError:
        raise DataError(f"{SINGULAR}.") from None
    if not np.all(poor < 1 / np.finfo(matrix.dtype).eps):
        raise DataError(f"{SINGULAR} to the digits of {matrix.dtype}: its condition number is {np.max(poor):.1e}.")
    return found
