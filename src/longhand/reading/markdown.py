r"""Markdown to blocks and runs, each with its true place in the text.

markdown-it was tried first. Its inline tokens carry no offsets, its import costs 46 to 57 ms of a start that may cost 250, and its block
rules are wrong for scanned sheets: a "4." may not follow a line of text, an item that is empty on its first line loses the formula
below, and a line of = inside $$ becomes a heading. So the islands (maths, code, comments) are found first, the blocks after them line
by line, and markdown-it is left as the judge in the tests. Indented code is not known: scans are indented at random.
"""
from __future__ import annotations

import re
import string
from collections.abc import Iterator

from ..core.record import record
from .bare import bare_maths
from .islands import Island, islands
from .source import Source
from .syntax import Span


@record
class Prose:
    """Words, exactly as they stand in the source, without markers of emphasis."""
    text: str
    span: Span


@record
class Math:
    """A formula, without its delimiters; bare where it had none. The number is one that stood on the line below."""
    text: str
    span: Span
    display: bool
    bare: bool = False
    number: Prose | None = None


@record
class Code:
    text: str
    span: Span


Run = Prose | Math | Code


@record
class Block:
    """A "paragraph", "heading", "item", "code", "rule" or "front matter". The label is an item's "1." or "(a)" or a code's language;
    the level that of a heading, or the depth of an item from 1."""
    kind: str
    level: int
    label: str
    runs: tuple[Run, ...]
    span: Span

    @property
    def prose(self) -> str:
        """The block's words in one string, a formula standing as its text."""
        return "".join(run.text for run in self.runs)


HEADING = re.compile(r"[ ]{0,3}(#{1,6})[ \t]+")
QUOTE = re.compile(r"[ ]{0,3}>[ ]?")
BULLET = re.compile(r"[ \t]*([-*+])(?=[ \t\r]|$)[ \t]*")
LABEL = re.compile(r"[ \t]*(\d{1,3}[.)]|[a-z]\)|\((?:[a-z]|\d{1,2}|[ivx]{1,4})\))(?=[ \t\r]|$)[ \t]*")
STRAIGHT = frozenset("$\\" + string.ascii_uppercase)
"""With these a line of words begins, and nothing else."""
NUMBER = re.compile(r"[ \t]*\((\d[\d.\-]{0,8})\)[ \t\r]*$")
EMPHASIS = re.compile(r"\*{1,3}(?=\S)|(?<=\S)\*{1,3}|(?<!\w)_{1,3}(?=\w)|(?<=\w)_{1,3}(?!\w)")


def pieces(source: Source) -> list[Block]:
    """The blocks of the source in order."""
    return list(Blocks(source.text).run())


