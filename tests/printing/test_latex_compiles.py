"""What TeX and KaTeX say of our LaTeX. Skipped where there is no TeX, or no node."""
from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
import sys
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest
from sample_document import DOCUMENT
from sample_maths import SAMPLES, n, plus, x, y

from longhand.forms.document import Block, Code, Display, Document, Item, Table, Text
from longhand.forms.maths import Grid, Maths, Scripts, Sign, line
from longhand.marking.mark import Marker
from longhand.marking.page import pages
from longhand.printing import latex, markdown
from longhand.solution import solve

ROOT = Path(__file__).resolve().parents[2]
SEEDS = sorted((ROOT.parent / "shared" / "seeds").glob("*.txt"))
EXAMPLE = ROOT / "examples" / "two-layer-softmax.md"
sys.path.insert(0, str(ROOT / "tests" / "worked"))
import problems  # noqa: E402  (a folder of tests beside this one)

TEX = next((engine for engine in ("pdflatex", "xelatex", "lualatex") if shutil.which(engine)), None)
needs_tex = pytest.mark.skipif(TEX is None, reason="no TeX is installed")
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
JUDGE = """
const fs = require("fs"), box = {exports: {}};
new Function("module", "exports", fs.readFileSync(process.argv[1], "utf8"))(box, box.exports);
for (const [formula, displayMode] of JSON.parse(fs.readFileSync(0, "utf8")))
  try { box.exports.renderToString(formula, {displayMode, throwOnError: true, strict: "error", trust: false}); }
  catch (error) { console.log(error.message + " | " + formula); }
"""


@cache
def example() -> Document:
    return solve(EXAMPLE.read_text(encoding="utf-8")).document


@cache
def marked_example() -> Document:
    answer = (ROOT / "examples" / "two-layer-softmax-answer.md").read_text(encoding="utf-8")
    return pages([Marker(EXAMPLE.read_text(encoding="utf-8")).mark(answer, "answer.md")])


def seed(number: int) -> Document:
    if not SEEDS:
        pytest.skip("the shared inputs are not beside the project")
    return solve(SEEDS[number].read_text(encoding="utf-8"), name=f"seed {number}").document


def wide(count: int) -> Maths:
    return line(*[part for _ in range(count) for part in (plus, Scripts(Sign("W"), n("1")), y)][1:])


WIDE = Document("Wide", (
    Display((x, wide(100), y), (), SAMPLES["sub"], True), Display((wide(100),)), Text(("Inside ", Grid((tuple(n("-123.456") for _ in range(30)),)), ".")),
    Display((x, Grid((tuple(n("-123.456789") for _ in range(30)),)))), Code("word " * 60), Item(("many words " * 40,)),
    Table((("short",), ("long",)), ((("a",), ("many words " * 20,)), (("b",), ("more words " * 30,)))),
))


def compiled(document: Document | str, folder: Path) -> list[str]:
    """What TeX complains of: errors, and what runs off the page."""
    source = document if isinstance(document, str) else latex.render(document)
    (folder / "page.tex").write_text(source, encoding="utf-8")
    done = subprocess.run([TEX, "-interaction=nonstopmode", "-no-shell-escape", "page.tex"], cwd=folder, capture_output=True, timeout=120)
    said = done.stdout.decode("utf-8", "replace").splitlines()
    return [each for each in said if each.startswith(("!", "Overfull"))] + ([] if (folder / "page.pdf").is_file() else ["no page"])


@needs_tex
@pytest.mark.parametrize("name", ["sample", "wide", "example", "marked", *range(5)], ids=str)
def test_tex_has_no_complaint(name, tmp_path):
    made = {"sample": lambda: DOCUMENT, "wide": lambda: WIDE, "example": example, "marked": marked_example}
    found = compiled(made[name]() if name in made else seed(name), tmp_path)
    # the sample is made of words that no paragraph can break well
    assert [each for each in found if name != "sample" or each.startswith("!")] == []


