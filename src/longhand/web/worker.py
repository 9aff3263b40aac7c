"""A process that answers requests, one after another: `python -m longhand.web.worker`.

A request comes on standard input and its answer leaves on standard output, each as a line with its number of bytes and then the bytes.
Whoever holds the other ends of the pipes may kill it at any moment.
"""
from __future__ import annotations

import contextlib
import gc
import json
import os
import sys
from typing import BinaryIO

from .requests import answer, failure

MEMORY = 2 << 30
"""Bytes that one worker may have."""


def read(stream: BinaryIO) -> bytes | None:
    """The next message; None where there will be no more."""
    head = stream.readline(20)
    return stream.read(int(head)) if head.endswith(b"\n") else None


def write(stream: BinaryIO, message: bytes) -> None:
    """Sends a message."""
    stream.write(b"%d\n" % len(message) + message)
    stream.flush()


def answered(request: bytes) -> bytes:
    """The answer to a request, both as JSON."""
    try:
        said = answer(json.loads(request))
    except (ValueError, RecursionError):
        said = failure("bad request", "The request is not JSON.")
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _limited() -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):           # Windows has no such limits
        import resource
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _warm() -> None:
    """Loads what the first request would have to wait for."""
    from .examples import examples
    for each in examples()[:2]:
        answer({"kind": "solve", "sheet": each["sheet"]})
    gc.collect()
    gc.freeze()
    gc.set_threshold(500_000, 20, 20)                                     # an answer leaves few cycles behind


def main() -> None:
    """Answers until the input ends."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())                     # nothing else may stand between the answers
    _limited()
    _warm()
    write(answers, b"ready")
    while (request := read(requests)) is not None:
        write(answers, answered(request))


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        main()
