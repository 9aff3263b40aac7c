"""Scripts that say before or after an update: W_new, w^+, w', W^(t+1), θ_old."""
from __future__ import annotations

from collections.abc import Iterator

from ..reading.names import flat, items
from ..reading.syntax import Formula, Group, Index, Name, Numeral, Product, Script, Sequence, Sum, Symbol

NEWER = frozenset(("new", "updated", "neu", "next", "+", "after"))
OLDER = frozenset(("old", "alt", "before", "current", "prev"))
STEPS = {f"({letter}+1)": 1 for letter in "tkn"} | {f"{letter}+1": 1 for letter in "tkn"} | {"(1)": 1} | {
    f"({letter})": 0 for letter in "tkn"} | dict.fromkeys("tkn", 0) | {"(0)": 0, "0": 0}
"""What stands above a parameter after so many updates: w^{(t+1)}, θ^t."""


def time_marks(formula: Formula) -> Iterator[tuple[Formula, str, bool]]:
    """(the name without it, the mark, whether it stands above) for each script that may say before or after."""
    match formula:
        case Script(span, base, sub, sup, primes):
            def again(below: Formula | None, above: Formula | None, count: int, core: Formula = base) -> Formula:
                return Script(span, core, below, above, count) if below is not None or above is not None or count else core
            if primes == 1:
                yield again(sub, sup, 0), "next", True
            if (kept := _without_prime(sup)) is not None:
                yield again(sub, kept, primes), "next", True
            if sup is not None and (mark := _mark(sup)) is not None:
                yield again(sub, None, primes), mark, True
                parts = items(sup)
                if len(parts) > 1 and (last := flat(parts[-1])) in NEWER | OLDER:
                    kept = parts[:-1]
                    yield again(sub, kept[0] if len(kept) == 1 else Sequence(sup.span, kept), primes), last or "", True
            if sub is not None and (mark := flat(sub)) is not None:
                yield again(None, sup, primes), mark, False
                parts = items(sub)
                if len(parts) > 1 and (last := flat(parts[-1])) in NEWER | OLDER:
                    kept = parts[:-1]
                    yield again(kept[0] if len(kept) == 1 else Sequence(sub.span, kept), sup, primes), last or "", False
            if isinstance(base, Script | Index | Group):
                for core, mark, above in time_marks(base):
                    yield again(sub, sup, primes, core), mark, above
        case Index(span, base, places):
            for core, mark, above in time_marks(base):
                yield Index(span, core, places), mark, above
        case Group(_, "(" | "{", body):
            yield from time_marks(body)


def _mark(formula: Formula) -> str | None:
    """What stands above a name, with its brackets: (1), (t+1)."""
    match formula:
        case Group(_, "(", Sum(_, (Name(_, letter), Numeral(_, digits)))):
            return f"({letter}+{digits})"
        case Group(_, "(", body) if (inner := flat(body)) is not None:
            return f"({inner})"
        case Sum(_, (Name(_, letter), Numeral(_, digits))):
            return f"{letter}+{digits}"
    return flat(formula)


def step_of(mark: str) -> int | None:
    """After how many updates: (2) and t+1."""
    if mark[:1] == "(" and mark[1:-1].isdigit() and len(mark) < 6:
        return int(mark[1:-1])
    return STEPS.get(mark)


def _without_prime(above: Formula | None) -> Formula | None:
    r"""What is left of a prime above: (1) of (1)\prime and of (1)'. None where there is none."""
    match above:
        case Product(span, (*kept, Symbol(_, "prime"))) if kept:
            return kept[0] if len(kept) == 1 else Product(span, tuple(kept), above.operators[:-1])
        case Script(_, base, None, None, 1):
            return base
    return None
