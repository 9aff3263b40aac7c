"""What training costs: an epoch of a network for pictures, and a single step of a tiny one, beside what its peers take for the same.

Every peer runs in a process of its own (thread pools ruin each other), in turns; `python -m bench.training PEER examples d n q batch dtype
threads` measures one. All of them shuffle, take plain gradient descent steps on softmax and cross-entropy, and give the losses back. The
bound is the five matrix products of each step alone by the best BLAS at hand, on rows that lie ready in the cache.
"""
from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from math import ceil
from time import perf_counter
from typing import Any

from .timing import Row, in_rounds, table

PEERS = ("bound", "longhand, C", "longhand, NumPy", "JAX scan", "PyTorch", "scikit-learn")
EPOCHS = ((60_000, 784, 128, 10, 128, "float32", 2), (60_000, 784, 128, 10, 128, "float64", 2), (60_000, 784, 128, 10, 128, "float32", 1))
TINY = (2, 3, 3, 1, "float64", 1)
STEPS = {"longhand, C": 20_000, "JAX scan": 20_000, "longhand, NumPy": 1_000, "PyTorch": 1_000}
"""The steps of the tiny network that each peer is timed for."""
ROUNDS = 2
RATE = 0.01


def rows(every: bool) -> list[tuple[str, list[Row]]]:
    """A table for each size, its title and a row for each peer; the first epoch alone unless `every` is asked for."""
    def measured(peer: str, size: tuple, steps: int = 1) -> Callable[[], float]:
        return lambda: _in_a_process(peer, size) / steps

    out = []
    for size in EPOCHS if every else EPOCHS[:1]:
        examples, d, n, _, batch, dtype, threads = size
        title = f"An epoch, {examples:,}×{d}, batch {batch}, hidden {n}, {dtype}, {threads} thread{'s' * (threads > 1)}"
        out.append((title, [Row(peer, measured(peer, size), lambda s: f"{s:,.3f} s", beside="bound") for peer in PEERS]))
    out.append(("A step of gradient descent inside the loop, (2, 3, 3, 1), float64, 1 thread",
                [Row(peer, measured(peer, (steps, *TINY), steps), lambda s: f"{s * 1e6:,.3f} µs", beside="longhand, C") for peer, steps in STEPS.items()]))
    return out


def _in_a_process(peer: str, size: tuple) -> float:
    threads = size[-1]
    environment = {**os.environ, **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(threads)),
                   "XLA_FLAGS": "" if threads > 1 else "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"}
    done = subprocess.run([sys.executable, "-m", "bench.training", peer, *map(str, size)], capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or ["it failed"])[-1])
    return float(done.stdout.split()[-1])


# ---- one peer ---------------------------------------------------------------------------------------------------------

def _data(examples: int, d: int, q: int, dtype: str) -> tuple[Any, Any]:
    import numpy as np
    random = np.random.default_rng(0)
    return random.standard_normal((examples, d), "float32").astype(dtype), random.integers(q, size=examples)


def _begun(d: int, n: int, q: int, dtype: str) -> list[Any]:
    import numpy as np
    random = np.random.default_rng(1)
    return [a.astype(dtype) for a in (random.normal(size=(d, n)) / d**0.5, np.zeros(n), random.normal(size=(n, q)) / n**0.5, np.zeros(q))]


def _epoch(peer: str, examples: int, d: int, n: int, q: int, batch: int, dtype: str, threads: int) -> Callable[[], object]:
    match peer:
        case "longhand, C" | "longhand, NumPy":
            return _longhand(peer.split()[-1].lower(), examples, d, n, q, batch, dtype, threads)
        case "bound":
            return _bound(examples, d, n, q, batch, dtype, threads)
        case "JAX scan":
            return _jax(examples, d, n, q, batch, dtype)
        case "PyTorch":
            return _torch(examples, d, n, q, batch, dtype, threads)
        case "scikit-learn":
            return _sklearn(examples, d, n, q, batch, dtype)
    raise ValueError(peer)


def _stepper(target: str, d: int, n: int, q: int, batch: int, dtype: str, threads: int) -> Any:
    from longhand.training.options import Options
    from longhand.training.stepper import Stepper
    from longhand.training.task import task

    from .networks import softmax_network
    made = task(softmax_network(smoothed=False))
    options = Options(batch=batch, dtype=dtype, target=target, constants={"learning rate": str(RATE)})
    parameters = dict(zip((p.name for p in made.parameters), _begun(d, n, q, dtype), strict=True))
    return Stepper(made, parameters, {"d": d, "n": n, "q": q}, options, batch)


def _longhand(target: str, examples: int, d: int, n: int, q: int, batch: int, dtype: str, threads: int) -> Callable[[], object]:
    import numpy as np

    from longhand.training.examples import Examples
    stepper, (x, y) = _stepper(target, d, n, q, batch, dtype, threads), _data(examples, d, q, dtype)
    given = Examples({"x": x, "y": np.eye(q, dtype=dtype)[y]}, examples, {})
    random, rates = np.random.default_rng(0), np.full(ceil(examples / batch), RATE)
    return lambda: stepper.run(given, random.permutation(examples), rates, 0)


