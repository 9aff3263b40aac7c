"""Entries that are 0 for a reason: proved, however long the formulas of the numbers on the way are."""
import random
from fractions import Fraction

import pytest
from numbers_programs import exact, program

from longhand import solve
from longhand.calculus.jacobian import derive
from longhand.core.equation import Equation, Tensor
from longhand.core.expr import Apply, Entry, power
from longhand.numbers.certify import certify
from longhand.numbers.zeros import Zeros, arguments
from longhand.reading.sheet import read

DEEP = r"""
$$Z_1 = W_1 x + b_1$$
$$H_1 = \sigma(Z_1)$$
$$Z_2 = W_2 H_1 + b_2$$
$$H_2 = %s(Z_2)$$
$$Z_3 = W_3 H_2 + b_3$$
$$p = \text{softmax}(Z_3)$$
$$L = -\sum_{k=1}^{%d} t_k \ln p_k$$

"""


def matrix(rows):
    return r"\begin{bmatrix} " + r" \\ ".join(" & ".join(map(str, row)) for row in rows) + r" \end{bmatrix}"


def net(classes: int, same: bool, function: str = r"\sigma", hidden: int = 4) -> str:
    """A net whose last hidden unit feeds all outputs with one weight, or with nearly one."""
    draw = random.Random(classes)

    def some(rows, columns):
        return [[draw.randint(-15, 15) / 10 for _ in range(columns)] for _ in range(rows)]

    w3 = [[*row[:-1], 1.1] for row in some(classes, hidden)]
    if not same:
        w3[0][-1] = "1.1000000000000000000000000000000000000000000000000000000000001"
    given = {"x": some(3, 1), "W_1": some(hidden, 3), "b_1": some(hidden, 1), "W_2": some(hidden, hidden), "b_2": some(hidden, 1),
             "W_3": w3, "b_3": some(classes, 1), "t": [[1], *[[0]] * (classes - 1)]}
    return DEEP % (function, classes) + "\n\n".join(f"${name} = {matrix(rows)}$" for name, rows in given.items()) + \
        "\n\nCompute the gradients of $L$ with respect to $W_2$ and $b_2$."


def gradients(text: str) -> dict:
    answer = solve(text).json()
    assert not answer["not_understood"]
    return {r["name"]: r["value"] for r in answer["results"]}


@pytest.mark.parametrize("classes, function, hidden", [(2, r"\sigma", 4), (5, r"\tanh", 4), (10, r"\text{ELU}", 8)])
def test_equal_weights_of_a_deep_net_give_proved_zeros(classes, function, hidden):
    found = gradients(net(classes, True, function, hidden))
    assert found["dL/db_2"][-1] == "0" and found["dL/dW_2"][-1] == ["0"] * hidden
    assert all(float(cell) != 0 for cell in found["dL/db_2"][:-1])


def test_nearly_equal_weights_give_a_small_number():
    found = gradients(net(3, False))
    assert 0 < abs(float(found["dL/db_2"][-1])) < 1e-50


def test_zeros_are_certified():
    [problem] = read(net(4, True)).problems
    result = certify(derive(problem).backward, problem.data, problem.sizes, names=["dL/db_2"])
    assert not result.doubts and result.texts["dL/db_2"][-1] == "0" and result.bits == 128


def test_only_what_is_0_is_proved_to_be():
    [problem] = read(net(3, False)).problems
    zeros = Zeros(derive(problem).backward, problem.data, problem.sizes)
    assert not any(zeros.proved("dL/db_2", (k,)) for k in range(4))


def test_arguments_of_functions_have_names_and_logarithms_have_none():
    [problem] = read(net(3, True)).problems
    assert arguments(problem.program) == {"Z_1", "Z_2", "Z_3"}


def test_a_zero_that_is_not_proved_is_said_in_words():
    x = Entry("x")
    one = program([Tensor("x", (), "input"), Tensor("r")],
                  [Equation(Entry("r"), power(Apply("sin", (x,)), 2) + power(Apply("cos", (x,)), 2) - 1)])
    result = certify(one, {"x": exact(Fraction(1, 3))}, {})
    assert [(d.tensor, d.at) for d in result.doubts] == [("r", ())]
    answer = solve(r"$x = \frac{1}{3}$, $r = \sin^2(x) + \cos^2(x) - 1$, $E = r + x$. Compute $r$ and the gradient of $E$ with respect to $x$.").json()
    assert next(q for q in answer["quantities"] if q["name"] == "r")["value"] is None
    [said] = [a for a in answer["assumptions"] if "no digit of r is proved" in a["text"]]
    assert "0 to 12" in said["why"] and "no proof" in said["why"]
