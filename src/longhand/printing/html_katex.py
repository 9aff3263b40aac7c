r"""Formulas for a page on which KaTeX runs: the MathML that is seen at once, and beside it the LaTeX that KaTeX sets.

What is marked of a formula travels as a colour, for which no setting of KaTeX has to be loosened; the script of the page reads it and takes
it off again: \textcolor{#0f0003} is symbol 3, \textcolor{#0e0001} a cell that is wrong (#0e01.. its sign, #0e02.. what should stand there).
"""
from __future__ import annotations

from functools import lru_cache
from html import escape

from ..forms.maths import Choice, Fence, Grid, Judged, Line, Maths, Over, Scripts, Sign, line
from ..forms.verdicts import CARRIED, MISREAD, RIGHT, UNCHECKED, WRONG
from .latex_maths import latex
from .mathml import mathml, relation

NUMBERS = {WRONG: 1, MISREAD: 2, CARRIED: 3, UNCHECKED: 4}
BODY, FLAG, RIGHT_VALUE = range(3)


def formula(maths: Maths, said: str, display: bool = False, sign: str = "") -> str:
    """The element of a formula; `said` is its LaTeX, `sign` a relation that stands before it."""
    told = f' data-sign="{escape(sign)}"' if sign else ""
    style = ' data-d=""' if display else ""
    return (f'<span class="f" data-k="{attribute(said)}"{told}{style}>'
            f'{seen(maths, display, sign)}</span>')


@lru_cache(maxsize=8192)
def seen(maths: Maths, display: bool, sign: str) -> str:
    """The MathML, made once for all pages of a server."""
    return mathml(maths, display, relation(sign) if sign else "", note=False)


def attribute(words: str) -> str:
    """LaTeX as the value of an attribute, without control characters."""
    return escape(words if words.isprintable() else "".join(c if c.isprintable() else " " for c in words))


def judged_latex(maths: Maths) -> str:
    """LaTeX in which what is judged carries its verdict, its sign, and what should stand there."""
    return latex(_tinted(maths))


def _tinted(maths: Maths) -> Maths:
    match maths:
        case Judged(body, verdict, right):
            return _tinted(body) if verdict == RIGHT else line(_colour(latex(body), BODY, verdict), *_note(verdict, right))
        case Line(items):
            return Line(tuple(map(_tinted, items)))
        case Scripts(base, sub, sup):
            return Scripts(_tinted(base), sub, sup)
        case Fence(body, opening, closing):
            return Fence(_tinted(body), opening, closing)
        case Over(above, below):
            return Over(_tinted(above), _tinted(below))
        case Grid(rows, opening):
            notes = [max((_room(cell) for row in rows for cell in row[k:k + 1]), key=len) for k in range(max(map(len, rows), default=0))]
            return Grid(tuple(tuple(map(_aligned, row, notes)) for row in rows), opening)
        case Choice(rows):
            return Choice(tuple((_tinted(value), condition) for value, condition in rows))
    return maths


def _note(verdict: str, right: Maths | None) -> list[Maths]:
    """The sign behind what is judged, and what should stand there."""
    fix = [Sign(r"\,"), _colour(rf"\scriptstyle {latex(right)}", RIGHT_VALUE, verdict)] if right is not None else []
    return [_colour("x", FLAG, verdict), *fix]


def _room(cell: Maths) -> str:
    """What takes as much room as the note of a judged cell."""
    if not isinstance(cell, Judged) or cell.verdict == RIGHT:
        return ""
    return "x" + (rf"\,{{\scriptstyle {latex(cell.right)}}}" if cell.right is not None else "")


def _aligned(cell: Maths, note: str) -> Maths:
    """A cell of a column with notes; one without keeps room for it, so that the numbers stay in line."""
    return line(_tinted(cell), Sign(rf"\hphantom{{{note}}}")) if note and not _room(cell) else _tinted(cell)


def _colour(said: str, kind: int, verdict: str) -> Sign:
    return Sign(rf"\textcolor{{#0e{kind:02x}{NUMBERS[verdict]:02x}}}{{{said}}}")
