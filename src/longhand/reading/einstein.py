r"""Indices above: $S^{ij}=Q^{ia}K^{ja}$ is $S_{ij}=\sum_a Q_{ia}K_{ja}$, and $\sqrt{d_k}$ beside one sum is the root of how far it runs."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from .book import Book, book
from .environment import Note
from .names import flat, items
from .requests import Understood
from .rewriting import rewritten
from .statements import INDEX_LETTERS, Statement
from .syntax import BigOperator, Call, Dots, Formula, Name, Numeral, Product, Relation, Root, Row, Script, Sum, walk


def with_einstein(statements: list[Statement], understood: Understood) -> tuple[list[Statement], Understood, list[Note]]:
    """The statements and requests with the indices below and the sums written, where quantities are defined with letters above that the
    right side has above too."""
    indexed = {base for s in statements if _shows_indices(s.formula) for base, _ in _above(s.formula)}
    if not indexed:
        return statements, understood, []
    indexed |= {flat(n.base) for s in statements for n in s.nodes if _letters(n) and flat(n.base) in indexed}
    letters = {c for s in statements if _shows_indices(s.formula) for _, found in _above(s.formula) for c in found}
    change = _Lowered(indexed, _renamed(letters, statements))
    known = book(statements)
    out: list[Statement] = []
    notes: list[Note] = []
    orders: dict[str, tuple[str, ...]] = {}
    for statement in statements:
        formula = rewritten(statement.formula, change)
        if _shows_indices(statement.formula):
            notes += [] if notes else [Note("assumption", statement.span, "letters above a quantity are indices, and one that comes twice is summed over",
                                            "the left sides have them too, and as powers they would mean nothing")]
            orders[flat(formula.parts[0].base) or ""] = tuple(p.text for p in items(formula.parts[0].sub))
            formula, summed = _summed(formula)
            out += [replace(statement, formula=s) for s in _range(formula, summed, known)]
        notes += _other_axis(formula, orders)
        out.append(replace(statement, formula=formula))
    requests = tuple(replace(r, objects=tuple(rewritten(f, change) for f in r.objects), of=rewritten(r.of, change) if r.of is not None else None)
                     for r in understood.requests)
    return out, replace(understood, requests=requests), notes


def _letters(formula: Formula) -> tuple[str, ...]:
    """(i, j) of S^{ij}: different single letters above a name, none below; () for anything else, T alone included."""
    if not (isinstance(formula, Script) and isinstance(formula.base, Name) and formula.sub is None and formula.sup is not None):
        return ()
    parts = items(formula.sup)
    texts = tuple(p.text for p in parts if isinstance(p, Name) and len(p.text) == 1 and p.text.islower())
    return texts if len(texts) == len(parts) else ()


def _above(formula: Formula) -> Iterator[tuple[str, tuple[str, ...]]]:
    for node in walk(formula):
        if found := _letters(node):
            yield flat(node.base) or "", found


def _shows_indices(formula: Formula) -> bool:
    """Is it S^{ij} = ..., each letter of which, two at least, stands above something on the right too?"""
    match formula:
        case Relation(_, (left, right), ("=",)):
            letters = _letters(left)
            return len(letters) > 1 and len(set(letters)) == len(letters) and set(letters) <= {c for _, found in _above(right) for c in found}
    return False


def _renamed(letters: set[str], statements: list[Statement]) -> dict[str, str]:
    """A letter of habit for each that sheets do not use as an index."""
    taken = letters | {n.text for s in statements for n in s.nodes if isinstance(n, Name)}
    free = iter(c for c in sorted(INDEX_LETTERS) if c not in taken)
    return {c: c if c in INDEX_LETTERS else next(free, c) for c in sorted(letters)}


class _Lowered:
    """The change of S^{ij} to S_{ij}, with the letters renamed."""

    def __init__(self, indexed: set[str], letters: dict[str, str]) -> None:
        self.indexed, self.letters = indexed, letters

    def __call__(self, node: Formula) -> Formula | None:
        if isinstance(node, Script) and isinstance(node.base, Name) and len(node.base.text) > 1 and isinstance(node.sub, Name) and node.sup is None:
            letter = self.letters.get(node.sub.text)                # the j of softmax_j
            return replace(node, sub=replace(node.sub, text=letter)) if letter is not None else None
        found = _letters(node)
        if not found or flat(node.base) not in self.indexed:
            return None
        named = [Name(p.span, self.letters.get(p.text, p.text)) for p in items(node.sup)]
        return Script(node.span, node.base, named[0] if len(named) == 1 else Product(node.sup.span, tuple(named), ("",) * (len(named) - 1)), None)


def _summed(formula: Relation) -> tuple[Relation, set[str]]:
    """The definition with a sum round each term over the letters that come twice in it, and these letters."""
    left, right = formula.parts
    own = {p.text for p in items(left.sub)}
    every: set[str] = set()
    terms = []
    for term in right.terms if isinstance(right, Sum) else (right,):
        count = Counter(p.text for n in walk(term) if isinstance(n, Script) for p in items(n.sub) if isinstance(p, Name))
        bound = {p.text for n in walk(term) if isinstance(n, BigOperator) for p in walk(n.lower or n) if isinstance(p, Name)}
        twice = [Name(term.span, c) for c, times in count.items() if times == 2 and c not in own | bound]
        every |= {c.text for c in twice}
        lower = twice[0] if len(twice) == 1 else Product(term.span, tuple(twice), ("",) * (len(twice) - 1)) if twice else None
        terms.append(BigOperator(term.span, "sum", lower, None, term) if lower is not None else term)
    return replace(formula, parts=(left, Sum(right.span, tuple(terms)) if len(terms) > 1 else terms[0])), every


def _range(formula: Relation, summed: set[str], known: Book) -> list[Relation]:
    """a = 1, …, d_k where d_k is the one unknown under a root and a the one letter summed over."""
    roots = {flat(n.body): n.body for n in walk(formula.parts[1]) if isinstance(n, Root) and n.degree is None and isinstance(n.body, Name | Script)}
    free = [body for name, body in roots.items() if name is not None and not known.known(name)]
    if len(free) != 1 or len(summed) != 1:
        return []
    span = free[0].span
    return [Relation(span, (Name(span, next(iter(summed))), Row(span, "list", (Numeral(span, "1"), Dots(span), free[0]))), ("=",))]


def _other_axis(formula: Formula, orders: dict[str, tuple[str, ...]]) -> list[Note]:
    """A softmax whose letter is not the last one of its argument is not read."""
    called = [n for n in walk(formula) if isinstance(n, Call) and isinstance(n.function, Script) and len(n.arguments) == 1
              and isinstance(n.function.sub, Name) and (flat(n.arguments[0]) or "") in orders]
    return [Note("problem", n.span, f"{flat(n.function)} is taken over another index than the last of {flat(n.arguments[0])}, which is not read", "",
                 "let the index that is normalised over stand last") for n in called if n.function.sub.text != orders[flat(n.arguments[0])][-1]]
