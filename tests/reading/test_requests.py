"""Requests: each one in a text is read whole or listed; the seeds ask what is known of them."""
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prose_reader import asked, unclear, understood

SEEDS = Path(__file__).resolve().parents[2].parent / "shared" / "seeds"

READ_WHOLE = {
    "Compute $u$ and $v$.": [("value", ("u", "v"), ())],
    "Derive expressions for $u_j, v_k$.": [("expression", ("u_j", "v_k"), ())],
    "Find $\\partial E/\\partial p$ and $dE/dq$.": [("gradient", ("\\partial E/\\partial p", "dE/dq"), ())],
    "Determine the gradient of $E$ with respect to $p$, $q$.": [("gradient", ("p", "q"), ())],
    "Your task is to derive the gradients for all weights and biases.": [("gradient", (), ("weights", "biases"))],
    "Do the forward pass, then compute all gradients.": [("forward", (), ()), ("backward", (), ())],
    "Find the gradient and the Hessian with respect to $p$.": [("gradient", ("p",), ()), ("hessian", ("p",), ())],
    "Give the Jacobian of $h$ with respect to $p$.": [("jacobian", ("p",), ())],
    "Update the weights $p$ and $q$ with a learning rate of $0.2$.": [("update", ("p", "q"), ())],
    "Report the loss, the weights after one step, and the new loss.":
        [("value", (), ("loss",)), ("update", (), ("weights",)), ("loss", (), ())],
    "Give the forward values and both updated weights.": [("forward", (), ()), ("update", (), ("weights",))],
    "Show all intermediate steps.": [("steps", (), ())],
    "You might benefit from drawing a schematic.": [("schematic", (), ())],
    "Forward pass, all gradients, update with rate $0.1$.": [("forward", (), ()), ("backward", (), ()), ("update", (), ())],
    "For $x=3$ give $\\partial E/\\partial p$.": [("gradient", ("\\partial E/\\partial p",), ())],
    "Use the chain rule to obtain $\\partial E/\\partial p$.": [("gradient", ("\\partial E/\\partial p",), ())],
    "Differentiate $E$.": [("gradient", (), ())],
    "The gradient of the loss is needed.": [("backward", (), ())],
    "We ask you to find $\\partial E/\\partial p$.": [("gradient", ("\\partial E/\\partial p",), ())],
    "What is the gradient of $E$ with respect to $p$?": [("gradient", ("p",), ())],
    "(a) $u$ for $x=(1,2)$.": [("value", ("u",), ())],
    "Given $\\partial E/\\partial y$ find $dp$, $dq$.": [("gradient", ("dp", "dq"), ())],
    "Compute the following:\n\n- the output $u$\n- $\\partial E/\\partial p$":
        [("value", ("u",), ()), ("gradient", ("\\partial E/\\partial p",), ())],
    "Implement the forward and backward passes for the network.": [("implement", (), ())],
    "Compute the gradent with respect to all weigths.": [("gradient", (), ("weights",))],
    "Hence write the update rule for $p$.": [("update", ("p",), ())],
    "Derivatives of tanh and ReLU.": [("function", (), ("tanh", "relu"))],
    "Also the derivative of the logistic function.": [("function", (), ("sigmoid",))],
    "Report the loss before each update.": [("update", (), ("loss",))],
}

LISTED = [
    "Compute the eigenvalues of the Hessian.",
    "Repeat with $o = 2$.",
    "Find out what is inconsistent.",
    "What happens when $p$ grows?",
    "Show $z^T H z \\geq 0$ for every $z$.",
    "Prove that the Hessian is positive.",
    "The notes claim that $\\partial E/\\partial p = 3$.",
    "Give $p$ in closed form.",
    "Compute $o$ when $s_1 + s_2 = 1, 0, 3$.",
    "Give the first steps.",
    "Simulate the training for $100$ steps.",
    "Find the average gradient over the examples.",
    "Compute the gradient averaged over the batch.",
    "Derive $\\partial E/\\partial p$ for (i) $d=1$, (ii) $d=2$.",
    "Compute the updates listed in `given`.",
    "Set 1: rate 0.1. Set 2: rate 0.2.",
    "Explain why the gradient vanishes.",
    "Find the accuracy.",
    "Convolve $a$ with $b$.",
    "How many parameters has the network?",
    "Compute the total number of parameters.",
    "Plot the loss.",
    "Sketch the graph of $E$.",
    "(a) Find $u$. (b) first class true.",
    "Evaluate: A) $p=1$; B) $p=2$.",
    "Calculate it.",
    "What would $y$ be?",
    "Kindly furnish the derivative of $E$.",
    "loss = mean of $-\\log p$.",
    "Put $c=a$; then replace $c$ by $2c$.",
]

ASKS_NOTHING = [
    "Consider the following multi-layer network (Figure 1) which includes an input layer.",
    "Let us first compute the forward propagation.",
    "The softmax is applied to Eq.(1-3) to obtain the probability for each category.",
    "You can use a calculator or write code to do the calculations.",
    "You might benefit from performing the forward pass first.",
    "Hint: $\\partial E/\\partial z = y$",
    "(60points)",
    "# Machine Learning Course 2024 Spring: Homework 3",
    "April 28, 2024",
    "This is a $K \\times K$ matrix.",
    "So the derivative matrix is:",
    "To multiply them:",
    "First we compute the forward pass.",
    "A circuit computes $q=x+y$ and then $f=qz$.",
    "Round your answer to three decimals.",
]


