"""`longhand code --what jacobian|hessian`: the modules run, and their own check passes; the judge is central differences or the library."""
from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
from dense_truth import exact, floats, true_hessian
from models import factorisation, softmax_network

from longhand.cli import main
from longhand.errors import NotUnderstood, UsageError
from longhand.solution import read
from longhand.structure.written import source

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from reading.shared_inputs import needs_shared, seeds  # noqa: E402

SHEET = Path(__file__).resolve().parents[2] / "examples" / "two-layer-softmax.md"


def run(text: str) -> dict:
    """The names of a module. The text is our own: this is what a user does with the file."""
    space: dict = {"__name__": "written"}
    exec(compile(text, "written.py", "exec"), space)
    return space


@pytest.mark.parametrize("make, target, what", [
    (softmax_network, "numpy", "jacobian"), (softmax_network, "numpy", "hessian"), (factorisation, "numpy", "jacobian"),
    (factorisation, "numpy", "hessian"), (softmax_network, "torch", "jacobian"), (softmax_network, "torch", "hessian"),
    (factorisation, "jax", "hessian"),
])
@pytest.mark.filterwarnings("ignore:.*torch.jit.*:DeprecationWarning")          # inside of PyTorch itself
def test_a_module_checks_itself(make, target, what, capsys):
    if importlib.util.find_spec(target) is None:
        pytest.skip(f"{target} is not installed")
    wrt = {softmax_network: "W_2", factorisation: "V"}[make]
    module = run(source(make().problem(), target, what, None if target == "numpy" else [wrt]))          # JAX compiles each einsum anew
    assert module["main"]() == 0
    assert "largest difference" in capsys.readouterr().out


def test_the_written_hessian_is_that_of_the_interpreter():
    rng = np.random.default_rng(2)
    arrays = {"A": rng.normal(size=(4, 3)), "M": rng.integers(0, 2, (4, 3)), "U": rng.normal(size=(4, 2)), "V": rng.normal(size=(3, 2))}
    problem, data = factorisation().problem(), {n: exact(a) for n, a in arrays.items()}
    module = run(source(problem, "numpy", "hessian", ["U"]))
    found = module["dU_by_U"](**{n: np.array(floats(v)) for n, v in data.items()})
    np.testing.assert_allclose(found, true_hessian(problem, data, "U", "U"), atol=1e-10)


def test_a_wrong_formula_is_found_by_the_module_itself():
    text = source(softmax_network().problem(), "numpy", "hessian", ["b_2"])
    assert "result - np.einsum" in text
    assert run(text.replace("result - np.einsum", "result + np.einsum"))["main"]() == 1


@needs_shared
def test_modules_of_the_sheets(capsys):
    for text in seeds():
        for problem in read(text).problems:
            for what in ("jacobian", "hessian") if problem.loss else ("jacobian",):
                assert run(source(problem, "numpy", what))["main"]() == 0, (problem.title, what, capsys.readouterr().out)


def code(*arguments: str) -> object:
    """The exit code of the command."""
    with pytest.raises(SystemExit) as ended:
        main(["code", str(SHEET), *arguments])
    return ended.value.code


def test_the_command(capsys):
    assert code("--to", "numpy", "--what", "jacobian") == 0
    assert "def yhat_by_W_1" in capsys.readouterr().out
    assert code("--to", "c", "--what", "hessian") == 2
    assert "numpy, torch, jax" in capsys.readouterr().err


def test_what_cannot_be_written():
    with pytest.raises(UsageError):
        source(softmax_network().problem(), "numba", "jacobian")
    from dataclasses import replace
    with pytest.raises(NotUnderstood, match="loss"):
        source(replace(softmax_network().problem(), loss=None), "numpy", "hessian")
