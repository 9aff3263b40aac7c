"""Marks as tables: a row for each answer, and a row for each claim. Cells that strangers wrote start no formula in a spreadsheet."""
from __future__ import annotations

import contextlib
import csv
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import FileError, printable
from ..files import reason
from .marks import VERDICTS, Marked, Nested

if TYPE_CHECKING:
    from .rubric import Rubric
    from .score import Score

MARKS, CLAIMS = "marks.csv", "claims.csv"
BEFORE = ("file", "status", "reason")
AFTER = ("points", "of", *VERDICTS, "first mistake in line", "first mistake", "to decide", "missing")
CLAIM = ("file", "line", "column", "about", "verdict", "mistake", "stated", "expected", "says")

STARTS = frozenset("=+-@\t\r\n|%＝＋－＠")        # what spreadsheets take for the start of a formula or a command
NUMBER = re.compile(r"[+-]?(\d{1,400}(\.\d{0,400})?|\.\d{1,400})([eE][+-]?\d{1,4})?", re.ASCII)


def cell(value: object) -> str:
    """The text of a cell: with an apostrophe in front where a spreadsheet would compute it, unless it is a plain number."""
    if value is None or value == "":
        return ""
    text = str(value)
    risky = text[0] in STARTS or text.lstrip()[:1] in STARTS
    guard = "'" if risky and text.strip() and not NUMBER.fullmatch(text) else ""
    return guard + (text if text.isprintable() else printable(text))


def flat(value: Nested) -> str:
    """Numbers as one text: [[1, 2], [3, 4]]."""
    return "[" + ", ".join(map(flat, value)) + "]" if isinstance(value, tuple) else value or ""


class Tables:
    """marks.csv and claims.csv of one run, written aside and put in place when all rows are there."""

    def __init__(self, folder: Path, rubric: Rubric) -> None:
        self._targets = [folder / name for name in (MARKS, CLAIMS)]
        self._files = []
        try:
            for target in self._targets:
                self._files.append(open(_aside(target), "w", encoding="utf-8", errors="replace", newline=""))      # noqa: SIM115
        except OSError as error:
            self.__exit__()
            raise FileError(f"{error.filename} cannot be written: {reason(error)}.") from None
        self._marks, self._claims = (csv.writer(file, lineterminator="\n") for file in self._files)
        self._parts = len(rubric.parts)
        fixed = {*BEFORE, *AFTER}
        _row(self._marks, (*BEFORE, *(f"{p.name} (part)" if p.name in fixed else p.name for p in rubric.parts), *AFTER))
        _row(self._claims, CLAIM)

    def __enter__(self) -> Tables:
        return self

    def __exit__(self, *error: object) -> None:
        """Rows that were not put in place are thrown away."""
        for file, target in zip(self._files, self._targets, strict=False):
            file.close()
            with contextlib.suppress(OSError):
                os.unlink(_aside(target))

    def add(self, marked: Marked, score: Score | None) -> None:
        """The rows of one answer."""
        head = (marked.file, marked.status, marked.reason)
        if score is None:
            _row(self._marks, (*head, *[""] * (self._parts + len(AFTER))))
            return
        first = marked.first_mistake
        points = (part.points for part in score.parts)
        undecided = "; ".join(part.name for part in score.parts if part.decide)
        _row(self._marks, (*head, *points, score.points, score.of, *marked.counts.values(), first.line if first else "",
                           (first.mistake or "not of the catalogue") if first else "", undecided, "; ".join(marked.missing)))
        for mark in marked.marks:
            _row(self._claims, (marked.file, mark.line, mark.column, mark.about, mark.verdict, mark.mistake, flat(mark.stated),
                                flat(mark.expected), mark.says))

    def finish(self) -> None:
        """Both tables in their places, each whole."""
        try:
            for file, target in zip(self._files, self._targets, strict=True):
                file.flush()
                os.fsync(file.fileno())
                file.close()
                os.replace(_aside(target), target)
        except OSError as error:
            raise FileError(f"{target} cannot be written: {reason(error)}.") from None


def _aside(target: Path) -> Path:
    return target.with_name(f".{target.name}.part")


def _row(writer: csv.writer, cells: Iterable[object]) -> None:
    writer.writerow([cell(each) for each in cells])
