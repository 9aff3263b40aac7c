"""What the derived code costs a call: loss and all four gradients of the two-layer softmax network, beside its peers.

Every peer is timed in a process of its own (thread pools ruin each other), in turns; `python -m bench.code PEER d n q batch dtype`
measures one. The bound is the five matrix products alone, by the best BLAS at hand.
"""
from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from time import perf_counter
from typing import Any

from .timing import Row, in_rounds, table

PEERS = ("bound", "C", "NumPy", "NumPy by hand", "numba", "PyTorch", "JAX")
SIZES = ((2, 3, 3, 1, "float64", 1), (2, 3, 3, 1, "float32", 1), (10, 5, 10, 20, "float32", 1), (784, 128, 10, 64, "float32", 2),
         (784, 512, 10, 1024, "float32", 2))
ROUNDS = 3


def rows() -> list[tuple[str, list[Row]]]:
    """A table for each size: its title and a row for each peer."""
    out = []
    for *sizes, dtype, threads in SIZES:
        def measure(peer: str, sizes: list = sizes, dtype: str = dtype, threads: int = threads) -> Callable[[], float]:
            return lambda: _in_a_process(peer, sizes, dtype, threads)

        d, n, q, batch = sizes
        title = f"Loss and 4 gradients, d={d} n={n} q={q}, {batch} example{'s' if batch != 1 else ''}, {dtype}, {threads} thread{'s' * (threads > 1)}"
        out.append((title, [Row(peer, measure(peer), microseconds, beside="bound" if batch > 1 else "C") for peer in PEERS]))
    return out


def microseconds(seconds: float) -> str:
    return f"{seconds * 1e6:,.2f} µs"


def _in_a_process(peer: str, sizes: list[int], dtype: str, threads: int) -> float:
    environment = {**os.environ, **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), str(threads)),
                   "XLA_FLAGS": "" if threads > 1 else "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"}
    done = subprocess.run([sys.executable, "-m", "bench.code", peer, *map(str, sizes), dtype, str(threads)], capture_output=True, text=True,
                          check=False, env=environment)
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or ["it failed"])[-1])
    return float(done.stdout.split()[-1])


# ---- one peer ---------------------------------------------------------------------------------------------------------

def _arrays(d: int, n: int, q: int, batch: int, dtype: str) -> list[Any]:
    import numpy as np
    rng = np.random.default_rng(0)
    rows = () if batch == 1 else (batch,)
    x, y = rng.normal(size=(*rows, d)), np.eye(q)[rng.integers(q, size=rows)]
    return [np.ascontiguousarray(a, dtype=dtype) for a in (x, y, rng.normal(size=(d, n)) / d**0.5, rng.normal(size=n),
                                                           rng.normal(size=(n, q)) / n**0.5, rng.normal(size=q))]


def _call(peer: str, sizes: list[int], dtype: str, threads: int) -> Callable[[], object]:
    d, n, q, _ = sizes
    arrays = _arrays(*sizes, dtype)
    match peer:
        case "C" | "NumPy":
            import longhand

            from .networks import softmax_network
            f = longhand.compile(softmax_network(smoothed=False), target=peer.lower(), dtype=dtype, sizes={"d": d, "n": n, "q": q})
            return lambda: f(*arrays)
        case "bound":
            return _products(*arrays)
        case "NumPy by hand":
            return _by_hand(*arrays)
        case "PyTorch":
            return _torch(arrays, threads)
        case "JAX":
            return _jax(arrays, dtype)
        case "numba":
            return _numba(arrays)
    raise ValueError(peer)


def _products(x, y, W1, b1, W2, b2) -> Callable[[], object]:
    import numpy as np
    if x.ndim == 1:
        x, y = x[None], y[None]
    h, z = np.empty((len(x), len(b1)), x.dtype), np.empty((len(x), len(b2)), x.dtype)
    da, dW1, dW2 = np.empty_like(h), np.empty_like(W1), np.empty_like(W2)

    def call() -> None:
        np.matmul(x, W1, out=h)
        np.matmul(h, W2, out=z)
        np.matmul(h.T, z, out=dW2)
        np.matmul(z, W2.T, out=da)
        np.matmul(x.T, da, out=dW1)
    return call


