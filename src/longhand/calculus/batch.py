"""A program for one example turned into the program for a batch: every example-dependent quantity gets the batch axis in front."""
from __future__ import annotations

from dataclasses import replace

from ..core.axis import Axis, Index
from ..core.equation import Equation, Program, Tensor
from ..core.expr import Component, Delta, Entry, Expr, Position, Sum, mul, number, power
from ..core.walk import rebuild, tensors


def batched(program: Program, loss: str, axis: Axis, examples: tuple[str, ...], mean: bool = False) -> Program:
    """`program` with `examples` (inputs and labels) and all that depends on them given one more axis, in front; the loss is summed
    over the batch, or averaged. Quantities without an example in them, parameters, and what is made of the loss stay as they are."""
    varying, before = set(examples), -1
    while len(varying) > before:                               # a recurrence may read what is defined below it
        before = len(varying)
        varying |= {e.name for e in program.equations if tensors(e.right) & (varying - {loss})}
    row = Index(axis, 0)

    def entry(e: Entry) -> Entry:
        at = tuple(map(position, e.at))
        return Entry(e.tensor, (row, *at) if e.tensor in varying and e.tensor != loss else at)

    def position(at: Position) -> Position:
        """A position that a label names, p[c], is that of each example's own label."""
        return at if isinstance(at, Index) else replace(at, terms=tuple((entry(v) if isinstance(v, Entry) else v, c) for v, c in at.terms))

    def changed(e: Expr) -> Expr:
        match e:
            case Entry():
                return entry(e)
            case Delta(left, right):
                return Delta(position(left), position(right))
            case Component(function, index, body, at):
                return Component(function, index, changed(body), position(at))
        return rebuild(e, changed)

    made, equations = dict(program.tensors), []
    for name in varying - {loss}:
        old = program[name]
        made[name] = Tensor(name, (axis, *old.axes), old.role)
    for equation in program.equations:
        if equation.name not in varying:
            equations.append(equation)
        elif equation.name != loss:
            equations.append(Equation(Entry(equation.name, (row, *equation.left.at)), changed(equation.right), equation.label))
        else:
            total: Expr = Sum(row, changed(equation.right))
            if mean:
                size = Entry(axis.size) if isinstance(axis.size, str) else number(axis.size)
                total = mul(power(size, -1), total)
            equations.append(Equation(equation.left, total, equation.label))
    return Program(made, tuple(equations), program.facts)
