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
from .judge import Judged, judged
from .options import Options
from .scale import Group
from .tables import EXTRA, Table, read_table
from .task import task as made

if TYPE_CHECKING:
    from .examples import Examples


def train(problem: Problem, examples: str | Mapping[str, Any], options: Options, *, label: str | None = None, test: str | Mapping[str, Any] | None = None,
          folder: Path | None = None, resume: bool = False, progress: Progress | None = None, group: Group | None = None,
          title: str = "") -> tuple[Fitted, Judged | None]:
    """The trained network, and how it does on the test examples. With a folder: checkpoints, report and learning curve in it."""
    _numpy()
    task = made(problem)
    found = matched(_table(examples), task, label)
    tested = matched(_table(test), task, label, found.classes) if test is not None else None
    if tested is not None and tested.sizes != found.sizes:
        raise DataError(f"The test examples have other sizes than the training examples: {tested.sizes} and {found.sizes}.")
    fitted = fitted_to(task, found, options, folder=folder, resume=resume, progress=progress, group=group)
    judgement = _judged(fitted, tested) if tested is not None else None
    if folder is not None and (group is None or group.first):
        from .report import write_report
        write_report(fitted, folder, title or problem.title or "the sheet", examples if isinstance(examples, str) else "arrays", judgement)
    return fitted, judgement


def _judged(fitted: Fitted, examples: Examples) -> Judged:
    from .stepper import Stepper
    stepper = Stepper(fitted.task, fitted.parameters, fitted.sizes, fitted.options, threads=fitted.options.threads)
    if fitted.means:
        examples = rescaled(examples, fitted.task, fitted.means, fitted.spreads)
    return judged(stepper, fitted.task, stepper.prepared(examples))


def _table(source: str | Mapping[str, Any]) -> Table:
    if isinstance(source, str):
        return read_table(source)
    import numpy as np
    columns = {name: np.asarray(array) for name, array in source.items()}
    lengths = {len(array) if array.ndim else -1 for array in columns.values()}
    if len(lengths) != 1 or lengths <= {-1, 0}:
        raise DataError("The arrays need the same number of rows, and at least one.")
    return Table("the arrays", columns, lengths.pop())


def _numpy() -> None:
    try:
        import numpy  # noqa: F401
    except ImportError:
        raise UsageError("Training needs numpy, which is not installed.", suggestion=EXTRA) from None
