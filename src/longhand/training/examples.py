"""The columns of a file as the inputs and labels of the sheet, checked value by value."""
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from ..core.equation import Tensor
from ..core.record import record
from ..errors import DataError, ShapeError
from .tables import Table
from .task import Task

if TYPE_CHECKING:
    import numpy as np

INPUT_NAMES = ("x", "inputs", "input", "features", "data", "images")
LABEL_NAMES = ("y", "t", "labels", "label", "targets", "target", "class", "classes")
"""What a lone input and a lone label are often called in a file, besides the sheet's own name."""
NEAR_ONE = 1e-6


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


def examples(table: Table, task: Task, label: str | None = None, classes: Sequence[str] = ()) -> Examples:
    """The examples of a table. `label`: the column of the label; `classes`: their names in order, where a training run fixed them.

    DataError with row and column for a value that is no finite number, a label that is no class, a row of class probabilities
    that does not add up to 1; ShapeError for columns too many or too few."""
    places = _columns(table, task, label)
    arrays: dict[str, np.ndarray] = {}
    sizes: dict[str, int] = {}
    found: tuple[str, ...] = tuple(classes)
    for tensor in (*task.inputs, *task.labels):
        columns = places[tensor.name]
        if tensor in task.labels and len(columns) == 1 and table.columns[columns[0]].ndim == 1 and _names_class(tensor, task):
            arrays[tensor.name], found = _classes(table, columns[0], tensor, task, found)
        else:
            arrays[tensor.name] = _numbers(table, columns, tensor)
        for axis, length in zip(tensor.axes[1:], arrays[tensor.name].shape[1:], strict=True):
            size = axis.size if isinstance(axis.size, int) else sizes.setdefault(axis.size, length)
            if size != length:
                raise ShapeError(f"{tensor.name} has {length} entries along {axis.name} in the file, and {size} in the sheet.", table.place(0),
                                 _too_many(table, columns, length, size))
    if task.classes is not None and found and isinstance(task.classes.size, str):
        sizes.setdefault(task.classes.size, len(found))
    for tensor in task.labels:
        _check_totals(table, task, tensor, arrays[tensor.name])
    return Examples(arrays, table.rows, sizes, found)


# ---- which column is which ------------------------------------------------------------------------------------------

def _columns(table: Table, task: Task, label: str | None) -> dict[str, tuple[str, ...]]:
    """The columns of each tensor: by name where the names fit; else the label's column is the last or the one named, and the others are the input."""
    names = {_bare(name): name for name in table.columns}
    out: dict[str, tuple[str, ...]] = {}
    if label is not None:
        if label not in table.columns:
            raise DataError(f"There is no column {label}.", table.place(-1), f"Columns are {_listed(table.columns)}.")
        if len(task.labels) != 1:
            raise DataError(f"The sheet has {len(task.labels)} labels, so --label cannot say which is in the column {label}.", table.place(-1))
        out[task.labels[0].name] = (label,)
    for tensors, usual in ((task.inputs, INPUT_NAMES), (task.labels, LABEL_NAMES)):
        for tensor in tensors:
            tries = (_bare(tensor.name), *usual) if len(tensors) == 1 else (_bare(tensor.name),)
            if tensor.name not in out and (column := next((names[t] for t in tries if t in names), None)):
                out[tensor.name] = (column,)
    left = [name for name in table.columns if all(name not in columns for columns in out.values())]
    missing = [t for t in (*task.labels, *task.inputs) if t.name not in out]
    by_position = table.header is not None or all(array.ndim == 1 for array in table.columns.values())
    if missing and by_position:
        if len(task.labels) == 1 and task.labels[0] in missing and left:
            out[task.labels[0].name] = (left.pop(),)
        if len(task.inputs) == 1 and task.inputs[0] in missing and left and task.inputs[0].rank == 2:
            out[task.inputs[0].name], left = tuple(left), []
        missing = [t for t in missing if t.name not in out]
    if missing:
        raise DataError(f"No column of the file is {missing[0].name}.", table.place(-1), f"Columns are {_listed(table.columns)}; name one like the sheet does.")
    if left:
        raise DataError(f"The column {left[0]} fits no input or label of the sheet.", table.place(-1), "Leave it out, or use its name in the sheet.")
    return out


def _bare(name: str) -> str:
    """A name without markup and case, for comparing."""
    return re.sub(r"\\[A-Za-z]+|[^A-Za-z0-9'*]", "", name).lower()


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    return ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")


def _too_many(table: Table, columns: Sequence[str], length: int, size: int) -> str:
    if len(columns) > 1 and length > size:
        return f"The first column too many is {columns[size]}."
    return "A size that the sheet writes as a number cannot change; write a letter (x ∈ R^d) to leave it open."


# ---- values ---------------------------------------------------------------------------------------------------------

