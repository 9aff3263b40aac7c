"""Known sums: Σ over an axis of a tensor, from a declared fact, from its definition, or because it is a probability distribution."""
from __future__ import annotations

from ..core.equation import Fact, Program
from ..core.expr import Component, Entry, Expr, Number
from ..functions import table
from .simplify import sum_over, tidy, with_facts


class Sums:
    """The sums of one program that have a value free of indices; each is derived at most once, with the facts it rests on."""

    def __init__(self, program: Program):
        self.program = program
        self._declared = {(f.tensor, _axis_position(program, f)): f for f in program.facts}
        self._found: dict[tuple[str, int], Fact | None] = dict(self._declared)
        self._grounds: dict[tuple[str, int], tuple[Expr, Expr, list[tuple[str, int]]]] = {}
        self._defined = {e.name: e for e in program.equations}
        self._recorded: dict[tuple[str, int], int] = {}

    def total(self, tensor: str, where: int) -> Expr | None:
        """What the entries of the tensor sum to over its axis number `where`; None where nothing is known."""
        key = (tensor, where)
        if key not in self._found:
            self._found[key] = None                     # while it is being looked for, it is not known
            self._found[key] = self._derived(tensor, where)
        fact = self._found[key]
        return fact.total if fact else None

    def facts_for(self, used: list[tuple[str, int]]) -> tuple[Fact, ...]:
        """The facts behind the sums used, those they rest on included, each once."""
        out: dict[tuple[str, int], Fact] = {}
        for key in used:
            for ground in self._grounds.get(key, (None, None, []))[2]:
                out.update(((k, f) for k, f in [(ground, self._found[ground])] if f))
            if fact := self._found.get(key):
                out[key] = fact
        return tuple(out.values())

    def steps_for(self, used: list[tuple[str, int]], record) -> tuple[int, ...]:
        """Ids of the steps that prove the derived sums among those used; records each proof once."""
        ids = []
        for key in used:
            if key in self._grounds and key not in self._recorded:
                spread, total, grounds = self._grounds[key]
                equation = self._defined[key[0]]
                index = equation.left.at[key[1]]
                facts = tuple(f for g in grounds if (f := self._found[g]))
                left = Entry(f"sum of {key[0]}", tuple(i for i in equation.left.at if i != index))
                self._recorded[key] = record(left.tensor, left, "total", spread, total, (), facts, (("sum", index, equation.left),))
            if key in self._recorded:
                ids.append(self._recorded[key])
        return tuple(ids)

    def _derived(self, tensor: str, where: int) -> Fact | None:
        equation = self._defined.get(tensor)
        if equation is None:
            return None
        index = equation.left.at[where]
        axis = self.program[tensor].axes[where]
        if isinstance(equation.right, Component):
            row = table.vector(equation.right.function)
            if row is None or row.total is None or equation.right.at != index:
                return None
            return Fact(tensor, axis, row.total, f"the entries of a {row.name} add up to 1")
        spread = sum_over(index, equation.right)
        known, grounds = with_facts(spread, self.total)
        total = tidy(known)
        if not isinstance(total, Number):
            return None
        self._grounds[tensor, where] = (spread, total, grounds)
        return Fact(tensor, axis, total, "its definition, summed term by term")


def _axis_position(program: Program, fact: Fact) -> int:
    return program[fact.tensor].axes.index(fact.axis)
