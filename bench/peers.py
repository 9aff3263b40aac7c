"""Peers in processes of their own, which wait while another one is measured: thread pools in one process ruin each other's times.

A process is started as `python -m MODULE PEER THREADS`, limited to that many cores, answers each line of JSON on its standard input with
one line on its standard output, and ends when its input does. All peers are limited alike: by the cores the process may use, and by the
variables that their libraries read.
"""
from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from time import perf_counter, sleep
from types import TracebackType
from typing import Any

VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
SETTLED = 0.05
"""Seconds after which the threads of a peer that was measured have gone to sleep."""


class Peer:
    """A process that measures what it is asked for."""

    def __init__(self, module: str, name: str, threads: int) -> None:
        self.name, self.threads = name, threads
        cores = sorted(os.sched_getaffinity(0))[:threads] if hasattr(os, "sched_getaffinity") else None
        environment = {**os.environ, **dict.fromkeys(VARIABLES, str(threads)), "LONGHAND_CORES": ",".join(map(str, cores or ()))}
        self._process = subprocess.Popen([sys.executable, "-m", module, name, str(threads)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         stderr=subprocess.PIPE, text=True, env=environment)

    def ask(self, **question: Any) -> float:
        """Seconds. RuntimeError, with the last line that it said, where the peer cannot."""
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            assert self._process.stderr is not None
            raise RuntimeError((self._process.stderr.read().strip().splitlines() or ["it ended"])[-1])
        sleep(SETTLED)
        answer = json.loads(line)
        if "seconds" not in answer:
            raise RuntimeError(answer["error"])
        return answer["seconds"]

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None) -> None:
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()
        self._process.wait(20)


def serve(measure: Callable[[dict[str, Any]], float]) -> None:
    """In the process of a peer: answers until the input ends. To be called before the peer's library is imported."""
    if cores := os.environ.get("LONGHAND_CORES"):
        os.sched_setaffinity(0, {int(core) for core in cores.split(",")})
    answers, sys.stdout = sys.stdout, sys.stderr                    # what a library prints is no answer
    for line in sys.stdin:
        try:
            answer: dict[str, Any] = {"seconds": measure(json.loads(line))}
        except Exception as error:                                  # a peer that is not installed, or that cannot do this
            answer = {"error": f"{type(error).__name__}: {error}".splitlines()[0]}
        print(json.dumps(answer), file=answers, flush=True)


def seconds(call: Callable[[], object], least: float = 0.03, rounds: int = 3) -> float:
    """Seconds of a call: the least of some repetitions, each long enough for the clock."""
    call()
    number, took = 1, 0.0
    while took < least:
        start = perf_counter()
        for _ in range(number):
            call()
        took = perf_counter() - start
        number = number if took >= least else max(2 * number, int(number * 1.2 * least / max(took, 1e-9)))
    best = took
    for _ in range(rounds):
        start = perf_counter()
        for _ in range(number):
            call()
        best = min(best, perf_counter() - start)
    return best / number
