"""The real inputs beside the project, where they are there: five problem sheets and the statements of the cases."""
from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[3] / "shared"
needs_shared = pytest.mark.skipif(not (SHARED / "seeds").is_dir(), reason="the shared inputs are not beside the project")


@cache
def seeds() -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted((SHARED / "seeds").glob("*.txt"))]


@cache
def statements() -> list[str]:
    loaded = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((SHARED / "cases").glob("*.json"))]
    return [case["statement_md"] for case in loaded if "statement_md" in case]
