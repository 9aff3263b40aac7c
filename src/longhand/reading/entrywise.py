"""Functions applied entry by entry: whether the body of a function that the sheet defines means the same for a number as for each entry."""
from __future__ import annotations

from ..functions import table
from .environment import Environment, SheetFunction
from .names import flat, is_transpose
from .syntax import Accent, BigOperator, Call, Formula, Index, Matrix, Name, Norm, Product, Row, Script, walk

CONSTANTS = frozenset({"e", "pi"})


def by_entries(function: SheetFunction, env: Environment) -> bool:
    """Whether the function takes a number: its body reads nothing but its argument and numbers, and has no transpose, sum, norm, entry of
    the argument, scalar product of the argument with itself, or function of a whole vector."""
    if len(function.parameters) != 1 or function.at:
        return False
    parameter = flat(function.parameters[0])
    inside = list(walk(function.body))
    called = {id(part) for node in inside if isinstance(node, Call) for part in walk(node.function)}
    return not any(_whole(node, parameter, env) or isinstance(node, Name | Accent) and id(node) not in called and not _number(node, parameter, env)
                   for node in inside)


def _number(node: Formula, parameter: str | None, env: Environment) -> bool:
    """Whether a name is the argument, a number of the sheet or a known one."""
    name = flat(node) or ""
    known = env.quantities.get(name)
    return name == parameter or known is not None and not known.axes or known is None and name in CONSTANTS


def _whole(node: Formula, parameter: str | None, env: Environment) -> bool:
    """Whether a part of a formula has a meaning only for a whole vector, or another one."""
    match node:
        case BigOperator() | Matrix() | Row() | Index() | Norm(bars=2):
            return True
        case Script(sup=sup) if is_transpose(sup):
            return True
        case Script(base=base, sub=sub) if sub is not None and flat(base) == parameter:
            return flat(node) != parameter
        case Product(factors=factors, operators=operators):
            return any(sign == "cdot" and flat(a) == flat(b) == parameter
                       for a, sign, b in zip(factors, operators, factors[1:], strict=False))
        case Call(function=called):
            name = flat(called) or ""
            return table.vector(name) is not None or table.vector(env.words.get(name, "")) is not None
    return False

