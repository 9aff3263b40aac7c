"""Answers named one by one: read, marked, and given points. What cannot be read is said, and stops the others no more."""
from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..errors import FileError, NotUnderstood
from ..files import read_text
from .mark import Marker
from .marks import Marked
from .rubric import Rubric, fit
from .score import Score, score

STANDARD_INPUT = "standard input"


def mark_files(marker: Marker, files: Sequence[str]) -> tuple[list[Marked], list[FileError]]:
    """Each file marked, and the errors of those that cannot be read. FileError where there is one file and that cannot be read."""
    marked: list[Marked] = []
    unread: list[FileError] = []
    for file in files:
        called = STANDARD_INPUT if file == "-" else file
        try:
            text = read_text(file)
        except FileError as error:
            if len(files) == 1:
                raise
            unread.append(error)
            marked.append(Marked(called, status="not marked", reason=error.statement))
            continue
        marked.append(marker.mark(text, called))
    return marked, unread


def scored(marked: Sequence[Marked], marker: Marker, rubric: Rubric | None) -> list[Score | None]:
    """The points of each answer by the rubric; none without one, and none for what is not marked."""
    if rubric is None:
        return [None] * len(marked)
    fitted = fit(rubric, marker.quantities, marker.cells)
    return [score(each, fitted) if each.status == "marked" else None for each in marked]


def exit_code(marked: Iterable[Marked]) -> int:
    """1 where a line is wrong; else 3 where something was not understood or not marked; else 0."""
    every = list(marked)
    if any(each.first_mistake is not None for each in every):
        return 1
    return NotUnderstood.exit_code if any(each.not_understood or each.status != "marked" for each in every) else 0
