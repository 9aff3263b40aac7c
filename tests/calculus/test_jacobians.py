"""Jacobians of any quantity by any other, and Hessians: against difference quotients, and against symmetry."""
from __future__ import annotations

import numpy as np
import pytest
from numeric_judge import Judge, differences, judge
from small_networks import network
from step_checker import close

from longhand.calculus import backprop
from longhand.calculus.derivation import gradient_name
from longhand.calculus.jacobian import derive
from longhand.core.expr import Number, mul
from longhand.core.problem import Problem, Wanted
from longhand.core.walk import tensors

SMOOTH = ("tanh", "sigmoid", "softplus", "silu", "mish", "gelu", "gelu_tanh")


def above(problem: Problem, name: str) -> list[str]:
    """What a quantity depends on."""
    found: set[str] = {name}
    for equation in reversed(problem.program.equations):
        if equation.name in found:
            found |= tensors(equation.right)
    return sorted(t for t in found - {name} if t in problem.program.tensors)


def wrong_jacobians(seed: int, most: int = 30, **options) -> list[str]:
    net = network(seed, **options)
    pairs = [(of, wrt) for of in net.problem().program.tensors for wrt in above(net.problem(), of) if of != "L"]
    pairs = net.rng.sample(pairs, min(most, len(pairs)))
    problem = net.problem(wanted=tuple(Wanted("jacobian", of, (wrt,)) for of, wrt in pairs))
    derivation = derive(problem)
    ready = judge(problem)
    ready.run(derivation.backward)
    wrong = []
    for of, wrt in pairs:
        equation = derivation.results[gradient_name(of, wrt)]
        if not close(ready.array(equation.right, equation.left.at), differences(problem, ready, of, wrt), 2e-6):
            wrong.append(gradient_name(of, wrt))
    return wrong


@pytest.mark.parametrize("seed", range(20))
def test_any_quantity_by_any_other(seed):
    assert wrong_jacobians(seed) == []


def hessian_faults(seed: int, **options) -> list[str]:
    """Second derivatives by every pair of parameters: symmetric, and the difference quotients of the derived gradients."""
    net = network(seed, batch=False, **options)
    names = tuple(name for name, tensor in net.tensors.items() if tensor.role == "parameter")[:4]
    problem = net.problem(wanted=(Wanted("hessian", "L", names),))
    derivation = derive(problem)
    ready = judge(problem)
    ready.run(derivation.backward)
    found: dict[tuple[str, str], np.ndarray] = {}
    for a in names:
        for b in names:
            equation = derivation.results[gradient_name(gradient_name("L", a), b)]
            found[a, b] = ready.array(equation.right, equation.left.at)
    faults = []
    for a in names:
        for b in names:
            first, second = ready.arrays[a].size, ready.arrays[b].size
            here = found[a, b].reshape(first, second)
            if not close(here, found[b, a].reshape(second, first).T, 1e-5):
                faults.append(f"{a} {b} is not symmetric")
            if not close(here, _slopes(problem, derivation.backward, ready, a, b).reshape(first, second), 1e-5):
                faults.append(f"{a} {b} is not the slope of the gradient")
    return faults


def _slopes(problem: Problem, backward, ready: Judge, a: str, b: str, step: float = 1e-5) -> np.ndarray:
    out = np.zeros((*ready.arrays[a].shape, *ready.arrays[b].shape))
    for at in np.ndindex(ready.arrays[b].shape):
        values = []
        for sign in (1, -1):
            moved = ready.arrays[b].copy()
            moved[at] += sign * step
            there = Judge({t.name: ready.arrays[t.name] for t in problem.program.given()} | {b: moved}, ready.sizes)
            there.run(backward, lambda e: not e.name.startswith("dd"))
            values.append(there.arrays[gradient_name("L", a)])
        out[(..., *at)] = (values[0] - values[1]) / (2 * step)
    return out


@pytest.mark.parametrize("seed", range(14))
def test_hessians(seed):
    loss = ("cross_entropy", "half_squared_error", "binary_cross_entropy", "kl_divergence")[seed % 4]
    assert hessian_faults(seed, loss=loss, activation=SMOOTH[seed % len(SMOOTH)]) == []


def test_the_judges_notice(monkeypatch):
    right = backprop.derivative
    monkeypatch.setattr(backprop, "derivative", lambda e, x, name=None: mul(Number(2), right(e, x, name)))
    assert wrong_jacobians(0)
    assert hessian_faults(1, loss="half_squared_error", activation="tanh")
