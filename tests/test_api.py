"""Problems built in Python."""
from __future__ import annotations

import importlib.util
import math
from fractions import Fraction
from pathlib import Path

import pytest

import longhand as lh
from longhand.core.expr import Entry
from longhand.errors import DataError, LonghandError, ShapeError, UnknownName, UsageError
from longhand.numbers.arithmetic import FLOATS
from longhand.numbers.interpret import Values
from longhand.printing import plain as printing
from longhand.reading import plain as reading

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def network() -> lh.Model:
    m = lh.Model("Problem 1")
    x, y = m.input("x", "d"), m.label("y", "q", latex=r"\mathbf{y}")
    W1, b1 = m.parameter("W_1", "d", "n"), m.parameter("b_1", "n")
    W2, b2 = m.parameter("W_2", "n", "q"), m.parameter("b_2", "q")
    h = m.define("h", W1.T @ x + b1)
    a = m.define("a", lh.relu(h))
    z = m.define("z", W2.T @ a + b2)
    yhat = m.define("yhat", lh.softmax(z))
    m.fact(y, because="y is one-hot")
    m.loss("Loss", -lh.sum(y * lh.ln(yhat)))
    return m


SHEET = r"""longhand 1
title "Problem 1"
axis d letter i
axis q letter j
axis n letter k
tensor x : input [d]
tensor y : label [q] as $\mathbf{y}$
tensor W_1 : parameter [d, n]
tensor b_1 : parameter [n]
tensor W_2 : parameter [n, q]
tensor b_2 : parameter [q]
h[k] = sum(i, W_1[i, k]*x[i]) + b_1[k]
a[k] = relu(h[k])
z[j] = sum(k, W_2[k, j]*a[k]) + b_2[j]
yhat[j] = softmax(j', z[j'])[j]
Loss = -sum(j, y[j]*ln(yhat[j]))
fact sum(j, y[j]) = 1 because "y is one-hot"
loss Loss
find gradient Loss wrt W_1, b_1, W_2, b_2
"""


def test_a_network_is_the_same_problem_as_its_plain_text():
    p = network().problem()
    assert p == reading.read(SHEET)
    assert reading.read(printing.render(p)) == p


def values(m: lh.Model, *names: str) -> list:
    p = m.problem()
    found = Values(p.program, p.data, p.sizes, FLOATS)
    return [fixed(found.tensor(name)) for name in names]


def fixed(rows: object) -> object:
    return tuple(map(fixed, rows)) if isinstance(rows, list) else rows


def example(name: str) -> lh.Model:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.m


def test_the_batch():
    m = example("batch")
    Z, J = values(m, "Z", "J")
    assert tuple(Z[0] + Z[1]) == pytest.approx((1.1, -1.1, -0.15, -0.1))
    rows = ((1.1, -1.1, 0), (-0.15, -0.1, 1))
    assert pytest.approx(J) == -sum(math.log(math.exp(r[r[2]]) / (math.exp(r[0]) + math.exp(r[1]))) for r in rows) / 2


def test_the_convolution():
    x, w = (1, 0, -1, 2, 0.5), (0.5, -1, 0.25)
    [c] = values(example("convolution"), "c")
    assert c == pytest.approx(tuple(sum(w[k] * x[s + k] for k in range(3)) for s in range(3)))


def test_the_recurrence():
    x, U, R = ((1, 0), (0, 1), (1, 1)), ((0.5, -0.5), (0.25, 1)), ((0.1, 0.2), (-0.3, 0.4))
    h = (0, 0)
    for t in range(3):
        h = tuple(math.tanh(sum(U[j][i] * x[t][i] for i in range(2)) + sum(R[j][k] * h[k] for k in range(2))) for j in range(2))
    [found] = values(example("recurrence"), "h")
    assert found[2] == pytest.approx(h)


@pytest.mark.parametrize("name", ["batch", "convolution", "recurrence"])
def test_the_gradients_of_the_examples_pass_the_check(name):
    solution = example(name).solve()
    checks = solution.json()["gradient_check"]
    assert solution.exit_code == 0 and checks and all(check["ok"] for check in checks)


@pytest.mark.parametrize("name", ["batch", "convolution", "recurrence"])
def test_the_examples_read_back_from_their_plain_text(name):
    p = example(name).problem()
    assert reading.read(printing.render(p)) == p


