"""Training from Python, `longhand.fit`, and for several processes: `torchrun --nproc-per-node 2 -m longhand.train sheet.md --examples data.npz`."""
from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .core.problem import Problem

if TYPE_CHECKING:
    from .training.fit import Fitted


def fit(problem: object, examples: str | Path | Mapping[str, Any], *, test: str | Path | Mapping[str, Any] | None = None, label: str | None = None,
        folder: str | Path | None = None, resume: bool = False, number: int | None = None, **options: Any) -> Fitted:
    """Trains the network of a problem (a sheet's text, a Problem or a Model) on examples: a path, or arrays by the sheet's names.

    `number` says which problem of a sheet, from 1, where several have a loss. Options are those of training.options.Options (epochs,
    batch, method, ...). Raises what `longhand train` reports."""
    from .training.front import train
    from .training.options import Options
    if not isinstance(problem, Problem):
        problem = problem.problem() if callable(getattr(problem, "problem", None)) else _read(problem, number)
    return train(problem, examples, Options(**options), label=label, test=test, folder=Path(folder) if folder is not None else None, resume=resume)[0]


def _read(source: object, number: int | None) -> Problem:
    from .reading.choice import understood
    from .solution import read
    sheet = source if hasattr(source, "problems") else read(str(source))
    return understood(sheet.problems, getattr(sheet, "not_understood", ()), number)


if __name__ == "__main__":
    from .cli import run
    from .training.scale import leave
    leave(run(["train", *sys.argv[1:]]))
