r"""Names that the words call a number: "$b$ is a scalar", "the scalar bias $b$". Each is read like $b \in \mathbb{R}$."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from .clauses import Item
from .lexicon import words
from .names import flat
from .said_roles import chain, names
from .syntax import Name, Relation

if TYPE_CHECKING:
    from .phrases import Phrase

NUMBER = words("scalar scalars number numbers scalar-valued")
BEFORE = words("a an single real just simply only plain also both all one")
FINITE = words("is are be being denotes")
OTHERS = words("of function functions field product multiple loss per and")          # the number of classes, a scalar function of x
BEHIND = words("bias weight target output input parameter label value variable constant")


def scalars(items: list[Item], note: Callable[..., None]) -> None:
    """A phrase "scalar" for each name."""
    for at, item in enumerate(items):
        if item.kind != "word" or item.text.casefold() not in NUMBER | {"real number", "real scalar"}:
            continue
        after = items[at + 1] if at + 1 < len(items) else None
        back = at - 1
        while back >= 0 and items[back].kind == "word" and items[back].text.casefold() in BEFORE:
            back -= 1
        if back > 0 and items[back].text.casefold() in FINITE and (back < at - 1 or item.word.endswith("s") or item.word == "scalar-valued"):
            if after is None or after.kind != "word" or after.word not in OTHERS - {"and"}:
                both = items[back].text.casefold() == "are"
                for place in list(chain(items, back - 1, -1))[:None if both else 1]:
                    for name in names(items[place].formula):
                        note("scalar", None, place, at, "", name)
            continue
        ahead = at + 1
        while ahead < len(items) and items[ahead].kind == "word" and all(token.word in BEHIND for token in items[ahead].tokens):
            ahead += 1
        for place in list(chain(items, ahead, 1))[:{"scalar": 1, "scalars": None}.get(item.word, 0)]:
            for name in names(items[place].formula):
                note("scalar", None, at, place, "", name)


def declarations(phrases: Iterable[Phrase]) -> Iterator[Relation]:
    """name ∈ ℝ for each phrase, once."""
    said = set()
    for phrase in phrases:
        if phrase.kind == "scalar" and phrase.about is not None and (phrase.section, flat(phrase.about)) not in said:
            said.add((phrase.section, flat(phrase.about)))
            yield Relation(phrase.about.span, (phrase.about, Name(phrase.about.span, "R", "mathbb")), ("in",))
