"""Exact numbers from text and from Python."""
from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longhand.errors import DataError
from longhand.reading.values import as_data, exact, read_data


def test_numbers_are_exact_as_written():
    assert read_data('{"x": [0.3, "-1e-4", "1/3", 7], "eta": 0.1, "W_1": [[1, 2], [3, 4]]}') == {
        "x": (Fraction(3, 10), Fraction(-1, 10_000), Fraction(1, 3), Fraction(7)), "eta": Fraction(1, 10), "W_1": ((1, 2), (3, 4))}


@pytest.mark.parametrize(("text", "says"), [
    ('{"W_1": [[1, 2], [3]]}', '"W_1" is not rectangular'),
    ('{"x": [1, [2]]}', '"x" is not rectangular'),
    ('{"x": [1, null]}', '"x" holds null'), ('{"x": true}', '"x" holds true'), ('{"x": NaN}', '"x" holds NaN'),
    ('{"x": -Infinity}', '"x" holds -Infinity'), ('{"x": {"y": 1}}', '"x" holds an object'), ('{"x": "one"}', '"x" holds "one"'),
    ('{"x": 1, "x": 2}', '"x" is given twice'), ('{"x": "1e99999"}', '"x" holds "1e99999"'), ('{"x": "1/0"}', '"x" holds "1/0"'),
    ('{"x": "٣"}', "no number"), ('{"x": ' + "9" * 5000 + "}", "no number"), ('[1, 2]', "not a JSON object"), ('{"x": 1', "not JSON"),
    ('{"x": ' + "[" * 100_000 + "}", "nested too deeply"), ('{"x": ' + "[" * 50 + "1" + "]" * 50 + "}", '"x" is nested more than'),
    ("", "not JSON"),
])
def test_what_is_no_number_is_said_by_name(text, says):
    with pytest.raises(DataError) as caught:
        read_data(text)
    assert says in caught.value.statement


def test_an_error_in_the_json_has_its_place():
    with pytest.raises(DataError, match=r"line 2:  \"y\" 2"):
        read_data('{"x": 1,\n"y" 2}')


def test_python_values():
    class Rows:
        def tolist(self):
            return [[1, 0.1]]
    assert as_data({"x": (1, 0.1, "2/3", Fraction(1, 7)), "A": Rows()}) == {
        "x": (1, Fraction(1, 10), Fraction(2, 3), Fraction(1, 7)), "A": ((1, Fraction(1, 10)),)}
    with pytest.raises(DataError, match="holds nan"):
        as_data({"x": float("nan")})
    with pytest.raises(DataError, match="holds a complex"):
        as_data({"x": 1j})


@given(st.fractions())
def test_every_ratio_reads_back(value):
    assert exact(str(value)) == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_reads_back(value):
    assert float(exact(repr(value))) == value
