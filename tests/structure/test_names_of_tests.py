"""Test modules and their helpers are imported by their names alone, so no name comes twice."""
from __future__ import annotations

from collections import Counter
from pathlib import Path


def test_no_name_comes_twice():
    names = Counter(path.name for path in Path(__file__).resolve().parents[1].rglob("*.py") if path.name != "conftest.py")
    assert [name for name, count in names.items() if count > 1] == []
