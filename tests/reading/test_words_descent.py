"""Rates, numbers of steps and constants of descent, as words give them; an update that lacks one is listed."""
import pytest

from longhand import solve
from longhand.reading.sheet import read

NET = r"$s=wu$, $E=(s-1)^2$ with $w=2$, $u=3$. "


def test_momentum_has_the_constant_of_the_sheet():
    solution = solve(NET + "Update $w$ with momentum $0.8$ and learning rate $0.1$ for 2 steps.")
    assert [u["value"] for u in solution.json()["updates"] if u["name"] == "w"] == ["-1", "-1"]


def test_usual_constants_are_assumptions():
    made, = read(NET + r"Update $w$ with Adam, $\beta_1=0.8$, learning rate $0.1$.").problems
    assert made.descent.constants["beta1"] == "beta_1"
    assert any("beta2 of adam is 0.999" in a.text for a in made.assumptions)


@pytest.mark.parametrize("words", ["Compute $w$ after $3$ steps with rate $0.1$.", "With rate $0.1$ do three steps of gradient descent."])
def test_steps(words):
    assert read(NET + words).problems[0].descent.steps == 3


@pytest.mark.parametrize("words", [
    "Compute the updated $w$.",                                            # no rate, and numbers are wanted
    "Compute $w$ after $N$ steps with rate $0.1$.",
    "Give the updated $w$ with learning rate $0.1$, then with learning rate $0.2$.",
    "Find the gradient of $Q$ with respect to $w$.",
])
def test_listed(words):
    solution = solve(NET + words)
    assert solution.exit_code == 3
