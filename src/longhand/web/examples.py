"""Sheets to begin with, as they travel in assets/examples."""
from __future__ import annotations

import os
from functools import lru_cache

from ..printing.html_style import FOLDER, data

ORDER = ("two-layer-softmax", "logistic-regression", "regression", "label-smoothing", "in-symbols")
ANSWER = "-answer"


@lru_cache(maxsize=1)
def examples() -> list[dict[str, str]]:
    """Each with name, title, sheet, and an answer to mark ("" where there is none)."""
    from .requests import title
    there = {name.removesuffix(".md") for name in os.listdir(os.path.join(FOLDER, "examples")) if name.endswith(".md")}
    listed = []
    for name in sorted((n for n in there if not n.endswith(ANSWER)), key=lambda n: (ORDER.index(n) if n in ORDER else len(ORDER), n)):
        sheet = _text(name)
        listed.append({"name": name, "title": title(sheet), "sheet": sheet, "answer": _text(name + ANSWER) if name + ANSWER in there else ""})
    return listed


def _text(name: str) -> str:
    return data("examples", f"{name}.md").decode("utf-8")
