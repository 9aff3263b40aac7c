"""Steps and derivations: the log of rule applications is the worked solution."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from ..core.equation import Equation, Fact, Program
from ..core.expr import Entry, Expr
from ..core.problem import Problem
from ..core.record import record


@record
class Case:
    """One branch of a distinction: the condition in index form (i = k), and the chain of expressions that it gives.

    also   further conditions (left, relation, right) that hold at the same time: -1 < u beside u < 1
    of     what has these values: an entry of a local derivative, or f'(u)
    let    abbreviations used in the chain, each an entry and what it stands for: S = Σ_m e^{z_m}
    """
    left: object
    relation: str
    right: object
    chain: tuple[Expr, ...]
    also: tuple[tuple[object, str, object], ...] = ()
    of: Expr | None = None
    let: tuple[tuple[Entry, Expr], ...] = ()


@record
class Step:
    """One application of one rule.

    about   name of the quantity the step works on: "dLoss/dz", or "dyhat/dz" for a local derivative
    left    what is being computed, as an entry: the left side of the printed equation
    rule    key of a row in calculus.rules
    before  the expression the rule was applied to (None for a first step);   after: what came out
    uses    ids of the steps it builds on;   facts: facts it used
    cases   the distinction by cases, where the rule makes one (softmax Jacobian, ReLU, ELU)
    """
    id: int
    about: str
    left: Entry
    rule: str
    before: Expr | None
    after: Expr
    uses: tuple[int, ...] = ()
    facts: tuple[Fact, ...] = ()
    cases: tuple[Case, ...] = ()


@record
class Local:
    """A local derivative ∂of/∂wrt as an equation over the indices of both."""
    of: str
    wrt: str
    left: Entry
    right: Expr


@record
class Derivation:
    """A problem worked out: all steps, the backward pass as a program, and which steps lead to which result.

    backward   gradient equations, the loss first; names are `gradient_name(loss, tensor)`
    results    name of a gradient, Jacobian or Hessian -> its equation (gradients are in `backward` too)
    """
    problem: Problem
    steps: tuple[Step, ...]
    backward: Program
    results: Mapping[str, Equation] = field(default_factory=dict)


def gradient_name(of: str, wrt: str) -> str:
    """The name of ∂of/∂wrt as a tensor; what JSON calls "dLoss/dW_1"."""
    return f"d{of}/d{wrt}"
