"""Sums over index letters: their bounds, the letters left open, and what a sum leaves out."""
from __future__ import annotations

from typing import TYPE_CHECKING

from ..calculus.simplify import size_of, sum_over
from ..core.axis import Index
from ..core.expr import ONE, Entry, Expr, add, delta, mul, negative, number
from ..core.walk import free
from .names import flat, items
from .syntax import BigOperator, Formula, Name, Numeral, Relation, Script, walk
from .terms import Term, Unclear, summed

if TYPE_CHECKING:
    from .elaborate import Elaborator


def big(reader: Elaborator, formula: BigOperator) -> Term:
    """Σ over the letters under it, over the letters that are open in its body, or over all entries."""
    if formula.kind != "sum":
        raise Unclear(formula.span, f"{formula.kind} over an index")
    letters, conditions = bounds(reader, formula)
    if not letters:
        letters = dict.fromkeys(open_letters(reader, formula.body), (reader.env.base, None))
    if not letters:
        summing, reader.summing = reader.summing, True
        try:
            return summed(reader(formula.body))
        finally:
            reader.summing = summing
    outer = {letter: reader.env.letters.get(letter) for letter in letters}
    made: list[tuple[str, Index]] = []
    try:
        for letter, (_low, high) in letters.items():
            known = reader.env.ranges.get(letter) if high is None else high
            index = reader.shapes.index(reader.shapes.axis(known, letter))
            reader.env.letters[letter] = index
            made.append((letter, index))
        term = reader(formula.body)
        guards = [_guard(reader, c) for c in conditions]
        expr = mul(term.expr, *guards)
        for letter, index in reversed(made):
            expr = _bound(reader, index, expr, letter, formula)
        return Term(expr, term.axes)
    finally:
        for letter, old in outer.items():
            if old is None:
                reader.env.letters.pop(letter, None)
            else:
                reader.env.letters[letter] = old


def open_letters(reader: Elaborator, body: Formula) -> list[str]:
    """Index letters in the body of a sum without bounds: \\sum y_i \\ln p_i runs over i."""
    found: dict[str, None] = {}
    for node in walk(body):
        if isinstance(node, Script):
            for item in items(node.sub):
                if isinstance(item, Name) and item.text in reader.env.index_letters and item.text not in reader.env.letters:
                    found[item.text] = None
    return list(found)


def _bound(reader: Elaborator, index: Index, expr: Expr, letter: str, formula: Formula) -> Expr:
    if index not in free(expr) and reader.shapes.known(index.axis) is None:
        raise Unclear(formula.span, f"nothing depends on the index {letter}, and its range is not known")
    if index not in free(expr):
        return mul(expr, _count(reader, index))
    return sum_over(index, expr)


def _count(reader: Elaborator, index: Index) -> Expr:
    known = reader.shapes.known(index.axis)
    return Entry(known) if isinstance(known, str) else number(known) if known is not None else size_of(index.axis)


def bounds(reader: Elaborator, formula: BigOperator) -> tuple[dict[str, tuple[int, int | str | None]], list[Relation]]:
    """Letters bound by the sum with their range, and the conditions on them (j ≠ k)."""
    letters: dict[str, tuple[int, int | str | None]] = {}
    conditions: list[Relation] = []
    high = _limit(formula.upper)
    if isinstance(high, str) and not reader.env.known(high):
        reader.env.sizes.add(high)
    lower = formula.lower
    for part in () if lower is None else items(lower):
        match part:
            case Name() | Script() if flat(part):
                letters[flat(part)] = (reader.env.base, high)
            case Relation(_, (Name() | Script() as letter, Numeral(_, low)), ("=",)) if flat(letter):
                text = flat(letter)
                if high is not None and int(low) not in (0, 1):
                    raise Unclear(part.span, f"a sum that starts at {low}", "sum over the whole axis")
                if low == "0" and isinstance(high, int):
                    high += 1
                letters[text] = (int(low), high)
            case Relation(_, (Name(_, text, _), _), ("!=",)):
                letters[text] = (reader.env.base, high)
                conditions.append(part)
            case _:
                raise Unclear(part.span, "bounds of a sum that are not understood", "write \\sum_{i=1}^{n} or \\sum_i")
    return letters, conditions


def left_out(formula: Formula) -> set[str]:
    """The y of each sum over j ≠ y."""
    return {part.parts[1].text for node in walk(formula) if isinstance(node, BigOperator) and node.lower is not None
            for part in items(node.lower) if isinstance(part, Relation) and part.operators == ("!=",) and isinstance(part.parts[1], Name)}


def _limit(formula: Formula | None) -> int | str | None:
    match formula:
        case None:
            return None
        case Numeral(_, text) if text.isdigit():
            return int(text)
        case Name() | Script():
            return flat(formula)
    raise Unclear(formula.span, "an upper bound that is neither a number nor a symbol")


def _guard(reader: Elaborator, condition: Relation) -> Expr:
    """0 where the letter has the value that the sum leaves out."""
    left, right = condition.parts
    index = reader.env.letters[left.text]
    return add(ONE, negative(delta(index, reader.env.place(right, index.axis))))
