"""Tables of quantities with their values are read; lines of which nothing is made are listed."""
from __future__ import annotations

from functools import cache

import pytest

from longhand.marking.mark import Marker
from longhand.marking.passed_over import NO_EQUATION
from longhand.reading.chain_tables import with_equations

SHEET = r"""
Let $u = w x$, $y = u^2$ and $L = (y - t)^2$ with $w = 3$, $x = 0.5$ and $t = 2$. Compute the gradient of $L$ with respect to $w$.
"""


@cache
def marker() -> Marker:
    return Marker(SHEET)


def told(answer: str) -> list[tuple[int, str, str]]:
    return [(mark.line, mark.quantity, mark.verdict) for mark in marker().mark(answer).marks]


@pytest.mark.parametrize("row", ["| u | 1.5 |", "| $u$ | $1.5$ |", "| $u$ | 1.5 |", "| u | $1.5$ |", "| u | = 1.5 |"])
def test_a_row_sets_a_quantity_beside_its_value(row):
    assert told(f"| quantity | value |\n|:---|---:|\n{row}\n| y | 2.05 |") == [(3, "u", "right"), (4, "y", "misread")]


def test_a_row_may_hold_the_formula_too():
    table = "| what | formula | result |\n|---|---|---|\n| $y$ | $u^2$ | $2.25$ |\n| $dL/dw$ | $2(y-t)\\cdot 2u\\cdot x$ | $0.85$ |"
    assert [verdict for *_, verdict in told(table)] == ["right", "right", "right", "misread"]


def test_columns_that_say_something_else_are_no_equations():
    table = "| unit | input |\n|---|---|\n| u | 0.5 |"
    assert with_equations(table) == table
    assert {verdict for *_, verdict in told(table)} == {"not checked"}


def test_every_place_stays_true():
    table = "| a | value |\n|---|---|\n| $b$ | $\\lVert x \\rVert$ |\n| c \\| d | 2 |\n| e |\n"
    changed = with_equations(table)
    assert len(changed) == len(table)
    assert "$b" in changed and "=" in changed.split("\n")[2]


@pytest.mark.parametrize("line", ["- Errors: 0.25, 0.50", r"The signal goes $x \to u \to y$.", "| 1 | 0.3 |"])
def test_a_line_of_which_nothing_is_made_is_listed(line):
    marks = marker().mark(f"u = 1.5\n\n{line}\n").marks
    assert [(mark.line, mark.verdict, mark.says) for mark in marks[1:]] == [(3, "not checked", NO_EQUATION)]


@pytest.mark.parametrize("line", ["## Part 1.2", "So far so good", "$u = 1.5$ holds"])
def test_other_lines_are_not(line):
    assert all(mark.says != NO_EQUATION for mark in marker().mark(line).marks)
