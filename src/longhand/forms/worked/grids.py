"""Decimal strings as maths: numbers, columns, rows and matrices."""
from __future__ import annotations

from ..index_form import DOT
from ..maths import Grid, Maths, Scripts, Sign, line
from ..symbols import MINUS
from .figures import Text

UNKNOWN = Sign("?")


def number(text: str | Maths | None) -> Maths:
    """A decimal string as maths: -0.5, 3·10^{-7}; ? where there is no value. Maths stays as it is."""
    if isinstance(text, Maths):
        return text
    if text is None:
        return UNKNOWN
    minus, digits = text.startswith("-"), text.removeprefix("-")
    mantissa, e, exponent = digits.partition("e")
    body: Maths = Sign(mantissa, "number")
    if e:
        raised: Maths = Sign(exponent.removeprefix("-"), "number")
        raised = line(MINUS, raised) if exponent.startswith("-") else raised
        power = Scripts(Sign("10", "number"), None, raised)
        body = power if mantissa == "1" else line(body, DOT, power)
    return line(MINUS, body) if minus else body


def grid(text: Text, row: bool = False, turned: bool = False) -> Maths:
    """Nested decimal strings as a number, a column (or row), a matrix; of more axes the slices, side by side."""
    if not isinstance(text, list):
        return number(text)
    if not text:
        return Grid(((),))
    if not isinstance(text[0], list):
        cells = [number(t) for t in text]
        return Grid((tuple(cells),)) if row != turned else Grid(tuple((c,) for c in cells))
    if not isinstance(text[0][0], list):
        rows = [tuple(number(t) for t in r) for r in text]
        return Grid(tuple(zip(*rows, strict=True))) if turned else Grid(tuple(rows))
    return line(*(part for k, slab in enumerate(text) for part in ((Sign(",", "operator"), grid(slab)) if k else (grid(slab),))))


def size_of(text: Text) -> int:
    return sum(size_of(part) for part in text) if isinstance(text, list) else 1
