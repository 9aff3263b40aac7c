"""A formula with one of its parts exchanged."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace

from ..reading.syntax import PARTS, Formula, walk


def replaced(formula: Formula, old: Formula, new: Formula) -> Formula:
    """The formula with `old` (this very node) exchanged for `new`."""
    if formula is old:
        return new
    changed = {}
    for name in PARTS[type(formula)]:
        value = getattr(formula, name)
        other = _within(value, old, new)
        if other is not value:
            changed[name] = other
    return replace(formula, **changed) if changed else formula


def all_replaced(formula: Formula, new: Mapping[int, Formula]) -> Formula:
    """The formula with other nodes for some of its own, by their identity."""
    if id(formula) in new:
        return new[id(formula)]
    changed = {}
    for name in PARTS[type(formula)]:
        value = getattr(formula, name)
        other = _all_within(value, new)
        if other is not value:
            changed[name] = other
    return replace(formula, **changed) if changed else formula


def alike(a: object, b: object) -> bool:
    """Whether two formulas are written alike, wherever they stand."""
    if type(a) is not type(b):
        return False
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(alike, a, b))
    if not isinstance(a, Formula):
        return a == b
    return all(alike(getattr(a, f.name), getattr(b, f.name)) for f in fields(a) if f.name != "span")


def exchanged(formula: Formula, old: Formula, new: Formula) -> Formula:
    """The formula with `new` for every part that is written like `old`."""
    for node in list(walk(formula)):
        if alike(node, old):
            formula = replaced(formula, node, new)
    return formula


def _all_within(value: object, new: Mapping[int, Formula]) -> object:
    if isinstance(value, tuple):
        parts = tuple(_all_within(part, new) for part in value)
        return parts if any(a is not b for a, b in zip(parts, value, strict=True)) else value
    return all_replaced(value, new) if isinstance(value, Formula) else value


def _within(value: object, old: Formula, new: Formula) -> object:
    if isinstance(value, tuple):
        parts = tuple(_within(part, old, new) for part in value)
        return parts if any(a is not b for a, b in zip(parts, value, strict=True)) else value
    return replaced(value, old, new) if isinstance(value, Formula) else value
