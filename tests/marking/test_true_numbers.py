"""What is true is right, whatever stood before; what follows from an error is carried; few digits prove nothing."""
from __future__ import annotations

from functools import cache

import pytest

from longhand.marking.mark import Marker

SHEETS = {
    "regression": r"""Let $r = X w - y$ and $L = \frac{1}{3} \sum_{i=1}^{3} r_i^2$ with
$X = \begin{bmatrix} 1 & 2 \\ 0 & 1 \\ -1 & 1 \end{bmatrix}$, $y = [1, 2, 0]^\top$ and $w = [0.6, -0.15]^\top$.
Compute the gradient of $L$ with respect to $w$.""",
    "cube": r"""Let $u = a x + b$, $y = u^3$ and $L = (y - 1)^2$ with $x = 1/2$, $a = 2/3$ and $b = 1/6$.
Compute the derivatives of $L$ with respect to $a$ and $b$.""",
    "linear": r"""The linear model is $y = A x$, the loss $\ell = \sum_i (y_i - t_i)^2$ with $A = \begin{bmatrix} 2 & -1 \\ 0 & 3 \end{bmatrix}$,
$x = (1, 1)^\top$ and $t = (0, 2)^\top$. Find the gradient of $\ell$ with respect to $x$.""",
    "quadratic": r"""The function $f(x) = \frac{1}{2} x^\top Q x - c^\top x$ with $Q = \begin{bmatrix} 3 & 1 \\ 1 & 2 \end{bmatrix}$, $c = (1, -1)^\top$
and $x = (2, 0)^\top$ is given. Compute $f$ and the gradient of $f$ with respect to $x$.""",
}


@cache
def marker(sheet: str) -> Marker:
    return Marker(SHEETS[sheet])


def told(sheet: str, answer: str) -> list[tuple[str, str]]:
    return [(mark.quantity, mark.verdict) for mark in marker(sheet).mark(answer).marks]


def test_a_true_number_after_a_wrong_one_is_right():
    marks = marker("regression").mark("dL/dw = [0.017, -1.433]\n\ndL/dw_2 = -2.867").marks
    assert [mark.verdict for mark in marks] == ["wrong", "right"]
    assert "does not follow" in marks[1].says


def test_what_follows_from_a_wrong_derivative_of_one_step_is_carried():
    assert told("cube", "dy/du = 3u = 3/2\n\ndL/du = -21/8\n\ndL/da = -21/16") == [
        ("", "wrong"), ("", "carried"), ("dL/du", "carried"), ("dL/da", "carried")]


@pytest.mark.parametrize(("result", "verdict"), [("-1.3125", "right"), ("-1.3215", "wrong")])
def test_numbers_that_come_to_the_very_truth_are_not_rounded(result, verdict):
    assert told("cube", rf"$\frac{{\partial L}}{{\partial u}} = -1.75 \cdot 0.75 = {result}$")[1][1] in (verdict, "misread" if verdict == "wrong" else verdict)


def test_arithmetic_that_is_wrong_is_called_that():
    mark = marker("linear").mark(r"$\ell = 1^2 + 1^2 = 4$").marks[-1]
    assert (mark.verdict, mark.mistake) == ("wrong", None)
    assert "left side" in mark.says


def test_a_missing_2_is_no_number_of_neurons():
    mark = marker("regression").mark("dL/dw = 1/3 X^T r = [0.017, -1.433]").marks[0]
    assert mark.verdict == "wrong"
    assert "factor" in mark.mistake


def test_but_a_known_mistake_keeps_its_name():
    sheet = r"""Let $p = \sigma(z)$ and $L = -\ln p$ with $z = 1$. Compute $L$ and the derivative of $L$ with respect to $z$."""
    assert Marker(sheet).mark("L = -ln(0.7311) = 0.1360").marks[-1].mistake == "log10 for ln"


def test_few_digits_prove_nothing():
    assert told("cube", r"$\frac{\partial L}{\partial a} = -0.2 \cdot 2$")[0][1] != "right"


def test_nabla_of_the_function_is_its_gradient():
    assert told("quadratic", r"$\nabla f = Q x - c = (5, 3)^\top$") == [("df/dx", "right"), ("df/dx", "right")]
    assert "wrong" in {verdict for _, verdict in told("quadratic", r"$\nabla f = Q x + c = (7, 1)^\top$")}


def test_an_iterate_is_no_entry():
    assert {verdict for _, verdict in told("quadratic", r"$x_1 = x - 0.1 \cdot (5, 3)^\top = (1.5, -0.3)^\top$")} == {"not checked"}


def test_factors_in_brackets_belong_to_a_product_in_plain_text():
    marks = marker("regression").mark("dL/dw = 2/3 X^T (Xhat - y)\ndL/dw = 2/3 X^T (X w - y) = [0.033, -2.867] (mean rule)").marks
    assert [mark.text for mark in marks][1] == "dL/dw = 2/3 X^T (X w - y)"
    assert [mark.verdict for mark in marks][1:] == ["right", "right"]


def test_numbers_that_follow_from_a_wrong_formula_given_before_are_carried():
    marks = marker("regression").mark("dL/dr = r\n\ndL/dw = [0.05, -4.3]").marks
    assert [mark.verdict for mark in marks] == ["wrong", "carried"]
    assert "formula" in marks[1].says


CHANCE = r"""Let $L = (w x - t)^2$ with $w = 0.4$, $x = 3$ and $t = 1.2$. Compute the derivative of $L$ with respect to $w$."""


@pytest.mark.parametrize(("formula", "verdict"), [("2 (w x - t) x", "right"), ("2 (w x - t)", "wrong"), ("2 (3 w - 1.2) 3", "right"), ("6 (w x - t)", "right")])
def test_what_agrees_by_chance_is_no_proof(formula, verdict):
    assert [mark.verdict for mark in Marker(CHANCE).mark(f"$\\frac{{dL}}{{dw}} = {formula}$").marks] == [verdict]
