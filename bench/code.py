"""What the derived code costs a call: loss and all four gradients of the two-layer softmax network, beside its peers.

    python -m bench code [--all]          a table, and a plot in build/bench

One row for each size, type and number of threads; the bound is the five matrix products alone, called from C, by the quickest BLAS at hand.
"""
from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from .peers import Peer, seconds, serve

ROOT = Path(__file__).resolve().parent.parent
BOUNDS = ("bound", "bound 32")
"""The products by NumPy's BLAS and by scipy-openblas32; the quicker one counts."""
OURS = ("C", "NumPy", "numba")
PEERS = (*OURS, "NumPy by hand", "PyTorch", "JAX")
SHORT = ((2, 3, 3, 1, "float64", 1), (2, 3, 3, 1, "float32", 1), (10, 5, 10, 20, "float32", 1), (784, 128, 10, 64, "float32", 2),
         (784, 128, 10, 64, "float32", 1), (784, 128, 10, 64, "float64", 2), (784, 512, 10, 1024, "float32", 2))
LONG = ((784, 128, 10, 64, "float64", 1), (784, 512, 10, 1024, "float64", 2), (1024, 1024, 1000, 1024, "float32", 2),
        (4096, 4096, 1000, 256, "float32", 2))
ROUNDS = 4


@dataclass
class Measured:
    """A row: seconds of each round, by peer, and why a peer has none."""
    size: tuple[int, int, int, int]
    dtype: str
    threads: int
    samples: dict[str, list[float]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    def seconds(self, peer: str) -> float | None:
        """The least of the rounds: whatever else the machine does only adds to it."""
        return min(self.samples[peer]) if self.samples.get(peer) else None

    @property
    def bound(self) -> float | None:
        """The products alone."""
        return min((s for b in BOUNDS if (s := self.seconds(b)) is not None), default=None)

    @property
    def name(self) -> str:
        """(d, n, q, batch), the type, the threads."""
        return f"({', '.join(map(str, self.size))})"


def measured(sizes: tuple[tuple, ...], rounds: int = ROUNDS) -> list[Measured]:
    """All rows. Peers of as many threads live together and are asked in turns, so that a busy minute falls on all of them."""
    found = []
    for threads in sorted({row[-1] for row in sizes}):
        with ExitStack() as stack:
            peers = [stack.enter_context(Peer("bench.code", name, threads)) for name in (*BOUNDS, *PEERS)]
            for *size, dtype, own in sizes:
                if own == threads:
                    found.append(_row(peers, Measured(tuple(size), dtype, threads), rounds))
    return sorted(found, key=lambda m: [list(s) for s in sizes].index([*m.size, m.dtype, m.threads]))


def _row(peers: list[Peer], row: Measured, rounds: int) -> Measured:
    for turn in range(rounds):
        for peer in peers:
            if peer.name in row.missing:
                continue
            try:
                row.samples.setdefault(peer.name, []).append(peer.ask(sizes=row.size, dtype=row.dtype))
            except RuntimeError as reason:
                assert turn == 0, reason                   # what works once works again
                row.missing[peer.name] = str(reason)
    return row


# ---- the table and the plot ---------------------------------------------------------------------------------------------

def table(rows: list[Measured]) -> str:
    """Microseconds of a call, and below them the multiple of the bound."""
    lines = ["Loss and 4 gradients of the two-layer softmax network: µs of a call; below, × the bound", "",
             f"  {'(d, n, q, batch)':<26}{'type':<9}{'threads':>7}{'bound':>12}" + "".join(f"{p:>15}" for p in PEERS)]
    for row in rows:
        times = [row.bound, *(row.seconds(p) for p in PEERS)]
        shown = ["–" if t is None else f"{t * 1e6:,.2f}" if t < 1e-4 else f"{t * 1e6:,.0f}" for t in times]
        ratios = ["" if t is None or row.bound is None else f"{t / row.bound:.2f} ×" for t in times[1:]]
        lines.append(f"  {row.name:<26}{row.dtype:<9}{row.threads:>7}{shown[0]:>12}" + "".join(f"{s:>15}" for s in shown[1:]))
        lines.append(f"  {'':<26}{'':<9}{'':>7}{'':>12}" + "".join(f"{r:>15}" for r in ratios))
    missing = {peer: why for row in rows for peer, why in row.missing.items()}
    return "\n".join([*lines, *(f"  {peer}: not measured, {why}" for peer, why in missing.items())])


def plot(rows: list[Measured], folder: Path) -> list[Path]:
    """The multiples of the bound as a picture, PNG and SVG."""
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot
    figure, axes = pyplot.subplots(figsize=(8, 0.62 * len(rows) + 1.6), layout="constrained")
    for k, peer in enumerate(PEERS):
        points = [(row.seconds(peer) / row.bound, len(rows) - n) for n, row in enumerate(rows) if row.seconds(peer) and row.bound]
        axes.plot([x for x, _ in points], [y + 0.09 * (2.5 - k) for _, y in points], "o" if peer in OURS else "s", label=peer, markersize=6)
    axes.axvline(1, color="0.4", linewidth=1)
    axes.set_xscale("log")
    axes.set_yticks([len(rows) - n for n in range(len(rows))],
                    [f"{row.name}\n{row.dtype}, {row.threads} thread{'s' * (row.threads > 1)}" for row in rows], fontsize=8)
    axes.set_xlabel("time of a call ÷ time of its five matrix products alone")
    axes.grid(axis="x", color="0.9")
    axes.legend(loc="upper center", bbox_to_anchor=(0.4, 1 + 0.6 / len(rows)), ncols=6, fontsize=8, frameon=False)
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / "code.png", folder / "code.svg"]
    for path in paths:
        figure.savefig(path, dpi=150)
    pyplot.close(figure)
    return paths


