"""Random networks with their numbers, and what each quantity is, given those it is computed from.

Quantities are keys: x, y, t (the target that the loss sees), W1, b1, z1, a1, ... (the last a is the output), L, then the gradients of
the loss ga1, gz1, gW1, gb1, and the new parameters nW1, nb1. Values are rows: a layer's is examples × neurons, W is inputs × outputs.
"""
from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

from .arithmetic import ACTIVATIONS, SLOPES, Rows, each, flipped, minus, plus, product, scaled, softmax, sums, times, total

Env = dict[str, Rows]


@dataclass(frozen=True)
class Network:
    """sizes        of input, hidden layers and output;   examples  in the batch (1: vectors)
    activations  of the hidden layers;   output  "softmax" (cross-entropy), "sigmoid" or "linear" (squared error)
    layout       "Wx", "WTx" (columns) or "xW" (rows)
    half, mean   whether the loss has the factor ½, and whether it is the mean over the examples
    eps          label smoothing;   eta  learning rate
    texts        the given numbers as the sheet has them, by key
    """
    sizes: tuple[int, ...]
    activations: tuple[str, ...]
    output: str
    layout: str
    half: bool
    mean: bool
    eps: str
    eta: str
    examples: int
    texts: dict[str, list[list[str]]]

    @property
    def depth(self) -> int:
        """The number of layers with weights."""
        return len(self.sizes) - 1

    @property
    def factor(self) -> float:
        """What the sum over the examples is multiplied by."""
        return (0.5 if self.half else 1.0) / (self.examples if self.mean else 1)

    @property
    def functions(self) -> tuple[str, ...]:
        return (*self.activations, self.output)

    def given(self) -> Env:
        """The given numbers, and the target that follows from the label."""
        env = {key: [[float(cell) for cell in row] for row in rows] for key, rows in self.texts.items()}
        env["t"] = target(self, env)
        return env

    def order(self) -> list[str]:
        """All computed quantities, as an answer goes through them."""
        layers = range(1, self.depth + 1)
        forward = [f"{kind}{k}" for k in layers for kind in "za"]
        backward = [key for k in reversed(layers) for key in (f"ga{k}", f"gz{k}", f"gW{k}", f"gb{k}")]
        return [*(["t"] if float(self.eps) else []), *forward, "L", *backward, *(f"n{kind}{k}" for k in layers for kind in "Wb")]


def split(key: str) -> tuple[str, int]:
    """("gW", 2) of gW2; layer 0 where there is none."""
    kind = key.rstrip("0123456789")
    return kind, int(key[len(kind):] or 0)


def below(k: int) -> str:
    """What layer k reads."""
    return f"a{k - 1}" if k > 1 else "x"


def target(network: Network, env: Env) -> Rows:
    eps = float(network.eps)
    return each(lambda y: (1 - eps) * y + eps / network.sizes[-1], env["y"]) if eps else env["y"]


def right(network: Network, key: str, e: Env) -> Rows:
    """What the quantity is, given the others. ValueError, OverflowError or ZeroDivisionError where it has no value."""
    kind, k = split(key)
    last = k == network.depth
    name = network.functions[k - 1] if k else ""
    match kind:
        case "t":
            return target(network, e)
        case "z":
            return plus(product(e[below(k)], e[f"W{k}"]), e[f"b{k}"])
        case "a":
            return softmax(e[f"z{k}"]) if name == "softmax" else each(ACTIVATIONS[name], e[f"z{k}"])
        case "L" if network.output == "softmax":
            return [[-network.factor * total(each(lambda t, o: t * math.log(o) if t else 0.0, e["t"], e[f"a{network.depth}"]))]]
        case "L":
            return [[network.factor * total(each(lambda t, o: (o - t) ** 2, e["t"], e[f"a{network.depth}"]))]]
        case "ga" if last and name == "softmax":
            return each(lambda t, o: -network.factor * t / o if t else 0.0, e["t"], e[f"a{k}"])
        case "ga" if last:
            return scaled(2 * network.factor, minus(e[f"a{k}"], e["t"]))
        case "ga":
            return product(e[f"gz{k + 1}"], flipped(e[f"W{k + 1}"]))
        case "gz" if last and name == "softmax":
            return scaled(network.factor, minus(e[f"a{k}"], e["t"]))
        case "gz":
            return times(e[f"ga{k}"], each(SLOPES[name], e[f"z{k}"]))
        case "gW":
            return product(flipped(e[below(k)]), e[f"gz{k}"])
        case "gb":
            return sums(e[f"gz{k}"])
        case _:
            return minus(e[f"{kind[1:]}{k}"], scaled(float(network.eta), e[f"g{kind[1:]}{k}"]))


