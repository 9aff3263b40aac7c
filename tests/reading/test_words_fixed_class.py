r"""The true class as a letter, its number from --data, and a softmax that only the text gives a name."""
import math

import pytest

from longhand import solve
from longhand.reading.sheet import read

LOSS = r"$J(a;t=m)=-\log[\mathrm{softmax}(a)]_m$. Find the gradient and the Hessian with respect to $a$. "


def values(solution):
    made = solution.json()
    return {q["name"]: q["value"] for q in (*made["quantities"], *made["results"])}


def test_the_number_of_the_class_comes_from_outside_and_counts_from_one():
    solution = solve(LOSS, data={"a": ["0", "1"], "m": 2})
    assert solution.exit_code == 0, solution.not_understood
    p = 1 / (1 + math.exp(1))
    found = values(solution)
    assert [float(x) for x in found["dJ/da"]] == pytest.approx([p, 1 - p - 1])
    assert float(found["J"]) == pytest.approx(-math.log(1 - p))


def test_a_letter_that_a_sum_binds_takes_no_number():
    from longhand.errors import DataError
    with pytest.raises(DataError):
        solve(r"$L=\sum_m t_m a_m$. Find $\partial L/\partial a$.", data={"a": [1, 2], "t": [1, 0], "m": 2})


def test_a_softmax_that_only_the_text_names():
    problem, = read(LOSS + "Each entry of the gradient has $p_i$ in it.").problems
    assert problem.program.equation("p") is not None


def test_a_name_that_the_sheet_defines_is_not_that_of_the_softmax():
    problem, = read(LOSS + r"Here $p=2a$ has the entries $p_i$.").problems
    assert not any("softmax" in r.text for r in read(LOSS + r"Here $p=2a$ has the entries $p_i$.").assumptions)
    assert problem.loss == "J"
