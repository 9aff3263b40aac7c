"""Names of quantities and derivatives compared without markup: dL/dW_1, ∂L/∂W^{(1)} and \\nabla_{W_1} L are one."""
from __future__ import annotations

from functools import lru_cache

from ..reading.formula import read_formula
from ..reading.names import flat, loose
from ..reading.syntax import Derivative, Formula, Nabla

LONGEST = 200


@lru_cache(4096)
def spelling(name: str) -> str:
    """What two spellings of one quantity have in common."""
    text = name.strip().strip("$").strip()[:LONGEST]
    base, at, step = text.rpartition("@")
    if at and step.isdigit():                                                   # the program's own: W_1@1, after one update
        return f"{spelling(base)}@{step}"
    above, slash, below = text.partition("/")
    if slash and all(half.startswith("d") and half[1:].isidentifier() for half in (above, below)):       # the program's own: dyhat/dz
        return f"d{loose(above[1:])}/d{loose(below[1:])}"
    match read_formula(text).formula:
        case Derivative(_, of, (by,), _) | Nabla(_, by, of) if of is not None and by is not None and flat(of) and flat(by):
            return f"d{_plain(of)}/d{_plain(by)}"
        case formula:
            return loose(flat(formula) or text)


def entry(quantity: str) -> tuple[str, str]:
    """The quantity that a claim is about, and the one entry of it: ("dL/dW", "0,1") of dL/dW[0,1], ("dL/dW", "") of dL/dW."""
    name, bracket, at = quantity.removesuffix("]").rpartition("[")
    return (name, at) if bracket and quantity.endswith("]") and at.replace(",", "").isdigit() else (quantity, "")


def variable(spelled: str) -> str:
    """What a derivative is with respect to, "" for what is none."""
    return spelled.partition("/d")[2]


def _plain(formula: Formula) -> str:
    return loose(flat(formula) or "")
