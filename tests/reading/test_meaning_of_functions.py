"""Activations and losses: by name, by a formula of the sheet's own, by cases; each told by the values it gives."""

from __future__ import annotations

import math

import numpy as np
import pytest
from meant import functions, numbers, only, understood

from longhand.reading.sheet import read

POINTS = np.array([-1.5, -0.25, 0.5, 2.0])


def network(definition: str, call: str = "f(z)") -> str:
    return f"""
Let $z = (-1.5, -0.25, 0.5, 2)$.
{definition}
$$h = {call}$$
$$L = \\sum_i h_i$$
Find $\\partial L/\\partial z$.
"""


def slope(f, x: float) -> float:
    return (f(x + 1e-6) - f(x - 1e-6)) / 2e-6


SCALAR = {
    "relu": lambda x: max(0.0, x),
    "leaky": lambda x: x if x > 0 else 0.01 * x,
    "elu": lambda x: x if x > 0 else math.expm1(x),
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "tanh": math.tanh,
    "softplus": lambda x: math.log1p(math.exp(x)),
    "silu": lambda x: x / (1 + math.exp(-x)),
    "identity": lambda x: x,
    "square": lambda x: x * x,
    "selu": lambda x: 1.0507009873554805 * (x if x > 0 else 1.6732632423543772 * math.expm1(x)),
    "gelu": lambda x: x * (1 + math.erf(x / math.sqrt(2))) / 2,
    "gelu tanh": lambda x: 0.5 * x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
    "sin": math.sin,
    "exp": math.exp,
}
WRITTEN = [
    ("relu", "", r"\mathrm{ReLU}(z)"),
    ("relu", "", r"\max(0, z)"),
    ("relu", "", r"\operatorname{relu}(z)"),
    ("relu", r"$$f(u) = \max(0, u)$$", "f(z)"),
    ("relu", r"$$f(u) = \begin{cases} u & u > 0 \\ 0 & u \leq 0 \end{cases}$$", "f(z)"),
    ("relu", r"$$f(u) = \begin{cases} u & \text{if } u \geq 0 \\ 0 & \text{otherwise} \end{cases}$$", "f(z)"),
    ("leaky", r"$$f(u) = \begin{cases} u & u > 0 \\ 0.01 u & u \leq 0 \end{cases}$$", "f(z)"),
    ("elu", r"$$f(u) = \begin{cases} u & u \geq 0 \\ e^{u} - 1 & u < 0 \end{cases}$$", "f(z)"),
    ("elu", "", r"\mathrm{ELU}(z)"),
    ("elu", r"$$f(u) = \begin{cases} u & \geq 0 \\ e^{u} - 1 & < 0 \end{cases}$$", "f(z)"),
    ("sigmoid", "", r"\sigma(z)"),
    ("sigmoid", "", r"\mathrm{sigmoid}(z)"),
    ("sigmoid", r"$$\phi(t) = \frac{1}{1 + e^{-t}}$$", r"\phi(z)"),
    ("sigmoid", r"$$\sigma(x) = \frac{1}{1 + \exp(-x)}$$", r"\sigma(z)"),
    ("sigmoid", r"$$g(u) = \frac{e^u}{1 + e^u}$$", "g(z)"),
    ("tanh", "", r"\tanh(z)"),
    ("tanh", "", r"\tanh z"),
    ("tanh", r"$$f(a) = \frac{e^a - e^{-a}}{e^a + e^{-a}}$$", "f(z)"),
    ("softplus", "", r"\mathrm{softplus}(z)"),
    ("softplus", r"$$f(u) = \ln(1 + e^u)$$", "f(z)"),
    ("silu", "", r"\mathrm{SiLU}(z)"),
    ("silu", "", r"\mathrm{swish}(z)"),
    ("silu", r"$$f(u) = \frac{u}{1 + e^{-u}}$$", "f(z)"),
    ("selu", "", r"\mathrm{SELU}(z)"),
    ("gelu", "", r"\mathrm{GELU}(z)"),
    ("identity", "$$f(u) = u$$", "f(z)"),
    ("square", "$$f(u) = u^2$$", "f(z)"),
    ("gelu tanh", r"$$f(u) = \frac12 u \left(1 + \tanh\left(\sqrt{\frac{2}{\pi}} (u + 0.044715 u^3)\right)\right)$$", "f(z)"),
    ("sin", "", r"\sin(z)"),
    ("exp", "", r"\exp(z)"),
    ("exp", "", "e^{z}"),
    ("relu", "$f$ is the ReLU activation function.", "f(z)"),
    ("tanh", "The function $f$ is the hyperbolic tangent.", "f(z)"),
]


