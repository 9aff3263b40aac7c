"""Files hold one idea and stay short."""
from __future__ import annotations

from collections.abc import Iterable, Iterator

from source_tree import Source, sources

LONGEST = 400
TABLES = {"functions/activations.py", "functions/elementary.py", "functions/losses.py"}      # tables grow by rows


def too_long(files: Iterable[Source]) -> Iterator[str]:
    for source in files:
        lines = source.text.count("\n")
        if lines > LONGEST and source.name not in TABLES:
            yield f"{source.name} has {lines} lines"


def test_no_file_is_longer_than_one_idea():
    assert list(too_long(sources())) == []


def test_the_tables_excepted_exist():
    assert {source.name for source in sources()} >= TABLES


def test_the_test_sees_a_long_file():
    assert list(too_long([Source(("core", "expr"), "\n" * (LONGEST + 1))])) == [f"core/expr.py has {LONGEST + 1} lines"]
