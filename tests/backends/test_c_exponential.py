"""The exponential of the C target: its error in units of the last place, and the ends of its range."""
from __future__ import annotations

import ctypes

import numpy as np
import pytest
from targets import CC, own_cache  # noqa: F401  (a fixture that all of this file use)

from longhand.backends import c_exponential, compiler

pytestmark = pytest.mark.skipif(CC is None, reason="no C compiler")
LOOP = """#include <math.h>
{text}
__attribute__((visibility("default"))) void all(long n, const {real} *x, {real} *out) {{ for (long k = 0; k < n; k++) out[k] = exponential(x[k]); }}"""


@pytest.fixture(scope="module", params=["float", "double"])
def exponential(request, tmp_path_factory):
    """(a function on arrays, its type)"""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        library = ctypes.CDLL(str(compiler.built(LOOP.format(text=c_exponential.text(request.param), real=request.param))))
    dtype = np.float32 if request.param == "float" else np.float64

    def of(values):
        x = np.ascontiguousarray(values, dtype)
        out = np.empty_like(x)
        library.all(ctypes.c_long(x.size), ctypes.c_void_p(x.ctypes.data), ctypes.c_void_p(out.ctypes.data))
        return x, out
    return of, dtype


def test_it_is_within_a_unit_of_the_last_place(exponential):
    """Against a wider type where there is one (long double, or double for float)."""
    of, dtype = exponential
    low, high = (-87, 88.7) if dtype == np.float32 else (-708, 709.7)
    rng = np.random.default_rng(0)
    x, found = of(np.concatenate([rng.uniform(low, high, 200_000), rng.normal(size=200_000), rng.normal(size=20_000) * 1e-4]))
    true = np.exp(x.astype(np.longdouble))
    assert float(np.max(np.abs(found - true) / np.spacing(true.astype(dtype)))) < 1.02


def test_the_ends_of_its_range(exponential):
    of, dtype = exponential
    least = np.finfo(dtype).smallest_subnormal
    x, found = of([0, -0.0, np.inf, -np.inf, np.nan, 1e4, -1e4, 2e38, np.log(least) + 0.5])
    np.testing.assert_array_equal(found[:8], [1, 1, np.inf, 0, np.nan, np.inf, 0, np.inf])
    assert found[8] in (least, 2 * least)
