"""Rubrics: read or refused with the line; points for what was shown, none for what was farmed."""
from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from longhand.errors import LonghandError
from longhand.marking.marks import CellMark, Mark, Marked
from longhand.marking.rubric import Part, Rubric, default_rubric, fit, read_rubric
from longhand.marking.score import score
from longhand.marking.spelling import entry
from longhand.marking.trivial import why_trivial

QUANTITIES = ("h", "yhat", "Loss", "dLoss/dh", "dLoss/dW_1", "dLoss/dW_2", "dyhat/dz")
EXAMPLE = Path(__file__).parents[2] / "examples" / "rubric.toml"


# ---- the file -----------------------------------------------------------------------------------------------------

def test_the_example_is_read():
    rubric = read_rubric(EXAMPLE.read_text(encoding="utf-8"))
    assert rubric.of == 10 and [part.of for part in rubric.parts] and rubric.title


@pytest.mark.parametrize("spelled", [
    "dLoss/dW_1", "dLoss/dW1", r"\frac{\partial Loss}{\partial \mathbf{W}_1}", r"\partial L/\partial W^{(1)}", "dL/dW_1", r"$\nabla_{W_1} L$",
    "∂L/∂W_1", "dJ/dW_1", "dloss/dW_1",
])
def test_quantities_are_spelled_freely(spelled):
    assert fit(Rubric((Part("a", spelled),)), QUANTITIES).parts[0].of == "dLoss/dW_1"


@pytest.mark.parametrize(("spelled", "name"), [(r"\hat{y}", "yhat"), (r"\mathbf{h}", "h"), ("loss", "Loss"),
                                               (r"\frac{\partial \hat{y}}{\partial z}", "dyhat/dz")])
def test_values_and_jacobians_are_spelled_freely(spelled, name):
    assert fit(Rubric((Part("a", spelled),)), QUANTITIES).parts[0].of == name


def test_updated_values_are_no_namesakes():
    names = ("W_11", "W_1@1", "W_1")
    assert [fit(Rubric((Part("a", spelled),)), names).parts[0].of for spelled in ("W_{11}", "W1@1", r"\mathbf{W}_1")] == list(names)


FAULTS = [
    ("", "The rubric has no part.", None),
    ("title = 'x'", "The rubric has no part.", None),
    ("[[part]\nof = 1", "The rubric is not TOML", 1),
    ("[[part]]\nof = 'h'\nmethod = = 1", "The rubric is not TOML", 3),
    ("[[part]]\nof = 'h'\nmethod = 1\n\n[[part]]\nof = 'yhat'\n  metod = 1", "metod is no key of a part", 7),
    ("titel = 'x'\n[[part]]\nof = 'h'\nmethod = 1", "titel is no key of a rubric", 1),
    ("[[part]]\nof = 'h'\nmethod = -1", "method = -1 is no number of points", 3),
    ("[[part]]\nof = 'h'\nvalue = nan", "value = NaN is no number of points", 3),
    ("[[part]]\nof = 'h'\nvalue = 1e999999", "value = 1E+999999 is no number of points", 3),
    ("[[part]]\nof = 'h'\nvalue = true", "value is not a number", 3),
    ("[[part]]\nof = 'h'\nvalue = 1\nfollow_through = 1", "follow_through is not true or false", 4),
    ("[[part]]\nof = 'h'\nvalue = 0", "h gives no points", 2),
    ("[[part]]\nname = 'x'\nvalue = 1", "A part does not say what it is of", 1),
    ("[[part]]\nof = 'h'\nvalue = 1\n[[part]]\nof = 'h'\nvalue = 2", "Two parts are called h", 4),
    ("part = 3", "part is not written as [[part]]", 1),
    ("part = [1]", "A part is no table", 1),
    ("[[part]]\nof = 'dLoss/dW_3'\nvalue = 1", "dLoss/dW_3 is no quantity of the problem", 2),
    ("[[part]]\nof = 'h'\nvalue = " + "1" * 5000, "The rubric is not TOML", None),
    ("x = " + "[" * 5000, "The rubric is not TOML", None),
]


@pytest.mark.parametrize(("text", "statement", "line"), FAULTS, ids=[fault[1] for fault in FAULTS])
def test_faults_are_said_with_their_line(text, statement, line):
    with pytest.raises(LonghandError) as raised:
        fit(read_rubric(text, "rubric.toml"), QUANTITIES)
    assert statement in raised.value.statement
    assert raised.value.place.line == line and raised.value.place.source == "rubric.toml"


