"""Matrices with dots in both directions, held against a quantity cell by cell: rows 1, 2, …, K and columns 1, 2, …, K."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..reading.syntax import Derivative, Dots, Empty, Formula, Group, Index, Matrix, Script
from ..reading.terms import Unclear
from .equality import heads
from .findings import Finding, Line
from .marks import RIGHT, WRONG, Mistake
from .meaning import readings
from .reference import Point
from .scope import Scope

WRONG_ENTRY = Mistake("wrong entry of a Jacobian", "D5", "Some entries of this matrix are not the derivatives that belong there.")
BACK = 12
"""Lines that are looked back at for what "the matrix is" is about."""


def matrix_of(formula: Formula) -> Matrix | None:
    """The matrix that a formula is, its size written above it left out."""
    if isinstance(formula, Script) and formula.sub is None:
        return matrix_of(formula.base)
    if isinstance(formula, Group):
        return matrix_of(formula.body)
    return formula if isinstance(formula, Matrix) else None


def is_dotted(formula: Formula) -> bool:
    """Whether a matrix has a row that is nothing but dots, and dots inside another."""
    matrix = matrix_of(formula)
    return matrix is not None and any(map(_is_gap, matrix.rows)) and any(isinstance(c, Dots) for row in matrix.rows if not _is_gap(row) for c in row)


def dotted_cells(formula: Formula, shape: tuple[int, int]) -> Iterator[tuple[tuple[int, int], tuple[int, int], Formula]]:
    """The cells that are written: where in a matrix of this shape (those after the dots are counted from the end), where on paper, and what."""
    matrix = matrix_of(formula)
    rows = matrix.rows if matrix is not None else ()
    for i, y, row in _places(rows, [_is_gap(row) for row in rows], shape[0]):
        for j, x, cell in _places(row, [isinstance(cell, Dots) for cell in row], shape[1]):
            if not isinstance(cell, Empty):
                yield (i, j), (y, x), cell


def _places(items: Sequence, gaps: Sequence[bool], size: int) -> Iterator[tuple[int, int, object]]:
    at = gaps.index(True) if True in gaps else len(items)
    for k, (item, gap) in enumerate(zip(items, gaps, strict=True)):
        if not gap:
            yield (k if k < at else size - (len(items) - k)), k, item


def _is_gap(row: Sequence[Formula]) -> bool:
    return any(isinstance(cell, Dots) for cell in row) and all(isinstance(cell, Dots | Empty) for cell in row)


def with_subjects(lines: Sequence[Line]) -> list[Line]:
    """The lines; a matrix that stands alone behind "the matrix is:" as what the derivative before it is said to be."""
    out = list(lines)
    for at, line in enumerate(out):
        words = line.before or (lines[at - 1].after if at else "")
        if len(line.parts) == 1 and matrix_of(line.parts[0]) is not None and words.rstrip().endswith((":", " is")):
            for other in reversed(lines[max(0, at - BACK):at]):
                subject = other.parts[0]
                if isinstance(subject, Derivative) and subject.of is not None:
                    whole = replace(subject, of=_whole(subject.of), by=tuple(map(_whole, subject.by)))
                    out[at] = replace(line, parts=(whole, *line.parts), operators=("=",), spans=(line.spans[0], *line.spans))
                    break
    return out


def _whole(formula: Formula) -> Formula:
    return formula.base if isinstance(formula, Index) else formula


def judge_dotted(finding: Finding, formula: Formula, scope: Scope, point: Point) -> None:
    """A matrix with dots, cell by cell, in the layout of the derivative that it fits better."""
    truths = [value for value in heads(finding.head, scope, point, {}) if len(value.shape) == 2]
    if not truths:
        raise Unclear(finding.span, "a matrix with dots that is compared with no matrix")
    best: list[tuple[tuple[int, int], tuple[int, int], bool]] = []
    for true in truths:
        found = []
        for at, written, cell in dotted_cells(formula, true.shape):
            stated = [r.array for r in readings(cell, scope, point, {}) if not r.array.shape]
            found.append((at, written, any(value.cells[0].overlaps(true.at(at)) for value in stated)))
        if not best or sum(right for *_, right in found) > sum(right for *_, right in best):
            best = found
    finding.cells = tuple((written, RIGHT if right else WRONG, "", "") for _, written, right in best)
    wrong = [at for at, _, right in best if not right]
    finding.verdict = WRONG if wrong else RIGHT
    if wrong:
        finding.mistake = WRONG_ENTRY
        places = ", ".join(f"({_place(i, true.shape[0])}, {_place(j, true.shape[1])})" for i, j in wrong)
        finding.says = f"{WRONG_ENTRY.says} Look at {places}."


def _place(k: int, size: int) -> str:
    """A position as it is counted on paper, the last one as such."""
    return "last" if k == size - 1 and size > 2 else str(k + 1)
