"""Functions that the sheet defines itself, their argument named like a quantity of the sheet."""
from math import exp

import pytest
from meant import numbers, only

NET = r"""A net computes $u = V^\top x + c$, $h = {f}(u)$ and $y = w^\top h$, with $x \in \mathbb{{R}}^2$, $V \in \mathbb{{R}}^{{2 \times 2}}$,
$c, w \in \mathbb{{R}}^2$. The loss is $E = \frac12 (y - t)^2$."""
DATA = r"""
$x = [1, 2]^\top$, $V = \begin{bmatrix} 1 & 0.5 \\ -1 & 2 \end{bmatrix}$, $c = [0.1, -0.2]^\top$, $w = [1, -2]^\top$, $t = 1$.

Compute the gradients of $E$ with respect to $V$, $c$ and $w$.
"""
U = (-0.9, 4.3)


def sigmoid(u):
    return 1 / (1 + exp(-u))


def leaky(u):
    return u if u > 0 else 0.01 * u


LEAKY = r"\text{{LeakyReLU}}({0}){1} = \begin{{cases}} {0}{1} & {0}{1} > 0 \\ 0.01 {0}{1} & {0}{1} \le 0 \end{{cases}}"
FUNCTIONS = [
    (r"\sigma", r"\sigma(u) = \frac{1}{1+e^{-u}}", sigmoid),
    (r"\sigma", r"\sigma(x) = \frac{1}{1+e^{-x}}", sigmoid),
    (r"\sigma", r"\sigma(u)_i = \frac{1}{1+e^{-u_i}}", sigmoid),
    (r"\sigma", r"\sigma(u_i) = \frac{1}{1+e^{-u_i}}", sigmoid),
    ("g", r"g(h) = \frac{1}{1+e^{-h}}", sigmoid),
    ("g", r"g(z) = \frac{1}{1+e^{-z}}", sigmoid),
    ("f", r"f(u) = \max(0, u)", lambda u: max(0, u)),
    ("f", r"f(u) = u^2", lambda u: u * u),
    ("f", r"f(u) = u \cdot e^{-u}", lambda u: u * exp(-u)),
    ("f", r"f(u) = \frac{u}{3 + |u|}", lambda u: u / (3 + abs(u))),
    (r"\tanh", r"\tanh(u) = \frac{e^u - e^{-u}}{e^u + e^{-u}}", lambda u: (exp(u) - exp(-u)) / (exp(u) + exp(-u))),
    (r"\text{LeakyReLU}", LEAKY.format("u", ""), leaky),
    (r"\text{LeakyReLU}", LEAKY.format("x", ""), leaky),
    (r"\text{LeakyReLU}", LEAKY.format("u", "_j"), leaky),
]


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("name, definition, meant", FUNCTIONS, ids=[d for _, d, _ in FUNCTIONS])
def test_a_function_is_applied_entry_by_entry(name, definition, meant, before):
    net, here = NET.format(f=name), f"Here ${definition}$."
    problem = only("\n\n".join([here, net] if before else [net, here]) + "\n" + DATA)
    assert {e.name for e in problem.program.equations} == {"u", "h", "y", "E"}
    h, y = numbers(problem, "h", "y")
    assert h == pytest.approx([meant(u) for u in U])
    assert y == pytest.approx(meant(U[0]) - 2 * meant(U[1]))


@pytest.mark.parametrize("body, square", [(r"v^\top v", 56), (r"\|v\|^2", 56), (r"\sqrt{v^\top v}", 56 ** 0.5), (r"v \cdot v", 56), (r"\|v\|", 56 ** 0.5)])
def test_a_function_of_a_whole_vector_stays_one(body, square):
    problem = only(rf"$q(v) = {body}$, $x = [1, 2, 3]^\top$, $u = w x$, $E = q(u)$, $w = 2$. Find the gradient of $E$ with respect to $w$.")
    assert numbers(problem, "E") == [pytest.approx(square)]


def test_a_quantity_with_what_it_depends_on_is_no_product():
    problem = only(r"$f(x) = wx + b$, $L = (f(x) - y)^2$, $w=2$, $x=3$, $b=1$, $y=2$. Find the gradient of $L$ with respect to $w$ and $b$.")
    assert numbers(problem, "f", "L") == [7, 25]


def test_a_loss_with_what_it_depends_on_is_no_product():
    problem = only(r"$L(w) = (wx - y)^2$, $J = L(w) + \lambda w^2$, $w=2$, $x=3$, $y=2$, $\lambda=0.1$. Find the gradient of $J$ with respect to $w$.")
    assert numbers(problem, "L", "J") == [16, pytest.approx(16.4)]


def test_a_name_alone_in_brackets_is_what_a_quantity_depends_on_and_it_is_said():
    problem = only(r"$f = wx + b$, $L = (f(x) - y)^2$, $w=2$, $x=3$, $b=1$, $y=2$. Find the gradient of $L$ with respect to $w$.")
    assert numbers(problem, "L") == [25]
    assert any("f(x) is f" in remark.text for remark in problem.assumptions)


def test_brackets_with_a_formula_in_them_are_a_product():
    problem = only(r"$h = wx$, $L = h(1 - h)$, $w=2$, $x=3$. Find the gradient of $L$ with respect to $w$.")
    assert numbers(problem, "L") == [-30]


def test_cases_of_a_vector_without_a_function():
    problem = only(r"$u = wx$, $h = \begin{cases} u & u > 0 \\ 0.5 & \text{otherwise} \end{cases}$, $E = \frac12\|h\|^2$, $x = [1, -2, 3]^\top$, $w = 2$. "
                   r"Find the gradient of $E$ with respect to $w$.")
    assert numbers(problem, "h", "E") == [[2, 0.5, 6], pytest.approx(20.125)]
