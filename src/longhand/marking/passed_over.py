"""Lines of an answer with numbers of which nothing was made: listed, so that none is passed over in silence."""
from __future__ import annotations

import re
from collections.abc import Sequence

from ..reading.source import Source
from .marks import UNCHECKED, Mark

FIGURES = re.compile(r"\d[.,]\d|\\(?:to|rightarrow|mapsto)(?![A-Za-z])|->|→|^[ \t]*\|.*\d")
"""What a line has that may claim something: a decimal number, an arrow, or a row of a table with a number in it."""
MOST = 200
NO_EQUATION = "No equation was found in this line, so it was not checked."


def passed_over(source: Source, marks: Sequence[Mark]) -> list[Mark]:
    """A mark for each line that may claim something and has none."""
    marked: set[int] = set()
    for mark in marks:
        marked.update(range(mark.line, mark.line + source.text.count("\n", mark.start, mark.end) + 1))
    out: list[Mark] = []
    start = 0
    for number, line in enumerate(source.text.split("\n"), 1):
        if number not in marked and line.strip() and not line.startswith("#") and FIGURES.search(line[:2000]):
            first = start + len(line) - len(line.lstrip())
            last = start + len(line.rstrip())
            place = source.place(first)
            out.append(Mark(place[0], place[1], first, last, source.text[first:last][:MOST], UNCHECKED, says=NO_EQUATION))
        start += len(line) + 1
    return out
