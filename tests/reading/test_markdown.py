"""Blocks and runs with true places; markdown-it is the judge of which maths there is."""
from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shared_inputs import needs_shared, seeds, statements

from longhand.reading.markdown import Code, Math, Prose, pieces
from longhand.reading.source import Source


def blocks(text):
    return pieces(Source(text))


def maths(text, bare=False):
    return [run.text for block in blocks(text) for run in block.runs if isinstance(run, Math) and run.bare == bare]


def shape(text):
    return [(block.kind, block.level, block.label, block.prose) for block in blocks(text)]


def judge(text):
    """The maths that markdown-it finds with the settings that suit such sheets."""
    markdown_it = pytest.importorskip("markdown_it")
    amsmath = pytest.importorskip("mdit_py_plugins.amsmath").amsmath_plugin
    dollars = pytest.importorskip("mdit_py_plugins.dollarmath").dollarmath_plugin
    brackets = pytest.importorskip("mdit_py_plugins.texmath").texmath_plugin
    parser = markdown_it.MarkdownIt("commonmark").use(brackets, delimiters="brackets").use(amsmath)
    parser.use(dollars, allow_space=True, allow_digits=True, double_inline=True, allow_blank_lines=True)
    tokens = [token for block in parser.parse(text) for token in (block, *(block.children or ()))]
    return [token.content.strip() for token in tokens if token.type.startswith("math") or token.type == "amsmath"]


@needs_shared
def test_the_261_formulas_of_the_seeds_are_found_and_no_others():
    found = [[text.strip() for text in maths(seed)] for seed in seeds()]
    assert sum(map(len, found)) == 261
    assert found == [judge(seed) for seed in seeds()]


@needs_shared
def test_the_maths_of_every_case_is_what_the_judge_finds():
    for statement in statements():
        assert [text.strip() for text in maths(statement)] == judge(statement)
        assert maths(statement, bare=True) == []


@needs_shared
def test_bare_maths_of_the_seeds():
    third, fifth = maths(seeds()[2], bare=True), maths(seeds()[4], bare=True)
    assert third == ["u_j , h_j , z_k", "o_k", r"\mathcal{L}",
                     "u_j , h_j , z_k", r"\mathcal{L}", r"\vec{x}", r"\vec{o}^*", r"\vec{v}", r"\vec{w}"]
    assert r"=(N \times N_1)(N_1 \times K)(K \times K)" in fifth and r"=N \times K" in fifth
    assert {"W^1", "W^1_0", "W_{ii}^1", r"\hat{Y}", "∇W_0^2"} <= set(fifth)


@needs_shared
def test_a_number_on_the_line_below_belongs_to_the_display():
    numbered = [run for block in blocks(seeds()[0]) for run in block.runs if isinstance(run, Math) and run.number]
    assert [run.number.text for run in numbered] == ["1-4"]


@pytest.mark.parametrize(("text", "expected"), [
    (r"given \vec{x} and \vec{o}^* is", [r"\vec{x}", r"\vec{o}^*"]),
    ("with d, n, q neurons", []),
    ("the matrix W^1. Then", ["W^1"]),
    ("see train_loss and foo_bar.py at https://x.org/a_b", []),
    (r"bare \frac{\partial L}{\partial W} here", [r"\frac{\partial L}{\partial W}"]),
    (r"we set W = \alpha x + b and go", [r"W = \alpha x + b"]),
    ("(see W_1)", ["W_1"]),
    ("**W^1** and {v_ji} and w_{kj}", ["W^1", "{v_ji}", "w_{kj}"]),
    ("let x̂ and σ(z) be", ["x̂", "σ(z)"]),
    ("a naïve – rather über – façade’s test", []),
])
def test_bare_maths(text, expected):
    assert maths(text, bare=True) == expected


