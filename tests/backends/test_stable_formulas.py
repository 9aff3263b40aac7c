"""Functions that a sheet writes out stay finite far out; a batch of class numbers; sheets that were not understood; batches without examples."""
from __future__ import annotations

import re

import numpy as np
import pytest

import longhand
from longhand import DataError, NotUnderstood

SHEET = r"""
Let $x, w \in \mathbb{R}^2$ with the parameter $w$, the label $y \in \mathbb{R}$ and $z = w^\top x$. %s
Derive the gradient of $L$ with respect to $w$.
"""


def sigmoid(z):
    return np.exp(-np.logaddexp(0, -z))


FORMULAS = {
    r"The loss is $L = \ln(1 + e^{z}) - y z$.": (lambda z, y: np.logaddexp(0, z) - y * z, lambda z, y: sigmoid(z) - y),
    r"The loss is $L = \ln(1 + \exp(-y z))$.": (lambda z, y: np.logaddexp(0, -y * z), lambda z, y: -y * sigmoid(-y * z)),
    r"Let $p = \frac{1}{1 + e^{-z}}$. The loss is $L = -y \ln p - (1 - y) \ln(1 - p)$.": (lambda z, y: np.logaddexp(0, z) - y * z, lambda z, y: sigmoid(z) - y),
    r"Let $p = \frac{e^{z}}{1 + e^{z}}$. The loss is $L = (p - y)^2$.": (lambda z, y: (sigmoid(z) - y) ** 2,
                                                                       lambda z, y: 2 * (sigmoid(z) - y) * sigmoid(z) * sigmoid(-z)),
    r"Let $p = \frac{e^{z} - e^{-z}}{e^{z} + e^{-z}}$. The loss is $L = (p - y)^2$.": (lambda z, y: (np.tanh(z) - y) ** 2,
                                                                                   lambda z, y: 2 * (np.tanh(z) - y) * (1 - np.tanh(z) ** 2)),
}


@pytest.mark.parametrize("formula", FORMULAS)
def test_what_is_written_out_is_finite_far_out(formula):
    f = longhand.compile(SHEET % formula)
    loss, slope = FORMULAS[formula]
    for z in (-1000.0, -2.0, 0.0, 0.5, 1000.0):
        for y in (0.0, 1.0):
            found, gradients = f(np.array([z, 0.0]), np.array(y), np.array([1.0, 1.0]))
            assert found == pytest.approx(loss(z, y), rel=1e-12, abs=1e-15)
            assert gradients["w"] == pytest.approx([z * slope(z, y), 0], rel=1e-12, abs=1e-12)


LOG_SUM = r"""
$z = W x$ with $x \in \mathbb{R}^d$, $W \in \mathbb{R}^{q \times d}$ and the one-hot label $y \in \mathbb{R}^q$. The loss is
$L = \ln \sum_{k=1}^q e^{z_k} - \sum_{k=1}^q y_k z_k$.
Derive the gradient of $L$ with respect to $W$.
"""


@pytest.mark.parametrize("target", ["numpy", "torch"])
def test_a_logarithm_of_a_sum_of_exponentials(target):
    if target == "torch":
        torch = pytest.importorskip("torch")
    f = longhand.compile(LOG_SUM, target=target)
    for x in (np.array([1000.0, 1.0]), np.array([0.3, -1.2])):
        W, y = np.array([[1.0, 0], [0, 1], [-1, 0.5]]), np.array([0.0, 1, 0])
        given = [torch.tensor(a) for a in (x, y, W)] if target == "torch" else (x, y, W)
        loss, gradients = f(*given)
        z = W @ x
        value = z.max() + np.log(np.exp(z - z.max()).sum())
        assert float(loss) == pytest.approx(value - y @ z, rel=1e-14)
        np.testing.assert_allclose(np.asarray(gradients["W"]), np.outer(np.exp(z - value) - y, x), rtol=1e-12)


