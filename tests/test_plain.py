"""The plain-text form: what is printed reads back to the same problem, and what is wrong is said where it stands."""
from __future__ import annotations

import time
from dataclasses import fields
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longhand.core.axis import Axis, Index
from longhand.core.equation import Equation, Fact, Program, Tensor
from longhand.core.expr import Add, Apply, Component, Delta, Entry, Expr, Holds, Mul, Number, Offset, Power, Sum, number
from longhand.core.problem import ASKED, Descent, Notation, Problem, Remark, Spelling, Wanted
from longhand.core.walk import all_indices
from longhand.errors import DataError, LonghandError
from longhand.printing import plain as printing
from longhand.reading import plain as reading
from longhand.reading.plain_data import with_data

SHEET = r'''
# a comment
longhand 1
title "Problem 1"
axis d letter i
axis n letter j        # the hidden layer
axis q letter k
size d = 2
tensor x : input [d]           as $\mathbf{x}$ column
tensor W_1 : parameter [d, n]  as $\mathbf{W}_1$
tensor b_1 : parameter [n]
tensor W_2 : parameter [n, q]
tensor ys : label [q]
tensor eta : data
h[j] = sum(i, W_1[i,j]*x[i]) + b_1[j] label "1-1"
a[j] = relu(h[j])
z[k] = sum(j, W_2[j,k]*a[j])
yhat[k] = softmax(k', z[k'])[k]
Loss = -sum(k, ys[k]*ln(yhat[k]))
fact sum(k, ys[k]) = 1 because "y is one-hot" assumed
data x = [0, -2.5]
loss Loss
find gradient Loss wrt W_1, b_1
descent "gradient descent" W_1, b_1 with "learning rate" = eta steps 1
note assumption "log means ln" because "usual" line 42
layout row
'''


def test_a_sheet_written_by_hand():
    p = reading.read(SHEET)
    assert p.title == "Problem 1" and p.loss == "Loss" and p.sizes == {"d": 2}
    assert [e.name for e in p.program.equations] == ["h", "a", "z", "yhat", "Loss"]
    assert p.program.equations[0].label == "1-1"
    assert p.program["h"].axes == (Axis("n", "n"),) and p.program["Loss"].role == "loss"
    k = Index(Axis("q", "q"))
    assert p.program.equations[3].right == Component("softmax", Index(k.axis, 1), Entry("z", (Index(k.axis, 1),)), k)
    assert p.data == {"x": (Fraction(0), Fraction(-5, 2))}
    assert p.program.facts[0].assumed and p.program.facts[0].total == Number(1)
    assert p.descent == Descent("gradient descent", ("W_1", "b_1"), {"learning rate": "eta"}, 1)
    assert p.wanted == (Wanted("gradient", "Loss", ("W_1", "b_1")),)
    assert p.notation.layout == "row" and p.notation.spellings["x"] == Spelling(r"\mathbf{x}")
    assert p.assumptions[0].line == 42
    assert reading.read(printing.render(p)) == p


def test_several_problems_in_one_text():
    p = reading.read(SHEET)
    assert reading.read_all(printing.render(p, p)) == (p, p)


@pytest.mark.parametrize(("written", "meant"), [
    ("x[i+k]", "convolution"), ("h[t-1]", "recurrence"), ("U[label[n], k]", "gather"), ("U[label[n], 2*k+1]", "stride"),
    ("x[3]", "fixed"), ("delta(i, k)", "delta"), ("[x[i] >= 0]", "condition"), ("relu''(x[i])", "order"), ("x[i]^(1/2)", "root"),
    ("x[i]^-2", "power"), ("1/x[i]", "inverse"), ("x[i]/x[k]", "quotient"), ("-0.5*x[i]", "number"), ("1/3*x[i]", "ratio"),
    ("sum(i', x[i'])", "sum"), ("softmax(i', x[i'])[i]", "component"), ("elu(x[i], 0.1)", "parameter"), ("x[i+0]", "not the plain index"),
])
def test_every_kind_of_node_stands_as_written(written, meant):
    head = "longhand 1\naxis d letter i\naxis q letter k\naxis T letter t\naxis N letter n\naxis e letter e\n" \
           "tensor x : input [d]\ntensor h : input [T]\ntensor U : input [N, q]\ntensor label : label [N]\n"
    head = head.replace("axis q letter k", "axis q size d letter k")
    text = f"{head}y[i, k, t, n] = {written}\n"
    assert f"y[i, k, t, n] = {written}\n" in printing.render(reading.read(text)), meant


# ---- any problem ------------------------------------------------------------------------------------------------

