"""How the learning rate changes over a run, as a table. A factor of the first rate, from the share of the run that is done (0 to 1)."""
from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..core.record import record
from ..errors import UsageError

if TYPE_CHECKING:
    import numpy as np


@record
class Schedule:
    """A name, the factors at shares of the run, and what it is in a sentence."""
    name: str
    factors: Callable[[np.ndarray], np.ndarray]
    why: str


def _constant(done: np.ndarray) -> np.ndarray:
    return 1.0 + 0.0 * done


def _cosine(done: np.ndarray) -> np.ndarray:
    import numpy as np
    return (1 + np.cos(np.pi * done)) / 2


def _step(done: np.ndarray) -> np.ndarray:
    import numpy as np
    return 0.1 ** np.floor(3 * np.minimum(done, 1 - 1e-9))


def _warmup(done: np.ndarray) -> np.ndarray:
    import numpy as np
    return np.minimum(1.0, 10 * done + 1e-3)


_ROWS = (
    Schedule("constant", _constant, "The rate stays as it is."),
    Schedule("linear", lambda done: 1.0 - done, "The rate falls in a straight line to 0 at the end."),
    Schedule("cosine", _cosine, "The rate falls along half a cosine to 0 (Loshchilov and Hutter, 2017)."),
    Schedule("step", _step, "The rate is divided by 10 after each third of the run."),
    Schedule("warmup", _warmup, "The rate rises in a straight line over the first tenth of the run."),
)
SCHEDULES: dict[str, Schedule] = {row.name: row for row in _ROWS}


def schedule(name: str) -> Schedule:
    """The schedule of a name. UsageError for one that is not there."""
    if name not in SCHEDULES:
        raise UsageError(f"{name} is no schedule.", suggestion=f"Schedules are {', '.join(SCHEDULES)}.")
    return SCHEDULES[name]
