"""Formulas as they are read: every construct in one table, and what holds for any text."""
from __future__ import annotations

import time

import pytest
from accounting import check_spans, lost
from hypothesis import given, settings
from hypothesis import strategies as st
from shared_inputs import needs_shared, seeds, statements
from shown import shown

from longhand.reading.formula import LENGTH, read_formula, read_math
from longhand.reading.markdown import Math, pieces
from longhand.reading.source import Source
from longhand.reading.syntax import Formula
from longhand.reading.tokens import DEPTH

READINGS = [
    (r"\frac{\partial}{\partial x} L", "D[L by x]"),
    (r"\frac{d}{dx} f(x)", "Dd[f(x) by x]"),
    (r"dy/dx", "Dd[y by x]"),
    (r"\partial^2 L/\partial z_i \partial z_j", "D[L by z_{i}, z_{j}]"),
    (r"\frac{d^2 y}{d x^2}", "Dd[y by x, x]"),
    (r"\partial L/\partial y,w,b", "seq{D[L by y] , w , b}"),
    (r"\sum_{i=1}^{q} y_i \ln \hat y_i - \lambda", "sum[i = 1, q, (y_{i} ln hat(y)_{i})] + -lambda"),
    (r"\log_{10} x", "log_{10} x"),
    (r"\log(x)^2", "log(x)^{2}"),
    (r"\exp \theta_i", "exp theta_{i}"),
    (r"W_2^T (x+b)", "(W_{2}^{T} group(x + b))"),
    (r"[1.0 1.5 -0.5]^T", "row[1.0, 1.5, -0.5]^{T}"),
    (r"[(\hat y - y) w]_{a,b}", "group[(group(hat(y) + -y) w)]_{seq{a , b}}"),
    (r"\mathbf{xW}_1 + b", "(mathbf:x mathbf:W_{1}) + b"),
    (r"\mathbf{1}[h>0]", "mathbf:1[h > 0]"),
    (r"\mathbb{1}_{x>0}", "mathbb:1_{x > 0}"),
    (r"|x| + \|x\|_2^2 + \lVert y \rVert", "norm1(x) + norm2(x)_{2}^{2} + norm2(y)"),
    (r"\left( \frac{a}{b} \right)^2", "group((a)/(b))^{2}"),
    (r"\sqrt[3]{x}", "root(x, 3)"),
    (r"W'x + W^{\prime}", "(W' x) + W'"),
    (r"W^{[l]}a^{[l-1]}", "(W^{group[l]} a^{group[l + -1]})"),
    (r"\begin{cases} x, & x > 0 \\ \alpha(e^x-1), & \text{otherwise} \end{cases}", 'cases[x, x > 0; alpha(e^{x} + -1), "otherwise"]'),
    (r"\begin{cases} x \text{ if } x > 0 \\ 0 \text{ otherwise} \end{cases}", 'cases[x, seq{"if" x > 0}; 0, "otherwise"]'),
    (r"f(x) = \left\{ \begin{array}{ll} x & x>0 \\ 0 & x \le 0 \end{array} \right.", "f(x) = cases[x, x > 0; 0, x <= 0]"),
    (r"ŷ = σ(W₁ᵀx + b₁), x ∈ ℝ²", "seq{hat(y) = sigma((W_{1}^{T} x) + b_{1}) , x in R^{2}}"),
    (r"∂L/∂W₁ = Σ δ⊙x·y − 2", "D[L by W_{1}] = sum[-, -, (delta odot x cdot y)] + -2"),
    (r"\{v_{ji} | j=1,2\}", "{v_{(j i)} | j = 1, 2}"),
    (r"\{\partial L/\partial a_i\text{ if }a_i>0,\ 0\text{ otherwise}\}", '{D[L by a_{i}], "if", a_{i} > 0, 0, "otherwise"}'),
    (r"P(y|x)", "P(seq{y mid x})"),
    (r"\arg\max_i y_i", "argmax[i, -, y_{i}]"),
    (r"\operatorname*{argmin}_\theta J(\theta)", "argmin[theta, -, J(theta)]"),
    (r"\max_i x_i", "max[i, -, x_{i}]"),
    (r"\left. \frac{df}{dx} \right|_{x=0}", "group.Dd[f by x]._{x = 0}"),
    (r"5e-3 + 2e", "5e-3 + (2 e)"),
    (r"1{,}000", "1000"),
    (r"\begin{bmatrix} a \cdot b \\ c \cdot d \end{bmatrix}", "matrix[(a cdot b); (c cdot d)]"),
    (r"a \neq b \not= c", "a != b != c"),
    (r"h_t = W h_{t-1} \\ y = x", "lines{h_{t} = (W h_{t + -1}) // y = x}"),
    (r"\begin{align} a &= b & c &= d \\ &= e \tag{3} \end{align}", "lines{seq{a = b quad c = d} // ? = e #3}"),
    (r"\text{if } x > 0", 'seq{"if" x > 0}'),
    (r"y_i \log p_i + (1-y_i)\log(1-p_i)", "(y_{i} log p_{i}) + (group(1 + -y_{i}) log(1 + -p_{i}))"),
    (r"W \in \mathbb{R}^{d\times n}, b \in \mathbb{R}^n \quad (2)", "seq{W in R^{(d times n)} , b in R^{n}} #2"),
    (r"\sigma z", "(sigma z)"),
    (r"\mathrm{d}L/\mathrm{d}w", "Dd[L by w]"),
    (r"\frac{\partial L}{\partial W_1} = \delta x^\top", "D[L by W_{1}] = (delta x^{top})"),
    (r"e^{-x}(1+x)", "(e^{-x} group(1 + x))"),
    (r"\mathrm{MSE} = \frac{1}{n}\sum_{i}(y_i - \hat{y}_i)^2", "mathrm:MSE = ((1)/(n) sum[i, -, group(y_{i} + -hat(y)_{i})^{2}])"),
    (r"\hat{\mathbf{W}_1}", "hat(mathbf:W_{1})"),
    (r"\boldsymbol{\theta}_{t+1}", "boldsymbol:theta_{t + 1}"),
    (r"f: \mathbb{R}^n \to \mathbb{R}", "seq{f : R^{n} -> R}"),
    (r"Z = XW + \mathbf{1}b^T", "Z = (X W) + (mathbf:1 b^{T})"),
    (r"L = \lVert W x \rVert^2_F", "L = norm2((W x))_{F}^{2}"),
    (r"\Delta w_{ij} = -\eta \frac{\partial E}{\partial w_{ij}}", "(Delta w_{(i j)}) = -((eta D[E by w_{(i j)}]))"),
    (r"x_1 x_2 \cdots x_n", "seq{(x_{1} x_{2}) ... x_{n}}"),
    (r"1 + \dots + n", "1 + ... + n"),
    (r"\tanh' (x) = 1 - \tanh^2(x)", "tanh'(x) = 1 + -tanh^{2}(x)"),
    (r"\max(0, x)\cdot 2", "(max(0, x) cdot 2)"),
    (r"\delta^{(l)} = (W^{(l+1)})^T\delta^{(l+1)} \odot f'(z^{(l)})",
     "delta^{group(l)} = (group(W^{group(l + 1)})^{T} delta^{group(l + 1)} odot f'(z^{group(l)}))"),
    (r"\tfrac12\|x\|^2", "((1)/(2) norm2(x)^{2})"),
    (r"||x||_2", "norm2(x)_{2}"),
    (r"\underset{\theta}{\arg\min} L", "argmin[theta, -, L]"),
    (r"\left[ \begin{matrix} 1 & 2 \end{matrix} \right]", "group[matrix[1, 2]]"),
    (r"x = -y + +z", "x = -y + z"),
    (r"h = \sigma(xW_1) \in \mathbb{R}^n \tag{1-1}", "h = sigma((x W_{1})) in R^{n} #1-1"),
    (r"= A x +", "? = (A x) + ?"),
    (r"\theta^{t+1} \leftarrow \theta^t - \eta \cdot \nabla_\theta Loss", "theta^{t + 1} <- theta^{t} + -((eta cdot nabla_theta Loss))"),
    (r"net_{h1}=w_5out_{h1}", "net_{(h 1)} = (w_{5} out_{(h 1)})"),
    (r"\text{softmax}(\theta)_i", "text:softmax(theta)_{i}"),
    (r"w^2[j][]h^1[j]", "(w^{2}[j][] h^{1}[j])"),
    (r"h(1-h)", "h(1 + -h)"),
    (r"-\log[\mathrm{softmax}(z)]_j", "-log group[mathrm:softmax(z)]_{j}"),
    (r"\log\frac\rho{\hat\rho_j}", "log (rho)/(hat(rho)_{j})"),
    (r"\frac1{2N}\sum_t(d(t)-y(t))^2", "((1)/((2 N)) sum[t, -, group(d(t) + -y(t))^{2}])"),
    (r"\underbrace{x}_{y} z", "(x under y z)"),
    (r"\begin{cases} u & \geq 0 \\ 0 & < 0 \end{cases}", "cases[u, ? >= 0; 0, ? < 0]"),
    (r"w_1,\dots,w_8=0.15,0.20", "seq{w_{1} , ... , w_{8} = 0.15 , 0.20}"),
    (r"j=1..4", "seq{j = 1 ... 4}"),
    (r"\begin{bmatrix} 1 & \dots & 2 \\ & \dots & \end{bmatrix}^{K\times 1}", "matrix[1, ..., 2; ?, ..., ?]^{(K times 1)}"),
    (r"+", "+"),
    (r"+1", "? + 1"),
    (r"\therefore k = t", "k = t"),
    (r"\sum_i -x_i", "sum[i, -, -x_{i}]"),
    (r"x^{(i)} o^* W'", "(x^{group(i)} o^{*} W')"),
    (r"\max\{z,0\}", "max(z, 0)"),
    (r"2\partial L/\partial x \cdot y", "(2 D[L by x] cdot y)"),
    (r"f(x;w)", "f(x, w)"),
    (r"\{0,1\}", "{0, 1}"),
    (r"\|\cdot\|^2", "norm2(cdot)^{2}"),
    (r"[x_1 \ x_2 \ -x_3]^T", "row[x_{1}, x_{2}, -x_{3}]^{T}"),
    (r"\nabla^2 L", "(nabla_- -^{2} L)"),
    (r"ℝ^{d×n}, 𝐖x̂, x⁻¹, ∇_θ L ≤ ∑_i |x_i|",
     "seq{R^{(d times n)} , (mathbf:W hat(x)) , x^{-1} , nabla_theta L <= sum[i, -, norm1(x_{i})]}"),
    (r"\text{for all } i", 'seq{"for all" i}'),
]


