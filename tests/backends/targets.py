"""One way to run a problem in any target: `evaluate(target, problem, arrays)` gives the loss and the gradients by parameter."""
from __future__ import annotations

import importlib.util
import os
import shutil
from typing import Any

import numpy as np
import pytest

from longhand.backends.compiled import compile as compiled
from longhand.backends.dialects import NUMPY
from longhand.backends.lowering import lowered
from longhand.backends.modules import ModuleWriter
from longhand.backends.written import source
from longhand.core.problem import Problem

CC = shutil.which("gcc") or shutil.which("cc") or shutil.which("clang")


def needs(module: str) -> pytest.MarkDecorator:
    """Skips where a library is not installed."""
    return pytest.mark.skipif(importlib.util.find_spec(module) is None, reason=f"{module} is not installed")


ALL = ["numpy", "numpy module", pytest.param("c", marks=pytest.mark.skipif(CC is None, reason="no C compiler")),
       pytest.param("torch", marks=needs("torch")), pytest.param("jax", marks=needs("jax")), pytest.param("numba", marks=needs("numba"))]


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory):
    """Compiled files of the tests stay among them."""
    before = os.environ.get("XDG_CACHE_HOME")
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))
    yield
    if before is None:
        del os.environ["XDG_CACHE_HOME"]
    else:
        os.environ["XDG_CACHE_HOME"] = before


def run(text: str) -> dict[str, Any]:
    """The names of a module. The text is our own: this is what a user does with the file."""
    space: dict[str, Any] = {"__name__": "written"}
    exec(compile(text, "written.py", "exec"), space)
    return space


def run_plainly(text: str) -> dict[str, Any]:
    """The names of a module of Numba, as plain Python: the same formulas, without seconds of compiling."""
    import numba
    numba.config.DISABLE_JIT = True
    try:
        return run(text)
    finally:
        numba.config.DISABLE_JIT = False


def inputs_of(problem: Problem) -> tuple[tuple[str, ...], dict[str, str]]:
    """(identifiers of what forward pass and gradients take, identifier -> tensor)."""
    code = lowered(problem)
    return ModuleWriter(problem, code, NUMPY).inputs, {a.name: a.tensor for a in code.arrays.values() if a.tensor}


def evaluate(target: str, problem: Problem, arrays: dict[str, np.ndarray], jit: bool = True) -> tuple[float, dict[str, np.ndarray]]:
    """Loss and gradients, by tensor; `arrays` by tensor too. Without `jit` Numba's module runs as plain Python, which
    says the same of its formulas in a hundredth of the time."""
    names, tensors = inputs_of(problem)
    given = {n: arrays[tensors[n]] for n in names}
    if target in ("numpy", "c"):
        f = compiled(problem, target=target)
        loss, gradients = f(**given)
        return loss, {tensors[p]: np.array(g) for p, g in gradients.items()}
    module = (run if jit or target != "numba" else run_plainly)(source(problem, target.split()[0]))
    if target == "torch":
        import torch
        code = lowered(problem)
        values = [torch.tensor(given[n], dtype=torch.float64, requires_grad=n in code.gradients) for n in names]
        value = module["DerivedLoss"].apply(*values)
        value.backward()
        return value.item(), {tensors[n]: v.grad.numpy() for n, v in zip(names, values, strict=True) if n in code.gradients}
    if target == "jax":
        import jax
        jax.config.update("jax_enable_x64", True)
        places = [k for k, n in enumerate(names) if n in lowered(problem).gradients]
        whole = jax.jit(jax.value_and_grad(module["derived_loss"], argnums=tuple(places)))
        value, found = whole(*(jax.numpy.asarray(given[n], dtype=float) for n in names))
        return float(value), {tensors[names[k]]: np.asarray(g) for k, g in zip(places, found, strict=True)}
    gradients = module["gradients"](**given)
    return float(module["loss"](**given)), {tensors[p]: np.asarray(g) for p, g in zip(lowered(problem).gradients, gradients, strict=True)}