AXES = (Axis("d", "d", "i"), Axis("n", "hidden size", "j"), Axis("3rd axis", 3, "i"), Axis("T", "T", r"\tau"))
TENSORS = {t.name: t for t in (
    Tensor("x", AXES[:1], "input"), Tensor("W^1", (AXES[0], AXES[1]), "parameter"), Tensor("sum", (AXES[3],), "input"),
    Tensor("label", (AXES[1],), "label"), Tensor("eta", (), "data"), Tensor("line", (), "data"),
    Tensor("ŷ*\"", (AXES[0], AXES[0]), "input"))}
texts = st.text(st.characters(codec="utf-8"), max_size=12)
indices = st.builds(Index, st.sampled_from(AXES), st.integers(0, 3))
numbers = st.one_of(st.integers(-12, 12), st.fractions(-3, 3, max_denominator=40)).map(number)


def entries(of: st.SearchStrategy) -> st.SearchStrategy:
    return st.sampled_from(list(TENSORS.values())).flatmap(lambda t: st.builds(Entry, st.just(t.name), st.tuples(*[of for _ in t.axes])))


def own_indices(tensor: Tensor) -> st.SearchStrategy:
    return st.builds(Entry, st.just(tensor.name), st.tuples(*[st.builds(Index, st.just(a), st.integers(0, 2)) for a in tensor.axes]))


plain_entries = st.sampled_from(list(TENSORS.values())).flatmap(own_indices)
variables = st.tuples(st.one_of(indices, plain_entries), st.integers(-3, 3))
offsets = st.builds(Offset, st.lists(variables, max_size=3).map(tuple), st.integers(-3, 3))
spots = st.one_of(indices, offsets)
exponents = st.one_of(st.integers(-3, 4), st.fractions(-2, 2, max_denominator=4)).map(lambda v: number(v).value)


def _branches(inside: st.SearchStrategy) -> st.SearchStrategy:
    several = st.lists(inside, min_size=2, max_size=4).map(tuple)
    return st.one_of(
        st.builds(Add, several), st.builds(Mul, several), st.builds(Power, inside, exponents), st.builds(Sum, indices, inside),
        st.builds(Holds, inside, st.sampled_from((">", ">=", "<", "<=", "==", "!=")), inside),
        st.builds(Apply, st.sampled_from(("relu", "exp", "ln")), st.tuples(inside), st.integers(0, 3)),
        st.builds(Apply, st.just("elu"), st.tuples(inside, inside), st.integers(0, 1)),
        st.builds(Component, st.just("softmax"), indices, inside, spots),
    )


leaves = st.one_of(numbers, plain_entries, entries(offsets), st.builds(Delta, spots, spots))
expressions = st.recursive(leaves, _branches, max_leaves=14)


@st.composite
def problems(draw):
    equations = []
    tensors = dict(TENSORS)
    for n in range(draw(st.integers(0, 3))):
        e = draw(expressions)
        loose = {i.axis for i in all_indices(e)}
        axes = tuple(sorted({i.axis for i in _free(e)}, key=lambda a: a.name))
        assert set(axes) <= loose
        left = tuple(sorted(_free(e), key=lambda i: (i.axis.name, i.mark)))
        name = draw(st.sampled_from(("h", "h^*", "loss", "δ"))) + str(n)
        tensors[name] = Tensor(name, tuple(i.axis for i in left), draw(st.sampled_from(("intermediate", "loss"))))
        equations.append(Equation(Entry(name, left), e, draw(texts)))
    names = st.sampled_from(list(tensors))
    facts = draw(st.lists(st.builds(Fact, st.just("x"), st.just(AXES[0]), numbers, texts, st.booleans()), max_size=2))
    optional = st.one_of(st.none(), st.integers(0, 99))
    remarks = st.lists(st.builds(Remark, texts, texts, optional, optional, texts, texts), max_size=2).map(tuple)
    latex = st.dictionaries(st.one_of(names, texts), texts, max_size=3)
    notation = Notation(
        draw(st.dictionaries(st.one_of(names, texts), st.builds(Spelling, texts, st.sampled_from(("subscript", "brackets")),
                                                                st.sampled_from(("row", "column"))), max_size=3)),
        draw(latex), draw(latex), draw(latex), draw(st.sampled_from(("row", "column"))), draw(st.sampled_from(("ln", "log"))), draw(latex))
    kinds, of = st.sampled_from(ASKED), st.one_of(st.just(""), names)
    wanted = st.one_of(
        st.builds(Wanted, kinds, of, st.just(()), st.just(False), optional, texts),
        st.builds(Wanted, kinds, of, st.lists(names, min_size=1, max_size=2).map(tuple), st.booleans(), optional, texts))
    some = st.lists(names, max_size=2).map(tuple)
    descent = st.builds(Descent, texts, some, st.dictionaries(texts, names, max_size=2), st.integers(1, 9))
    rationals = st.fractions(max_denominator=3000)
    data, sizes = {"eta": draw(rationals)}, {"q": 7}
    if draw(st.booleans()):
        data["x"], sizes["d"] = (draw(rationals), draw(rationals)), 2
    return Problem(Program(tensors, tuple(equations), tuple(facts)), draw(st.one_of(st.none(), names)), data, sizes,
                   tuple(draw(st.lists(wanted, max_size=3))), draw(st.one_of(st.none(), descent)), notation, draw(texts),
                   draw(remarks), draw(remarks), draw(remarks))


