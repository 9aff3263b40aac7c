r"""Softmax named in words only: in "logits $z = XW$, softmax, $L = -\sum y \log p$" p is the softmax of the logits."""
from __future__ import annotations

from collections.abc import Iterable

from .book import book
from .phrases import Phrase
from .statements import Statement
from .syntax import Accent, Call, Formula, Index, Name, Relation, Script, Span, walk

Found = tuple[list[Statement], list[tuple[Span, str, str]]]


def with_softmax(statements: list[Statement], phrases: Iterable[Phrase]) -> Found:
    """The statements, with p = softmax(z) where words say softmax, p is the one unknown quantity under a logarithm, and z the one array
    that nothing reads; and what was assumed."""
    said = next((p for p in phrases if p.kind == "activation" and p.value == "softmax" and p.about is None), None)
    if said is None or any(isinstance(n, Call) and isinstance(n.function, Name | Script) and "softmax" in _word(n.function)
                           for s in statements for n in walk(s.formula)):
        return statements, []
    known = book(statements)
    unknown = {name: node for s in known.defined.values() for node in _under_logarithm(s.formula)
               if (name := known.name(node)) is not None and not known.known(name)}
    if len(unknown) != 1:
        return statements, []
    (name, node), = unknown.items()
    above = known.downstream(name)
    free = [n for n in dict.fromkeys((*known.defined, *known.given)) if n not in known.read and n not in above and known.given.get(n, 1)]
    if len(free) != 1:
        return statements, []
    left = _spelled(node)
    argument = known.spelled[free[0]]
    made = Relation(said.span, (left, Call(said.span, Name(said.span, "softmax"), (argument,))), ("=",))
    at = next((k for k, s in enumerate(statements) if s.span.start > said.span.start), len(statements))
    return ([*statements[:at], Statement(made, said.span, 0), *statements[at:]],
            [(said.span, f"{name} is the softmax of {free[0]}",
              f"the words say softmax, {name} is the one unknown under a logarithm, and nothing else reads {free[0]}")])


def _word(formula: Formula) -> str:
    return next((n.text.lower() for n in walk(formula) if isinstance(n, Name)), "")


def _under_logarithm(formula: Formula) -> list[Formula]:
    return [node.arguments[0] for node in walk(formula)
            if isinstance(node, Call) and _word(node.function) in ("ln", "log") and len(node.arguments) == 1
            and isinstance(node.arguments[0], Name | Accent | Script | Index)]


def _spelled(node: Formula) -> Formula:
    """The whole vector of an entry p_i."""
    return node.base if isinstance(node, Script | Index) else node
