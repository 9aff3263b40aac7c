"""Training runs: what they reach, that they can be stopped and resumed, and what they say when they fail."""
from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from training_sheets import NETWORK, REGRESSION, circles, compiler_or_skip

import longhand
from longhand import DataError, FileError, TrainingError, UsageError, cli
from longhand.reading.choice import one_of
from longhand.solution import read
from longhand.training import checkpoint
from longhand.training.options import Options


def small(**options):
    return {"epochs": 3, "batch": 16, "sizes": {"n": 8}, "target": "numpy", **options}


def test_the_loss_falls_and_classes_are_told_apart():
    fitted = longhand.fit(NETWORK, circles(), **small(epochs=60, constants={"learning rate": "0.3"}))
    assert fitted.history[-1].loss < 0.3 * fitted.history[0].loss
    assert fitted.judged.accuracy > 0.9 and fitted.judged.confusion.sum() == 24
    assert fitted.starts["b_1"] == "zeros" and "He" in fitted.starts["W_1"] and "Glorot" in fitted.starts["W_2"]


@pytest.mark.parametrize("method", ["gradient descent", "momentum", "nesterov", "adam"])
@pytest.mark.parametrize(("dtype", "target", "threads"), [("float32", "numpy", None), ("float64", "numpy", None), ("float32", "c", 2)])
def test_a_resumed_run_has_the_bits_of_one_that_was_never_stopped(tmp_path, method, dtype, target, threads):
    pytest.importorskip("safetensors")
    pytest.importorskip("matplotlib")
    if target == "c":
        compiler_or_skip()
    options = small(method=method, dtype=dtype, target=target, threads=threads, schedule="cosine" if method == "adam" else "constant")
    whole = longhand.fit(NETWORK, circles(), folder=tmp_path / "whole", **options)

    class Stop(Exception):
        pass

    def stop(done, of, newest):
        if done == 2:
            raise Stop

    from longhand.training.front import train
    with pytest.raises(Stop):
        train(read(NETWORK).problems[0], circles(), Options(**options), folder=tmp_path / "cut", progress=stop)
    resumed = longhand.fit(NETWORK, circles(), folder=tmp_path / "cut", resume=True, **options)
    for name, array in whole.parameters.items():
        assert array.tobytes() == resumed.parameters[name].tobytes(), name
    assert whole.history == resumed.history
    ours, theirs = (checkpoint.load(tmp_path / f / "last.safetensors") for f in ("whole", "cut"))
    assert all(ours.arrays[n].tobytes() == theirs.arrays[n].tobytes() for n in ours.arrays) and ours.state == theirs.state


@pytest.mark.parametrize("method", ["gradient descent", "momentum", "adam"])
def test_torch_takes_the_same_steps(method):
    """PyTorch's optimisers as judges: the same numbers after two epochs of mini-batches."""
    torch = pytest.importorskip("torch")
    data = circles(60)
    options = small(method=method, dtype="float64", validation=0.0, epochs=2, constants={"learning rate": "0.05"})
    begun = longhand.fit(NETWORK, data, **{**options, "epochs": 0})
    fitted = longhand.fit(NETWORK, data, **options)
    random = np.random.default_rng(0)
    tensors = {n: torch.tensor(a, requires_grad=True) for n, a in begun.parameters.items()}
    for parameter in begun.task.parameters:                       # the same draws of the generator come first
        if begun.starts[parameter.name] != "zeros":
            shape = begun.parameters[parameter.name].shape
            drawn = random.normal(0, 1, shape) if "He" in begun.starts[parameter.name] else random.uniform(-1, 1, shape)
            assert np.allclose(drawn / np.abs(drawn).max(), begun.parameters[parameter.name] / np.abs(begun.parameters[parameter.name]).max())
    make = {"gradient descent": lambda p: torch.optim.SGD(p, 0.05), "momentum": lambda p: torch.optim.SGD(p, 0.05, momentum=0.9),
            "adam": lambda p: torch.optim.Adam(p, 0.05)}[method]
    optimiser = make(list(tensors.values()))
    x, y = torch.tensor(data["x"]), torch.tensor(data["y"])
    losses = []
    for _ in range(2):
        order, total = random.permutation(60), 0.0
        for start in range(0, 60, 16):
            rows = order[start:start + 16]
            optimiser.zero_grad()
            h = torch.relu(x[rows] @ tensors["W_1"] + tensors["b_1"])
            loss = torch.nn.functional.cross_entropy(h @ tensors["W_2"] + tensors["b_2"], y[rows])
            loss.backward()
            optimiser.step()
            total += loss.item() * len(rows)
        losses.append(total / 60)
    assert np.allclose([e.loss for e in fitted.history], losses, rtol=1e-9)
    assert fitted.best.number == 2
    for name, tensor in tensors.items():
        assert np.allclose(fitted.parameters[name], tensor.detach().numpy(), rtol=1e-8, atol=1e-12)


