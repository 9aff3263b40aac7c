"""Worked solutions as a page: one file, nothing from outside, every formula twice, every symbol with what is known of it."""
from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
from base64 import b64decode, b64encode
from hashlib import sha256
from html import unescape
from pathlib import Path

import pytest
from test_html import Checked

from longhand.core.equation import Equation
from longhand.core.expr import Number
from longhand.forms.maths import Scripts, Sign
from longhand.printing import html_style
from longhand.printing.html_symbols import Symbols, names
from longhand.printing.latex_maths import latex
from longhand.solution import solve

ROOT = Path(__file__).resolve().parents[2]
SEED = ROOT.parent / "shared" / "seeds" / "001_f25839d885d1ad8c.txt"
CASES = ROOT.parent / "shared" / "cases"
SHEET = (ROOT / "examples" / "two-layer-softmax.md").read_text(encoding="utf-8")
MARK = re.compile(r"#0f([0-9a-f]{4})\}")
ATTACK = "</script><img src=x onerror=alert(1)>\"'<b>"


@pytest.fixture(scope="module")
def solution():
    return solve(SHEET, name="sheet.md")


@pytest.fixture(scope="module")
def page(solution):
    return solution.html()


@pytest.fixture(scope="module")
def checked(page):
    return Checked(page)


def formulas(page: str) -> list[str]:
    return [unescape(each) for each in re.findall(r' data-k="([^"]*)"', page)]


def test_it_is_well_formed_and_loads_nothing(page, checked):
    assert page.startswith("<!doctype html>") and '<html lang="en">' in page
    assert not {tag for tag, _ in checked.tags} & {"link", "img", "iframe", "object", "form", "base", "embed"}
    assert all(not name.startswith("on") and name not in ("src", "style", "action") for _, attributes in checked.tags for name in attributes)
    assert all(a["href"].startswith("#") for tag, a in checked.tags if tag == "a")
    style = "".join(re.findall(r"<(?:style|script type=\"text/css\"[^>]*)>(.*?)</s", page, re.DOTALL))
    assert set(re.findall(r"url\((.{9})", style)) == {"data:font"} and "@import" not in style
    assert "<style" not in page[page.index("<body"):]                # style sheets stand in the head; what comes later is data


def test_the_policy_lets_its_own_scripts_run_and_no_other(page):
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    made = [f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in re.findall(r"<script>(.*?)</script>", page, re.DOTALL)]
    packed = re.search(r'<script type="application/gzip" id="katex">(.*?)</script>', page)[1]
    made.insert(0, f"'sha256-{b64encode(sha256(gzip.decompress(b64decode(packed))).digest()).decode()}'")
    assert rules["script-src"].split() == made and len(made) == 4
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'" and rules["font-src"] == "data:"


def test_links_lead_somewhere_and_names_are_unique(checked):
    ids = [a["id"] for _, a in checked.tags if "id" in a]
    assert len(ids) == len(set(ids))
    assert {a["href"][1:] for tag, a in checked.tags if tag == "a"} <= set(ids)
    assert {each for _, a in checked.tags for each in a.get("aria-labelledby", "").split()} <= set(ids)


def test_a_card_a_step(solution, checked, page):
    cards = [a["id"] for tag, a in checked.tags if tag == "article"]
    steps = [block.number for block in solution.document.blocks if type(block).__name__ == "StepCard"]
    equations = solution.problems[0].program.equations
    assert cards == [*(f"f{k}" for k in range(1, len(equations) + 1)), *(f"s{k}" for k in steps)]
    assert page.count('<details class="why"') == len(steps) and page.count('class="copy"') == len(cards)
    card = page[page.index('id="s4"'):page.index('id="s5"')]
    assert 'data-form="index"' in card and 'data-form="matrix"' in card and 'class="ix"' in card and 'class="mx"' in card
    numbers = card[card.index('class="numbers"'):]
    assert numbers.count('data-sign="\\approx"') == 2 and 'class="part mx"' in numbers           # symbols = put in = result
    assert 'class="shape"' in card and "Uses <a" in card


