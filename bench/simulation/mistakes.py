"""Mistakes that a writer makes, each as a wrong formula in plain floats; none of it is the code that names them.

A kind says at which sort of quantity it is made and what it gives there: the wrong value, or None where it cannot be made.
"""
from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from .arithmetic import ACTIVATIONS, SLOPES, Rows, each, flipped, minus, plus, product, scaled, sigmoid, sums, times, total
from .networks import Env, Network, below, right, split

Formula = Callable[[Network, int, Env], Rows | None]


@dataclass(frozen=True)
class Kind:
    """code  of the catalogue, "" outside of it;   name  what it is;   at  the sort of quantity ("gz");   formula  what it gives"""
    code: str
    name: str
    at: str
    formula: Formula


KINDS: list[Kind] = []

SAME = ({"F1", "sign"}, {"F6", "path"}, {"D1", "D6", "sign"}, {"H1", "H2", "H4"}, {"P1", "P7", "H5"}, {"P2", "P8", "F5"}, {"L3", "P4"},
        {"F2", "H5"}, {"U5", "P2"}, {"P3", "H1"})
"""Codes that may rightly name one another's mistakes: two rows of the catalogue for what is one thing on paper."""


def accepted(code: str) -> set[str]:
    """The codes under which a mistake may be named."""
    return {code}.union(*(codes for codes in SAME if code in codes))


def kind(code: str, name: str, at: str) -> Callable[[Formula], Formula]:
    def add(formula: Formula) -> Formula:
        KINDS.append(Kind(code, name, at, formula))
        return formula
    return add


def made(network: Network, sort: Kind, key: str, e: Env) -> Rows | None:
    """The wrong value of a quantity, None where the mistake cannot be made there, or gives a value that nobody would write down."""
    at, k = split(key)
    if at != sort.at:
        return None
    try:
        rows = sort.formula(network, k, e)
    except (ArithmeticError, ValueError, KeyError):
        return None
    if rows is None or not all(math.isfinite(cell) and abs(cell) < 1000 for row in rows for cell in row):
        return None
    honest = right(network, key, e)
    return rows if [len(row) for row in rows] == [len(row) for row in honest] and rows != honest else None


def top(network: Network, k: int) -> bool:
    return k == network.depth


def square(rows: Rows) -> bool:
    return len(rows) == len(rows[0]) > 1


def softmaxed(network: Network, k: int) -> bool:
    return top(network, k) and network.output == "softmax"


# ---- forward --------------------------------------------------------------------------------------------------------

@kind("F1", "bias left out", "z")
def _(n, k, e):
    return product(e[below(k)], e[f"W{k}"])


@kind("F2", "W for W transposed", "z")
def _(n, k, e):
    return plus(product(e[below(k)], flipped(e[f"W{k}"])), e[f"b{k}"]) if square(e[f"W{k}"]) else None


@kind("F5", "pre-activation used in the next layer", "z")
def _(n, k, e):
    return plus(product(e[f"z{k - 1}"], e[f"W{k}"]), e[f"b{k}"]) if k > 1 else None


@kind("F6", "last term of the sum left out", "z")
def _(n, k, e):
    a = [[*row[:-1], 0.0] for row in e[below(k)]]
    return plus(product(a, e[f"W{k}"]), e[f"b{k}"]) if len(a[0]) > 1 else None


@kind("F6", "first term of the sum left out", "z")
def _(n, k, e):
    a = [[0.0, *row[1:]] for row in e[below(k)]]
    return plus(product(a, e[f"W{k}"]), e[f"b{k}"]) if len(a[0]) > 1 else None


@kind("P2", "wrong layer's value: the input again", "z")
def _(n, k, e):
    return plus(product(e["x"], e[f"W{k}"]), e[f"b{k}"]) if k > 1 and n.sizes[k - 1] == n.sizes[0] else None


@kind("F3", "activation left out", "a")
def _(n, k, e):
    return e[f"z{k}"]


@kind("F4", "ReLU for another activation", "a")
def _(n, k, e):
    return None if n.functions[k - 1] in ("relu", "softmax") else each(ACTIVATIONS["relu"], e[f"z{k}"])


@kind("F4", "sigmoid for another activation", "a")
def _(n, k, e):
    return None if n.functions[k - 1] in ("sigmoid", "softmax") else each(sigmoid, e[f"z{k}"])


@kind("F8", "sigmoid of each score for the softmax", "a")
def _(n, k, e):
    return each(sigmoid, e[f"z{k}"]) if softmaxed(n, k) else None


@kind("F4", "tanh for another activation", "a")
def _(n, k, e):
    return None if n.functions[k - 1] in ("tanh", "softmax") else each(math.tanh, e[f"z{k}"])


