"""Blocks that only give numbers: tables with a name and a number in each row or column, and listings of lines like W = [[1, 2], [3, 4]].

Each becomes equations; any other table stays text, and any other listing is not read, which is said.
"""
from __future__ import annotations

from collections.abc import Sequence

from .environment import Note
from .formula import read_formula
from .literals import literal
from .markdown import Block
from .mentions import bare, is_name
from .source import Source
from .syntax import Formula, Relation, Span
from .terms import Unclear

Cell = tuple[str, Span, Formula | None]         # "name", "number", "rule", "words" or "other"


def given_blocks(source: Source, blocks: Sequence[Block]) -> tuple[list[Block], list[Relation]]:
    """The blocks that are left, and the equations of the others."""
    left: list[Block] = []
    found: list[Relation] = []
    for block in blocks:
        made = _listing(source, block) if block.kind == "code" else _table(source, block) if block.kind == "paragraph" else None
        if made:
            found += made
        else:
            left.append(block)
    return left, found


def unread_listings(source: Source, blocks: Sequence[Block]) -> list[Note]:
    """A problem for each listing that says something."""
    return [Note("problem", Span(run.span.start, run.span.end), "a block of code is not read", "only lines like w = 0.5 are",
                 "write its formulas between dollars") for block in blocks if block.kind == "code" for run in block.runs if run.text.strip()]


def _lines(source: Source, span: Span) -> list[Span]:
    """The lines that are not empty, without the spaces around them."""
    found, start = [], span.start
    for line in source.text[span.start:span.end].splitlines(keepends=True):
        if line.strip():
            found.append(_stripped(source, Span(start, start + len(line))))
        start += len(line)
    return found


def _stripped(source: Source, span: Span) -> Span:
    text = source.text[span.start:span.end]
    start = span.start + len(text) - len(text.lstrip())
    return Span(start, start + len(text.strip()))


def _listing(source: Source, block: Block) -> list[Relation]:
    """Name = number on every line."""
    found = []
    for line in _lines(source, block.runs[0].span):
        formula = _read(source, line)
        if not (isinstance(formula, Relation) and formula.operators == ("=",) and is_name(formula.parts[0]) and _is_literal(formula.parts[1])):
            return []
        found.append(formula)
    return found


def _table(source: Source, block: Block) -> list[Relation]:
    """Names above their numbers, or a name and a number in every row."""
    lines = _lines(source, block.span)
    if len(lines) < 3 or not all(source.text[line.start] == "|" for line in lines):
        return []
    head, rule, *rows = [[_cell(source, cell) for cell in _cells(source, line)] for line in lines]
    if any(kind != "rule" for kind, _, _ in rule) or any(len(row) != len(head) for row in rows):
        return []
    if len(rows) == 1 and all(kind == "name" for kind, _, _ in head) and all(kind == "number" for kind, _, _ in rows[0]):
        return [_equation(name, number) for name, number in zip(head, rows[0], strict=True)]
    if any(kind != "words" for kind, _, _ in head) or any(sorted(k for k, _, _ in row if k != "words") != ["name", "number"] for row in rows):
        return []
    return [_equation(next(c for c in row if c[0] == "name"), next(c for c in row if c[0] == "number")) for row in rows]


def _equation(name: Cell, number: Cell) -> Relation:
    start, end = min(name[1].start, number[1].start), max(name[1].end, number[1].end)
    return Relation(Span(start, end), (name[2], number[2]), ("=",))


def _cells(source: Source, line: Span) -> list[Span]:
    """The cells of a row between its bars; a bar inside dollars belongs to a formula."""
    found, start, inside = [], line.start + 1, False
    for at in range(line.start + 1, line.end):
        character = source.text[at]
        inside ^= character == "$"
        if character == "|" and not inside:
            found.append(_stripped(source, Span(start, at)))
            start = at + 1
    return found if start == line.end else [*found, _stripped(source, Span(start, line.end))]


def _cell(source: Source, span: Span) -> Cell:
    text = source.text[span.start:span.end]
    if text and not text.strip(":-"):
        return "rule", span, None
    if text.startswith("$") and text.endswith("$") and text.count("$") == 2:
        span = Span(span.start + 1, span.end - 1)
    formula = _read(source, span)
    if formula is not None and is_name(formula) and (text.startswith("$") or len(text) == 1 or "_" in text):
        return "name", span, formula
    if formula is not None and _is_literal(formula):
        return "number", span, formula
    return ("words" if not any(c.isdigit() or c in "$\\" for c in text) else "other"), span, None


def _read(source: Source, span: Span) -> Formula | None:
    if span.start == span.end:
        return None
    reading = read_formula(source.text[span.start:span.end], span.start)
    return bare(reading.formula) if not reading.repairs and not reading.problems else None


def _is_literal(formula: Formula) -> bool:
    try:
        return literal(formula) is not None
    except Unclear:
        return False
