"""A file imports only from lower floors, or from its own folder."""
from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from source_tree import Source, imported, sources

FLOORS = {
    "errors": 0, "files": 0, "core": 0,
    "functions": 1,
    "calculus": 2, "numbers": 2,
    "forms": 3, "reading": 3,
    "printing": 4, "backends": 4,
    "marking": 5, "training": 5, "structure": 5, "solution": 5, "arrays": 5,
    "api": 6, "web": 6, "jupyter": 6,
    "cli": 7,
    "__main__": 8, "__init__": 8, "train": 8,
}
ALLOWED = {
    ("core", "errors"), ("files", "errors"),                 # errors know nothing, and everything may raise them
    ("numbers/gradcheck.py", "calculus.derivation"),         # only how a gradient is called, gradient_name
}


def trespasses(files: Iterable[Source]) -> Iterator[str]:
    """Imports that go up or sideways."""
    for source in files:
        own = source.parts[0]
        for target in imported(source):
            if not target or target[0] == own:
                continue                                       # the package itself holds no more than its version
            other = target[0]
            if other not in FLOORS or own not in FLOORS:
                yield f"{source.name} or {other} has no floor"
            elif FLOORS[other] >= FLOORS[own] and not {(own, other), (source.name, ".".join(target))} & ALLOWED:
                yield f"{source.name} (floor {FLOORS[own]}) imports {'.'.join(target)} (floor {FLOORS[other]})"


def test_imports_go_downwards():
    assert list(trespasses(sources())) == []


def test_every_folder_has_a_floor():
    assert {source.parts[0] for source in sources()} <= FLOORS.keys()


@pytest.mark.parametrize("text", [
    "from ..printing import latex", "from ..printing.latex import render", "def f():\n    from ..forms.maths import Maths",
    "from ..numbers import interpret", "import longhand.cli", "from longhand.solution import solve", "from .. import cli",
])
def test_the_test_sees_an_import_that_goes_up_or_sideways(text):
    assert list(trespasses([Source(("calculus", "backprop"), text)]))


@pytest.mark.parametrize("text", ["from ..core.expr import Expr", "from . import rules", "import numpy", "from ..errors import ShapeError"])
def test_the_test_lets_good_imports_pass(text):
    assert not list(trespasses([Source(("calculus", "backprop"), text)]))
