r"""Tables of functions at points: "for $t\in\{-1,0,2\}$ give value and derivative of ..."."""
import math

import pytest

from longhand import solve
from longhand.reading.sheet import read

TABLE = r"For $t\in\{-1,0,2\}$ give value and derivative of $t\sigma(t)$, softplus and leaky ReLU (slope 0.2)."


def diagonal(rows):
    return [float(row[k]) for k, row in enumerate(rows)]


def values(text):
    solution = solve(text)
    assert solution.exit_code == 0, solution.json()
    made = solution.json()
    return {q["name"]: q["value"] for q in (*made["quantities"], *made["results"])}


def test_each_function_of_a_table_has_a_value_and_a_derivative_at_each_point():
    sheet = read(TABLE)
    assert not sheet.not_understood
    problem, = sheet.problems
    assert [e.name for e in problem.program.equations] == ["q_1", "q_2", "q_3"]
    assert [(w.kind, w.of) for w in problem.wanted] == [("value", "q_1"), ("value", "q_2"), ("value", "q_3"),
                                                        ("jacobian", "q_1"), ("jacobian", "q_2"), ("jacobian", "q_3")]
    assert any("t is the vector of the points" in a.text for a in sheet.assumptions)


def test_the_numbers_of_a_table():
    found = values(TABLE)
    assert list(map(float, found["q_3"])) == pytest.approx([-0.2, 0, 2])
    assert list(map(float, found["q_2"])) == pytest.approx([math.log1p(math.exp(t)) for t in (-1, 0, 2)])
    assert diagonal(found["dq_3/dt"]) == pytest.approx([0.2, 0.2, 1])
    assert diagonal(found["dq_2/dt"]) == pytest.approx([1 / (1 + math.exp(-t)) for t in (-1, 0, 2)])


def test_words_in_front_of_a_formula_describe_it_and_pi_is_the_number():
    found = values(r"For $u\in\{-0.5,1\}$ give the derivative of $\sqrt{2/\pi}\,u$, its tanh approximation $\tanh(2u/\pi)$ "
                   r"and $\ln(1+e^u)$.")
    assert diagonal(found["dq_2/du"]) == pytest.approx([2 / math.pi * (1 - math.tanh(2 * u / math.pi) ** 2) for u in (-0.5, 1)])
    assert diagonal(found["dq_1/du"]) == pytest.approx([math.sqrt(2 / math.pi)] * 2)


def test_a_parameter_given_as_a_formula_belongs_to_its_function():
    found = values(r"For $t\in\{-1,1\}$ give values and derivatives of ELU ($\alpha=2$) and leaky ReLU ($\alpha=0.5$).")
    assert list(map(float, found["q_1"])) == pytest.approx([2 * (math.exp(-1) - 1), 1])
    assert diagonal(found["dq_2/dt"]) == pytest.approx([0.5, 1])


def test_a_parameter_that_is_not_given_is_an_assumption():
    assert any("the parameter of leaky_relu is 0.01" in a.text for a in read(TABLE.replace(" (slope 0.2)", "")).assumptions)


def test_the_points_may_stand_behind():
    found = values(r"Give the derivative of $u^2$ and tanh for $u\in\{0,3\}$.")
    assert diagonal(found["dq_1/du"]) == pytest.approx([0, 6])


@pytest.mark.parametrize("text", [
    TABLE.replace("slope 0.2", "colour 0.2"),                           # a word that says nothing
    TABLE.replace("softplus", "the usual suspect"),                     # no function
    TABLE.replace("softplus", "sigmoid (slope 3)"),                     # sigmoid has no parameter
    TABLE.replace(r"t\sigma(t)", r"at\sigma(t)"),                       # a is nothing
    TABLE.replace(r"t\sigma(t)", r"\sigma(z)"),                         # not a function of t
    TABLE.replace("derivative", "second derivative"),
    "Let $t=5$ and $y=t^2$. " + TABLE,                                  # t is something else already
])
def test_what_is_not_understood_stays_listed(text):
    assert read(text).not_understood
