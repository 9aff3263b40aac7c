"""`longhand code`: modules that run by themselves, golden text, and what the command refuses."""
from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from targets import CC, needs, run, run_plainly
from truth import problem_of
from two_layers import SHEET

from longhand.backends.written import TARGETS, source
from longhand.cli import run as longhand
from longhand.solution import read

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "two-layer-softmax.md"
GOLDEN = ROOT / "tests" / "golden"
ENDING = {"c": "c"}


@pytest.mark.parametrize("target", TARGETS)
def test_the_golden_code_of_the_example(target):
    """LONGHAND_GOLDEN=1 writes it again; read the difference."""
    written = source(read(EXAMPLE.read_text(encoding="utf-8")).problems[0], target)
    path = GOLDEN / f"two-layer-softmax.{target}.{ENDING.get(target, 'py')}.txt"
    if os.environ.get("LONGHAND_GOLDEN") == "1":
        path.write_text(written, encoding="utf-8")
    assert written == path.read_text(encoding="utf-8")


def test_the_numpy_module_runs_and_checks_itself(tmp_path):
    path = tmp_path / "net.py"
    assert longhand(["code", str(EXAMPLE), "--to", "numpy", "-o", str(path)]) == 0
    done = subprocess.run([sys.executable, "-W", "error", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "loss 1.2434200371" in done.stdout
    assert "loss after one step 0.855715669" in done.stdout
    assert done.stdout.count("gradient check") == 4


def test_a_wrong_gradient_fails_the_check(tmp_path):
    """The check of the module is one that can fail."""
    path = tmp_path / "net.py"
    longhand(["code", str(EXAMPLE), "--to", "numpy", "-o", str(path)])
    path.write_text(path.read_text(encoding="utf-8").replace("dz = yhat - y", "dz = y - yhat"), encoding="utf-8")
    assert subprocess.run([sys.executable, str(path)], capture_output=True, check=False).returncode == 1


@pytest.mark.skipif(CC is None, reason="no C compiler")
def test_the_c_file_compiles_without_a_warning_and_checks_itself(tmp_path):
    path, program = tmp_path / "net.c", tmp_path / "net"
    assert longhand(["code", str(EXAMPLE), "--to", "c", "-o", str(path)]) == 0
    made = subprocess.run([CC, "-O1", "-Wall", "-Wextra", "-Wno-unused", str(path), "-o", str(program), "-lm"], capture_output=True, text=True, check=False)
    assert made.returncode == 0
    assert made.stderr == ""
    done = subprocess.run([program], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "loss 1.24342003714" in done.stdout
    assert "loss after one step 0.855715669472" in done.stdout


def test_only_gradients(capsys):
    assert longhand(["code", str(EXAMPLE), "--to", "numpy", "--what", "grad", "--wrt", "W_1"]) == 0
    text = capsys.readouterr().out
    assert "def step" not in text
    assert "return (dW_1,)" in text
    assert len(run(text)["gradients"](**{n: v for n, v in run(text)["numbers"]().items() if n != "eta"})) == 1


@pytest.mark.parametrize(("arguments", "code", "says"), [
    (["--to", "fortran"], 2, "no such target"),
    (["--to", "numpy", "--what", "poem"], 2, "nothing longhand writes"),
    (["--to", "numpy", "--number", "7"], 2, "holds 1 problem"),
    (["--to", "numpy", "--wrt", "Q"], 3, "no quantity"),
    ([], 2, "--to"),
])
def test_what_the_command_refuses(arguments, code, says, capsys):
    assert longhand(["code", str(EXAMPLE), *arguments]) == code
    assert says in capsys.readouterr().err


def test_several_problems(tmp_path, capsys):
    path = tmp_path / "two.md"
    path.write_text(f"# One\n{SHEET}\n# Two\n{SHEET.replace('tanh', 'operatorname{ReLU}')}", encoding="utf-8")
    assert longhand(["code", str(path), "--to", "numpy"]) == 0
    said = capsys.readouterr()
    assert "np.maximum" in said.out and said.err == "Problem 2 of 2, Two, is written; --number takes another.\n"
    assert longhand(["code", str(path), "--to", "numpy", "--number", "1"]) == 0
    assert "np.tanh" in capsys.readouterr().out


@pytest.mark.parametrize("target", ["numpy", pytest.param("torch", marks=needs("torch")), pytest.param("numba", marks=needs("numba"))])
def test_a_position_outside_its_axis_is_an_error(target):
    module = (run_plainly if target == "numba" else run)(source(problem_of("embedding"), target))
    given = {n: v for n, v in module["numbers"]().items() if n != "learning_rate"}
    assert float(module["loss"](**given)) > 0
    for wrong in (4, -1):
        with pytest.raises(IndexError, match="target points outside"):
            module["loss"](**{**given, "target": given["target"] * 0 + wrong})


@pytest.mark.skipif(CC is None, reason="no C compiler")
def test_a_position_outside_its_axis_ends_the_program(tmp_path):
    problem = problem_of("embedding")
    text = source(replace(problem, data={**problem.data, "target": 4}), "c")
    (tmp_path / "net.c").write_text(text, encoding="utf-8")
    subprocess.run([CC, "-O0", tmp_path / "net.c", "-o", tmp_path / "net", "-lm"], check=True)
    done = subprocess.run([tmp_path / "net"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "target points outside its axis\n")
