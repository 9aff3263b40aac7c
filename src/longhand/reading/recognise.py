"""Known functions under a sheet's own definition: ELU written by cases is the ELU of the table if they agree everywhere they are tried."""
from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from ..core.expr import Entry, Expr
from ..core.walk import tensors
from ..functions import table
from ..numbers.sample import SampleError, sample
from .environment import SheetFunction
from .names import flat
from .syntax import Cases
from .terms import Term, Unclear

if TYPE_CHECKING:
    from .elaborate import Elaborator

POINTS = (-7.3, -2.0, -1.0, -0.37, -0.0625, 0.0, 0.0625, 0.41, 1.0, 2.0, 6.9)
_ARGUMENT = Entry("argument")


def recognise(reader: Elaborator, function: SheetFunction) -> tuple[str, tuple[Expr, ...]] | None:
    """(name of the row, its parameters) of the scalar function that agrees with the sheet's at all of POINTS, kinks included."""
    env = reader.env
    saved, notes = dict(env.locals), list(env.notes)
    try:
        env.locals[flat(function.parameters[0]) or ""] = Term(_ARGUMENT)
        body = reader.cases(function.body, _ARGUMENT) if isinstance(function.body, Cases) else reader(function.body)
    except Unclear:
        env.notes = notes
        return None
    finally:
        env.locals = saved
    if not body.scalar or tensors(body.expr) - {"argument"}:
        return None
    return match(body.expr)


def match(e: Expr) -> tuple[str, tuple[Expr, ...]] | None:
    """The row whose values are those of `e`, an expression of the one entry "argument"."""
    mine = _values(e)
    if mine is None:
        return None
    for name, values in _rows():
        if values is not None and all(abs(a - b) <= 1e-9 * max(1.0, abs(b)) for a, b in zip(mine, values, strict=True)):
            row = table.scalar(name)
            return name, table.parameters(row)
    return None


def _values(e: Expr) -> tuple[float, ...] | None:
    try:
        return tuple(sample(e, {"argument": point}) for point in POINTS)
    except SampleError:
        return None


@lru_cache(maxsize=1)
def _rows() -> tuple[tuple[str, tuple[float, ...] | None], ...]:
    """Each named row of the table with its values; functions that are better left as they are written are not among them."""
    out = []
    for row in table.SCALARS:
        if row.value is None and row.name in ("exp", "ln", "sin", "cos"):
            continue
        if row.name in ("identity",):
            continue
        if row.value is None and row.name != "tanh":
            continue
        arguments = (_ARGUMENT, *table.parameters(row))
        from ..core.expr import Apply
        out.append((row.name, _values(row.value(*arguments) if row.value is not None else Apply(row.name, arguments))))
    return tuple(out)
