"""Fewer sweeps of the garbage collector while one answer is marked: what it makes lives to its end, and a sweep only looks at it in vain."""
from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

SELDOM = 100_000
"""New objects between two sweeps; usually 700. Hardly anything here is circular, so little waits for a sweep."""

_lock = Lock()
_inside = 0
_usual = (0, 0, 0)


@contextmanager
def fewer_sweeps() -> Iterator[None]:
    """For the time of a block; in several threads, until the last of them leaves it. A collector that is off stays off."""
    global _inside, _usual
    with _lock:
        if _inside == 0:
            _usual = gc.get_threshold()
            if 0 < _usual[0] < SELDOM:
                gc.set_threshold(SELDOM, *_usual[1:])
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                gc.set_threshold(*_usual)