@pytest.mark.parametrize(("text", "expected"), READINGS)
def test_reading(text, expected):
    reading = read_formula(text)
    assert shown(reading.formula) == expected
    assert reading.repairs == reading.problems == ()


@pytest.mark.parametrize("text", [text for text, _ in READINGS])
def test_spans_nest_and_nothing_is_lost(text):
    reading = read_formula(text, 11)
    check_spans(text, 11, reading)
    assert lost(text, 11, reading) == []


def test_spans_are_places_in_the_source():
    text = r"x = \frac{a}{b_1}"
    fraction = read_formula(text, 100).formula.parts[1]
    assert text[fraction.span.start - 100:fraction.span.end - 100] == r"\frac{a}{b_1}"
    assert text[fraction.below.span.start - 100:fraction.below.span.end - 100] == "b_1"


@pytest.mark.parametrize(("text", "says"), [
    (r"a + \foo b", r"\foo is not known"),
    ("a ? b", "? is not known"),
    (r"\frac{1}", "something is missing here"),
    ("x_", "something is missing here"),
    (r"\begin{verse} a \end{verse}", "the environment 'verse' is not known"),
    (r"\not x", r"\not stands before no relation"),
])
def test_what_is_not_understood_is_said(text, says):
    reading = read_formula(text)
    assert [problem.says for problem in reading.problems] == [says]
    assert reading.problems[0].expected
    assert reading.formula is not None and lost(text, 0, reading) == []


