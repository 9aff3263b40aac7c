"""The update of one parameter as a problem of its own: the equations of a method of calculus.descent, for any step."""
from __future__ import annotations

from ..backends.array_code import Code
from ..backends.lowering import lowered
from ..calculus.descent import Method
from ..core.axis import Axis
from ..core.equation import Equation, Program, Tensor
from ..core.expr import Entry, Expr
from ..core.problem import Problem
from ..core.record import record
from ..core.walk import replace_entries

PARAMETER, GRADIENT, NEW = "parameter", "gradient", "new parameter"


@record
class Update:
    """Array code for the update of a parameter of some rank.

    inputs   what is read, in order: "parameter", "gradient", the method's state, its constants and corrections
    results  what is written: state by name, and "new parameter"; each the array that holds it
    """
    code: Code
    inputs: tuple[str, ...]
    results: dict[str, str]


def update(method: Method, rank: int) -> Update:
    """The update as array code. A method that looks ahead gets its gradient there: see `ahead`."""
    axes = tuple(Axis(f"u{k}", f"u{k}", letter) for k, letter in zip(range(rank), "ijklmn", strict=False))
    tensors = {PARAMETER: Tensor(PARAMETER, axes, "parameter"), GRADIENT: Tensor(GRADIENT, axes, "input")}
    tensors |= {name: Tensor(name, axes, "input") for name in method.state}
    scalars = (*method.constants, *method.corrections)
    tensors |= {name: Tensor(name, (), "data") for name in scalars}
    at = tensors[PARAMETER].entry().at
    state: dict[str, Expr] = {name: Entry(name, at) for name in method.state}
    made = method.update(Entry(PARAMETER, at), Entry(GRADIENT, at), state, {name: Entry(name) for name in scalars})
    named = {what: NEW if what == PARAMETER else f"new {what}" for what in made}
    equations = []
    for what, right in made.items():
        right = replace_entries(right, lambda e: Entry(named[e.tensor], at) if e.tensor in named and e.tensor != PARAMETER and e.at == () else e)
        tensors[named[what]] = Tensor(named[what], axes)
        equations.append(Equation(Entry(named[what], at), right))
    code = lowered(Problem(Program(tensors, tuple(equations))))
    inputs = tuple(code.arrays[name].tensor for name in code.inputs)
    held = {array.tensor: name for name, array in code.arrays.items()}
    return Update(code, inputs, {what: held[name] for what, name in named.items() if what in (*method.state, PARAMETER)})
