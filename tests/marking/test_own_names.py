"""Names that an answer brings in: e for an error, z for what the sheet gives no name, a δ for each layer."""
from __future__ import annotations

from functools import cache

import pytest

from longhand.marking.mark import Marker

SHEETS = {
    "tied": r"""Let $h = \tanh(W x)$, $r = W^\top h$ and $L = \sum_i (r_i - x_i)^2$ with $W \in \mathbb{R}^{m \times d}$ and $x \in \mathbb{R}^d$.
Derive the gradient of $L$ with respect to $W$.""",
    "unnamed": r"""The net is $h = \tanh(W x + b)$, $y = v^\top h$, the loss $E = (y - t)^2$ with
$W = \begin{pmatrix} 0.2 & -0.5 \\ 0.7 & 0.1 \end{pmatrix}$, $b = (0.1, 0)^\top$, $v = (1, -0.6)^\top$, $x = (1, 2)^\top$ and $t = 1$.
Compute the gradients of $E$ with respect to $W$, $b$ and $v$.""",
    "chain": r"""Let $z_1 = w_1 x$, $a_1 = \sigma(z_1)$, $z_2 = w_2 a_1$, $a_2 = \sigma(z_2)$ and $C = (a_2 - t)^2$
with $x = 1$, $w_1 = 0.5$, $w_2 = -2$, $t = 1$.
Compute the gradients of $C$ with respect to $w_1$ and $w_2$.""",
    "ell": r"""Let $p = \sigma(w x)$ and $\ell = -\ln p$ with $w = 0.5$ and $x = 2$. Compute the gradient of $\ell$ with respect to $w$.""",
    "rows": r"""Let $Y = X W$ with $X \in \mathbb{R}^{N \times d}$, $W \in \mathbb{R}^{d \times m}$, $R = \max(0, Y)$ and
$L = \sum_{n=1}^{N} \sum_{j=1}^{m} c_j R_{nj}$ with $c \in \mathbb{R}^m$. Derive the gradients of $L$ with respect to $W$ and $X$.""",
}


@cache
def marker(sheet: str) -> Marker:
    return Marker(SHEETS[sheet])


def told(sheet: str, answer: str) -> list[tuple[str, str]]:
    return [(mark.quantity, mark.verdict) for mark in marker(sheet).mark(answer).marks]


def test_e_is_an_error_where_the_answer_says_so():
    answer = r"""Put $e = r - x$. Then $\frac{\partial L}{\partial h} = 2 W e$ and
$$\frac{\partial L}{\partial W} = 2 [(W e) \odot (1 - h^2)] x^\top + 2 h e^\top$$"""
    assert told("tied", answer) == [("", "not checked"), ("dL/dh", "right"), ("dL/dW", "right")]


def test_and_the_exponential_of_something_all_the_same():
    assert told("chain", r"$e = a_2 - t$" + "\n\n" + r"$a_1 = \frac{1}{1 + e^{-z_1}}$")[1] == ("a_1", "right")


@pytest.mark.parametrize(("answer", "verdict"), [("z = [-0.70, 0.90]", "right"), ("z = [-0.70, 0.80]", "not checked")])
def test_a_quantity_without_a_name_is_known_by_its_value(answer, verdict):
    assert told("unnamed", answer)[0][1] == verdict


def test_a_name_with_a_prime_is_no_guess():
    assert told("unnamed", "v' = [0.8, 0.5]")[0][1] == "not checked"


def test_delta_with_the_script_of_a_layer_and_a_known_mistake():
    answer = r"$\delta_2 = 2(a_2 - t) a_2 (1 - a_2)$, $\delta_1 = \delta_2 a_1 (1 - a_1)$, $\frac{\partial C}{\partial w_1} = \delta_1 x$"
    assert told("chain", answer) == [("dC/dz_2", "right"), ("dC/dz_1", "wrong"), ("dC/dw_1", "right")]


def test_delta_by_its_value():
    assert told("chain", r"$\delta_2 = -0.2696$") == [("dC/dz_2", "right")]


def test_delta_with_the_other_sign_is_a_definition():
    answer = r"$\delta_2 = 2(t - a_2) a_2 (1 - a_2)$, $\frac{\partial C}{\partial w_2} = -\delta_2 a_1$"
    assert told("chain", answer) == [("", "not checked"), ("dC/dw_2", "right")]


def test_l_is_ell():
    assert told("ell", "l = 0.3133, dl/dw = -0.5379") == [("ell", "right"), ("dell/dw", "right")]


def test_a_condition_in_brackets_is_1_or_0():
    answer = r"""$$\frac{\partial L}{\partial W_{ij}} = \sum_{n=1}^N X_{ni} c_j[Y_{nj} > 0]$$
$$\frac{\partial L}{\partial Y_{nj}} = c_j[Y_{nj} < 0]$$"""
    assert [verdict for _, verdict in told("rows", answer)] == ["right", "wrong"]


def test_letters_side_by_side_are_a_product():
    assert told("rows", "Y = XW") == [("Y", "right")]


def test_w12_is_an_entry_of_a_matrix():
    assert told("unnamed", "w12 = -0.5, dE/dw12 = -5.41")[0] == ("W[0,1]", "right")


def test_a_product_that_can_be_read_in_two_ways_is_the_one_whose_numbers_stand_behind_it():
    answer = "delta_h = v h (1 - h) = [-0.970, -0.122]"
    assert {verdict for _, verdict in told("unnamed", answer)} <= {"not checked", "right"}


def test_j_with_the_shape_of_a_jacobian_is_not_the_loss():
    sheet = r"""For $y = \mathrm{softmax}(z)$, $z \in \mathbb{R}^n$, and $L = \sum_{i=1}^n (y_i - t_i)^2$, $t \in \mathbb{R}^n$, derive the gradient of $L$ with
respect to $z$."""
    answer = r"""$J = \mathrm{diag}(y) - y y^\top$, so $\nabla_z L = 2 J (y - t)$ and
$$\frac{\partial L}{\partial z_j} = 2 y_j [(y_j - t_j) - \sum_i (y_i - t_i) y_i]$$"""
    assert [mark.verdict for mark in Marker(sheet).mark(answer).marks] == ["not checked", "right", "right"]


def test_brackets_behind_a_derivative_are_a_factor():
    assert told("chain", "dC/dz_1 = dC/da_1 (a_1 - a_1^2)") == [("dC/dz_1", "right")]
    assert told("chain", "dC/dz_1 = dC/da_1 (1 - a_1^2)") == [("dC/dz_1", "wrong")]
