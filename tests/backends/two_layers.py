"""Two layers and a softmax: its sheet, arrays for it, and what one writes by hand."""
from __future__ import annotations

import numpy as np

SHEET = r"""
$$\mathbf{h} = \mathbf{W}_1^\top \mathbf{x} + \mathbf{b}_1 \in \mathbb{R}^n, \qquad \mathbf{a} = \tanh(\mathbf{h})$$
$$\mathbf{z} = \mathbf{W}_2^\top \mathbf{a} + \mathbf{b}_2 \in \mathbb{R}^q, \qquad \hat{\mathbf{y}} = \text{softmax}(\mathbf{z})$$
Here $\mathbf{x} \in \mathbb{R}^d$, $\mathbf{W}_1 \in \mathbb{R}^{d \times n}$, $\mathbf{b}_1 \in \mathbb{R}^n$,
$\mathbf{W}_2 \in \mathbb{R}^{n \times q}$ and $\mathbf{b}_2 \in \mathbb{R}^q$.
The label $\mathbf{y} \in \mathbb{R}^q$ is one-hot and the loss is
$$L = -\sum_k y_k \ln \hat{y}_k .$$
Derive the gradients of $L$ with respect to $\mathbf{W}_1$, $\mathbf{b}_1$, $\mathbf{W}_2$ and $\mathbf{b}_2$.
"""


def arrays(examples: int | None, sizes=(5, 4, 3), dtype="float64") -> list[np.ndarray]:
    """x, y, W_1, b_1, W_2, b_2 of the sheet above; several examples in rows."""
    rng = np.random.default_rng(3)
    d, n, q = sizes
    rows = () if examples is None else (examples,)
    y = np.eye(q)[rng.integers(q, size=rows)]
    return [a.astype(dtype) for a in (rng.normal(size=(*rows, d)), y, rng.normal(size=(d, n)), rng.normal(size=n), rng.normal(size=(n, q)),
                                      rng.normal(size=q))]


def by_hand(x, y, W1, b1, W2, b2, mean=True):
    """The loss and the gradients, as one writes them in NumPy."""
    x, y = np.atleast_2d(x), np.atleast_2d(y)
    a = np.tanh(x @ W1 + b1)
    z = a @ W2 + b2
    logp = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
    scale = 1 / len(x) if mean else 1
    dz = (np.exp(logp) - y) * scale
    dh = (dz @ W2.T) * (1 - a**2)
    return -np.sum(y * logp) * scale, [x.T @ dh, dh.sum(0), a.T @ dz, dz.sum(0)]
