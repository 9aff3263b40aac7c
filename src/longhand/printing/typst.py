"""Documents as PDF, set by Typst: one source in memory, the schematic inside it, the fonts of the typst package, no network."""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import assert_never

from ..errors import LonghandError, UsageError
from ..forms.diagram import Diagram
from ..forms.document import Block, Code, Comment, Display, Document, Figure, Heading, Inline, Item, StepCard, Table, Tally, Text, Working, WorkingRow
from ..forms.maths import Grid, Line, Maths, Sign, line
from ..forms.verdicts import SIGNS, gravest
from . import svg
from .html_style import asset
from .pieces import LONG, columns, pieces
from .terminal import MARKS, diagram_lines, is_space
from .terminal_maths import clean
from .typst_maths import MARKED, argument, joined, quoted, typst

LABELS = {"assumption": "Assumed.", "repair": "Repaired.", "problem": "Not understood."}
INKS = {"assumption": "unchecked", "repair": "misread", "problem": "wrong", "check": "right", "mistake": "wrong", "follows": "carried",
        "missing": "unchecked", "note": "unchecked"}
PICTURE = 900.0
"""Pixels of a schematic that fits a page without getting small."""


def pdf(document: Document) -> bytes:
    """The document as a PDF. Needs the extra `pdf`."""
    try:
        import typst as engine
    except ImportError:
        raise UsageError("A PDF needs the package typst, which is not installed.", suggestion="pip install 'longhand[pdf]', or -o solution.html") from None
    try:
        return engine.Compiler(render(document).encode(), ignore_system_fonts=True).compile(format="pdf")
    except engine.TypstError as error:
        raise LonghandError(f"The PDF could not be set: {error}.") from None


def render(document: Document) -> str:
    """The document as a source of Typst that stands alone."""
    blocks = "\n".join(_blocks(document.blocks))
    return f"{asset('page', 'solution.typ')}\n#paper({quoted(document.title)}, {{\n{blocks}\n}})\n"


# ---- text -----------------------------------------------------------------------------------------------------------

def run(text: tuple[Inline, ...]) -> str:
    """A run of text as an expression of Typst."""
    return "{" + "; ".join(quoted(part) if isinstance(part, str) else _formula(part) for part in text if part != "") + "}"


def _formula(maths: Maths) -> str:
    inside = typst(maths)
    said = f"$display({inside})$" if "mat(" in inside else f"${inside}$"
    return said if columns(maths) <= LONG else f"long({said}, {_broken(maths)})"


def _shown(maths: Maths) -> str:
    """The formula as it is displayed, in a line that breaks after its operators."""
    return f"$display({argument(maths)})$"


def _broken(maths: Maths) -> str:
    """Its pieces; an operator that begins one keeps its room."""
    first, *rest = pieces(maths)
    later = (f"$display({joined(joined(typst(each.items[0]), 'med'), typst(Line(each.items[1:])))})$" for each in rest)
    return _array((_shown(first), *later))


def _array(items: Iterable[str]) -> str:
    """An array of Typst, also of one item."""
    return "(" + "".join(f"{item}, " for item in items) + ")"


# ---- blocks ---------------------------------------------------------------------------------------------------------

def _blocks(blocks: Iterable[Block]) -> Iterator[str]:
    """One after another; values that follow each other stand side by side."""
    for values, group in groupby(blocks, is_value):
        listed = list(group)
        yield f"values{_array(_shown(_value(block)) for block in listed)}" if values else "\n".join(filter(None, map(_block, listed)))


def is_value(block: Block) -> bool:
    """Whether it is a symbol and its numbers, and no more."""
    if not isinstance(block, Display) or block.shape is not None or block.boxed:
        return False
    items = _value(block).items if block.parts else (Line(()),)
    return isinstance(items[-1], Grid) and [k for k, item in enumerate(items) if is_relation(item)] == [len(items) - 2]


def is_relation(maths: Maths) -> bool:
    return isinstance(maths, Sign) and maths.kind == "relation"


def _value(display: Display) -> Line:
    """The chain as one formula."""
    signs = [*display.relations, *["="] * len(display.parts)]
    rest = (each for sign, part in zip(signs, display.parts[1:], strict=False) for each in (Sign(sign, "relation"), part))
    whole = line(*display.parts[:1], *rest)
    return whole if isinstance(whole, Line) else Line((whole,))


