"""What sheets mean, told by numbers that NumPy gives for the same network: conventions of vectors, names and products."""

from __future__ import annotations

import numpy as np
import pytest
from meant import numbers, only, shape, understood, values

from longhand.reading.sheet import read

X, W, B, T = (
    np.array([1.0, -2.0]),
    np.array([[0.5, -1.0], [2.0, 0.25], [-0.75, 1.5]]),
    np.array([0.1, -0.2, 0.3]),
    np.array([1.0, 0.0, 2.0]),
)
MATRIX = r"\begin{bmatrix} 0.5 & -1 \\ 2 & 0.25 \\ -0.75 & 1.5 \end{bmatrix}"
TURNED = r"\begin{bmatrix} 0.5 & 2 & -0.75 \\ -1 & 0.25 & 1.5 \end{bmatrix}"
H = np.tanh(W @ X + B)
LOSS = 0.5 * np.sum((H - T) ** 2)
DZ = (H - T) * (1 - H**2)

COLUMN = r"""
The data are $<x> = (1, -2)^T$, $<b> = (0.1, -0.2, 0.3)^T$, $t = (1, 0, 2)^T$ and
$$<W> = <matrix>$$
$$h = \tanh(<product> + <b>)$$
$$L = \frac12 \| h - t \|^2$$
Compute $\frac{\partial L}{\partial <W>}$ and $\frac{\partial L}{\partial <x>}$.
"""


def column(name: str = "W", x: str = "x", b: str = "b", product: str = "", matrix: str = MATRIX) -> str:
    """One layer in columns, under other names."""
    filled = {"product": product or f"{name} {x}", "matrix": matrix, "W": name, "x": x, "b": b}
    text = COLUMN
    for key, value in filled.items():
        text = text.replace(f"<{key}>", value)
    return text


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("W", "W"),
        ("W_1", "W_1"),
        ("W^1", "W^1"),
        ("W^{(1)}", "W^1"),
        ("W^{[1]}", "W^1"),
        (r"\mathbf{W}", "W"),
        (r"\boldsymbol{W}_h", "W_h"),
        ("W'", "W'"),
        ("W^*", "W^*"),
        (r"\tilde W", "Wtilde"),
        (r"\Theta", "Theta"),
        (r"W_{hx}", "W_hx"),
        (r"W^{1}_{h}", "W_h^1"),
        ("A", "A"),
    ],
)
def test_a_matrix_has_the_name_it_is_written_with(name, plain):
    problem = only(column(name))
    loss, gradient = numbers(problem, "L", f"dL/d{plain}")
    assert loss == pytest.approx(LOSS)
    assert np.array(gradient) == pytest.approx(np.outer(DZ, X))


@pytest.mark.parametrize("product", ["W x", r"W \cdot x", r"W\,x", "Wx", r"\left(W x\right)", r"(W) x"])
def test_a_product_is_whichever_conforms(product):
    [gradient] = numbers(only(column(product=product)), "dL/dx")
    assert gradient == pytest.approx(W.T @ DZ)


@pytest.mark.parametrize("product", ["V^T x", r"V^\top x", r"V^{\mathsf{T}} x", r"V^{T} \cdot x"])
def test_a_transpose(product):
    problem = only(column("V", product=product, matrix=TURNED))
    loss, gradient = numbers(problem, "L", "dL/dV")
    assert loss == pytest.approx(LOSS)
    assert np.array(gradient) == pytest.approx(np.outer(X, DZ))
    assert shape(problem, "V") == (2, 3)


def test_row_vectors():
    problem = only(
        r"""
All vectors are row vectors. $x = \begin{bmatrix} 1 & -2 \end{bmatrix}$, $b = \begin{bmatrix} 0.1 & -0.2 & 0.3 \end{bmatrix}$,
$t = \begin{bmatrix} 1 & 0 & 2 \end{bmatrix}$, and
$$V = """
        + TURNED
        + r"""$$
$$h = \tanh(x V + b)$$
$$L = \frac12 \|h - t\|^2$$
Compute $\partial L / \partial V$.
"""
    )
    loss, gradient = numbers(problem, "L", "dL/dV")
    assert loss == pytest.approx(LOSS)
    assert np.array(gradient) == pytest.approx(np.outer(X, DZ))
    assert problem.notation.layout == "row"


@pytest.mark.parametrize(
    ("declared", "product"),
    [
        (r"$x \in \mathbb{R}^{2 \times 1}$, $W \in \mathbb{R}^{3 \times 2}$, $b \in \mathbb{R}^{3 \times 1}$", "W x"),
        (r"$x \in \mathbb{R}^{2}$, $W \in \mathbb{R}^{3 \times 2}$, $b \in \mathbb{R}^{3}$", "W x"),
        (r"$x \in \mathbb{R}^{1 \times 2}$, $W \in \mathbb{R}^{2 \times 3}$, $b \in \mathbb{R}^{1 \times 3}$", "x W"),
        (r"$x \in \mathbb{R}^{2 \times 1}$, $W \in \mathbb{R}^{2 \times 3}$, $b \in \mathbb{R}^{3 \times 1}$", "W^T x"),
    ],
)
def test_declared_orientations(declared, product):
    problem = only(f"Let {declared}.\n\n$$h = \\tanh({product} + b)$$\n$$L = \\sum_j h_j^2$$\n\nFind $\\partial L/\\partial W$.\n")
    assert shape(problem, "h") == (3,)
    assert shape(problem, "x") == (2,)
    assert len(shape(problem, "W")) == 2


