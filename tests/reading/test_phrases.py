"""Phrases: what the words state, and what they state in vain."""
import pytest
from prose_reader import unclear, understood


def phrases(text):
    """(kind, value as written, subject) of each phrase."""
    found = []
    for phrase in understood(text).phrases:
        value = phrase.value
        found.append((phrase.kind, value if isinstance(value, str | None) else text[value.span.start:value.span.end], phrase.subject))
    return found


@pytest.mark.parametrize(("text", "expected"), [
    ("The learning rate is $0.1$.", ("learning rate", "0.1", "")),
    ("Use a step size of 0.05.", ("learning rate", "0.05", "")),
    ("With a learning rate $\\eta = 0.3$ it works.", ("learning rate", "\\eta = 0.3", "")),
    ("It is trained for two steps of gradient descent.", ("steps", "2", "")),
    ("It is trained for two steps of gradient descent.", ("method", "gradient descent", "")),
    ("The method is Nesterov momentum.", ("method", "nesterov", "")),
    ("Momentum $0.9$ is used.", ("momentum", "0.9", "")),
    ("Target 1, no bias.", ("target", "1", "")),
    ("Target 1, no bias.", ("no bias", None, "")),
    ("The targets $0.2$ and $0.8$ are known.", ("target", "0.8", "")),
    ("The true class is $2$.", ("true class", "2", "")),
    ("The true class is B.", ("true class", "B", "")),
    ("$y$ is one-hot.", ("one-hot", None, "")),
    ("The hidden layer has 4 neurons.", ("count", "4", "hidden neurons")),
    ("It has three hidden units.", ("count", "3", "hidden units")),
    ("A tanh activation for the hidden layer, and a softmax for the output layer.", ("activation", "tanh", "hidden")),
    ("A tanh activation for the hidden layer, and a softmax for the output layer.", ("activation", "softmax", "output")),
    ("Sigmoid everywhere.", ("activation", "sigmoid", "everywhere")),
    ("The loss is the cross-entropy.", ("loss", "cross_entropy", "")),
    ("It has a mean squared error loss.", ("loss", "mean_squared_error", "")),
    ("With loss $-\\ln o_2$ it is trained.", ("loss formula", "-\\ln o_2", "")),
    ("logits $=XW$", ("definition", "=XW", "logits")),
    ("Row vectors are used.", ("row vectors", None, "")),
    ("The softmax acts along rows.", ("row-wise", None, "")),
    ("The weights move (biases left alone).", ("frozen", None, "biases")),
    ("Given $\\partial L/\\partial y$ it follows.", ("upstream", "\\partial L/\\partial y", "")),
    ("Classes are zero-based.", ("class base", "0", "")),
])
def test_stated(text, expected):
    assert expected in phrases(text)
    assert unclear(text) == []


@pytest.mark.parametrize("text", [
    "Dropout with rate $0.5$ is applied.",
    "A weight decay is used.", "Units 1-3 are inputs.", "hidden weights $0.15,0.20$", "The kernel has stride 2.", "$W_1$ is kept fixed.",
    "It is trained with RMSprop.", "The weights are tied.",
    "A unit multiplies $x$ and $w$.", "There are 17 of them.",
])
def test_stated_in_vain(text):
    assert unclear(text)


def test_numbers_of_a_phrase_are_used_and_carry_their_place():
    text = "The target is $0.7$."
    result = understood(text)
    assert [text[s.start:s.end] for s in result.used] == ["0.7"]
    assert text[result.phrases[0].span.start:result.phrases[0].span.end] == "target is $0.7"


def test_a_function_is_named_by_its_letter():
    (phrase,) = understood("f is a Softmax activation function.").phrases
    assert phrase.about.text == "f" and phrase.value == "softmax"


def test_page_furniture_is_no_data():
    assert unclear("See Eq.(1-5), Figure 2, Section 3.1, Problem 4 and part (b). [5 marks]") == []
