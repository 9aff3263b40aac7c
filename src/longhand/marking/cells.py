"""Which written cell each mark of a cell belongs to: looked up by its place, its transposed place, and what is written there."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ..forms.decimals import as_written
from ..forms.maths import Judged, Maths, Sign
from ..forms.verdicts import RIGHT
from ..reading.syntax import Formula, Group, Matrix, Row, Sequence, Span, walk
from .marks import CellMark, Mark

Cells = tuple[tuple[Formula, ...], ...]


def cell_marks(formula: Formula, marks: Iterable[Mark], text: str) -> Iterator[tuple[Span, Callable[[Maths], Maths]]]:
    """The cells of the formula that are marked, and what marks them. A mark whose cells are found nowhere gives none."""
    for mark in marks:
        if mark.entries:
            for cell, entry in found(formula, mark, text):
                if entry.verdict not in ("", RIGHT):           # "" where the whole claim could not be checked
                    yield cell.span, _judging(entry)


def found(formula: Formula, mark: Mark, text: str) -> list[tuple[Formula, CellMark]]:
    """The written cell of each entry; none where no array of the claim holds what the mark says is written."""
    arrays = [rows for node in walk(formula) if (rows := _rows(node)) is not None and node.span.end <= mark.end + 2 and node.span.end > mark.start]
    for rows in reversed(arrays):                               # what is claimed stands last
        for fit in (_as_they_stand, _transposed, _in_order):
            cells = fit(rows, mark.entries)
            if cells is not None and all(_same(text[c.span.start:c.span.end], e.stated) for c, e in zip(cells, mark.entries, strict=True)):
                return list(zip(cells, mark.entries, strict=True))
    return []


def _rows(node: Formula) -> Cells | None:
    match node:
        case Matrix(_, rows, _):
            return rows
        case Row(_, _, items):
            return (items,)
        case Group(_, _, Sequence(_, items, _)):
            return (items,)
    return None


def _as_they_stand(rows: Cells, entries: tuple[CellMark, ...]) -> list[Formula] | None:
    if any(len(e.at) != 2 or e.at[0] >= len(rows) or e.at[1] >= len(rows[e.at[0]]) for e in entries):
        return None
    return [rows[e.at[0]][e.at[1]] for e in entries]


def _transposed(rows: Cells, entries: tuple[CellMark, ...]) -> list[Formula] | None:
    if any(len(e.at) != 2 or e.at[1] >= len(rows) or e.at[0] >= len(rows[e.at[1]]) for e in entries):
        return None
    return [rows[e.at[1]][e.at[0]] for e in entries]


def _in_order(rows: Cells, entries: tuple[CellMark, ...]) -> list[Formula] | None:
    """A vector, however it lies."""
    flat = [cell for row in rows for cell in row]
    if any(len(e.at) != 1 or e.at[0] >= len(flat) for e in entries):
        return None
    return [flat[e.at[0]] for e in entries]


def _same(written: str, stated: str) -> bool:
    return not stated or "".join(written.split()) == "".join(stated.split())


def _judging(entry: CellMark) -> Callable[[Maths], Maths]:
    right = Sign(as_written(entry.expected, entry.stated), "number") if entry.expected else None
    return lambda body: Judged(body, entry.verdict, right)
