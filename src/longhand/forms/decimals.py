"""Decimals shown beside other decimals."""
from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation

SPARE = 2
LONGEST = 400
"""Characters of a number above which it is left as it is."""


def as_written(value: str, like: str) -> str:
    """The value to the places of another number, as a teacher writes the right one beside it; to more where that would not tell them
    apart. What is no decimal stays as it is."""
    try:
        if len(value) > LONGEST or "e" in value.lower():
            return value
        number, other = Decimal(value), Decimal(like or "0")
        places = max(-int(other.as_tuple().exponent), 0)
        for more in (places, places + SPARE):
            short = number.quantize(Decimal(1).scaleb(-more), ROUND_HALF_EVEN, Context(prec=LONGEST + 20))
            if short != other:
                return str(short) if -int(number.as_tuple().exponent) > more else value
    except (InvalidOperation, ValueError):
        pass
    return value
