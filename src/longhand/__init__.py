"""longhand: back-propagation, written out in full.

    import longhand
    print(longhand.solve(open("sheet.md").read()))

Every public name is loaded on first use: importing the package loads no library.
"""
from __future__ import annotations

from importlib import import_module

__version__ = "0.1.0"

_HOMES = {
    "solve": "solution", "read": "solution", "Solution": "solution", "Sheet": "solution",
    "check": "marking.mark", "Marker": "marking.mark", "Marked": "marking.marks",
    "Model": "api", "Array": "api", "fn": "api", "sum": "api",
    "LonghandError": "errors", "UsageError": "errors", "FileError": "errors", "DataError": "errors",
    "NotUnderstood": "errors", "ShapeError": "errors", "UnknownName": "errors",
}

__all__ = ["__version__", *sorted(set(_HOMES) - {"sum"})]     # a star import keeps Python's own sum


def __getattr__(name: str) -> object:
    """A public name, or a function of the tables (longhand.relu) as `fn(name)`."""
    if home := _HOMES.get(name):
        return getattr(import_module(f".{home}", __name__), name)
    if not name.startswith("_"):
        from .api import fn, known
        if known(name):
            return fn(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
