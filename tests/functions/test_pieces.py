"""Splitting into cases."""
from __future__ import annotations

from fractions import Fraction

import pytest

from longhand.core.expr import ONE, ZERO, Apply, Entry, Holds, Number
from longhand.functions.pieces import RELATIONS, pieces
from longhand.functions.table import SCALARS, apply_value, complete, derivative_of, scalar
from longhand.numbers.arithmetic import FLOATS
from longhand.numbers.evaluate import at_numbers

X = Entry("#1")


def derivative_pieces(name):
    return [(p.conditions, p.body) for p in pieces(derivative_of(scalar(name), (X,), Entry("#y")), X)]


def test_elu_has_two_cases_the_upper_one_first():
    assert derivative_pieces("elu") == [(((">=", ZERO),), ONE), ((("<", ZERO),), Apply("exp", (X,)))]


def test_relu_gives_its_kink_to_the_lower_case():
    assert derivative_pieces("relu") == [(((">", ZERO),), ONE), ((("<=", ZERO),), ZERO)]


def test_three_cases():
    assert derivative_pieces("relu6") == [
        (((">=", Number(6)),), ZERO), (((">", ZERO), ("<", Number(6))), ONE), ((("<=", ZERO),), ZERO),
    ]


def test_a_single_point_stands_alone():
    assert [(p.conditions, p.body) for p in pieces(Holds(X, "==", ZERO), X)] == [
        (((">", ZERO),), ZERO), ((("==", ZERO),), ONE), ((("<", ZERO),), ZERO),
    ]


def test_no_indicators_one_case_without_conditions():
    assert [(p.conditions, p.body) for p in pieces(X * X, X)] == [((), X * X)]


def test_indicators_of_other_variables_stay():
    other = Holds(Entry("u"), ">", ZERO)
    assert pieces(other * X, X)[0].body == other * X


@pytest.mark.parametrize("function", [f for f in SCALARS if f.value is not None and f.domain is None], ids=lambda f: f.name)
def test_pieces_have_the_value_of_the_whole_and_exactly_one_holds(function):
    for x in ("-7", "-1", "-0.5", "0", "0.25", "1", "3", "6", "8"):
        whole = apply_value(function, complete(function, (X,)))
        holding = [p for p in pieces(whole, X) if all(RELATIONS[r](Fraction(x), b.value) for r, b in p.conditions)]
        assert len(holding) == 1
        assert at_numbers(holding[0].body, (float(x),), FLOATS) == pytest.approx(at_numbers(whole, (float(x),), FLOATS))
