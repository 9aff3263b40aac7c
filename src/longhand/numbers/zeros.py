"""Zeros that hold whatever the numbers on the way are: w Σ (ŷ - y) is 0 because softmax adds up to 1, however long the formula of its
argument is.

A closed form of a whole network is too long to be worked with. Here the arguments of the functions (pre-activations, scores) are numbers
with a name of their own, so that what is made of them stays short: e^{z_1}/(e^{z_1} + e^{z_2}). What is 0 in these names is 0.
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Any

from ..core.equation import Program
from ..core.expr import Apply, Component, Entry, Expr
from ..core.problem import Value
from ..core.walk import walk
from .balls import is_rational
from .closed import Atom, Certain, Closed, as_long_as, single, weight
from .faults import EvaluationError, NumberError
from .interpret import Values

LONGEST = 12000
"""Weight of a closed form here: that of a softmax of ten classes is 34, of forty 124, and a gradient adds up as many of them."""
BITS = 256


@dataclass(frozen=True)
class _Roomy(Certain):
    """Closed forms that may be longer than those that are printed."""

    def working(self) -> AbstractContextManager[object]:
        both = ExitStack()
        both.enter_context(super().working())
        both.enter_context(as_long_as(LONGEST))
        return both


class Zeros(Values):
    """The values of a program with names for the arguments of its functions."""

    def __init__(self, program: Program, data: Mapping[str, Value], sizes: Mapping[str, int]) -> None:
        self._named = arguments(program)
        super().__init__(program, data, sizes, _Roomy(BITS))

    def proved(self, name: str, at: tuple[int, ...]) -> bool:
        """Whether the entry is exactly 0. False: it is not, or no proof was found."""
        try:
            value = self.entry(name, at)
        except (EvaluationError, NumberError):
            return False
        return is_rational(value) and not value

    def _computed(self, name: str, at: tuple[int, ...]) -> Any:
        value = super()._computed(name, at)
        if is_rational(value) or isinstance(value, Closed) and name not in self._named and weight(value.terms) <= LONGEST:
            return value
        ball = value.ball if isinstance(value, Closed) else value
        return single(Atom("named", (name, at), ball, 1)) if ball.is_finite() else value


def arguments(program: Program) -> frozenset[str]:
    """The tensors that stand as they are inside a function, logarithms and what is written as a power left out."""
    return frozenset(entry for equation in program.equations for part in walk(equation.right) for entry in _inside(part))


def _inside(e: Expr) -> Iterator[str]:
    match e:
        case Apply(function, places) if function != "ln":
            bodies: tuple[Expr, ...] = places
        case Component(_, _, body):
            bodies = (body,)
        case _:
            return
    yield from (part.tensor for body in bodies for part in walk(body) if isinstance(part, Entry))
