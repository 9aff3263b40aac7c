"""From a problem and a file of examples to a trained network and its report."""
from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.problem import Problem
from ..errors import DataError, UsageError
from .examples import examples as matched
from .examples import rescaled
from .fit import Fitted, Progress
from .fit import fit as fitted_to
from .folder import held
from .judge import Judged, judged
from .options import Options
from .scale import Group
from .tables import EXTRA, Table, read_table
from .task import task as made

if TYPE_CHECKING:
    import numpy as np

    from .examples import Examples

Source = str | Path | Mapping[str, Any]
"""Examples: a file, or arrays by name."""


def train(problem: Problem, examples: Source, options: Options, *, label: str | None = None, test: Source | None = None,
          folder: Path | None = None, resume: bool = False, progress: Progress | None = None, group: Group | None = None,
          title: str = "") -> tuple[Fitted, Judged | None]:
    """The trained network, and how it does on the test examples. With a folder: checkpoints, report and learning curve in it."""
    _numpy()
    task = made(problem)
    largest = _largest(options)
    found = matched(_table(examples), task, label, sizes=options.sizes, largest=largest)
    tested = matched(_table(test), task, label, found.classes, {**options.sizes, **found.sizes}, largest) if test is not None else None
    if tested is not None and tested.sizes != found.sizes:
        raise DataError(f"The test examples have other sizes than the training examples: {tested.sizes} and {found.sizes}.")
    first = group is None or group.first
    with held(folder if first else None):
        fitted = fitted_to(task, found, options, folder=folder, resume=resume, progress=progress, group=group)
        judgement = _judged(fitted, tested) if tested is not None else None
        if folder is not None and first:
            from .report import write_report
            write_report(fitted, folder, title or problem.title or "the sheet", str(examples) if isinstance(examples, str | Path) else "arrays", judgement)
    return fitted, judgement


def _judged(fitted: Fitted, examples: Examples) -> Judged:
    from .stepper import Stepper
    stepper = Stepper(fitted.task, fitted.parameters, fitted.sizes, fitted.options, threads=fitted.options.threads)
    if fitted.means:
        examples = rescaled(examples, fitted.task, fitted.means, fitted.spreads)
    return judged(stepper, fitted.task, stepper.prepared(examples))


def _table(source: Source) -> Table:
    if isinstance(source, str | Path):
        return read_table(str(source))
    if not callable(getattr(source, "items", None)):
        raise DataError(f"Examples are a file or arrays by name, not a {type(source).__name__}.", suggestion='{"x": inputs, "y": labels}')
    columns = {str(name): _array(str(name), array) for name, array in source.items()}
    lengths = {len(array) if array.ndim else -1 for array in columns.values()}
    if len(lengths) != 1 or lengths <= {-1, 0}:
        raise DataError("The arrays need the same number of rows, and at least one.")
    return Table("the arrays", columns, lengths.pop())


def _array(name: str, value: Any) -> np.ndarray:
    """An array as it is given; what is masked in it is missing, and numbers among objects are numbers."""
    import numpy as np
    if np.ma.isMaskedArray(value) and np.ma.is_masked(value):
        value = value.astype(float).filled(np.nan)
    try:
        array = np.asarray(value)
    except ValueError:
        raise DataError(f"The rows of {name} have different lengths.") from None
    numbers = array.dtype == object and all(cell is None or isinstance(cell, int | float | np.number) for cell in array.flat)
    return array.astype(float) if numbers and any(cell is not None for cell in array.flat) else array


def _largest(options: Options) -> float:
    """The largest number of the run's floating type; any where the inputs are scaled first."""
    import numpy as np
    return float(np.finfo(options.dtype).max) if options.scale == "none" else float("inf")


def _numpy() -> None:
    try:
        import numpy  # noqa: F401
    except ImportError:
        raise UsageError("Training needs numpy, which is not installed.", suggestion=EXTRA) from None
