"""Steps of an optimiser on a given gradient, without a network."""
import pytest

from longhand import solve
from longhand.reading.sheet import read


def updates(text: str) -> dict[str, object]:
    solution = solve(text)
    assert solution.exit_code == 0, [r.text for r in read(text).not_understood]
    return {u["name"]: u["value"] for u in solution.json()["updates"]}


def test_adam_known_by_its_constants():
    text = (r"$g_1=2$, $m_0=v_0=0$, $\alpha=0.5$, $\beta_1=0.8$, $\beta_2=0.99$, $\epsilon=0$: "
            r"find $m_1,v_1,\hat m_1,\hat v_1$ and the parameter step.")
    assert updates(text) == {"first moment of theta": "0.4", "second moment of theta": "0.04",
                             "corrected first moment of theta": "2", "corrected second moment of theta": "4",
                             "step of theta": "0.5", "theta": "-0.5"}
    told = [a.text for a in read(text).assumptions]
    assert "the method is adam" in told and "the parameter is 0 before the step" in told
    assert "the loss L is the sum of each gradient times its parameter" in told


def test_parts_are_problems_and_the_same_takes_what_the_part_before_said():
    sheet = read(r"Adam with $\alpha=0.1$. (a) $g=1$: find the step. (b) the same elementwise for parameters $(3,4)$, gradients $(2,-1)$. "
                 r"(c) $w_0=3$, $g=2$: find $w_1$.")
    assert not sheet.not_understood
    read_as = [(p.title, p.descent.method, str(p.data["alpha"])) for p in sheet.problems]
    assert read_as == [(t, "adam", "1/10") for t in ("(a)", "(b)", "(c)")]
    assert [t.rank for p in sheet.problems for t in p.program.given() if t.role == "parameter"] == [0, 1, 0]


def test_a_sheet_in_words_only():
    made = updates(r"Adam: parameter $2$, gradient $-0.5$, zero moments, $t=1$, "
                   r"default learning rate $0.01$, $\epsilon=0$: new parameter, $m$, $v$.")
    assert made["theta"] == "2.01" and made["first moment of theta"] == "-0.05" and made["second moment of theta"] == "0.00025"


@pytest.mark.parametrize("text, value", [
    (r"Gradient descent: parameters $(1,2)$, gradients $(0.5,-1)$, learning rate $0.1$. Find the new parameters.", ["0.95", "2.1"]),
    (r"Momentum with $\mu=0.9$, $\eta=0.1$, velocity zero, gradient $2$, parameter $1$: new parameter.", "0.8"),
    (r"Parameter $1$, gradient $0.5$, rate $0.1$: new parameter.", "0.95"),
])
def test_other_methods(text, value):
    assert updates(text)["theta"] == value


@pytest.mark.parametrize("text", [
    r"Adam without bias correction. Parameter $1$, gradient $0.5$: new parameter.",
    r"Adam. Parameter $1$, gradient $0.5$: new parameter after 3 steps.",
    r"Adam. $g=0.5$, $m_0=0.1$, $v_0=0$: find $m_1$.",
    r"Adam. $g=0.5$, $t=2$: find $m_2$.",
    r"Adam. $g_1=0.5$, $g_2=0.7$, $\theta_0=1$: find $\theta_1$.",
    r"Adam with weight decay $0.1$. Parameter $1$, gradient $0.5$: new parameter.",
    r"Gradient ascent. Parameter $1$, gradient $0.5$, learning rate $0.1$: new parameter.",
    r"RMSprop. Parameter $1$, gradient $0.5$, $\eta=0.1$: new parameter.",
    r"$g=4$, $\alpha=0.1$, $\beta=0.9$: find $v_1$.",
    r"Adam. $g=0$, $\epsilon=0$: find the step.",
])
def test_what_is_not_one_step_from_rest_is_listed(text):
    assert read(text).not_understood and solve(text).exit_code == 3


def test_a_network_is_read_as_before():
    sheet = read(r"$s=wu$, $E=(s-t)^2$ with $w=2$, $u=3$, $t=1$, learning rate $0.1$. Update $w$ once with Adam.")
    assert sheet.problems[0].loss == "E" and sheet.problems[0].descent.method == "adam"
