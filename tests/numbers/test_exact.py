"""Closed forms: what they look like, and that they are equal to what they stand for."""
from __future__ import annotations

import os
import subprocess
import sys
from fractions import Fraction
from math import e, lgamma

import flint
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numbers_programs import elu_network, program, smoothed_network

from longhand.core.equation import Equation, Tensor
from longhand.core.expr import Apply, Entry, Number, power
from longhand.functions.elementary import PI
from longhand.numbers.balls import Balls, as_ball
from longhand.numbers.closed import Certain, Closed, enclosed
from longhand.numbers.evaluate import at_numbers
from longhand.numbers.exact import closed_form, closed_forms
from longhand.numbers.faults import NumberError, Undecided

HALF = Fraction(1, 2)
E1, LN2 = Apply("exp", (Number(1),)), Apply("ln", (Number(2),))


def exp(x):
    return Apply("exp", (x,))


def ln(x):
    return Apply("ln", (x,))


def form(e, longest=100):
    numbers = Certain(192)
    with numbers.working():
        return closed_form(at_numbers(e, (), numbers), longest)


def test_softmax_and_cross_entropy():
    forms = closed_forms(*smoothed_network(), {}, ["h", "yhat", "ys", "Loss"])
    assert [f.latex() for f in forms["yhat"]] == [rf"\frac{{{above}}}{{1+e^{{-3}}+e}}" for above in ("1", "e^{-3}", "e")]
    assert [f.text() for f in forms["yhat"]] == ["1/(1+e^-3+e)", "e^-3/(1+e^-3+e)", "e/(1+e^-3+e)"]
    assert forms["Loss"].latex() == r"\frac{1}{5}+\ln\left(1+e^{-3}+e\right)"
    assert [(f.text(), f.rational) for f in forms["ys"]] == [("4/5", True), ("1/10", True), ("1/10", True)]
    assert [f.latex() for f in forms["h"]] == ["-13", "2", "-5"]


def test_long_forms_and_missing_values_give_none():
    forms = closed_forms(*elu_network(), {}, ["h", "o", "dh"])
    assert [f.text() for f in forms["h"]] == ["2", "e^(-3/2)-1", "47/10", "1/5"]
    assert forms["o"] == [None, None]
    assert forms["dh"][2].text() == "0"
    broken, data = smoothed_network()
    assert closed_forms(broken, {k: v for k, v in data.items() if k != "x"}, {"d": 2}, ["yhat", "ys"])["yhat"] is None


@pytest.mark.parametrize(("e", "latex", "text"), [
    (1 / (1 + exp(Number(-2))), r"\frac{1}{1+e^{-2}}", "1/(1+e^-2)"),
    (E1 * exp(Number(-1)), "1", "1"),
    (exp(LN2 * 3), "8", "8"),
    (ln(Number(Fraction(2, 3))), r"\ln\left(2\right)-\ln\left(3\right)", "ln(2)-ln(3)"),
    (power(Number(2), HALF) * power(Number(2), HALF), "2", "2"),
    (power(Number(8), HALF), r"\sqrt{8}", "√8"),
    (power(2 * PI, -HALF), None, None),
    (-HALF * E1 - 3, r"-3-\frac{e}{2}", "-3-e/2"),
    (E1 - 3, "e-3", "e-3"),
    (power(1 + E1, -2), r"\frac{1}{\left(1+e\right)^{2}}", "1/(1+e)^2"),
    (1 / (1 + E1) / (2 + E1), None, None),
    (Apply("tanh", (Number(HALF),)), r"\tanh\left(\frac{1}{2}\right)", "tanh(1/2)"),
    (power(LN2, 2), r"\left(\ln\left(2\right)\right)^{2}", "ln(2)^2"),
    (2 * PI * E1, r"2 \pi e", "2·π·e"),
    (power(1 + E1, HALF), r"\sqrt{1+e}", "√(1+e)"),
    ((1 - E1) / (1 + E1), r"\frac{1-e}{1+e}", "(1-e)/(1+e)"),
    (-1 / (1 + E1), r"-\frac{1}{1+e}", "-1/(1+e)"),
])
def test_written_forms(e, latex, text):
    result = form(e)
    if latex is None:
        assert result is not None and result.latex().count("{") == result.latex().count("}")
    else:
        assert (result.latex(), result.text()) == (latex, text)


