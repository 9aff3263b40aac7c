"""axe-core finds nothing on our pages: light, dark, narrow, in the middle of a walk, with lines filtered."""
from __future__ import annotations

from pathlib import Path

import pytest

from longhand.marking.mark import Marker
from longhand.marking.page import page as marked_page
from longhand.printing import html_marks
from longhand.solution import solve

ROOT = Path(__file__).resolve().parents[2]
AXE = Path(__file__).with_name("axe.min.js")
SHEET, ANSWER = ((ROOT / "examples" / name).read_text(encoding="utf-8") for name in ("two-layer-softmax.md", "two-layer-softmax-answer.md"))
VIEWS = {"light": {}, "dark": {"color_scheme": "dark"}, "narrow": {"viewport": {"width": 390, "height": 800}}}


@pytest.fixture(scope="module")
def solution():
    return solve(SHEET, name="sheet.md").html()


@pytest.fixture(scope="module")
def marked():
    return html_marks.render(marked_page(Marker(SHEET).mark(ANSWER, "answer.md")))


def violations(page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [f"{each['id']}: {each['help']}: {node['html'][:160]} {node['failureSummary'][:200]}" for each in found for node in each["nodes"][:4]]


@pytest.mark.parametrize("view", VIEWS)
def test_solution(shown, solution, view):
    assert violations(shown(solution, bypass_csp=True, reduced_motion="reduce", **VIEWS[view])) == []


@pytest.mark.parametrize("view", VIEWS)
def test_marked_answer(shown, marked, view):
    assert violations(shown(marked, bypass_csp=True, reduced_motion="reduce", **VIEWS[view])) == []


def test_in_a_walk_with_a_symbol_open(shown, solution):
    page = shown(solution, bypass_csp=True, reduced_motion="reduce")
    page.locator("[data-walk=play]").click()
    page.locator("[data-walk=play]").click()
    page.locator("#f1 .chain").first.focus()
    page.keyboard.press("ArrowRight")
    assert violations(page) == []


def test_it_would_find_one(shown, solution):
    page = shown(solution.replace('<html lang="en">', "<html>"), bypass_csp=True)
    assert any(each.startswith("html-has-lang") for each in violations(page))
