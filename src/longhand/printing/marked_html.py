"""Somebody's working in HTML: the number of the line and its mark in the margin, comments below what they are about."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape

from ..forms.document import Block, Comment, Display, Heading, Inline, Item, Text, Working, WorkingRow
from ..forms.maths import Grid, Judged, Line, Maths, Scripts
from ..forms.verdicts import CARRIED, RIGHT, SIGNS, gravest
from .mathml import mathml, relation
from .terminal_maths import clean, inline

Run = Callable[[tuple[Inline, ...]], str]


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


def working(block: Working, name: str, run: Run, first: bool = False) -> str:
    """A line of working; the rows of a chain stand under each other at their relation signs."""
    tall = " tall" if any(isinstance(row.body, Display) for row in block.rows) else ""
    anchor = f' id="{name}"' if name else ""
    rows = "".join(_row(row, block.line if not at else None, run) for at, row in enumerate(block.rows))
    return f'<div class="working{tall}{" first" if first else ""}"{anchor}>{rows}</div>'


def _row(row: WorkingRow, number: int | None, run: Run) -> str:
    verdict = gravest(row.verdicts)
    margin = f'<span class="num"><span class="sr">line </span>{number}</span>' if number is not None else ""
    if verdict:
        loud = "" if verdict in (RIGHT, CARRIED) else " loud"
        spoken = verdict if len(row.verdicts) == 1 else "; ".join(row.verdicts)
        margin += f'<span class="mark {class_of(verdict)}{loud}" role="img" aria-label="{escape(spoken)}" title="{escape(spoken)}">{SIGNS[verdict]}</span>'
    return margin + _body(row, run) + "".join(_comment(comment, run) for comment in row.comments)


def _body(row: WorkingRow, run: Run) -> str:
    quiet = "" if row.verdicts else " quiet"
    match row.body:
        case Display() as display:
            return _chain(display, row.source) + _cells(display)
        case Heading(_, text):
            return f'<p class="words heading">{run(text)}</p>'
        case Item(text):
            return f'<p class="words item{quiet}">{run(text)}</p>'
        case Text(text):
            return f'<p class="words{quiet}">{run(text)}</p>'
    lines = "\n".join(clean(line) for line in row.body.text.splitlines())
    return f'<div class="words"><pre>{escape(lines)}</pre></div>'


def _chain(display: Display, source: str) -> str:
    if not display.parts:
        return ""
    title = f' title="{escape(clean(source))}"' if source else ""
    signs = [*display.relations, *["="] * (len(display.parts) - 1 - len(display.relations))]
    if len(display.parts) == 1:
        return f'<div class="alone scroll"{title}>{mathml(display.parts[0], True)}</div>'
    left = mathml(display.parts[0], True) if inline(display.parts[0]) else ""
    rest = "".join(f'<div class="scroll">{mathml(part, True, before=relation(sign))}</div>'
                   for sign, part in zip(signs, display.parts[1:], strict=False))
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


def _comment(comment: Comment, run: Run) -> str:
    claim = f' <span class="quiet">({run(comment.claim)})</span>' if comment.claim else ""
    says = " ".join(run(words) for label, words in comment.lines if not label)
    head = f'<b class="head">{escape(clean(comment.head))}{"" if claim else "."}</b>{claim} ' if comment.head else ""
    rows = "".join(f'<dt>{escape(clean(label))}</dt><dd class="scroll">{_words(words, run)}</dd>' for label, words in comment.lines if label)
    listed = f"<dl>{rows}</dl>" if rows else ""
    return f'<div class="comment {class_of(comment.verdict)}" role="note"><p>{head}{says}</p>{listed}</div>'


def _words(words: tuple[Inline, ...], run: Run) -> str:
    """A formula alone is set as large as a displayed one."""
    return mathml(words[0], True) if len(words) == 1 and isinstance(words[0], Maths) else run(words)


def class_of(verdict: str) -> str:
    """A verdict as the name of a class."""
    return verdict.replace(" ", "-")
