"""What structure buys: Jacobians, Hessians and gradients of single examples kept as their factors, beside JAX and PyTorch.

Every peer is timed in a process of its own, in turns, with one thread; `python -m bench.structure CASE PEER` measures one. The peers
compute what a user of theirs would write, a dense array; they get the same arrays. What longhand writes out takes the memory of the result
before, which is dropped, as in a loop; a row of its own says what the first one takes.
"""
from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from .timing import Row, in_rounds, table

ROUNDS = 3
SLOW = 1.0
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Case:
    """One problem and what is wanted of it. `arrays` are the inputs by name, `ours` gives the function on arrays; `loss`,
    `kind` and `wrt` say the same to a peer."""
    title: str
    dtype: str
    arrays: Callable[[], dict[str, Any]]
    ours: Callable[[], Any]
    loss: str
    kind: str
    wrt: str
    goals: dict[str, str]


def _rng() -> Any:
    import numpy as np
    return np.random.default_rng(0)


def _network(d: int, n: int, q: int, batch: int | None) -> Callable[[], dict[str, Any]]:
    def arrays() -> dict[str, Any]:
        import numpy as np
        rng, rows = _rng(), () if batch is None else (batch,)
        return {"x": rng.normal(size=(*rows, d)), "y": np.eye(q)[rng.integers(q, size=rows)], "W_1": rng.normal(size=(d, n)) / d**0.5,
                "b_1": rng.normal(size=n), "W_2": rng.normal(size=(n, q)) / n**0.5, "b_2": rng.normal(size=q)}
    return arrays


def _logistic(m: int, n: int) -> Callable[[], dict[str, Any]]:
    def arrays() -> dict[str, Any]:
        rng = _rng()
        return {"X": rng.normal(size=(m, n)), "t": rng.integers(0, 2, m), "w": rng.normal(size=n) / n**0.5}
    return arrays


def _factorised(n: int, rank: int) -> Callable[[], dict[str, Any]]:
    def arrays() -> dict[str, Any]:
        rng = _rng()
        return {"A": rng.normal(size=(n, n)), "M": rng.integers(0, 2, (n, n)), "U": rng.normal(size=(n, rank)), "V": rng.normal(size=(n, rank))}
    return arrays


def _deep(layers: int, n: int) -> Callable[[], dict[str, Any]]:
    def arrays() -> dict[str, Any]:
        import numpy as np
        rng = _rng()
        return {"x": rng.normal(size=n), "y": np.eye(n)[-1], **{f"W_{k}": rng.normal(size=(n, n)) * (2 / n) ** 0.5 for k in range(1, layers + 1)}}
    return arrays


# ---- our problems -----------------------------------------------------------------------------------------------------

def softmax_model() -> Any:
    import longhand as lh
    m = lh.Model()
    x, y = m.input("x", "d"), m.label("y", "q")
    W1, b1, W2, b2 = m.parameter("W_1", "d", "n"), m.parameter("b_1", "n"), m.parameter("W_2", "n", "q"), m.parameter("b_2", "q")
    h = m.define("h", lh.relu(m.define("a", W1.T @ x + b1)))
    out = m.define("yhat", lh.softmax(m.define("z", W2.T @ h + b2)))
    m.loss("Loss", -lh.sum(y * lh.ln(out)))
    m.fact(y, 1, "one-hot")
    return m


def logistic_model() -> Any:
    import longhand as lh
    m = lh.Model()
    X, t, w = m.input("X", "m", "n"), m.label("t", "m"), m.parameter("w", "n")
    s = m.define("s", lh.sigmoid(m.define("u", X @ w)))
    m.loss("Loss", -lh.sum(t * lh.ln(s) + (1 - t) * lh.ln(1 - s)))
    return m


def factorised_model() -> Any:
    import longhand as lh
    m = lh.Model()
    A, M, U, V = m.input("A", "m", "n"), m.input("M", "m", "n"), m.parameter("U", "m", "r"), m.parameter("V", "n", "r")
    m.loss("Loss", lh.sum(M * (m.define("P", U @ V.T) - A) ** 2))
    return m


def deep_model(layers: int = 10) -> Any:
    import longhand as lh
    m = lh.Model()
    h, y = m.input("x", "n0"), m.label("y", f"n{layers}")
    for k in range(1, layers + 1):
        z = m.define(f"z_{k}", m.parameter(f"W_{k}", f"n{k - 1}", f"n{k}").T @ h)
        h = m.define(f"h_{k}", lh.relu(z)) if k < layers else m.define("yhat", lh.softmax(z))
    m.fact(y, 1, "one-hot")
    m.loss("Loss", -lh.sum(y * lh.ln(h)))
    return m


def _ours(kind: str, model: Callable[[], Any], dtype: str, wrt: str) -> Callable[[], Any]:
    def made() -> Any:
        import longhand as lh
        match kind:
            case "hessian":
                return lh.hessian(model(), wrt, dtype=dtype, batch="sum")
            case "jacobian":
                return lh.jacobian(model(), "yhat", wrt, dtype=dtype)
            case "norms":
                return lh.per_example_norms(model(), dtype=dtype)
        return lh.gradients_in_factors(model(), dtype=dtype)
    return made


