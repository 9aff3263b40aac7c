"""`longhand.compile`: each target against the interpreter, both dtypes, batches, layouts of arrays, and what it refuses."""
from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from targets import CC, own_cache  # noqa: F401  (a fixture that all of this file use)
from truth import CASES, data, problem_of, truth
from two_layers import SHEET, arrays, by_hand

import longhand
from longhand.backends import compiler
from longhand.backends.compiled import compile
from longhand.errors import DataError, NotUnderstood, ShapeError, UsageError

NEEDS_C = pytest.mark.skipif(CC is None, reason="no C compiler")
TARGETS = ["numpy", pytest.param("c", marks=NEEDS_C)]
TOLERANCE = {"float64": (1e-10, 1e-12), "float32": (2e-4, 2e-5)}
COMPILED = [*CASES[:4], "9", *CASES[-7:]]                  # gcc takes a third of a second for each
CALLS = [("numpy", case) for case in CASES] + [pytest.param("c", case, marks=NEEDS_C) for case in COMPILED]

@pytest.mark.parametrize(("target", "case"), CALLS)
def test_a_call_agrees_with_the_interpreter(target, case):
    problem = problem_of(case)
    dtype = "float32" if case.isdigit() and int(case) % 3 == 0 else "float64"
    f = compile(problem, target=target, dtype=dtype)
    tensors, given = f.tensors, data(problem)
    loss, gradients = f(*[given[tensors[n]].astype(dtype) for n in f.inputs])
    expected, wanted = truth(problem, [tensors[p] for p in gradients])
    relative, absolute = TOLERANCE[dtype]
    assert loss == pytest.approx(expected, rel=relative, abs=absolute)
    for p, found in gradients.items():
        assert found.dtype == dtype
        np.testing.assert_allclose(found, wanted[tensors[p]], rtol=relative, atol=absolute)


