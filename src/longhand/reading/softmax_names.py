r"""A softmax without a name that the text calls one: beside $L=-\log[\mathrm{softmax}(z)]_j$ the $s_i$ in "the gradient is $s_i$" is softmax(z)."""
from __future__ import annotations

from dataclasses import replace

from ..functions import table
from .book import book
from .environment import Note
from .names import flat
from .requests import Understood
from .rewriting import rewritten
from .statements import INDEX_LETTERS, Statement
from .syntax import Accent, Call, Formula, Name, Relation, Script, walk

LETTERS = ("s", "p", "q", "pi", "sigma", "phat", "yhat", "shat")


def with_softmax_names(statements: list[Statement], understood: Understood) -> tuple[list[Statement], Understood, list[Note]]:
    """The statements with s = softmax(z), where the one softmax of the formulas has no name, and s_i, one letter that nothing else
    explains, stands in the text."""
    known = book(statements)
    calls = [n for s in statements if _defines(s) for part in s.formula.parts[1:] for n in walk(part) if _is_softmax(n)]
    named = any(_is_softmax(part) for s in statements if _defines(s) for part in s.formula.parts)
    if named or len({flat(c.arguments[0]) for c in calls}) != 1 or flat(calls[0].arguments[0]) is None:
        return statements, understood, []
    met = {name: n.base for s in statements for n in s.nodes if _is_entry(n) and (name := flat(n.base)) in LETTERS}
    free = [name for name in met if not known.known(name) and name not in known.read]
    whole = free[0] if len(free) == 1 else None
    if whole is None:
        return statements, understood, []
    letter, first = met[whole], next(k for k, s in enumerate(statements) if any(n is calls[0] for n in s.nodes))
    made = Relation(calls[0].span, (letter, calls[0]), ("=",))

    def change(node: Formula) -> Formula | None:
        return letter if _is_softmax(node) else None

    kept = [replace(s, formula=rewritten(s.formula, change)) if _defines(s) else s for s in statements]
    note = Note("assumption", letter.span, f"{whole} is the softmax of {flat(calls[0].arguments[0])}",
                f"the formulas give it no name, and the text speaks of entries of {whole}, which nothing else explains")
    return [*kept[:first], Statement(made, made.span, 0), *kept[first:]], understood, [note]


def _defines(statement: Statement) -> bool:
    return isinstance(statement.formula, Relation) and statement.formula.operators[0] == "=" and len(statement.formula.parts) == 2


def _is_softmax(formula: Formula) -> bool:
    """Is it softmax(z)?"""
    return isinstance(formula, Call) and len(formula.arguments) == 1 and table.vector(flat(formula.function) or "") is not None \
        and table.vector(flat(formula.function) or "").name == "softmax"


def _is_entry(formula: Formula) -> bool:
    """Is it s_i?"""
    return isinstance(formula, Script) and isinstance(formula.base, Name | Accent) and isinstance(formula.sub, Name) \
        and formula.sub.text in INDEX_LETTERS and formula.sup is None
