"""The judge of derivations: an index expression as a NumPy array, by broadcasting, with functions written down once more.

Every index is one dimension of the arrays, so nothing here knows of matrices, and nothing is shared with the code under test but the
node types. Functions are NumPy's own or the textbook's formula; a derivative of a function is a difference quotient of it.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import erf, pi

import numpy as np

from longhand.core.axis import Axis, Index
from longhand.core.equation import Equation, Program
from longhand.core.expr import Add, Apply, Component, Delta, Entry, Expr, Holds, Mul, Number, Position, Power, Sum
from longhand.core.problem import Problem

Array = np.ndarray


def _sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def _softplus(x: Array) -> Array:
    return np.log1p(np.exp(x))


def _elu(x: Array, a: Array) -> Array:
    return np.where(x >= 0, x, a * np.expm1(x))


def _huber(x: Array, d: Array) -> Array:
    return np.where(np.abs(x) <= d, x * x / 2, d * (np.abs(x) - d / 2))


SLOPE, DEPTH = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717
_erf = np.vectorize(erf, otypes=[float])

FUNCTIONS: Mapping[str, Callable[..., Array]] = {
    "exp": np.exp, "ln": np.log, "sin": np.sin, "cos": np.cos, "tanh": np.tanh, "arctan": np.arctan, "erf": _erf,
    "abs": np.abs, "sign": np.sign, "sinh": np.sinh, "cosh": np.cosh, "tan": np.tan, "log2": np.log2, "log10": np.log10,
    "phi": lambda x: np.exp(-x * x / 2) / np.sqrt(2 * pi), "Phi": lambda x: (1 + _erf(x / np.sqrt(2))) / 2,
    "identity": lambda x: x, "step": lambda x: np.where(x > 0, 1.0, 0.0), "heaviside": lambda x: np.where(x >= 0, 1.0, 0.0),
    "relu": lambda x: np.maximum(x, 0), "relu6": lambda x: np.clip(x, 0, 6), "leaky_relu": lambda x, a: np.where(x > 0, x, a * x),
    "elu": _elu, "selu": lambda x: SLOPE * _elu(x, DEPTH), "softplus": _softplus,
    "sigmoid": _sigmoid, "log_sigmoid": lambda x: -_softplus(-x),
    "silu": lambda x: x * _sigmoid(x), "mish": lambda x: x * np.tanh(_softplus(x)), "gelu": lambda x: x * (1 + _erf(x / np.sqrt(2))) / 2,
    "gelu_tanh": lambda x: x / 2 * (1 + np.tanh(np.sqrt(2 / pi) * (x + 0.044715 * x ** 3))), "hard_tanh": lambda x: np.clip(x, -1, 1),
    "softsign": lambda x: x / (1 + np.abs(x)), "huber": _huber,
}
"""Every function by name; a name that is missing fails the test that needs it."""

HOLDS = {">": np.greater, ">=": np.greater_equal, "<": np.less, "<=": np.less_equal, "==": np.equal, "!=": np.not_equal}
STEPS = {0: None, 1: 1e-6, 2: 1e-4}


def function_value(name: str, arguments: tuple[Array, ...], order: int) -> Array:
    """The function, or its first or second derivative by central differences."""
    f = FUNCTIONS[name]
    x, *rest = arguments
    if order == 0:
        return f(x, *rest)
    h = STEPS[order]
    if order == 1:
        return (f(x + h, *rest) - f(x - h, *rest)) / (2 * h)
    return (f(x + h, *rest) - 2 * f(x, *rest) + f(x - h, *rest)) / h ** 2


@dataclass(slots=True)
class Judge:
    """Arrays by name, and sizes."""
    arrays: dict[str, Array]
    sizes: Mapping[str, int] = field(default_factory=dict)

    def extent(self, axis: Axis) -> int:
        return axis.size if isinstance(axis.size, int) else self.sizes[axis.size]

    def array(self, e: Expr, at: tuple[Index, ...]) -> Array:
        """All values of e over the indices `at`, one dimension each."""
        value = self._value(e, list(at))
        return np.broadcast_to(value, [self.extent(i.axis) for i in at]).astype(float)

    def _range(self, index: Index, order: list[Index]) -> Array:
        shape = [1] * len(order)
        shape[order.index(index)] = self.extent(index.axis)
        return np.arange(self.extent(index.axis)).reshape(shape)

    def _place(self, place: Position, order: list[Index]) -> Array:
        if isinstance(place, Index):
            return self._range(place, order)
        total = np.full([1] * len(order), place.constant)
        for variable, coefficient in place.terms:
            where = self._range(variable, order) if isinstance(variable, Index) else np.rint(self._value(variable, order)).astype(int)
            total = total + coefficient * where
        return total

    def _value(self, e: Expr, order: list[Index]) -> Array:
        """An array with one dimension for each index of `order`, of length 1 where e does not depend on it."""
        match e:
            case Number(value):
                return np.full([1] * len(order), float(value))
            case Entry("pi", ()):
                return np.full([1] * len(order), pi)
            case Entry(tensor, ()) if tensor in self.sizes:
                return np.full([1] * len(order), float(self.sizes[tensor]))
            case Entry(tensor, at):
                return self._entry(self.arrays[tensor], [self._place(p, order) for p in at], order)
            case Delta(left, right):
                return (self._place(left, order) == self._place(right, order)).astype(float)
            case Holds(left, relation, right):
                return HOLDS[relation](self._value(left, order), self._value(right, order)).astype(float)
            case Add(parts):
                return sum(self._value(part, order) for part in parts)
            case Mul(parts):
                return self._product(parts, order)
            case Power(base, exponent):
                return self._value(base, order) ** float(exponent)
            case Sum(index, body):
                return self._over(index, body, order).sum(axis=-1)
            case Apply(function, arguments, derivative):
                return function_value(function, tuple(self._value(a, order) for a in arguments), derivative)
            case Component(function, index, body, at):
                return self._component(function, self._over(index, body, order), self._place(at, order))
        raise AssertionError(f"no value for {e!r}")

    def _over(self, index: Index, body: Expr, order: list[Index]) -> Array:
        """The body with the bound index as one more dimension, the last. An index of the same name outside is hidden."""
        inner = [Index(i.axis, -1 - k) if i == index else i for k, i in enumerate(order)]
        value = self._value(body, [*inner, index])
        return np.broadcast_to(value, (*value.shape[:-1], self.extent(index.axis)))

    def _entry(self, array: Array, at: list[Array], order: list[Index]) -> Array:
        if not at:
            return np.full([1] * len(order), float(array))
        inside = np.ones([1] * len(order), bool)
        for place, size in zip(at, array.shape, strict=True):
            inside = inside & (place >= 0) & (place < size)
        clipped = tuple(np.clip(place, 0, size - 1) for place, size in zip(at, array.shape, strict=True))
        return np.where(inside, array[clipped], 0.0)

    def _product(self, parts: tuple[Expr, ...], order: list[Index]) -> Array:
        """A product is 0 where a factor is exactly 0, whatever the others are."""
        with np.errstate(all="ignore"):
            values = [self._value(part, order) for part in parts]
            zero, product = np.zeros([1] * len(order), bool), np.ones([1] * len(order))
            for value in values:
                zero, product = zero | (value == 0), product * value
        return np.where(zero, 0.0, product)

    def _component(self, function: str, body: Array, at: Array) -> Array:
        shifted = body - body.max(axis=-1, keepdims=True)
        total = np.exp(shifted).sum(axis=-1, keepdims=True)
        out = {"softmax": np.exp(shifted) / total, "log_softmax": shifted - np.log(total)}[function]
        shape = np.broadcast_shapes(out.shape[:-1], at.shape)
        out = np.broadcast_to(out, (*shape, out.shape[-1]))
        return np.take_along_axis(out, np.broadcast_to(at, shape)[..., None], axis=-1)[..., 0]

    # ---- programs ------------------------------------------------------------------------------------------------

    def run(self, program: Program, only: Callable[[Equation], bool] = lambda e: True) -> None:
        """Computes every equation in order. A recurrence runs again and again until nothing moves: its steps are that many at most.
        Equations may be defined from the last to the first step, and read each other: the whole block is repeated."""
        for equation in program.equations:
            if only(equation) and equation.name not in self.arrays:
                self.arrays[equation.name] = np.zeros([self.extent(axis) for axis in program[equation.name].axes])
        for _ in range(MOST_STEPS):
            moved = False
            for equation in program.equations:
                if only(equation):
                    new = self.array(equation.right, equation.left.at)
                    moved = moved or not np.array_equal(new, self.arrays[equation.name], equal_nan=True)
                    self.arrays[equation.name] = new
            if not moved:
                return
        raise AssertionError("the values do not settle")


MOST_STEPS = 50


def judge(problem: Problem) -> Judge:
    """The data of a problem as arrays, the forward pass computed."""
    sizes = dict(problem.sizes)
    ready = Judge({name: as_array(value) for name, value in problem.data.items()}, sizes)
    ready.run(problem.program)
    return ready


def as_array(value: object) -> Array:
    return np.array([as_array(v) for v in value]) if isinstance(value, tuple) else np.array(float(value))


def differences(problem: Problem, ready: Judge, of: str, wrt: str, step: float = 1e-6) -> Array:
    """∂of/∂wrt by central differences of the forward pass: axes of `of`, then axes of `wrt`. A computed quantity stays where it is put."""
    defined = problem.program.equation(wrt) is not None
    base = ready.arrays[wrt]
    later = {wrt} if defined else set()

    def passed(value: Array) -> Array:
        moved = Judge({**ready.arrays, wrt: value}, ready.sizes)
        moved.run(problem.program, lambda equation: equation.name not in later)
        return moved.arrays[of]

    out = np.zeros((*ready.arrays[of].shape, *base.shape))
    for at in np.ndindex(base.shape):
        up, down = base.copy(), base.copy()
        up[at] += step
        down[at] -= step
        out[(..., *at)] = (passed(up) - passed(down)) / (2 * step)
    return out
