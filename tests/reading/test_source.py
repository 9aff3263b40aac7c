"""Offsets, lines, columns and carets."""
from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from longhand.reading.source import WINDOW, Source
from longhand.reading.syntax import Span

TEXT = "alpha\nbeta gamma\n\ndelta"


def test_places_count_from_one():
    source = Source(TEXT, "sheet.md")
    assert source.place(0) == (1, 1)
    assert source.place(6) == (2, 1)
    assert source.place(11) == (2, 6)
    assert source.place(17) == (3, 1)
    assert source.place(len(TEXT)) == (4, 6)


def test_lines():
    source = Source(TEXT)
    assert [source.line(n) for n in range(6)] == ["", "alpha", "beta gamma", "", "delta", ""]
    assert Source("a\r\nb").line(1) == "a"


def test_caret_stands_under_the_span():
    assert Source(TEXT).caret(Span(11, 16)) == "beta gamma\n     ^^^^^"


def test_caret_of_an_empty_span_and_of_the_end():
    assert Source("ab").caret(Span(1, 1)) == "ab\n ^"
    assert Source("ab").caret(Span(2, 2)) == "ab\n  ^"


def test_a_long_line_is_cut_to_a_window():
    text = "x" * 300 + "HERE" + "y" * 300
    shown, carets = Source(text).caret(Span(300, 304)).split("\n")
    assert shown.startswith("…") and shown.endswith("…") and len(shown) == WINDOW + 2
    assert shown[carets.index("^"):carets.index("^") + 4] == "HERE" and carets.count("^") == 4


@given(st.text(max_size=300), st.integers(0, 300), st.integers(0, 300))
def test_any_span_of_any_text_has_a_place_and_a_caret(text, start, length):
    source = Source(text)
    line, column = source.place(start)
    assert source.starts[line - 1] + column - 1 == min(start, len(text))
    shown, carets = source.caret(Span(start, start + length)).split("\n")
    assert carets.strip("^ ") == "" and 1 <= carets.count("^") <= max(1, len(shown)) and len(carets) <= len(shown) + 1
