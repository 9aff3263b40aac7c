"""What the words around a number say of it: the new loss, grad w, the weights after the step."""
from __future__ import annotations

from functools import cache

import pytest

from longhand.marking.mark import Marker

SHEET = r"""
A unit computes $z = w x + b$ and $a = \tanh(z)$, the loss is $L = \frac{1}{2}(a - t)^2$. Given $x = 2$, $w = 0.4$, $b = -0.1$, $t = -1$.

Compute the gradients of $L$ with respect to $w$ and $b$. The learning rate is $\eta = 0.1$. Update $w, b$.
"""
UPDATED = "w_new = 0.1963\nb_new = -0.2018\n"


@cache
def marker() -> Marker:
    return Marker(SHEET)


def told(answer: str) -> list[tuple[str, str]]:
    return [(mark.quantity, mark.verdict) for mark in marker().mark(answer).marks]


@pytest.mark.parametrize("words", ["The new loss is $L = 0.7063$.", "After the update: L = 0.7063", "L = 0.7063"])
def test_the_loss_after_the_update_is_another_than_before(words):
    assert told("L = 1.2870\n" + UPDATED + words)[-1] == ("L@1", "right")


def test_a_wrong_new_loss_is_told():
    assert told("L = 1.2870\n" + UPDATED + "The new loss is $L = 0.8393$.")[-1] in (("L@1", "wrong"), ("L@1", "misread"))


def test_without_an_update_it_is_the_loss():
    assert told("L = 0.7063")[-1] in (("L", "wrong"), ("L", "misread"))


def test_what_leads_to_the_new_loss_is_new_too():
    assert told(UPDATED + "New: z = 0.1908, a = 0.1885, L = 0.7063")[2:4] == [("z@1", "right"), ("a@1", "right")]


@pytest.mark.parametrize("words", ["grad w = 2.0367", "The gradient with respect to w: w = 2.0367", "Gradients: w = 2.0367, b = 1.0184"])
def test_a_gradient_by_words(words):
    assert set(told(words)) <= {("dL/dw", "right"), ("dL/db", "right")}


def test_a_new_weight_that_is_the_gradient_is_wrong():
    assert told("w_new = 2.0367") [0][1] in ("wrong", "misread")


def test_an_arrow_gives_a_weight_its_new_value():
    assert told(r"$w \to 0.1963$, $b \to -0.3011$") in ([("w@1", "right"), ("b@1", each)] for each in ("wrong", "misread"))


TWO_STEPS = r"""
The loss is $L = (w x - t)^2 + \lambda w^2$ with $x = 3$, $t = 1$, $w = 0.5$ and $\lambda = 0.1$. Perform two steps of gradient descent on $w$ with
learning rate 0.1.
"""


def test_each_step_has_its_own_numbers():
    answer = r"""**Step 1.** $\frac{\partial L}{\partial w} = 3.1$, so $w = 0.5 - 0.31 = 0.19$.

**Step 2.** $\frac{\partial L}{\partial w} = 2(0.57 - 1) \cdot 3 + 0.038 = -2.542$, so $w = 0.19 + 0.2542 = 0.4442$."""
    marks = Marker(TWO_STEPS).mark(answer).marks
    assert [(mark.quantity, mark.verdict) for mark in marks if mark.stated and not mark.text.startswith("Words")] == [
        ("dL/dw", "right"), ("w@1", "right"), ("w@1", "right"),
        ("dL/dw@1", "right"), ("dL/dw@1", "right"), ("w@2", "right"), ("w@2", "right")]


def test_w2_is_w_after_two_steps():
    assert [(mark.quantity, mark.verdict) for mark in Marker(TWO_STEPS).mark("w1 = 0.19, w2 = 0.4442").marks] == [("w@1", "right"), ("w@2", "right")]
