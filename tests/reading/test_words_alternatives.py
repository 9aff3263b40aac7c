"""Several sets of numbers, losses without a name or given in words, expressions asked for, changes of weights."""
import pytest

from longhand import solve
from longhand.reading.sheet import read

SETS = (r"$s=wu$ and $E=(s-t)^2$. Set 1: $u=2$, $t=1$, $w=0.5$, rate $0.1$, 2 epochs. Set 2: $u=1$, $t=3$, $w=0.2$, rate $0.2$, 3 epochs. "
        "Report the final $w$ and the loss before each update.")


def test_each_set_is_a_problem_with_its_own_numbers():
    sheet = read(SETS)
    assert [(p.title, str(p.data["w"]), p.descent.steps, str(p.data["eta"])) for p in sheet.problems] == [
        ("Set 1", "1/2", 2, "1/10"), ("Set 2", "1/5", 3, "1/5")]
    assert not sheet.not_understood


def test_a_lone_set_is_no_alternative():
    assert len(read(r"$s=wu$. Set 1: $w=2$, $u=3$. Compute $s$.").problems) == 1


def test_a_loss_without_a_name():
    made, = read(r"Let $s=wu$ with $w=2$, $u=3$. With loss $s^2+1$ find the gradient with respect to $w$.").problems
    assert made.loss == "L" and [w.wrt for w in made.wanted] == [("w",)]


@pytest.mark.parametrize("words, name", [("cross-entropy loss", "cross entropy"), ("mean squared error", "mean squared error")])
def test_a_loss_in_words(words, name):
    sheet = read(rf"$s=Vu$, $q=\mathrm{{softmax}}(s)$, trained with the {words}. Derive $\partial E/\partial V$.")
    assert sheet.problems[0].loss == "E" and any(f"the loss E is the {name} of y and q" == a.text for a in sheet.assumptions)
    assert not any("derivative of E" in r.text for r in sheet.not_understood)


def test_no_loss_at_all_is_listed():
    sheet = read(r"$s=Vu$, $q=\tanh(s)$ with $V\in\mathbb{R}^{3\times2}$ and $u\in\mathbb{R}^2$. Find the gradient with respect to $V$.")
    assert any("no loss" in r.text for r in sheet.not_understood)


def test_an_expression_asked_for_is_computed():
    solution = solve(r"$s=wu$, $E=(s-t)^2$ with $w=2$, $u=3$, $t=1$. Compute $E$, $s-t$ and $\partial E/\partial w$.")
    values = {q["name"]: q["value"] for q in solution.json()["quantities"]}
    assert values["q_1"] == "5" and solution.problems[0].loss == "E" and solution.exit_code == 0


def test_the_change_of_a_weight():
    solution = solve(r"$s=wu$, $E=(s-t)^2$ with $w=2$, $u=3$, $t=1$. Give $\Delta w$ for learning rate $0.1$.")
    assert [(u["name"], u["value"]) for u in solution.json()["updates"]] == [("change of w", "-3"), ("w", "-1")]
