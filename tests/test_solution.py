"""The front door: what it takes, what it answers, and its exit codes."""
from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from longhand import solution
from longhand.core.equation import Equation, Program
from longhand.core.expr import Entry, mul, number
from longhand.core.lately import Lately
from longhand.errors import DataError, UnknownName
from longhand.printing import plain
from longhand.solution import solve, with_data

sys.path.insert(0, str(Path(__file__).parent / "worked"))
import problems  # noqa: E402  (a folder of tests beside this one)


def test_a_model_a_problem_and_the_plain_form_have_one_solution():
    problem = problems.column_net()
    direct, read_back = solve(problem), solve(plain.render(problem))
    assert direct.json()["results"] == read_back.json()["results"]
    assert direct.exit_code == read_back.exit_code == 0


def test_it_shows_itself():
    shown = solve(problems.column_net())._repr_mimebundle_()
    assert set(shown) == {"text/plain", "text/markdown"}
    assert "Softmax Jacobian" in shown["text/plain"] and r"\boxed" in shown["text/markdown"]


def test_data_put_numbers_into_symbols():
    problem = replace(problems.row_net(), data={}, sizes={})
    data = {"x": ["0.5", 1], "W": [[1, "0.25"], [0, 1]], "b": [0, 1], "V": [[1, -1], ["0.5", 0]], "y": [1, 0]}
    solved = solve(problem, data=data)
    assert solved.exit_code == 0 and [c["ok"] for c in solved.json()["gradient_check"]] == [True] * 4
    assert next(q for q in solved.json()["quantities"] if q["name"] == "x")["value"] == ["0.5", "1"]


@pytest.mark.parametrize("data, says", [
    ({"nobody": 1}, "no quantity"), ({"x": [[1]]}, "axes"), ({"x": [1], "W": [[1, 2], [3, 4]]}, "entries along"),
    ({"h": [1, 2]}, "computed"),
])
def test_data_that_do_not_fit_are_an_error(data, says):
    with pytest.raises(DataError, match=says):
        with_data(problems.row_net(), data)


def test_names_are_compared_without_markup():
    assert "W_1" in with_data(replace(problems.column_net(), data={}, sizes={}), {r"\mathbf{W}_1": [[1, 2, 3], [4, 5, 6]]}).data


def test_gradients_asked_beside():
    solved = solve(problems.scalar_net(), wrt=("b_1",))
    assert any(r["name"] == "dE/db_1" and r["asked"] == "gradient" for r in solved.json()["results"])
    with pytest.raises(UnknownName, match="no quantity"):
        solve(problems.scalar_net(), wrt=("q_7",))


def test_a_wrong_gradient_is_found_and_exits_with_1(monkeypatch):
    """The check is independent: a derivation with one factor wrong does not pass it."""
    right = solution.derive

    def wrong(problem):
        derivation = right(problem)
        spoilt = [Equation(e.left, mul(number(2), e.right)) if e.name == "dE/dw_1" else e for e in derivation.backward.equations]
        return replace(derivation, backward=Program(derivation.backward.tensors, tuple(spoilt), derivation.backward.facts))

    assert solve(problems.scalar_net()).exit_code == 0
    monkeypatch.setattr(solution, "derive", wrong)
    monkeypatch.setattr(solution, "_IN_SYMBOLS", Lately(1))                     # else the right derivation is remembered
    solved = solve(problems.scalar_net())
    assert solved.exit_code == 1
    assert [c["wrt"] for c in solved.json()["gradient_check"] if not c["ok"]] == ["w_1"]
    assert "these do not: w_1" in str(solved)


def test_numbers_missing_for_an_update_are_said_and_exit_with_3():
    solved = solve(problems.missing_data())
    assert solved.exit_code == 3
    (remark,) = solved.not_understood
    assert "needs numbers for t" in remark.why
    assert "∂E/∂w₁" in str(solved).replace(" ", "") or "Derivatives" in str(solved)


def test_nothing_is_asked_of_the_numbers_in_a_problem_of_symbols():
    assert solve(problems.row_net()).json()["gradient_check"] == []


def test_an_update_without_a_learning_rate_is_said():
    problem = problems.scalar_net()
    solved = solve(replace(problem, descent=replace(problem.descent, constants={})))
    assert solved.exit_code == 3 and "learning rate" in solved.not_understood[0].why


def test_symbols_load_no_library_of_numbers():
    folder = Path(__file__).parent / "worked"
    script = (f"import sys; sys.path.insert(0, {str(folder)!r}); import problems; from longhand.solution import solve; "
              "str(solve(problems.row_net())); print(*({'flint', 'numpy', 'markdown_it', 'sympy'} & set(sys.modules)))")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_entry_of_the_result_is_what_the_interpreter_says():
    """JSON and the raw interpreter agree on an intermediate, in floats."""
    from longhand.numbers.arithmetic import FLOATS
    from longhand.numbers.interpret import Values
    problem = problems.skip()
    values = Values(problem.program, problem.data, problem.sizes, FLOATS)
    found = next(q for q in solve(problem).json()["quantities"] if q["name"] == "o")["value"]
    assert [float(v) for v in found] == pytest.approx(values.tensor("o"), rel=1e-11)
    assert Entry("o") != Entry("h")


def test_what_was_worked_out_for_one_size_is_not_taken_for_another():
    """The same formulas, numbers of other sizes, one after the other."""
    sheet = (r"$h = W^\top x + b$, $L = \sum_{i=1}^{N} h_i^2$, with $W \in \mathbb{R}^{2 \times N}$, $b, h \in \mathbb{R}^N$ and $x \in \mathbb{R}^2$. "
             "Compute the gradient of $L$ with respect to $b$.")
    for size in (2, 3, 1, 2):
        found = solve(sheet.replace("N", str(size)), data={"x": [1, 2], "W": [[1] * size] * 2, "b": [0] * size}).json()
        [result] = [r for r in found["results"] if r["name"] == "dL/db"]
        assert result["shape"] == [size] and result["value"] == ["6"] * size
        page = solve(sheet.replace("N", str(size)))
        assert {axis.size for t in page.problems[0].program.tensors.values() for axis in t.axes} == {2, size}
        assert {axis.size for t in page.derivations[0].backward.tensors.values() for axis in t.axes} == {2, size}
