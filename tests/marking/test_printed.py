"""What printed digits say about the number meant."""
from __future__ import annotations

import pytest
from flint import arb, ctx, fmpq

from longhand.marking.printed import nearest_digits, printed, significant, with_rounded


@pytest.fixture(autouse=True)
def _enough_bits():
    with ctx.workprec(128):
        yield


def places(text: str) -> list[int]:
    return [cell.places for cell in printed(text.split())]


def holds(text: str, value: str) -> bool:
    return bool(printed([text])[0].ball.overlaps(arb(value)))


def test_a_claim_is_as_precise_as_its_longest_number():
    assert places("2 -0.75 1.75 0.2") == [2, 2, 2, 2]
    assert places("4 5 3.006") == [3, 3, 3]


def test_a_number_with_all_significant_digits_has_its_own_precision():
    assert places("-0.5374 0.2068 -1.251 -0.0532") == [4, 4, 3, 4]
    assert places("12 0.25") == [2, 2], "an integer beside decimals is to the decimals"


def test_half_a_unit_to_either_side_ties_included():
    assert holds(".627", "0.6265") and holds(".627", "0.6275") and not holds(".627", "0.62751") and not holds(".627", "0.62649")


@pytest.mark.parametrize(("text", "value", "decimals"), [
    ("-.627", "-0.627", 3), ("−0.5", "-0.5", 1), ("-0", "0", 0), ("+3.", "3", 0), ("1.20e-3", "0.0012", 5), ("1.5E3", "1500", -2),
    (r"1.5\cdot 10^{3}", "1500", -2), ("2.5×10^-2", "0.025", 3),
])
def test_notations(text: str, value: str, decimals: int):
    cell, = printed([text])
    assert cell.text == text and cell.places == decimals
    assert abs(cell.ball.mid() - arb(value)) < 1e-30
    assert abs(cell.ball.rad() - arb(10) ** -decimals / 2) < 1e-6 * arb(10) ** -decimals


def test_a_fraction_is_exact():
    third, = printed(["1/3"])
    assert third.ball.overlaps(arb(fmpq(1, 3))) and third.ball.rad() < 1e-30


@pytest.mark.parametrize("text", ["", "x", "1.2.3", "--1", ".", "1/0", "1e9999", "9" * 500])
def test_what_is_no_number_is_unreadable_and_harms_nothing_beside_it(text: str):
    strange, sound = printed([text, "0.25"])
    assert strange.ball is None and sound.places == 2 and sound.ball.overlaps(arb("0.25"))


@pytest.mark.parametrize(("value", "decimals", "text"), [
    ("0.3095481859814", 4, "0.3095"), ("-1.5", 2, "-1.50"), ("0.0625", 3, "0.063"), ("-0.0625", 3, "-0.063"), ("-0.0001", 2, "0.00"), ("17", 0, "17"),
    ("1549", -2, "1500"), ("1550", -2, "1600"), ("1e25", 1, "1" + "0" * 25 + ".0"),
])
def test_nearest_digits(value: str, decimals: int, text: str):
    assert nearest_digits(arb(value), decimals) == text


def test_no_digits_where_there_is_no_number():
    assert nearest_digits(arb("nan"), 3) == nearest_digits(arb("inf"), 3) == "?"


def test_digits_and_intervals_agree():
    for number in range(-2000, 2000, 7):
        value = arb(fmpq(number, 997))
        for decimals in (0, 1, 2, 3, 5):
            assert printed([nearest_digits(value, decimals)])[0].ball.overlaps(value)


def test_significant_digits():
    assert [significant(text) for text in ("0.053", "-.011", "120", "1.20e-3", "0", "1.5×10^3")] == [2, 2, 3, 3, 0, 2]


def test_with_rounded_holds_the_number_and_what_it_is_rounded_to():
    wide = with_rounded(arb("0.62668"), 2)
    assert wide.contains(arb("0.62668")) and wide.contains(arb("0.63")) and not wide.contains(arb("0.62"))
    assert with_rounded(arb("-1.5"), 2).rad() < 1e-30
