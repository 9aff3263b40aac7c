"""A solution in a real browser: symbols, forms, LaTeX to take away, the walk through both passes, keys, print, no script, hostile sheets."""
from __future__ import annotations

from pathlib import Path

import pytest

from longhand.solution import Solution, solve

SHEET = (Path(__file__).resolve().parents[2] / "examples" / "two-layer-softmax.md").read_text(encoding="utf-8")
ATTACKS = ("<script>document.title='done'</script>", "<img src=x onerror=\"document.title='done'\">", r"$\href{javascript:document.title='done'}{x}$",
           "</script><script>document.title='done'</script>", "<svg onload=\"document.title='done'\">",
           r"$$q = \htmlData{a=b}{x} \includegraphics{https://x.y/z.png}$$")
HUGE = ("$$u = " + "\\frac{" * 300 + "x" + "}{1}" * 300 + "$$", "$$v = " + "x + " * 4000 + "x$$")
HOSTILE = {"markup": ATTACKS, "huge": HUGE}


@pytest.fixture(scope="module")
def html():
    return solve(SHEET, name="sheet.md").html()


def test_formulas_are_set_and_nothing_is_asked_for_from_outside(shown, html):
    page = shown(html)
    assert page.locator(".f").count() == page.locator(".f > .k").count() > 100 and page.locator(".f.unset").count() == 0
    assert page.trouble == []


def test_formulas_are_seen_before_scripts_run_and_without_them(shown, html):
    page = shown(html, java_script_enabled=False, waits=False)
    assert page.locator(".card").first.is_visible() and page.locator("#f1 math").first.is_visible()
    assert page.locator(".tools").first.is_hidden() and page.locator(".bar").first.is_hidden()
    assert page.locator(".drawing:visible").count() == 2                                  # as neurons and as boxes
    assert page.locator("details.why").first.is_visible() and page.trouble == []


def test_a_symbol_says_what_it_is_and_lights_up_in_the_drawing(shown, html):
    page = shown(html)
    symbol = page.locator("#f1 .mx [data-s]", has_text="W").first
    number = symbol.get_attribute("data-s")
    symbol.hover()
    page.locator("#about").wait_for(state="visible")
    about = page.locator("#about").inner_text()
    assert "weights" in about and "flows to" in about
    assert page.locator(f".lh-picture [data-s='{number}'].hot").count() > 0
    page.mouse.move(2, 2)
    page.locator("#about").wait_for(state="hidden")
    assert page.locator(".hot").count() == 0 and page.trouble == []


def test_the_drawing_leads_to_cards_and_tells_symbols(shown, html):
    page = shown(html)
    node = page.locator(".drawing:visible a.node[data-name~=h]").first
    node.hover()
    page.locator("#about").wait_for(state="visible")
    assert "activation" in page.locator("#about").inner_text()
    node.click()
    assert page.url.endswith("#f2")
    page.locator(".drawing:visible a.gradient[data-name=h]").first.focus()
    page.keyboard.press("Enter")
    card = page.url.split("#")[1]
    assert card.startswith("s") and page.locator(f"#{card}").is_visible()
    assert page.trouble == []


def test_forms_are_switched_for_one_card_and_for_all(shown, html):
    page = shown(html)
    card = page.locator("#s4")
    card.locator("[data-form=index]").click()
    assert card.locator(".ix").is_hidden() and card.locator(".mx").first.is_visible()
    card.locator("[data-form=matrix]").click()                                              # the last one stays
    assert card.locator(".ix").is_visible() and card.locator("[data-form=index]").get_attribute("aria-pressed") == "true"
    page.locator("[data-all=matrix]").click()
    assert page.locator(".card:has([data-form]) .mx:visible").count() == 0 and page.trouble == []


def test_latex_is_copied_without_its_marks(shown, html):
    page = shown(html, permissions=["clipboard-read", "clipboard-write"])
    page.locator("#f1 .copy").click()
    page.locator("#f1 .copy", has_text="copied").wait_for()
    said = page.evaluate("navigator.clipboard.readText()")
    assert said.startswith("\\[") and "\\mathbf{W}_{1}" in said and "textcolor" not in said and "rule" not in said


def step(page) -> str:
    return page.locator(".now").first.inner_text()


def test_the_walk_goes_forward_and_back_wire_by_wire(shown, html):
    page = shown(html)
    steps = page.locator(".steps li")
    count = steps.count()
    cards = page.locator("article.card")
    assert steps.evaluate_all("all => all.map(each => each.dataset.card)") == cards.evaluate_all("all => all.map(each => each.id)")
    page.locator("[data-walk=play]").click()
    page.locator("[data-walk=play]").click()                                                # paused in the first step
    assert "step 1 of" in step(page) and step(page).startswith("Forward") and page.locator(".card.stepped").get_attribute("id") == "f1"
    value = page.locator(".drawing:visible .value[data-name=h]").first
    gradient = page.locator(".drawing:visible .gradient[data-name=h]").first
    assert value.is_visible() and gradient.is_hidden()
    assert page.locator(".drawing:visible .value[data-name=z]").first.is_hidden()
    assert page.locator(".drawing:visible .node.lit").first.get_attribute("data-name").split()[0] == "h"
    assert page.locator(".drawing:visible .wire path.lit").count() > 0
    for _ in range(count - 1):
        page.locator("[data-walk=on]").click()
    assert f"step {count} of" in step(page) and step(page).startswith("Backward")
    assert gradient.is_visible() and page.locator("[data-walk=on]").is_disabled()
    page.locator("[data-walk=back]").click()
    assert f"step {count - 1} of" in step(page)
    page.locator("[data-walk=first]").click()
    assert value.is_hidden() and page.locator(".card.stepped").count() == 0
    page.locator("[data-walk=end]").click()
    assert value.is_visible() and page.locator(".walking").count() == 0 and page.trouble == []


