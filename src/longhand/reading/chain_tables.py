"""Tables of quantities and their values in an answer: the row | dL/dw | 0.31 | below "quantity, value" says dL/dw = 0.31.

The bars between the cells become signs of equality, each character for one, so that every place stays true. Other tables stay as they are.
"""
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .syntax import Span

BAR = re.compile(r"(?<!\\)\|")
DASHES = re.compile(r"\s{0,20}:?-+:?\s{0,20}")
LETTER = re.compile(r"[^\W\d_]")
VALUES = frozenset("value values result results number numbers numerical numeric answer formula expression calculation computation computed".split())
"""What stands above a column of values begins with one of these words."""
SIGNS = ("=", "≈", r"\approx", ":=")
LONGEST = 2000


def with_equations(text: str) -> str:
    """The text, as long as before, with the rows of such tables as equations."""
    if "|" not in text:
        return text
    out = list(text)
    for cells in _rows(text):
        for at, character in _joined(text, cells):
            out[at] = character
    return "".join(out)


def _rows(text: str) -> Iterator[Sequence[Span]]:
    """The cells of each row that sets a quantity beside its values."""
    above: Span | None = None
    columns = 0                                             # of the table that is being read, 0 outside one that counts
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        line = Span(start, end)
        cells = _cells(text, line) if end - start < LONGEST else ()
        if not cells:
            columns = 0
        elif all(DASHES.fullmatch(text, cell.start, cell.end) for cell in cells):
            heads = _cells(text, above) if above is not None else ()
            columns = len(heads) if len(heads) == len(cells) and _says_values(text, heads) else 0
        elif columns == len(cells) and all(_said(text, cell) for cell in cells) and LETTER.search(text, cells[0].start, cells[0].end):
            yield cells
        above = line
        start = end + 1


def _cells(text: str, line: Span) -> tuple[Span, ...]:
    """The places between the bars of a line; none where it is no row."""
    bars = [bar.start() for bar in BAR.finditer(text, line.start, line.end)]
    if len(bars) < 2 or text[line.start:bars[0]].strip() or text[bars[-1] + 1:line.end].strip():
        return ()
    return tuple(Span(a + 1, b) for a, b in zip(bars, bars[1:], strict=False))


def _said(text: str, cell: Span) -> str:
    return text[cell.start:cell.end].strip()


def _says_values(text: str, heads: Sequence[Span]) -> bool:
    """Whether all columns but the first hold values."""
    words = [(_said(text, head).lower().strip("*_: ").split() or ["value"])[0] for head in heads[1:]]
    return bool(words) and all(word in VALUES for word in words)


def _joined(text: str, cells: Sequence[Span]) -> Iterator[tuple[int, str]]:
    """The characters to be set, with their places."""
    inner = [_without_blanks(text, cell) for cell in cells]
    maths = [text[a.start] == "$" and text[a.end - 1] == "$" and a.end - a.start > 2 for a in inner]
    yield cells[0].start - 1, "$" if any(maths) and not maths[0] else " "
    yield cells[-1].end, "$" if any(maths) and not maths[-1] else " "
    for k, (cell, after) in enumerate(zip(inner, inner[1:], strict=False)):
        signed = text.startswith(SIGNS, after.start + (1 if maths[k + 1] else 0))
        yield cells[k].end, " " if signed else "="
        if maths[k]:
            yield cell.end - 1, " "
        if maths[k + 1]:
            yield after.start, " "


def _without_blanks(text: str, cell: Span) -> Span:
    start, end = cell.start, cell.end
    while text[start].isspace():
        start += 1
    while text[end - 1].isspace():
        end -= 1
    return Span(start, end)
