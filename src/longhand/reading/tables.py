r"""Environments: matrices, cases, and displays of several lines; with the repair of a matrix whose & became \cdot."""
from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .syntax import Cases, Derivative, Empty, Formula, Matrix, Name, Numeral, Product, Script, Sequence, Span, walk
from .vocabulary import CASES, DISPLAYS, MATRICES

if TYPE_CHECKING:
    from .formula import Parser
    from .tokens import Token


def environment(parser: Parser, token: Token) -> Formula:
    r"""What stands between \begin and \end."""
    spaced, parser.spaced = parser.spaced, False
    if token.text in MATRICES or token.text in CASES:
        rows = _rows(parser)
        parser.take()
        matrix = Matrix(parser.span(token.start), rows, token.text)
        result: Formula = as_cases(matrix, matrix.span) if token.text in CASES else _cells_from_dots(parser, matrix)
    else:
        if token.text not in DISPLAYS:
            parser.problem(token, f"the environment {token.text!r} is not known", "a matrix, cases or an alignment", r"\begin{aligned}")
        result = parser.lines()
        parser.take()
    parser.spaced = spaced
    return result


def _rows(parser: Parser) -> tuple[tuple[Formula, ...], ...]:
    rows: list[list[Formula]] = [[]]
    while True:
        rows[-1].append(parser.sequence())
        match parser.next.kind:
            case "cell":
                parser.take()
            case "row":
                parser.take()
                rows.append([])
            case _:
                break
    if len(rows[-1]) == 1 and isinstance(rows[-1][0], Empty):
        rows.pop()
    return tuple(map(tuple, rows))


def as_cases(matrix: Matrix, span: Span) -> Cases:
    """Each row as its value and its condition, whether & or a comma or a word stands between."""
    return Cases(span, tuple(_case(row) for row in matrix.rows))


def _case(row: tuple[Formula, ...]) -> tuple[Formula, Formula | None]:
    items: list[Formula] = []
    separators: list[str] = []
    for cell in row:
        if isinstance(cell, Sequence):
            separators += [""] * bool(items) + list(cell.separators)
            items += cell.items
        elif not isinstance(cell, Empty):
            separators += [""] * bool(items)
            items.append(cell)
    if isinstance(row[0], Empty) or not items:
        items.insert(0, row[0])
        separators.insert(0, "")
    if len(items) <= 2:
        return items[0], items[1] if len(items) == 2 else None
    return items[0], Sequence(Span(items[1].span.start, items[-1].span.end), tuple(items[1:]), tuple(separators[1:]))


def _cells_from_dots(parser: Parser, matrix: Matrix) -> Formula:
    r"""Read a \cdot as the & it was, where the rows then fit: each row is full, or each cell carries its own row and column."""
    full = max(map(len, matrix.rows), default=0)
    split = [_dotted(row[0]) if len(row) == 1 else None for row in matrix.rows]
    if len(matrix.rows) < 2 or not any(split):
        return matrix
    among = full > 1 and all(len(row) == full or cells and len(cells) == full for row, cells in zip(matrix.rows, split, strict=True))
    if not among and not (full == 1 and all(split) and _numbered([cells for cells in split if cells])):
        return matrix
    rows = tuple(row if cells is None or len(row) == full > 1 else cells for row, cells in zip(matrix.rows, split, strict=True))
    parser.repair(matrix.span.start, "cdot for &", r"\cdot stands where the cells of a row are separated", "&")
    return Matrix(matrix.span, rows, matrix.environment)


def _dotted(cell: Formula) -> tuple[Formula, ...] | None:
    return cell.factors if isinstance(cell, Product) and set(cell.operators) == {"cdot"} else None


def _numbered(rows: list[tuple[Formula, ...]]) -> bool:
    """Every cell ends in the indices of its own place, the same letters around them: v_{11} v_{12}, v_{21} v_{22}."""
    shapes = set()
    for i, row in enumerate(rows, 1):
        for j, cell in enumerate(row, 1):
            digits = [node.text for node in walk(cell) if isinstance(node, Numeral)]
            if "".join(digits[-2:]) != f"{i}{j}":
                return False
            shapes.add((type(cell), re.sub(r"\d", "", "".join(node.text for node in walk(cell) if isinstance(node, Name))), len(row)))
    return len(shapes) == 1 and all(isinstance(cell, (Derivative, Script)) for row in rows for cell in row)
