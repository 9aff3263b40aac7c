"""Somebody's working in HTML: the number of the line and its mark in the margin, comments below what they are about."""
from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Protocol

from ..forms.document import Block, Comment, Display, Heading, Inline, Item, Text, Working, WorkingRow
from ..forms.maths import Grid, Judged, Line, Maths, Scripts
from ..forms.verdicts import CARRIED, RIGHT, SIGNS, gravest
from .terminal_maths import clean, inline


class Setter(Protocol):
    """How formulas are set, and runs of text."""

    def formula(self, maths: Maths, display: bool = False, sign: str = "") -> str: ...

    def run(self, text: tuple[Inline, ...]) -> str: ...


FOLDED = ("because",)
"""Labels of a comment's lines that are evidence, folded away until asked for."""


class Places:
    """Names for lines of working, one for each line of each answer on the page."""

    def __init__(self) -> None:
        self.answer = 1
        self.seen: set[str] = set()
        self.begun = False

    def note(self, block: Block) -> str:
        """The name of a line of working; "" where it has one already or is none."""
        if isinstance(block, Heading) and block.level == 1:
            self.answer += self.begun
            self.begun = True
        if not isinstance(block, Working) or block.line is None:
            return ""
        self.begun = True
        name = f"a{self.answer}-{block.line}"
        if name in self.seen:
            return ""
        self.seen.add(name)
        return name


def working(block: Working, name: str, writer: Setter, first: bool = False) -> str:
    """A line of working; the rows of a chain stand under each other at their relation signs."""
    tall = " tall" if any(isinstance(row.body, Display) for row in block.rows) else ""
    anchor = f' id="{name}"' if name else ""
    told = " ".join(dict.fromkeys(class_of(verdict) for row in block.rows for verdict in row.verdicts))
    marked = f' data-v="{told}"' if told else ""
    rows = "".join(_row(row, block.line if not at else None, writer) for at, row in enumerate(block.rows))
    return f'<div class="working{tall}{" first" if first else ""}"{anchor}{marked}>{rows}</div>'


def _row(row: WorkingRow, number: int | None, writer: Setter) -> str:
    verdict = gravest(row.verdicts)
    margin = f'<span class="num"><span class="sr">line </span>{number}</span>' if number is not None else ""
    if verdict:
        loud = "" if verdict in (RIGHT, CARRIED) else " loud"
        spoken = verdict if len(row.verdicts) == 1 else "; ".join(row.verdicts)
        margin += f'<span class="mark {class_of(verdict)}{loud}" role="img" aria-label="{escape(spoken)}" title="{escape(spoken)}">{SIGNS[verdict]}</span>'
    return margin + _body(row, writer) + "".join(_comment(comment, writer) for comment in row.comments)


def _body(row: WorkingRow, writer: Setter) -> str:
    quiet = "" if row.verdicts else " quiet"
    match row.body:
        case Display() as display:
            return _chain(display, row.source, writer) + _cells(display)
        case Heading(_, text):
            return f'<p class="words heading">{writer.run(text)}</p>'
        case Item(text):
            return f'<p class="words item{quiet}">{writer.run(text)}</p>'
        case Text(text):
            return f'<p class="words{quiet}">{writer.run(text)}</p>'
    lines = "\n".join(clean(line) for line in row.body.text.splitlines())
    return f'<div class="words"><pre tabindex="0">{escape(lines)}</pre></div>'


def _chain(display: Display, source: str, writer: Setter) -> str:
    if not display.parts:
        return ""
    title = f' title="{escape(clean(source))}"' if source else ""
    signs = [*display.relations, *["="] * (len(display.parts) - 1 - len(display.relations))]
    if len(display.parts) == 1:
        return f'<div class="alone scroll"{title}>{writer.formula(display.parts[0], True)}</div>'
    left = writer.formula(display.parts[0], True) if inline(display.parts[0]) else ""
    rest = "".join(f'<div class="scroll">{writer.formula(part, True, sign)}</div>' for sign, part in zip(signs, display.parts[1:], strict=False))
    return (f'<div class="left scroll">{left}</div>' if left else "") + f'<div class="rest"{title}>{rest}</div>'


def _cells(display: Display) -> str:
    """The marked cells in words, for those who do not see them."""
    said = [each for part in display.parts for each in _spoken(part)]
    return f'<p class="sr">{escape("; ".join(said))}</p>' if said else ""


def _spoken(maths: Maths) -> Iterator[str]:
    match maths:
        case Grid(rows):
            for i, row in enumerate(rows, 1):
                for j, cell in enumerate(row, 1):
                    if isinstance(cell, Judged):
                        right = f", should be {inline(cell.right)}" if cell.right is not None else ""
                        yield f"row {i}, column {j}: {inline(cell.body)} is {cell.verdict}{right}"
        case Line(items):
            for item in items:
                yield from _spoken(item)
        case Scripts(base):
            yield from _spoken(base)


def _comment(comment: Comment, writer: Setter) -> str:
    """What is said of a claim: the mistake and the sentence, what should stand there, and, folded away, the evidence."""
    claim = f' <span class="quiet">({writer.run(comment.claim)})</span>' if comment.claim else ""
    says = " ".join(writer.run(words) for label, words in comment.lines if not label)
    head = f'<b class="head">{escape(clean(comment.head))}{"" if claim else "."}</b>{claim} ' if comment.head else ""
    shown = _listed([line for line in comment.lines if line[0] and line[0] not in FOLDED], writer)
    folded = _listed([line for line in comment.lines if line[0] in FOLDED], writer)
    evidence = f'<details class="evidence"><summary>evidence</summary>{folded}</details>' if folded else ""
    return f'<div class="comment {class_of(comment.verdict)}" role="note"><p>{head}{says}</p>{shown}{evidence}</div>'


def _listed(lines: list[tuple[str, tuple[Inline, ...]]], writer: Setter) -> str:
    rows = "".join(f'<dt>{escape(clean(label))}</dt><dd class="scroll">{_words(words, writer)}</dd>' for label, words in lines)
    return f"<dl>{rows}</dl>" if rows else ""


def _words(words: tuple[Inline, ...], writer: Setter) -> str:
    """A formula alone is set as large as a displayed one."""
    return writer.formula(words[0], True) if len(words) == 1 and isinstance(words[0], Maths) else writer.run(words)


def class_of(verdict: str) -> str:
    """A verdict as the name of a class."""
    return verdict.replace(" ", "-")
