"""The first line of the plain-text form, by which it is told from a sheet without reading any of the rest."""
from __future__ import annotations

import re

HEADER = re.compile(r"longhand[ \t]+([0-9]{1,9})[ \t\r]*(?:\#.*)?")


def is_plain(text: str) -> bool:
    """Whether the text is in this form: its first line that says anything is the header."""
    for line in text.split("\n"):
        line = line.strip()
        if line and not line.startswith("#"):
            return HEADER.fullmatch(line) is not None
    return False
