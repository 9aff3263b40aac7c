"""Documents in LaTeX: a complete article."""
from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import assert_never

from ..forms.document import Block, Code, Comment, Display, Document, Figure, Heading, Inline, Item, StepCard, Table, Tally, Text, Working, WorkingRow
from ..forms.maths import Maths
from ..forms.verdicts import SIGNS, gravest
from .chains import chain
from .latex_maths import SPECIAL, latex, tall
from .pieces import LONG, columns
from .terminal import diagram_lines, is_space
from .unicode_table import COMMANDS, SUBSCRIPTS, SUPERSCRIPTS

PREAMBLE = r"""\documentclass[11pt,a4paper]{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}
\usepackage{amsmath,amssymb,graphicx}
\usepackage[margin=25mm]{geometry}
\setcounter{MaxMatrixCols}{1000}
\sloppy
\setlength{\parindent}{0pt}
\setlength{\parskip}{6pt plus 2pt}
\newsavebox{\whole}
\newcommand{\fitted}[2][\linewidth]{\sbox{\whole}{#2}\ifdim\wd\whole>#1\resizebox{#1}{!}{\usebox{\whole}}\else\usebox{\whole}\fi}
\def\[#1\]{\begin{equation*}\fitted{$\displaystyle #1$}\end{equation*}}
\makeatletter\def\verbatim@font{\normalfont\footnotesize\ttfamily}\makeatother
"""
COLUMNS = 96
"""Characters in a line of text as it stands."""
SECTIONS = {1: "section", 2: "section", 3: "subsection"}
MARKS = {"assumption": r"\textit{Assumed.} ", "repair": r"\textit{Repaired.} ", "problem": r"\textbf{Not understood.} ",
         "check": r"$\checkmark$ ", "mistake": r"$\times$ ", "follows": r"$\to$ ", "missing": r"$\circ$ "}
TYPOGRAPHY = {"–": "--", "—": "---", "’": "'", "‘": "`", "“": "``", "”": "''", "…": r"\dots{}", "\u00a0": "~",
              "✓": r"$\checkmark$", "✗": r"$\times$", "▢": r"$\square$"}
COMMAND_OF = {sign: f"\\{name}" for name, sign in reversed(COMMANDS.items()) if len(sign) == 1 and not sign.isascii()} | {"−": "-"}
SCRIPT_OF = {sign: f"^{{{plain}}}" for plain, sign in SUPERSCRIPTS.items() if not sign.isascii() and plain.isascii()} | {
    sign: f"_{{{plain}}}" for plain, sign in SUBSCRIPTS.items() if not sign.isascii() and plain.isascii()}
