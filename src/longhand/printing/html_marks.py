"""A marked answer as one HTML file: the verdict on top, then the answer again, line by line, with its marks in the margin.

It is made of the same frame as a solution. Without a script nothing is hidden: the filters are added where one runs.
"""
from __future__ import annotations

from ..forms.document import Block, Document, Heading, Tally, Text, Working
from ..forms.maths import Maths
from ..forms.verdicts import RIGHT, SIGNS, gravest
from . import html_katex
from .html import Writer, said
from .html_page import MARKS, page
from .marked_html import Places, class_of

MOST = 400
"""Marked lines above which there is no map of them."""


def render(document: Document) -> str:
    """The page."""
    writer = MarkedWriter(document)
    body = writer.body()
    return page(document.title or "Marked", body, writer.contents(), writer.commands(), MARKS)


def fragment(document: Document) -> tuple[str, str]:
    """What stands below the title of that page, and its table of contents."""
    writer = MarkedWriter(document)
    return writer.body(), writer.contents()


class MarkedWriter(Writer):
    """Writes the parts of marked answers; formulas are set by KaTeX where scripts run, and are MathML else."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self.document = document
        self.said: set[str] = set()
        self._formulas: dict[tuple[Maths, bool, str], str] = {}
        self._listed: list[tuple[str, str, str]] = []                   # class, anchor, words of the table of contents
        self._answers = _answers(document.blocks)

    def formula(self, maths: Maths, display: bool = False, sign: str = "") -> str:
        key = maths, display, sign
        if key not in self._formulas:
            told = html_katex.judged_latex(maths)
            self.said.add(told)
            self._formulas[key] = html_katex.formula(maths, told, display, sign)
        return self._formulas[key]

    def commands(self) -> str:
        """All LaTeX of the page."""
        return "\n".join(self.said)

    def body(self) -> str:
        """Every answer: its verdict, then its lines."""
        return "\n".join(self._answer(number, blocks) for number, blocks in enumerate(self._answers, 1))

    def _answer(self, number: int, blocks: list[Block]) -> str:
        places = _places(blocks, number, self.targets)
        title = ""
        if isinstance(blocks[0], Heading):
            title = f'<h2 id="answer-{number}">{self.run(blocks[0].text)}</h2>'
            self._listed.append(("l2", f"answer-{number}", self.run(blocks[0].text)))
            self.places.note(blocks[0])
            blocks = blocks[1:]
        first = next((k for k, block in enumerate(blocks) if isinstance(block, Working)), len(blocks))
        self._list(places)
        ahead = [b for b in blocks[:first] if not isinstance(b, Tally)]
        told = next((b for b in blocks[:first] if isinstance(b, Tally)), None)
        verdict = self.blocks(b for b in ahead if isinstance(b, Text) and b.kind in ("mistake", "follows", "check", "problem"))
        rest = self.blocks(b for b in ahead if not (isinstance(b, Text) and b.kind in ("mistake", "follows", "check", "problem")))
        wrong = any(isinstance(b, Text) and b.kind in ("mistake", "problem") for b in ahead)
        right = any(isinstance(b, Text) and b.kind == "check" for b in ahead)
        counts = tally(told) if told is not None else ""
        head = f'<div class="verdict{" bad" if wrong else " good" if right else ""}">{verdict}{counts}{_map(places)}</div>'
        lines = f'<div class="lines">{self.blocks(blocks[first:])}</div>' if blocks[first:] else ""
        return f'<section class="answer" aria-label="Answer {number}">{title}{head}{rest}{lines}</section>'

    def _list(self, places: list[tuple[str, Working, str]]) -> None:
        """Lines that are not right go into the table of contents."""
        for anchor, block, verdict in places:
            if verdict == RIGHT or not anchor:
                continue
            heads = [c.head for row in block.rows for c in row.comments if c.head and c.verdict == verdict]
            words = heads[0].removeprefix(f"{verdict}: ") if heads else verdict
            sign = f'<span class="mark {class_of(verdict)}" aria-hidden="true">{SIGNS[verdict]}</span>'
            self._listed.append((f"l9 v-{class_of(verdict)}", anchor, f'{sign} <span class="no">{block.line}</span> {said(words)}'))

    def contents(self) -> str:
        """The table of contents: the answers, and the lines that are not right."""
        items = "".join(f'<li class="{kind}"><a href="#{anchor}">{words}</a></li>' for kind, anchor, words in self._listed)
        return f"<ol>{items}</ol>"


def tally(block: Tally) -> str:
    """The totals as a bar and as chips, which filter where a script runs."""
    bars, x = "", 0
    for verdict, count in block.counts:
        bars += f'<rect class="{class_of(verdict)}" x="{x}" width="{count}" height="1"/>' if count else ""
        x += count
    chips = "".join(f'<li><button type="button" class="chip {class_of(verdict) if count else "none"}" data-only="{class_of(verdict)}" '
                    f'aria-pressed="false"{"" if count else " disabled"}><span aria-hidden="true">{SIGNS[verdict]}</span> {count} {said(verdict)}'
                    '</button></li>' for verdict, count in block.counts)
    return (f'<svg class="bars" viewBox="0 0 {x or 1} 1" preserveAspectRatio="none" aria-hidden="true">{bars}</svg>'
            f'<ul class="chips" aria-label="Totals. A button shows its lines alone.">{chips}{GO}</ul>')


GO = """<li class="go"><button type="button" data-go="back" aria-label="The mistake before">‹</button><button type="button" data-go="on">next
 mistake ›</button><span class="sr" role="status"></span></li>"""


def _answers(blocks: tuple[Block, ...]) -> list[list[Block]]:
    """The blocks of each answer: a heading of the first level begins one."""
    out: list[list[Block]] = []
    for block in blocks:
        if not out or isinstance(block, Heading) and block.level == 1:
            out.append([])
        out[-1].append(block)
    return out


def _places(blocks: list[Block], number: int, targets: Places) -> list[tuple[str, Working, str]]:
    """The marked lines of an answer: anchor, the line, its gravest verdict."""
    out = []
    for block in blocks:
        if isinstance(block, Working) and (verdict := gravest(tuple(v for row in block.rows for v in row.verdicts))):
            anchor = f"a{number}-{block.line}" if block.line is not None else ""
            out.append((anchor if anchor in targets.seen else "", block, verdict))
    return out


def _map(places: list[tuple[str, Working, str]]) -> str:
    """Every marked line as a small sign that leads there."""
    if not 1 < len(places) <= MOST:
        return ""
    items = ""
    for anchor, block, verdict in places:
        words = f"line {block.line}: {said(verdict)}"
        items += f'<li><a class="{class_of(verdict)}" href="#{anchor}" aria-label="{words}" title="{words}">{SIGNS[verdict]}</a></li>' if anchor else ""
    return f'<ol class="map" aria-label="All marked lines">{items}</ol>'
