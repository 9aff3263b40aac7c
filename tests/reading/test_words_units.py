"""Networks told unit by unit: a weight a connection, rules for unit j, and the loss that such rules are the gradient of."""
import math

import pytest

from longhand import solve
from longhand.reading.sheet import read

NETWORK = (r"Units 1-2 are inputs $x=(0.6,-1)$, units 3 and 4 hidden, unit 5 output; all non-input units are sigmoid. "
           r"$v_{13}=0.3$, $v_{14}=-0.7$, $v_{23}=0.2$, $v_{24}=0.5$, $v_{35}=0.9$, $v_{45}=-0.4$, biases $v_{03}=0.1$, $v_{04}=-0.2$, $v_{05}=0.3$. "
           r"Target 0, learning rate $0.5$. ")
RULES = (r"Tabulate net inputs $s_j$ and outputs $y_j$, the errors $e_j$ ($e_5=y_5(1-y_5)(t-y_5)$, $e_j=y_j(1-y_j)\sum_k e_k v_{jk}$), "
         r"and the updated weights $v_{ij}+\eta\,e_j y_i$.")


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def values(text):
    solution = solve(text)
    assert solution.exit_code == 0, solution.not_understood
    made = solution.json()
    found = {q["name"]: q["value"] for q in made["quantities"]}
    return found, {u["name"]: u for u in made["updates"]}


def by_hand():
    y3, y4 = sigmoid(0.3 * 0.6 - 0.2 + 0.1), sigmoid(-0.7 * 0.6 - 0.5 - 0.2)
    y5 = sigmoid(0.9 * y3 - 0.4 * y4 + 0.3)
    e5 = -y5 * (1 - y5) * y5
    return y3, y4, y5, y3 * (1 - y3) * 0.9 * e5, y4 * (1 - y4) * -0.4 * e5, e5


def test_every_unit_has_its_net_input_its_output_and_its_error():
    found, _ = values(NETWORK + RULES)
    y3, y4, y5, e3, e4, e5 = by_hand()
    assert float(found["s_4"]) == pytest.approx(-1.12)
    assert [float(found[f"y_{u}"]) for u in (3, 4, 5)] == pytest.approx([y3, y4, y5])
    assert [float(found[f"e_{u}"]) for u in (3, 4, 5)] == pytest.approx([e3, e4, e5])


def test_the_rule_of_the_update_is_followed_for_weights_and_biases():
    _, updates = values(NETWORK + RULES)
    y3, _, _, _, e4, e5 = by_hand()

    def new(name):
        return float(next(value for key, value in updates[name].items() if key not in ("name", "latex") and isinstance(value, str)
                          and value.lstrip("-").replace(".", "").replace("e-", "").isdigit()))
    assert set(updates) == {"v_13", "v_14", "v_23", "v_24", "v_35", "v_45", "v_03", "v_04", "v_05"}
    assert new("v_24") == pytest.approx(0.5 + 0.5 * e4 * -1)
    assert new("v_35") == pytest.approx(0.9 + 0.5 * e5 * y3)
    assert new("v_04") == pytest.approx(-0.2 + 0.5 * e4)


def test_the_loss_that_is_not_told_is_an_assumption():
    assert any("half the sum of the squared differences" in a.text for a in read(NETWORK + RULES).assumptions)


@pytest.mark.parametrize("wrong", [
    (r"e_5=y_5(1-y_5)(t-y_5)", r"e_5=y_5(t-y_5)"),                # the error of another loss
    (r"v_{ij}+\eta\,e_j y_i", r"v_{ij}-\eta\,e_j y_i"),           # ascent
    (r"v_{ij}+\eta\,e_j y_i", r"v_{ij}+\eta\,e_i y_i"),
    (r"\sum_k e_k v_{jk}", r"\sum_k e_k v_{kj}"),                 # against the arrows
])
def test_rules_that_are_no_gradient_of_a_squared_error_are_not_taken_for_one(wrong):
    solution = solve((NETWORK + RULES).replace(*wrong))
    assert solution.exit_code == 3 and not solution.json()["updates"]


def test_errors_counted_with_the_other_sign_are_descended_with_a_minus():
    text = (NETWORK + RULES).replace("(t-y_5)", "(y_5-t)").replace(r"v_{ij}+\eta", r"v_{ij}-\eta")
    found, _ = values(text)
    assert float(found["e_5"]) == pytest.approx(-by_hand()[-1])


def test_weights_may_be_written_to_and_from_and_biases_by_a_letter_of_their_own():
    text = (r"Input units 1, 2 have the values $o_1=2$, $o_2=1$. Unit 3 is hidden, and unit 4 is the output unit; every unit is tanh. "
            r"$w_{31}=0.5$, $w_{32}=-0.3$, $w_{43}=0.7$, $\theta_3=0.1$, $\theta_4=0.2$. Compute the net inputs $n_j$ and the outputs $o_j$.")
    found, _ = values(text)
    o3 = math.tanh(2 * 0.5 - 0.3 + 0.1)
    assert float(found["n_4"]) == pytest.approx(0.7 * o3 + 0.2)
    assert float(found["o_4"]) == pytest.approx(math.tanh(0.7 * o3 + 0.2))


def test_numbers_of_units_without_a_whole_network_stay_a_complaint():
    assert read(NETWORK.replace("unit 5 output", "unit 9 output") + RULES).not_understood


def test_a_loss_of_the_sheet_is_held_against_the_rules():
    own = NETWORK + r"The loss is $E=\frac12(t-y_5)^2$. " + RULES
    assert values(own)[1]
    assert solve(own.replace(r"\frac12(t", r"(t")).exit_code == 3