@pytest.fixture(scope="module")
def functions():
    """The function of the sheet, by target; compiled once."""
    made = {}
    return lambda target, **options: made.setdefault((target, *options.items()), longhand.compile(SHEET, target=target, **options))


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("examples", [None, 1, 7, 2])
def test_one_example_and_batches(functions, target, examples):
    given = arrays(examples)
    loss, gradients = functions(target)(*given)
    expected, wanted = by_hand(*given)
    assert loss == pytest.approx(expected, rel=1e-12)
    for found, true in zip(gradients.values(), wanted, strict=True):
        np.testing.assert_allclose(found, true, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("target", TARGETS)
def test_sums_over_a_batch_and_batches_of_none(functions, target):
    f = functions(target, batch="sum")
    given = arrays(6)
    loss, gradients = f(*given)
    expected, wanted = by_hand(*given, mean=False)
    assert loss == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(gradients["W_1"], wanted[0], rtol=1e-10)
    loss, gradients = f(*arrays(0))
    assert loss == 0
    assert all(not g.any() for g in gradients.values())
    with pytest.raises(DataError, match="no mean"):
        functions(target)(*arrays(0))


@pytest.mark.parametrize("target", TARGETS)
def test_large_products_and_float32(functions, target):
    """Sizes that go to BLAS where there is one."""
    given = arrays(96, (200, 130, 10), "float32")
    given[2] /= 20
    loss, gradients = functions(target, dtype="float32")(*given)
    expected, wanted = by_hand(*(a.astype(float) for a in given))
    assert loss == pytest.approx(expected, rel=1e-5)
    for found, true in zip(gradients.values(), wanted, strict=True):
        np.testing.assert_allclose(found, true, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("target", TARGETS)
def test_arrays_of_any_layout(functions, target):
    """Strided, transposed, read-only and misaligned arrays, and lists."""
    given = arrays(4)
    expected, wanted = by_hand(*given)
    bytes_ = np.zeros(given[2].nbytes + 1, np.uint8)
    odd = bytes_[1:].view(np.float64).reshape(given[2].shape)
    odd[...] = given[2]
    other = [np.repeat(given[0], 2, axis=1)[:, ::2], given[1].astype(int).tolist(), odd, given[3][::-1].copy()[::-1],
             np.asfortranarray(given[4]), given[5]]
    other[5].flags.writeable = False
    loss, gradients = functions(target)(*other)
    assert loss == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(gradients["W_1"], wanted[0], rtol=1e-10)


@pytest.mark.parametrize("target", TARGETS)
def test_buffers_are_reused(functions, target):
    f, given = functions(target), arrays(None)
    first = f(*given)[1]
    kept = first["W_1"].copy()
    again = f(*(given[:1] + [np.roll(given[1], 1)] + given[2:]))[1]
    assert again["W_1"] is first["W_1"]
    assert not np.array_equal(kept, first["W_1"])


@pytest.mark.parametrize("target", TARGETS)
def test_what_a_call_refuses(functions, target):
    f, given = functions(target), arrays(3)
    names = dict(zip(f.inputs, given, strict=True))
    with pytest.raises(DataError, match="b_2 is missing"):
        f(*given[:-1])
    with pytest.raises(DataError, match="given twice"):
        f(*given, x=given[0])
    with pytest.raises(DataError, match="no input"):
        f(**names, W_3=1)
    with pytest.raises(DataError, match="float32.*compiled for float64"):
        f(**{**names, "W_1": given[2].astype("float32")})
    with pytest.raises(DataError, match="no array of numbers|holds"):
        f(**{**names, "W_1": [[1], [2, 3]]})
    with pytest.raises(ShapeError, match="should have 5 entries"):
        f(**{**names, "W_1": given[2][:4]})
    with pytest.raises(ShapeError, match="axes"):
        f(**{**names, "y": given[1][0]})
    with pytest.raises(ShapeError, match="axes"):
        f(**{**names, "b_1": given[2]})


def test_what_compile_refuses():
    with pytest.raises(UsageError, match="target"):
        longhand.compile(SHEET, target="fortran")
    with pytest.raises(UsageError, match="dtype"):
        longhand.compile(SHEET, dtype="float16")
    with pytest.raises(NotUnderstood, match="no loss"):
        compile(replace(problem_of("1"), loss=None))
    with pytest.raises(UsageError, match="number=3"):
        longhand.compile(SHEET, number=3)


@pytest.mark.parametrize("target", TARGETS)
def test_places_lie_on_their_axis(target):
    problem = problem_of("embedding")
    f = compile(problem, target=target)
    given = {n: data(problem)[f.tensors[n]] for n in f.inputs}
    for wrong, says in ((1.5, "whole numbers"), (4, "points outside"), (-1, "points outside")):
        with pytest.raises(DataError, match=says):
            f(*(np.array(wrong, float) if n == "target" else given[n] for n in f.inputs))


@NEEDS_C
def test_descent_in_c_is_steps_in_python():
    given = arrays(None)
    f = longhand.compile(SHEET, target="c", sizes={"d": 5, "n": 4, "q": 3})
    moved = [a.copy() for a in given]
    f.descend(25, *moved, np.array(0.1))
    for _ in range(25):
        _, gradients = by_hand(*given)
        for parameter, gradient in zip(given[2:], gradients, strict=True):
            parameter -= 0.1 * gradient
    for found, true in zip(moved, given, strict=True):
        np.testing.assert_allclose(found, true, rtol=1e-9, atol=1e-12)
    with pytest.raises(TypeError, match="descend"):
        f.descend(2, *given)


@NEEDS_C
def test_many_processes_build_the_same_file(tmp_path):
    """Each gets the whole file, and one is left."""
    script = ("from longhand.backends.compiler import built; import ctypes\n"
              "print(ctypes.CDLL(str(built('__attribute__((visibility(\"default\"))) int seven(void) { return 7; }'))).seven())")
    running = [subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env={**os.environ, "XDG_CACHE_HOME": str(tmp_path)})
               for _ in range(3)]
    assert [p.communicate()[0].strip() for p in running] == [b"7"] * 3
    assert len(list((tmp_path / "longhand").iterdir())) == 1


@NEEDS_C
def test_the_compiler_says_what_it_refuses():
    with pytest.raises(UsageError, match="could not compile"):
        compiler.built("int f( {")


def test_no_compiler(monkeypatch):
    monkeypatch.setattr(compiler.shutil, "which", lambda name: None)
    compiler.which.cache_clear()
    with pytest.raises(UsageError, match="no C compiler"):
        compiler.which()
    compiler.which.cache_clear()
