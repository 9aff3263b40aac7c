"""A marked answer in a real browser: marks, filters, folds, the way from mistake to mistake, print, no script."""
from __future__ import annotations

from pathlib import Path

import pytest

from longhand.marking.mark import Marker
from longhand.marking.page import page as marked_page
from longhand.printing import html_marks

ROOT = Path(__file__).resolve().parents[2]
SHEET, ANSWER = ((ROOT / "examples" / name).read_text(encoding="utf-8") for name in ("two-layer-softmax.md", "two-layer-softmax-answer.md"))
HOSTILE = "\n\n<script>document.title='done'</script> <img src=x onerror=\"document.title='done'\"> $\\href{javascript:document.title='done'}{x} = 3$\n"


@pytest.fixture(scope="module")
def marker():
    return Marker(SHEET)


@pytest.fixture(scope="module")
def html(marker):
    return html_marks.render(marked_page(marker.mark(ANSWER, "answer.md")))


def test_formulas_are_set_and_cells_have_a_sign_and_a_colour(shown, html):
    page = shown(html)
    assert page.locator(".f").count() == page.locator(".f > .k").count() > 20 and page.locator(".f.unset").count() == 0
    cell, flag = page.locator(".katex .stated.carried").first, page.locator(".katex .flag.carried").first
    assert flag.inner_text() == "→"
    assert cell.evaluate("e => getComputedStyle(e).color") != page.locator("main").evaluate("e => getComputedStyle(e).color")
    assert page.locator(".katex .fix.carried").first.is_visible() and page.trouble == []


def test_the_summary_leads_to_the_first_mistake(shown, html):
    page = shown(html)
    page.locator(".verdict a", has_text="22").first.click()
    assert page.url.endswith("#a1-22") and page.locator("#a1-22 .mark.wrong").is_visible()
    assert page.locator(".map a.wrong").get_attribute("href") == "#a1-22"


def test_filters_show_some_lines_alone(shown, html):
    page = shown(html)
    every = page.locator(".working:visible").count()
    page.locator(".chip.wrong").click()
    assert page.locator(".working:visible").count() == 1 and page.locator("#a1-22").is_visible()
    page.locator(".chip.carried").click()
    assert 1 < page.locator(".working:visible").count() < every
    page.locator(".map a").first.click()                                     # a line that is hidden: all come back
    assert page.locator(".working:visible").count() == every and page.locator(".chip[aria-pressed=true]").count() == 0


def test_evidence_is_folded(shown, html):
    page = shown(html)
    evidence = page.locator("#a1-22 details.evidence")
    assert evidence.count() == 1 and evidence.locator("dd").is_hidden()
    evidence.locator("summary").click()
    assert evidence.locator("dd").is_visible()


def test_from_mistake_to_mistake(shown, html):
    page = shown(html, reduced_motion="reduce")
    page.keyboard.press("n")
    assert page.locator(".reached").get_attribute("id") == "a1-22" and page.evaluate("document.activeElement.id") == "a1-22"
    page.locator("[data-go=on]").click()
    assert page.locator(".reached").count() == 1


def test_it_prints_all_lines(shown, html):
    page = shown(html)
    every = page.locator(".working:visible").count()
    page.locator(".chip.wrong").click()
    page.emulate_media(media="print")
    assert page.locator(".working:visible").count() == every
    assert len(page.pdf(format="A4")) > 20_000


def test_without_scripts_it_reads(shown, html):
    page = shown(html, java_script_enabled=False, waits=False)
    assert page.locator(".working math").first.is_visible() and page.locator(".go").first.is_hidden()
    assert page.locator("#a1-22 .comment").first.is_visible()


def test_several_answers_have_filters_of_their_own(shown, marker):
    from longhand.marking.page import pages
    page = shown(html_marks.render(pages([marker.mark(ANSWER, "one.md"), marker.mark(ANSWER, "two.md")])))
    page.locator(".answer").nth(1).locator(".chip.wrong").click()
    assert page.locator(".answer").nth(0).locator(".working:visible").count() > page.locator(".answer").nth(1).locator(".working:visible").count() == 1


def test_hostile_answers_execute_nothing(shown, marker):
    page = shown(html_marks.render(marked_page(marker.mark(ANSWER + HOSTILE, "<img src=x onerror=alert(1)>"))))
    page.wait_for_timeout(100)
    assert page.title() != "done" and page.locator("main img, main script, a[href^='javascript']").count() == 0 and page.trouble == []
