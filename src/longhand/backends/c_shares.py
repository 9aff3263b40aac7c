"""C for one phase of several threads: each statement does the thread's share of its first index."""
from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from ..core.axis import Axis, Index
from .array_code import Code, Const, Contract, Map, Op, Read, Reduce, Scalar, Soft, Statement, indices, nodes, reads
from .c_text import CWriter, Product
from .c_tiles import MOST
from .loops import LoopWriter
from .rows import Group

PRODUCT = """
static inline void added_product__(int ta, int tb, long m, long n, long k, real factor, const real *a, long lda, const real *b, long ldb, real *c, long ldc)
{{
    if (m > 0 && n > 0) gemm(101, ta ? 112 : 111, tb ? 112 : 111, m, n, k, factor, a, lda, b, ldb, 1, c, ldc);
}}
"""

HELPERS = """static inline long share__(long size, long thread, long threads)            /* where the share of a thread begins */
{
    long each = (size + threads - 1) / threads;
    if (each >= 32) each = (each + 7) / 8 * 8;
    return each * thread < size ? each * thread : size;
}"""


class RowsWriter(CWriter):
    """A writer of code whose axis of examples has `rows__` entries, `most` at most."""

    def __init__(self, code: Code, sizes: Mapping[str, int], examples: str, most: int, blas: bool) -> None:
        super().__init__(code, sizes, (examples,), blas)
        self.variables, self.most, self.examples = {examples: "rows__"}, most, examples

    def entries(self, name: str) -> int:
        """The most entries that an array has."""
        out = 1
        for axis in self.code.arrays[name].axes:
            out *= self._guess(axis)
        return out

    def row(self, name: str) -> int:
        """The entries of one example in an array of examples."""
        return self.entries(name) // max(self.most, 1)

    def large(self, s: Statement) -> Product | None:
        """The statement as a product of matrices that tiles or BLAS take; None for what is written as loops."""
        p = self.product(s) if isinstance(s, Contract) else None
        return p if p is not None and (self.blas or self.tiled(p)) else None

    def tiled(self, p: Product) -> bool:
        """Whether tiles take the product, and not BLAS."""
        return bool(p.rows and p.columns) and self.entries(p.left) + self.entries(p.right) <= MOST

    def _guess(self, axis: Axis) -> int:
        return self.most if axis.size == self.examples else axis.size if isinstance(axis.size, int) else self.sizes[axis.size]


