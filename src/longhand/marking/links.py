"""A display as the pieces that claims are made of: the parts of its chains, in the order of the text."""
from __future__ import annotations

from collections.abc import Iterator

from ..core.record import record
from ..reading.syntax import Empty, Formula, Lines, Relation, Sequence, Tagged


@record
class Piece:
    """A part of a chain with the relation before it ("" where it starts one) and where that relation starts; `separator` stands
    before a piece that goes on in the same row after a comma or a space."""
    formula: Formula
    sign: str = ""
    start: int = 0
    new_row: bool = False
    separator: str = ""


def links(formula: Formula) -> Iterator[Piece]:
    """The pieces of a formula; never none."""
    match formula:
        case Lines(_, rows):
            for at, row in enumerate(rows):
                yield from _opened(links(row), at > 0)
        case Tagged(_, body, _) if isinstance(body, Lines | Relation | Sequence):
            yield from links(body)
        case Sequence(_, items, separators) if sum(isinstance(item, Relation) for item in items) > 1:
            yield from _items(items, separators)
        case Sequence(_, items, separators) if any(isinstance(item, Relation) for item in items):
            yield from _items(items, separators)
        case Relation(_, parts, operators):
            if not isinstance(parts[0], Empty):
                yield Piece(parts[0], "", parts[0].span.start)
            for operator, before, part in zip(operators, parts, parts[1:], strict=False):
                yield Piece(part, operator, before.span.end)
        case _:
            yield Piece(formula, "", formula.span.start)


def _items(items: tuple[Formula, ...], separators: tuple[str, ...]) -> Iterator[Piece]:
    """Several things beside one another; a second equation begins a row."""
    seen = False
    for at, item in enumerate(items):
        separator = separators[at - 1] if 0 < at <= len(separators) else ""
        again = seen and isinstance(item, Relation)
        for count, piece in enumerate(links(item)):
            first = at > 0 and not count
            yield Piece(piece.formula, piece.sign, piece.start, piece.new_row or first and again, separator or " " if first and not again else "")
        seen = seen or isinstance(item, Relation)


def _opened(pieces: Iterator[Piece], opens: bool) -> Iterator[Piece]:
    for count, piece in enumerate(pieces):
        yield Piece(piece.formula, piece.sign, piece.start, opens and not count or piece.new_row, piece.separator)
