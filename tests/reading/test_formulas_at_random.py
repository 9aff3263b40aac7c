"""Formulas at random, spelled at random: what is read has the value and the gradients of the tree that was spelled, or something is said."""
from __future__ import annotations

import random

import pytest
import spelled_at_random as spelled
from meant import nested, values

from longhand.core.problem import Problem
from longhand.reading.formula import read_formula
from longhand.reading.names import flat
from longhand.reading.sheet import read

SEEDS, EACH, STEP = 12, 60, 1e-6
CANCELLED = "are used by nothing that was understood"         # the numbers of x in x - x


def difference(formula: spelled.Tree, name: str) -> object:
    """The gradient by finite differences, nested as the quantity is."""
    given = spelled.GIVEN[name]

    def at(place: tuple[int, ...], by: float) -> float:
        return spelled.value(formula, {**spelled.GIVEN, name: moved(given, place, by)})

    def slope(part: object, place: tuple[int, ...]) -> object:
        return [slope(p, (*place, k)) for k, p in enumerate(part)] if isinstance(part, tuple) else (at(place, STEP) - at(place, -STEP)) / (2 * STEP)

    return slope(given, ())


def moved(given: object, place: tuple[int, ...], by: float) -> object:
    if not place:
        return given + by
    k, *rest = place
    return (*given[:k], moved(given[k], tuple(rest), by), *given[k + 1:])


def close(found: object, expected: object) -> bool:
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(close, found, expected))
    return found == pytest.approx(expected, rel=1e-4, abs=1e-4)


def loss_of(text: str) -> Problem | None:
    """The problem; None where the sheet says that something was not understood."""
    sheet = read(text)
    if any(CANCELLED not in r.text for r in sheet.not_understood):
        return None
    [problem] = [p for p in sheet.problems if p.loss == "L"]
    return problem


@pytest.mark.parametrize("seed", range(SEEDS))
def test_value_and_gradients_of_what_was_spelled(seed):
    chance, refused, tried = random.Random(seed), [], 0
    while tried < EACH:
        formula = spelled.tree(chance, chance.choice((2, 3, 3)))
        try:
            value = spelled.value(formula, spelled.GIVEN)
        except (OverflowError, ZeroDivisionError):
            continue
        names = spelled.names(formula)
        if not names or not 1e-4 < abs(value) < 1e5:
            continue
        text, tried = spelled.sheet(formula, chance), tried + 1
        problem = loss_of(text)
        if problem is None:
            refused.append(text)
            continue
        found = values(problem)
        assert nested(found.tensor("L")) == pytest.approx(value, rel=1e-9), text
        for name in names:
            plain = flat(read_formula(name).formula)
            if plain in problem.program.tensors and f"dL/d{plain}" in found.program.tensors:
                assert close(nested(found.tensor(f"dL/d{plain}")), difference(formula, name)), f"{name} in {text}"
    assert len(refused) <= EACH // 20, refused


def test_the_test_sees_another_reading():
    """a (b + c)^2 is not (a (b + c))^2, and the value says so."""
    formula = ("mul", ("name", "a"), ("pow", ("add", ("name", "b"), ("name", "c")), 2))
    other = ("pow", ("mul", ("name", "a"), ("add", ("name", "b"), ("name", "c"))), 2)
    text = spelled.sheet(formula, random.Random(0))
    assert nested(values(loss_of(text)).tensor("L")) == pytest.approx(spelled.value(formula, spelled.GIVEN))
    assert spelled.value(formula, spelled.GIVEN) != pytest.approx(spelled.value(other, spelled.GIVEN))