class ShareWriter(LoopWriter):
    """Writes the share of `thread__` of `threads__`. `bounds` has the variables of each axis that is cut, by its size; the rows of the
    arrays `apart` lie anywhere."""

    sums = False                # the rows of one thread are not all

    def __init__(self, writer: RowsWriter, added: Mapping[str, Scalar], apart: Collection[str]) -> None:
        super().__init__(writer.code, writer.syntax, writer.extent, self._product)
        self.writer, self.added, self.apart = writer, added, apart
        self.bounds: dict[str, int] = {}
        self._cut: Index | None = None

    def declared(self) -> list[str]:
        """The lines that define the bounds."""
        return [f"const long {end}__{k} = share__({size}, thread__{plus}, threads__);"
                for size, k in self.bounds.items() for end, plus in (("from", ""), ("to", " + 1"))]

    def begin(self, index: Index) -> str:
        if index != self._cut:
            return super().begin(index)
        first, last = self._bounds(index.axis)
        return f"for (long {self.letter(index)} = {first}; {self.letter(index)} < {last}; {self.letter(index)}++) {{"

    def _bounds(self, axis: Axis) -> tuple[str, str]:
        k = self.bounds.setdefault(self.extent(axis), len(self.bounds))
        return f"from__{k}", f"to__{k}"

    def _by_rows(self, group: Group) -> list[str]:
        return self._shared(group[0].at, lambda: super(ShareWriter, self)._by_rows(group))

    def _maps(self, fused: list[Map]) -> list[str]:
        return self._shared(fused[0].at, lambda: super(ShareWriter, self)._maps(fused))

    def _reduce(self, s: Reduce) -> list[str]:
        return self._shared(s.at, lambda: super(ShareWriter, self)._reduce(s))

    def _contract(self, s: Contract) -> list[str]:
        return self._shared(s.at, lambda: super(ShareWriter, self)._contract(s))

    def _soft(self, rows: list[Soft]) -> list[str]:
        return self._shared(rows[0].at, lambda: super(ShareWriter, self)._soft(rows))

    def _shared(self, at: Sequence[Index], lines) -> list[str]:
        if not at:
            return ["if (thread__ == 0) {", *(f"    {line}" for line in lines()), "}"]
        self._cut = at[0]
        out = lines()
        self._cut = None
        return out

    def _product(self, s: Contract) -> list[str] | None:
        """The share of a large product: some rows of the first matrix, or some columns of the second one; all of it for one thread."""
        p = self.writer.large(s)
        if p is None:
            return None
        first, last = self._bounds(s.at[0].axis)
        m, n, depth = self.writer.extents(p.rows), self.writer.extents(p.columns), self.extent(p.over.axis)
        lda, ldb, wide = m if p.ta else depth, depth if p.tb else n, n
        if self.writer.tiled(p):
            added = self.added.get(s.target)
            factor = "1" if added is None else self.scalar(added)[0]
            return [f"tiled_product__({p.ta}, {p.tb}, {first}, {last}, 0, {n}, {depth}, {self._matrix(p.left, lda)}, {self._matrix(p.right, ldb)}, "
                    f"{int(added is not None)}, {factor}, {s.target}, {n});"]
        if p.rows:
            left, right, target = f"{p.left} + {first if p.ta else f'{first} * {depth}'}", p.right, f"{s.target} + {first} * {n}"
            m = f"{last} - {first}"
        else:
            left, right, target = p.left, f"{p.right} + {f'{first} * {depth}' if p.tb else first}", f"{s.target} + {first}"
            n = f"{last} - {first}"
        if (factor := self.added.get(s.target)) is not None:
            return [f"added_product__({p.ta}, {p.tb}, {m}, {n}, {depth}, {self.scalar(factor)[0]}, {left}, {lda}, {right}, {ldb}, {target}, {wide});"]
        return [f"large_product({p.ta}, {p.tb}, {m}, {n}, {depth}, {left}, {lda}, {right}, {ldb}, {target});"]

    def _matrix(self, array: str, apart: str) -> str:
        return f"(struct matrix__){{0, 0, {array}}}" if array in self.apart else f"(struct matrix__){{{array}, {apart}, 0}}"


def written(writer: RowsWriter, statements: Sequence[Statement], added: Mapping[str, Scalar],
            apart: Collection[str]) -> tuple[list[str], set[str], list[str]]:
    """The lines of a thread's share of the statements, the helpers that they call, and the axes' bounds before them."""
    shares = ShareWriter(writer, added, apart)
    lines = shares.lines(statements)
    return lines, shares.helpers, shares.declared()


def accumulated(writer: RowsWriter, statements: Sequence[Statement], kept: Sequence[str]) -> tuple[list[Statement], dict[str, Scalar]]:
    """The statements with large products that only one sum reads, target = target ± c·product, added there at once: so a
    gradient that a plain update alone reads is never stored. With them the factor of each such target; `kept` arrays stay."""
    out, factors = list(statements), {}
    for product in statements:
        if not isinstance(product, Contract) or product.target in kept or writer.large(product) is None:
            continue
        readers = [s for s in out if product.target in reads(s)]
        factor = _factor(readers[0], product) if len(readers) == 1 else None
        if factor is not None:
            onto = replace(product, target=readers[0].target)
            out = [onto if s is readers[0] else s for s in out if s is not product]
            factors[onto.target] = factor
    return out, factors


def _factor(statement: Statement, product: Contract) -> Scalar | None:
    """c, where the statement is target = target ± c·product over the same indices and axes."""
    match statement:
        case Map(target, at, Op("+" | "-" as sign, (Read(own, place), term))) if own == target and place == at:
            found = Read(product.target, at)
            if [i.axis for i in at] != [i.axis for i in product.at]:
                return None
            match term:
                case Read() if term == found:
                    c: Scalar = Const(1)
                case Op("*", (c, other)) if other == found and not indices(c) and found not in nodes(c):
                    pass
                case Op("*", (other, c)) if other == found and not indices(c) and found not in nodes(c):
                    pass
                case _:
                    return None
            return Op("neg", (c,)) if sign == "-" else c
    return None
