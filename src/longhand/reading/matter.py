"""Front matter: `key: value` lines between --- at the top of a sheet, which override any guess.

Keys: layout (row, column), log (ln, 10), loss (a name), rate (a number), steps, method, title.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping

from .markdown import Block

KEYS = frozenset({"layout", "log", "loss", "rate", "steps", "method", "title", "parameters", "sum"})


def front_matter(blocks: Iterable[Block]) -> Mapping[str, str]:
    """The keys and values of the front matter block; {} without one."""
    for block in blocks:
        if block.kind == "front matter":
            found: dict[str, str] = {}
            for line in "".join(run.text for run in block.runs).splitlines():
                key, colon, value = line.partition(":")
                if colon and key.strip():
                    found[key.strip().lower()] = value.strip().strip("\"'")
            return found
    return {}


def unknown_keys(matter: Mapping[str, str]) -> list[str]:
    return [key for key in matter if key not in KEYS]