@pytest.mark.parametrize("text", READ_WHOLE, ids=str)
def test_read_whole(text):
    assert asked(text) == READ_WHOLE[text]
    assert unclear(text) == []


@pytest.mark.parametrize("text", LISTED, ids=str)
def test_listed(text):
    assert unclear(text)


@pytest.mark.parametrize("text", ASKS_NOTHING, ids=str)
def test_asks_nothing(text):
    assert asked(text) == [] and unclear(text) == []


def test_of_steps_given_and_parts():
    first, second = understood("(a) Find the gradient of $E$ with respect to $p$ at $x=2$. (b) Give $p$ after 3 steps.").requests
    assert first.of.text == "E" and first.part == "a" and len(first.given) == 1
    assert (second.kind, second.steps, second.part) == ("update", 3, "b")


def test_formulas_of_requests_are_used_and_data_are_not():
    text = "With $x=2$ compute $\\partial E/\\partial p$ for learning rate $0.1$."
    assert {text[s.start:s.end] for s in understood(text).used} == {"\\partial E/\\partial p", "0.1"}


def test_sections():
    result = understood("Intro $x=1$.\n\nProblem 1\n\nFind $x$.\n\n## 2 Problem 2\n\n1) Find $y$.")
    assert [(s.title, s.label, s.parts) for s in result.sections] == [("", "", ()), ("Problem 1", "1", ()), ("2 Problem 2", "2", ("1",))]
    assert [(r.section, r.part) for r in result.requests] == [(1, ""), (2, "1")]


def test_working_is_told_apart():
    assert [u.text for u in understood("Find $y$.\n\nThe dim is: $3$").working]


def seed(number):
    found = sorted(SEEDS.glob(f"{number}_*.txt"))
    if not found:
        pytest.skip("the seeds do not lie in ../shared/seeds beside the project")
    return found[0].read_text(encoding="utf-8")


@pytest.mark.parametrize("number", ["000", "001", "002", "003", "004"])
def test_nothing_in_a_seed_is_unclear(number):
    assert unclear(seed(number)) == []


@pytest.mark.parametrize(("number", "objects"), [
    ("000", ["W_1", "W_2", "b_1", "b_2"]),
    ("001", ["\\mathbf{W}_1", "\\mathbf{W}_2", "\\mathbf{b}_1", "\\mathbf{b}_2"]),
])
def test_sheets_ask_gradients_steps_and_a_schematic(number, objects):
    found = asked(seed(number))
    assert found[0][0] == "gradient" and list(found[0][1][:4]) == objects and len(found[0][1]) == 8
    assert [kind for kind, _, _ in found[1:3]] == ["steps", "schematic"]
    assert found[3:] == ([] if number == "000" else [("update", tuple(objects), ())])


def test_seed_001_asks_for_one_step():
    assert [(r.section, r.steps) for r in understood(seed("001")).requests if r.kind == "update"] == [(1, 1)]


def test_seed_002_has_five_parts():
    found = understood(seed("002")).requests
    assert [(r.part, r.kind, len(r.objects)) for r in found] == [
        ("1", "expression", 4), ("2", "value", 4), ("3", "gradient", 2), ("4", "gradient", 2), ("5", "update", 2)]


def test_seed_003_asks_two_gradients_and_code():
    found = asked(seed("003"))
    assert ("gradient", ("\\theta",), ()) in found and ("gradient", ("\\frac{\\partial J}{\\partial \\mathbf{x}}",), ()) in found
    assert found[-1] == ("implement", (), ())


def test_seed_004_asks_jacobians_then_values_gradients_update_and_loss():
    result = understood(seed("004"))
    first = [r for r in result.requests if r.section == 0]
    second = [r.kind for r in result.requests if r.section == 1]
    assert first[0].kind == "gradient" and len(first[0].objects) == 2
    assert second[0] == "forward" and second[-2:] == ["update", "loss"] and second.count("gradient") == 7
    assert len(result.working) > 8


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(
    ["compute", "find", "show", "the", "gradient", "of", "with respect to", "$w$", "$\\partial L/\\partial w$", "$x=1$", "$0.1$", "and",
     ",", ";", ":", ".", "?", "(a)", "2)", "learning rate", "loss", "after", "2", "steps", "you can", "hint", "so", "zorp", "`code`",
     "\n\n", "# ", "- ", "update", "for", "derivative", "softmax", "class", "given", "=", "[", ")"]), max_size=40))
def test_no_mixture_of_words_raises(pieces):
    understood(" ".join(pieces))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=120))
def test_any_text_is_read(text):
    understood(text)


def test_time_grows_with_the_text():
    from time import process_time

    def seconds(count):
        text = "Compute the gradient of $L$ and find the loss, then give (a) it " * count
        start = process_time()
        understood(text)
        return process_time() - start
    seconds(10)
    assert seconds(800) < 30 * max(seconds(80), 0.01)
