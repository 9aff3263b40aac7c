"""Updates over several steps, against the methods written down once more in plain Python; and batches against their examples."""
from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import sqrt

import numpy as np
import pytest
from numeric_judge import judge
from small_networks import network
from step_checker import close

from longhand.calculus.batch import batched
from longhand.calculus.derivation import gradient_name
from longhand.calculus.descent import METHODS, at_step, unrolled
from longhand.calculus.jacobian import derive
from longhand.core.axis import Axis
from longhand.core.equation import Equation, Program, Tensor
from longhand.core.expr import Entry, Number, mul, power
from longhand.core.problem import Descent, Problem
from longhand.numbers.arithmetic import Floats
from longhand.numbers.interpret import Values

Gradient = Callable[[float], float]


def gradient_descent(p: float, g: Gradient, steps: int) -> list[float]:
    out = []
    for _ in range(steps):
        p -= 0.1 * g(p)
        out.append(p)
    return out


def momentum(p: float, g: Gradient, steps: int, ahead: bool = False) -> list[float]:
    v, out = 0.0, []
    for _ in range(steps):
        v = 0.9 * v + 0.1 * g(p - 0.9 * v if ahead else p)
        p -= v
        out.append(p)
    return out


def adam(p: float, g: Gradient, steps: int) -> list[float]:
    m = v = 0.0
    out = []
    for t in range(1, steps + 1):
        slope = g(p)
        m = 0.9 * m + 0.1 * slope
        v = 0.999 * v + 0.001 * slope ** 2
        p -= 0.1 * (m / (1 - 0.9 ** t)) / (sqrt(v / (1 - 0.999 ** t)) + 1e-8)
        out.append(p)
    return out


PLAIN = {"gradient descent": gradient_descent, "gradient descent by change": gradient_descent, "momentum": momentum,
         "nesterov": lambda p, g, n: momentum(p, g, n, True), "adam": adam}


def values_of(problem: Problem, descent: Descent) -> Values:
    derivation = derive(problem)
    program = unrolled(derivation.backward, problem.loss, descent)
    assert not list(program.faults())
    return Values(program, problem.data, problem.sizes, Floats())


def quartic(method: str, steps: int) -> list[float]:
    """L = w⁴/4 + 2w² from w = 1.5, whose gradient is w³ + 4w."""
    w = Entry("w")
    loss = mul(Number(Fraction(1, 4)), power(w, 4)) + mul(Number(2), power(w, 2))
    program = Program({"w": Tensor("w", (), "parameter"), "eta": Tensor("eta", (), "data"), "L": Tensor("L", (), "loss")},
                      (Equation(Entry("L"), loss),))
    problem = Problem(program, "L", {"w": Fraction(3, 2), "eta": Fraction(1, 10)})
    values = values_of(problem, Descent(method, ("w",), {"learning rate": "eta"}, steps))
    return [values.tensor(at_step("w", step)) for step in range(1, steps + 1)]


def test_every_method_is_written_down_here_too():
    assert {row.name for row in METHODS.values()} == set(PLAIN)


@pytest.mark.parametrize("method", PLAIN)
def test_five_steps(method):
    assert quartic(method, 5) == pytest.approx(PLAIN[method](1.5, lambda w: w ** 3 + 4 * w, 5), rel=1e-12)


def test_momentum_is_not_nesterov():
    assert quartic("momentum", 3)[1:] != pytest.approx(PLAIN["nesterov"](1.5, lambda w: w ** 3 + 4 * w, 3)[1:], rel=1e-3)


