"""The targets that train, and which one is taken where none is asked for."""
from __future__ import annotations

from importlib import import_module

from ..errors import UsageError
from .job import Maker

TARGETS = {"c": ".c_engine", "numpy": ".numpy_engine"}
"""By name, the module with the `Engine`; the first one that can be had is the default."""

LAST_RESORT = "numpy"
"""Needs nothing that is not there."""


def engine(target: str) -> Maker:
    """The engine of a target."""
    return import_module(TARGETS[target], __package__).Engine


def chosen(target: str | None) -> tuple[str, str]:
    """The target to take, and why it is not the usual one ("" where it is). UsageError for one that is not there."""
    if target is not None:
        if target not in TARGETS:
            raise UsageError(f"{target} is no target that trains.", suggestion=f"Targets are {', '.join(TARGETS)}.")
        return target, ""
    from ..backends import compiler
    try:
        compiler.which()
    except UsageError as error:
        return LAST_RESORT, error.statement
    return "c", ""
