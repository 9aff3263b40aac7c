"""Document: the one currency between the makers of a solution and its printers."""
from __future__ import annotations

from dataclasses import field

from ..core.record import record
from .maths import Maths

Inline = str | Maths
"""A run of text: plain words, or maths set inline."""


@record
class Block:
    """The base of the blocks below; the set is closed."""


@record
class Heading(Block):
    level: int
    text: tuple[Inline, ...]


@record
class Text(Block):
    """A paragraph. kind: "" or "assumption", "repair", "problem", "check", and of a marked answer "mistake", "follows", "missing", "note",
    for paragraphs that printers may mark."""
    text: tuple[Inline, ...]
    kind: str = ""


@record
class Item(Block):
    """A line of a list."""
    text: tuple[Inline, ...]
    kind: str = ""


@record
class Display(Block):
    """A displayed formula: a chain `parts[0] = parts[1] = ...`, broken at its relation signs where it is too wide.
    shape is set at the side; boxed marks a result; label is an anchor."""
    parts: tuple[Maths, ...]
    relations: tuple[str, ...] = ()
    shape: Maths | None = None
    boxed: bool = False
    label: str = ""


@record
class StepCard(Block):
    """The head of a step of the derivation: its number, title, rule and the sentence that says why it holds; its displays follow in `body`."""
    number: int
    title: tuple[Inline, ...]
    rule: str
    why: tuple[Inline, ...]
    body: tuple[Block, ...] = ()
    shape: Maths | None = None
    about: str = ""


@record
class Table(Block):
    head: tuple[tuple[Inline, ...], ...]
    rows: tuple[tuple[tuple[Inline, ...], ...], ...]


@record
class Figure(Block):
    """A diagram (forms.diagram) with its caption."""
    diagram: object
    caption: tuple[Inline, ...] = ()


@record
class Code(Block):
    text: str
    language: str = ""


@record
class Comment:
    """What is said of one claim: `head` ("wrong: log10 for ln"; "" for advice on what is right), the claim itself where its line holds
    several, and (label, words) below: "" the sentence for the student, "right" what should stand there, "because" the evidence."""
    verdict: str
    head: str
    claim: tuple[Inline, ...] = ()
    lines: tuple[tuple[str, tuple[Inline, ...]], ...] = ()


@record
class WorkingRow:
    """A row of somebody's working as written: words, or a displayed chain whose first part is `Line(())` where it goes on from the row above.
    verdicts of the claims in it, in their order; source: what was written, in LaTeX."""
    body: Heading | Text | Item | Display | Code
    verdicts: tuple[str, ...] = ()
    comments: tuple[Comment, ...] = ()
    source: str = ""


@record
class Working(Block):
    """A line of somebody's working, printed again with its marks; `line` is its number, None where it goes on from the one above."""
    line: int | None
    rows: tuple[WorkingRow, ...]


@record
class Tally(Block):
    """How many claims there are of each verdict."""
    counts: tuple[tuple[str, int], ...]


@record
class Document:
    title: str
    blocks: tuple[Block, ...] = field(default_factory=tuple)
