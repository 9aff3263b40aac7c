"""Programs for the tests of numbers, built by hand from the core's nodes."""
from __future__ import annotations

from fractions import Fraction

from longhand.core.axis import Axis, Index
from longhand.core.equation import Equation, Program, Tensor
from longhand.core.expr import Apply, Component, Entry, Offset, Sum


def exact(value):
    """Nested lists of numbers or decimal strings as nested tuples of fractions."""
    return tuple(exact(v) for v in value) if isinstance(value, list | tuple) else Fraction(value)


def program(tensors, equations):
    built = Program({t.name: t for t in tensors}, tuple(equations))
    assert not list(built.faults()), list(built.faults())
    return built


def smoothed_network():
    """ReLU and softmax with label smoothing, and the numbers of a problem sheet."""
    d, n, q = Axis("d", "d", "i"), Axis("n", "n", "j"), Axis("q", "q", "k")
    i, j, k, m = Index(d), Index(n), Index(q), Index(q, 1)

    def e(name, *at):
        return Entry(name, at)

    tensors = [
        Tensor("x", (d,), "input"), Tensor("y", (q,), "label"), Tensor("eps", (), "data"), Tensor("q", (), "size"),
        Tensor("W1", (d, n), "parameter"), Tensor("b1", (n,), "parameter"),
        Tensor("W2", (n, q), "parameter"), Tensor("b2", (q,), "parameter"),
        Tensor("h", (n,)), Tensor("a", (n,)), Tensor("z", (q,)), Tensor("yhat", (q,)), Tensor("ys", (q,)), Tensor("Loss", (), "loss"),
    ]
    equations = [
        Equation(e("h", j), Sum(i, e("W1", i, j) * e("x", i)) + e("b1", j)),
        Equation(e("a", j), Apply("relu", (e("h", j),))),
        Equation(e("z", k), Sum(j, e("W2", j, k) * e("a", j)) + e("b2", k)),
        Equation(e("yhat", k), Component("softmax", m, e("z", m), k)),
        Equation(e("ys", k), (1 - e("eps")) * e("y", k) + e("eps") / e("q")),
        Equation(e("Loss"), -Sum(k, e("ys", k) * Apply("ln", (e("yhat", k),)))),
    ]
    data = {name: exact(value) for name, value in {
        "x": [0, 2], "y": [1, 0, 0], "eps": "0.3",
        "W1": [[-5, 2, 2], [-5, 2, -1]], "b1": [-3, -2, -3],
        "W2": [[3, -4, 1], [-2, -4, -2], [-4, -2, 3]], "b2": [4, 5, 5],
    }.items()}
    return program(tensors, equations), data


def recurrence(steps):
    """h[t] = tanh(W x[t] + U h[t-1]) for scalars, h[-1] being 0."""
    time = Axis("t", steps, "t")
    t = Index(time)
    before = Offset(((t, 1),), -1)
    right = Apply("tanh", (Entry("W") * Entry("x", (t,)) + Entry("U") * Entry("h", (before,)),))
    return program(
        [Tensor("W", (), "parameter"), Tensor("U", (), "parameter"), Tensor("x", (time,), "input"), Tensor("h", (time,))],
        [Equation(Entry("h", (t,)), right)],
    )


def convolution(length, width):
    """y[i] = Σ_k x[i+k] w[k], as long as x, with zeros beyond its end."""
    along, across = Axis("i", length, "i"), Axis("k", width, "k")
    i, k = Index(along), Index(across)
    shifted = Offset(((i, 1), (k, 1)))
    return program(
        [Tensor("x", (along,), "input"), Tensor("w", (across,), "parameter"), Tensor("y", (along,))],
        [Equation(Entry("y", (i,)), Sum(k, Entry("x", (shifted,)) * Entry("w", (k,))))],
    )


def elu_network():
    """No biases, ELU, softmax and cross-entropy, with its gradients at the outputs and hidden units written out. The third
    hidden unit feeds both outputs with one weight, so that its gradient is 0."""
    i, h, o = Axis("in", 3, "i"), Axis("hid", 4, "j"), Axis("out", 2, "k")
    a, b, c, c2 = Index(i), Index(h), Index(o), Index(o, 1)

    def e(name, *at):
        return Entry(name, at)

    tensors = [
        Tensor("x", (i,), "input"), Tensor("ostar", (o,), "label"), Tensor("v", (h, i), "parameter"), Tensor("w", (o, h), "parameter"),
        Tensor("u", (h,)), Tensor("h", (h,)), Tensor("z", (o,)), Tensor("o", (o,)), Tensor("L", (), "loss"),
        Tensor("dz", (o,), "gradient"), Tensor("dh", (h,), "gradient"), Tensor("dv", (h, i), "gradient"),
    ]
    equations = [
        Equation(e("u", b), Sum(a, e("v", b, a) * e("x", a))),
        Equation(e("h", b), Apply("elu", (e("u", b),))),
        Equation(e("z", c), Sum(b, e("w", c, b) * e("h", b))),
        Equation(e("o", c), Component("softmax", c2, e("z", c2), c)),
        Equation(e("L"), -Sum(c, e("ostar", c) * Apply("ln", (e("o", c),)))),
        Equation(e("dz", c), e("o", c) - e("ostar", c)),
        Equation(e("dh", b), Sum(c, e("w", c, b) * e("dz", c))),
        Equation(e("dv", b, a), e("dh", b) * Apply("elu", (e("u", b),), 1) * e("x", a)),
    ]
    data = {name: exact(value) for name, value in {
        "x": ["1", "1.5", "-0.5"], "ostar": [1, 0],
        "v": [[-1, 2, 0], ["0.5", -1, 1], ["1.5", 2, "-0.4"], ["0.2", "0.1", "0.3"]],
        "w": [[1, "0.3", "0.5", "0.2"], [1, "1", "0.5", "0.4"]],
    }.items()}
    return program(tensors, equations), data
