"""Gradients, Jacobians and Hessians of a problem: which sweeps to run, and the results under their names."""
from __future__ import annotations

from collections.abc import Iterable

from ..core.equation import Equation, Program
from ..core.problem import Problem
from .backprop import Sweep, sweep
from .derivation import Derivation, Step, gradient_name
from .facts import Sums

DIFFERENTIATED = ("parameter", "input", "intermediate")


def derive(problem: Problem) -> Derivation:
    """All gradients of the loss, and every Jacobian and Hessian asked, with their steps.

    Gradients exist for every parameter, input and intermediate, asked or not.
    """
    program = problem.program
    steps: list[Step] = []
    results: dict[str, Equation] = {}
    backward = program
    sums = Sums(program)
    if problem.loss is not None:
        asked = [w for wanted in problem.wanted if wanted.kind == "gradient" and wanted.of in ("", problem.loss) for w in wanted.wrt]
        first = sweep(program, problem.loss, _towards(program, asked, problem.loss), 1, sums)
        steps += first.steps
        backward = first.as_program()
        _collect(results, first, problem.loss)
    for wanted in problem.wanted:
        if wanted.kind in ("jacobian", "gradient") and (wanted.of or problem.loss) != problem.loss:
            missing = [w for w in wanted.wrt if gradient_name(wanted.of, w) not in results]
            if missing:
                more = sweep(program, wanted.of, missing, len(steps) + 1, sums)
                steps += more.steps
                _collect(results, more, wanted.of)
                backward = _merged(backward, more)
        elif wanted.kind == "hessian":
            of = wanted.of or problem.loss
            for first_name in wanted.wrt:
                for second_name in wanted.wrt:
                    more = hessian(backward, of, first_name, second_name, len(steps) + 1)
                    steps += more.steps
                    name = gradient_name(gradient_name(of, first_name), second_name)
                    results[name] = more.equations[second_name]
                    backward = _merged(backward, more)
    return Derivation(problem, tuple(steps), backward, results)


def hessian(backward: Program, of: str, first: str, second: str, first_id: int = 1) -> Sweep:
    """∂²of/∂first∂second: the sweep again, over the backward pass, towards `second`."""
    return sweep(backward, gradient_name(of, first), [second], first_id)


def _towards(program: Program, asked: Iterable[str], loss: str) -> list[str]:
    """What the loss is differentiated by: parameters, inputs and what was asked; with none of those, every given tensor."""
    found = [t.name for t in program.given() if t.role in ("parameter", "input")]
    found += [name for name in asked if name not in found]
    return found


def _collect(results: dict[str, Equation], swept: Sweep, of: str) -> None:
    for name, equation in swept.equations.items():
        results[gradient_name(of, name)] = equation


def _merged(program: Program, more: Sweep) -> Program:
    """The program with the equations of a sweep that it does not hold yet."""
    extended = more.as_program()
    tensors = [extended[e.name] for e in more.equations.values() if e.name not in program.tensors]
    return program.extended(tensors, [e for e in more.equations.values() if e.name not in program.tensors])
