r"""Losses named in words: of whatever name the prediction is, with the factor that the words give, and of a probability only."""
import math

import pytest
from meant import numbers, only

from longhand.reading.sheet import read

UNIT = r"A unit gives $p=\sigma(k^\top u+c)$ for $k=(1,-1)$, $u=(1,2)$, $c=0.5$. %s Compute the gradient of the loss with respect to $k$."
PAIR = r"$r=Ku$ with $K=\begin{bmatrix}1&0\\2&1\end{bmatrix}$ and $u=(1,2)$, target $t=(0,1)$. %s Compute $\partial L/\partial r$."


@pytest.mark.parametrize(("words", "label"), [
    ("The loss is the binary cross-entropy, the label is $y=1$.", 1), ("Label: $y=0$. We train it with BCE.", 0),
    ("The loss is the cross-entropy with the label $y=0$.", 0), ("Let $L$ be the binary cross-entropy. The target is 1.", 1),
    ("The loss is the negative log-likelihood of $y=0$.", 0),
])
def test_the_binary_cross_entropy_of_a_sigmoid(words, label):
    p = 1 / (1 + math.exp(0.5))
    assert numbers(only(UNIT % words), "dL/dk") == [pytest.approx([p - label, 2 * (p - label)])]


def test_the_loss_is_there_though_nothing_asks_for_it():
    problem = only(r"$p=\sigma(ku)$ with $k=1$, $u=2$, $y=1$. The loss is the binary cross-entropy. Compute $p$.")
    assert problem.loss == "L" and numbers(problem, "L") == [pytest.approx(math.log(1 + math.exp(-2)))]
    assert only(r"$p=\sigma(k^\top u)$. The loss is the binary cross-entropy.").loss == "L"


@pytest.mark.parametrize(("words", "factor"), [
    ("The loss is the squared error.", 2), ("The loss is half the squared error.", 1), ("Use half the sum of squared errors.", 1),
    ("The loss is the mean squared error.", 1), ("Use MSE.", 1), (r"$L=\mathrm{MSE}(t,r)$.", 1), ("The loss is the sum of the squared errors.", 2),
    ("The error is half the squared distance between $r$ and $t$.", 1),
])
def test_the_factor_of_a_squared_error(words, factor):
    [found] = numbers(only(PAIR % words), "dL/dr")
    assert found == [factor * 1, factor * 3]


def test_a_mean_over_entries_of_which_only_the_symbol_is_known():
    sheet = read(r"$r=Ku$ with $K\in\mathbb{R}^{m\times n}$, $u\in\mathbb{R}^n$, $t\in\mathbb{R}^m$. The loss is the mean squared error. "
                 r"Derive $\partial L/\partial K$.",
                 data={"K": [["1", "0"], ["2", "1"]], "u": ["1", "2"], "t": ["0", "1"]})
    assert not sheet.not_understood
    assert numbers(sheet.problems[0], "L") == [pytest.approx((1 + 9) / 2)]


@pytest.mark.parametrize("words", [
    "The loss is half the mean squared error.", "The loss is twice the squared error.", "The loss is the cross-entropy.",
    "The loss is the binary cross-entropy.", "The loss is the distance between the two.",
])
def test_what_is_no_loss_of_the_tables_is_listed(words):
    assert read(PAIR % words).not_understood


def test_the_softmax_that_the_words_name():
    text = PAIR % "A softmax turns $r$ into probabilities, and the loss is the cross-entropy."
    weights = [math.exp(1), math.exp(4)]
    assert numbers(only(text), "dL/dr") == [pytest.approx([weights[0] / sum(weights), weights[1] / sum(weights) - 1])]


def test_words_and_a_formula_that_agree():
    assert not read(PAIR % r"The loss is $L=\|r-t\|^2$, the squared error.").not_understood
    assert read(PAIR % r"The loss is $L=\|r-t\|^2$, the cross-entropy.").not_understood
