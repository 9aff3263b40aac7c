"""What stands at the wires and in the boxes of a schematic: formulas broken into lines, and numbers shortened."""
from __future__ import annotations

from ..calculus.derivation import gradient_name
from ..forms import symbols
from ..forms.diagram import Diagram, Node
from ..forms.maths import Grid, Line, Maths, Sign, Words, line
from ..forms.symbols import EQUALS
from ..forms.worked.figures import Text
from ..forms.worked.grids import number
from ..forms.worked.page import Page
from .latex_maths import is_infix, is_prefix
from .svg_maths import typeset

DIGITS, SCALAR_DIGITS = 3, 5
MOST_ENTRIES, LONGEST_SIDE, SHOWN = 64, 5, 3
"""Entries above which numbers are left out; entries in a row or column above which the middle is, and how many then stand before it."""
BOX_WIDTH, LABEL_WIDTH, VALUED_WIDTH = 13.0, 14.0, 11.5
"""Ems after which a formula is broken into lines."""
ELEMENT = Sign(r"\in", "relation")
ROWS, COLUMNS, CORNER = Sign(r"\vdots"), Sign(r"\cdots"), Sign(r"\ddots")


def numbers(page: Page, name: str) -> Maths | None:
    """The value as numbers, shortened; None where the data do not say it, or where it is too large."""
    figures, tensor = page.figures, page.tensors.get(name)
    if figures is None or tensor is None or not figures.has(name) or tensor.rank > 2 or figures.count(name) > MOST_ENTRIES:
        return None
    text = figures.text(name, DIGITS if tensor.axes else SCALAR_DIGITS)
    if not isinstance(text, list):
        return None if text is None else number(text)
    return shortened(text, tensor.rank == 1 and symbols.is_row(page.notation, name))


def shortened(text: list[Text], row: bool = False) -> Maths:
    """A vector or matrix with dots in the middle of what is long."""
    if not isinstance(text[0], list):
        cut = _cut(text)
        cells = [number(t) for t in cut]
        if len(cut) < len(text):
            cells.insert(SHOWN, COLUMNS if row else ROWS)
        return Grid((tuple(cells),)) if row else Grid(tuple((c,) for c in cells))
    rows = [_cut(r) for r in text]
    wide = len(rows[0]) < len(text[0])
    cells = [[number(t) for t in r] for r in _cut(rows)]
    if wide:
        for r in cells:
            r.insert(SHOWN, COLUMNS)
    if len(cells) < len(text):
        cells.insert(SHOWN, [CORNER if wide and k == SHOWN else ROWS for k in range(len(cells[0]))])
    return Grid(tuple(map(tuple, cells)))


def _cut(items: list) -> list:
    return list(items) if len(items) <= LONGEST_SIDE else [*items[:SHOWN], items[-1]]


def plain_numbers(page: Page, name: str) -> Text:
    """The value as nested decimal strings; None where there is none."""
    figures = page.figures
    return figures.text(name, DIGITS) if figures is not None and name in page.tensors and figures.has(name) else None


def value_lines(page: Page, node: Node) -> list[Maths]:
    """What flows forward: the symbol with its value, or with its shape. A given quantity has its symbol in its box already."""
    computed = page.forward.equation(node.name) is not None
    known, shape = numbers(page, node.name), page.shape(node.name)
    if known is not None:
        return [line(node.symbol, EQUALS, known) if computed else known]
    if shape is not None:
        return [line(node.symbol, ELEMENT, shape)] if computed else [shape]
    return [node.symbol] if computed else []


def gradient_lines(diagram: Diagram, node: Node) -> list[Maths]:
    """What flows back: the gradient's symbol, its formula, its value. Nothing where none is asked."""
    page = diagram.page
    name = gradient_name(diagram.ending, node.name)
    if node.name == diagram.ending:
        return [line(symbols.quotient(1, node.symbol, [node.symbol]), EQUALS, Sign("1", "number"))] if page.problem.loss else []
    symbol = node.gradient
    if symbol is None and not page.problem.loss and name in page.derivation.results and node.role not in ("input", "label"):
        symbol = page.symbol(name)                                  # without a loss the derivative of the end flows back
    if symbol is None:
        return []
    known = numbers(page, name)
    made = page.derivation.results.get(name)
    if node.backward is None and made is not None and node.gradient is not None:       # no matrix form: entry by entry
        entry, formula = page.equation(made, compact=True)
        return [*broken(line(entry, EQUALS, formula), LABEL_WIDTH), *([line(symbol, EQUALS, known)] if known is not None else [])]
    formula = [] if node.backward is None else [EQUALS, node.backward]
    whole = line(symbol, *formula)
    if known is None:
        return broken(whole, LABEL_WIDTH)
    valued = line(symbol, *formula, EQUALS, known)
    if typeset(valued).width <= VALUED_WIDTH:
        return [valued]
    return [*broken(whole, LABEL_WIDTH), line(EQUALS, known)]


def broken(maths: Maths, width: float) -> list[Maths]:
    """The formula in lines, broken before operators and relations that stand in no bracket; what cannot be broken stays wide."""
    items = maths.items if isinstance(maths, Line) else (maths,)
    if typeset(maths).width <= width:
        return [maths]
    pieces: list[list[Maths]] = [[]]
    before: Maths | None = None
    for item in items:
        if is_infix(item) and not is_prefix(before) and pieces[-1]:
            pieces.append([])
        pieces[-1].append(item)
        before = item
    lines: list[list[Maths]] = [[]]
    for piece in pieces:
        if lines[-1] and typeset(line(*lines[-1], *piece)).width > width:
            lines.append([])
        lines[-1] += piece
    return [line(*each) for each in lines]


def operation_lines(page: Page, node: Node) -> list[Maths]:
    """What stands in the box: the formula of what is computed, or the symbol of what is given; of a formula too long its arguments."""
    if node.formula is None:
        return [node.symbol]
    lines = broken(node.formula, BOX_WIDTH)
    if len(lines) <= 3 and max(typeset(each).width for each in lines) <= 2 * BOX_WIDTH:
        return lines
    return broken(line(node.symbol, EQUALS, Words("…")), BOX_WIDTH)
