r"""Indices above with sums that are not written, \sqrt{d_k}, identity matrices, and a gradient from above in numbers."""
import math

import pytest

from longhand import solve
from longhand.reading.sheet import read

SCORES = (r"$M^{uv}=\frac{1}{\sqrt{d_e}}A^{uc}B^{vc}$, $P=\mathrm{softmax}_v(M)$, $Y^{uw}=P^{uv}C^{vw}$ with $A=I_2$, "
          r"$B=\begin{bmatrix}2&0\\1&-1\end{bmatrix}$, $C=\begin{bmatrix}1&2&0\\0&1&3\end{bmatrix}$. ")


def values(solution):
    made = solution.json()
    return {q["name"]: q["value"] for q in (*made["quantities"], *made["results"])}


def probabilities(first, second):
    a, b = math.exp(first / math.sqrt(2)), math.exp(second / math.sqrt(2))
    return [a / (a + b), b / (a + b)]


def numbers(rows):
    return [[float(x) for x in row] for row in rows]


def test_a_letter_that_comes_twice_is_summed_over_and_the_root_is_of_how_far_it_runs():
    solution = solve(SCORES + r"Compute $P$ and $Y$, and all gradients for $L=\sum Y$.")
    assert solution.exit_code == 0, solution.not_understood
    p = [probabilities(2, 1), probabilities(0, -1)]
    found = values(solution)
    assert numbers(found["P"])[0] == pytest.approx(p[0]) and numbers(found["P"])[1] == pytest.approx(p[1])
    assert numbers(found["Y"])[1] == pytest.approx([p[1][0], 2 * p[1][0] + p[1][1], 3 * p[1][1]])


def test_a_gradient_from_above_in_numbers_is_a_problem_of_its_own():
    solution = solve(SCORES + r"(1) all gradients for $L=\sum Y$. (2) all gradients for upstream "
                              r"$\partial L/\partial Y=\begin{bmatrix}1&0&0\\0&0&-2\end{bmatrix}$.")
    assert solution.exit_code == 0, solution.not_understood
    assert len(solution.problems) == 2
    made = [r for r in solution.json()["results"] if r["name"] == "dL/dC"]
    p = [probabilities(2, 1), probabilities(0, -1)]
    assert numbers(made[-1]["value"])[0] == pytest.approx([p[0][0], 0, -2 * p[1][0]])


def test_letters_above_without_such_a_definition_stay_powers():
    sheet = read(r"$y=x^2$, $L=y^3$ with $x=2$. Compute $dL/dx$.")
    assert not sheet.not_understood and not any("indices" in a.text for a in sheet.assumptions)


def test_a_softmax_over_another_index_than_the_last_is_not_read():
    assert read(SCORES.replace("_v(M)", "_u(M)") + "Compute $Y$.").not_understood


def test_an_identity_matrix_is_none_where_i_is_a_quantity():
    assert not any("identity matrix" in a.text for a in read(r"$I_2=3$, $Q=I_2$, $L=Q^2$. Compute $L$.").assumptions)
