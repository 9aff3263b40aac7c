"""Known sums: used in a visible step where there is ground for them, and not where there is none."""
from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from numeric_judge import judge
from step_checker import close, step_faults

from longhand.calculus.derivation import Derivation
from longhand.calculus.jacobian import derive
from longhand.core.axis import Axis, Index
from longhand.core.equation import Equation, Fact, Program, Tensor
from longhand.core.expr import ONE, Apply, Component, Entry, Expr, Sum, add, mul, negative
from longhand.core.problem import Problem

Q = Axis("q", 3, "k")
K, M = Index(Q), Index(Q, 1)


def output_layer(label: Expr, facts: tuple[Fact, ...] = (), equations: tuple[Equation, ...] = (), q: Axis = Q) -> Problem:
    """ŷ = softmax(z) and the cross-entropy with a label, which may be computed."""
    tensors = [Tensor("z", (q,), "parameter"), Tensor("y", (q,), "label"), Tensor("eps", (), "data"), Tensor("ys", (q,)),
               Tensor("yhat", (q,)), Tensor("L", (), "loss")]
    used = {e.name for e in equations} | {"z", "y", "eps", "yhat", "L"}
    program = Program({t.name: t for t in tensors if t.name in used}, (
        Equation(Entry("yhat", (K,)), Component("softmax", M, Entry("z", (M,)), K)), *equations,
        Equation(Entry("L"), negative(Sum(K, mul(label, Apply("ln", (Entry("yhat", (K,)),))))))), facts)
    data = {"z": tuple(map(Fraction, (1, 2, -1))), "y": tuple(map(Fraction, (0, 1, 0))), "eps": Fraction(3, 10)}
    return Problem(program, "L", data)


LABEL = Entry("y", (K,))
ONE_HOT = Fact("y", Q, ONE, "one-hot")
SMOOTHED = Equation(Entry("ys", (K,)), add(mul(ONE - Entry("eps"), LABEL), mul(Entry("eps"), ONE / 3)))


def result(derivation: Derivation) -> Expr:
    return derivation.results["dL/dz"].right


def test_a_one_hot_label():
    derivation = derive(output_layer(LABEL, (ONE_HOT,)))
    assert result(derivation) == add(negative(LABEL), Entry("yhat", (K,)))
    (step,) = (s for s in derivation.steps if s.rule == "fact")
    assert step.facts == (ONE_HOT,) and step_faults(derivation) == []


def test_without_the_fact_the_sum_stays():
    """(Σ_i y_i) ŷ_k - y_k."""
    derivation = derive(output_layer(LABEL))
    assert result(derivation) == add(negative(LABEL), mul(Entry("yhat", (K,)), Sum(M, Entry("y", (M,)))))
    assert not [s for s in derivation.steps if s.facts or s.rule in ("fact", "total")] and step_faults(derivation) == []


def test_a_smoothed_label_is_proved():
    derivation = derive(output_layer(Entry("ys", (K,)), (ONE_HOT,), (SMOOTHED,)))
    assert result(derivation) == add(negative(Entry("ys", (K,))), Entry("yhat", (K,)))
    (proof,) = (s for s in derivation.steps if s.rule == "total")
    (use,) = (s for s in derivation.steps if s.rule == "fact")
    assert proof.facts == (ONE_HOT,) and proof.after == ONE and proof.id in use.uses and {f.tensor for f in use.facts} == {"y", "ys"}
    assert step_faults(derivation) == []


def test_a_smoothed_label_without_ground_is_not():
    derivation = derive(output_layer(Entry("ys", (K,)), (), (SMOOTHED,)))
    assert result(derivation) == add(negative(Entry("ys", (K,))), mul(Entry("yhat", (K,)), Sum(M, Entry("ys", (M,)))))
    assert not [s for s in derivation.steps if s.rule in ("fact", "total")]


def test_symbolic_sizes():
    """(1-ε)·1 + q·ε/q = 1 for every q."""
    q = Axis("q", "q", "k")
    k, m = Index(q), Index(q, 1)
    smoothed = Equation(Entry("ys", (k,)), add(mul(ONE - Entry("eps"), Entry("y", (k,))), mul(Entry("eps"), ONE / Entry("q"))))
    problem = output_layer(Entry("ys", (k,)), (Fact("y", q, ONE, "one-hot"),), (smoothed,), q)
    softmax = Equation(Entry("yhat", (k,)), Component("softmax", m, Entry("z", (m,)), k))
    loss = Equation(Entry("L"), negative(Sum(k, mul(Entry("ys", (k,)), Apply("ln", (Entry("yhat", (k,)),))))))
    tensors = {**problem.program.tensors, "q": Tensor("q", (), "size")}
    program = replace(problem.program, tensors=tensors, equations=(softmax, smoothed, loss))
    assert result(derive(replace(problem, program=program))) == add(negative(Entry("ys", (k,))), Entry("yhat", (k,)))


def test_another_total_is_used_as_it_is():
    derivation = derive(output_layer(LABEL, (Fact("y", Q, Entry("eps"), "by declaration"),)))
    assert result(derivation) == add(negative(LABEL), mul(Entry("yhat", (K,)), Entry("eps")))


@pytest.mark.parametrize("facts", [(), (ONE_HOT,)])
def test_with_and_without_the_values_agree(facts):
    derivation = derive(output_layer(LABEL, facts))
    ready = judge(derivation.problem)
    exact = ready.arrays["yhat"] - ready.arrays["y"]
    assert close(ready.array(result(derivation), (K,)), exact, 1e-12)


def test_the_judge_notices_a_fact_that_is_false():
    derivation = derive(output_layer(LABEL, (Fact("y", Q, ONE + 1, "a lie"),)))
    assert any("(fact)" in fault for fault in step_faults(derivation))
