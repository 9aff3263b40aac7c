"""`step` of the written modules: what methods remember goes in and comes out, and three steps are three steps."""
from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from targets import CC, needs, run, run_plainly
from truth import problem_of

from longhand.backends.dialects import NUMPY
from longhand.backends.lowering import lowered
from longhand.backends.modules import ModuleWriter
from longhand.backends.written import source
from longhand.calculus.descent import METHODS, unrolled
from longhand.calculus.jacobian import derive
from longhand.core.equation import Tensor
from longhand.core.problem import Descent, Problem
from longhand.numbers.arithmetic import FLOATS
from longhand.numbers.interpret import Values

STEPS = 3
NAMES = sorted({row.name for row in METHODS.values()})
CALLS = [("numpy", name) for name in NAMES] + [pytest.param(target, name, marks=needs(target)) for target, names in
                                               (("torch", NAMES), ("numba", NAMES), ("jax", ["momentum"])) for name in names]


def descending(method: str) -> Problem:
    """A small network whose parameters move by the method."""
    problem = problem_of("1")
    tensors = {**problem.program.tensors, "eta": Tensor("eta", (), "data")}
    parameters = tuple(t.name for t in problem.program.given() if t.role == "parameter")
    return replace(problem, program=replace(problem.program, tensors=tensors), data={**problem.data, "eta": Fraction(1, 20)},
                   descent=Descent(method, parameters, {"learning rate": "eta"}, STEPS))


def after(problem: Problem, step: int) -> tuple[float, dict[str, np.ndarray]]:
    """Loss and parameters after so many steps, by the interpreter."""
    whole = unrolled(derive(problem).backward, problem.loss, replace(problem.descent, steps=step))
    values = Values(whole, problem.data, problem.sizes, FLOATS)
    return values.tensor(f"{problem.loss}@{step}"), {p: np.array(values.tensor(f"{p}@{step}")) for p in problem.descent.parameters}


@pytest.mark.parametrize(("target", "method"), CALLS)
def test_three_steps(target, method):
    if target == "jax":
        import jax
        jax.config.update("jax_enable_x64", True)
    problem = descending(method)
    code = lowered(problem)
    taken = ModuleWriter(problem, code, NUMPY).step_inputs
    module = (run_plainly if target == "numba" else run)(source(problem, target))
    known = {n: v for n, v in module["numbers"]().items() if n in taken}
    step_of = module["step"] if target != "jax" else jax.jit(module["step"])
    for step in range(STEPS):
        if "step_number" in known:
            known["step_number"] = known["step_number"] * 0 + step + 1
        made = step_of(**known)
        assert len(made) == len(code.updated) + len(code.memory)
        known.update(zip((*code.updated, *code.memory), made, strict=True))
    _, wanted = after(problem, STEPS)
    assert set(code.memory) == {f"{s.replace(' ', '_')}_of_{p}" for s in METHODS[method].state for p in code.updated}
    for p in code.updated:
        np.testing.assert_allclose(np.asarray(known[p]), wanted[code.arrays[p].tensor], rtol=1e-10, atol=1e-13)


@pytest.mark.skipif(CC is None, reason="no C compiler")
@pytest.mark.parametrize("method", ["nesterov", "adam"])
def test_a_step_in_c(method, tmp_path):
    problem = descending(method)
    (tmp_path / "net.c").write_text(source(problem, "c"), encoding="utf-8")
    made = subprocess.run([shutil.which(CC), "-O1", "-Wall", "-Wextra", "-Wno-unused", tmp_path / "net.c", "-o", tmp_path / "net", "-lm"],
                          capture_output=True, text=True, check=False)
    assert (made.returncode, made.stderr) == (0, "")
    done = subprocess.run([tmp_path / "net"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert float(done.stdout.split("loss after one step")[1]) == pytest.approx(after(problem, 1)[0], rel=1e-10)
