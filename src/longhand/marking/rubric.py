"""Rubrics: which quantity earns how many points, from a TOML file or from the derivation."""
from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from decimal import Decimal
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from ..core.record import record
from ..errors import DataError, LonghandError, NotUnderstood, Place, UnknownName
from .spelling import spelling, variable

MOST = 1_000_000          # points of a part
LONGEST = 200             # characters of a name
NONE: Mapping[str, int] = MappingProxyType({})


@record
class Part:
    """A line of the rubric.

    of              the quantity, as the program calls it;   name  what the table's column is called
    method          points for the right way (M);   value  for the right value, if the way is right (A);   independent  for the value alone (B)
    follow_through  whether A is also earned by a value that is right given an earlier error
    cells           how many numbers the problem's data make of it, all of which A and B need; 0: none, and a formula is its value
    """
    name: str
    of: str
    method: Decimal = Decimal(0)
    value: Decimal = Decimal(0)
    independent: Decimal = Decimal(0)
    follow_through: bool = True
    cells: int = 0

    @property
    def points(self) -> Decimal:
        return self.method + self.value + self.independent


@record
class Rubric:
    """The parts in order. `misread_counts`: whether a value that was damaged on the page counts as right.

    text, source  the file, for errors that are found later
    """
    parts: tuple[Part, ...]
    title: str = ""
    misread_counts: bool = True
    text: str = field(default="", repr=False, compare=False)
    source: str = field(default="", compare=False)

    @property
    def of(self) -> Decimal:
        """All the points there are."""
        return sum((part.points for part in self.parts), Decimal(0))


KEYS = {"title": str, "misread_counts": bool, "part": list}
PART = {"name": str, "of": str, "method": Decimal, "value": Decimal, "independent": Decimal, "follow_through": bool}
KINDS = {str: "a text in quotes", bool: "true or false", Decimal: "a number", list: "written as [[part]]"}
EXAMPLE = '[[part]]\nof = "dL/dW"\nmethod = 2\nvalue = 1'


def default_rubric(quantities: Iterable[str], cells: Mapping[str, int] = NONE) -> Rubric:
    """One point for the method and one for the value of each quantity, with follow-through."""
    return Rubric(tuple(Part(name, name, Decimal(1), Decimal(1), cells=cells.get(name, 0)) for name in quantities))


def read_rubric(text: str, source: str = "") -> Rubric:
    """The rubric a TOML file says. DataError or NotUnderstood, with the line, for one that is at fault."""
    try:
        said = tomllib.loads(text.removeprefix("\ufeff"), parse_float=Decimal)
    except (ValueError, RecursionError, ArithmeticError) as error:                 # TOMLDecodeError is a ValueError; a huge exponent is neither
        line, column = re.search(r"line (\d+)", str(error)), re.search(r"column (\d+)", str(error))
        place = _place(text, source, int(line[1]) if line else None, int(column[1]) if column else None)
        raise NotUnderstood(f"The rubric is not TOML: {re.sub(r' [(]at .*', '', str(error)) or 'it is too deep'}.", place,
                            f"A part is written\n{EXAMPLE}") from None
    lines = _Lines(text, source)
    found = _checked(said, KEYS, lines, None)
    listed = found.get("part", [])
    if not listed:
        raise DataError("The rubric has no part.", _place(text, source, None), f"A part is written\n{EXAMPLE}")
    parts = []
    for number, entry in enumerate(listed):
        part = _part(entry, lines, number)
        if part.name in {other.name for other in parts}:
            raise lines.error(f"Two parts are called {part.name}", "Give the second another name.", number, "name")
        parts.append(part)
    return Rubric(tuple(parts), found.get("title", ""), found.get("misread_counts", True), text, source)


def fit(rubric: Rubric, quantities: Sequence[str], cells: Mapping[str, int] = NONE) -> Rubric:
    """The rubric with the program's names of its quantities, however they were spelled. UnknownName for one that the problem does not have."""
    names = _named(rubric, quantities, _Lines(rubric.text, rubric.source))
    return replace(rubric, parts=tuple(replace(part, of=name, cells=cells.get(name, 0)) for part, name in zip(rubric.parts, names, strict=True)))


