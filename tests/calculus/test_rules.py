"""Each rule by itself: derivatives of random expressions against difference quotients, and rewriting that must not change a value."""
from __future__ import annotations

from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numeric_judge import Judge
from small_networks import NAMES, embedding, network, recurrence
from step_checker import close

from longhand.calculus import differentiate, simplify
from longhand.calculus.differentiate import derivative, spelled_out
from longhand.calculus.jacobian import derive
from longhand.calculus.rules import RULES
from longhand.core.axis import Axis, Index
from longhand.core.expr import ONE, Add, Apply, Component, Delta, Entry, Expr, Holds, Mul, Number, Offset, Power, Sum, add, mul, power
from longhand.core.walk import all_indices, bound, canonical, count, free, rename, separate, tensors, walk
from longhand.functions import table

N, M = Axis("n", 3, "i"), Axis("m", 2, "j")
FREE = Index(N)
X, Y, W = Index(N, 5), Index(M, 5), (Index(N, 6), Index(M, 6))       # indices of the entry that is differentiated by, outside all others
SMOOTH = ("tanh", "sigmoid", "exp", "softplus", "silu", "gelu", "mish", "gelu_tanh", "softsign", "sin")


def ready(seed: int = 0) -> Judge:
    """Values away from 0, so that powers and logarithms exist."""
    rng = np.random.default_rng(seed)
    shapes = {"x": 3, "y": 2, "w": (3, 2), "s": ()}
    return Judge({name: np.array(rng.uniform(0.5, 1.5, shape)) for name, shape in shapes.items()})


def expression(rng: Random, scope: tuple[Index, ...], depth: int) -> Expr:
    """A random expression, built raw, whose free indices are among the scope."""
    def inner(more: tuple[Index, ...] = ()) -> Expr:
        return expression(rng, (*scope, *more), depth - 1)

    def over(axis: Axis) -> Index:
        return Index(axis, rng.randrange(3))               # marks collide on purpose: an index may hide one outside

    if depth == 0 or rng.random() < 0.15:
        return leaf(rng, scope)
    kind = rng.choice(("add", "mul", "mul", "power", "sum", "sum", "apply", "component", "holds", "delta"))
    match kind:
        case "add":
            return Add(tuple(inner() for _ in range(rng.randint(2, 3))))
        case "mul":
            return Mul(tuple(inner() for _ in range(rng.randint(2, 3))))
        case "power":
            return Power(Add((Number(7), Apply("tanh", (inner(),)))), rng.choice((-1, 2, 3, Fraction(1, 2), -2)))
        case "sum":
            index = over(rng.choice((N, M)))
            return Sum(index, inner((index,)))
        case "apply":
            return Apply(rng.choice(SMOOTH), (Apply("tanh", (inner(),)),))
        case "component":
            index = over(N)
            return Component("softmax", index, Apply("tanh", (inner((index,)),)), place(rng, scope, N))
        case "holds":
            return Mul((Holds(inner(), rng.choice((">", "<=")), Number(Fraction(1, 3))), inner()))
        case _:
            return Mul((Delta(place(rng, scope, N), place(rng, scope, N)), inner()))


def place(rng: Random, scope: tuple[Index, ...], axis: Axis):
    mine = [i for i in scope if i.axis == axis]
    return rng.choice(mine) if mine and rng.random() < 0.9 else Offset((), rng.randrange(axis.size))


def leaf(rng: Random, scope: tuple[Index, ...]) -> Expr:
    match rng.randrange(5):
        case 0:
            return Number(Fraction(rng.randint(-5, 5), rng.randint(1, 3)))
        case 1:
            return Entry("x", (place(rng, scope, N),))
        case 2:
            return Entry("y", (place(rng, scope, M),))
        case 3:
            return Entry("w", (place(rng, scope, N), place(rng, scope, M)))
        case _:
            return Entry("s")


expressions = st.integers(0, 10 ** 9).map(lambda seed: expression(Random(seed), (FREE,), 4))


def value(e: Expr, at: tuple[Index, ...] = (FREE,)) -> np.ndarray:
    return ready().array(e, at)


# ---- rewriting -----------------------------------------------------------------------------------------------------

REWRITINGS = {
    "canonical": canonical, "sifted": simplify.sifted, "tidy": simplify.tidy, "expand": simplify.expand, "shorter": simplify.shorter,
    "separate": lambda e: separate(e, {Index(N), Index(N, 1), Index(M), Index(M, 2)}),
    "smart constructors": lambda e: mul(add(e, e), power(Number(2), -1)),
}


@pytest.mark.parametrize("name", REWRITINGS)
@settings(max_examples=150, deadline=None)
@given(e=expressions)
def test_rewriting_keeps_the_value(name, e):
    changed = REWRITINGS[name](e)
    assert free(changed) <= free(e)
    assert close(value(e), value(changed), 1e-8)


