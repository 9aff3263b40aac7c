"""Data that scikit-learn brings along: what is reached on examples never trained on, and scikit-learn's gradients as an outside judge."""
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import longhand
from longhand.solution import read
from longhand.training.options import Options
from longhand.training.stepper import Stepper
from longhand.training.task import task

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
datasets = pytest.importorskip("sklearn.datasets")


def digits():
    """Pixels from 0 to 1, and the digit."""
    found = datasets.load_digits()
    order = np.random.default_rng(0).permutation(len(found.data))
    return found.data[order] / 16, found.target[order]


@pytest.mark.parametrize("target", ["numpy", None])
def test_digits(target):
    x, y = digits()
    sheet = (EXAMPLES / "digits.md").read_text(encoding="utf-8")
    fitted = longhand.fit(sheet, {"x": x[360:], "y": y[360:]}, epochs=25, method="adam", constants={"learning rate": "0.005"}, sizes={"n": 64}, target=target)
    assert accuracy(fitted, x[:360], y[:360]) >= 0.95


def test_breast_cancer():
    found = datasets.load_breast_cancer()
    rows = np.random.default_rng(0).permutation(np.column_stack([found.data, found.target == 0]))
    x, y = rows[:, :-1], rows[:, -1]
    sheet = (EXAMPLES / "breast-cancer.md").read_text(encoding="utf-8")
    fitted = longhand.fit(sheet, {"x": x[114:], "y": y[114:]}, epochs=40, scale="standard", target="numpy")
    w, b = fitted.parameters["w"], fitted.parameters["b"]
    scaled = (x[:114] - fitted.means["x"]) / fitted.spreads["x"]
    assert ((scaled @ w + b > 0) == y[:114]).mean() >= 0.95


def accuracy(fitted, x, y):
    """The share of the examples that the network, written out by hand, sorts rightly."""
    W1, b1, W2, b2 = (fitted.parameters[name] for name in ("W_1", "b_1", "W_2", "b_2"))
    return ((np.maximum(x @ W1 + b1, 0) @ W2 + b2).argmax(axis=1) == y).mean()


@pytest.mark.parametrize("target", ["numpy", "c"])
def test_scikit_learn_finds_the_same_gradients(target):
    """MLPClassifier._backprop on the same parameters and digits."""
    if target == "c":
        from training_sheets import compiler_or_skip
        compiler_or_skip()
    neural = pytest.importorskip("sklearn.neural_network")
    x, y = digits()
    x, hot = x[:64], np.eye(10)[y[:64]]
    network = neural.MLPClassifier((20,), solver="sgd", alpha=0, random_state=0).partial_fit(x, y[:64], classes=range(10))
    weights, biases = [np.array(w) for w in network.coefs_], [np.array(b) for b in network.intercepts_]
    wanted = task(read((EXAMPLES / "digits.md").read_text(encoding="utf-8")).problems[0])
    parameters = {"W_1": weights[0], "b_1": biases[0], "W_2": weights[1], "b_2": biases[1]}
    stepper = Stepper(wanted, parameters, {"d": 64, "n": 20}, Options(dtype="float64", target=target), 64)
    loss = stepper.engine.gradients({"x": x, "y": hot}, np.arange(64))
    layers, deltas = [x, np.empty((64, 20)), np.empty((64, 10))], [np.empty((64, 20)), np.empty((64, 10))]
    by_weight, by_bias = [np.empty_like(w) for w in weights], [np.empty_like(b) for b in biases]
    found = network._backprop(x, hot, None, layers, deltas, by_weight, by_bias)     # the second None: no weights of the examples
    assert np.isclose(loss, found[0], rtol=1e-10)
    for name, theirs in (("W_1", by_weight[0]), ("b_1", by_bias[0]), ("W_2", by_weight[1]), ("b_2", by_bias[1])):
        assert np.allclose(stepper.gradients[name], theirs, rtol=1e-9, atol=1e-12), name
