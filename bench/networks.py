"""The networks that are measured, built from the core's nodes so that no reader takes part."""
from __future__ import annotations

from fractions import Fraction

from longhand.core.axis import Axis, Index
from longhand.core.equation import Equation, Fact, Program, Tensor
from longhand.core.expr import ONE, Apply, Component, Entry, Expr, Sum
from longhand.core.problem import Problem


def entry(name: str, *at: Index) -> Entry:
    return Entry(name, at)


def program(tensors: list[Tensor], equations: list[Equation], facts: tuple[Fact, ...] = ()) -> Program:
    built = Program({t.name: t for t in tensors}, tuple(equations), facts)
    assert not list(built.faults())
    return built


def softmax_network(activation: str = "relu", smoothed: bool = True) -> Problem:
    """Two layers of symbolic sizes, softmax, cross-entropy of the label, smoothed or as it is: the network of most problem sheets."""
    d, n, q = Axis("d", "d", "i"), Axis("n", "n", "j"), Axis("q", "q", "k")
    i, j, k, m = Index(d), Index(n), Index(q), Index(q, 1)
    tensors = [Tensor("x", (d,), "input"), Tensor("y", (q,), "label"), Tensor("W1", (d, n), "parameter"), Tensor("b1", (n,), "parameter"),
               Tensor("W2", (n, q), "parameter"), Tensor("b2", (q,), "parameter"), Tensor("eps", (), "data"), Tensor("q", (), "size"),
               Tensor("h", (n,)), Tensor("a", (n,)), Tensor("z", (q,)), Tensor("yhat", (q,)), Tensor("ys", (q,)), Tensor("L", (), "loss")]
    spread = [Equation(entry("ys", k), (1 - entry("eps")) * entry("y", k) + entry("eps") / entry("q"))] if smoothed else []
    return Problem(program(tensors, [
        Equation(entry("h", j), Sum(i, entry("W1", i, j) * entry("x", i)) + entry("b1", j)),
        Equation(entry("a", j), Apply(activation, (entry("h", j),))),
        Equation(entry("z", k), Sum(j, entry("W2", j, k) * entry("a", j)) + entry("b2", k)),
        Equation(entry("yhat", k), Component("softmax", m, entry("z", m), k)),
        *spread,
        Equation(entry("L"), -Sum(k, entry("ys" if smoothed else "y", k) * Apply("ln", (entry("yhat", k),)))),
    ], (Fact("y", q, ONE, "one-hot"),)), "L")


def deep_network(layers: int, activation: str, skips: bool) -> Problem:
    """So many layers, each of a size of its own (of one size with skip connections), and half the squared error."""
    axes = [Axis("n", "n", "j") if skips else Axis(f"n{k}", f"n{k}", "j") for k in range(layers + 1)]
    tensors, equations = [Tensor("a0", (axes[0],), "input")], []
    for k in range(1, layers + 1):
        j, i = Index(axes[k]), Index(axes[k - 1], int(skips))
        tensors += [Tensor(f"W{k}", (axes[k], axes[k - 1]), "parameter"), Tensor(f"b{k}", (axes[k],), "parameter"),
                    Tensor(f"z{k}", (axes[k],)), Tensor(f"a{k}", (axes[k],))]
        value: Expr = Apply(activation, (entry(f"z{k}", j),))
        equations += [Equation(entry(f"z{k}", j), Sum(i, entry(f"W{k}", j, i) * entry(f"a{k - 1}", i)) + entry(f"b{k}", j)),
                      Equation(entry(f"a{k}", j), entry(f"a{k - 1}", j) + value if skips else value)]
    j = Index(axes[layers])
    tensors += [Tensor("y", (axes[layers],), "label"), Tensor("L", (), "loss")]
    equations.append(Equation(entry("L"), Fraction(1, 2) * Sum(j, (entry(f"a{layers}", j) - entry("y", j)) ** 2)))
    return Problem(program(tensors, equations), "L")


NUMBERS = {
    "x": ["1", "2", "-0.5"], "y": ["1", "0"], "eps": "0", "b1": ["0"] * 4, "b2": ["0"] * 2,
    "W1": [["-1", "0.5", "1.5", "0.2"], ["2", "-1", "2", "0.1"], ["0.1", "1", "-0.4", "0.3"]],
    "W2": [["1", "1"], ["0.3", "-1"], ["0.5", "0.6"], ["0.2", "0.4"]],
}
"""Data of 3 inputs, 4 hidden units and 2 classes."""


def exact(value: object) -> object:
    return tuple(map(exact, value)) if isinstance(value, list) else Fraction(value)
