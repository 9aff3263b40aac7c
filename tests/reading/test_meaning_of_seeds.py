"""The five real sheets: program, shapes, facts, data, what is asked. They are beside the project, not in it."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from meant import numbers, shape, wanted
from shared_inputs import needs_shared, seeds

from longhand.core.problem import Problem
from longhand.printing.plain import expression
from longhand.reading.sheet import Sheet, read

pytestmark = needs_shared


def sheet(number: int) -> Sheet:
    return read(seeds()[number])


def equations(problem: Problem) -> dict[str, str]:
    """Each equation with its index letters numbered from the left, so that no letter is the test's business."""
    out = {}
    for equation in problem.program.equations:
        text = f"{expression(equation.left)} = {expression(equation.right)}"
        letters = {axis.letter for t in problem.program.tensors.values() for axis in t.axes}
        order: dict[str, str] = {}

        def number(match: re.Match[str], order: dict[str, str] = order, letters: set[str] = letters) -> str:
            return order.setdefault(match[0], f"i{len(order) + 1}") if match[0].rstrip("'") in letters else match[0]

        out[equation.name] = re.sub(r"(?<![\w\"^])[a-z]'*(?![\w(\"^])", number, text).replace('"', "")
    return out


@pytest.mark.parametrize("number", range(5))
def test_everything_is_understood(number):
    assert [(r.line, r.text) for r in sheet(number).not_understood] == []


NETWORK = {
    "h": "h[i1] = sum(i2, W_1[i2, i1]*x[i2]) + b_1[i1]",
    "a": "a[i1] = relu(h[i1])",
    "z": "z[i1] = sum(i2, W_2[i2, i1]*a[i2]) + b_2[i1]",
    "yhat": "yhat[i1] = softmax(i2, z[i2])[i1]",
}
GRADIENTS = [("gradient", "Loss", (name,)) for name in ("W_1", "W_2", "b_1", "b_2")]


def test_seed_000():
    [problem] = sheet(0).problems
    assert equations(problem) == {**NETWORK, "Loss": "Loss = -sum(i1, y[i1]*ln(yhat[i1]))"}
    assert [shape(problem, n) for n in ("x", "W_1", "b_1", "W_2", "b_2", "y")] == [("d",), ("d", "n"), ("n",), ("n", "q"), ("q",), ("q",)]
    assert [(f.tensor, f.assumed) for f in problem.program.facts] == [("y", True)]
    assert wanted(problem) == [*GRADIENTS, ("schematic", "", ())]
    assert (problem.loss, problem.notation.layout, problem.data) == ("Loss", "column", {})


def test_seed_001():
    [problem] = sheet(1).problems
    assert equations(problem) == {
        **NETWORK,
        "y^s": "y^s[i1] = (1 - epsilon)*y[i1] + epsilon/q",
        "Loss": "Loss = -sum(i1, y^s[i1]*ln(yhat[i1]))",
    }
    assert (problem.data["epsilon"], problem.data["eta"]) == (Fraction(3, 10), Fraction(1, 10))
    assert problem.sizes == {"d": 2, "n": 3, "q": 3}
    assert wanted(problem) == [*GRADIENTS, ("schematic", "", ()), ("update", "", ("W_1", "W_2", "b_1", "b_2")), ("loss", "Loss", ())]
    assert (problem.descent.method, problem.descent.steps) == ("gradient descent", 1)
    h, z, loss, delta, of_b = numbers(problem, "h", "z", "Loss", "dLoss/dz", "dLoss/db_1")
    assert (h, z) == ([-13, 2, -5], [0, -3, 1])
    assert loss == pytest.approx(1.52656264127)
    assert delta == pytest.approx([-0.53461207122776, -0.086787113046211, 0.62139918427397])
    assert of_b == pytest.approx([0, 0.17357422609242, 0])


def test_seed_002():
    [problem] = sheet(2).problems
    assert equations(problem) == {
        "u": "u[i1] = sum(i2, v[i1, i2]*x[i2])",
        "h": "h[i1] = elu(u[i1], 1)",
        "z": "z[i1] = sum(i2, w[i1, i2]*h[i2])",
        "o": "o[i1] = softmax(i2, z[i2])[i1]",
        "L": "L = -sum(i1, o^*[i1]*ln(o[i1]))",
    }
    asked = [(w.kind, w.of or "", w.wrt, w.entry) for w in problem.wanted]
    assert [a for a in asked if a[0] == "gradient"] == [("gradient", "L", (n,), entry) for entry in (True, False) for n in ("w", "v")]
    assert {a[1] for a in asked if a[0] == "value"} == {"u", "h", "z", "o", "L"}
    assert problem.descent.parameters == ("v", "w") and problem.data["eta"] == Fraction(1, 10)
    u, h, loss = numbers(problem, "u", "h", "L")
    assert u[1:3] == pytest.approx([-1.5, 4.7])
    assert h == pytest.approx([2, -0.7768698398516, 4.7, 0.2])
    assert loss == pytest.approx(0.3095481859814)
    assert any("argument" in r.text for r in sheet(2).repairs)


def test_seed_003():
    entropy, network, batch = sheet(3).problems
    assert [wanted(p)[0] for p in (entropy, network)] == [("gradient", "L", ("theta",)), ("gradient", "J", ("x",))]
    assert {w[2] for w in wanted(batch)} == {("W_1",), ("b_1",), ("W_2",), ("b_2",)}
    assert equations(entropy)["L"] == "L = -sum(i1, y[i1]*ln(yhat[i1]))"
    assert equations(network)["h"].endswith("= sigmoid(z_1[i1])")
    assert network.notation.layout == "row"
    assert [(f.tensor, f.assumed) for f in network.program.facts] == [("y", False)]
    assert shape(batch, "x") == ("M", "D_x") and shape(network, "x") == ("D_x",)
    assert equations(batch)["J"].startswith("J = sum(i1, -sum(i2, ")


def test_seed_004():
    jacobian, worked = sheet(4).problems
    assert [(w.kind, w.of, w.wrt, w.entry) for w in jacobian.wanted][:2] == [
        ("jacobian", "Yhat", ("W^1",), False),
        ("jacobian", "Yhat", ("W^1",), True),
    ]
    assert [shape(jacobian, n) for n in ("X", "W^1", "W_0^1", "Yhat")] == [("N",), ("N", "N_1"), ("N_1",), ("K",)]
    assert equations(jacobian)["H"] == "H[i1] = relu(Z^1[i1])"
    assert equations(worked)["H"] == "H[i1] = sigmoid(Z^1[i1])"
    assert worked.descent.parameters == ("W^1", "W_0^1", "W^2", "W_0^2") and worked.data["eta"] == Fraction(1, 2)
    h, out, loss, of_h = numbers(worked, "H", "Yhat", "L", "dL/dW_0^1")
    assert h == pytest.approx([0.9820137900379, 0.5])
    assert out == pytest.approx([0.6266767544072, 0.3733232455928])
    assert loss == pytest.approx(0.9853106244597)
    assert of_h == pytest.approx([-0.0110688074038, 0.1566691886018])
