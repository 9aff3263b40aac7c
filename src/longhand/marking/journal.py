"""The journal of a folder run: one line for each answer marked, so that a run that was killed goes on where it was.

A line is {"key": ..., "crc": ..., "marked": ...}; the key is a digest of all that the marks depend on. Lines are only appended.
"""
from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..errors import FileError
from ..files import reason

HEADER = b'{"journal": "longhand/journal/1"}\n'
BODY = b', "marked": '       # in a line's head quotes are escaped, so this stands only where the marks begin
BATCH, SECONDS = 64, 1.0     # what a power cut may cost; a kill costs nothing


class Journal:
    """The file, open and locked against a second run. Use as a context; `key in journal`, `journal.read(key)`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._places: dict[str, tuple[int, int]] = {}
        self._unsynced, self._synced = 0, time.monotonic()
        try:
            self._file = open(path, "a+b")                       # noqa: SIM115  (closed by __exit__)
        except OSError as error:
            raise FileError(f"{path} cannot be written: {reason(error)}.") from None
        try:
            self._lock()
            self._scan()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *error: object) -> None:
        with contextlib.suppress(OSError):
            self._sync()
        self._file.close()

    def __contains__(self, key: str) -> bool:
        return key in self._places

    def read(self, key: str) -> bytes:
        """The marks kept under the key."""
        start, length = self._places[key]
        self._file.seek(start)
        return self._file.read(length)

    def add(self, key: str, marked: bytes) -> None:
        """Keep the marks, at the system's hands when this returns."""
        head = json.dumps({"key": key, "crc": zlib.crc32(marked)}).encode()[:-1] + BODY
        try:
            start = self._file.seek(0, os.SEEK_END)
            self._file.write(head + marked + b"}\n")
            self._file.flush()
            self._unsynced += 1
            if self._unsynced >= BATCH or time.monotonic() - self._synced > SECONDS:
                self._sync()
        except OSError as error:
            raise FileError(f"{self.path} cannot be written: {reason(error)}.") from None
        self._places[key] = start + len(head), len(marked)

    def tidy(self, keys: Iterable[str]) -> None:
        """Drop what other problems, programs or answers left, once it is more than half of the file."""
        kept = [key for key in dict.fromkeys(keys) if key in self._places]
        if 2 * sum(self._places[key][1] for key in kept) >= self._file.seek(0, os.SEEK_END) - 4096:
            return
        scratch = self.path.with_name(f".{self.path.name}.part")
        with open(scratch, "wb") as file:
            file.write(HEADER)
            for key in kept:
                marked = self.read(key)
                file.write(json.dumps({"key": key, "crc": zlib.crc32(marked)}).encode()[:-1] + BODY + marked + b"}\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(scratch, self.path)                           # this run is over: its own handle may go on to the old file

    def _sync(self) -> None:
        if self._unsynced:
            os.fsync(self._file.fileno())
        self._unsynced, self._synced = 0, time.monotonic()

    def _lock(self) -> None:
        try:
            import fcntl
        except ImportError:                                      # Windows: two runs at once are the user's to avoid
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise FileError(f"Another run is writing to {self.path.parent}.", suggestion="Wait for its end, or give another folder with -o.") from None

    def _scan(self) -> None:
        """Where the marks of each key are. A torn last line is cut off; a damaged line is passed over."""
        self._file.seek(0)
        first = self._file.readline()
        if HEADER.startswith(first) and first != HEADER:         # new, or killed in its first write
            self._file.truncate(0)
            self._file.write(HEADER)
            self._file.flush()
            return
        if first != HEADER:
            raise FileError(f"{self.path} is not a journal of longhand.", suggestion="Give another folder with -o.")
        start = len(HEADER)
        for line in self._file:
            if not line.endswith(b"\n"):
                self._file.truncate(start)
                break
            head, _, marked = line.removesuffix(b"}\n").partition(BODY)
            with contextlib.suppress(ValueError, KeyError, TypeError):
                said = json.loads(head + b"}")
                if said["crc"] == zlib.crc32(marked):
                    self._places[said["key"]] = start + len(head) + len(BODY), len(marked)
            start += len(line)


def context(version: str, problem: str, name: str, data: Mapping[str, Any] | None) -> bytes:
    """A digest of all but the answer: the program, the problem, its numbers."""
    said = json.dumps([version, _program(), problem, name, data], sort_keys=True, default=str)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).digest()


def key(context: bytes, file: str, content: bytes) -> str:
    """What the marks of one answer are kept under."""
    name = hashlib.sha256(file.encode("utf-8", "surrogatepass")).digest()
    return hashlib.sha256(context + name + content).hexdigest()


def _program() -> str:
    """A digest of longhand's own source: a changed program marks anew, whatever its version says."""
    found = hashlib.sha256()
    root = Path(__file__).parents[1]
    with contextlib.suppress(OSError):                           # inside an archive: the version has to do
        for path in sorted(root.rglob("*.py")):
            found.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return found.hexdigest()
