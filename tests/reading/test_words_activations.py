r"""Functions named in words: of each place, of a letter, of a sigma that is no sigmoid; what stays unclear is listed."""
import math

import pytest
from meant import functions, numbers, only

from longhand.reading.sheet import read

NET = (r"$h=f(Ku)$, $o=g(c^\top h)$, $L=\frac12(o-t)^2$, $t\in\mathbb{R}$, $K\in\mathbb{R}^{m\times n}$, $u\in\mathbb{R}^n$, $c\in\mathbb{R}^m$. %s "
       r"Derive $\partial L/\partial K$.")
SIGMA = r"$s=\sigma(ku)$, $L=s^2$, $k=0.5$, $u=1$. %s Compute $s$."


@pytest.mark.parametrize(("words", "used"), [
    ("All units are sigmoid.", {"sigmoid"}), ("Both layers use tanh.", {"tanh"}), ("Every unit is a tanh unit.", {"tanh"}),
    ("The hidden units are tanh and the output is linear.", {"tanh", "identity"}), ("Sigmoid hidden units, linear output.", {"sigmoid", "identity"}),
    ("The hidden activation is ReLU; the output activation is the sigmoid.", {"relu", "sigmoid"}),
    ("We use softplus in the hidden layer and no activation on the output.", {"softplus", "identity"}),
    ("$f$ is the ReLU and $g$ the identity.", {"relu", "identity"}), ("$f$ denotes tanh, $g$ stands for the sigmoid.", {"tanh", "sigmoid"}),
])
def test_functions_by_their_place(words, used):
    assert functions(only(NET % words)) | {"identity"} == used | {"identity"}


@pytest.mark.parametrize("words", ["The hidden layer has a sigmoid, the output layer none.", "The units are nonlinear.", "The output is linear.",
                                   "The hidden units are tanh or ReLU, the output is linear."])
def test_functions_that_the_words_leave_open(words):
    assert read(NET % words).not_understood


def test_what_the_loss_reads_is_the_output():
    text = (r"$h=f(Ku)$, $o=f(c^\top h)$, $L=\frac12(o-t)^2$. The hidden units are tanh and the output is linear. Derive $\partial L/\partial K$.")
    assert read(text).not_understood                      # one letter for both


@pytest.mark.parametrize(("words", "value"), [
    ("Here $\\sigma$ is tanh.", math.tanh(0.5)), ("$\\sigma$ denotes the ReLU.", 0.5), ("In this exercise σ stands for the ReLU.", 0.5),
    ("$\\sigma$ is the activation function tanh.", math.tanh(0.5)), ("The unit has a sigmoid.", 1 / (1 + math.exp(-0.5))),
    ("", 1 / (1 + math.exp(-0.5))),
])
def test_a_sigma(words, value):
    assert numbers(only(SIGMA % words), "s") == [pytest.approx(value)]


@pytest.mark.parametrize("words", ["The unit has a ReLU.", "Do not confuse $\\sigma$ with tanh.", "The units are tanh units."])
def test_a_sigma_against_the_words(words):
    assert read(SIGMA % words).not_understood


def test_a_sheet_with_several_losses_leaves_its_sigma_alone():
    text = (r"$h=\sigma(Ku)$, $q=\operatorname{softmax}(Vh)$, $L=-\sum_k y_k\ln q_k$, $J=\frac12\|h\|^2$. The network has a sigmoid hidden layer and a "
            r"softmax output layer. Derive $\partial L/\partial K$.")
    assert "sigmoid" in functions(only(text))
