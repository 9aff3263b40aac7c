"""The closed form of a Hessian: everything on the way put in, as a sum of products, and as a Kronecker product of matrices where it is one."""
from __future__ import annotations

from collections.abc import Iterator

from ...calculus.derivation import gradient_name
from ...calculus.simplify import factored
from ...calculus.structure import Term, Terms, structure_of
from ...core.axis import Index
from ...core.equation import Equation
from ...core.expr import Expr, Sum, add, mul, number
from ...core.walk import canonical, count, free
from .. import matrix_maths
from ..document import Block, Display, Text
from ..maths import Maths, Sign, line
from ..matrix import matrix_form
from ..matrix_tree import Kronecker, Tree
from .page import Page

LONGEST = 80
"""Nodes of a closed form above which it is not printed."""


def closed_form(page: Page, equation: Equation) -> Iterator[Block]:
    """The result in quantities of the forward pass and gradients of the loss, where that is short enough to be read."""
    terms = structure_of(page.derivation.backward, equation.name, _on_the_way(page))
    whole = factored(canonical(add(*(_product(t.coefficient, t.over, (*t.deltas, *t.factors)) for t in terms.terms))))
    if not terms.terms or whole == equation.right or count(whole) > LONGEST:
        return
    lettering = page.lettering(equation.left.at, (equation.left, whole))
    yield Text(("With everything on the way put in, this is its structure:",))
    yield Display((page.entry(equation.left, lettering.of(equation.left), short=False), page.formula(whole, lettering.of(whole))),
                  shape=page.shape(equation.name), boxed=True)
    found = _matrices(page, terms, whole)
    if found is not None:
        if len(terms.at) == 4:
            yield Text(("As a Kronecker product, the left factor over the first index of both tensors, the right one over the second:",))
        yield Display((page.symbol(equation.name, short=False), found))


def _on_the_way(page: Page) -> list[str]:
    """The derivatives that are neither quantities of the forward pass nor gradients of the loss."""
    loss = page.problem.loss
    known = {e.name for e in page.problem.program.equations} | {gradient_name(loss, t) for t in page.problem.program.tensors}
    return [e.name for e in page.derivation.backward.equations if e.name not in known]


def _product(c: object, over: tuple[Index, ...], parts: tuple[Expr, ...]) -> Expr:
    """c · Σ over `over` of the product; the sums stand as far inside as they can."""
    outside = [p for p in parts if free(p).isdisjoint(over)]
    body = mul(*(p for p in parts if not free(p).isdisjoint(over)))
    for index in over:
        body = Sum(index, body)
    return mul(number(c), *outside, body)                       # type: ignore[arg-type]


def _matrices(page: Page, terms: Terms, whole: Expr) -> Maths | None:
    """The matrix, or A ⊗ B with A over the first axes of both tensors and B over their second ones."""
    at = terms.at
    if len(at) <= 2:
        tree = matrix_form(whole, at, page.program, page.notation).tree
        return None if tree is None else matrix_maths.maths(tree, page.notation, tensors=page.tensors)
    if len(at) != 4:
        return None
    slots = ((at[0], at[2]), (at[1], at[3]))
    sides: dict[Expr, Expr] = {}
    for t in terms.terms:
        pair = _sides(t, slots)
        if pair is None:
            return None
        first, second = pair
        sides[first] = add(sides.get(first, number(0)), mul(number(t.coefficient), second))
    trees = [(matrix_form(a, slots[0], page.program, page.notation).tree, matrix_form(factored(canonical(b)), slots[1], page.program, page.notation).tree)
             for a, b in sides.items()]
    if any(None in pair for pair in trees):
        return None
    items: list[Maths] = []
    for a, b in trees:
        items += [Sign("+", "operator")] if items else []
        items.append(_printed(page, Kronecker(a, b)))
    return line(*items)


def _printed(page: Page, tree: Tree) -> Maths:
    return matrix_maths.maths(tree, page.notation, tensors=page.tensors)


def _sides(t: Term, slots: tuple[tuple[Index, Index], tuple[Index, Index]]) -> list[Expr] | None:
    """The term as a product of one expression for each pair of indices; None where something holds indices of both."""
    parts: list[list[Expr]] = [[], []]
    waiting = [*t.deltas, *t.factors]
    while waiting:
        group = [waiting.pop(0)]
        reached = set(free(group[0]))
        while joining := [p for p in waiting if free(p) & reached]:
            waiting = [p for p in waiting if not any(p is j for j in joining)]
            group += joining
            reached |= {i for p in joining for i in free(p)}
        touched = [n for n, slot in enumerate(slots) if reached & set(slot)]
        if len(touched) > 1:
            return None
        parts[touched[0] if touched else 1] += group
    return [canonical(_product(1, tuple(i for i in t.over if any(i in free(p) for p in side)), tuple(side))) for side in parts]
