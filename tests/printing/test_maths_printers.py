"""Maths in LaTeX and on a terminal: every node, every alignment."""
from __future__ import annotations

import unicodedata

import pytest
from latex_lint import faults
from sample_maths import MATRIX, SAMPLES, TALL, W1, n, plus, x, y

from longhand.forms.maths import Fence, Maths, Over, Scripts, Sign, Words, line
from longhand.printing.latex_maths import latex
from longhand.printing.terminal_maths import block, box, inline
from longhand.printing.unicode_table import SUBSCRIPTS, SUPERSCRIPTS, padded, text, width


@pytest.mark.parametrize("name", SAMPLES)
def test_latex_is_well_formed(name):
    assert faults(latex(SAMPLES[name])) == []


@pytest.mark.parametrize("name", SAMPLES)
def test_blocks_are_rectangles(name):
    lines = block(SAMPLES[name])
    assert len({width(line) for line in lines}) == 1, lines
    assert 0 <= box(SAMPLES[name]).middle < len(lines)
    assert all(c.isprintable() for c in "".join(lines)) and inline(SAMPLES[name]).isprintable()


def test_every_node_has_a_sample():
    def kinds(m):
        if isinstance(m, Maths):
            yield type(m)
            for slot in type(m).__slots__:
                yield from kinds(getattr(m, slot))
        elif isinstance(m, tuple):
            for part in m:
                yield from kinds(part)
    assert {k.__name__ for m in SAMPLES.values() for k in kinds(m)} == {k.__name__ for k in Maths.__subclasses__()}


@pytest.mark.parametrize(("bad", "fault"), [
    ("x_1_2", "double _"), ("{x", "braces do not balance"), ("x}", "a brace is closed that was not opened"),
    (r"\left(x", r"\left and \right do not balance"), (r"\begin{cases} x", "an environment stays open"), ("x_", "nothing after _"),
    ("x_{a^b^c}", "double ^")])
def test_the_lint_can_say_no(bad, fault):
    assert fault in faults(bad)


@pytest.mark.parametrize(("name", "text_", "latex_"), [
    ("minus in front", "−x + ŷ", r"-x + \hat{y}"), ("transposed", "W₁ᵀ", r"\mathbf{W}_1^{\top}"), ("scripts", "x²ᵢ", "x^2_i"),
    ("named power", "xᵢ²", "x_i^2"), ("fraction", "(x + ŷ)/W₁", r"\frac{x + \hat{y}}{\mathbf{W}_1}"),
    ("tall fence", "(1/x_q)", r"\left(\frac{1}{x_q}\right)"), ("fence", "(x − ŷ)", r"(x - \hat{y})"), ("sum", "Σᵢ xᵢ", r"\sum_{i=1}^q x_i"),
    ("norm", "‖x‖²", r"\|x\|^2"), ("words with signs", "50% of a_b", r"\text{50\% of a\_b}"),
    ("row", "[x  ŷ]", r"\begin{bmatrix} x & \hat{y} \end{bmatrix}"),
    ("no script letter", "ℝ^q", r"\mathbb{R}^q"),
    ("cases", "{ x if x > 0; 0 otherwise }", r"\begin{cases} x & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases}"),
])
def test_both_printers(name, text_, latex_):
    assert (inline(SAMPLES[name]), latex(SAMPLES[name])) == (text_, latex_)


def test_brackets_grow_only_around_tall_things():
    assert r"\left" not in latex(Fence(Scripts(x, Sign("i"), n("2")))) and r"\left" in latex(TALL)


def test_pictures():
    assert block(MATRIX) == ["⎡ −1.5    2 ⎤", "⎣ 0.25  −10 ⎦"]
    assert block(SAMPLES["cases"]) == ["⎧ x   if x > 0 ", "⎨              ", "⎩ 0   otherwise"]
    assert block(Over(x, line(x, plus, y))) == ["  x  ", "─────", "x + ŷ"]
    assert block(SAMPLES["sum"]) == [" q    ", " Σ  xᵢ", "i=1   "]
    assert block(SAMPLES["brace"])[-1].strip() == "= 1" or block(SAMPLES["brace"])[-1].strip() == "=1"
    assert block(line(W1, Sign("=", "relation"), Over(n("1"), x))) == ["     1", "W₁ = ─", "     x"]


def test_widths():
    assert width("x̂") == 1 and width("ŷ") == 1 and width("数") == 2
    assert text(r"\hat{y}") == "ŷ" and len(text(r"\hat{y}")) == 1 and unicodedata.combining(text(r"\hat{x}")[1])
    assert padded("x̂", 3) == "x̂  " and padded("ab", 5, "middle") == " ab  "
    assert all(width(c) == 1 for c in (*SUPERSCRIPTS.values(), *SUBSCRIPTS.values()))


def test_control_characters_do_not_reach_the_terminal():
    assert "\x1b" not in inline(Words("a\x1b[31mb")) and "\x1b" not in inline(Sign("a\x1b[31mb")) and "\n" not in inline(Words("a\nb"))
