"""A loss given by a formula without a name: "with loss $-\\ln o_2$", "gradient descent on $w^2$"."""
from __future__ import annotations

from collections.abc import Iterable

from .book import book
from .phrases import Phrase
from .softmax_words import Found
from .statements import Statement
from .syntax import Name, Relation

NAMES = ("L", "J", "E", "C", "Loss")


def with_loss(statements: list[Statement], phrases: Iterable[Phrase]) -> Found:
    """The statements, with each loss that the words give under a name of its own."""
    notes = []
    for phrase in phrases:
        if phrase.kind != "loss formula" or phrase.value is None or isinstance(phrase.value, str):
            continue
        known = book(statements)
        taken = {*known.defined, *known.given, *known.read}
        name = next((n for n in NAMES if n not in taken), None)
        if name is None:
            continue
        made = Relation(phrase.span, (Name(phrase.span, name), phrase.value), ("=",))
        at = next((k for k, s in enumerate(statements) if s.span.start > phrase.span.start), len(statements))
        statements = [*statements[:at], Statement(made, phrase.value.span, 0), *statements[at:]]
        notes.append((phrase.span, f"the loss is called {name} here", "the sheet gives it no name"))
    return statements, notes