def test_a_gather():
    m = lh.Model()
    E, label = m.parameter("E", "V", "d", value=[[1, 2], [3, 4], [5, 6]]), m.label("label", "N", value=[2, 0])
    n, j = m.index("N"), m.index("d")
    m.define("e", E[label[n], j], n, j)
    assert values(m, "e") == [((5.0, 6.0), (1.0, 2.0))]


def test_arithmetic_is_entry_by_entry():
    m = lh.Model()
    A, b = m.input("A", "m", "n", value=[[1, 2], [3, 4]]), m.input("b", "n", value=[10, 20])
    m.define("r", (A * b - 1) / 2 + 3 / b ** 2 - (-A))
    m.define("s", 1 - A + b * (b > 15))
    m.define("t", A.T @ A @ b)
    m.define("u", lh.elu(A - 2.5, 0.5))
    m.define("v", lh.sum(A, "m"))
    r, s, t, u, v = values(m, "r", "s", "t", "u", "v")
    assert r[1] == pytest.approx(((3 * 10 - 1) / 2 + 3 / 100 + 3, (4 * 20 - 1) / 2 + 3 / 400 + 4))
    assert s == ((0, 19), (-2, 17))
    assert t == pytest.approx((10 * 10 + 14 * 20, 14 * 10 + 20 * 20))
    assert u[0] == pytest.approx((0.5 * (math.exp(-1.5) - 1), 0.5 * (math.exp(-0.5) - 1)))
    assert v == (4, 6)


def test_numbers_of_numpy():
    import numpy as np
    m = lh.Model()
    x = m.input("x", "d", value=np.array([0.1, 0.2]))
    m.define("y", np.float64(0.5) * x + np.int64(1))
    assert m.problem().data["x"] == (Fraction(1, 10), Fraction(1, 5))
    assert values(m, "y") == [pytest.approx((1.05, 1.1))]


def test_written_indices_and_array_arithmetic_do_not_mix_up():
    """The index that is written and the one inside an array start with the same letter and stay two indices."""
    m = lh.Model()
    x = m.input("x", "d", value=[1, 2, 3])
    i = m.index("d")
    m.define("outer", lh.sum(x * x[i]), i)
    m.define("gram", x[i] * (x @ x), i)
    assert values(m, "outer", "gram") == [(6, 12, 18), (14, 28, 42)]


def test_vector_functions_along_an_axis():
    m = lh.Model()
    A = m.input("A", "m", "n", value=[[0, 0], [0, 1]])
    m.define("rows", lh.softmax(A))
    m.define("columns", lh.softmax(A, axis="m"))
    rows, columns = values(m, "rows", "columns")
    assert rows[0] == (0.5, 0.5) and columns[0][0] == 0.5 and columns[1][1] == pytest.approx(math.e / (1 + math.e))


def test_functions_by_name():
    assert lh.fn("gelu") == lh.gelu
    with pytest.raises(UnknownName, match="Did you mean softmax"):
        lh.fn("sofmax")
    with pytest.raises(AttributeError):
        _ = lh.sofmax


def test_descent_and_questions():
    m = network()
    m.descend(rate=0.1, steps=2, method="momentum", momentum="0.9")
    m.find("jacobian", "z", "x")
    p = m.problem()
    assert p.descent.constants == {"learning rate": "eta", "momentum": "mu"} and p.data == {"eta": Fraction(1, 10), "mu": Fraction(9, 10)}
    assert [(w.kind, w.of, w.wrt) for w in p.wanted] == [("update", "Loss", ("W_1", "b_1", "W_2", "b_2")), ("jacobian", "z", ("x",))]


def test_constants_and_sizes_are_declared_where_they_are_read():
    m = lh.Model()
    x = m.input("x", "d")
    m.loss("L", lh.sum(lh.gelu(x)) / lh.Array(Entry("d")))
    assert m.problem().program["d"].role == "size"


def failing(build, kind, says):
    m = lh.Model()
    x, W, A, b = m.input("x", "d"), m.parameter("W", "d", "n"), m.parameter("A", "d", "d"), m.parameter("b", "n")
    with pytest.raises(kind) as caught:
        build(m, x, W, A, b)
    assert says in str(caught.value)


