"""Fuzz: every seed formula with each of its characters left out, whole sheets with one left out, and texts at random. Nothing raises."""

from __future__ import annotations

import contextlib
import random

import pytest
from accounting import check_spans, lost
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shared_inputs import needs_shared, seeds
from test_nothing_silent import OWN

from longhand.errors import LonghandError
from longhand.reading.formula import read_formula
from longhand.reading.markdown import Math, pieces
from longhand.reading.sheet import read
from longhand.reading.source import Source

SHEETS_TRIED = 25  # of each seed, chosen by chance; each takes some hundredths of a second


def formulas(text: str) -> list[str]:
    return [run.text for block in pieces(Source(text)) for run in block.runs if isinstance(run, Math)]


@needs_shared
@pytest.mark.parametrize("number", range(5))
def test_each_formula_without_each_character(number):
    for text in dict.fromkeys(formulas(seeds()[number])):
        for at in range(len(text)):
            damaged = text[:at] + text[at + 1 :]
            reading = read_formula(damaged)
            assert lost(damaged, 0, reading) == [], damaged
            check_spans(damaged, 0, reading)


@needs_shared
@pytest.mark.parametrize("number", range(5))
def test_a_seed_without_one_character(number):
    text, chance = seeds()[number], random.Random(number)
    for at in chance.sample(range(len(text)), SHEETS_TRIED):
        read(text[:at] + text[at + 1 :])


@pytest.mark.parametrize("text", OWN.values(), ids=OWN)
def test_a_sheet_without_each_character(text):
    for at in range(len(text)):
        read(text[:at] + text[at + 1 :])


PIECES = st.sampled_from(
    [
        "$",
        "$$",
        "\n",
        "\n\n",
        " ",
        "x",
        "W_1",
        "W",
        "b",
        "L",
        "y_i",
        r"\hat{y}",
        "=",
        "+",
        "-",
        r"\cdot",
        r"\odot",
        "^T",
        "^2",
        "_{ij}",
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        r"\sum_i",
        r"\sum_{i=1}^n",
        r"\frac{",
        "}{",
        r"\partial",
        r"\frac{\partial L}{\partial W}",
        r"\in",
        r"\mathbb{R}^{n}",
        r"\begin{bmatrix}",
        r"\end{bmatrix}",
        "&",
        r"\\",
        "1",
        "0.5",
        ",",
        r"\sigma(",
        r"\tanh",
        r"\ln",
        r"\begin{cases}",
        r"\end{cases}",
        "Find",
        "the gradient of",
        "with respect to",
        "learning rate",
        "one step",
        ".",
        ":",
        "#",
        "- ",
        "softmax",
        r"\dots",
        r"\mathrm{softmax}(",
        r"\|",
        "|",
        "e^{",
        r"\max(0,",
        "'",
        r"\text{if }",
        "---\n",
        "layout: row",
        "j = 1, 2",
        r"\to",
        "<",
        "batch",
    ]
)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(PIECES, max_size=60))
def test_pieces_of_sheets_in_any_order(parts):
    read("".join(parts))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_any_text(text):
    read(text)


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["x", "W", "w", "b", "t", "q", "L", "W_1", ""]),
        st.recursive(
            st.one_of(st.integers(), st.text(max_size=5), st.none(), st.booleans()), lambda inner: st.lists(inner, max_size=3), max_leaves=8
        ),
    )
)
def test_any_data(data):
    with contextlib.suppress(LonghandError):
        read(OWN["columns"], data=data)