class Blocks:
    """The scan line by line; `open` holds the lines of the block that is being read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.kind, self.level, self.label = "paragraph", 0, ""
        self.start = 0
        self.open: list[tuple[int, int]] = []
        self.islands: list[Island] = []
        self.used = 0                    # islands given to blocks so far
        self.empty_item = False

    def run(self) -> Iterator[Block]:
        start, text = 0, self.text
        if matter := front_matter(text):
            yield matter
            start = matter.span.end
        self.islands = islands(text, start)
        for line, end in self.lines(start):
            yield from self.line(line, end)
        yield from self.close()

    def lines(self, start: int) -> Iterator[tuple[int, int]]:
        """The lines, where a line end inside an island does not count."""
        at, text = 0, self.text
        while start < len(text):
            end = text.find("\n", start)
            end = len(text) if end < 0 else end
            while at < len(self.islands) and self.islands[at].start < end:
                if self.islands[at].end > end:
                    end = text.find("\n", self.islands[at].end)
                    end = len(text) if end < 0 else end
                at += 1
            yield start, end
            start = end + 1

    def line(self, start: int, end: int) -> Iterator[Block]:
        text = self.text
        if start < end and text[start] in STRAIGHT and not self.is_fence(end):
            if self.open:
                self.open.append((start, end))
            else:
                self.begin("paragraph", 0, "", start, start, end)
            self.empty_item = False
            return
        while quote := QUOTE.match(text, start, end):
            start = quote.end()
        if self.is_fence(end):
            yield from self.close()
            yield self.fence(self.islands[self.used])
            return
        if not text[start:end].strip() if end - start < 200 else text[start:end].isspace():
            yield from self.close()
        elif heading := HEADING.match(text, start, end):
            yield from self.close()
            self.begin("heading", len(heading[1]), "", start, heading.end(), _without_closing_hashes(text, heading.end(), end))
            yield from self.close()
        elif mark := self.underline(start, end):
            if self.kind == "paragraph" and len(self.open) == 1 and mark in "=-":
                self.kind, self.level = "heading", 1 if mark == "=" else 2
                yield from self.close()
            elif mark != "=":
                yield from self.close()
                yield Block("rule", 0, "", (), Span(start, end))
            else:
                self.open.append((start, end))
        elif self.empty_item:
            self.open.append((start, end))
            self.empty_item = False
        elif self.open and self.numbers_display(start, end):
            self.open.append((start, end))
        elif item := self.item(start, end):
            yield from self.close()
            label, content, depth = item
            self.begin("item", depth, label, start, content, end)
            self.empty_item = not text[content:end].strip()
        elif self.open:
            self.open.append((start, end))
        else:
            self.begin("paragraph", 0, "", start, start, end)

    def is_fence(self, end: int) -> bool:
        """Whether the next island is a block of code that starts before this place."""
        return self.used < len(self.islands) and self.islands[self.used].kind == "fence" and self.islands[self.used].start < end

    def begin(self, kind: str, level: int, label: str, start: int, content: int, end: int) -> None:
        self.kind, self.level, self.label, self.start = kind, level, label, start
        self.open = [(content, end)]

    def underline(self, start: int, end: int) -> str:
        """The one character of a rule or of a heading's underline, or ""."""
        if end - start > 200:
            return ""
        marks = "".join(self.text[start:end].split())
        return marks[0] if len(marks) >= 3 and marks[0] in "-*_=" and marks == marks[0] * len(marks) else ""

    def item(self, start: int, end: int) -> tuple[str, int, int] | None:
        """Label, where the content starts, and depth; "- (a) Derive" has the label (a)."""
        text = self.text
        indent = start
        bullet = BULLET.match(text, start, end)
        at = bullet.end() if bullet else start
        label = LABEL.match(text, at, end)
        if not (bullet or label):
            return None
        while indent < end and text[indent] in " \t":
            indent += 1
        return label[1] if label else bullet[1], (label or bullet).end(), 1 + (indent - start) // 2

    def numbers_display(self, start: int, end: int) -> bool:
        """An equation's number alone on the line below a display."""
        before = self.open[-1][1]
        return bool(NUMBER.match(self.text, start, end)) and self.text[max(0, before - 40):before].rstrip().endswith(("$$", r"\]", "}"))

    def fence(self, island: Island) -> Block:
        self.used += 1
        info = self.text[island.start:island.inner_start].strip().strip("`~").strip()
        body = Code(self.text[island.inner_start:island.inner_end], Span(island.inner_start, island.inner_end))
        return Block("code", 0, info, (body,), Span(island.start, island.end))

    def close(self) -> Iterator[Block]:
        """Give out the block that is open."""
        if self.open:
            merged = [self.open[0]]
            for start, end in self.open[1:]:
                if start == merged[-1][1] + 1:
                    merged[-1] = (merged[-1][0], end)
                else:
                    merged.append((start, end))
            runs = _numbered([run for start, end in merged for run in self.runs(start, end)])
            yield Block(self.kind, self.level, self.label, tuple(runs), Span(self.start, self.open[-1][1]))
        self.open, self.empty_item = [], False
        self.kind, self.level, self.label = "paragraph", 0, ""

    def runs(self, start: int, end: int) -> Iterator[Run]:
        """Prose and islands from start to end; maths without dollars is looked for in the prose."""
        while self.used < len(self.islands) and self.islands[self.used].start < end:
            island = self.islands[self.used]
            self.used += 1
            if island.start >= start:
                if start < island.start:
                    yield from self.prose(start, island.start)
                span = Span(island.inner_start, island.inner_end)
                if island.kind in ("inline", "display"):
                    yield Math(self.text[span.start:span.end], span, island.kind == "display")
                elif island.kind == "code":
                    yield Code(self.text[span.start:span.end], span)
                start = island.end
        if start < end:
            yield from self.prose(start, end)

    def prose(self, start: int, end: int) -> Iterator[Run]:
        for first, last in bare_maths(self.text, start, end):
            yield from self.words(start, first)
            yield Math(self.text[first:last], Span(first, last), False, bare=True)
            start = last
        yield from self.words(start, end)

    def words(self, start: int, end: int) -> Iterator[Prose]:
        for mark in EMPHASIS.finditer(self.text, start, end):
            if start < mark.start():
                yield Prose(self.text[start:mark.start()], Span(start, mark.start()))
            start = mark.end()
        if start < end:
            yield Prose(self.text[start:end], Span(start, end))


def front_matter(text: str) -> Block | None:
    """The directives between --- and --- at the very start."""
    match = re.compile(r"---[ \t]*\r?\n").match(text)
    if not match:
        return None
    close = re.compile(r"^(?:---|\.\.\.)[ \t\r]*$", re.MULTILINE).search(text, match.end())
    if not close:
        return None
    inner = Span(match.end(), close.start())
    return Block("front matter", 0, "", (Code(text[inner.start:inner.end], inner),), Span(0, min(close.end() + 1, len(text))))


def _without_closing_hashes(text: str, start: int, end: int) -> int:
    line = text[start:end].rstrip()
    bare = line.rstrip("#")
    return start + len(bare.rstrip() if bare.endswith((" ", "\t")) else line)


def _numbered(runs: list[Run]) -> list[Run]:
    """A display and the number on the line below it become one run."""
    out: list[Run] = []
    for run in runs:
        if out and isinstance(run, Prose) and isinstance(out[-1], Math) and out[-1].display and run.text.startswith("\n"):
            first, _, rest = run.text[1:].partition("\n")
            if match := NUMBER.match(first):
                at = run.span.start + 1 + match.start(1)
                out[-1] = Math(out[-1].text, out[-1].span, True, number=Prose(match[1], Span(at, at + len(match[1]))))
                if rest.strip():
                    out.append(Prose(rest, Span(run.span.end - len(rest), run.span.end)))
                continue
        out.append(run)
    return out
