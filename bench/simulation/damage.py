"""Damage as reading a page by machine does it: digits taken for others, digits and signs lost, one vector copied over another."""
from __future__ import annotations

from collections.abc import Sequence
from random import Random

from .answers import Claim, Figure
from .writer import CONFUSED, dropped

COPIED = 0.08
"""Of the damaged numbers, the share that stand in a vector which another was copied over."""


def damage(claims: Sequence[Claim], rate: float, chance: Random) -> list[Figure]:
    """Damages so large a share of the printed numbers, in place; gives those that read differently now."""
    hurt = []
    for claim in claims:
        own = [figure for figure in claim.figures if figure.result]
        if len(own) > 1 and chance.random() < rate * COPIED:
            others = [c for c in claims if c is not claim and len(c.figures) and len(_results(c)) == len(own)]
            if others:
                hurt += [figure for figure, source in zip(own, _results(chance.choice(others)), strict=True) if _rewritten(figure, source.text)]
        for figure in claim.figures:
            if not figure.damaged and chance.random() < rate * (1 - COPIED):
                changed = hit(figure.text, chance)
                if changed is not None and _rewritten(figure, changed):
                    hurt.append(figure)
    return hurt


def hit(text: str, chance: Random) -> str | None:
    """A number read wrongly. None where that way of damage has nothing to change in it."""
    way = chance.random()
    if way < 0.1 and text.startswith("-"):
        return text[1:]
    if way < 0.2 and (short := dropped(text, chance)) is not None:
        return short
    digits = [k for k, c in enumerate(text) if c.isdigit()]
    k = chance.choice(digits)
    return text[:k] + chance.choice(CONFUSED[text[k]]) + text[k + 1:]


def _rewritten(figure: Figure, text: str) -> bool:
    if text == figure.text:
        return False
    figure.text, figure.damaged = text, True
    return True


def _results(claim: Claim) -> list[Figure]:
    return [figure for figure in claim.figures if figure.result]
