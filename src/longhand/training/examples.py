"""The columns of a file as the inputs and labels of the sheet, checked value by value."""
from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..core.equation import Tensor
from ..core.record import record
from ..errors import DataError, ShapeError
from .labels import as_classes, check, class_cells
from .tables import Table, is_number, listed
from .task import Task

if TYPE_CHECKING:
    import numpy as np

INPUT_NAMES = ("x", "inputs", "input", "features", "data", "images")
LABEL_NAMES = ("y", "t", "labels", "label", "targets", "target", "class", "classes")
"""What a lone input and a lone label are often called in a file, besides the sheet's own name."""
CONSTANT = 1e-13
"""A column whose spread is this small a part of its values never changes: the rest is rounding."""


@record
class Examples:
    """Inputs and labels by tensor, a row for each example; `sizes` that follow from them; the names of the classes, where there are any."""
    arrays: dict[str, np.ndarray]
    rows: int
    sizes: dict[str, int]
    classes: tuple[str, ...] = ()

    def some(self, rows: np.ndarray | slice) -> Examples:
        """The examples of these rows."""
        arrays = {name: array[rows] for name, array in self.arrays.items()}
        return Examples(arrays, len(next(iter(arrays.values()))), self.sizes, self.classes)


def examples(table: Table, task: Task, label: str | None = None, classes: Sequence[str] = (), sizes: Mapping[str, int] | None = None,
             largest: float = math.inf) -> Examples:
    """The examples of a table. `label`: the column of the label; `classes`: their names in order, where a training run fixed them;
    `sizes`: those that are known besides; `largest`: the largest number that the run can hold.

    DataError with row and column for a value that is no finite number or too large, a label that is no class, a row of class
    probabilities that does not add up to 1; ShapeError for columns too many or too few."""
    places = _columns(table, task, label)
    arrays: dict[str, np.ndarray] = {}
    told, sizes = dict(sizes or {}), {}
    found: tuple[str, ...] = tuple(classes)
    for tensor in (*task.inputs, *task.labels):
        columns = places[tensor.name]
        cells = class_cells(table, columns[0], tensor, task, found, told) if tensor in task.labels and len(columns) == 1 else None
        if cells is not None:
            arrays[tensor.name], found = as_classes(table, columns[0], cells, tensor, task, found, told)
        else:
            arrays[tensor.name] = _numbers(table, columns, tensor, largest)
        for axis, length in zip(tensor.axes[1:], arrays[tensor.name].shape[1:], strict=True):
            size = axis.size if isinstance(axis.size, int) else sizes.setdefault(axis.size, length)
            if size != length:
                entries = f"{length} entr{'y' if length == 1 else 'ies'}" + (f" along {axis.name}" if tensor.rank > 2 else "")
                raise ShapeError(f"{tensor.name} has {entries} in the file, and {size} in the sheet.", table.place(0),
                                 _too_many(table, columns, length, size))
    if task.classes is not None and found and isinstance(task.classes.size, str):
        sizes.setdefault(task.classes.size, len(found))
    for tensor in task.labels:
        check(table, task, tensor, arrays[tensor.name])
    return Examples(arrays, table.rows, sizes, found)


# ---- which column is which ------------------------------------------------------------------------------------------

def _columns(table: Table, task: Task, label: str | None) -> dict[str, tuple[str, ...]]:
    """The columns of each tensor: by name where the names fit; else the label's column is the last or the one named, the others are the input."""
    by_position = table.header is not None or all(array.ndim == 1 for array in table.columns.values())
    names = {_bare(name): name for name in table.columns} | {name: name for name in table.columns}
    out: dict[str, tuple[str, ...]] = {}
    if label is not None:
        if label not in table.columns:
            raise DataError(f"There is no column {label}.", table.place(-1), f"Columns are {listed(table.columns)}.")
        if len(task.labels) != 1:
            raise DataError(f"The sheet has {len(task.labels)} labels, so --label cannot say which is in the column {label}.", table.place(-1))
        out[task.labels[0].name] = (label,)
    for tensors, usual in ((task.inputs, INPUT_NAMES), (task.labels, LABEL_NAMES)):
        for tensor in tensors:
            usual = tuple(n for n in usual if len(n) > 1) if by_position else usual          # a lone letter may be any measurement
            tries = (tensor.name, _bare(tensor.name), *(usual if len(tensors) == 1 else ()))
            if tensor.name not in out and (column := next((names[t] for t in tries if t in names), None)):
                out[tensor.name] = (column,)
    left = [name for name in table.columns if all(name not in columns for columns in out.values())]
    missing = [t for t in (*task.labels, *task.inputs) if t.name not in out]
    if missing and by_position:
        if len(task.labels) == 1 and task.labels[0] in missing and left:
            out[task.labels[0].name] = (left.pop(),)
        if len(task.inputs) == 1 and task.inputs[0] in missing and left and task.inputs[0].rank == 2:
            out[task.inputs[0].name], left = tuple(left), []
        missing = [t for t in missing if t.name not in out]
    if missing:
        alone = next(iter(table.columns)) if len(table.columns) == 1 else ""
        raise DataError(f"No column of the file is {missing[0].name}.", table.place(-1), "Separate the columns with commas." if any(c in alone for c in ";\t|")
                        else f"Columns are {listed(table.columns)}; name one like the sheet does.")
    if left:
        raise DataError(f"The column {left[0]} fits no input or label of the sheet.", table.place(-1), "Leave it out, or use its name in the sheet.")
    return out


