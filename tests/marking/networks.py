"""A test bed: networks of two layers as nodes, writers who work through them, with or without a mistake, and scanners that damage the page."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from flint import arb

from longhand.marking.explain import Cells, Print
from longhand.marking.marks import Mistake
from longhand.marking.printed import nearest_digits, printed

Vector = list[Any]
Values = Mapping[str, Vector]
Rule = Callable[[Values], Vector]


@dataclass
class Quantity:
    """A node; `rules` by name, the first of them the right one."""
    name: str
    parents: tuple[str, ...]
    rules: dict[str, Rule]
    truth: Cells = ()
    calls: int = 0

    def computed(self, had: Mapping[str, Cells]) -> Cells | None:
        self.calls += 1
        return self.by("right", had)

    def variants(self, had: Mapping[str, Cells]) -> Iterable[tuple[Mistake, Cells]]:
        for name in list(self.rules)[1:]:
            if (cells := self.by(name, had)) is not None:
                yield Mistake(name, name, name), cells

    def by(self, rule: str, had: Mapping[str, Cells]) -> Cells | None:
        cells = tuple(arb(x) for x in self.rules[rule](had))
        return cells if all(x.is_finite() for x in cells) else None


@dataclass
class Network:
    """x (d), W1 (d by n), b1, W2 (n by q), b2, labels y; matrices row by row. u = W1ᵀx + b1, h = f(u), z = W2ᵀh + b2, o = softmax(z)."""
    x: Vector
    W1: Vector
    b1: Vector
    W2: Vector
    b2: Vector
    y: Vector
    rate: Any
    activation: str
    smoothing: Any = 0

    def nodes(self) -> list[Quantity]:
        """The quantities in their order, with their truths."""
        out = []
        values: dict[str, Cells] = {}
        for quantity in _quantities(self):
            quantity.truth = tuple(arb(x) for x in quantity.rules["right"](values))
            values[quantity.name] = quantity.truth
            out.append(quantity)
        return out


def exact(text: str) -> Vector:
    """The numbers of a text, exactly."""
    return [cell.ball.mid() if cell.places == 0 else arb(cell.text) for cell in printed(text.split())]


def sigmoid(u: Any) -> Any:
    return 1 / (1 + (-u).exp())


def hull(a: Any, b: Any) -> Any:
    return arb(a).union(arb(b))


def _relu(u: Any) -> Any:
    return u if u > 0 else arb(0) if u <= 0 else hull(0, u.upper())


def _elu(u: Any) -> Any:
    return u if u >= 0 else u.exp() - 1 if u < 0 else hull(u.lower().exp() - 1, u.upper())


ACTIVATIONS: dict[str, Callable[[Any], Any]] = {"relu": _relu, "sigmoid": sigmoid, "tanh": lambda u: u.tanh(), "elu": _elu}
SLOPES: dict[str, Callable[[Any], Any]] = {
    "relu": lambda u: arb(1) if u > 0 else arb(0) if u <= 0 else hull(0, 1),
    "sigmoid": lambda u: sigmoid(u) * (1 - sigmoid(u)),
    "tanh": lambda u: 1 - u.tanh() ** 2,
    "elu": lambda u: arb(1) if u >= 0 else u.exp() if u < 0 else hull(u.lower().exp(), 1),
}


def _transposed_times(W: Vector, v: Vector) -> Vector:
    """Wᵀv, W of len(v) rows."""
    columns = len(W) // len(v)
    return [sum((W[i * columns + j] * v[i] for i in range(len(v))), arb(0)) for j in range(columns)]


def _times(W: Vector, v: Vector) -> Vector:
    return [sum((W[i * len(v) + j] * v[j] for j in range(len(v))), arb(0)) for i in range(len(W) // len(v))]


def _outer(a: Vector, b: Vector) -> Vector:
    return [x * y for x in a for y in b]


def _plus(a: Vector, b: Vector) -> Vector:
    return [x + y for x, y in zip(a, b, strict=True)]


def _minus(a: Vector, b: Vector) -> Vector:
    return [x - y for x, y in zip(a, b, strict=True)]


def _softmax(z: Vector) -> Vector:
    """1/Σ exp(z_j − z_i): each cell without the same ball twice."""
    return [1 / sum(((b - a).exp() if i != j else arb(1) for j, b in enumerate(z)), arb(0)) for i, a in enumerate(z)]


def _quantities(net: Network) -> list[Quantity]:
    f, slope, rate, eps = ACTIVATIONS[net.activation], SLOPES[net.activation], net.rate, net.smoothing
    q = len(net.y)
    label = [(1 - eps) * t + eps / arb(q) for t in net.y]

    def ce(o: Vector, y: Vector) -> Any:
        return -sum((t * p.log() for t, p in zip(y, o, strict=True) if not t.is_zero()), arb(0))

    others = {f"{name} for {net.activation}": (lambda e, g=g: [g(t) for t in e["u"]]) for name, g in ACTIVATIONS.items() if name != net.activation}
    square1, square2 = len(net.W1) == len(net.x) ** 2, len(net.W2) == q ** 2
    forward = {"right": lambda e: _plus(_transposed_times(net.W1, net.x), net.b1), "bias left out": lambda e: _transposed_times(net.W1, net.x)}
    if square1:
        forward["W for W^T"] = lambda e: _plus(_times(net.W1, net.x), net.b1)
    scores = {"right": lambda e: _plus(_transposed_times(net.W2, e["h"]), net.b2), "bias left out": lambda e: _transposed_times(net.W2, e["h"]),
              "u for h": lambda e: _plus(_transposed_times(net.W2, e["u"]), net.b2)}
    if square2:
        scores["W for W^T"] = lambda e: _plus(_times(net.W2, e["h"]), net.b2)
    loss = {"right": lambda e: [ce(e["o"], label)], "log10 for ln": lambda e: [ce(e["o"], label) / arb(10).log()],
            "log2 for ln": lambda e: [ce(e["o"], label) / arb(2).log()], "sign of the loss": lambda e: [-ce(e["o"], label)],
            "squared error": lambda e: [sum(((b - a) ** 2 for a, b in zip(label, e["o"], strict=True)), arb(0)) / 2],
            "mean over classes": lambda e: [ce(e["o"], label) / q]}
    delta = {"right": lambda e: _minus(e["o"], label), "y - o": lambda e: _minus(label, e["o"]),
             "diagonal softmax": lambda e: [-t * (1 - o) for o, t in zip(e["o"], label, strict=True)],
             "extra o(1-o)": lambda e: [(o - t) * o * (1 - o) for o, t in zip(e["o"], label, strict=True)],
             "-y/o kept": lambda e: [-t / o for o, t in zip(e["o"], label, strict=True)], "label forgotten": lambda e: e["o"]}
    if eps:
        loss["smoothing forgotten"] = lambda e: [ce(e["o"], net.y)]
        delta["smoothing forgotten"] = lambda e: _minus(e["o"], net.y)
    second = {"right": lambda e: _outer(e["h"], e["d2"]), "u for h": lambda e: _outer(e["u"], e["d2"]), "o for delta": lambda e: _outer(e["h"], e["o"]),
              "sign": lambda e: [-t for t in _outer(e["h"], e["d2"])]}
    back = {"right": lambda e: _times(net.W2, e["d2"]), "sign": lambda e: [-t for t in _times(net.W2, e["d2"])],
            "updated weights": lambda e: _times([w - rate * g for w, g in zip(net.W2, e["dW2"], strict=True)], e["d2"]),
            "sign of a weight lost": lambda e: _times([abs(w) for w in net.W2], e["d2"])}
    if square2:
        second["transposed"] = lambda e: _outer(e["d2"], e["h"])
        back["W^T for W"] = lambda e: _transposed_times(net.W2, e["d2"])
    hidden = {"right": lambda e: [a * slope(t) for a, t in zip(e["dh"], e["u"], strict=True)], "f' forgotten": lambda e: e["dh"],
              "f' at h": lambda e: [a * slope(t) for a, t in zip(e["dh"], e["h"], strict=True)],
              "f for f'": lambda e: [a * t for a, t in zip(e["dh"], e["h"], strict=True)],
              "s(x)s(1-x)": lambda e: [a * sigmoid(t) * sigmoid(1 - t) for a, t in zip(e["dh"], e["u"], strict=True)]}
    first = {"right": lambda e: _outer(net.x, e["d1"]), "delta before f'": lambda e: _outer(net.x, e["dh"]),
             "sign": lambda e: [-t for t in _outer(net.x, e["d1"])]}
    if square1:
        first["transposed"] = lambda e: _outer(e["d1"], net.x)

    def update(old: Vector, gradient: str) -> dict[str, Rule]:
        return {"right": lambda e: [w - rate * g for w, g in zip(old, e[gradient], strict=True)],
                "learning rate forgotten": lambda e: _minus(old, e[gradient]),
                "ascent": lambda e: [w + rate * g for w, g in zip(old, e[gradient], strict=True)],
                "not updated": lambda e: old, "only the step": lambda e: [rate * g for g in e[gradient]]}

    return [
        Quantity("u", (), forward),
        Quantity("h", ("u",), {"right": lambda e: [f(t) for t in e["u"]], "activation left out": lambda e: e["u"],
                               "f' for f": lambda e: [slope(t) for t in e["u"]], **others}),
        Quantity("z", ("h",), scores),
        Quantity("o", ("z",), {"right": lambda e: _softmax(e["z"]), "not normalised": lambda e: [t.exp() for t in e["z"]],
                               "sigmoid for softmax": lambda e: [sigmoid(t) for t in e["z"]],
                               "z over its sum": lambda e: [t / sum(e["z"], arb(0)) for t in e["z"]]}),
        Quantity("L", ("o",), loss), Quantity("d2", ("o",), delta), Quantity("dW2", ("h", "d2"), second),
        Quantity("db2", ("d2",), {"right": lambda e: e["d2"], "o for delta": lambda e: e["o"]}),
        Quantity("dh", ("d2",), back), Quantity("d1", ("dh", "u"), hidden), Quantity("dW1", ("d1",), first),
        Quantity("db1", ("d1",), {"right": lambda e: e["d1"], "delta before f'": lambda e: e["dh"]}),
        Quantity("W1n", ("dW1",), update(net.W1, "dW1")), Quantity("b1n", ("db1",), update(net.b1, "db1")),
        Quantity("W2n", ("dW2",), update(net.W2, "dW2")), Quantity("b2n", ("db2",), update(net.b2, "db2")),
    ]


def drawn(chance: Random) -> Network:
    """A network with numbers of one decimal."""
    d, n, q = chance.choice([2, 3]), chance.choice([2, 3, 4]), chance.choice([2, 3])

    def number(low: float, high: float) -> Any:
        return arb(f"{chance.choice([-1, 1]) * chance.uniform(low, high):.1f}")

    def some(count: int) -> Vector:
        return [number(.1, 1.5) for _ in range(count)]

    hot = chance.randrange(q)
    return Network([number(.1, 2) for _ in range(d)], some(d * n), some(n), some(n * q), some(q), [arb(int(i == hot)) for i in range(q)],
                   arb(chance.choice(["0.1", "0.5"])), chance.choice(list(ACTIVATIONS)), arb(chance.choice(["0", "0", "0.1", "0.3"])))


LOOKS_LIKE = {"0": "68", "1": "73", "2": "7", "3": "158", "4": "91", "5": "36", "6": "045", "7": "912", "8": "036", "9": "74"}


def damaged(text: str, chance: Random) -> str:
    """The text with one digit taken for another."""
    at = chance.choice([i for i, c in enumerate(text) if c.isdigit()])
    return text[:at] + chance.choice(LOOKS_LIKE[text[at]]) + text[at + 1:]


def cut_digits(ball: Any, places: int) -> str:
    """The number cut off behind so many decimals."""
    finer = nearest_digits(ball, places + 12)[:-12]
    return finer if finer.strip("-0.") else finer.lstrip("-")


@dataclass
class Page:
    """What a writer printed: the texts of each quantity; the quantity that went wrong and how ("slip", or the name of a rule), and the cells damaged since."""
    texts: dict[str, list[str]]
    wrong: str | None = None
    how: str = ""
    damage: frozenset[tuple[str, int]] = frozenset()

    def prints(self) -> list[Print]:
        return [Print(name, printed(texts), at) for at, (name, texts) in enumerate(self.texts.items())]


def written(nodes: list[Quantity], places: int, chance: Random, wrong: str | None = None, how: str = "right", rounds: bool = True,
            shown: Callable[[Any, int], str] = nearest_digits) -> Page | None:
    """The page of a writer who rounds to so many places (or cuts: `shown`), and goes on with the numbers shown or not. None where the
    mistake leads nowhere."""
    values: dict[str, Any] = {}
    texts = {}
    for node in nodes:
        cells = node.by(how if node.name == wrong and how != "slip" else "right", values)
        if cells is None or any(abs(x) > 1e6 for x in cells):
            return None
        texts[node.name] = [shown(x, places) for x in cells]
        values[node.name] = cells
        if node.name == wrong and how == "slip":
            at = chance.randrange(len(cells))
            texts[node.name][at] = damaged(texts[node.name][at], chance)
        if rounds or (node.name == wrong and how == "slip"):
            values[node.name] = tuple(arb(text) for text in texts[node.name])
    return Page(texts, wrong, how)


def scanned(page: Page, share: float, chance: Random) -> Page:
    """The page with a share of its numbers damaged."""
    hit = set()
    texts = {}
    for name, cells in page.texts.items():
        texts[name] = list(cells)
        for i, text in enumerate(cells):
            if chance.random() < share and any(c in "123456789" for c in text):
                texts[name][i] = damaged(text, chance)
                hit.add((name, i))
    return Page(texts, page.wrong, page.how, frozenset(hit))
