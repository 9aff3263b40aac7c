"""Gradients by SymPy: the loss as one formula of symbols, differentiated there, and evaluated at the data. For tests only."""
from __future__ import annotations

from itertools import product

import numpy as np
import sympy as sp

from longhand.core.axis import Index
from longhand.core.expr import Add, Apply, Component, Delta, Entry, Expr, Holds, Mul, Number, Power, Sum
from longhand.core.problem import Problem

RELATIONS = {">": sp.Gt, ">=": sp.Ge, "<": sp.Lt, "<=": sp.Le, "==": sp.Eq, "!=": sp.Ne}
FUNCTIONS = {
    "ln": sp.log, "exp": sp.exp, "tanh": sp.tanh, "sigmoid": lambda x: 1 / (1 + sp.exp(-x)), "softplus": lambda x: sp.log(1 + sp.exp(x)),
    "relu": lambda x: sp.Piecewise((x, x > 0), (0, True)), "elu": lambda x, a: sp.Piecewise((x, x >= 0), (a * (sp.exp(x) - 1), True)),
    "abs": lambda x: sp.Piecewise((x, x > 0), (-x, True)), "identity": lambda x: x,
    "huber": lambda x, d: sp.Piecewise((x ** 2 / 2, sp.And(x <= d, x >= -d)), (d * (x - d / 2), x > d), (d * (-x - d / 2), True)),
}


DIGITS = 30


class Symbolic:
    """Entries of a program as SymPy formulas: one variable stays a symbol, all other data are numbers of 30 digits, so that what does
    not depend on it is a number at once (exact, a formula of seven inputs takes SymPy minutes)."""

    def __init__(self, problem: Problem, wrt: str, at: tuple[int, ...]):
        self.problem, self.moving = problem, (wrt, at)
        self.symbol = sp.Symbol("moving", real=True)
        self.known: dict = {}

    def entry(self, name: str, at: tuple[int, ...]):
        if (name, at) == self.moving:
            return self.symbol
        if (name, at) not in self.known:
            equation = self.problem.program.equation(name)
            if equation is None:
                value = self.problem.data[name]
                for k in at:
                    value = value[k]
                self.known[name, at] = sp.Float(value.numerator, DIGITS) / value.denominator
            else:
                self.known[name, at] = self.value(equation.right, dict(zip(equation.left.at, at, strict=True)))
        return self.known[name, at]

    def value(self, e: Expr, at: dict[Index, int]):
        match e:
            case Number(value):
                return sp.Rational(value.numerator, value.denominator)
            case Entry(tensor, places):
                return self.entry(tensor, tuple(at[p] for p in places))
            case Delta(left, right):
                return sp.Integer(at[left] == at[right])
            case Holds(left, relation, right):
                return sp.Piecewise((1, RELATIONS[relation](self.value(left, at), self.value(right, at))), (0, True))
            case Add(parts):
                return sum(self.value(part, at) for part in parts)
            case Mul(parts):
                return sp.Mul(*(self.value(part, at) for part in parts))
            case Power(base, exponent):
                return self.value(base, at) ** sp.Rational(exponent.numerator, exponent.denominator)
            case Sum(index, body):
                return sum(self.value(body, {**at, index: k}) for k in range(index.axis.size))
            case Apply(function, arguments, 0):
                return FUNCTIONS[function](*(self.value(a, at) for a in arguments))
            case Component(function, index, body, place):
                powers = [sp.exp(self.value(body, {**at, index: k})) for k in range(index.axis.size)]
                share = powers[at[place]] / sum(powers)
                return sp.log(share) if function == "log_softmax" else share
        raise AssertionError(e)


def sympy_gradient(problem: Problem, wrt: str) -> np.ndarray:
    """∂loss/∂wrt for a given tensor."""
    sizes = [axis.size for axis in problem.program[wrt].axes]
    out = np.zeros(sizes)
    for at in product(*map(range, sizes)):
        formula = Symbolic(problem, wrt, at)
        here = problem.data[wrt]
        for k in at:
            here = here[k]
        slope = sp.diff(formula.entry(problem.loss, ()), formula.symbol)
        out[at] = float(slope.subs(formula.symbol, sp.Float(here.numerator, DIGITS) / here.denominator).evalf(DIGITS))
    return out
