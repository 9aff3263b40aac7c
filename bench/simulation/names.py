"""How a document writes its quantities: the sheet's names as LaTeX, the same in plain text, and gradients in several notations."""
from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random

from .networks import Network, split


@dataclass(frozen=True)
class Names:
    """latex    key -> what the sheet writes (x, y, t, W1, b1, z1, a1, ..., L)
    gradient "frac", "nabla", "slash" or "delta" (as "frac", with a letter of its own for the gradients of the z)
    new      how an updated parameter is written: "new", "prime", "arrow", "tilde", "assign"
    """
    latex: dict[str, str]
    gradient: str
    new: str
    rate: str = r"\eta"

    def __getitem__(self, key: str) -> str:
        """The LaTeX of any key."""
        kind, k = split(key)
        if key in self.latex:
            return self.latex[key]
        if kind == "gz" and self.gradient == "delta":
            return self.delta(k)
        return self.derivative(key) if kind[0] == "g" else self.updated(key[1:])

    def delta(self, k: int) -> str:
        own = self.latex[f"W{k}"]
        return rf"\delta^{{({k})}}" if "^{(" in own else rf"\boldsymbol{{\delta}}_{k}" if r"\mathbf" in own else rf"\delta_{k}"

    def derivative(self, key: str) -> str:
        """∂L/∂z of gz, whatever letter it has."""
        loss, of = self.latex["L"], self.latex[key[1:]]
        match self.gradient:
            case "nabla":
                return rf"\nabla_{{{of}}} {loss}"
            case "slash":
                return rf"\partial {loss} / \partial {of}"
            case _:
                return rf"\frac{{\partial {loss}}}{{\partial {of}}}"

    def updated(self, key: str) -> str:
        name = self.latex[key]
        marked = re.fullmatch(r"(.*)\^\{(\(\d\))\}", name)
        match self.new:
            case "prime":
                return f"{name}'" if marked is None else f"{marked[1]}^{{{marked[2]}\\prime}}"
            case "tilde":
                return rf"\tilde{{{name}}}" if marked is None else rf"\tilde{{{marked[1]}}}^{{{marked[2]}}}"
            case "arrow" | "assign":
                return name
            case _:
                return rf"{name}^{{\text{{new}}}}" if marked is None else rf"{marked[1]}^{{{marked[2]},\text{{new}}}}"

    def plain(self, key: str) -> str:
        """The name in plain text: W1, yhat, dL/dW1, W1_new."""
        kind, _ = split(key)
        if key in self.latex:
            return _stripped(self.latex[key])
        if kind[0] == "g":
            return f"d{_stripped(self.latex['L'])}/d{_stripped(self.latex[key[1:]])}"
        return f"{_stripped(self.latex[key[1:]])}_new"


def _stripped(latex: str) -> str:
    hat = re.fullmatch(r"\\(hat|tilde)\{(?:\\mathbf)?\{?([A-Za-z])\}*", latex)
    if hat:
        return hat[2] + {"hat": "hat", "tilde": "_s"}[hat[1]]
    return re.sub(r"\\mathbf|\\text|\\mathcal|\\boldsymbol|[{}()^_\\]", "", latex)


def random_names(network: Network, chance: Random) -> Names:
    depth = network.depth
    schemes = [_bold, _numbered, _subscripted] + ([_letters] if depth == 2 and network.examples == 1 else [])
    latex = chance.choice(schemes)(network)
    latex["L"] = chance.choice(("L", r"\mathcal{L}", "J", "E", "C", r"\text{Loss}"))
    return Names(latex, chance.choice(("frac", "frac", "delta", "nabla", "slash")), chance.choice(("new", "new", "prime", "arrow", "assign")))


def _bold(network: Network) -> dict[str, str]:
    r"""\mathbf{h}, \mathbf{a}, \mathbf{z}, \hat{\mathbf{y}}; capitals for a batch."""
    big = str.upper if network.examples > 1 else str
    named = {"x": rf"\mathbf{{{big('x')}}}", "y": rf"\mathbf{{{big('y')}}}", "t": rf"\tilde{{\mathbf{{{big('y')}}}}}"}
    for k in range(1, network.depth + 1):
        last, one = k == network.depth, network.depth == 2
        named |= {f"W{k}": rf"\mathbf{{W}}_{k}", f"b{k}": rf"\mathbf{{b}}_{k}",
                  f"z{k}": rf"\mathbf{{{big('z')}}}" if last else rf"\mathbf{{{big('h')}}}" if one else rf"\mathbf{{{big('h')}}}_{k}",
                  f"a{k}": rf"\hat{{\mathbf{{{big('y')}}}}}" if last else rf"\mathbf{{{big('a')}}}" if one else rf"\mathbf{{{big('a')}}}_{k}"}
    return named


def _numbered(network: Network) -> dict[str, str]:
    """z^{(1)}, a^{(1)}, ..., as in many lecture notes."""
    big = str.upper if network.examples > 1 else str
    named = {"x": big("x"), "y": big("y"), "t": rf"\tilde{{{big('y')}}}"}
    for k in range(1, network.depth + 1):
        named |= {f"W{k}": f"W^{{({k})}}", f"b{k}": f"b^{{({k})}}", f"z{k}": f"{big('z')}^{{({k})}}", f"a{k}": f"{big('a')}^{{({k})}}"}
    return named


def _subscripted(network: Network) -> dict[str, str]:
    """Z_1, H_1, Z_2, and a hat on the output."""
    big = str.upper if network.examples > 1 or sum(network.sizes) % 2 else str
    named = {"x": big("x"), "y": big("y"), "t": rf"\tilde{{{big('y')}}}"}
    for k in range(1, network.depth + 1):
        last = k == network.depth
        named |= {f"W{k}": f"W_{k}", f"b{k}": f"b_{k}", f"z{k}": f"{big('z')}_{k}", f"a{k}": rf"\hat{{{big('y')}}}" if last else f"{big('h')}_{k}"}
    return named


def _letters(network: Network) -> dict[str, str]:
    """u, h, z, o with a letter for each weight."""
    return {"x": "x", "y": "y", "t": r"\tilde{y}", "W1": "V", "b1": "c", "z1": "u", "a1": "h", "W2": "W", "b2": "b", "z2": "z", "a2": "o"}
