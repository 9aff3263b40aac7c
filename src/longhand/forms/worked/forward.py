"""The forward pass: each equation in index form, in matrix form, and with numbers."""
from __future__ import annotations

from collections.abc import Iterator

from ...core.axis import Index
from ...core.equation import Equation, Tensor
from ...core.expr import Add, Sum
from ...core.walk import all_indices, tensors
from .. import symbols
from ..document import Block, Display, Heading, Item
from ..latex_atoms import read
from ..maths import Maths, line
from ..symbols import EQUALS
from . import filled, grids
from .assumed import entry_at
from .page import Page

MOST_ENTRIES_SHOWN = 8
"""Entries of a quantity without a matrix form that are worked out one by one."""
ROUNDED = r"\approx"


def blocks(page: Page) -> Iterator[Block]:
    """One or two displays an equation, and the data before them."""
    yield Heading(2, ("Forward pass",))
    yield from data(page)
    for equation in page.forward.equations:
        yield from defined(page, equation)


def data(page: Page) -> Iterator[Block]:
    """The numbers that are given."""
    if page.figures is None:
        return
    parts: list[Maths] = []
    for name in page.figures.data:
        tensor = page.forward.tensors.get(name)
        if tensor is None or not tensor.axes or page.figures.count(name) > filled.MOST_ENTRIES:
            continue
        parts.append(line(page.symbol(name), EQUALS, numbers(page, name)))
    if parts:
        yield Item(("Data:",))
        yield from (Display((part,)) for part in parts)


def defined(page: Page, equation: Equation) -> Iterator[Block]:
    """An equation: index form and shape, then symbol = matrix form = numbers put in = result."""
    left, right = page.equation(equation)
    tensor = page.tensors[equation.name]
    yield Display((left, right), shape=page.shape(equation.name), label=equation.label)
    matrix = page.matrix_maths(equation) if tensor.axes or isinstance(equation.right, Sum | Add) else None
    if matrix is not None and not tensor.axes and _as_index_form(equation):
        matrix = None
    worked = list(valued(page, equation, matrix))
    if worked:
        yield from worked
    elif matrix is not None and tensor.axes:
        yield Display((page.symbol(equation.name), matrix))


def _as_index_form(equation: Equation) -> bool:
    """Whether no sum over an index occurs, so that a matrix form would say the same again."""
    return not all_indices(equation.right)


def valued(page: Page, equation: Equation, matrix: Maths | None, of: Tensor | None = None, closed: bool = True) -> Iterator[Block]:
    """symbol = matrix form = numbers put in = (closed form =) result; entry by entry where there is no matrix form."""
    name = equation.name
    figures = page.figures
    if figures is None or not figures.has(name) or figures.count(name) > filled.MOST_ENTRIES:
        return
    tensor = page.tensors[name]
    if not tensor.axes:
        yield from _entry(page, equation, (), matrix, closed)
        return
    tree = page.matrix(equation).tree
    if tree is not None and matrix is not None:
        put_in = filled.matrix(tree, page.notation, page.tensors, figures, page.digits)
        yield from chain(page, name, [page.symbol(name), matrix], closed, put_in=put_in, rounded=rounded(page, equation))
        return
    if figures.count(name) <= MOST_ENTRIES_SHOWN:
        for at in figures.positions(name):
            yield from _entry(page, equation, at, None, closed)
    yield Display((page.symbol(name), numbers(page, name)))


def _entry(page: Page, equation: Equation, at: tuple[int, ...], matrix: Maths | None, closed: bool) -> Iterator[Block]:
    """One entry: sum written out, numbers put in, result."""
    bound = _bound(equation, at)
    if bound is None:
        return
    left = entry_at(page, equation.name, at) if at else page.symbol(equation.name)
    parts = [left]
    if matrix is not None:
        parts.append(matrix)
    put_in = filled.entry(equation.right, bound, page.notation, page.figures, page.digits)
    if put_in is None and matrix is not None and (tree := page.matrix(equation).tree) is not None:
        put_in = filled.matrix(tree, page.notation, page.tensors, page.figures, page.digits)
    yield from chain(page, equation.name, parts, closed, at, put_in, rounded(page, equation))


