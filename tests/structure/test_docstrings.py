"""Every module says what it is for, and so does every public class and every public function of more than a few lines."""
from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from source_tree import Source, sources

PLAIN = 4      # lines of a function or class whose name and types say enough


def silent(files: Iterable[Source]) -> Iterator[str]:
    for source in files:
        tree = source.tree
        if tree.body and not ast.get_docstring(tree):
            yield source.name
        for node in tree.body:
            public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
            if public and node.end_lineno - node.lineno >= PLAIN and not ast.get_docstring(node):
                yield f"{source.name}: {node.name}"


def test_what_is_public_says_what_it_is_for():
    assert list(silent(sources())) == []


def test_the_test_sees_a_silent_module_and_a_silent_function():
    bad = Source(("core", "bad"), "def speak(x):\n    a = 1\n    b = 2\n    c = 3\n    return x\n")
    assert list(silent([bad])) == ["core/bad.py", "core/bad.py: speak"]


def test_names_of_tests_are_unique_in_their_files():
    """A test defined twice under one name runs once."""
    from source_tree import ROOT
    tests = ROOT.parents[1] / "tests"
    for path in tests.rglob("test_*.py"):
        names = [node.name for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)]
        assert len(names) == len(set(names)), path
