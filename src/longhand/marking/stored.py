"""Marks as one line of JSON and back, without the answer's text: what the journal keeps and a worker sends."""
from __future__ import annotations

import json
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any

from ..core.problem import Remark
from .marks import CellMark, Mark, Marked

RECORDS = {"marks": Mark, "entries": CellMark, "not_understood": Remark}
"""The fields that hold records, and which."""


def packed(marked: Marked) -> bytes:
    """The marks as JSON in ASCII, without what has its default value. TypeError for what JSON cannot say."""
    slim = _slim(marked)
    slim.pop("text", None)
    return json.dumps(slim, separators=(",", ":"), default=_slim).encode("ascii")


def unpacked(line: bytes) -> Marked:
    """The marks again. ValueError, KeyError or TypeError for a line that is not one of `packed`."""
    return _whole(Marked, json.loads(line))


def _slim(record: Any) -> dict[str, Any]:
    if not is_dataclass(record):
        raise TypeError(f"a {type(record).__name__} among the marks")
    found = ((name, default, getattr(record, name)) for name, default in _defaults(type(record)))
    return {name: value for name, default, value in found if value is not default and (default is MISSING or value != default)}


@cache
def _defaults(kind: type) -> tuple[tuple[str, Any], ...]:
    return tuple((f.name, f.default) for f in fields(kind))


def _whole(kind: type, slim: dict[str, Any]) -> Any:
    values = []
    for name, default in _defaults(kind):
        value = slim.pop(name, default)
        if isinstance(value, list):
            value = tuple([_whole(RECORDS[name], item) for item in value]) if name in RECORDS else _tuples(value)
        values.append(value)
    if slim or MISSING in values:
        raise TypeError(f"no {kind.__name__}")
    return kind(*values)


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