def rounded(page: Page, equation: Equation) -> bool:
    """Whether some number that is put in is not the exact one."""
    read = (t for t in tensors(equation.right) if t in page.tensors and t not in page.figures.sizes and page.figures.has(t))
    return not all(exact(page, t) for t in read)


def _bound(equation: Equation, at: tuple[int, ...]) -> dict[Index, int] | None:
    places = equation.left.at
    return dict(zip(places, at, strict=True)) if all(isinstance(p, Index) for p in places) else None


def numbers(page: Page, name: str) -> Maths:
    """The tensor as numbers, in the orientation of the sheet."""
    return grids.grid(page.figures.text(name, page.digits), symbols.is_row(page.notation, name))


def chain(page: Page, name: str, parts: list[Maths], closed: bool = True, at: tuple[int, ...] | None = None,
          put_in: Maths | None = None, rounded: bool = False) -> Iterator[Display]:
    """The parts, the numbers put in, the closed form where that is short, the result; ≈ before what is rounded. A closed form
    does not follow from rounded numbers: it then has a line of its own."""
    figures = page.figures
    text = figures.entry_text(name, at, page.digits) if at is not None else figures.text(name, page.digits)
    result = grids.grid(text, symbols.is_row(page.notation, name))
    forms = closed_form(page, name, at) if closed else None
    parts = list(dict.fromkeys(parts))
    relations = ["="] * (len(parts) - 1)
    if put_in is not None and put_in != parts[-1] and put_in != result:
        parts.append(put_in)
        relations.append(ROUNDED if rounded else "=")
    exactly = forms is not None and forms != result and forms != parts[-1]
    apart = exactly and ROUNDED in relations
    if exactly and not apart:
        parts.append(forms)
        relations.append("=")
    if parts[-1] != result:
        parts.append(result)
        relations.append("=" if exact(page, name, at) else ROUNDED)
    yield Display(tuple(parts), tuple(relations))
    if apart:
        yield Display((parts[0], forms))


def exact(page: Page, name: str, at: tuple[int, ...] | None = None) -> bool:
    """Whether the decimals in the text are the numbers themselves."""
    figures = page.figures
    places = figures.positions(name) if at is None else [at]
    return all(figures.is_text(name, p, page.digits) for p in places)


def closed_form(page: Page, name: str, at: tuple[int, ...] | None) -> Maths | None:
    """The exact values as maths, where every entry has a short one and some entry is no plain decimal."""
    figures = page.figures
    forms = figures.closed(name) if at is None else figures.closed_entry(name, at)
    flat = list(_flat(forms))
    if not flat or any(f is None for f in flat) or all(f.rational for f in flat) or len(flat) > 12:
        return None
    if sum(len(f.text()) for f in flat) > 120:
        return None

    cells = _as_maths(forms, figures.entry_text(name, at, page.digits) if at is not None else figures.text(name, page.digits))
    return grids.grid(cells, symbols.is_row(page.notation, name)) if page.tensors[name].rank <= 2 else None


def _flat(forms):
    if isinstance(forms, list):
        for part in forms:
            yield from _flat(part)
    else:
        yield forms


def _as_maths(forms, texts):
    """Closed forms as maths; a plain number that its decimals say in full stays a decimal."""
    if isinstance(forms, list):
        return [_as_maths(form, text) for form, text in zip(forms, texts, strict=True)]
    if forms.rational and texts is not None and _ends(forms.text()):
        return grids.number(texts)
    return read(forms.latex())


def _ends(fraction: str) -> bool:
    """Whether p/q is a decimal of a few digits."""
    below = int(fraction.partition("/")[2] or 1)
    return 10**4 % below == 0
