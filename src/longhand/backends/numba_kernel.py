"""Loss and gradients as one Numba function over arrays that are there already: the text of the module that holds it.

The kernel takes the inputs, one array `out` for everything whose size is known, one array `work` for what grows with the batch, and
`numbers` of the sheet; so few arguments, since each costs Numba a twentieth of a microsecond. Arrays that do not fit make it raise.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ..core.axis import Axis
from ..core.record import record
from .array_code import Code, Contract, counted, needed, pointers, reads, targets
from .loops import LoopWriter
from .numba import JIT, PYTHON, helpers, operands
from .sharing import in_place

LARGE = 20_000          # multiplications from which a product goes to BLAS


@record
class Kernel:
    """The text of the module, and what its arguments hold.

    places   gradient's array -> where it begins in `out`, which has `length` entries
    numbers  the numbers of the sheet that it takes, in order
    grown    the arrays that lie in `work`, one behind the other
    """
    text: str
    places: Mapping[str, int]
    length: int
    numbers: tuple[str, ...]
    grown: tuple[str, ...]


def kernel(code: Code, sizes: Mapping[str, int], open_sizes: Sequence[str], dtype: str, inputs: Sequence[str],
           defaults: Sequence[str]) -> Kernel:
    """The kernel for arrays whose sizes are `sizes`, but for those in `open_sizes`, which an input has."""
    variables = {symbol: f"size_{k}" for k, symbol in enumerate(open_sizes)}

    def extent(axis: Axis) -> str:
        return str(axis.size) if isinstance(axis.size, int) else variables.get(axis.size) or str(sizes[axis.size])

    def entries(name: str) -> str:
        """The number of entries of an array: a number, or a product with an open size."""
        known, left = 1, []
        for size in map(extent, code.arrays[name].axes):
            if size.isdigit():
                known *= int(size)
            else:
                left.append(size)
        return " * ".join([*left, *([str(known)] if known != 1 or not left else [])])

    results = tuple(code.gradients.values())
    statements = in_place(code, needed((*code.forward, *code.backward), {code.loss, *results}))
    scalars = {n for n in code.arrays if not code.arrays[n].axes}
    read = {n for s in statements for n in reads(s)}
    numbers = [n for n in defaults if n in read]

    def entry(array: str, places: Sequence[str], _: Sequence[str]) -> str:
        if array in numbers:
            return f"numbers[{numbers.index(array)}]"
        if array in scalars:
            return f"{array}[()]" if array in inputs else f"{array}[0]"
        return f"{array}[{', '.join(places)}]"

    def written(value: object) -> str:
        return f"real({PYTHON.number(value)})" if dtype == "float32" else PYTHON.number(value)

    syntax = replace(PYTHON, entry=entry, number=written, calls={**PYTHON.calls, "real": "real({0})", "infinity": "real(np.inf)"})
    writer = LoopWriter(code, syntax, extent, lambda s: _product(s, extent))
    lines = writer.lines(statements)
    made = list(dict.fromkeys([*results, *(t for s in statements for t in targets(s))]))
    places, taken, grown, shapes = {}, 0, {}, []
    for name in made:
        count = entries(name)
        if count.isdigit():
            places[name] = taken
            part = f"out[{taken}:{taken + int(count)}]"
            taken += int(count)
        else:
            start = " + ".join(grown.values())
            grown[name] = count
            part = f"work[{start}:{start} + {count}]" if start else f"work[:{count}]"
        shape = [extent(axis) for axis in code.arrays[name].axes]
        shapes.append(f"{name} = {part}" + (f".reshape({', '.join(shape)})" if len(shape) > 1 else ""))
    checks, opened = _checks(code, inputs, extent)
    taking = [*inputs, *(["numbers"] if numbers else []), "out", *(["work"] if grown else [])]
    room = [f"if len(work) < {' + '.join(grown.values())}:", "    raise IndexError"] if grown else []
    body = [*opened, *checks, *room, *shapes, *lines, f"return {code.loss}[0]"]
    signature = ", ".join([*(f"_array({len(code.arrays[n].axes)})" for n in inputs), *["_array(1)"] * bool(numbers),
                           *["numba.types.Array(_real, 1, 'C')"] * (1 + bool(grown))])
    text = "\n".join([
        '"""Loss and gradients, compiled by Numba; written by longhand."""', "import math", "", "import numba", "import numpy as np", "",
        f"real = np.{dtype}", f"_real = numba.{dtype}", "", "", "def _array(rank):", "    return numba.types.Array(_real, rank, 'C', readonly=True)", "", "",
        helpers(code, writer.helpers, "\n".join(lines)), "", "",
        f"@numba.njit(_real({signature}), cache=True, {_options()})", f"def kernel({', '.join(taking)}):",
        *(f"    {line}" for line in body), ""])
    return Kernel(text, {g: places[g] for g in results}, taken, tuple(numbers), tuple(grown))


def _options() -> str:
    return JIT.removeprefix("@numba.njit(").removesuffix(")")


def _checks(code: Code, inputs: Sequence[str], extent: Callable[[Axis], str]) -> tuple[list[str], list[str]]:
    """Tests of shapes and places, and the open sizes read off the inputs."""
    opened, tests, seen, lines = [], [], set(), []
    whole = set(map(extent, counted(code)))                           # there is no mean of nothing
    for name in inputs:
        wanted = [extent(axis) for axis in code.arrays[name].axes]
        for place, size in enumerate(wanted):
            if not size.isdigit() and size not in seen:
                seen.add(size)
                opened.append(f"{size} = {name}.shape[{place}]")
                tests += [f"{size} == 0"] if size in whole else []
        if wanted:
            tests.append(f"{name}.shape != ({', '.join(wanted)}{',' if len(wanted) == 1 else ''})")
    if tests:
        lines = [f"if {' or '.join(tests)}:", "    raise IndexError"]
    for name, (c, shift, axis) in pointers(code).items():
        if name in inputs:
            lines += [f"for value in {name}.flat:" if code.arrays[name].axes else f"for value in ({name}[()],):",
                      f"    if value != np.rint(value) or {c} * value + {shift} < 0 or {c} * value + {shift} >= {extent(axis)}:",
                      "        raise IndexError"]
    return lines, opened


def _product(s: Contract, extent: Callable[[Axis], str]) -> list[str] | None:
    """A large product of two matrices, by BLAS, into the array that is there."""
    found = operands(s)
    if found is None:
        return None
    work = 1
    for index in {*s.left.at, *s.right.at}:
        size = extent(index.axis)
        work *= int(size) if size.isdigit() else 64
    return [f"np.dot({found[0]}, {found[1]}, {s.target})"] if work >= LARGE else None
