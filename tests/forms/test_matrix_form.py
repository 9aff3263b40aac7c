"""Every matrix tree evaluates to what its index form evaluates to, on random expressions with all sizes distinct."""
from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matrix_judge import as_matrix, dense, evaluate_tree

from longhand.core.axis import Axis, Index
from longhand.core.equation import Program, Tensor
from longhand.core.expr import ZERO, Apply, Component, Delta, Entry, Holds, Number, Offset, Power, Sum, add, mul
from longhand.core.problem import Notation
from longhand.forms import matrix_tree as mt
from longhand.forms.matrix import matrix_form
from longhand.forms.matrix_maths import maths
from longhand.printing.terminal_maths import inline

D, N, Q, M = Axis("d", 2, "i"), Axis("n", 3, "j"), Axis("q", 4, "k"), Axis("M", 5, "m")
AXES = (D, N, Q, M)
ROW = Notation(layout="row")
COLUMN = Notation(spellings={}, deltas={"z": r"\delta^{z}", "h": r"\delta^{h}"})
i, j, k, m, b = Index(D), Index(N), Index(Q), Index(Q, 1), Index(M)
x, h, a, y, yhat = (Entry(n, (p,)) for n, p in (("x", i), ("h", j), ("a", j), ("y", k), ("yhat", k)))
W1, W2 = Entry("W_1", (i, j)), Entry("W_2", (j, k))
EMPTY = Program({"W_2": Tensor("W_2", (N, Q), "parameter"), "Loss": Tensor("Loss", (), "loss")}, ())


def arrays_for(e):
    """Positive arrays for all tensors of the expression, different in each entry."""
    from longhand.core.walk import walk
    made = {}
    for node in walk(e):
        if isinstance(node, Entry) and node.tensor not in made:
            shape = [p.axis.size if isinstance(p, Index) else 6 for p in node.at]
            seed = sum(ord(c) * (n + 1) for n, c in enumerate(node.tensor))
            made[node.tensor] = np.random.default_rng(seed).uniform(0.5, 1.5, shape)
    return made


def assert_same(e, axes, notation, env=None):
    form = matrix_form(e, axes, EMPTY, notation)
    assert form.tree is not None, form.why_not
    arrays = arrays_for(e)
    want = as_matrix(dense(e, axes, arrays, env), axes, notation.layout == "row")
    got = evaluate_tree(form.tree, arrays, env)
    if form.tree == mt.Constant(0):
        assert not want.any()
        return form.tree
    assert got.shape == want.shape, inline(maths(form.tree, notation))
    np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-12)
    return form.tree


TEXTBOOK = [
    (Sum(i, W1 * x) + Entry("b_1", (j,)), (j,), "W₁ᵀ x + b₁", "x W₁ + b₁"),
    (x * Entry("dLoss/dh", (j,)), (i, j), "x (δʰ)ᵀ", "xᵀ (∂Loss/∂h)"),
    (Holds(h, ">", ZERO) * Sum(k, W2 * Entry("dLoss/dz", (k,))), (j,), "1[h > 0] ⊙ (W₂ δᶻ)", "(∂Loss/∂z) W₂ᵀ ⊙ 1[h > 0]"),
    (Sum(j, h * (1 - h) * Sum(k, (yhat - y) * W2) * W1), (i,), "W₁(h ⊙ (1 − h) ⊙ (W₂(ŷ − y)))", "((ŷ − y) W₂ᵀ ⊙ h ⊙ (1 − h)) W₁ᵀ"),
    (-y + yhat, (k,), "ŷ − y", "ŷ − y"),
    (-y / yhat, (k,), "−y ⊘ ŷ", "−y ⊘ ŷ"),
    (yhat * (Delta(k, m) - Entry("yhat", (m,))), (k, m), "diag(ŷ) − ŷ ŷᵀ", "diag(ŷ) − ŷᵀ ŷ"),
    (-Sum(k, y * Apply("ln", (yhat,))), (), "−yᵀ ln ŷ", "−y (ln ŷ)ᵀ"),
    (Sum(k, (yhat - y) ** 2), (), "‖ŷ − y‖²", "‖ŷ − y‖²"),
    (Sum(i, Sum(j, W1**2)), (), "‖W₁‖²_F", "‖W₁‖²_F"),
    (Component("softmax", m, Entry("z", (m,)), k), (k,), "softmax(z)", "softmax(z)"),
    (Sum(b, Entry("X", (b, i)) * Entry("D", (b, j))), (i, j), "Xᵀ D", "Xᵀ D"),
    (Sum(b, Entry("D", (b, j))), (j,), "Dᵀ 1", "1ᵀ D"),
    (Sum(i, Entry("X", (b, i)) * W1) + Entry("b_1", (j,)), (b, j), "X W₁ + 1 b₁ᵀ", "X W₁ + 1 b₁"),
    (Sum(b, Entry("X", (b, i)) * Entry("s", (b,)) * Entry("X", (b, Index(D, 1)))), (i, Index(D, 1)), "Xᵀ diag(s) X", "Xᵀ diag(s) X"),
    (Component("softmax", m, Entry("Z", (b, m)), k), (b, k), "softmax_{rows}(Z)", "softmax_{rows}(Z)"),
    (Sum(b, Sum(k, Entry("Y", (b, k)) * Apply("ln", (Entry("P", (b, k)),)))), (), "1ᵀ(Y ⊙ ln P) 1", "1ᵀ(Y ⊙ ln P) 1"),
    (Sum(k, W2), (j,), "W₂ 1", "1ᵀ W₂ᵀ"),
    (ZERO, (i, j), "0", "0"),
    (Number(2), (k,), "2 · 1", "2 · 1ᵀ"),
]


