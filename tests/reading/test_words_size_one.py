"""Sizes of 1: vectors with one entry, matrices with one row or column, sums of one term, lists with one number."""
from math import tanh

import pytest
from meant import numbers, only, shape

from longhand import solve
from longhand.reading.sheet import read

COLUMN, ROW = r"\begin{bmatrix} 1 \\ -1 \\ 2 \end{bmatrix}", r"\begin{bmatrix} 1 & -1 & 2 \end{bmatrix}"
ONE = r"\begin{bmatrix} 0.5 \end{bmatrix}"
FIRST = r"""$u = {product} + c$, $h = \tanh(u)$, $z = w^\top h$, $E = \frac12 (z - y)^2$ with $x \in \mathbb{{R}}^{{{of_x}}}$, $V \in \mathbb{{R}}^{{{of_v}}}$,
$c, w \in \mathbb{{R}}^3$ and $y \in \mathbb{{R}}$.

$x = {x}$, $V = {v}$, $c = [0.1, -0.2, 0.3]^\top$, $w = [1, -2, 0.5]^\top$, $y = 1$.

Compute the gradients of $E$ with respect to $V$ and $x$."""


@pytest.mark.parametrize("product, of_x, of_v, x, v", [
    ("V x", "1", r"3 \times 1", "0.5", COLUMN), ("V x", "1", r"3 \times 1", "[0.5]", COLUMN), ("V x", "1", r"3 \times 1", ONE, COLUMN),
    (r"V^\top x", "1", r"1 \times 3", "[0.5]", ROW), ("V x", r"1 \times 1", r"3 \times 1", ONE, COLUMN), ("V x", r"1 \times 1", r"3 \times 1", "0.5", COLUMN),
])
def test_a_matrix_times_a_vector_of_one_entry(product, of_x, of_v, x, v):
    text = FIRST.format(product=product, of_x=of_x, of_v=of_v, x=x, v=v)
    problem = only(text)
    u = [0.6, -0.7, 1.3]
    assert numbers(problem, "u") == [pytest.approx(u)]
    z = tanh(0.6) - 2 * tanh(-0.7) + 0.5 * tanh(1.3)
    slopes = [(z - 1) * w * (1 - tanh(a) ** 2) for w, a in zip((1, -2, 0.5), u, strict=True)]
    found = {r["name"]: r["value"] for r in solve(text).json()["results"]}
    assert [float(cell) for cell in found["dE/dV"]] == pytest.approx([0.5 * s for s in slopes])
    [of_input] = found["dE/dx"] if isinstance(found["dE/dx"], list) else [found["dE/dx"]]
    assert float(of_input) == pytest.approx(slopes[0] - slopes[1] + 2 * slopes[2])


@pytest.mark.parametrize("product, of_v, v", [("x V", r"1 \times 3", ROW), (r"x V^\top", r"3 \times 1", COLUMN)])
def test_a_row_of_one_entry_times_a_matrix(product, of_v, v):
    problem = only(rf"$u = {product}$, $E = \|u\|^2$ with $x \in \mathbb{{R}}^{{1 \times 1}}$, $V \in \mathbb{{R}}^{{{of_v}}}$. $x = {ONE}$, $V = {v}$. "
                   "Find the gradient of $E$ with respect to $V$.")
    assert numbers(problem, "u") == [[0.5, -0.5, 1]] and shape(problem, "u") == (3,)


LAST = r"""$z = W x + b$, $L = \frac12 \sum_{{k=1}}^{{1}} (z_k - y_k)^2$, $x \in \mathbb{{R}}^2$, $W \in \mathbb{{R}}^{{1 \times 2}}$, {shapes}.

$x = [1, 2]^\top$, $W = \begin{{bmatrix}} 0.5 & -1 \end{{bmatrix}}$, $b = {b}$, $y = {y}$. Compute the gradients of $L$ with respect to $W$ and $b$."""


@pytest.mark.parametrize("shapes", [r"$b, y \in \mathbb{R}$", r"$b, y \in \mathbb{R}^1$", r"$b, y \in \mathbb{R}^{1 \times 1}$",
                                    r"$b \in \mathbb{R}$, $y \in \mathbb{R}^{1 \times 1}$"])
@pytest.mark.parametrize("brackets", ["{}", "[{}]", r"\begin{{bmatrix}} {} \end{{bmatrix}}"])
def test_a_sum_of_one_term(shapes, brackets):
    text = LAST.format(shapes=shapes, b=brackets.format("0.5"), y=brackets.format("2"))
    assert numbers(only(text), "L") == [pytest.approx(4.5)]
    found = {r["name"]: r["value"] for r in solve(text).json()["results"]}
    assert found["dL/dW"] == ["-3", "-6"] and found["dL/db"] in ("-3", ["-3"])


def test_the_one_entry_is_said_where_the_quantity_is_a_number():
    problem = only(LAST.format(shapes=r"$b, y \in \mathbb{R}$", b="0.5", y="2"))
    assert any("y with the index k is y itself" in remark.text for remark in problem.assumptions)


def test_a_sum_of_two_terms_of_a_number_is_still_refused():
    sheet = read(LAST.format(shapes=r"$b, y \in \mathbb{R}$", b="0.5", y="2").replace("{1} (z", "{2} (z"))
    assert any("0 axes and is written with 1 indices" in remark.text for remark in sheet.not_understood)


def test_several_names_are_declared_at_once():
    problem = only(r"$z = a u + c$, $L = \|z\|^2$ with $a, c \in \mathbb{R}$ and $u \in \mathbb{R}^3$. Find the gradient of $L$ with respect to $a$ and $c$.")
    assert [shape(problem, name) for name in ("a", "c", "u", "z")] == [(), (), (3,), (3,)]


def test_numbers_of_another_shape_are_refused_and_nothing_falls_over():
    text = (r"$z = W x$, $L = \|z\|^2$, $W \in \mathbb{R}^{2 \times 2}$, $x \in \mathbb{R}^2$. $W = \begin{bmatrix} 1 & 2 & 3 \\ 4 & 5 & 6 \end{bmatrix}$, "
            r"$x = [1, 2]$. Compute the gradient of $L$ with respect to $W$.")
    answer = solve(text).json()
    assert any("W is declared with 2 entries" in each["text"] for each in answer["not_understood"])
    assert all(r["value"] is None for r in answer["results"] if r["name"] == "dL/dW")


@pytest.mark.parametrize("loss", [r"L = \frac12 (z - y)^2", r"L = \frac12 \sum_{k=1}^{1} (z_k - y_k)^2"])
def test_a_product_that_is_none_is_named_where_the_loss_fails(loss):
    sheet = read(rf"$h = \sigma(x V + c)$, $z = h W + b$, ${loss}$ with $V, W, c \in \mathbb{{R}}^2$, $x, b, y \in \mathbb{{R}}$. "
                 r"$x = 0.5$, $V = [1, -1]$, $W = [0.3, 0.7]$, $c = [0, 1]$, $b = 0.1$, $y = 1$. Find the gradient of $L$ with respect to $W$.")
    [reason] = [r for r in sheet.not_understood if "no matrix product" in r.text]
    assert reason.text.startswith("h W is") and "scalar product" in reason.suggestion