def _bare(name: str) -> str:
    """A name without markup and case, for comparing."""
    return re.sub(r"\\[A-Za-z]+|[^A-Za-z0-9'*]", "", name).lower()


def _too_many(table: Table, columns: Sequence[str], length: int, size: int) -> str:
    if len(columns) > 1 and length > size:
        return f"The first column too many is {columns[size]}."
    return "A size that the sheet writes as a number cannot change; write a letter (x ∈ R^d) to leave it open."


# ---- values ---------------------------------------------------------------------------------------------------------

def _numbers(table: Table, columns: Sequence[str], tensor: Tensor, largest: float) -> np.ndarray:
    """Float64, rows first, all finite and none larger than `largest`."""
    import numpy as np
    parts = []
    for name in columns:
        column = table.columns[name]
        if column.dtype.kind not in "fiub":
            cells = column.reshape(table.rows, -1)
            row, at = next(((r, k) for r, k in np.ndindex(cells.shape) if not is_number(str(cells[r, k]))), (0, 0))
            what = "is text, no number" if column.dtype.kind == "U" and is_number(cells[row, at]) else "is no number"
            raise DataError(f"{str(cells[row, at])[:40]!r} in row {row + 1}, column {name}, {what}.", table.place(row))
        parts.append(np.asarray(column, dtype=np.float64))
    array = parts[0] if len(columns) == 1 and (parts[0].ndim == tensor.rank or tensor.rank == 1) else np.column_stack(parts)
    if tensor.rank == 2 and array.ndim > 2:
        array = array.reshape(table.rows, -1)                       # pictures as rows of pixels
    if array.ndim != tensor.rank:
        raise ShapeError(f"{tensor.name} has {tensor.rank - 1} axes for each example, and {listed(columns)} has {array.ndim - 1}.", table.place(0),
                         "Examples are rows: write the sheet for one example, or with the axis of the examples in front, not as columns.")
    wrong = np.argwhere(~(np.abs(array) <= largest) | np.isinf(array))
    if len(wrong):
        row = int(wrong[0][0])
        column = columns[int(wrong[0][1])] if len(columns) > 1 else columns[0] + (f"[{int(wrong[0][1]) + 1}]" if array.ndim > 1 else "")
        value = array[tuple(wrong[0])]
        at = f"in row {row + 1}, column {column}"
        if np.isfinite(value):
            raise DataError(f"The value {value:g} {at} is too large for float32.", table.place(row), "--dtype float64, or --scale standard")
        raise DataError(f"{'A value is missing (NaN)' if np.isnan(value) else 'The value is infinite'} {at}.", table.place(row),
                        "Fill it in or leave the row out; longhand does not guess values.")
    return array


def rescaled(examples: Examples, task: Task, means: Mapping[str, np.ndarray], spreads: Mapping[str, np.ndarray]) -> Examples:
    """The examples with each input less its mean, over its spread."""
    arrays = dict(examples.arrays)
    for tensor in task.inputs:
        arrays[tensor.name] = (arrays[tensor.name] - means[tensor.name]) / spreads[tensor.name]
    return Examples(arrays, examples.rows, examples.sizes, examples.classes)


def scales(examples: Examples, task: Task) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """The mean and the standard deviation of each input column; 1 for a column that never changes. DataError where they are too large."""
    import numpy as np
    means, spreads = {}, {}
    for name in (t.name for t in task.inputs):
        array = examples.arrays[name]
        with np.errstate(over="ignore", invalid="ignore"):
            mean, spread = array.mean(axis=0), array.std(axis=0)
        if not np.isfinite(spread).all():
            at = int(np.flatnonzero(~np.isfinite(spread).reshape(-1))[0])
            raise DataError(f"The values of {name}[{at + 1}] are too large for a standard deviation.", suggestion="Leave --scale out, or mend the column.")
        means[name], spreads[name] = mean, np.where(spread <= CONSTANT * np.abs(mean), 1.0, spread)
    return means, spreads
