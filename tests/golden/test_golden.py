"""Solutions as they were read by a person, line by line; `make golden` rewrites them, and the difference is read again."""
from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from longhand.printing import markdown
from longhand.solution import solve

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "worked"))
import problems  # noqa: E402  (a folder of tests beside this one)


def check(name: str, text: str) -> None:
    """The text is what the golden file holds; rewrites it where LONGHAND_GOLDEN=1 asks for that."""
    path = HERE / f"{name}.md"
    if os.environ.get("LONGHAND_GOLDEN") == "1":
        path.write_text(text, encoding="utf-8")
    assert path.is_file(), f"{path.name} is not there: make golden"
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("make", problems.EVERY, ids=lambda f: f.__name__)
def test_solution(make):
    check(make.__name__, markdown.render(solve(make()).document))


def test_a_changed_solution_is_seen(monkeypatch):
    monkeypatch.delenv("LONGHAND_GOLDEN", raising=False)
    written = markdown.render(solve(problems.skip()).document)
    with pytest.raises(AssertionError):
        check("skip", written.replace("tanh", "sinh"))
