"""The choice of index letters for formulas that are printed together.

Letters are chosen here and never in the engine. Each axis has a letter it likes; a second index of the axis gets another.
No letter is the name of a quantity in the formulas, and none is both bound and free.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..core.axis import Axis, Index
from ..core.expr import Component, Entry, Expr, Offset, Position, Sum
from ..core.problem import Notation
from ..core.record import record
from ..core.walk import free, positions, tensors, walk
from .symbols import base_letter, derivative

ALTERNATIVES = {
    "i": "mlprsuv", "j": "lmprsuv", "k": "mlprsuv", "l": "mprsuv", "m": "lprsuv", "n": "mlprsuv",
    "t": "srτuv", "b": "mlprs", "a": "mlprs", "c": "mlprs",
}
"""What another index of the axis is called, in this order."""

OTHERS = "mlprsuvijkabc"
NEVER = frozenset("edo")      # e is the base of exp, d and o look like a differential and a zero


@record
class Letters:
    """The letter of each index, and the letters that no bound index may take: those of free indices and of quantities."""
    of: Mapping[Index, str]
    free: frozenset[Index]
    reserved: frozenset[str]

    def get(self, index: Index, default: str = "") -> str:
        return self.of.get(index, default)

    def bind(self, index: Index, active: frozenset[str], notation: Notation) -> str:
        """The letter for a bound index inside a scope in which the letters `active` are in use."""
        chosen = self.of.get(index)
        if chosen is not None and chosen not in active and index not in self.free:
            return chosen
        taken = active | self.reserved | {self.of[i] for i in self.free}
        return next(c for c in candidates(index.axis, notation, ()) if c not in taken)


def preferred(axis: Axis, notation: Notation) -> str:
    """The letter that the sheet uses for the axis."""
    return notation.letters.get(axis.name, axis.letter)


def candidates(axis: Axis, notation: Notation, others: Iterable[str]) -> Iterator[str]:
    """Letters for an index of the axis, the best first, without end; `others` are liked by other axes and come late."""
    liked = preferred(axis, notation)
    others = set(others) - {liked}
    yield liked
    for each in (*ALTERNATIVES.get(liked, ""), *OTHERS):
        if each not in others:
            yield each
    primes = 1
    while True:
        yield liked + "'" * primes
        primes += 1


def choose(formulas: Iterable[Expr], notation: Notation) -> Letters:
    """One letter an index for all the formulas: the free ones first, each in the order of appearance."""
    formulas = tuple(formulas)
    open_: dict[Index, None] = {}
    bound: dict[Index, None] = {}
    names: set[str] = set()
    free_anywhere: frozenset[Index] = frozenset().union(*(free(f) for f in formulas), ())
    for formula in formulas:
        names |= tensors(formula)
        for index in appearing(formula):
            (open_ if index in free_anywhere else bound)[index] = None
    reserved = reserved_letters(names, {i.axis for i in (*open_, *bound)}, notation)
    liked = {preferred(i.axis, notation) for i in (*open_, *bound)}
    chosen: dict[Index, str] = {}
    used: set[str] = set(reserved)
    for index in (*open_, *bound):
        letter = next(c for c in candidates(index.axis, notation, liked) if c not in used)
        chosen[index] = letter
        used.add(letter)
    return Letters(chosen, free_anywhere, reserved)


def reserved_letters(names: Iterable[str], axes: Iterable[Axis], notation: Notation) -> frozenset[str]:
    """Letters that mean something else in these formulas: quantities, sizes, and the e of exp."""
    found = set(NEVER)
    for name in names:
        parts = derivative(name)
        for each in (parts.of, *parts.wrt) if parts else (name,):
            found.add(base_letter(notation, each))
    found.update(axis.size for axis in axes if isinstance(axis.size, str))
    return frozenset(found)


def appearing(e: Expr) -> Iterator[Index]:
    """Indices in the order in which they are read, repetitions included."""
    for node in walk(e):
        if isinstance(node, Sum | Component):
            yield node.index
        for at in positions(node):
            yield from _in_position(at)


def _in_position(at: Position) -> Iterator[Index]:
    if isinstance(at, Index):
        yield at
    elif isinstance(at, Offset):
        for variable, _ in at.terms:
            if isinstance(variable, Index):
                yield variable
            elif isinstance(variable, Entry):
                for inner in variable.at:
                    yield from _in_position(inner)
