"""The answers below a folder: which files they are, and their text or the reason why there is none."""
from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from ..core.record import record
from ..errors import FileError
from ..files import decoded, reason

LARGEST = 10_000_000     # bytes of an answer
ENDINGS = (".md", ".markdown", ".txt", ".tex")
OTHERS = (".pdf", ".doc", ".docx", ".odt", ".rtf", ".pages", ".ipynb", ".html")
"""What people also hand in. Such a file is listed as not marked, so that nobody's work vanishes."""


@record
class Paper:
    """A file that may be an answer: its name below the folder, with slashes, and where it is."""
    file: str
    path: str


def survey(folder: Path) -> tuple[Paper, ...]:
    """What is to be marked or said to be unmarkable, sorted by name. Hidden files and folders are passed over; links are not followed."""
    found = [Paper(os.fsencode(os.path.relpath(path, folder)).decode("utf-8", "replace").replace(os.sep, "/"), path) for path in _below(str(folder))]
    return tuple(sorted(found, key=lambda paper: (paper.file, os.fsencode(paper.path))))


def _below(folder: str) -> Iterator[str]:
    waiting = [folder]
    while waiting:
        try:
            entries = list(os.scandir(waiting.pop()))
        except OSError as error:
            raise FileError(f"{error.filename}: {reason(error)}.") from None
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
            elif entry.name.lower().endswith((*ENDINGS, *OTHERS)) or entry.is_symlink() and os.path.isdir(entry.path):
                yield entry.path


def content(path: str) -> bytes:
    """The bytes of an answer. FileError, with "It is ...", for what is no plain file of a sensible size."""
    try:
        _require_plain(os.lstat(path))
        if path.lower().endswith(OTHERS):
            raise FileError(f"It is a {os.path.splitext(path)[1].lower()} file; answers are text, in {', '.join(ENDINGS)}.")
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
        with open(handle, "rb") as file:
            _require_plain(os.fstat(handle))                    # what was a file a moment ago
            found = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        raise FileError(f"It cannot be read: {reason(error)}.") from None
    if len(found) > LARGEST:
        raise FileError(f"It is larger than {LARGEST // 1_000_000} MB.")
    return found


def _require_plain(status: os.stat_result) -> None:
    if stat.S_ISLNK(status.st_mode):
        raise FileError("It is a link, and links are not followed.")
    if not stat.S_ISREG(status.st_mode):
        raise FileError("It is a pipe, a socket or a device, not a file.")
    if status.st_size > LARGEST:
        raise FileError(f"It is larger than {LARGEST // 1_000_000} MB.")


def text_of(found: bytes) -> str:
    """The bytes as text. FileError for what is not UTF-8, or empty."""
    return decoded(found, "It", LARGEST)
