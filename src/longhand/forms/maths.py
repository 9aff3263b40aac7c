"""Maths as it is set on a page: the small tree between an expression and any printer (LaTeX, terminal, MathML, Typst).

It knows sub- and superscripts, fractions and brackets, and nothing of what they mean.
"""
from __future__ import annotations

from ..core.record import record


@record
class Maths:
    """The base of the node types below; the set is closed."""


@record
class Sign(Maths):
    r"""An atom in LaTeX: W, \epsilon, 0.3, \odot, \hat{y}. kind: "name", "number", "operator" (space on both sides), "relation", "opening", "closing"."""
    latex: str
    kind: str = "name"


@record
class Words(Maths):
    """Upright text: if, otherwise, Loss."""
    text: str


@record
class Line(Maths):
    """Things side by side."""
    items: tuple[Maths, ...]


@record
class Scripts(Maths):
    base: Maths
    sub: Maths | None = None
    sup: Maths | None = None


@record
class Over(Maths):
    """A fraction."""
    above: Maths
    below: Maths


@record
class Fence(Maths):
    r"""Brackets that grow with their content: ( ), [ ], | |, \| \|."""
    body: Maths
    opening: str = "("
    closing: str = ")"


@record
class Root(Maths):
    body: Maths


@record
class Grid(Maths):
    r"""A matrix of cells in square brackets; `opening` says in which others: "(", "|", r"\{", or "" for none."""
    rows: tuple[tuple[Maths, ...], ...]
    opening: str = "["


@record
class Choice(Maths):
    """Cases: (value, condition) a row."""
    rows: tuple[tuple[Maths, Maths], ...]


@record
class Limits(Maths):
    r"""A large operator (\sum, \prod, \max) with what stands below and above it."""
    operator: str
    below: Maths | None = None
    above: Maths | None = None


@record
class Brace(Maths):
    """A brace under the body, with a note."""
    body: Maths
    note: Maths


@record
class Judged(Maths):
    """A part of somebody's working with its mark (a verdict of forms.verdicts), and what should stand there where that is said."""
    body: Maths
    verdict: str
    right: Maths | None = None


def line(*items: Maths) -> Maths:
    """Side by side, lines inside lines opened."""
    flat: list[Maths] = []
    for item in items:
        flat.extend(item.items if isinstance(item, Line) else (item,))
    return flat[0] if len(flat) == 1 else Line(tuple(flat))
