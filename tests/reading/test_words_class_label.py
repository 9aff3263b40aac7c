r"""Class labels as indices: the y_i of $\sum_{j\ne y_i}\max(0,s_j-s_{y_i}+1)$, for one example i."""
from longhand import solve
from longhand.reading.sheet import read

HINGE = r"$E_n=\sum_{k\ne t_n}\max(0,r_k-r_{t_n}+m)$ and $r=Vu_n$. Derive $\nabla_{v_{t_n}}E_n$ and $\nabla_{v_k}E_n$."
NUMBERS = {"V": [[1, 0], [0, 1], [2, 2]], "u": [1, 2], "m": 1}


def test_the_letter_of_the_one_example_is_left_out():
    sheet = read(HINGE)
    assert not sheet.not_understood
    assert any("n is one fixed example" in a.text for a in sheet.assumptions)
    problem, = sheet.problems
    assert problem.loss == "E" and problem.program["t"].role == "label" and not problem.program["u"].axes[1:]
    assert [(w.kind, w.of, w.wrt) for w in problem.wanted] == [("gradient", "E", ("V",))]


def test_a_label_counted_from_0_or_from_1():
    for label in ({"t (0-based)": 0}, {"t": 1}):
        solution = solve(HINGE, data=NUMBERS | label)
        made = solution.json()
        found = {q["name"]: q["value"] for q in (*made["quantities"], *made["results"])}
        assert solution.exit_code == 0 and float(found["E"]) == 2 + 6      # scores 1, 2, 6
        assert [list(map(float, row)) for row in found["dE/dV"]] == [[-2, -4], [1, 2], [1, 2]]


def test_a_letter_that_a_sum_runs_over_stays():
    sheet = read(HINGE + r" $J=\sum_n E_n$.")
    assert not any("one fixed example" in a.text for a in sheet.assumptions)


def test_a_name_with_and_without_the_letter_stays_two():
    sheet = read(HINGE + r" $u=(1,2)$.")
    assert not any("one fixed example" in a.text for a in sheet.assumptions)


def test_a_label_without_a_number_is_a_fixed_index_though_another_formula_is_read_in_between():
    sheet = read(r"$E=\sum_{k\ne t}\max(0,r_k-r_t+m)$, $r=Vu$. Derive $\partial E/\partial V$.")
    assert not sheet.not_understood and any("t is a fixed index" in a.text for a in sheet.assumptions)
