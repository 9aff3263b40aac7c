r"""The parts of a Markdown text that are no prose: maths, code and comments, found in one linear scan of the characters.

An island hides what is inside from the scan of the blocks: a minus at the start of a line within $$ is no list item.
"""
from __future__ import annotations

import re
from typing import NamedTuple

from .vocabulary import CASES, DISPLAYS, MATRICES


class Island(NamedTuple):
    """From start to end in the text; the content stands at inner_start..inner_end. Kinds: inline, display, code, fence, comment."""
    kind: str
    start: int
    end: int
    inner_start: int
    inner_end: int


MARK = re.compile(r"""
    (?P<fence>^[ ]{0,3}(?:```+|~~~+))
  | (?P<code>`+)
  | (?P<comment><!--)
  | (?P<begin>\\begin\{)
  | (?P<open>\\[(\[])
  | (?P<escape>\\.)
  | (?P<double>\$\$)
  | (?P<single>\$)
""", re.VERBOSE | re.MULTILINE | re.DOTALL)
DOLLAR = re.compile(r"(?<!\\)\$")
BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
HEADING = re.compile(r"^#{1,6}[ \t]", re.MULTILINE)
ENVIRONMENTS = MATRICES | CASES | DISPLAYS


class _Finder:
    """str.find that remembers what is not there, so that many openers without a closer stay linear."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.ahead: dict[object, int] = {}

    def find(self, what: str | re.Pattern[str], at: int) -> int:
        known = self.ahead.get(what)
        if known is None or known < at and known >= 0:
            known = self.ahead[what] = self.search(what, at)
        return known

    def search(self, what: str | re.Pattern[str], at: int) -> int:
        if isinstance(what, str):
            return self.text.find(what, at)
        match = what.search(self.text, at)
        return match.start() if match else -1


def islands(text: str, at: int = 0) -> list[Island]:
    """All islands of the text from this place on, in order."""
    finder, found = _Finder(text), []
    while match := MARK.search(text, at):
        island = _ISLAND[match.lastgroup](finder, match)
        if island:
            found.append(island)
        at = island.end if island else match.end()
    return found


def _escape(finder: _Finder, match: re.Match[str]) -> None:
    return None


def _fence(finder: _Finder, match: re.Match[str]) -> Island | None:
    text, mark = finder.text, match.group().strip()
    start = text.find("\n", match.end()) + 1 or len(text)
    if mark[0] in text[match.end():start] and mark[0] == "`":
        return _span(finder, match, "code", mark)
    end = finder.find(re.compile(rf"^[ ]{{0,3}}{mark[0]}{{{len(mark)},}}[ \t\r]*$", re.MULTILINE), start)
    if end < 0:
        return Island("fence", match.start(), len(text), start, len(text))
    stop = text.find("\n", end)
    return Island("fence", match.start(), len(text) if stop < 0 else stop, start, end)


def _code(finder: _Finder, match: re.Match[str]) -> Island | None:
    return _span(finder, match, "code", match.group())


def _span(finder: _Finder, match: re.Match[str], kind: str, mark: str) -> Island | None:
    """Code between equal runs of backticks in one paragraph."""
    closer = re.compile(rf"(?<!`){mark}(?!`)")
    end = finder.find(closer, match.end())
    blank = finder.find(BLANK_LINE, match.end())
    if end < 0 or 0 <= blank < end:
        return None
    return Island(kind, match.start(), end + len(mark), match.end(), end)


def _comment(finder: _Finder, match: re.Match[str]) -> Island | None:
    end = finder.find("-->", match.end())
    return Island("comment", match.start(), end + 3, match.end(), end) if end >= 0 else None


def _begin(finder: _Finder, match: re.Match[str]) -> Island | None:
    text, start = finder.text, match.end()
    name = text[start:start + 30].partition("}")[0]
    if name.rstrip("*") not in ENVIRONMENTS:
        return None
    closer = rf"\end{{{name}}}"
    end = finder.find(closer, start)
    return Island("display", match.start(), end + len(closer), match.start(), end + len(closer)) if end >= 0 else None


def _open(finder: _Finder, match: re.Match[str]) -> Island | None:
    kind, closer = ("inline", r"\)") if match.group() == r"\(" else ("display", r"\]")
    return _closed(finder, match, kind, closer)


def _double(finder: _Finder, match: re.Match[str]) -> Island | None:
    return _closed(finder, match, "display", "$$")


def _closed(finder: _Finder, match: re.Match[str], kind: str, closer: str) -> Island | None:
    end = finder.find(closer, match.end())
    if end < 0 or 0 <= finder.find(HEADING, match.end()) < end or kind == "inline" and 0 <= finder.find(BLANK_LINE, match.end()) < end:
        return None
    if not finder.text[match.end():end].strip():
        return None
    return Island(kind, match.start(), end + len(closer), match.end(), end)


def _single(finder: _Finder, match: re.Match[str]) -> Island | None:
    """$...$ within one paragraph. "$5 and $6" are prices: the second dollar stands behind a space and before a digit."""
    text, start = finder.text, match.end()
    end, blank = finder.find(DOLLAR, start), finder.find(BLANK_LINE, start)
    if end < 0 or 0 <= blank < end or not text[start:end].strip():
        return None
    if text[end - 1].isspace() and text[end + 1:end + 2].isdigit() or text.startswith("$", end + 1) and text[end - 1].isspace():
        return None
    return Island("inline", match.start(), end + 1, start, end)


_ISLAND = {"escape": _escape, "fence": _fence, "code": _code, "comment": _comment, "begin": _begin, "open": _open, "double": _double,
           "single": _single}
