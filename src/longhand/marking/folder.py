"""A folder of answers, marked: in order, on all cores, going on after a kill, with tables at the end.

    for answer in mark_folder(Path("answers"), problem_text):
        print(summary(answer))

Marks are kept in a journal as they come, and read back for the tables and for the caller, so the memory does not grow with the answers.
"""
from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from .. import __version__
from ..core.record import record
from ..errors import FileError, UsageError, printable
from ..files import reason
from . import journal as kept
from .answers import ENDINGS, Paper, content, survey, text_of
from .crew import Crew, Done, Task, mark_here
from .marks import Marked
from .rubric import Rubric, default_rubric, fit
from .score import Score, score
from .stored import unpacked
from .table import Tables

DEADLINE = 20.0          # seconds for one answer
JOURNAL = "journal.jsonl"


class Marker(Protocol):
    """What marks one answer; all about the problem is prepared in it.

    quantities  the program's names of all that a rubric may give points to, in the order of the derivation
    asked       those that the sheet asks for, or all
    cells       of those that the problem's data give a value, how many numbers it has
    """
    quantities: tuple[str, ...]
    asked: tuple[str, ...]
    cells: Mapping[str, int]

    def mark(self, text: str, file: str = "") -> Marked: ...


@record
class Answer:
    """One answer with its marks (without its text) and its points; no score where it is not marked."""
    marked: Marked
    score: Score | None


def default_out(folder: Path) -> Path:
    """Where the tables go unless told otherwise: answers-marks beside answers."""
    folder = folder.resolve()
    if not folder.name:
        raise UsageError(f"There is no place beside {folder}.", suggestion="Say with -o where the tables go.")
    return folder.with_name(f"{folder.name}-marks")


def mark_folder(folder: Path, problem_text: str, *, name: str = "", data: Mapping[str, Any] | None = None, rubric: Rubric | None = None,
                out: Path | None = None, jobs: int | None = None, progress: Callable[[int, int], None] | None = None,
                deadline: float = DEADLINE, make_marker: Callable[[], Marker] | None = None) -> Iterator[Answer]:
    """The answers below the folder, in the order of their names; marks.csv and claims.csv stand in `out` after the last one.

    jobs      worker processes; None: one for each core. 0: in this process, where a crash or a hang of the marking ends the run
    progress  told how many answers are done, of how many
    Errors of the folder, the problem and the rubric come at once. `out` is never inside the folder.
    """
    if make_marker is None:
        from .mark import Marker as Made
        make_marker = partial(Made, problem_text, name=name, data=data)
    if not folder.is_dir():
        raise FileError(f"{folder} is no folder.")
    out = default_out(folder) if out is None else out
    if out.resolve().is_relative_to(folder.resolve()):
        raise UsageError(f"The tables cannot go to {out}, inside the answers.", suggestion=f"Give a folder beside them: -o {folder}-marks")
    papers = survey(folder)
    if not papers:
        raise FileError(f"{folder} holds no answers.", suggestion=f"Answers end in {', '.join(ENDINGS)}.")
    marker = make_marker()
    rubric = default_rubric(marker.asked, marker.cells) if rubric is None else fit(rubric, marker.quantities, marker.cells)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"{out} cannot be made: {reason(error)}.") from None
    run = _Run(papers, kept.context(__version__, problem_text, name, data), rubric, out, progress or (lambda done, of: None))
    return run.answers(marker, make_marker, _cores() if jobs is None else jobs, deadline)


def summary(answer: Answer) -> str:
    """One line about an answer: its totals, the first mistake, the points."""
    marked, points = answer.marked, answer.score
    if points is None:
        return printable(f"{marked.file}: {marked.status}. {marked.reason}")
    counts = ", ".join(f"{count} {verdict}" for verdict, count in marked.counts.items() if count) or "nothing to mark"
    first = marked.first_mistake
    told = f"; first mistake in line {first.line}" + (f": {first.mistake}" if first.mistake else "") if first else ""
    return printable(f"{marked.file}: {counts}{told}; {points.points} of {points.of} points")


class _Run:
    """One pass over the papers: what is done is in the journal, what cannot be is in `_unmarked`."""

    def __init__(self, papers: tuple[Paper, ...], context: bytes, rubric: Rubric, out: Path, progress: Callable[[int, int], None]) -> None:
        self.papers, self.context, self.rubric, self.out, self.progress = papers, context, rubric, out, progress
        self._keys: dict[int, str] = {}                       # of papers that are marked or being marked
        self._unmarked: dict[int, str] = {}                   # and why
        self._done: set[int] = set()

    def answers(self, marker: Marker, make_marker: Callable[[], Marker], jobs: int, deadline: float) -> Iterator[Answer]:
        following = 0
        with kept.Journal(self.out / JOURNAL) as journal, Tables(self.out, self.rubric) as tables, Crew(make_marker, jobs, deadline) as crew:
            tasks = self._tasks(journal)
            for done in crew.mark(tasks) if jobs else mark_here(tasks, marker):
                self._keep(done, journal)
                while following in self._done:
                    yield self._answer(following, journal, tables)
                    following += 1
            for number in range(following, len(self.papers)):
                yield self._answer(number, journal, tables)
            tables.finish()
            journal.tidy(self._keys.values())

    def _tasks(self, journal: kept.Journal) -> Iterator[Task]:
        """What is still to be marked, read when it is asked for."""
        for number, paper in enumerate(self.papers):
            try:
                found = content(paper.path)
                text = text_of(found)
            except FileError as error:
                self._unmarked[number] = error.statement
                self._tell(number)
                continue
            self._keys[number] = key = kept.key(self.context, paper.file, found)
            if key in journal:
                self._tell(number)
            else:
                yield Task(number, paper.file, text)

    def _keep(self, done: Done, journal: kept.Journal) -> None:
        if done.reason:                                       # not kept: the next run tries again
            del self._keys[done.number]
            self._unmarked[done.number] = done.reason
        else:
            journal.add(self._keys[done.number], done.marked)
        self._tell(done.number)

    def _tell(self, number: int) -> None:
        self._done.add(number)
        self.progress(len(self._done), len(self.papers))

    def _answer(self, number: int, journal: kept.Journal, tables: Tables) -> Answer:
        """The answer, with its rows written."""
        file = self.papers[number].file
        if number in self._unmarked:
            marked = Marked(file, status="not marked", reason=self._unmarked[number])
        else:
            marked = replace(unpacked(journal.read(self._keys[number])), file=file)
        points = score(marked, self.rubric) if marked.status == "marked" else None
        tables.add(marked, points)
        return Answer(marked, points)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