def formulas() -> list[Math]:
    runs = [run for text in (*seeds(), *statements()) for block in pieces(Source(text)) for run in block.runs]
    return [run for run in runs if isinstance(run, Math)]


@needs_shared
def test_every_formula_of_the_real_inputs_is_read_whole():
    for run in formulas():
        reading = read_formula(run.text, run.span.start)
        assert reading.problems == (), run.text
        check_spans(run.text, run.span.start, reading)
        assert lost(run.text, run.span.start, reading) == [], run.text


@needs_shared
def test_a_number_on_the_next_line_becomes_the_tag():
    numbered = next(run for run in formulas() if run.number)
    reading = read_math(numbered)
    assert reading.formula.tag == "1-4" and [repair.kind for repair in reading.repairs] == ["number on the next line"]


@needs_shared
def test_a_character_left_out_anywhere_does_no_harm():
    for text in sorted({run.text for run in formulas()}, key=len)[:250]:
        for at in range(len(text)):
            damaged = text[:at] + text[at + 1:]
            reading = read_formula(damaged, 3)
            check_spans(damaged, 3, reading)
            assert lost(damaged, 3, reading) == [], damaged


@needs_shared
def test_a_character_left_out_of_a_long_formula_takes_no_time():
    for text in sorted({run.text for run in formulas()}, key=len)[-12:]:
        for at in range(0, len(text), 7):
            began = time.perf_counter()
            assert isinstance(read_formula(text[:at] + text[at + 1:]).formula, Formula)
            assert time.perf_counter() - began < 10


