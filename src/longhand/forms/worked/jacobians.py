"""Jacobians of a quantity with respect to another: the factors of the chain with their sizes, the factored form, slices."""
from __future__ import annotations

from collections.abc import Iterator

from ...calculus.simplify import count, tidy
from ...core.equation import Equation
from ...core.expr import Entry, Expr
from ...core.problem import Wanted
from ...core.walk import all_indices, instantiate, replace_entries, tensors, walk
from .. import matrix_maths, symbols
from ..document import Block, Display, Heading, Inline, Table, Text
from ..maths import Fence, Maths, Sign, line
from ..matrix import matrix_form
from .cards import Cards
from .page import Page
from .structures import closed_form
from .titles import taken_apart

DOT = Sign(r"\cdot", "operator")


def blocks(page: Page, wanted: Wanted, names: list[str], cards: Cards) -> Iterator[Block]:
    """A heading, the sizes, the cards, and the result in every form it has."""
    yield Heading(2, ("Jacobian " if wanted.kind != "hessian" else "Hessian ", *_list(page, names)))
    if wanted.kind == "hessian":
        firsts = list(dict.fromkeys(taken_apart(name)[0] for name in names))
        yield Text(("The gradient first, then its derivative: the chain rule again, over the equations of the backward pass.",))
        yield from cards.of(firsts)
    else:
        for name in names:
            yield from _sizes(page, name)
    yield from cards.of(names)
    for name in names:
        if wanted.kind == "hessian":
            yield from closed_form(page, page.derivation.results[name])
        else:
            yield from _forms(page, name, wanted.entry)


def _list(page: Page, names: list[str]) -> Iterator[Inline]:
    for position, name in enumerate(names):
        if position:
            yield ", "
        yield page.symbol(name, short=False)


def _sizes(page: Page, name: str) -> Iterator[Block]:
    """How many entries, and the size of each factor of the chain."""
    parts = symbols.derivative(name)
    equation = page.derivation.results[name]
    if parts is None:
        return
    sizes = [i.axis.size for i in equation.left.at]
    if sizes:
        yield Text((page.symbol(name, short=False), " has ", page.times(sizes), " entries: one for each entry of ", page.symbol(parts.of),
                    " and each of ", *_list_of(page, parts.wrt), "."))
    path = route(page, parts.of, parts.wrt[-1])
    if len(path) < 2:
        return
    factors, rows = [], []
    for outer, inner in zip(path, path[1:], strict=False):
        factor = symbols.quotient(1, page.symbol(outer), [page.symbol(inner)])
        factors += [DOT, factor] if factors else [factor]
        left, right = (page.tensors[t] for t in (outer, inner))
        size: list[Maths] = [page.times([a.size for a in left.axes]), Sign(r"\times", "operator"), _bracketed(page, right)]
        rows.append(((factor,), (line(*size),)))
    yield Display((page.symbol(name, short=False), line(*factors)))
    yield Table((("factor",), ("size",)), tuple(rows))


def _bracketed(page: Page, tensor) -> Maths:
    inner = page.times([a.size for a in tensor.axes])
    return Fence(inner) if tensor.rank > 1 else inner


def _list_of(page: Page, names: tuple[str, ...]) -> Iterator[Inline]:
    for position, name in enumerate(names):
        if position:
            yield ", "
        yield page.symbol(name)


def route(page: Page, of: str, wrt: str) -> tuple[str, ...]:
    """The quantities from `of` back to `wrt` where there is one way only; else nothing."""
    path = [of]
    while path[-1] != wrt:
        equation = page.program.equation(path[-1])
        if equation is None:
            return ()
        onward = [t for t in dict.fromkeys(sorted(tensors(equation.right))) if t == wrt or _reads(page, t, wrt)]
        if len(onward) != 1 or onward[0] in path:
            return ()
        path.append(onward[0])
    return tuple(path)


def _reads(page: Page, name: str, wrt: str) -> bool:
    seen, waiting = set(), [name]
    while waiting:
        each = waiting.pop()
        equation = page.forward.equation(each)
        if equation is None or each in seen:
            continue
        seen.add(each)
        found = tensors(equation.right)
        if wrt in found:
            return True
        waiting += found
    return False


def _forms(page: Page, name: str, entry: bool) -> Iterator[Block]:
    """The product of smaller factors where the result is one, and the slice for one entry of the denominator."""
    equation = page.derivation.results[name]
    form = page.matrix(equation)
    if form.factors:
        product = matrix_maths.factored_maths(form.factors, page.notation, tensors=page.tensors)
        yield Text(("As a product of smaller factors, ", Sign(r"\otimes"), " being the outer product over the indices of its factors:"))
        yield Display((page.symbol(name, short=False), product))
    yield from _written_out(page, equation)
    rank = page.tensors[symbols.derivative(name).of].rank
    if (entry or form.tree is None) and 1 <= rank <= 2 and len(equation.left.at) > rank:
        yield from _slice(page, equation, rank)


def _slice(page: Page, equation: Equation, rank: int) -> Iterator[Block]:
    axes = equation.left.at[:rank]
    tree = matrix_form(equation.right, axes, page.program, page.notation).tree
    if tree is None:
        return
    lettering = page.lettering(equation.left.at, (equation.left, equation.right))
    letters = lettering.of(equation.left)
    parts = symbols.derivative(equation.name)
    below = symbols.entry(page.notation, parts.wrt[-1], equation.left.at[rank:], letters.of, page.tensors)
    left = symbols.quotient(1, page.symbol(parts.of), [below])
    yield Text(("For one entry ", below, ":"))
    yield Display((left, matrix_maths.maths(tree, page.notation, letters, tensors=page.tensors)),
                  shape=page.space([i.axis.size for i in axes]), boxed=True)


LONGEST = 40
"""Nodes of an expression above which it is not written out in full."""


def _written_out(page: Page, equation: Equation) -> Iterator[Block]:
    """The entry in quantities of the forward pass alone, the derivatives on the way put in."""
    results = page.derivation.results
    full, depth = equation.right, 0
    while any(isinstance(n, Entry) and n.tensor in results for n in walk(full)) and depth < 8 and count(full) <= 4 * LONGEST:
        around = all_indices(full) | set(equation.left.at)

        def put(e: Entry, around=around) -> Expr:
            made = results.get(e.tensor)
            return e if made is None else instantiate(made.right, made.left.at, e.at, around)

        full, depth = tidy(replace_entries(full, put)), depth + 1
    if full == equation.right or count(full) > LONGEST:
        return
    lettering = page.lettering(equation.left.at, (equation.left, full))
    yield Text(("With the derivatives on the way put in:",))
    yield Display((page.entry(equation.left, lettering.of(equation.left), short=False), page.formula(full, lettering.of(full))),
                  shape=page.shape(equation.name), boxed=True)
    form = matrix_form(full, equation.left.at, page.program, page.notation)
    name = page.symbol(equation.name, short=False)
    if form.tree is not None:
        yield Display((name, matrix_maths.maths(form.tree, page.notation, tensors=page.tensors)))
    elif form.factors:
        yield Display((name, matrix_maths.factored_maths(form.factors, page.notation, tensors=page.tensors)))
