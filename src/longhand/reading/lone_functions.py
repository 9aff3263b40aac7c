"""Functions asked about by themselves: "derivatives of tanh and ReLU" makes a small problem of each, y = f(x)."""
from __future__ import annotations

from ..core.axis import Axis, Index
from ..core.equation import Equation, Program, Tensor
from ..core.expr import Apply, Component, Entry
from ..core.problem import Problem, Remark, Wanted
from ..functions import table
from .requests import Request


def lone_functions(request: Request, line: int | None) -> list[Problem]:
    """The problems of a request of kind "function": the derivative of each of its functions."""
    return [made for name in request.words if (made := _problem(name, request, line)) is not None]


def _problem(name: str, request: Request, line: int | None) -> Problem | None:
    row, vector = table.scalar(name), table.vector(name)
    if row is not None:
        argument, value = Tensor("x", (), "input"), Tensor("y", (), "intermediate")
        constants = table.parameters(row)
        right = Apply(row.name, (Entry("x"), *constants))
        numbers = ", ".join(str(c.value) for c in constants)
        told = (Remark(f"the parameter of {row.name} is {numbers}", "the usual value; the sheet gives none", line),)
        program = Program({"x": argument, "y": value}, (Equation(Entry("y"), right),))
        return Problem(program, None, wanted=(Wanted("jacobian", "y", ("x",), False, line, request.text),),
                       title=f"The derivative of {row.name}", assumptions=told if constants else ())
    if vector is not None:
        axis = Axis("n", "n", "i")
        i, k = Index(axis), Index(axis, 1)
        program = Program({"x": Tensor("x", (axis,), "input"), "y": Tensor("y", (axis,))},
                          (Equation(Entry("y", (i,)), Component(vector.name, k, Entry("x", (k,)), i)),))
        return Problem(program, None, wanted=(Wanted("jacobian", "y", ("x",), False, line, request.text),),
                       title=f"The Jacobian of {vector.name}")
    return None
