"""Solutions as PDF: everything stands on the page, with the fonts of the typst package alone, and nothing of a sheet is a command."""
from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path

import pytest
from sample_document import DOCUMENT, NASTY
from sample_maths import SAMPLES, n, plus, x, y

from longhand.errors import UsageError
from longhand.forms.document import Display, Document, Text
from longhand.forms.maths import Fence, Grid, Maths, Over, Scripts, Sign, line
from longhand.marking.mark import Marker
from longhand.marking.page import pages
from longhand.printing import typst
from longhand.printing.typst_maths import quoted
from longhand.printing.typst_maths import typst as set_in_typst
from longhand.solution import solve

ROOT = Path(__file__).resolve().parents[2]
SEEDS = sorted((ROOT.parent / "shared" / "seeds").glob("*.txt"))
EXAMPLE = ROOT / "examples" / "two-layer-softmax.md"
SVG = "{http://www.w3.org/2000/svg}"
MILLIMETRE = 72 / 25.4
LEFT, RIGHT, TOP, BOTTOM = (side * MILLIMETRE for side in (10, 185, 15, 292))     # the marks stand in the left margin, the number of the page below
MOVES = re.compile(r"(translate|matrix|scale)\(([^)]*)\)")


@cache
def engine():
    return pytest.importorskip("typst", reason="the extra pdf is not installed")


def drawn(document: Document | str) -> list[str]:
    """The pages as SVG, set as the PDF is."""
    source = document if isinstance(document, str) else typst.render(document)
    made = engine().Compiler(source.encode(), ignore_system_fonts=True).compile(format="svg")
    return [each.decode() for each in (made if isinstance(made, list) else [made])]


def places(page: str):
    """Where glyphs begin on the page, in points."""
    def walk(node, a, b, c, d, e, f):
        for kind, numbers in MOVES.findall(node.get("transform", "")):
            v = [float(part) for part in re.split(r"[ ,]+", numbers.strip())]
            p, q, r, s, t, u = {"translate": (1, 0, 0, 1, v[0], v[-1] if len(v) > 1 else 0), "scale": (v[0], 0, 0, v[-1], 0, 0)}.get(kind) or v
            a, b, c, d, e, f = a * p + c * q, b * p + d * q, a * r + c * s, b * r + d * s, a * t + c * u + e, b * t + d * u + f
        if node.tag == f"{SVG}use":
            at, down = float(node.get("x", 0)), float(node.get("y", 0))
            yield a * at + c * down + e, b * at + d * down + f
        if node.tag != f"{SVG}defs":
            for child in node:
                yield from walk(child, a, b, c, d, e, f)
    return list(walk(ET.fromstring(page), 1, 0, 0, 1, 0, 0))


def off(document: Document | str) -> list[tuple[int, float, float]]:
    """Glyphs that begin where nothing should stand."""
    return [(number, round(across), round(down)) for number, page in enumerate(drawn(document), 1) for across, down in places(page)
            if not (LEFT <= across <= RIGHT and TOP <= down <= BOTTOM)]


def row(count: int) -> Maths:
    return line(*[part for _ in range(count) for part in (plus, Scripts(Sign("W"), n("1")), y)][1:])


@pytest.mark.parametrize("path", [*SEEDS, EXAMPLE], ids=lambda path: path.stem[:3])
def test_nothing_runs_off_the_page(path):
    assert off(solve(path.read_text(encoding="utf-8"), name=path.name).document) == []


@pytest.mark.parametrize("maths", [
    row(200), Grid((tuple(n("-123.456789") for _ in range(30)),)), Grid(tuple((n("1"),) for _ in range(12))), Fence(row(120)), Over(row(80), x),
    line(x, *row(60).items, Grid(((row(60),),))),
], ids=["sum", "wide matrix", "tall matrix", "brackets", "fraction", "matrix of sums"])
def test_wide_formulas_break_or_shrink(maths):
    document = Document("", (Display((x, maths, y)), Display((maths,), (), SAMPLES["sub"], True), Text(("Inside of text ", maths, " too."))))
    assert off(document) == []


def test_the_test_sees_what_runs_off():
    source = typst.render(Document("", (Text(("word",)),)))
    assert off(source) == [] and off(source + "#place(dx: 170mm)[wide]") and off(source + "#place(rotate(-90deg, origin: left)[#h(6cm) turned])")


def test_everything_of_a_document_is_set():
    marks = "".join(page for page in drawn(DOCUMENT))
    assert marks.count("<use") > 2000 and typst.pdf(DOCUMENT).startswith(b"%PDF-")
    assert off(Document("", DOCUMENT.blocks[1:])) == []


def test_words_are_never_commands():
    hostile = ['#read("/etc/passwd")', "$#panic()$", '"; #panic()', "\\u{41}", "*a* _b_ `c` <d> @e // f /* g", "]#panic()[", NASTY]
    for words in hostile:
        document = Document(words, (Text((words, Sign(words), Sign(words, "relation"))), Display((Sign(rf"\mathrm{{{words}}}"), Sign(rf"\hat{{{words}}}")))))
        assert typst.pdf(document).startswith(b"%PDF-")
    assert quoted('a"b\\c\n') == '"a\\"b\\\\c "'


def test_every_sample_is_set_and_none_looks_like_another():
    said = {name: set_in_typst(maths) for name, maths in SAMPLES.items()}
    assert said.pop("named power") == said["scripts"] and len(set(said.values())) == len(said)
    assert said["sub"] == "attach(bold(upright(W)), b: 1)" and said["hat"] == "hat(y)" and said["words with signs"] == '"50% of a_b"'
    for name, maths in SAMPLES.items():
        assert sum(page.count("<use") for page in drawn(Document("", (Display((maths,)),)))) > 1, name


def test_the_fonts_are_those_of_the_package():
    families = engine().Fonts(include_system_fonts=False).families()
    named = set(re.findall(r'font: "([^"]+)"', typst.asset("page", "solution.typ")))
    assert named and named <= set(families)
    content = typst.pdf(Document("Title ✓", (Text(("ab", x)), Display((x, y)))))
    fonts = {name.decode() for name in re.findall(rb"/BaseFont\s*/[A-Z]{6}\+(\w+)", content)}
    assert fonts <= {"NewCMMath", "NewCM10", "DejaVuSansMono"} or all(name.startswith(("NewCM", "DejaVu", "Libertinus")) for name in fonts)


def test_the_same_solution_is_the_same_file():
    assert typst.pdf(DOCUMENT) == typst.pdf(DOCUMENT)


def test_a_marked_answer_has_its_marks_in_the_margin():
    answer = (ROOT / "examples" / "two-layer-softmax-answer.md").read_text(encoding="utf-8")
    document = pages([Marker(EXAMPLE.read_text(encoding="utf-8")).mark(answer, "answer.md")])
    assert off(document) == []
    margin = [across for page in drawn(document) for across, _ in places(page) if across < 24 * MILLIMETRE]
    assert len(margin) >= 10


@pytest.mark.skipif(not SEEDS, reason="the shared inputs are not beside the project")
def test_a_long_marked_answer_stays_on_the_page():
    text = SEEDS[4].read_text(encoding="utf-8")
    assert off(pages([Marker(text).mark(text, "answer")])) == []


def test_without_the_package_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(UsageError, match="typst") as error:
        typst.pdf(DOCUMENT)
    assert "longhand[pdf]" in error.value.suggestion
