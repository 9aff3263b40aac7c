r"""One example of many: in $L_i=\sum_{j\ne y_i}\max(0,s_j-s_{y_i}+1)$ the letter i only says which example it is, and y_i is its class."""
from __future__ import annotations

from dataclasses import replace

from .environment import Note
from .names import items
from .requests import Understood
from .rewriting import rewritten
from .statements import INDEX_LETTERS, Statement
from .syntax import BigOperator, Formula, Index, Name, Relation, Script, walk


def with_one_example(statements: list[Statement], understood: Understood) -> tuple[list[Statement], Understood, list[Note]]:
    """The statements and requests without the letter of the example, where it marks whole quantities only and nothing runs over it."""
    formulas = [s.formula for s in statements] + [f for r in understood.requests for f in (*r.objects, *r.given, r.of) if f is not None]
    letters = {letter for s in statements for letter in _of_class_labels(s.formula)}
    letter = letters.pop() if len(letters) == 1 else None
    if letter is None or not _only_marks(letter, formulas):
        return statements, understood, []
    marked = {node.base.text for f in formulas for node in walk(f) if _marks(node, letter)}
    if marked & {node.text for f in formulas for node in _by_themselves(f) if isinstance(node, Name)}:
        return statements, understood, []                                # x and x_i are two quantities

    def bare(node: Formula) -> Formula | None:
        return node.base if _marks(node, letter) else None

    requests = tuple(replace(r, objects=tuple(rewritten(f, bare) for f in r.objects), given=tuple(rewritten(f, bare) for f in r.given),
                             of=rewritten(r.of, bare) if r.of is not None else None) for r in understood.requests)
    phrases = tuple(replace(p, about=rewritten(p.about, bare) if p.about is not None else None,
                            value=rewritten(p.value, bare) if isinstance(p.value, Formula) else p.value) for p in understood.phrases)
    names = ", ".join(sorted(marked))
    note = Note("assumption", statements[0].span, f"{letter} is one fixed example, left out of the names {names}",
                "it marks whole quantities only, one of them a class label, and nothing runs over it")
    understood = replace(understood, requests=requests, phrases=phrases)
    return [replace(s, formula=rewritten(s.formula, bare)) for s in statements], understood, [note]


def _of_class_labels(formula: Formula) -> set[str]:
    """The i of each y_i that a sum leaves out: Σ over j ≠ y_i."""
    left_out = [part.parts[1] for node in walk(formula) if isinstance(node, BigOperator) and node.lower is not None
                for part in items(node.lower) if isinstance(part, Relation) and part.operators == ("!=",)]
    return {label.sub.text for label in left_out if isinstance(label, Script) and isinstance(label.sub, Name)
            and label.sub.text in INDEX_LETTERS and _marks(label, label.sub.text)}


def _marks(node: Formula, letter: str) -> bool:
    """Is it x_i, i being the letter?"""
    return isinstance(node, Script) and isinstance(node.base, Name) and isinstance(node.sub, Name) and node.sub.text == letter \
        and node.sup is None and not node.primes


def _only_marks(letter: str, formulas: list[Formula]) -> bool:
    """Does the letter stand nowhere but in x_i?"""
    every = sum(isinstance(node, Name) and node.text == letter for f in formulas for node in walk(f))
    return every == sum(_marks(node, letter) for f in formulas for node in walk(f))


def _by_themselves(formula: Formula) -> list[Formula]:
    """Everything in a formula but the names that have a script or an index."""
    based = {id(node.base) for node in walk(formula) if isinstance(node, Script | Index)}
    return [node for node in walk(formula) if id(node) not in based]