def worked(network: Network) -> Env:
    """All quantities without rounding."""
    env = network.given()
    for key in network.order():
        env[key] = right(network, key, env)
    return env


def random_network(chance: Random) -> Network:
    """A network of one or two hidden layers with short numbers, whose loss has a value and no neuron sits on a kink."""
    while True:
        network = _drawn(chance)
        try:
            env = worked(network)
        except (ArithmeticError, ValueError):
            continue
        values = [cell for key in network.order() for row in env[key] for cell in row]
        clear = all(abs(cell) > 1e-3 for k in range(1, network.depth + 1) for row in env[f"z{k}"] for cell in row)
        certain = network.output == "softmax" and min(min(row) for row in env[f"a{network.depth}"]) < 0.01
        if clear and not certain and max(map(abs, values)) < 100:
            return network


def _drawn(chance: Random) -> Network:
    output = chance.choice(("softmax", "softmax", "softmax", "sigmoid", "linear"))
    layout = chance.choice(("Wx", "WTx", "xW"))
    examples = chance.choice((1, 1, 2, 3)) if layout == "xW" else 1
    few = (2, 2, 3, 3, 4) if output == "softmax" or examples > 1 else (1, 1, 2, 3)      # no layer of one neuron in a batch
    some = (2, 2, 3, 3, 4) if examples > 1 else (1, 2, 2, 2, 3, 3, 4)
    sizes = (chance.choice(some), *(chance.choice(some) for _ in range(chance.choice((1, 1, 1, 2)))), chance.choice(few))
    hidden = sizes[1:-1]
    kinds = chance.choices(("sigmoid", "tanh", "relu", "elu", "leaky"), k=len(hidden))
    activations = tuple(kinds if chance.random() < 0.3 else kinds[:1] * len(hidden))
    mean, half = examples > 1 and chance.random() < 0.7, output != "softmax" and chance.random() < 0.7
    eps = chance.choice(("0.1", "0.2")) if output == "softmax" and chance.random() < 0.3 else "0"
    places = chance.choice((1, 1, 1, 2))

    def number() -> str:
        return f"{chance.choice((-1, 1)) * chance.uniform(0.1, 1.5):.{places}f}"

    def table(rows: int, columns: int) -> list[list[str]]:
        return [[number() for _ in range(columns)] for _ in range(rows)]

    texts = {"x": table(examples, sizes[0])}
    if output == "softmax":
        hot = [chance.randrange(sizes[-1]) for _ in range(examples)]
        texts["y"] = [["1" if k == at else "0" for k in range(sizes[-1])] for at in hot]
    else:
        texts["y"] = [[f"{chance.uniform(0.05, 0.95):.1f}" for _ in range(sizes[-1])] for _ in range(examples)]
    for k, (wide, high) in enumerate(zip(sizes, sizes[1:], strict=False), 1):
        texts[f"W{k}"], texts[f"b{k}"] = table(wide, high), table(1, high)
    return Network(sizes, activations, output, layout, half, mean, eps, chance.choice(("0.1", "0.5", "0.01", "0.2")), examples, texts)
