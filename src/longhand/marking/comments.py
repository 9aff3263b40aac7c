"""What is written below a claim: the mistake, the sentence for the student, the right value, the evidence."""
from __future__ import annotations

from ..forms.document import Comment, Inline
from ..forms.maths import Grid, Maths, Sign
from ..forms.verdicts import CARRIED, RIGHT, UNCHECKED
from ..reading.formula import read_formula
from .marks import Mark, Nested
from .written import written

MOST = 64
"""Cells above which the right array is not written out."""


def comment(mark: Mark, several: bool = False, typed: bool = False) -> Comment | None:
    """The comment on a mark; None where there is nothing to say. `several`: its line holds other claims too, so it is quoted; `typed`:
    as it was typed, not as a formula."""
    lines: list[tuple[str, tuple[Inline, ...]]] = []
    if mark.says:
        lines.append(("", prose(mark.says)))
    if mark.verdict not in (RIGHT, UNCHECKED) and mark.expected is not None and (right := expected(mark)):
        lines.append(("right", right))
    if mark.evidence:
        lines.append(("because", prose(mark.evidence)))
    if mark.verdict == RIGHT and not lines:
        return None
    return Comment(mark.verdict, head(mark), ((mark.text,) if typed else maths(mark.text)) if several else (), tuple(lines))


def head(mark: Mark) -> str:
    """The verdict in words: "wrong: log10 for ln", "right given line 36"."""
    said = f"right given line {mark.given}" if mark.verdict == CARRIED and mark.given is not None else mark.verdict
    said = {CARRIED: "carried on", RIGHT: ""}.get(said, said)
    said += f": {mark.mistake}" if mark.mistake else ""
    return said if mark.sure else f"{said} (not certain)"


def expected(mark: Mark) -> tuple[Inline, ...]:
    """What should stand there; nothing where the marks in its cells say it already."""
    if isinstance(mark.expected, str):
        return maths(mark.expected)
    if any(cell.expected for cell in mark.entries if cell.verdict != RIGHT):
        return ()
    grid = _grid(mark.expected)
    return () if grid is None else (grid,)


def _grid(value: Nested) -> Maths | None:
    if not isinstance(value, tuple) or not value:
        return None
    rows = value if all(isinstance(row, tuple) for row in value) else tuple((cell,) for cell in value)
    if sum(map(len, rows)) > MOST or any(not isinstance(cell, str) for row in rows for cell in row):
        return None
    return Grid(tuple(tuple(Sign(cell, "number") for cell in row) for row in rows))


def maths(latex: str) -> tuple[Inline, ...]:
    """LaTeX set as maths; as it stands where it is not understood. It may leave and enter the maths again: a = 1$ and $b = 2."""
    if "$" in latex:
        return prose(f"${latex}$")
    reading = read_formula(latex)
    return (latex,) if reading.problems or reading.formula is None else (written(reading.formula, latex),)


def prose(text: str) -> tuple[Inline, ...]:
    """Words with formulas between dollars."""
    parts = text.split("$")
    if len(parts) % 2 == 0:
        return (text,)
    return tuple(said for at, part in enumerate(parts) if part for said in (maths(part) if at % 2 else (part,)))
