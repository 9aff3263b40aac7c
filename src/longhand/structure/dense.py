"""A structured array written out, near the speed of memory: sums by BLAS first, then scaled copies, long rows innermost."""
from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING

from .contraction import Labels, Operand, contract, diagonal, halves
from .filling import by_matmul, count, outer
from .memory import empty
from .summand import Summand, common, components, open_labels, without

if TYPE_CHECKING:
    import numpy as np

def dense(summands: Sequence[Summand], shape: tuple[int, ...], dtype: np.dtype, out: np.ndarray | None = None) -> np.ndarray:
    """The whole array; into `out` where one is given."""
    import numpy as np
    rank = len(shape)
    groups: dict[Labels, list[Summand]] = {}
    for s in summands:
        tied = s.tied(rank)
        groups.setdefault(tuple(tied[k] for k in range(rank)), []).append(s)
    plain = tuple(range(rank))
    if plain in groups:
        result = empty(shape, dtype) if out is None else out
        _fill(result, groups.pop(plain), plain, shape)
    elif out is None:
        result = np.zeros(shape, dtype)
    else:
        result = out
        result[...] = 0
    for labels, group in groups.items():
        view, single = diagonal(result, labels)
        made = np.empty(view.shape, dtype)
        _fill(made, group, single, shape)
        view += made
    return result


def _fill(view: np.ndarray, group: Sequence[Summand], labels: Labels, shape: tuple[int, ...]) -> None:
    """view = Σ of the group, over its labels."""
    import numpy as np
    rank = len(shape)
    terms = [(s.coefficient, s.mapped(s.tied(rank))) for s in group]
    sizes = {k: n for s in group for k, n in s.sizes(shape).items()}
    if len(terms) > 1 and (joined := _joined(terms, labels, rank, sizes)):
        terms = [(1, joined)]
    (c, operands), *others = terms
    _product(view, operands, labels, c, rank, sizes)
    for c, operands in others:
        more = np.empty(view.shape, view.dtype)
        _product(more, operands, labels, c, rank, sizes)
        view += more


def _joined(terms: Sequence[tuple[float, list[Operand]]], labels: Labels, rank: int, sizes: dict[int, int]) -> list[Operand]:
    """The terms as one product: what they share times the sum of what they do not. Empty where that sum would be as large as the whole
    or larger. A factor that is summed over is shared where every term is a sum over entries as many as the whole's."""
    shared = common([operands for _, operands in terms], rank, all(_is_one_sum(operands, labels, rank) for _, operands in terms))
    rests = [(c, without(operands, shared)) for c, operands in terms]
    held = {k for _, own in shared for k in own if k >= rank}
    over = tuple(sorted({k for _, rest in rests for _, own in rest for k in own if k < rank or k in held}))
    if over[:len(labels)] == tuple(sorted(labels)) or (held and count(over, sizes) > count(labels, sizes)):
        return []
    total = sum(c * contract(rest if held else _reduced(rest, rank, sizes), over, sizes) for c, rest in rests)
    return [*shared, (total, over)]


def _is_one_sum(operands: Sequence[Operand], labels: Labels, rank: int) -> bool:
    """Whether sums tie all the operands together, and all the labels."""
    return len(list(components(operands, rank))) == 1 and open_labels(operands, rank) == tuple(sorted(labels))


def _product(view: np.ndarray, operands: Sequence[Operand], labels: Labels, c: float, rank: int, sizes: dict[int, int]) -> None:
    """view = c · the product, summed over all other labels."""
    import numpy as np
    if len(labels) > 2 and _is_one_sum(operands, labels, rank):
        pair = halves(operands, labels, sizes)
        if len(pair) != 2 or not by_matmul(view, pair, labels, c, sizes):
            np.multiply(contract(pair, labels, sizes), c, out=view)
    else:
        outer(view, _reduced(operands, rank, sizes), labels, c)


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
    """Σ_r w_r A_rj A_rl computed as what it is, symmetric; None for anything else. NumPy computes half of Bᵀ B and mirrors it."""
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
    if not weights:
        return np.matmul(rows.T, rows)
    weight = prod(weight for weight, _ in weights)
    rows = rows * np.sqrt(np.abs(weight))[:, None]
    negative = weight < 0
    if not negative.any():
        return np.matmul(rows.T, rows)
    more, less = rows[~negative], rows[negative]
    return np.matmul(more.T, more) - np.matmul(less.T, less)
