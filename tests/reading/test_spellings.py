"""Spellings, each with its meaning: read rightly, read by a convention that is said, or refused. Every name is used once more in J, so that
a part of a formula that is dropped has no other trace than a wrong value."""
from __future__ import annotations

import math

import pytest
from meant import nested, values

from longhand.reading.sheet import Sheet, read

a, b, c, x, w1 = 1.3, 0.7, 2.1, 0.4, 0.9
u, v = (1.2, -0.5, 0.8), (0.3, 1.1, -0.9)
A = ((0.5, -1.2, 0.4), (0.9, 0.2, -0.7), (1.4, 0.6, 0.3))
SHEET = r"""
Let $a = 1.3$, $b = 0.7$, $c = 2.1$, $x = 0.4$ and $w_1 = 0.9$ be numbers, $u = (1.2, -0.5, 0.8)$ and $v = (0.3, 1.1, -0.9)$ vectors,
$A = \begin{pmatrix} 0.5 & -1.2 & 0.4 \\ 0.9 & 0.2 & -0.7 \\ 1.4 & 0.6 & 0.3 \end{pmatrix}$. The function is $f(s) = s^2 + 1$.

$$L = %s$$

$$J = L + 0.1 a + 0.2 b + 0.3 c + 0.4 x + 0.5 w_1 + u^\top v + \sum_{i,j} A_{ij}$$

Compute $J$ and the gradient of $J$ with respect to $a$, $b$, $c$ and $x$.
"""
REST = 0.1 * a + 0.2 * b + 0.3 * c + 0.4 * x + 0.5 * w1 + sum(p * q for p, q in zip(u, v, strict=True)) + sum(map(sum, A))


def sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def loss(sheet: Sheet) -> float:
    [problem] = sheet.problems
    return nested(values(problem).tensor("J")) - REST


