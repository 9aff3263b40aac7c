"""The worked solution: a derivation and its numbers as a document. One file a part, put in order here."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...calculus.derivation import gradient_name
from ...core.problem import Wanted
from ..document import Block, Document, Heading
from . import assumed, cards, checked, forward, given, jacobians, numeric
from .page import Page


def document(page: Page, checks: tuple = (), title: str = "", diagram: object = None) -> Document:
    """The whole solution of one problem."""
    return Document(title, tuple(blocks(page, checks, diagram)))


def blocks(page: Page, checks: tuple = (), diagram: object = None) -> Iterator[Block]:
    """Given, assumed, forward pass, schematic, derivation, numbers, update, check."""
    yield from given.blocks(page, assumed.assumptions(page))
    yield from forward.blocks(page)
    asked = asked_gradients(page)
    if diagram is not None:
        yield Heading(2, ("Schematic",))
        yield diagram
    writer = cards.Cards(page)
    gradients = [n for n in asked if n in page.derivation.results]
    if gradients:
        yield Heading(2, ("Derivatives",))
        yield from writer.of(gradients)
    others: list[str] = []
    for wanted, names in asked_others(page):
        yield from jacobians.blocks(page, wanted, names, writer)
        others += names
    yield from numeric.gradients(page, (*gradients, *others))
    yield from numeric.update_blocks(page)
    yield from checked.blocks(page, checks)


def asked_gradients(page: Page) -> list[str]:
    """Names of the gradients of the loss that the problem asks for, or needs for its updates."""
    problem = page.problem
    loss = problem.loss
    if loss is None:
        return []
    found: list[str] = []
    for wanted in problem.wanted:
        if wanted.kind in ("gradient", "jacobian") and wanted.of in ("", loss):
            found += (gradient_name(loss, w) for w in wanted.wrt)
        elif wanted.kind == "schematic":
            found += (gradient_name(loss, t.name) for t in page.forward.given() if t.role == "parameter")
    if problem.descent is not None and any(w.kind in ("update", "loss") for w in problem.wanted):
        found += (gradient_name(loss, p) for p in problem.descent.parameters)
    if not problem.wanted:
        found += (gradient_name(loss, t.name) for t in page.forward.given() if t.role == "parameter")
    return list(dict.fromkeys(found))


def asked_others(page: Page) -> Iterator[tuple[Wanted, list[str]]]:
    """Jacobians and Hessians that the problem asks for, each once; asked for one entry if it is so anywhere."""
    results = page.derivation.results
    entries = {(w.of, name) for w in page.problem.wanted if w.entry for name in w.wrt}
    seen: set[str] = set()
    for wanted in page.problem.wanted:
        of = wanted.of or page.problem.loss
        names: list[str] = []
        if wanted.kind in ("gradient", "jacobian") and of != page.problem.loss:
            names = [gradient_name(of, w) for w in wanted.wrt]
        elif wanted.kind == "hessian":
            names = [gradient_name(gradient_name(of, a), b) for k, a in enumerate(wanted.wrt) for b in wanted.wrt[k:]]
        names = [n for n in names if n in results and n not in seen]
        seen.update(names)
        if names:
            yield replace(wanted, entry=any((wanted.of, w) in entries for w in wanted.wrt)), names
