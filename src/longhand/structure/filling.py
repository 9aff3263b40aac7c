"""Ways to fill an array with a product whose factors carry labels: straight into place, long rows innermost."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING

from .contraction import Labels, Operand, once

if TYPE_CHECKING:
    import numpy as np

SMALL, WIDE = 10_000, 2_000
"""From so many entries on and with rows up to so long, an outer product is quicker by BLAS than by broadcasting."""

TILE = 32
"""Many products of matrices, each with fewer entries than so many times the length of a sum, are slower than one that is then put in order."""


def by_matmul(view: np.ndarray, pair: Sequence[Operand], labels: Labels, c: float, sizes: Mapping[int, int]) -> bool:
    """Fills the view by one product of matrices for each index of the first axes, straight into place; says whether it could. The last axes
    are the columns, which only one of the pair has, those before them the rows, which only the other has."""
    import numpy as np
    (a, rows), (b, columns) = pair if labels[-1] in pair[1][1] else pair[::-1]
    summed = tuple(k for k in rows if k not in labels)
    before, right = _split(labels, rows)
    outside, left = _split(before, columns)
    height, width, depth = (count(k, sizes) for k in (left, right, summed))
    if not left or not right or (outside and height * width < TILE * depth) or not view.flags.c_contiguous:
        return False
    first, second = _spread((c * a, rows), (*outside, *left, *summed)), _spread((b, columns), (*outside, *summed, *right))
    among = len(outside)
    first = np.ascontiguousarray(first).reshape(*first.shape[:among], height, depth)          # each matrix in one piece
    second = np.ascontiguousarray(second).reshape(*second.shape[:among], depth, width)
    np.matmul(first, second, out=view.reshape(*view.shape[:among], height, width))
    return True


def outer(view: np.ndarray, operands: Sequence[Operand], labels: Labels, c: float) -> None:
    """view = c · the product, where nothing is left to sum: the operands are multiplied, those that stay smallest first, until two are
    left to fill the view."""
    import numpy as np
    sizes = dict(zip(labels, view.shape, strict=True))
    left = [once(o) for o in operands]
    if c != 1 or not left:
        left.append((np.asarray(c, view.dtype), ()))
    heads = [o for o in left if labels and labels[0] in o[1]]
    if len(heads) == 1 and len(heads[0][1]) == 1 and len(left) > 2:                # scaled copies of what stands at the other axes
        inner = np.empty(view.shape[1:], view.dtype)
        outer(inner, [o for o in left if o is not heads[0]], labels[1:], 1)
        np.multiply(heads[0][0].reshape(-1, *[1] * inner.ndim), inner, out=view)
        return
    while len(left) > 2 or (len(left) == 2 and not left[-1][1]):
        i, j = min(((i, j) for i in range(len(left)) for j in range(i)), key=lambda p: count({*left[p[0]][1], *left[p[1]][1]}, sizes))
        own = tuple(k for k in labels if k in left[i][1] or k in left[j][1])
        made = _spread(left[i], own) * _spread(left[j], own)
        left = [o for n, o in enumerate(left) if n not in (i, j)] + [(made, own)]
    if len(left) == 1:
        view[...] = _spread(left[0], labels)
    elif not _by_rows(view, left, labels):
        np.multiply(_spread(left[0], labels), _spread(left[1], labels), out=view)


def _split(labels: Labels, other: Labels) -> tuple[Labels, Labels]:
    """The labels in two parts: as many as possible at the end that are not among the others."""
    end = max((place + 1 for place, k in enumerate(labels) if k in other), default=0)
    return labels[:end], labels[end:]


def count(labels: Iterable[int], sizes: Mapping[int, int]) -> int:
    """How many entries an array with these labels has."""
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