def _block(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"heading(level: {max(1, min(level, 6))}, {run(text)})"
        case Text(text, kind):
            return f"{_said(text, kind)}\nparbreak()"
        case Item(text, kind):
            return _said(text, kind) if kind in INKS else f"item({run(text)})"
        case Display():
            return _chain(block)
        case StepCard():
            return _card(block)
        case Table(head, rows):
            count = max((len(row) for row in (head, *rows)), default=0)
            body = _array(_cells(row, count) for row in rows)
            return f"rows({_cells(head, count) if head else '()'}, {body}, {count})" if count else ""
        case Figure(diagram, caption):
            return _figure(diagram) + (f"\nalign(center, emph({run(caption)}))" if caption else "")
        case Code(text, _):
            return f"listing({_lines(text.splitlines())})"
        case Tally(counts):
            return f"totals{_array(map(_total, counts))}"
        case Working(number, rows):
            return "\n".join(_working(number if not at else None, row) for at, row in enumerate(rows))
    assert_never(block)


def _said(text: tuple[Inline, ...], kind: str) -> str:
    """Words with the sign of their kind before them."""
    if kind not in INKS:
        return run(text)
    return f"said({quoted(INKS[kind])}, {quoted(MARKS[kind])}, {quoted(LABELS.get(kind, ''))}, {run(text)})"


def _total(counted: tuple[str, int]) -> str:
    verdict, count = counted
    return f"({quoted(_ink(verdict))}, {quoted(SIGNS[verdict])}, {quoted(f'{count} {verdict}')})"


def _ink(verdict: str) -> str:
    return MARKED.get(verdict, "right")


def _chain(display: Display, more: str = "") -> str:
    if not display.parts:
        return ""
    signs = [None, *display.relations, *["="] * (len(display.parts) - 1 - len(display.relations))]
    parts = _array(_part(sign, part) for sign, part in zip(signs, display.parts, strict=False))
    shape = "" if display.shape is None else f", shape: {_shape(display.shape)}"
    return f"chain({parts}{shape}{', boxed: true' if display.boxed else ''}{more})"


def _part(sign: str | None, part: Maths) -> str:
    relation = "none" if sign is None else f"${typst(Sign(sign, 'relation'))}$"
    whole = _shown(part)
    cut = _broken(part) if columns(part) > LONG else f"({whole},)"
    return f"({relation}, {whole}, {cut})"


def _shape(shape: Maths) -> str:
    return f"${'∈ ' if is_space(shape) else ''}{typst(shape)}$"


def _card(card: StepCard) -> str:
    shape = "none" if card.shape is None else _shape(card.shape)
    why = run(card.why) if card.why else "none"
    body = "\n".join(_blocks(card.body))
    return f"card({quoted(str(card.number))}, {run(card.title)}, {quoted(card.rule)}, {shape}, {why}, {{\n{body}\n}})"


def _cells(cells: tuple[tuple[Inline, ...], ...], count: int) -> str:
    return _array([*map(run, cells), *["[]"] * (count - len(cells))])


def _figure(diagram: object) -> str:
    """The schematic as pictures: a small net neuron by neuron, and all of it as boxes. What cannot be drawn stands as text."""
    lines = diagram_lines(diagram)
    if not isinstance(diagram, Diagram):
        return f"listing({_lines(lines)})" if lines else ""
    found = svg.net(diagram)
    kinds = (True, False) if found is not None and svg.is_small(found) else (False,)
    try:
        drawn = [svg.render(diagram, neurons=kind, width=PICTURE, styled=False) for kind in kinds]
    except UsageError:
        return f"listing({_lines(lines)})" if lines else ""
    return "\n".join(f"picture({_string(each)}, {_lines(lines)})" for each in drawn)


def _lines(lines: Iterable[str]) -> str:
    return _string("\n".join(map(clean, lines)))


def _string(said: str) -> str:
    return '"' + said.replace("\\", "\\\\").replace('"', '\\"') + '"'


# ---- marked answers -------------------------------------------------------------------------------------------------

def _working(number: int | None, row: WorkingRow) -> str:
    """A row of working: its number and mark in the margin, the comments below."""
    verdict = gravest(row.verdicts)
    match row.body:
        case Heading(_, text):
            body = f"strong({run(text)})"
        case Text(text) | Item(text):
            body = run(text)
        case Display():
            body = _chain(row.body, ", indent: 0pt") or "[]"
        case Code():
            body = _block(row.body)
    ink = _ink(verdict) if verdict else ""
    comments = _array(map(_comment, row.comments))
    where = "" if isinstance(row.body, Display) else ", align: top"
    return f"working({quoted(str(number or ''))}, {quoted(ink)}, {quoted(SIGNS.get(verdict, ''))}, {body}, {comments}{where})"


def _comment(comment: Comment) -> str:
    claim = f" + [ ] + {run(('(', *comment.claim, ')'))}" if comment.claim else ""
    lines = _array((f"emph({quoted(label + ':')}) + [ ] + " if label else "") + run(words) for label, words in comment.lines)
    return f"comment({quoted(_ink(comment.verdict))}, {quoted(SIGNS[comment.verdict])}, strong({quoted(comment.head)}){claim}, {lines})"
