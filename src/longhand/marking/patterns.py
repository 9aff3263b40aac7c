"""Dots: x_1 + \\dots + x_n and (x_1, \\dots, x_n), where the first and the last entry differ in one index, which counts."""
from __future__ import annotations

from dataclasses import fields, replace

from ..reading.names import flat
from ..reading.syntax import Dots, Formula, Name, Numeral, Span
from ..reading.terms import Unclear
from . import array as arrays
from .families import as_array, constant, summed_over
from .ways import Context, Way, distinct

LETTER = "…"
"""Stands for the index that counts; no student writes it as one."""


def pattern(context: Context, parts: tuple[Formula, ...], kind: str, span: Span) -> list[Way]:
    """The sum, row or column that entries with dots between them stand for. Unclear where the pattern is not obvious."""
    at = [k for k, part in enumerate(parts) if isinstance(part, Dots)]
    if len(at) != 1 or not 0 < at[0] == len(parts) - 2 or at[0] > 3:
        raise Unclear(span, "dots whose pattern is not obvious", "write the general entry")
    first, last = parts[0], parts[-1]
    ends: set[tuple[str, str]] = set()
    general = _general(first, last, ends)
    low, high = next(iter(ends)) if len(ends) == 1 else ("", "")
    size = context.sizes.get(high) or (int(high) if high.isdigit() else None)
    if general is None or low not in ("0", "1") or size is None or size > 100:
        raise Unclear(span, "dots whose pattern is not obvious", "write the general entry")
    for k, part in enumerate(parts[1:at[0]], 1):
        seen: set[tuple[str, str]] = set()
        if _general(first, part, seen) is None or seen != {(low, str(int(low) + k))}:
            raise Unclear(part.span, "an entry that does not follow the pattern of the others")
    with context.running({LETTER: (int(low), size - int(low) + 1 if high.isdigit() or low == "1" else size)}):
        ways = [way for way in context(general) if LETTER in way.family.letters]
    if not ways or any(way.shape for way in ways):
        raise Unclear(span, "dots whose pattern is not obvious", "write the general entry")
    if kind == "sum":
        return distinct([Way(summed_over(way.family, LETTER), way.liberties) for way in ways])
    made = []
    for way in ways:
        if way.family.letters == (LETTER,):
            raw = as_array(way.family, (LETTER,))
            n = raw.shape[0]
            made.append(Way(constant(arrays.array((1, n) if kind == "row" else (n, 1), raw.cells)), way.liberties))
    if not made:
        raise Unclear(span, "dots in a list with indices")
    return distinct(made)


def _general(a: Formula, b: Formula, ends: set[tuple[str, str]]) -> Formula | None:
    """The formula of which both are instances, the letter standing where they differ: 1 here, n there. None where there is none."""
    if isinstance(a, Numeral) and isinstance(b, Numeral | Name):
        low, high = a.text, flat(b) or ""
        if low == high:
            return a
        ends.add((low, high))
        return Name(a.span, LETTER)
    if type(a) is not type(b):
        return None
    changes = {}
    for field in fields(a):
        left, right = getattr(a, field.name), getattr(b, field.name)
        if field.name == "span":
            continue
        if isinstance(left, Formula) and isinstance(right, Formula):
            made = _general(left, right, ends)
            if made is None:
                return None
            changes[field.name] = made
        elif isinstance(left, tuple) and isinstance(right, tuple) and len(left) == len(right):
            items = []
            for x, y in zip(left, right, strict=True):
                item = _general(x, y, ends) if isinstance(x, Formula) and isinstance(y, Formula) else x if x == y else None
                if item is None:
                    return None
                items.append(item)
            changes[field.name] = tuple(items)
        elif left != right:
            return None
    return replace(a, **changes)



