"""Numbers for a problem that has none, or other ones than its own: all sizes different, everything else random, labels as labels are."""
from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from fractions import Fraction

from ..core.axis import Axis
from ..core.equation import Program
from ..core.expr import Entry, Number, Offset
from ..core.problem import Problem, Value, entries, filled
from ..core.walk import walk

FIRST_SIZE = 3
"""With 2, factors such as 2/N would be 1 and not be missed."""


def distinct_sizes(problem: Problem) -> dict[str, int]:
    """A number for each size symbol, different from one another and from the sizes that are numbers."""
    taken = {axis.size for t in problem.program.tensors.values() for axis in t.axes if isinstance(axis.size, int)}
    sizes: dict[str, int] = {}
    symbols = sorted(problem.program.sizes() | set(problem.sizes) | {t.name for t in problem.program.tensors.values() if t.role == "size"})
    for symbol in symbols:
        size = FIRST_SIZE
        while size in taken:
            size += 1
        taken.add(size)
        sizes[symbol] = size
    return sizes


def instance(problem: Problem, sizes: Mapping[str, int], seed: int) -> dict[str, Value]:
    """Random exact numbers for every given quantity: three decimals, both signs; labels one-hot where they add up to 1; class labels
    (that stand in positions) whole; learning rates and the like positive and below one half."""
    chance = random.Random(seed)
    program = problem.program
    hot = _one_hot(problem)
    places = class_labels(program)
    data: dict[str, Value] = {}
    for tensor in program.given():
        if tensor.role in ("size", "constant") or tensor.name in sizes and not tensor.axes:
            continue
        shape = tuple(extent(axis, sizes) for axis in tensor.axes)
        if tensor.name in places:
            axis, shift = places[tensor.name]
            size = extent(axis, sizes)
            data[tensor.name] = filled(shape, lambda n=size, s=shift: Fraction(chance.randrange(n) - s))
        elif tensor.name in hot:
            data[tensor.name] = _labels(shape, hot[tensor.name], chance)
        elif tensor.role in ("data", "constant"):
            data[tensor.name] = filled(shape, lambda: Fraction(chance.randrange(100, 450), 1000))
        else:
            data[tensor.name] = filled(shape, lambda: Fraction(chance.choice((-1, 1)) * chance.randrange(150, 950), 1000))
    return data


def moved(problem: Problem, kept: Collection[Fraction], sign: int) -> dict[str, Value]:
    """The sheet's own numbers, the parameters among them each a little larger (sign 1) or smaller (-1), the same ones alike. Zeros, ones, what makes
    1 with another, and the `kept` ones stay as they are: a formula with numbers put in may have left them out."""
    moving = {t.name for t in problem.program.tensors.values() if t.role == "parameter"}
    values = sorted({abs(x) for value in problem.data.values() for x in entries(value)})
    stay = {x for x in values if x in (0, 1) or x in kept or 1 / x in values}
    factor = {x: 1 if x in stay else 1 + Fraction(sign * (k % 7 + 1), 2000) for k, x in enumerate(values)}

    def beside(value: Value) -> Value:
        return tuple(beside(part) for part in value) if isinstance(value, tuple) else value * factor[abs(value)]

    return {name: beside(value) if name in moving else value for name, value in problem.data.items()}


def extent(axis: Axis, sizes: Mapping[str, int]) -> int:
    """The size of an axis as a number. KeyError where its symbol has none."""
    return axis.size if isinstance(axis.size, int) else sizes[axis.size]


def _one_hot(problem: Problem) -> dict[str, int]:
    """Labels that are one-hot, with the axis along which they are: a fact says that they add up to 1, or their numbers show it."""
    found: dict[str, int] = {}
    for fact in problem.program.facts:
        tensor = problem.program.tensors.get(fact.tensor)
        if tensor is not None and problem.program.equation(fact.tensor) is None and fact.total == Number(Fraction(1)) and fact.axis in tensor.axes:
            value = problem.data.get(fact.tensor)
            if value is None or set(entries(value)) <= {0, 1}:
                found[fact.tensor] = tensor.axes.index(fact.axis)
    return found


def class_labels(program: Program) -> dict[str, tuple[Axis, int]]:
    """Quantities whose value is a position, with the axis on which it lies and what is added to it there: o in yhat[o - 1]."""
    found: dict[str, tuple[Axis, int]] = {}
    for equation in program.equations:
        for node in walk(equation.right):
            if isinstance(node, Entry) and node.tensor in program.tensors:
                for place, axis in zip(node.at, program[node.tensor].axes, strict=False):
                    if isinstance(place, Offset):
                        found |= {variable.tensor: (axis, place.constant) for variable, _ in place.terms if isinstance(variable, Entry)}
    return found


def _labels(shape: tuple[int, ...], axis: int, chance: random.Random) -> Value:
    """Zeros, and one 1 along the axis."""
    hits: dict[tuple[int, ...], int] = {}

    def at(place: tuple[int, ...]) -> Value:
        if len(place) < len(shape):
            return tuple(at((*place, k)) for k in range(shape[len(place)]))
        others = place[:axis] + place[axis + 1:]
        return Fraction(int(place[axis] == hits.setdefault(others, chance.randrange(shape[axis]))))

    return at(())
