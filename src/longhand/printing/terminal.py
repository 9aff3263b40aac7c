"""Documents for a terminal: Unicode maths in two dimensions, colour where it is wanted."""
from __future__ import annotations

from typing import assert_never

from ..forms.document import Block, Code, Display, Document, Figure, Heading, Item, StepCard, Table, Tally, Text, Working
from ..forms.maths import Maths, Scripts, Sign
from .ansi import Paint
from .marked_lines import tally, working_lines
from .terminal_layout import display_rows, framed, plain, wrapped
from .terminal_maths import clean, inline
from .unicode_table import padded, width

MARKS = {"assumption": "◦", "repair": "~", "problem": "✗", "check": "✓", "mistake": "✗", "follows": "→", "missing": "○", "note": "·"}
"""The sign before a paragraph of a kind."""

NARROWEST, WIDEST = 30, 110


def render(document: Document, columns: int = 100, colour: bool = False) -> str:
    """The document as text of at most so many columns, where its formulas can be broken."""
    columns = max(NARROWEST, min(columns, WIDEST))
    paint = Paint(colour)
    lines: list[str] = []
    if document.title:
        lines += [paint(clean(document.title), "title"), paint("═" * min(columns, width(document.title)), "dim"), ""]
    for block in document.blocks:
        lines += _block(block, columns, paint)
    return "\n".join(line.rstrip() for line in _single_blanks(lines)) + "\n"


def _single_blanks(lines: list[str]) -> list[str]:
    kept: list[str] = []
    for line in lines:
        if line.strip() or (kept and kept[-1].strip()):
            kept.append(line)
    while kept and not kept[-1].strip():
        kept.pop()
    return kept


def _block(block: Block, columns: int, paint: Paint) -> list[str]:
    match block:
        case Heading(level, text):
            said = plain(text)
            rule = "═" if level <= 1 else "─"
            under = [paint(rule * width(said), "dim")] if level <= 2 else []
            return ["", paint(said, "title" if level <= 1 else "heading"), *under, ""]
        case Text(text, kind):
            return [*_marked(text, kind, columns, paint, ""), ""]
        case Item(text, kind):
            return _marked(text, kind, columns, paint, "•")
        case Display():
            return [*_display(block, columns, paint), ""]
        case StepCard():
            return _step(block, columns, paint)
        case Table(head, rows):
            return [*_table([[plain(c) for c in head]] if head else [], [[plain(c) for c in row] for row in rows], paint), ""]
        case Figure(diagram, caption):
            drawn = [clean(line) for line in diagram_lines(diagram, columns - 2)]
            return [*(f"  {line}" for line in drawn), *([paint("  " + plain(caption), "dim")] if caption else []), ""]
        case Code(text, _):
            return [*(paint("    " + clean(line), "code") for line in text.splitlines()), ""]
        case Tally(counts):
            return ["", *tally(counts, columns, paint), ""]
        case Working():
            return working_lines(block, columns, paint)
    assert_never(block)


def diagram_lines(diagram: object, columns: int = 96) -> list[str]:
    """The diagram drawn in text of so many columns; nothing where it cannot be."""
    draw = getattr(diagram, "text", None)
    drawn = draw(columns, inline) if callable(draw) else []
    return drawn.splitlines() if isinstance(drawn, str) else list(drawn)


def _marked(text: tuple, kind: str, columns: int, paint: Paint, bullet: str) -> list[str]:
    mark = MARKS.get(kind, bullet)
    if not mark:
        return wrapped(text, columns)
    first, *rest = wrapped(text, columns - 4)
    return [f"  {paint(mark, kind)} {first}", *(f"    {line}" for line in rest)]


def _display(display: Display, columns: int, paint: Paint) -> list[str]:
    side = shape_note(display.shape)
    room = columns - 4 - (4 if display.boxed else 0)
    rows = display_rows(display, room)
    lines: list[str] = []
    for position, row in enumerate(rows):
        if position and (row.height > 1 or rows[position - 1].height > 1):
            lines.append("")
        lines += row.lines
    if not lines:
        return []
    middle = rows[0].middle
    if display.boxed:
        columns_used = max(width(line) for line in lines)
        framed_lines = framed(lines)
        painted = [paint(framed_lines[0], "frame")]
        painted += [paint("│ ", "frame") + paint(padded(line, columns_used), "boxed") + paint(" │", "frame") for line in lines]
        painted.append(paint(framed_lines[-1], "frame"))
        lines, widths, middle = painted, [columns_used + 4] * len(painted), middle + 1
    else:
        widths = [width(line) for line in lines]
    out = ["    " + line for line in lines]
    if side:
        gap = columns - 4 - widths[middle] - width(side)
        if gap >= 2:
            out[middle] += " " * gap + paint(side, "dim")
        else:
            out.append(padded("", max(4, columns - width(side))) + paint(side, "dim"))
    return out


def shape_note(shape: Maths | None) -> str:
    """∈ ℝᵈˣⁿ, or another shape as it is."""
    if shape is None:
        return ""
    said = inline(shape)
    return f"∈ {said}" if is_space(shape) else said


def is_space(shape: Maths) -> bool:
    """Whether the shape is a set of numbers, so that ∈ belongs in front of it."""
    core = shape.base if isinstance(shape, Scripts) else shape
    return isinstance(core, Sign) and core.latex.startswith(r"\mathbb")


def _step(card: StepCard, columns: int, paint: Paint) -> list[str]:
    number = f"{card.number}"
    title, rule, side = plain(card.title), clean(card.rule), shape_note(card.shape)
    head = f"{paint(number, 'number')} · {paint(title, 'title')}"
    used = width(number) + 3 + width(title)
    if rule and used + 3 + width(rule) <= columns - (width(side) + 2 if side else 0):
        head += "  " + paint(f"({rule})", "rule")
        used += width(rule) + 4
        rule = ""
    if side:
        head += " " * max(2, columns - used - width(side)) + paint(side, "dim")
    lines = ["", head]
    if rule:
        lines.append("    " + paint(f"({rule})", "rule"))
    if card.why:
        lines += ["    " + line for line in wrapped(card.why, columns - 4)]
    lines.append("")
    for block in card.body:
        if isinstance(block, Text):
            lines += ["    " + line if line else "" for line in _block(block, columns - 4, paint)]
        else:
            lines += _block(block, columns, paint)
    return lines


def _table(head: list[list[str]], rows: list[list[str]], paint: Paint) -> list[str]:
    every = [*head, *rows]
    count = max((len(row) for row in every), default=0)
    widths = [max((width(row[c]) for row in every if c < len(row)), default=0) for c in range(count)]

    def laid(row: list[str]) -> str:
        return "  ".join(padded(cell, widths[c]) for c, cell in enumerate(row))

    lines = ["  " + paint(laid(row), "title") for row in head]
    if head:
        lines.append("  " + paint("  ".join("─" * w for w in widths), "dim"))
    return [*lines, *("  " + laid(row) for row in rows)]