def _by_hand(x, y, W1, b1, W2, b2) -> Callable[[], object]:
    """As one writes it with reused buffers."""
    import numpy as np
    if x.ndim == 1:
        x, y = x[None], y[None]
    m = len(x)
    h, a, da = (np.empty((m, len(b1)), x.dtype) for _ in range(3))
    z, p = (np.empty((m, len(b2)), x.dtype) for _ in range(2))
    top, dW1, dW2, db1, db2, mask = np.empty((m, 1), x.dtype), np.empty_like(W1), np.empty_like(W2), np.empty_like(b1), np.empty_like(b2), h > 0

    def call() -> tuple[float, tuple]:
        np.matmul(x, W1, out=h)
        np.add(h, b1, out=h)
        np.maximum(h, 0, out=a)
        np.matmul(a, W2, out=z)
        np.add(z, b2, out=z)
        np.max(z, axis=1, keepdims=True, out=top)
        np.subtract(z, top, out=z)
        np.exp(z, out=p)
        np.sum(p, axis=1, keepdims=True, out=top)
        np.divide(p, top, out=p)
        np.log(top, out=top)
        np.subtract(z, top, out=z)
        loss = -np.vdot(y, z) / m
        np.subtract(p, y, out=p)
        np.divide(p, m, out=p)
        np.matmul(a.T, p, out=dW2)
        np.sum(p, axis=0, out=db2)
        np.matmul(p, W2.T, out=da)
        np.greater(h, 0, out=mask)
        np.multiply(da, mask, out=da)
        np.matmul(x.T, da, out=dW1)
        np.sum(da, axis=0, out=db1)
        return loss, (dW1, db1, dW2, db2)
    return call


def _torch(arrays: list[Any], threads: int) -> Callable[[], object]:
    import torch
    torch.set_num_threads(threads)
    x, y, *parameters = map(torch.from_numpy, arrays)
    W1, b1, W2, b2 = (p.requires_grad_() for p in parameters)

    def call() -> object:
        z = torch.relu(x @ W1 + b1) @ W2 + b2
        loss = -(y * torch.log_softmax(z, -1)).sum(-1).mean()
        return loss, torch.autograd.grad(loss, (W1, b1, W2, b2))
    return call


def _jax(arrays: list[Any], dtype: str) -> Callable[[], object]:
    import jax
    jax.config.update("jax_enable_x64", dtype == "float64")
    x, y, *parameters = map(jax.numpy.asarray, arrays)

    def loss(W1: Any, b1: Any, W2: Any, b2: Any, x: Any, y: Any) -> Any:
        z = jax.nn.relu(x @ W1 + b1) @ W2 + b2
        return -(y * jax.nn.log_softmax(z)).sum(-1).mean()

    compiled = jax.jit(jax.value_and_grad(loss, argnums=(0, 1, 2, 3)))
    return lambda: jax.block_until_ready(compiled(*parameters, x, y))


def _numba(arrays: list[Any]) -> Callable[[], object]:
    from dataclasses import replace

    from longhand.backends.numba import source
    from longhand.calculus.batch import batched
    from longhand.core.axis import Axis

    from .networks import softmax_network
    problem = softmax_network(smoothed=False)
    if arrays[0].ndim == 2:
        problem = replace(problem, program=batched(problem.program, "L", Axis("batch", "batch", "r"), ("x", "y"), True))
    space: dict[str, Any] = {"__name__": "written"}
    exec(compile(source(problem, update=False), "written.py", "exec"), space)
    return lambda: space["gradients"](*arrays)


def main(peer: str, *arguments: str) -> None:
    """Prints the seconds of a call: the least of some repetitions, each long enough for the clock."""
    *sizes, dtype, threads = arguments
    call = _call(peer, [int(s) for s in sizes], dtype, int(threads))
    call()
    number, took = 1, 0.0
    while took < 0.05:
        number *= 2
        start = perf_counter()
        for _ in range(number):
            call()
        took = perf_counter() - start
    best = took
    for _ in range(5):
        start = perf_counter()
        for _ in range(number):
            call()
        best = min(best, perf_counter() - start)
    print(best / number)


def report() -> None:
    """The tables."""
    for title, peers in rows():
        notes = in_rounds(peers, ROUNDS)
        print("\n".join([table(title, peers), *(f"  {note}" for note in notes)]) + "\n", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:]) if len(sys.argv) > 1 else report()
