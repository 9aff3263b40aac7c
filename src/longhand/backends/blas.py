"""The BLAS that NumPy brings along, for the large products of the C target."""
from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from ..core.record import record

SYMBOLS = (("scipy_cblas_{t}gemm64_", "long long"), ("cblas_{t}gemm64_", "long long"), ("scipy_cblas_{t}gemm", "int"), ("cblas_{t}gemm", "int"))


@record
class Gemm:
    """Where the function is in memory, the C type of its sizes, and its library with what its names begin and end with."""
    address: int
    integer: str
    path: str
    name: tuple[str, str]


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
                before, _, after = name.partition("cblas_{t}gemm")
                return Gemm(ctypes.cast(found, ctypes.c_void_p).value or 0, integer, str(path), (before, after))
    return None


@contextmanager
def one_thread(found: Gemm) -> Iterator[bool]:
    """The library without threads of its own, so that several threads may call it; gives whether it could be told so."""
    library = ctypes.CDLL(found.path)
    before, after = found.name
    get, tell = (getattr(library, f"{before}openblas_{what}_num_threads{after}", None) for what in ("get", "set"))
    if get is None or tell is None:
        yield False
        return
    threads = get()
    tell(1)
    try:
        yield True
    finally:
        tell(threads)


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
