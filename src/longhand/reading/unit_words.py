"""Units told by number: "units 1-3 are inputs, units 4, 5 hidden, unit 6 output", "net inputs $I_j$ and outputs $O_j$"."""
from __future__ import annotations

from collections.abc import Callable

from .clauses import Item
from .lexicon import words
from .names import items
from .syntax import Name, Script

NOUNS = words("unit units node nodes neuron neurons")
ROLES = {"input": "input", "inputs": "input", "hidden": "hidden", "output": "output", "outputs": "output"}
FAMILIES = {"pre-activations": "net", "outputs": "out", "hidden": "out"}
LAST = 99                       # the largest number of a unit

Note = Callable[..., None]


def unit_words(sentence: list[Item], note: Note) -> None:
    """A phrase "units" for each list of numbers behind such a noun that has a role, one "unit family" for each letter with a unit's index."""
    for at, item in enumerate(sentence):
        if item.word in NOUNS and (found := _numbers(sentence, at + 1))[0]:
            numbers, end = found
            role = _role(item) or _role(sentence[at - 1] if at else item) or next((r for later in sentence[end:end + 4] if (r := _role(later))), None)
            if role is not None:
                note("units", ",".join(map(str, numbers)), at, end - 1, role)
        if at and item.kind == "math" and _with_letter(item.formula) and (family := FAMILIES.get(sentence[at - 1].get("thing") or "")):
            note("unit family", item.formula, at - 1, at, family)


def _role(item: Item) -> str | None:
    return next((ROLES[t.word] for t in item.tokens if t.word in ROLES), None)


def _with_letter(formula: object) -> bool:
    """Is it I_j?"""
    return isinstance(formula, Script) and isinstance(formula.base, Name) and formula.sup is None and len(items(formula.sub)) == 1 \
        and isinstance(formula.sub, Name) and len(formula.sub.text) == 1


def _numbers(sentence: list[Item], at: int) -> tuple[list[int], int]:
    """The numbers from there on and the place behind them: 1-3 is 1, 2, 3, whose hyphen is no item; so is "1 to 3"."""
    numbers: list[int] = []
    end, ranged = at, False
    while at < len(sentence):
        item = sentence[at]
        if item.kind == "number" and item.text.isdigit() and int(item.text) <= LAST:
            number = int(item.text)
            touching = at and sentence[at - 1].kind == "number" and sentence[at - 1].span.end + 1 == item.span.start
            if numbers and (ranged or touching):
                numbers += range(numbers[-1] + 1, number + 1)
            else:
                numbers.append(number)
            end, ranged = at + 1, False
        elif numbers and (item.mark("-–") or item.word == "to"):
            ranged = True
        elif not numbers or not (item.mark(",") or item.has("conj")):
            break
        at += 1
    return numbers, end