def test_early_stopping_and_the_best_epoch():
    fitted = longhand.fit(NETWORK, circles(60), **small(epochs=200, patience=3, constants={"learning rate": "1"}))
    assert "did not fall for 3 epochs" in fitted.ended
    assert fitted.history[-1].number == fitted.best.number + 3
    assert fitted.judged.loss == pytest.approx(fitted.best.validation_loss)


@pytest.mark.parametrize("target", ["numpy", "c"])
def test_a_run_that_diverges_keeps_its_checkpoint(tmp_path, target):
    pytest.importorskip("safetensors")
    if target == "c":
        compiler_or_skip()
    random = np.random.default_rng(1)
    data = {"X": random.normal(size=(80, 3)), "y": random.normal(size=80)}
    with pytest.raises(TrainingError, match=r"epoch \d+, step \d+, .*(NaN|infinite).*is kept[\s\S]*learning rate") as said:
        longhand.fit(REGRESSION, data, folder=tmp_path, target=target, epochs=50, batch=20, constants={"learning rate": "3"})
    kept = checkpoint.load(tmp_path / "last.safetensors")
    assert f"epoch {kept.state['epoch']} is kept" in str(said.value)
    assert all(np.isfinite(array).all() for array in kept.arrays.values())


def test_a_folder_that_holds_a_run_is_not_written_over(tmp_path):
    pytest.importorskip("safetensors")
    pytest.importorskip("matplotlib")
    longhand.fit(NETWORK, circles(), folder=tmp_path, **small(epochs=1))
    with pytest.raises(UsageError, match=r"holds a run already[\s\S]*--resume"):
        longhand.fit(NETWORK, circles(), folder=tmp_path, **small(epochs=1))
    with pytest.raises(UsageError, match="no checkpoint in"):
        longhand.fit(NETWORK, circles(), folder=tmp_path / "new", resume=True, **small())


def test_examples_too_large_for_the_type():
    data = circles()
    data["x"][5, 0] = 1e200
    with pytest.raises(DataError, match=r"row 6, column x\[1\] is too large for float32"):
        longhand.fit(NETWORK, data, **small())


def test_resuming_another_run_is_refused(tmp_path):
    pytest.importorskip("safetensors")
    pytest.importorskip("matplotlib")
    longhand.fit(NETWORK, circles(), folder=tmp_path, **small(epochs=1))
    with pytest.raises(UsageError, match="made with batch = 16, and now it is 8"):
        longhand.fit(NETWORK, circles(), folder=tmp_path, resume=True, **small(batch=8))
    with pytest.raises(UsageError, match="other examples"):
        longhand.fit(NETWORK, circles(seed=4), folder=tmp_path, resume=True, **small())
    cut = tmp_path / "last.safetensors"
    cut.write_bytes(cut.read_bytes()[:-40])
    with pytest.raises(FileError, match="no whole checkpoint"):
        longhand.fit(NETWORK, circles(), folder=tmp_path, resume=True, **small())


