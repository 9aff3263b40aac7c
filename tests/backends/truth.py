"""What every target is held against: the slow interpreter, in double precision."""
from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from random import Random

import numpy as np

from longhand.calculus.derivation import gradient_name
from longhand.calculus.jacobian import derive
from longhand.core.axis import Axis, Index
from longhand.core.expr import Apply, Entry, Offset, Sum
from longhand.core.problem import Problem
from longhand.numbers.arithmetic import FLOATS
from longhand.numbers.interpret import Values

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "calculus"))

import small_networks  # noqa: E402

NETWORKS = 30


def gated() -> small_networks.Net:
    """A recurrence of two equations, h[t] = tanh(a[t]) written above a[t] = u x[t] + v h[t-1], as a sheet may have them."""
    net = small_networks.Net(Random(7))
    time = Axis("T", 4, "t")
    t = Index(time)
    for name, axes, role in (("x", (time,), "input"), ("u", (), "parameter"), ("v", (), "parameter"), ("y", (time,), "label")):
        net.given(name, axes, role)
    net.define("h", (t,), Apply("tanh", (Entry("a", (t,)),)))
    net.define("a", (t,), Entry("u") * Entry("x", (t,)) + Entry("v") * Entry("h", (Offset(((t, 1),), -1),)))
    net.define("L", (), Sum(t, (Entry("h", (t,)) - Entry("y", (t,))) ** 2), "loss")
    return net


EXTRA = {
    "gated": gated,
    "convolution": lambda: small_networks.convolution(1), "strided": lambda: small_networks.convolution(2, 2),
    "padded": lambda: small_networks.convolution(3, 1, True), "recurrence": lambda: small_networks.recurrence(4),
    "every step": lambda: small_networks.recurrence(5, "sigmoid", True), "embedding": lambda: small_networks.embedding(6),
}


CASES = [*map(str, range(NETWORKS)), *EXTRA]


@cache
def problem_of(case: str) -> Problem:
    """A random network by its seed, or one of the programs with offsets, rounds and gathers."""
    return (EXTRA[case]() if case in EXTRA else small_networks.network(int(case))).problem()


def data(problem: Problem) -> dict[str, np.ndarray]:
    """The problem's numbers as arrays, by tensor."""
    return {name: np.array(_floats(value)) for name, value in problem.data.items()}


def truth(problem: Problem, wrt: Iterable[str]) -> tuple[float, dict[str, np.ndarray]]:
    """The loss and its gradients by the interpreter."""
    values = Values(derive(problem).backward, problem.data, problem.sizes, FLOATS)
    return values.tensor(problem.loss), {name: np.array(values.tensor(gradient_name(problem.loss, name))) for name in wrt}


def _floats(value: object) -> object:
    return [_floats(v) for v in value] if isinstance(value, tuple) else float(value)
