"""Golden solutions: the whole Markdown of the five seed sheets and of the example, so that every change of a line is seen.

`make golden` writes them again; review the difference before committing it.
"""
from __future__ import annotations

import os
from pathlib import Path

import pytest

from longhand.printing import markdown
from longhand.solution import solve

ROOT = Path(__file__).resolve().parents[2]
SEEDS = ROOT.parent / "shared" / "seeds"
HERE = Path(__file__).parent


def sheets() -> list[tuple[str, Path]]:
    own = [(path.stem, path) for path in sorted((ROOT / "examples").glob("*.md")) if not path.stem.endswith("-answer")]
    names = ("seed-000", "seed-001", "seed-002", "seed-003", "seed-004")
    found = sorted(SEEDS.glob("*.txt")) if SEEDS.is_dir() else []
    return own + [(name, next((p for p in found if p.name.startswith(name[-3:])), SEEDS / name)) for name in names]


@pytest.mark.parametrize(("name", "path"), sheets(), ids=[name for name, _ in sheets()])
def test_the_solution_is_the_one_that_was_read(name: str, path: Path) -> None:
    if not path.is_file():
        pytest.skip(f"{path.name} is not beside the project")
    made = markdown.render(solve(path.read_text(encoding="utf-8"), name=name).document)
    golden = HERE / f"{name}.md"
    if os.environ.get("LONGHAND_GOLDEN"):
        golden.write_text(made, encoding="utf-8")
    assert made == golden.read_text(encoding="utf-8"), f"the solution of {name} has changed: read the difference, then `make golden`"


def test_a_changed_solution_is_noticed(tmp_path: Path) -> None:
    name, path = next(row for row in sheets() if row[0] == "two-layer-softmax")
    made = markdown.render(solve(path.read_text(encoding="utf-8").replace("-1", "-2"), name=name).document)
    assert made != (HERE / f"{name}.md").read_text(encoding="utf-8")
