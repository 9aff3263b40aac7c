"""Softmax that only words name, and numbers of a quantity that also has a formula."""
import pytest

from longhand import solve
from longhand.reading.sheet import read

WORDS = (r"Scores $s=Vu$, softmax, $E=-\sum_k t_k\ln q_k$ with $V=\begin{bmatrix}1&0\\2&1\\0&1\end{bmatrix}$, "
         "$u=(1,2)$, $t=(0,1,0)$. Compute $E$.")


def test_the_unknown_under_the_logarithm_is_the_softmax_of_what_nothing_reads():
    sheet = read(WORDS)
    assert any(a.text == "q is the softmax of s" for a in sheet.assumptions) and not sheet.not_understood
    assert [e.name for e in sheet.problems[0].program.equations] == ["s", "q", "E"]


@pytest.mark.parametrize("text", [
    WORDS.replace(", softmax,", ","),                              # no softmax in the words
    WORDS.replace("Scores $s=Vu$", "Scores $s=Vu$ and $r=2u$"),    # two that nothing reads
])
def test_nothing_is_guessed_without_ground(text):
    sheet = read(text)
    assert not any("is the softmax of" in a.text for a in sheet.assumptions) and sheet.not_understood


def test_a_sum_without_bounds_runs_over_the_entries():
    solution = solve(r"$s=uV$, $q=\mathrm{softmax}(s)$, $E=-\sum t\log q$, $u=[1,2]$ (one row), $V=\begin{bmatrix}1&0\\0&1\end{bmatrix}$, "
                     "$t=[1,0]$. Compute $E$.")
    value = next(q["value"] for q in solution.json()["quantities"] if q["name"] == "E")
    assert value.startswith("1.31326168")                          # ln(1 + e)


def test_given_logits_stand_for_their_formula():
    text = (r"Scores $s=(2,0)$, $t=(1,0)$, softmax, $E=-\sum_k t_k\ln q_k$; with $s=Vu+c$ and $u=(1,3)$ give $\partial E/\partial V$ and "
            r"$\partial E/\partial c$.")
    solution = solve(text)
    values = {r["name"]: r["value"] for r in solution.json()["results"]}
    assert solution.exit_code == 0
    assert float(values["dE/dV"][0][1]) == pytest.approx(3 * float(values["dE/dc"][0]))


def test_inputs_without_numbers_are_listed_where_they_are_needed():
    text = r"Scores $s=(2,0)$, $t=(1,0)$, softmax, $E=-\sum_k t_k\ln q_k$; with $s=Vu+c$ and $u=(1,3)$ give $\partial E/\partial u$."
    assert any("no numbers for" in r.text for r in read(text).not_understood)