@needs_tex
def test_the_test_hears_a_complaint(tmp_path):
    good = latex.render(Document("", (Display((x, y)),)))
    assert any(each.startswith("!") for each in compiled(good.replace(r"\begin{document}", r"\begin{document}\nothing "), tmp_path))
    assert any(each.startswith("Overfull") for each in compiled(good.replace(r"\begin{document}", r"\begin{document}\noindent\rule{50cm}{1pt} "), tmp_path))


# ---- Markdown -------------------------------------------------------------------------------------------------------

def formulas(text: str) -> list[tuple[str, bool]]:
    """The formulas of a text, as a Markdown that knows them sees them."""
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin
    found: list[tuple[str, bool]] = []
    for token in MarkdownIt("commonmark").enable("table").use(dollarmath_plugin, allow_space=False, double_inline=True).parse(text):
        if token.type == "math_block":
            found.append((token.content.strip(), True))
        for child in token.children or ():
            if child.type.startswith("math"):
                found.append((child.content, child.type != "math_inline"))
            else:
                assert child.type != "text" or "$" not in child.content or "$" in markdown.escaped("$"), child.content
    return found


def written(text: str) -> list[str]:
    """The formulas as they stand in the source."""
    bare = re.sub(r"^(`{3,}).*?^\1$", "", text, flags=re.DOTALL | re.MULTILINE)
    return [display or inline for display, inline in re.findall(r"\$\$\n(.*?)\n\$\$|(?<!\\)\$((?:[^$\n\\]|\\.)+)\$", bare, re.DOTALL)]


def untouched(text: str) -> list[str]:
    """Formulas that a Markdown without formulas changes: GitHub sees the text after it."""
    from markdown_it import MarkdownIt
    parsed = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    words = "".join({"text": child.content, "softbreak": " "}.get(child.type, "\0") for token in parsed for child in token.children or ())
    return [each for each in written(text) if " ".join(each.split()) not in " ".join(words.split())]


def every_document():
    yield from (example(), marked_example(), *(solve(make()).document for make in problems.EVERY))
    yield from (solve(path.read_text(encoding="utf-8"), name=path.name).document for path in SEEDS)
    samples = [maths for name, maths in SAMPLES.items() if name != "words with signs"]       # \% in a formula has no other spelling
    blocks: tuple[Block, ...] = tuple(Text(("So ", maths, " and ", y, ".")) for maths in samples)
    yield Document("", (*blocks, *(Display((x, maths)) for maths in samples)))


@cache
def texts() -> tuple[str, ...]:
    return tuple(markdown.render(document) for document in every_document())


def test_markdown_leaves_every_formula_alone():
    for text in texts():
        assert len(formulas(text)) == len(written(text)) > 5
        assert untouched(text) == []


@pytest.mark.parametrize("formula", [r"\hat{y}_i + W_{k}", r"a\,b", r"\begin{bmatrix} 1 \\ 2 \end{bmatrix}", "x*y*z", "a <b> c", "[a](b)", r"\{1\}"])
def test_the_test_sees_what_markdown_would_change(formula):
    assert untouched(f"Here ${formula}$ stands.") and not untouched(f"Here ${markdown.safe(formula)}$ stands.")


@needs_node
def test_katex_sets_every_formula_of_our_markdown(tmp_path):
    packed = files("longhand").joinpath("assets", "katex", "katex.min.js.gz").read_bytes()
    (tmp_path / "katex.js").write_bytes(gzip.decompress(packed))
    (tmp_path / "judge.js").write_text(JUDGE.replace("process.argv[1]", "process.argv[2]"), encoding="utf-8")

    def faults(listed: list) -> list[str]:
        done = subprocess.run(["node", "judge.js", "katex.js"], cwd=tmp_path, input=json.dumps(listed), capture_output=True, text=True, check=True)
        return done.stdout.splitlines()

    listed = [formula for text in texts() for formula in formulas(text)]
    assert len(listed) > 300 and faults(listed) == []
    assert len(faults([(r"\frac{1}{", False), (r"\nobody", True), ("x^2", True)])) == 2
