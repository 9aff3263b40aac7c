r"""Formulas for a general layer, how many there are and what f and C are being told by --data."""
import math

import pytest
from meant import numbers, only, wanted

from longhand.errors import DataError
from longhand.reading.sheet import read
from longhand.reading.values import read_data

FAMILY = (r"$h^m_i=g\big(\sum_p u^m_{ip}h^{m-1}_p+c^m_i\big)$, Loss $=D(h^M)$, $s^m=u^mh^{m-1}+c^m$, $\epsilon^m_i\equiv\partial D/\partial s^m_i$. "
          r"Give $\epsilon^m_i$, $\partial D/\partial u^m_{ip}$ and $\partial D/\partial c^m_i$.")
DATA = {"g": "tanh", "D": "1/2||h^M-y||^2", "x": ["0.5", "-1"], "y": ["0.2"], "u1": [["0.3", "0.1"], ["-0.2", "0.4"]], "c1": ["0.1", "0"],
        "u2": [["0.7", "-0.6"]], "c2": ["0.2"]}


def test_each_layer_has_its_formulas_and_the_errors_are_derivatives():
    problem = only(FAMILY, data=DATA)
    assert {e.name for e in problem.program.equations} == {"s^1", "h^1", "s^2", "h^2", "D"}
    assert ("gradient", "D", ("s^1",)) in wanted(problem) and ("gradient", "D", ("u^2",)) in wanted(problem)
    h1 = [math.tanh(0.3 * 0.5 - 0.1 + 0.1), math.tanh(-0.1 - 0.4)]
    h2 = math.tanh(0.7 * h1[0] - 0.6 * h1[1] + 0.2)
    e2 = (h2 - 0.2) * (1 - h2 * h2)
    loss, first, weights = numbers(problem, "D", "dD/ds^1", "dD/du^2")
    assert loss == pytest.approx((h2 - 0.2) ** 2 / 2)
    assert first == pytest.approx([e2 * 0.7 * (1 - h1[0] ** 2), e2 * -0.6 * (1 - h1[1] ** 2)])
    assert weights[0] == pytest.approx([e2 * h for h in h1])


def test_more_weights_are_more_layers():
    more = {**DATA, "y": ["0.2", "1"], "u3": [["1"], ["-1"]], "c3": ["0", "0.5"]}
    assert only(FAMILY, data=more).program["h^3"].axes[0].size == 2


def test_two_formulas_for_the_net_input_are_held_against_each_other():
    assert read(FAMILY.replace("s^m=u^mh^{m-1}+c^m", "s^m=u^mh^{m-1}-c^m"), data=DATA).not_understood


def test_sizes_that_do_not_fit_the_weights_are_refused():
    assert only(FAMILY, data={**DATA, "sizes": [2, 2, 1]})
    with pytest.raises(DataError, match="sizes"):
        read(FAMILY, data={**DATA, "sizes": [2, 2, 2, 1]})


def test_a_word_that_nothing_uses_is_refused():
    with pytest.raises(DataError, match="q"):
        read(FAMILY, data={**DATA, "q": "sigmoid"})
    with pytest.raises(DataError, match="no number"):
        read(r"$L=w^2$. Compute $dL/dw$.", data={"w": "sigmoid"})


def test_words_in_a_file_of_data_are_kept_where_they_are_asked_for():
    assert read_data('{"f": "sigmoid", "x": ["1e-3"]}', words=True)["f"] == "sigmoid"
    with pytest.raises(DataError):
        read_data('{"f": "sigmoid"}')
    with pytest.raises(DataError):
        read_data('{"x": ["sigmoid"]}', words=True)
