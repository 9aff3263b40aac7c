"""Matrices as lists of rows of floats, and the functions of a network on them."""
from __future__ import annotations

import math
from collections.abc import Callable

Rows = list[list[float]]

LEAK = 0.1


def product(a: Rows, b: Rows) -> Rows:
    return [[sum(p * q for p, q in zip(row, column, strict=True)) for column in zip(*b, strict=True)] for row in a]


def flipped(a: Rows) -> Rows:
    """The transpose."""
    return [list(column) for column in zip(*a, strict=True)]


def each(f: Callable[..., float], *parts: Rows) -> Rows:
    """f cell by cell; a part of one row stands for as many rows as the others have."""
    height = max(map(len, parts))
    tall = [part * height if len(part) == 1 else part for part in parts]
    return [[f(*cells) for cells in zip(*rows, strict=True)] for rows in zip(*tall, strict=True)]


def plus(a: Rows, b: Rows) -> Rows:
    return each(lambda p, q: p + q, a, b)


def minus(a: Rows, b: Rows) -> Rows:
    return each(lambda p, q: p - q, a, b)


def times(a: Rows, b: Rows) -> Rows:
    """Cell by cell."""
    return each(lambda p, q: p * q, a, b)


def scaled(factor: float, a: Rows) -> Rows:
    return [[factor * cell for cell in row] for row in a]


def total(a: Rows) -> float:
    return sum(map(sum, a))


def sums(a: Rows) -> Rows:
    """The sum over the rows, as one row."""
    return [[sum(column) for column in zip(*a, strict=True)]]


def sigmoid(u: float) -> float:
    return 1 / (1 + math.exp(-u))


ACTIVATIONS: dict[str, Callable[[float], float]] = {
    "sigmoid": sigmoid, "tanh": math.tanh, "relu": lambda u: max(u, 0.0), "elu": lambda u: u if u > 0 else math.expm1(u),
    "leaky": lambda u: u if u > 0 else LEAK * u, "linear": lambda u: u,
}
SLOPES: dict[str, Callable[[float], float]] = {
    "sigmoid": lambda u: sigmoid(u) * (1 - sigmoid(u)), "tanh": lambda u: 1 - math.tanh(u) ** 2, "relu": lambda u: float(u > 0),
    "elu": lambda u: 1.0 if u > 0 else math.exp(u), "leaky": lambda u: 1.0 if u > 0 else LEAK, "linear": lambda u: 1.0,
}


def softmax(z: Rows) -> Rows:
    """Row by row."""
    powers = each(math.exp, z)
    return [[cell / sum(row) for cell in row] for row in powers]
