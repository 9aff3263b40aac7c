"""Each field of a row is a claim, held here against another field."""
from __future__ import annotations

import re
from fractions import Fraction

import flint
import pytest

from longhand.core.expr import Entry
from longhand.functions import table
from longhand.functions.activations import ACTIVATIONS
from longhand.functions.elementary import PRIMITIVES
from longhand.functions.losses import LOSSES
from longhand.functions.table import SCALARS, loss, scalar, vector
from longhand.functions.vector import VECTOR_FUNCTIONS
from longhand.numbers.arithmetic import FLOATS
from longhand.numbers.balls import Balls
from longhand.numbers.evaluate import applied, at_numbers, function_value
from longhand.numbers.jets import Jets

BALLS = Balls(300)
H = flint.fmpq(1, 10 ** 20)
POINTS = [Fraction(text) for text in (
    "-30", "-6.5", "-3", "-1.5", "-1", "-0.99", "-0.2", "-1e-6", "0", "1e-6", "0.3", "1", "1.01", "2", "5.9", "6", "6.1", "30",
)]
WITH_DERIVATIVE = [f for f in SCALARS if f.derivative is not None]


def name_of(row):
    return row.name


def rational(x):
    return flint.fmpq(x.numerator, x.denominator)


def parameters(function):
    return tuple(rational(Fraction(text)) for text in function.defaults)


def in_domain(function, x):
    if function.domain is None:
        return True
    relation, bound = function.domain
    return BALLS.holds(rational(x), relation, rational(Fraction(bound)))


def at_a_kink(function, x):
    return any(Fraction(kink) == x for kink in function.kinks)


def size(x):
    """An upper bound of |x|."""
    return abs(float((flint.arb(x) if isinstance(x, flint.fmpq) else x).abs_upper()))


def value(function, x):
    return function_value(function, (x, *parameters(function)), BALLS)


@pytest.mark.parametrize("function", WITH_DERIVATIVE, ids=name_of)
def test_declared_derivative_is_the_slope_of_the_value(function):
    """Central differences in 300-bit balls, at points off the kinks but also very near to them."""
    near = [Fraction(kink) + shift for kink in function.kinks for shift in (Fraction(1, 10 ** 6), -Fraction(1, 10 ** 6))]
    tried = 0
    with BALLS.working():
        for x in [*POINTS, *near]:
            if at_a_kink(function, x) or not in_domain(function, x):
                continue
            q = rational(x)
            slope = (value(function, q + H) - value(function, q - H)) * (1 / (2 * H))
            declared = applied(function.name, (q,), 1, BALLS)
            tried += 1
            # where the pieces of ELU (α = 1) or Huber (δ = 1) meet, they are once differentiable: the difference is of first order there
            bound = 1e-18 if x in (-1, 0, 1) else 1e-28
            assert size(slope - declared) <= bound * (1 + size(declared)), (function.name, x)
    assert tried >= 8


@pytest.mark.parametrize("function", [f for f in SCALARS if f.kinks], ids=name_of)
def test_kinks_are_where_the_slope_breaks_and_have_the_declared_value(function):
    step = flint.fmpq(1, 10 ** 9)
    with BALLS.working():
        for kink, text in function.kinks.items():
            x = rational(Fraction(kink))
            wanted = parameters(function)[int(text[1:]) - 2] if text.startswith("#") else rational(Fraction(text))
            assert applied(function.name, (x,), 1, BALLS) == wanted
            right = (value(function, x + step) - value(function, x)) * (1 / step)
            left = (value(function, x) - value(function, x - step)) * (1 / step)
            smooth_for_default = function.name == "elu"
            jumps = size(right) > 1e6
            assert smooth_for_default or jumps or size(right - left) > 1e-3, f"{function.name} has no kink at {kink}"


@pytest.mark.parametrize("function", [f for f in WITH_DERIVATIVE if f.value is not None], ids=name_of)
def test_taylor_coefficients_of_the_value_give_the_declared_derivative(function):
    """At kinks too: the indicators of the value and of the derivative agree on the side that a kink belongs to."""
    jets = Jets(BALLS, 1)
    with BALLS.working():
        for x in POINTS:
            if not in_domain(function, x):
                continue
            moving = (jets.variable(rational(x)), *(jets.constant(p) for p in parameters(function)))
            derived = function_value(function, moving, jets).u[1]
            assert size(derived - applied(function.name, (rational(x),), 1, BALLS)) < 1e-60, x


def test_second_derivatives_follow_without_declaration():
    with BALLS.working():
        x = rational(Fraction("0.7"))
        s = applied("sigmoid", (x,), 0, BALLS)
        second = applied("sigmoid", (x,), 2, BALLS)
        assert size(second - s * (1 - s) * (1 - 2 * s)) < 1e-60
        assert applied("relu", (x,), 2, BALLS) == 0
        # a function without a declared derivative: Mish at 0 has the slope tanh(ln 2) = 3/5
        assert size(applied("mish", (flint.fmpq(0),), 1, BALLS) - flint.arb(3) / 5) < 1e-60
        t = applied("tanh", (x,), 0, BALLS)
        assert size(applied("tanh", (x,), 3, BALLS) - (-2 * (1 - t * t) * (1 - 3 * t * t))) < 1e-60


