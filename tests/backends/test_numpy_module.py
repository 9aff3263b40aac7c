"""The NumPy module runs, and agrees with the interpreter."""
from __future__ import annotations

import numpy as np
import pytest
from truth import CASES, data, problem_of, truth

from longhand.backends.lowering import lowered
from longhand.backends.numpy import source


def run(text: str) -> dict[str, object]:
    """The module's names. The text is our own: exec here is what a user does with the file."""
    space: dict[str, object] = {"__name__": "written"}
    exec(compile(text, "written.py", "exec"), space)
    return space


@pytest.mark.parametrize("case", CASES)
def test_the_module_agrees_with_the_interpreter(case):
    problem = problem_of(case)
    module, code = run(source(problem)), lowered(problem)
    given = {a: data(problem)[code.arrays[a].tensor] for a in code.inputs if code.arrays[a].tensor in problem.data}
    given.pop("learning_rate", None)
    known = {a: v for a, v in given.items() if a in module["loss"].__code__.co_varnames}
    wrt = [code.arrays[p].tensor for p in code.gradients]
    loss, gradients = truth(problem, wrt)
    assert module["loss"](**known) == pytest.approx(loss, rel=1e-12, abs=1e-14)
    for p, found in zip(code.gradients, module["gradients"](**known), strict=True):
        expected = gradients[code.arrays[p].tensor]
        assert np.shape(found) == expected.shape
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-13)
