"""A structured array written out, near the speed of memory: sums by BLAS first, then scaled copies, long rows innermost."""
from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING

from .contraction import Labels, Operand, contract, diagonal
from .summand import Summand, common, components, open_labels, without

if TYPE_CHECKING:
    import numpy as np

BLOCKS = 8
"""A symmetric product is made in so many strips, each up to the diagonal: 9/16 of the work of the whole."""

SMALL, WIDE = 10_000, 2_000
"""From so many entries on and with rows up to so long, an outer product is quicker by BLAS than by broadcasting."""


def dense(summands: Sequence[Summand], shape: tuple[int, ...], dtype: object, out: np.ndarray | None = None) -> np.ndarray:
    """The whole array; into `out` where one is given."""
    import numpy as np
    rank = len(shape)
    groups: dict[Labels, list[Summand]] = {}
    for s in summands:
        tied = s.tied(rank)
        groups.setdefault(tuple(tied[k] for k in range(rank)), []).append(s)
    plain = tuple(range(rank))
    if plain in groups:
        result = np.empty(shape, dtype) if out is None else out
        _fill(result, groups.pop(plain), plain, shape)
    elif out is None:
        result = np.zeros(shape, dtype)
    else:
        result = out
        result[...] = 0
    for labels, group in groups.items():
        view, once = diagonal(result, labels)
        made = np.empty(view.shape, dtype)
        _fill(made, group, once, shape)
        view += made
    return result


def _fill(view: np.ndarray, group: Sequence[Summand], labels: Labels, shape: tuple[int, ...]) -> None:
    """view = Σ of the group, over its labels."""
    rank = len(shape)
    terms = [(s.coefficient, s.mapped(s.tied(rank))) for s in group]
    sizes = {k: n for s in group for k, n in s.sizes(shape).items()}
    shared = common([operands for _, operands in terms], rank)
    rests = [(c, without(operands, shared)) for c, operands in terms]
    if len(rests) > 1 and open_labels([o for _, rest in rests for o in rest], rank) == tuple(sorted(labels)):
        _outer(view, _reduced(terms[0][1], rank, sizes), labels, terms[0][0])
        for c, operands in terms[1:]:
            _outer_added(view, _reduced(operands, rank, sizes), labels, c)
        return
    if len(rests) == 1:
        c, operands = terms[0]
        _outer(view, _reduced(operands, rank, sizes), labels, c)
        return
    over = open_labels([o for _, rest in rests for o in rest], rank)
    total = _whole(rests[0][1], over, rank, sizes) * rests[0][0]
    for c, rest in rests[1:]:
        total += c * _whole(rest, over, rank, sizes)
    _outer(view, [*shared, (total, over)], labels, 1)


def _whole(operands: Sequence[Operand], over: Labels, rank: int, sizes: dict[int, int]) -> np.ndarray:
    """A product as an array over these labels."""
    return contract(_reduced(operands, rank, sizes), over, sizes)


def _reduced(operands: Sequence[Operand], rank: int, sizes: dict[int, int]) -> list[Operand]:
    """The product with its sums done."""
    out: list[Operand] = []
    for group in components(operands, rank):
        if all(k < rank for _, own in group for k in own):
            out += group
        else:
            labels = open_labels(group, rank)
            found = symmetric(group, labels, rank)
            out.append((found, labels) if found is not None else (contract(group, labels, sizes), labels))
    return out


