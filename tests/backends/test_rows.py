"""Statements in loops over rows: their order, what they may read there, and the same numbers as array by array."""
from __future__ import annotations

import numpy as np
import pytest
from targets import CC, evaluate, own_cache  # noqa: F401  (a fixture that all of this file use)
from truth import CASES, data, problem_of, truth
from two_layers import SHEET, arrays, by_hand

import longhand
from longhand.backends import rows
from longhand.backends.array_code import Read, nodes, reads, scalars, targets
from longhand.backends.lowering import lowered
from longhand.backends.phases import depends


@pytest.fixture
def short_rows(monkeypatch):
    """Rows of any length get a loop of their own."""
    monkeypatch.setattr(rows, "LONG", 1)


def statements_of(case):
    code = lowered(problem_of(case))
    return [*code.forward, *code.backward]


@pytest.mark.parametrize("sums", [True, False])
def test_what_depends_on_something_stays_behind_it(short_rows, sums):
    found = 0
    for case in CASES:
        before = statements_of(case)
        groups = rows.by_rows(before, lambda axis: str(axis.size), sums)
        after = [s for group in groups for s in group]
        place = {id(s): k for k, s in enumerate(after)}
        assert len(place) == len(before)
        for k, later in enumerate(before):
            assert all(place[id(earlier)] < place[id(later)] for earlier in before[:k] if depends(later, earlier)), case
        for group in groups:
            if len(group) > 1:
                found += 1
                axis = group[0].at[0].axis
                made = {t: rows.adds(s, axis) for s in group for t in targets(s)}
                read = [(n, rows.row(s, axis)) for s in group for scalar in scalars(s) for n in nodes(scalar) if isinstance(n, Read) and n.array in made]
                assert all(not made[n.array] and n.at[0] == own for n, own in read), case
                assert sums or not any(made.values())
        inside = rows.local(groups, [t for s in before for t in targets(s)])
        for name in inside:
            assert len([g for g in groups if any(name in {*reads(s), *targets(s)} for s in g)]) == 1
    assert found > 20


@pytest.mark.skipif(CC is None, reason="no C compiler")
@pytest.mark.parametrize("case", [c for k, c in enumerate(CASES) if k % 3 == 0 or not c.isdigit()])
def test_row_by_row_gives_the_same_numbers(short_rows, case):
    problem = problem_of(case)
    found, gradients = evaluate("c", problem, data(problem))
    expected, wanted = truth(problem, gradients)
    assert found == pytest.approx(expected, rel=1e-10)
    for name, true in wanted.items():
        np.testing.assert_allclose(gradients[name], true, rtol=1e-10, atol=1e-12)


@pytest.mark.skipif(CC is None, reason="no C compiler")
@pytest.mark.parametrize("examples", [1, 9])
def test_long_rows_of_a_batch(examples):
    """Softmax, loss and bias gradient of an example in one loop; of what only they use, a row is kept."""
    values = arrays(examples, sizes=(6, 70, 80))
    loss, gradients = longhand.compile(SHEET, target="c")(*values)
    expected, wanted = by_hand(*values)
    assert loss == pytest.approx(expected, rel=1e-12)
    for found, true in zip(gradients.values(), wanted, strict=True):
        np.testing.assert_allclose(found, true, rtol=1e-10, atol=1e-14)