@pytest.mark.parametrize(("text", "expected"), [
    ("it costs $5 and $6 today", []),
    ("so $x$ and $ y $ and $$z$$", ["x", " y ", "z"]),
    (r"\(a\) and \[b\] and \$5 and \$6", ["a", "b"]),
    ("`$x$` and ``$`$`` are code, $y$ is not", ["y"]),
    ("$$\na\n\n= b\n$$", ["\na\n\n= b\n"]),
    ("an $open dollar\n\nand $x$", ["x"]),
    ("$$ open\n\n# A heading\n\n$x$", ["x"]),
    ("\\begin{align}\na &= b\\\\\n- c\n\\end{align}", ["\\begin{align}\na &= b\\\\\n- c\n\\end{align}"]),
    ("<!-- $x$ --> $y$", ["y"]),
    ("```\n$x$\n```\n$y$", ["y"]),
])
def test_delimited_maths(text, expected):
    assert maths(text) == expected


def test_blocks():
    text = ("---\nlayout: row\n---\n# A *title* #\ntext **bold**\nmore\n\n1. one\n2) two\n   still two\n- (a) three\n  - deep\n\n***\n\n"
            "> quoted\n> on\n\nSecond\n======\n```py\ncode\n```\nlast")
    assert shape(text) == [
        ("front matter", 0, "", "layout: row\n"), ("heading", 1, "", "A title"), ("paragraph", 0, "", "text bold\nmore"),
        ("item", 1, "1.", "one"), ("item", 1, "2)", "two\n   still two"), ("item", 1, "(a)", "three"),
        ("item", 2, "-", "deep"), ("rule", 0, "", ""),
        ("paragraph", 0, "", "quotedon"), ("heading", 1, "", "Second"), ("code", 0, "py", "code\n"), ("paragraph", 0, "", "last")]


def test_an_item_that_is_empty_on_its_first_line_takes_the_next():
    assert shape("1.\n$$a$$\n, where $b$\n\n2.\n$$c$$\n") == [("item", 1, "1.", "\na\n, where b"), ("item", 1, "2.", "\nc")]


def test_blocks_are_not_cut_inside_maths():
    assert shape("$$\na\n= b\n- c\n===\n1. d\n$$") == [("paragraph", 0, "", "\na\n= b\n- c\n===\n1. d\n")]


def check(text):
    end = 0
    for block in blocks(text):
        assert 0 <= block.span.start <= block.span.end <= len(text)
        for run in block.runs:
            assert isinstance(run, Prose | Math | Code)
            assert text[run.span.start:run.span.end] == run.text and end <= run.span.start
            assert block.span.start <= run.span.start and run.span.end <= block.span.end
            end = run.span.end
            if isinstance(run, Math) and run.number:
                end = run.number.span.end
                assert text[run.number.span.start:end] == run.number.text


PARTS = [
    "\n", "\n\n", "$", "$$", "`", "```\n", "~~~\n", "- ", "1. ", "(a) ", "---\n", "===\n", "# ", "> ", "<!--", "-->", "W_1 ",
    "and ", r"\(", r"\)", r"\[", r"\]", "=", "*", "**", "_", "word ", r"\begin{align}", r"\end{align}", "\\", "(1)", "∇x ", " ",
    "\t", "\r\n", "x̂", "{", "}", ",",
]


@given(st.lists(st.sampled_from(PARTS), max_size=40).map("".join) | st.text(max_size=200))
def test_every_run_stands_where_it_says(text):
    check(text)


@needs_shared
def test_every_run_of_the_seeds_stands_where_it_says():
    for text in (*seeds(), *statements()):
        check(text)


HARD = [
    "$", "$ ", "`", "`` ` ", "\\begin{align}", "\\begin{", "<!--", "*", "_a", "\\", "W_1 ", "W_{ ", "(W_1 ", "W_1) ", " ", "\n",
    "> ", "```\n", "$$ a\n# b\n", "- (a) x\n", "#", "\\(", "\\[a ", "$a\n \n", "W_1 , ", "$5 ", "$$a$$\n (1)\n", "(1)\n", ")", "(",
]


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(HARD), st.sampled_from(["", "W_1", "$$a$$\n", "1.\n"]))
def test_hard_texts_take_linear_time(part, start):
    text = start + part * (100_000 // len(part))
    began = time.perf_counter()
    pieces(Source(text))
    assert time.perf_counter() - began < 30         # about 0.1 s; a quadratic scan takes minutes