RIGHT = [
    # products
    ("ab + c", a * b + c), (r"a\,b", a * b), ("a~b", a * b), (r"a\!b", a * b), ("{}a {} b", a * b), ("2a3b", 6 * a * b), ("a(b+c)", a * (b + c)),
    ("a[b+c]", a * (b + c)), (r"a\{b+c\}", a * (b + c)), (r"a\left[b+c\right]^2", a * (b + c) ** 2), ("a(b)^2", a * b * b), ("(ab)^2", (a * b) ** 2),
    ("ab^2c", a * b * b * c), ("a(bc)^2", a * (b * c) ** 2), ("a[b-c]^2 + b[1-a]^2", a * (b - c) ** 2 + b * (1 - a) ** 2),
    ("a[b+1](c-1)^2", a * (b + 1) * (c - 1) ** 2), ("a(b+1)[c-1]^2", a * (b + 1) * (c - 1) ** 2), ("w_1[b+c][x-c]^2", w1 * (b + c) * (x - c) ** 2),
    ("x(1-x)^2a", x * (1 - x) ** 2 * a), (r"a·b×c", a * b * c), (r"a \cdot -b", -a * b), ("a - -b", a + b),
    ("(a+b)(b+c)", (a + b) * (b + c)), ("[a+b][b+c]", (a + b) * (b + c)), (r"\{a+b\}c", (a + b) * c), (r"\big(a+b\big)c", (a + b) * c),
    # signs and powers
    ("-a^2", -a * a), ("(-a)^2", a * a), ("(a^2)^3", a ** 6), ("[a^2]^3", a ** 6), ("{(a^2)}^3", a ** 6), ("(w_1^2)^3 b", w1 ** 6 * b),
    ("(a^{-1})^2", a ** -2), ("(a^2)^{1/2}", a), ("(a^2)(b^2)^2", a * a * b ** 4), ("(e^{a})^2", math.exp(2 * a)), ("a_{}b^{}", a * b),
    ("a^{2^2}", a ** 4), (r"a^\frac12", math.sqrt(a)), ("a^{-1/2}", a ** -0.5), ("a²b", a * a * b), ("(a+b)²", (a + b) ** 2), ("10^{-3} a", a / 1000),
    ("w_1^2 b", w1 * w1 * b), ("w^2_1 b", w1 * w1 * b), (r"\left(\frac{a}{b}\right)^2", (a / b) ** 2),
    # fractions and roots
    (r"\frac12a", a / 2), (r"\frac ab c", a / b * c), (r"\frac{a}{\frac{b}{c}}", a * c / b), ("a/(bc)", a / (b * c)), ("ab/c", a * b / c),
    (r"a/b \cdot c", a / b * c), ("1/2 (a-b)^2", (a - b) ** 2 / 2), ("1/2 a", a / 2), ("(a-b)^2/2", (a - b) ** 2 / 2), (r"\sqrt2 a", math.sqrt(2) * a),
    (r"\sqrt[3]{a}b", a ** (1 / 3) * b), (r"\sqrt{a}(b+1)^2", math.sqrt(a) * (b + 1) ** 2), (r"2\sqrt{a}\sqrt{b}", 2 * math.sqrt(a * b)),
    # numbers
    (".5a", a / 2), ("0{,}5 a", a / 2), ("0{,}125 a", a / 8), (r"1\,000 a", 1000 * a), (r"12\,345.5 a", 12345.5 * a), ("1{,}000 a", 1000 * a),
    ("1e-3 a", a / 1000), (r"2 \cdot 10^{-3}a", a / 500),
    # functions
    ("e^{-a}b", math.exp(-a) * b), ("e^ab", math.exp(a) * b), (r"e^{a}(1+b)^2", math.exp(a) * (1 + b) ** 2), (r"\exp\{-a\}b", math.exp(-a) * b),
    (r"\exp[-a]^2", math.exp(-2 * a)), (r"\exp\left[-a\right]b", math.exp(-a) * b), (r"\exp(-a)(1+b)^2", math.exp(-a) * (1 + b) ** 2),
    (r"\ln a + b", math.log(a) + b), (r"\ln 2a", math.log(2 * a)), (r"\ln a^2", 2 * math.log(a)), (r"\ln(a)^2", math.log(a) ** 2),
    (r"\ln^2 a", math.log(a) ** 2), (r"\sin a \cos b", math.sin(a) * math.cos(b)), (r"\tanh^2(a)b", math.tanh(a) ** 2 * b),
    (r"\tanh(a)^2b", math.tanh(a) ** 2 * b), (r"\tanh'(a)b", (1 - math.tanh(a) ** 2) * b), (r"\sigma'(a)b", sigmoid(a) * (1 - sigmoid(a)) * b),
    (r"\sigma(a)[1-\sigma(a)]^2", sigmoid(a) * (1 - sigmoid(a)) ** 2), (r"\sigma[a+b]", sigmoid(a + b)), (r"a\sigma(b)(1-b)^2", a * sigmoid(b) * (1 - b) ** 2),
    (r"\text{ReLU}(b-a)c + \text{ReLU}(a)(b+1)^2", a * (b + 1) ** 2), (r"\max\{0, a-b\}c", (a - b) * c), (r"c\max(0,a)^2", c * a * a),
    ("f(2a+1)", (2 * a + 1) ** 2 + 1), ("f(a)^2b", (a * a + 1) ** 2 * b), ("f[a+b]c", ((a + b) ** 2 + 1) * c), ("bf(a)f(b)", b * (a * a + 1) * (b * b + 1)),
    ("|a-c|^2b", (a - c) ** 2 * b), (r"-\{b\ln x + (1-b)\ln(1-x)\}", -b * math.log(x) - (1 - b) * math.log(1 - x)),
    # lines, spaces, words
    (r"ab \\ + c", a * b + c), (r"ab \\ - c", a * b - c), (r"ab \\ \cdot c", a * b * c), (r"ab \\ \quad {}+ c", a * b + c),
    ("ab % half of it\n + c", a * b + c), (r"ab \tag{1}", a * b), (r"ab \qquad (2.3)", a * b),
    (r"\underbrace{ab}_{\text{first}} + c", a * b + c), (r"\displaystyle ab + c", a * b + c), ("ab.", a * b), (r"ab \quad \text{(the product)}", a * b),
    # vectors and sums
    (r"\sum_i u_i v_i + c", -0.91 + c), (r"\sum_i (u_i - v_i)^2", 6.26), (r"\sum_i [u_i + v_i]^2", 2.62), (r"\sum_i u_i \sum_j v_j", 0.75),
    (r"\left(\sum_i u_i\right)^2", 2.25), (r"\sum_{i=1}^3 u_i v_{4-i}", -1.39), (r"\sum_{i=1}^3 u_i [c + v_i]^2", 2.944),
    (r"\langle u, v \rangle c", -0.91 * c), (r"\langle u, v \rangle", -0.91), ("u_1(1-u_2)^2", 1.2 * 2.25), ("u_1[v_1 + v_2]^2", 1.2 * 1.96),
    (r"u^\top v(c + a)^2", -0.91 * (a + c) ** 2), ("A_{12} + A_{2,1}", -0.3), (r"(A^\top)_{12}", 0.9), (r"u^\top A_{:,1}", 1.27), (r"u^\top A_{1,:}", 1.52),
    (r"u_{3-1}", -0.5), (r"(u \odot v)_2", -0.55), (r"\|u - v\|_2^2 c", 6.26 * c),
]
SAID = [
    ("a/bc", a / b * c, "from the left"), ("1/2a", a / 2, "from the left"), ("a/b(c+1)", a / b * (c + 1), "from the left"),
    (r"a/\sqrt{b} c", a / math.sqrt(b) * c, "from the left"), (r"\frac{a}{b}^2", (a / b) ** 2, "whole fraction"),
    (r"\ln ab", math.log(a * b), "whole product"), (r"\ln a (b+c)", math.log(a * (b + c)), "whole product"),
    (r"\ln\frac{a}{b} c", math.log(a / b * c), "whole product"),
    (r"\ln a \cdot b", math.log(a) * b, "in front of the next factor"), (r"\ln a/b", math.log(a) / b, "in front of the next factor"),
    (r"\exp{a}b", math.exp(a) * b, "in front of the next factor"), ("a^{(1)}b", a * b, "is a"), ("a^10", a ** 10, "as written"),
    (r"\Phi(x - 0.4)", 0.5, "normal distribution"), (r"\|A\|^2", 5.6, "Frobenius"),
]
REFUSED = [
    "5. a", "1,000 a", "0,5 a", "1 000 a", "1~000 a", "a . b", "a : b", r"a \quad b + c", r"a \text{ plus } b", r"a \cdots b", "a | b", r"a \\ b", "1'000 a",
    "a^{(2)}", "a^{[2]}b", r"a^{\{2\}}", r"\sin^{-1} x", r"\tanh^{-1}(x)", "f^{(2)}(a)", r"\phi(a)", "g(a)", "(a+b)'", r"\lfloor a \rfloor",
    r"\lceil a \rceil b", r"a \pm b", "a^b", "a!", r"\left. ab \right|_{b=1}", "ab |_{b=1}", r"u^\top A^{-1} v", r"u^\top A^2 v", "A_{1:2}", "u_{1:2}",
    "A_{1;2}", r"A_{12}^\top", "u_4", r"\prod_i u_i", "(a+b)^2 = a^2 + ab + b^2", "a + b = c", r"\sum_i u_i + v_i", r"\sum_{i=2}^3 u_i",
]


