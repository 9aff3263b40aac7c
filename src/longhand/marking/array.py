"""Dense arrays of balls, small and pure: what a student's formula is computed in.

Shapes: () a number, (n, 1) a column, (1, n) a row, (n, m) a matrix; more axes for Jacobians.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import product
from math import prod
from typing import Any

from flint import arb

from ..core.record import record

LARGEST = 100_000
"""Cells of one array."""
ZERO, ONE = arb(0), arb(1)


class Nonconforming(Exception):
    """Shapes that do not go together; the text is for the student: (1×3) times (3×2)."""


@record
class Array:
    """Cells in row-major order."""
    shape: tuple[int, ...]
    cells: tuple[Any, ...]

    @property
    def is_scalar(self) -> bool:
        return not self.shape

    @property
    def is_vector(self) -> bool:
        """A column or a row."""
        return len(self.shape) == 2 and 1 in self.shape

    def at(self, place: Sequence[int]) -> Any:
        """The cell at a position counted from 0; 0 outside, which is how a recurrence begins."""
        k = 0
        for p, n in zip(place, self.shape, strict=True):
            if not 0 <= p < n:
                return ZERO
            k = k * n + p
        return self.cells[k]


def array(shape: Sequence[int], cells: Iterable[Any]) -> Array:
    """An array in its plain form: one cell is a number, whatever its shape."""
    shape, cells = tuple(shape), tuple(cells)
    if len(cells) > LARGEST:
        raise Nonconforming(f"an array of {len(cells)} numbers is too large")
    return Array(() if len(shape) == 2 and shape == (1, 1) else shape, cells)


def number(value: Any) -> Array:
    return Array((), (value if isinstance(value, arb) else arb(value),))


def eye(n: int) -> Array:
    return array((n, n), (ONE if i == j else ZERO for i in range(n) for j in range(n)))


def filled(shape: Sequence[int], value: Any) -> Array:
    return array(shape, (value,) * prod(shape))


def shown(shape: Sequence[int]) -> str:
    """A shape in words: a number, 3×2."""
    return "×".join(map(str, shape)) if shape else "a number"


def transpose(a: Array) -> Array:
    """Rows and columns exchanged; a number is its own transpose."""
    if not a.shape:
        return a
    if len(a.shape) != 2:
        raise Nonconforming(f"the transpose of something with {len(a.shape)} axes")
    n, m = a.shape
    return Array((m, n), tuple(a.cells[i * m + j] for j in range(m) for i in range(n)))


def moved(a: Array, order: Sequence[int]) -> Array:
    """The axes in another order: axis k of the result is axis order[k] of a."""
    shape = tuple(a.shape[k] for k in order)
    steps = strides(a.shape)
    taken = tuple(steps[k] for k in order)
    return Array(shape, tuple(a.cells[sum(p * s for p, s in zip(place, taken, strict=True))] for place in product(*map(range, shape))))


def strides(shape: Sequence[int]) -> tuple[int, ...]:
    """How far apart neighbours along each axis lie."""
    steps, step = [], 1
    for n in reversed(shape):
        steps.append(step)
        step *= n
    return tuple(reversed(steps))


def mapped(f: Callable[[Any], Any], a: Array) -> Array:
    """The function entry by entry."""
    return Array(a.shape, tuple(map(f, a.cells)))


def elementwise(f: Callable[[Any, Any], Any], a: Array, b: Array, sign: str = "and") -> Array:
    """f of each pair; a number goes with every entry."""
    if a.shape == b.shape:
        return Array(a.shape, tuple(map(f, a.cells, b.cells)))
    if not a.shape:
        x = a.cells[0]
        return Array(b.shape, tuple(f(x, y) for y in b.cells))
    if not b.shape:
        y = b.cells[0]
        return Array(a.shape, tuple(f(x, y) for x in a.cells))
    raise Nonconforming(f"({shown(a.shape)}) {sign} ({shown(b.shape)}) entry by entry")


def broadcast(f: Callable[[Any, Any], Any], a: Array, b: Array, sign: str = "and") -> Array:
    """As elementwise; a row goes with every row of a matrix, a column with every column."""
    if a.shape == b.shape or not a.shape or not b.shape:
        return elementwise(f, a, b, sign)
    if len(a.shape) == len(b.shape) == 2 and (a.is_vector != b.is_vector):
        shape = b.shape if a.is_vector else a.shape
        if all(n in (1, size) for n, size in zip((a if a.is_vector else b).shape, shape, strict=True)):
            return elementwise(f, repeated(a, shape), repeated(b, shape), sign)
    raise Nonconforming(f"({shown(a.shape)}) {sign} ({shown(b.shape)})")


def repeated(a: Array, shape: tuple[int, ...]) -> Array:
    """A row or column repeated to a matrix."""
    if a.shape == shape:
        return a
    return Array(shape, tuple(a.cells[(i if a.shape[0] > 1 else 0) * a.shape[1] + (j if a.shape[1] > 1 else 0)]
                              for i in range(shape[0]) for j in range(shape[1])))


def matmul(a: Array, b: Array) -> Array:
    """The matrix product; for more axes, the last of a with the first of b. A number times anything."""
    if not a.shape or not b.shape:
        return elementwise(lambda x, y: x * y, a, b)
    n = a.shape[-1]
    if n != b.shape[0]:
        raise Nonconforming(f"({shown(a.shape)}) times ({shown(b.shape)})")
    rows, columns = prod(a.shape[:-1]), prod(b.shape[1:])
    cells = []
    for i in range(rows):
        row = a.cells[i * n:(i + 1) * n]
        for j in range(columns):
            cells.append(dot(row, b.cells[j::columns]))
    return array((*a.shape[:-1], *b.shape[1:]), cells)


def dot(xs: Sequence[Any], ys: Sequence[Any]) -> Any:
    """The sum of products."""
    total = ZERO
    for x, y in zip(xs, ys, strict=True):
        total = total + x * y
    return total


def total(cells: Iterable[Any]) -> Any:
    """The sum."""
    result = ZERO
    for cell in cells:
        result = result + cell
    return result


def outer(a: Array, b: Array) -> Array:
    """a bᵀ of two vectors, whichever way they stand."""
    if not (a.is_vector and b.is_vector):
        raise Nonconforming("an outer product of something that is no vector")
    return Array((len(a.cells), len(b.cells)), tuple(x * y for x in a.cells for y in b.cells))


def spread_out(a: Array, b: Array) -> Array:
    """Every entry of a times every entry of the vector b, which gives one axis more."""
    return Array((*a.shape, len(b.cells)), tuple(x * y for x in a.cells for y in b.cells))


def contract(a: Array, b: Array, axes: int) -> Array:
    """The last axes of a with the first of b, summed over."""
    inner = a.shape[len(a.shape) - axes:]
    if inner != b.shape[:axes]:
        raise Nonconforming(f"({shown(a.shape)}) times ({shown(b.shape)})")
    n = prod(inner)
    flat = _flat_matmul(a.cells, b.cells, n)
    return Array((*a.shape[:len(a.shape) - axes], *b.shape[axes:]), flat)


def _flat_matmul(xs: Sequence[Any], ys: Sequence[Any], n: int) -> tuple[Any, ...]:
    columns = len(ys) // n
    return tuple(dot(xs[i * n:(i + 1) * n], ys[j::columns]) for i in range(len(xs) // n) for j in range(columns))


def summed(a: Array, axis: int | None = None) -> Array:
    """The sum of all entries, or along an axis of a matrix, which stays with size 1."""
    if axis is None or not a.shape:
        return number(total(a.cells))
    if len(a.shape) != 2:
        raise Nonconforming("a sum along an axis of something that is no matrix")
    n, m = a.shape
    if axis == 0:
        return array((1, m), (total(a.cells[j::m]) for j in range(m)))
    return array((n, 1), (total(a.cells[i * m:(i + 1) * m]) for i in range(n)))


def diagonal(a: Array) -> Array:
    """diag: a vector on the diagonal of a matrix; the diagonal of a matrix as a column."""
    if a.is_vector:
        n = len(a.cells)
        return Array((n, n), tuple(a.cells[i] if i == j else ZERO for i in range(n) for j in range(n)))
    if len(a.shape) == 2 and a.shape[0] == a.shape[1]:
        n = a.shape[0]
        return array((n, 1), (a.cells[i * n + i] for i in range(n)))
    raise Nonconforming("the diagonal of something that is neither a vector nor a square matrix")


def stacked(rows: Sequence[Sequence[Array]]) -> Array:
    """A matrix of blocks: numbers, or rows, columns and matrices that fit together."""
    bands = [_beside(row) for row in rows]
    if len({b.shape[1] for b in bands}) != 1:
        raise Nonconforming("rows of unequal length")
    return array((sum(b.shape[0] for b in bands), bands[0].shape[1]), (cell for b in bands for cell in b.cells))


def _beside(blocks: Sequence[Array]) -> Array:
    plain = [b if len(b.shape) == 2 else Array((1, 1), b.cells) if not b.shape else None for b in blocks]
    if None in plain or len({b.shape[0] for b in plain}) != 1:
        raise Nonconforming("blocks of unequal height")
    height = plain[0].shape[0]
    return Array((height, sum(b.shape[1] for b in plain)),
                 tuple(cell for i in range(height) for b in plain for cell in b.cells[i * b.shape[1]:(i + 1) * b.shape[1]]))


def turned(a: Array) -> Array:
    """A column as a row, a row as a column."""
    return Array(a.shape[::-1], a.cells) if a.is_vector else a


def overlaps(a: Array, b: Array) -> bool:
    """Whether the two may be the same numbers in the same shape."""
    return a.shape == b.shape and all(x.overlaps(y) for x, y in zip(a.cells, b.cells, strict=True))


def same_up_to_orientation(a: Array, b: Array) -> bool:
    """Whether the two may be the same; a column and a row count as one."""
    return overlaps(a, b) or a.is_vector and b.is_vector and len(a.cells) == len(b.cells) and overlaps(turned(a), b)
