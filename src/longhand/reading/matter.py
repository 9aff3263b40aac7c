"""Front matter: `key: value` lines between --- at the top of a sheet, which override any guess.

    ---
    layout: row            row or column: how vectors stand
    log: 10                ln, or a base
    loss: J                the quantity to differentiate
    rate: 0.1              also momentum: 0.9, steps: 3, method: adam
    labels: y              also inputs, parameters; names with commas between
    one-hot: y
    title: Homework 3
    ---

What words could say as well becomes a phrase, as if the words had said it first; the rest is asked for by key.
"""
from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field

from ..calculus.descent import METHODS
from ..core.record import record
from .environment import Note
from .formula import read_formula
from .markdown import Block
from .names import flat
from .phrases import Phrase
from .syntax import Formula, Sequence, Span

NUMBER = re.compile(r"[+-]?(\d{1,30}\.?\d{0,30}|\.\d{1,30})([eE][+-]?\d{1,2})?")
PHRASES = {"rate": "learning rate", "momentum": "momentum", "steps": "steps", "method": "method", "one-hot": "one-hot"}
ROLES = {"inputs": "input", "labels": "label", "parameters": "parameter"}


def _is_list(value: str) -> bool:
    return bool(value) and all(name is not None for name in names(value))


KEYS: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "layout": (lambda v: v in ("row", "column"), "row or column"),
    "log": (lambda v: v in ("ln", "e") or v.isdigit() and 1 < int(v[:9]) < 1000, "ln, 2 or 10"),
    "loss": (lambda v: len(names(v)) == 1 and _is_list(v), "the name of a quantity"),
    "rate": (lambda v: NUMBER.fullmatch(v) is not None, "a number"),
    "momentum": (lambda v: NUMBER.fullmatch(v) is not None, "a number"),
    "steps": (lambda v: v.isdigit() and 0 < int(v[:9]) <= 1000, "a whole number from 1 to 1000"),
    "method": (lambda v: v.lower() in METHODS, " or ".join(sorted({row.name for row in METHODS.values()}))),
    "one-hot": (_is_list, "names of quantities"),
    "inputs": (_is_list, "names of quantities"),
    "labels": (_is_list, "names of quantities"),
    "parameters": (_is_list, "names of quantities"),
    "title": (bool, "words"),
}
"""Each key, what its value must be, and that in words."""


@record
class Matter:
    """The directives of a sheet: by key, as phrases, the role that each name is given, and what is wrong with them."""
    values: Mapping[str, str] = field(default_factory=dict)
    phrases: tuple[Phrase, ...] = ()
    roles: Mapping[str, str] = field(default_factory=dict)
    named: tuple[tuple[str, Span], ...] = ()
    faults: tuple[Note, ...] = ()

    @property
    def log(self) -> int | str | None:
        """The base of log: "ln", a number, or None where nothing is said."""
        said = self.values.get("log")
        return int(said) if said is not None and said.isdigit() else "ln" if said is not None else None


def front_matter(blocks: Iterable[Block]) -> Matter:
    """The directives of the front matter block, if there is one."""
    for block in blocks:
        if block.kind == "front matter":
            return _read("".join(run.text for run in block.runs), block.runs[0].span.start if block.runs else block.span.start)
    return Matter()


def names(value: str) -> list[str | None]:
    """The names of a list, None for what is no name."""
    return [flat(formula) or None for formula in _formulas(value)]


def _formulas(value: str) -> list[Formula]:
    formula = read_formula(value.replace("$", " ")).formula
    return list(formula.items) if isinstance(formula, Sequence) else [formula] if formula is not None else []


def _read(text: str, offset: int) -> Matter:
    values: dict[str, str] = {}
    phrases: list[Phrase] = []
    roles: dict[str, str] = {}
    named: list[tuple[str, Span]] = []
    faults: list[Note] = []
    for line in text.splitlines(keepends=True):
        span = Span(offset, offset + len(line.rstrip()))
        offset += len(line)
        key, colon, value = line.partition(":")
        key, value = key.strip().lower(), value.strip().strip("\"'").strip()
        if not line.strip() or key.startswith("#"):
            continue
        if key not in KEYS or not colon:
            faults.append(Note("problem", span, f"{key} is no key of the front matter", "", f"the keys are {', '.join(KEYS)}"))
            continue
        accepts, expected = KEYS[key]
        if not accepts(value):
            faults.append(Note("problem", span, f"{key} cannot be {value or 'empty'}", "", f"write {expected}"))
            continue
        if key in values:
            faults.append(Note("problem", span, f"{key} is said twice", "", "leave one of the two out"))
            continue
        values[key] = value
        listed = [n for n in names(value) if n] if KEYS[key][0] is _is_list or key == "loss" else []
        named += [(name, span) for name in listed]
        if key in PHRASES:
            said = METHODS[value.lower()].name if key == "method" else value
            about = _formulas(value) if key == "one-hot" else [None]
            value = None if key == "one-hot" else said
            phrases += [Phrase(PHRASES[key], value, "", span, line.strip(), about=formula) for formula in about]
        if key in ROLES:
            roles.update(dict.fromkeys(listed, ROLES[key]))
    return Matter(values, tuple(phrases), roles, tuple(named), tuple(faults))
