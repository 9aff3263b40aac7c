"""The BLAS that NumPy brings along, for the large products of the C target."""
from __future__ import annotations

import ctypes
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from ..core.record import record

SYMBOLS = (("scipy_cblas_{t}gemm64_", "long long"), ("cblas_{t}gemm64_", "long long"), ("scipy_cblas_{t}gemm", "int"), ("cblas_{t}gemm", "int"))


@record
class Gemm:
    """Where the function is in memory, and the C type of its sizes."""
    address: int
    integer: str


@cache
def gemm(letter: str) -> Gemm | None:
    """cblas_sgemm ("s") or cblas_dgemm ("d"); None where no BLAS is found: loops take its place."""
    for path in _libraries():
        try:
            library = ctypes.CDLL(str(path))
        except OSError:
            continue
        for name, integer in SYMBOLS:
            found = getattr(library, name.format(t=letter), None)
            if found is not None:
                return Gemm(ctypes.cast(found, ctypes.c_void_p).value or 0, integer)
    return None


def _libraries() -> Iterator[Path]:
    import numpy
    beside = Path(numpy.__file__).parent
    yield from sorted((beside.parent / "numpy.libs").glob("*openblas*"))
    yield from sorted((beside / ".dylibs").glob("*openblas*"))
    try:
        import scipy_openblas32
    except ImportError:
        return
    yield from sorted(Path(scipy_openblas32.get_lib_dir()).glob("*openblas*.so"))
