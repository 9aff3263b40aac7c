"""Formulas read before, and equations read side by side, are those that are read at once: with the places of the answer they stand in."""
from __future__ import annotations

from dataclasses import fields

import pytest

from longhand.reading.chain_memory import Memory
from longhand.reading.chain_sides import sides_of
from longhand.reading.chains import Chain, chains
from longhand.reading.source import Source
from longhand.reading.syntax import Formula, Span

EQUATIONS = (
    r"$\nabla_{W_2} J = \begin{bmatrix} 0.1 & -0.2 \\ 0.3 & 0.4 \end{bmatrix}$",
    r"$z_{1,1} = (-0.47) \cdot 0.99 + 1.07 \cdot 0.43 = 0.2011$",
    r"$$\frac{\partial L}{\partial b} = \delta \approx [0.5, -0.25]^\top = -0.5$$",
    r"$da_3 = \frac{dE}{d w} = \bar{x}$",
    r"$\sum_{i=1}^{3} x_i = 6 = 3!$",
    r"$f = s - 1\ (i = j)$",
    r"dE/dw5 = 0.74 * 0.18 = 0.13",
    "net_h1 = 0.15 * 0.05 + 0.35 ≈ 0.3775",
    r"$a = -b$ and then $\quad = 0.75$",
    r"$y = +3$",
    r"$L = -\log(\hat{y}) =$ $= 0.22$",
)
OTHERS = (
    r"$a = b, c = d$", r"$a = b \quad c = d$", r"$x = \begin{cases} 1 & a = b \\ 0 & a > b \end{cases}$", r"$a \leq b = c$", r"$\|x\| = |y| = 2$",
    r"$a = b \text{ if } i = j$", r"$a = b = $", r"$(a = b$", r"$W = \begin{bmatrix} 1 & 2 \\ 3 \end{matrix} = 4$", r"$a \not= b$", r"$x == 3 = y$",
    r"\begin{aligned} a &= b \\ &= c \end{aligned}", r"$1. x = 2$", r"$a = b. \quad (1.1)$", r"$y = \mathbf$ $= 2$", "x = y / dw = 3", r"$a = b \tag{2}$",
)


def shifted(one: object, other: object, by: int) -> bool:
    """Whether two trees are the same, but for their places, which differ by as much."""
    if isinstance(one, Span):
        return (one.start + by, one.end + by) == (other.start, other.end)
    if isinstance(one, Formula):
        return type(one) is type(other) and all(shifted(getattr(one, f.name), getattr(other, f.name), by) for f in fields(one))
    if isinstance(one, tuple):
        return len(one) == len(other) and all(shifted(a, b, by) for a, b in zip(one, other, strict=True))
    return one == other


def alike(one: Chain, other: Chain) -> bool:
    """Whether two chains are the same, and their parts stand in the same places."""
    return (one.operators, one.spans, one.span, one.before, one.after, one.continues, len(one.conditions)) == (
        other.operators, other.spans, other.span, other.before, other.after, other.continues, len(other.conditions)) \
        and all(shifted(a, b, span.start - a.span.start) for a, b, span in zip(one.parts, other.parts, one.spans, strict=True))


@pytest.mark.parametrize("text", (*EQUATIONS, *OTHERS))
def test_remembered_formulas_are_the_same(text: str) -> None:
    memory = Memory()
    for source in (f"First {text}", f"Before it, some words and\n\n{text}\n\n{text} again"):
        known, plain = chains(Source(source, ""), memory), chains(Source(source, ""))
        assert len(known.chains) == len(plain.chains) and all(map(alike, known.chains, plain.chains))
        assert (known.prose, known.strange, known.repairs) == (plain.prose, plain.strange, plain.repairs)


def test_the_same_text_is_the_same_object() -> None:
    memory = Memory()
    first = chains(Source(r"$h = 0.5$", ""), memory).chains[0]
    again = chains(Source(r"so $h = 0.5$", ""), memory).chains[0]
    beside = chains(Source(r"$h = 0.75$", ""), memory).chains[0]
    assert first.parts[0] is again.parts[0] is beside.parts[0] and first.parts[1] is again.parts[1] and first.parts[1] is not beside.parts[1]
    assert [span.start for span in again.spans] == [span.start + 3 for span in first.spans]


@pytest.mark.parametrize("text", (r"a = b = ", r"(a = b)", r"|x| = 2", r"a \leq b", r"a := b", r"a & = b", r"a = +b", r"y = \mathbf"))
def test_no_plain_equation(text: str) -> None:
    assert sides_of(text, plain=False) is None


def test_sides() -> None:
    sides, signs = sides_of(r"z_{i=1} = \sum_{k=1}^n x_k \approx 0.5", plain=False)
    assert [side.text for side in sides] == ["z_{i=1}", r"\sum_{k=1}^n x_k", "0.5"] and signs == ("=", "approx")
    assert [side.start for side in sides] == [0, 10, 35]