def compiling() -> str:
    """From a problem to a callable: milliseconds in a process that has done it before, and for the first time."""
    with Peer("bench.code", "compiling", 1) as peer:
        rows = [("NumPy, the first in a process", peer.ask(target="numpy", fresh=True)), ("NumPy, after that", peer.ask(target="numpy", fresh=False)),
                ("C, compiled by gcc", peer.ask(target="c", fresh=True)), ("C, from the cache", peer.ask(target="c", fresh=False)),
                ("numba, compiled", peer.ask(target="numba", fresh=True)), ("numba, from the cache", peer.ask(target="numba", fresh=False))]
    return "\n".join(["From the problem to a callable, with the first call", "", *(f"  {name:<50}{t * 1e3:>10.1f} ms" for name, t in rows)])


def report(every: bool = False) -> str:
    """The tables, and where the plot is."""
    rows = measured(SHORT + (LONG if every else ()))
    try:
        drawn = "  drawn in " + ", ".join(str(path.relative_to(ROOT)) for path in plot(rows, ROOT / "build" / "bench"))
    except ImportError as missing:
        drawn = f"  no plot: {missing}"
    return "\n".join([table(rows), drawn, "", compiling()])


# ---- one peer -----------------------------------------------------------------------------------------------------------

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
        case "C" | "NumPy" | "numba":
            import longhand

            from .networks import softmax_network
            f = longhand.compile(softmax_network(smoothed=False), target=peer.lower(), dtype=dtype, sizes={"d": d, "n": n, "q": q})
            return lambda: f(*arrays)
        case "NumPy by hand":
            return _by_hand(*arrays)
        case "PyTorch":
            return _torch(arrays, threads)
        case "JAX":
            return _jax(arrays, dtype)
    raise ValueError(peer)