@pytest.mark.parametrize(("e", "axes", "column", "row"), TEXTBOOK, ids=[t[2] for t in TEXTBOOK])
def test_reads_like_a_textbook_and_is_true(e, axes, column, row):
    for notation, text in ((COLUMN, column), (ROW, row)):
        assert inline(maths(assert_same(e, axes, notation), notation)) == text


def test_an_index_held_fixed():
    e = Entry("x", (i,)) * yhat * (W2 - Sum(m, Entry("W_2", (j, m)) * Entry("yhat", (m,))))
    tree = assert_same(e, (k,), COLUMN, {i: 1, j: 2})
    assert inline(maths(tree, COLUMN)) == "xᵢ ŷ ⊙ (W_{2,j:}ᵀ − (W_{2,j:} ŷ) 1)"
    before = Sum(j, Entry("W", (i, j)) * Entry("h", (Offset(((b, 1),), -1), j)))
    assert inline(maths(matrix_form(before, (i,), EMPTY, COLUMN).tree, COLUMN)) == "W hₘ₋₁"


def test_three_indices_come_in_factors_and_stacked():
    A = Entry("A", (k, j)) * Holds(h, "<", Number(1))
    e = Entry("x", (i,)) * A
    form = matrix_form(e, (k, i, j), EMPTY, COLUMN)
    assert form.tree is None and "three free indices" in form.why_not
    arrays = arrays_for(e)
    want = dense(e, (k, i, j), arrays)
    got = np.ones_like(want)
    for factor in form.factors:
        part = evaluate_tree(factor.tree, arrays).reshape([n.axis.size for n in factor.axes])
        order = [n for n in (k, i, j) if n in factor.axes]
        part = part.transpose([factor.axes.index(n) for n in order])
        got = got * part.reshape([n.axis.size if n in order else 1 for n in (k, i, j)])
    np.testing.assert_allclose(got, want)
    stacked = evaluate_tree(form.stacked, arrays)                  # columns of W under each other
    np.testing.assert_allclose(stacked, want.transpose(0, 2, 1).reshape(Q.size, -1))


def test_a_hessian_stacks_to_a_kronecker_product():
    i2, k2 = Index(D, 1), Index(Q, 1)
    e = Entry("x", (i,)) * Entry("x", (i2,)) * Entry("S", (k, k2))
    form = matrix_form(e, (i, k, i2, k2), EMPTY, COLUMN)
    arrays = arrays_for(e)
    want = dense(e, (i, k, i2, k2), arrays).transpose(1, 0, 3, 2).reshape(D.size * Q.size, -1)
    np.testing.assert_allclose(evaluate_tree(form.stacked, arrays), want)
    assert inline(maths(form.stacked, COLUMN)) == "S ⊗ (x xᵀ)"


