r"""Words that change the meaning are read or listed: what the formulas contradict, negations, what is done to a quantity, second values."""
import math

import pytest
from meant import numbers, only

from longhand.reading.sheet import read

UNIT = r"Let $o=wx+b$ and $L=\frac12(o-y)^2$ with $w=2$, $b=-1$, $x=3$, $y=4$. %s Compute $\partial L/\partial w$."
LAYERS = (r"Let $h=\sigma(Wx)$, $o=v^\top h$ and $L=\frac12(o-t)^2$ with $W=\begin{bmatrix}1&0\\2&1\end{bmatrix}$, $v=(1,-1)$, $x=(1,2)$, $t=1$. "
          r"%s Compute $\partial L/\partial W$.")
PAIRS = (r"$\hat y=Xw$ with $X=\begin{bmatrix}1&2\\3&-1\end{bmatrix}$, $w=(1,2)$, $y=(1,0)$, and $L=%s\|\hat y-y\|^2$, averaged over the examples. "
         r"Compute $\partial L/\partial w$.")


def listed(text):
    return [r.text for r in read(text).not_understood]


@pytest.mark.parametrize("words", [
    "The loss is not halved.", "Ignore the bias.", "Here the bias isn't used.", "There are no biases.", "The network has no bias.",
    "The factor in front of the bracket is dropped.", "All inputs count, except for the last.", "The old value is used instead of the new one.",
    "The input is doubled first.", "The output is squared.", "The inputs are perturbed.", "The gradient is multiplied by minus one.",
    "The weight is increased by 10 percent.", "A second copy of the unit is added to the output.", "The weights are shared.",
    "Angles are in degrees.", "The loss is measured in bits.", "The loss is maximised.",
    "The output unit uses tanh.", "The result goes through a ReLU.", "The unit has a leaky ReLU.",
    "The loss is the hinge loss.", "The loss is the cross-entropy.", "The loss is averaged over two copies of the example.",
    "The target is 5.", "All biases are 0.", "The weight is 5.", r"$\lambda=0.1$ is the strength of the weight penalty.",
    "$w+b=3$.", "![a ReLU at the output](net.png)",
])
def test_words_that_change_the_meaning_are_listed(words):
    assert listed(UNIT % "") == [] and listed(UNIT % words)


@pytest.mark.parametrize("words", [
    "The unit is linear.", "The squared error is used.", "Half the squared error is the loss.", "The target is 4.", "The weight is 2.",
    "Here $x$ is measured in metres.", "The bias is $b$.", "Unless stated otherwise, numbers are exact.", "No calculator is needed.",
])
def test_words_that_agree_are_fine(words):
    assert listed(UNIT % words) == []


@pytest.mark.parametrize("words", ["There is no activation on the output.", "The output is linear.", "The hidden units are sigmoid.",
                                   "Sigmoid hidden units, a linear output."])
def test_a_linear_output(words):
    assert listed(LAYERS % words) == []
    assert listed((LAYERS % words).replace(r"o=v^\top h", r"o=\tanh(v^\top h)")) or "hidden" in words and "output" not in words


@pytest.mark.parametrize("words", ["The output unit is a sigmoid, too.", "Every unit is a tanh unit.", "All units are sigmoid.", "We use softplus units."])
def test_functions_that_no_formula_of_the_place_has(words):
    assert any("the words name the" in text for text in listed(LAYERS % words))


def test_a_formula_may_be_written_out():
    text = LAYERS.replace(r"\sigma(Wx)", r"\frac{1}{1+e^{-z}}$, $z=Wx") % "The hidden units are sigmoid."
    assert listed(text) == []


def test_a_mean_needs_a_division():
    assert any("mean" in text for text in listed(PAIRS % "")) and any("mean" in text for text in listed(PAIRS % r"\frac12"))
    assert listed(PAIRS % r"\frac14") == [] and listed(PAIRS % r"\frac1N") == ["no numbers for N"]


def test_a_second_learning_rate():
    text = UNIT % r"$\eta=%s$." + " Then do one step of gradient descent with learning rate 0.1."
    assert listed(text % "0.1") == [] and any("second learning rate" in t for t in listed(text % "0.2"))


@pytest.mark.parametrize("rate", ["10%", "10 percent", "one tenth", "1/10"])
def test_a_number_that_the_word_behind_makes_another(rate):
    problem, = read(UNIT % "" + f" The learning rate is {rate}. Do one step.").problems
    assert problem.data.get("eta") is None and listed(UNIT % "" + f" The learning rate is {rate}. Do one step.")


def test_to_take_a_step_asks_for_it():
    problem, = read(UNIT % "" + r" Take one gradient step with $\eta=0.1$.").problems
    assert problem.descent is not None and problem.descent.steps == 1


def test_a_listing_that_is_no_list_of_numbers_is_said():
    assert any("code" in text for text in listed(UNIT % "" + "\n\n```\nw = train(x)\n```\n"))


@pytest.mark.parametrize(("words", "factor"), [
    ("Logarithms are to base 10.", 1 / math.log(10)), ("Here log is the binary logarithm.", 1 / math.log(2)), ("We use the natural logarithm.", 1), ("", 1),
])
def test_the_base_of_a_logarithm(words, factor):
    problem = only(r"$L=-\log p$, $p=\sigma(k)$, $k=0.5$. " + words + r" Compute $\partial L/\partial p$.")
    assert numbers(problem, "dL/dp") == [pytest.approx(-factor * (1 + math.exp(-0.5)))]


@pytest.mark.parametrize("text", [
    r"$L=-\log p$, $p=\sigma(k)$. Logarithms have base 3. Derive $\partial L/\partial k$.",
    r"$L=-\ln p$, $p=\sigma(k)$. Use base 2. Derive $\partial L/\partial k$.",
    r"$p=\sigma(k)$ with label $y$. The loss is the binary cross-entropy, its logarithms are to base 2. Derive $\partial L/\partial k$.",
])
def test_a_base_that_no_formula_has_is_listed(text):
    assert listed(text)


@pytest.mark.parametrize("request_", [
    "Compute twice the gradient with respect to $w$.", r"Compute $\partial L/\partial b$ after one step with learning rate 0.1.",
    r"Compute $\partial L/\partial b$ with a ReLU at the output.", r"Compute $\partial L/\partial b$ numerically with step 0.1.",
    r"Compute $\partial L/\partial b$ without the bias.", r"Update $w$ with twice the learning rate $\eta=0.1$.",
])
def test_requests_that_ask_for_more_are_listed(request_):
    assert listed(UNIT % "" + " " + request_)


def test_descent_on_one_parameter():
    problem, = read(UNIT % "" + r" Perform gradient descent on $w$ only, with $\eta=0.1$, for two steps.").problems
    assert problem.descent.parameters == ("w",) and problem.descent.steps == 2
