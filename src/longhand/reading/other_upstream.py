r"""An upstream gradient in numbers: "(3) for upstream $\partial L/\partial O = M$" asks about L = Σ Ō ⊙ O with Ō = M."""
from __future__ import annotations

from dataclasses import replace

from .book import book
from .environment import Note
from .literals import literal
from .names import flat
from .requests import Understood
from .statements import Statement
from .syntax import Accent, BigOperator, Derivative, Formula, Name, Product, Relation, Script
from .terms import Unclear


def with_other_upstream(statements: list[Statement], understood: Understood) -> tuple[list[Statement], Understood, list[Note]]:
    """The statements with a loss for each upstream gradient in numbers of a quantity that the sheet defines; where the loss has a formula
    already, this is another, and a new problem starts there."""
    known = book(statements)
    told = {p.span.end: p for p in understood.phrases if p.kind == "upstream"}
    notes: list[Note] = []
    out: list[Statement] = []
    for statement in statements:
        phrase = next((p for p in told.values() if p.span.start <= statement.span.start < p.span.end), None)
        found = _upstream(statement.formula) if phrase is not None else None
        if found is None:
            out.append(statement)
            continue
        loss, by, numbers = found
        if flat(by) not in known.defined or known.known(f"{flat(by)}bar"):
            notes.append(Note("problem", statement.span, "this upstream gradient is not read", "its quantity is not one that the sheet defines"))
            continue
        span = statement.span
        bar = Accent(span, "bar", by)
        body = Product(span, (bar, by), ("odot",))
        made = (Relation(span, (bar, numbers), ("=",)), Relation(span, (loss, BigOperator(span, "sum", None, None, body)), ("=",)))
        out += [replace(statement, formula=f) for f in made]
        told.pop(phrase.span.end, None)
        notes.append(Note("assumption", span, f"here {flat(loss)} is any loss with this gradient with respect to {flat(by)}, written {flat(by)}bar",
                          f"the sum of {flat(by)}bar times {flat(by)} has the same gradients, and stands for it"))
    if not notes:
        return statements, understood, []
    phrases = tuple(p for p in understood.phrases if p.kind != "upstream" or p in told.values())
    return out, replace(understood, phrases=phrases), notes


def _upstream(formula: Formula) -> tuple[Formula, Formula, Formula] | None:
    """(L, O, numbers) of ∂L/∂O = numbers."""
    match formula:
        case Relation(_, (Derivative(_, Name() | Accent() | Script() as loss, (Name() | Accent() | Script() as by,)), right), ("=",)):
            try:
                return (loss, by, right) if literal(right) is not None else None
            except Unclear:
                return None
    return None
