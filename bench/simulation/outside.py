"""Wrong formulas that no catalogue has: made of a right one by chance. They must be found, and need no name."""
from __future__ import annotations

import math
from random import Random

from .arithmetic import Rows, each, plus, scaled, sums, times
from .mistakes import Kind
from .networks import Env, Network, right, split

WAYS = ("factor", "offset", "square", "root", "reverse", "shifted", "absolute", "mixed", "cosine", "own gradient")


def perturbed(way: str, factor: float, at: str) -> Kind:
    """The mistake of one way, at one sort of quantity."""
    def formula(network: Network, k: int, e: Env) -> Rows | None:
        key = f"{at}{k}" if k else at
        rows = right(network, key, e)
        match way:
            case "factor":
                return scaled(factor, rows)
            case "offset":
                return each(lambda c: c + factor, rows)
            case "square":
                return each(lambda c: c * c, rows)
            case "root":
                return each(lambda c: math.copysign(math.sqrt(abs(c)), c), rows)
            case "reverse":
                return [row[::-1] for row in rows]
            case "shifted":
                return [row[1:] + row[:1] for row in rows]
            case "absolute":
                return each(abs, rows)
            case "mixed":
                return plus(rows, times(rows, rows))
            case "cosine":
                return each(math.cos, rows)
            case _:
                return plus(rows, sums(rows)) if len(rows[0]) > 1 else None
    return Kind("", f"outside: {way}", at, formula)


def outside(key: str, chance: Random) -> Kind:
    return perturbed(chance.choice(WAYS), round(chance.choice((-1, 1)) * chance.uniform(0.3, 3), 2), split(key)[0])
