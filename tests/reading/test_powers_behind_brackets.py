"""A script behind brackets belongs to the brackets: a(1 - b)^2 is a times (1 - b)^2, where a is a quantity, and f(x)^2 is (f(x))^2."""
import pytest
from meant import numbers, only

SHEET = r"""
Let $a = 3$, $b = 2$ and $c = 5$ be parameters and $u = (1, 2)$, $v = (3, -1)$ vectors in $\mathbb{R}^2$.
$$L = %s$$
Derive the gradient of $L$ with respect to $a$, $b$ and $c$.
"""


@pytest.mark.parametrize(("formula", "value"), [
    (r"a (1 - b)^2 + c", 3 + 5), (r"2 a(b + c)^2", 2 * 3 * 49), (r"(1 - b)^2 a (1 - c)^2", 48), (r"c a(b + c)^{-1}", 15 / 7), (r"a(b)^3 + c", 29),
    (r"a\left(1-b\right)^2 (c)^2", 75), (r"a^2 (b - c)^2", 81), (r"\tanh(a - 3)^2 + c b", 10), (r"\sigma(b - 2)^2 + a c", 15.25),
])
def test_of_numbers(formula, value):
    assert numbers(only(SHEET.replace("and $u = (1, 2)$, $v = (3, -1)$ vectors in $\\mathbb{R}^2$", "") % formula), "L") == [pytest.approx(value)]


@pytest.mark.parametrize(("formula", "value"), [
    (r"\sum_k u_k (1 - v_k)^2 + a b c", 1 * 4 + 2 * 4 + 30), (r"u^\top (v - u)^2 + a b c", 4 + 18 + 30), (r"\sum_k u_k (v - u)_k + a b c", 2 - 6 + 30),
])
def test_of_entries(formula, value):
    assert numbers(only(SHEET % formula), "L") == [pytest.approx(value)]
