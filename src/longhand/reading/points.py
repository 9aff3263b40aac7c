r"""Points: in a table for $x\in\{-1,0,2\}$ the name is the vector of these numbers, and each function is taken at each of them."""
from __future__ import annotations

from dataclasses import replace

from ..functions import table
from .book import book
from .environment import Note
from .requests import Request, Understood
from .statements import Statement
from .syntax import Braces, Call, Formula, Name, Relation, Row
from .tabulated import derivatives


def with_points(statements: list[Statement], understood: Understood) -> tuple[list[Statement], Understood, list[Note]]:
    """The statements with a vector for each restricted name of a table, the requests with the parts of each table, and what was assumed."""
    requests: list[Request] = []
    notes: list[Note] = []
    for request in understood.requests:
        if request.kind != "table":
            requests.append(request)
            continue
        restricted, *parameters = request.given
        if not isinstance(restricted, Relation) or (reason := _hindrance(restricted, statements)):
            notes.append(Note("problem", request.span, f"a table that was not understood: {reason}", "", "give the numbers as a vector"))
            continue
        left = [s for s in statements if s.formula not in parameters]
        statements = [replace(s, formula=_vector(restricted)) if s.formula == restricted else s for s in left]
        says = f"{_text(restricted.parts[0])} is the vector of the points, and each function is taken entry by entry"
        notes += [Note("assumption", restricted.span, says, "a table for a finite set of numbers is asked"), *_usual(request)]
        requests += derivatives(request)
    return statements, replace(understood, requests=tuple(requests)), notes


def _hindrance(restricted: Relation, statements: list[Statement]) -> str:
    """Why the name cannot be the vector of its points; "" where it can."""
    name = _text(restricted.parts[0])
    known = book([s for s in statements if s.formula != restricted])
    if not any(s.formula == restricted for s in statements):
        return "the points are part of another formula"
    return f"other formulas are about {name}" if known.known(name) or name in known.read else ""


def _vector(restricted: Relation) -> Relation:
    """x = (-1, 0, 2)."""
    left, points = restricted.parts
    assert isinstance(points, Braces)
    return Relation(restricted.span, (left, Row(points.span, "(", points.items)), ("=",))


def _usual(request: Request) -> list[Note]:
    """The parameters that a function named in words has by default."""
    named = [(f, table.scalar(_text(f.function))) for f in request.objects if isinstance(f, Call) and len(f.arguments) == 1]
    return [Note("assumption", f.span, f"the parameter of {row.name} is {', '.join(row.defaults)}", "the usual value; the sheet gives none")
            for f, row in named if row is not None and row.defaults]


def _text(formula: Formula) -> str:
    return formula.text if isinstance(formula, Name) else ""
