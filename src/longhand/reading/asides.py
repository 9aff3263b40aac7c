"""What is said beside a formula and changes it: a condition behind it, $a = z$ if $z > 0$; the parts of a loss that is a sum in words."""
from __future__ import annotations

from collections.abc import Callable

from .clauses import Item
from .lexicon import words
from .mentions import is_name
from .names import GREEK, flat
from .statements import INDEX_LETTERS
from .syntax import Relation, Span

ORDERS = frozenset({"<", ">", "<=", ">=", "!="})
IF = words("if when whenever for")
BEING = words("is equals as")
JOINING = words("plus times")
COMBINED = words("sum difference product quotient ratio")


def conditions(items: list[Item]) -> list[tuple[Span, str]]:
    """(place, text) of each equation for a name that holds under a condition behind it."""
    found = []
    for first, word, last in zip(items, items[1:], items[2:], strict=False):
        if word.kind == "word" and word.text.casefold() in IF and _is_equation(first) and _is_condition(last, word):
            found.append((Span(first.span.start, last.span.end), f"{first.text} {word.text} {last.text}"))
    return found


def _is_equation(item: Item) -> bool:
    formula = item.formula
    return item.kind == "math" and isinstance(formula, Relation) and formula.operators == ("=",) and is_name(formula.parts[0])


def _is_condition(item: Item, word: Item) -> bool:
    """Is it a comparison, and not the range of a constant or an index, as in "for $\\lambda > 0$" and "for $t \\geq 1$"?"""
    formula = item.formula
    if not isinstance(formula, Relation) or not set(formula.operators) <= ORDERS:
        return False
    return word.word != "for" or not any(flat(part) in GREEK | INDEX_LETTERS for part in formula.parts)


def parts_of_loss(items: list[Item], note: Callable[..., None]) -> None:
    """A phrase "part of the loss" for each name in "the cost is $L$ plus the bias" and "the loss is the sum of $E_1$ and $E_2$"."""
    for at, item in enumerate(items):
        if item.get("thing") != "loss" or at + 2 >= len(items) or items[at + 1].text.casefold() not in BEING:
            continue
        end = next((k for k in range(at + 2, len(items)) if items[k].mark(".;:,")), len(items))
        said = items[at + 2:end]
        if not any(each.kind == "word" and each.word in JOINING | COMBINED for each in said):
            continue
        for place in range(at + 2, end):
            if items[place].kind == "math" and is_name(items[place].formula):
                note("part of the loss", None, at, end - 1, "", items[place].formula)
