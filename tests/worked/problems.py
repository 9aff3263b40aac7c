"""Small problems of every kind, built with the Python API, for the tests of worked solutions."""
from __future__ import annotations

from dataclasses import replace

import longhand as lh
from longhand.api import Model
from longhand.core.problem import Problem, Wanted


def column_net() -> Problem:
    """Two layers, ReLU, softmax, smoothed one-hot label; numbers; one step."""
    m = Model("column net")
    for name, letter in (("d", "i"), ("n", "j"), ("q", "k")):
        m.axis(name, letter=letter)
    q = m.tensor("q", role="size")
    x, y = m.input("x", "d", value=[0, 2]), m.label("y", "q", value=[1, 0, 0])
    W1, b1 = m.parameter("W_1", "d", "n", value=[[-5, 2, 2], [-5, 2, -1]]), m.parameter("b_1", "n", value=[-3, -2, -3])
    W2 = m.parameter("W_2", "n", "q", value=[[3, -4, 1], [-2, -4, -2], [-4, -2, 3]])
    b2, eps = m.parameter("b_2", "q", value=[4, 5, 5]), m.constant("epsilon", value="0.3")
    h = m.define("h", W1.T @ x + b1)
    a = m.define("a", lh.relu(h))
    z = m.define("z", W2.T @ a + b2)
    p = m.define("yhat", lh.softmax(z))
    s = m.define("s", (1 - eps) * y + eps / q)
    m.fact(y, because="y is one-hot")
    m.loss("Loss", -lh.sum(s * lh.ln(p)))
    m.find("gradient", "Loss", "W_1", "b_1", "W_2", "b_2")
    m.descend(rate="0.1")
    return m.problem()


def row_net() -> Problem:
    """One hidden sigmoid layer, row vectors, symbols only; the gradient with respect to the input."""
    m = Model("row net", layout="row")
    x, y = m.input("x", "d"), m.label("y", "q")
    W, b, V = m.parameter("W", "d", "n"), m.parameter("b", "n"), m.parameter("V", "n", "q")
    h = m.define("h", lh.sigmoid(m.define("u", x @ W + b)))
    p = m.define("yhat", lh.softmax(m.define("z", h @ V)))
    m.fact(y)
    m.loss("L", -lh.sum(y * lh.ln(p)))
    m.find("gradient", "L", "x", "W")
    return m.problem()


def skip() -> Problem:
    """A skip connection: the gradient of h adds two paths."""
    m = Model("skip connection")
    x, t = m.input("x", "n", value=["0.5", "-1"]), m.label("t", "n", value=[1, 1])
    W, V = m.parameter("W", "n", "n2", value=[[1, 2], [0, 1]]), m.parameter("V", "n2", "n", value=[["0.5", 0], [1, "-1"]])
    h = m.define("h", lh.tanh(m.define("u", W.T @ x)))
    o = m.define("o", V.T @ h + x)
    m.loss("L", lh.sum((o - t) ** 2) / 2)
    m.find("gradient", "L", "x", "W", "V")
    return m.problem()


def batch() -> Problem:
    """Squared error summed over the rows of a batch, by the batch axis itself."""
    m = Model("batch", layout="row")
    X, T = m.input("X", "m", "d", value=[[1, 2], [3, 4], [0, 1]]), m.label("T", "m", "q", value=[[1, 0], [0, 1], [1, 1]])
    W = m.parameter("W", "d", "q", value=[["0.1", "0.2"], ["0.3", "-0.1"]])
    b = m.parameter("b", "q", value=[0, "0.5"])
    Z = m.define("Z", X @ W + b)
    m.loss("L", lh.sum((Z - T) ** 2) / 3)
    m.find("gradient", "L", "W", "b")
    m.descend(rate="0.05", steps=3, method="momentum", momentum="0.9")
    return m.problem()


def recurrence() -> Problem:
    """Three steps of h_t = tanh(w h_{t-1} + u x_t), the weights shared."""
    m = Model("recurrence")
    x, t = m.input("x", "t", value=[1, "0.5", -1]), m.label("y", value=1)
    w, u = m.parameter("w", value="0.5"), m.parameter("u", value="0.25")
    s1 = m.define("s_1", lh.tanh(u * x[0]))
    s2 = m.define("s_2", lh.tanh(w * s1 + u * x[1]))
    s3 = m.define("s_3", lh.tanh(w * s2 + u * x[2]))
    m.loss("L", (s3 - t) ** 2 / 2)
    m.find("gradient", "L", "w", "u")
    return m.problem()


