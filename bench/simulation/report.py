"""Runs trials on several processes and prints their figures as a table."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from multiprocessing import get_context

from .markers import codes, marker
from .trials import Judged, document, judged

BARS = {0.0: (0.0, 99.5, 98.0), 0.02: (1.0, 99.0, 98.0), 0.05: (1.0, 97.5, 94.0)}
"""By damage: clean documents accused at most, first mistakes located and named at least, in percent."""
CHUNK = 20


@dataclass
class Figures:
    """Everything counted over many documents with one number of decimals and one rate of damage."""
    decimals: int
    rate: float
    counts: Counter = field(default_factory=Counter)
    kinds: Counter = field(default_factory=Counter)
    marking: float = 0.0
    preparing: float = 0.0
    faults: list[str] = field(default_factory=list)

    def add(self, one: Judged) -> None:
        self.counts += one.counts
        self.kinds += one.kinds
        self.marking += one.marking
        self.preparing += one.preparing
        self.faults += one.faults

    def share(self, part: str, whole: str) -> float | None:
        """In percent; None of nothing."""
        return 100 * self.counts[part] / self.counts[whole] if self.counts[whole] else None


def figures(documents: int, seed: int, decimals: int, rate: float, jobs: int) -> Figures:
    """The figures of so many documents: the same for any number of jobs, times aside."""
    found = Figures(decimals, rate)
    chunks = [(range(first, min(first + CHUNK, documents)), seed, decimals, rate) for first in range(0, documents, CHUNK)]
    if jobs <= 1:
        parts: Iterable[list[Judged]] = map(_chunk, chunks)
        for part in parts:
            for one in part:
                found.add(one)
        return found
    with get_context("spawn").Pool(jobs) as pool:
        for part in pool.imap(_chunk, chunks):
            for one in part:
                found.add(one)
    return found


def _chunk(task: tuple[range, int, int, float]) -> list[Judged]:
    numbers, seed, decimals, rate = task
    return [_judged(number, seed, decimals, rate) for number in numbers]


def _judged(number: int, seed: int, decimals: int, rate: float) -> Judged:
    doc = document(number, seed, decimals, rate)
    try:
        return judged(doc, marker, codes, f"#{number}")
    except ImportError:
        raise
    except Exception as error:                     # a marker that fails is a figure too
        failed = Judged(faults=[f"#{number} {doc.sort}, {doc.style}: {type(error).__name__}: {error}"])
        failed.counts["failed"] += 1
        return failed


# ---- tables ---------------------------------------------------------------------------------------------------------

COLUMNS = ("decimals", "damage", "documents", "clean accused", "located", "named", "untouched accused", "slips found", "outside located",
           "two flagged", "misread", "no mark", "failed", "a second")


def table(rows: Iterable[Figures]) -> str:
    lines = ["  " + "".join(f"{name:>{_wide(name)}}" for name in COLUMNS)]
    lines += ["  " + "".join(f"{cell:>{_wide(name)}}" for name, cell in zip(COLUMNS, _cells(row), strict=True)) for row in rows]
    return "\n".join([*lines, "", *NOTES])


NOTES = ("  clean accused: documents without a mistake in which anything is called wrong. located: the first claim called wrong is the planted one,",
         "  of mistakes beyond what rounding explains (of all that change a printed digit, in brackets). named: of the same. misread: damaged results.",
         "  no mark: claims of which nothing is said but \"not checked\". a second: documents marked on one core, their reading included. ! misses its bar.")


def _wide(name: str) -> int:
    return max(len(name) + 2, {"located": 18, "clean accused": 16}.get(name, 10))


def _cells(row: Figures) -> list[str]:
    most, located, named = BARS.get(row.rate, (None, None, None))
    clean, found, called = row.share("clean accused", "clean"), row.share("catalogue located", "catalogue"), row.share("named", "catalogue")
    speed = row.counts["documents"] / row.marking if row.marking else None
    changed = _percent(row.share("catalogue changed located", "catalogue changed"))
    return [str(row.decimals), f"{100 * row.rate:g} %", str(row.counts["documents"]),
            _barred(clean, most is not None and clean is not None and clean > most) + f" /{row.counts['clean']}",
            _barred(found, located is not None and found is not None and found < located) + f" ({changed})",
            _barred(called, named is not None and called is not None and called < named),
            _percent(row.share("untouched accused", "untouched"), 2), _percent(row.share("slip found", "slip")),
            _percent(row.share("outside located", "outside")), _percent(row.share("two flagged", "two")),
            _percent(row.share("damaged misread", "damaged")), _percent(row.share("claims without a mark", "claims")),
            str(row.counts["failed"]), f"{speed:,.0f}" if speed else "-"]


def _percent(value: float | None, digits: int = 1) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _barred(value: float | None, missed: bool) -> str:
    return ("!" if missed else "") + _percent(value)


def by_kind(rows: Iterable[Figures]) -> str:
    """Each kind of mistake: how often it was planted, located and named, the worst first."""
    kinds: Counter = Counter()
    for row in rows:
        kinds += row.kinds
    names = sorted({name for name, _ in kinds}, key=lambda name: (kinds[name, "named"] / max(1, kinds[name, "n"]), name))
    return "\n".join([f"  {'':<56}{'planted':>9}{'located':>9}{'named':>9}",
                      *(f"  {name:<56}{kinds[name, 'n']:>9}{kinds[name, 'located']:>9}{kinds[name, 'named']:>9}" for name in names)])
