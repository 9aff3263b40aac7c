"""Every step of every derivation is an equality of numbers, builds on steps before it, and ends in the result."""
from __future__ import annotations

from dataclasses import replace

import pytest
from numeric_judge import FUNCTIONS
from small_networks import LOSSES, NAMES, convolution, embedding, network, recurrence
from step_checker import step_faults

from longhand.calculus import backprop, differentiate, simplify
from longhand.calculus.facts import Sums
from longhand.calculus.jacobian import derive
from longhand.core.expr import Number, mul
from longhand.core.problem import Wanted
from longhand.functions.losses import LOSSES as LOSS_ROWS


@pytest.mark.parametrize("seed", range(100))
def test_networks(seed):
    net = network(seed)
    assert step_faults(derive(net.problem())) == [], net.notes


@pytest.mark.parametrize("activation", NAMES)
def test_activations(activation):
    net = network(1000 + NAMES.index(activation), activation=activation)
    assert step_faults(derive(net.problem())) == [], net.notes


@pytest.mark.parametrize("loss", LOSSES)
def test_losses(loss):
    for seed in (2000, 2001, 2002):
        net = network(seed, loss=loss)
        assert step_faults(derive(net.problem())) == [], net.notes


SPECIAL = {
    "convolution": lambda: convolution(1),
    "convolution with a stride": lambda: convolution(2, stride=2),
    "convolution with padding": lambda: convolution(3, same=True),
    "recurrence": lambda: recurrence(1),
    "recurrence, a loss at every step": lambda: recurrence(2, "sigmoid", every_step=True),
    "embedding": lambda: embedding(1),
}


@pytest.mark.parametrize("name", SPECIAL)
def test_offsets_recurrences_and_gathers(name):
    assert step_faults(derive(SPECIAL[name]().problem())) == []


@pytest.mark.parametrize("seed", range(12))
def test_jacobians_and_hessians(seed):
    net = network(seed, loss=("cross_entropy", "half_squared_error", "binary_cross_entropy")[seed % 3], activation="tanh", batch=False)
    last = max((name for name in net.tensors if name.startswith("z")), key=lambda name: int(name[1:]))
    first = next(name for name in net.tensors if name.startswith("W"))
    wanted = (Wanted("jacobian", last, (first, "x")), Wanted("hessian", "L", (first,)))
    assert step_faults(derive(net.problem(wanted=wanted))) == [], net.notes


def test_the_judge_knows_every_function_of_the_tables():
    assert set(NAMES) <= set(FUNCTIONS)
    assert set(LOSSES) == {row.name for row in LOSS_ROWS}


# ---- the checker notices -------------------------------------------------------------------------------------------

def faults_when(monkeypatch, module, name, broken, seeds=range(8), **options) -> list[str]:
    monkeypatch.setattr(module, name, broken)
    return [fault for seed in seeds for fault in step_faults(derive(network(seed, **options).problem()))]


def test_it_notices_a_wrong_derivative_of_a_function(monkeypatch):
    right = differentiate.outer_derivative

    def doubled(e, name=None):
        return mul(Number(2), right(e, name))

    found = faults_when(monkeypatch, differentiate, "outer_derivative", doubled, activation="sigmoid")
    assert any("function:sigmoid" in fault for fault in found)


def test_it_notices_a_product_rule_without_its_second_term(monkeypatch):
    right = differentiate.add
    assert faults_when(monkeypatch, differentiate, "add", lambda *parts: right(*parts[:1]), loss="binary_cross_entropy")


def test_it_notices_a_delta_sifted_wrongly(monkeypatch):
    right = backprop.sifted
    assert any("(sift)" in fault for fault in faults_when(monkeypatch, backprop, "sifted", lambda e: mul(Number(2), right(e))))


def test_it_notices_a_fact_used_wrongly(monkeypatch):
    found = faults_when(monkeypatch, Sums, "total", lambda self, tensor, where: Number(2), loss="cross_entropy")
    assert any("(fact)" in fault for fault in found)


def test_it_notices_like_terms_collected_wrongly(monkeypatch):
    assert faults_when(monkeypatch, simplify, "shorter", lambda e: mul(Number(2), e))


def test_it_notices_a_step_that_builds_on_nothing():
    derivation = derive(network(0).problem())
    late = replace(derivation.steps[-1], uses=(99999,))
    assert any("no step before it" in fault for fault in step_faults(replace(derivation, steps=(*derivation.steps[:-1], late))))


def test_it_notices_a_result_that_is_not_the_last_step():
    derivation = derive(network(0).problem())
    name = next(name for name in derivation.results if name.startswith("dL/dW"))
    wrong = replace(derivation.results[name], right=mul(Number(2), derivation.results[name].right))
    assert any("is not its result" in fault for fault in step_faults(replace(derivation, results={**derivation.results, name: wrong})))
