"""A formula as its elementary gates: each sum, product, power and function of the graph a quantity of its own, as circuits draw them."""
from __future__ import annotations

from ..core.equation import Equation, Program, Tensor
from ..core.expr import Add, Apply, Entry, Expr, Mul, Number, Power
from ..core.walk import free


class Gates:
    """Names the gates of the scalar and elementwise formulas of a program: g_1, g_2, ... in the order of the forward pass."""

    def __init__(self, program: Program, taken: set[str]):
        self.program, self.taken = program, taken
        self.tensors = dict(program.tensors)
        self.equations: list[Equation] = []
        self.made: dict[str, str] = {}                          # gate -> the quantity whose formula it is part of

    def run(self) -> Program:
        for equation in self.program.equations:
            right = self._node(equation, equation.right, True)
            self.equations.append(Equation(equation.left, right, equation.label, equation.span))
        return Program(self.tensors, tuple(self.equations), self.program.facts)

    def _node(self, equation: Equation, e: Expr, top: bool) -> Expr:
        match e:
            case Entry() | Number():
                return e
            case Add(parts):
                gate: Expr = Add(tuple(self._node(equation, p, False) for p in parts))
            case Mul(parts):
                gate = Mul(tuple(self._node(equation, p, False) for p in parts))
            case Power(base, exponent):
                gate = Power(self._node(equation, base, False), exponent)
            case Apply(function, (argument, *rest), order):
                gate = Apply(function, (self._node(equation, argument, False), *rest), order)
            case _:
                gate = e
        return gate if top else self._named(equation, gate)

    def _named(self, equation: Equation, gate: Expr) -> Entry:
        known = next((e for e in self.equations if e.right == gate), None)
        if known is not None:
            return known.left
        number = len(self.made) + 1
        while (name := f"g_{number}") in self.taken or name in self.tensors:
            number += 1
        at = tuple(i for i in equation.left.at if i in free(gate))
        self.tensors[name] = Tensor(name, tuple(i.axis for i in at))
        entry = Entry(name, at)
        self.equations.append(Equation(entry, gate, "", equation.span))
        self.made[name] = equation.name
        return entry