def _free(e: Expr):
    from longhand.core.walk import free
    return free(e)


@settings(max_examples=400, deadline=None)
@given(problems())
def test_what_is_printed_reads_back(problem):
    back = reading.read(printing.render(problem))
    for field in fields(Problem):
        assert getattr(back, field.name) == getattr(problem, field.name), field.name
    # sizes, letters and labels are not part of what makes two axes or equations equal
    assert [(e.label, e.left, e.right) for e in back.program.equations] == [(e.label, e.left, e.right) for e in problem.program.equations]
    for name, tensor in problem.program.tensors.items():
        assert [(a.size, a.letter) for a in back.program[name].axes] == [(a.size, a.letter) for a in tensor.axes]
    assert list(back.program.tensors) == list(problem.program.tensors)


def test_the_round_trip_notices_a_printer_that_drops_a_sign(monkeypatch):
    right = printing._Writer._term
    monkeypatch.setattr(printing._Writer, "_term", lambda self, e: (False, right(self, e)[1]))
    p = reading.read(SHEET.replace("Loss = -sum", "Loss = sum").replace("+ b_1[j]", "- b_1[j]"))
    assert reading.read(printing.render(p)) != p


# ---- errors -----------------------------------------------------------------------------------------------------

LINE = SHEET.count("\n") + 1
WRONG = {
    "g[j] = hh[j]": ("UnknownName", 8, "hh is not declared", "Did you mean h?"),
    "g[j] = W_1[j]": ("ShapeError", 8, "W_1 has 2 indices and is written with 1", "d, n"),
    "g[j] = x[j]": ("ShapeError", 9, "x has 2 entries along d, and j runs over the n of n", "letter of d is i"),
    "g[j] =": ("NotUnderstood", 7, "the line ends", ""),
    "g = x[i]": ("ShapeError", 1, "i on the right side of g is neither summed over nor on the left", "sum(i"),
    "g = (1": ("NotUnderstood", 5, "never closed", ""),
    "g = 1)": ("NotUnderstood", 6, "closes nothing", ""),
    "g = 3 x[0]": ("NotUnderstood", 7, "Expected the end of the line, and there is x", ""),
    "g = sotfmax(x[0])": ("UnknownName", 5, "no function sotfmax", ""),
    "g = rleu(x[0])": ("UnknownName", 5, "no function rleu", "Did you mean relu?"),
    "g = eta(x[0])": ("UnknownName", 5, "eta is a quantity and no function", "eta*"),
    "g = softmax(x[0])": ("NotUnderstood", 5, "which entry", "softmax(k', z[k'])[k]"),
    "g = relu(x[0], 1)": ("NotUnderstood", 5, "takes 1 argument", ""),
    "g = 1/0": ("NotUnderstood", 7, "divides by zero", ""),
    "g = x[1.5]": ("NotUnderstood", 7, "whole number", ""),
    "g = i": ("UnknownName", 5, "i is not declared", "square brackets only"),
    "g = x[r]": ("UnknownName", 7, "r is the letter of no axis", "i for d"),
    "h[j] = 1": ("NotUnderstood", 1, "h is defined twice", ""),
    "size d = 3": ("ShapeError", 6, "d is 2 (line 8) and 3 here", ""),
    "data b_1 = [[1], 2]": ("DataError", 6, "not rectangular", ""),
    "data b_1 = [[1]]": ("ShapeError", 6, "b_1 has 1 axes, and its numbers have 2", ""),
    "data W_1 = [[1], [2], [3]]": ("ShapeError", 6, "d is 2 (line 8) and W_1 has 3 entries along d", ""),
    "data b_1 = [x]": ("NotUnderstood", 13, "Expected a number", ""),
    "data nobody = 1": ("UnknownName", 6, "nobody is not declared", ""),
    "tensor x : input [d]": ("NotUnderstood", 8, "x is given twice", ""),
    "tensor y : inptu [d]": ("NotUnderstood", 12, "inptu is no role", "input"),
    "tensor y : input [p]": ("UnknownName", 19, "no axis p", ""),
    "find gradeint Loss": ("NotUnderstood", 6, "gradeint is nothing that can be asked", "gradient"),
    "loss Loss2": ("NotUnderstood", 1, "loss is said twice", ""),
    "tensro y": ("NotUnderstood", 1, "tensro starts no statement", "Did you mean tensor?"),
    "g = x^2": ("ShapeError", 5, "x has 1 index and is written with none", ""),
    "g = eta^2^2": ("NotUnderstood", 10, "one exponent only", ""),
    "g = \\alpha": ("NotUnderstood", 5, "has no meaning here", "quotation marks"),
}


