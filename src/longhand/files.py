"""Files as they come: whatever a path names, the answer is its text or a clear error, at once."""
from __future__ import annotations

import contextlib
import os
import stat
import sys
import tempfile
from pathlib import Path

from .errors import FileError

LARGEST = 1_000_000     # bytes of a problem or a data file

_KINDS = (
    (stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"), (stat.S_ISBLK, "a device"),
)


def read_text(path: str) -> str:
    """The text of a file, or of standard input for `-`."""
    name = "standard input" if path == "-" else path
    return decoded(_standard_input() if path == "-" else _content(path), name)


def _content(path: str) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        raise FileError(f"{path}: {reason(error)}.") from None
    try:
        mode = os.fstat(handle).st_mode
        for is_kind, kind in _KINDS:
            if is_kind(mode):
                hint = "" if kind == "a folder" else "To read from a pipe, give - as the file."
                raise FileError(f"{path} is {kind}, not a file.", suggestion=hint)
        with open(handle, "rb", closefd=False) as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise FileError(f"{path}: {reason(error)}.") from None
    finally:
        os.close(handle)


def _standard_input() -> bytes:
    if sys.stdin is None:
        raise FileError("Standard input is closed.")
    try:
        return sys.stdin.buffer.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        raise FileError(f"Standard input: {reason(error)}.") from None


def decoded(content: bytes, name: str, largest: int = LARGEST) -> str:
    """Bytes as text: UTF-8, with something in it."""
    if len(content) > largest:
        raise FileError(f"{name} is larger than {largest // 1_000_000} MB.", suggestion="Give one problem sheet, not a whole book.")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileError(f"{name} is UTF-16 text.", suggestion="Save it as UTF-8.")
    if b"\0" in content:
        raise FileError(f"{name} is not text: it holds a NUL byte at byte {content.index(0) + 1}.",
                        suggestion="Give the Markdown or LaTeX source of the problem.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileError(f"{name} is not UTF-8: byte 0x{content[error.start]:02x} in line {line}.", suggestion="Save it as UTF-8.") from None
    if not text.strip():
        raise FileError(f"{name} is empty.")
    return text


def write_text(path: str, text: str) -> None:
    """The text in the file, whole or not at all. A device or a pipe is written to as it stands."""
    write_bytes(path, text.encode())


def write_bytes(path: str, content: bytes) -> None:
    """The content in the file, whole or not at all. A device or a pipe is written to as it stands."""
    try:
        target = Path(path).resolve()
        if target.exists() and not target.is_file():
            if target.is_dir():
                raise FileError(f"{path} is a folder, not a file.")
            target.write_bytes(content)
            return
        _replace(target, content)
    except (OSError, ValueError, RuntimeError) as error:
        raise FileError(f"{path} cannot be written: {reason(error)}.") from None


def _replace(target: Path, content: bytes) -> None:
    """A new file beside the old one, then put in its place."""
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(13, "Permission denied")
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o666 & ~_umask()
    handle, scratch = tempfile.mkstemp(prefix=f".{target.name[:40]}.", dir=target.parent)
    try:
        with open(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(handle)
        os.chmod(scratch, mode)
        os.replace(scratch, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(scratch)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def reason(error: Exception) -> str:
    """Why the system refused, in its words."""
    text = getattr(error, "strerror", None) or str(error)
    return text[:1].lower() + text[1:]
