"""Every row of the catalogue gives what that mistake gives; the catalogue as a whole is bounded, quick, and never fails."""
from __future__ import annotations

import sys
import time
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from mistaken import CASES, PROGRAMS

from longhand.calculus.descent import unrolled
from longhand.calculus.jacobian import derive
from longhand.core.equation import Equation, Program
from longhand.core.problem import Problem
from longhand.marking.mistakes import MISTAKES, MOST, Setting, planted, variants
from longhand.numbers.arithmetic import FLOATS
from longhand.numbers.faults import EvaluationError, NumberError
from longhand.numbers.interpret import Values
from longhand.reading import plain

sys.path.insert(0, str(Path(__file__).parents[1] / "calculus"))
import small_networks  # noqa: E402  (a folder of tests beside this one)

SAME_IN_NUMBERS = {"H4 ReLU mask on the activation", "D5 index repeated"}
"""Rows whose numbers, in their case here, another row explains as well."""


def setting_of(problem: Problem) -> Setting:
    program = derive(problem).backward
    descent = problem.descent
    if descent is not None:
        program = unrolled(program, problem.loss, descent)
    updated = {name: f"{name}@1" for name in (descent.parameters if descent else ())}
    return Setting(program, problem.loss, descent, updated, dict(problem.sizes))


@cache
def prepared(name: str) -> tuple[Problem, Setting]:
    problem = plain.read(PROGRAMS[name])
    return problem, setting_of(problem)


def value(problem: Problem, program: Program, name: str) -> np.ndarray:
    return np.array(Values(program, problem.data, problem.sizes, FLOATS).tensor(name))


def short(name: str) -> str:
    """dL/dW as g_W, do/dz as o_z, W@1 as new_W."""
    if name.endswith("@1"):
        return "new_" + name[:-2]
    return name[1:].replace("L/d", "g_").replace("/d", "_") if name.startswith("d") and "/d" in name else name


@cache
def environment(name: str) -> SimpleNamespace:
    problem, setting = prepared(name)
    return SimpleNamespace(**{short(t): value(problem, setting.program, t) for t in setting.program.tensors if not t.endswith("/d")})


def key(mistake) -> str:
    return f"{mistake.code} {mistake.name}"


def evaluated(problem: Problem, setting: Setting, wrong: Equation) -> np.ndarray | None:
    try:
        return value(problem, planted(setting.program, wrong), wrong.name)
    except (EvaluationError, NumberError):
        return None


def test_every_row_has_a_case():
    names = [key(row.mistake) for row in MISTAKES]
    assert sorted(CASES) == sorted(names)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", CASES)
def test_row_gives_the_value_of_the_mistake(name):
    """Some variant of this row has the value computed by hand, and no cheaper or earlier row has it too."""
    program, quantity, by_hand = CASES[name]
    problem, setting = prepared(program)
    expected = np.asarray(by_hand(environment(program)), dtype=float)
    equation = next(e for e in setting.program.equations if short(e.name) == quantity)
    assert not np.array_equal(environment(program).__dict__[quantity], expected)
    fitting = []
    for n, (mistake, wrong) in enumerate(variants(equation, setting)):
        found = evaluated(problem, setting, wrong)
        if found is not None and found.shape == expected.shape and np.allclose(found, expected, rtol=1e-9, atol=1e-12):
            fitting.append((mistake.cost, n, key(mistake)))
    assert name in [each for _, _, each in fitting]
    if name not in SAME_IN_NUMBERS:
        assert min(fitting)[2] == name


def networks():
    for seed in range(60):
        yield f"network {seed}", small_networks.network(seed).problem()
    for seed in range(4):
        yield f"convolution {seed}", small_networks.convolution(seed, stride=1 + seed % 2, same=seed > 1).problem()
        yield f"recurrence {seed}", small_networks.recurrence(seed, every_step=bool(seed % 2)).problem()
        yield f"embedding {seed}", small_networks.embedding(seed).problem()


def test_variants_of_random_networks_are_distinct_bounded_and_have_values_or_none():
    for name, problem in networks():
        setting = setting_of(problem)
        for equation in setting.program.equations:
            found = list(variants(equation, setting))
            assert len(found) <= MOST, (name, equation.name)
            assert equation not in [wrong for _, wrong in found]
            assert len({(wrong.left, wrong.right) for _, wrong in found}) == len(found)
            for _, wrong in found[::7]:
                assert wrong.name == equation.name
                evaluated(problem, setting, wrong)


def test_no_variants_of_what_is_unknown():
    """An equation that nothing can be done to has none, and a program without loss or update works too."""
    _, setting = prepared("jacobian")
    equation = setting.program.equations[0]
    assert list(variants(Equation(equation.left, small_networks.ZERO), setting)) == []


def test_a_derivative_in_a_formula_of_the_sheet():
    """The errors that a sheet defines itself, δ = o(1-o)(t-o), have the mistakes of derivatives too."""
    problem = plain.read("""longhand 1
tensor t : label
tensor z : input
tensor o : intermediate
tensor e : intermediate
o = sigmoid(z)
e = o*(1 - o)*(t - o)
data t = 1
data z = 0.5
""")
    setting = Setting(problem.program, None, None, {})
    o = 1 / (1 + np.exp(-0.5))
    found = {key(m): evaluated(problem, setting, wrong) for m, wrong in variants(setting.program.equations[1], setting)}
    assert found["H1 derivative of the activation left out"] == pytest.approx(1 - o)
    assert found["H3 factor σ(z) missing"] == pytest.approx((1 - o) ** 2)


def test_without_sizes_two_symbols_may_be_equal():
    """W for its transpose needs a square matrix: of two symbols that is not known, of two numbers it is."""
    text = "longhand 1\naxis d letter i\naxis n letter j\ntensor x : input [d]\ntensor W : parameter [d, n]\n" \
        "tensor u : intermediate [n]\nu[j] = sum(i, W[i,j]*x[i])\n"
    program = plain.read(text).program

    def fires(**sizes: int) -> bool:
        return "F2 matrix for its transpose" in [key(m) for m, _ in variants(program.equations[0], Setting(program, None, None, {}, sizes))]

    assert fires() and fires(d=3, n=3) and not fires(d=2, n=3)


def test_sayings_are_sentences():
    for row in MISTAKES:
        assert row.mistake.says[0].isupper() and row.mistake.says[-1] == "."
        assert len(row.mistake.says) < 160 and 2 <= row.mistake.cost <= 3


def test_a_whole_program_takes_milliseconds():
    _, setting = prepared("elu")
    best = min(_seconds(setting) for _ in range(5))
    assert best < 0.1          # 15 ms where this was written


def _seconds(setting: Setting) -> float:
    start = time.process_time()
    for equation in setting.program.equations:
        for _ in variants(equation, setting):
            pass
    return time.process_time() - start
