"""Numbers put into a formula: which are damaged is solved for, not guessed."""
from __future__ import annotations

from fractions import Fraction
from functools import partial

import pytest
from flint import arb

from longhand.marking.arithmetic import arithmetic
from longhand.marking.known import Known
from longhand.marking.literals import literal_ball
from longhand.marking.patience import Patience, TooLong
from longhand.marking.put_in import damaged_literals
from longhand.marking.tape import Cell, literal
from longhand.reading.chains import chains
from longhand.reading.source import Source
from longhand.reading.syntax import Span

SHEET = frozenset(map(Fraction, ("0.81", "0.55", "1.44", "0.339", "0.28", "1.29")))
KNOWN = ("0.81", "0.55", "1.44", "0.339", "0.28", "1.29", "0.2011", "0.2262", "0.0668", "0.0004")


read = partial(literal_ball, data=SHEET)


def formula(text: str):
    return chains(Source(f"$$a = {text}$$", "")).chains[0].parts[1]


def found(text: str, true: str, known=KNOWN, **more):
    """The exchanged literals with what belongs in their places, for a side and the side that it should be."""
    right = arithmetic(formula(true), read) + arb(0, 1e-5)

    def pairs(side, own):
        value = arithmetic(side, own)
        return [] if value is None else [((right,), (value,))]

    made = damaged_literals(formula(text), (Known([read(each) for each in known]),), read, pairs, **more)
    return None if made is None else {place.text: float(number.mid()) for place, number in made.items()}


@pytest.mark.parametrize(("text", "exchanged"), [
    (r"0.81 \cdot 0.2011 + 6.28 \cdot 0.2262 + 1.44 \cdot 0.0668", {"6.28": 0.28}),
    (r"0.81 \cdot 0.2011 + 0.28 \cdot 0.2762 + 1.44 \cdot 0.0668", {"0.2762": 0.2262}),
    (r"0.31 \cdot 0.2011 + 0.28 \cdot 6.2262 + 1.44 \cdot 0.0668", {"0.31": 0.81, "6.2262": 0.2262}),
    (r"0.81 \cdot 0.2077 + 0.28 \cdot 0.7262 + 1.44 \cdot 0.0668", {"0.2077": 0.2011, "0.7262": 0.2262}),
    (r"6.81 \cdot 0.7011 + 0.28 \cdot 0.2262 + 1.44 \cdot 0.0668", {"6.81": 0.81, "0.7011": 0.2011}),
    (r"6.81 \cdot 0.7011 + 6.28 \cdot 0.2262 + 1.44 \cdot 0.0668", {"6.81": 0.81, "0.7011": 0.2011, "6.28": 0.28}),
])
def test_damaged_numbers_of_a_sum_are_found(text, exchanged):
    made = found(text, r"0.81 \cdot 0.2011 + 0.28 \cdot 0.2262 + 1.44 \cdot 0.0668")
    assert made == pytest.approx(exchanged)


def test_a_sum_that_is_wrong_for_another_reason_stays_wrong():
    assert found(r"0.81 \cdot 0.2011 + 0.28 \cdot 0.2262", r"0.81 \cdot 0.2011 - 0.0668 \cdot 0.2262") is None


def test_a_number_far_from_all_known_ones_is_no_damage():
    assert found(r"0.81 \cdot 0.2011 + 0.97 \cdot 0.2262", r"0.81 \cdot 0.2011 + 0.28 \cdot 0.2262") is None


def test_a_lost_minus_is_found():
    assert found(r"0.81 \cdot 0.2011 + 0.0668", r"0.81 \cdot 0.2011 - 0.0668") == pytest.approx({"0.0668": -0.0668})


def test_a_number_below_a_line_is_tried_since_it_cannot_be_solved_for():
    assert found(r"\frac{0.81}{1.49} + 0.28", r"\frac{0.81}{1.44} + 0.28") == pytest.approx({"1.49": 1.44})


def test_a_factor_that_is_nearly_nothing_does_not_hide_the_damage():
    assert found(r"0.81 \cdot 0.0004 + 1.49", r"0.81 \cdot 0.0004 + 1.44") == pytest.approx({"1.49": 1.44})


def test_the_search_tells_what_it_costs_and_may_be_ended():
    patience = Patience(1)
    patience.begin()
    with pytest.raises(TooLong):
        found(r"6.81 \cdot 0.7011 + 6.28 \cdot 0.2262", "7", spend=lambda steps: patience.spend(steps * 10 ** 5, Span(0, 0)))


def test_what_was_recorded_is_computed_again_with_other_numbers():
    a, b = literal(0, arb(2)), literal(1, arb(3))
    cell = Cell((a * b - 1 + arb(4) * a) / 2)
    assert cell.value([arb(5), arb(7)]) == 27
    assert (cell.deps, cell.bent) == (0b11, 0)


@pytest.mark.parametrize(("result", "bent"), [
    (lambda a, b: a * b * a, 0b01), (lambda a, b: a / b, 0b10), (lambda a, b: a + b.exp(), 0b10), (lambda a, b: a ** 2 + b, 0b01),
    (lambda a, b: a.max(b), 0b11), (lambda a, b: abs(a) - b, 0b01), (lambda a, b: 1 - a, 0)])
def test_what_is_no_longer_affine_is_known(result, bent):
    cell = Cell(result(literal(0, arb(2)), literal(1, arb(3))))
    assert cell.bent == bent
    assert cell.value([arb(5), arb(7)]).overlaps(result(arb(5), arb(7)))


def test_a_recorded_sum_may_be_long():
    total = literal(0, arb(1))
    for _ in range(20_000):
        total = total + 1
    assert Cell(total).value([arb(2)]) == 20_002


def test_known_numbers_are_found_by_size():
    known = Known([arb("0.2"), arb(3), arb("0.5") + arb(0, 0.1), arb("nan")])
    assert [round(float(known.numbers[at].mid()), 3) for at in known.within(arb("0.55") + arb(0, 0.01))] == [0.5]
    assert len(list(known.within(arb("nan")))) == 3
    assert list(known.within(arb(9))) == []


def test_the_nearest_prints_come_first():
    known = Known([read(text) for text in KNOWN])
    assert float(known.numbers[known.nearest("0.2077", 4, 3)[0]].mid()) == pytest.approx(0.2011)
    assert known.nearness("0.2262", 4, known.nearest("0.2282", 4, 1)[0]) == 0
