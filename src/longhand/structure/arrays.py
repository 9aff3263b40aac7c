"""`Structured`: a Jacobian, a Hessian or a gradient as its factors."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod, sqrt
from typing import TYPE_CHECKING

from ..errors import ShapeError
from .contraction import contract, diagonal
from .summand import Summand, numbers

if TYPE_CHECKING:
    import numpy as np


class Structured:
    """A sum of products of deltas and small arrays that stands for a large array.

    shape     of the large array: first the axes of what is differentiated (`rows`), then those of what it is differentiated by (`columns`)
    factors   the arrays it is made of, each once;   summands   the products
    As a matrix it maps an array of the shape `columns` to one of the shape `rows`.
    """

    def __init__(self, summands: Sequence[Summand], shape: tuple[int, ...], rows: int, dtype: np.dtype, letters: Sequence[str] = ()) -> None:
        self.summands, self.shape, self._rows, self.dtype, self._letters = tuple(summands), shape, rows, dtype, tuple(letters)

    @property
    def rows(self) -> tuple[int, ...]:
        """The axes of what is differentiated."""
        return self.shape[:self._rows]

    @property
    def columns(self) -> tuple[int, ...]:
        """The axes of what it is differentiated by."""
        return self.shape[self._rows:]

    @property
    def factors(self) -> tuple[np.ndarray, ...]:
        """The arrays that it is made of, each once."""
        return tuple({id(array): array for s in self.summands for array, _ in s.factors}.values())

    @property
    def size(self) -> int:
        """How many numbers the whole array has."""
        return prod(self.shape)

    @property
    def stored(self) -> int:
        """How many numbers the factors hold."""
        return numbers(self.factors)

    @property
    def T(self) -> Structured:      # noqa: N802
        """Rows and columns exchanged."""
        rank, rows = len(self.shape), self._rows
        order = (*range(rows, rank), *range(rows))
        to = {old: new for new, old in enumerate(order)}
        moved = [s.relabelled({k: to.get(k, k) for k in s.tied(rank)}) for s in self.summands]
        return Structured(moved, (*self.columns, *self.rows), rank - rows, self.dtype, [self._letters[k] for k in order] if self._letters else ())

    def matvec(self, v: object) -> np.ndarray:
        """The product with v, of the shape `columns` or flat; flat where v is."""
        return self._applied(v, False)

    def rmatvec(self, v: object) -> np.ndarray:
        """The product of the transpose with v, of the shape `rows` or flat; flat where v is."""
        return self._applied(v, True)

    def _applied(self, v: object, backwards: bool) -> np.ndarray:
        import numpy as np
        rank = len(self.shape)
        first, last = range(self._rows), range(self._rows, rank)
        out, into = (last, first) if backwards else (first, last)
        flat, vector = self._shaped(v, tuple(self.shape[k] for k in into))
        shape = tuple(self.shape[k] for k in out)
        total = np.zeros(shape, np.result_type(self.dtype, vector))
        for s in self.summands:
            tied = s.tied(rank)
            labels = tuple(tied[k] for k in out)
            view, once = diagonal(total, labels) if len(set(labels)) != len(labels) else (total, labels)
            view += s.coefficient * contract([*s.mapped(tied), (vector, tuple(tied[k] for k in into))], once, s.sizes(self.shape))
        return total.reshape(-1) if flat else total

    def _shaped(self, v: object, shape: tuple[int, ...]) -> tuple[bool, np.ndarray]:
        import numpy as np
        array = np.asarray(v)
        flat = array.shape == (prod(shape),) != shape
        if array.shape != shape and not flat:
            raise ShapeError(f"The array has the shape {array.shape}; here {shape} is needed, or {prod(shape)} numbers in a row.")
        return flat, array.reshape(shape)

    def todense(self, out: np.ndarray | None = None) -> np.ndarray:
        """The whole array, into `out` where one is given."""
        from .dense import dense
        if out is not None and (out.shape != self.shape or out.dtype != self.dtype):
            raise ShapeError(f"out has the shape {out.shape} and the type {out.dtype}; {self.shape} of {self.dtype} is needed.")
        return dense(self.summands, self.shape, self.dtype, out)

    def __array__(self, dtype: object = None, copy: bool | None = None) -> np.ndarray:
        whole = self.todense()
        return whole if dtype is None else whole.astype(dtype)

    def solve(self, b: object) -> np.ndarray:
        """x with A x = b, by the structure: a diagonal, blocks, a Kronecker product of matrices, a diagonal and few more columns.

        b has the shape `rows`, or is flat. NotUnderstood where none of these is there, DataError where A is singular.
        """
        import numpy as np

        from .solving import solved
        flat, right = self._shaped(b, self.rows)
        found = solved(self.summands, self.shape, self._rows, right.astype(np.result_type(self.dtype, right)))
        return found.reshape(-1) if flat else found

    def norm(self) -> float:
        """The Frobenius norm."""
        return sqrt(max(float(sum(self._inner(a, b, ()) for a in self.summands for b in self.summands)), 0.0))

    def norms(self) -> np.ndarray:
        """The norm of what stands at each index of the rows."""
        import numpy as np
        rows = tuple(range(self._rows))
        total = sum((self._inner(a, b, rows) for a in self.summands for b in self.summands), np.zeros(self.rows, self.dtype))
        return np.sqrt(np.maximum(total, 0))

    def _inner(self, a: Summand, b: Summand, out: tuple[int, ...]) -> np.ndarray:
        """Σ over all indices but those of `out` of the product of two summands."""
        rank = len(self.shape)
        high = 1 + max(a.tied(rank), default=0)
        other = b.relabelled({k: k if k < rank else k + high for k in b.tied(rank)})
        both = replace(a, coefficient=a.coefficient * b.coefficient, deltas=(*a.deltas, *other.deltas), factors=(*a.factors, *other.factors))
        tied, sizes = both.tied(rank), both.sizes(self.shape)
        operands = both.mapped(tied)
        kept = tuple(tied[k] for k in out)
        once = tuple(dict.fromkeys(kept))
        alone = {tied[k] for k in range(rank)} - {k for _, own in operands for k in own} - set(once)
        found = both.coefficient * prod(sizes[k] for k in alone) * contract(operands, once, sizes)
        if once == kept:
            return found
        import numpy as np
        whole = np.zeros([self.shape[k] for k in out], self.dtype)
        diagonal(whole, kept)[0][...] = found
        return whole

    def latex(self) -> str:
        """The sum of products as LaTeX. Arrays that were computed on the way are called A, B, ..."""
        from .words import formula, latex_form
        return formula(self.summands, len(self.shape), self._letters, latex_form())

    # ---- words --------------------------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        from .words import formula
        shape = "×".join(map(str, self.shape)) or "1"
        count, stored = len(self.factors), self.stored
        return (f"<{shape}: {formula(self.summands, len(self.shape), self._letters)}; {count} factor{'s' * (count != 1)}, "
                f"{stored:,} number{'s' * (stored != 1)} instead of {self.size:,}>")
