"""Numbers from outside (--data) for a problem that is already one: names compared without markup, shapes checked."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..core.problem import Problem, Value
from ..errors import DataError
from .names import loose
from .values import as_data, shape_of


def with_data(problem: Problem, data: Mapping[str, object]) -> Problem:
    """The problem with these numbers, in place of its own where it has some. DataError for a name or a shape that does not fit."""
    numbers, sizes = dict(problem.data), dict(problem.sizes)
    taken: dict[str, str] = {}
    for given, value in as_data(data).items():
        name = _named(problem, given)
        if name in taken:
            raise DataError(f"{name} is given twice, as {taken[name]} and as {given}.")
        taken[name] = given
        if name in problem.program.tensors and problem.program[name].role != "size":
            numbers[name] = value
        else:
            _size(sizes, name, value)
    for name, value in numbers.items():
        _fit(problem, sizes, name, value)
    return replace(problem, data=numbers, sizes=sizes)


def _named(problem: Problem, given: str) -> str:
    """The tensor or size that is meant."""
    program = problem.program
    names = [*program.tensors, *(size for size in sorted(program.sizes()) if size not in program.tensors)]
    fitting = [name for name in names if name == given] or [name for name in names if loose(name) == loose(given)]
    if not fitting:
        given_names = [tensor.name for tensor in program.given() if tensor.role not in ("size", "constant")]
        raise DataError(f"{given} is no quantity of the problem.", suggestion=f"It has {', '.join(given_names)}.")
    if len(fitting) > 1:
        raise DataError(f"{given} may be any of {', '.join(fitting)}.")
    if program.equation(fitting[0]):
        raise DataError(f"{fitting[0]} is defined by an equation, and cannot be given too.")
    return fitting[0]


def _size(sizes: dict[str, int], name: str, value: Value) -> None:
    if isinstance(value, tuple) or value.denominator != 1 or value < 1:
        raise DataError(f"{name} is a size, and a size is a whole number from 1.")
    if sizes.setdefault(name, int(value)) != value:
        raise DataError(f"{name} is {sizes[name]} in the problem and {value} in the data.")


def _fit(problem: Problem, sizes: dict[str, int], name: str, value: Value) -> None:
    """Shapes as declared; sizes that were open are fixed."""
    axes, shape = problem.program[name].axes, shape_of(value)
    if len(shape) != len(axes):
        raise DataError(f"{name} has {len(axes)} axes, and its numbers have {len(shape)}.")
    for axis, length in zip(axes, shape, strict=True):
        size = sizes.setdefault(axis.size, length) if isinstance(axis.size, str) else axis.size
        if size != length:
            raise DataError(f"{name} has {length} entries along {axis.name}, and {axis.name} has the size {size}.")