def test_every_formula_is_there_without_a_script(page):
    assert page.count("<math") == len(formulas(page)) == page.count('class="f"')
    body = page[page.index("<body"):page.index("<script")]
    needs_a_script = ('class="controls" hidden>', 'class="tools" hidden>', 'class="running" hidden>', 'walk is" hidden>', 'class="steps" hidden>')
    assert body.count(" hidden>") == sum(body.count(each) for each in needs_a_script) and '<div class="controls" hidden>' in body


def test_symbols_say_what_they_are(solution, page):
    page_of = solution._parts[0].page
    numbers = Symbols(page_of, 1, names(page_of)).numbers
    entry = {name: page[page.index(f'id="y{k}"'):].split("</section>")[0] for name, k in numbers.items() if f'id="y{k}"' in page}
    weights, hidden = entry["W_1"], entry["h"]
    assert "weights" in weights and 'href="#data">given' in weights and "flows to" in weights and "<mtable" in weights
    assert "in the forward pass, F1" in hidden and 'href="#f2"' in hidden and "pre-activation" in hidden
    assert "gradient of the loss" in entry["dLoss/dW_1"] and "W_1@1" in entry
    told = {int(mark, 16) for each in formulas(page) for mark in MARK.findall(each)}
    assert len(told) > 20 and {f"y{k}" for k in told} <= set(re.findall(r'id="(y\d+)"', page))


def test_marks_change_nothing_else(solution):
    page_of = solution._parts[0].page
    known = Symbols(page_of, 1, names(page_of))
    for equation in page_of.program.equations:
        for maths in (*page_of.equation(equation), page_of.matrix_maths(equation)):
            if maths is not None:
                assert without_marks(known.marked(maths)).replace(" ", "") == without_marks(latex(maths)).replace(" ", "")


def without_marks(said: str) -> str:
    """The LaTeX without colours, and without the braces that they bring."""
    said = re.sub(r"\\textcolor\{#0f[0-9a-f]{4}\}", "", said)
    return said.replace("{", "").replace("}", "").replace(r"\,", "")


def test_which_symbol(solution):
    page_of = solution._parts[0].page
    known = Symbols(page_of, 1, names(page_of))
    w, k = page_of.symbol("W_1"), Sign("k")
    entry, _ = page_of.equation(Equation(page_of.tensors["W_1"].entry(), Number(1)))
    assert known.name_of(w) == known.name_of(entry) == "W_1" and known.name_of(k) is None
    assert known.name_of(Scripts(Sign(r"\delta"), k)) is None                        # Kronecker's
    space = page_of.shape("W_1")
    assert known.marked(space) == latex(space)
    assert known.marked(page_of.symbol("dLoss/dW_1")).count(f"#0f{known.numbers['dLoss/dW_1']:04x}") == 2


def test_only_the_fonts_that_are_needed(page):
    faces = set(re.findall(r"font-family:(KaTeX_\w+);", " ".join(re.findall(r"@font-face\{[^}]*", page))))
    assert {"KaTeX_Main", "KaTeX_Math", "KaTeX_AMS", "KaTeX_Size4"} <= faces and not faces & {"KaTeX_Fraktur", "KaTeX_Typewriter"}
    assert "KaTeX_Fraktur" in html_style.fonts(r"\mathfrak{g}")


def test_nothing_of_the_sheet_becomes_markup():
    hostile = SHEET.replace("# ", f"# {ATTACK} ", 1) + f"\n\n$$q_{{{ATTACK}}} = \\href{{javascript:alert(1)}}{{x}} !! 3$$\n"
    page = solve(hostile, name=ATTACK).html()
    plain = Checked(page)
    assert not {tag for tag, _ in plain.tags} & {"img", "b"} or "onerror" not in {n for _, a in plain.tags for n in a}
    assert [tag for tag, _ in plain.tags].count("script") == 5 and "<img" not in page.split("<script")[0]
    assert not any("javascript" in (value or "") for tag, a in plain.tags for name, value in a.items() if name == "href")


