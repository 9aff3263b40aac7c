"""Somebody's working for a terminal: the number of the line and its mark in the margin, what is said of it below."""
from __future__ import annotations

import re

from ..forms.document import Comment, Display, Heading, Item, Text, Working, WorkingRow
from ..forms.verdicts import MISREAD, SIGNS, WRONG, gravest
from .ansi import Paint
from .terminal_layout import display_rows, wrapped
from .terminal_maths import box, clean, inline
from .unicode_table import padded, width

MARGIN = 8
"""Columns of the margin: four for the number, two for the mark, and the room around them."""
LABEL = 8
MARKED_CELL = re.compile(r"[^\s\[\]⎡⎢⎣⎤⎥⎦✗▢]*[✗▢]")


def tally(counts: tuple[tuple[str, int], ...], columns: int, paint: Paint) -> list[str]:
    """✓ 12 right   → 3 carried   ✗ 1 wrong, in as many lines as it takes."""
    lines: list[list[tuple[str, str]]] = [[]]
    for verdict, count in counts:
        said = f"{SIGNS[verdict]} {count} {verdict}"
        if lines[-1] and 2 + sum(width(one) + 3 for one, _ in lines[-1]) + width(said) > columns:
            lines.append([])
        lines[-1].append((said, verdict if count else "dim"))
    return ["  " + "   ".join(paint(said, style) for said, style in line) for line in lines]


def working_lines(block: Working, columns: int, paint: Paint) -> list[str]:
    """A line of working; rows of a display stand under each other at their relation signs."""
    lines: list[str] = []
    indent = 0
    room = columns - MARGIN
    for at, row in enumerate(block.rows):
        said, middle, style = _body(row, room, indent)
        if isinstance(row.body, Display) and len(row.body.parts) > 1 and not at:
            lead = box(row.body.parts[0]).width
            indent = lead if lead <= room // 3 else 4
        verdict = gravest(row.verdicts)
        tall = len(said) > 1 and isinstance(row.body, Display)
        if tall and lines and lines[-1].strip():
            lines.append("")
        for count, line in enumerate(said):
            number = str(block.line) if count == middle and not at and block.line is not None else ""
            sign = SIGNS.get(verdict, "") if count == middle else ""
            painted = _cells(line, verdict, paint) if not style else paint(line, style)
            lines.append(f"{paint(padded(number, 4, 'right'), 'dim')} {paint(padded(sign, 1), verdict)}  {painted}")
        for comment in row.comments:
            lines += comment_lines(comment, columns, paint)
        if tall or row.comments:
            lines.append("")
    if block.line is None or isinstance(block.rows[0].body, Heading) or any(isinstance(row.body, Display) for row in block.rows):
        lines.append("")
    return (["", *lines] if lines and isinstance(block.rows[0].body, Heading | Display) else lines)


def _body(row: WorkingRow, columns: int, indent: int) -> tuple[list[str], int, str]:
    """What was written in lines, the one on which the mark stands, and the style of the whole."""
    match row.body:
        case Display() as display:
            goes_on = display.parts and inline(display.parts[0]) == ""
            boxes = display_rows(display, columns - (indent if goes_on else 0))
            lines: list[str] = []
            for each in boxes:
                if lines and each.height > 1:
                    lines.append("")
                lines += each.lines
            return [" " * (indent if goes_on else 0) + line for line in lines] or [""], boxes[0].middle if boxes else 0, ""
        case Heading(_, text):
            return wrapped(text, columns), 0, "heading"
        case Item(text):
            first, *rest = wrapped(text, columns - 2)
            return [f"• {first}", *(f"  {line}" for line in rest)], 0, "" if row.verdicts else "dim"
        case Text(text):
            return wrapped(text, columns), 0, "" if row.verdicts else "dim"
    return [clean(line) for line in row.body.text.splitlines()] or [""], 0, "code"


def _cells(line: str, verdict: str, paint: Paint) -> str:
    """The marked cells of a line in the colour of their mark."""
    if not paint.on:
        return line
    return MARKED_CELL.sub(lambda found: paint(found[0], WRONG if found[0].endswith("✗") else MISREAD), line)


def comment_lines(comment: Comment, columns: int, paint: Paint) -> list[str]:
    """What is said of a claim, below it."""
    indent = " " * MARGIN
    room = columns - MARGIN - 2
    head = clean(f"{SIGNS[comment.verdict]} {comment.head}".rstrip())
    claim = (" · " if comment.head else " ", *comment.claim) if comment.claim else ()
    says = next((words for label, words in comment.lines if not label), ())
    said = wrapped((head, *claim, *((": " if claim else ". " if comment.head else " ", *says) if says else ())), room)
    lines = [f"{indent}{paint('╰' if not at else ' ', 'dim')} {line}" for at, line in enumerate(said)]
    lines[0] = lines[0].replace(head, paint(head, comment.verdict), 1)
    for label, words in comment.lines:
        if not label:
            continue
        tall = [part for part in words if not isinstance(part, str) and box(part).height > 1] if len(words) == 1 else []
        said = list(box(tall[0]).lines) if tall and box(tall[0]).width <= room - LABEL else wrapped(words, room - LABEL)
        for at, line in enumerate(said):
            lines.append(f"{indent}  {paint(padded('' if at else label, LABEL), 'dim')}{line}")
    return lines
