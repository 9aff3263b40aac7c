"""The closed form of a Hessian in the worked solution."""
from __future__ import annotations

import sys
from pathlib import Path

import pytest

from longhand.printing import markdown
from longhand.solution import solve

sys.path.insert(0, str(Path(__file__).parents[1] / "structured"))

from models import factorisation, logistic_regression, softmax_network  # noqa: E402

MEANS = "With everything on the way put in"


def solution(model, *wrt: str) -> str:
    model.find("hessian", "Loss", *wrt)
    return markdown.render(solve(model.problem()).document).replace(r"\thinspace ", "").replace(r"\left(", "(").replace(r"\right)", ")")


@pytest.mark.parametrize("wrt, form", [
    ("W_1", r"(xx^{\top}) \otimes (\mathrm{diag}(\mathbf{1}[a > 0])(W_2\mathrm{diag}(\hat{y})W_2^{\top}"
            r" - W_2\hat{y}\hat{y}^{\top}W_2^{\top})\mathrm{diag}(\mathbf{1}[a > 0]))"),
    ("W_2", r"(hh^{\top}) \otimes (\mathrm{diag}(\hat{y}) - \hat{y}\hat{y}^{\top})"),
    ("b_2", r"= \mathrm{diag}(\hat{y}) - \hat{y}\hat{y}^{\top}"),
])
def test_a_network_in_matrices(wrt, form):
    text = solution(softmax_network(), wrt).split(MEANS)[1]
    assert form.replace(" ", "") in text.replace(" ", "")


def test_logistic_regression_is_a_product_of_three_matrices():
    assert r"X^{\top}\mathrm{diag}(s\odot(1-s))X" in solution(logistic_regression(), "w").split(MEANS)[1].replace(" ", "")


def test_blocks_are_no_kronecker_product():
    text = solution(factorisation(), "U").split(MEANS)[1]
    assert r"\delta_{il}" in text and r"\otimes" not in text


def test_what_is_longer_than_a_line_is_left_out():
    text = solution(softmax_network("sigmoid"), "W_1", "W_2")
    assert all(len(part) < 4000 for part in text.split(MEANS)[1:])
