"""The problem sheet of a network, as students get it: Markdown with LaTeX, in varied words."""
from __future__ import annotations

from collections.abc import Sequence
from random import Random

from .arithmetic import LEAK
from .names import Names
from .networks import Network, below, split

FUNCTIONS = {"sigmoid": r"\sigma", "tanh": r"\tanh", "relu": r"\text{ReLU}", "elu": r"\text{ELU}", "leaky": r"\text{LeakyReLU}",
             "softmax": r"\text{softmax}"}
DEFINED = {"sigmoid": r"\sigma(s) = \frac{1}{1 + e^{-s}}",
           "elu": r"\text{ELU}(s) = \begin{cases} s & s > 0 \\ e^s - 1 & s \leq 0 \end{cases}",
           "leaky": rf"\text{{LeakyReLU}}(s) = \begin{{cases}} s & s > 0 \\ {LEAK} s & s \leq 0 \end{{cases}}"}
OPENINGS = ("Consider the network", "A small network is given by", "A neural network computes", "Consider a neural network with the following layers.")


def grid(rows: Sequence[Sequence[str]], brackets: str = "bmatrix") -> str:
    """A matrix in LaTeX."""
    return rf"\begin{{{brackets}}} " + r" \\ ".join(" & ".join(row) for row in rows) + rf" \end{{{brackets}}}"


def turned(network: Network, key: str, rows: list[list]) -> list[list]:
    """Rows in the orientation in which the sheet has the quantity (or its gradient, or its new value)."""
    kind, k = split(key.lstrip("gn"))
    flip = not_transposed(network, k) if kind == "W" else network.layout != "xW" and key != "L"
    return [list(column) for column in zip(*rows, strict=True)] if flip else [list(row) for row in rows]


def not_transposed(network: Network, k: int) -> bool:
    """Whether the sheet writes W x in layer k: also where x is one number, which has nothing to be multiplied with from the left."""
    return network.layout == "Wx" or network.layout == "WTx" and network.sizes[k - 1] == 1


def linear(network: Network, names: Names, k: int) -> str:
    """The right side of the k-th z."""
    w, a, b = names[f"W{k}"], names[below(k)], names[f"b{k}"]
    transposed = rf"({w})^\top" if "^" in w else rf"{w}^\top"
    if not_transposed(network, k):
        return f"{w} {a} + {b}"
    return f"{a} {w} + {b}" if network.layout == "xW" else f"{transposed} {a} + {b}"


def activated(network: Network, names: Names, k: int) -> str:
    name, z = network.functions[k - 1], names[f"z{k}"]
    return z if name == "linear" else rf"{FUNCTIONS[name]}({z})"


def loss(network: Network, names: Names) -> str:
    """The right side of the loss."""
    o, t = names[f"a{network.depth}"], names["t" if float(network.eps) else "y"]
    q = network.sizes[-1]
    many = network.examples > 1
    mean = rf"\frac{{1}}{{{network.examples}}} " if network.mean else ""
    half = r"\frac{1}{2} " if network.half else ""
    at = "{nk}" if many else "k"
    if q == 1 and not many:
        return rf"{half}({o} - {t})^2"
    over = (rf"\sum_{{n=1}}^{{{network.examples}}} " if many else "") + rf"\sum_{{k=1}}^{{{q}}} "
    if network.output == "softmax":
        return rf"-{mean}{over}{indexed(t, at)} \ln {indexed(o, at)}"
    return rf"{mean}{half}{over}({indexed(o, at)} - {indexed(t, at)})^2"


def indexed(name: str, at: str) -> str:
    """A component: z_1 becomes z_{1,k}, a^{(2)} a^{(2)}_k."""
    if "_" in name:
        stem, mark = name.rsplit("_", 1)
        return f"{stem}_{{{mark},{at.strip('{}')}}}"
    return f"{name}_{at}"


def sheet(network: Network, names: Names, chance: Random) -> str:
    """The text of the problem."""
    equations = []
    for k in range(1, network.depth + 1):
        equations += [f"{names[f'z{k}']} = {linear(network, names, k)}", f"{names[f'a{k}']} = {activated(network, names, k)}"]
    parameters = [f"{kind}{k}" for k in range(1, network.depth + 1) for kind in "Wb"]
    lines = [f"# {chance.choice(('Exercise', 'Problem', 'Homework'))} {chance.randint(1, 9)}", "", chance.choice(OPENINGS), ""]
    lines += [line for equation in equations for line in (f"$${equation}$$", "")]
    sizes = [rf"${names[key]} \in \mathbb{{R}}{_shape(network, key)}$" for key in ("x", *parameters)]
    lines += [f"with {', '.join(sizes[:-1])} and {sizes[-1]}.", ""]
    defined = [DEFINED[name] for name in dict.fromkeys(network.functions) if name in DEFINED]
    if defined:
        lines += [f"Here ${'$ and $'.join(defined)}$.", ""]
    label = names["y"]
    if network.output == "softmax":
        lines += [f"The label ${label}$ is one-hot" + (" (in each row)" if network.examples > 1 else "") + "."]
        if float(network.eps):
            lines += ["", f"The label is smoothed with ${EPSILON} = {network.eps}$:", "", f"$${names['t']} = {smoothed(network, names)}$$", ""]
        lines += ["", "The loss is the cross-entropy", "", f"$${names['L']} = {loss(network, names)}.$$", ""]
    else:
        lines += ["The loss is", "", f"$${names['L']} = {loss(network, names)}.$$", ""]
    lines += ["The numbers are", ""]
    lines += [f"$${names[key]} = {data(network, key, chance)}$$\n" for key in ("x", "y", *parameters)]
    gradients = ", ".join(f"${names[key]}$" for key in parameters[:-1]) + f" and ${names[parameters[-1]]}$"
    lines += [f"1. Compute {', '.join(f'${names[key]}$' for key in forward(network))} and the loss.",
              f"2. Compute the gradients of the loss with respect to {gradients}.",
              f"3. Compute all parameters after one step of gradient descent with the learning rate ${names.rate} = {network.eta}$.", ""]
    return "\n".join(lines)


EPSILON = r"\epsilon"


def forward(network: Network) -> list[str]:
    return [f"{kind}{k}" for k in range(1, network.depth + 1) for kind in "za"]


def smoothed(network: Network, names: Names) -> str:
    return rf"(1 - {EPSILON}) {names['y']} + \frac{{{EPSILON}}}{{{network.sizes[-1]}}}"


def _shape(network: Network, key: str) -> str:
    rows = turned(network, key, network.texts[key])
    high, wide = len(rows), len(rows[0])
    if high == wide == 1:
        return ""
    if key[0] == "W" and 1 not in network.sizes[split(key)[1] - 1:split(key)[1]] or network.layout == "xW":
        return rf"^{{{high} \times {wide}}}"
    return f"^{{{high}}}"


def data(network: Network, key: str, chance: Random) -> str:
    """The numbers of a given quantity, as the sheet writes them."""
    rows = turned(network, key, network.texts[key])
    if len(rows) == len(rows[0]) == 1:
        return rows[0][0]
    if key[0] != "W" and network.layout != "xW" and chance.random() < 0.4:
        return rf"[{', '.join(row[0] for row in rows)}]^\top"
    return grid(rows)
