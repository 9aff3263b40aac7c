"""Σ of products of arrays whose axes carry labels, two at a time, by BLAS: the cheapest pair first.

A label is any hashable; here numbers. What a pattern of labels and sizes needs is worked out once and remembered.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

Labels = tuple[int, ...]
Operand = tuple["np.ndarray", Labels]
Step = Callable[[list[Any]], None]


def contract(operands: Sequence[Operand], out: Labels, sizes: Mapping[int, int]) -> np.ndarray:
    """The product of the operands summed over every label that is not in `out`; constant along labels that no operand has.

    The result may be a view of an operand. A label that comes twice in one operand means its diagonal; `out` holds no label twice.
    """
    import numpy as np
    if not operands:
        return np.ones([sizes[k] for k in out])
    arrays, labels = zip(*map(once, operands), strict=True)
    return _done(arrays, steps_for(labels, out, sizes))[0]


def halves(operands: Sequence[Operand], out: Labels, sizes: Mapping[int, int]) -> list[Operand]:
    """Two operands, or one, that are left when all but the last multiplication of `contract` is done."""
    arrays, labels = zip(*map(once, operands), strict=True)
    steps, left = _pairs(labels, out, _used(labels, out, sizes), 2)
    return list(zip(_done(arrays, steps), left, strict=True))


def steps_for(labels: tuple[Labels, ...], out: Labels, sizes: Mapping[int, int]) -> tuple[Step, ...]:
    """The steps that turn a list of arrays with these labels into a list of one."""
    steps, (last,) = _pairs(labels, out, _used(labels, out, sizes), 1)
    return steps if last == out else (*steps, _turned(last, out, sizes))


def once(o: Operand) -> Operand:
    """The operand with each label once."""
    return o if len(set(o[1])) == len(o[1]) else diagonal(*o)


def _done(arrays: Sequence[np.ndarray], steps: Sequence[Step]) -> list[np.ndarray]:
    left = list(arrays)
    for step in steps:
        step(left)
    return left


def _used(labels: tuple[Labels, ...], out: Labels, sizes: Mapping[int, int]) -> tuple[tuple[int, int], ...]:
    return tuple(sorted((k, sizes[k]) for k in {k for own in labels for k in own} | set(out)))


def diagonal(array: np.ndarray, labels: Labels) -> tuple[np.ndarray, Labels]:
    """A view with each label once: the diagonal along the axes that share one. It can be written to where the array can."""
    from numpy.lib.stride_tricks import as_strided
    once = tuple(dict.fromkeys(labels))
    strides = [sum(s for s, k in zip(array.strides, labels, strict=True) if k == one) for one in once]
    return as_strided(array, [array.shape[labels.index(one)] for one in once], strides), once


@lru_cache(maxsize=512)
def _pairs(labels: tuple[Labels, ...], out: Labels, sized: tuple[tuple[int, int], ...], until: int) -> tuple[tuple[Step, ...], tuple[Labels, ...]]:
    """The steps until so many arrays are left, and the labels of these; each step takes arrays off the list and puts its result at the end."""
    sizes = dict(sized)
    steps: list[Step] = []
    left = list(labels)
    for place, own in enumerate(left):
        others = {k for other in (*left[:place], *left[place + 1:]) for k in other} | set(out)
        lone = tuple(a for a, k in enumerate(own) if k not in others)
        if lone:
            steps.append(_total(place, lone))
            left[place] = tuple(k for k in own if k in others)
    while len(left) > until:
        i, j = min(((i, j) for i in range(len(left)) for j in range(i + 1, len(left))), key=lambda pair: _cost(pair, left, out, sizes))
        needed = {k for place, own in enumerate(left) if place not in (i, j) for k in own} | set(out)
        step, made = _pair(i, j, left[i], left[j], needed, sizes)
        steps.append(step)
        left = [own for place, own in enumerate(left) if place not in (i, j)] + [made]
    return tuple(steps), tuple(left)


def _cost(pair: tuple[int, int], left: list[Labels], out: Labels, sizes: Mapping[int, int]) -> tuple[int, int]:
    """(work beyond reading the two, size of the result)."""
    i, j = pair
    both = set(left[i]) | set(left[j])
    needed = {k for place, own in enumerate(left) if place not in pair for k in own} | set(out)
    kept = prod(sizes[k] for k in both & needed)
    before = prod(sizes[k] for k in left[i]) + prod(sizes[k] for k in left[j])
    return kept - before, prod(sizes[k] for k in both)


def _total(place: int, axes: tuple[int, ...]) -> Step:
    def step(arrays: list[Any]) -> None:
        arrays[place] = arrays[place].sum(axis=axes)
    return step


def _turned(have: Labels, out: Labels, sizes: Mapping[int, int]) -> Step:
    order = tuple(have.index(k) for k in out if k in have)
    marks = tuple(slice(None) if k in have else None for k in out)
    shape = tuple(sizes[k] for k in out)
    whole = None not in marks

    def step(arrays: list[Any]) -> None:
        import numpy as np
        array = arrays[0].transpose(order)
        arrays[0] = array if whole else np.broadcast_to(array[marks], shape)
    return step


def _pair(i: int, j: int, a: Labels, b: Labels, needed: set[int], sizes: Mapping[int, int]) -> tuple[Step, Labels]:
    """The step for two operands, and the labels of its result."""
    shared = [k for k in a if k in b]
    summed = [k for k in shared if k not in needed]
    if not summed:
        return _elementwise(i, j, a, b, sizes)
    batch = [k for k in shared if k in needed]
    rows, columns = [k for k in a if k not in b], [k for k in b if k not in a]
    made = (*batch, *rows, *columns)
    turn_a, turn_b = tuple(a.index(k) for k in (*batch, *rows, *summed)), tuple(b.index(k) for k in (*batch, *summed, *columns))
    if batch and not rows and not columns:
        return _dots(i, j, turn_a, turn_b, len(batch)), made

    def joined(*groups: Sequence[int]) -> tuple[int, ...]:
        """The shape with one axis for each group; of one entry for an empty one, where matmul needs it."""
        return (*(sizes[k] for k in batch), *(prod(sizes[k] for k in group) for group in groups if group or batch))

    shape_a, shape_b, shape = joined(rows, summed), joined(summed, columns), tuple(sizes[k] for k in made)

    def plain(own: Labels, turn: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
        return turn == tuple(range(len(own))) and wanted == tuple(sizes[k] for k in own)

    plain_a, plain_b, done = plain(a, turn_a, shape_a), plain(b, turn_b, shape_b), shape == joined(rows, columns)

    def step(arrays: list[Any]) -> None:
        import numpy as np
        right, left = arrays.pop(j), arrays.pop(i)
        product = np.matmul(left if plain_a else left.transpose(turn_a).reshape(shape_a), right if plain_b else right.transpose(turn_b).reshape(shape_b))
        arrays.append(product if done else product.reshape(shape))
    return step, made


def _dots(i: int, j: int, turn_a: tuple[int, ...], turn_b: tuple[int, ...], batch: int) -> Step:
    """Many small dot products."""
    letters = "abcdefghijklmnopqrstuvwxyz"[:len(turn_a)]
    spelled = f"{letters},{letters}->{letters[:batch]}"

    def step(arrays: list[Any]) -> None:
        import numpy as np
        right, left = arrays.pop(j), arrays.pop(i)
        arrays.append(np.einsum(spelled, left.transpose(turn_a), right.transpose(turn_b)))
    return step


def _elementwise(i: int, j: int, a: Labels, b: Labels, sizes: Mapping[int, int]) -> tuple[Step, Labels]:
    """The larger operand's axes last, so that the inner loops are long."""
    large, small = (a, b) if prod(sizes[k] for k in a) >= prod(sizes[k] for k in b) else (b, a)
    made = (*(k for k in small if k not in large), *large)

    def laid(own: Labels) -> tuple[tuple[int, ...], tuple[Any, ...]]:
        return tuple(own.index(k) for k in made if k in own), tuple(slice(None) if k in own else None for k in made)

    (turn_a, marks_a), (turn_b, marks_b) = laid(a), laid(b)

    def step(arrays: list[Any]) -> None:
        right, left = arrays.pop(j), arrays.pop(i)
        arrays.append(left.transpose(turn_a)[marks_a] * right.transpose(turn_b)[marks_b])
    return step, made
