"""Decimal strings of which every digit is right."""
from __future__ import annotations

from fractions import Fraction
from typing import Any

from .faults import Undecided

LONGEST_INTEGER = 21
"""Digits of an integer that is still written out in full."""


def rational_text(value: Fraction, digits: int) -> str:
    """The number itself where it ends within `digits` significant digits, or is an integer; else rounded to the nearest."""
    if value.denominator == 1 and abs(value.numerator) < 10 ** LONGEST_INTEGER:
        return str(value.numerator)
    if not value:
        return "0"
    return _written(*_rounded(value.numerator, value.denominator, 0, digits))


def ball_text(ball: Any, digits: int) -> str:
    """The digits to which every number of the ball (arb) rounds. Undecided where they do not agree, or the sign is open."""
    if not ball.is_finite():
        raise Undecided("an enclosure without bounds")
    middle, radius, exponent = (int(part) for part in ball.mid_rad_10exp(digits + 8))
    low, high = middle - radius, middle + radius
    if low <= 0 <= high:
        raise Undecided(f"the sign of {ball.str(5)}")
    ends = {_rounded(end, 1, exponent, digits) for end in (low, high)}
    if len(ends) > 1:
        raise Undecided(f"the last digit of {ball.str(digits + 3)}")
    return _written(*ends.pop())


def zeros_after_point(ball: Any) -> int:
    """How many digits behind the point are 0 for every number of the ball (arb); 0 where it is no small one."""
    if not ball.is_finite():
        return 0
    middle, radius, exponent = (int(part) for part in ball.mid_rad_10exp(8))
    return max(0, -(exponent + len(str(abs(middle) + radius))))


def _rounded(numerator: int, denominator: int, exponent: int, digits: int) -> tuple[int, int]:
    """(m, e) with m·10^e the number numerator/denominator·10^exponent to `digits` significant digits; a tie away from 0."""
    sign = -1 if numerator < 0 else 1
    numerator = abs(numerator)
    shift = digits - (len(str(numerator)) - len(str(denominator)))     # gives digits or digits + 1 digits before the point
    while True:
        top, bottom = (numerator * 10 ** shift, denominator) if shift >= 0 else (numerator, denominator * 10 ** -shift)
        m = (2 * top + bottom) // (2 * bottom)
        if m < 10 ** digits:
            return sign * m, exponent - shift
        shift -= 1


def _written(m: int, exponent: int) -> str:
    """m·10^exponent without trailing zeros; in the exponent form where the plain one is long."""
    sign, text = ("-", str(-m)) if m < 0 else ("", str(m))
    leading = len(text) - 1 + exponent                                 # the power of ten of the first digit
    text = text.rstrip("0")
    if -5 <= leading < 0:
        return f"{sign}0.{'0' * (-leading - 1)}{text}"
    if 0 <= leading < 15:
        text = text.ljust(leading + 1, "0")
        return sign + text[:leading + 1] + ("." + text[leading + 1:] if len(text) > leading + 1 else "")
    return f"{sign}{text[0]}{'.' + text[1:] if len(text) > 1 else ''}e{leading}"
