"""Statements: the formulas of a sheet one by one, lists regrouped, each with its line."""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from .names import Reading, flat, items, readings
from .strays import EXPRESSIONS, is_number, strays
from .syntax import (
    Accent,
    BigOperator,
    Dots,
    Empty,
    Formula,
    Index,
    Lines,
    Name,
    Negative,
    Numeral,
    Product,
    Relation,
    Row,
    Script,
    Sequence,
    Span,
    Sum,
    Tagged,
    Words,
    walk,
)

INDEX_LETTERS = frozenset("ijklmnprst")


@dataclass(frozen=True)                     # without slots, for the cached properties
class Statement:
    """One formula that stands for itself: a relation, a mention of a name, a number. `order` is its place in the sheet."""
    formula: Formula
    span: Span
    order: int
    tag: str = ""
    display: bool = False
    behind: bool = False                    # it stands behind an equation with no sign between that separates the two

    @cached_property
    def nodes(self) -> tuple[Formula, ...]:
        """Everything inside, depth first."""
        return tuple(walk(self.formula))

    @cached_property
    def names(self) -> tuple[tuple[Formula, tuple[Reading, ...]], ...]:
        """The name-like parts, each with its readings."""
        return tuple((node, tuple(readings(node))) for node in self.nodes if isinstance(node, Name | Accent | Script | Index))

    @cached_property
    def index_letters(self) -> frozenset[str]:
        """Letters that are indices here: bound by a sum, or in a subscript as indices are."""
        found: set[str] = set()
        for node in self.nodes:
            match node:
                case BigOperator(lower=lower) if lower is not None:
                    heads = (part.parts[0] if isinstance(part, Relation) else part for part in items(lower))
                    found |= {head.text for head in heads if isinstance(head, Name) and len(head.text) == 1}
                case Script(sub=sub) if sub is not None:
                    parts = items(sub)
                    if all(isinstance(p, Numeral) or isinstance(p, Name) and p.text in INDEX_LETTERS for p in parts):
                        found |= {p.text for p in parts if isinstance(p, Name)}
        return frozenset(found)


def statements(runs: Iterable[tuple[Formula, bool]]) -> list[Statement]:
    """The statements of the formulas (formula, whether displayed), in order."""
    out: list[Statement] = []
    for formula, display in runs:
        behind = {id(part) for part in _behind(formula.body if isinstance(formula, Tagged) else formula)}
        for piece, tag in _pieces(formula, ""):
            out.append(Statement(piece, piece.span, len(out), tag, display, id(piece) in behind))
    return out


def _pieces(formula: Formula, tag: str) -> Iterator[tuple[Formula, str]]:
    match formula:
        case Tagged(_, body, own):
            yield from _pieces(body, own)
        case Lines(_, rows):
            for row in _continued(rows):
                yield from _pieces(row, tag)
        case Sequence(_, parts, _):
            apart = {id(part) for part in strays(formula)}
            for part in regrouped(tuple(part for part in parts if id(part) not in apart)):
                yield from _pieces(part, tag)
            yield from ((part, tag) for part in parts if id(part) in apart)
        case Relation(span, (Row(_, _, names), Row(_, _, values)), ("=",)) if len(names) == len(values) and all(map(_bare, names)):
            for name, value in zip(names, values, strict=True):                     # (x, y) = (1, 2)
                yield Relation(Span(span.start, value.span.end), (name, value), ("=",)), tag
        case Empty() | Words():
            return
        case _:
            yield formula, tag


def _behind(formula: Formula) -> Iterator[Formula]:
    """The parts of rows, and the rows, that stand behind an equation with nothing that says how they belong to it."""
    rows = [row.body if isinstance(row, Tagged) else row for row in (_continued(formula.rows) if isinstance(formula, Lines) else (formula,))]
    for row in rows:
        if isinstance(row, Sequence):
            yield from strays(row)
    yield from (row for above, row in zip(rows, rows[1:], strict=False) if isinstance(above, Relation) and isinstance(row, EXPRESSIONS))


def _continued(rows: tuple[Formula, ...]) -> list[Formula]:
    """Lines that start with a relation sign, or with a sign of addition or multiplication, joined to the line above."""
    out: list[Formula] = []
    for row in rows:
        previous = out[-1] if out else None
        if previous is not None and (joined := goes_on(previous, row)) is not None:
            out[-1] = joined
        elif isinstance(row, Relation) and isinstance(row.parts[0], Empty) and previous is not None and not isinstance(previous, Empty):
            if isinstance(previous, Relation):
                head, signs = previous.parts, previous.operators
            else:
                head, signs = (previous,), ()
            if head and isinstance(head[-1], Empty):
                head, signs = head[:-1], signs[:-1]
            out[-1] = Relation(Span(previous.span.start, row.span.end), (*head, *row.parts[1:]), (*signs, *row.operators))
        else:
            out.append(row)
    return out