DRAWN = str.maketrans({"─": "-", "━": "-", "│": "|", "┃": "|", "▶": ">", "►": ">", "◀": "<", "◄": "<", "▲": "^", "▼": "v", "→": ">",
                       "←": "<", "↑": "^", "↓": "v", "·": ".", "⊙": "o", "−": "-", "∂": "d", "↳": "+", **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╰╯═║╔╗╚╝", "+")})
"""Line drawings in plain letters, for the verbatim of TeX."""


def render(document: Document) -> str:
    """The document as a LaTeX file that compiles as it is."""
    head = f"\\title{{{escaped(document.title)}}}\n\\author{{}}\n\\date{{}}\n" if document.title else ""
    start = "\\maketitle\n\n" if document.title else ""
    body = _together([_block(block) for block in document.blocks])
    return f"{PREAMBLE}{head}\\begin{{document}}\n{start}{body}\n\\end{{document}}\n"


def escaped(words: str) -> str:
    """Plain words for LaTeX: nothing in them is a command, and no sign is one that the fonts lack."""
    return "".join(_sign(c) for c in unicodedata.normalize("NFC", words))


def _sign(c: str) -> str:
    if c in SPECIAL:
        return SPECIAL[c]
    if c in TYPOGRAPHY:
        return TYPOGRAPHY[c]
    if c in COMMAND_OF:
        return rf"\ensuremath{{{COMMAND_OF[c]}}}"
    if c in SCRIPT_OF:
        return rf"\ensuremath{{{SCRIPT_OF[c]}}}"
    if c.isascii() or ord(c) < 0x180:
        return c if c.isprintable() else " "
    bare = unicodedata.normalize("NFKD", c)
    return bare if bare.isascii() else "?"


def run(text: tuple[Inline, ...]) -> str:
    """A run of text with its formulas."""
    return "".join(escaped(part) if isinstance(part, str) else _formula(part) for part in text)


def _formula(maths: Maths) -> str:
    """A formula in a line of text; a wide one that TeX would not break may get smaller."""
    said = f"${latex(maths)}$"
    return rf"\fitted[0.9\linewidth]{{{said}}}" if tall(maths) and columns(maths) > LONG else said


def _together(blocks: list[str]) -> str:
    """Blocks with a blank line between them; items that follow each other make one list."""
    out: list[str] = []
    open_list = False
    for block in blocks:
        is_item = block.startswith("\\item ")
        if is_item != open_list:
            out.append("\\begin{itemize}" if is_item else "\\end{itemize}")
            open_list = is_item
        if block:
            out.append(block)
    if open_list:
        out.append("\\end{itemize}")
    return "\n\n".join(out)


def _block(block: Block) -> str:
    match block:
        case Heading(level, text):
            name = SECTIONS.get(level, "subsubsection")
            return f"\\{name}*{{{run(text)}}}"
        case Text(text, kind):
            return MARKS.get(kind, "") + run(text)
        case Item(text, kind):
            return "\\item " + MARKS.get(kind, "") + run(text)
        case Display():
            return f"\\[\n{chain(block)}\n\\]" if block.parts else ""
        case StepCard():
            return _step(block)
        case Table(head, rows):
            return _table(head, rows)
        case Figure(diagram, caption):
            drawn = _verbatim("\n".join(diagram_lines(diagram, COLUMNS)))
            return drawn + (f"\n\n\\textit{{{run(caption)}}}" if caption else "")
        case Code(text, _):
            return _verbatim(text)
        case Tally(counts):
            return r"\quad ".join(f"{escaped(SIGNS[verdict])} {count} {verdict}" for verdict, count in counts)
        case Working(number, rows):
            return "\n\n".join(_working(number if not at else None, row) for at, row in enumerate(rows))
    assert_never(block)


def _working(number: int | None, row: WorkingRow) -> str:
    """A row of working, its number and mark in the margin, the comments below."""
    sign = escaped(SIGNS.get(gravest(row.verdicts), ""))
    margin = rf"\noindent\llap{{\small {number or ''}~{sign}\hspace{{4mm}}}}"
    match row.body:
        case Display():
            written = rf"\fitted{{$\displaystyle {chain(row.body)}$}}"
        case Heading(_, text):
            written = rf"\textbf{{{run(text)}}}"
        case Text(text) | Item(text):
            written = run(text)
        case _:
            written = f"\n{_block(row.body)}"
    return "\n\n".join([margin + written, *map(_comment, row.comments)])


def _comment(comment: Comment) -> str:
    head = rf"\textbf{{{escaped(SIGNS[comment.verdict])} {escaped(comment.head)}}}" + (f" ({run(comment.claim)})" if comment.claim else "")
    lines = [head, *((rf"\textit{{{label}:}} " if label else "") + run(words) for label, words in comment.lines)]
    return "\\begin{quote}\n" + " \\\\\n".join(lines) + "\n\\end{quote}"


def _step(card: StepCard) -> str:
    head = f"\\textbf{{{card.number} \\ensuremath{{\\cdot}} {run(card.title)}}}"
    if card.rule:
        head += f" ({escaped(card.rule)})"
    if card.shape is not None:
        said = latex(card.shape)
        head += rf"\hfill ${{}}\in {said}$" if is_space(card.shape) else rf"\hfill ${said}$"
    parts = [head]
    if card.why:
        parts.append(run(card.why))
    return _together([*parts, *(_block(block) for block in card.body)])


def _table(head: tuple[tuple[Inline, ...], ...], rows: tuple[tuple[tuple[Inline, ...], ...], ...]) -> str:
    count = max((len(row) for row in (head, *rows)), default=0)
    if not count:
        return ""
    lines = [" & ".join(run(cell) for cell in row) + r" \\" for row in rows]
    if head:
        lines = [" & ".join(rf"\textbf{{{run(cell)}}}" for cell in head) + r" \\ \hline", *lines]
    return f"\\begin{{tabular}}{{{_columns((head, *rows), count)}}}\n" + "\n".join(lines) + "\n\\end{tabular}"


def _columns(rows: Sequence[tuple[tuple[Inline, ...], ...]], count: int) -> str:
    """The columns of a table; where they are too wide together, the long ones are paragraphs."""
    widths = [max((_length(row[c]) for row in rows if c < len(row)), default=0) for c in range(count)]
    whole = sum(widths)
    return "".join(rf"p{{{0.85 * own / whole:.2f}\linewidth}}" if whole > COLUMNS and own > COLUMNS // 4 else "l" for own in widths)


def _length(cell: tuple[Inline, ...]) -> int:
    return sum(len(part) if isinstance(part, str) else columns(part) for part in cell)


def _verbatim(text: str) -> str:
    r"""Text as it stands, in plain ASCII, without the one line that would end it."""
    kept: list[str] = []
    for line in text.splitlines():
        bare = unicodedata.normalize("NFKD", line.translate(DRAWN))
        letters = (c for c in bare if not unicodedata.combining(c))
        plain = "".join(c if c.isascii() and c.isprintable() else COMMAND_OF.get(c, "\\?")[1:] for c in letters)
        plain = plain.replace("\\end{verbatim}", "end{verbatim}")
        kept += [plain[at:at + COLUMNS] for at in range(0, max(len(plain), 1), COLUMNS)]
    return "\\begin{verbatim}\n" + "\n".join(kept) + "\n\\end{verbatim}"
