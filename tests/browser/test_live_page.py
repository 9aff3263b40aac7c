"""The live page in a real browser: type, mark, slide, link, save; hostile text; and axe-core finds nothing."""
from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

pytest.importorskip("starlette", reason="starlette is not installed: pip install 'longhand[web]'")
pytest.importorskip("uvicorn", reason="uvicorn is not installed: pip install 'longhand[web]'")
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from bench.web import running  # noqa: E402

from longhand.web.examples import examples  # noqa: E402

AXE = Path(__file__).with_name("axe.min.js")
FIRST, SECOND = examples()[:2]
WAIT = 15_000


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running(workers=2) as where:
        yield where


@pytest.fixture
def live(browser, address) -> Iterator:
    """A function that opens the page; `page.trouble` is what goes wrong on it or is asked for from elsewhere."""
    opened = []

    def show(end: str = "", waits: bool = True, **options):
        context = browser.new_context(**{"viewport": {"width": 1400, "height": 900}, "reduced_motion": "reduce", **options})
        context.set_default_timeout(WAIT)
        opened.append(context)
        page = context.new_page()
        page.trouble = []
        page.on("pageerror", lambda error: page.trouble.append(f"error: {error}"))
        page.on("console", lambda message: page.trouble.append(f"console: {message.text}"))
        page.on("dialog", lambda dialog: (page.trouble.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: None if request.url.startswith((address, "data:", "blob:")) else page.trouble.append(f"request: {request.url}"))
        page.goto(address + end)
        if waits:
            settled(page)
        return page

    yield show
    for context in opened:
        context.close()


def until(page, expression: str, argument: object = None) -> None:
    """Waits until the expression holds. The page's policy lets nothing evaluate text inside it, so we ask from outside."""
    for _ in range(WAIT // 50):
        if page.evaluate(expression, argument):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never: {expression}")


def settled(page, before: int = 0) -> int:
    """Waits until more than so many answers were shown and all formulas are set; how many answers that are."""
    until(page, f"Number(document.documentElement.dataset.shown ?? 0) > {before} && document.documentElement.dataset.set === 'all'")
    return shown(page)


def shown(page) -> int:
    return int(page.evaluate("document.documentElement.dataset.shown ?? 0"))


def typed(page, text: str) -> None:
    """The text is put into the field as if typed, and answered."""
    before = shown(page)
    page.locator("#text").fill(text)
    settled(page, before)


def formulas(page) -> str:
    return " ".join(page.locator("#solution .f").evaluate_all("all => all.map(each => each.dataset.k)"))


# ---- typing ---------------------------------------------------------------------------------------------------------

def test_a_sheet_is_solved_as_it_is_typed(live):
    page = live()
    assert page.locator("#text").input_value() == FIRST["sheet"] and page.locator("#solution .card").count() > 8
    assert page.locator("#solution .f.unset").count() == 0 and "0.855716" in page.locator("#loss").inner_text()
    before = shown(page)
    page.locator("#text").evaluate(r"e => { const k = e.value.indexOf('\\eta = 0.1') + 10; e.focus(); e.setSelectionRange(k, k); }")
    page.keyboard.type("5")
    settled(page, before)
    assert page.locator("#text").input_value() == FIRST["sheet"].replace(r"\eta = 0.1", r"\eta = 0.15")
    assert "0.855716" not in page.locator("#loss").inner_text() and page.trouble == []


def test_only_what_has_changed_is_set_again_and_nothing_jumps(live):
    page = live()
    page.locator("#f2").evaluate("e => { e.same = true; e.scrollIntoView(); }")
    page.locator("#f2 [data-form=matrix]").click()
    page.locator("#s1 .why summary").click()
    page.locator("#f2").evaluate("e => { e.scrollIntoView(); }")
    top = page.locator("#f2").bounding_box()["y"]
    typed(page, FIRST["sheet"].replace("one of three classes", "one of three or more classes\n\nwith more words"))
    assert page.locator("#f2").evaluate("e => e.same === true") and page.locator("#f2").get_attribute("data-form") == "index"
    assert abs(page.locator("#f2").bounding_box()["y"] - top) < 2
    typed(page, FIRST["sheet"].replace("= [1, 2]^", "= [1, 3]^"))
    assert page.locator("#f2").evaluate("e => e.same !== true") and page.locator("#f2").get_attribute("data-form") == "index"
    assert page.locator("#s1 .why").evaluate("e => e.open") and abs(page.locator("#f2").bounding_box()["y"] - top) < 2
    assert page.locator("#solution .f > .k").count() == page.locator("#solution .f").count() and page.trouble == []


def test_an_error_is_underlined_at_its_token(live):
    page = live()
    typed(page, FIRST["sheet"].replace("softmax}", "blorbmax}"))
    marks = page.locator("#under mark.problem")
    assert r"\text{blorbmax}" in marks.all_inner_texts()
    place = page.evaluate(r"""() => {
      const mark = [...document.querySelectorAll('#under mark')].find(each => each.textContent.includes('blorbmax')).getBoundingClientRect();
      const field = document.getElementById('text'), copy = document.createElement('div'), style = getComputedStyle(field);
      for (const name of ['font', 'padding', 'whiteSpace', 'overflowWrap', 'tabSize', 'letterSpacing', 'boxSizing']) copy.style[name] = style[name];
      copy.style.width = field.clientWidth + 'px';
      const at = field.value.indexOf('\\text{blorbmax}');
      const token = document.createElement('span');
      token.textContent = '\\text{blorbmax}';
      copy.append(field.value.slice(0, at), token, field.value.slice(at + 15));
      document.body.append(copy);
      const box = token.getBoundingClientRect(), own = copy.getBoundingClientRect(), whole = field.getBoundingClientRect();
      const found = [mark.left - whole.left - (box.left - own.left), mark.top - whole.top + field.scrollTop - (box.top - own.top), mark.width - box.width];
      copy.remove();
      return found;
    }""")
    assert all(abs(each) < 1 for each in place), place                    # the mark lies where the field's own text has the token
    page.locator(".remark", has_text="blorbmax").last.click()
    start = page.locator("#text").evaluate("e => e.selectionStart")
    assert page.locator("#text").input_value()[start:].startswith(r"\text{blorbmax}")
    typed(page, FIRST["sheet"])
    assert marks.count() == 0 and page.locator(".remark").count() == 0 and page.trouble == []


def test_underlines_move_with_what_is_typed_before_them(live):
    page = live()
    typed(page, FIRST["sheet"].replace("softmax}", "blorbmax}"))
    page.route("**/api", lambda route: route.abort())                     # no new answer comes
    page.locator("#text").evaluate("e => { e.focus(); e.setSelectionRange(0, 0); }")
    page.keyboard.type("some words ")
    assert r"\text{blorbmax}" in page.locator("#under mark.problem").all_inner_texts()


def test_an_example_is_picked(live):
    page = live()
    before = shown(page)
    page.locator("#examples").select_option(SECOND["name"])
    settled(page, before)
    assert page.locator("#text").input_value() == SECOND["sheet"] and r"\mathbf{w}" in formulas(page) and r"\mathbf{W}_2" not in formulas(page)


def test_a_file_is_dropped(live):
    page = live()
    before = shown(page)
    page.evaluate("""text => { const data = new DataTransfer(); data.items.add(new File([text], 'sheet.md'));
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })); }""", SECOND["sheet"])
    settled(page, before)
    assert page.locator("#text").input_value() == SECOND["sheet"]


# ---- numbers --------------------------------------------------------------------------------------------------------

def test_a_slider_moves_the_loss_the_values_and_the_gradients(live):
    page = live()
    values, loss = formulas(page), page.locator("#loss").text_content()
    before = shown(page)
    page.locator("#slider").focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    settled(page, before)
    until(page, "loss => document.getElementById('loss').textContent !== loss", loss)
    after = float(page.locator("#loss").inner_text().split()[-1])
    assert after < 0.855 and page.locator("#slider").get_attribute("aria-label") == "eta"
    assert page.locator("#text").input_value() == FIRST["sheet"]                                 # the sheet stays as it was
    before = shown(page)
    page.locator(".number[aria-label^='W_1 1, 1 is 1']").click()
    page.locator("#slider").fill("2")
    settled(page, before)
    until(page, "document.querySelectorAll('.number.moved').length === 2 && document.documentElement.dataset.set === 'all'")
    moved = formulas(page)
    assert moved != values and "1.24342" not in page.locator("#loss").inner_text()
    page.locator("#put-all-back").click()
    until(page, "loss => document.getElementById('loss').textContent === loss", loss)
    assert formulas(page) == values and page.locator(".number.moved").count() == 0 and page.trouble == []


def test_a_number_is_typed_and_a_wrong_one_is_taken_back(live):
    page = live()
    before = shown(page)
    page.locator(".exact").fill("0.25")
    page.locator(".exact").press("Enter")
    settled(page, before)
    assert "0.855716" not in page.locator("#loss").inner_text()
    page.locator(".exact").fill("x")
    page.locator(".exact").press("Enter")
    assert page.locator(".exact").input_value() == "0.25"


def test_numbers_that_a_new_sheet_does_not_have_are_forgotten(live):
    page = live()
    before = shown(page)
    page.locator(".number[aria-label^='W_1 1, 1 is 1']").click()
    page.locator("#slider").fill("2")
    settled(page, before)
    typed(page, SECOND["sheet"])
    assert page.locator(".number.moved").count() == 0 and page.locator("#state").inner_text().startswith("solved")


# ---- marking, links, files ------------------------------------------------------------------------------------------

def test_an_answer_is_marked(live):
    page = live()
    before = shown(page)
    page.locator("#tab-answer").click()
    settled(page, before)
    assert page.locator("#text").input_value() == FIRST["answer"]
    assert page.locator(".mark.wrong").count() >= 1 and page.locator(".mark.right").count() > 5 and page.locator(".mark.carried").count() >= 1
    assert "0.3322" in " ".join(page.locator("#under mark.wrong").all_inner_texts())
    typed(page, r"$$\mathbf{h} = \begin{bmatrix} 2 \\ -0.4 \end{bmatrix}$$")
    assert page.locator(".mark.wrong").count() == 0 and page.locator(".mark.right").count() == 1
    before = shown(page)
    page.locator("#tab-sheet").click()
    settled(page, before)
    assert page.locator("#text").input_value() == FIRST["sheet"] and page.locator("#solution .card").count() > 8 and page.trouble == []


def test_a_link_holds_the_problem(live):
    page = live()
    typed(page, FIRST["sheet"].replace("three classes", "three «classes» – naïve, 网络, 𝕏"))
    before = shown(page)
    page.locator("#slider").fill("0.2")
    settled(page, before)
    until(page, "!document.getElementById('loss').textContent.includes('0.855716')")
    loss = page.locator("#loss").inner_text()
    page.locator("#share").click()
    until(page, "document.getElementById('share').textContent.startsWith('Link copied')")
    end = "#" + urlsplit(page.url).fragment
    assert re.fullmatch(r"#p=[A-Za-z0-9_-]{400,}", end)
    other = live(end)
    assert other.locator("#text").input_value() == page.locator("#text").input_value() and other.locator("#loss").inner_text() == loss
    before = shown(other)
    other.locator("#solution a[href='#f1']").first.click()                # places in the solution leave the address alone
    assert urlsplit(other.url).fragment == end[1:] and shown(other) == before
    assert page.trouble == other.trouble == []


@pytest.mark.parametrize("end", ["#p=", "#p=%%%", "#p=AAAA", "#p=q1YqzkhNTVGyUqrMVwIA", "#<script>", "#p=" + "A" * 5000])
def test_a_broken_link_leads_to_the_example(live, end):
    page = live(end)
    assert page.locator("#text").input_value() == FIRST["sheet"] and page.trouble == []


def test_a_link_cannot_unpack_to_more_than_fits(live):
    page = live()
    code = page.evaluate("""async () => { const text = JSON.stringify({ sheet: 'x'.repeat(50_000_000) });
      const bytes = new Uint8Array(await new Response(new Blob([text]).stream().pipeThrough(new CompressionStream('deflate-raw'))).arrayBuffer());
      return btoa(Array.from(bytes, b => String.fromCharCode(b)).join('')).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''); }""")
    assert live("#p=" + code).locator("#text").input_value() == FIRST["sheet"]


def test_files_to_take_away(live):
    page = live(accept_downloads=True)
    for form, begins in (("md", "# "), ("json", "{"), ("svg", "<svg"), ("html", "<!doctype html>")):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=f"Save as {form}", exact=True).click()
        assert waiting.value.suggested_filename == f"solution.{form}"
        text = Path(waiting.value.path()).read_text(encoding="utf-8")
        assert text.startswith(begins) and (form != "json" or json.loads(text)["schema"] == "longhand/solution/1")
    assert page.trouble == []


# ---- the solution's own tools work on it ----------------------------------------------------------------------------

def test_forms_symbols_walk_and_theme(live):
    page = live()
    typed(page, FIRST["sheet"].replace("= [1, 2]^", "= [1, 3]^"))         # on what has come later too
    page.locator("[data-all=index]").click()
    assert page.locator("#f1").get_attribute("data-form") == "matrix" and not page.locator("#f1 .ix").is_visible()
    page.locator("#f3 .chain:visible").first.focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#about").is_visible()
    page.keyboard.press("Escape")
    page.locator("[data-walk=play]").click()
    page.locator("[data-walk=play]").click()
    assert page.locator(".stepped").count() == 1
    page.keyboard.press("Escape")
    background = page.locator("#solution").evaluate("e => getComputedStyle(e).backgroundColor")
    page.locator("#theme").click()
    assert page.locator("#solution").evaluate("e => getComputedStyle(e).backgroundColor") != background
    page.locator("#contents summary").click()
    page.locator("#contents a[href='#check']").click()
    assert page.locator("#check").evaluate("e => Math.abs(e.getBoundingClientRect().top - e.closest('main').getBoundingClientRect().top) < 80") \
        or page.locator("#solution").evaluate("e => e.scrollTop + e.clientHeight > e.scrollHeight - 4")
    assert page.trouble == []


# ---- strangers ------------------------------------------------------------------------------------------------------

HOSTILE = [
    "<script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)><iframe src=javascript:alert(4)>",
    r"$$\href{javascript:alert(1)}{h} = \url{https://evil.example} \includegraphics{https://evil.example/x.png} \htmlStyle{color:red}{x}$$",
    r"$$h = \def\a{\a\a}\a \newcommand{\b}{\b\b} \rule{1000000em}{1000000em} \kern{99999em} \text{</span><img src=x onerror=alert(1)>}$$",
    "$$" + "{" * 3000 + "x" + "}" * 3000 + "$$",
    "$$" + r"\frac{1}{" * 400 + "x" + "}" * 400 + "$$",
    "$$h = " + "x + " * 8000 + "x$$",
    "\u202ertl $\u2066x\u2069$ \U0001f600 \uffff" + "'\"`;--><![CDATA[",
]


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_does_nothing(live, hostile):
    page = live()
    before = page.locator("*").count()
    for text in (hostile, FIRST["sheet"].replace("# A two-layer", f"# {hostile[:200]}") + "\n" + hostile):
        page.locator("#text").fill(text)
        until(page, "!/…/.test(document.getElementById('state').textContent)")
        page.wait_for_timeout(400)
        until(page, "!document.getElementById('state').classList.contains('busy')")
    page.locator("#tab-answer").click()
    page.locator("#text").fill(hostile)
    page.wait_for_timeout(400)
    until(page, "!document.getElementById('state').classList.contains('busy')")
    assert page.locator("#solution :is(script, img, iframe, object, embed, link, style, [onerror], [onload]), #solution a[href^='javascript']").count() == 0
    assert page.trouble == [] and before > 0
    page.locator("#tab-sheet").click()
    typed(page, SECOND["sheet"])
    assert page.locator("#solution .card").count() > 3                   # and the page goes on


def test_the_server_going_away_is_said(live):
    page = live()
    page.route("**/api", lambda route: route.abort())
    page.locator("#text").fill("$x$")
    until(page, "document.getElementById('state').textContent === 'The server does not answer.'")
    assert page.locator("#text").input_value() == "$x$"


# ---- everybody ------------------------------------------------------------------------------------------------------

VIEWS = {"light": {}, "dark": {"color_scheme": "dark"}, "narrow": {"viewport": {"width": 390, "height": 844}}}


def violations(page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [f"{each['id']}: {each['help']}: {node['html'][:160]} {node['failureSummary'][:200]}" for each in found for node in each["nodes"][:4]]


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not here")
@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing(live, view):
    page = live(bypass_csp=True, **VIEWS[view])
    assert violations(page) == []
    typed(page, FIRST["sheet"].replace("softmax}", "blorbmax}"))
    assert violations(page) == []
    typed(page, FIRST["sheet"])
    before = shown(page)
    page.locator("#tab-answer").click()
    settled(page, before)
    assert violations(page) == []


def test_narrow_screens_scroll_in_one_direction(live):
    page = live(viewport={"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_all_is_reached_by_keyboard(live):
    page = live()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    seen = set()
    for _ in range(14):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.id"))
    assert {"examples", "open", "share", "theme", "tab-sheet", "text", "slider"} <= seen
    page.locator("#tab-sheet").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.id") == "tab-answer" and page.locator("#tab-answer").get_attribute("aria-selected") == "true"
