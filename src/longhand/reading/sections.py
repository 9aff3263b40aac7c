"""The problems of a sheet: where each begins and ends."""
from __future__ import annotations

from collections.abc import Sequence

from ..core.record import record
from .lexicon import TITLES
from .markdown import Block, Math
from .sentences import Sentence, Token
from .source import Source


@record
class Section:
    """A problem of the sheet: its title, its part of the source, its number as written, and the labels of its parts."""
    title: str
    start: int
    end: int
    label: str = ""
    parts: tuple[str, ...] = ()


def sections(source: Source, blocks: Sequence[Block], said: Sequence[Sentence]) -> list[Section]:
    """A section for each title "Problem 1"; where there is none, for each heading; the text before the first is one if it holds maths."""
    titles = [s for s in said if _is_title(s.tokens)] or [s for s in said if s.kind == "heading"]
    starts = [(s.span.start, " ".join(source.text[s.span.start:s.span.end].split()), _number(s.tokens)) for s in titles]
    end = len(source.text)
    first = starts[0][0] if starts else end
    before = any(isinstance(run, Math) for block in blocks if block.span.start < first for run in block.runs)
    if before or not starts:
        starts.insert(0, (0, "", ""))
    ends = [start for start, _, _ in starts[1:]] + [end]
    return [Section(title, start, stop, label) for (start, title, label), stop in zip(starts, ends, strict=True)]


def _is_title(tokens: Sequence[Token]) -> bool:
    """"Problem 1", "2 Problem 2", "**Exercise 3.**" and no more."""
    if len(tokens) > 12 or any(token.kind in ("math", "code") for token in tokens):
        return False
    kept = [token for token in tokens if token.kind in ("word", "number")]
    if kept and kept[0].kind == "number" and len(kept) > 2:
        kept = kept[1:]
    return 2 <= len(kept) < 8 and kept[0].word in TITLES and kept[1].kind == "number"


def _number(tokens: Sequence[Token]) -> str:
    return next((token.text for token in reversed(tokens) if token.kind == "number"), "")
