"""Products in tiles: every shape of the ends, turned or not, rows anywhere, added or not, against NumPy."""
from __future__ import annotations

import ctypes

import numpy as np
import pytest
from targets import CC, own_cache  # noqa: F401  (a fixture that all of this file use)

from longhand.backends import c_tiles, compiler

pytestmark = pytest.mark.skipif(CC is None, reason="no C compiler")
ENTRY = """typedef {real} real;
{text}
__attribute__((visibility("default"))) void product(int ta, int tb, const long *at, const real *a, const real **arows, const real *b, const real **brows,
                                                     int adds, double factor, real *c)
{{
    const long m = at[0], until = at[1], n = at[2], last = at[3], depth = at[4], lda = at[5], ldb = at[6], ldc = at[7];
    tiled_product__(ta, tb, m, until, n, last, depth, (struct matrix__){{a, lda, arows}}, (struct matrix__){{b, ldb, brows}}, adds, factor, c, ldc);
}}"""


@pytest.fixture(scope="module", params=["float", "double"])
def product(request, tmp_path_factory):
    """(the function of C, its type)"""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        library = ctypes.CDLL(str(compiler.built(ENTRY.format(text=c_tiles.TEXT, real=request.param))))
    library.product.argtypes = (ctypes.c_int, ctypes.c_int, *[ctypes.c_void_p] * 5, ctypes.c_int, ctypes.c_double, ctypes.c_void_p)
    return library.product, np.dtype(np.float32 if request.param == "float" else np.float64)


def addresses(a):
    return np.array([row.ctypes.data for row in a], np.uintp)


@pytest.mark.parametrize("turned", [(0, 0), (1, 0), (0, 1), (1, 1)])
@pytest.mark.parametrize("anywhere", [False, True])
def test_every_end_of_a_tile(product, turned, anywhere):
    function, dtype = product
    random, (ta, tb) = np.random.default_rng(3), turned
    lanes = 64 // dtype.itemsize
    sizes = [(rows, columns, depth) for rows in (1, 5, 8, 23) for columns in (1, lanes // 2 + 1, lanes, 2 * lanes, 2 * lanes + 3) for depth in (0, 1, 7)]
    for rows, columns, depth in [*sizes, (9, lanes + 1, 2_100), (12, 2 * lanes, 1_025)]:
        a, b = random.normal(size=(rows, depth)).astype(dtype), random.normal(size=(depth, columns)).astype(dtype)
        left, right = (np.ascontiguousarray(x.T if turn else x) for x, turn in ((a, ta), (b, tb)))
        before = random.normal(size=(rows + 2, columns + 3)).astype(dtype)
        part = (rows // 3, rows, columns // 4, columns)                                # a thread's share of the result
        at = np.array([*part, depth, left.shape[1], right.shape[1], before.shape[1]], np.int64)
        lefts, rights = (addresses(x) if anywhere and x.size else None for x in (left, right))
        for adds in (0, 1):
            c = before.copy()
            function(ta, tb, at.ctypes.data, left.ctypes.data, None if lefts is None else lefts.ctypes.data, right.ctypes.data,
                     None if rights is None else rights.ctypes.data, adds, 0.5, c.ctypes.data)
            expected = before.astype(float)
            inside = expected[part[0]:part[1], part[2]:part[3]]
            inside[...] = adds * inside + 0.5 * (a.astype(float) @ b.astype(float))[part[0]:part[1], part[2]:part[3]]
            np.testing.assert_allclose(c, expected, rtol=0, atol=40 * np.finfo(dtype).eps * max(depth, 1) ** 0.5, err_msg=f"{rows}, {columns}, {depth}, {adds}")


def test_what_is_no_number_stays_in_its_row(product):
    """The columns beyond the last one are worked out with zeros; nothing of them is written, and NaN goes where it belongs."""
    function, dtype = product
    a, b = np.ones((9, 4), dtype), np.ones((4, 5), dtype)
    a[3, 2], b[1, 4] = np.inf, np.nan
    c, at = np.zeros((9, 5), dtype), np.array([0, 9, 0, 5, 4, 4, 5, 5], np.int64)
    function(0, 0, at.ctypes.data, a.ctypes.data, None, b.ctypes.data, None, 0, 1.0, c.ctypes.data)
    with np.errstate(invalid="ignore"):
        np.testing.assert_array_equal(c, a @ b)
