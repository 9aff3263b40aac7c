"""An answer as blocks of words and formulas: as in a problem sheet, and formulas of plain text are found before * is taken for emphasis."""
from __future__ import annotations

import re
from collections.abc import Iterator

from ..core.record import record
from .chain_places import plain_places
from .markdown import Blocks, Run
from .syntax import Span

BOLD = re.compile(r"^[ \t]{0,20}(\*\*|__)(?=\S)([^*_\n]{1,80})\1[ \t]{0,4}:?[ \t\r]{0,4}$", re.MULTILINE)


@record
class Plain:
    """A formula of plain text: dE/dw5 = 0.13."""
    text: str
    span: Span


@record
class Title:
    """A line in bold, which heads what is below it."""
    text: str
    span: Span


class AnswerBlocks(Blocks):
    """The blocks of an answer; their runs may also be Plain and Title."""

    def prose(self, start: int, end: int) -> Iterator[Run | Plain | Title]:
        if self.text.find("**", start, end) >= 0 or self.text.find("__", start, end) >= 0:
            for title in BOLD.finditer(self.text, start, end):
                yield from self.lines_of(start, title.start())
                yield Title(title[2].strip(" :"), Span(title.start(2), title.end(2)))
                start = title.end()
        yield from self.lines_of(start, end)

    def lines_of(self, start: int, end: int) -> Iterator[Run | Plain]:
        for first, last in plain_places(self.text, start, end):
            if start < first:
                yield from super().prose(start, first)
            yield Plain(self.text[first:last], Span(first, last))
            start = last
        if start < end:
            yield from super().prose(start, end)
