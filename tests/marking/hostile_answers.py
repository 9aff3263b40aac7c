"""Answers as somebody writes them who wishes the marker ill, or whose page was destroyed on the way."""
from __future__ import annotations

from collections.abc import Iterator

GREEK = ("alpha", "beta", "gamma", "kappa")


def hostile_answers() -> Iterator[tuple[str, str]]:
    """(name, text). All are about the sheet of examples/two-layer-softmax.md, as far as they are about anything."""
    yield from _numbers()
    yield from _deep()
    yield from _long()
    yield from _broken()
    yield from _dear()


def _matrix(n: int) -> str:
    return r"\begin{bmatrix}" + r"\\".join("&".join(["0.5"] * n) for _ in range(n)) + r"\end{bmatrix}"


def _numbers() -> Iterator[tuple[str, str]]:
    """Numbers that nobody can write down."""
    yield "tower of powers", r"$h = 10^{10^{10}}$ and $h_1 = 2^{2^{2^{2^{99}}}}$"
    yield "large exponents", r"$L = x^{99999999}$, $L = 1.5^{99999999} = 3$, $L = W_1^{5000}$, $L = e^{e^{e^{e^{e^9}}}}$"
    yield "powers of powers", r"$L = ((((((2^9)^9)^9)^9)^9)^9)^9$, $L = \exp(\exp(\exp(\exp(10))))$"
    yield "many digits", "$L = 1e400$, $L = " + "1" * 5000 + "$, $L = 1e99999999$, $L = 0." + "3" * 5000 + "$"
    yield "strange digits", "$L = ٣.٥$ $L = ½ + ²³$ $L = 𝟙𝟚$ $L = 1٬000$"
    yield "roots", r"$L = \sqrt[99999]{2} + \sqrt{\sqrt{\sqrt{\sqrt{-2}}}}$, $L = 1/0$, $L = 0/0$, $L = \ln 0$"
    yield "large sums", r"$L = \sum_{i=1}^{999999} x_i$, $L = \prod_{i=1}^{999999} 2$, $L = \sum_{i=1}^{1000000}\sum_{j=1}^{1000000} 1$"
    yield "dots to infinity", "$L = 1 + 2 + \\dots + 99999999$, $L = x_1 x_2 \\cdots x_{99999999}$"


def _deep() -> Iterator[tuple[str, str]]:
    """Brackets in brackets."""
    yield "fractions", "$L = " + r"\frac{1}{" * 45 + "2" + "}" * 45 + "$"
    yield "very deep fractions", "$L = " + r"\frac{1}{" * 3000 + "2" + "}" * 3000 + "$"
    yield "brackets", "$L = " + "(" * 4000 + "1" + ")" * 4000 + "$"
    yield "open brackets", "$L = " + "(" * 40000 + "$"
    yield "left and right", "$" + r"\left(" * 3000 + "1" + r"\right)" * 3000 + "$"
    yield "scripts", "$L = x" + "_{x" * 45 + "}" * 45 + "$"
    yield "scripts side by side", "$L = x" + "_x^x" * 4000 + "$"
    yield "primes", "$L = x" + "'" * 10000 + "$"
    yield "matrices", "$L = " + r"\begin{bmatrix}" * 40 + "1" + r"\end{bmatrix}" * 40 + "$"
    yield "minus signs", "$L = " + "-" * 5000 + "1$"
    yield "norms", "$L = " + "|" * 5001 + "x$"
    yield "quotes", ">" * 50000 + " $L = 1$"


def _long() -> Iterator[tuple[str, str]]:
    """Much of everything."""
    yield "sum", "$L = " + "+".join(["x_1"] * 6000) + "$"
    yield "product", "$L = " + " ".join(["W_1"] * 5000) + "$"
    yield "matrix of 500 by 500", "$$W_1 = " + _matrix(500) + "$$"
    yield "product of matrices", "$$W_1 = " + _matrix(60) + " " + _matrix(60) + "$$"
    yield "chain of 5000 signs", "$L " + "= 1 " * 5000 + "$"
    yield "chain over 5000 lines", "$L = 1$\n" + "$= 1$\n" * 5000
    yield "cases", r"$L = \begin{cases}" + r"\\".join(["1 & x > 0"] * 2000) + r"\end{cases}$"
    yield "one line of 10 MB", "a" * 10_000_000
    yield "one formula of 10 MB", "$L = " + "x + " * 2_500_000 + "$"
    yield "backslashes", "\\" * 100_000
    yield "dollars", "$" * 20000 + " L = 1 $ $$ $" * 500
    yield "fences", "```\n" * 20000
    yield "bullets", "- " * 50000
    yield "pipes", "|" * 100_000
    yield "tags", "<table>" * 20000


def _broken() -> Iterator[tuple[str, str]]:
    """What is no text any more."""
    yield "sums of nothing", "$uc +  = -0.6 + 0.45\\frac + 0.0.05$, h +  = 1, $L = a[] + 2 z[]$, $L = \\frac{\\partial L}{\\partial h[]}$, e[) = 3"
    yield "unclosed dollars", "\n\n".join(["$L = 1"] * 300)
    yield "control characters", "".join(map(chr, range(32))) * 50 + "$L = \x00 1\x07$ \x1b[31m$L = 2$"
    yield "right to left", "\u202e$L = 1$\u202c \u200f $\u0661 = L$ \u0627\u0644 " * 50
    yield "lone surrogates", "\ud800 $L = \udfff$ \ud83d $h = \ud800$" * 50
    yield "NUL", "\0" * 50000 + "$L = 1$"
    yield "byte order marks", "\ufeff$L = 1$\ufeff$h = 1$"
    yield "nothing", ""


def _dear() -> Iterator[tuple[str, str]]:
    """What takes long to understand."""
    yield "mixed products", "\n\n".join(
        "$dL/dW_1 = " + r" \cdot ".join(["(W_1 x + b_1)", "x", "h", "W_2", "y"] * k) + "$" for k in range(1, 9))
    yield "products of vectors", "$L = " + " ".join(["h h"] * 20) + "$"
    yield "seven sums", "$L = " + "".join(rf"\sum_{{{c}}}" for c in "abcdefg") + " ".join(f"x_{c}" for c in "abcdefg") + "$"
    yield "nine letters", r"$\frac{\partial h_i}{\partial W_{1,jk}}\frac{\partial h_l}{\partial W_{1,mn}} = " + " ".join(f"x_{c}" for c in "ijklmnopq") + "$"
    yield "names in a circle", "$a = b$\n\n$b = c$\n\n$c = a$\n\n$L = a$"
    yield "names of names", "\n\n".join(f"$t_{{{k}}} = t_{{{k + 1}}} t_{{{k + 1}}}$" for k in range(100)) + "\n\n$L = t_{0}$"
    yield "names doubled", "$t_{0} = W_1 x$\n\n" + "".join(f"$t_{{{k + 1}}} = t_{{{k}}} + t_{{{k}}}$\n\n" for k in range(60)) + "$z = t_{60}$"
    yield "unknown names", "\n\n".join(rf"$\{n}_{{{k}}} = \{m}_{{{k}}} W_2 + \{m}$" for k in range(50) for n, m in (GREEK[:2], GREEK[2:]))
    yield "wrong formulas", "\n\n".join(rf"$\frac{{\partial L}}{{\partial W_1}} = {k} W_1^T x + {k + 1} h h^T W_1 - \sigma(z)$" for k in range(2, 60))