def _numbers(table: Table, columns: Sequence[str], tensor: Tensor) -> np.ndarray:
    """Float64, rows first, all finite."""
    import numpy as np
    parts = []
    for name in columns:
        column = table.columns[name]
        if column.dtype.kind not in "fiub":
            row = next((k for k, cell in enumerate(column.reshape(table.rows, -1)[:, 0]) if not _is_number(str(cell))), 0)
            raise DataError(f"{str(column.reshape(table.rows, -1)[row, 0])[:40]!r} in row {row + 1}, column {name}, is no number.", table.place(row))
        parts.append(np.asarray(column, dtype=np.float64))
    array = parts[0] if len(columns) == 1 and (parts[0].ndim == tensor.rank or tensor.rank == 1) else np.column_stack(parts)
    if tensor.rank == 2 and array.ndim > 2:
        array = array.reshape(table.rows, -1)                       # pictures as rows of pixels
    if array.ndim != tensor.rank:
        raise ShapeError(f"{tensor.name} has {tensor.rank - 1} axes for each example, and {_listed(columns)} has {array.ndim - 1}.", table.place(0))
    wrong = np.argwhere(~np.isfinite(array))
    if len(wrong):
        row = int(wrong[0][0])
        column = columns[int(wrong[0][1])] if len(columns) > 1 else columns[0] + (f"[{int(wrong[0][1]) + 1}]" if array.ndim > 1 else "")
        value = array[tuple(wrong[0])]
        raise DataError(f"{'A value is missing (NaN)' if np.isnan(value) else 'The value is infinite'} in row {row + 1}, column {column}.", table.place(row),
                        "Fill it in or leave the row out; longhand does not guess values.")
    return array


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _names_class(label: Tensor, task: Task) -> bool:
    """Whether one column holds the class of each example: the label is one-hot, or read as a class number."""
    return label.rank == 2 or task.classes is not None


def _classes(table: Table, column: str, label: Tensor, task: Task, known: tuple[str, ...]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Class numbers or names as one-hot rows, or as numbers from 0 where the sheet reads the label as a class number."""
    import numpy as np
    cells = table.columns[column]
    if cells.dtype.kind == "f":
        wrong = np.flatnonzero(~np.isfinite(cells) | (cells != np.floor(cells)))
        if len(wrong):
            row = int(wrong[0])
            raise DataError(f"The label {cells[row]:g} in row {row + 1}, column {column}, is no class.", table.place(row),
                            "Classes are whole numbers or words.")
        cells = cells.astype(np.int64)
    present, where = np.unique(cells, return_inverse=True)
    axis = task.classes if task.classes is not None else label.axes[-1]
    size = axis.size if isinstance(axis.size, int) else None
    if not known and cells.dtype.kind in "iub" and size is not None and present.min() >= 0 and present.max() < size:
        known = tuple(map(str, range(size)))                        # class numbers as the sheet counts them, seen or not
    known = known or tuple(map(str, present.tolist()))
    places = {name: k for k, name in enumerate(known)}
    unknown = [k for k, name in enumerate(present.tolist()) if str(name) not in places]
    if unknown or (size is not None and len(known) > size):
        row = int(np.flatnonzero(where == (unknown[0] if unknown else size))[0])
        what = f"Classes are {_listed(known)}." if unknown else f"The sheet has {size} classes, and the file {len(known)}: {_listed(known)}."
        raise DataError(f"The label {cells[row]} in row {row + 1}, column {column}, is no class of the problem.", table.place(row), what)
    numbers = np.array([places[str(name)] for name in present.tolist()])[where]
    if label.rank == 1:
        return numbers.astype(np.float64), known
    return np.eye(size or len(known))[numbers], known


def _check_totals(table: Table, task: Task, label: Tensor, array: np.ndarray) -> None:
    """Labels that the sheet says add up to 1 do."""
    import numpy as np
    if label.rank != 2 or all(fact.tensor != label.name for fact in task.program.facts):
        return
    totals = array.sum(axis=-1)
    wrong = np.flatnonzero(np.abs(totals - 1) > NEAR_ONE)
    if len(wrong):
        row = int(wrong[0])
        raise DataError(f"The label of row {row + 1} adds up to {totals[row]:.6g}, and the sheet says 1.", table.place(row))


def rescaled(examples: Examples, task: Task, means: Mapping[str, np.ndarray], spreads: Mapping[str, np.ndarray]) -> Examples:
    """The examples with each input less its mean, over its spread."""
    arrays = dict(examples.arrays)
    for tensor in task.inputs:
        arrays[tensor.name] = (arrays[tensor.name] - means[tensor.name]) / spreads[tensor.name]
    return Examples(arrays, examples.rows, examples.sizes, examples.classes)


def scales(examples: Examples, task: Task) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """The mean and the standard deviation of each input column; 1 for a column that never changes."""
    means = {t.name: examples.arrays[t.name].mean(axis=0) for t in task.inputs}
    spreads = {t.name: examples.arrays[t.name].std(axis=0) for t in task.inputs}
    return means, {name: spread + (spread == 0) for name, spread in spreads.items()}
