"""The text that is read, with the places in it: offsets to line and column, and carets for messages."""
from __future__ import annotations

from bisect import bisect_right
from dataclasses import field

from ..core.record import record
from .syntax import Span

WINDOW = 100                    # characters of a long line that a message shows


@record
class Source:
    """A text and the name it goes by in messages."""
    text: str
    name: str = "<text>"
    starts: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        starts, at = [0], self.text.find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = self.text.find("\n", at + 1)
        object.__setattr__(self, "starts", tuple(starts))

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both counted from 1."""
        offset = min(max(offset, 0), len(self.text))
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of a line, counted from 1, without its end; "" where there is no such line."""
        if not 1 <= number <= len(self.starts):
            return ""
        end = self.starts[number] - 1 if number < len(self.starts) else len(self.text)
        return self.text[self.starts[number - 1]:end].removesuffix("\r")

    def caret(self, span: Span) -> str:
        """The line in which the span starts, with carets under the span; of a long line the part around it."""
        number, column = self.place(span.start)
        line = self.line(number)
        start = min(column - 1, len(line))
        length = max(1, min(span.end - span.start, len(line) - start))
        left = 0
        if len(line) > WINDOW:
            left = min(max(0, start - WINDOW // 4), len(line) - WINDOW)
            length = min(length, left + WINDOW - start) or 1
        before, after = "…" if left else "", "…" if left + WINDOW < len(line) else ""
        shown = "".join(" " if character.isspace() or not character.isprintable() else character for character in line[left:left + WINDOW])
        return f"{before}{shown}{after}\n{' ' * (len(before) + start - left)}{'^' * length}"
