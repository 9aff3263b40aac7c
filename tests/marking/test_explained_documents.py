"""Small worked answers, each with one thing that is wrong on the page: what is said of it, and that nothing else is accused."""
from __future__ import annotations

import pytest

from longhand.marking.mark import Marker

NET = r"""$$u = W_1 x + b_1$$

$$h = \text{LeakyReLU}(u)$$

$$z = W_2 h + b_2$$

$$o = \text{softmax}(z)$$

with $x \in \mathbb{R}^2$, $W_1 \in \mathbb{R}^{3 \times 2}$, $b_1 \in \mathbb{R}^3$, $W_2 \in \mathbb{R}^{2 \times 3}$ and $b_2 \in \mathbb{R}^2$.

Here $\text{LeakyReLU}(s) = \begin{cases} s & s > 0 \\ 0.1 s & s \leq 0 \end{cases}$.

The label $y$ is one-hot.
"""
DATA = r"""
The numbers are $x = [1.5, -0.8]^\top$, $y = [1, 0]^\top$,

$$W_1 = \begin{bmatrix} 0.6 & -0.4 \\ 0.3 & 0.9 \\ -0.7 & 0.5 \end{bmatrix}$$

$$b_1 = [0.1, -0.2, 0.4]^\top$$

$$W_2 = \begin{bmatrix} 0.8 & -0.5 & 0.3 \\ -0.6 & 0.7 & 0.2 \end{bmatrix}$$

$$b_2 = [0.2, -0.1]^\top$$

1. Compute $u$, $h$, $z$, $o$ and the loss.
2. Compute the gradients of the loss with respect to $W_1$, $b_1$, $W_2$ and $b_2$.
3. Compute all parameters after one step of gradient descent with the learning rate $\eta = 0.5$.
"""
LOSS = r"""
The loss is the cross-entropy

$$L = -\sum_{k=1}^{2} y_k \ln o_k.$$
"""
SMOOTHED = r"""
The label is smoothed with $\epsilon = 0.1$:

$$\tilde{y} = (1 - \epsilon) y + \frac{\epsilon}{2}$$

The loss is the cross-entropy

$$L = -\sum_{k=1}^{2} \tilde{y}_k \ln o_k.$$
"""
RIGHT = {"u": "[1.320, -0.470, -1.050]", "h": "[1.320, -0.047, -0.105]", "z": "[1.248, -0.946]", "o": "[0.900, 0.100]", "L": "0.106",
         "dL/dz": "[-0.100, 0.100]", "dL/dW_2": "[[-0.132, 0.005, 0.011], [0.132, -0.005, -0.011]]", "dL/dh": "[-0.140, 0.120, -0.010]",
         "dL/du": "[-0.140, 0.012, -0.001]", "dL/dW_1": "[[-0.211, 0.112], [0.018, -0.010], [-0.002, 0.001]]",
         "W_2_new": "[[0.866, -0.502, 0.295], [-0.666, 0.702, 0.205]]", "b_2_new": "[0.250, -0.150]"}


@pytest.fixture(scope="module")
def plain():
    return Marker(NET + LOSS + DATA)


@pytest.fixture(scope="module")
def smoothed():
    return Marker(NET + SMOOTHED + DATA)


def answer(**changed: str | None) -> str:
    """The right answer, some lines changed, or left out; keys with _per_ for /."""
    own = {name.replace("_per_", "/"): value for name, value in changed.items()}
    return "\n".join(f"{name} = {value}" for name, value in {**RIGHT, **own}.items() if value is not None) + "\n"


def accused(marks) -> dict[str, str | None]:
    """What is called wrong: the quantity and the mistake."""
    return {mark.quantity: mark.mistake for mark in marks if mark.verdict == "wrong"}


def verdicts(marker: Marker, text: str) -> list[str]:
    return [mark.verdict for mark in marker.mark(text).marks]


def test_the_right_answer_is_right_throughout(plain):
    assert set(verdicts(plain, answer())) <= {"right", "carried"}


def test_a_function_is_that_of_the_sheet_with_its_own_slope(plain):
    marks = plain.mark(r"$$h = \text{LeakyReLU}(u) = [1.320, -0.047, -0.105]$$" + "\n\n"
                       r"$$\nabla_u L = \nabla_h L \odot \text{LeakyReLU}'(u)$$" + "\n").marks
    assert [mark.verdict for mark in marks] == ["right"] * len(marks) and len(marks) == 3


def test_another_slope_is_wrong(plain):
    assert accused(plain.mark("u = [1.320, -0.470, -1.050]\nh = [1.320, -0.005, -0.011]\nz = [1.255, -0.898]\n").marks) == {"h": "another activation"}


PUT_IN = r"$$z = W_2 h + b_2 = \begin{bmatrix} %s & -0.5 & 0.3 \\ -0.6 & %s & 0.2 \end{bmatrix}" \
         r"\begin{bmatrix} 1.320 \\ -0.047 \\ -0.105 \end{bmatrix} + \begin{bmatrix} %s \\ -0.1 \end{bmatrix} = [1.248, -0.946]$$" + "\n"


@pytest.mark.parametrize("cells", [("6.8", "0.7", "0.2"), ("0.8", "0.1", "0.2"), ("6.8", "0.1", "0.2"), ("0.8", "-0.7", "0.2"), ("0.8", "0.7", "0.7")])
def test_a_number_damaged_where_it_is_put_in_is_misread(plain, cells):
    forward = "".join(f"{name} = {RIGHT[name]}\n\n" for name in "uh")
    marks = plain.mark(forward + PUT_IN % cells + "\n" + f"o = {RIGHT['o']}\n").marks
    assert [mark.verdict for mark in marks] == ["right", "right", "right", "misread", "right", "right"]


