"""What the arguments name: data, a title, the file an error is about."""
from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from ..errors import DataError, LonghandError, Place, UsageError, at


def data_of(path: str | None) -> dict | None:
    """The numbers of --data; None where it is not given. Raises DataError with the file as its place."""
    if path is None:
        return None
    from ..files import read_text
    from ..reading.values import read_data
    try:
        return read_data(read_text(path), words=True)
    except DataError as error:
        raise at(error, Place(source=path)) from None


def names_of(listed: str | None) -> tuple[str, ...]:
    """W_1, W_{2,1} from "W_1,W_{2,1}": commas inside braces separate nothing."""
    if listed is None:
        return ()
    names, depth = [""], 0
    for c in listed:
        depth += (c == "{") - (c == "}")
        if c == "," and depth <= 0:
            names.append("")
        else:
            names[-1] += c
    names = [name.strip() for name in names]
    if not all(names):
        raise UsageError(f"--wrt {listed}: a name is missing between the commas.", suggestion="--wrt W_1,b_1")
    return tuple(names)


def title_of(path: str) -> str:
    """What the result is called after: the name of the file."""
    return "" if path == "-" else os.path.basename(path)


@contextmanager
def about(path: str) -> Iterator[None]:
    """An error from inside says which file it is about."""
    try:
        yield
    except LonghandError as error:
        if error.place is not None and not error.place.source and path != "-":
            error.place = replace(error.place, source=path)
        raise
