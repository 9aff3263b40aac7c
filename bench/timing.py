"""Times as medians of interleaved rounds: every row is measured once a round, so that a busy minute falls on all of them."""
from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter


@dataclass(slots=True)
class Row:
    """One figure. `measure` gives seconds for one unit of work; `shown` writes them; what is asked of it stands in `goal`."""
    name: str
    measure: Callable[[], float]
    shown: Callable[[float], str]
    goal: str = ""
    beside: str = ""                    # the row that it is a multiple of
    samples: list[float] = field(default_factory=list)

    @property
    def value(self) -> float:
        return median(self.samples)


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1e3:,.2f} ms"


def a_second(seconds: float) -> str:
    return f"{1 / seconds:,.0f} a second"


def repeated(work: Callable[[], object], times: int, units: int = 1) -> Callable[[], float]:
    """Seconds for one unit, the work being done so many times in a row, each doing so many units."""
    def measure() -> float:
        gc.collect()                    # what the row before left behind is not this one's cost
        start = perf_counter()
        for _ in range(times):
            work()
        return (perf_counter() - start) / (times * units)

    return measure


def process(*arguments: str) -> Callable[[], float]:
    """Seconds from the start of a Python process to its end. RuntimeError where it fails."""
    def measure() -> float:
        start = perf_counter()
        done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
        seconds = perf_counter() - start
        if done.returncode not in (0, 1, 3):       # 1 and 3 are findings
            raise RuntimeError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"exit code {done.returncode}")
        return seconds

    return measure


def in_rounds(rows: Iterable[Row], rounds: int) -> list[str]:
    """Measures all rows, round by round; gives a line for each row that could not be measured and leaves its samples empty."""
    left, notes = list(rows), []
    for row in left:
        try:
            row.measure()                          # warms caches, and shows whether it works at all
        except Exception as reason:                # a peer that is not installed, a part that is not built yet
            notes.append(f"{row.name}: not measured, {reason}")
            row.measure = None
    left = [row for row in left if row.measure is not None]
    for _ in range(rounds):
        for row in left:
            row.samples.append(row.measure())
    return notes


def table(title: str, rows: Iterable[Row]) -> str:
    """The rows as text: median, slowest and quickest of the rounds, goal, ratio to another row."""
    by_name = {row.name: row for row in rows}
    lines = [title, ""]
    for row in by_name.values():
        if not row.samples:
            continue
        other = by_name.get(row.beside)
        ratio = f"{row.value / other.value:.2f} × {other.name}" if other is not None and other.samples else ""
        spread = f"{row.shown(max(row.samples))} to {row.shown(min(row.samples))}"
        lines.append(f"  {row.name:<50} {row.shown(row.value):>22}   {spread:<44} {'  '.join(filter(None, (row.goal, ratio)))}".rstrip())
    return "\n".join(lines)
