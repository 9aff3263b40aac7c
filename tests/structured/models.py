"""Problems whose Hessians have a structure of their own."""
from __future__ import annotations

import longhand as lh


def softmax_network(activation: str = "relu") -> lh.Model:
    m = lh.Model()
    x, y = m.input("x", "d"), m.label("y", "q")
    W1, b1, W2, b2 = m.parameter("W_1", "d", "n"), m.parameter("b_1", "n"), m.parameter("W_2", "n", "q"), m.parameter("b_2", "q")
    h = m.define("h", lh.fn(activation)(m.define("a", W1.T @ x + b1)))
    out = m.define("yhat", lh.softmax(m.define("z", W2.T @ h + b2)))
    m.loss("Loss", -lh.sum(y * lh.ln(out)))
    m.fact(y, 1, "one-hot")
    return m


def logistic_regression(ridge: bool = False) -> lh.Model:
    m = lh.Model()
    X, t, w = m.input("X", "m", "n"), m.label("t", "m"), m.parameter("w", "n")
    s = m.define("s", lh.sigmoid(m.define("u", X @ w)))
    loss = -lh.sum(t * lh.ln(s) + (1 - t) * lh.ln(1 - s))
    m.loss("Loss", loss + m.constant("lam") * lh.sum(w * w) if ridge else loss)
    return m


def factorisation() -> lh.Model:
    m = lh.Model()
    A, M, U, V = m.input("A", "m", "n"), m.input("M", "m", "n"), m.parameter("U", "m", "r"), m.parameter("V", "n", "r")
    m.loss("Loss", lh.sum(M * (m.define("P", U @ V.T) - A) ** 2))
    return m


def separate(rank_one: bool = False) -> lh.Model:
    """A loss whose Hessian is a diagonal, plus a product of two vectors if wished."""
    m = lh.Model()
    w, c, v = m.parameter("w", "n"), m.input("c", "n"), m.input("v", "n")
    loss = lh.sum(c * lh.exp(w))
    m.loss("Loss", loss + lh.sum(v * w) ** 2 if rank_one else loss)
    return m


def two_sided() -> lh.Model:
    """½‖A X B‖², whose Hessian with respect to X is AᵀA ⊗ BBᵀ."""
    m = lh.Model()
    A, X, B = m.input("A", "p", "m"), m.parameter("X", "m", "n"), m.input("B", "n", "q")
    Y = m.define("Y", A @ X @ B)
    m.loss("Loss", lh.sum(Y * Y) / 2)
    return m
