"""Numbers for a quantity that also has a formula: where the formula's own inputs have none, the numbers stand for it."""
from __future__ import annotations

from collections.abc import Mapping

from ..core.equation import Program
from ..core.problem import Problem, Value
from ..core.walk import tensors
from .classify import Given
from .known import Known


def intermediate_data(known: Known, program: Program, data: Mapping[str, Value]) -> dict[str, tuple[Value, object]]:
    """name -> (numbers, span) for defined quantities with numbers that cannot be computed from those of the others."""
    found: dict[str, tuple[Value, object]] = {}
    for kind in known.claims:
        if not isinstance(kind, Given):
            continue
        quantity = known.environment.reading(kind.name)
        name = quantity.name if quantity is not None and not quantity.indices else None
        if name is None or name in found or program.equation(name) is None or program[name].rank != len(kind.literal.shape):
            continue
        if lacking(program, name, data):
            found[name] = kind.literal.value, kind.name.span
    return found


def lacking(program: Program, name: str, data: Mapping[str, Value]) -> set[str]:
    """Given quantities without numbers that a quantity is computed from."""
    seen, waiting, out = {name}, [name], set()
    while waiting:
        each = waiting.pop()
        equation = program.equation(each) if each == name or each not in data else None
        if equation is not None:
            fresh = tensors(equation.right) - seen
            seen |= fresh
            waiting += fresh
        elif each not in data and program[each].role not in ("size", "constant"):
            out.add(each)
    return out


def spared(problem: Problem) -> set[str]:
    """Given quantities whose numbers nothing asked needs, because something computed from them has numbers of its own."""
    program, out = problem.program, set()
    for name in (e.name for e in problem.program.equations if e.name in problem.data):
        without = lacking(program, name, problem.data)
        inputs = tensors(program.equation(name).right)
        if not any(set(w.wrt) & (inputs - without) for w in problem.wanted):       # ∂L/∂x of z = W x needs W
            out |= without
    return out
