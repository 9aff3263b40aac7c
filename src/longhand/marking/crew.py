"""Worker processes that may crash, hang or run out of memory, each time at the cost of one answer only.

`concurrent.futures` gives up the whole pool when one worker dies, so the crew is kept by hand: one process a worker, one pipe each,
one answer at a time. A worker that answers nothing in time is killed and replaced; an answer that killed its worker is tried once
more, in case the blow came from outside.
"""
from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import signal
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from typing import Any, NamedTuple

from ..core.sweeps import SELDOM
from .stored import packed

TICK = 0.25              # seconds between two looks at the clock
START = 120.0            # seconds in which a worker must have prepared its marker
MEMORY = 4 << 30         # bytes of address space of a worker, where the system can limit them
DEATHS = 3               # workers in a row that die before they are ready: then it is not the answers' fault
READY = b"ready"
SIGNALS = {getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)}
TRIES = 2                # workers that an answer may take with it

SLOW = "Marking it took too long (more than {} s)."
CRASHED = "Marking it ended the program, twice. This is a fault of longhand, or of too little memory."
LARGE = "Marking it takes too much memory."


class Task(NamedTuple):
    """An answer to be marked; `number` is the caller's."""
    number: int
    file: str
    text: str


class Done(NamedTuple):
    """What came of a task: the packed marks, or the reason why there are none."""
    number: int
    marked: bytes
    reason: str


class Worker:
    """A process with its pipe, and what it is at."""

    def __init__(self, make: Callable[[], Any]) -> None:
        spawn = multiprocessing.get_context("spawn")
        self.link, end = spawn.Pipe()
        self.process = spawn.Process(target=work, args=(end, make), daemon=True)
        try:
            with _unsignalled():
                self.process.start()
        finally:
            end.close()
        self.end = weakref.finalize(self, _end, self.process, self.link)      # also at the interpreter's end, whoever forgot to close
        self.ready, self.task, self.spent = False, None, 0.0

    def give(self, task: Task) -> None:
        self.task, self.spent = task, 0.0
        with contextlib.suppress(OSError):                       # it is dead: the end of its pipe says so too
            self.link.send((task.file, task.text))

    def heard(self) -> bytes | None:
        """What it says, None if it is dead."""
        try:
            return self.link.recv_bytes()
        except (EOFError, OSError):
            return None

    def late(self, step: float, deadline: float) -> bool:
        """Whether it has been silent for too long, `step` seconds more than when last asked."""
        if self.ready and self.task is None:
            return False
        self.spent += step
        return self.spent > (deadline if self.ready else START)


def _end(process: Any, link: Connection) -> None:
    link.close()
    process.kill()
    process.join()
    process.close()


