"""A loss given by its name in words: "trained with the cross-entropy loss" makes a loss of the one output and its label."""
from __future__ import annotations

from collections.abc import Iterable

from ..functions import table
from .book import Book, book
from .names import flat
from .phrases import Phrase
from .requests import Request
from .softmax_words import Found
from .statements import Statement
from .syntax import Accent, Call, Derivative, Formula, Name, Relation, Script, Span, walk

LABELS = ("y", "t", "target", "d", "label", "Y", "T")
LOSSES = ("L", "J", "E", "C", "CE", "Loss", "loss", "E_total", "cost", "MSE", "BCE", "H")


def with_worded_loss(statements: list[Statement], phrases: Iterable[Phrase], requests: Iterable[Request]) -> Found:
    """The statements, with a loss where the words name one, no formula defines one, and there is just one output to judge."""
    phrases = list(phrases)
    said = {p.value: p for p in phrases if p.kind == "loss" and isinstance(p.value, str)}
    requests = list(requests)
    known = book(statements)
    if len(said) != 1 or any(name.split("_")[0] in LOSSES for name in known.defined) or _calls_a_loss(statements):
        return statements, []
    (row, phrase), = said.items()
    ends = [name for name in known.defined if name not in known.read]
    name = _asked(requests, known, phrase.span)
    if len(ends) != 1 or name is None:
        return statements, []
    if row in OF_PROBABILITIES:
        row = _of_probabilities(row, known.defined[ends[0]], {p.value for p in phrases if p.kind == "activation" and p.subject != "hidden"})
    if row is None:
        return statements, []
    label = _label(statements, known, ends[0], phrase.span)
    if label is None:
        return statements, []
    call = Call(phrase.span, Name(phrase.span, row), (label, known.spelled[ends[0]]))
    made = Relation(phrase.span, (name, call), ("=",))
    says = f"the loss {flat(name)} is the {row.replace('_', ' ')} of {flat(label)} and {ends[0]}"
    return [*statements, Statement(made, phrase.span, 0)], [(phrase.span, says, f"the words name it: {table.loss(row).latex}")]


OF_PROBABILITIES = ("cross_entropy", "binary_cross_entropy")
_ROWS = {"softmax": "cross_entropy", "sigmoid": "binary_cross_entropy", "sigma": "binary_cross_entropy", "logistic": "binary_cross_entropy"}


def _of_probabilities(row: str, output: Statement, words: set[object]) -> str | None:
    """The row for a cross-entropy by what makes the output a probability: a softmax, a sigmoid, the softmax that the words name; a formula of
    its own is taken as it is, and a plain score is none."""
    rights = output.formula.parts[1:] if isinstance(output.formula, Relation) else ()
    called = next((flat(r.function) for r in rights if isinstance(r, Call)), None)
    if called in _ROWS:
        return _ROWS[called]
    if called is None and any(isinstance(n, Call) and flat(n.function) == "exp" or isinstance(n, Script) and flat(n.base) == "e"
                              for r in rights for n in walk(r)):
        return row
    functions = words & {"softmax", "sigmoid"}
    if called is not None:                                     # f(z): the words say which f is
        return _ROWS[functions.pop()] if len(functions) == 1 else None
    return "cross_entropy_with_logits" if functions == {"softmax"} else None


def _calls_a_loss(statements: list[Statement]) -> bool:
    return any(isinstance(node, Call) and table.loss(flat(node.function) or "") for s in statements for node in s.nodes)


def _asked(requests: list[Request], known: Book, said: Span) -> Formula | None:
    """The name of the loss as the requests write it, else L."""
    for request in requests:
        for formula in (*request.objects, request.of):
            for node in walk(formula) if formula is not None else ():
                of = node.of if isinstance(node, Derivative) else node if node is request.of else None
                if of is not None and flat(of) and not known.known(flat(of)):
                    return of
    wanted = next((r for r in requests if r.kind in ("gradient", "backward", "update", "loss", "hessian") or "loss" in r.words), None)
    name = next((n for n in LOSSES if not known.known(n) and n not in known.read), None)
    return Name(wanted.span if wanted is not None else said, name) if name is not None else None


def _label(statements: list[Statement], known: Book, output: str, span: Span) -> Formula | None:
    """The label: a name for one that the sheet mentions and nothing reads, else y, or t where y is the output."""
    mentioned = {name: node for s in statements for node, _ in s.names if (name := known.name(node)) in LABELS}
    free = [name for name in mentioned if name not in known.read and name not in known.defined]
    if len(free) > 1:
        return None
    if free:
        node = mentioned[free[0]]
        return known.spelled.get(free[0], node if isinstance(node, Name | Accent) else Name(span, free[0]))
    name = next((n for n in ("y", "t") if n != output and n not in known.read and not known.known(n)), None)
    return Name(span, name) if name is not None else None