NUMBERED = """longhand 1
axis d letter j
axis q size 3 letter i
tensor x : input [d]
tensor W : parameter [q, d]
tensor c : label
z[i] = sum(j, W[i, j]*x[j])
p[i] = softmax(i', z[i'])[i]
L = -ln(p[c[]-1])
loss L
find gradient L wrt W
"""


def test_a_batch_of_class_numbers():
    f = longhand.compile(NUMBERED)
    random = np.random.default_rng(0)
    x, c, W = random.normal(size=(5, 2)), np.array([1.0, 3, 2, 2, 1]), random.normal(size=(3, 2))
    single = [(loss, gradients["W"].copy()) for loss, gradients in (f(a, np.array(b), W) for a, b in zip(x, c, strict=True))]
    loss, gradients = f(x, c, W)
    assert loss == pytest.approx(np.mean([s[0] for s in single]))
    np.testing.assert_allclose(gradients["W"], np.mean([s[1] for s in single], axis=0), rtol=1e-12)
    with pytest.raises(DataError, match="may be 1 to 3"):
        f(x, c - 1, W)


UNREAD = (r"$z = W x$ with $x \in \mathbb{R}^d$, $W \in \mathbb{R}^{q \times d}$. "
          r"The loss is $L = \lVert z \pm x \rVert^2$. Derive the gradient of $L$ with respect to $W$.")


@pytest.mark.parametrize("call", [longhand.compile, lambda s: longhand.hessian(s, "W"), lambda s: longhand.fit(s, {"x": np.ones((3, 2))})])
def test_a_sheet_that_was_not_understood_is_no_function(call):
    with pytest.raises(NotUnderstood, match="line 1:\nPart of the sheet is not understood. L is not understood"):
        call(UNREAD)
    with pytest.raises(NotUnderstood, match="Part of the sheet"):
        call(r"Compute the loss of $z = W \frown x$. Derive the gradient of $L$ with respect to $W$.")


OWN_BATCH = r"""
$Z = X W$ with $X \in \mathbb{R}^{N \times d}$, $W \in \mathbb{R}^{d \times c}$ and the labels $Y \in \mathbb{R}^{N \times c}$. The loss is
$L = \frac{1}{N} \sum_{i=1}^N \sum_{j=1}^c (Z_{ij} - Y_{ij})^2$. Derive the gradient of $L$ with respect to $W$.
"""


def test_a_mean_over_no_examples():
    with pytest.raises(DataError, match="N is 0"):
        longhand.compile(OWN_BATCH)(np.ones((0, 2)), np.ones((0, 3)), np.ones((2, 3)))
    assert longhand.compile(OWN_BATCH.replace(r"\frac{1}{N} ", ""))(np.ones((0, 2)), np.ones((0, 3)), np.ones((2, 3)))[0] == 0


COLUMNS = r"""
$Z = W X$ and $P = \text{softmax}(Z)$ with $X \in \mathbb{R}^{d \times N}$, $W \in \mathbb{R}^{c \times d}$ and the one-hot labels
$Y \in \mathbb{R}^{c \times N}$.
The loss is $L = -\frac{1}{N} \sum_{i=1}^N \sum_{j=1}^c Y_{ji} \ln P_{ji}$. Derive the gradient of $L$ with respect to $W$.
"""


@pytest.mark.parametrize("target", ["numpy", "c"])
def test_random_labels_are_one_hot_along_the_classes(target):
    from longhand.backends.compiled import one_problem
    from longhand.backends.written import source
    text = source(one_problem(COLUMNS, None), target)
    if target == "c":
        sizes, values = re.search(r"static real Y\[(\d+ \* \d+)\] = \{([^}]*)", text).groups()
        Y = np.array(values.split(","), float).reshape([int(n) for n in sizes.split("*")])
    else:
        space: dict = {"__name__": "written"}
        exec(compile(text, "written.py", "exec"), space)
        Y = space["numbers"]()["Y"]
    assert Y.sum(axis=0).tolist() == [1] * Y.shape[1]
