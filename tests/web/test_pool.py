"""The pool: turns, time limits, deaths, what is kept. The workers here are stand-ins that do as they are told."""
from __future__ import annotations

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from longhand.web.pool import WAITING, Kept, Pool, TooSlow, Worker
from longhand.web.requests import ANSWERED, BadRequest

STAND_IN = """
import os, sys, time
def write(said):
    sys.stdout.buffer.write(b"%d\\n" % len(said) + said); sys.stdout.buffer.flush()
write(b"ready")
while head := sys.stdin.buffer.readline():
    asked = sys.stdin.buffer.read(int(head))
    if asked.startswith(b"sleep"): time.sleep(float(asked[5:]))
    if asked == b"die": os._exit(9)
    if asked == b"babble": sys.stdout.buffer.write(b"no number\\n"); sys.stdout.buffer.flush(); time.sleep(60)
    write(b'%s,"pid":%d,"asked":"%s"}' % (sys.argv[1].encode(), os.getpid(), asked[:20]))
"""


@pytest.fixture(autouse=True)
def stand_in(monkeypatch):
    monkeypatch.setattr(Worker, "command", (sys.executable, "-S", "-c", STAND_IN, ANSWERED.decode()))


def with_pool(task, **options) -> None:
    """Runs `task(pool)` with a pool that is closed afterwards."""
    async def run() -> None:
        pool = Pool(options.pop("size", 2), **options)
        await pool.open()
        try:
            await task(pool)
        finally:
            await pool.close()
    with ThreadPoolExecutor(1) as own:                # a browser of another test may have a loop running in this one
        own.submit(lambda: asyncio.run(run())).result()


def test_answers_come_back_to_whoever_asked():
    async def task(pool):
        asked = [b"%d" % k for k in range(20)]
        said = await asyncio.gather(*(pool.answer(each, f"client {k % 5}") for k, each in enumerate(asked)))
        assert [each.partition(b'"asked":"')[2].rstrip(b'"}') for each in said] == asked
    with_pool(task, kept=0)


def test_one_that_takes_too_long_is_killed_and_replaced():
    async def task(pool):
        with pytest.raises(TooSlow, match=r"1 seconds") as caught:
            await pool.answer(b"sleep60", "a")
        assert caught.value.code == "too slow"
        for k in range(4):
            assert b"again" in await pool.answer(b"again%d" % k, "a")
    with_pool(task, seconds=1.0)


def test_a_client_cannot_take_all_workers():
    async def task(pool):
        while len(pool._idle) < 2:
            await asyncio.sleep(0.01)
        slow = [asyncio.ensure_future(pool.answer(b"sleep%d" % k, "greedy")) for k in (40, 50, 60)]
        await asyncio.sleep(0.1)
        async with asyncio.timeout(2):                   # well before the slow ones end
            assert b"quick" in await pool.answer(b"quick", "modest")
        for each in slow:
            each.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
    with_pool(task, seconds=30)


def test_too_much_at_once_is_turned_away():
    async def task(pool):
        asked = [asyncio.ensure_future(pool.answer(b"sleep5", "greedy")) for _ in range(WAITING + 1)]
        await asyncio.sleep(0.1)
        with pytest.raises(BadRequest) as caught:
            await pool.answer(b"one more", "greedy")
        assert caught.value.code == "busy"
        for each in asked:
            each.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
        assert b"later" in await pool.answer(b"later", "greedy")
    with_pool(task, kept=0)


@pytest.mark.parametrize("way", [b"die", b"babble"])
def test_a_worker_that_dies_or_babbles_costs_only_its_request(way):
    async def task(pool):
        with pytest.raises(BadRequest) as caught:
            await pool.answer(way, "a")
        assert caught.value.code == "internal"
        assert b"next" in await pool.answer(b"next", "a")
        assert not pool._running and not pool._busy
    with_pool(task)


def test_a_turn_given_up_is_given_to_the_next():
    async def task(pool):
        slow = asyncio.ensure_future(pool.answer(b"sleep0.3", "a"))
        await asyncio.sleep(0.05)
        waiting = asyncio.ensure_future(pool.answer(b"never", "a"))
        last = asyncio.ensure_future(pool.answer(b"last", "a"))
        await asyncio.sleep(0.05)
        waiting.cancel()
        assert b"last" in await last and b"sleep" in await slow
        assert not pool._running and not pool._waiting
    with_pool(task)


def test_the_same_request_is_answered_from_what_is_kept():
    async def task(pool):
        assert await pool.answer(b"same", "a") == await pool.answer(b"same", "b")
        assert pool.kept.get(b"same") is not None
    with_pool(task)


def test_only_so_much_is_kept_and_the_latest():
    kept = Kept(100)
    for k in range(10):
        kept.put(b"%d" % k, b"x" * 19)
        kept.get(b"0")
    assert kept.size <= 100 and kept.get(b"0") and kept.get(b"9") and kept.get(b"1") is None
    kept.put(b"big", b"x" * 200)
    assert kept.get(b"big") is None
