"""Index letters that stay the same through all the formulas of one card.

The formulas of a card are chosen letters together: its free indices first. A bound index, and an index that is free in a
local derivative and bound in the chain rule, take the next letters of their axis, in each formula anew, so that
Σ_i in one line is Σ_i in the next.
"""
from __future__ import annotations

from collections.abc import Iterable

from ...core.axis import Axis, Index
from ...core.expr import Component, Entry, Expr, Sum
from ...core.problem import Notation
from ...core.walk import children, free, tensors
from ..letters import Letters, appearing, candidates, preferred, reserved_letters


class Lettering:
    """Letters for the formulas of one card. `fixed` are the indices that the whole card is about."""

    def __init__(self, notation: Notation, fixed: Iterable[Index], formulas: Iterable[Expr]) -> None:
        formulas = tuple(formulas)
        every = [i for f in formulas for i in appearing(f)]
        names = {name for f in formulas for name in tensors(f)}
        self.notation = notation
        self.reserved = reserved_letters(names, {i.axis for i in every}, notation)
        self._liked = {preferred(i.axis, notation) for i in every}
        self._pools: dict[str, list[str]] = {}
        self._given: set[str] = set()
        self.fixed: dict[Index, str] = {}
        for index in fixed:
            if index not in self.fixed:
                self.fixed[index] = self._fresh(index.axis)

    def _fresh(self, axis: Axis) -> str:
        letter = next(c for c in candidates(axis, self.notation, self._liked) if c not in self.reserved and c not in self._given)
        self._given.add(letter)
        return letter

    def _from_pool(self, axis: Axis, taken: frozenset[str]) -> str:
        pool = self._pools.setdefault(axis.name, [])
        for letter in pool:
            if letter not in taken:
                return letter
        pool.append(self._fresh(axis))
        return pool[-1]

    def of(self, e: Expr) -> Letters:
        """The letters of one formula."""
        chosen: dict[Index, str] = {}
        opened = free(e)
        taken: frozenset[str] = frozenset()
        for index in dict.fromkeys(i for i in appearing(e) if i in opened):
            chosen[index] = self.fixed.get(index) or self._from_pool(index.axis, taken | frozenset(self.fixed.values()))
            taken |= {chosen[index]}
        self._bound(e, taken | frozenset(self.fixed.values()), chosen, opened)
        return Letters(chosen, opened, self.reserved)

    def _bound(self, e: Expr, taken: frozenset[str], chosen: dict[Index, str], opened: frozenset[Index]) -> None:
        match e:
            case Sum(index, _) | Component(_, index, _, _):
                plain = isinstance(e, Component) and isinstance(e.body, Entry)      # softmax(z)_i shows no bound index
                if not plain and (index not in chosen or index in opened):
                    letter = self._from_pool(index.axis, taken)
                    if index not in chosen:
                        chosen[index] = letter
                    taken = taken | {letter}
                elif index in chosen:
                    taken = taken | {chosen[index]}
        for child in children(e):
            self._bound(child, taken, chosen, opened)