def _named(rubric: Rubric, quantities: Sequence[str], lines: _Lines) -> Iterable[str]:
    keys = {name: spelling(name) for name in quantities}
    for number, part in enumerate(rubric.parts):
        wanted = spelling(part.of)
        by = variable(wanted)
        fitting = ([part.of] if part.of in keys else [name for name, key in keys.items() if key == wanted]
                   or [name for name, key in keys.items() if key.casefold() == wanted.casefold()]
                   or [name for name, key in keys.items() if by and variable(key) == by])                # ∂L/∂W where the loss is called J
        if len(fitting) == 1:
            yield fitting[0]
            continue
        if fitting:
            raise lines.error(f"{part.of} may be any of {', '.join(fitting)}", "Write one of these.", number, "of", UnknownName)
        near = get_close_matches(wanted, keys.values(), 3, 0.4)
        shown = [name for key in near for name in keys if keys[name] == key]
        hint = f"Did you mean {' or '.join(shown)}?" if shown else f"It has {', '.join(list(keys)[:20])}{', ...' if len(keys) > 20 else ''}."
        raise lines.error(f"{part.of} is no quantity of the problem", hint if keys else "", number, "of", UnknownName)


def _part(entry: Any, lines: _Lines, number: int) -> Part:
    if not isinstance(entry, dict):
        raise lines.error("A part is no table", f"Write\n{EXAMPLE}", None, "part")
    found = _checked(entry, PART, lines, number)
    of = found.get("of", "").strip()
    if not of:
        raise lines.error("A part does not say what it is of", 'Write of = "dL/dW".', number, "of")
    part = Part(**{**found, "of": of, "name": found.get("name", "").strip() or of})
    if part.points == 0:
        raise lines.error(f"{part.name} gives no points", "Write method, value or independent, each with a number.", number, "of")
    return part


def _checked(said: Mapping[str, Any], known: Mapping[str, type], lines: _Lines, number: int | None) -> dict[str, Any]:
    """The values, each of its kind. DataError for a key that is not known, or a value of another kind."""
    out = {}
    for key, value in said.items():
        if key not in known:
            near = get_close_matches(key, known, 1)
            raise lines.error(f"{key[:LONGEST]} is no key of a {'rubric' if number is None else 'part'}",
                              f"Did you mean {near[0]}?" if near else f"There are {', '.join(known)}.", number, key)
        wanted = known[key]
        if wanted is Decimal and isinstance(value, int | Decimal) and not isinstance(value, bool):
            value = Decimal(value)
            if not value.is_finite() or not 0 <= value <= MOST or value.as_tuple().exponent < -6:
                raise lines.error(f"{key} = {value} is no number of points", f"Points are from 0 to {MOST}, with at most six decimals.", number, key)
        elif not isinstance(value, wanted):
            raise lines.error(f"{key} is not {KINDS[wanted]}", "", number, key)
        elif isinstance(value, str) and len(value) > LONGEST:
            raise lines.error(f"{key} is longer than {LONGEST} characters", "", number, key)
        out[key] = value
    return out


class _Lines:
    """Where the keys of the parts stand in the file, as far as a line-by-line look can tell."""

    def __init__(self, text: str, source: str) -> None:
        self.text, self.source = text, source
        self.keys: dict[tuple[int | None, str], int] = {}
        part = -1
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip().replace(" ", "").startswith("[[part]]"):
                part += 1
                self.keys[part, ""] = number
            elif "=" in line or line.strip().startswith("["):
                key = line.partition("=")[0].strip().strip("[]").strip().strip("\"'")
                self.keys.setdefault((part if part >= 0 else None, key), number)

    def error(self, statement: str, suggestion: str, part: int | None, key: str, kind: type[LonghandError] = DataError) -> LonghandError:
        """The fault, with its line."""
        line = self.keys.get((part, key)) or self.keys.get((part, "")) or self.keys.get((None, key)) or self.keys.get((None, "part"))
        return kind(statement + ".", _place(self.text, self.source, line), suggestion)


def _place(text: str, source: str, line: int | None, column: int | None = None) -> Place | None:
    shown = (text.split("\n")[line - 1:line] or [""])[0].rstrip("\r") if line else ""
    if not line and not source:
        return None
    first = column or len(shown) - len(shown.lstrip()) + 1
    return Place(line, first, shown, 1 if column else max(1, len(shown.strip())), source=source)
