"""Helpers of the tests of meaning: the numbers that a sheet's program gives, and its equations with letters put in by place."""
from __future__ import annotations

import pytest

from longhand.calculus.jacobian import derive
from longhand.core.problem import Problem
from longhand.numbers.arithmetic import FLOATS
from longhand.numbers.interpret import Values
from longhand.reading.sheet import Sheet, read


def understood(text: str, **options) -> Sheet:
    """A sheet that is read without a word of complaint."""
    sheet = read(text, **options)
    if sheet.not_understood:
        pytest.fail("; ".join(f"line {r.line}: {r.text} ({r.why})" for r in sheet.not_understood))
    return sheet


def only(text: str, **options) -> Problem:
    [problem] = understood(text, **options).problems
    return problem


def values(problem: Problem) -> Values:
    """Every tensor of the forward and the backward pass, in floats."""
    return Values(derive(problem).backward, problem.data, problem.sizes, FLOATS)


def numbers(problem: Problem, *names: str) -> list:
    found = values(problem)
    return [nested(found.tensor(name)) for name in names]


def nested(value: object) -> object:
    return [nested(v) for v in value] if isinstance(value, list | tuple) else float(value)


def shape(problem: Problem, name: str) -> tuple[int | str, ...]:
    return tuple(axis.size for axis in problem.program[name].axes)


def wanted(problem: Problem) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(w.kind, w.of, w.wrt) for w in problem.wanted]


def functions(problem: Problem) -> set[str]:
    """The functions of the table that the program applies."""
    from longhand.core.expr import Apply, Component
    from longhand.core.walk import walk
    return {n.function for e in problem.program.equations for n in walk(e.right) if isinstance(n, Apply | Component)}