@contextlib.contextmanager
def _unsignalled() -> Iterator[None]:
    """What is started here does not hear the signals of `SIGNALS`, from its first moment on."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()                      # starting it lifts the block again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Crew:
    """Up to `jobs` workers. Use as a context."""

    def __init__(self, make: Callable[[], Any], jobs: int, deadline: float) -> None:
        self.make, self.jobs, self.deadline = make, jobs, deadline
        self._workers: list[Worker] = []
        self._backlog: deque[Task] = deque()
        self._tries: dict[int, int] = {}
        self._deaths = 0

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *error: object) -> None:
        for worker in self._workers:
            worker.end()

    def mark(self, tasks: Iterator[Task]) -> Iterator[Done]:
        """The tasks done, in the order of their ends. No more than `jobs` are taken ahead."""
        last = time.monotonic()
        while self._manned(tasks):
            heard = set(wait([worker.link for worker in self._workers], TICK))
            now = time.monotonic()
            step, last = min(now - last, 2 * TICK), now          # time in which this process was stopped is nobody's
            for worker in list(self._workers):
                if worker.link in heard:
                    message = worker.heard()
                    done = self._lost(worker) if message is None else self._said(worker, message)
                elif worker.late(step, self.deadline):
                    done = self._stopped(worker)
                else:
                    continue
                if done is not None:
                    yield done

    def _manned(self, tasks: Iterator[Task]) -> bool:
        """Give every worker something to do; whether there is anything left."""
        while len(self._backlog) < self.jobs and (task := next(tasks, None)) is not None:
            self._backlog.append(task)
        busy = sum(worker.task is not None for worker in self._workers)
        while len(self._workers) < min(self.jobs, busy + len(self._backlog)):
            self._workers.append(Worker(self.make))
        for worker in self._workers:
            if worker.ready and worker.task is None and self._backlog:
                worker.give(self._backlog.popleft())
        return any(worker.task is not None for worker in self._workers) or bool(self._backlog)

    def _said(self, worker: Worker, message: bytes) -> Done | None:
        if worker.ready:
            task, worker.task = worker.task, None
            return _done(task.number, message)
        if message != READY:
            raise RuntimeError(f"a worker process could not prepare the marking: {message.decode()}")
        worker.ready, self._deaths = True, 0
        return None

    def _stopped(self, worker: Worker) -> Done | None:
        """The worker is out of time."""
        if not worker.ready:
            return self._lost(worker)
        self._dismiss(worker)
        return Done(worker.task.number, b"", SLOW.format(f"{self.deadline:g}"))

    def _lost(self, worker: Worker) -> Done | None:
        """The worker is dead."""
        self._dismiss(worker)
        task = worker.task
        if task is None:
            self._deaths += not worker.ready
            if self._deaths >= DEATHS:
                raise RuntimeError('the worker processes do not start; a script that marks needs `if __name__ == "__main__":`')
            return None
        self._tries[task.number] = self._tries.get(task.number, 0) + 1
        if self._tries[task.number] < TRIES:
            self._backlog.appendleft(task)
            return None
        return Done(task.number, b"", CRASHED)

    def _dismiss(self, worker: Worker) -> None:
        self._workers.remove(worker)
        worker.end()


def _done(number: int, message: bytes) -> Done:
    return Done(number, message[1:], "") if message[:1] == b"=" else Done(number, b"", message[1:].decode())


def mark_here(tasks: Iterator[Task], marker: Any) -> Iterator[Done]:
    """The tasks done in this process, one after the other, without any protection."""
    for task in tasks:
        yield _done(task.number, judged(marker, task.file, task.text))


def judged(marker: Any, file: str, text: str) -> bytes:
    """The answer's packed marks behind "=", or the reason why there are none behind "?"."""
    try:
        return b"=" + packed(marker.mark(text, file))
    except MemoryError:
        return b"?" + LARGE.encode()
    except Exception as error:                                   # `mark` should let none out; if it does, the others go on
        return f"?Marking it failed with {type(error).__name__}. This is a fault of longhand: please report it with this answer.".encode()


# ---- in the worker ------------------------------------------------------------------------------------------------

def work(link: Connection, make: Callable[[], Any]) -> None:
    """The life of a worker: prepare the marker, then mark what comes until the pipe ends."""
    _settle()
    try:
        marker = make()
        gc.freeze()                         # the prepared problem stays: the collector need not look through it for each answer
        gc.set_threshold(SELDOM, 10, 1000)  # nor through what is kept of all answers before
        link.send_bytes(READY)
    except Exception as error:
        link.send_bytes(f"{type(error).__name__}: {error}".encode("utf-8", "replace"))
        return
    with contextlib.suppress(EOFError, OSError):                 # the parent has gone
        while True:
            file, text = link.recv()
            link.send_bytes(judged(marker, file, text))


def _settle() -> None:
    """Signals to the group are the parent's to answer; no orphan survives it; no answer takes the whole memory."""
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    threading.Thread(target=_follow, args=(multiprocessing.parent_process(),), daemon=True).start()
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY if hard < 0 else min(MEMORY, hard), hard))


def _follow(parent: Any) -> None:
    parent.join()
    os._exit(1)
