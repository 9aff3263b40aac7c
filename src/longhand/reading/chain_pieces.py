r"""A formula cut into what it claims: a = b, c = d \Rightarrow e = f are three pieces; rows stay rows; (i \ne j) behind one is its condition."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from .statements import goes_on, regrouped
from .syntax import (
    Call,
    Empty,
    Formula,
    Group,
    Lines,
    Negative,
    Product,
    Relation,
    Row,
    Sequence,
    Span,
    Sum,
    Symbol,
    Tagged,
    Words,
)

IMPLIED = frozenset({"=>", "<=>", "<=="})
COMPARING = frozenset({"=", "!=", "<", ">", "<=", ">=", "in", "notin"})


@dataclass(slots=True)
class Word:
    """Words between formulas, with their place."""
    text: str
    span: Span


@dataclass(slots=True)
class Piece:
    """One claim or mention, its parts and where each stands. leading: it starts with a relation sign; trailing: it ends with one;
    `separator` stands in front of it."""
    parts: list[Formula]
    operators: list[str]
    spans: list[Span]
    start: int
    end: int
    leading: bool = False
    trailing: str = ""
    separator: str = ""
    conditions: list[Formula] = field(default_factory=list)
    used: bool = False                # it is itself a condition of another piece
    model: Piece | None = None        # the claim whose left part is its own too
    continues: bool = False

    def placed(self, by: int) -> Piece:
        """A piece of its own, so many characters further on. Its parts are the same objects, whose places stay as they were."""
        return Piece(list(self.parts), list(self.operators), [span.moved(by) for span in self.spans], self.start + by, self.end + by, self.leading,
                     self.trailing, self.separator, list(self.conditions), self.used, self.model, self.continues)

    @property
    def claims(self) -> bool:
        return len(self.parts) > 1 or self.leading or self.model is not None


def cut(formula: Formula) -> list[Piece | Word]:
    """The pieces of a formula and the words between them, in order."""
    return list(_cut(formula, ""))


def _cut(formula: Formula, separator: str) -> Iterator[Piece | Word]:
    match formula:
        case Tagged(_, body, _):
            yield from _cut(body, separator)
        case Lines(_, rows):
            for row in _unbroken(rows):
                yield from _cut(row, "row")
        case Sequence(_, items, separators):
            yield from _listed(items, separators, separator)
        case Words(span, text):
            yield Word(text, span)
        case Empty() | Symbol(text="top" | "prime"):
            return
        case Relation():
            yield from _related(formula, separator)
        case _:
            yield _piece([formula], [], separator)


def _listed(items: tuple[Formula, ...], separators: tuple[str, ...], first: str) -> Iterator[Piece | Word]:
    """The items of a list; y = 1, 0, 0 is one row, and =: joins its sides."""
    run: list[Formula] = []
    before = first
    for at, item in enumerate(items):
        sign = separators[at - 1] if at else ""
        if sign == ":" and run and isinstance(run[-1], Relation) and isinstance(run[-1].parts[-1], Empty):
            run[-1] = _appended(run[-1], item)
        elif isinstance(item, Words) or sign in (":", "mid"):
            yield from _flushed(run, before)
            run, before = [] if isinstance(item, Words) else [item], sign
            if isinstance(item, Words):
                yield Word(item.text, item.span)
                before = "words"
        else:
            run.append(item)
    yield from _flushed(run, before)


def _appended(relation: Relation, item: Formula) -> Relation:
    more, signs = (item.parts, item.operators) if isinstance(item, Relation) else ((item,), ())
    return Relation(Span(relation.span.start, item.span.end), (*relation.parts[:-1], *more), (*relation.operators, *signs))


def _flushed(run: list[Formula], separator: str) -> Iterator[Piece | Word]:
    joined = regrouped(tuple(run)) if len(run) > 1 and not all(isinstance(item, Relation) for item in run) else run
    for item in joined:
        if (conditions := stated_conditions(item)) is not None:
            yield from (_piece([condition], [], "condition") for condition in conditions)
        else:
            yield from _cut(item, separator)
        separator = ","


def _unbroken(rows: tuple[Formula, ...]) -> list[Formula]:
    """Rows that go on with + or - joined to the row before."""
    out: list[Formula] = []
    for row in rows:
        if out and (joined := goes_on(out[-1], row)) is not None:
            out[-1] = joined
        else:
            out.append(row)
    return out


def _related(formula: Relation, separator: str) -> Iterator[Piece]:
    r"""The chains of a relation, which \Rightarrow separates; an arrow separates equations too."""
    arrows = IMPLIED | {"->"} if any(sign in ("=", "approx") for sign in formula.operators) else IMPLIED
    parts, operators = [formula.parts[0]], []
    for sign, part in zip(formula.operators, formula.parts[1:], strict=True):
        if sign in arrows:
            yield from _checked(parts, operators, separator)
            parts, operators, separator = [part], [], "=>"
        else:
            parts.append(part)
            operators.append(sign)
    yield from _checked(parts, operators, separator)


def _checked(parts: list[Formula], operators: list[str], separator: str) -> Iterator[Piece]:
    """The piece of these parts, sides that are missing left out."""
    if all(isinstance(part, Empty) for part in parts):
        return
    kept, signs, trailing = [parts[0]], [], ""
    for sign, part in zip(operators, parts[1:], strict=True):
        if isinstance(part, Empty):
            trailing = trailing or sign
            continue
        if isinstance(kept[-1], Empty) and len(kept) > 1:
            kept.pop()
        kept.append(part)
        signs.append(trailing or sign)
        trailing = ""
    piece = _piece(kept, signs, separator)
    piece.trailing = trailing
    yield piece


def _piece(parts: list[Formula], operators: list[str], separator: str) -> Piece:
    last, conditions = without_condition(parts[-1])
    kept = [*parts[:-1], last]
    whole = Piece(kept, operators, [part.span for part in kept], parts[0].span.start, parts[-1].span.end, isinstance(parts[0], Empty), "", separator)
    whole.conditions = conditions
    return whole


def without_condition(formula: Formula) -> tuple[Formula, list[Formula]]:
    r"""A formula and the conditions in brackets behind it: s_j - 1\ (i = j)."""
    match formula:
        case Product(_, (*factors, last), (*operators, "")) if factors and last.span.start > factors[-1].span.end:
            if (conditions := stated_conditions(last)) is not None:
                span = Span(formula.span.start, factors[-1].span.end)
                return (factors[0] if len(factors) == 1 else Product(span, tuple(factors), tuple(operators))), conditions
        case Product(_, (*factors, last), _):
            inner, conditions = without_condition(last)
            if conditions:
                return Product(Span(formula.span.start, inner.span.end), (*factors, inner), formula.operators), conditions
        case Sum(_, (*terms, last)):
            inner, conditions = without_condition(last)
            if conditions:
                return Sum(Span(formula.span.start, inner.span.end), (*terms, inner)), conditions
        case Negative(_, body):
            inner, conditions = without_condition(body)
            if conditions:
                return Negative(Span(formula.span.start, inner.span.end), inner), conditions
        case Call(_, function, arguments, True) if arguments and arguments[0].span.start > function.span.end + 1:
            if all(_is_comparison(argument) for argument in arguments):
                return function, list(arguments)
    return formula, []


def stated_conditions(formula: Formula) -> list[Formula] | None:
    r"""The conditions in brackets that stand for nothing else: (i \ne j), (\text{if } a > 0)."""
    match formula:
        case Group(_, "(" | "[", body):
            items = body.items if isinstance(body, Sequence) else (body,)
        case Row(_, "(", items):
            pass
        case _:
            return None
    kept = [item for item in items if not isinstance(item, Words)]
    return kept if kept and all(_is_comparison(item) for item in kept) else None


def _is_comparison(formula: Formula) -> bool:
    return isinstance(formula, Relation) and all(sign in COMPARING for sign in formula.operators) \
        and not any(isinstance(part, Empty) for part in formula.parts)