def test_near_names_are_offered():
    with pytest.raises(LonghandError) as raised:
        fit(read_rubric("[[part]]\nof = 'dLoss/dW_3'\nvalue = 1\n", "r.toml"), QUANTITIES)
    assert str(raised.value).split("\n") == [
        "UnknownName, r.toml, line 2:  of = 'dLoss/dW_3'", " " * 30 + "^" * 17, "dLoss/dW_3 is no quantity of the problem.",
        "Did you mean dLoss/dW_2 or dLoss/dW_1 or dLoss/dh?"]


# ---- points -------------------------------------------------------------------------------------------------------

def claim(line: int, verdict: str, quantity: str = "g", stated="0.7", expected="0.5", **more) -> Mark:
    return Mark(line, 1, 0, 1, "text", verdict, quantity=quantity, stated=stated, expected=expected, **more)


def earned(*marks: Mark, **part) -> Decimal:
    return scored(*marks, **part).points


def scored(*marks: Mark, misread_counts: bool = True, **part):
    points = {"method": Decimal(2), "value": Decimal(1), "independent": Decimal(4), **part}
    return score(Marked("f", marks=marks), Rubric((Part("part", "g", **points),), misread_counts=misread_counts)).parts[0]


SLIP = claim(1, "wrong", "h", "0.3", "0.4")


def test_points_for_the_way_and_the_value():
    assert earned(claim(1, "right")) == 7
    assert earned(claim(1, "wrong")) == 0
    assert earned(claim(1, "wrong", method=True)) == 2
    assert earned(claim(1, "right", stated="a+b", expected=None), claim(2, "wrong")) == 2
    assert earned(claim(1, "wrong", stated="a+b", expected=None), claim(2, "right")) == 7
    assert earned(claim(1, "right"), claim(2, "wrong")) == 2                      # the last value counts
    assert earned(claim(1, "right"), claim(2, "right", stated="a+b", expected=None)) == 7
    assert earned() == 0
    assert earned(claim(1, "right", "h")) == 0


def test_follow_through_is_on_or_off():
    after = claim(2, "carried", given=1)
    assert earned(SLIP, after) == 3
    assert earned(SLIP, after, follow_through=False) == 2
    assert earned(claim(2, "carried"), follow_through=False) == 7                 # rounding only
    assert "right given line 1" in scored(SLIP, after).why


def test_damage_and_what_is_not_checked():
    assert earned(claim(1, "misread")) == 7
    assert earned(claim(1, "misread"), misread_counts=False) == 0
    assert earned(claim(1, "wrong"), claim(2, "not checked")) == 0
    part = scored(claim(1, "not checked", says="too long"))
    assert (part.points, part.decide, part.why) == (0, True, "not checked (too long)")
    assert scored(claim(1, "wrong", sure=False)).decide and not scored(claim(1, "wrong")).decide


def test_a_formula_alone_gives_no_value_where_there_are_numbers():
    formula = claim(1, "right", stated="a+b", expected=None)
    assert earned(formula) == 7
    assert earned(formula, cells=1) == 2
    assert "no numbers" in scored(formula, cells=1).why


FARMS = {
    "zero": ("0", "0.4"), "zeros": (("0", "0.0"), ("0.4", "0.3")), "ones": (("1", "1"), ("0.4", "0.3")), "one": ("1", "0.4"),
    "one number everywhere": (("7", "7.0", "7"), ("1", "2", "3")), "identity": ((("1", "0"), ("0", "1")), (("1", "2"), ("3", "4"))),
    "scaled identity": ((("3", "0"), ("0", "3")), (("1", "2"), ("3", "4"))), "next to nothing": (("1e-9", "-1e-9"), ("0.4", "0.3")),
    "minus zero": ("-0.000", "0.4"),
}


