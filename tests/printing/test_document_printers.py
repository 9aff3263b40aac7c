"""Documents in every output: every block, nothing of the user's words active, nothing wider than the terminal."""
from __future__ import annotations

import re
import subprocess
import sys

import pytest
from latex_lint import faults
from sample_document import DOCUMENT, NASTY
from sample_maths import SAMPLES, x, y

from longhand.forms.document import Block, Display, Document, StepCard, Text
from longhand.forms.maths import line
from longhand.printing import latex, markdown, terminal
from longhand.printing.ansi import wants_colour
from longhand.printing.unicode_table import width

ANSI = re.compile(r"\x1b\[[0-9;]*m")


def test_the_sample_has_every_block():
    def kinds(blocks):
        for block in blocks:
            yield type(block)
            if isinstance(block, StepCard):
                yield from kinds(block.body)
    assert {k.__name__ for k in kinds(DOCUMENT.blocks)} == {k.__name__ for k in Block.__subclasses__()}


def test_terminal_without_colour_has_no_control_characters():
    said = terminal.render(DOCUMENT, 80)
    assert all(c.isprintable() or c == "\n" for c in said)
    assert "3 · Through x  (chain rule)" in said and "∈ ℝ²" in said and "because ŷ depends on it" in said


@pytest.mark.parametrize("columns", [50, 80, 100])
def test_colour_changes_nothing_but_colour(columns):
    coloured = terminal.render(DOCUMENT, columns, True)
    assert coloured != terminal.render(DOCUMENT, columns)
    plain = "\n".join(row.rstrip() for row in ANSI.sub("", coloured).split("\n"))
    assert plain == terminal.render(DOCUMENT, columns)


@pytest.mark.parametrize("columns", [60, 80, 100])
def test_text_and_chains_stay_within_the_terminal(columns):
    chain = Display(tuple(SAMPLES["sum"] for _ in range(12)), (), None, True)
    words = Text(("word " * 100, SAMPLES["fraction"], " and more" * 20))
    long = Display((x, line(*(part for _ in range(30) for part in (SAMPLES["minus in front"].items[-2], y)))), ("=",))
    said = terminal.render(Document("", (words, chain, long)), columns)
    assert max(width(row) for row in said.split("\n")) <= columns
    assert said.count("Σ") == 12 and said.count("ŷ") == 1 + 30


def test_chains_break_at_their_relations_and_align():
    said = terminal.render(Document("", (Display(tuple(SAMPLES["sum"] for _ in range(12))),)), 60)
    rows = [row for row in said.split("\n") if "Σ" in row]
    assert len(rows) > 1 and len({row.index("=") for row in rows}) == 1


def test_a_result_is_framed():
    said = terminal.render(Document("", (Display((x, y), (), None, True),)), 80)
    assert said == "    ╭───────╮\n    │ x = ŷ │\n    ╰───────╯\n"


def test_colour_is_wanted_on_terminals_only():
    class Stream:
        def __init__(self, tty):
            self.tty = tty

        def isatty(self):
            return self.tty

    assert wants_colour(Stream(True), {}) and not wants_colour(Stream(False), {})
    assert not wants_colour(Stream(True), {"NO_COLOR": "1"}) and not wants_colour(Stream(True), {"TERM": "dumb"})
    assert wants_colour(Stream(True), {"NO_COLOR": ""})


def test_markdown():
    said = markdown.render(DOCUMENT)
    assert "\x1b" not in said and "\x07" not in said
    maths = re.findall(r"\$\$\n(.*?)\n\$\$", said, re.DOTALL)
    assert len(maths) == 6 and all(faults(m) == [] for m in maths)
    assert maths[1].startswith(r"\boxed{\begin{aligned}") and r"\in \mathbb{R}^2" in maths[1]
    assert r"50% of a\_b & \*stars\* \#1 \$5 {x} \\cmd \~ ^ \<b\> \| \`tick\`" in said
    assert "````python" in said and "- first\n- *Assumed.* second" in said
    assert "| $\\mathbf{W} _ 1$ | 50%" in said


def test_markdown_reads_back_as_what_was_meant():
    from markdown_it import MarkdownIt
    document = Document("", (Text((NASTY[:-6],)), Text(("- no list",)), Text(("1. no list",))))
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown.render(document))
    assert [t.type for t in tokens if t.type.endswith("_open")] == ["paragraph_open"] * 3
    assert [t.content for t in tokens if t.type == "inline"] and all(
        child.type == "text" for t in tokens if t.type == "inline" for child in t.children)
    assert tokens[1].children[0].content.strip() == NASTY[:-6].strip()


def test_latex_article():
    said = latex.render(DOCUMENT)
    assert said.startswith("\\documentclass") and said.rstrip().endswith("\\end{document}")
    assert all(c.isprintable() or c == "\n" for c in said)
    body = re.sub(r"\\begin\{verbatim\}.*?\n\\end\{verbatim\}", "", said, flags=re.DOTALL)
    assert faults(body.replace("\\begin{tabular}{ll}", "\\begin{tabular}")) == []
    assert r"50\% of a\_b \& *stars* \#1 \$5 \{x\} \textbackslash{}cmd" in body
    assert said.count("\\begin{verbatim}") == said.count("\\end{verbatim}") == 4
    assert said.isascii()
    assert said.count("\\begin{itemize}") == said.count("\\end{itemize}") == 1


def test_printers_are_light():
    code = ("import sys, longhand.printing.terminal, longhand.printing.markdown, longhand.printing.latex, longhand.forms.matrix_maths;"
            "print(sorted({'numpy', 'rich', 'sympy', 'torch', 'flint'} & set(sys.modules)))")
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
