"""Colour on terminals, by hand: NO_COLOR is obeyed, and nothing is coloured that is not a terminal."""
from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TextIO

from ..core.record import record

STYLES = {
    "title": "1", "heading": "1;34", "number": "1;34", "rule": "2", "dim": "2", "boxed": "1;32", "frame": "32",
    "assumption": "33", "repair": "35", "problem": "31", "check": "32", "code": "36",
    "mistake": "31", "missing": "33", "follows": "36",
    "right": "32", "carried": "36", "wrong": "1;31", "misread": "35", "not checked": "33", "said": "",
}


@record
class Paint:
    """Puts text in a style of the table above, or leaves it as it is."""
    on: bool

    def __call__(self, text: str, style: str) -> str:
        if not self.on or not text or not STYLES.get(style):
            return text
        return f"\x1b[{STYLES[style]}m{text}\x1b[0m"


def wants_colour(stream: TextIO, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether to colour what is written to the stream."""
    if environment.get("NO_COLOR") or environment.get("TERM") == "dumb":
        return False
    return bool(getattr(stream, "isatty", lambda: False)())
