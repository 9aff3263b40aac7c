"""The folder of a run, held by one run at a time."""
from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ..errors import FileError, UsageError
from ..files import reason


@contextmanager
def held(folder: Path | None) -> Iterator[None]:
    """Makes the folder and keeps other runs out of it; the hold ends with the process, however that ends. UsageError where another run has it.

    Where the system has no locks for folders (Windows, some network drives) nothing is held."""
    if folder is None:
        yield
        return
    try:
        import fcntl
    except ImportError:
        yield
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise FileError(f"{folder} cannot be written to: {reason(error)}.") from None
    try:
        with suppress(OSError):
            _lock(fcntl, handle, folder)
        yield
    finally:
        os.close(handle)


def _lock(fcntl: Any, handle: int, folder: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise UsageError(f"Another run is writing to {folder}.", suggestion="Wait until it has ended, or take another folder.") from None
