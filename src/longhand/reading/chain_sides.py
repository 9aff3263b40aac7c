r"""The sides of an equation, each by itself: `\nabla_b J = [0.1, 0.2]` is a side that a whole class writes beside one of somebody's own.

Only where each side is whole in itself, so that the sides read one by one are those of the formula read at once; any doubt leaves the
formula to the parser as it is.
"""
from __future__ import annotations

import re

from ..core.record import record
from . import vocabulary as words

SIGN = re.compile(r"\\begin\{|\\end\{|\\approx(?![A-Za-z])|\\.|[{}()\[\]=≈%|&∣‖∥]", re.DOTALL)
DOUBTFUL = re.compile(r"[<>!:=]=|=[<>]|\\not(?![A-Za-z])|\\[lr]?[vV]ert|\\mid|\\middle")
COMMAND = re.compile(r"\\([A-Za-z]+)$")
BELOW = re.compile(r"/\s*d")
STEPS = {"{": 1, "(": 1, "[": 1, "}": -1, ")": -1, "]": -1, "\\begin{": 2, "\\end{": 0}
"""How much deeper it is behind a sign; the brace of an environment's name is counted when it closes."""
RELATIONS = {"=": "=", "\\approx": "approx", "≈": "approx"}
STOPS = frozenset(("%", "|", "∣", "‖", "∥"))
BREAKS = frozenset(("&", "\\\\"))
COMPLETE = words.GREEK | words.SYMBOLS.keys()
"""Commands that want nothing behind them."""


@record
class Side:
    """A side's text and where it begins."""
    text: str
    start: int


def sides_of(text: str, plain: bool) -> tuple[tuple[Side, ...], tuple[str, ...]] | None:
    """The sides and the signs between them. None for a formula that is no plain equation. `plain`: it is plain text."""
    if DOUBTFUL.search(text) or plain and BELOW.search(text):
        return None
    depth, at = 0, 0
    found: list[Side] = []
    signs: list[str] = []
    for match in SIGN.finditer(text):
        sign = match.group()
        if (step := STEPS.get(sign)) is not None:
            depth += step
            if depth < 0:
                return None
        elif sign in STOPS or depth == 0 and sign in BREAKS:
            return None
        elif depth == 0 and sign in RELATIONS:
            found.append(_side(text, at, match.start()))
            signs.append(RELATIONS[sign])
            at = match.end()
    found.append(_side(text, at, len(text)))
    if depth or not signs or not all(_is_whole(side.text) for side in found):
        return None
    return tuple(found), tuple(signs)


def _side(text: str, start: int, end: int) -> Side:
    while start < end and text[start] in " \n":
        start += 1
    while end > start and text[end - 1] in " \n":
        end -= 1
    return Side(text[start:end], start)


def _is_whole(text: str) -> bool:
    """Whether something stands here, which neither goes on from the left nor wants what stands to the right."""
    if not text or text[0] == "+":
        return False
    command = COMMAND.search(text) if text[-1].isalpha() else None
    return command is None or command[1] in COMPLETE
