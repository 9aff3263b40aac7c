"""C for products of matrices that fit the cache: tiles of the result that the registers hold, its rows gathered from wherever they lie.

The sizes are constants at each call and the whole is inlined there; for the sizes of training that is quicker than a library, which
copies both matrices first. The vectors are GCC's, which clang knows too.
"""
from __future__ import annotations

MOST = 500_000          # entries of both matrices together up to which this is quicker: beyond, they have to be copied block by block

TEXT = """#if defined(__AVX512F__)
enum { BYTES__ = 64, HIGH__ = 8 };
#elif defined(__AVX__)
enum { BYTES__ = 32, HIGH__ = 6 };
#elif defined(__aarch64__)
enum { BYTES__ = 16, HIGH__ = 8 };
#else
enum { BYTES__ = 16, HIGH__ = 6 };
#endif
enum { LANES__ = BYTES__ / sizeof(real), WIDE__ = 2 * LANES__, DEEP__ = 1024 };
typedef real lanes__ __attribute__((vector_size(BYTES__), aligned(sizeof(real)), may_alias));
#define INLINED__ static inline __attribute__((always_inline))

/* A matrix: its rows `apart` reals from one another, or anywhere, each by its address. */
struct matrix__ { const real *first; long apart; const real *const *rows; };

INLINED__ const real *row__(const struct matrix__ a, long k) { return a.rows ? a.rows[k] : a.first + k * a.apart; }

/* `high` rows and `wide` vectors of c = factor a b, or c += factor a b: the columns of b lie side by side, `across` reals from row to row */
INLINED__ void tile__(const int ta, const int high, const int wide, const struct matrix__ a, long m, long from, long to,
                      const real *b, long across, const int adds, real factor, real *c, long ldc, long columns)
{
    lanes__ sum[HIGH__][2];
    const real *row[HIGH__];
    #pragma GCC unroll 8
    for (int i = 0; i < high; i++) {
        row[i] = ta ? 0 : row__(a, m + i);
        #pragma GCC unroll 2
        for (int v = 0; v < wide; v++) sum[i][v] = (lanes__){0};
    }
    for (long k = from; k < to; k++, b += across) {
        const real *const turned = ta ? row__(a, k) + m : 0;
        lanes__ right[2];
        #pragma GCC unroll 2
        for (int v = 0; v < wide; v++) right[v] = *(const lanes__ *)(b + v * LANES__);
        #pragma GCC unroll 8
        for (int i = 0; i < high; i++) {
            const real left = ta ? turned[i] : row[i][k];
            #pragma GCC unroll 2
            for (int v = 0; v < wide; v++) sum[i][v] += left * right[v];
        }
    }
    #pragma GCC unroll 8
    for (int i = 0; i < high; i++, c += ldc) {
        #pragma GCC unroll 2
        for (int v = 0; v < wide; v++) {
            real *const place = c + v * LANES__;
            if (columns < (v + 1) * LANES__)
                for (int l = 0; l < columns - v * LANES__; l++) place[l] = (adds ? place[l] : 0) + factor * sum[i][v][l];
            else if (adds) *(lanes__ *)place += factor * sum[i][v];
            else *(lanes__ *)place = factor * sum[i][v];
        }
    }
}

INLINED__ void strip__(const int ta, const int wide, const struct matrix__ a, long m, long until, long from, long to,
                       const real *b, long across, const int adds, real factor, real *c, long ldc, long columns)
{
    for (; m + HIGH__ <= until; m += HIGH__) {
        /* the next rows may lie anywhere: their beginnings are fetched meanwhile, and the processor sees then how they go on */
        if (!ta && a.rows) for (long i = m + HIGH__; i < m + 2 * HIGH__ && i < until; i++)
            for (long k = 0; k < 4; k++) __builtin_prefetch((const char *)(a.rows[i] + from) + 64 * k, 0, 2);
        tile__(ta, HIGH__, wide, a, m, from, to, b, across, adds, factor, c + m * ldc, ldc, columns);
    }
    for (; m + HIGH__ / 2 <= until; m += HIGH__ / 2)
        tile__(ta, HIGH__ / 2, wide, a, m, from, to, b, across, adds, factor, c + m * ldc, ldc, columns);
    for (; m < until; m++) tile__(ta, 1, wide, a, m, from, to, b, across, adds, factor, c + m * ldc, ldc, columns);
}

/* Rows m..until and columns n..last of c = factor op(a) op(b), or c += factor op(a) op(b); `depth` terms in each sum */
INLINED__ void tiled_product__(const int ta, const int tb, long m, long until, long n, long last, long depth,
                               const struct matrix__ a, const struct matrix__ b, const int adds, real factor, real *c, long ldc)
{
    real packed[DEEP__ * WIDE__] __attribute__((aligned(64)));
    long from = 0;
    do {
        const long to = depth - from < DEEP__ ? depth : from + DEEP__;
        for (long j = n; j < last; j += WIDE__) {
            const long columns = last - j < WIDE__ ? last - j : WIDE__;
            const real *right = packed;
            long across = WIDE__;
            if (!tb && !b.rows && columns % LANES__ == 0) {
                right = b.first + from * b.apart + j;
                across = b.apart;
            } else for (long k = from; k < to; k++)
                for (long l = 0; l < WIDE__; l++)
                    packed[(k - from) * WIDE__ + l] = l >= columns ? 0 : tb ? row__(b, j + l)[k] : row__(b, k)[j + l];
            if (columns > LANES__) strip__(ta, 2, a, m, until, from, to, right, across, adds || from > 0, factor, c + j, ldc, columns);
            else strip__(ta, 1, a, m, until, from, to, right, across, adds || from > 0, factor, c + j, ldc, columns);
        }
        from = to;
    } while (from < depth);
}
"""