def test_a_number_put_in_wrongly_with_which_the_writer_goes_on_is_wrong(plain):
    forward = "".join(f"{name} = {RIGHT[name]}\n\n" for name in "uh")
    wrong = (PUT_IN % ("0.3", "0.7", "0.2")).replace("[1.248, -0.946]", "[0.588, -0.946]")
    marks = plain.mark(forward + wrong + "\no = [0.822, 0.178]\n\nL = 0.195\n").marks
    assert [mark.verdict for mark in marks] == ["right", "right", "right", "wrong", "carried", "carried", "carried"]


def test_a_prime_beside_a_layer_above_is_the_new_value():
    sheet = (NET + LOSS + DATA).replace("W_1", "W^{(1)}").replace("b_1", "b^{(1)}").replace("W_2", "W^{(2)}").replace("b_2", "b^{(2)}")
    marks = Marker(sheet).mark(r"$$W^{(2)\prime} = \begin{bmatrix} 0.866 & -0.502 & 0.295 \\ -0.666 & 0.702 & 0.205 \end{bmatrix}$$" + "\n\n"
                               r"$$b^{(2)\prime} = [0.300, -0.200]^\top$$" + "\n").marks
    assert [(mark.verdict, mark.mistake) for mark in marks] == [("right", None), ("wrong", "learning rate forgotten")]


def test_the_smoothed_label_may_have_an_s_below(smoothed):
    assert verdicts(smoothed, "y_s = [0.95, 0.05]\n\nL = 0.215\n") == ["right", "right"]
    assert verdicts(smoothed, "y_s = [0.95, 0.95]\n")[0] in ("wrong", "misread")


def test_one_weight_with_the_other_sign_is_named(plain):
    text = answer(dL_per_dh="[-0.140, 0.020, -0.010]", dL_per_du="[-0.140, 0.002, -0.001]",
                  dL_per_dW_1="[[-0.211, 0.112], [0.003, -0.002], [-0.002, 0.001]]")
    assert accused(plain.mark(text).marks) == {"dL/dh": "sign of a weight lost in the gradient"}


def test_the_mean_over_neurons_is_named(plain):
    text = answer(dL_per_dW_2="[[-0.044, 0.002, 0.004], [0.044, -0.002, -0.004]]", W_2_new="[[0.822, -0.501, 0.298], [-0.622, 0.701, 0.202]]")
    assert plain.mark(text).marks[6].mistake in ("divided by a number of neurons", "mean for the sum")


def test_not_updated_is_found_where_the_old_value_stands_with_few_decimals(plain):
    assert accused(plain.mark(answer(b_2_new="[0.2, -0.1]")).marks) == {"b_2@1": "not updated"}


def test_zeros_to_three_decimals_are_more_than_one_digit():
    sheet = "Let $u = w x$ and $h = \\tanh(u)$ with $w = 0.5$ and $x = -3$.\n\nCompute $u$ and $h$.\n"
    assert accused(Marker(sheet).mark("u = -1.500\n\nh = 0.000\n").marks) == {"h": "another activation"}


def test_a_mistake_in_a_step_that_is_not_written_down_is_named(plain):
    """tanh in the place of the activation, h itself left out."""
    marks = plain.mark("u = [1.320, -0.470, -1.050]\n\nz = [0.878, -1.083]\n\no = [0.877, 0.123]\n\nL = 0.131\n").marks
    assert [mark.verdict for mark in marks] == ["right", "wrong", "carried", "carried"]
    assert marks[1].mistake == "another activation" and "not written down" in marks[1].says


def test_what_follows_from_a_wrong_activation_is_carried_in_either_form():
    """σ'(u) from u, and h(1 - h) from the wrong h."""
    sheet = ("Let $u = w x$, $h = \\sigma(u)$, $o = v h$ and $L = (o - t)^2$ with $w = 0.5$, $x = 3$, $v = 2$ and $t = 1$.\n\n"
             "Compute $L$ and its gradients with respect to $w$ and $v$.\n")
    marker = Marker(sheet)
    before = "u = 1.500\n\nh = 0.905\n\no = 1.810\n\nL = 0.656\n\ndL/do = 1.620\n\ndL/dh = 3.240\n\n"
    for slope in ("0.483", "0.279"):
        marks = marker.mark(before + f"dL/du = {slope}\n").marks
        assert accused(marks) == {"h": "another activation"}, slope
        assert marks[-1].verdict == "carried"
    assert "dL/du" in accused(marker.mark(before + "dL/du = 0.911\n").marks)


def test_a_lone_slip_cannot_be_told_from_damage(plain):
    mark = plain.mark(answer(b_2_new="[0.250, -0.156]")).marks[-1]
    assert mark.verdict in ("wrong", "misread") and "cannot be told" in mark.says


def test_sheets_with_axes_of_one_name_do_not_share_places():
    """What was found out about a formula of one sheet is not taken for that of another, whose axes have other sizes."""
    for rows, numbers in ((2, "0.1, 0.2"), (3, "0.1, 0.2, 0.45")):
        sheet = (f"Let $L = \\sum_{{i=1}}^{{{rows}}} w_i x_i$ with $w = [{numbers}]$ and $x = [{', '.join('5' for _ in range(rows))}]$.\n\nCompute $L$.\n")
        wrong = {2: "1.0", 3: "1.5"}[rows]
        mark = Marker(sheet).mark(f"$$L = {wrong}$$\n").marks[-1]
        assert mark.verdict == "wrong" and mark.mistake in ("one term of the sum", "one term of the sum left out"), rows
