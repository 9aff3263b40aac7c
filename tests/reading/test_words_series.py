r"""Recurrences of vectors, h_t = tanh(W x_t + U h_{t-1}), and numbers for each step."""
import math

import pytest
from meant import numbers, only, shape

from longhand import solve
from longhand.printing.plain import render
from longhand.reading.sheet import read

STEP = (r"$h_t=\tanh(Kx_t+Uh_{t-1})$ for $t=1,2$ with $h_0=0$ and $L=\frac12\|h_2-y\|^2$. $K=\begin{bmatrix}1&0\\0.5&-1\end{bmatrix}$, "
        r"$U=\begin{bmatrix}0.2&0.4\\-0.1&0.6\end{bmatrix}$, $x_1=(1,0)$, $x_2=(0,1)$, $y=(0,1)$. Compute $\partial L/\partial U$ and $\partial L/\partial K$.")


def test_a_recurrence_of_vectors():
    K, U, xs = [[1, 0], [0.5, -1]], [[0.2, 0.4], [-0.1, 0.6]], [[1, 0], [0, 1]]

    def loss(U):
        h = [0.0, 0.0]
        for x in xs:
            h = [math.tanh(sum(K[i][j] * x[j] + U[i][j] * h[j] for j in range(2))) for i in range(2)]
        return (h[0] ** 2 + (h[1] - 1) ** 2) / 2

    def moved(i, j, by):
        return [[u + by * ((a, b) == (i, j)) for b, u in enumerate(row)] for a, row in enumerate(U)]

    found = numbers(only(STEP), "L", "dL/dU")
    assert found[0] == pytest.approx(loss(U))
    slopes = [[(loss(moved(i, j, 1e-6)) - loss(moved(i, j, -1e-6))) / 2e-6 for j in range(2)] for i in range(2)]
    for row, expected in zip(found[1], slopes, strict=True):
        assert row == pytest.approx(expected, abs=1e-8)


def test_a_recurrence_is_one_equation_and_can_be_written_and_read_again():
    problem = only(STEP)
    assert [e.name for e in problem.program.equations] == ["h", "L"]
    first, again = (solve(text).json()["results"] for text in (STEP, render(problem)))
    assert [(r["name"], r["value"]) for r in first] == [(r["name"], r["value"]) for r in again]


def test_symbols_alone():
    problem = only(r"$h_t=\tanh(Kx_t+Uh_{t-1}+b)$, $o_t=Vh_t+c$ for $t=1,\dots,T$, $h_0=0$, $L=\frac12\sum_t\|o_t-y_t\|^2$, "
                   r"with $x_t\in\mathbb{R}^n$, $y_t\in\mathbb{R}^m$, "
                   r"$K\in\mathbb{R}^{d\times n}$, $U\in\mathbb{R}^{d\times d}$, $V\in\mathbb{R}^{m\times d}$, $b\in\mathbb{R}^d$, $c\in\mathbb{R}^m$. "
                   r"Derive $\partial L/\partial U$.")
    assert shape(problem, "h") == ("T", "d") and shape(problem, "x") == ("T", "n") and shape(problem, "y") == ("T", "m")


def test_numbers_of_each_step_for_a_unit():
    text = r"$h_t=\tanh(kx_t+uh_{t-1})$, $h_0=0$, $L=h_2^2$, $k=0.5$, $u=0.25$, $x_1=1$, $x_2=%s$. Compute $L$."
    assert numbers(only(text % "2"), "L") == [pytest.approx(math.tanh(1 + 0.25 * math.tanh(0.5)) ** 2)]
    assert read(text % "(1,2)").not_understood


def test_names_with_a_number_stay_names_without_a_recurrence():
    problem = only(r"$s=x_1+2x_2$, $L=s^2$, $x_1=1$, $x_2=2$. Compute $L$.")
    assert numbers(problem, "L") == [25] and problem.data["x_1"] == 1
