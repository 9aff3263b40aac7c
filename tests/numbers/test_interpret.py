"""The interpreter, in every arithmetic."""
from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from math import exp, log, tanh

import numpy as np
import pytest
from numbers_programs import convolution, exact, program, recurrence, smoothed_network

from longhand.core.axis import Axis, Index
from longhand.core.equation import Equation, Tensor
from longhand.core.expr import Apply, Component, Delta, Entry, Holds, Number, Offset, Sum, power
from longhand.numbers.arithmetic import FLOATS, RATIONALS
from longhand.numbers.balls import Balls
from longhand.numbers.faults import EvaluationError, NotExact, Undecided
from longhand.numbers.interpret import Values

LINE = Axis("n", "n", "i")
I, J = Index(LINE), Index(LINE, 1)


def scalar_program(right, *given):
    return program([*(Tensor(name, (), "input") for name in given), Tensor("r")], [Equation(Entry("r"), right)])


def test_smoothed_network_in_floats():
    values = Values(*smoothed_network(), {}, FLOATS)
    assert values.tensor("h") == [-13, 2, -5] and values.tensor("a") == [0, 2, 0]
    assert values.tensor("yhat") == pytest.approx([0.26538792877224, 0.013212886953789, 0.72139918427397], rel=1e-13)
    assert values.tensor("Loss") == pytest.approx(1.52656264127, abs=1e-11)
    assert values.sizes == {"d": 2, "n": 3, "q": 3}


def test_smoothed_network_in_rationals_as_far_as_they_go():
    values = Values(*smoothed_network(), {}, RATIONALS)
    assert values.tensor("z") == [0, -3, 1] and values.tensor("ys") == [Fraction(4, 5), Fraction(1, 10), Fraction(1, 10)]
    assert all(isinstance(z, Fraction) for z in values.tensor("z"))
    with pytest.raises(NotExact, match=r"yhat\[0\]: exp of -3 is not rational"):
        values.tensor("yhat")


def test_convolution_against_numpy_with_zeros_beyond_the_end():
    x, w = [1, -2, 3, 5, 7], [2, 3, -1]
    values = Values(convolution(5, 3), {"x": exact(x), "w": exact(w)}, {}, RATIONALS)
    padded = [*x, 0, 0]
    assert values.tensor("y") == [int(np.dot(padded[i:i + 3], w)) for i in range(5)]
    assert values.entry("x", (-1,)) == 0 and values.entry("y", (5,)) == 0


def test_recurrence_of_three_steps():
    values = Values(recurrence(3), {"W": Fraction(1, 2), "U": Fraction(-2), "x": exact([1, 2, 3])}, {}, FLOATS)
    h = [tanh(0.5)]
    h.append(tanh(1 - 2 * h[0]))
    h.append(tanh(1.5 - 2 * h[1]))
    assert values.tensor("h") == pytest.approx(h, rel=1e-15)


@pytest.mark.parametrize("shift", [-1, 1])
def test_a_long_chain_needs_no_deep_stack(shift):
    """h[t] = x[t] + h[t ± 1] over 3000 steps, in either direction, by entry and by tensor."""
    time = Axis("t", 3000, "t")
    t = Index(time)
    chain = program(
        [Tensor("x", (time,), "input"), Tensor("h", (time,))],
        [Equation(Entry("h", (t,)), Entry("x", (t,)) + Entry("h", (Offset(((t, 1),), shift),)))],
    )
    data = {"x": exact([1] * 3000)}
    last = 2999 if shift < 0 else 0
    assert Values(chain, data, {}, RATIONALS).entry("h", (last,)) == 3000
    assert Values(chain, data, {}, RATIONALS).tensor("h")[last] == 3000


def test_a_circle_is_an_error():
    circle = program([Tensor("r")], [Equation(Entry("r"), Entry("r") + 1)])
    with pytest.raises(EvaluationError, match="r: it is defined in terms of itself"):
        Values(circle, {}, {}, FLOATS).entry("r")


