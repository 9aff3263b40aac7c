"""Gradients in terms of one another: dL/du = dL/dh · f'(u), where the derivation, to be short, has put in what dL/dh is.

A writer who prints dL/dh computes on with what is printed, so the reference has to read it by name, too.
"""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..core.equation import Equation, Program
from ..core.expr import Add, Expr, Mul, Sum, mul
from ..core.walk import canonical, children, rebuild, tensors


def named(program: Program) -> Program:
    """The program with each gradient read by name wherever a later gradient has its right side inside."""
    made: list[Equation] = []
    known: list[Equation] = []
    for equation in program.equations:
        if program[equation.name].role == "gradient":
            for other in reversed(known):
                if other.name not in tensors(equation.right):
                    equation = replace(equation, right=_read(equation.right, other))
            if isinstance(equation.right, Add | Mul | Sum) and len(set(equation.left.at)) == len(equation.left.at):
                known.append(replace(equation, right=canonical(equation.right)))
        made.append(equation)
    return replace(program, equations=tuple(made))


def _read(e: Expr, other: Equation) -> Expr:
    """The expression with the entry of `other` for what equals its right side."""
    if canonical(e) == other.right:
        return other.left
    if isinstance(e, Mul) and isinstance(other.right, Mul) and (rest := _without(e.factors, other.right.factors)) is not None:
        return mul(other.left, *rest)
    if not any(True for _ in children(e)):
        return e
    return rebuild(e, lambda child: _read(child, other))


def _without(factors: Iterable[Expr], taken: Iterable[Expr]) -> list[Expr] | None:
    """The factors without some of them; None where one is not among them."""
    left = list(factors)
    for factor in taken:
        at = next((k for k, each in enumerate(left) if canonical(each) == factor), None)
        if at is None:
            return None
        del left[at]
    return left
