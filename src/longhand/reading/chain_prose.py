"""Sentences that claim something in words only."""
from __future__ import annotations

import re
from collections.abc import Iterator

from .syntax import Span

END = re.compile(r"(?<=[.!?])(?=\s)|\n(?=[ \t]*\n)")
VERB = re.compile(r"""\b(?:is|are|was|were|be|been|has|have|had|equals?|becomes?|gives?|shows?|means?|holds?|vanish(?:es)?|depends?|increases?|decreases?|sums?|
    does|do|can|cannot|must|will|should|implies|follows|follow|get|gets|obtain|yields?|stays?|remains?|goes|works?|dies|changes?|follows|consists?|represents?|
    denotes?|reduces?|drops?|grows?|shrinks?|converges?|diverges?|improves?|saturates?|comes?|makes?|takes?|uses?|needs?|contains?|updates?|propagates?|isn't|
    doesn't|don't|aren't|we)\b|\d\.\d""".replace("\n", "").replace("    ", ""), re.IGNORECASE)
WORD = re.compile(r"[A-Za-z]{2,}")


def sentences(text: str, start: int, end: int, behind: bool, ahead: bool) -> Iterator[Span]:
    """The sentences with a verb in a stretch of words; `behind` a formula and with one `ahead` of it, its ends may belong to those."""
    cuts = list(_cut(text, start, end))
    if ahead and cuts and not text[slice(*cuts[-1])].rstrip(" \t*_").endswith((".", "!", "?")):
        cuts.pop()
    if behind and cuts and not text[slice(*cuts[0])].lstrip()[:1].isupper():
        del cuts[0]
    for first, last in cuts:
        while first < last and text[first] in " \t\r\n*_-.,;:>":
            first += 1
        while first < last and text[last - 1] in " \t\r\n*_":
            last -= 1
        said = text[first:min(last, first + 2000)]
        if len(WORD.findall(said)) > 1 and VERB.search(said) and not said.endswith(":"):         # a colon announces
            yield Span(first, last)


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    for match in END.finditer(text, start, end):
        yield at, match.start()
        at = match.start()
    yield at, end
