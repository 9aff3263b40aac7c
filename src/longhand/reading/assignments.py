r"""Assignments: in c \leftarrow 2c + 1 the c on the right is an older value than the c on the left.

Each value gets a name: c^{(0)}, c^{(1)}, ... in order, and the last is c. An assignment to a name that has none before is its definition.
One with a derivative in it, or to a name that only has numbers, is an update of descent and stays what it is.
"""
from __future__ import annotations

from dataclasses import replace

from .literals import literal
from .mentions import is_name
from .names import flat
from .rewriting import rewritten
from .statements import Statement
from .syntax import Derivative, Formula, Group, Nabla, Name, Numeral, Relation, Script, Span, walk
from .terms import Unclear

SIGNS = ("<-", ":=")


def settled(statements: list[Statement]) -> tuple[list[Statement], list[tuple[Span, str]]]:
    """The statements with every value under a name of its own, and (place, text) of each renaming."""
    statements = _defining(statements)
    last = _counts(statements)
    if not last:
        return statements, []
    seen: dict[str, int] = {}
    out, notes = [], []
    for statement in statements:
        formula = statement.formula
        if (name := _assigned(formula)) in last and name in seen:
            right = _read(formula.parts[1], seen, last)
            if not seen[name]:
                notes.append((statement.span, f"{name} gets a new value {last[name]} time{'s' if last[name] > 1 else ''}: "
                              f"the values before are {_names(name, last[name])}, the last is {name}"))
            seen[name] += 1
            formula = Relation(formula.span, (_version(formula.parts[0], name, seen, last), right), ("=",))
        else:
            if (name := _equated(formula)) in last:
                seen.setdefault(name, 0)
            formula = _read(formula, seen, last)
        out.append(replace(statement, formula=formula))
    return out, notes


def _names(name: str, count: int) -> str:
    return " and ".join(", ".join(f"{name}^({k})" for k in range(count)).rsplit(", ", 1))


def _assigned(formula: Formula) -> str | None:
    """The name that an assignment without derivatives gives a value to."""
    match formula:
        case Relation(_, (left, right), (sign,)) if sign in SIGNS and is_name(left):
            return None if any(isinstance(node, Derivative | Nabla) for node in walk(right)) else flat(left)
    return None


def _equated(formula: Formula) -> str | None:
    match formula:
        case Relation(_, (left, *_), ("=", *_)) if is_name(left):
            return flat(left)
    return None


def _defining(statements: list[Statement]) -> list[Statement]:
    """The first assignment to a new name, from other quantities, as an equation."""
    out, named = [], set()
    for statement in statements:
        formula = statement.formula
        name = _assigned(formula)
        if name and name not in named and name not in {flat(n) for n in walk(formula.parts[1]) if isinstance(n, Name | Script)}:
            statement = replace(statement, formula=Relation(formula.span, formula.parts, ("=",)))
        named.add(_equated(statement.formula))
        out.append(statement)
    return out


def _counts(statements: list[Statement]) -> dict[str, int]:
    """name -> how often it is assigned to, for names that are defined by a formula and then assigned."""
    counts: dict[str, int] = {}
    for statement in statements:
        formula = statement.formula
        if (name := _assigned(formula)) in counts:
            counts[name] += 1
        elif (name := _equated(formula)) and not _is_number(formula.parts[1]):
            counts.setdefault(name, 0)
    taken = {flat(node) for statement in statements for node in walk(statement.formula) if isinstance(node, Script)}
    return {name: count for name, count in counts.items() if count and not any(f"{name}^{k}" in taken for k in range(count))}


def _is_number(formula: Formula) -> bool:
    try:
        return literal(formula) is not None
    except Unclear:
        return True


def _read(formula: Formula, seen: dict[str, int], last: dict[str, int]) -> Formula:
    """The formula with each assigned name as the value that it has by now."""
    def change(node: Formula) -> Formula | None:
        return _version(node, name, seen, last) if isinstance(node, Name | Script) and (name := flat(node)) in seen else None
    return rewritten(formula, change) if seen else formula


def _version(node: Formula, name: str, seen: dict[str, int], last: dict[str, int]) -> Formula:
    """The name of the value: the name itself for the last."""
    if seen[name] >= last[name]:
        return node
    number = Group(node.span, "(", Numeral(node.span, str(seen[name])))
    if isinstance(node, Script) and node.sup is None:
        return Script(node.span, node.base, node.sub, number, node.primes)
    return Script(node.span, node, None, number)
