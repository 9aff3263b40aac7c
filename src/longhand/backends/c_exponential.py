"""The exponential of the C target, written so that the compiler turns loops over it into vector code.

e^x = 2^n · e^r with n = round(x / ln 2) and |r| ≤ ln 2 / 2; e^r by its Taylor series, whose rest is below half a unit of the last place.
The fused multiply-add keeps ln 2 exact in two parts, also where the compiler may reorder sums; without it the library's exp is called.
0 gives exactly 1, infinities and NaN what they should, and results below the smallest normal number are rounded, not flushed.
"""
from __future__ import annotations

from math import factorial

from ..core.record import record


@record
class _Format:
    """A floating type: its integer twin, suffix, fused multiply-add, digits, and where e^x is surely infinite or 0."""
    integer: str
    suffix: str
    fast: str
    digits: int
    bias: int
    lowest: int
    highest: int
    ln2: tuple[str, str]
    degree: int


_FORMATS = {
    "float": _Format("int", "f", "FP_FAST_FMAF", 23, 127, -104, 89, ("0.693359375f", "-2.12194440e-4f"), 7),
    "double": _Format("long long", "", "FP_FAST_FMA", 52, 1023, -746, 710, ("0.693145751953125", "1.42860682030941723212e-6"), 13),
}

_TEXT = """#ifdef {fast}
/* e^x, to about one unit of the last place, without a branch or a call. */
static inline {real} exponential({real} x)
{{
    const {real} within = x > {highest} ? {highest} : x < {lowest} ? {lowest} : x;
    const {real} n = rint{s}(within * ({real})1.44269504088896340736);
    const {real} r = fma{s}(n, -({ln2_low}), fma{s}(n, -{ln2_high}, within));
    {real} series = ({real})(1.0 / {last});
{horner}
    const {integer} power = ({integer})n, half = power >> 1;              /* 2^n in two steps: it may be subnormal or infinite */
    union {{ {real} number; {integer} bits; }} first = {{ series }}, second;
    first.bits += half << {digits};
    second.bits = (power - half + {bias}) << {digits};
    return x == x ? first.number * second.number : x;
}}
#else
#define exponential exp
#endif"""


def text(real: str) -> str:
    """`exponential` for "float" or "double", as C."""
    f = _FORMATS[real]
    horner = "\n".join(f"    series = fma{f.suffix}(series, r, ({real})(1.0 / {factorial(k)}));" for k in range(f.degree - 1, -1, -1))
    return _TEXT.format(real=real, s=f.suffix, fast=f.fast, highest=f.highest, lowest=f.lowest, ln2_high=f.ln2[0], ln2_low=f.ln2[1],
                        last=factorial(f.degree), horner=horner, integer=f.integer, digits=f.digits, bias=f.bias)