@pytest.mark.parametrize(("options", "says"), [
    ({"method": "newton"}, "no method"), ({"schedule": "zigzag"}, "no schedule"), ({"validation": 1.0}, "share for validation"),
    ({"dtype": "int8"}, "no dtype"), ({"constants": {"beta3": "1"}}, "has no beta3"), ({"target": "fortran"}, "no target"),
])
def test_an_option_that_is_none(options, says):
    with pytest.raises(UsageError, match=says):
        longhand.fit(NETWORK, circles(), **small(**options))


def test_a_size_that_nothing_fixes():
    with pytest.raises(DataError, match="how large n is"):
        longhand.fit(NETWORK, circles(), epochs=1)


def test_a_batch_sheet_and_a_regression():
    """A sheet that speaks of a batch already, with a squared error: no classes, so no accuracy."""
    random = np.random.default_rng(1)
    x, w = random.normal(size=(200, 3)), np.array([1.0, -2.0, 0.5])
    fitted = longhand.fit(REGRESSION, {"X": x, "y": x @ w}, epochs=60, batch=20, dtype="float64")
    assert np.allclose(fitted.parameters["w"], w, atol=1e-6)
    assert fitted.judged.accuracy is None


def test_nesterov_takes_its_gradient_ahead():
    """Against the recurrence itself: v = μv + η g(w - μv), w = w - v, on a quadratic whose gradient is known."""
    sheet = r"""
    The data are $X \in \mathbb{R}^{m \times d}$ and the targets $y \in \mathbb{R}^m$. The prediction is $\hat y = X w$ with $w \in \mathbb{R}^d$,
    and the loss is $L = \sum_{i=1}^{m} (\hat y_i - y_i)^2$. Derive the gradient of $L$ with respect to $w$.
    """
    x, y = np.array([[1.0, 2.0], [0.5, -1.0]]), np.array([1.0, 2.0])
    options = {"batch": 0, "dtype": "float64", "validation": 0.0, "method": "nesterov", "constants": {"learning rate": "0.05"}}
    w, v = longhand.fit(sheet, {"X": x, "y": y}, epochs=0, **options).parameters["w"], np.zeros(2)
    for _ in range(4):
        v = 0.9 * v + 0.05 * 2 * x.T @ (x @ (w - 0.9 * v) - y)
        w = w - v
    fitted = longhand.fit(sheet, {"X": x, "y": y}, epochs=4, **options)
    assert fitted.best.number < 4 or np.allclose(fitted.parameters["w"], w, rtol=1e-12)
    assert fitted.best.number == 4


def test_the_sheet_s_numbers_are_the_start():
    numbers = NETWORK + "\n$W_1 = \\begin{bmatrix} 1 & 2 \\\\ 3 & 4 \\end{bmatrix}$, $b_1 = [0, 1]^\\top$."
    fitted = longhand.fit(numbers, circles(), epochs=0)
    assert fitted.starts["W_1"] == "the sheet's numbers" and fitted.parameters["W_1"].tolist() == [[1, 2], [3, 4]]
    with pytest.raises(DataError, match="for n = 2, and now n is 5"):
        longhand.fit(numbers, circles(), epochs=0, sizes={"n": 5})
    assert longhand.fit(numbers, circles(), epochs=0, sizes={"n": 5}, random=True).parameters["W_1"].shape == (2, 5)


# ---- the command -----------------------------------------------------------------------------------------------------

@pytest.fixture
def files(tmp_path):
    (tmp_path / "sheet.md").write_text(NETWORK)
    np.savez(tmp_path / "data.npz", **circles())
    return tmp_path


def test_the_command_trains_reports_and_resumes(files, capsys):
    pytest.importorskip("safetensors")
    pytest.importorskip("matplotlib")
    arguments = ["train", str(files / "sheet.md"), "--examples", str(files / "data.npz"), "--size", "n=8", "--test", str(files / "data.npz"),
                 "--epochs", "3", "--rate", "0.2", "-o", str(files / "out")]
    assert cli.run(arguments) == 0
    said = capsys.readouterr()
    assert "test loss" in said.out and "accuracy" in said.out
    report = (files / "out" / "report.md").read_text()
    assert "Confusion matrix" in report and "| learning rate | 0.2 |" in report
    assert (files / "out" / "curve.png").read_bytes().startswith(b"\x89PNG") and b"<svg" in (files / "out" / "curve.svg").read_bytes()
    assert len((files / "out" / "history.csv").read_text().splitlines()) == 4
    assert cli.run([*arguments, "--epochs", "5", "--resume"]) == 0
    assert len((files / "out" / "history.csv").read_text().splitlines()) == 6


