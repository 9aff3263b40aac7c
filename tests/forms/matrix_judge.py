"""Two slow judges that share nothing with the code they judge: the index form by loops, the matrix tree by NumPy with strict shapes."""
from __future__ import annotations

import itertools
import math

import numpy as np

from longhand.core.axis import Index
from longhand.core.expr import Add, Apply, Component, Delta, Entry, Holds, Mul, Number, Offset, Power, Sum
from longhand.forms import matrix_tree as mt

FUNCTIONS = {"tanh": math.tanh, "exp": math.exp, "ln": math.log, "relu": lambda x: max(x, 0.0), "sigmoid": lambda x: 1 / (1 + math.exp(-x))}
HOLDS = {">": lambda a, b: a > b, "<": lambda a, b: a < b, ">=": lambda a, b: a >= b, "<=": lambda a, b: a <= b,
         "==": lambda a, b: a == b, "!=": lambda a, b: a != b}


def softmax(v: np.ndarray) -> np.ndarray:
    return np.exp(v) / np.exp(v).sum()


def at(position, env):
    if isinstance(position, Index):
        return env[position]
    assert isinstance(position, Offset)
    return position.constant + sum(c * env[v] for v, c in position.terms)


def entry_value(e, env, arrays):
    """The value of an index expression at one assignment of its free indices."""
    match e:
        case Number(value):
            return float(value)
        case Entry(tensor, places):
            return float(arrays[tensor][tuple(at(p, env) for p in places)])
        case Delta(left, right):
            return float(at(left, env) == at(right, env))
        case Holds(left, relation, right):
            return float(HOLDS[relation](entry_value(left, env, arrays), entry_value(right, env, arrays)))
        case Add(parts):
            return sum(entry_value(p, env, arrays) for p in parts)
        case Mul(parts):
            return math.prod(entry_value(p, env, arrays) for p in parts)
        case Power(base, exponent):
            return entry_value(base, env, arrays) ** float(exponent)
        case Sum(index, body):
            return sum(entry_value(body, {**env, index: k}, arrays) for k in range(index.axis.size))
        case Apply(function, (argument,), 0):
            return FUNCTIONS[function](entry_value(argument, env, arrays))
        case Component("softmax", index, body, place):
            column = np.array([entry_value(body, {**env, index: k}, arrays) for k in range(index.axis.size)])
            return float(softmax(column)[at(place, env)])
    raise AssertionError(e)


def dense(e, axes, arrays, env=None):
    """All values over the axes, by loops."""
    out = np.empty([i.axis.size for i in axes])
    for places in itertools.product(*(range(i.axis.size) for i in axes)):
        out[places] = entry_value(e, {**(env or {}), **dict(zip(axes, places, strict=True))}, arrays)
    return out


def evaluate_tree(tree, arrays, env=None):
    """The tree as a 2-dimensional array; every product must conform, every entrywise operation must have equal shapes."""
    def value(t):
        return evaluate_tree(t, arrays, env)

    def same(parts):
        shapes = {v.shape for v, t in parts if not isinstance(t, mt.Constant)}
        assert len(shapes) <= 1, f"shapes {shapes} meet entry by entry"
        return [v for v, _ in parts]

    def each(trees):
        return same([(value(t), t) for t in trees])

    match tree:
        case mt.Leaf(tensor, places, row):
            picked = arrays[tensor][tuple(slice(None) if p is None else at(p, env) for p in places)]
            if picked.ndim == 2:
                return picked
            return picked.reshape(1, -1) if picked.ndim == 1 and row else picked.reshape(-1, 1)
        case mt.Constant(number):
            return np.array([[float(number)]])
        case mt.Ones(axis):
            return np.ones((axis.size, 1))
        case mt.Identity(axis):
            return np.eye(axis.size)
        case mt.Unit(axis, place):
            return np.eye(axis.size)[:, [at(place, env)]]
        case mt.Transpose(body):
            return value(body).T
        case mt.Product(factors):
            out = value(factors[0])
            for factor in factors[1:]:
                out = out @ value(factor)
            return out
        case mt.Hadamard(factors):
            out = 1.0
            for v in each(factors):
                out = out * v
            return out
        case mt.Quotient(above, below):
            a, b = each([above, below])
            return a / b
        case mt.Raised(body, exponent):
            return value(body) ** float(exponent)
        case mt.Scale(coefficient, above, below, body):
            numbers = [value(t) for t in (*above, *below)]
            assert all(n.shape == (1, 1) for n in numbers)
            up = math.prod(n.item() for n in numbers[:len(above)])
            down = math.prod(n.item() for n in numbers[len(above):])
            return float(coefficient) * up / down * value(body)
        case mt.Plus(terms):
            return sum(each(terms))
        case mt.Elementwise(function, (argument,), 0):
            return np.vectorize(FUNCTIONS[function], otypes=[float])(value(argument))
        case mt.VectorMap("softmax", body, along):
            v = value(body)
            if along:
                assert min(v.shape) > 0
                return np.apply_along_axis(softmax, 1 if along == "rows" else 0, v)
            assert 1 in v.shape
            return softmax(v)
        case mt.Mask(left, relation, right):
            a, b = each([left, right])
            return np.where(HOLDS[relation](a, b), 1.0, 0.0)
        case mt.Diagonal(body):
            v = value(body)
            assert 1 in v.shape
            return np.diag(v.ravel())
        case mt.Kronecker(left, right):
            return np.kron(value(left), value(right))
        case mt.SquaredNorm(body):
            return np.array([[float((value(body) ** 2).sum())]])
    raise AssertionError(tree)


def as_matrix(array, axes, row):
    """What a tree over these axes must evaluate to."""
    if len(axes) == 2:
        return array
    return array.reshape(1, -1) if len(axes) == 1 and row else array.reshape(-1, 1)