def _case(title: str, kind: str, model: Callable[[], Any], loss: str, dtype: str, wrt: str, arrays: Callable[[], dict[str, Any]],
          **goals: str) -> Case:
    return Case(title, dtype, arrays, _ours(kind, model, dtype, wrt), loss, kind, wrt, goals)


CASES = {
    "norms": _case("Norms of every example's gradient, (784,128,10), batch 512, float32", "norms", softmax_model, "softmax", "float32", "",
                   _network(784, 128, 10, 512), factors="50 × JAX, PyTorch"),
    "one": _case("Gradient of one example, (4096,4096,1000), float32", "gradient", softmax_model, "softmax", "float32", "",
                 _network(4096, 4096, 1000, None), factors="5 × PyTorch, 15 × JAX"),
    "masked": _case("Hessian of masked matrix factorisation, n = 400, rank 5, float64", "hessian", factorised_model, "masked", "float64", "U",
                    _factorised(400, 5), factors="1,000 × JAX"),
    "deep": _case("Hessian with respect to the first of ten ReLU layers, n = 50, float64", "hessian", deep_model, "deep", "float64", "W_1",
                  _deep(10, 50), factors="150 × JAX", dense="1 × JAX"),
    "W1": _case("Hessian with respect to W1, (100,100,10), one example, float32", "hessian", softmax_model, "softmax", "float32", "W_1",
                _network(100, 100, 10, None), factors="10,000 × JAX", dense="10 × JAX"),
    "batch": _case("Hessian with respect to W1, (64,64,10), batch 64, float32", "hessian", softmax_model, "softmax", "float32", "W_1",
                   _network(64, 64, 10, 64)),
    "logistic": _case("Hessian of logistic regression, n = 1000, m = 2000, float64", "hessian", logistic_model, "logistic", "float64", "w",
                      _logistic(2000, 1000), dense="3.5 × JAX"),
    "jacobian": _case("∂ŷ/∂W1, (784,128,10), batch 32, float32", "jacobian", softmax_model, "softmax", "float32", "W_1",
                      _network(784, 128, 10, 32), factors="150 × JAX", dense="4 × JAX"),
}
PEERS = ("factors", "first", "dense", "again", "JAX", "PyTorch")
OURS = {"factors": "longhand, in factors", "first": "longhand, written out, the first time", "dense": "longhand, written out",
        "again": "longhand, written out into the same array"}


def rows(case: str) -> list[Row]:
    """A row for each peer of one case."""
    chosen = CASES[case]
    peers = [p for p in PEERS if p not in ("first", "dense", "again") or chosen.kind in ("hessian", "jacobian")]
    return [Row(OURS.get(p, p), _once_if_slow(lambda p=p: _in_a_process(case, p)), _microseconds, f"goal {chosen.goals[p]}" if p in chosen.goals else "",
                "" if p == "factors" else "JAX" if p in OURS else OURS["factors"])
            for p in peers]


def _once_if_slow(measure: Callable[[], float]) -> Callable[[], float]:
    """What takes more than a second is measured once: its noise is small beside the ratio."""
    found: list[float] = []

    def measured() -> float:
        if not found or found[-1] < SLOW:
            found.append(measure())
        return found[-1]

    return measured


def _microseconds(seconds: float) -> str:
    return f"{seconds * 1e6:,.1f} µs"


def _in_a_process(case: str, peer: str) -> float:
    environment = {**os.environ, **dict.fromkeys(THREADS, "1"), "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"}
    done = subprocess.run([sys.executable, "-m", "bench.structure", case, peer], capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or ["it failed"])[-1])
    return float(done.stdout.split()[-1])


# ---- one peer ---------------------------------------------------------------------------------------------------------

def call_of(case: str, peer: str) -> Callable[[], Any]:
    """The work of one row."""
    import numpy as np
    chosen = CASES[case]
    arrays = {name: np.ascontiguousarray(a, dtype=chosen.dtype) for name, a in chosen.arrays().items()}
    if peer in OURS:
        f = chosen.ours()
        given = [arrays[name] for name in f.inputs]
        if peer == "factors":
            return lambda: f(*given)
        found = f(*given)
        out = found.todense() if peer == "again" else None              # the pages of a large array that is new cost more than its numbers
        return lambda: f(*given).todense(out)
    return (_jax if peer == "JAX" else _torch)(chosen, arrays)


def _parameters(chosen: Case, arrays: dict[str, Any]) -> list[str]:
    return [chosen.wrt] if chosen.wrt else [name for name in arrays if name[0] in "Wb"]


