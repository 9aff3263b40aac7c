"""Symbols that were read for one another: which letters of a claim, exchanged, make it right. A few at once, as damage seldom comes alone."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations, islice, product

from ..core.record import record
from ..functions import table
from ..reading.names import GREEK, flat, is_transpose, items
from ..reading.syntax import Accent, BigOperator, Call, Cases, Formula, Index, Name, Relation, Script, Sequence, walk
from .marks import Mistake
from .regroup import regrouped
from .rewrite import replaced
from .scope import Scope
from .sizes import under

ALIKE: tuple[frozenset[str], ...] = tuple(map(frozenset, (
    ("w", "omega", "theta"), ("w", "h"), ("V", "Y", "v", "y"), ("n", "h"), ("q", "g"), ("q", "log"), ("a", "alpha"), ("u", "v"), ("p", "rho"),
    ("sigma", "o", "delta"), ("i", "j"), ("l", "i"), ("m", "n"))))
"""Letters that are read for one another in bad writing."""
GARBLED = "Letters in it seem to be misread: it is right with others that look alike or belong there."
INDEX = Mistake("wrong index", "P7", "An index is wrong: another letter belongs in its place.")
SWAPPED = Mistake("indices swapped", "P7", "Two indices are swapped: each stands where the other belongs.")
MOST = 150
"""Combinations that are tried."""
MOST_LETTERS, MOST_SITES = 8, 3
CONSTANTS = frozenset(("e", "pi", "T", "top"))


@record
class Change:
    """`old` read as `new` in one place or all over a side. sure: the old one means nothing there, so something is damaged;
    mistake: not damage but a mistake of the writer."""
    old: str
    new: str
    of: Callable[[Formula, Formula], tuple[Formula, Formula]]
    sure: bool = False
    mistake: Mistake | None = None
    site: str = ""


@record
class Meant:
    """What makes the claim right: the changes, and the mistake that is left (None: it is all damage)."""
    changes: tuple[Change, ...]
    mistake: Mistake | None = None

    @property
    def damage(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.mistake is None)

    @property
    def says(self) -> str:
        """Which symbol stands for which: "With $i$ for $a$ and $\\log$ for $q$ it is right"."""
        parts = [f"${tex(change.new)}$ for ${tex(change.old)}$" for change in self.changes]
        read = ", ".join(dict.fromkeys(parts[:-1])) + (" and " if len(parts) > 1 else "") + parts[-1] if parts else ""
        if self.mistake is None or any(change.mistake is not None for change in self.changes):
            return f"With {read} it is right."
        return f"With {read}, it is right but for this."


def meant(left: Formula, right: Formula, scope: Scope, equal: Callable[[Formula, Formula], bool]) -> Meant | None:
    """The fewest changes that make both sides equal; None where none are found."""
    for changes, brackets in islice(_tries(left, right, scope), MOST):
        a, b = left, right
        for change in changes:
            a, b = change.of(a, b)
        if brackets is not None:
            if any(equal(a, other) for other in regrouped(b)):
                return Meant(changes, brackets)
        elif equal(a, b):
            mistake = next((change.mistake for change in changes if change.mistake is not None), None)
            return Meant(changes, mistake)
    return None


def _tries(left: Formula, right: Formula, scope: Scope) -> Iterator[tuple[tuple[Change, ...], Mistake | None]]:
    """What means nothing is changed everywhere, in all combinations; then one thing more, brackets among them."""
    from .why import BRACKETS
    sites: dict[str, list[Change]] = {}
    for change in (*_open_letters(left, right, scope), *_unknown(left, right, scope)):
        sites.setdefault(change.site, []).append(change)
    if len(sites) > MOST_SITES:
        return
    sure = list(product(*sites.values()))
    known, index = list(_known(left, right, scope)), list(_indices(left, right, scope))
    near = [replace(change, mistake=None) for change in index if _alike(change.old, change.new)] if sites else []
    yield from ((changes, None) for changes in sure if changes)
    yield from ((changes, BRACKETS) for changes in sure if changes)
    for more in (near, known, index):
        yield from (((*changes, change), None) for change in more for changes in sure)


def _alike(a: str, b: str) -> bool:
    return any(a in group and b in group for group in ALIKE)


# ---- names ------------------------------------------------------------------------------------------------------------------

def _unknown(left: Formula, right: Formula, scope: Scope) -> Iterator[Change]:
    """Names that stand for nothing, all over a side."""
    for place, side in enumerate((left, right)):
        at = [*_letters_of(side), *_understood(side, scope)]
        for name in dict.fromkeys(n.text for n in walk(side) if isinstance(n, Name)):
            nodes = [n for n in walk(side) if isinstance(n, Name) and n.text == name and not any(n is other for other in at)]
            if not nodes or scope.function(name, None) or scope.functions.get(name) or table.loss(name):
                continue
            same = [t for t in scope.problem.program.tensors if t[1:2] in ("_", "^") and t[0].lower() == name.lower()]
            for new in (*_like(name, scope), *sorted(same)):
                yield Change(name, new, _put(place, nodes, new), True, site=f"{place}{name}")


def _understood(side: Formula, scope: Scope) -> list[Formula]:
    """The names within what is understood as a whole: w in w_2, where that is W_2, and e."""
    found: list[Formula] = []
    for node in walk(side):
        if isinstance(node, Name | Script | Accent | Index) and scope.meant(node, respelled=True) is not None or flat(node) in CONSTANTS:
            found += walk(node)
    return found


def _known(left: Formula, right: Formula, scope: Scope) -> Iterator[Change]:
    """Any letter, in one place of the right side."""
    at = _letters_of(right)
    for node in walk(right):
        if isinstance(node, Name) and not any(node is other for other in at):
            for new in _like(node.text, scope):
                yield Change(node.text, new, _put(1, [node], new), site=f"1{node.text}")


def _like(name: str, scope: Scope) -> list[str]:
    """Letters that look like this one and mean something."""
    others = sorted({other for group in ALIKE if name in group for other in group if other != name})
    return [other for other in others if scope.known(other) is not None or other in ("log", "delta") or scope.function(other, None)]


def _put(place: int, nodes: list[Name], new: str) -> Callable[[Formula, Formula], tuple[Formula, Formula]]:
    def change(left: Formula, right: Formula) -> tuple[Formula, Formula]:
        sides = [left, right]
        for node in nodes:
            found = next((n for n in walk(sides[place]) if isinstance(n, Name) and n.span == node.span and n.text == node.text), None)
            if found is not None:
                sides[place] = replaced(sides[place], found, replace(found, text=new))
        return sides[0], sides[1]
    return change


# ---- indices ----------------------------------------------------------------------------------------------------------------

def _letters_of(formula: Formula) -> list[Name]:
    """The letters that stand as indices, and those under the signs of sums."""
    found: list[Name] = []
    for node in walk(formula):
        places: list[Formula] = []
        if isinstance(node, Script) and node.sub is not None and not isinstance(node.base, Call):
            places = [*items(node.sub)]
        elif isinstance(node, Index):
            places = [part for item in node.items for part in items(item)]
        for place in places:
            found += [place] if isinstance(place, Name) else []
        if isinstance(node, BigOperator) and node.lower is not None:
            found += [n for n in walk(node.lower) if isinstance(n, Name)]
        if isinstance(node, Cases):
            found += [part for _, condition in node.rows if isinstance(condition, Relation) for part in condition.parts if isinstance(part, Name)]
    return found


def _open_letters(left: Formula, right: Formula, scope: Scope) -> Iterator[Change]:
    """A letter of the right side that nothing binds, for one of the left side or of a sum."""
    bound = {name for node in walk(right) if isinstance(node, BigOperator) for name in under(node)}
    above = list(dict.fromkeys(n.text for n in _letters_of(left)))
    used = list(dict.fromkeys(n.text for n in _letters_of(right)))
    for letter in used:
        if letter in bound or letter in above or letter in scope.names:
            continue
        nodes = [n for n in walk(right) if isinstance(n, Name) and n.text == letter]
        targets = [*(a for a in above if a not in used), *(a for a in above if a in used), *sorted(bound)]
        for new in targets[:MOST_LETTERS]:
            yield Change(letter, new, _put(1, nodes, new), True, site=f"1{letter}")
        if letter.lower() == "t" and any(isinstance(n, Script) and is_transpose(n.sup) for n in walk(left)):
            yield Change("T", letter, _index_for_transpose(letter), True, site=f"1{letter}")


def _index_for_transpose(letter: str) -> Callable[[Formula, Formula], tuple[Formula, Formula]]:
    """b_1^T as b_{1,t}: an index that was read as a transpose."""
    def change(left: Formula, right: Formula) -> tuple[Formula, Formula]:
        for node in walk(left):
            if isinstance(node, Script) and is_transpose(node.sup):
                index = Name(node.sup.span, letter)
                sub = index if node.sub is None else Sequence(node.sub.span, (*items(node.sub), index), ())
                return replaced(left, node, replace(node, sub=sub, sup=None)), right
        return left, right
    return change


def _indices(left: Formula, right: Formula, scope: Scope) -> Iterator[Change]:
    """Two letters swapped throughout the right side, or one index in one place another one of those that are there."""
    nodes = [n for n in _letters_of(right) if n.text not in scope.names]
    above = [x for x in dict.fromkeys(n.text for n in _letters_of(left)) if any(n.text == x for n in nodes)]
    for a, b in combinations(above[:MOST_LETTERS], 2):
        yield Change(f"{a}, {b}", f"{b}, {a}", _swapped(a, b), mistake=SWAPPED, site="1swap")
    letters = list(dict.fromkeys([*(n.text for n in nodes), *(n.text for n in _letters_of(left))]))[:MOST_LETTERS]
    under_sums = {id(n) for node in walk(right) if isinstance(node, BigOperator) and node.lower is not None for n in walk(node.lower)}
    for node in nodes:
        if id(node) in under_sums:
            continue
        for new in letters:
            if new != node.text:
                yield Change(node.text, new, _put(1, [node], new), mistake=INDEX, site=f"1@{node.span.start}")


def _swapped(a: str, b: str) -> Callable[[Formula, Formula], tuple[Formula, Formula]]:
    def change(left: Formula, right: Formula) -> tuple[Formula, Formula]:
        made = right
        for node in _letters_of(right):
            if node.text in (a, b):
                found = next(n for n in walk(made) if isinstance(n, Name) and n.span == node.span)
                made = replaced(made, found, replace(found, text=b if node.text == a else a))
        return left, made
    return change


def tex(name: str) -> str:
    """A letter in LaTeX."""
    return ", ".join(rf"\{part}" if part in GREEK or part in ("log", "ln", "exp") else part for part in name.split(", "))


__all__ = ["INDEX", "Meant", "SWAPPED", "flat", "meant"]