@kind("F4", "ELU for another activation", "a")
def _(n, k, e):
    return each(ACTIVATIONS["elu"], e[f"z{k}"]) if n.functions[k - 1] in ("relu", "leaky") else None


@kind("F7", "softmax not normalised", "a")
def _(n, k, e):
    return each(math.exp, e[f"z{k}"]) if softmaxed(n, k) else None


@kind("F8", "softmax of each number alone", "a")
def _(n, k, e):
    return each(lambda _: 1.0, e[f"z{k}"]) if softmaxed(n, k) else None


# ---- loss -----------------------------------------------------------------------------------------------------------

def entropy(n: Network, e: Env, t: Rows, log: Callable[[float], float] = math.log) -> float:
    return -n.factor * total(each(lambda p, o: p * log(o) if p else 0.0, t, e[f"a{n.depth}"]))


@kind("L1", "log10 for ln", "L")
def _(n, k, e):
    return [[entropy(n, e, e["t"], math.log10)]] if n.output == "softmax" else None


@kind("L1", "log2 for ln", "L")
def _(n, k, e):
    return [[entropy(n, e, e["t"], math.log2)]] if n.output == "softmax" else None


@kind("L2", "sign of the loss", "L")
def _(n, k, e):
    return scaled(-1, right(n, "L", e))


@kind("L3", "factor of the loss missing", "L")
def _(n, k, e):
    return scaled(1 / n.factor, right(n, "L", e)) if n.factor != 1 else None


@kind("L3", "½ left out", "L")
def _(n, k, e):
    return scaled(2, right(n, "L", e)) if n.half else None


@kind("L3", "½ too many", "L")
def _(n, k, e):
    return scaled(0.5, right(n, "L", e)) if n.output != "softmax" else None


@kind("L3", "mean over the components", "L")
def _(n, k, e):
    return scaled(1 / n.sizes[-1], right(n, "L", e)) if n.sizes[-1] > 1 else None


@kind("L3", "mean over the examples forgotten", "L")
def _(n, k, e):
    return scaled(n.examples, right(n, "L", e)) if n.mean else None


@kind("L4", "label smoothing forgotten", "L")
def _(n, k, e):
    return [[entropy(n, e, e["y"])]] if float(n.eps) else None


@kind("L4", "label smoothing twice", "L")
def _(n, k, e):
    eps = float(n.eps)
    return [[entropy(n, e, each(lambda t: (1 - eps) * t + eps / n.sizes[-1], e["t"]))]] if eps else None


@kind("L5", "arguments of the cross-entropy swapped", "L")
def _(n, k, e):
    return [[-n.factor * total(each(lambda t, o: o * math.log(t), e["t"], e[f"a{n.depth}"]))]] if float(n.eps) else None


# ---- output delta ---------------------------------------------------------------------------------------------------

@kind("D6", "sign of -y/o", "ga")
def _(n, k, e):
    return scaled(-1, right(n, f"ga{k}", e)) if softmaxed(n, k) else None


@kind("D1", "y - o in the derivative of the squared error", "ga")
def _(n, k, e):
    return scaled(-1, right(n, f"ga{k}", e)) if top(n, k) and n.output != "softmax" else None


@kind("L3", "½ of the loss kept in its derivative, or the 2 lost", "ga")
def _(n, k, e):
    return scaled(0.5, right(n, f"ga{k}", e)) if top(n, k) and n.output != "softmax" else None


@kind("L3", "factor 2 although the loss has ½", "ga")
def _(n, k, e):
    return scaled(2, right(n, f"ga{k}", e)) if top(n, k) and n.half else None


@kind("D1", "y - o", "gz")
def _(n, k, e):
    return scaled(-1, right(n, f"gz{k}", e)) if top(n, k) else None


@kind("D2", "softmax taken as diagonal", "gz")
def _(n, k, e):
    return scaled(n.factor, each(lambda t, o: -t * (1 - o), e["t"], e[f"a{k}"])) if softmaxed(n, k) else None


@kind("D3", "extra o(1 - o)", "gz")
def _(n, k, e):
    return times(right(n, f"gz{k}", e), each(lambda o: o * (1 - o), e[f"a{k}"])) if top(n, k) and n.output != "sigmoid" else None


@kind("D4", "-y/o kept as the delta", "gz")
def _(n, k, e):
    return scaled(n.factor, each(lambda t, o: -t / o if t else 0.0, e["t"], e[f"a{k}"])) if softmaxed(n, k) else None


