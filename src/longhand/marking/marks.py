"""Marks: what is said of each claim of an answer, and of the answer as a whole."""
from __future__ import annotations

from collections import Counter
from dataclasses import field

from ..core.problem import Remark
from ..core.record import record
from ..forms.verdicts import CARRIED, MISREAD, RIGHT, SIGNS, UNCHECKED, VERDICTS, WRONG

__all__ = ["CARRIED", "MISREAD", "RIGHT", "SIGNS", "UNCHECKED", "VERDICTS", "WRONG", "CellMark", "Mark", "Marked", "Mistake", "Nested"]

Nested = str | None | tuple["Nested", ...]
"""Numbers as text, nested as the quantity's axes are."""


@record
class CellMark:
    """The mark of one cell of a vector or matrix; `at` counts from 0."""
    at: tuple[int, ...]
    verdict: str
    stated: str = ""
    expected: str = ""


@record
class Mark:
    """The mark of one claim: one link of a chain of equations, or one sentence.

    line, column  1-based place of what is judged, in the answer;   start, end  its characters in the answer's text
    text          the claim as written;   about  the quantity it is about, in the answer's own LaTeX, "" where there is none
    mistake       the name of the likely mistake, where the verdict is "wrong";   says  a sentence a student understands
    expected      the right value or formula (LaTeX), stated: what is written, both as text
    given         the line of the earlier error on which a "carried" claim builds
    quantity      the program's name of the quantity (dL/dW), for rubrics
    method        whether the way is right although the value is not (a rubric's M mark)
    sure          False where the next best explanation is almost as good: the sentence then says so
    """
    line: int
    column: int
    start: int
    end: int
    text: str
    verdict: str
    about: str = ""
    mistake: str | None = None
    says: str = ""
    expected: Nested = None
    stated: Nested = None
    evidence: str = ""
    entries: tuple[CellMark, ...] = ()
    given: int | None = None
    quantity: str = ""
    method: bool = False
    sure: bool = True


@record
class Marked:
    """An answer with its marks, in the order of its text.

    status    "marked", or "not marked" with the reason
    missing   what the problem asks and the answer does not give, in words
    notes     remarks on the whole: repairs made in reading, a layout other than the sheet's
    not_understood  formulas of the answer that have no meaning, each with its place and reason
    """
    file: str
    text: str = ""
    marks: tuple[Mark, ...] = ()
    status: str = "marked"
    reason: str = ""
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    not_understood: tuple[Remark, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many claims of each verdict, all verdicts in their order."""
        found = Counter(mark.verdict for mark in self.marks)
        return {verdict: found[verdict] for verdict in VERDICTS}

    @property
    def first_mistake(self) -> Mark | None:
        return next((mark for mark in self.marks if mark.verdict == WRONG), None)


@record
class Mistake:
    """A row of the catalogue, as the marks name it.

    name   "log10 for ln";   code  that of the catalogue (L1)
    says   the sentence a teacher would write, for the student
    cost   how unlikely it is, on the scale of `explain`
    """
    name: str
    code: str
    says: str
    cost: float = field(default=2.5)