def test_an_equation_for_one_entry_and_one_for_the_rest():
    """h[0] = 5, h[t+1] = 2 h[t]."""
    time = Axis("t", 4, "t")
    t = Index(time)
    growth = program([Tensor("h", (time,))], [
        Equation(Entry("h", (Offset((), 0),)), Number(5)),
        Equation(Entry("h", (Offset(((t, 1),), 1),)), 2 * Entry("h", (t,))),
    ])
    assert Values(growth, {}, {}, RATIONALS).tensor("h") == [5, 10, 20, 40]


def test_gather_reads_an_integer_entry_as_a_position():
    """Loss of a class label: -ln p[label]."""
    classes = Axis("c", 3, "k")
    picked = program(
        [Tensor("p", (classes,), "input"), Tensor("label", (), "label"), Tensor("r")],
        [Equation(Entry("r"), -Apply("ln", (Entry("p", (Offset(((Entry("label"), 1),)),)),)))],
    )
    data = {"p": exact(["0.2", "0.5", "0.3"]), "label": Fraction(1)}
    for numbers in (FLOATS, Balls()):
        assert float(Values(picked, data, {}, numbers).entry("r")) == pytest.approx(log(2))
    with pytest.raises(NotExact, match="not an integer"):
        Values(picked, data | {"label": Fraction(1, 2)}, {}, RATIONALS).entry("r")


def test_sizes_and_pi_are_values_and_deltas_count():
    sum_of_deltas = Sum(I, Sum(J, Delta(I, J)))
    right = sum_of_deltas * Entry("n") + Entry("pi")
    counted = program([Tensor("x", (LINE,), "input"), Tensor("n", (), "size"), Tensor("pi", (), "constant"), Tensor("r")],
                      [Equation(Entry("r"), right)])
    assert Values(counted, {}, {"n": 4}, FLOATS).entry("r") == pytest.approx(16 + np.pi)
    assert Values(counted, {"x": exact([1, 2])}, {}, FLOATS).entry("r") == pytest.approx(4 + np.pi)
    with pytest.raises(EvaluationError, match="the size n of the axis n has no number"):
        Values(counted, {}, {}, FLOATS).entry("r")


@pytest.mark.parametrize(("x", "says"), [([1, 2, 3], "3 entries along the axis n of size 2"), (1, "fewer axes"), ([[1], [2]], "more axes")])
def test_data_that_do_not_fit(x, says):
    two = program([Tensor("x", (LINE,), "input"), Tensor("r")], [Equation(Entry("r"), Sum(I, Entry("x", (I,))))])
    with pytest.raises(EvaluationError, match=says):
        Values(two, {"x": exact(x)}, {"n": 2}, FLOATS)


def test_missing_data_are_named():
    with pytest.raises(EvaluationError, match="x: no number is given for it") as caught:
        Values(scalar_program(Entry("x") + 1, "x"), {}, {}, FLOATS).entry("r")
    assert (caught.value.tensor, caught.value.at) == ("x", ())


@pytest.mark.parametrize("numbers", [FLOATS, RATIONALS, Balls()], ids=lambda n: type(n).__name__)
@pytest.mark.parametrize(("right", "x", "says"), [
    (1 / Entry("x"), 0, "a division by zero"),
    (Apply("ln", (Entry("x"),)), 0, "the logarithm of a number that is not positive"),
    (Apply("ln", (Entry("x"),)), -1, "the logarithm of a number that is not positive"),
    (power(Entry("x"), Fraction(1, 2)), -1, "a root of a negative number"),
])
def test_no_value_names_the_entry(numbers, right, x, says):
    with pytest.raises(EvaluationError, match=f"r: {says}"):
        Values(scalar_program(right, "x"), {"x": Fraction(x)}, {}, numbers).entry("r")