@kind("D5", "sign of the other entries of the softmax Jacobian", "gz")
def _(n, k, e):
    if not softmaxed(n, k):
        return None
    return [[n.factor * (-t[c] * (1 - o[c]) - sum(t[m] * o[c] for m in range(len(t)) if m != c)) for c in range(len(t))]
            for t, o in zip(e["t"], e[f"a{k}"], strict=True)]


@kind("L4", "label smoothing forgotten in the delta", "gz")
def _(n, k, e):
    return scaled(n.factor, minus(e[f"a{k}"], e["y"])) if softmaxed(n, k) and float(n.eps) else None


@kind("L3", "1/N of the loss forgotten in the delta", "gz")
def _(n, k, e):
    return scaled(n.examples, right(n, f"gz{k}", e)) if n.mean and softmaxed(n, k) else None


@kind("H1", "derivative of the output function forgotten", "gz")
def _(n, k, e):
    return e[f"ga{k}"] if top(n, k) and n.output == "sigmoid" else None


# ---- hidden delta ---------------------------------------------------------------------------------------------------

@kind("H5", "W for W transposed on the way back", "ga")
def _(n, k, e):
    return product(e[f"gz{k + 1}"], e[f"W{k + 1}"]) if not top(n, k) and square(e[f"W{k + 1}"]) else None


@kind("H7", "updated weights used on the way back", "ga")
def _(n, k, e):
    if top(n, k):
        return None
    new = minus(e[f"W{k + 1}"], scaled(float(n.eta), product(flipped(e[f"a{k}"]), e[f"gz{k + 1}"])))
    return product(e[f"gz{k + 1}"], flipped(new))


@kind("H8", "sign of a weight lost", "ga")
def _(n, k, e):
    return None if top(n, k) else _with_lost_sign(e[f"W{k + 1}"], lambda w: product(e[f"gz{k + 1}"], flipped(w)))


@kind("path", "a term of the sum over the paths forgotten", "ga")
def _(n, k, e):
    if top(n, k) or n.sizes[k + 1] < 2:
        return None
    return product([[*row[:-1], 0.0] for row in e[f"gz{k + 1}"]], flipped(e[f"W{k + 1}"]))


@kind("sign", "sign lost on the way back", "ga")
def _(n, k, e):
    return None if top(n, k) else scaled(-1, right(n, f"ga{k}", e))


def _with_lost_sign(w: Rows, use: Callable[[Rows], Rows]) -> Rows | None:
    """With the first negative weight made positive."""
    for i, row in enumerate(w):
        for j, cell in enumerate(row):
            if cell < 0:
                return use([[-c if (i, j) == (p, q) else c for q, c in enumerate(r)] for p, r in enumerate(w)])
    return None


def hidden(slope: Callable[[str, float, float], float | None]) -> Formula:
    """The delta of a layer with another factor for its activation: a function of the name, z and a; None where it cannot be made."""
    def formula(n: Network, k: int, e: Env) -> Rows | None:
        name = n.functions[k - 1]
        if name in ("softmax", "linear") or slope(name, 0.5, 0.5) is None:
            return None
        return times(e[f"ga{k}"], each(lambda z, a: slope(name, z, a), e[f"z{k}"], e[f"a{k}"]))
    return formula


kind("H1", "f' forgotten", "gz")(hidden(lambda name, z, a: 1.0))
kind("H2", "f' at the activation", "gz")(hidden(lambda name, z, a: SLOPES[name](a)))
kind("H3", "σ' taken as 1 - σ", "gz")(hidden(lambda name, z, a: 1 - a if name == "sigmoid" else None))
kind("H3", "σ' taken as σ(1 + σ)", "gz")(hidden(lambda name, z, a: a * (1 + a) if name == "sigmoid" else None))
kind("H3", "σ' taken as σ(z)σ(1 - z)", "gz")(hidden(lambda name, z, a: a * sigmoid(1 - z) if name == "sigmoid" else None))
kind("H3", "tanh' taken as 1 - tanh", "gz")(hidden(lambda name, z, a: 1 - a if name == "tanh" else None))
kind("H3", "tanh' taken as 1 + tanh²", "gz")(hidden(lambda name, z, a: 1 + a * a if name == "tanh" else None))
kind("H3", "σ' for tanh'", "gz")(hidden(lambda name, z, a: a * (1 - a) if name == "tanh" else None))
kind("H3", "ELU' taken as ELU below zero", "gz")(hidden(lambda name, z, a: (1.0 if z > 0 else a) if name == "elu" else None))
kind("H3", "ReLU' for ELU' or leaky ReLU'", "gz")(hidden(lambda name, z, a: float(z > 0) if name in ("elu", "leaky") else None))
kind("H3", "f for f'", "gz")(hidden(lambda name, z, a: a))
kind("H4", "ReLU mask ≥ on the activation", "gz")(hidden(lambda name, z, a: float(a >= 0) if name == "relu" else None))


