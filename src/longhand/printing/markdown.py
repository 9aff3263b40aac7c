"""Documents in Markdown, as GitHub sets it: formulas between dollars, displays between double dollars."""
from __future__ import annotations

import re
from typing import assert_never

from ..forms.document import Block, Code, Comment, Display, Document, Figure, Heading, Inline, Item, StepCard, Table, Tally, Text, Working, WorkingRow
from ..forms.verdicts import SIGNS, gravest
from .chains import chain
from .latex_maths import latex
from .terminal import diagram_lines, is_space
from .terminal_maths import clean

SPECIAL = re.compile(r"([\\`*_\[\]<>#|$~])")
TOUCHED = re.compile(r"\\[^A-Za-z]|(?<=[^\w\s])_|\*|<|\]\(", re.DOTALL)
UNTOUCHED = {r"\,": r"\thinspace ", r"\;": r"\thickspace ", r"\:": r"\medspace ", r"\!": r"\negthinspace ", r"\{": r"\lbrace ", r"\}": r"\rbrace ",
             r"\|": r"\Vert ", r"\\": r"\cr ", "_": " _ ", "*": r"\ast ", "<": r"\lt ", "](": "] ("}
"""What Markdown would take for its own inside of dollars, where it does not know formulas (GitHub), and what it leaves alone."""
STARTS = re.compile(r"^(\s*)([-+]|\d+[.)])(?=\s)")
MARKS = {"assumption": "*Assumed.* ", "repair": "*Repaired.* ", "problem": "**Not understood.** ", "check": "✓ ",
         "mistake": "✗ ", "follows": "→ ", "missing": "○ ", "note": ""}


def render(document: Document) -> str:
    """The document as Markdown."""
    blocks = [f"# {escaped(document.title)}"] if document.title else []
    blocks += [said for block in document.blocks if (said := _block(block))]
    return _tightened(blocks) + "\n"


def escaped(words: str) -> str:
    """Plain words for Markdown: nothing in them is a mark."""
    return SPECIAL.sub(r"\\\1", clean(words))


def run(text: tuple[Inline, ...], cell: bool = False) -> str:
    """A run of text with its formulas between dollars."""
    out = ""
    for part in text:
        if isinstance(part, str):
            out += escaped(part)
            continue
        inside = safe(latex(part))
        if cell:
            inside = inside.replace("|", r"\vert ")
        out += (" " if out and out[-1].isalnum() else "") + f"${inside}$"
    return STARTS.sub(r"\1\\\2", out)


def safe(formula: str) -> str:
    """The same formula, in which Markdown changes nothing even where it does not know what the dollars mean."""
    return TOUCHED.sub(lambda found: UNTOUCHED.get(found[0], found[0]), formula).replace("  ", " ").replace(" \n", "\n").rstrip()


def _tightened(blocks: list[str]) -> str:
    """Blocks with a blank line between them; lines of one list stand together."""
    out = ""
    for block in blocks:
        together = out and block.startswith("- ") and out.rsplit("\n", 1)[-1].startswith("- ")
        out += ("\n" if together else "\n\n" if out else "") + block
    return out


def _block(block: Block) -> str:
    match block:
        case Heading(level, text):
            return "#" * max(1, min(level, 6)) + " " + run(text)
        case Text(text, kind):
            return MARKS.get(kind, "") + run(text)
        case Item(text, kind):
            return "- " + MARKS.get(kind, "") + run(text)
        case Display():
            return f"$$\n{safe(chain(block))}\n$$" if block.parts else ""
        case StepCard():
            return _step(block)
        case Table(head, rows):
            count = max((len(row) for row in (head, *rows)), default=0)
            lines = [_row(head, count), "|" + " --- |" * count, *(_row(row, count) for row in rows)]
            return "\n".join(lines) if count else ""
        case Figure(diagram, caption):
            drawn = _fenced("\n".join(diagram_lines(diagram)), "")
            return drawn + (f"\n\n*{run(caption)}*" if caption else "")
        case Code(text, language):
            return _fenced(text, language)
        case Tally(counts):
            return " · ".join(f"{SIGNS[verdict]} {count} {verdict}" for verdict, count in counts)
        case Working(number, rows):
            return "\n\n".join(_working(number if not at else None, row) for at, row in enumerate(rows))
    assert_never(block)


def _working(number: int | None, row: WorkingRow) -> str:
    """A row of working behind its number and mark, the comments quoted below."""
    sign = SIGNS.get(gravest(row.verdicts), "")
    margin = f"**{' '.join(filter(None, (str(number or ''), sign)))}**" if number or sign else ""
    body = row.body
    inline = isinstance(body, Heading | Text | Item)
    written = (f"**{run(body.text)}**" if isinstance(body, Heading) else run(body.text)) if inline else _block(body)
    return "\n\n".join([(f"{margin} " if inline and margin else f"{margin}\n\n" if margin else "") + written, *map(_comment, row.comments)])


def _comment(comment: Comment) -> str:
    head = f"**{SIGNS[comment.verdict]} {escaped(comment.head)}".rstrip() + "**"
    parts = [head + (f" ({run(comment.claim)})" if comment.claim else "")]
    parts += [(f"*{label}:* " if label else "") + run(words) for label, words in comment.lines]
    return "\n".join(f"> {part}  " for part in parts).rstrip()


def _row(cells: tuple[tuple[Inline, ...], ...], count: int) -> str:
    return "| " + " | ".join([*(run(cell, True) for cell in cells), *[""] * (count - len(cells))]) + " |"


def _step(card: StepCard) -> str:
    head = f"**{card.number} · {run(card.title)}**"
    if card.rule:
        head += f" ({escaped(card.rule)})"
    if card.shape is not None:
        head += f" · ${_shape(card)}$"
    parts = [head]
    if card.why:
        parts.append(run(card.why))
    parts += [said for block in card.body if (said := _block(block))]
    return _tightened(parts)


def _shape(card: StepCard) -> str:
    said = safe(latex(card.shape))
    return rf"\in {said}" if is_space(card.shape) else said


def _fenced(text: str, language: str) -> str:
    lines = "\n".join(clean(line) for line in text.splitlines())
    ticks = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", lines)), default=0))
    return f"{ticks}{re.sub('[^A-Za-z0-9+-]', '', language)}\n{lines}\n{ticks}"