@pytest.mark.parametrize("method", ["gradient descent", "momentum", "nesterov"])
@pytest.mark.parametrize("seed", [1, 3, 5])
def test_networks_step_by_step(method, seed):
    """All parameters at once: each step from the gradients that a fresh derivation gives where the last one led."""
    net = network(seed, loss="half_squared_error", activation="tanh")
    names = tuple(name for name, tensor in net.tensors.items() if tensor.role == "parameter")
    net.given("eta", (), "data", lambda: Fraction(1, 20))
    problem = net.problem()
    values = values_of(problem, Descent(method, names, {"learning rate": "eta"}, 3))
    derivation = derive(problem)
    now = judge(problem)
    velocity = {name: np.zeros_like(now.arrays[name]) for name in names}
    for step in range(1, 4):
        base = {t.name: now.arrays[t.name] for t in problem.program.given()}
        ahead = {n: base[n] - 0.9 * velocity[n] for n in names} if method == "nesterov" else {}
        there = type(now)({**base, **ahead}, now.sizes)
        there.run(derivation.backward)
        for n in names:
            velocity[n] = (0.0 if method == "gradient descent" else 0.9) * velocity[n] + 0.05 * there.arrays[gradient_name("L", n)]
            base[n] = base[n] - velocity[n]
            assert close(np.array(values.tensor(at_step(n, step)), float), base[n], 1e-9), (n, step, net.notes)
        now = type(now)(base, now.sizes)
    now.run(problem.program)
    assert values.tensor(at_step("L", 3)) == pytest.approx(float(now.arrays["L"]), rel=1e-9)


def test_a_constant_that_nobody_gives():
    square = Equation(Entry("L"), power(Entry("w"), 2))
    problem = Problem(Program({"w": Tensor("w", (), "parameter"), "L": Tensor("L", (), "loss")}, (square,)), "L", {"w": Fraction(1)})
    with pytest.raises(ValueError, match="learning rate"):
        values_of(problem, Descent("gradient descent", ("w",)))


# ---- batches -------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("mean", [False, True])
@pytest.mark.parametrize("seed", range(10))
def test_the_gradient_of_a_batch_is_the_sum_or_mean_of_its_examples(seed, mean):
    net = network(seed, batch=False)
    loss = "E" if "E" in net.tensors else "L"
    one = net.problem(loss)
    rows = Axis("batch", 2, "r")
    labels, inputs = net.data["y"], net.data["x"]
    data = {**net.data, "x": (inputs, tuple(v + Fraction(1, 9) for v in inputs)), "y": (labels, labels[1:] + labels[:1])}
    many = Problem(batched(one.program, loss, rows, ("x", "y"), mean), loss, data)
    assert not list(many.program.faults())
    both = judge(many)
    derivation = derive(many)
    both.run(derivation.backward)
    parts = []
    for k in range(2):
        single = Problem(one.program, loss, {**net.data, "x": data["x"][k], "y": data["y"][k]})
        ready = judge(single)
        ready.run(derive(single).backward)
        parts.append(ready.arrays)
    for name in (n for n, t in net.tensors.items() if t.role == "parameter" and gradient_name(loss, n) in derivation.results):
        total = parts[0][gradient_name(loss, name)] + parts[1][gradient_name(loss, name)]
        assert close(both.arrays[gradient_name(loss, name)], total / 2 if mean else total, 1e-9), (name, net.notes)


def test_what_is_made_of_the_loss_has_no_batch_axis():
    net = next(n for n in map(network, range(50)) if "mean over a batch" in n.notes and "L2" in n.notes)
    assert net.program()["L"].axes == net.program()["E"].axes == ()


def test_the_loss_after_a_step_of_a_recurrence_uses_the_new_states():
    """h reads a and is defined above it, so what depends on the weight is found only on a second look."""
    from longhand.solution import read

    sheet = read(r"$h_t=\tanh(a_t)$, $a_t=w x_t+u h_{t-1}$, $L=\frac12\sum_{t=1}^2(h_t-y_t)^2$; $x=(1,2)$, $y=(0.5,1)$, $w=0.5$, $u=0.1$, $h_0=0$. "
                 r"Find the gradients with respect to $w$ and $u$ and the weights and the loss after one step of gradient descent with learning rate $0.1$.")
    problem = sheet.problems[0]
    program = unrolled(derive(problem).backward, problem.loss, problem.descent)
    values = Values(program, problem.data, problem.sizes, Floats())
    w, u = values.entry(at_step("w", 1)), values.entry(at_step("u", 1))
    first = np.tanh(w)
    second = np.tanh(2 * w + u * first)
    assert float(values.entry(at_step(problem.loss, 1))) == pytest.approx(0.5 * ((first - 0.5) ** 2 + (second - 1) ** 2))
