"""Modules as text, by target."""
from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module

from ..core.problem import Problem
from ..errors import NotUnderstood, UsageError

TARGETS = ("numpy", "torch", "jax", "numba", "c")


def source(problem: Problem, target: str, what: str = "step", wrt: Iterable[str] | None = None) -> str:
    """The module for a problem. `what` is "step" (all up to the update) or "grad" (without it).

    Raises UsageError for a target that is not built, NotUnderstood for a problem that cannot be written as array code.
    """
    if target not in TARGETS:
        raise UsageError(f"There is no target {target}.", suggestion=f"The targets are {', '.join(TARGETS)}.")
    if what not in ("step", "grad"):
        raise UsageError(f"{what} is not written as code yet; `longhand solve` gives it in closed form.", suggestion="--what step, or --what grad.")
    if problem.loss is None and wrt is not None:
        raise NotUnderstood("The problem has no loss, so there is nothing to differentiate.")
    module = import_module(f".{target}", __package__)
    return module.source(problem, wrt, what == "step")

