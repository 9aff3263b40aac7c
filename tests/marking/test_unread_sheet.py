"""A sheet with a formula that is not understood: nothing that may rest on it is judged."""
from __future__ import annotations

from pathlib import Path

from longhand import check

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SHEET, ANSWER = ((EXAMPLES / f"two-layer-softmax{end}.md").read_text(encoding="utf-8") for end in ("", "-answer"))


def test_what_rests_on_an_unread_formula_is_not_judged():
    marked = check(SHEET.replace("softmax}", "blorbmax}"), ANSWER)
    verdicts = {}
    for mark in marked.marks:
        verdicts.setdefault(mark.quantity, set()).add(mark.verdict)
    assert verdicts["h"] == verdicts["a"] == verdicts["z"] == {"right"}
    judged = {name: found for name, found in verdicts.items() if name not in ("h", "a", "z") and found != {"not checked"}}
    assert not judged
    assert any("the sheet's formula for yhat was not understood" in m.says for m in marked.marks if m.verdict == "not checked")


def test_the_whole_sheet_is_judged_as_ever():
    assert {"right", "wrong", "carried"} <= {m.verdict for m in check(SHEET, ANSWER).marks}
