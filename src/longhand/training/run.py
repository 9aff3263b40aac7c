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


def checkpoint(run: Run, options: Options, examples: str, arrays: dict[str, np.ndarray], more: dict[str, Any]) -> Checkpoint:
    """All of a run. `examples`: the fingerprint of its examples; `more`: what the reader of the checkpoint wants to know besides."""
    state = {"epoch": run.epoch, "step": run.step, "random": run.random.bit_generator.state, "history": [_listed(e) for e in run.history],
             "options": asdict(options), "examples": examples, **more}
    return Checkpoint(arrays, state)


def resumed(found: Checkpoint, options: Options, examples: str) -> Run:
    """The run of a checkpoint. UsageError where it was made with other options or other examples: it would not be the same run."""
    import numpy as np
    state, now = found.state, asdict(options)
    free = MAY_CHANGE if options.schedule == "constant" else MAY_CHANGE[1:]
    for name, value in state["options"].items():
        if name not in free and now.get(name) != value:
            raise UsageError(f"The checkpoint was made with {name} = {value}, and now it is {now.get(name)}.",
                             suggestion="Resume with the same options, or start anew in another folder.")
    if options.threads is not None and options.threads != state.get("threads", options.threads):
        raise UsageError(f"The checkpoint was made by {state['threads']} threads, and now there are {options.threads}.", suggestion="Leave --threads out.")
    if state["examples"] != examples:
        raise UsageError("The checkpoint was made with other examples.", suggestion="Resume with the same file, or start anew in another folder.")
    random = np.random.default_rng()
    random.bit_generator.state = state["random"]
    return Run(random, state["epoch"], state["step"], [Epoch(**e) for e in state["history"]])


def fingerprint(examples: Examples) -> str:
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
