r"""Strays: what stands behind an equation in its row with nothing between that says how it belongs there. The b of L = 2. b, of L = a : b, of
L = a \text{ plus } b, and the 000 of x = 1 000. Left alone they would be mere mentions, and the equation would be read without them."""
from __future__ import annotations

from collections.abc import Iterator

from .literals import literal
from .syntax import (
    Accent,
    BigOperator,
    Call,
    Dots,
    Formula,
    Fraction,
    Group,
    Index,
    Name,
    Negative,
    Norm,
    Numeral,
    Product,
    Relation,
    Root,
    Row,
    Script,
    Sequence,
    Sum,
    Words,
    children,
)
from .terms import Unclear

EXPRESSIONS = (Accent, BigOperator, Call, Fraction, Group, Index, Name, Negative, Norm, Numeral, Product, Root, Script, Sum)
OPERATIONS = frozenset("plus minus times over by squared cubed of".split())         # words behind which a formula would go on
REASON = "it stands behind an equation, and nothing says how it belongs to it"


def strays(row: Sequence) -> Iterator[Formula]:
    """The strays of a row."""
    equation = isinstance(row.items[0], Relation)
    for before, separator, part in zip(row.items, row.separators, row.items[1:], strict=False):
        if isinstance(part, Relation):
            equation = True
        elif equation and isinstance(part, EXPRESSIONS):
            if _belongs(before, separator, part):
                yield part
            elif not is_number(part):
                equation = False                                # a list of names follows


def _belongs(before: Formula, separator: str, part: Formula) -> bool:
    """Whether the part can only be meant to go on with what stands before it."""
    if isinstance(before, Words):
        return before.text.lower().split()[-1:] != [] and before.text.lower().split()[-1] in OPERATIONS
    if isinstance(before, Dots):
        return before.kind == "cdots"                           # 1..4 is a range
    match separator:
        case ",":
            return _close(before, part) and (not is_number(part) or _first(part).startswith("00"))      # 0,5 a and 1,000
        case ";":
            return False
        case "quad":
            return not is_number(part)
        case " ":                                               # 1 \ 2 \ 3 are three numbers, 1~000 is one
            return not is_number(part) or len(_first(part)) == 3 and _first(part).isdigit()
    return True


def _close(before: Formula, part: Formula) -> bool:
    """Whether one sign alone stands between two numerals."""
    last, first = _end(before, -1), _end(part, 0)
    return isinstance(last, Numeral) and isinstance(first, Numeral) and first.span.start == last.span.end + 1


def _first(part: Formula) -> str:
    first = _end(part, 0)
    return first.text if isinstance(first, Numeral) else ""


def _end(formula: Formula, side: int) -> Formula:
    """What a formula begins with (0) or ends with (-1)."""
    while inner := list(children(formula)):
        formula = inner[side]
    return formula


def is_number(formula: Formula) -> bool:
    """Whether a formula is a number or an array of numbers."""
    try:
        return literal(formula) is not None
    except Unclear:
        return True


def is_like_decimal(statement: Formula) -> bool:
    """Whether a statement ends in a list as 0,5 is: two numerals outside brackets with nothing but a comma between."""
    last = statement.parts[-1] if isinstance(statement, Relation) else statement
    return isinstance(last, Row) and last.opening == "list" and len(last.items) == 2 and _close(*last.items)
