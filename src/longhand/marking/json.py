"""Marks in the JSON of the contract: schema longhand/marks/1."""
from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from .marks import Mark, Marked, Nested
from .score import Score

SCHEMA = "longhand/marks/1"


def render(answers: Sequence[Marked], scores: Sequence[Score | None] = ()) -> dict[str, Any]:
    """The JSON object of several marked answers, with their points where there are any."""
    return {"schema": SCHEMA, "answers": [answer(each, points) for each, points in zip_longest(answers, scores)]}


def answer(marked: Marked, score: Score | None = None) -> dict[str, Any]:
    """One answer. `reason` is there where it was not marked, `score` where there is a rubric; `missing`, `notes` and `not_understood` are always."""
    first = marked.first_mistake
    out: dict[str, Any] = {"file": marked.file, "status": marked.status}
    if marked.reason:
        out["reason"] = marked.reason
    return out | {
        "claims": [claim(mark) for mark in marked.marks],
        "first_mistake": None if first is None else {"line": first.line, "mistake": first.mistake},
        "counts": marked.counts, "missing": list(marked.missing), "notes": list(marked.notes),
        "not_understood": [{"line": r.line, "column": r.column, "text": r.text, "reason": r.why} for r in marked.not_understood],
        **({"score": score.json()} if score is not None else {})}


def claim(mark: Mark) -> dict[str, Any]:
    """One claim. `given` is there where it builds on an earlier error; a number that is no matrix has the one entry at []."""
    out: dict[str, Any] = {
        "line": mark.line, "column": mark.column, "text": mark.text, "about": mark.about, "verdict": mark.verdict, "mistake": mark.mistake,
        "says": mark.says, "expected": _nested(mark.expected), "stated": _nested(mark.stated), "entries": _entries(mark),
        "evidence": mark.evidence, "sure": mark.sure}
    if mark.given is not None:
        out["given"] = mark.given
    return out


def _entries(mark: Mark) -> list[dict[str, Any]]:
    if not mark.entries and isinstance(mark.stated, str):
        return [{"at": [], "verdict": mark.verdict}]
    return [{"at": list(cell.at), "verdict": cell.verdict, "stated": cell.stated or None, "expected": cell.expected or None}
            for cell in mark.entries]


def _nested(value: Nested) -> Any:
    return [_nested(each) for each in value] if isinstance(value, tuple) else value
