"""Fewer sweeps of the garbage collector while one answer is marked: what it makes lives to its end, and a sweep only looks at it in vain."""
from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

SELDOM = 100_000
"""New objects between two sweeps; usually 700. Hardly anything here is circular, so little waits for a sweep."""
MOST = 1_000_000
"""Objects put aside between two sweeps of everything."""

_lock = Lock()
_inside = 0
_aside = 0
_theirs = False
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
                if gc.isenabled() and 0 < _usual[0] < gc.get_count()[0]:
                    _put_aside()
                gc.set_threshold(*_usual)


def _put_aside() -> None:
    """The sweep of the new objects that is due. What it leaves is in the tables that a marker keeps, so it joins the old objects at once: else
    every hundredth answer would cause a sweep of the whole program, which takes as long as ten answers. Objects that somebody has frozen
    stay so: then nothing is put aside."""
    global _aside, _theirs
    _aside += gc.get_count()[0]
    if _aside > MOST:
        _aside = 0
        gc.collect()
        return
    gc.collect(0)
    _theirs = _theirs or gc.get_freeze_count() > 0      # counting takes as long as a sweep, where there is something to count
    if not _theirs:
        gc.freeze()                                     # both only join two lists
        gc.unfreeze()
