"""Known damage: each is read as what it was, and each use is reported; what is near it but sound stays as written."""
from __future__ import annotations

import pytest
from shared_inputs import needs_shared, seeds
from shown import shown

from longhand.reading.formula import read_formula
from longhand.reading.markdown import Math, pieces
from longhand.reading.source import Source

V = [[rf"\frac{{\partial L}}{{\partial v_{{{i}{j}}}}}" for j in (1, 2, 3)] for i in (1, 2)]
DOTTED = r"\begin{bmatrix}" + r"\\".join(r" \cdot ".join(row) for row in V) + r"\end{bmatrix}"
READ = "matrix[" + "; ".join(", ".join(f"D[L by v_{{{i}{j}}}]" for j in (1, 2, 3)) for i in (1, 2)) + "]"


@pytest.mark.parametrize(("text", "kinds", "expected"), [
    ("N imes 1", ["eaten command"], "(N times 1)"),
    ("N\times 1", ["eaten command"], "(N times 1)"),
    ("x^\top", ["eaten command"], "x^{top}"),
    ("\theta_i + \tanh x", ["eaten command", "eaten command"], "theta_{i} + tanh x"),
    ("\text{Loss}", ["eaten command"], "text:Loss"),
    ("\beta x", ["eaten command"], "(beta x)"),
    ("\frac{a}{b}", ["eaten command"], "(a)/(b)"),
    ("y = 1,\nabla L", ["eaten command"], "seq{y = 1 , nabla_- L}"),
    (DOTTED, ["cdot for &"], READ),
    (r"\begin{bmatrix} 1 & 2 \\ 3 \cdot 4 \end{bmatrix}", ["cdot for &"], "matrix[1, 2; 3, 4]"),
    (r"\sigma(x),_{\theta}", ["dangling script"], "sigma(x)"),
    (r"1. \ y = x", ["list number"], "y = x"),
    ("a + b)", ["unmatched bracket"], "a + b"),
    ("(a + b", ["unclosed bracket"], "group(a + b)"),
    ("f(a + b", ["unclosed bracket"], "f(a + b)"),
    ("[0, 1)", ["mismatched brackets"], "row[0, 1]"),
    (r"\begin{bmatrix} (a & b \\ c) & d \end{bmatrix}", ["unclosed bracket", "unmatched bracket"], "matrix[group(a), b; c, d]"),
    (r"\begin{bmatrix} 1 & 2 \end{pmatrix}", ["mismatched environment"], "matrix[1, 2]"),
    (r"\begin{cases} 1 & x>0", ["unclosed bracket"], "cases[1, x > 0]"),
    ("x_{a", ["unclosed bracket"], "x_{a}"),
    ("10^-8 + x_12", ["script without braces", "script without braces"], "10^{-8} + x_{12}"),
    ("x^(2)", ["script without braces"], "x^{group(2)}"),
])
def test_damage_is_read_and_reported(text, kinds, expected):
    reading = read_formula(text)
    assert shown(reading.formula) == expected
    assert [repair.kind for repair in reading.repairs] == kinds
    assert all(repair.says for repair in reading.repairs) and reading.problems == ()


@pytest.mark.parametrize(("text", "expected"), [
    (r"\begin{bmatrix} a \cdot b \\ c \cdot d \end{bmatrix}", "matrix[(a cdot b); (c cdot d)]"),
    (r"\begin{bmatrix} a_1 \cdot b_1 \\ a_2 \cdot b_2 \end{bmatrix}", "matrix[(a_{1} cdot b_{1}); (a_{2} cdot b_{2})]"),
    (r"\begin{bmatrix} 1 & 2 \\ 3 \cdot 4 & 5 \end{bmatrix}", "matrix[1, 2; (3 cdot 4), 5]"),
    ("1.5 x", "(1.5 x)"),
    ("a op + eta", "(a o p) + (e t a)"),
    (r"\begin{aligned} y &= (a \\ & + b) \end{aligned}", "y = group(a + b)"),
    (r"\{x | x > 0\}", "{x | x > 0}"),
    (r"\left. f \right|_{x=0}", "group.f._{x = 0}"),
])
def test_what_is_sound_stays_as_written(text, expected):
    reading = read_formula(text)
    assert shown(reading.formula) == expected
    assert reading.repairs == reading.problems == ()


@needs_shared
def test_the_damage_of_the_seeds():
    kinds: dict[str, int] = {}
    for text in seeds():
        for block in pieces(Source(text)):
            for run in block.runs:
                for repair in read_formula(run.text, run.span.start).repairs if isinstance(run, Math) else ():
                    kinds[repair.kind] = kinds.get(repair.kind, 0) + 1
    assert kinds == {"cdot for &": 1, "dangling script": 1, "unmatched bracket": 6, "list number": 1, "eaten command": 6}