_PRODUCTS = """
typedef void (*gemm_type)(int, int, int, {integer}, {integer}, {integer}, {real}, const {real} *, {integer}, const {real} *, {integer}, {real}, {real} *,
                          {integer});
__attribute__((visibility("default"))) void products(long times, gemm_type gemm, long m, long d, long n, long q, const {real} *x, const {real} *W1,
                                                     const {real} *W2, {real} *h, {real} *z, {real} *da, {real} *dW1, {real} *dW2)
{{
    while (times--) {{
        gemm(101, 111, 111, m, n, d, 1, x, d, W1, n, 0, h, n);
        gemm(101, 111, 111, m, q, n, 1, h, n, W2, q, 0, z, q);
        gemm(101, 112, 111, n, q, m, 1, h, n, z, q, 0, dW2, q);
        gemm(101, 111, 112, m, n, q, 1, z, q, W2, q, 0, da, n);
        gemm(101, 112, 111, d, n, m, 1, x, d, da, n, 0, dW1, n);
    }}
}}
"""


def _bound(peer: str, sizes: list[int], dtype: str) -> Callable[[int], object]:
    """So many times the five products, by a BLAS."""
    import ctypes

    import numpy as np

    from longhand.backends import compiler
    d, n, q, m = sizes
    letter, real = ("s", "float") if dtype == "float32" else ("d", "double")
    gemm, integer = _gemm(letter, peer == "bound 32")
    library = ctypes.CDLL(str(compiler.built(_PRODUCTS.format(real=real, integer=integer))))
    x, _, W1, _, W2, _ = _arrays(*sizes, dtype)
    arrays = [x, W1, W2, *(np.empty(shape, dtype) for shape in ((m, n), (m, q), (m, n), (d, n), (n, q)))]
    pointers = [ctypes.c_void_p(a.ctypes.data) for a in arrays]

    def call(times: int) -> object:
        return library.products(ctypes.c_long(times), gemm, *map(ctypes.c_long, (m, d, n, q)), *pointers), arrays
    return call


def _gemm(letter: str, other: bool) -> tuple[Any, str]:
    import ctypes

    from longhand.backends import blas
    if not other:
        found = blas.gemm(letter)
        if found is None:
            raise RuntimeError("NumPy brings no BLAS that can be called from C")
        return ctypes.c_void_p(found.address), found.integer
    import scipy_openblas32
    library = ctypes.CDLL(next(str(p) for p in sorted(Path(scipy_openblas32.get_lib_dir()).iterdir()) if ".so" in p.name and "openblas" in p.name))
    return ctypes.cast(getattr(library, f"scipy_cblas_{letter}gemm"), ctypes.c_void_p), "int"


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


def _measure_compiling(target: str, fresh: bool) -> float:
    """Seconds of compiling and a first call. `fresh`: nothing in the cache, and for NumPy nothing in the process; else of the quickest of five."""
    import os

    import longhand

    from .networks import softmax_network
    arrays, problem, best = _arrays(2, 3, 3, 1, "float64"), softmax_network(smoothed=False), float("inf")
    with TemporaryDirectory() as folder:
        if fresh and target != "numpy":
            os.environ["XDG_CACHE_HOME"] = folder
        for _ in range(1 if fresh else 5):
            start = perf_counter()
            longhand.compile(problem, target=target, sizes={"d": 2, "n": 3, "q": 3})(*arrays)
            best = min(best, perf_counter() - start)
        os.environ.pop("XDG_CACHE_HOME", None)
    return best


def main(peer: str, threads: int) -> None:
    """The process of one peer."""
    calls: dict[str, Callable[..., object]] = {}

    def measure(question: dict[str, Any]) -> float:
        if peer == "compiling":
            return _measure_compiling(**question)
        key = str(question)
        if key not in calls:
            made = _bound(peer, **question) if peer in BOUNDS else _call(peer, **question, threads=threads)
            calls[key] = made
        call = calls[key]
        if peer in BOUNDS:                                # a loop in C: what calling it costs is no part of the bound
            times = max(1, int(0.02 / max(seconds(lambda: call(1), 1e-4, 0), 1e-7)))
            return seconds(lambda: call(times), 0.02) / times
        return seconds(call)

    serve(measure)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
