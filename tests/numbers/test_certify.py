"""Printed digits are proved digits."""
from __future__ import annotations

from decimal import Decimal, getcontext
from fractions import Fraction

import flint
import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numbers_programs import elu_network, exact, program, recurrence, smoothed_network

from longhand.core.equation import Equation, Tensor
from longhand.core.expr import Apply, Entry, Expr, Holds, Number
from longhand.numbers.certify import certified, certify
from longhand.numbers.decimals import ball_text, rational_text
from longhand.numbers.faults import EvaluationError, Undecided


def result(right: Expr, **data: str):
    one = program([*(Tensor(name, (), "input") for name in data), Tensor("r")], [Equation(Entry("r"), right)])
    return certified(one, exact_data(data), {})["r"]


def exact_data(data):
    return {name: Fraction(text) for name, text in data.items()}


def exp(x):
    return Apply("exp", (x,))


def test_smoothed_network():
    texts = certified(*smoothed_network(), {})
    assert texts == {
        "h": ["-13", "2", "-5"], "a": ["0", "2", "0"], "z": ["0", "-3", "1"],
        "yhat": ["0.265387928772", "0.0132128869538", "0.721399184274"], "ys": ["0.8", "0.1", "0.1"], "Loss": "1.52656264127",
    }


def test_more_digits_and_chosen_names():
    with mpmath.workdps(60):
        loss = mpmath.nstr(mpmath.log(1 + mpmath.e ** -3 + mpmath.e) + mpmath.mpf(1) / 5, 40)
    assert certified(*smoothed_network(), {}, digits=40, names=["Loss"]) == {"Loss": loss}


def test_zero_is_proved_by_the_closed_form():
    """The third hidden unit feeds both outputs with one weight: its gradient is 0, not a small number."""
    texts = certified(*elu_network(), {})
    assert texts["u"] == ["2", "-1.5", "4.7", "0.2"]
    assert texts["dh"][0] == texts["dh"][2] == "0" and texts["dv"][2] == ["0", "0", "0"]
    assert float(texts["dh"][1]) != 0
    assert texts["h"][1] == "-0.776869839852"


def test_long_recurrence_in_balls():
    texts = certified(recurrence(40), {"W": Fraction(1, 2), "U": Fraction(-2), "x": exact([1] * 40)}, {})
    assert len(texts["h"]) == 40 and texts["h"][0] == "0.46211715726"


@pytest.mark.parametrize(("value", "text"), [
    ("2", "2"), ("-0.75", "-0.75"), ("0.1", "0.1"), ("0", "0"), ("1/3", "0.333333333333"), ("-2/3", "-0.666666666667"),
    ("123456789012345678", "123456789012345678"), ("1234567.5", "1234567.5"), ("1e-5", "0.00001"), ("1e-6", "1e-6"),
    ("21e-42", "2.1e-41"), ("1e30", "1e30"), ("0.9999999999996", "1"), ("0.9999999999994", "0.999999999999"),
    ("99999999999995/10", "10000000000000"), ("1000000000005/10", "100000000001"), ("1.000000000005", "1.00000000001"),
    ("1.000000000004", "1"), ("1e22", "1e22"),
])
def test_rational_text(value, text):
    assert rational_text(Fraction(value), 12) == text


@given(st.fractions(), st.integers(1, 30))
def test_rational_text_is_the_nearest_decimal(value, digits):
    text = rational_text(value, digits)
    shown = Fraction(Decimal(text))
    if value.denominator == 1 and abs(value) < 10 ** 21:
        assert shown == value
    else:
        assert abs(shown - value) <= abs(value) * Fraction(1, 2) * Fraction(10) ** (1 - digits)
        getcontext().prec = digits
        assert Fraction(Decimal(text)) == Fraction(+Decimal(text)), "no more digits than asked"


