r"""Series: in $h_t = \tanh(W x_t + U h_{t-1})$ the letter t counts steps, and each x_t and h_t is a vector where W and U are matrices.

Numbers for x_1, x_2, ... are the numbers of x then, a row for each step.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from .book import rank_of
from .classify import Declared, Given, Kind
from .environment import Environment, Note
from .names import flat
from .requests import Understood
from .statements import Statement
from .syntax import Formula, Name, Negative, Numeral, Product, Relation, Row, Script, Span, Sum, walk


def step_letters(statements: list[Statement]) -> set[str]:
    """The t of every definition of h_t that reads h_{t-1}."""
    found: set[str] = set()
    for statement in statements:
        match statement.formula:
            case Relation(_, (Script(_, base, Name(_, letter), None), *rights), ("=", *_)):
                before = {flat(n.base) for right in rights for n in walk(right) if isinstance(n, Script) and _is_before(n.sub, letter)}
                if flat(base) in before:
                    found.add(letter)
    return found


def _is_before(sub: Formula | None, letter: str) -> bool:
    match sub:
        case Sum(_, (Name(_, text), Negative(_, Numeral(_, "1")))):
            return text == letter
    return False


def matrices(kinds: Iterable[Kind], env: Environment) -> set[str]:
    """Names with two axes by their numbers or their shape; a capital letter of which nothing is known is one too."""
    sizes: dict[str, int] = {}
    for kind in kinds:
        if isinstance(kind, Given):
            sizes[flat(kind.name) or ""] = len(kind.literal.shape)
        elif isinstance(kind, Declared):
            sizes |= {flat(n) or "": len(kind.shape) for n in kind.names}
    capitals = set() if env.scalars else {n for n in env.mentioned if n.split("_")[0].isupper() and n not in sizes}
    return {name for name, rank in sizes.items() if rank == 2} | capitals


def vectors(statements: list[Statement], matrices: set[str]) -> set[str]:
    """The names that are vectors at each step: behind a matrix, or added to one that is."""
    letters = step_letters(statements)
    found: set[str] = set()
    formulas = [s.formula for s in statements] if letters else []
    for formula in formulas:
        for node in walk(formula):
            if isinstance(node, Product) and set(node.operators) <= {"", "cdot"}:
                for first, then in zip(node.factors, node.factors[1:], strict=False):
                    if _is_matrix(first, matrices) and (name := _at_step(then, letters)):
                        found.add(name)
    for formula in formulas if found else ():
        if isinstance(formula, Relation) and (name := _at_step(formula.parts[0], letters)) and any(
                isinstance(n, Product) and _is_matrix(n.factors[0], matrices) for n in walk(formula)):
            found.add(name)
    for formula in formulas if found else ():
        for node in walk(formula):
            if isinstance(node, Sum):
                names = {_at_step(term.body if isinstance(term, Negative) else term, letters) for term in node.terms} - {""}
                found |= names if names & found else set()
    return found


def _is_matrix(formula: Formula, matrices: set[str]) -> bool:
    name = flat(formula) if isinstance(formula, Name | Script) else None
    return name is not None and name in matrices


def _at_step(formula: Formula, letters: set[str]) -> str:
    """The x of x_t and of x_{t-1}; "" for anything else."""
    if not isinstance(formula, Script) or formula.sup is not None or formula.sub is None:
        return ""
    at = formula.sub
    letter = at.text if isinstance(at, Name) else at.terms[0].text if isinstance(at, Sum) and isinstance(at.terms[0], Name) else ""
    return flat(formula.base) or "" if letter in letters else ""


def with_series(statements: list[Statement], understood: Understood) -> tuple[list[Statement], Understood, list[Note]]:
    """The statements with the numbers of x_1, x_2, ... as those of x, where x_t stands in a recurrence and x has no numbers of its own."""
    letters = step_letters(statements)
    indexed = {name for s in statements for n in s.nodes if (name := _at_step(n, letters))} if letters else set()
    notes: list[Note] = []
    for name in sorted(indexed):
        given = _given(statements, name)
        if not given or sorted(given) != list(range(1, len(given) + 1)):
            continue
        ordered = [given[k] for k in range(1, len(given) + 1)]
        if len({rank_of(s.formula.parts[1]) for s in ordered}) > 1:
            continue
        first = ordered[0]
        left = first.formula.parts[0].base
        span = Span(left.span.start, max(s.span.end for s in ordered))
        whole = Relation(span, (left, Row(span, "(", tuple(s.formula.parts[1] for s in ordered))), ("=",))
        statements = [replace(s, formula=whole, span=span) if s is first else s for s in statements if s is first or s not in ordered]
        notes.append(Note("assumption", first.span, f"{name} holds its {len(ordered)} steps, one after the other", f"{name}_1, {name}_2, ... have numbers"))
    return statements, understood, notes


def _given(statements: list[Statement], name: str) -> Mapping[int, Statement]:
    """The statements that give numbers to x_1, x_2, ..., by their number."""
    found: dict[int, Statement] = {}
    for statement in statements:
        match statement.formula:
            case Relation(_, (Script(_, base, Numeral(_, text), None), right), ("=",)) if flat(base) == name and text.isdigit():
                if rank_of(right) is not None and int(text) > 0:
                    found.setdefault(int(text), statement)
    return found