def test_what_was_not_understood_stands_on_top():
    page = solve(SHEET + "\n\nLet $u = \\foo(!!)$.\n\n$$u = \\foo !! x$$\n").html()
    assert 'class="notices bad"' in page and page.index('class="notices bad"') < page.index('id="given-and-asked"')


def test_problems_without_numbers_and_sheets_without_a_problem():
    sheet = r"Let $x \in \mathbb{R}^d$, $W \in \mathbb{R}^{n \times d}$. $h = W x$, $L = \sum_i h_i^2$. Find $\partial L / \partial W$."
    symbols = solve(sheet).html()
    assert "<article" in symbols and 'class="value scroll"' not in symbols and 'class="numbers"' not in symbols
    empty = solve("Nothing to do here.").html()
    assert "<h1>Solution</h1>" in empty and "<article" not in empty


def test_katex_is_whole_and_closed():
    folder = Path(html_style.FOLDER) / "katex"
    script = gzip.decompress(html_style.data("katex", "katex.min.js.gz")).decode()
    version = re.search(r"katex ([\d.]+),", (folder / "SOURCE").read_text())[1]
    assert f'version:"{version}"' in script or f'"{version}"' in script
    assert "MIT" in (folder / "LICENSE").read_text() and "</style" not in html_style.katex_style()
    assert "url(" not in html_style.katex_style()
    options = html_style.asset("page", "page.js")
    assert "trust: false" in options and "maxExpand: 1000" in options and "maxSize: 20" in options


@pytest.mark.skipif(not SEED.exists(), reason="the seeds are not beside the project")
def test_the_size_of_the_first_seed():
    assert len(solve(SEED.read_text(encoding="utf-8"), name=SEED.name).html().encode()) <= 700_000


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_katex_sets_every_formula(page, tmp_path):
    (tmp_path / "katex.js").write_bytes(gzip.decompress(html_style.data("katex", "katex.min.js.gz")))
    (tmp_path / "formulas.json").write_text(json.dumps(formulas(page)))
    bare = re.search(r"  function bare\(.*?\n  }\n", html_style.asset("page", "page.js"), re.DOTALL)[0]         # what "copy LaTeX" gives
    script = (f"{bare}; const katex = require(process.argv[1]); const set = f => katex.renderToString(f, "
              "{trust: false, strict: 'error', throwOnError: true, maxExpand: 1000, maxSize: 20});"
              " for (const f of require(process.argv[2])) { set(f); set(bare(f)); if (/textcolor|rule/.test(bare(f))) throw Error(f); }")
    run = subprocess.run(["node", "-e", script, str(tmp_path / "katex.js"), str(tmp_path / "formulas.json")],
                         capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr[:600]


@pytest.mark.skipif(shutil.which("chromium") is None, reason="chromium is not installed")
def test_a_browser_runs_it(page, tmp_path):
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    run = subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=3000",
                          "--dump-dom", (tmp_path / "page.html").as_uri()], capture_output=True, text=True, timeout=60)
    assert 'data-set="all"' in run.stdout, run.stderr[-600:]
    assert run.stdout.count('class="k"') == len(formulas(page)) and 'class="f unset"' not in run.stdout and "data-s=" in run.stdout


@pytest.mark.skipif(not CASES.is_dir(), reason="the cases are not beside the project")
@pytest.mark.parametrize("number", ["001", "014", "024", "047", "071", "079"])
def test_other_sheets(number):
    path = min(CASES.glob(f"{number}-*.json"), key=lambda each: len(each.name))
    page = solve(json.loads(path.read_text(encoding="utf-8"))["statement_md"]).html()
    ids = re.findall(r' id="([^"]*)"', page)
    assert len(ids) == len(set(ids)) and set(re.findall(r'<a[^>]* href="#([^"]*)"', page)) <= set(ids)
