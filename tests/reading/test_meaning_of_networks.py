"""Whole small networks: neuron by neuron, shared weights, skip connections, several layers, descent, Jacobians and Hessians."""

from __future__ import annotations

import math

import numpy as np
import pytest
from meant import nested, numbers, only, values, wanted

from longhand.calculus.descent import at_step, unrolled
from longhand.calculus.jacobian import derive
from longhand.numbers.arithmetic import FLOATS
from longhand.numbers.interpret import Values

NEURONS = r"""
A network of single neurons: $i_1 = 0.05$, $i_2 = 0.1$, $w_1 = 0.15$, $w_2 = 0.2$, $w_5 = 0.4$, $b_1 = 0.35$, $b_2 = 0.6$,
target $t = 0.01$.

$$net_{h1} = w_1 i_1 + w_2 i_2 + b_1$$
$$out_{h1} = \frac{1}{1 + e^{-net_{h1}}}$$
$$net_{o1} = w_5 \, out_{h1} + b_2$$
$$out_{o1} = \frac{1}{1 + e^{-net_{o1}}}$$
$$E = \frac12 (t - out_{o1})^2$$

Compute $\frac{\partial E}{\partial w_5}$ and $\frac{\partial E}{\partial w_1}$.
"""


def logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def test_a_network_neuron_by_neuron():
    problem = only(NEURONS)
    hidden = logistic(0.15 * 0.05 + 0.2 * 0.1 + 0.35)
    out = logistic(0.4 * hidden + 0.6)
    delta = (out - 0.01) * out * (1 - out)
    loss, of_w5, of_w1 = numbers(problem, "E", "dE/dw_5", "dE/dw_1")
    assert loss == pytest.approx(0.5 * (0.01 - out) ** 2)
    assert (of_w5, of_w1) == (pytest.approx(delta * hidden), pytest.approx(delta * 0.4 * hidden * (1 - hidden) * 0.05))
    assert wanted(problem) == [("gradient", "E", ("w_5",)), ("gradient", "E", ("w_1",))]


W = np.array([[0.5, -1.0], [0.25, 0.75]])
U = np.array([[1.0, 0.5], [-0.5, 2.0]])
X = np.array([1.0, -2.0])
GIVEN = r"""
$x = (1, -2)$, $W = \begin{bmatrix} 0.5 & -1 \\ 0.25 & 0.75 \end{bmatrix}$, $U = \begin{bmatrix} 1 & 0.5 \\ -0.5 & 2 \end{bmatrix}$.
"""


def forward_shared(w, u):
    return 0.5 * np.sum(np.tanh(w @ np.tanh(w @ X)) ** 2)


def forward_skip(w, u):
    return 0.5 * np.sum((u @ np.tanh(w @ X) + X) ** 2)


def forward_gate(w, u):
    return np.sum(np.tanh(w @ X) * (u @ X))


@pytest.mark.parametrize(
    ("formulas", "forward"),
    [
        ("$$h = \\tanh(W x)$$\n$$g = \\tanh(W h)$$\n$$L = \\frac12 \\|g\\|^2$$", forward_shared),
        ("$$L = \\frac12 \\|\\tanh(W \\tanh(W x))\\|^2$$", forward_shared),
        ("$$a = \\tanh(W x)$$\n$$y = U a + x$$\n$$L = \\frac12 \\sum_i y_i^2$$", forward_skip),
        ("$$a = \\tanh(W x)$$\n$$g = U x$$\n$$y = a \\odot g$$\n$$L = \\sum_i y_i$$", forward_gate),
        ("$$L = \\sum_i \\tanh(W x)_i (U x)_i$$", forward_gate),
        ("$$L = (U x)^T \\tanh(W x)$$", forward_gate),
    ],
)
def test_all_paths_are_added(formulas, forward):
    given = GIVEN if "U" in formulas else GIVEN.replace(GIVEN[GIVEN.index(", $U") :].rstrip(), ".")
    problem = only(f"{given}\n{formulas}\n\nFind $\\partial L/\\partial W$.\n")
    loss, gradient = numbers(problem, "L", "dL/dW")
    assert loss == pytest.approx(forward(W, U))
    for i in range(2):
        for j in range(2):
            step = np.zeros((2, 2))
            step[i, j] = 1e-6
            assert gradient[i][j] == pytest.approx((forward(W + step, U) - forward(W - step, U)) / 2e-6, abs=1e-6)


@pytest.mark.parametrize("depth", [1, 2, 3, 5])
def test_any_number_of_layers(depth):
    lines = [rf"$$a^{{[{k}]}} = \tanh(W^{{[{k}]}} {'x' if k == 1 else f'a^{{[{k - 1}]}}'})$$" for k in range(1, depth + 1)]
    data = " ".join(rf"$W^{{[{k}]}} = \begin{{bmatrix}} 0.5 & -1 \\ 0.25 & 0.75 \end{{bmatrix}}$." for k in range(1, depth + 1))
    problem = only(
        f"$x = (1, -2)$. {data}\n\n" + "\n".join(lines) + f"\n$$L = \\sum_i a^{{[{depth}]}}_i$$\n\nFind $\\partial L/\\partial x$.\n"
    )
    a, jacobian = X, np.eye(2)
    for _ in range(depth):
        a = np.tanh(W @ a)
        jacobian = np.diag(1 - a**2) @ W @ jacobian
    assert numbers(problem, "dL/dx")[0] == pytest.approx(jacobian.sum(0))


