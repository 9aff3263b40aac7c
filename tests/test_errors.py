"""The house form of an error."""
from __future__ import annotations

import pickle

import pytest

from longhand.errors import DataError, LonghandError, Place, ShapeError, UsageError, at, pointer, render


def test_the_house_form():
    error = ShapeError("W_1 is d×n and x has d entries: the inner sizes n and d differ.",
                       Place(14, 5, "h = W_1 x + b_1", 5, "1-1"), "Did you mean W_1^T x? The text says h ∈ R^n.")
    assert render(error) == (
        "ShapeError, line 14, equation (1-1):  h = W_1 x + b_1\n"
        "                                          ^^^^^\n"
        "W_1 is d×n and x has d entries: the inner sizes n and d differ.\n"
        "Did you mean W_1^T x? The text says h ∈ R^n.")


def test_without_a_place_it_is_one_line():
    assert render(UsageError("html is no colour.")) == "UsageError: html is no colour."


def test_a_place_without_text_and_a_file():
    error = DataError("x is not rectangular.", Place(3, source="data.json"))
    assert render(error) == "DataError, data.json, line 3:\nx is not rectangular."
    assert pointer(Place(8, 3, "a b")).splitlines() == ["line 8:  a b", "           ^"]


def test_a_place_is_added_once():
    error = at(ShapeError("No."), Place(1))
    assert at(error, Place(2)).place == Place(1)


@pytest.mark.parametrize(("text", "column", "width", "marked"), [
    ("    indented here", 5, 8, "indented"),
    ("x" * 500 + "WRONG" + "y" * 500, 501, 5, "WRONG"),
    ("漢字 = WRONG", 6, 5, "WRONG"),
    ("y\u0302 = WRONG", 6, 5, "WRONG"),
    ("\tx = WRONG", 6, 5, "WRONG"),
])
def test_the_carets_stand_under_what_is_meant(text, column, width, marked):
    from longhand.errors import _columns
    head, carets = render(ShapeError("No.", Place(1, column, text, width))).splitlines()[:2]
    start = carets.index("^")
    place = next(n for n in range(len(head)) if _columns(head[:n]) == start and head[n:].startswith(marked))
    assert head[place:place + len(marked)] == marked and carets.count("^") == len(marked)
    assert len(head) < 160


def test_no_file_drives_the_terminal_it_is_quoted_on():
    error = ShapeError("No \x1b]0;title\x07.", Place(1, 1, "\x1b[2Jx\u202e\x9b31m", 1, "\x1b[1m", "\x1b[0m"), "\x08")
    assert not set(render(error)) & set("\x1b\x07\x08\x9b\u202e")


def test_errors_travel_between_processes():
    error = pickle.loads(pickle.dumps(ShapeError("No.", Place(1, 2, "x"), "Yes.")))
    assert (error.statement, error.place, error.suggestion) == ("No.", Place(1, 2, "x"), "Yes.")


def test_every_kind_has_an_exit_code_of_the_contract():
    assert {kind.exit_code for kind in LonghandError.__subclasses__()} == {1, 2, 3}
