"""A lint over printed formulas: no index letter both bound and free, none bound twice in nested scopes, none undefined."""
from __future__ import annotations

from collections.abc import Iterator

from longhand.forms.maths import Brace, Choice, Fence, Grid, Limits, Line, Maths, Over, Root, Scripts, Sign, Words


def faults(maths: Maths, free: set[str]) -> list[str]:
    """What is wrong with the letters of the formula, given those that may be free in it."""
    used, bound, found = set(), set(), []
    _walk(maths, frozenset(), used, bound, found)
    found += [f"{letter} is bound and free" for letter in sorted(bound & (used | free))]
    found += [f"{letter} is undefined" for letter in sorted(used - free)]
    return found


def _walk(maths: Maths, scope: frozenset[str], used: set[str], bound: set[str], found: list[str]) -> None:
    match maths:
        case Line(items):
            inner = scope
            for item in items:
                if isinstance(item, Sign) and item.kind in ("operator", "relation") and item.latex not in (r"\cdot", r"\odot"):
                    inner = scope                                  # the scope of a sum ends at the next plus, minus or relation
                if isinstance(item, Limits):
                    letter = _bound_letter(item)
                    if letter in inner:
                        found.append(f"{letter} is bound twice")
                    bound.add(letter)
                    inner = inner | {letter}
                else:
                    _walk(item, inner, used, bound, found)
        case Fence(Scripts(Fence(body), sub, None)) if sub is not None:      # a family: ((z_k + b_k)_k)
            letters = set(index_letters(sub))
            found += [f"{letter} is bound twice" for letter in letters & scope]
            bound |= letters
            _walk(body, scope | letters, used, bound, found)
        case Scripts(base, sub, sup):
            used |= set(index_letters(sub)) - scope if sub is not None else set()
            _walk(base, scope, used, bound, found)
            if sup is not None:
                _walk(sup, scope, used, bound, found)
        case Over(a, b):
            _walk(a, scope, used, bound, found)
            _walk(b, scope, used, bound, found)
        case Fence(body, "[", _):
            used |= set(index_letters(body)) - scope if not _holds_relation(body) else set()
            _walk(body, scope, used, bound, found)
        case Fence(body) | Root(body) | Brace(body):
            _walk(body, scope, used, bound, found)
        case Grid(rows):
            for row in rows:
                for cell in row:
                    _walk(cell, scope, used, bound, found)
        case Choice(rows):
            for row in rows:
                for cell in row:
                    _walk(cell, scope, used, bound, found)
        case Limits():
            bound.add(_bound_letter(maths))


def _holds_relation(body: Maths) -> bool:
    return isinstance(body, Line) and any(isinstance(i, Sign) and i.kind == "relation" for i in body.items)


def _bound_letter(limits: Limits) -> str:
    below = limits.below
    first = below.items[0] if isinstance(below, Line) else below
    return next(iter(index_letters(first)))


def index_letters(maths: Maths) -> Iterator[str]:
    """The letters of a subscript, with their primes."""
    match maths:
        case Sign(latex, "name") if latex.isalpha():
            yield latex
        case Scripts(Sign(latex, "name"), None, Sign(primes)) if latex.isalpha():
            yield latex + primes
        case Scripts(_, sub, _) if sub is not None:                # a gather: U_{o_i}
            yield from index_letters(sub)
        case Line(items):
            for item in items:
                yield from index_letters(item)
        case Words():
            return
