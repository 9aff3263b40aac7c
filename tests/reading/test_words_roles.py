"""What words call a quantity, along which axis a softmax runs, and constants that need no other numbers."""
import pytest
from meant import understood

from longhand.solution import read

WORDS = r"""
%s, $s = \mathbf{k}^\top \mathbf{u}$, and the loss is $L = (s - r)^2$. Derive the gradient of $L$ with respect to $\mathbf{k}$.
"""


@pytest.mark.parametrize("said", [
    r"A model has the input $\mathbf{u} \in \mathbb{R}^d$, the weight vector $\mathbf{k} \in \mathbb{R}^d$ and the target $r \in \mathbb{R}$",
    r"The features are $\mathbf{u} \in \mathbb{R}^d$, the parameters $\mathbf{k} \in \mathbb{R}^d$, and $r \in \mathbb{R}$ is the label",
    r"The parameters are $\mathbf{k} \in \mathbb{R}^d$, and $r \in \mathbb{R}$ is the label. Here $\mathbf{u} \in \mathbb{R}^d$ is the input",
])
def test_roles(said):
    [problem] = understood(WORDS % said).problems
    assert {n: problem.program[n].role for n in ("u", "k", "r")} == {"u": "input", "k": "parameter", "r": "label"}


def test_a_number_of_inputs_is_no_input():
    [problem] = understood(WORDS % (r"With the number of inputs $n \in \mathbb{R}$, the input $\mathbf{u} \in \mathbb{R}^d$, "
                                    r"weights $\mathbf{k} \in \mathbb{R}^d$, the label $r \in \mathbb{R}$ and $q = n^2$")).problems
    assert problem.program["u"].role == "input" and ("n" not in problem.program.tensors or problem.program["n"].role != "input")


COLUMNS = r"""
$$\mathbf{Z} = \mathbf{W} \mathbf{X} + \mathbf{b}, \qquad \hat{\mathbf{Y}} = \text{softmax}(\mathbf{Z})$$
with $\mathbf{X} \in \mathbb{R}^{d \times N}$, $\mathbf{W} \in \mathbb{R}^{c \times d}$, $\mathbf{b} \in \mathbb{R}^c$ and the one-hot labels
$\mathbf{Y} \in \mathbb{R}^{c \times N}$. The loss is $L = -\frac{1}{N} \sum_{i=1}^N \sum_{j=1}^c Y_{ji} \ln \hat{Y}_{ji}$.
Derive the gradients of $L$ with respect to $\mathbf{W}$ and $\mathbf{b}$.
"""
ROWS = (COLUMNS.replace(r"\mathbf{W} \mathbf{X} +", r"\mathbf{X} \mathbf{W} +").replace(r"{d \times N}", r"{N \times d}")
        .replace(r"{c \times d}", r"{d \times c}").replace(r"{c \times N}", r"{N \times c}").replace("{ji}", "{ij}"))


@pytest.mark.parametrize(("sheet", "said"), [(COLUMNS, "column by column"), (ROWS, "row by row")])
def test_a_softmax_runs_over_the_classes_not_over_the_examples(sheet, said):
    read = understood(sheet)
    [problem] = read.problems
    assert problem.program.equation("Yhat").right.index.axis.name == "c" and problem.program.facts[0].axis.name == "c"
    assert any(said in a.text for a in (*read.assumptions, *problem.assumptions))


DECAY = r"""
$s = \mathbf{w}^\top \mathbf{x}$ with $\mathbf{x}, \mathbf{w} \in \mathbb{R}^d$ and the label $y \in \mathbb{R}$. The loss is
$L = (s - y)^2 + \lambda \lVert \mathbf{w} \rVert^2$ with $\lambda = 0.1$%s. Derive the gradient of $L$ with respect to $\mathbf{w}$.
"""


def test_a_constant_asks_for_no_other_numbers():
    assert understood(DECAY % "").problems[0].data.keys() == {"lambda"}
    from longhand.reading.sheet import read
    [problem] = read(DECAY % r" and $\mathbf{x} = (1, 2)$").problems
    assert any("no numbers for" in r.text for r in problem.not_understood) and not problem.not_read


HINGE = r"""
$s = \mathbf{w}^\top \mathbf{x}$ with $\mathbf{x}, \mathbf{w} \in \mathbb{R}^d$ and the label $%s$. The loss is $L = %s$.
Derive the gradient of $L$ with respect to $\mathbf{w}$.
"""


@pytest.mark.parametrize(("label", "loss", "rank"), [
    (r"y \in \{-1, 1\}", r"\max(0, 1 - y s)", 0), (r"y \in [0, 1]", r"(1 - y s)^2", 0), (r"\mathbf{y} \in \{0, 1\}^d", r"\sum_{i=1}^d (s - y_i)^2", 1),
    (r"\mathbf{y} \in \{0, 1\}^d", r"\lVert \mathbf{y} - s \mathbf{w} \rVert^2", 1),
])
def test_a_set_of_numbers_has_a_shape(label, loss, rank):
    [problem] = understood(HINGE % (label, loss)).problems
    assert problem.program["y"].rank == rank and problem.program["y"].role == "label"


ROW = r"Row vectors. $\hat y = \mathrm{softmax}(xW + b)$ and $J = -\sum_k y_k \ln \hat y_k$ with $y$ one-hot. Find $\partial J/\partial W$."


@pytest.mark.parametrize(("y", "believed"), [([["0", "1"]], True), ([["0"], ["1"]], True), (["0", "1"], True), ([["1", "1"]], False)])
def test_a_one_hot_vector_may_be_given_as_a_row_or_a_column_of_a_matrix(y, believed):
    data = {"x": [["1", "2", "3"]], "W": [["1", "0"], ["0", "1"], ["1", "1"]], "b": [["0", "0"]], "y": y}
    said = [r.text for p in read(ROW, data=data).problems for r in p.not_understood]
    assert any("add up to 1" in text for text in said) is not believed, said