def _bound(examples: int, d: int, n: int, q: int, batch: int, dtype: str, threads: int) -> Callable[[], object]:
    """The products by BLAS, cut into shares by our engine's threads or by BLAS's own: whichever is quicker here."""
    import numpy as np

    from longhand.backends import c_shares
    from longhand.backends.array_code import Contract, reads
    from longhand.backends.c_training import Pass
    c_shares.MOST = 0                                        # none of our own products in tiles
    steps, random = ceil(examples / batch), np.random.default_rng(0)
    stepper = _stepper("c", d, n, q, batch, dtype, threads)
    engine, code = stepper.engine, stepper.step.code
    products = tuple(s for s in stepper.step.statements if isinstance(s, Contract))
    given = sorted({r for s in products for r in reads(s)} - {s.target for s in products})
    sizes = {"d": d, "n": n, "q": q, stepper.task.batch.size: batch}
    arrays = {name: random.normal(size=[sizes[a.size] for a in code.arrays[name].axes]).astype(dtype) for name in given}
    engine.job = replace(engine.job, held=arrays)
    engine._passes = lambda name: [Pass("run", code, products, (), (), tuple(given), (), None, batch, gathers=False)]
    order, scalars, losses = np.zeros(steps * batch, np.int64), np.zeros((steps, 0), dtype), np.zeros(steps)
    (W1, _, W2, _), x = _begun(d, n, q, dtype), arrays["x"]
    h, z, da, dW1, dW2 = (np.empty(shape, dtype) for shape in ((batch, n), (batch, q), (batch, n), (d, n), (n, q)))

    def shares() -> None:
        engine.steps({}, order, scalars, losses)

    def blas() -> None:
        for _ in range(steps):
            np.matmul(x, W1, out=h)
            np.matmul(h, W2, out=z)
            np.matmul(h.T, z, out=dW2)
            np.matmul(z, W2.T, out=da)
            np.matmul(x.T, da, out=dW1)

    def seconds(way: Callable[[], None]) -> float:
        way()
        start = perf_counter()
        way()
        return perf_counter() - start

    return min((shares, blas), key=lambda way: min(seconds(way) for _ in range(3)))


def _jax(examples: int, d: int, n: int, q: int, batch: int, dtype: str) -> Callable[[], object]:
    import jax
    jax.config.update("jax_enable_x64", dtype == "float64")
    jax.config.update("jax_platforms", "cpu")
    import jax.numpy as jnp
    import numpy as np
    x, y = _data(examples, d, q, dtype)
    steps = examples // batch
    x, y = jnp.asarray(x), jnp.asarray(y)

    def loss(parameters, rows, labels):
        W1, b1, W2, b2 = parameters
        z = jax.nn.relu(rows @ W1 + b1) @ W2 + b2
        return -jnp.mean(jax.nn.log_softmax(z)[jnp.arange(len(labels)), labels])

    def step(parameters, chosen):
        value, gradients = jax.value_and_grad(loss)(parameters, x[chosen], y[chosen])
        return [p - RATE * g for p, g in zip(parameters, gradients, strict=True)], value

    epoch = jax.jit(lambda parameters, order: jax.lax.scan(step, parameters, order))
    state, random = [list(map(jnp.asarray, _begun(d, n, q, dtype)))], np.random.default_rng(0)

    def run() -> object:
        order = random.permutation(examples)[:steps * batch].reshape(steps, batch)
        state[0], losses = epoch(state[0], order)
        return losses.block_until_ready()
    return run


def _torch(examples: int, d: int, n: int, q: int, batch: int, dtype: str, threads: int) -> Callable[[], object]:
    import torch
    torch.set_num_threads(threads)
    x, y = map(torch.from_numpy, _data(examples, d, q, dtype))
    W1, b1, W2, b2 = parameters = [torch.from_numpy(p).requires_grad_() for p in _begun(d, n, q, dtype)]
    optimiser = torch.optim.SGD(parameters, RATE)

    def run() -> object:
        order, losses = torch.randperm(examples), []
        for start in range(0, examples, batch):
            chosen = order[start:start + batch]
            optimiser.zero_grad()
            loss = torch.nn.functional.cross_entropy(torch.relu(x[chosen] @ W1 + b1) @ W2 + b2, y[chosen])
            loss.backward()
            optimiser.step()
            losses.append(loss.detach())
        return losses
    return run


def _sklearn(examples: int, d: int, n: int, q: int, batch: int, dtype: str) -> Callable[[], object]:
    from sklearn.neural_network import MLPClassifier
    x, y = _data(examples, d, q, dtype)
    network = MLPClassifier((n,), solver="sgd", batch_size=batch, learning_rate_init=RATE, momentum=0, nesterovs_momentum=False, alpha=0)
    return lambda: network.partial_fit(x, y, classes=range(q))


def main(peer: str, *arguments: str) -> None:
    """Prints the seconds of an epoch: the least of some."""
    *sizes, dtype, threads = arguments
    epoch = _epoch(peer, *map(int, sizes), dtype, int(threads))
    epoch()
    best, begun, done = float("inf"), perf_counter(), 0
    while done < 3 or (perf_counter() - begun < 1 and done < 50):
        start = perf_counter()
        epoch()
        best, done = min(best, perf_counter() - start), done + 1
    print(best)


def report(every: bool = False) -> None:
    """The tables; with `every` those of float64 and of one thread too."""
    for title, peers in rows(every):
        notes = in_rounds(peers, ROUNDS)
        print("\n".join([table(title, peers), *(f"  {note}" for note in notes)]) + "\n", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:]) if len(sys.argv) > 1 else report()