def test_the_walk_runs_by_itself_and_shows_its_card(shown, html):
    page = shown(html, reduced_motion="reduce")
    page.locator("[data-walk=play]").click()
    page.locator("[data-walk=speed]").select_option("2.5")
    page.locator(".now", has_text="step 3 of").wait_for()
    card, figure = page.locator(".card.stepped").bounding_box(), page.locator(".schematic").bounding_box()
    assert abs(figure["y"]) < 2 and figure["y"] + figure["height"] <= card["y"] + 1 and card["y"] < 900
    assert page.evaluate("getComputedStyle(document.querySelector('.wire path.lit')).animationName") == "none"
    page.locator("[data-walk=play]").click()
    now = step(page)
    page.wait_for_timeout(900)
    assert step(page) == now and page.trouble == []


def test_the_walk_by_keys(shown, html):
    page = shown(html)
    page.locator("[data-walk=play]").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert "step 2 of" in step(page)
    page.keyboard.press("ArrowLeft")
    assert "step 1 of" in step(page)
    page.keyboard.press("Home")
    assert "data" in step(page)
    page.keyboard.press("Escape")
    assert page.locator(".walking").count() == 0 and page.evaluate("document.activeElement.dataset.walk") == "play"


def test_boxes_or_neurons(shown, html):
    page = shown(html)
    page.locator("[data-drawn=boxes]").click()
    assert page.locator("[data-view=boxes]").is_visible() and page.locator("[data-view=neurons]").is_hidden()
    page.locator("[data-walk=play]").click()
    page.locator("[data-walk=play]").click()
    for _ in range(8):
        page.locator("[data-walk=on]").click()
    assert page.locator("[data-view=boxes] .wire[data-pass=backward] path.lit").count() > 0 and page.trouble == []


def test_several_schematics_on_a_page_walk_by_themselves(shown):
    one = solve(SHEET)
    page = shown(Solution([*one._parts, *one._parts]).html())
    assert page.locator(".schematic").count() == 2
    page.locator("[data-walk=play]").nth(1).click()
    assert page.locator(".schematic").nth(1).evaluate("e => e.classList.contains('walking')")
    page.locator("[data-walk=play]").nth(0).click()
    assert page.locator(".walking").count() == 1 and page.locator(".now").nth(1).inner_text() == "" and page.trouble == []


def test_formulas_are_walked_to_by_keys(shown, html):
    page = shown(html)
    page.locator("#f1 .chain").first.focus()
    page.keyboard.press("ArrowRight")
    page.locator("#about").wait_for(state="visible")
    first = page.locator("#about").inner_text()
    page.keyboard.press("ArrowRight")
    assert page.locator("#about").inner_text() != first
    page.keyboard.press("Escape")
    assert page.locator("#about").is_hidden()


def test_skip_link_and_contents_by_keys(shown, html):
    page = shown(html)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.locator(".toc a[href='#s4']").focus()
    page.keyboard.press("Enter")
    assert page.url.endswith("#s4")


def test_it_prints(shown, html):
    page = shown(html)
    page.emulate_media(media="print")
    assert page.locator(".toc").is_hidden() and page.locator(".tools").first.is_hidden() and page.locator(".schematic > .bar").is_hidden()
    assert len(page.pdf(format="A4")) > 50_000


def test_light_and_dark(shown, html):
    page = shown(html, color_scheme="dark")
    dark = page.evaluate("getComputedStyle(document.querySelector('main')).backgroundColor")
    page.locator("#theme").click()
    assert page.evaluate("getComputedStyle(document.querySelector('main')).backgroundColor") != dark


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_the_page_is_never_wider_than_the_screen(shown, html, width):
    page = shown(html, viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("#f1 h3").is_visible()


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_sheets_execute_nothing(shown, kind):
    attacks = HOSTILE[kind]
    text = SHEET.replace("# ", f"# {attacks[0]} ", 1) + "".join(f"\n\nAnd {attack}.\n\nLet ${attack[:60]}$ be it.\n" for attack in attacks)
    page = shown(solve(text, name=attacks[0]).html())
    page.wait_for_timeout(100)
    assert page.title() != "done" and page.locator("a[href^='javascript'], img, main script, [onerror], [onload]").count() == 0
    assert page.trouble == []
