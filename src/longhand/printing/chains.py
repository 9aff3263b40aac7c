r"""Displayed chains of formulas in LaTeX, for every printer whose pages are set by TeX or KaTeX."""
from __future__ import annotations

from ..forms.document import Display
from .latex_maths import latex
from .terminal import is_space
from .terminal_maths import inline
from .unicode_table import width

LONGEST = 78
"""Characters, as printed on one line, above which a chain is broken at its relation signs."""


def chain(display: Display) -> str:
    r"""The chain as the inside of a display; aligned at its relation signs where it is long, \boxed if it is a result."""
    parts = [latex(part) for part in display.parts]
    if not parts:
        return ""
    signs = [*display.relations, *["="] * (len(parts) - 1 - len(display.relations))]
    note = _shape(display)
    if len(parts) > 2 and sum(width(inline(part)) + 3 for part in display.parts) > LONGEST:
        first = f"{parts[0]} &{signs[0]} {parts[1]}"
        rows = [first, *(rf"&{sign} {part}" for sign, part in zip(signs[1:], parts[2:], strict=False))]
        body = "\\begin{aligned}\n" + " \\\\\n".join(rows) + note + "\n\\end{aligned}"
    else:
        body = parts[0] + "".join(f" {sign} {part}" for sign, part in zip(signs, parts[1:], strict=False)) + note
    return rf"\boxed{{{body}}}" if display.boxed else body


def _shape(display: Display) -> str:
    if display.shape is None:
        return ""
    said = latex(display.shape)
    return rf" \in {said}" if is_space(display.shape) else rf"\qquad ({said})"
