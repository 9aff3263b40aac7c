"""Formulas that were read before: a class writes the same lines again and again, and what was read stays the same object."""
from __future__ import annotations

import re
from dataclasses import replace

from ..core.recent import Recent
from ..core.record import record
from .chain_names import HOLDS, differentials
from .chain_pieces import Piece, Word, cut, without_condition
from .chain_plain import read_plain
from .chain_runs import Plain
from .chain_sides import Side, sides_of
from .environment import Note
from .formula import Reading, read_math
from .markdown import Math
from .number_tables import read_table, table_end
from .syntax import Empty, Formula, Lines, Negative, Numeral, Relation, Sequence, Span, Tagged, Words

CHARACTERS = 400_000
"""Characters of the formulas that are kept, about fifty bytes for each."""
NUMBER = re.compile(r"-?\d{1,20}\.\d{1,20}", re.ASCII)
TABLE = re.compile(r"\\begin\{([A-Za-z]+)\}")
NO_SIDE = Sequence | Lines | Tagged | Relation | Empty | Words


@record
class Cut:
    """A formula read and cut into pieces, all places as if it stood at `start`. count: how many formulas it is, 0 where it is none."""
    start: int
    elements: tuple[Piece | Word, ...]
    count: int
    strange: tuple[Note, ...] = ()
    repairs: tuple[Note, ...] = ()

    def placed(self, start: int) -> Cut:
        """As it stands elsewhere. The formulas stay the same objects: their pieces say where they are."""
        by = start - self.start
        return Cut(start, tuple([e.placed(by) if isinstance(e, Piece) else Word(e.text, e.span.moved(by)) for e in self.elements]), self.count,
                   tuple([replace(note, span=note.span.moved(by)) for note in self.strange]) if self.strange else (),
                   tuple([replace(note, span=note.span.moved(by)) for note in self.repairs]) if self.repairs else ())


class Memory:
    """Formulas, and the sides of equations, by their text. Each text has places of its own, so that no formula's are those of another."""

    def __init__(self) -> None:
        self._known = Recent(CHARACTERS)
        self._end = 0

    def cut(self, run: Math | Plain, named: bool) -> Cut:
        """The formula, read now or before, where it stands. `named`: a lone da is one name."""
        if isinstance(run, Math) and run.number is not None:
            return read_cut(run, run.span, named)
        key = type(run), run.text, named
        found = self._known[key]
        if found is None:
            found = self._equation(run, named) or read_cut(run, self._place(run.text), named)
            self._known.put(key, found, len(run.text) + 1)
        return found.placed(run.span.start)

    def _place(self, text: str) -> Span:
        place = Span(self._end, self._end + len(text))
        self._end += len(text) + 1
        return place

    def _equation(self, run: Math | Plain, named: bool) -> Cut | None:
        """An equation from its sides, as if it stood at 0. None where it has to be read at once."""
        if (found := sides_of(run.text, isinstance(run, Plain))) is None:
            return None
        sides, signs = found
        holds = HOLDS.search(run.text) is not None
        parts = []
        for side in sides:
            part = self._side(run, side, named, holds)
            if part is None:
                return None
            parts.append(part)
        spans = [part.span.moved(side.start - start) for (part, start), side in zip(parts, sides, strict=True)]
        formulas = [part for part, _ in parts]
        last, conditions = without_condition(formulas[-1])
        piece = Piece([*formulas[:-1], last], list(signs), [*spans[:-1], last.span.moved(spans[-1].start - formulas[-1].span.start)],
                      spans[0].start, spans[-1].end)
        piece.conditions = conditions
        return Cut(0, (piece,), 1)

    def _side(self, run: Math | Plain, side: Side, named: bool, holds: bool) -> tuple[Formula, int] | None:
        """A side and the place where its text is taken to begin. None for one that is no formula by itself, or not without a repair."""
        key = type(run), side.text, named, holds
        found = self._known[key]
        if found is None:
            place = self._place(side.text)
            formula = _numbers(side.text, place.start)
            if formula is None:
                reading = _read(replace(run, text=side.text, span=place))
                formula = None if reading.repairs or reading.problems or isinstance(reading.formula, NO_SIDE) else reading.formula
                formula = differentials(formula, side.text, named, True) if formula is not None and holds else formula
            found = formula, place.start
            self._known.put(key, found, len(side.text) + 1)
        return found if found[0] is not None else None


def read_cut(run: Math | Plain, place: Span, named: bool) -> Cut:
    """The pieces of a formula as if it stood at this place; what is not understood of it is noted."""
    reading = _read(replace(run, span=place))
    strange = tuple(Note("problem", p.span, p.says, p.expected, p.suggestion) for p in reading.problems)
    repairs = tuple(Note("repair", r.span, r.says, r.reading) for r in reading.repairs)
    if reading.formula is None:
        return Cut(place.start, (), 0, strange, repairs)
    found = tuple(cut(differentials(reading.formula, run.text, named)))
    return Cut(place.start, found, max(1, len(found)), strange, repairs)


def _read(run: Math | Plain) -> Reading:
    return read_plain(run.text, run.span.start) if isinstance(run, Plain) else read_math(run)


def _numbers(text: str, start: int) -> Formula | None:
    """A decimal or a matrix of plain numbers, without the parser; None for anything else."""
    if NUMBER.fullmatch(text):
        whole = Span(start, start + len(text))
        return Numeral(whole, text) if text[0] != "-" else Negative(whole, Numeral(Span(start + 1, start + len(text)), text[1:]))
    opening = TABLE.match(text)
    return read_table(text, start) if opening and table_end(text, opening.end(), opening[1]) == len(text) else None
