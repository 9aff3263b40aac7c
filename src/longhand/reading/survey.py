"""A survey: what the statements of a sheet show at a glance, before any of them is read."""
from __future__ import annotations

from collections.abc import Sequence

from ..functions import table
from .classify import Called
from .known import chosen_head
from .names import flat, is_transpose, items
from .statements import INDEX_LETTERS, Statement
from .sums import left_out
from .syntax import (
    Accent,
    BigOperator,
    Call,
    Formula,
    Fraction,
    Index,
    Matrix,
    Name,
    Norm,
    Numeral,
    Product,
    Relation,
    Row,
    Script,
    Symbol,
    walk,
)

VECTORS = frozenset({"softmax", "ce"})


def index_letters(statements: Sequence[Statement]) -> set[str]:
    """Letters that the sheet uses as indices: bound by a sum, ranged over, or one of several letters of a subscript."""
    return set().union(*(statement.index_letters for statement in statements))


def mentioned(statements: Sequence[Statement], letters: set[str]) -> set[str]:
    """Names that stand in formulas, index letters taken off."""
    found: set[str] = set()
    for statement in statements:
        for node, options in statement.names:
            reading = chosen_head(options, letters, set())
            if reading is not None and not (isinstance(node, Name) and node.text in letters):
                found.add(reading.name)
    return found


def alone(statements: Sequence[Statement]) -> set[str]:
    """Names that stand somewhere without any script: where x does, x^2 is its square."""
    found: set[str] = set()
    for statement in statements:
        bases = {id(node.base) for node in statement.nodes if isinstance(node, Script)}
        found |= {reading.name for node, options in statement.names if isinstance(node, Name | Accent) and id(node) not in bases
                  for reading in options}
    return found


def summed_letters(statements: Sequence[Statement]) -> set[str]:
    """Letters that a sum binds somewhere."""
    return {part.text for statement in statements for node in statement.nodes if isinstance(node, BigOperator) and node.lower is not None
            for item in items(node.lower) for part in (item.parts[:1] if isinstance(item, Relation) else (item,)) if isinstance(part, Name)}


def class_labels(statements: Sequence[Statement]) -> set[str]:
    """Names that a sum leaves out, j ≠ y, and that neither a sum nor a left side binds."""
    found = {name for s in statements if isinstance(s.formula, Relation) for name in left_out(s.formula)
             if not any(isinstance(node, Name) and node.text == name for node in walk(s.formula.parts[0]))}
    return found - summed_letters(statements)


def fixed_letters(statements: Sequence[Statement]) -> set[str]:
    """Index letters that a definition writes once on its right side, as an index alone, and that nothing in it binds: the j of -ln p_j."""
    found: set[str] = set()
    for statement in statements:
        formula = statement.formula
        if isinstance(formula, Relation) and formula.operators == ("=",) and not any(isinstance(n, Script) for n in walk(formula.parts[0])):
            nodes = list(walk(formula.parts[1]))
            letters = [n.sub.text for n in nodes if isinstance(n, Script) and isinstance(n.sub, Name)]
            found |= {c for c in letters if c in INDEX_LETTERS and sum(isinstance(n, Name) and n.text == c for n in nodes) == 1}
    return found


def ranks(statements: Sequence[Statement], letters: set[str]) -> dict[str, int]:
    """How many indices each name is written with where it is first written with letters, and that softmax takes a vector."""
    found: dict[str, int] = {}
    for statement in statements:
        for node, options in statement.names:
            if isinstance(node, Script | Index):
                reading = chosen_head(options, letters, set())
                if reading is not None and reading.indices:
                    found.setdefault(reading.name, len(reading.indices))
        for node in statement.nodes:
            if isinstance(node, Fraction) and isinstance(node.above, Numeral):
                for part in node.below.factors if isinstance(node.below, Product) else (node.below,):
                    if isinstance(part, Name):
                        found[part.text] = 0                    # 1/N: a number
            elif isinstance(node, Call) and len(node.arguments) == 1 and table.vector(flat(node.function) or "") and (
                    name := flat(node.arguments[0])):
                found.setdefault(name, 1)
    return found


def called(statements: Sequence[Statement]) -> Called:
    """The arguments that each name is applied to, as they are written, and the names that are applied by others and never stand alone."""
    found: dict[str, set[tuple[str, ...]]] = {}
    applied: set[str] = set()
    bare: set[str] = set()
    for statement in statements:
        calls = [node for node in statement.nodes if isinstance(node, Call)]
        own = _applied(_left_call(statement.formula))
        for node in calls:
            arguments = tuple(flat(a) or "?" for a in node.arguments)
            for name in _applied(node):
                found.setdefault(name, set()).add(arguments)
            applied |= _applied(node) - own
        heads = {id(part) for node in calls for part in walk(node.function)}
        bare |= {reading.name for node, options in statement.names if id(node) not in heads for reading in options}
    return Called(found, frozenset(applied - bare))


def _applied(node: Call | None) -> set[str]:
    """The names that a call may call: f_1, and f."""
    if node is None:
        return set()
    names = {flat(node.function), flat(node.function.base) if isinstance(node.function, Script) else None}
    return {name for name in names if name is not None}


def _left_call(formula: Formula) -> Call | None:
    """f(u) of f(u) = ..., and of f(u)_i = ..."""
    left = formula.parts[0] if isinstance(formula, Relation) else formula
    left = left.base if isinstance(left, Script) else left
    return left if isinstance(left, Call) else None


def only_numbers(statements: Sequence[Statement]) -> bool:
    """No matrix, list, shape, transpose, norm, sum or doubly indexed entry anywhere."""
    return not any(_arrays(node) for statement in statements for node in statement.nodes)


def _arrays(node: Formula) -> bool:
    """Whether a formula has a meaning only where there are vectors."""
    match node:
        case Matrix() | Row() | Index() | Norm(bars=2) | BigOperator():
            return True
        case Script(sup=sup) if is_transpose(sup):
            return True
        case Script(base=Symbol(text="R"), sup=sup) if sup is not None:
            return True
        case Script(sub=sub) if len(parts := items(sub)) > 1:
            return all(len(flat(i) or "") == 1 for i in parts)
        case Call(function=function):
            return (flat(function) or "").lower() in VECTORS
    return False


def counts_from_zero(statements: Sequence[Statement], arrays: set[str], names: set[str]) -> bool:
    """Whether an entry 0 of an array is written, w_0 beside the numbers of w, w_0 being no name of its own."""
    for statement in statements:
        for node in statement.nodes:
            if isinstance(node, Script) and isinstance(node.sub, Numeral) and node.sub.text == "0" and node.sup is None:
                base = flat(node.base)
                if base in arrays and f"{base}_0" not in names:
                    return True
    return False
