"""Findings: what is known of each link of an answer's chains while it is being judged."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..core.record import record
from ..reading.chains import Chain
from ..reading.syntax import Annotated, Formula, Relation, Span, Words, walk
from ..reading.terms import Unclear
from .array import Array, Nonconforming
from .explain import Cells
from .heads import Head
from .identity import of_formula
from .marks import UNCHECKED, Mistake
from .numerals import Digits

Ways = Callable[[Mapping[str, Cells]], tuple[tuple[Mistake, Cells], ...]]
"""What printed numbers may follow from, worked out when asked for."""
TOLD = ("verdict", "mistake", "says", "evidence", "expected", "method", "cause")


@record
class Line:
    """A chain with what goes on from it below: the formulas, the signs between them, their places and the words around."""
    parts: tuple[Formula, ...]
    operators: tuple[str, ...]
    spans: tuple[Span, ...]
    conditions: tuple[Formula, ...]
    before: str
    after: str
    section: str


def lines(chains: tuple[Chain, ...]) -> list[Line]:
    """The chains, those that go on from the one above joined to it."""
    out: list[Line] = []
    for chain in chains:
        if chain.continues and out:
            last = out[-1]
            out[-1] = Line((*last.parts, *chain.parts[1:]), (*last.operators, *chain.operators), (*last.spans, *chain.spans[1:]),
                           chain.conditions or last.conditions, last.before, chain.after, last.section)
        else:
            out.append(Line(chain.parts, chain.operators, chain.spans, chain.conditions, chain.before, chain.after, chain.section))
    return out


@dataclass(slots=True)
class Finding:
    """One link: side number `side` of a line, held against the line's head.

    kind     "symbols", "digits" (printed numbers, decided by the joint explanation), "value" (a sum of numbers, or numbers among names),
             "data", "definition", "none"
    value    of a "value": the array that it comes to, by itself
    """
    line: Line
    side: int
    head: Head | None = None
    kind: str = "none"
    verdict: str = UNCHECKED
    mistake: Mistake | None = None
    says: str = ""
    evidence: str = ""
    digits: Digits | None = None
    value: Array | None = None
    expected: Any = None
    liberties: tuple[str, ...] = ()
    given: int | None = None
    sure: bool = True
    cells: tuple[tuple[tuple[int, ...], str, str, str], ...] = ()      # (at, verdict, stated, expected)
    follows: Cells | None = None                                       # what the side to its left comes to
    method: bool = False
    cause: str = ""                                                    # the name that was not known

    @property
    def told(self) -> tuple[Any, ...]:
        """What is said of the claim, whoever made it."""
        return tuple(getattr(self, name) for name in TOLD)

    @told.setter
    def told(self, values: tuple[Any, ...]) -> None:
        for name, value in zip(TOLD, values, strict=True):
            setattr(self, name, value)

    @property
    def formula(self) -> Formula:
        return self.line.parts[self.side]

    @property
    def span(self) -> Span:
        return self.line.spans[self.side]


def plain(formula: Formula) -> Formula:
    """A formula without the braces drawn under it."""
    return plain(formula.body) if isinstance(formula, Annotated) else formula


@of_formula
def annotated(formula: Formula) -> tuple[Annotated, ...]:
    """The parts of a formula that have something written under their braces."""
    return tuple(node for node in walk(formula) if isinstance(node, Annotated) and node.note is not None and not isinstance(node.note, Words | Relation))


def reason(fault: Unclear | Nonconforming) -> str:
    return fault.reason if isinstance(fault, Unclear) else str(fault)


class FollowingNode:
    """A node whose printed numbers may follow from the sides to the left of them in their chain."""

    def __init__(self, node: Any) -> None:
        self.node = node
        self.name, self.parents = node.name, node.parents
        self.follows: list[Ways] = []

    @property
    def truth(self) -> Cells | None:
        return self.node.truth

    def computed(self, had: Mapping[str, Cells]) -> Cells | None:
        return self.node.computed(had)

    def variants(self, had: Mapping[str, Cells]) -> Any:
        for ways in self.follows:
            yield from ways(had)
        yield from self.node.variants(had)


@dataclass(slots=True)
class Formulaic:
    """An expression of the answer as a node: exp(logits - 1.1), σ'(z)."""
    name: str
    truth: Cells | None
    parents: tuple[str, ...] = ()
    recompute: Any = None
    known: dict[int, Cells] = field(default_factory=dict)

    def computed(self, had: Mapping[str, Cells]) -> Cells | None:
        return self.truth if not had or self.recompute is None else self.recompute(had)

    def variants(self, had: Mapping[str, Cells]) -> tuple[()]:
        return ()
