r"""Numbers that words, tables and listings give: all weights, biases, the one input, the true class, a bold 1, lines like w = 2."""
import math

import pytest
from meant import numbers, only

from longhand import solve
from longhand.reading.sheet import read

NET = (r"$h=\tanh(Ux+b)$, $o=c^\top h$, $L=\frac12(o-t)^2$ with $U\in\mathbb{R}^{2\times2}$, $b\in\mathbb{R}^2$, $c\in\mathbb{R}^2$, $x=(1,-2)$, "
       r"$t=1$. %s Compute $\partial L/\partial U$.")
LINE = r"$o=wx+b$ and $L=\frac12(o-y)^2$."
ASK = r" Compute $\partial L/\partial w$ and $\partial L/\partial b$."
SCORES = r"$s=Ku$, $q=\operatorname{softmax}(s)$, $K=\begin{bmatrix}1&0\\0&1\\1&1\end{bmatrix}$, $u=(1,2)$. %s Compute $\partial L/\partial s$."


def gradient(weight, bias):
    """∂L/∂U of the net with all weights and all biases alike."""
    h = math.tanh(weight * (1 - 2) + bias)
    first = (2 * weight * h - 1) * weight * (1 - h * h)
    return [first, -2 * first, first, -2 * first]


@pytest.mark.parametrize(("words", "weight", "bias"), [
    ("All weights are 0.5 and all biases are 0.", 0.5, 0), ("All weights are initialised to 0.5 and the biases to zero.", 0.5, 0),
    ("Initially, every weight equals 0.5; every bias equals -1.", 0.5, -1), ("All weights and biases are 0.5.", 0.5, 0.5),
    ("All parameters are set to $0.5$.", 0.5, 0.5), ("All weights are one. $b=0$.", 1, 0),
])
def test_one_number_for_all(words, weight, bias):
    [found] = numbers(only(NET % words), "dL/dU")
    assert [x for row in found for x in row] == pytest.approx(gradient(weight, bias))


@pytest.mark.parametrize("words", [
    "The weights of the first layer are 0.5, the others 1; all biases are 0.", "All weights are 0.5, except the first; all biases are 0.",
    "All weights are 1/2, all biases are 0.", "The hidden weights are 0.5; all biases are 0.", "The weights are 0.5 or -0.5; all biases are 0.",
])
def test_other_numbers_are_listed(words):
    assert read(NET % words).not_understood


def test_a_bias_of_another_name():
    text = r"$s=kx+c$, $L=\frac12(s-t)^2$, $k=2$, $x=3$, $t=4$. %s Compute $\partial L/\partial k$."
    assert numbers(only(text % "The bias is 1."), "s", "dL/dk") == [7, 9]
    assert read(text % "All weights are 2.").not_understood and read(text % "$c=1$. There is no bias.").not_understood


def test_words_that_fit_nothing_are_listed():
    text = LINE + " $w=2$, $b=1$, $x=3$, $y=4$." + ASK
    assert not read(text).not_understood
    for words in ("All biases are zero.", "The inputs are set to one.", "All weights are 5."):
        assert read(text + words).not_understood
    assert read(r"$L=w^2$, $w=1$. All biases are zero. Compute $\partial L/\partial w$.").not_understood


@pytest.mark.parametrize("given", [
    "The weight is 2, the bias is -1, the input is 3 and the target is 4.",
    "- w = 2\n- b = -1\n- x = 3\n- y = 4\n\n",
    "\n\n```\nw = 2\nb = -1\nx = 3\ny = 4\n```\n\n",
    "\n\n| w | b | x | y |\n|---|---|---|---|\n| 2 | -1 | 3 | 4 |\n\n",
    "\n\n| what | symbol | value |\n|:--|:-:|--:|\n| weight | $w$ | 2 |\n| bias | $b$ | $-1$ |\n| input | $x$ | 3 |\n| target | $y$ | 4 |\n\n",
    "$(w,b)=(2,-1)$ and $(x,y)=(3,4)$.",
])
def test_the_same_numbers_in_many_ways(given):
    assert numbers(only(LINE + "\n\n" + given + ASK), "dL/dw", "dL/db") == [3, 1]


