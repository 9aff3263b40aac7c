"""What a solution rests on: what the reader assumed, known sums, values taken at kinks, the meaning of log."""
from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ...core.equation import Fact
from ...core.expr import Apply, Entry, Offset, Sum, number
from ...core.record import record
from ...core.walk import walk
from ...functions import table
from .. import symbols
from ..document import Inline
from ..index_form import index_form
from ..maths import Maths, Sign, line
from ..symbols import EQUALS
from .page import Page, joined


@record
class Assumption:
    """Something taken as so: in words and formulas, in plain words, its reason, its line in the source."""
    text: tuple[Inline, ...]
    plain: str
    why: str = ""
    line: int | None = None
    assumed: bool = True


def stopped(text: str) -> str:
    return text.rstrip().rstrip(".")


def assumptions(page: Page) -> tuple[Assumption, ...]:
    """What the reader assumed, and what the derivation rests on: known sums, values at kinks, the meaning of log."""
    found = [Assumption((stopped(r.text),), stopped(r.text), r.why, r.line) for r in page.problem.assumptions]
    said = " ".join(a.plain for a in found)
    if page.notation.log == "log" and _uses(page, "ln") and " ln" not in said:
        log = Sign(r"\log")
        found.append(Assumption((log, " is the natural logarithm, ", Sign(r"\ln")), "log means ln", "as usual in machine learning"))
    found += (_of_fact(page, fact) for fact in page.forward.facts if not _mentioned(page, fact))
    found += _of_kinks(page)
    return tuple(found)


def _mentioned(page: Page, fact: Fact) -> bool:
    """Whether the reader listed the fact among the assumptions itself."""
    return any(r.text in fact.reason or (r.why and r.why in fact.reason) for r in page.problem.assumptions if fact.reason)


def _uses(page: Page, function: str) -> bool:
    return any(isinstance(n, Apply) and n.function == function for e in page.forward.equations for n in walk(e.right))


def sum_of_fact(page: Page, fact: Fact) -> tuple[Maths, Maths]:
    """Σ_i y_i and its value, as maths."""
    entry = page.tensors[fact.tensor].entry()
    index = entry.at[page.tensors[fact.tensor].axes.index(fact.axis)]
    total = Sum(index, entry)
    lettering = page.lettering((), (total, fact.total))
    return (page.formula(total, lettering.of(total)),
            index_form(fact.total, page.notation, lettering.of(fact.total), tensors=page.tensors, decimals=True))


def _of_fact(page: Page, fact: Fact) -> Assumption:
    left, right = sum_of_fact(page, fact)
    total = fact.total.value if hasattr(fact.total, "value") else "known"
    return Assumption((line(left, EQUALS, right),), f"sum of {fact.tensor} is {total}", fact.reason, None, fact.assumed)


def _of_kinks(page: Page) -> Iterator[Assumption]:
    seen: set[tuple[str, str]] = set()
    applied = [n for e in page.forward.equations for n in walk(e.right) if isinstance(n, Apply) and n.order == 0]
    for each in applied:
        row = table.scalar(each.function)
        for at, value in (row.kinks if row else {}).items():
            if (each.function, at) in seen:
                continue
            seen.add((each.function, at))
            same = [a for a in applied if a.function == each.function]
            yield _of_kink(page, each, at, value, same)


def _of_kink(page: Page, each: Apply, at: str, value: str, same: list[Apply]) -> Assumption:
    slope = Apply(each.function, (number(Fraction(at)), *each.arguments[1:]), 1)
    own = page.formula(slope, page.lettering((), (slope,)).of(slope))
    arguments = {k + 1: a for k, a in enumerate(each.arguments)}
    taken = arguments.get(int(value[1:])) if value.startswith("#") else None
    right: Maths = Sign(value, "number")
    if taken is not None:
        right = page.formula(taken, page.lettering((), ()).of(taken))
    equation = line(own, EQUALS, right)
    places = list(_touching(page, same, Fraction(at)))
    known = [a.arguments[0].tensor for a in same if isinstance(a.arguments[0], Entry)]
    row = table.scalar(each.function)
    plain = f"the derivative of {row.name if row else each.function} at {at} is taken as {value if taken is None else 'the slope there'}"
    if places:
        note: tuple[Inline, ...] = (", here at ", *joined(places))
    elif page.figures is not None and all(_numbers(page, a) for a in same):
        note = ("; no entry of ", *joined((page.symbol(t) for t in dict.fromkeys(known)), " or "), f" is {at} here")
    else:
        note = ()
    return Assumption((equation, " is used", *note), plain)


def _numbers(page: Page, each: Apply) -> bool:
    u = each.arguments[0]
    return isinstance(u, Entry) and page.figures.has(u.tensor)


def _touching(page: Page, applied: list[Apply], kink: Fraction) -> Iterator[Maths]:
    """The pre-activations that are exactly at the kink, h_2 = 0."""
    if page.figures is None:
        return
    for each in applied:
        u = each.arguments[0]
        if not isinstance(u, Entry) or not page.figures.has(u.tensor) or page.figures.count(u.tensor) > 1000:
            continue
        for at in page.figures.positions(u.tensor):
            if page.figures.equals(u.tensor, at, kink):
                yield entry_at(page, u.tensor, at)


def entry_at(page: Page, name: str, at: tuple[int, ...]) -> Maths:
    """One entry by its numbers, counted from 1: h_2."""
    return symbols.entry(page.notation, name, tuple(Offset((), k) for k in at), {}, page.tensors)
