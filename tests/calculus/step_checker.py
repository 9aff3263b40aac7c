"""Every step is an equality: both sides of each step of a derivation as numbers, and the bookkeeping around it."""
from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numeric_judge import Array, Judge, judge

from longhand.calculus.derivation import Derivation, Step, gradient_name
from longhand.core.equation import Equation
from longhand.core.expr import Expr
from longhand.core.walk import free, tensors

CLOSE, NEARLY = 1e-9, 2e-6
"""Relative error allowed between two formulas of the same arrays, and against a difference quotient."""


class StepChecker:
    """Arrays for everything that a step can mention: the forward pass, every adjoint from `derivation.backward`, and every local
    derivative as a difference quotient of the equation that it is of."""

    def __init__(self, derivation: Derivation):
        self.derivation = derivation
        self.judge = judge(derivation.problem)
        self.judge.run(derivation.backward)
        self.locals = self._local_derivatives()
        self.judge.arrays.update(self.locals)

    def _local_derivatives(self) -> dict[str, Array]:
        """∂A/∂B for every equation A and tensor B that it reads, where some step mentions it and it is no result."""
        sides = (e for step in self.derivation.steps for e in (step.before, step.after, step.left) if e is not None)
        mentioned = {name for e in sides for name in tensors(e)}
        found = {}
        for equation in self.derivation.backward.equations:
            for name in tensors(equation.right):
                key = gradient_name(equation.name, name)
                if key in mentioned and key not in self.judge.arrays:
                    found[key] = _quotient(self.judge, equation, name)
        return found

    def _direct_part(self, step: Step) -> Array | None:
        """∂A/∂B through the equation of A alone, where step is about that and other paths come in a later step."""
        if not any(later.rule == "paths" and later.about == step.about and step.id in later.uses for later in self.derivation.steps):
            return None
        return next(_quotient(self.judge, e, name) for e in self.derivation.backward.equations for name in tensors(e.right)
                    if gradient_name(e.name, name) == step.about)

    def faults(self) -> Iterator[str]:
        """What is wrong with the steps, in words; nothing for a good derivation."""
        seen: set[int] = set()
        ends: dict[str, Step] = {}
        for step in self.derivation.steps:
            if step.id in seen:
                yield f"step {step.id} comes twice"
            for used in step.uses:
                if used not in seen:
                    yield f"step {step.id} uses {used}, which is no step before it"
            seen.add(step.id)
            yield from self._unequal(step)
            ends[step.about] = step
        for name, equation in self.derivation.results.items():
            if name in ends and name != gradient_name(self.derivation.problem.loss, self.derivation.problem.loss):
                yield from self._apart(ends[name], equation)

    def _unequal(self, step: Step) -> Iterator[str]:
        at = (*step.left.at, *sorted(free(step.after) - free(step.left), key=lambda i: (i.axis.name, i.mark)))
        if step.before is not None and (loose := free(step.before) - set(at)):
            yield f"step {step.id} ({step.rule}) loses the indices {[i.axis.letter for i in loose]}"
            return
        after = self.judge.array(step.after, at)
        if step.before is not None:
            before, allowed = self.judge.array(step.before, at), NEARLY if self._quotients(step.before, step.after) else CLOSE
        elif (direct := self._direct_part(step)) is not None:
            before, allowed = direct, NEARLY
        elif step.about in self.judge.arrays:
            before, allowed = self.judge.array(step.left, at), NEARLY
        else:
            yield f"step {step.id} is about {step.about}, which is nothing that is known"
            return
        if not close(before, after, allowed):
            yield f"step {step.id} ({step.rule}) about {step.about} is no equality: {np.abs(before - after).max():.2g} apart"

    def _quotients(self, *sides: Expr) -> bool:
        return any(name in self.locals for side in sides for name in tensors(side))

    def _apart(self, step: Step, equation: Equation) -> Iterator[str]:
        """The last step about a result says the same as the result."""
        stated = self.judge.array(equation.right, equation.left.at)
        if not close(self.judge.array(step.after, step.left.at), stated, NEARLY):
            yield f"the last step about {step.about}, {step.id}, is not its result"


def close(a: Array, b: Array, allowed: float) -> bool:
    """Whether all entries agree, relative to the largest of them."""
    scale = max(1.0, float(np.abs(a).max(initial=0)), float(np.abs(b).max(initial=0)))
    return bool(np.all(np.abs(a - b) <= allowed * scale))


def _quotient(ready: Judge, equation: Equation, wrt: str, step: float = 1e-6) -> Array:
    """∂(the right side)/∂wrt by central differences, everything else that the right side reads held fixed."""
    base = ready.arrays[wrt]
    at = equation.left.at
    out = np.zeros((*(ready.extent(i.axis) for i in at), *base.shape))
    for place in np.ndindex(base.shape):
        sides = []
        for sign in (1, -1):
            value = base.copy()
            value[place] += sign * step
            sides.append(Judge({**ready.arrays, wrt: value}, ready.sizes).array(equation.right, at))
        out[(..., *place)] = (sides[0] - sides[1]) / (2 * step)
    return out


def step_faults(derivation: Derivation) -> list[str]:
    return list(StepChecker(derivation).faults())