# ---- descent ------------------------------------------------------------------------------------------------------

LINE = r"""
$x = 2$, $w = 0.5$, $b = 1$, $t = 3$.

$$y = w x + b$$
$$L = \frac12 (y - t)^2$$

"""


def descended(text: str, **options) -> list[float]:
    """w after each step."""
    problem = only(LINE + text, **options)
    program = unrolled(derive(problem).backward, problem.loss, problem.descent)
    found = Values(program, problem.data, problem.sizes, FLOATS)
    return [nested(found.tensor(at_step("w", k))) for k in range(1, problem.descent.steps + 1)]


def plain_steps(rate: float, steps: int) -> list[float]:
    w, b, out = 0.5, 1.0, []
    for _ in range(steps):
        error = w * 2 + b - 3
        w, b = w - rate * 2 * error, b - rate * error
        out.append(w)
    return out


@pytest.mark.parametrize(
    ("text", "rate", "steps"),
    [
        ("Perform one step of gradient descent with learning rate 0.1.", 0.1, 1),
        (r"Do two steps of gradient descent with learning rate $\eta = 0.1$.", 0.1, 2),
        (r"Update $w$ and $b$ with gradient descent, where $\eta = 0.25$.", 0.25, 1),
        ("Perform 3 steps of gradient descent with a learning rate of 0.05.", 0.05, 3),
    ],
)
def test_steps_of_gradient_descent(text, rate, steps):
    assert descended(text) == pytest.approx(plain_steps(rate, steps))


def test_steps_told_by_the_front_matter():
    problem = only(f"---\nrate: 0.1\nsteps: 2\n---\n{LINE}Do one step of gradient descent.\n")
    assert problem.descent.steps == 2


def test_momentum():
    rate, mu, w, b, v, u, out = 0.1, 0.9, 0.5, 1.0, 0.0, 0.0, []
    for _ in range(2):
        error = w * 2 + b - 3
        v, u = mu * v + 2 * error, mu * u + error
        w, b = w - rate * v, b - rate * u
        out.append(w)
    assert descended("Do two steps of gradient descent with momentum 0.9 and learning rate 0.1.") == pytest.approx(out)


@pytest.mark.parametrize("method", ["Adam", "Nesterov momentum"])
def test_other_methods_are_known_by_name(method):
    steps = descended(f"Do two steps of {method} with learning rate 0.1.")
    assert len(steps) == 2 and steps[0] != pytest.approx(0.5)


def test_the_first_step_of_adam_has_the_length_of_the_rate():
    [w] = descended("Do one step of Adam with learning rate 0.1.")
    assert w == pytest.approx(0.5 + 0.1, abs=1e-6)


# ---- Jacobians and Hessians ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "request_",
    [
        r"Find the Jacobian $\frac{\partial h}{\partial x}$.",
        r"Compute the Jacobian of $h$ with respect to $x$.",
        r"Derive $\partial h / \partial x$.",
    ],
)
def test_a_jacobian(request_):
    problem = only(f"{GIVEN}\n$$h = \\tanh(W x)$$\n$$g = U h$$\n\n{request_}\n")
    assert wanted(problem) == [("jacobian", "h", ("x",))]
    found = nested(values(problem).tensor("dh/dx"))
    assert np.array(found) == pytest.approx(np.diag(1 - np.tanh(W @ X) ** 2) @ W)


@pytest.mark.parametrize(
    "request_",
    [
        r"Compute the Hessian of $L$ with respect to $w$.",
        r"Find the Hessian $\frac{\partial^2 L}{\partial w^2}$.",
    ],
)
def test_a_hessian(request_):
    problem = only(f"$x = (3, 4)$, $w = (1, -2)$, $t = 1$.\n\n$$L = \\frac12 (w^T x - t)^2$$\n\n{request_}\n")
    assert wanted(problem) == [("hessian", "L", ("w",))]


# ---- data from outside --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["W1", "W_1", "W^1", "W^{(1)}", r"\mathbf{W}_1"])
def test_names_of_data_are_compared_without_markup(name):
    text = (
        r"$x \in \mathbb{R}^2$, $W_1 \in \mathbb{R}^{2 \times 2}$."
        + "\n\n$$h = W_1 x$$\n$$L = \\sum_i h_i$$\n\nFind $\\partial L/\\partial x$.\n"
    )
    problem = only(text, data={name: [["0.5", -1], ["1/4", "0.75"]], "x": [1, -2]})
    assert numbers(problem, "L")[0] == pytest.approx((W @ X).sum())
