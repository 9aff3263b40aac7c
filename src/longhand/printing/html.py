"""The blocks of a document as HTML: no script, formulas in MathML. Nothing of the document becomes markup."""
from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import assert_never

from ..forms.document import Block, Code, Display, Document, Figure, Heading, Inline, Item, StepCard, Table, Tally, Text, Working
from ..forms.maths import Maths
from ..forms.verdicts import SIGNS
from .marked_html import Places, class_of, working
from .mathml import mathml, relation
from .terminal import MARKS, diagram_lines, is_space
from .terminal_maths import clean

SPOKEN = {"assumption": "assumed", "repair": "repaired", "problem": "not understood", "check": "checked", "mistake": "mistake", "follows": "follows",
          "missing": "missing", "note": "note"}
LINES = re.compile(r"\blines? \d[\d, and]*")


def said(words: str) -> str:
    """Plain words: nothing in them is markup, and no control character reaches the page."""
    return escape(clean(words))


class Writer:
    """Blocks to HTML; it knows which lines of working there are to point at. A page that sets its formulas otherwise overrides `formula`."""

    def __init__(self, document: Document) -> None:
        self.places = Places()
        self.deeper = 1 if document.title else 0
        self.targets = Places()
        for block in document.blocks:
            self.targets.note(block)

    def formula(self, maths: Maths, display: bool = False, sign: str = "") -> str:
        """A formula, with the relation that stands before it."""
        return mathml(maths, display, before=relation(sign) if sign else "")

    def run(self, text: tuple[Inline, ...]) -> str:
        """A run of text with its formulas."""
        return "".join(said(part) if isinstance(part, str) else self.formula(part) for part in text)

    def blocks(self, blocks: Iterable[Block]) -> str:
        """One after another; items that follow each other make one list."""
        out: list[str] = []
        listed = False
        first = True
        for block in blocks:
            if isinstance(block, Item) != listed:
                out.append("</ul>" if listed else "<ul>")
                listed = not listed
            if isinstance(block, Working):
                out.append(working(block, self.places.note(block), self, first))
                first = False
            else:
                first = first or isinstance(block, Heading)
                self.places.note(block)
                out.append(self.block(block))
        return "\n".join([*out, "</ul>"] if listed else out)

    def block(self, block: Block) -> str:
        match block:
            case Heading(level, text):
                name = f"h{max(1, min(level + self.deeper, 6))}"
                return f"<{name}>{self.run(text)}</{name}>"
            case Text(text, kind):
                return f'<p class="said {kind}">{self.flag(kind)}{self.pointing(text, kind)}</p>' if kind else f"<p>{self.run(text)}</p>"
            case Item(text, kind):
                return f"<li>{self.flag(kind)}{self.run(text)}</li>"
            case Display():
                return self.display(block)
            case StepCard():
                return self.step(block)
            case Table(head, rows):
                return self.table(head, rows)
            case Figure(diagram, caption):
                drawn = "\n".join(clean(line) for line in diagram_lines(diagram))
                note = f"<figcaption>{self.run(caption)}</figcaption>" if caption else ""
                return f"<figure><pre>{escape(drawn)}</pre>{note}</figure>"
            case Code(text, _):
                return code(text)
            case Tally(counts):
                return tally(counts)
            case Working():
                return working(block, self.places.note(block), self)
        assert_never(block)

    def flag(self, kind: str) -> str:
        if kind not in MARKS:
            return ""
        return f'<span class="flag" aria-hidden="true">{MARKS[kind]}</span><span class="sr">{SPOKEN[kind]}: </span>'

    def pointing(self, text: tuple[Inline, ...], kind: str) -> str:
        """Text in which "line 42" leads there."""
        if kind not in ("mistake", "follows") or not text or not isinstance(text[0], str):
            return self.run(text)
        linked = LINES.sub(lambda found: re.sub(r"\d+", lambda n: self.link(n[0]), found[0]), said(text[0]))
        return f"<strong>{linked}</strong>{self.run(text[1:])}"

    def link(self, number: str) -> str:
        anchor = f"a{self.places.answer}-{number}"
        return f'<a href="#{anchor}">{number}</a>' if anchor in self.targets.seen else number

    def step(self, card: StepCard) -> str:
        rule = f'<span class="rule">{said(card.rule)}</span>' if card.rule else ""
        shape = f'<span class="shape">{self.shape(card.shape)}</span>' if card.shape is not None else ""
        why = f"<p>{self.run(card.why)}</p>" if card.why else ""
        head = f'<header><span class="number">{card.number}</span><b>{self.run(card.title)}</b>{rule}{shape}</header>'
        return f'<section class="step" id="s{card.number}">{head}{why}{self.blocks(card.body)}</section>'

    def display(self, block: Display) -> str:
        """A chain, each part a formula of its own, so that it breaks at its relation signs where the screen is narrow."""
        if not block.parts:
            return ""
        parts = "".join(f'<span class="scroll">{self.formula(part, True, sign)}</span>' for sign, part in zip(signs(block), block.parts, strict=False))
        shape = f'<span class="shape">{self.shape(block.shape)}</span>' if block.shape is not None else ""
        anchor = f' id="{said(block.label)}"' if block.label else ""
        return f'<div class="display{" boxed" if block.boxed else ""}"{anchor}>{parts}{shape}</div>'

    def shape(self, shape: Maths) -> str:
        """∈ a space, or what else stands at the side."""
        return self.formula(shape, sign=r"\in" if is_space(shape) else "")

    def table(self, head: tuple[tuple[Inline, ...], ...], rows: tuple[tuple[tuple[Inline, ...], ...], ...]) -> str:
        """A table; wider than the page, it scrolls."""
        if not head and not rows:
            return ""
        top = "<thead><tr>" + "".join(f'<th scope="col">{self.run(cell)}</th>' if any(cell) else "<td></td>" for cell in head) + "</tr></thead>" if head else ""
        body = "".join("<tr>" + "".join(f"<td>{self.run(cell)}</td>" for cell in row) + "</tr>" for row in rows)
        return f'<div class="scroll"><table class="plain">{top}<tbody>{body}</tbody></table></div>'


def signs(block: Display) -> list[str]:
    """The relation before each part of a chain; none before the first."""
    return ["", *block.relations, *["="] * (len(block.parts) - 1 - len(block.relations))]


def tally(counts: tuple[tuple[str, int], ...]) -> str:
    """The totals, a chip each."""
    items = (f'<li class="{class_of(verdict) if count else "none"}"><span aria-hidden="true">{SIGNS[verdict]}</span> {count} {said(verdict)}</li>'
             for verdict, count in counts)
    return f'<ul class="tally" aria-label="Totals">{"".join(items)}</ul>'


def code(text: str) -> str:
    """Text as it stands."""
    return "<pre>" + escape("\n".join(clean(line) for line in text.splitlines())) + "</pre>"
