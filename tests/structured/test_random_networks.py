"""Random networks and the real sheets: whatever the derivation gives has the right numbers in factors, or is refused in words."""
from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from dense_truth import agrees, exact, given, true_hessian, true_jacobian

import longhand as lh
from longhand.core.problem import Problem

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import small_networks  # noqa: E402

from reading.shared_inputs import needs_shared, seeds  # noqa: E402

NETWORKS = 24


def parameters(problem: Problem) -> list[str]:
    return [t.name for t in problem.program.given() if t.role == "parameter" and t.rank]


@pytest.mark.parametrize("seed", range(NETWORKS))
def test_hessians_of_random_networks(seed):
    problem = small_networks.network(seed).problem()
    names = parameters(problem)
    first, second = names[0], names[-1]
    for a, b in {(first, first), (first, second), (second, second)}:
        f = lh.hessian(problem, a, b)
        agrees(f(*given(f, problem.data)), true_hessian(problem, problem.data, a, b))


@pytest.mark.parametrize("seed", range(NETWORKS))
def test_jacobians_of_random_networks(seed):
    problem = small_networks.network(seed).problem()
    of = next(e.name for e in reversed(problem.program.equations) if e.left.at)
    for wrt in (parameters(problem)[0], "x"):
        f = lh.jacobian(problem, of, wrt)
        agrees(f(*given(f, problem.data)), true_jacobian(problem, problem.data, of, wrt))


@pytest.mark.parametrize("make", [small_networks.convolution, small_networks.recurrence, small_networks.embedding])
def test_offsets_rounds_and_gathers(make):
    problem = make(3).problem()
    name = parameters(problem)[0]
    f = lh.hessian(problem, name)
    agrees(f(*given(f, problem.data)), true_hessian(problem, problem.data, name, name))


@needs_shared
def test_hessians_of_the_sheets():
    from longhand.solution import read
    met = 0
    for text in seeds():
        for problem in read(text).problems:
            names = parameters(problem) if problem.loss else []
            rng = np.random.default_rng(0)
            sizes = {s: 2 + n for n, s in enumerate(sorted(problem.program.sizes()))} | dict(problem.sizes)
            for name in names[:2]:
                f = lh.hessian(problem, name)
                made = {t.name: exact(rng.uniform(0.1, 0.9, [a.size if isinstance(a.size, int) else sizes[a.size] for a in t.axes]))
                        for t in problem.program.given() if t.role != "size"}
                data = {**made, **problem.data}
                sized = Problem(problem.program, problem.loss, data, sizes)
                agrees(f(*given(f, data)), true_hessian(sized, data, name, name))
                met += 1
    assert met >= 3