@pytest.mark.parametrize(("arguments", "code", "says"), [
    (["--examples", "none.npz"], 2, "not there"),
    (["--examples", "data.npz"], 2, "how large n is"),
    (["--examples", "data.npz", "--size", "n"], 2, "write a name"),
    (["--examples", "data.npz", "--size", "n=0"], 2, "no size"),
    (["--examples", "data.npz", "--size", "n=8", "--rate", "fast"], 2, "no number"),
    (["--examples", "data.npz", "--size", "n=8", "--rate", "1e38", "--epochs", "40"], 1, "TrainingError"),
    (["--examples", "data.npz", "--size", "n=8", "--label", "kind"], 2, "no column kind"),
    (["--examples", "data.npz", "--size", "n=8", "--resume"], 2, "no folder to resume from"),
    (["--examples", "data.npz", "--size", "n=8", "--threads", "0"], 2, "--threads"),
    (["--examples", "data.npz", "--size", "n=8", "--to", "fortran"], 2, "no target"),
    (["--examples", "sheet.md", "--size", "n=8"], 2, ".npz, .csv, .parquet"),
    ([], 2, "--examples"),
])
def test_the_command_says_what_is_wrong(files, capsys, monkeypatch, arguments, code, says):
    monkeypatch.chdir(files)
    assert cli.run(["train", "sheet.md", *arguments]) == code
    said = capsys.readouterr().err
    assert says in said and "Traceback" not in said


def test_a_sheet_with_two_problems():
    one, other = (read(sheet).problems[0] for sheet in (NETWORK, REGRESSION))
    with pytest.raises(UsageError, match=r"2 problems with a loss[\s\S]*--number"):
        one_of([one, other])
    assert one_of([one, other], 2) is other and one_of([one, replace(other, loss=None)]) is one
    with pytest.raises(UsageError, match="--number 3: the sheet holds 2 problems"):
        one_of([one, other], 3)


def together(files, *arguments, processes=2):
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", str(processes), "-m", "longhand.train",
               str(files / "sheet.md"), "--examples", str(files / "data.npz"), "--size", "n=8", *arguments]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)


def test_two_processes_give_the_result_of_one(files):
    pytest.importorskip("torch")
    pytest.importorskip("safetensors")
    pytest.importorskip("matplotlib")
    options = ("--epochs", "2", "--dtype", "float64", "--batch", "17", "--to", "numpy")
    done = together(files, *options, "-o", str(files / "two"))
    assert done.returncode == 0, done.stderr
    assert cli.run(["train", str(files / "sheet.md"), "--examples", str(files / "data.npz"), "--size", "n=8", *options, "-o", str(files / "one")]) == 0
    one, two = (checkpoint.load(files / f / "last.safetensors") for f in ("one", "two"))
    for name, array in one.arrays.items():
        assert np.allclose(array, two.arrays[name], rtol=1e-10, atol=1e-12), name
    assert done.stdout.count("training loss") == 1                      # one process speaks


def test_the_checkpoint_is_json_and_arrays(tmp_path):
    pytest.importorskip("safetensors")
    found = checkpoint.Checkpoint({"W": np.eye(2, dtype=np.float32), "s": np.array(3.0)}, {"epoch": 1, "big": 2 ** 100})
    checkpoint.save(found, tmp_path / "c.safetensors")
    loaded = checkpoint.load(tmp_path / "c.safetensors")
    assert loaded.state == json.loads(json.dumps(found.state)) and loaded.arrays["s"].shape == ()
    assert replace(found, arrays={}).arrays == {} and Path(tmp_path / "c.safetensors").stat().st_size < 600
