"""Distinctions by cases: each case, put into numbers, is what the derivative is there."""
from __future__ import annotations

import math

import pytest

from longhand.calculus.cases import of_local
from longhand.calculus.differentiate import derivative
from longhand.core.axis import Axis, Index
from longhand.core.expr import Apply, Component, Entry, Number
from longhand.numbers.arithmetic import FLOATS
from longhand.numbers.evaluate import evaluate

Q = Axis("q", 3, "k")
I, K, M = Index(Q, 1), Index(Q, 0), Index(Q, 2)
Z = [0.3, -1.2, 0.8]


def sample(e, values, at, extents=None):
    """The value of an expression in floats: entries from nested lists, sizes of axes by name."""
    def read(name, places):
        value = values[name]
        for place in places:
            value = value[place]
        return value

    return evaluate(e, at, read, lambda axis: (extents or {})[axis.name], FLOATS)



def local(function: str):
    right, outer, x = Component(function, M, Entry("z", (M,)), I), Entry("y", (I,)), Entry("z", (K,))
    return of_local(right, outer, x, derivative(right, x, outer))


@pytest.mark.parametrize("function, y", [
    ("softmax", [math.exp(z) / sum(map(math.exp, Z)) for z in Z]),
    ("log_softmax", [z - math.log(sum(map(math.exp, Z))) for z in Z]),
])
def test_both_cases_of_a_vector_function_in_numbers(function, y):
    same, other = local(function)
    assert (same.relation, other.relation) == ("=", "!=")
    values = {"z": Z, "y": y, "S": sum(map(math.exp, Z))}

    def f(i: int, k: int, h: float) -> float:
        moved = [z + h * (n == k) for n, z in enumerate(Z)]
        total = sum(map(math.exp, moved))
        return math.exp(moved[i]) / total if function == "softmax" else moved[i] - math.log(total)

    for case, i, k in ((same, 1, 1), (other, 0, 2), (other, 2, 1)):
        true = (f(i, k, 1e-6) - f(i, k, -1e-6)) / 2e-6
        for e in case.chain:
            assert sample(e, values, {I: i, K: k, M: 0}, {"q": 3}) == pytest.approx(true, abs=1e-8)


def test_the_sum_is_abbreviated():
    (short, long), = local("softmax")[0].let
    assert short == Entry("S") and sample(long, {"z": Z}, {}, {"q": 3}) == pytest.approx(sum(map(math.exp, Z)))


def test_a_quantity_called_s_keeps_its_name():
    right, outer, x = Component("softmax", M, Entry("S", (M,)), I), Entry("y", (I,)), Entry("S", (K,))
    (short, _), = of_local(right, outer, x, Number(0))[0].let
    assert short.tensor == "T"


def test_in_a_batch_the_sum_has_its_row():
    rows = Axis("m", 4, "r")
    r, s = Index(rows, 0), Index(rows, 1)
    right, outer, x = Component("softmax", M, Entry("z", (r, M)), I), Entry("y", (r, I)), Entry("z", (s, K))
    same, other = of_local(right, outer, x, Number(0))
    assert same.let[0][0] == Entry("S", (r,))
    assert same.of == Entry("dy/dz", (r, K, r, K)) and other.of == Entry("dy/dz", (r, I, r, K))


@pytest.mark.parametrize("function, parameters, points", [
    ("relu", (), {2: 1, -1: 0, 0: 0}), ("elu", (Number(1),), {2: 1, -1: math.exp(-1), 0: 1}),
    ("leaky_relu", (Number(1) / 100,), {2: 1, -1: 0.01, 0: 0.01}), ("hard_tanh", (), {2: 0, 0.5: 1, -3: 0, 1: 0, -1: 0}),
])
def test_pieces_in_numbers(function, parameters, points):
    right = Apply(function, (Entry("u", (K,)), *parameters))
    cases = of_local(right, Entry("a", (K,)), Entry("u", (I,)), Number(0))
    holds = {">": float.__gt__, ">=": float.__ge__, "<": float.__lt__, "<=": float.__le__, "==": float.__eq__}
    for u, slope in points.items():
        conditions = [((c.relation, c.right), *((r, b) for _, r, b in c.also)) for c in cases]
        matching = [c for c, all_of in zip(cases, conditions, strict=True) if all(holds[r](float(u), float(b.value)) for r, b in all_of)]
        assert len(matching) == 1, u
        assert sample(matching[0].chain[-1], {"u": [u, u, u]}, {K: 0}) == pytest.approx(slope)


def test_a_smooth_function_has_no_cases():
    assert of_local(Apply("sigmoid", (Entry("u", (K,)),)), Entry("a", (K,)), Entry("u", (I,)), Number(0)) == ()
