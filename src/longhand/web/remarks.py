"""What was not understood or repaired, with the place that the page underlines."""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..core.problem import Remark

MOST = 100
"""Remarks of one answer."""


def of_solution(solution: Any) -> list[dict[str, Any]]:
    """Of a sheet: kind "problem" or "repair", line and column (1-based, in characters), length, and words."""
    repairs = (r for r in (*getattr(solution.sheet, "repairs", ()), *(r for p in solution.problems for r in p.repairs)))
    return [*_listed("problem", solution.not_understood), *_listed("repair", dict.fromkeys(repairs))][:MOST]


def of_marked(marked: Any) -> list[dict[str, Any]]:
    """Of an answer: what was not understood, and each wrong claim."""
    wrong = ({"kind": "wrong", "line": m.line, "column": m.column, "length": max(1, m.end - m.start), "text": m.mistake or "wrong",
              "why": m.says, "suggestion": ""} for m in marked.marks if m.verdict == "wrong")
    return [*_listed("problem", marked.not_understood), *wrong][:MOST]


def _listed(kind: str, remarks: Iterable[Remark]) -> Iterator[dict[str, Any]]:
    for each in remarks:
        marks = each.caret.partition("\n")[2].count("^")
        yield {"kind": kind, "line": each.line, "column": each.column, "length": max(1, marks) if each.column else 0,
               "text": each.text, "why": each.why, "suggestion": each.suggestion}