@pytest.mark.parametrize(("name", "definition", "call"), WRITTEN)
def test_an_activation(name, definition, call):
    problem = only(network(definition, call))
    value, gradient = numbers(problem, "h", "dL/dz")
    assert value == pytest.approx([SCALAR[name](x) for x in POINTS])
    assert gradient == pytest.approx([slope(SCALAR[name], x) for x in POINTS], abs=1e-5)


@pytest.mark.parametrize(
    ("definition", "row"),
    [
        (r"$$f(u) = \begin{cases} u & u > 0 \\ 0 & u \leq 0 \end{cases}$$", "relu"),
        (r"$$f(t) = \frac{1}{1 + e^{-t}}$$", "sigmoid"),
        (r"$$f(u) = \ln(1 + e^u)$$", "softplus"),
        (r"$$f(a) = \frac{e^a - e^{-a}}{e^a + e^{-a}}$$", "tanh"),
    ],
)
def test_a_function_of_the_table_is_recognised_by_its_values(definition, row):
    assert row in functions(only(network(definition)))


Y, P = np.array([0.0, 1.0, 0.0]), np.array([0.2, 0.7, 0.1])
LOSSES = [
    (r"-\sum_i y_i \ln p_i", -np.sum(Y * np.log(P))),
    (r"-\sum_{i=1}^{3} y_i \log p_i", -np.sum(Y * np.log(P))),
    (r"-y^T \ln p", -np.sum(Y * np.log(P))),
    (r"\mathrm{CE}(y, p)", -np.sum(Y * np.log(P))),
    (r"-\sum y \log p", -np.sum(Y * np.log(P))),
    (r"\frac12 \|p - y\|^2", 0.5 * np.sum((P - Y) ** 2)),
    (r"\frac{1}{2} \|p - y\|_2^2", 0.5 * np.sum((P - Y) ** 2)),
    (r"\frac12 \sum_i (p_i - y_i)^2", 0.5 * np.sum((P - Y) ** 2)),
    (r"\frac13 \sum_{i=1}^3 (p_i - y_i)^2", np.mean((P - Y) ** 2)),
    (r"\sum_i |p_i - y_i|", np.sum(abs(P - Y))),
    (r"(p - y)^T (p - y)", np.sum((P - Y) ** 2)),
    (r"\|p - y\|", np.sqrt(np.sum((P - Y) ** 2))),
    (r"-\sum_i \left( y_i \ln p_i + (1 - y_i) \ln(1 - p_i) \right)", -np.sum(Y * np.log(P) + (1 - Y) * np.log(1 - P))),
    (r"\sum_i \max(0, 1 - y_i p_i)", np.sum(np.maximum(0, 1 - Y * P))),
    (r"\frac{1}{n} \sum_{i=1}^n (p_i - y_i)^2", np.mean((P - Y) ** 2)),
    (r"-\ln p_2", -np.log(0.7)),
    (r"-\log_{10} p_2", -np.log10(0.7)),
    (r"-\log_2 p_2", -np.log2(0.7)),
]


