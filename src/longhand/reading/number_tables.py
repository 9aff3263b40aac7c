r"""Matrices of plain numbers, the bulk of a worked answer: one token, read cell by cell without the parser.

\begin{bmatrix} 0.55 \\ -1.2 \end{bmatrix} becomes the very tree that the parser would make of it, at a fifth of the time. Anything
but a sign and digits in a cell leaves the matrix to the parser.
"""
from __future__ import annotations

import re
from collections.abc import Iterator

from .syntax import Formula, Matrix, Negative, Numeral, Span
from .vocabulary import MATRICES, WITH_COLUMNS

BODY = re.compile(r"(?:[-.\d\s&]|\\\\)*", re.ASCII)
CELL = re.compile(r"\s*(-?)\s*(\d+\.\d+|\d+|\.\d+)\s*", re.ASCII)
BREAK = "\\\\"
LONGEST = 400
"""Characters of a cell; a number beyond is the tokeniser's affair."""


def table_end(text: str, at: int, environment: str) -> int | None:
    r"""Where a matrix of numbers ends whose cells begin here, behind its \begin{...}; None where it is none."""
    if environment not in MATRICES or environment in WITH_COLUMNS:
        return None
    stop = BODY.match(text, at).end()
    closing = f"\\end{{{environment}}}"
    if not text.startswith(closing, stop):
        return None
    if not all(len(cell) < LONGEST and CELL.fullmatch(cell) for row in _rows(text[at:stop]) for cell in row.split("&")):
        return None
    return stop + len(closing)


def read_table(text: str, start: int) -> Formula:
    """The matrix of a text that is one from \\begin to \\end; `start`: where it stands in the source."""
    body = text.index("}") + 1
    environment = text[text.index("{") + 1:body - 1]
    at = start + body
    rows: list[tuple[Formula, ...]] = []
    for row in _rows(text[body:text.rindex("\\")]):
        cells: list[Formula] = []
        for cell in row.split("&"):
            cells.append(_cell(cell, at))
            at += len(cell) + 1
        rows.append(tuple(cells))
        at += len(BREAK) - 1
    return Matrix(Span(start, start + len(text)), tuple(rows), environment)


def _rows(body: str) -> Iterator[str]:
    """The rows; behind the last there may be a line break."""
    rows = body.split(BREAK)
    yield from rows[:-1] if len(rows) > 1 and not rows[-1].strip() else rows


def _cell(text: str, at: int) -> Formula:
    found = CELL.fullmatch(text)
    number = Numeral(Span(at + found.start(2), at + found.end(2)), found[2])
    return Negative(Span(at + found.start(1), at + found.end(2)), number) if found[1] else number
