"""Counts in words held against the formulas: two outputs, three inputs, a hidden layer of four neurons."""
from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import TYPE_CHECKING

from ..core.equation import Program, Tensor
from ..core.expr import Entry, Offset
from ..core.walk import walk
from .clauses import Item
from .lexicon import words
from .syntax import Numeral

if TYPE_CHECKING:
    from .phrases import Phrase

LINKS = words("of with has have contains containing having consists")
OUTPUTS = words("output outputs class classes")
INPUTS = words("input inputs feature features")
CELLS = words("neuron neurons unit units node nodes")


def where(items: list[Item], at: int) -> str:
    """"hidden " where the number at this place counts what a hidden layer has: a hidden layer of three neurons."""
    back = at - 1
    while back >= 0 and items[back].word in LINKS and len(items[back].tokens) == 1:
        back -= 1
    said = [token.word for token in items[back].tokens] if back >= 0 and (back < at - 1 or items[back].word in LINKS) else []
    return f"{said[0]} " if said[:2] in (["hidden", "layer"], ["output", "layer"]) else ""


def contradiction(phrase: Phrase, program: Program, loss: str | None) -> str | None:
    """What the formulas have instead of what is counted; None where they may have as many, or do not say."""
    text = phrase.value.text if isinstance(phrase.value, Numeral) else phrase.value
    said = phrase.subject.split()
    if not isinstance(text, str) or not text.isdigit() or (count := int(text)) < 2 or "layer" in said or "layers" in said:
        return None
    match said:
        case [word] if word in INPUTS:
            kind, roles = "inputs", ("input",)
        case ["input", word] if word in CELLS:
            kind, roles = "inputs", ("input",)
        case [word] if word in OUTPUTS:
            kind, roles = "outputs", ("label",)
        case ["output", word] if word in CELLS:
            kind, roles = "outputs", ("label",)
        case ["hidden", word] if word in CELLS:
            kind, roles = "hidden units", ("intermediate",)
        case _:
            return None
    tensors = [t for t in program.tensors.values() if t.role in roles]
    if kind == "outputs" and (_has_place(program, tensors) or count == 2 and said[0] in ("class", "classes")):      # two classes have one output
        return None
    has = _sizes(tensors) if kind != "hidden units" else _sizes(t for t in tensors if t.axes)
    if kind == "inputs" and count == _entries(t for t in program.given() if t.role in ("input", "parameter", "data")):
        return None                                         # all that a unit reads, its weights too
    if not has or count in has or kind != "hidden units" and has == {1} and sum(not t.axes for t in tensors) >= count:
        return None
    return f"the words count {count} {kind}, and the formulas do not have as many"


def _sizes(tensors: Iterable[Tensor]) -> set[int]:
    """The sizes of all axes, 1 for a number; nothing where one is a symbol."""
    tensors = list(tensors)
    found = {axis.size for t in tensors for axis in t.axes} | {1 for t in tensors if not t.axes}
    return found if all(isinstance(size, int) for size in found) else set()


def _entries(tensors: Iterable[Tensor]) -> int:
    """How many numbers they are together; 0 where a size is a symbol."""
    sizes = [[axis.size for axis in t.axes] for t in tensors]
    return sum(map(prod, sizes)) if all(isinstance(size, int) for each in sizes for size in each) else 0


def _has_place(program: Program, labels: list[Tensor]) -> bool:
    """Whether a label is the number of a class."""
    names = {t.name for t in labels}
    return any(isinstance(v, Entry) and v.tensor in names for e in program.equations for node in walk(e.right) if isinstance(node, Entry)
               for at in node.at if isinstance(at, Offset) for v, _ in at.terms)
