"""Expressions asked for: "compute $\\hat y - y$" gives the expression a name, so that it is computed and printed like every quantity."""
from __future__ import annotations

from dataclasses import replace

from .book import Book, book
from .environment import Note
from .names import items
from .requests import Request, Understood
from .statements import Statement
from .syntax import (
    BigOperator,
    Call,
    Derivative,
    Dots,
    Empty,
    Formula,
    Fraction,
    Group,
    Matrix,
    Nabla,
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
    walk,
)

LETTERS = "qruvcdegf"
CONSTANTS = frozenset({"pi"})
SHAPES = (Sum, Product, Fraction, Negative, Norm, Call, BigOperator, Root)
STRANGE = (Derivative, Nabla, Relation, Row, Matrix, Dots, Empty)


def with_expressions(statements: list[Statement], understood: Understood) -> tuple[list[Statement], Understood, list[Note]]:
    """The statements with a definition for each expression that a request names, the requests with its name in place of it."""
    known = book(statements)
    taken = {*known.defined, *known.given, *known.read}
    letter = next((c for c in LETTERS if not any(n.split("_")[0] == c for n in taken)), None)
    made: dict[Formula, Formula] = {}
    notes: list[Note] = []
    for request in understood.requests:
        for formula in request.objects if request.kind in ("value", "expression") and letter else ():
            if formula not in made and _readable(formula, known):
                made[formula] = _named(formula, letter, len(made) + 1, known)
                statements = _put(statements, Relation(formula.span, (made[formula], formula), ("=",)))
                notes.append(Note("assumption", formula.span, f"an expression that is asked for is called {letter}_{len(made)} here",
                                  "the sheet gives it no name"))
    if not made:
        return statements, understood, []
    requests = tuple(_renamed(request, made) for request in understood.requests)
    return statements, replace(understood, requests=requests, made=frozenset(f"{letter}_{k}" for k in range(1, len(made) + 1))), notes


def _renamed(request: Request, made: dict[Formula, Formula]) -> Request:
    of = made.get(request.of, request.of) if request.of is not None else None
    objects = tuple(made.get(f, f) for f in request.objects) if request.kind in ("value", "expression") else request.objects
    return replace(request, objects=objects, of=of)


def _readable(formula: Formula, known: Book) -> bool:
    """Whether it is made of known quantities only."""
    while isinstance(formula, Group):
        formula = formula.body
    if not isinstance(formula, SHAPES) and not _power(formula, known) or any(isinstance(node, STRANGE) for node in walk(formula)):
        return False
    names = known.names(formula)
    return bool(names - CONSTANTS) and all(known.known(name) or name in known.read or _constant(name, known) for name in names)


def _power(formula: Formula, known: Book) -> bool:
    """u^2, where u has numbers and is no matrix, and e^u."""
    if not isinstance(formula, Script) or formula.sup is None or formula.sub is not None or known.known(known.name(formula) or ""):
        return False
    base = known.name(formula.base) or ""
    return isinstance(formula.sup, Numeral) and known.given.get(base, 2) < 2 or base == "e" and not known.known("e")


def _constant(name: str, known: Book) -> bool:
    """π, e to a power, and powers of a known quantity."""
    base, _, power = name.partition("^")
    return name in CONSTANTS or base == "e" and bool(power) or power.isdigit() and known.known(base)


def _named(formula: Formula, letter: str, number: int, known: Book) -> Formula:
    """q_1, or q_{1,i} where the expression is an entry."""
    open_ = {item.text for node in walk(formula) if isinstance(node, Script) for item in items(node.sub)
             if isinstance(item, Name) and item.text in known.letters}
    bound = any(isinstance(node, BigOperator) for node in walk(formula))
    sub: Formula = Numeral(formula.span, str(number))
    if open_ and not bound:
        sub = Sequence(formula.span, (sub, *(Name(formula.span, text) for text in sorted(open_))), (",",) * len(open_))
    return Script(formula.span, Name(formula.span, letter), sub, None)


def _put(statements: list[Statement], formula: Relation) -> list[Statement]:
    at = next((k for k, s in enumerate(statements) if s.span.start > formula.span.start), len(statements))
    return [*statements[:at], Statement(formula, formula.span, 0), *statements[at:]]
