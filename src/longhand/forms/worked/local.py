"""Local derivatives: the definition that is differentiated, the rule, the cases, the result in index and matrix form."""
from __future__ import annotations

from collections.abc import Iterator

from ...calculus.derivation import Case, Step
from ...core.equation import Equation
from ...core.expr import Component, Delta, Entry, Expr, Position, Sum, factors
from ...core.walk import all_indices, canonical, instantiate, rebuild
from ...functions import table
from .. import symbols
from ..document import Block, Display, Text
from ..index_form import RELATIONS
from ..letters import Letters
from ..maths import Choice, Maths, Sign, Words, line
from ..symbols import COMMA, EQUALS
from .lettering import Lettering
from .page import Page
from .titles import taken_apart

COLON = Sign(":")
SEPARATE = Sign(r"\quad")


def formulas(page: Page, step: Step) -> Iterator[Expr]:
    """Everything that is printed for the local derivative, for the choice of letters."""
    yield step.left
    if (definition := defining(page, step)) is not None:
        yield definition.left
        yield definition.right
    yield step.after
    for case in step.cases:
        if isinstance(case, Case):
            yield from case.chain
            yield from (e for pair in case.let for e in pair)


def defining(page: Page, step: Step) -> Equation | None:
    """The equation that is differentiated, over the indices of the local derivative."""
    equation = page.program.equation(taken_apart(step.about)[0])
    if equation is None:
        return None
    at = step.left.at[:len(equation.left.at)]
    if len(at) != len(equation.left.at):
        return None
    if at == equation.left.at:
        return equation
    right = instantiate(equation.right, equation.left.at, at, all_indices(step.after) | set(step.left.at))
    return Equation(Entry(equation.left.tensor, at), right)


def blocks(page: Page, step: Step, lettering: Lettering, why: str, matrix: bool = True, defined: bool = True) -> Iterator[Block]:
    """z_m = Σ ..., and its derivative, by cases where there are any. `defined`: the definition is said first."""
    definition = defining(page, step)
    cases = tuple(c for c in step.cases if isinstance(c, Case))
    vector = definition is not None and isinstance(definition.right, Component)
    if definition is not None and not vector and defined:
        left = page.entry(definition.left, lettering.of(definition.left))
        right = page.formula(definition.right, lettering.of(definition.right))
        yield Text((line(left, EQUALS, right), f". {why}" if why else "."))
    elif why:
        yield Text((why,))
    if vector:
        yield from _let(page, definition, cases, lettering)
        yield from _by_cases(page, step, cases, lettering)
        if any(isinstance(f, Delta) for f in factors(step.after)):
            yield Text(("Within one row; an entry of another row does not depend on it. In one formula:",))
        elif cases:
            yield Text(("In one formula:",))
    elif cases:
        yield _pieces(page, cases, lettering)
    letters = lettering.of(step.left)
    left = page.entry(step.left, letters, short=page.is_nested(step.about))
    yield Display((left, page.formula(step.after, lettering.of(step.after))))
    if matrix:
        yield from _matrix(page, step)


def _matrix(page: Page, step: Step) -> Iterator[Block]:
    if len(step.left.at) != 2:
        return
    form = page.matrix_maths(Equation(step.left, step.after))
    if form is not None:
        sizes = [i.axis.size for i in step.left.at]
        yield Display((page.symbol(step.about, short=False), form), shape=page.space(sizes))


def _let(page: Page, definition: Equation, cases: tuple[Case, ...], lettering: Lettering) -> Iterator[Block]:
    """With S = Σ_m e^{z_m}: ŷ_i = e^{z_i}/S."""
    component = definition.right
    row = table.vector(component.function)
    let = cases[0].let if cases else ()
    if row is None or not let:
        return
    shown: list[Maths] = []
    for short, long in let:
        shown += [COMMA, SEPARATE] if shown else []
        shown += [_short(short, lettering), EQUALS, page.formula(long, lettering.of(long))]
    value = row.value(component.index, component.body, component.at)
    formula = abbreviated(value, {canonical(long): short for short, long in let})
    left = page.entry(definition.left, lettering.of(definition.left))
    yield Text(("With ", line(*shown), ":"))
    yield Display((left, page.formula(formula, lettering.of(formula))))


def abbreviated(e: Expr, names: dict[Expr, Entry]) -> Expr:
    """The expression with its sums replaced by their names, whatever letters they are summed over."""
    def change(node: Expr) -> Expr:
        return names[same] if isinstance(node, Sum) and (same := canonical(node)) in names else rebuild(node, change)

    return change(e)


def _short(entry: Entry, lettering: Lettering) -> Maths:
    return symbols.entry(lettering.notation, entry.tensor, entry.at, lettering.of(entry).of)


def _by_cases(page: Page, step: Step, cases: tuple[Case, ...], lettering: Lettering) -> Iterator[Block]:
    letters = lettering.of(step.left)
    for case in cases:
        if not isinstance(case.of, Entry):
            continue
        left = page.entry(case.of, letters, short=False)
        condition = conditions(page, case, letters)
        parts = [page.formula(e, letters) for e in case.chain]
        yield Display((line(condition, COLON, SEPARATE, left), *parts))


def _pieces(page: Page, cases: tuple[Case, ...], lettering: Lettering) -> Display:
    """f'(u) = { 1 if u > 0, 0 if u ≤ 0."""
    rows = tuple((page.formula(c.chain[-1], lettering.of(c.chain[-1])), conditions(page, c, _of_case(c, lettering))) for c in cases)
    slope = cases[0].of
    return Display((page.formula(slope, lettering.of(slope)), Choice(rows)))


def _of_case(case: Case, lettering: Lettering) -> Letters:
    return lettering.of(case.of if case.of is not None else case.chain[-1])


def conditions(page: Page, case: Case, letters: Letters) -> Maths:
    """i = k, or -1 < u and u < 1."""
    items: list[Maths] = []
    for left, relation, right in ((case.left, case.relation, case.right), *case.also):
        items += [Words(" and ")] if items else []
        items += [_side(page, left, letters), Sign(RELATIONS.get(relation, relation), "relation"), _side(page, right, letters)]
    return line(*items)


def _side(page: Page, side: Expr | Position, letters: Letters) -> Maths:
    if isinstance(side, Expr):
        return page.formula(side, letters)
    return symbols.place(page.notation, side, letters.of, page.tensors)
