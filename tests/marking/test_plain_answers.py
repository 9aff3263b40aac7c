"""An answer as people type it, without any markup, to the example sheet."""
from __future__ import annotations

from functools import cache
from pathlib import Path

from longhand.marking.mark import Marker

SHEET = Path(__file__).resolve().parents[2] / "examples" / "two-layer-softmax.md"
ANSWER = """Forward:
h = W1^T x + b1 = (2, -0.4)
a = relu(h) = (2, 0)
z = (0.4, -0.1, -0.3)
yhat = softmax(z) = (0.475, 0.288, 0.236)
Loss = -ln(0.288) = 1.245

Backward:
dz = yhat - y = (0.475, -0.712, 0.236)
dW2 = a dz^T = [[0.951, -1.423, 0.472], [0, 0, 0]]
db2 = dz
da = W2 dz = (0.332, 0.143)
dh = da * (h > 0) = (0.332, 0)
dW1 = x dh^T = [[0.332, 0], [0.664, 0]]
db1 = dh = (0.332, 0)

Update with eta = 0.1:
W1 = [[0.967, -1], [0.434, 0.25]]
b1 = (-0.033, 0.1)
W2 = [[0.105, -0.158, 0.053], [0.4, 0, -0.2]]
b2 = (-0.048, 0.571, -0.524)
"""


@cache
def marker() -> Marker:
    return Marker(SHEET.read_text(encoding="utf-8"))


def test_all_of_it_is_right():
    marked = marker().mark(ANSWER)
    assert {mark.verdict for mark in marked.marks} <= {"right", "carried"}
    assert marked.missing == ()


def test_a_parameter_without_a_sign_of_its_update_is_the_new_one_where_its_numbers_are_not_the_sheets():
    marked = marker().mark(ANSWER.replace("b2 = (-0.048, 0.571, -0.524)", "b2 = (0.048, 0.429, -0.476)"))
    wrong = [mark for mark in marked.marks if mark.verdict == "wrong"]
    assert [mark.quantity for mark in wrong] == ["b_2@1"]
    assert wrong[0].mistake == "added instead of subtracted"


def test_data_restated_are_no_result():
    marked = marker().mark("b_2 = (0, 0.5, -0.5)")
    assert [mark.verdict for mark in marked.marks] == ["right"]
    assert "the updated b_2" in marked.missing


def test_h1_is_the_first_entry_of_h():
    marked = marker().mark("h1 = 1*1 + 0.5*2 = 2, h2 = -1 + 0.25*2 + 0.1 = -0.5")
    assert [(mark.quantity, mark.verdict) for mark in marked.marks][:2] == [("h[0]", "right"), ("h[0]", "right")]
    assert marked.marks[-1].verdict in ("wrong", "misread")
