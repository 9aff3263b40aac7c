"""Problem sheets on which formulas are evaluated, each once."""
from __future__ import annotations

from functools import cache

from longhand.marking.array import same_up_to_orientation
from longhand.marking.meaning import Nonconforming, Reading, Unclear, family, index_sizes, readings
from longhand.marking.reference import Reference
from longhand.marking.scope import Scope
from longhand.reading.formula import read_formula
from longhand.solution import read

SHEETS = {
    "column": r"""Consider $z = W_1 x + b_1$, $h = \sigma(z)$, $s = W_2 h + b_2$, $\hat y = \mathrm{softmax}(s)$, $L = -\sum_i y_i \log \hat y_i$ with
$x \in \mathbb{R}^{d}$, $W_1 \in \mathbb{R}^{n \times d}$, $b_1 \in \mathbb{R}^{n}$, $W_2 \in \mathbb{R}^{q \times n}$,
$b_2 \in \mathbb{R}^{q}$, and $y \in \mathbb{R}^{q}$ is one-hot.
Derive the gradients of $L$ with respect to $W_1$, $b_1$, $W_2$ and $b_2$. The learning rate is $\eta = 0.1$. Update $W_1, b_1, W_2, b_2$.
""",
    "row": r"""The network is $\mathbf{h} = \sigma(\mathbf{x}\mathbf{W}_1 + \mathbf{b}_1)$,
$\hat{\mathbf{y}} = \text{softmax}(\mathbf{h}\mathbf{W}_2 + \mathbf{b}_2)$ with the loss $J = -\sum_i y_i \log \hat y_i$.
The dimensions are $\mathbf{x} \in \mathbb{R}^{1 \times D_x}$, $\mathbf{h} \in \mathbb{R}^{1 \times D_h}$,
$\hat{\mathbf{y}} \in \mathbb{R}^{1 \times D_y}$, $\mathbf{y} \in \mathbb{R}^{1 \times D_y}$, $\mathbf{W}_1 \in \mathbb{R}^{D_x \times D_h}$,
$\mathbf{W}_2 \in \mathbb{R}^{D_h \times D_y}$, $\mathbf{b}_1 \in \mathbb{R}^{1 \times D_h}$, $\mathbf{b}_2 \in \mathbb{R}^{1 \times D_y}$.
The label $\mathbf{y}$ is one-hot. Find $\frac{\partial J}{\partial \mathbf{x}}$.
""",
    "batch": r"""The rows of $X \in \mathbb{R}^{N \times d}$ are the examples. Let $Z = XW + b$, $H = \tanh(Z)$ and
$L = \frac{1}{2N} \sum_{i=1}^{N} \sum_{j=1}^{n} (H_{ij} - T_{ij})^2$ with $W \in \mathbb{R}^{d \times n}$, $b \in \mathbb{R}^{n}$,
$T \in \mathbb{R}^{N \times n}$. Derive the gradients of $L$ with respect to $W$ and $b$.
""",
    "scalar": r"""A chain: $z_1 = w_1 x + b_1$, $a_1 = \max(0, z_1)$, $z_2 = w_2 a_1 + b_2$, $y = \sigma(z_2)$, $C = \frac{1}{2}(y - t)^2$.
Given $x = 2$, $t = 1$, $w_1 = 0.3$, $b_1 = 0.1$, $w_2 = -0.5$, $b_2 = 0.2$. Compute the gradients of $C$ with respect to $w_1$, $b_1$, $w_2$ and $b_2$.
The learning rate is $\eta = 0.25$. Update $w_1, b_1, w_2, b_2$.
""",
    "class": r"""Let $z \in \mathbb{R}^3$ be the scores, $s = \mathrm{softmax}(z)$ and $L = -\ln s_c$, where $c$ is the number of the true class.
Given $z = [0.3, -0.2, 0.5]$ and $c = 2$. Derive the gradient of $L$ with respect to $z$.
""",
    "recurrent": r"""A recurrent network: $a_t = w x_t + u h_{t-1}$, $h_t = \tanh(a_t)$ for $t = 1, 2, 3$ with $h_0 = 0$, and
$L = \frac{1}{2} \sum_{t=1}^{3} (h_t - y_t)^2$. Given $x = [0.5, -0.2, 0.7]$, $y = [0.1, 0.2, 0.3]$, $w = 0.8$, $u = -0.4$.
Compute the gradients of $L$ with respect to $w$ and $u$.
""",
}


@cache
def reference(sheet: str) -> Reference:
    return Reference(read(SHEETS[sheet]).problems[0])


def scope(sheet: str, **own: str) -> Scope:
    """The names of a sheet, and own names: delta=r"\\hat y - y"."""
    known = reference(sheet)
    made = Scope(known.problem, known.names)
    for name, text in own.items():
        made.define(name, read_formula(text).formula)
    return made


def point(sheet: str, seed: int = 0):
    """A random point with sizes all different, or the sheet's own numbers."""
    known = reference(sheet)
    return known.at_data if "x" in known.problem.data else known.at_random[seed]


def meant(sheet: str, text: str, letters: str = "", names: Scope | None = None, sizes: dict[str, int] | None = None) -> list[Reading]:
    """The readings of a formula at the sheet's point, over all values of the letters."""
    formula = read_formula(text).formula
    known = names or scope(sheet)
    if not letters:
        return readings(formula, known, point(sheet), {})
    return family(formula, letters, known, point(sheet), {}, sizes or {})


def same(sheet: str, left: str, right: str, letters: str = "", names: Scope | None = None) -> bool:
    """Whether some readings of the two agree, the right one's in its plainest reading."""
    sizes: dict[str, int] = {}
    try:
        for text in (left, right):
            for letter, size in index_sizes(read_formula(text).formula, names or scope(sheet), point(sheet)).items():
                sizes.setdefault(letter, size)
    except Unclear as error:
        assert "in one place" in error.reason
        return False
    try:
        one, other = meant(sheet, left, letters, names, sizes), meant(sheet, right, letters, names, sizes)
    except Nonconforming:
        return False
    return any(same_up_to_orientation(a.array, other[0].array) for a in one)


__all__ = ["Nonconforming", "Unclear", "meant", "point", "reference", "same", "scope"]