def test_a_batch_in_rows_with_a_bias_that_is_repeated():
    problem = only(
        r"""
$X \in \mathbb{R}^{N \times d}$ holds an example in each row,
$W \in \mathbb{R}^{d \times k}$, $b \in \mathbb{R}^{k}$, $Y \in \mathbb{R}^{N \times k}$.
$$Z = X W + b$$
$$L = \frac{1}{2} \sum_{i=1}^{N} \sum_{j=1}^{k} (Z_{ij} - Y_{ij})^2$$
Give $\frac{\partial L}{\partial b}$ and $\frac{\partial L}{\partial W}$.
""",
        data={"X": [[1, 2], [3, 4], [5, 7]], "W": [["1/2", -1], [2, "1/4"]], "b": ["0.1", "0.2"], "Y": [[1, 0], [0, 1], [1, 1]]},
    )
    x, w, b, y = (np.array(v, float) for v in ([[1, 2], [3, 4], [5, 7]], [[0.5, -1], [2, 0.25]], [0.1, 0.2], [[1, 0], [0, 1], [1, 1]]))
    dz = x @ w + b - y
    of_b, of_w = numbers(problem, "dL/db", "dL/dW")
    assert of_b == pytest.approx(dz.sum(0))
    assert np.array(of_w) == pytest.approx(x.T @ dz)


def test_a_mean_over_the_batch_and_softmax_row_by_row():
    problem = only(
        r"""
Let $X \in \mathbb{R}^{N \times d}$, $W \in \mathbb{R}^{d \times k}$, $Y \in \mathbb{R}^{N \times k}$ one-hot in each row.
$$P = \mathrm{softmax}(X W)$$
$$L = -\frac{1}{N} \sum_{n=1}^{N} \sum_{c=1}^{k} Y_{nc} \ln P_{nc}$$
Give $\partial L/\partial W$.
""",
        data={"X": [[1, 2], [3, -1]], "W": [["0.1", "0.2", "0.3"], ["-0.1", 0, "0.5"]], "Y": [[1, 0, 0], [0, 0, 1]]},
    )
    x, w, y = (np.array(v, float) for v in ([[1, 2], [3, -1]], [[0.1, 0.2, 0.3], [-0.1, 0, 0.5]], [[1, 0, 0], [0, 0, 1]]))
    p = np.exp(x @ w)
    p /= p.sum(1, keepdims=True)
    loss, gradient = numbers(problem, "L", "dL/dW")
    assert loss == pytest.approx(-np.sum(y * np.log(p)) / 2)
    assert np.array(gradient) == pytest.approx(x.T @ (p - y) / 2)


@pytest.mark.parametrize(
    "sums",
    [
        r"z_j = \sum_{i=1}^{2} W_{ji} x_i + b_j",
        r"z_j = \sum_i W_{ji} x_i + b_j, \quad j = 1, \dots, 3",
        r"z_j = b_j + \sum_{i} x_i W_{j,i}",
    ],
)
def test_index_form(sums):
    problem = only(rf"""
$x = (1, -2)$, $b = (0.1, -0.2, 0.3)$, $W = {MATRIX}$, $t = (1, 0, 2)$.
$${sums}$$
$$h_j = \tanh(z_j)$$
$$L = \frac12 \sum_j (h_j - t_j)^2$$
Find $\partial L/\partial W_{{ji}}$.
""")
    [gradient] = numbers(problem, "dL/dW")
    assert np.array(gradient) == pytest.approx(np.outer(DZ, X))
    assert problem.wanted[0].entry


def test_a_fixed_index_is_the_true_class():
    problem = only(r"""
$z = (1, 2, 0.5)$ and $c = 2$.
$$p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}$$
$$L = -\ln p_c$$
Find $\partial L/\partial z_i$.
""")
    z = np.array([1, 2, 0.5])
    p = np.exp(z) / np.exp(z).sum()
    assert numbers(problem, "dL/dz")[0] == pytest.approx(p - np.array([0, 1, 0]))


@pytest.mark.parametrize("asked", ["column", "row"])
def test_the_layout_can_be_asked_for(asked):
    text = r"""
$x = (1, -2)$, $t = 3$.
$$L = \frac12 (\sum_i x_i - t)^2$$
Find $\partial L/\partial x$.
"""
    assert only(text, layout=asked).notation.layout == asked
    assert only(f"---\nlayout: {asked}\n---\n{text}").notation.layout == asked


def test_a_name_given_by_wrt_is_differentiated_by():
    problem = only(column(), wrt=("b",))
    assert ("gradient", "L", ("b",)) in [(w.kind, w.of, w.wrt) for w in problem.wanted]
    assert nested_close(values(problem).tensor("dL/db"), DZ)


def nested_close(value, expected) -> bool:
    return [float(v) for v in value] == pytest.approx(list(expected))


def test_several_sheets_words_do_not_change_what_is_meant():
    plain, wordy = column(), "Consider a small network.\n" + column() + "\nShow all intermediate steps.\n"
    assert numbers(only(plain), "L") == numbers(understood(wordy).problems[0], "L")


def test_an_undeclared_bias_of_a_number_is_a_number():
    problem = read(
        "$x = (1,2)$, $w = (0.5,-1)$, $t=1$.\n\n$$z = w^T x + b$$\n$$L = (z-t)^2$$\n\nFind $\\partial L/\\partial w$.\n"
    ).problems[0]
    assert (shape(problem, "b"), shape(problem, "z")) == ((), ())
