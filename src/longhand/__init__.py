"""longhand: back-propagation, written out in full.

    import longhand
    print(longhand.solve(open("sheet.md").read()))

Every public name is loaded on first use: importing the package loads no library.
"""
from __future__ import annotations

import sys
from importlib import import_module

__version__ = "0.1.0"

_HOMES = {
    "solve": "solution", "read": "solution", "Solution": "solution", "Sheet": "solution",
    "check": "marking.mark", "Marker": "marking.mark", "Marked": "marking.marks",
    "fit": "train",
    "compile": "backends.compiled",
    **dict.fromkeys(("jacobian", "hessian", "gradients_in_factors", "per_example_norms"), "structure.derivatives"), "Structured": "structure.arrays",
    "Model": "api", "Array": "api", "fn": "api", "sum": "api",
    "LonghandError": "errors", "UsageError": "errors", "FileError": "errors", "DataError": "errors",
    "NotUnderstood": "errors", "TrainingError": "errors", "ShapeError": "errors", "UnknownName": "errors",
}

__all__ = ["__version__", *sorted(set(_HOMES) - {"sum", "compile"})]     # a star import keeps Python's own sum and compile


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


def _greet_notebook() -> None:
    """In IPython problems and marked answers are shown set in type, too."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is not None:
        from .jupyter import register
        register(shell.display_formatter.mimebundle_formatter)


_greet_notebook()