@settings(max_examples=150, deadline=None)
@given(e=expressions, mark=st.integers(0, 3))
def test_renaming_captures_nothing(e, mark):
    moved = rename(e, {FREE: Index(N, mark)})
    assert close(value(e), value(moved, (Index(N, mark),)), 1e-9)
    assert close(value(e)[1], value(rename(e, {FREE: Offset((), 1)}), ()), 1e-9)


@settings(max_examples=150, deadline=None)
@given(e=expressions)
def test_what_nodes_remember_is_true(e):
    """Length, tensors and indices, found once, against a plain walk."""
    nodes = list(walk(e))
    assert count(e) == len(nodes) + sum(isinstance(n, Power) and n.exponent != 1 for n in nodes)
    assert tensors(e) == {n.tensor for n in nodes if isinstance(n, Entry)}
    assert bound(e) == {n.index for n in nodes if isinstance(n, Sum | Component)}
    assert free(e) <= {FREE} and all_indices(e) == free(e) | bound(e)


# ---- differentiating -----------------------------------------------------------------------------------------------

def wrong_derivative(e: Expr) -> bool:
    """Whether ∂e/∂(x, y, w or s) differs from a difference quotient anywhere. A jump of an indicator inside the step is no fault."""
    for tensor, at in (("x", (X,)), ("y", (Y,)), ("w", W), ("s", ())):
        here = ready()
        base = here.arrays[tensor]
        slope = derivative(e, Entry(tensor, at))
        derived = here.array(slope, (FREE, *at))
        for entry in np.ndindex(base.shape):
            sides = []
            for step in (1e-5, -1e-5):
                moved = base.copy()
                moved[entry] += step
                sides.append(Judge({**here.arrays, tensor: moved}).array(e, (FREE,)))
            quotient = (sides[0] - sides[1]) / 2e-5
            middle = here.array(e, (FREE,))
            jump = np.abs(sides[0] - middle) + np.abs(sides[1] - middle) > 1e-2 * np.maximum(1, np.abs(middle))
            if not close(np.where(jump, 0, quotient), np.where(jump, 0, derived[(..., *entry)]), 1e-5):
                return True
    return False


@settings(max_examples=150, deadline=None)
@given(e=expressions)
def test_derivatives(e):
    assert not wrong_derivative(e)


@pytest.mark.parametrize("name", ["leaky_relu", "elu", "huber"])
def test_derivatives_by_a_parameter(name):
    """∂f(x, α)/∂α, from the definition."""
    assert not wrong_derivative(Apply(name, (Add((Entry("x", (FREE,)), Number(-1))), Entry("s"))))


@pytest.mark.parametrize("name", NAMES)
def test_a_derivative_spelled_out_is_the_derivative(name):
    row = table.scalar(name)
    arguments = table.complete(row, (Add((Entry("x", (FREE,)), Number(Fraction(-9, 10)))),))
    slope = value(spelled_out(Apply(name, arguments), 1))
    assert close(slope, value(Apply(name, arguments, 1)), 1e-6)


def test_the_judge_notices_a_wrong_quotient_rule(monkeypatch):
    right = differentiate.power
    monkeypatch.setattr(differentiate, "power", lambda base, exponent: right(base, exponent + 2))
    assert wrong_derivative(Power(Entry("x", (FREE,)), -1))


def test_the_judge_notices_a_delta_that_is_dropped(monkeypatch):
    monkeypatch.setattr(differentiate, "delta", lambda left, right: ONE)
    assert wrong_derivative(Entry("x", (FREE,)))


def test_the_judge_notices_capture(monkeypatch):
    """Σ_i x_i with the index i of the entry outside: renamed without care, the sum would swallow it."""
    e = Sum(Index(N, 1), Mul((Entry("x", (FREE,)), Entry("x", (Index(N, 1),)))))
    swallowed = Sum(Index(N, 1), Mul((Entry("x", (Index(N, 1),)), Entry("x", (Index(N, 1),)))))
    moved = rename(e, {FREE: Index(N, 1)})
    assert close(value(e), value(moved, (Index(N, 1),)), 1e-12) and not close(value(e), value(swallowed), 1e-3)


# ---- names ---------------------------------------------------------------------------------------------------------

def test_every_step_names_a_rule_with_a_reason():
    for net in (*map(network, range(30)), recurrence(0), embedding(0)):
        for step in derive(net.problem()).steps:
            kind, _, name = step.rule.partition(":")
            row = {"function": table.scalar, "vector": table.vector}[kind](name) if name else None
            assert (row.rule and row.why) if row else (RULES[step.rule].name and RULES[step.rule].why), step.rule