def convolution() -> Problem:
    """A filter of width 2 over 4 inputs: an index with an offset."""
    m = Model("convolution")
    m.axis("o", 3, "i")
    m.axis("f", 2, "k")
    x, v = m.input("x", "n", value=[1, 2, 0, -1]), m.parameter("v", "f", value=["0.5", "-1"])
    i, k = m.index("o"), m.index("f")
    c = m.define("c", lh.sum(v[k] * x[i + k], k), i)
    m.loss("L", lh.sum(c ** 2) / 2)
    m.find("gradient", "L", "v", "x")
    return m.problem()


def scalar_net() -> Problem:
    """Neuron by neuron: every quantity a scalar."""
    m = Model("scalar net")
    i1, w1, b1 = m.input("i_1", value="0.05"), m.parameter("w_1", value="0.15"), m.parameter("b_1", value="0.35")
    w5, t = m.parameter("w_5", value="0.4"), m.label("t", value="0.01")
    net = m.define("net_h", w1 * i1 + b1)
    out = m.define("out_h", lh.sigmoid(net))
    o = m.define("o", lh.sigmoid(m.define("net_o", w5 * out)))
    m.loss("E", (t - o) ** 2 / 2)
    m.find("gradient", "E", "w_1", "w_5")
    m.descend("w_1", "w_5", rate="0.5")
    return m.problem()


def at_a_kink() -> Problem:
    """A pre-activation that is exactly 0."""
    m = Model("kink")
    x, w = m.input("x", "d", value=[1, 1]), m.parameter("w", "d", "n", value=[[1, 1], [-1, 2]])
    a = m.define("a", lh.relu(m.define("h", w.T @ x)))
    m.loss("L", lh.sum(a ** 2))
    m.find("gradient", "L", "w")
    return m.problem()


def no_value() -> Problem:
    """−y/p at p = 0: one entry of a gradient has no value."""
    m = Model("no value")
    y, p = m.label("y", "q", value=[1, 1]), m.input("p", "q", value=[0, 1])
    m.loss("L", -lh.sum(y * lh.ln(p)))
    m.find("gradient", "L", "p")
    return m.problem()


def jacobian() -> Problem:
    """The full Jacobian of the output by a weight matrix: three indices."""
    m = Model("jacobian")
    x = m.input("x", "d", value=[1, "-0.5"])
    W, V = m.parameter("W", "d", "n", value=[[1, 2], [3, 5]]), m.parameter("V", "n", "q", value=[[1, 0], [-1, 2]])
    h = m.define("h", lh.relu(m.define("u", W.T @ x)))
    m.define("yhat", lh.softmax(m.define("z", V.T @ h)))
    m.find("jacobian", "yhat", "W")
    return m.problem()


def hessian() -> Problem:
    """The Hessian of a loss by a weight vector."""
    m = Model("hessian")
    x, w, t = m.input("x", "d", value=[1, 2]), m.parameter("w", "d", value=["0.5", "0.25"]), m.label("t", value=1)
    s = m.define("s", lh.sigmoid(m.define("u", lh.sum(w * x))))
    m.loss("L", (s - t) ** 2 / 2)
    m.find("hessian", "L", "w")
    return m.problem()


def penalised() -> Problem:
    """A penalty: the loss reads W directly and through z."""
    m = Model("penalty")
    x, t = m.input("x", "d", value=[1, 2]), m.label("t", "q", value=[0, 1])
    W, lam = m.parameter("W", "d", "q", value=[["0.5", 1], [-1, "0.25"]]), m.constant("lambda", value="0.1")
    z = m.define("z", W.T @ x)
    m.loss("L", lh.sum((z - t) ** 2) / 2 + lam / 2 * lh.sum(W ** 2))
    m.find("gradient", "L", "W")
    return m.problem()


def adam() -> Problem:
    """Two steps of Adam."""
    m = Model("adam")
    w, x = m.parameter("w", value=1), m.input("x", value=2)
    m.loss("L", (w * x) ** 2)
    m.descend(rate="0.1", steps=2, method="adam")
    return m.problem()


def missing_data() -> Problem:
    """An update asked, the label without a number."""
    problem = scalar_net()
    return replace(problem, data={k: v for k, v in problem.data.items() if k != "t"})


def values_only() -> Problem:
    problem = scalar_net()
    return replace(problem, wanted=(Wanted("value", "o"),), descent=None)


EVERY = (column_net, row_net, skip, batch, recurrence, convolution, scalar_net, at_a_kink, no_value, jacobian, hessian, penalised, adam,
         missing_data, values_only)
