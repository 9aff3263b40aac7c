"""Sheets and data that the tests of training share."""
from __future__ import annotations

import numpy as np
import pytest

from longhand import UsageError

NETWORK = r"""
The input $x \in \mathbb{R}^d$ passes through two layers,
$$h = W_1^\top x + b_1, \qquad a = \text{ReLU}(h), \qquad z = W_2^\top a + b_2, \qquad \hat y = \text{softmax}(z),$$
with $W_1 \in \mathbb{R}^{d \times n}$, $b_1 \in \mathbb{R}^n$, $W_2 \in \mathbb{R}^{n \times q}$ and $b_2 \in \mathbb{R}^q$.
The label $y \in \mathbb{R}^q$ is one-hot, and the loss is $L = -\sum_{k=1}^{q} y_k \ln \hat y_k$.
Derive the gradients of $L$ with respect to $W_1$, $b_1$, $W_2$ and $b_2$.
"""


REGRESSION = r"""
The data are $X \in \mathbb{R}^{m \times d}$ and the targets $y \in \mathbb{R}^m$. The prediction is $\hat y = X w$ with $w \in \mathbb{R}^d$,
and the loss is $L = \frac{1}{m} \sum_{i=1}^{m} (\hat y_i - y_i)^2$. Derive the gradient of $L$ with respect to $w$.
"""


def circles(count=240, seed=3):
    """Points in three rings, and the ring of each."""
    random = np.random.default_rng(seed)
    ring = random.integers(3, size=count)
    angle, radius = random.uniform(0, 2 * np.pi, count), ring + random.uniform(0, 0.5, count)
    return {"x": np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]), "y": ring}


def compiler_or_skip():
    from longhand.backends import compiler
    try:
        compiler.which()
    except UsageError as missing:
        pytest.skip(missing.statement)
