"""Functions asked about by themselves."""
import pytest

from longhand import solve
from longhand.reading.sheet import read


@pytest.mark.parametrize("text, names", [
    ("Derivatives of tanh and ReLU.", ["tanh", "relu"]),
    ("Also the derivative of the logistic function.", ["sigmoid"]),
    ("Find the derivative of the softplus.", ["softplus"]),
])
def test_each_function_is_a_small_problem(text, names):
    sheet = read(text)
    assert [p.title for p in sheet.problems] == [f"The derivative of {name}" for name in names] and not sheet.not_understood


def test_a_part_that_names_only_a_function():
    sheet = read(r"Derive (1) $\partial a/\partial u$ for $a=u^3$, (2) for $\tanh$.")
    assert [p.title for p in sheet.problems] == ["", "The derivative of tanh"] and not sheet.not_understood


def test_the_result_is_the_textbook_form():
    result, = solve("Derivative of tanh.").json()["results"]
    assert result["index_form"] == "1 - y^2"


def test_a_function_inside_another_request_is_listed():
    text = r"$s=wu$, $a=\sigma(s)$, $E=(a-1)^2$. Find the derivative of the sigmoid output with respect to $w$."
    assert any("of what the derivative is asked" in r.why for r in read(text).not_understood)
