r"""Networks written neuron by neuron: net_{h1}, net_{o1} and the words "sigmoid neurons" give out_{h1} and out_{o1}; and
\sum ½(target - out)^2 runs over the output neurons."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from .book import Book, book
from .environment import Note
from .phrases import Phrase
from .rewriting import rewritten
from .statements import Statement
from .syntax import BigOperator, Call, Formula, Name, Numeral, Relation, Script, Sum, walk

Found = tuple[list[Statement], list[Note]]


def with_families(statements: list[Statement], phrases: Iterable[Phrase]) -> Found:
    """The statements, with the output of each neuron whose net input is defined, where the words name one activation for all; with sums
    over neurons written out; with targets from the words; and what was assumed."""
    phrases = list(phrases)
    made, assumed = _outputs(book(statements), phrases)
    statements = _placed(statements, made)
    known = book(statements)
    out: list[Statement] = []
    for statement in statements:
        formula, targets = _written_out(statement.formula, known, phrases)
        if formula is not statement.formula:
            assumed.append(Note("problem", statement.span, "this sum names no index: it is taken over the output neurons",
                                "whose outputs no other formula reads", "write out the terms, or an index"))
        out += [Statement(t, t.span, 0) for t in targets]
        out.append(replace(statement, formula=formula) if formula is not statement.formula else statement)
    return out, assumed


def _parts(name: str) -> tuple[str, str]:
    base, _, mark = name.partition("_")
    return base, mark


def _outputs(known: Book, phrases: list[Phrase]) -> tuple[list[Relation], list[Note]]:
    """out_X = f(net_X) for each X, where some out_X is read and none is defined."""
    said = [p for p in phrases if p.kind == "activation" and p.about is None and isinstance(p.value, str)]
    if len({p.value for p in said}) != 1:
        return [], []
    unknown = {name for name in known.read if not known.known(name) and "_" in name}
    families: dict[str, set[str]] = {}
    for name in known.defined:
        base, mark = _parts(name)
        if mark:
            families.setdefault(base, set()).add(mark)
    for base, marks in families.items():
        outputs = {b for b, mark in map(_parts, unknown) if mark in marks and b != base}
        if len(outputs) != 1:
            continue
        output = outputs.pop()
        if any(_parts(n)[0] == output for n in (*known.defined, *known.given)):
            continue
        relations = []
        for mark in sorted(marks):
            left = known.spelled[f"{base}_{mark}"]
            statement = known.defined[f"{base}_{mark}"]
            if not isinstance(left, Script):
                return [], []
            value = Name(said[0].span, str(said[0].value))
            neuron = Script(left.span, Name(left.span, output), left.sub, left.sup)
            relations.append(Relation(statement.span, (neuron, Call(left.span, value, (left,))), ("=",)))
        return relations, [Note("assumption", said[0].span, f"{output} is the {said[0].value} of {base}, neuron by neuron",
                                "the words name one activation for all")]
    return [], []


def _placed(statements: list[Statement], made: list[Relation]) -> list[Statement]:
    """Each new formula behind the one that it came from."""
    out: list[Statement] = []
    for statement in statements:
        out.append(statement)
        out += [Statement(m, m.span, 0) for m in made if m.span == statement.span]
    return out


def _written_out(formula: Formula, known: Book, phrases: list[Phrase]) -> tuple[Formula, list[Relation]]:
    """The formula with each sum over a family written out, and numbers for targets told in words."""
    sums = [n for n in walk(formula) if isinstance(n, BigOperator) and n.kind == "sum" and n.lower is None and n.upper is None]
    for total in sums:
        bare = {n.text for n in walk(total.body) if isinstance(n, Name) and not known.known(n.text)}
        families = {base: [m for b, m in map(_parts, known.defined) if b == base and m] for base in bare}
        families = {base: marks for base, marks in families.items() if marks}
        if len(families) != 1:
            continue
        (base, marks), = families.items()
        ends = [m for m in marks if f"{base}_{m}" not in known.read]
        others = bare - {base}
        told = [(p, p.value if isinstance(p.value, Formula) else Numeral(p.span, p.value)) for p in phrases if p.kind == "target" and p.value]
        if not ends or len(others) > 1 or others and len(told) != len(ends):
            continue
        spelled = {m: known.spelled[f"{base}_{m}"].sub for m in ends}
        terms = tuple(_with_marks(total.body, {base, *others}, spelled[m]) for m in ends)
        targets = [Relation(p.span, (Script(p.span, Name(p.span, other), spelled[m], None), value), ("=",))
                   for other in others for (p, value), m in zip(told, ends, strict=True)]
        return _exchanged(formula, total, Sum(total.span, terms)), targets
    return formula, []


def _with_marks(formula: Formula, names: set[str], mark: Formula) -> Formula:
    """The formula with the neuron's mark on each of the names."""
    return rewritten(formula, lambda node: Script(node.span, node, mark, None) if isinstance(node, Name) and node.text in names else None)


def _exchanged(formula: Formula, old: Formula, new: Formula) -> Formula:
    return rewritten(formula, lambda node: new if node is old else None)
