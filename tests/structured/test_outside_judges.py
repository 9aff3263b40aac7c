"""PyTorch and JAX as judges of Hessians and Jacobians."""
from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench import structure as bench  # noqa: E402

RNG = np.random.default_rng(7)
SMALL = {
    "norms": bench._network(5, 4, 3, 6), "one": bench._network(5, 4, 3, None), "masked": bench._factorised(6, 2), "deep": bench._deep(10, 3),
    "W1": bench._network(5, 4, 3, None), "logistic": bench._logistic(9, 4), "jacobian": bench._network(5, 4, 3, 6),
}


@pytest.mark.filterwarnings("ignore:.*torch.jit.*:DeprecationWarning")          # inside of PyTorch itself
@pytest.mark.parametrize("case", SMALL)
@pytest.mark.parametrize("peer", ["torch", "jax"])
def test_the_peers_of_the_bench_agree_on_smaller_arrays(case, peer, monkeypatch):
    pytest.importorskip(peer)
    from dataclasses import replace
    monkeypatch.setitem(bench.CASES, case, replace(bench.CASES[case], arrays=SMALL[case]))
    ours = bench.call_of(case, "factors")()
    theirs = bench.call_of(case, {"torch": "PyTorch", "jax": "JAX"}[peer])()
    chosen = bench.CASES[case]
    if chosen.kind == "hessian":
        theirs = theirs[chosen.wrt][chosen.wrt]
    elif chosen.kind == "jacobian":
        theirs = theirs[chosen.wrt]
    if isinstance(ours, dict):
        names = bench._parameters(chosen, chosen.arrays())
        found = dict(zip(names, theirs, strict=True)) if isinstance(theirs, tuple) else theirs
        pairs = [(ours[name], found[name]) for name in names]
    else:
        pairs = [(ours, theirs)]
    near = {"rtol": 2e-4, "atol": 2e-5} if chosen.dtype == "float32" else {"rtol": 1e-9, "atol": 1e-11}
    for mine, judged in pairs:
        np.testing.assert_allclose(np.asarray(mine), np.asarray(judged), **near)