@pytest.mark.parametrize(("formula", "value"), RIGHT)
def test_read_rightly(formula, value):
    sheet = read(SHEET % formula)
    assert [r.text for r in sheet.not_understood] == []
    assert loss(sheet) == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize(("formula", "value", "says"), SAID)
def test_a_convention_is_said(formula, value, says):
    sheet = read(SHEET % formula)
    assert loss(sheet) == pytest.approx(value, rel=1e-9)
    assert any(says in r.text for r in (*sheet.assumptions, *sheet.repairs))


@pytest.mark.parametrize("formula", REFUSED)
def test_what_has_no_one_meaning_is_refused(formula):
    assert read(SHEET % formula).not_understood


@pytest.mark.parametrize(("given", "value"), [
    (r"1\,000", 1000), ("0{,}5", 0.5), (r"-\frac{3}{4}", -0.75), ("-.25", -0.25), (r"1.5\cdot10^{-3}", 0.0015), ("1,000", None), ("1 000", None),
    ("1.2.3", None), ("1:2", None), ("0. 5", None), (r"0.1 \pm 0.2", None),
])
def test_a_number_given(given, value):
    sheet = read(f"Let $x = {given}$ and $y = 2$.\n\n$$J = \\sum x y$$\n\nCompute the gradient of $J$ with respect to $y$.")
    if value is None:
        assert sheet.not_understood
    else:
        assert nested(values(sheet.problems[0]).tensor("J")) == pytest.approx(2 * value)


def test_two_numbers_that_may_be_one_are_said():
    sheet = read("Let $x = 0,5$ and $y = 2$.\n\n$$J = \\sum x y$$\n\nCompute the gradient of $J$ with respect to $y$.")
    assert any("two numbers" in r.text for r in (*sheet.assumptions, *sheet.not_understood))


def test_a_number_above_a_name_is_a_power_where_no_name_is_numbered_so():
    sheet = read("$$L = (a^2)^3 + b^2$$\n\nDerive the gradient of $L$ with respect to $b$.")
    assert {"a", "b"} <= set(sheet.problems[0].program.tensors) and not sheet.not_understood
    assert any("power of a" in r.text for r in sheet.assumptions)