def _value(loss: str, a: dict[str, Any], lib: Any, soft: Callable[[Any], Any], relu: Callable[[Any], Any]) -> Any:
    """The loss of each problem in a library of arrays; `soft` is log-softmax along the last axis."""
    match loss:
        case "softmax":
            return -(a["y"] * soft(relu(a["x"] @ a["W_1"] + a["b_1"]) @ a["W_2"] + a["b_2"])).sum()
        case "logistic":
            u = a["X"] @ a["w"]
            return (lib.logaddexp(0 * u, u) - a["t"] * u).sum()
        case "masked":
            return (a["M"] * (a["U"] @ a["V"].T - a["A"]) ** 2).sum()
    h = a["x"]
    layers = sum(name[0] == "W" for name in a)
    for k in range(1, layers + 1):
        h = h @ a[f"W_{k}"]
        h = relu(h) if k < layers else soft(h)
    return -(a["y"] * h).sum()


def _jax(chosen: Case, arrays: dict[str, Any]) -> Callable[[], Any]:
    import jax
    jax.config.update("jax_enable_x64", chosen.dtype == "float64")
    given = {name: jax.numpy.asarray(a) for name, a in arrays.items()}
    names = _parameters(chosen, arrays)
    moving = {name: given.pop(name) for name in names}

    def value(p: dict[str, Any], rest: dict[str, Any]) -> Any:
        return _value(chosen.loss, {**rest, **p}, jax.numpy, jax.nn.log_softmax, jax.nn.relu)

    def output(p: dict[str, Any], rest: dict[str, Any]) -> Any:
        a = {**rest, **p}
        return jax.nn.softmax(jax.nn.relu(a["x"] @ a["W_1"] + a["b_1"]) @ a["W_2"] + a["b_2"])

    def norms(p: dict[str, Any], rest: dict[str, Any]) -> Any:
        one = jax.vmap(lambda x, y: jax.grad(value)(p, {**rest, "x": x, "y": y}))(rest["x"], rest["y"])
        return {name: jax.numpy.sqrt((g.reshape(len(g), -1) ** 2).sum(1)) for name, g in one.items()}

    work = {"hessian": jax.hessian(value), "jacobian": jax.jacrev(output), "norms": norms, "gradient": jax.grad(value)}[chosen.kind]
    compiled = jax.jit(work)
    return lambda: jax.block_until_ready(compiled(moving, given))


def _torch(chosen: Case, arrays: dict[str, Any]) -> Callable[[], Any]:
    import torch
    torch.set_num_threads(1)
    given = {name: torch.from_numpy(a) for name, a in arrays.items()}
    moving = {name: given.pop(name) for name in _parameters(chosen, arrays)}

    def soft(z: Any) -> Any:
        return torch.log_softmax(z, -1)

    def value(p: dict[str, Any], rest: dict[str, Any]) -> Any:
        return _value(chosen.loss, {**rest, **p}, torch, soft, torch.relu)

    def output(p: dict[str, Any], rest: dict[str, Any]) -> Any:
        a = {**rest, **p}
        return torch.softmax(torch.relu(a["x"] @ a["W_1"] + a["b_1"]) @ a["W_2"] + a["b_2"], -1)

    def norms(p: dict[str, Any], rest: dict[str, Any]) -> Any:
        one = torch.func.vmap(lambda x, y: torch.func.grad(value)(p, {**rest, "x": x, "y": y}))(rest["x"], rest["y"])
        return {name: g.reshape(len(g), -1).norm(dim=1) for name, g in one.items()}

    def gradient(p: dict[str, Any], rest: dict[str, Any]) -> Any:
        leaves = {name: a.detach().requires_grad_() for name, a in p.items()}
        return torch.autograd.grad(value(leaves, rest), tuple(leaves.values()))

    work = {"hessian": torch.func.hessian(value), "jacobian": torch.func.jacrev(output), "norms": norms, "gradient": gradient}[chosen.kind]
    return lambda: work(moving, given)


def main(case: str, peer: str) -> None:
    """Prints the seconds of a call: the least of some repetitions, each long enough for the clock; of the first one for the peer "first"."""
    if hasattr(os, "sched_setaffinity"):                                # what a library calls one thread is not always one core
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
    call = call_of(case, peer)
    start = perf_counter()
    call()
    if peer == "first":
        print(perf_counter() - start)
        return
    start = perf_counter()
    call()
    took = perf_counter() - start
    number = max(1, int(0.05 / max(took, 1e-7)))
    if took > SLOW:
        print(took)
        return
    best, began = float("inf"), perf_counter()
    for _ in range(7):
        start = perf_counter()
        for _ in range(number):
            call()
        best = min(best, (perf_counter() - start) / number)
        if perf_counter() - began > 3:
            break
    print(best)


def report(only: str = "") -> None:
    """The tables."""
    for case in [only] if only else CASES:
        found = rows(case)
        notes = in_rounds(found, ROUNDS)
        print("\n".join([table(CASES[case].title + ", one thread", found), *(f"  {note}" for note in notes)]) + "\n", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:]) if len(sys.argv) > 2 else report(*sys.argv[1:])
