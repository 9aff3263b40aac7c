"""Straight-line code gives what the interpreter gives."""
from __future__ import annotations

from fractions import Fraction

import pytest
from numbers_programs import convolution, elu_network, exact, program, recurrence, smoothed_network

from longhand.core.axis import Axis, Index
from longhand.core.equation import Equation, Tensor
from longhand.core.expr import Apply, Entry, Offset, Sum
from longhand.functions.table import SCALARS
from longhand.numbers.balls import Balls, as_ball
from longhand.numbers.compiled import compiled
from longhand.numbers.faults import NotExact, Undecided
from longhand.numbers.interpret import Values


def flat(value):
    return [x for part in value for x in flat(part)] if isinstance(value, list) else [value]


def agree(which, data, bits=128):
    """Every tensor, in every entry: the balls overlap and are small."""
    names = [e.name for e in which.equations]
    code = compiled(which, data, {}, names, bits=bits)
    results = code(code.balls(data))
    slow = Values(which, data, {}, Balls(2 * bits))
    for name in names:
        with slow.numbers.working():
            for fast, judge in zip(flat(results[name]), flat(slow.tensor(name)), strict=True):
                assert fast.overlaps(as_ball(judge)), name
                assert fast.is_finite() and fast.rad() < 2.0 ** (20 - bits) * (1 + abs(float(fast))), name
    return code


@pytest.mark.parametrize("make", [smoothed_network, elu_network])
def test_networks(make):
    agree(*make())


def test_recurrence_and_convolution():
    agree(recurrence(5), {"W": Fraction(1, 2), "U": Fraction(-2), "x": exact([1, 2, 3, 4, 5])})
    agree(convolution(5, 3), {"x": exact([1, -2, 3, 5, 7]), "w": exact([2, 3, -1])})


@pytest.mark.parametrize("function", SCALARS, ids=lambda f: f.name)
@pytest.mark.parametrize("order", [0, 1])
def test_every_function(function, order):
    line = Axis("n", 4, "i")
    i = Index(line)
    one = program([Tensor("x", (line,), "input"), Tensor("r", (line,))],
                  [Equation(Entry("r", (i,)), Apply(function.name, (Entry("x", (i,)),), order))])
    agree(one, {"x": exact(["0.3", "1.7", "2.5", "7"] if function.domain else ["-3.1", "-0.3", "0.7", "7"])})


def test_code_runs_again_with_other_numbers_of_the_same_shape():
    which, data = smoothed_network()
    code = compiled(which, data, {}, ["Loss", "h"])
    other = data | {"x": exact(["0.25", -1])}
    result = code(code.balls(other))
    assert float(result["Loss"]) == pytest.approx(float(as_ball(Values(which, other, {}, Balls()).entry("Loss"))), rel=1e-14)
    assert [float(h) for h in result["h"]] == [0.75, -3.5, -1.5]


def test_equal_operations_are_written_once_and_unneeded_ones_not_at_all():
    x = Entry("x")
    e = Apply("exp", (x,))
    twice = program([Tensor("x", (), "input"), Tensor("r"), Tensor("s")],
                    [Equation(Entry("r"), e * (1 + e) - e), Equation(Entry("s"), Apply("sin", (x,)))])
    code = compiled(twice, {"x": Fraction(1)}, {}, ["r"])
    assert len(code.operations) == 4                        # e^x, 1 + e^x, their product, the difference


def test_a_comparison_that_is_not_proved_is_undecided():
    step = program([Tensor("x", (), "input"), Tensor("r")], [Equation(Entry("r"), Apply("relu", (Apply("sin", (Entry("x"),)),)))])
    code = compiled(step, {"x": Fraction(1)}, {}, ["r"])
    import flint

    with flint.ctx.workprec(64):
        pi = flint.arb.pi()
    with pytest.raises(Undecided, match="whether"):
        code([pi])


def test_positions_must_be_fixed():
    classes = Axis("c", 3, "k")
    picked = program([Tensor("p", (classes,), "input"), Tensor("label", (), "label"), Tensor("r")],
                     [Equation(Entry("r"), Entry("p", (Offset(((Entry("label"), 1),)),)))])
    data = {"p": exact([2, 3, 5]), "label": Fraction(1)}
    assert compiled(picked, data, {}, ["r"], fixed=["label"])([10, 11, 12])["r"] == 11
    with pytest.raises(NotExact, match="fixed"):
        compiled(picked, data, {}, ["r"])


def test_sizes_are_constants_of_the_code():
    line = Axis("n", "n", "i")
    i = Index(line)
    mean = program([Tensor("x", (line,), "input"), Tensor("n", (), "size"), Tensor("r")],
                   [Equation(Entry("r"), Sum(i, Entry("x", (i,))) / Entry("n"))])
    code = compiled(mean, {"x": exact([1, 2, 6])}, {}, ["r"])
    assert float(code(code.balls({"x": exact([1, 2, 6])}))["r"]) == 3
