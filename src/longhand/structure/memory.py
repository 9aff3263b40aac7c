"""Memory for large results. The kernel clears fresh memory page by page, which takes longer than to fill it with numbers; so the memory of
a result that is gone is kept for the next one.

One piece is kept at most, and only a free one: it is free when the array that it was given out as is gone, and every view keeps that array
alive. The kernel may take its pages back whenever it is short of them (MADV_FREE). Where the system does not know this, nothing is kept.
"""
from __future__ import annotations

import mmap
import weakref
from collections import deque
from math import prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

LEAST, MOST = 2**22, 2**30
"""Results of fewer bytes find memory that the process has at hand; what would hold more address space than this is not kept."""

_kept: deque[mmap.mmap] = deque(maxlen=1)         # no lock: append and pop are atomic, and an array may end anywhere, even within this module


def empty(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """np.empty; where it is large, over memory that may have been used before."""
    import numpy as np
    count = prod(shape)
    size = count * dtype.itemsize
    memory = _again(size) or _fresh(size) if LEAST <= size <= MOST and hasattr(mmap, "MADV_FREE") else None
    if memory is None:
        return np.empty(shape, dtype)
    whole = np.frombuffer(memory, dtype, count)               # the base of every view
    weakref.finalize(whole, _free, memory).atexit = False
    return whole.reshape(shape)


def _again(size: int) -> mmap.mmap | None:
    """The memory that is kept, if it has about this size; else it is given up."""
    try:
        memory = _kept.pop()
    except IndexError:
        return None
    return memory if size <= len(memory) <= 2 * size else None


def _fresh(size: int) -> mmap.mmap | None:
    try:
        memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE)              # private: a process that is forked writes to its own copy
    except OSError:
        return None
    _advised(memory, "MADV_HUGEPAGE")
    return memory


def _free(memory: mmap.mmap) -> None:
    """Called when an array is gone: its memory is kept, what was kept before goes back to the kernel."""
    if _advised(memory, "MADV_FREE"):
        _kept.append(memory)


def _advised(memory: mmap.mmap, advice: str) -> bool:
    """Whether the kernel takes the advice."""
    try:
        memory.madvise(getattr(mmap, advice))
    except (AttributeError, OSError):
        return False
    return True
