r"""Displayed chains of formulas in LaTeX, for every printer whose pages are set by TeX or KaTeX."""
from __future__ import annotations

from ..forms.document import Display
from .latex_maths import latex
from .pieces import columns, lines
from .terminal import is_space
from .terminal_maths import inline
from .unicode_table import width

LONGEST = 78
"""Characters, as printed on one line, above which a chain is broken at its relation signs."""
WIDEST = 100
"""Characters (printing.pieces) above which a part of a chain is broken at its operators."""


def chain(display: Display) -> str:
    r"""The chain as the inside of a display; aligned at its relation signs where it is long, \boxed if it is a result."""
    if not display.parts:
        return ""
    if max(map(columns, display.parts)) > WIDEST:
        return _boxed(_in_lines(display), display)
    parts = [latex(part) for part in display.parts]
    signs = [*display.relations, *["="] * (len(parts) - 1 - len(display.relations))]
    note = _shape(display)
    if len(parts) > 2 and sum(width(inline(part)) + 3 for part in display.parts) > LONGEST:
        first = f"{parts[0]} &{signs[0]} {parts[1]}"
        rows = [first, *(rf"&{sign} {part}" for sign, part in zip(signs[1:], parts[2:], strict=False))]
        body = "\\begin{aligned}\n" + " \\\\\n".join(rows) + note + "\n\\end{aligned}"
    else:
        body = parts[0] + "".join(f" {sign} {part}" for sign, part in zip(signs, parts[1:], strict=False)) + note
    return _boxed(body, display)


def _boxed(body: str, display: Display) -> str:
    return rf"\boxed{{{body}}}" if display.boxed else body


def _in_lines(display: Display) -> str:
    """The chain with its wide parts broken before their operators."""
    signs = ["", *display.relations, *["="] * len(display.parts)]
    rows = []
    for position, (sign, part) in enumerate(zip(signs, display.parts, strict=False)):
        first, *rest = map(latex, lines(part, WIDEST))
        if position == 1 and len(rows) == 1 and rows[0].endswith("&"):
            rows[0] += f"{sign} {first}"
        else:
            rows.append(f"{first} &" if not position and not rest else f"&{sign} {first}")
        rows += (rf"&\quad {{}} {each}" for each in rest)
    return "\\begin{aligned}\n" + " \\\\\n".join(rows) + _shape(display) + "\n\\end{aligned}"


def _shape(display: Display) -> str:
    if display.shape is None:
        return ""
    said = latex(display.shape)
    return rf" \in {said}" if is_space(display.shape) else rf"\qquad ({said})"
