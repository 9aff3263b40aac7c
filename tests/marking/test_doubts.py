"""What a sheet says and was not understood makes no answer wrong."""
from __future__ import annotations

import pytest

from longhand.marking.mark import Marker


def verdicts(sheet: str, answer: str) -> set[str]:
    return {mark.verdict for mark in Marker(sheet).mark(answer).marks}


def test_a_number_that_was_not_understood():
    sheet = r"""The unit is $h = \mathrm{LeakyReLU}(w x)$ with slope $0.1$ for negative inputs,
the loss $L = (h - t)^2$, $w = -1$, $x = 2$ and $t = 1$.
Compute the gradient of $L$ with respect to $w$."""
    assert "wrong" not in verdicts(sheet, "h = -0.2, L = 1.44, dL/dh = -2.4, dL/dw = -0.48")


def test_two_formulas_for_one_quantity():
    sheet = r"""Let $y = w x$ and $L = (y - t)^4$. Later we set $L = (y - t)^2$.
With $w = 1$, $x = 3$, $t = 1$ compute the gradient of $L$ with respect to $w$."""
    assert {"wrong", "misread"}.isdisjoint(verdicts(sheet, "L = 4, dL/dy = 4, dL/dw = 12"))


@pytest.mark.parametrize("claim", [r"$\frac{\partial g}{\partial s} = 0.1$", r"$\frac{\partial g}{\partial s} = \frac{1}{s}$"])
def test_a_name_beside_the_way_to_the_loss(claim):
    sheet = r"""Let $g = \ln(a^2 + b)$. We write $s = a^2 + b$ for short.
With $a = 3$ and $b = 1$ compute the derivatives of $g$ with respect to $a$ and $b$."""
    assert {"wrong", "misread"}.isdisjoint(verdicts(sheet, claim))


def test_a_count_in_words_is_no_such_number():
    sheet = r"""A 2-1 network has $y = w_1 x_1 + w_2 x_2$ and $L = (y - t)^2$ with $x_1 = 1$, $x_2 = 2$, $w_1 = 3$, $w_2 = 4$ and $t = 1$.
Compute the gradients of $L$ with respect to $w_1$ and $w_2$."""
    assert verdicts(sheet, "y = 11, L = 100, dL/dy = 20, dL/dw_1 = 20, dL/dw_2 = 40") == {"right"}


def test_a_loss_that_came_out_as_a_vector():
    sheet = r"""Let $u = v^\top h$ and $L = \frac{1}{2} (u \mathbf{k} - y)^2$ with $v, h \in \mathbb{R}^n$ and $y, \mathbf{k} \in \mathbb{R}^m$.
Derive the gradient of $L$ with respect to $v$."""
    assert "wrong" not in verdicts(sheet, r"$\frac{\partial L}{\partial v} = (u - y) h^\top$")