@pytest.mark.parametrize("numbers", [FLOATS, RATIONALS, Balls()], ids=lambda n: type(n).__name__)
def test_a_product_with_an_exact_zero_is_zero(numbers):
    """y ln p at y = p = 0 in either order of the factors; but a sum keeps its fault."""
    y, logarithm = Entry("y"), Apply("ln", (Entry("p"),))
    data = {"y": Fraction(0), "p": Fraction(0)}
    assert Values(scalar_program(y * logarithm, "y", "p"), data, {}, numbers).entry("r") == 0
    assert Values(scalar_program(logarithm * y, "y", "p"), data, {}, numbers).entry("r") == 0
    with pytest.raises(EvaluationError):
        Values(scalar_program(y + logarithm, "y", "p"), data, {}, numbers).entry("r")


def test_extreme_arguments():
    """Softmax, sigmoid and softplus at ±1000, in floats and in balls."""
    vector = program(
        [Tensor("x", (LINE,), "input"), Tensor("s", (LINE,)), Tensor("g", (LINE,)), Tensor("p", (LINE,)), Tensor("l", (LINE,))],
        [Equation(Entry("s", (I,)), Component("softmax", J, Entry("x", (J,)), I)),
         Equation(Entry("g", (I,)), Apply("sigmoid", (Entry("x", (I,)),))),
         Equation(Entry("p", (I,)), Apply("softplus", (Entry("x", (I,)),))),
         Equation(Entry("l", (I,)), Component("log_softmax", J, Entry("x", (J,)), I))],
    )
    data = {"x": exact([1000, -1000, 1000])}
    for numbers in (FLOATS, Balls()):
        values = Values(vector, data, {}, numbers)
        for name, wanted in {"s": [0.5, 0, 0.5], "g": [1, 0, 1], "p": [1000, 0, 1000], "l": [-log(2), -2000 - log(2), -log(2)]}.items():
            assert [float(x) for x in values.tensor(name)] == pytest.approx(wanted, rel=1e-15), (name, numbers)


def test_orders_of_derivatives():
    x = Entry("x")
    data = {"x": Fraction(-1, 2)}
    assert Values(scalar_program(Apply("elu", (x,), 1), "x"), data, {}, FLOATS).entry("r") == pytest.approx(exp(-0.5))
    assert Values(scalar_program(Apply("elu", (x, Number(3)), 2), "x"), data, {}, FLOATS).entry("r") == pytest.approx(3 * exp(-0.5))
    assert Values(scalar_program(Apply("leaky_relu", (x,)), "x"), data, {}, RATIONALS).entry("r") == Fraction(-1, 200)


def test_balls_decide_only_what_is_proved():
    """ln(2)/ln(2) - 1 is 0, which no ball can tell from a small number."""
    ln2 = Apply("ln", (Number(2),))
    sure = scalar_program(Holds(Apply("exp", (Number(1),)), ">", Number(2)))
    assert Values(sure, {}, {}, Balls()).entry("r") == 1
    unsure = scalar_program(Holds(Apply("exp", (ln2,)), ">", Number(2)))
    with pytest.raises(Undecided, match="r: whether"):
        Values(unsure, {}, {}, Balls()).entry("r")


def test_roots():
    root = scalar_program(power(Entry("x"), Fraction(3, 2)), "x")
    assert Values(root, {"x": Fraction(4, 9)}, {}, RATIONALS).entry("r") == Fraction(8, 27)
    with pytest.raises(NotExact):
        Values(root, {"x": Fraction(2)}, {}, RATIONALS).entry("r")
    assert float(Values(root, {"x": Fraction(2)}, {}, Balls()).entry("r")) == pytest.approx(2 ** 1.5)
    assert Values(root, {"x": Fraction(0)}, {}, Balls()).entry("r") == 0


def test_unknown_functions_are_named():
    with pytest.raises(EvaluationError, match="r: there is no function spam"):
        Values(scalar_program(Apply("spam", (Number(1),))), {}, {}, FLOATS).entry("r")


def test_the_interpreter_imports_no_heavy_library():
    code = "import sys, longhand.numbers.interpret, longhand.numbers.certify, longhand.numbers.gradcheck\n" \
           "print([m for m in ('numpy', 'flint', 'sympy', 'torch') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
