"""Errors that a user can mend: what is wrong, where, and what to write instead.

    ShapeError, line 14, equation (1-1):  h = W_1 x + b_1
                                              ^^^^^
    W_1 is d×n and x has d entries: the inner sizes n and d differ.
    Did you mean W_1^T x? The text says h ∈ R^n.

The low level raises one with the statement of the fact; whoever knows the place or the user's words adds them with `at`.
"""
from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import ClassVar

UNPRINTABLE = ("Cc", "Cf", "Cs", "Co", "Cn")
WIDEST = 100     # columns of a source line that are shown; the rest is cut


@dataclass(frozen=True, slots=True)
class Place:
    """Where an error is: the file, the line and column (1-based), the text of that line, how much of it, and the equation's number."""
    line: int | None = None
    column: int | None = None
    text: str = ""
    width: int = 1
    label: str = ""
    source: str = ""


@dataclass(eq=False)
class LonghandError(Exception):
    """The base of the kinds below. `statement` says what is so, `suggestion` what to write instead."""
    statement: str
    place: Place | None = None
    suggestion: str = ""
    exit_code: ClassVar[int] = 2

    def __str__(self) -> str:
        return render(self)

    def __reduce__(self) -> tuple:
        return type(self), (self.statement, self.place, self.suggestion)


class UsageError(LonghandError):
    """The command or the call is not one that longhand has."""


class FileError(LonghandError):
    """A file that cannot be read or written."""


class DataError(LonghandError):
    """Numbers that are no numbers, or fit no quantity of the problem."""


class NotUnderstood(LonghandError):
    """Text that has no meaning here."""
    exit_code = 3


class ShapeError(LonghandError):
    """Sizes that do not fit together."""
    exit_code = 3


class UnknownName(LonghandError):
    """A quantity, function, axis or index that nothing declares."""
    exit_code = 3


class TrainingError(LonghandError):
    """A training run that cannot go on: a loss that is no finite number, a process that has gone."""
    exit_code = 1


def at(error: LonghandError, place: Place) -> LonghandError:
    """The error with its place added, if it has none yet."""
    if error.place is None:
        error.place = place
    return error


def render(error: LonghandError) -> str:
    """The error in the house form, without a newline at its end."""
    said = [printable(part) for part in (error.statement, error.suggestion) if part]
    kind = type(error).__name__
    return "\n".join([*_head(kind, error.place), *said]) if error.place else f"{kind}: " + "\n".join(said)


def pointer(place: Place, kind: str = "", column: int | None = None) -> str:
    """A place alone, as the first lines of an error: what, where, the source line, the carets. `column` is said in words too."""
    return "\n".join(_head(kind, place, column))


def _head(kind: str, place: Place, column: int | None = None) -> list[str]:
    where = [kind, place.source, f"line {place.line}" if place.line else "", f"column {column}" if column else "",
             f"equation ({place.label})" if place.label else ""]
    head = printable(", ".join(part for part in where if part)) + ":"
    if not place.text.strip():
        return [head]
    start = (place.column or 1) - 1
    text, start = _window(place.text.rstrip("\n"), start)
    lines = [f"{head}  {printable(text)}"]
    if place.column:
        marked = text[start:start + max(place.width, 1)]
        lines.append(" " * (_columns(head) + 2 + _columns(printable(text[:start]))) + "^" * max(1, _columns(printable(marked))))
    return lines


def _window(text: str, start: int) -> tuple[str, int]:
    """At most WIDEST characters of the text round `start`, and where `start` is now."""
    start = min(start, len(text))
    indent = len(text) - len(text.lstrip())
    if indent <= start:
        text, start = text[indent:], start - indent
    first = max(0, start - WIDEST // 2) if len(text) > WIDEST else 0
    cut = text[first:first + WIDEST]
    head, tail = "…" if first else "", "…" if first + WIDEST < len(text) else ""
    return head + cut + tail, start - first + len(head)


def printable(text: str) -> str:
    """The text with control characters replaced, so that no file can drive the terminal it is quoted on. Line breaks stay."""
    return "".join(map(_shown, text))


def _shown(c: str) -> str:
    if c == "\t":
        return " "
    return c if c == "\n" or unicodedata.category(c) not in UNPRINTABLE else "�"


def _columns(text: str) -> int:
    """How many terminal columns the text takes."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
