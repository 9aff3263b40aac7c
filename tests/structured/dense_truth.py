"""What a structured array is held against: the whole array by the interpreter, entry by entry."""
from __future__ import annotations

import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

import longhand
from longhand.calculus.derivation import gradient_name
from longhand.calculus.jacobian import derive, hessian
from longhand.core.problem import Problem, Wanted
from longhand.numbers.arithmetic import FLOATS
from longhand.numbers.interpret import Values
from longhand.structure.arrays import Structured

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "calculus"))


def exact(value: object) -> object:
    array = np.asarray(value)
    return tuple(map(exact, array)) if array.ndim else Fraction(float(array))


def floats(value: object) -> object:
    return [floats(v) for v in value] if isinstance(value, tuple) else float(value)


def true_hessian(problem: Problem, data: dict, first: str, second: str) -> np.ndarray:
    backward = derive(replace(problem, wanted=(Wanted("gradient", problem.loss, (first, second)),))).backward
    program = hessian(backward, problem.loss, first, second).as_program()
    return _values(problem, program, data, gradient_name(gradient_name(problem.loss, first), second))


def true_jacobian(problem: Problem, data: dict, of: str, wrt: str) -> np.ndarray:
    backward = derive(replace(problem, wanted=(Wanted("jacobian", of, (wrt,)),))).backward
    return _values(problem, backward, data, gradient_name(of, wrt))


def _values(problem: Problem, program: object, data: dict, name: str) -> np.ndarray:
    return np.array(Values(program, data, problem.sizes, FLOATS).tensor(name), dtype=float)


def given(f: object, data: dict) -> list[np.ndarray]:
    """The arrays that a function takes, in its order."""
    return [np.array(floats(data[f.tensors[n]])) for n in f.inputs]


def agrees(found: Structured, truth: np.ndarray) -> None:
    """Everything that a structured array can do, against the whole array."""
    assert found.shape == truth.shape
    scale = 1 + np.abs(truth).max(initial=0)
    near = {"rtol": 1e-9, "atol": 1e-10 * scale}
    np.testing.assert_allclose(found.todense(), truth, **near)
    rng = np.random.default_rng(0)
    v, u = rng.normal(size=found.columns), rng.normal(size=found.rows)
    matrix = truth.reshape(u.size, v.size)
    np.testing.assert_allclose(found.matvec(v), (matrix @ v.reshape(-1)).reshape(found.rows), **near)
    np.testing.assert_allclose(found.matvec(v.reshape(-1)).reshape(-1), matrix @ v.reshape(-1), **near)
    np.testing.assert_allclose(found.rmatvec(u), (u.reshape(-1) @ matrix).reshape(found.columns), **near)
    np.testing.assert_allclose(found.T.todense().reshape(v.size, u.size), matrix.T, **near)
    np.testing.assert_allclose(found.norm(), np.linalg.norm(matrix), rtol=1e-6, atol=1e-6 * scale)
    np.testing.assert_allclose(found.norms(), np.sqrt((matrix**2).sum(1)).reshape(found.rows), rtol=1e-6, atol=1e-6 * scale)


def solves(found: Structured, truth: np.ndarray) -> str:
    """"solved", or the error in words; a solution is held against the whole matrix."""
    b = np.random.default_rng(1).normal(size=found.rows)
    matrix = truth.reshape(b.size, b.size)
    try:
        x = found.solve(b)
    except longhand.DataError as error:
        assert np.linalg.cond(matrix) > 1e12
        return str(error)
    except longhand.NotUnderstood as error:
        return str(error)
    np.testing.assert_allclose(matrix @ x.reshape(-1), b.reshape(-1), rtol=1e-6, atol=1e-7)
    return "solved"
