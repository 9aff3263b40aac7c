"""Words: what a quantity is called, and the sentences of the derivation, as tables."""
from __future__ import annotations

from typing import NamedTuple

from ...calculus.derivation import Step
from ...calculus.rules import RULES
from ...core.equation import Program, Tensor
from ...core.expr import Add, Apply, Component, Entry, Expr, Mul, Power, Sum
from ...core.walk import tensors, walk
from ...functions import table
from .. import symbols
from .page import Page, is_preactivation

ROLES = {
    "input": ("Input", "Inputs"), "label": ("Label", "Labels"), "parameter": ("Parameter", "Parameters"),
    "data": ("Constant", "Constants"), "constant": ("Constant", "Constants"), "intermediate": ("Computed", "Computed"),
    "loss": ("Loss", "Loss"),
}
"""Role of a tensor -> what it is called, one and many."""


def kind(program: Program, tensor: Tensor) -> str:
    """What the quantity is, in a word or two: Weights, Bias, Pre-activation, Activation, Output, Input."""
    match tensor.role:
        case "input":
            return "Input"
        case "label":
            return "Label"
        case "parameter":
            return _parameter(program, tensor)
        case "intermediate":
            definition = program.equation(tensor.name)
            if definition is not None and isinstance(definition.right, Component):
                return "Output"
            if is_preactivation(program, tensor.name):
                return "Pre-activation"
            if definition is not None and isinstance(definition.right, Apply):
                return "Activation"
            if any(tensor.name in tensors(e.right) and program[e.name].role == "loss" for e in program.equations):
                return "Output"
    return "Quantity"


def _parameter(program: Program, tensor: Tensor) -> str:
    readers = [e.right for e in program.equations if tensor.name in tensors(e.right)]
    if readers and all(any(_alone(term, tensor.name) for term in _terms(r)) for r in readers):
        return "Bias"
    if readers and any(_multiplies(node, tensor.name) for r in readers for node in walk(r)):
        return "Weights" if tensor.axes else "Weight"
    return "Parameter"


def _terms(e: Expr) -> tuple[Expr, ...]:
    return e.terms if isinstance(e, Add) else ()


def _alone(e: Expr, name: str) -> bool:
    return isinstance(e, Entry) and e.tensor == name


def _multiplies(e: Expr, name: str) -> bool:
    return isinstance(e, Mul) and any(_alone(f, name) for f in e.factors) and len([f for f in e.factors if isinstance(f, Entry | Sum)]) > 1


def rule_of(key: str) -> tuple[str, str]:
    """The textbook name of a rule and the sentence that says why it holds; for functions, those of their rows."""
    kind_of, _, name = key.partition(":")
    row = table.scalar(name) if kind_of == "function" else table.vector(name) if kind_of == "vector" else None
    if row is not None and row.rule:
        return row.rule, row.why
    rule = RULES.get(key) or RULES["elementwise" if kind_of == "function" else "vector function" if kind_of == "vector" else "general"]
    return rule.name, rule.why


def taken_apart(name: str) -> tuple[str, str]:
    """(what is differentiated, with respect to what): (dL/du, s) for ddL/du/ds. The name itself and nothing for any other name."""
    parts = symbols.derivative(name)
    if parts is None:
        return name, ""
    wrt = parts.wrt[-1]
    return name.removesuffix(f"/d{wrt}")[1:], wrt


class _Named(NamedTuple):
    rule: str
    why: str


def step_rule(page: Page, step: Step) -> tuple[str, str]:
    """As `rule_of`; where several rules work together, those of the functions that are differentiated are named."""
    of, wrt = taken_apart(step.about)
    definition = page.program.equation(of) if step.before is None and step.rule == "general" else None
    if definition is None:
        return rule_of(step.rule)
    applied = [n.function for n in walk(definition.right) if isinstance(n, Apply) and wrt in tensors(n)]
    rows = [row for row in map(table.scalar, dict.fromkeys(applied)) if row is not None and row.rule]
    squared = any(isinstance(n, Power) and n.exponent == 2 and wrt in tensors(n) for n in walk(definition.right))
    if not rows and not squared:
        return rule_of(step.rule)
    if not rows:
        rows = [_Named(*rule_of("quadratic"))]
    names = [row.rule for row in rows]
    one_term = any(isinstance(n, Sum) and wrt in tensors(n) for n in walk(definition.right)) and not any(
        isinstance(n, Sum) for n in walk(step.after))
    left = "Of the sum only the term that holds the entry is left. " if one_term else ""
    return ", ".join(names), left + " ".join(row.why for row in rows if row.why)