@pytest.mark.parametrize(("formula", "expected"), LOSSES)
def test_a_loss(formula, expected):
    labels = "$y = (0, 1, 0)$ and " if "y" in formula else ""
    [loss] = numbers(only(f"Let {labels}$p = (0.2, 0.7, 0.1)$.\n\n$$L = {formula}$$\n\nFind $\\partial L/\\partial p$.\n"), "L")
    assert loss == pytest.approx(expected)


@pytest.mark.parametrize(
    ("penalty", "expected"),
    [
        (r"\frac{\lambda}{2} \|w\|^2", 0.05 * 5),
        (r"\lambda \|w\|_2^2", 0.5),
        (r"\lambda \sum_i w_i^2", 0.5),
        (r"\lambda \sum_i |w_i|", 0.3),
        (r"\lambda w^T w", 0.5),
        (r"\lambda \|w\|_1", 0.3),
    ],
)
def test_a_penalty_written_as_a_formula_counts(penalty, expected):
    text = rf"""
Let $x = (3, 4)$, $w = (1, -2)$, $t = 1$, $\lambda = 0.1$.
$$L = \frac12 (w^T x - t)^2 + {penalty}$$
Find $\partial L/\partial w$.
"""
    [loss] = numbers(only(text), "L")
    assert loss == pytest.approx(0.5 * 36 + expected)


@pytest.mark.parametrize(
    ("smoothed", "loss"),
    [
        (r"$$s = (1 - \epsilon) y + \frac{\epsilon}{3}$$", r"-\sum_i s_i \ln p_i"),
        (r"$$s_i = (1 - \epsilon) y_i + \epsilon / 3$$", r"-\sum_i s_i \ln p_i"),
    ],
)
def test_a_smoothed_label(smoothed, loss):
    problem = only(rf"""
$z = (1, 2, 0.5)$, $y = (0, 1, 0)$, $\epsilon = 0.3$.
{smoothed}
$$p = \mathrm{{softmax}}(z)$$
$$L = {loss}$$
Find $\partial L/\partial z$.
""")
    z = np.array([1, 2, 0.5])
    p = np.exp(z) / np.exp(z).sum()
    assert numbers(problem, "dL/dz")[0] == pytest.approx(p - (0.7 * Y + 0.1))


@pytest.mark.parametrize(
    "written",
    [
        r"p = \mathrm{softmax}(z)",
        r"p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}",
        r"p_i = \frac{\exp(z_i)}{\sum_{k=1}^{3} \exp(z_k)}",
        r"p_i = \mathrm{softmax}(z)_i",
        r"p = \operatorname{softmax}(z)",
        r"p_i = e^{z_i} / \sum_{j} e^{z_j}",
    ],
)
def test_softmax_however_it_is_written(written):
    problem = only(
        f"$z = (1, 2, 0.5)$, $y = (0, 1, 0)$.\n\n$${written}$$\n$$L = -\\sum_i y_i \\ln p_i$$\n\nFind $\\partial L/\\partial z$.\n"
    )
    assert "softmax" in functions(problem)
    z = np.array([1, 2, 0.5])
    assert numbers(problem, "dL/dz")[0] == pytest.approx(np.exp(z) / np.exp(z).sum() - Y)


def test_the_sheet_says_that_log_is_to_the_base_ten():
    text = "$p = 0.7$\n\n$$L = -\\log p$$\n\nFind $\\partial L/\\partial p$.\n"
    assert numbers(only(text), "L") == pytest.approx([-math.log(0.7)])
    assert [a.text for a in understood(text).assumptions] == ["log means ln"]
    assert numbers(only(f"---\nlog: 10\n---\n{text}"), "L") == pytest.approx([-math.log10(0.7)])
    assert [a.text for a in understood(f"---\nlog: ln\n---\n{text}").assumptions] == []


def test_an_unknown_function_is_said_to_be_one():
    sheet = read(network("", r"\mathrm{frobnicate}(z)"))
    [remark] = [r for r in sheet.not_understood if "frobnicate" in r.text]
    assert remark.line == 4 and "define it on the sheet" in remark.suggestion
