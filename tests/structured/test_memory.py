"""Memory that is used again is nobody else's: whatever still shows an array keeps its memory."""
from __future__ import annotations

import copy
import gc
import mmap
import os
import pickle
import subprocess
import sys
import threading

import numpy as np
import pytest
from models import softmax_network

import longhand as lh
from longhand.structure import memory

SHAPE = (8, 16, 32)
SINGLE = np.dtype("float32")
recycles = pytest.mark.skipif(not hasattr(mmap, "MADV_FREE"), reason="this system has no MADV_FREE, so nothing is kept")


@pytest.fixture(autouse=True)
def small_results_count(monkeypatch):
    """Results of a page are large already, and nothing is kept from before."""
    monkeypatch.setattr(memory, "LEAST", 4096)
    memory._kept.clear()
    yield
    memory._kept.clear()


def filled(number: float) -> np.ndarray:
    array = memory.empty(SHAPE, SINGLE)
    array[...] = number
    return array


def place(array: np.ndarray) -> int:
    return array.__array_interface__["data"][0]


@recycles
def test_memory_of_a_result_that_is_gone_is_used_for_the_next_one_of_about_its_size():
    first = filled(1)
    where = place(first)
    del first
    second = memory.empty((7, 16, 32), np.dtype("int32"))
    assert place(second) == where and second.dtype == np.int32 and second.flags.c_contiguous and second.flags.writeable
    del second
    small = memory.empty((2, 16, 32), SINGLE)
    assert not memory._kept                                             # a much smaller one has memory of its own
    del small
    assert len(memory._kept[0]) == 4096


@recycles
def test_one_piece_is_kept_at_most():
    several = [filled(n) for n in range(5)]
    assert len({place(a) for a in several}) == 5
    del several
    assert len(memory._kept) == 1


def test_nothing_is_kept_of_small_and_of_very_large_results(monkeypatch):
    memory.empty((1023,), SINGLE)
    monkeypatch.setattr(memory, "MOST", 8192)
    filled(1)
    assert not memory._kept


class Plain(np.ndarray):
    """Any subclass."""


VIEWS = {
    "slice": lambda a: a[2:, ::3], "transpose": lambda a: a.T, "flat": lambda a: a.reshape(-1), "bytes": lambda a: a.view(np.uint8),
    "row of a row": lambda a: a[3][4], "view of a view": lambda a: a.T[1:].reshape(31, -1, order="F")[::2], "subclass": lambda a: a.view(Plain),
    "slice of a subclass": lambda a: a.view(Plain)[1:].T, "buffer": memoryview, "array of a buffer": lambda a: np.asarray(memoryview(a)),
    "from its buffer": lambda a: np.frombuffer(a, SINGLE)[5:], "iterator": lambda a: a.flat, "broadcast": lambda a: np.broadcast_to(a, (2, *SHAPE)),
    "strides": lambda a: np.lib.stride_tricks.as_strided(a, (4,), (4,)), "rows": lambda a: list(a), "diagonal": lambda a: np.diagonal(a),
    "interface": lambda a: np.asarray(type("Shown", (), {"__array_interface__": a.__array_interface__, "held": a})()),
    "dlpack": np.from_dlpack, "copy": np.copy, "deep copy": copy.deepcopy, "pickle": lambda a: pickle.loads(pickle.dumps(a)),
    "pickle by buffers": lambda a: pickle.loads(pickle.dumps(a, 5)), "real part": lambda a: a.real, "masked": np.ma.masked_array,
}


@recycles
@pytest.mark.parametrize("way", VIEWS)
def test_what_still_shows_a_result_is_not_written_over(way):
    array = filled(1)
    kept = VIEWS[way](array)
    before = np.array(kept)
    del array
    gc.collect()
    others = [filled(n) for n in (2, 3)]
    assert not any(np.may_share_memory(np.asarray(kept), other) for other in others)
    np.testing.assert_array_equal(np.array(kept), before)
    assert [float(other.min()) for other in others] == [float(other.max()) for other in others] == [2, 3]


@recycles
def test_an_array_that_is_saved_from_the_end_of_a_cycle_keeps_its_memory():
    saved = []

    class Owner:
        def __init__(self) -> None:
            self.me, self.array = self, filled(1)[1:]

        def __del__(self) -> None:
            saved.append(self.array)

    Owner()
    gc.collect()
    filled(2)
    others = [filled(n) for n in (3, 4)]
    assert (saved[0] == 1).all() and len(others) == 2


@recycles
def test_threads_never_share():
    wrong = []

    def work(own: int) -> None:
        rng, held = np.random.default_rng(own), []
        for turn in range(300):
            number = own * 1000 + turn
            held.append((number, filled(number)[rng.integers(4):]))
            if len(held) > 3:
                held.pop(rng.integers(4))
            wrong.extend(number for number, array in held if not (array == number).all())

    threads = [threading.Thread(target=work, args=(own,)) for own in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong and len(memory._kept) <= 1


FORKED = """
import os
import numpy as np
from longhand.structure import memory
def filled(number):
    array = memory.empty((1 << 20,), np.dtype("float64"))
    array[...] = number
    return array
live, gone = filled(1), filled(2)
del gone
child = os.fork()
if not child:
    mine = [filled(3), filled(4)]
    live[...] = 5
    os._exit(0 if all((a == n).all() for a, n in zip(mine, (3, 4))) and (live == 5).all() else 1)
mine = filled(6)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert (live == 1).all() and (mine == 6).all()
"""


@recycles
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_process_that_is_forked_has_its_own_memory():
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", FORKED], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# ---- systems without ------------------------------------------------------------------------------------------------------

def test_systems_that_cannot_give_pages_back_keep_nothing(monkeypatch):
    monkeypatch.delattr(mmap, "MADV_FREE", raising=False)
    array = filled(1)
    assert array.flags.owndata
    del array
    assert not memory._kept


@recycles
def test_a_kernel_that_refuses_has_its_way(monkeypatch):
    monkeypatch.setattr(mmap, "MADV_FREE", 12345)                       # no such advice
    assert (filled(1) == 1).all() and not memory._kept

    def full(*_: object, **__: object) -> None:
        raise OSError(12, "no memory")

    monkeypatch.setattr(mmap, "mmap", full)
    assert (filled(2) == 2).all() and not memory._kept


# ---- results ----------------------------------------------------------------------------------------------------------------

def test_results_that_are_alive_are_left_alone_by_the_next_ones():
    rng = np.random.default_rng(0)
    given = {"x": rng.normal(size=9), "W_1": rng.normal(size=(9, 8)), "b_1": rng.normal(size=8), "W_2": rng.normal(size=(8, 3)), "b_2": rng.normal(size=3)}
    f = lh.hessian(softmax_network(), "W_1")
    found = f(**given)
    out = found.todense(np.empty(found.shape))
    alive = found.todense()[1:].T
    for scale in (2, 3, 1):
        other = f(**{**given, "x": scale * given["x"]}).todense()
        np.testing.assert_array_equal(alive, out[1:].T)
    np.testing.assert_array_equal(other, out)