@pytest.mark.parametrize("zero", [
    1 / (1 + E1) + 1 / (1 + exp(Number(-1))) - 1,                       # σ(-1) + σ(1) = 1
    (E1 + exp(E1)) / (E1 + exp(E1)) - 1,
    E1 / (E1 + exp(E1)) + exp(E1) / (E1 + exp(E1)) - 1,                 # a softmax sums to 1
    ln(E1 / (1 + E1)) - 1 + ln(1 + E1),
    power(Number(6), HALF) * power(Number(6), -HALF) - 1,
    exp(ln(1 + E1)) - 1 - E1,
    ln(Number(12)) - ln(Number(6)) * 1 - ln(Number(12)) + ln(Number(6)),
    power(1 + E1, 2) - 1 - 2 * E1 - E1 * E1,
    power(1 + E1, HALF) / (1 + E1) - power(1 + E1, -HALF),              # a root and a quotient of one sum
    1 / (1 / (1 + E1) + 1) - (1 + E1) / (2 + E1),                       # a quotient in a denominator
])
def test_zeros_are_recognised(zero):
    numbers = Certain(128)
    with numbers.working():
        assert numbers.is_zero(numbers.kept(at_numbers(zero, (), numbers)))


@pytest.mark.parametrize("nearly", [
    1 / (1 + E1) + 1 / (1 + exp(Number(-1))) - 1 + exp(Number(-500)),
    exp(Number(-500)) * (1 + E1) - exp(Number(-500)) * E1 - exp(Number(-500)) + exp(Number(-501)),
])
def test_small_is_not_zero(nearly):
    numbers = Certain(64)
    with numbers.working():
        x = numbers.kept(at_numbers(nearly, (), numbers))
        assert not numbers.is_zero(x)


def test_division_by_a_proved_zero_and_by_a_doubtful_one():
    numbers = Certain(128)
    with numbers.working():
        with pytest.raises(NumberError, match="^a division by zero"):
            at_numbers(1 / (exp(LN2) - 2), (), numbers)
        sin, cos = Apply("sin", (Number(1),)), Apply("cos", (Number(1),))
        with pytest.raises(Undecided, match="perhaps a division by zero"):
            at_numbers(1 / (sin * sin + cos * cos - 1), (), numbers)


def test_long_forms_go_on_as_balls():
    numbers = Certain(128)
    total = Number(0)
    for k in range(2, 300):
        total = total + ln(Number(k)) * E1
    with numbers.working():
        x = at_numbers(total, (), numbers)
    assert isinstance(x, flint.arb) and float(x) == pytest.approx(e * lgamma(300))


SMALL = st.fractions(min_value=-3, max_value=3, max_denominator=4)
EXPRESSIONS = st.recursive(
    SMALL.map(lambda q: Number(q if q.denominator > 1 else q.numerator)),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda p: p[0] + p[1]), st.tuples(inner, inner).map(lambda p: p[0] * p[1]),
        inner.map(exp), inner.map(lambda e: ln(1 + exp(e))), inner.map(lambda e: 1 / (1 + exp(e))),
        inner.map(lambda e: power(1 + exp(e), HALF)), inner.map(lambda e: Apply("tanh", (e,))),
        inner.map(lambda e: ln(exp(e) / (2 + exp(e)))), st.tuples(inner, inner).map(lambda p: p[0] / (1 + p[1] * p[1])),
    ), max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(EXPRESSIONS)
def test_a_closed_form_is_the_number_that_balls_give(e):
    """The terms alone, computed anew, and plain ball arithmetic at more precision enclose one number."""
    numbers, more = Certain(160), Balls(400)
    try:
        with more.working():
            judge = as_ball(at_numbers(e, (), more))
        with numbers.working():
            x = at_numbers(e, (), numbers)
    except NumberError:
        return
    with more.working():
        assert as_ball(x).overlaps(judge)
        if isinstance(x, Closed):
            anew = enclosed(x.terms)
            assert anew.overlaps(judge) and (anew - judge).abs_upper() < flint.arb(2) ** -60 * (1 + judge.abs_upper())


def test_the_written_form_does_not_depend_on_hashing():
    code = "from test_exact import *; print([f.latex() for f in closed_forms(*elu_network(), {}, ['o', 'L'], 200)['o']])"
    seen = set()
    for seed in "1", "2", "3":
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.path.dirname(__file__)}
        seen.add(subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True).stdout)
    assert len(seen) == 1 and "None" not in seen.pop()


def test_programs_are_read_by_name():
    one = program([Tensor("r")], [Equation(Entry("r"), E1 / 2)])
    assert closed_forms(one, {}, {}, ["r"])["r"].latex() == r"\frac{e}{2}"
