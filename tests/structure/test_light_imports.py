"""Importing the package loads none of the heavy libraries, and takes next to no time."""
from __future__ import annotations

import subprocess
import sys

import pytest

LIBRARIES = ("numpy", "sympy", "torch", "jax", "flint", "click", "rich", "markdown_it", "pylatexenc")
HEAVY = (*LIBRARIES, "dataclasses", "fractions", "json")
LIGHT_COMMAND = ("numpy", "sympy", "torch", "jax", "flint", "rich")


def loaded(statement: str, names: tuple[str, ...]) -> list[str]:
    """Which of the modules are there after the statement, in a fresh interpreter."""
    script = f"import sys; before = set(sys.modules); {statement}; print(*sorted(set({names!r}) & (set(sys.modules) - before)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_the_package_loads_no_library():
    assert loaded("import longhand", HEAVY) == []


def test_the_command_loads_only_what_reads_its_arguments():
    assert loaded("import longhand.cli", LIGHT_COMMAND) == []


@pytest.mark.parametrize("module", ["core.walk", "core.problem", "functions.table", "calculus.backprop", "forms.document", "api"])
def test_the_engine_loads_no_library(module):
    assert loaded(f"import longhand.{module}", LIBRARIES) == []


def test_the_test_sees_a_heavy_import():
    assert loaded("import longhand.cli", ("click",)) == ["click"]
