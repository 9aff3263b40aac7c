r"""Namesakes: in $a_i = w_i x$, $h_i = f(a_i)$, $a = \sum_i v_i h_i$ the letter a stands for two quantities, one of them without an index."""
from __future__ import annotations

from dataclasses import replace

from .environment import Note
from .requests import Understood
from .rewriting import rewritten
from .statements import INDEX_LETTERS, Statement
from .syntax import Accent, BigOperator, Formula, Index, Name, Relation, Script, walk


def with_namesakes(statements: list[Statement], understood: Understood) -> tuple[list[Statement], Understood, list[Note]]:
    """The statements and requests with a tilde over the quantity without an index, where one letter is defined both ways."""
    indexed, bare = {}, {}
    for statement in statements:
        formula = statement.formula
        if isinstance(formula, Relation) and formula.operators[:1] == ("=",):
            left = formula.parts[0]
            if isinstance(left, Name):
                bare.setdefault(left.text, (statement, formula))
            elif isinstance(left, Script) and isinstance(left.base, Name) and left.sup is None and _is_letter(left.sub):
                indexed.setdefault(left.base.text, statement)
    twice = {name for name in indexed if name in bare and indexed[name].span.start < bare[name][0].span.start
             and _sums_up(bare[name][1])}
    if not twice:
        return statements, understood, []

    def change(node: Formula) -> Formula | None:
        if isinstance(node, Script | Index) and isinstance(node.base, Name) and node.base.text in twice:
            return node
        return Accent(node.span, "tilde", node) if isinstance(node, Name) and node.text in twice else None

    requests = tuple(replace(r, objects=tuple(rewritten(f, change) for f in r.objects),
                             of=rewritten(r.of, change) if r.of is not None else None) for r in understood.requests)
    notes = [Note("assumption", bare[name][0].span, f"{name} without an index is another quantity than {name} with one, written {name} with a tilde here",
                  "the sheet defines both") for name in sorted(twice)]
    return [replace(s, formula=rewritten(s.formula, change)) for s in statements], replace(understood, requests=requests), notes


def _is_letter(sub: Formula | None) -> bool:
    return isinstance(sub, Name) and sub.text in INDEX_LETTERS


def _sums_up(formula: Relation) -> bool:
    """Whether the definition without an index is a number made of a sum, and no whole vector: Σ_i v_i h_i + b."""
    return any(isinstance(node, BigOperator) and node.kind == "sum" for part in formula.parts[1:] for node in walk(part))
