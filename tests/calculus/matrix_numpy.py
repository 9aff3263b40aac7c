"""A matrix tree with NumPy, shapes strict: what code made of the printed form would compute."""
from __future__ import annotations

import math

import numpy as np
from numeric_judge import HOLDS, Array, Judge, function_value

from longhand.core.expr import Offset, Position
from longhand.forms import matrix_tree as mt


def _place(place: Position) -> int:
    assert isinstance(place, Offset) and not place.terms, "a position that moves"
    return place.constant


def _softmax(function: str, v: Array) -> Array:
    e = np.exp(v - v.max())
    return np.log(e / e.sum()) if function == "log_softmax" else e / e.sum()


def matrix_value(tree: mt.Tree, ready: Judge) -> Array:
    """A 2-dimensional array. Products must conform; what is joined entry by entry must have one shape, numbers excepted."""
    def value(t: mt.Tree) -> Array:
        return matrix_value(t, ready)

    def each(trees: tuple[mt.Tree, ...]) -> list[Array]:
        values = [value(t) for t in trees]
        assert len({v.shape for v in values} - {(1, 1)}) <= 1, [v.shape for v in values]
        return values

    match tree:
        case mt.Leaf("pi", ()):
            return np.array([[math.pi]])
        case mt.Leaf(tensor, places, row):
            if tensor in ready.sizes:
                return np.array([[float(ready.sizes[tensor])]])
            picked = ready.arrays[tensor][tuple(slice(None) if p is None else _place(p) for p in places)]
            if picked.ndim == 2:
                return picked
            return picked.reshape(1, -1) if picked.ndim == 1 and row else picked.reshape(-1, 1)
        case mt.Constant(number):
            return np.array([[float(number)]])
        case mt.Ones(axis):
            return np.ones((ready.extent(axis), 1))
        case mt.Identity(axis):
            return np.eye(ready.extent(axis))
        case mt.Unit(axis, at):
            return np.eye(ready.extent(axis))[:, [_place(at)]]
        case mt.Transpose(body):
            return value(body).T
        case mt.Product(factors):
            out = value(factors[0])
            for factor in factors[1:]:
                out = out @ value(factor)
            return out
        case mt.Hadamard(factors):
            return math.prod(each(factors))
        case mt.Quotient(above, below):
            a, b = each((above, below))
            return a / b
        case mt.Raised(body, exponent):
            return value(body) ** float(exponent)
        case mt.Scale(coefficient, above, below, body):
            up, down = [value(t).item() for t in above], [value(t).item() for t in below]
            return float(coefficient) * math.prod(up) / math.prod(down) * value(body)
        case mt.Plus(terms):
            return sum(each(terms))
        case mt.Elementwise(function, arguments, order):
            return function_value(function, tuple(value(a) for a in arguments), order)
        case mt.VectorMap(function, body, ""):
            return _softmax(function, value(body))
        case mt.VectorMap(function, body, along):
            return np.apply_along_axis(lambda v: _softmax(function, v), 1 if along == "rows" else 0, value(body))
        case mt.Mask(left, relation, right):
            return np.where(HOLDS[relation](*each((left, right))), 1.0, 0.0)
        case mt.Diagonal(body):
            return np.diag(value(body).ravel())
        case mt.Kronecker(left, right):
            return np.kron(value(left), value(right))
        case mt.SquaredNorm(body):
            return np.array([[float((value(body) ** 2).sum())]])
    raise AssertionError(tree)
