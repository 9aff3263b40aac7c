"""A program for one example turned into the program for a batch: every example-dependent quantity gets the batch axis in front."""
from __future__ import annotations

from ..core.axis import Axis, Index
from ..core.equation import Equation, Program, Tensor
from ..core.expr import Entry, Expr, Sum, mul, number, power
from ..core.walk import replace_entries, tensors


def batched(program: Program, loss: str, axis: Axis, examples: tuple[str, ...], mean: bool = False) -> Program:
    """`program` with `examples` (inputs and labels) and all that depends on them given one more axis, in front; the loss is summed
    over the batch, or averaged. Quantities without an example in them, parameters, and what is made of the loss stay as they are."""
    varying, before = set(examples), -1
    while len(varying) > before:                               # a recurrence may read what is defined below it
        before = len(varying)
        varying |= {e.name for e in program.equations if tensors(e.right) & (varying - {loss})}
    row = Index(axis, 0)

    def change(e: Entry) -> Expr:
        return Entry(e.tensor, (row, *e.at)) if e.tensor in varying and e.tensor != loss else e

    made, equations = dict(program.tensors), []
    for name in varying - {loss}:
        old = program[name]
        made[name] = Tensor(name, (axis, *old.axes), old.role)
    for equation in program.equations:
        if equation.name not in varying:
            equations.append(equation)
        elif equation.name != loss:
            right = replace_entries(equation.right, change)
            equations.append(Equation(Entry(equation.name, (row, *equation.left.at)), right, equation.label))
        else:
            total: Expr = Sum(row, replace_entries(equation.right, change))
            if mean:
                size = Entry(axis.size) if isinstance(axis.size, str) else number(axis.size)
                total = mul(power(size, -1), total)
            equations.append(Equation(equation.left, total, equation.label))
    return Program(made, tuple(equations), program.facts)
