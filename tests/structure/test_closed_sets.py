"""Every `match` over a closed set of nodes handles all of them, and every printer prints all of them."""
from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator

import pytest
from source_tree import Source, sources

from longhand.core import expr
from longhand.core.axis import Axis, Index
from longhand.core.problem import Notation
from longhand.forms import document as d
from longhand.forms import maths as m
from longhand.forms.index_form import index_form
from longhand.printing import html, latex, latex_maths, markdown, mathml, plain, terminal, terminal_maths
from longhand.reading import syntax

CLOSED = {base: {kind.__name__ for kind in base.__subclasses__()} for base in (expr.Expr, m.Maths, d.Block, syntax.Formula)}
HOMES = {tuple(base.__module__.split(".")[1:]): kinds for base, kinds in CLOSED.items()}


def incomplete(files: Iterable[Source]) -> Iterator[str]:
    """Functions that end in assert_never and leave out a node of the set they match."""
    for source in files:
        homes = {alias.asname or alias.name: module for node in ast.walk(source.tree) if isinstance(node, ast.ImportFrom)
                 for module in [(*source.parts[:-node.level], *(node.module or "").split("."))] for alias in node.names}
        for function in ast.walk(source.tree):
            if not isinstance(function, ast.FunctionDef):
                continue
            calls = [n for n in ast.walk(function) if isinstance(n, ast.Call) and ast.unparse(n.func) == "assert_never"]
            cases = {n.cls.id for n in ast.walk(function) if isinstance(n, ast.MatchClass) and isinstance(n.cls, ast.Name)}
            for home in {homes.get(case) for case in cases} & HOMES.keys() if calls else ():
                if cases & HOMES[home] and (missing := HOMES[home] - cases):
                    yield f"{source.name}: {function.name} leaves out {', '.join(sorted(missing))}"


def test_every_match_is_complete():
    assert list(incomplete(sources())) == []


def test_the_test_sees_a_match_that_leaves_out_a_node():
    text = """
from .expr import Add, Mul, Number

def f(e):
    match e:
        case Number():
            return 1
        case Add(parts) | Mul(parts):
            return 2
    assert_never(e)
"""
    [found] = incomplete([Source(("core", "bad"), text)])
    assert "leaves out Apply, Component, Delta, Entry, Holds, Power, Sum" in found


# ---- one of each ------------------------------------------------------------------------------------------------

I, K = Index(Axis("d", "d", "i")), Index(Axis("q", "q", "k"))
X, Z = expr.Entry("x", (I,)), expr.Entry("z", (K,))
EXPRESSIONS = {
    "Number": expr.Number(3), "Entry": expr.Entry("x", (expr.Offset(((I, 1), (K, 1)), 2),)), "Delta": expr.Delta(I, I.__class__(I.axis, 1)),
    "Holds": expr.Holds(X, ">", expr.Number(0)), "Add": expr.Add((X, Z)), "Mul": expr.Mul((X, Z)), "Power": expr.Power(X, 2),
    "Sum": expr.Sum(I, X), "Apply": expr.Apply("relu", (X,), 1), "Component": expr.Component("softmax", K, Z, Index(K.axis, 1)),
}
A, B = m.Sign("W"), m.Sign(r"\epsilon")
MATHS = {
    "Sign": A, "Words": m.Words("if"), "Line": m.Line((A, m.Sign("=", "relation"), B)),
    "Scripts": m.Scripts(A, B, m.Sign("2", "number")),
    "Over": m.Over(A, B), "Fence": m.Fence(A), "Root": m.Root(A), "Grid": m.Grid(((A, B), (B, A))),
    "Choice": m.Choice(((A, m.Words("if")),)),
    "Limits": m.Limits(r"\sum", A, B), "Brace": m.Brace(A, m.Words("note")), "Judged": m.Judged(A, "wrong", B),
}
BLOCKS = {
    "Heading": d.Heading(1, ("Forward pass",)), "Text": d.Text(("Let ", A, " be.")), "Item": d.Item(("one",)),
    "Display": d.Display((A, B), ("=",)),
    "StepCard": d.StepCard(1, ("the loss",), "chain rule", ("because",), (d.Display((A,)),)), "Table": d.Table((("W",),), (((A,),),)),
    "Figure": d.Figure("x -> h", ("a network",)), "Code": d.Code("print(1)", "python"),
    "Tally": d.Tally((("right", 2),)), "Working": d.Working(3, (d.WorkingRow(d.Display((A, B)), ("wrong",), (d.Comment("wrong", "wrong"),)),)),
}
SAMPLES = {expr.Expr: EXPRESSIONS, m.Maths: MATHS, d.Block: BLOCKS}
PRINTERS: list[tuple[type, Callable[[object], object]]] = [
    (expr.Expr, plain.expression), (expr.Expr, lambda e: index_form(e, Notation())),
    (m.Maths, latex_maths.latex), (m.Maths, terminal_maths.inline), (m.Maths, terminal_maths.block), (m.Maths, mathml.mathml),
    *((d.Block, lambda block, render=printer.render: render(d.Document("", (block,)))) for printer in (terminal, markdown, latex)),
    (d.Block, lambda block: html.Writer(d.Document("", (block,))).block(block)),
]


@pytest.mark.parametrize("base", SAMPLES)
def test_there_is_a_sample_of_every_node(base):
    assert SAMPLES[base].keys() == CLOSED[base]


@pytest.mark.parametrize(("base", "render"), PRINTERS)
def test_every_printer_prints_every_node(base, render):
    for name, node in SAMPLES[base].items():
        assert render(node), name
