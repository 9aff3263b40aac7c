"""The blocks of documents in HTML: well formed, no script, nothing of the document as markup."""
from __future__ import annotations

import re
import xml.etree.ElementTree as tree
from html.parser import HTMLParser

import pytest
from sample_document import DOCUMENT, NASTY
from sample_maths import MATRIX, SAMPLES, n, x

from longhand.forms.document import Comment, Display, Document, Heading, Table, Text, Working, WorkingRow
from longhand.forms.maths import Judged, Line, Sign, Words
from longhand.printing import html
from longhand.printing.mathml import bold, mathml

CORE = {"math", "semantics", "annotation", "mrow", "mi", "mn", "mo", "mtext", "mspace", "msub", "msup", "msubsup", "munder", "mover", "munderover",
        "mfrac", "msqrt", "mtable", "mtr", "mtd"}
CHILDREN = {"msub": 2, "msup": 2, "msubsup": 3, "munder": 2, "mover": 2, "munderover": 3, "mfrac": 2}
VOID = {"meta", "br"}
VARYING = {"mi", "mo", "mspace", "p"}       # which of them a sign becomes, and whether there are words for those who see no cells
ATTACK = ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "</style></title></math><b>", "&lt;i&gt; &#x3c;", "javascript:alert(1)",
          "</annotation></semantics>", "<!--", "]]>", "\x00\x1b[31m\u202e"]


class Checked(HTMLParser):
    """Tags that close as they were opened; what they are and what they hold."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, tag

    def handle_data(self, words):
        self.words += words


@pytest.mark.parametrize("name", SAMPLES)
def test_mathml_is_core_and_well_formed(name):
    root = tree.fromstring(mathml(SAMPLES[name]).replace("&nbsp;", " "))
    for node in root.iter():
        assert node.tag in CORE
        assert len(node) == CHILDREN.get(node.tag, len(node)), (node.tag, name)
        assert not (node.text or "").strip() or node.tag in ("mi", "mn", "mo", "mtext", "annotation")


@pytest.mark.parametrize(("name", "holds"), [
    ("sign", "<mi>x</mi>"), ("hat", '<mover accent="true"><mi>y</mi><mo stretchy="false">^</mo></mover>'),
    ("minus in front", '<mo form="prefix">−</mo><mi>x</mi><mo form="infix">+</mo>'), ("sub", "<msub><mi>𝐖</mi><mn>1</mn></msub>"),
    ("sum", "<munderover><mo>∑</mo>"), ("norm", "<mo form=\"prefix\" stretchy=\"false\" lspace=\"0\" rspace=\"0\">‖</mo>"),
    ("grid", '<mtd class="number"><mrow><mo form="prefix" lspace="0" rspace="0">−</mo><mn>1.5</mn></mrow></mtd>'),
    ("words with signs", "<mtext>50% of a_b</mtext>"),
    ("marked", '<mrow class="stated wrong"><mn>2</mn></mrow><mrow class="wrong"><mtext class="flag">✗</mtext><mrow class="fix"><mn>3</mn></mrow></mrow>'),
])
def test_mathml(name, holds):
    assert holds in mathml(SAMPLES[name])


def test_formulas_carry_their_latex():
    assert '<annotation encoding="application/x-tex">(x - \\hat{y})</annotation>' in mathml(SAMPLES["fence"])
    assert mathml(x, True).startswith('<math display="block">')
    assert bold("Wz2β数") == "𝐖𝐳𝟐𝛃数"


def written(document):
    return html.Writer(document).blocks(document.blocks)


def test_blocks_are_well_formed_and_load_nothing():
    page = written(DOCUMENT)
    checked = Checked(page)
    tags = {tag for tag, _ in checked.tags}
    assert not tags & {"script", "link", "img", "iframe", "object", "form", "base", "svg"}
    assert all(not name.startswith("on") and name not in ("src", "style", "action") for _, attributes in checked.tags for name in attributes)
    assert all(a["href"].startswith("#") for tag, a in checked.tags if tag == "a")
    assert "url(" not in page and "http" not in page and "@import" not in page
    assert NASTY.replace("\x1b", " ").replace("\x07", " ") in checked.words
    ids = [a["id"] for _, a in checked.tags if "id" in a]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("attack", ATTACK)
def test_nothing_becomes_markup(attack):
    maths = (Words(attack), Sign(attack), Sign(attack, "number"), Sign(rf"\hat{{{attack}}}"), Sign(rf"\mathbf{{{attack}}}"), Sign(attack, "operator"))
    inlines = (attack, *maths)
    comment = Comment("wrong", attack, (attack,), (("", (attack,)), (attack, inlines)))
    rows = tuple(WorkingRow(body, ("wrong",), (comment,), attack) for body in (Display(maths), Text(inlines), Heading(1, inlines)))
    document = Document(attack, (Heading(1, inlines), Text(inlines, "mistake"), Table(((attack,),), ((inlines,),)), Working(3, rows),
                                 Display(maths, label=attack)))
    page = written(document)
    checked = Checked(page)
    plain = Checked(written(replaced(document, attack, "words")))
    assert [tag for tag, _ in checked.tags if tag not in VARYING] == [tag for tag, _ in plain.tags if tag not in VARYING]
    assert not {tag for tag, _ in checked.tags} & {"script", "img", "i"} and not re.search("[\x00\x1b\u202e]", page)
    assert all(not name.startswith("on") for _, attributes in checked.tags for name in attributes)


def replaced(node, old: str, new: str):
    """The document with other words in it."""
    if isinstance(node, str):
        return node.replace(old, new)
    if isinstance(node, tuple):
        return tuple(replaced(part, old, new) for part in node)
    if hasattr(node, "__dataclass_fields__"):
        return type(node)(*(replaced(getattr(node, name), old, new) for name in node.__dataclass_fields__))
    return node


def test_a_marked_line():
    rows = (WorkingRow(Display((x, MATRIX)), ("right", "right")),
            WorkingRow(Display((Line(()), SAMPLES["marked cells"])), ("misread",), (Comment("misread", "misread", (), (("", ("Look.",)),)),), "= [1]"))
    page = written(Document("", (Text(("First mistake in line 42.",), "mistake"), Working(42, rows))))
    assert '<div class="working tall first" id="a1-42" data-v="right misread">' in page and '<a href="#a1-42">42</a>' in page
    assert 'role="img" aria-label="right; right"' in page and '<span class="mark misread loud" role="img" aria-label="misread"' in page
    assert 'title="= [1]"' in page and '<div class="comment misread" role="note"><p><b class="head">misread.</b> Look.</p></div>' in page
    assert "row 1, column 1: −0.75 is misread, should be −1.5; row 2, column 2: −10 is wrong" in page


def test_lines_that_are_not_there_are_no_links():
    page = written(Document("", (Text(("First mistake in line 7.",), "mistake"),)))
    assert "<a " not in page and "line 7" in page


def test_marks_of_a_column_have_a_column_of_their_own():
    grid = mathml(SAMPLES["marked cells"])
    assert [row.count("<mtd") for row in grid.split("</mtr>")[:2]] == [4, 4]
    assert mathml(Judged(n("2"), "right")) == mathml(n("2"))
