"""C: the numeric part of a module, as text. Sizes are constants wherever they are known, so that the compiler unrolls."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from ..core.axis import Axis, Index
from ..core.record import record
from .array_code import Array, Code, Contract, Statement, needed, reads, renamed, targets
from .loops import LoopWriter, Syntax
from .modules import needed_helpers
from .rows import by_rows, local
from .scalar_functions import HELPERS
from .sharing import in_place

LARGE = 20_000          # multiplications from which a product goes to BLAS
GUESS = 64              # what a size that is known only at run time is taken to be for that
STACK = 4_096           # entries that temporaries may take on the stack


def number(value: object) -> str:
    """An exact number as a constant of type real; whole numbers stay whole where C converts them without loss."""
    exact = Fraction(value)                                          # type: ignore[arg-type]
    if exact.denominator == 1 and abs(exact) < 1000:
        return f"{exact.numerator}"
    return f"(real){float(exact)!r}"


def _entry(array: str, places: Sequence[str], sizes: Sequence[str]) -> str:
    if not places:
        return f"{array}[0]"
    out = places[0]
    for place, size in zip(places[1:], sizes[1:], strict=True):
        out = f"{f'({out})' if ' ' in out else out} * {size} + {place}"
    return f"{array}[{out}]"



C = Syntax(
    number=number,
    calls={"exp": "exp({0})", "expm1": "expm1({0})", "log": "log({0})", "log1p": "log1p({0})", "sin": "sin({0})", "cos": "cos({0})",
           "arctan": "atan({0})", "tanh": "tanh({0})", "erf": "erf({0})", "abs": "fabs({0})", "sign": "sign({0})",
           "max": "larger({0}, {1})", "min": "smaller({0}, {1})", "sqrt": "sqrt({0})", "pow": "pow({0}, {1})", "real": "(real)({0})",
           "infinity": "(real)INFINITY"},
    begin=lambda variable, size, falling: f"for (long {variable} = {size} - 1; {variable} >= 0; {variable}--) {{" if falling
    else f"for (long {variable} = 0; {variable} < {size}; {variable}++) {{",
    end="}", select="({test} ? {then} : {other})", entry=_entry, declare="real ", stop=";", whole="(long)({0})", both=" && ",
    pi="(real)3.14159265358979323846")

INLINE_EXPONENTIAL = replace(C, calls={**C.calls, "exp": "exponential({0})"})          # see c_exponential

PRELUDE = """static inline real larger(real a, real b) { return b > a ? b : a; }
static inline real smaller(real a, real b) { return b < a ? b : a; }
static inline real sign(real x) { return (real)((x > 0) - (x < 0)); }
static inline real square(real x) { return x * x; }"""


@record
class Kernel:
    """One C function: its text, what it takes (dynamic sizes, inputs, outputs) and how many reals of work space it needs, as C."""
    text: str
    helpers: frozenset[str]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    work: str


@record
class Product:
    """A product of matrices as BLAS wants it: whether each operand is turned, its indices (none for a vector), its arrays."""
    ta: int
    tb: int
    rows: tuple[Index, ...]
    columns: tuple[Index, ...]
    over: Index
    left: str
    right: str


class CWriter:
    """Writes kernels for a Code whose sizes are `sizes`; symbols in `open_sizes` become arguments. `blas` sends large products
    there. A file that stands alone has no work space: large temporaries are static, and exp is that of the library."""

    def __init__(self, code: Code, sizes: Mapping[str, int], open_sizes: Sequence[str] = (), blas: bool = False, alone: bool = False) -> None:
        self.code, self.sizes, self.open_sizes, self.blas, self.alone = code, sizes, tuple(open_sizes), blas, alone
        self.syntax = C if alone else INLINE_EXPONENTIAL
        self.variables = {symbol: f"size_{k}" for k, symbol in enumerate(self.open_sizes)}

    def extent(self, axis: Axis) -> str:
        """A number, or the variable of an open size."""
        if isinstance(axis.size, int):
            return str(axis.size)
        return self.variables.get(axis.size) or str(self.sizes[axis.size])

    def count(self, array: Array) -> str:
        """The number of entries, as C."""
        return " * ".join(self.extent(axis) for axis in array.axes) or "1"

    def kernel(self, name: str, statements: Sequence[Statement], outputs: Sequence[str], result: str | None = None,
               inputs: Sequence[str] | None = None, over_inputs: Mapping[str, str] | None = None, first: Sequence[str] = ()) -> Kernel:
        """A function that fills `outputs` and returns `result`. With `over_inputs` an output is written over an input; `first` are lines
        that run before all others."""
        over_inputs = over_inputs or {}
        kept = needed(tuple(statements), {*outputs, *over_inputs, *([result] if result else [])})
        if not self.alone:
            kept = in_place(self.code, kept)
        kept = [renamed(s, over_inputs) for s in kept]
        over = set(over_inputs.values())
        read = {n for s in kept for n in reads(s)}
        given = tuple(inputs) if inputs is not None else tuple(n for n in self.code.inputs if n in read)
        made = [t for s in kept for t in targets(s)]
        inner = [t for t in dict.fromkeys(made) if t not in outputs and t not in over]
        rows = self.rows(kept, inner)
        inner = [t for t in inner if t not in rows]
        writer = LoopWriter(self.code, self.syntax, self.extent, self._gemm if self.blas else lambda c: None, rows)
        lines = writer.lines(kept)
        fixed = [t for t in inner if self._fixed_count(t) is not None]
        small = sum(self._fixed_count(t) for t in fixed) <= STACK
        place = "" if small else "static "
        small = small or self.alone
        declared = [f"{place}real {t}[{self._fixed_count(t)}];" for t in fixed] if small else []
        declared += [f"real {t}[{count}];" for t, count in rows.items()]
        carved, offset = [], "0"
        for t in inner if not small else [t for t in inner if t not in fixed]:
            carved.append(f"real *restrict {t} = work + {offset};")
            offset = f"{offset} + {self.count(self.code.arrays[t])}" if offset != "0" else self.count(self.code.arrays[t])
        head = ", ".join([*(f"const long {v}" for v in self.variables.values()),
                          *(f"{'' if n in over else 'const '}real *restrict {n}" for n in given),
                          *(f"real *restrict {n}" for n in outputs), *([] if self.alone else ["real *restrict work"])])
        ends = [f"return {result}[0];"] if result else []
        body = "\n".join(f"    {line}" for line in (*declared, *carved, *([] if self.alone else ["(void)work;"]), *first, *lines, *ends))
        apart = "" if self.alone else "__attribute__((noinline)) "                   # inlined, it would lose its `restrict`
        text = f"static {apart}{'real' if result else 'void'} {name}({head})\n{{\n{body}\n}}"
        return Kernel(text, frozenset(writer.helpers), given, tuple(outputs), offset)

    def rows(self, statements: Sequence[Statement], inner: Sequence[str]) -> dict[str, int]:
        """The arrays among the inner ones of which a row is enough, with the entries of one, as many as the stack takes."""
        found: dict[str, int] = {}
        for name in sorted(local(by_rows(statements, self.extent), inner)):
            count = self._fixed_count(name, 1)
            if count is not None and sum(found.values()) + count <= STACK:
                found[name] = count
        return found

    def _fixed_count(self, name: str, first: int = 0) -> int | None:
        sizes = [self.extent(axis) for axis in self.code.arrays[name].axes[first:]]
        if not all(s.isdigit() for s in sizes):
            return None
        out = 1
        for s in sizes:
            out *= int(s)
        return out

    def _guess(self, axis: Axis) -> int:
        size = self.extent(axis)
        return int(size) if size.isdigit() else GUESS

    def _gemm(self, s: Contract) -> list[str] | None:
        """A call of BLAS for a large product of two matrices, or of a matrix and a vector."""
        found = self.product(s)
        if found is None:
            return None
        p, m, n, depth = found, self.extents(found.rows), self.extents(found.columns), self.extent(found.over.axis)
        return [f"large_product({p.ta}, {p.tb}, {m}, {n}, {depth}, {p.left}, {m if p.ta else depth}, {p.right}, {depth if p.tb else n}, {s.target});"]

    def product(self, s: Contract) -> Product | None:
        """The statement as a product of two matrices, if it is a large one."""
        a, b = s.left.at, s.right.at
        if len(s.over) != 1 or len(a) > 2 or len(b) > 2 or len(s.at) != len(a) + len(b) - 2 or not s.at:
            return None
        (k,) = s.over
        rows, columns = [i for i in a if i != k], [i for i in b if i != k]
        left, right = s.left, s.right
        if rows and columns and s.at[0] != rows[0]:
            left, right, rows, columns = right, left, columns, rows
        work = self._guess(k.axis)
        for index in (*rows, *columns):
            work *= self._guess(index.axis)
        if work < LARGE:
            return None
        ta, tb = int(len(left.at) == 2 and left.at[0] == k), int(len(right.at) == 2 and right.at[0] != k)
        return Product(ta, tb, tuple(rows), tuple(columns), k, left.array, right.array)

    def extents(self, indices: Sequence[Index]) -> str:
        """The number of values of the indices."""
        return " * ".join(self.extent(i.axis) for i in indices) or "1"

    def helpers(self, found: frozenset[str]) -> str:
        """The small functions that kernels call."""
        plain = LoopWriter(replace(self.code, arrays={}), self.syntax, self.extent)         # the parameters of helpers are no arrays
        parts = [PRELUDE]
        for name in needed_helpers(set(found)):
            helper = HELPERS[name]
            inside = " ".join([*(f"const real {n} = {plain.scalar(s)[0]};" for n, s in helper.lets), f"return {plain.scalar(helper.body)[0]};"])
            parameters = ", ".join(f"real {p}" for p in helper.parameters)
            parts.append(f"/* {helper.says} */\nstatic inline real {name}({parameters}) {{ {inside} }}")
        return "\n".join(parts)
