"""What goes to standard output, to standard error and to files."""
from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..errors import FileError, Place, pointer, printable

if TYPE_CHECKING:
    from ..core.problem import Remark


def deliver(text: str, output: str | None) -> None:
    """The result, where it was asked for, in UTF-8 whatever the locale."""
    text = text if text.endswith("\n") else text + "\n"
    if output is not None and output != "-":
        from ..files import write_text
        write_text(output, text)
        return
    if sys.stdout is None:
        raise FileError("Standard output is closed.")
    try:
        stream = getattr(sys.stdout, "buffer", None)
        if stream is None:                                    # a stand-in for the stream, as tests and notebooks use
            sys.stdout.write(text)
        else:
            sys.stdout.flush()
            stream.write(text.encode("utf-8", "replace"))
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

    def show(self, done: int, of: int) -> None:
        if self.shown and of:
            full = 30 * done // of
            print(f"\r{'━' * full}{'╌' * (30 - full)} {done} of {of}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        if self.shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
