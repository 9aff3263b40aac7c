"""The right formula of each quantity as a writer would state it, with places for its quantities: names, or their numbers, go there."""
from __future__ import annotations

from dataclasses import dataclass

from .names import Names
from .networks import Network, below, split
from .sheets import activated, loss, not_transposed, smoothed


@dataclass(frozen=True)
class Part:
    """A quantity in a formula; `numbers`: whether its numbers may be put in its place."""
    key: str
    transposed: bool = False
    numbers: bool = True


def formula(network: Network, names: Names, key: str) -> list[str | Part] | None:
    """The right side, None where a writer would rather use words."""
    kind, k = split(key)
    rows, last = network.layout == "xW", k == network.depth
    match kind:
        case "t":
            return [smoothed(network, names)]
        case "z":
            w, a, b = Part(f"W{k}", not rows and not not_transposed(network, k)), Part(below(k)), Part(f"b{k}")
            return [a, w, " + ", b] if rows else [w, a, " + ", b]
        case "a":
            return [activated(network, names, k)]
        case "L":
            return [loss(network, names)]
        case "ga" if last and network.output == "softmax":
            return [rf"-\frac{{{_label(network, names)}}}{{{names[f'a{k}']}}}"] if network.factor == 1 else None
        case "ga" if last:
            return _factored(network, 2 * network.factor, Part(f"a{k}"), Part("y"))
        case "gz" if last and network.output == "softmax":
            return _factored(network, network.factor, Part(f"a{k}"), Part("t" if float(network.eps) else "y"))
        case "ga":
            w, g = Part(f"W{k + 1}", rows or not_transposed(network, k + 1)), Part(f"gz{k + 1}")
            return [g, w] if rows else [w, g]
        case "gz":
            return _slope(network, names, k)
        case "gW":
            a, g = below(k), f"gz{k}"
            if rows:
                return [Part(a, network.sizes[k - 1] > 1 or network.examples > 1), Part(g)]
            if not_transposed(network, k):
                return [Part(g), Part(a, network.sizes[k - 1] > 1)]
            return [Part(a), Part(g, network.sizes[k] > 1)]
        case "gb":
            return [Part(f"gz{k}", numbers=False)] if network.examples == 1 else None
        case _:
            return [Part(kind[1:] + str(k)), " - ", f"{names.rate} ", Part(f"g{kind[1:]}{k}")]


def _label(network: Network, names: Names) -> str:
    return names["t" if float(network.eps) else "y"]


def _factored(network: Network, factor: float, one: Part, other: Part) -> list[str | Part]:
    if factor == 1:
        return [one, " - ", other]
    share = 1 / factor
    front = f"{factor:.0f} " if factor >= 1 else rf"\frac{{1}}{{{share:.0f}}} " if abs(share - round(share)) < 1e-9 else rf"\frac{{2}}{{{network.examples}}} "
    return [f"{front}(", one, " - ", other, ")"]


def _slope(network: Network, names: Names, k: int) -> list[str | Part]:
    """∂L/∂a ⊙ f'(z), f' by the activation where that is how it is written."""
    g, a, z = Part(f"ga{k}", numbers=False), names[f"a{k}"], names[f"z{k}"]
    match network.functions[k - 1]:
        case "linear":
            return [g]
        case "sigmoid":
            return [g, rf"\odot {a} \odot (1 - {a})"]
        case "tanh":
            return [g, rf"\odot (1 - {a} \odot {a})"]
        case "relu":
            return [g, rf"\odot \text{{ReLU}}'({z})"]
        case "elu":
            return [g, rf"\odot \text{{ELU}}'({z})"]
        case _:
            return [g, rf"\odot \text{{LeakyReLU}}'({z})"]