@kind("H6", "scalar product for ⊙", "gz")
def _(n, k, e):
    name = n.functions[k - 1]
    if top(n, k) or n.sizes[k] < 2:
        return None
    return [[sum(g * SLOPES[name](z) for g, z in zip(gs, zs, strict=True))] * len(gs) for gs, zs in zip(e[f"ga{k}"], e[f"z{k}"], strict=True)]


@kind("brackets", "o - y o(1 - o)", "gz")
def _(n, k, e):
    if not top(n, k) or n.output != "sigmoid":
        return None
    return scaled(2 * n.factor, each(lambda o, t: o - t * o * (1 - o), e[f"a{k}"], e["t"]))


# ---- parameters -----------------------------------------------------------------------------------------------------

@kind("P1", "outer product transposed", "gW")
def _(n, k, e):
    return flipped(right(n, f"gW{k}", e)) if square(e[f"W{k}"]) else None


@kind("P2", "pre-activation in the weight gradient", "gW")
def _(n, k, e):
    return product(flipped(e[f"z{k - 1}"]), e[f"gz{k}"]) if k > 1 else None


@kind("P2", "the input in the weight gradient of a later layer", "gW")
def _(n, k, e):
    return product(flipped(e["x"]), e[f"gz{k}"]) if k > 1 and n.sizes[k - 1] == n.sizes[0] else None


@kind("P2", "the layer's own activation in its weight gradient", "gW")
def _(n, k, e):
    return product(flipped(e[f"a{k}"]), e[f"gz{k}"]) if n.sizes[k - 1] == n.sizes[k] else None


@kind("P3", "delta before f' in the weight gradient", "gW")
def _(n, k, e):
    return product(flipped(e[below(k)]), e[f"ga{k}"]) if not softmaxed(n, k) else None


@kind("P4", "divided by the number of neurons", "gW")
def _(n, k, e):
    return scaled(1 / n.sizes[k], right(n, f"gW{k}", e)) if n.sizes[k] > 1 else None


@kind("P4", "divided by the batch once more", "gW")
def _(n, k, e):
    return scaled(1 / n.examples, right(n, f"gW{k}", e)) if n.examples > 1 else None


@kind("P8", "output for the delta in the weight gradient", "gW")
def _(n, k, e):
    return product(flipped(e[below(k)]), e[f"a{k}"]) if top(n, k) else None


@kind("sign", "sign of the weight gradient", "gW")
def _(n, k, e):
    return scaled(-1, right(n, f"gW{k}", e))


@kind("P3", "delta before f' in the bias gradient", "gb")
def _(n, k, e):
    return sums(e[f"ga{k}"]) if not softmaxed(n, k) else None


@kind("P4", "bias gradient divided by the batch once more", "gb")
def _(n, k, e):
    return scaled(1 / n.examples, right(n, f"gb{k}", e)) if n.examples > 1 else None


@kind("P5", "bias gradient of the first example only", "gb")
def _(n, k, e):
    return e[f"gz{k}"][:1] if n.examples > 1 else None


@kind("P8", "output for the delta in the bias gradient", "gb")
def _(n, k, e):
    return sums(e[f"a{k}"]) if top(n, k) else None


# ---- update ---------------------------------------------------------------------------------------------------------

def update(code: str, name: str, step: Callable[[float, float, float], float]) -> None:
    """A mistake in the update of a weight matrix or a bias: a function of the old value, the gradient and the rate."""
    for letter in "Wb":
        kind(code, name, f"n{letter}")(lambda n, k, e, p=letter: each(lambda w, g: step(w, g, float(n.eta)), e[f"{p}{k}"], e[f"g{p}{k}"]))


update("U1", "learning rate forgotten", lambda w, g, eta: w - g)
update("U2", "ascent", lambda w, g, eta: w + eta * g)
update("U3", "not updated", lambda w, g, eta: w)
update("U4", "learning rate twice", lambda w, g, eta: w - eta * eta * g)


@kind("U5", "the weights' update from another print", "nW")
def _(n, k, e):
    other = next((f"gW{m}" for m in range(1, n.depth + 1) if m != k and n.sizes[m - 1:m + 1] == n.sizes[k - 1:k + 1]), None)
    return minus(e[f"W{k}"], scaled(float(n.eta), e[other])) if other else None


@kind("U5", "the bias's update from another print", "nb")
def _(n, k, e):
    other = next((f"gb{m}" for m in range(1, n.depth + 1) if m != k and n.sizes[m] == n.sizes[k]), None)
    return minus(e[f"b{k}"], scaled(float(n.eta), e[other])) if other else None