@pytest.mark.parametrize("line", WRONG)
def test_errors_name_the_place_and_what_was_expected(line):
    kind, column, statement, hint = WRONG[line]
    with pytest.raises(LonghandError) as caught:
        reading.read(SHEET + line + "\n")
    error = caught.value
    assert type(error).__name__ == kind
    assert statement in error.statement and hint in error.suggestion
    assert (error.place.line, error.place.column) in ((LINE, column), (22, 6))      # the data of x come first where a size is contradicted
    assert "^" in str(error) and str(error).startswith(f"{kind}, line ")


def test_order_of_definitions():
    with pytest.raises(LonghandError, match="a is used here and defined further down"):
        reading.read(SHEET.replace("sum(i, W_1[i,j]*x[i]) + b_1[j]", "a[j]"))


@pytest.mark.parametrize("text", ["", "longhand 2\n", "title \"x\"\n", "longhand 1\nlonghand 1\n"])
def test_headers(text):
    with pytest.raises(LonghandError):
        reading.read(text)


@pytest.mark.parametrize("inside", ["(" * 10_000 + "1" + ")" * 10_000, "-" * 10_000 + "1", "relu(" * 10_000 + "1" + ")" * 10_000,
                                    "x[label[" * 10_000, "9" * 10_000, "1e9999999", '"' * 9_999, "[" * 10_000])
def test_monstrous_lines_are_refused_at_once(inside):
    start = time.perf_counter()
    with pytest.raises(LonghandError):
        reading.read(SHEET + f"g = {inside}\n")
    assert time.perf_counter() - start < 20


def test_long_flat_lines_are_fine():
    p = reading.read(SHEET + "g = " + " + ".join(["x[0]*x[1]"] * 5_000) + "\n")
    assert len(p.program.equation("g").right.terms) == 5_000


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(SHEET) - 1), st.sampled_from(["", "(", "]", "'", '"', "$", "@", "\n", "é", "\x00", "9", " , "]))
def test_one_character_changed_gives_a_problem_or_a_clear_error(at, other):
    try:
        reading.read(SHEET[:at] + other + SHEET[at + 1:])
    except LonghandError as error:
        assert error.statement.endswith((".", "?")) and "Traceback" not in str(error)


# ---- numbers from outside ---------------------------------------------------------------------------------------

def test_numbers_from_outside():
    p = with_data(reading.read(SHEET), {"W1": [["0.1", 1, 2], [0, 1, "1/3"]], "eta": 0.5, "q": 4})
    assert p.data["W_1"] == ((Fraction(1, 10), 1, 2), (0, 1, Fraction(1, 3))) and p.data["eta"] == Fraction(1, 2)
    assert p.sizes == {"d": 2, "n": 3, "q": 4}


@pytest.mark.parametrize(("data", "says"), [
    ({"V": [1]}, "V is no quantity of the problem.\nIt has x, W_1"), ({"h": [1]}, "h is defined by an equation"),
    ({"x": [1, 2, 3]}, "x has 3 entries along d, and d has the size 2"), ({"x": 1}, "x has 1 axes, and its numbers have 0"),
    ({"W1": [[1], [2]], "W_1": [[1], [2]]}, "W_1 is given twice, as W1 and as W_1"), ({"d": 3}, "d is 2 in the problem and 3 in the data"),
    ({"q": 1.5}, "q is a size"), ({"eta": None}, '"eta" holds null'),
])
def test_numbers_from_outside_that_do_not_fit(data, says):
    with pytest.raises(DataError) as caught:
        with_data(reading.read(SHEET), data)
    assert says in str(caught.value)
