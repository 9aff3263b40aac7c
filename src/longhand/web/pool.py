"""Workers for the server: each request has one to itself, and one that takes too long is killed and replaced.

No client has all of them at once, so a sheet that takes for ever holds up nobody but whoever sent it.
"""
from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections import Counter, OrderedDict, deque
from collections.abc import Coroutine

from .requests import ANSWERED, BadRequest

SECONDS = 15.0
"""How long a request may take before its worker is killed."""
START = 60.0
"""How long a worker may take to begin."""
WAITING = 8
"""Requests of one client that may wait; one more is turned away."""
QUEUE = 64
"""Requests of all clients that may wait."""
KEPT = 32_000_000
"""Bytes of answers that are kept for requests that come again."""


class TooSlow(BadRequest):
    """The worker was killed."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"This takes more than {seconds:g} seconds, and was given up.", "too slow")


class Kept:
    """The latest answers, by their requests; as many as fit."""

    def __init__(self, most: int = KEPT) -> None:
        self.most, self.size = most, 0
        self._answers: OrderedDict[bytes, bytes] = OrderedDict()

    def get(self, request: bytes) -> bytes | None:
        found = self._answers.get(request)
        if found is not None:
            self._answers.move_to_end(request)
        return found

    def put(self, request: bytes, answer: bytes) -> None:
        """Keeps it, and forgets what was asked for least lately."""
        if request in self._answers or len(request) + len(answer) > self.most:
            return
        self._answers[request] = answer
        self.size += len(request) + len(answer)
        while self.size > self.most:
            old, said = self._answers.popitem(last=False)
            self.size -= len(old) + len(said)


class Worker:
    """One process and its pipes."""

    command = sys.executable, "-m", "longhand.web.worker"

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    @classmethod
    async def start(cls) -> Worker:
        """A worker that is ready; OSError where it does not come up."""
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*cls.command, stdin=pipe, stdout=pipe,
                                                       start_new_session=os.name == "posix")     # Ctrl-C is the server's
        worker = cls(process)
        try:
            async with asyncio.timeout(START):
                await worker.receive()
        except BaseException as error:
            await worker.kill()
            if isinstance(error, (EOFError, TimeoutError, ValueError)):
                raise OSError("a worker did not start") from error
            raise
        return worker

    async def ask(self, request: bytes) -> bytes:
        """Its answer; EOFError or OSError where it has gone."""
        self.process.stdin.write(b"%d\n" % len(request) + request)
        await self.process.stdin.drain()
        return await self.receive()

    async def receive(self) -> bytes:
        size = int(await self.process.stdout.readuntil(b"\n"))
        return await self.process.stdout.readexactly(size)

    async def kill(self) -> None:
        """Ends it, whatever it does."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()
        self.process._transport.close()                                   # its pipes too, before the loop has gone


class Pool:
    """Some workers, and who waits for one."""

    def __init__(self, size: int, seconds: float = SECONDS, kept: int = KEPT) -> None:
        self.size, self.seconds = max(2, size), seconds
        self.kept = Kept(kept)
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._running: Counter[str] = Counter()
        self._waiting: deque[tuple[str, asyncio.Future[None]]] = deque()
        self._starting: set[asyncio.Task[None]] = set()
        self._ending: set[asyncio.Task[None]] = set()
        self._closed = False

    async def open(self) -> None:
        """Starts one worker; the others follow."""
        self._idle.append(await Worker.start())
        for _ in range(self.size - 1):
            self._replace()

    async def close(self) -> None:
        """Ends them all."""
        self._closed = True
        for task in self._starting:
            task.cancel()
        await asyncio.gather(*self._starting, *self._ending, return_exceptions=True)
        await asyncio.gather(*(worker.kill() for worker in (*self._idle, *self._busy)))

    async def answer(self, request: bytes, client: str, begun: asyncio.Event | None = None) -> bytes:
        """The answer to a request; `begun` is set once a worker has it. BadRequest "busy" where the client has too much in work, TooSlow where
        it was given up."""
        found = self.kept.get(request)
        if found is not None:
            return found
        await self._turn(client)
        worker = self._idle.pop()
        self._busy.add(worker)
        if begun is not None:
            begun.set()
        whole = False
        try:
            async with asyncio.timeout(self.seconds):
                said = await worker.ask(request)
            whole = True
        except TimeoutError:
            raise TooSlow(self.seconds) from None
        except (EOFError, OSError, ValueError):
            raise BadRequest("The process that worked on this has ended: it needed too much memory, or has a fault.", "internal") from None
        finally:
            self._busy.discard(worker)
            self._running[client] -= 1
            if not self._running[client]:
                del self._running[client]
            if whole:
                self._idle.append(worker)
            else:                                          # also where the client has gone: nobody waits for the rest
                self._beside(worker.kill(), self._ending)
                self._replace()
            self._next()
        if said.startswith(ANSWERED):
            self.kept.put(request, said)
        return said

    # ---- turns ------------------------------------------------------------------------------------------------------

    def _free_for(self, client: str) -> bool:
        return len(self._idle) > self._promised() and self._running[client] < self.size - 1

    async def _turn(self, client: str) -> None:
        """Waits until a worker is free for this client, and takes the turn."""
        if not self._free_for(client) or any(who == client for who, _ in self._waiting):
            own = sum(who == client for who, _ in self._waiting)
            if own >= WAITING or len(self._waiting) >= QUEUE:
                raise BadRequest("Too many requests at once.", "busy")
            turn = client, asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                async with asyncio.timeout(2 * self.seconds):
                    await turn[1]
            except BaseException as error:
                if turn in self._waiting:
                    self._waiting.remove(turn)
                elif turn[1].done() and not turn[1].cancelled():           # the turn came just as the client went
                    self._running[client] -= 1
                    self._next()
                if isinstance(error, TimeoutError):
                    raise BadRequest("Too many requests at once.", "busy") from None
                raise
            return
        self._running[client] += 1

    def _next(self) -> None:
        """Gives free workers to those who wait, in their order."""
        free = len(self._idle) - self._promised()
        for turn in list(self._waiting):
            if free <= 0:
                return
            client, future = turn
            if self._running[client] < self.size - 1 and not future.done():
                self._waiting.remove(turn)
                self._running[client] += 1
                future.set_result(None)
                free -= 1

    def _promised(self) -> int:
        """Turns that were given to somebody who has not taken the worker yet."""
        return sum(self._running.values()) - len(self._busy)

    def _replace(self) -> None:
        """Another worker, started beside the work."""
        if self._closed:
            return

        async def start() -> None:
            for wait in (0, 1, 5, 20, 60):
                await asyncio.sleep(wait)
                with contextlib.suppress(OSError):
                    self._idle.append(await Worker.start())
                    self._next()
                    return

        self._beside(start(), self._starting)

    @staticmethod
    def _beside(work: Coroutine[None, None, None], tasks: set[asyncio.Task[None]]) -> None:
        """Work that nobody waits for."""
        task = asyncio.get_running_loop().create_task(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)
