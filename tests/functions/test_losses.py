"""Losses against their formulas, worked out by hand in floats."""
from __future__ import annotations

from math import log, prod

import pytest

from longhand.core.axis import Axis
from longhand.core.expr import Entry
from longhand.core.walk import free
from longhand.functions.losses import LOSSES
from longhand.numbers.arithmetic import FLOATS
from longhand.numbers.evaluate import evaluate

CLASSES = Axis("c", "q", "k")
ROWS = Axis("r", 2, "m")


def result(name, y, p, axes):
    row = next(r for r in LOSSES if r.name == name)
    e = row.build(lambda *at: Entry("y", at), lambda *at: Entry("p", at), axes)
    assert not free(e)

    def read(tensor, at):
        value = {"y": y, "p": p, "q": 3}[tensor]
        for k in at:
            value = value[k]
        return float(value)

    return evaluate(e, {}, read, lambda axis: 3 if axis == CLASSES else 2, FLOATS)


Y, P = [0.0, 1.0, 0.0], [0.2, 0.5, 0.3]
SOFT = [0.1, 0.7, 0.2]

BY_HAND = {
    "cross_entropy": (Y, P, -log(0.5)),
    "cross_entropy_with_logits": (Y, [0.0, log(2), log(5)], -log(2 / 8)),
    "binary_cross_entropy": (Y, P, -log(0.8) - log(0.5) - log(0.7)),
    "half_squared_error": (Y, P, 0.5 * (0.04 + 0.25 + 0.09)),
    "squared_error": (Y, P, 0.38),
    "mean_squared_error": (Y, P, 0.38 / 3),
    "absolute_error": (Y, P, 1.0),
    "mean_absolute_error": (Y, P, 1 / 3),
    "huber_loss": ([0, 0, 0], [0.5, 3, -3], 0.125 + 2.5 + 2.5),
    "hinge": ([1, -1, 1], [0.5, 2.0, 1.5], 0.5 + 3.0),
    "multiclass_hinge": (Y, [0.2, 1.0, 0.9], 0.2 + 0.9),
    "kl_divergence": (SOFT, P, 0.1 * log(0.5) + 0.7 * log(1.4) + 0.2 * log(2 / 3)),
}


def test_every_loss_has_an_example():
    assert set(BY_HAND) == {row.name for row in LOSSES}


@pytest.mark.parametrize("name", BY_HAND)
def test_loss_of_one_example(name):
    y, p, wanted = BY_HAND[name]
    assert result(name, y, p, (CLASSES,)) == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("name", BY_HAND)
def test_loss_over_two_axes_is_the_sum_over_rows(name):
    """For a mean, the mean over all entries."""
    y, p, wanted = BY_HAND[name]
    assert result(name, [y, y], [p, p], (ROWS, CLASSES)) == pytest.approx(wanted if name.startswith("mean") else 2 * wanted, rel=1e-12)


@pytest.mark.parametrize("name", ["squared_error", "binary_cross_entropy", "mean_absolute_error", "hinge"])
def test_loss_of_a_scalar(name):
    wanted = {"squared_error": 0.36, "binary_cross_entropy": -log(0.4), "mean_absolute_error": 0.6, "hinge": 0.6}[name]
    assert result(name, 1, 0.4, ()) == pytest.approx(wanted)


def test_a_count_of_mixed_sizes():
    assert result("mean_squared_error", [Y, Y], [P, P], (ROWS, CLASSES)) == pytest.approx(2 * 0.38 / prod((2, 3)))
