"""How the learning rate changes over a run, as a table. A factor of the first rate, from the share of the run that is done (0 to 1)."""
from __future__ import annotations

from collections.abc import Callable
from math import cos, pi

from ..core.record import record
from ..errors import UsageError


@record
class Schedule:
    """A name, the factor at a share of the run, and what it is in a sentence."""
    name: str
    factor: Callable[[float], float]
    why: str


_ROWS = (
    Schedule("constant", lambda done: 1.0, "The rate stays as it is."),
    Schedule("linear", lambda done: 1.0 - done, "The rate falls in a straight line to 0 at the end."),
    Schedule("cosine", lambda done: (1 + cos(pi * done)) / 2, "The rate falls along half a cosine to 0 (Loshchilov and Hutter, 2017)."),
    Schedule("step", lambda done: 0.1 ** int(3 * min(done, 1 - 1e-9)), "The rate is divided by 10 after each third of the run."),
    Schedule("warmup", lambda done: min(1.0, 10 * done + 1e-3), "The rate rises in a straight line over the first tenth of the run."),
)
SCHEDULES: dict[str, Schedule] = {row.name: row for row in _ROWS}


def schedule(name: str) -> Schedule:
    """The schedule of a name. UsageError for one that is not there."""
    if name not in SCHEDULES:
        raise UsageError(f"{name} is no schedule.", suggestion=f"Schedules are {', '.join(SCHEDULES)}.")
    return SCHEDULES[name]
