"""The state of a run: where it stands, what it has seen, and how that becomes a checkpoint and comes back."""
from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from ..core.record import record
from ..errors import UsageError
from .checkpoint import Checkpoint
from .options import Options

if TYPE_CHECKING:
    import numpy as np

    from .examples import Examples
    from .task import Task

MAY_CHANGE = ("epochs", "patience", "threads")
"""Options that a resumed run may be given anew or not at all; epochs only where the rate does not depend on how long the run is."""


@record
class Epoch:
    """What one pass gave: mean loss over the training steps, and loss and accuracy on the validation examples (None without them)."""
    number: int
    steps: int
    rate: float
    loss: float
    validation_loss: float | None = None
    validation_accuracy: float | None = None

    @property
    def judged(self) -> float:
        """The loss that the best epoch and early stopping go by."""
        return self.loss if self.validation_loss is None else self.validation_loss


@dataclass
class Run:
    """A run under way. `random` draws the order of examples; `step` counts updates from 0."""
    random: np.random.Generator
    epoch: int = 0
    step: int = 0
    history: list[Epoch] = field(default_factory=list)

    @property
    def best(self) -> Epoch | None:
        """The epoch of the least loss, the first of equals."""
        return min(self.history, key=lambda e: e.judged, default=None)

    def stale(self) -> int:
        """Epochs since the best one."""
        best = self.best
        return self.epoch - best.number if best is not None else 0


@record
class Marks:
    """Fingerprints of what a run is made of, to tell it from another."""
    examples: str
    sheet: str


def checkpoint(run: Run, options: Options, marks: Marks, arrays: dict[str, np.ndarray], more: dict[str, Any]) -> Checkpoint:
    """All of a run. `more`: what the reader of the checkpoint wants to know besides."""
    state = {"epoch": run.epoch, "step": run.step, "random": run.random.bit_generator.state, "history": [_listed(e) for e in run.history],
             "options": asdict(options), "examples": marks.examples, "sheet": marks.sheet, **more}
    return Checkpoint(arrays, state)


def resumed(found: Checkpoint, options: Options, marks: Marks) -> Run:
    """The run of a checkpoint. UsageError where it was made with other options, other examples or another sheet: it would not be the same run."""
    import numpy as np
    state, now = found.state, asdict(options)
    free = MAY_CHANGE if options.schedule == "constant" else MAY_CHANGE[1:]
    for name, value in state["options"].items():
        if name not in free and now.get(name) != value:
            raise UsageError(f"The checkpoint was made with {_difference(name, value, now.get(name))}.",
                             suggestion="Resume with the same options, or start anew in another folder.")
    if options.threads is not None and options.threads != state.get("threads", options.threads):
        raise UsageError(f"The checkpoint was made by {state['threads']} threads, and now there are {options.threads}.", suggestion="Leave --threads out.")
    for what, mark, file in (("other examples", marks.examples, "file"), ("another sheet", marks.sheet, "sheet")):
        if state.get(what.split()[-1]) != mark:
            raise UsageError(f"The checkpoint was made with {what}.", suggestion=f"Resume with the same {file}, or start anew in another folder.")
    random = np.random.default_rng()
    random.bit_generator.state = state["random"]
    return Run(random, state["epoch"], state["step"], [Epoch(**e) for e in state["history"]])


def _difference(name: str, before: Any, now: Any) -> str:
    """What an option was and is; of several numbers by name, the first that differs."""
    if isinstance(before, dict) and isinstance(now, dict):
        name = next(n for n in (*before, *now) if before.get(n) != now.get(n))
        before, now = before.get(name), now.get(name)
    return f"{name} = {_told(before)}, and now it is {_told(now)}"


def _told(value: Any) -> str:
    return "not given" if value is None else str(value)


def of_task(task: Task) -> str:
    """A hash of the equations, the shapes and the sheet's numbers in them."""
    tensors, data = task.program.tensors, task.problem.data
    numbers = [(n, data[n]) for n in sorted(data) if n in tensors and tensors[n].role == "data"]
    said = [(e.left, e.right) for e in task.program.equations], sorted(tensors.items()), numbers
    return hashlib.sha256(repr(said).encode()).hexdigest()


def of_examples(examples: Examples) -> str:
    """A hash of the values, to tell examples from others."""
    found = hashlib.sha256()
    for name in sorted(examples.arrays):
        array = examples.arrays[name]
        found.update(f"{name}{array.shape}{array.dtype}".encode())
        found.update(memoryview(array.reshape(-1)).cast("B") if array.flags.c_contiguous else array.tobytes())
    return found.hexdigest()


def _listed(epoch: Epoch) -> dict[str, Any]:
    return {name: getattr(epoch, name) for name in ("number", "steps", "rate", "loss", "validation_loss", "validation_accuracy")}


def columns(history: Iterable[Epoch]) -> str:
    """The history as CSV."""
    names = ("number", "steps", "rate", "loss", "validation_loss", "validation_accuracy")
    rows = [",".join("" if (v := getattr(e, name)) is None else repr(v) for name in names) for e in history]
    return "\n".join(["epoch" + ",".join(names).removeprefix("number"), *rows]) + "\n"
