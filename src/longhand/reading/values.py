"""Exact numbers from text: "0.3" is 3/10. Decimals, ratios, nested lists of them, and JSON objects from names to such lists."""
from __future__ import annotations

import json
import re
from collections.abc import Mapping
from fractions import Fraction

from ..core.problem import Value
from ..errors import DataError, Place

NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
LONGEST = 1000       # characters of one number
DEEPEST = 16         # axes of one tensor


class Ragged(ValueError):
    """Rows of unequal length, or numbers beside lists."""


def exact(text: str) -> Fraction:
    """The number that a decimal (3, -0.25, 1e-4) or a ratio of two (1/3) stands for; ValueError for anything else."""
    above, slash, below = text.strip().partition("/")
    for part in (above, below) if slash else (above,):
        if len(part) > LONGEST or not NUMBER.fullmatch(part.strip()):
            raise ValueError(f"{_short(text)} is no number")
    if not slash:
        return Fraction(above.strip())
    if not (divisor := Fraction(below.strip())):
        raise ValueError(f"{_short(text)} divides by zero")
    return Fraction(above.strip()) / divisor


def shape_of(value: Value) -> tuple[int, ...]:
    """The lengths along each axis; Ragged where the rows differ."""
    if not isinstance(value, tuple):
        return ()
    shapes = {shape_of(row): row for row in value}
    if len(shapes) > 1:
        a, b = list(shapes)[:2]
        raise Ragged(f"its rows differ: one has {_entries(a)}, another {_entries(b)}")
    return len(value), *next(iter(shapes), ())


def _entries(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) + (" entries" if shape != (1,) else " entry") if shape else "a single number"


def read_data(text: str, words: bool = False) -> dict[str, Value | str]:
    """A JSON object from names to numbers, decimal strings or nested lists of them; with `words` also to functions and formulas in strings."""
    try:
        pairs = json.loads(text, parse_float=str, parse_int=str, parse_constant=_Constant, object_pairs_hook=_Pairs)
    except RecursionError:
        raise DataError("The data are nested too deeply.") from None
    except json.JSONDecodeError as error:
        line = text.split("\n")[error.lineno - 1]
        raise DataError(f"The data are not JSON: {error.msg[:1].lower()}{error.msg[1:]}.", Place(error.lineno, error.colno, line)) from None
    if not isinstance(pairs, _Pairs):
        raise DataError("The data are not a JSON object.", suggestion='Write {"x": [1, 2], "W_1": [[1, 0], [0, 1]]}.')
    data: dict[str, Value] = {}
    for name, value in pairs:
        if name in data:
            raise DataError(f"{_short(name)} is given twice.")
        data[name] = value if words and _is_word(value) else as_value(name, value)
    return data


def _is_word(value: object) -> bool:
    """Is it the name of a function or a formula: "sigmoid", "1/2||a-y||^2"?"""
    return type(value) is str and len(value) <= LONGEST and any(c.isalpha() and c not in "eE" for c in value)


def as_data(data: Mapping[str, object]) -> dict[str, Value]:
    """The same from Python values; a float is the shortest decimal that stands for it."""
    return {name: as_value(name, value) for name, value in data.items()}


def as_value(name: str, value: object) -> Value:
    """Numbers, decimal strings and nested lists (arrays too) as exact nested tuples."""
    found = _value(name, value, DEEPEST)
    try:
        shape_of(found)
    except Ragged as error:
        raise DataError(f"{_short(name)} is not rectangular: {error}.") from None
    return found


def _value(name: str, value: object, depth: int) -> Value:
    if hasattr(value, "tolist"):
        value = value.tolist()
    match value:
        case Fraction():
            return value
        case bool() | None | _Constant() | _Pairs():
            raise DataError(f"{_short(name)} holds {_said(value)}, which is no number.")
        case int():
            return Fraction(value)
        case float() | str():
            try:
                return exact(value if isinstance(value, str) else repr(value))
            except ValueError:
                raise DataError(f"{_short(name)} holds {_said(value)}, which is no number.",
                                suggestion='Write decimals (0.3), decimal strings ("0.3") or ratios ("1/3").') from None
        case list() | tuple() if depth == 0:
            raise DataError(f"{_short(name)} is nested more than {DEEPEST} deep.")
        case list() | tuple():
            return tuple(_value(name, item, depth - 1) for item in value)
    raise DataError(f"{_short(name)} holds a {type(value).__name__}, which is no number.")


class _Pairs(list):
    """The members of a JSON object, twice named ones included."""


class _Constant(str):
    """NaN, Infinity or -Infinity: JSON as Python writes it."""


def _said(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case _Pairs():
            return "an object"
        case _Constant():
            return str(value)
        case str():
            return _short(value)
    return repr(value)


def _short(text: str) -> str:
    shown = text if len(text) <= 40 else text[:39] + "…"
    return f'"{shown}"'