@pytest.mark.parametrize("vector_function", VECTOR_FUNCTIONS, ids=name_of)
def test_jacobian_and_total(vector_function):
    from longhand.core.axis import Axis, Index
    from longhand.core.expr import Offset
    from longhand.numbers.evaluate import evaluate

    axis = Axis("c", 4, "i")
    index = Index(axis)
    point = [flint.fmpq(n, 7) for n in (3, -10, 0, 16)]

    def fixed(k):
        return Offset((), k)

    def outputs(v):
        def read(name, at):
            return v[at[0]]

        return [evaluate(vector_function.value(index, Entry("v", (index,)), fixed(k)), {}, read, lambda a: a.size, BALLS) for k in range(4)]

    with BALLS.working():
        y = outputs(point)
        if vector_function.total is not None:
            assert size(sum(y[1:], y[0]) - at_numbers(vector_function.total, (), BALLS)) < 1e-60
        for by in range(4):
            up, down = (outputs([x + sign * H if k == by else x for k, x in enumerate(point)]) for sign in (1, -1))
            for at in range(4):
                slope = (up[at] - down[at]) * (1 / (2 * H))
                stated = vector_function.jacobian(lambda place: Entry("y", (place,)), fixed(at), fixed(by))
                assert size(slope - evaluate(stated, {}, lambda name, p: y[p[0]], lambda a: a.size, BALLS)) < 1e-30
    stable = FLOATS.vectors[vector_function.name]
    with BALLS.working():
        for k in range(4):
            assert abs(stable([float(Fraction(int(x.p), int(x.q))) for x in point], k) - float(y[k])) < 1e-14


@pytest.mark.parametrize("name", sorted(FLOATS.scalars))
def test_stable_floats_are_the_declared_values(name):
    function = scalar(name)
    with BALLS.working():
        for x in POINTS:
            true = float(flint.arb(value(function, rational(x))))
            assert FLOATS.scalars[name](float(x)) == pytest.approx(true, rel=1e-15)


def test_names_and_aliases_are_unique():
    for rows in (SCALARS, VECTOR_FUNCTIONS, LOSSES):
        table.index(rows)                               # raises for a name taken twice
    with pytest.raises(ValueError, match="names both"):
        table.index([*ACTIVATIONS, ACTIVATIONS[0]])


def test_lookup_is_forgiving_but_not_ambiguous():
    assert scalar("ReLU").name == scalar("rectified linear unit").name == "relu"
    assert scalar("Leaky-ReLU").name == "leaky_relu"
    assert scalar("Swish").name == "silu"
    assert scalar("Phi").name == "Phi" and scalar("φ").name == "phi"
    assert scalar("hardTanh").name == "hard_tanh"
    assert scalar("softmax") is None and vector("Soft-Max").name == "softmax"
    assert loss("Cross Entropy").name == loss("negative log-likelihood").name == "cross_entropy"
    assert loss("MSE").name == "mean_squared_error"
    assert scalar("no such function") is None


@pytest.mark.parametrize("row", [*SCALARS, *VECTOR_FUNCTIONS], ids=name_of)
def test_texts_and_latex(row):
    places = {int(n) for n in re.findall(r"#(\d)", row.latex)}
    assert places and places <= set(range(1, 2 + len(getattr(row, "defaults", ()))))
    assert row.latex.count("{") == row.latex.count("}")
    assert row.latex.count(r"\left") == row.latex.count(r"\right")
    assert row.rule and row.why.endswith(".")


@pytest.mark.parametrize("row", LOSSES, ids=name_of)
def test_latex_of_losses(row):
    assert row.latex.count("{") == row.latex.count("}")
    assert row.why.endswith(".")


def test_only_primitives_lack_a_value():
    assert {f.name for f in SCALARS if f.value is None} == {f.name for f in PRIMITIVES} == set(FLOATS.primitives)
    assert all(f.derivative is not None for f in PRIMITIVES)


def test_arguments_are_completed_and_counted():
    x = Entry("x")
    assert len(table.complete(scalar("elu"), (x,))) == 2
    with pytest.raises(ValueError, match="relu takes 1 argument and got 2"):
        table.complete(scalar("relu"), (x, x))
    with pytest.raises(ValueError, match="elu takes 1 to 2 arguments and got 0"):
        table.complete(scalar("elu"), ())
    assert table.derivative_of(scalar("elu"), (x,), Entry("y"), order=2) is None
    assert table.apply_value(scalar("exp"), (x,)) is None
