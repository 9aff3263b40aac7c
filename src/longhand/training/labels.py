"""Labels of a file as the sheet reads them: classes by number or by name, probabilities, or plain numbers."""
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..core.equation import Tensor
from ..errors import DataError
from .tables import Table, listed
from .task import Task

if TYPE_CHECKING:
    import numpy as np

NEAR_ONE = 1e-6
BINARY = 2
WORDS = "USOb"
"""Kinds of arrays that hold names of classes: text, objects, truth values."""


def class_cells(table: Table, column: str, label: Tensor, task: Task, known: tuple[str, ...], sizes: Mapping[str, int]) -> np.ndarray | None:
    """The cells of a lone column where they name the class of each example; None where they are numbers, or more than a column.

    DataError where the sheet leaves both open: a lone column of whole numbers, for a label of open size that is not said to be one-hot."""
    import numpy as np
    cells = table.columns[column]
    size = size_of(label, task, sizes)
    if cells.ndim == 2 and cells.shape[1] == 1 and size != 1:
        cells = cells[:, 0]                                         # y.reshape(-1, 1)
    binary = label.name in task.two_classes
    if cells.ndim != 1 or label.rank == 1 and task.classes is None and not binary or label.rank > 2:
        return None
    if cells.dtype.kind in WORDS or known or label.rank == 1 and not binary or label.rank == 2 and _adds_up(label, task):
        return cells
    whole = cells.dtype.kind in "iu" or bool(np.all(cells == np.floor(cells)))
    if binary and label.rank == 1:                                  # what lies between 0 and 1 is a probability; two whole numbers are classes
        return cells if whole else None
    if size is None and whole:
        raise DataError(f"Whether the whole numbers in the column {column} are classes or values is not clear.", table.place(0),
                        f"Say in the sheet that {label.name} is one-hot, or give its size: --size {label.axes[-1].size}=1 for values.")
    return None if size is None or size == 1 else cells


def size_of(label: Tensor, task: Task, sizes: Mapping[str, int]) -> int | None:
    """How many classes or values the label tells apart, where that is known."""
    axis = task.classes if label.rank == 1 else label.axes[-1]
    if axis is None:
        return BINARY if label.name in task.two_classes else None
    return axis.size if isinstance(axis.size, int) else sizes.get(axis.size)


def as_classes(table: Table, column: str, cells: np.ndarray, label: Tensor, task: Task, known: tuple[str, ...],
               sizes: Mapping[str, int]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Class numbers or names as one-hot rows, or as the sheet's numbers where the sheet has one number for the class; and the names in order."""
    import numpy as np
    if cells.dtype.kind == "f":
        wrong = np.flatnonzero(~np.isfinite(cells) | (cells != np.floor(cells)))
        if len(wrong):
            row = int(wrong[0])
            raise DataError(f"The label {cells[row]:g} in row {row + 1}, column {column}, is no class.", table.place(row),
                            "Classes are whole numbers or words.")
        cells = cells.astype(np.int64)
    present, where = np.unique(cells, return_inverse=True)
    size = size_of(label, task, sizes)
    counted = cells.dtype.kind in "iu"
    for first in (task.first_class, 0):                             # class numbers as the sheet counts them, seen or not
        if not known and counted and size is not None and present.min() >= first and present.max() < first + size:
            known = tuple(map(str, range(first, first + size)))
    known = known or tuple(map(str, present.tolist()))
    places = {name: k for k, name in enumerate(known)}
    unknown = [k for k, name in enumerate(present.tolist()) if str(name) not in places]
    if unknown or (size is not None and len(known) > size):
        first = 0 if counted and present.min() <= 0 else 1
        outside = [k for k, number in enumerate(present.tolist()) if not first <= number < first + size] if counted and not unknown else []
        row = int(np.flatnonzero(where == (unknown or outside or [size])[0])[0])
        what = f"Classes are {listed(known)}." if unknown else f"The sheet has {size} classes, and the file {len(known)}: {listed(known)}."
        raise DataError(f"The label {cells[row]} in row {row + 1}, column {column}, is no class of the problem.", table.place(row), what)
    numbers = np.array([places[str(name)] for name in present.tolist()])[where]
    if label.rank == 1:
        return numbers.astype(np.float64) + task.first_class, known
    return np.eye(size or len(known))[numbers], known


def check(table: Table, task: Task, label: Tensor, array: np.ndarray) -> None:
    """DataError for a label that should be a probability, or several that add up to 1, and is not."""
    import numpy as np
    sums = label.rank == 2 and _adds_up(label, task)
    if sums or label.name in task.two_classes:
        outside = np.argwhere((array < -NEAR_ONE) | (array > 1 + NEAR_ONE))
        if len(outside):
            row = int(outside[0][0])
            raise DataError(f"The label {array[tuple(outside[0])]:.6g} in row {row + 1} is no probability: the sheet's loss takes 0 to 1.", table.place(row))
    if sums:
        totals = array.sum(axis=-1)
        wrong = np.flatnonzero(np.abs(totals - 1) > NEAR_ONE)
        if len(wrong):
            row = int(wrong[0])
            raise DataError(f"The label of row {row + 1} adds up to {totals[row]:.6g}, and the sheet says 1.", table.place(row))


def _adds_up(label: Tensor, task: Task) -> bool:
    return any(fact.tensor == label.name for fact in task.program.facts)