def symmetric(group: Sequence[Operand], labels: Labels, rank: int) -> np.ndarray | None:
    """Σ_r w_r A_rj A_rl computed as what it is, symmetric; None for anything else."""
    import numpy as np
    if len(labels) != 2:
        return None
    pair = [o for o in group if open_labels([o], rank)]
    weights = [o for o in group if not open_labels([o], rank)]
    if len(pair) != 2 or pair[0][0] is not pair[1][0] or any(len(o[1]) != 2 for o in pair):
        return None
    (array, first), (_, second) = pair
    summed = [k for k in first if k >= rank]
    if len(summed) != 1 or first.index(summed[0]) != (second.index(summed[0]) if summed[0] in second else -1):
        return None
    if any(own != (summed[0],) for _, own in weights):
        return None
    rows = array if first[0] == summed[0] else array.T
    weighted = rows
    for weight, _ in weights:
        weighted = weighted * weight[:, None]
    n = rows.shape[1]
    out = np.empty((n, n), np.result_type(rows, weighted))
    step = -(-n // BLOCKS)
    for start in range(0, n, step):
        end = min(start + step, n)
        np.matmul(weighted[:, start:end].T, rows[:, :end], out=out[start:end, :end])
        corner = np.tril(out[start:end, start:end])
        out[start:end, start:end] = corner + np.tril(corner, -1).T
        out[:start, start:end] = out[start:end, :start].T
    return out


def _outer_added(view: np.ndarray, operands: Sequence[Operand], labels: Labels, c: float) -> None:
    import numpy as np
    more = np.empty(view.shape, view.dtype)
    _outer(more, operands, labels, c)
    view += more


def _outer(view: np.ndarray, operands: Sequence[Operand], labels: Labels, c: float) -> None:
    """view = c · the product, where nothing is left to sum: the operands are multiplied, those that stay smallest first, until two are
    left to fill the view."""
    import numpy as np
    sizes = dict(zip(labels, view.shape, strict=True))
    left = [diagonal(*o) if len(set(o[1])) != len(o[1]) else o for o in operands]
    if c != 1 or not left:
        left.append((np.asarray(c, view.dtype), ()))
    heads = [o for o in left if labels and labels[0] in o[1]]
    if len(heads) == 1 and len(heads[0][1]) == 1 and len(left) > 2:                # scaled copies of what stands at the other axes
        inner = np.empty(view.shape[1:], view.dtype)
        _outer(inner, [o for o in left if o is not heads[0]], labels[1:], 1)
        np.multiply(heads[0][0].reshape(-1, *[1] * inner.ndim), inner, out=view)
        return
    while len(left) > 2 or (len(left) == 2 and not left[-1][1]):
        i, j = min(((i, j) for i in range(len(left)) for j in range(i)), key=lambda p: _count({*left[p[0]][1], *left[p[1]][1]}, sizes))
        own = tuple(k for k in labels if k in left[i][1] or k in left[j][1])
        made = _spread(left[i], own) * _spread(left[j], own)
        left = [o for n, o in enumerate(left) if n not in (i, j)] + [(made, own)]
    if len(left) == 1:
        view[...] = _spread(left[0], labels)
    elif not _by_rows(view, left, labels):
        np.multiply(_spread(left[0], labels), _spread(left[1], labels), out=view)


def _count(labels: set[int], sizes: dict[int, int]) -> int:
    return prod(sizes[k] for k in labels)


def _by_rows(view: np.ndarray, pair: Sequence[Operand], labels: Labels) -> bool:
    """Fills the last two axes as columns times rows, by BLAS, where each has a factor of its own; says whether it could."""
    import numpy as np
    if len(labels) < 2 or prod(view.shape[-2:]) < SMALL or view.shape[-1] > WIDE or not view.flags.c_contiguous:
        return False
    column = [o for o in pair if labels[-2] in o[1] and labels[-1] not in o[1]]
    row = [o for o in pair if labels[-1] in o[1] and labels[-2] not in o[1]]
    if not column or not row:
        return False
    first, second = _spread(column[0], labels), _spread(row[0], labels)
    outside = view.shape[:-2]
    first, second = (np.broadcast_to(a, (*outside, *a.shape[-2:])) for a in (first, second))
    for place in np.ndindex(*outside):
        np.dot(first[place], second[place], out=view[place])
    return True


def _spread(o: Operand, labels: Labels) -> np.ndarray:
    """The array with an axis for each label, of one entry where it has none."""
    array, own = o
    turned = array.transpose([own.index(k) for k in labels if k in own])
    return turned[tuple(slice(None) if k in own else None for k in labels)]
