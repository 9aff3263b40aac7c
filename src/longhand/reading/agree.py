"""Whether two expressions for one quantity agree: both evaluated on random numbers, with all sizes different."""
from __future__ import annotations

import math
import random

from ..core.equation import Equation, Program
from ..core.expr import Entry
from ..core.walk import tensors
from ..numbers.arithmetic import FLOATS
from ..numbers.faults import EvaluationError, NumberError
from ..numbers.interpret import Values

TOLERANCE = 1e-9
LARGEST = 6
SIGNED = (1, 2, 3, 4)           # seeds of numbers of either sign: two cases of a formula differ for some of them


def agree(program: Program, name: str, other: Equation) -> bool | None:
    """True or False where both can be evaluated, None where they cannot be."""
    if tensors(other.right) - set(program.tensors) or len(other.left.at) != program[name].rank:
        return None
    other = Equation(Entry("the other", other.left.at), other.right)
    like = program[name]
    both = program.extended([type(like)("the other", like.axes)], [other])
    first = _agree(both, name, 1, 0.2)
    if first is not True:
        return first
    return all(_agree(both, name, seed, -0.9) is not False for seed in SIGNED)      # what has no value there is compared for positive numbers alone


def _agree(both: Program, name: str, seed: int, least: float) -> bool | None:
    sizes, data = numbers_for(both, seed, least)
    try:
        values = Values(both, data, sizes, FLOATS)
        mine, theirs = flat(values.tensor(name)), flat(values.tensor("the other"))
    except (EvaluationError, NumberError, ArithmeticError, ValueError, KeyError):
        return None
    if not all(map(math.isfinite, (*mine, *theirs))):
        return None
    return len(mine) == len(theirs) and all(abs(a - b) <= TOLERANCE * max(1.0, abs(a)) for a, b in zip(mine, theirs, strict=True))


def numbers_for(program: Program, seed: int = 1, least: float = 0.2) -> tuple[dict[str, int], dict[str, object]]:
    """(sizes, data): sizes all different where they may be, data between `least` and 0.9 for every given tensor."""
    chance = random.Random(seed)
    symbols = sorted(program.sizes())
    sizes = {symbol: 2 + k % LARGEST for k, symbol in enumerate(symbols)}
    data: dict[str, object] = {}

    def fill(axes):
        if not axes:
            return chance.uniform(least, 0.9)
        size = axes[0].size if isinstance(axes[0].size, int) else sizes[axes[0].size]
        return tuple(fill(axes[1:]) for _ in range(size))

    for tensor in program.given():
        if tensor.role not in ("size", "constant"):
            data[tensor.name] = fill(tensor.axes)
    return sizes, data


def flat(nested: object) -> list[float]:
    if isinstance(nested, list | tuple):
        return [x for item in nested for x in flat(item)]
    return [float(nested)]