def goes_on(above: Formula, row: Formula) -> Formula | None:
    """The equation above with a row that goes on with +, - or a sign of multiplication; None for any other row."""
    if isinstance(above, Tagged) or isinstance(row, Tagged):
        return None
    head = row.parts[0] if isinstance(row, Relation) else row
    if not isinstance(above, Relation) or isinstance(above.parts[-1], Empty):
        return None
    last = above.parts[-1]
    before = last.terms if isinstance(last, Sum) else (last,)
    match head:
        case Sum(_, (Empty(), *rest)):
            terms = rest
        case Negative() if head is row:
            terms = [head]
        case Sum(_, (Negative(), *_)) if head is row:
            terms = list(head.terms)
        case Product(_, (Empty(), *factors), operators):
            whole = Product(Span(before[-1].span.start, head.span.end), (before[-1], *factors), operators)
            before, terms = before[:-1], [whole]
        case Sum(_, (Product(_, (Empty(), *factors), operators) as first, *rest)):
            whole = Product(Span(before[-1].span.start, first.span.end), (before[-1], *factors), operators)
            before, terms = before[:-1], [whole, *rest]
        case _:
            return None
    every = (*before, *terms)
    whole = every[0] if len(every) == 1 else Sum(Span(last.span.start, head.span.end), every)
    more, signs = (row.parts[1:], row.operators) if isinstance(row, Relation) else ((), ())
    return Relation(Span(above.span.start, row.span.end), (*above.parts[:-1], whole, *more), (*above.operators, *signs))


def regrouped(parts: tuple[Formula, ...]) -> list[Formula]:
    """Lists put together again: y = 1, 0, 0 is one row; w_1, …, w_3 = 0.1, 0.2, 0.3 gives each its number; a, b ∈ R says it of both."""
    out: list[Formula] = []
    at = 0
    while at < len(parts):
        part = parts[at]
        if isinstance(part, Relation) and part.operators == ("in",) and _bare(part.parts[0]):
            names = _before(out)
            del out[len(out) - len(names):]
            out += [Relation(Span(name.span.start, part.span.end), (name, part.parts[1]), ("in",)) for name in names]
        if not (isinstance(part, Relation) and part.operators[-1:] == ("=",) and is_number(part.parts[-1])):
            out.append(part)
            at += 1
            continue
        end = at + 1
        while end < len(parts) and (is_number(parts[end]) or isinstance(parts[end], Dots)):
            end += 1
        if isinstance(parts[end - 1], Dots) and end - 1 > at and end < len(parts) and _bare(parts[end]):      # j = 1, …, n
            end += 1
        values = (part.parts[-1], *parts[at + 1:end])
        if len(values) == 1:
            out.append(part)
        elif len(part.parts) == 2:
            names = _pending(out, part.parts[0])
            if len(names) > 1 and len(names) == len(values):
                del out[len(out) - _taken(out):]
                out += [Relation(Span(name.span.start, value.span.end), (name, value), ("=",))
                        for name, value in zip(names, values, strict=True)]
            else:
                row = Row(Span(values[0].span.start, values[-1].span.end), "list", tuple(values))
                out.append(Relation(part.span, (part.parts[0], row), ("=",)))
        else:
            out += [part, *parts[at + 1:end]]
        at = end
    return out


def _taken(out: list[Formula]) -> int:
    """How many items at the end of `out` are bare names or dots."""
    count = 0
    while count < len(out) and (isinstance(out[-1 - count], Dots) or _bare(out[-1 - count])):
        count += 1
    return count


def _before(out: list[Formula]) -> list[Formula]:
    """The bare names at the end of `out`."""
    count = 0
    while count < len(out) and _bare(out[-1 - count]):
        count += 1
    return out[len(out) - count:]


def _bare(formula: Formula) -> bool:
    return isinstance(formula, Name | Script) and flat(formula) is not None


def _pending(out: list[Formula], last: Formula) -> list[Formula]:
    """The names that wait for a value in front of `last`, dots between numbered names filled in."""
    names: list[Formula] = []
    pieces = [*out[len(out) - _taken(out):], last]
    for k, piece in enumerate(pieces):
        if isinstance(piece, Dots):
            if not names or k + 1 == len(pieces):
                return [last]
            first, second = _numbered(names[-1]), _numbered(pieces[k + 1])
            if first is None or second is None or first[0] != second[0] or second[1] - first[1] > 200:
                return [last]
            for n in range(first[1] + 1, second[1]):
                model = pieces[k + 1]
                names.append(Script(model.span, model.base, Numeral(model.span, str(n)), model.sup, model.primes))
        else:
            names.append(piece)
    return names


def _numbered(formula: Formula) -> tuple[str | None, int] | None:
    """(base, number) of w_3."""
    if isinstance(formula, Script) and len(items(formula.sub)) == 1 and isinstance(formula.sub, Numeral) and formula.sub.text.isdigit():
        return flat(formula.base), int(formula.sub.text)
    return None
