"""Verdicts on the claims of an answer, and the signs they are printed with."""
from __future__ import annotations

RIGHT, CARRIED, WRONG, MISREAD, UNCHECKED = VERDICTS = ("right", "carried", "wrong", "misread", "not checked")
SIGNS = {RIGHT: "✓", CARRIED: "→", WRONG: "✗", MISREAD: "▢", UNCHECKED: "?"}
GRAVITY = (WRONG, MISREAD, UNCHECKED, CARRIED, RIGHT)


def gravest(verdicts: tuple[str, ...]) -> str:
    """The one of several verdicts that a margin has room for; "" where there are none."""
    return min(verdicts, key=GRAVITY.index, default="")