@given(st.fractions(min_value=-10 ** 6, max_value=10 ** 6).filter(bool), st.integers(1, 25))
def test_ball_text_is_the_rational_text_of_what_is_inside(value, digits):
    with flint.ctx.workprec(400):
        ball = flint.arb(flint.fmpq(value.numerator, value.denominator))
    if value.denominator == 1 and len(str(abs(value.numerator))) > digits:
        return                                          # integers are written in full
    try:
        assert ball_text(ball, digits) == rational_text(value, digits)
    except Undecided:
        assert ball.rad() != 0


def test_ball_text_refuses_what_is_open():
    for text in ("0 +/- 1e-30", "0.12345 +/- 1e-5", "0.5 +/- 0.5"):
        with pytest.raises(Undecided):
            ball_text(flint.arb(text), 5)
    with pytest.raises(Undecided):
        ball_text(flint.arb("nan"), 5)
    assert ball_text(flint.arb("0.123454 +/- 1e-7"), 5) == "0.12345"


def test_precision_grows_until_the_digit_is_decided():
    """1 + e^-1000 - 1 needs more bits than the first try has; and so does the last digit beside a long run of zeros."""
    one = Number(1)
    assert result((one + exp(Entry("x"))) + -one, x="-1000") == "5.07595889755e-435"
    sigmoid = Apply("sigmoid", (Entry("x"),))
    hidden = program([Tensor("x", (), "input"), Tensor("s"), Tensor("t"), Tensor("r")], [
        Equation(Entry("s"), Apply("tanh", (sigmoid,))), Equation(Entry("t"), Apply("tanh", (1 - sigmoid,))),
        Equation(Entry("r"), Entry("t")),
    ])
    outcome = certify(hidden, {"x": Fraction(300)}, {})
    assert outcome.texts["r"] == "5.14820022241e-131" and outcome.bits > 128 and not outcome.doubts


def test_very_large_and_very_small():
    assert result(exp(Entry("x")), x="100000") == "2.80666336043e43429"
    assert result(exp(exp(Entry("x"))), x="-100000") == "1"


def test_a_kink_that_is_hit_exactly_by_way_of_irrationals():
    """e^(ln 2) - 2 is 0: decided by the closed form, where balls cannot."""
    gap = exp(Apply("ln", (Entry("x"),))) - Entry("x")
    assert result(Apply("relu", (gap,), 1), x="2") == "0"
    assert result(Holds(gap, ">=", Number(0)), x="2") == "1"


def test_what_cannot_be_proved_is_said():
    """sin² + cos² - 1 is 0 by a law that the closed forms do not know."""
    sin, cos = Apply("sin", (Entry("x"),)), Apply("cos", (Entry("x"),))
    gap = sin * sin + cos * cos - 1
    one = program([Tensor("x", (), "input"), Tensor("r"), Tensor("s")], [Equation(Entry("r"), gap), Equation(Entry("s"), sin)])
    outcome = certify(one, {"x": Fraction(1)}, {})
    assert outcome.texts == {"r": None, "s": "0.841470984808"} and [d.tensor for d in outcome.doubts] == ["r"]
    with pytest.raises(Undecided, match="r: the sign of"):
        certified(one, {"x": Fraction(1)}, {})
    with pytest.raises(Undecided, match="r: whether"):
        result(Apply("relu", (gap,)), x="1")


def test_no_value_is_an_error_with_a_place():
    with pytest.raises(EvaluationError, match="r: a division by zero"):
        result(1 / Entry("x"), x="0")


def test_rationals_that_grow_become_balls():
    """x ↦ 3.7x(1 - x) forty times: the exact fraction would have more than 10^12 digits."""
    tensors, equations = [Tensor("x0", (), "input")], []
    for k in range(40):
        tensors.append(Tensor(f"x{k + 1}"))
        equations.append(Equation(Entry(f"x{k + 1}"), Fraction("3.7") * Entry(f"x{k}") * (1 - Entry(f"x{k}"))))
    texts = certified(program(tensors, equations), {"x0": Fraction("0.3")}, {})
    x = Decimal("0.3")
    getcontext().prec = 80
    for _ in range(40):
        x = Decimal("3.7") * x * (1 - x)
    assert texts["x1"] == "0.777" and texts["x40"] == str(round(x, 12))
