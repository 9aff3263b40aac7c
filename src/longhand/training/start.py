"""Where training starts: the sheet's numbers, or random ones of a spread that suits what reads the parameter."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod, sqrt
from typing import TYPE_CHECKING

from ..core.axis import Axis
from ..core.equation import Program, Tensor
from ..core.expr import Apply, Entry, Expr, Mul, Sum
from ..core.record import record
from ..core.walk import children, tensors, walk

if TYPE_CHECKING:
    import numpy as np

RECTIFIERS = frozenset({"relu", "leaky_relu", "elu", "relu6", "softplus", "gelu", "swish"})


@record
class Start:
    """How one parameter begins: `rule` in words, and the bound or standard deviation of its random entries (0: they are 0)."""
    rule: str
    spread: float = 0.0
    normal: bool = False


def start(program: Program, parameter: Tensor, sizes: Mapping[str, int]) -> Start:
    """How a parameter without numbers begins: 0 where it is only added, else random (Glorot and Bengio 2010; before a rectifier He et al. 2015)."""
    contracted = next((found for e in program.equations for found in _readings(e.right, parameter.name)), None)
    if contracted is None:
        return Start("zeros")
    fan_in = prod(_size(axis, sizes) for axis in contracted)
    fan_out = prod(_size(axis, sizes) for axis in parameter.axes if axis not in contracted)
    if _reaches_rectifier(program, parameter.name):
        return Start(f"normal, He: standard deviation sqrt(2/{fan_in})", sqrt(2 / fan_in), True)
    return Start(f"uniform, Glorot: up to sqrt(6/({fan_in} + {fan_out}))", sqrt(6 / (fan_in + fan_out)))


def drawn(begin: Start, shape: tuple[int, ...], random: np.random.Generator) -> np.ndarray:
    """The first values of a parameter, float64."""
    import numpy as np
    if not begin.spread:
        return np.zeros(shape)
    return random.normal(0.0, begin.spread, shape) if begin.normal else random.uniform(-begin.spread, begin.spread, shape)


def _readings(e: Expr, name: str, summed: tuple[Axis, ...] = ()) -> Iterator[tuple[Axis, ...]]:
    """For each place where an entry of the parameter is a factor: the axes of the entry that are summed over."""
    match e:
        case Sum(index, body):
            yield from _readings(body, name, (*summed, index.axis))
        case Mul(factors):
            for factor in factors:
                if isinstance(factor, Entry) and factor.tensor == name and any(tensors(f) for f in factors if f is not factor):
                    indices = {i.axis for p in factor.at for i in _axes(p)}
                    yield tuple(axis for axis in summed if axis in indices)
                else:
                    yield from _readings(factor, name, summed)
        case Entry():
            return
        case _:
            for part in children(e):
                yield from _readings(part, name, summed)


def _axes(position: object) -> Iterator:
    if hasattr(position, "axis"):
        yield position
    else:
        yield from (v for v, _ in position.terms if hasattr(v, "axis"))


def _reaches_rectifier(program: Program, name: str) -> bool:
    """Whether the first function after the quantity that reads the parameter is a rectifier."""
    reader = next((e for e in program.equations if name in tensors(e.right)), None)
    if reader is None:
        return False
    if _rectified(reader.right, name):
        return True
    after = next((e for e in program.equations if reader.name in tensors(e.right)), None)
    return after is not None and _rectified(after.right, reader.name)


def _rectified(e: Expr, name: str) -> bool:
    return any(isinstance(node, Apply) and node.function in RECTIFIERS and name in tensors(node) for node in walk(e))


def _size(axis: Axis, sizes: Mapping[str, int]) -> int:
    return axis.size if isinstance(axis.size, int) else sizes[axis.size]
