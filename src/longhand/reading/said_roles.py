"""What the words call a quantity: the input u, the target is r, with parameters K and c."""
from __future__ import annotations

from collections.abc import Iterator

from .clauses import Item
from .mentions import is_name
from .syntax import Formula, Relation, Sequence

THINGS = {"inputs": "input", "parameters": "parameter", "weights": "parameter", "biases": "parameter"}
BETWEEN = frozenset({"is", "are", "the", "a", "an", "vector", "matrix", "scalar", "number", "numbers", "real", ":"})
FINITE = frozenset({"is", "are"})
BEFORE = frozenset({"of", "per", "no"})
"""Words before which a noun counts something: the number of inputs n."""


def calls(items: list[Item]) -> Iterator[tuple[Formula, str, int, int]]:
    """(a quantity, its role, where the words begin and end)."""
    for at, item in enumerate(items):
        role = THINGS.get(item.get("thing") or "") or ("label" if item.get("numbered") == "target" else None)
        if role is None or item.tokens[0].word == "softmax" or at and items[at - 1].word in BEFORE:       # the input of a softmax is a layer's
            continue
        back = at - 1
        while back >= 0 and _between(items[back]):
            back -= 1
        if back >= 0 and back < at - 1 and items[back + 1].text.casefold() in FINITE and names(items[back].formula):        # u and v are the inputs
            for place in chain(items, back, -1):
                for name in names(items[place].formula):
                    yield name, role, place, at
            continue
        ahead = at + 1
        while ahead < len(items) and _between(items[ahead]):
            ahead += 1
        for place in chain(items, ahead, 1):
            if place + 1 < len(items) and items[place + 1].text.casefold() in FINITE:                          # ..., and y is the label
                break
            for name in names(items[place].formula):
                yield name, role, at, place


def _between(item: Item) -> bool:
    return item.text.casefold() in BETWEEN or item.get("fact") == "one-hot"


def chain(items: list[Item], place: int, step: int) -> Iterator[int]:
    """The places of names that follow one another, with commas and "and" between them."""
    while 0 <= place < len(items) and names(items[place].formula):
        yield place
        place += step
        while 0 <= place < len(items) and (items[place].mark(",") or items[place].has("conj")):
            place += step


def names(formula: Formula | None) -> list[Formula]:
    """The names W, b of "W, b" and of a declaration of both; nothing for any other formula."""
    match formula:
        case Relation(_, (left, _), ("in",)):
            return names(left)
        case Sequence(_, parts):
            found = [names(part) for part in parts]
            return [name for names in found for name in names] if all(found) else []
        case Formula() if is_name(formula):
            return [formula]
    return []