@pytest.mark.parametrize("farm", FARMS)
def test_trivial_values_earn_nothing_of_what_follows(farm):
    stated, expected = FARMS[farm]
    start = claim(1, "wrong", "h", stated, expected)
    between = claim(2, "carried", "z", "0.2", "0.9", given=1)
    assert earned(start, between, claim(3, "carried", given=1)) == 0
    assert earned(start, between, claim(3, "carried", given=2)) == 0              # through what follows from it
    assert earned(SLIP, claim(3, "carried", stated=stated, expected=expected, given=1)) == 0
    part = scored(start, claim(3, "carried", given=1))
    assert "line 1, which is" in part.why
    assert earned(start, claim(3, "right")) == 7                                  # what is right stays right


@pytest.mark.parametrize(("stated", "expected"), [
    ("0.3", "0.4"), ("0", "0"), (("0", "0"), ("0", "0.00")), (("2", "2"), ("3", "3")), (("0", "0.3"), ("0", "0.4")), ("a", "b"), ((), ()), (None, "1"),
    ((("1", "0"), ("0", "1")), (("2", "0"), ("0", "2"))), ("0.001", "0.4"), ("1e999999999", "2"),
])
def test_honest_values_are_not_trivial(stated, expected):
    assert why_trivial(claim(1, "wrong", "h", stated, expected)) == ""


def test_an_error_in_this_very_part_is_not_followed():
    own = claim(1, "wrong")
    assert earned(own, claim(1, "carried", given=1)) == 0
    assert earned(claim(1, "wrong", method=True), claim(1, "carried", given=1)) == 2
    assert "this very part" in scored(own, claim(2, "carried", given=1)).why
    assert earned(claim(1, "wrong", "h", "0.3", "0.4"), claim(2, "wrong"), claim(3, "carried", given=1)) == 3


def test_entries_count_one_by_one():
    def one(line: int, verdict: str, at: int, **more) -> Mark:
        return claim(line, verdict, f"g[{at}]", **more)

    def vector(line: int, *verdicts: str) -> Mark:
        cells = tuple(CellMark((k,), verdict) for k, verdict in enumerate(verdicts))
        return claim(line, "wrong" if "wrong" in verdicts else "right", stated=("0.7", "0.8"), expected=("0.5", "0.8"), entries=cells)

    assert earned(one(1, "right", 0), one(2, "right", 1), cells=2) == 7
    assert earned(one(1, "right", 1), cells=2) == 2 and "1 of 2 numbers" in scored(one(1, "right", 1), cells=2).why
    assert earned(one(1, "wrong", 0), one(2, "right", 1), cells=2) == 2
    assert earned(one(1, "wrong", 0), one(2, "right", 1), one(3, "right", 0), cells=2) == 7
    assert earned(vector(1, "wrong", "right"), cells=2) == 0
    assert earned(vector(1, "right", "right"), cells=2) == 7
    assert earned(vector(1, "wrong", "right"), one(2, "right", 0), cells=2) == 7
    assert earned(vector(1, "right", "right"), one(2, "wrong", 0), cells=2) == 2
    assert earned(one(1, "wrong", 0), vector(2, "right", "right"), cells=2) == 7
    assert earned(SLIP, one(2, "carried", 0, given=1), one(3, "right", 1), cells=2) == 3
    assert earned(SLIP, one(2, "carried", 0, given=1, stated="0"), one(3, "right", 1), cells=2) == 2


@pytest.mark.parametrize(("quantity", "parts"), [
    ("dL/dW[0,1]", ("dL/dW", "0,1")), ("h[2]", ("h", "2")), ("h", ("h", "")), ("h[k]", ("h[k]", "")), ("[1]", ("", "1")), ("h[]", ("h[]", "")), ("", ("", ""))])
def test_an_entry_is_told_from_its_quantity(quantity, parts):
    assert entry(quantity) == parts


def test_the_default_is_made_from_the_derivation():
    rubric = default_rubric(QUANTITIES, {"h": 3})
    assert rubric.of == 14 and [part.cells for part in rubric.parts] == [3, 0, 0, 0, 0, 0, 0]
    answer = Marked("f", marks=(claim(1, "right", "dLoss/dW_1"), claim(2, "wrong", "h", method=True)))
    assert score(answer, rubric).json()["points"] == 3
    half = score(answer, Rubric((Part("x", "h", method=Decimal("0.5")),))).json()
    assert half == {"points": 0.5, "of": 0.5, "parts": [{"name": "x", "quantity": "h", "points": 0.5, "of": 0.5,
                    "why": "method given: line 2 is wrong, the way is right", "decide": False}]}
