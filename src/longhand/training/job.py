"""What an engine is given: the code of a step and of the forward pass, their sizes, and the arrays that live as long as the run."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from ..core.record import record
from .steps import Forward, Step

if TYPE_CHECKING:
    import numpy as np

JUDGED_AT_ONCE = 4096
"""Examples that the forward pass takes together when a network is judged."""

Arrays = Mapping[str, "np.ndarray"]


@record
class Job:
    """Arrays by their names in the code: `held` are parameters, memory and the sheet's numbers, `gradients` those of the gradients.

    rows     the symbol of the number of examples      batch     examples of a step, all of them but for the last step of a pass
    threads  of the C target; None: as many as pay     shared   whether several processes share each batch
    """
    step: Step
    forward: Forward
    sizes: Mapping[str, int]
    rows: str
    batch: int
    dtype: str
    held: Arrays
    gradients: Arrays
    held_forward: Arrays
    threads: int | None = None
    shared: bool = False


class Engine(Protocol):
    """What moves the arrays of a job. `examples` are the inputs and labels by their tensors, a row for each example."""
    threads: int
    says: str

    def ready(self) -> None:
        """Makes what the first step needs, so that it fails before there is anything to lose. UsageError where it cannot be made."""

    def steps(self, examples: Arrays, order: np.ndarray, scalars: np.ndarray, losses: np.ndarray) -> None:
        """A step for each row of `scalars`, each on the next `batch` examples of `order`; the loss of each before it. It ends at the
        first that is no finite number."""

    def gradients(self, examples: Arrays, rows: np.ndarray) -> float:
        """The loss of the rows; its gradients go to the arrays of the job."""

    def update(self, scalars: np.ndarray) -> None:
        """One update from the gradients that stand there."""

    def forward(self, examples: Arrays, losses: np.ndarray, prediction: np.ndarray | None) -> None:
        """The loss of each JUDGED_AT_ONCE examples, and the prediction for all."""


Maker = Callable[[Job], Engine]
