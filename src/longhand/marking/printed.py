"""Printed numbers: what the digits somebody wrote say about the number meant, and a number in as many digits."""
from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from flint import arb, ctx, fmpq

from ..core.record import record

FORM = re.compile(r"([+-]?)(\d*)(?:\.(\d*))?(?:(?:[eE]|(?:\*|\\cdot|\\times|·|×)10\^)([+-]?\d{1,3}))?")
EXPONENT = re.compile(r"[eE*·×\\]")
DECIMAL = re.compile(r"(-?\d{1,20})\.(\d{1,20})", re.ASCII)
RATIO = re.compile(r"([+-]?\d+)/(\d+)")
BITS = 256
CLAIMS = 4000
"""Claims whose numbers are remembered."""
LONGEST = 400
"""Characters of a number beyond which it is not read."""


@record
class PrintedCell:
    """A printed number: its text as written ("-.627"), the closed interval ± half a unit of its last place, and how many decimals
    that is (negative for 1.5e3). ball None: unreadable."""
    text: str
    ball: Any
    places: int


def printed(texts: Sequence[str]) -> tuple[PrintedCell, ...]:
    """The numbers of one claim. Each is as precise as the longest of them (`2 -0.75` is to two decimals), but for one that has all
    the significant digits of the others before its last place (1.251 beside 0.5374), or is in scientific notation. Where fewer zeros are
    left out at the ends if all are taken to have as many significant digits, they are (-0.0475485, 0.57116, -0.523612)."""
    return _printed(tuple(texts), ctx.prec)


@lru_cache(CLAIMS)
def _printed(texts: tuple[str, ...], bits: int) -> tuple[PrintedCell, ...]:
    """Kept, since a class prints the same numbers again and again. `bits`: the precision at which this is asked."""
    read = [_read(text) for text in texts]
    plain = [number for number in read if number is not None and not number.own]
    places = max((number.places for number in plain), default=0)
    full = max((number.significant for number in plain), default=0)
    full = max(3, full)
    pointed = [number for number in plain if number.places >= 1 and number.top]
    counted = sum(max(0, full - number.significant) for number in pointed) < sum(places - number.places for number in pointed)
    return tuple(_cell(text, number, places, full, counted) for text, number in zip(texts, read, strict=True))


def nearest_digits(ball: Any, places: int) -> str:
    """The middle of the ball to so many decimals, "?" where it has none."""
    if not ball.is_finite():
        return "?"
    value, two = (int(part) for part in ball.mid().man_exp())
    top, bottom = abs(value), 1
    top, bottom = (top << two, bottom) if two > 0 else (top, bottom << -two)
    top, bottom = (top * 10 ** places, bottom) if places > 0 else (top, bottom * 10 ** -places)
    digits = (2 * top + bottom) // (2 * bottom)         # a tie away from 0, as by hand
    sign = "-" if value < 0 and digits else ""
    if places <= 0:
        return sign + str(digits * 10 ** -places)
    text = str(digits).rjust(places + 1, "0")
    return f"{sign}{text[:-places]}.{text[-places:]}"


def significant(text: str) -> int:
    """How many significant digits are written, without those of an exponent."""
    return len("".join(c for c in EXPONENT.split(text)[0] if c.isdigit()).lstrip("0"))


def with_rounded(ball: Any, places: int) -> Any:
    """The ball together with what its numbers are rounded to: what a writer goes on with who rounds, or does not."""
    one = unit(places)
    return ball.union((ball.lower() / one + 0.5).floor() * one).union((ball.upper() / one + 0.5).floor() * one)


def half_unit(places: int) -> Any:
    """0 ± half a unit of the last place (arb)."""
    return _around_zero(places, 2)


def whole_unit(places: int) -> Any:
    """0 ± a unit of the last place (arb)."""
    return _around_zero(places, 1)


@record
class _Number:
    """top/bottom exactly; `own`: its precision is its own affair, whatever stands beside it; `exact`: it has none, a fraction."""
    top: int
    bottom: int
    places: int
    significant: int
    own: bool = False
    exact: bool = False


@lru_cache(CLAIMS)
def _read(text: str) -> _Number | None:
    if decimal := DECIMAL.fullmatch(text):                  # as most are
        before, after = decimal.groups()
        digits = before + after
        return _Number(int(digits), 10 ** len(after), len(after), len(digits.lstrip("-0")))
    written = text.replace(" ", "").replace("−", "-").replace("{", "").replace("}", "")
    if len(written) > LONGEST:
        return None
    if ratio := RATIO.fullmatch(written):
        top, bottom = int(ratio[1]), int(ratio[2])
        return _Number(top, bottom, 0, len(ratio[2]), own=True, exact=True) if bottom else None
    found = FORM.fullmatch(written)
    if found is None:
        return None
    sign, before, after, exponent = found.groups()
    digits = before + (after or "")
    if not digits:
        return None
    power = int(exponent or 0)
    places = len(after or "") - power
    top = int(sign + digits)
    return _Number(top * 10 ** max(0, -places), 10 ** max(0, places), places, len(digits.lstrip("0")), own=exponent is not None)


def _cell(text: str, number: _Number | None, places: int, full: int, counted: bool) -> PrintedCell:
    if number is None:
        return PrintedCell(text, None, places)
    centre = arb(fmpq(number.top, number.bottom))
    if number.exact:
        return PrintedCell(text, centre, 0)
    own = number.own or (number.places >= 1 and number.significant >= full)
    if own:
        places = number.places
    elif counted and number.top and (number.places >= 1 or number.significant >= 5):
        places = min(places, number.places + max(0, full - number.significant))
    return PrintedCell(text, centre + half_unit(places), places)


@cache
def _around_zero(places: int, parts: int) -> Any:
    with ctx.workprec(BITS):
        return arb(0, unit(places) / parts)


@cache
def unit(places: int) -> Any:
    """One in the last of so many places: kept, so as precise as it is ever needed."""
    with ctx.workprec(BITS):
        return arb(fmpq(10) ** -places)