@pytest.mark.parametrize(("build", "kind", "says"), [
    (lambda m, x, W, A, b: W @ x, ShapeError, "W [d×n] @ x [d]: the inner axes n and d differ.\nDid you mean A.T @ b?"),
    (lambda m, x, W, A, b: x + b, ShapeError, "b [n] and x [d] do not fit"),
    (lambda m, x, W, A, b: A + x, ShapeError, "has more than once the axis d"),
    (lambda m, x, W, A, b: x @ 3, TypeError, "@"),
    (lambda m, x, W, A, b: x @ lh.sum(x), ShapeError, "is a number"),
    (lambda m, x, W, A, b: W[m.index("d")], ShapeError, "W [d×n] takes 2 positions and got 1"),
    (lambda m, x, W, A, b: x["i"], UsageError, "A position in brackets"),
    (lambda m, x, W, A, b: lh.sum(A, "d"), ShapeError, "A [d×d] has the axis d 2 times"),
    (lambda m, x, W, A, b: lh.sum(x, "n"), ShapeError, "x [d] has the axis n 0 times"),
    (lambda m, x, W, A, b: m.define("c", x[m.index("d")]), ShapeError, "leaves i open"),
    (lambda m, x, W, A, b: m.define("c", x, m.index("d")), UsageError, "written with them"),
    (lambda m, x, W, A, b: (m.define("c", x), m.define("c", x)), UsageError, "c is defined twice"),
    (lambda m, x, W, A, b: m.input("x", "d"), UsageError, "x is declared twice"),
    (lambda m, x, W, A, b: m.loss("L", x), ShapeError, "A loss is one number, and L has the axes d"),
    (lambda m, x, W, A, b: m.axis("d", 3), ShapeError, "The axis d is there already"),
    (lambda m, x, W, A, b: (m.set("x", [1, 2]), m.set("W", [[1], [2], [3]])), ShapeError, "W has 3 entries along d, and d has the size 2"),
    (lambda m, x, W, A, b: m.set("x", [[1]]), ShapeError, "x has 1 axes, and its numbers have 2"),
    (lambda m, x, W, A, b: m.set("W", [[1], [2, 3]]), DataError, "not rectangular"),
    (lambda m, x, W, A, b: m.set("q", 1), UnknownName, "q is not declared"),
    (lambda m, x, W, A, b: x + float("nan"), DataError, "nan"),
    (lambda m, x, W, A, b: x + [1, 2], DataError, "has no axes"),
    (lambda m, x, W, A, b: m.find("gradeint"), UsageError, "gradeint is nothing"),
    (lambda m, x, W, A, b: m.find("gradient", "L", x), UnknownName, "L is not declared"),
    (lambda m, x, W, A, b: m.find("value", x + x), UsageError, "has no name"),
    (lambda m, x, W, A, b: lh.relu(x, x), ShapeError, "single numbers"),
    (lambda m, x, W, A, b: lh.relu(x, 1), UsageError, "takes 1 argument"),
    (lambda m, x, W, A, b: lh.softmax(lh.sum(x)), ShapeError, "runs along one axis"),
    (lambda m, x, W, A, b: m.define("c", lh.Model().input("elsewhere", "d")), UnknownName, "elsewhere is not declared in this model"),
    (lambda m, x, W, A, b: bool(x > 0), UsageError, "neither true nor false"),
    (lambda m, x, W, A, b: m.fact(x + x), UsageError, "a named array"),
    (lambda m, x, W, A, b: m.tensor("c", role="inptu"), UsageError, "inptu is no role"),
])
def test_what_does_not_fit_is_said(build, kind, says):
    failing(build, kind, says)


def test_an_array_is_no_sequence():
    with pytest.raises(TypeError):
        list(lh.Model().input("x", "d"))


def test_a_problem_that_is_not_finished():
    m = lh.Model()
    h = m.tensor("h", "n")
    m.define("a", h)
    m.define("h", h * 2)
    with pytest.raises(LonghandError, match="further down"):
        m.problem()


def test_how_objects_show_themselves():
    m = network()
    t, k = m.index("d"), m.index("n")
    assert repr(t - 1) == "i-1" and repr(t + k) == "i+k" and repr(2 * t) == "2*i" and repr(3 - t) == "-i+3"
    x = m.input("v", "d")
    assert repr(x) == "[d] v[i]" and repr(lh.sum(x)) == "[] sum(i, v[i])"
    assert repr(m).startswith("longhand 1\n")
    for shown in (x, m):
        bundle = shown._repr_mimebundle_()
        assert bundle.keys() == {"text/plain", "text/latex", "text/markdown"} and bundle["text/latex"].startswith("$")
