"""Random small networks: programs built from the core's nodes, with exact data for them.

Every choice comes from one `random.Random`, so that a seed names a network. Inputs, weights and biases have denominators of their own,
which keeps pre-activations off the kinks.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from random import Random

from longhand.calculus.batch import batched
from longhand.core.axis import Axis, Index
from longhand.core.equation import Equation, Fact, Program, Tensor
from longhand.core.expr import ONE, ZERO, Apply, Component, Entry, Expr, Offset, Sum, add, mul, power
from longhand.core.problem import Notation, Problem, Value, Wanted
from longhand.functions import table
from longhand.functions.activations import ACTIVATIONS

HALF = Fraction(1, 2)
LOSSES = ("cross_entropy", "binary_cross_entropy", "half_squared_error", "squared_error", "mean_squared_error", "absolute_error",
          "mean_absolute_error", "huber_loss", "hinge", "multiclass_hinge", "kl_divergence", "cross_entropy_with_logits")
NAMES = (*(row.name for row in ACTIVATIONS), "tanh")
ONE_HOT = {"cross_entropy", "multiclass_hinge", "cross_entropy_with_logits"}


@dataclass(slots=True)
class Net:
    """A program under construction, with its data."""
    rng: Random
    tensors: dict[str, Tensor] = field(default_factory=dict)
    equations: list[Equation] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    data: dict[str, Value] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def given(self, name: str, axes: tuple[Axis, ...], role: str, value: Callable[[], Fraction] | None = None) -> str:
        self.tensors[name] = Tensor(name, axes, role)
        below = {0: 17, 1: 13 if role == "parameter" else 7}.get(len(axes), 11)
        self.data[name] = numbers([axis.size for axis in axes], value or (lambda: Fraction(self.rng.randint(-10, 10) or 5, below)))
        return name

    def define(self, name: str, at: tuple[Index, ...], right: Expr, role: str = "intermediate") -> str:
        self.tensors[name] = Tensor(name, tuple(i.axis for i in at), role)
        self.equations.append(Equation(Entry(name, at), right))
        return name

    def one_hot(self, name: str, axis: Axis) -> str:
        self.given(name, (axis,), "label")
        hot = self.rng.randrange(axis.size)
        self.data[name] = tuple(Fraction(int(k == hot)) for k in range(axis.size))
        self.facts.append(Fact(name, axis, ONE, "one-hot"))
        return name

    def program(self) -> Program:
        built = Program(dict(self.tensors), tuple(self.equations), tuple(self.facts))
        assert not list(built.faults()), list(built.faults())
        return built

    def problem(self, loss: str = "L", wanted: tuple[Wanted, ...] = (), layout: str = "column") -> Problem:
        return Problem(self.program(), loss, self.data, wanted=wanted, notation=Notation(layout=layout))


def numbers(shape: list[int], value: Callable[[], Fraction]) -> Value:
    return tuple(numbers(shape[1:], value) for _ in range(shape[0])) if shape else value()


def layer(net: Net, number: int, source: str, before: Axis, after: Axis, row: bool, activation: str, weights: str = "") -> str:
    """z = W x + b (or x W + b) and a = f(z); gives the name of a."""
    i, j = Index(before), Index(after)
    if before == after:
        i = Index(before, 1)
    if not weights:
        weights = net.given(f"W{number}", (before, after) if row else (after, before), "parameter")
    bias = net.given(f"b{number}", (after,), "parameter")
    weight = Entry(weights, (i, j) if row else (j, i))
    net.define(f"z{number}", (j,), add(Sum(i, mul(weight, Entry(source, (i,)))), Entry(bias, (j,))))
    function = table.scalar(activation)
    parameters = (Entry(net.given(f"alpha{number}", (), "parameter", lambda: Fraction(net.rng.randint(1, 9), 10))),) \
        if function.defaults and net.rng.random() < HALF else table.parameters(function)
    return net.define(f"a{number}", (j,), Apply(activation, (Entry(f"z{number}", (j,)), *parameters)))


def network(seed: int, loss: str = "", activation: str = "", batch: bool = True) -> Net:
    """A random feed-forward network with a random loss; the features that it got are in its notes."""
    rng = Random(seed)
    net = Net(rng)
    loss = loss or rng.choice(LOSSES)
    depth, row = rng.randint(1, 3), rng.random() < HALF
    sizes = [rng.randint(2, 3) for _ in range(depth)] + [rng.randint(2, 3)]
    shared = depth == 3 and rng.random() < HALF
    if shared:
        sizes[2] = sizes[1]
    axes = [Axis(f"n{k}", size, "ijklm"[k]) for k, size in enumerate(sizes)]
    if shared:
        axes[2] = axes[1]
    source = net.given("x", (axes[0],), "input")
    for k in range(1, depth):
        chosen = activation or rng.choice(NAMES)
        net.notes.append(chosen)
        tied = "Ws" if shared and k == 2 else ""
        if tied:
            net.given(tied, (axes[1], axes[1]), "parameter")
            source = _mixed(net, source, axes[1], tied, k)
        source = layer(net, k, source, axes[k - 1], axes[k], row, chosen, tied)
    if shared:
        net.notes.append("shared weights")
    if depth > 1 and rng.random() < HALF:
        source = _skip(net, source, axes[0], axes[depth - 1])
    last = axes[depth]
    layer(net, depth, source, axes[depth - 1], last, row, "identity")
    _output(net, loss, last, f"z{depth}")
    penalty = rng.choice(("", "L1", "L2"))
    if penalty:
        _penalty(net, penalty, f"W{depth}")
    if batch and rng.random() < HALF:
        _batch(net, rng.random() < HALF, penalty)
    net.notes += [loss, "row" if row else "column", penalty]
    return net


def _mixed(net: Net, source: str, axis: Axis, weights: str, number: int) -> str:
    """The weights used once more before the layer that they belong to."""
    i, j = Index(axis, 1), Index(axis)
    return net.define(f"m{number}", (j,), Sum(i, mul(Entry(weights, (j, i)), Entry(source, (i,)))))


def _skip(net: Net, source: str, first: Axis, last: Axis) -> str:
    """A projection of the input added to a hidden layer; the source itself read twice where the sizes agree."""
    net.notes.append("skip")
    i, j = Index(first), Index(last)
    if first == last:
        return source
    net.given("Wskip", (last, first), "parameter")
    return net.define("s", (j,), add(Entry(source, (j,)), Sum(i, mul(Entry("Wskip", (j, i)), Entry("x", (i,))))))


def _output(net: Net, loss: str, axis: Axis, logits: str) -> None:
    k, m = Index(axis), Index(axis, 1)
    row = table.loss(loss)
    prediction = logits
    if loss in ("cross_entropy", "kl_divergence"):
        prediction = net.define("yhat", (k,), Component("softmax", m, Entry(logits, (m,)), k))
    elif loss == "binary_cross_entropy":
        prediction = net.define("yhat", (k,), Apply("sigmoid", (Entry(logits, (k,)),)))
    if loss in ONE_HOT:
        label = net.one_hot("y", axis)
        if loss == "cross_entropy" and net.rng.random() < HALF:
            label = _smoothed(net, axis)
    elif loss == "hinge":
        label = net.given("y", (axis,), "label", lambda: Fraction(net.rng.choice((-1, 1))))
    else:
        label = net.given("y", (axis,), "label", lambda: Fraction(net.rng.randint(1, 9), 11))
    net.define("L", (), row.build(lambda *at: Entry(label, at), lambda *at: Entry(prediction, at), (axis,)), "loss")


def _smoothed(net: Net, axis: Axis) -> str:
    k = Index(axis)
    net.notes.append("smoothed")
    net.given("eps", (), "data", lambda: Fraction(3, 10))
    return net.define("ys", (k,), add(mul(add(ONE, -Entry("eps")), Entry("y", (k,))), mul(Entry("eps"), power(as_size(axis), -1))))


def as_size(axis: Axis) -> Expr:
    return ZERO + axis.size


def _penalty(net: Net, kind: str, weights: str) -> None:
    """The loss of the data is called E, and L = E + λ·penalty."""
    net.given("lam", (), "data", lambda: Fraction(1, 10))
    loss = net.equations.pop()
    net.define("E", (), loss.right)
    at = net.tensors[weights].entry().at
    entry = Entry(weights, at)
    term = Apply("abs", (entry,)) if kind == "L1" else mul(power(entry, 2), power(ONE + 1, -1))
    for index in reversed(at):
        term = Sum(index, term)
    net.define("L", (), add(Entry("E"), mul(Entry("lam"), term)), "loss")


def _batch(net: Net, mean: bool, penalty: str) -> None:
    """The same network for three examples; a penalty stays outside the sum over them."""
    net.notes.append("mean over a batch" if mean else "sum over a batch")
    rows = Axis("batch", 3, "r")
    examples = ("x", "y")
    program = net.program()
    varying = [program["x"], program["y"]]
    program = batched(program, "E" if penalty else "L", rows, examples, mean)
    net.tensors, net.equations, net.facts = dict(program.tensors), list(program.equations), list(program.facts)
    for tensor in varying:
        one = net.data[tensor.name]
        net.data[tensor.name] = tuple(_rotated(one, k) for k in range(rows.size)) if tensor.name == "y" else tuple(
            tuple(v + Fraction(k, 9) for v in one) for k in range(rows.size))


def _rotated(values: tuple, by: int) -> tuple:
    by %= len(values)
    return values[by:] + values[:by]


# ---- the engine's room: offsets, recurrences, gathers --------------------------------------------------------------

def convolution(seed: int, stride: int = 1, same: bool = False) -> Net:
    """c[s] = tanh(Σ_k w[k] x[stride·s + k]), compared with a label; `same`: as many outputs as inputs, zeros beyond the end."""
    net = Net(Random(seed))
    long, width = 7, 3
    time, taps = Axis("T", long, "t"), Axis("K", width, "k")
    places = time if same else Axis("S", (long - width) // stride + 1, "s")
    s, k = Index(places), Index(taps)
    net.given("x", (time,), "input")
    net.given("w", (taps,), "parameter")
    net.given("y", (places,), "label")
    net.define("c", (s,), Sum(k, mul(Entry("w", (k,)), Entry("x", (Offset(((s, stride), (k, 1))),)))))
    net.define("a", (s,), Apply("tanh", (Entry("c", (s,)),)))
    net.define("L", (), Sum(s, power(Entry("a", (s,)) - Entry("y", (s,)), 2)), "loss")
    return net


def recurrence(seed: int, function: str = "tanh", every_step: bool = False) -> Net:
    """h[t] = f(U x[t] + R h[t-1]), h[-1] = 0, over three steps; the loss reads the last one, or all."""
    net = Net(Random(seed))
    time, d, n = Axis("T", 3, "t"), Axis("d", 2, "i"), Axis("n", 2, "j")
    t, i, j, k = Index(time), Index(d), Index(n), Index(n, 1)
    net.given("x", (time, d), "input")
    net.given("U", (n, d), "parameter")
    net.given("R", (n, n), "parameter")
    net.given("y", (n,), "label")
    before = Entry("h", (Offset(((t, 1),), -1), k))
    total = add(Sum(i, mul(Entry("U", (j, i)), Entry("x", (t, i)))), Sum(k, mul(Entry("R", (j, k)), before)))
    net.define("h", (t, j), Apply(function, (total,)))
    if every_step:
        error = Sum(t, Sum(j, power(Entry("h", (t, j)) - Entry("y", (j,)), 2)))
    else:
        error = Sum(j, power(Entry("h", (Offset((), 2), j)) - Entry("y", (j,)), 2))
    net.define("L", (), error, "loss")
    return net


def embedding(seed: int) -> Net:
    """v[j] = U[label, j] for a context word and scores Σ_j V[k, j] v[j]; the loss is -ln softmax at the target word."""
    net = Net(Random(seed))
    words, n = Axis("V", 4, "w"), Axis("n", 2, "j")
    w, m, j = Index(words), Index(words, 1), Index(n)
    for name in ("context", "target"):
        net.given(name, (), "label", lambda: Fraction(net.rng.randrange(4)))
    net.given("U", (words, n), "parameter")
    net.given("V", (words, n), "parameter")
    net.define("v", (j,), Entry("U", (Offset(((Entry("context"), 1),)), j)))
    net.define("s", (w,), Sum(j, mul(Entry("V", (w, j)), Entry("v", (j,)))))
    net.define("yhat", (w,), Component("softmax", m, Entry("s", (m,)), w))
    net.define("L", (), -Apply("ln", (Entry("yhat", (Offset(((Entry("target"), 1),)),)),)), "loss")
    return net


def deep(layers: int, activation: str, skip: bool) -> Net:
    """Many layers of one size with a squared error: how cost grows with depth. With skips, a[l] = a[l-1] + f(z[l])."""
    net = Net(Random(layers))
    axes = [Axis(f"n{k}", f"n{k}" if not skip else "n", "j") for k in range(layers + 1)]
    if skip:
        axes = [Axis("n", "n", "j")] * (layers + 1)
    tensors, equations = {}, []

    def tensor(name: str, where: tuple[Axis, ...], role: str = "intermediate") -> None:
        tensors[name] = Tensor(name, where, role)

    tensor("a0", (axes[0],), "input")
    for k in range(1, layers + 1):
        j, i = Index(axes[k]), Index(axes[k - 1], 1 if skip else 0)
        tensor(f"W{k}", (axes[k], axes[k - 1]), "parameter")
        tensor(f"b{k}", (axes[k],), "parameter")
        tensor(f"z{k}", (axes[k],))
        tensor(f"a{k}", (axes[k],))
        total = add(Sum(i, mul(Entry(f"W{k}", (j, i)), Entry(f"a{k - 1}", (i,)))), Entry(f"b{k}", (j,)))
        equations.append(Equation(Entry(f"z{k}", (j,)), total))
        value = Apply(activation, (Entry(f"z{k}", (j,)),))
        equations.append(Equation(Entry(f"a{k}", (j,)), add(Entry(f"a{k - 1}", (j,)), value) if skip else value))
    j = Index(axes[layers])
    tensor("y", (axes[layers],), "label")
    tensor("L", (), "loss")
    equations.append(Equation(Entry("L"), mul(power(ONE + 1, -1), Sum(j, power(Entry(f"a{layers}", (j,)) - Entry("y", (j,)), 2)))))
    net.tensors, net.equations = tensors, equations
    return net
