r"""$Q=I_2$: the identity matrix written out, where I is nothing else on the sheet."""
from __future__ import annotations

from dataclasses import replace

from .book import book
from .environment import Note
from .requests import Understood
from .statements import Statement
from .syntax import Formula, Matrix, Name, Numeral, Relation, Script, Span

MOST = 12                       # rows of an identity matrix


def with_identities(statements: list[Statement], understood: Understood) -> tuple[list[Statement], Understood, list[Note]]:
    """The statements with numbers for each name that is said to be I_n."""
    known = book(statements)
    if any(name.split("_")[0] == "I" for name in (*known.defined, *known.given)):
        return statements, understood, []
    out, notes = [], []
    for statement in statements:
        if (size := _size(statement.formula)) is not None:
            left, right = statement.formula.parts
            statement = replace(statement, formula=Relation(statement.formula.span, (left, _identity(size, right.span)), ("=",)))
            notes.append(Note("assumption", right.span, f"I_{size} is the identity matrix", "nothing else on the sheet is called I"))
        out.append(statement)
    return out, understood, notes


def _size(formula: Formula) -> int | None:
    """n of Q = I_n, Q being a capital letter."""
    match formula:
        case Relation(_, (Name(_, left), Script(_, Name(_, "I"), Numeral(_, size), None, 0)), ("=",)) if left[:1].isupper() and size.isdigit():
            return int(size) if 2 <= int(size[:3]) <= MOST else None
    return None


def _identity(size: int, span: Span) -> Matrix:
    return Matrix(span, tuple(tuple(Numeral(span, "1" if i == j else "0") for j in range(size)) for i in range(size)))
