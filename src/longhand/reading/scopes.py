"""Scopes: which statements belong to which problem of a sheet.

A sheet is one problem until it defines a quantity again, differently, behind a new heading or request: then a new problem starts
there, which keeps all that is not defined again.
"""
from __future__ import annotations

from dataclasses import field
from typing import Any

from ..core.record import record
from .statements import Statement


@record
class Scope:
    """One problem: its own statements, those it inherits, and the characters of the sheet it covers. `redefined` are names whose
    inherited definitions no longer hold."""
    title: str
    start: int
    end: int
    own: tuple[Statement, ...]
    inherited: tuple[Statement, ...] = ()
    redefined: frozenset[str] = field(default_factory=frozenset)

    @property
    def statements(self) -> tuple[Statement, ...]:
        return self.inherited + self.own

    def covers(self, offset: int) -> bool:
        return self.start <= offset < self.end


def readers(found: list[Statement], understood, make_reader) -> list:
    """A reader for each problem of a sheet. `make_reader` gives a ProblemReader for a scope; it is asked whether a later definition agrees."""
    end = max([s.span.end for s in found] + [section.end for section in understood.sections] + [0]) + 1
    borders = sorted({s.start for s in understood.sections} | {r.span.start for r in understood.requests})
    cuts, last = _cuts(found, borders, end, make_reader)
    out = []
    starts = [0, *(at for at, _ in cuts)]
    for k, start in enumerate(starts):
        stop = starts[k + 1] if k + 1 < len(starts) else end
        redefined = frozenset().union(*(names for at, names in cuts if at <= start))
        scope = Scope(_title(understood, start), start, stop, tuple(s for s in found if start <= s.span.start < stop),
                      tuple(s for s in found if s.span.start < start), redefined)
        out.append(last.titled(scope) if k == len(cuts) and last.scope.redefined == redefined else make_reader(scope))
    return out


def _title(understood, start: int) -> str:
    inside = [s for s in understood.sections if s.start <= start < s.end]
    return inside[-1].title if inside else ""


def _cuts(found: list[Statement], borders: list[int], end: int, make_reader) -> tuple[list[tuple[int, frozenset[str]]], Any]:
    """(where a new problem starts, what it defines again), in order; and the reader that has read the last problem."""
    cuts: list[tuple[int, frozenset[str]]] = []
    start = 0
    inherited_redefined: frozenset[str] = frozenset()
    while True:
        whole = Scope("", start, end, tuple(s for s in found if s.span.start >= start), tuple(s for s in found if s.span.start < start),
                      inherited_redefined)
        reader = make_reader(whole)
        again = reader.redefinitions(borders)
        if not again:
            return cuts, reader
        first = min(again)
        names = frozenset(again[first])
        cuts.append((first, names))
        inherited_redefined |= names
        start = first