@pytest.mark.parametrize("given", [
    "\n\n| w | b |\n|---|---|\n| 2 | -1 |\n| 3 | 0 |\n\n", "\n\n| w | part |\n|---|---|\n| 2 | 7b |\n\n", "Points: $(x,y)=(1,2)$ and $(x,y)=(3,4)$.",
])
def test_tables_and_pairs_that_say_more_are_listed(given):
    assert read(LINE + "\n\n" + given + ASK).not_understood


@pytest.mark.parametrize(("words", "place"), [
    ("The true class is 2 and the loss is the cross-entropy.", 1), ("The loss is the cross-entropy, the correct class is class 3.", 2),
    ("Classes are numbered from 0. The true class is 2 and the loss is the cross-entropy.", 2),
    ("The true label is 0; the loss is the cross-entropy.", 0), ("The class label is $c=2$ and the loss is $-\\ln q_c$.", 1),
    ("The class label is $c$ and the loss is $-\\ln q_c$, where $c=2$ and classes are counted from zero.", 2),
    ("Indices start at 0, and the loss is $-\\ln q_1$.", 1), ("The loss is $-\\ln q_1$.", 0),
])
def test_the_true_class(words, place):
    weights = [math.exp(s) for s in (1, 2, 3)]
    [found] = numbers(only(SCORES % words), "dL/ds")
    assert found == pytest.approx([w / sum(weights) - (k == place) for k, w in enumerate(weights)])


@pytest.mark.parametrize("words", ["The true class is 4, the loss is the cross-entropy.", "The true class is the second one, the loss is the cross-entropy.",
                                   "The loss is the cross-entropy with $y=(0,1,0)$, and the true class is 3."])
def test_a_class_that_fits_no_label_is_listed(words):
    assert read(SCORES % words).not_understood


def test_a_bold_one_is_a_vector_of_ones():
    problem = only(r"$L=\frac12(\mathbf{1}^\top s)^2$, $s=Ku+\mathbf{1}$, "
                   r"$K=\begin{bmatrix}1&0\\2&1\end{bmatrix}$, $u=(1,2)$. Compute $\partial L/\partial s$.")
    assert numbers(problem, "s", "dL/ds") == [[2, 5], [7, 7]]
    symbols = only(r"$L=\mathbf{1}^\top(Ku)$ with $K\in\mathbb{R}^{m\times n}$, $u\in\mathbb{R}^n$. Derive $\partial L/\partial K$.")
    assert symbols.program["1"].role == "data"


def test_a_range_behind_a_formula():
    text = r"$s_j=\sum_{i=1}^{n}K_{ji}u_i$ for $j=1,\dots,m$ and $L=\sum_{j=1}^{m}s_j^2$. Derive $\partial L/\partial K_{ji}$."
    assert [a.size for a in only(text).program["s"].axes] == ["m"]


def test_an_equation_that_gives_nothing_its_value_is_listed():
    assert read(LINE + " $w+b=3$, $w=2$, $b=1$, $x=3$, $y=4$." + ASK).not_understood


@pytest.mark.parametrize(("words", "data", "name", "value"), [
    ("The learning rate is $\\eta=0.1$. Do one step.", {"eta": "0.2"}, "k@1", 2 - 0.2 * 3 * 3),
    ("Learning rate 0.1, momentum $\\mu=0.9$. Do two steps.", {"mu": "0"}, "k@2", 2 - 0.1 * 3 * 3),           # the first step ends at the target
    ("The target is 4. Do one step with learning rate 0.1.", {"t": "5"}, "k@1", 2 - 0.1 * 2 * 3),
    ("The bias is 1. Do one step with learning rate 0.1.", {"b": "0", "t": "4"}, "k@1", 2 - 0.1 * 2 * 3),
])
def test_numbers_from_outside_go_before_those_in_words(words, data, name, value):
    solution = solve(r"$s=kx+b$, $L=\frac12(s-t)^2$, $k=2$, $x=3$. " + words, data={"b": "1", "t": "4"} | data)
    assert solution.exit_code == 0
    moved = {f"{u['name']}@{u['step']}": float(u["value"]) for u in solution.json()["updates"]}
    assert moved[name] == pytest.approx(value)
