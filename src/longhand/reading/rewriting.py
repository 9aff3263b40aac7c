"""Formulas rebuilt: parts of a tree exchanged for others, spans kept."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

from .syntax import Formula

Change = Callable[[Formula], Formula | None]


def rewritten(formula: Formula, change: Change) -> Formula:
    """The formula with each topmost part exchanged for which `change` gives something else; the same object where nothing is."""
    if (instead := change(formula)) is not None:
        return instead
    new = {}
    for field in fields(formula):
        value = getattr(formula, field.name)
        if (other := _value(value, change)) is not value:
            new[field.name] = other
    return replace(formula, **new) if new else formula


def _value(value: object, change: Change) -> object:
    if isinstance(value, Formula):
        return rewritten(value, change)
    if isinstance(value, tuple):
        items = tuple(_value(item, change) for item in value)
        return value if all(a is b for a, b in zip(items, value, strict=True)) else items
    return value
