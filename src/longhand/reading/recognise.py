"""Known functions under a sheet's own definition: ELU written by cases is the ELU of the table if they agree everywhere they are tried."""
from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from ..core.expr import Apply, Entry, Expr, Holds, Number
from ..core.walk import tensors, walk
from ..functions import table
from ..numbers.arithmetic import FLOATS
from ..numbers.evaluate import at_numbers
from ..numbers.faults import EvaluationError, NumberError
from .environment import SheetFunction
from .names import flat
from .syntax import Cases
from .terms import Term, Unclear

if TYPE_CHECKING:
    from .elaborate import Elaborator

POINTS = (-55.0, -7.3, -2.0, -1.0, -0.37, -0.0625, 0.0, 0.0625, 0.41, 1.0, 2.0, 6.9, 55.0)
_ARGUMENT = Entry("#1")


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
    if not body.scalar or tensors(body.expr) - {_ARGUMENT.tensor}:
        return None
    return match(body.expr)


def match(e: Expr) -> tuple[str, tuple[Expr, ...]] | None:
    """The row whose values are those of `e`, an expression of its argument; tried at POINTS and round each bound that `e` compares with."""
    points = POINTS + tuple(float(node.right.value) + step for node in walk(e) if isinstance(node, Holds) and isinstance(node.right, Number)
                            for step in (-0.5, 0.0, 0.5))
    mine = _values(e, points)
    if mine is None:
        return None
    for name, row in (*_rows(), *_rows_with(e)):
        values = _values(row, points)
        if values is not None and all(abs(a - b) <= 1e-9 * max(1.0, abs(b)) for a, b in zip(mine, values, strict=True)):
            return name, row.arguments[1:]
    return None


def _rows_with(e: Expr) -> Iterator[tuple[str, Apply]]:
    """Rows with a parameter, at the numbers of `e`: leaky ReLU with the slope 0.1."""
    numbers = dict.fromkeys(node for node in walk(e) if isinstance(node, Number) and node.value > 0)
    for name, row in _rows():
        if len(row.arguments) == 2:
            yield from ((name, Apply(name, (_ARGUMENT, number))) for number in numbers if number != row.arguments[1])


def _values(e: Expr, points: tuple[float, ...]) -> tuple[float, ...] | None:
    try:
        return tuple(at_numbers(e, (point,), FLOATS) for point in points)
    except (EvaluationError, NumberError, ArithmeticError, ValueError):
        return None


LEFT_AS_WRITTEN = frozenset({"identity", "exp", "ln", "sin", "cos", "arctan", "erf"})     # rows that are no better than the formula itself


@lru_cache(maxsize=1)
def _rows() -> tuple[tuple[str, Apply], ...]:
    """Each row of the table as an expression of its argument, its parameters at their defaults."""
    rows = [row for row in table.SCALARS if row.name not in LEFT_AS_WRITTEN]
    return tuple((row.name, Apply(row.name, (_ARGUMENT, *table.parameters(row)))) for row in rows)