@pytest.mark.parametrize("e, axes, reason", [
    (Sum(j, Entry("x", (Offset(((i, 1), (j, 1))),)) * Entry("w", (j,))), (i,), "moving position"),
    (Sum(k, Entry("T", (i, j, k)) * Entry("v", (k,))), (i, j), "three"),
    (Sum(j, Sum(b, mul(Entry("A", (i, j)), Entry("B", (j, k)), Entry("C", (j, b)), Entry("F", (i, b)), Entry("G", (k, b))))),
     (i, k), "three"),
    (Entry("A", (k, k)), (k,), "diagonal"),
])
def test_says_why_not(e, axes, reason):
    form = matrix_form(e, axes, EMPTY, COLUMN)
    assert form.tree is None and reason in form.why_not and form.why_not.endswith(".")


KINDS = ["leaf", "mul", "add", "apply", "holds", "divide", "square", "contract", "lower", "softmax", "delta", "number"]


@st.composite
def expressions(draw, axes, depth):
    """An expression with exactly these free indices (or fewer), all of whose values are moderate."""
    def leaf():
        order = axes if draw(st.booleans()) else axes[::-1]
        return Entry("t" + "".join(n.axis.name + "'" * n.mark for n in order) + draw(st.sampled_from("uvw")), order)

    if depth == 0:
        return leaf()
    sub = expressions(axes, depth - 1)
    kind = draw(st.sampled_from(KINDS))
    match kind:
        case "mul":
            return mul(draw(sub), draw(sub))
        case "add":
            return add(draw(sub), mul(Number(draw(st.sampled_from([-1, 2, -3]))), draw(sub)))
        case "apply":
            return Apply("tanh", (draw(sub),))
        case "holds":
            return mul(Holds(leaf(), ">", draw(st.sampled_from([Number(1), leaf()]))), draw(sub))
        case "divide":
            return mul(draw(sub), Power(leaf(), -1))
        case "square":
            return Power(draw(sub), 2)
        case "contract":
            mark = draw(st.integers(0, 1))
            bound = next(n for n in (Index(draw(st.sampled_from(AXES)), mark), Index(M, 7), Index(N, 8), Index(D, 6)) if n not in axes)
            if len(axes) == 2:
                left, right = draw(expressions((axes[0], bound), depth - 1)), draw(expressions((bound, axes[1]), depth - 1))
            else:
                left, right = draw(expressions((*axes, bound), depth - 1)), draw(expressions((bound,), depth - 1))
            return Sum(bound, mul(left, right))
        case "lower" if axes:
            some = draw(st.sampled_from([axes[:1], axes[1:]]))
            return mul(draw(sub), draw(expressions(some, depth - 1)))
        case "softmax" if axes and all(n.mark < 5 for n in axes):
            last = axes[-1]
            inner = Index(last.axis, 9)
            if any(n.axis == last.axis for n in axes[:-1]):
                return draw(sub)
            return Component("softmax", inner, Entry("s" + "".join(n.axis.name for n in axes), (*axes[:-1], inner)), last)
        case "delta" if len(axes) == 2 and axes[0].axis == axes[1].axis:
            v = "v" + axes[0].axis.name
            return mul(Entry(v, (axes[0],)), add(Delta(*axes), mul(Number(-1), Entry(v, (axes[1],)))))
        case "number":
            return add(Number(1), mul(Number(-1), draw(sub)))
    return leaf()


TARGETS = [(), (i,), (k,), (i, j), (k, m), (b, k)]


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), st.sampled_from(TARGETS), st.sampled_from([COLUMN, ROW]))
def test_every_tree_is_true(data, axes, notation):
    e = data.draw(expressions(axes, 3))
    form = matrix_form(e, axes, EMPTY, notation)
    if form.tree is None:
        assert form.why_not
        return
    assert_same(e, axes, notation)
    inline(maths(form.tree, notation))


def test_the_judge_can_say_no():
    e = Sum(i, W1 * x)
    arrays = arrays_for(e)
    wrong = mt.Product((mt.Leaf("W_1", (None, None)), mt.Leaf("x", (None,))))
    with pytest.raises(ValueError):
        evaluate_tree(wrong, arrays)
    twice = matrix_form(2 * e, (j,), EMPTY, COLUMN).tree
    assert not np.allclose(evaluate_tree(twice, arrays), dense(e, (j,), arrays).reshape(-1, 1))
