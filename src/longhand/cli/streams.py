"""What goes to standard output, to standard error and to files."""
from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..errors import FileError, Place, UsageError, pointer, printable

if TYPE_CHECKING:
    from ..core.problem import Remark


def deliver(result: str | bytes, output: str | None) -> None:
    """The result, where it was asked for: text in UTF-8 whatever the locale, bytes to no terminal."""
    is_text = isinstance(result, str)
    if is_text and not result.endswith("\n"):
        result += "\n"
    if output is not None and output != "-":
        from ..files import write_bytes, write_text
        (write_text if is_text else write_bytes)(output, result)
        return
    if sys.stdout is None:
        raise FileError("Standard output is closed.")
    stream = getattr(sys.stdout, "buffer", None)
    if not is_text and (stream is None or sys.stdout.isatty()):
        raise UsageError("This format is no text that a terminal could show.", suggestion="-o FILE, or > FILE")
    try:
        if stream is None:                                    # a stand-in for the stream, as tests and notebooks use
            sys.stdout.write(result)
        else:
            sys.stdout.flush()
            stream.write(result.encode("utf-8", "replace") if is_text else result)
        sys.stdout.flush()
    except BrokenPipeError:                                   # the reader has seen enough (| head)
        _silence()
    except OSError as error:
        from ..files import reason
        _silence()
        raise FileError(f"Standard output cannot be written: {reason(error)}.") from None


def _silence() -> None:
    """What is left in the buffer goes nowhere, so that the interpreter does not stumble over it at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def report(path: str, remarks: Iterable[Remark]) -> None:
    """Each span that was not understood, in the house form."""
    for remark in remarks:
        text, _, marks = (remark.caret or f"{remark.text}\n^").partition("\n")
        place = Place(remark.line, marks.find("^") + 1, text, marks.count("^"), source="" if path == "-" else path)
        where = pointer(place, "Not understood", remark.column)
        said = printable(remark.text) if remark.text not in text else ""          # the words themselves stand above the carets
        complain("\n".join(filter(None, (where, said, printable(remark.why), printable(remark.suggestion)))))


def complain(message: str) -> None:
    """A message on standard error, which may be closed."""
    try:
        stream = sys.stderr
        if stream is None:
            return
        if hasattr(stream, "buffer"):
            stream.flush()
            stream.buffer.write((message + "\n").encode("utf-8", "replace"))
        else:
            stream.write(message + "\n")
        stream.flush()
    except OSError:
        pass


class Progress:
    """A bar on standard error, where that is a terminal."""

    def __init__(self) -> None:
        self.shown = sys.stderr is not None and sys.stderr.isatty()

    def show(self, done: int, of: int, said: str = "") -> None:
        if self.shown and of:
            full = 30 * done // of
            print(f"\r\x1b[K{'━' * full}{'╌' * (30 - full)} {done} of {of}{'  ' + said if said else ''}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        if self.shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
