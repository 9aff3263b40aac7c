"""Laying out text and displayed formulas in the width of a terminal."""
from __future__ import annotations

from ..forms.document import Display, Inline
from ..forms.maths import Line, Maths, Sign, line
from .latex_maths import is_infix, is_prefix
from .terminal_maths import Box, beside, box, clean, inline
from .unicode_table import text, width


def plain(run: tuple[Inline, ...]) -> str:
    """A run of text on one line."""
    return "".join(clean(part) if isinstance(part, str) else inline(part) for part in run)


def wrapped(run: tuple[Inline, ...], columns: int) -> list[str]:
    """A run of text in lines of at most so many columns. Inline maths is not broken unless it is wider than a line."""
    units: list[tuple[str, bool]] = []             # (what is not broken, whether a space stands before it)
    space = False
    for part in run:
        if isinstance(part, str):
            said = clean(part)
            for position, word in enumerate(said.split(" ")):
                space = space or position > 0
                if word:
                    units.append((word, space))
                    space = False
        else:
            said = inline(part)
            for position, word in enumerate(said.split(" ") if width(said) > columns else [said]):
                units.append((word, space or position > 0))
                space = False
    glued: list[str] = []
    for unit, apart in units:
        if apart or not glued:
            glued.append(unit)
        else:
            glued[-1] += unit
    lines: list[str] = []
    for word in glued:
        if lines and width(lines[-1]) + 1 + width(word) <= columns:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines or [""]


def relation_signs(display: Display) -> list[str]:
    """The sign before each part but the first; = where the display has none."""
    given = [text(r) for r in display.relations]
    return given + ["="] * (len(display.parts) - 1 - len(given))


def display_rows(display: Display, columns: int) -> list[Box]:
    """The chain as rows that fit: on one row if it can be, else broken before its relation signs, these under each other."""
    parts = display.parts
    if not parts:
        return []
    signs = relation_signs(display)
    boxes = [box(part) for part in parts]
    pieces = [boxes[0], *(beside([Box((f" {sign} ",)), b]) for sign, b in zip(signs, boxes[1:], strict=True))]
    if sum(p.width for p in pieces) <= columns:
        return [beside(pieces)]
    indent = boxes[0].width if boxes[0].width <= columns // 3 else 4
    rows: list[Box] = []
    current: list[Box] = []
    for position, piece in enumerate(pieces):
        used = sum(p.width for p in current)
        if current and used + piece.width > columns:
            rows.append(beside(current))
            current = [Box((" " * indent,))]
        if sum(p.width for p in current) + piece.width > columns:
            room = columns - sum(p.width for p in current) - (3 if position else 0)
            for count, part in enumerate(broken(parts[position], max(room, 12))):
                head = Box((f" {signs[position - 1]} ",)) if position and not count else Box(("   ",)) if position else Box(("",))
                if count:
                    rows.append(beside(current))
                    current = [Box((" " * indent,))]
                current += [head, part]
        else:
            current.append(piece)
    rows.append(beside(current))
    return rows


def broken(part: Maths, columns: int) -> list[Box]:
    """A formula in pieces that fit, broken before its plus and minus signs; what cannot be broken stays too wide."""
    if not isinstance(part, Line):
        return [box(part)]
    terms: list[list[Maths]] = [[]]
    before: Maths | None = None
    for item in part.items:
        if is_infix(item) and isinstance(item, Sign) and item.latex in ("+", "-", r"\odot") and not is_prefix(before):
            terms.append([])
        terms[-1].append(item)
        before = item
    rows: list[list[Maths]] = [[]]
    for term in terms:
        if rows[-1] and box(_open(rows[-1] + term)).width > columns:
            rows.append([])
        rows[-1] += term
    return [_row(row) for row in rows]


def _row(items: list[Maths]) -> Box:
    """A continued row starts with its operator and the space after it."""
    first = items[0]
    if is_infix(first) and len(items) > 1:
        return beside([Box((f"{inline(first)} ",)), box(_open(items[1:]))])
    return box(_open(items))


def _open(items: list[Maths]) -> Maths:
    return line(*items)


def framed(rows: list[str]) -> list[str]:
    """A frame around lines of equal width."""
    columns = max(width(r) for r in rows)
    return ["╭" + "─" * (columns + 2) + "╮", *(f"│ {r}{' ' * (columns - width(r))} │" for r in rows), "╰" + "─" * (columns + 2) + "╯"]