NESTINGS = [
    "(", "[", "{", r"\{", r"\left(", r"\frac", r"\frac{", r"\hat", "x^", r"\sum ", r"\nabla ", r"\ln ", "|", "|a(", r"\mathbf{x+",
    r"\mathrm{", r"\begin{cases}", r"\sqrt[", "-", "- -", "f(", r"\underbrace{", "([{",
]


@pytest.mark.parametrize("part", NESTINGS)
def test_deep_nesting_is_refused_within_no_time(part):
    text = (part * 10_000)[:LENGTH]
    began = time.perf_counter()
    reading = read_formula(text)
    assert time.perf_counter() - began < 30
    if reading.formula is None:
        assert [problem.says for problem in reading.problems] == [f"nested deeper than {DEPTH}"]


def test_ten_thousand_brackets_are_refused():
    reading = read_formula("(" * 10_000)
    assert reading.formula is None and reading.problems[0].says == f"nested deeper than {DEPTH}"


def test_real_nesting_is_read():
    text = "(" * (DEPTH - 2) + "x" + ")" * (DEPTH - 2)
    assert read_formula(text).problems == ()


def test_a_formula_without_end_is_refused():
    reading = read_formula("x" * (LENGTH + 1))
    assert reading.formula is None and reading.problems[0].says == f"longer than {LENGTH} characters"


HARD = [
    r"\ ", r"\ b", r"\,", ")", ")(", "&", r"\\", "x", r"\partial ", r"\partial x/", "=", "1 ", "_", "'", ",_a", r"\not", "x²", "²",
    "a^b^c", "1e", "1{,}000", "1 -2 ", "a/", "a(b)", "||", r"\tag{", r"\max_i ", r"\cdot ", r"\text{", "d", "x₁ᵀ", r"\begin{",
    "....", "x̂", "%", "\\", r"\left", r"\right.", "\t imes",
]


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(HARD), st.sampled_from(["", "[a", r"\begin{bmatrix}", r"\{", "x"]))
def test_hard_texts_take_linear_time(part, start):
    text = (start + part * LENGTH)[:LENGTH]
    began = time.perf_counter()
    reading = read_formula(text)
    assert time.perf_counter() - began < 30         # about 0.1 s
    check_spans(text, 0, reading)


SIGNS = [
    r"\frac", "{", "}", "(", ")", "[", "]", "^", "_", "x", "12", ".", r"\partial", "d", "/", "-", "+", "=", "&", r"\\",
    r"\begin{bmatrix}", r"\end{bmatrix}", r"\begin{cases}", r"\end{cases}", r"\left", r"\right", "|", r"\|", "'", ",",
    r"\text{a b}", r"\max", r"\log", r"\sum", r"\hat", r"\ ", r"\quad", r"\tag{1}", "ŷ", "ᵀ", "²", r"\nabla", r"\{", r"\}", r"\mid",
    r"\not", r"\mathbf", r"\sqrt", r"\foo", "$", "~", "\u0302", "\t", "imes", " ", r"\dots", r"\begin{aligned}", r"\end{aligned}",
    r"\underbrace", r"\middle", r"\big", "%", "\n", r"\mathrm{", r"\text{", "softmax", "e", "1.5e-3", r"\times", r"\cdot", "*", "∑",
    "ℝ", r"\stackrel", r"\substack", r"\operatorname{f}", r"\arg", r"\min", r"\begin", r"\end", "\\", "Σ", "\b", "eta",
]


@settings(deadline=None, max_examples=400)
@given(st.lists(st.sampled_from(SIGNS), max_size=16).map("".join) | st.text(max_size=60), st.integers(0, 9))
def test_any_text_is_read_without_an_exception_and_nothing_is_lost(text, offset):
    reading = read_formula(text, offset)
    check_spans(text, offset, reading)
    assert lost(text, offset, reading) == []
