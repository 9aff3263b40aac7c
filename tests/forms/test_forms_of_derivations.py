"""Whole networks: every gradient's matrix tree is true, every step's printed formula is in order."""
from __future__ import annotations

import numpy as np
import pytest
from matrix_judge import as_matrix, dense, evaluate_tree
from scoping_lint import faults

from longhand.calculus.jacobian import derive
from longhand.core.axis import Axis, Index
from longhand.core.equation import Equation, Fact, Program, Tensor
from longhand.core.expr import ONE, Apply, Component, Entry, Sum
from longhand.core.problem import Notation, Problem, Spelling, Wanted
from longhand.core.walk import free
from longhand.forms.index_form import index_form
from longhand.forms.letters import choose
from longhand.forms.matrix import matrix_form
from longhand.forms.matrix_maths import maths
from longhand.printing.latex_maths import latex
from longhand.printing.terminal_maths import block, inline


def network(layout: str, activation: str, batch: bool) -> Problem:
    """Two layers and a softmax cross-entropy, for one example or a batch of rows."""
    D, N, Q, M = Axis("d", 2, "i"), Axis("n", 3, "j"), Axis("q", 4, "k"), Axis("M", 5, "m")
    i, j, k, k2, b = Index(D), Index(N), Index(Q), Index(Q, 1), Index(M)
    row, rows = ((b,), (M,)) if batch else ((), ())
    x, h, a, z, yhat, y = "XHAZPY" if batch else ("x", "h", "a", "z", "yhat", "y")
    tensors = [Tensor(x, (*rows, D), "input"), Tensor("W_1", (D, N), "parameter"), Tensor("b_1", (N,), "parameter"),
               Tensor("W_2", (N, Q), "parameter"), Tensor("b_2", (Q,), "parameter"), Tensor(y, (*rows, Q), "label"),
               Tensor(h, (*rows, N)), Tensor(a, (*rows, N)), Tensor(z, (*rows, Q)), Tensor(yhat, (*rows, Q)), Tensor("Loss", (), "loss")]
    loss = -Sum(k, Entry(y, (*row, k)) * Apply("ln", (Entry(yhat, (*row, k)),)))
    equations = (
        Equation(Entry(h, (*row, j)), Sum(i, Entry("W_1", (i, j)) * Entry(x, (*row, i))) + Entry("b_1", (j,))),
        Equation(Entry(a, (*row, j)), Apply(activation, (Entry(h, (*row, j)),))),
        Equation(Entry(z, (*row, k)), Sum(j, Entry("W_2", (j, k)) * Entry(a, (*row, j))) + Entry("b_2", (k,))),
        Equation(Entry(yhat, (*row, k)), Component("softmax", k2, Entry(z, (*row, k2)), k)),
        Equation(Entry("Loss"), Sum(b, loss) if batch else loss))
    program = Program({t.name: t for t in tensors}, equations, (Fact(y, Q, ONE, "one-hot"),))
    asked = () if batch else (Wanted("jacobian", yhat, ("z", "W_1")),)
    return Problem(program, "Loss", wanted=asked, notation=Notation({"W_1": Spelling(r"\mathbf{W}_1")}, layout=layout))


CASES = [("column", "relu", False), ("row", "sigmoid", False), ("column", "tanh", True), ("row", "relu", True)]


@pytest.fixture(scope="module", params=CASES, ids=[" ".join(map(str, c)) for c in CASES])
def worked(request):
    problem = network(*request.param)
    return problem, derive(problem)


def values(program: Program) -> dict[str, np.ndarray]:
    """Every tensor of the program, by loops."""
    rng = np.random.default_rng(1)
    found = {t.name: rng.uniform(-1, 1, [a.size for a in t.axes]) for t in program.given()}
    for name in found.keys() & {"y", "Y"}:
        found[name] = np.eye(4)[rng.integers(0, 4, found[name].shape[:-1])]
    for equation in program.equations:
        found[equation.name] = dense(equation.right, equation.left.at, found)
    return found


def test_every_matrix_tree_is_true(worked):
    problem, derivation = worked
    arrays = values(derivation.backward)
    row = problem.notation.layout == "row"
    seen = 0
    for equation in derivation.backward.equations:
        axes = equation.left.at
        form = matrix_form(equation.right, axes, derivation.backward, problem.notation)
        if len(axes) > 2:
            assert form.tree is None
            continue
        assert form.tree is not None, (equation.name, form.why_not)
        got = evaluate_tree(form.tree, arrays)
        np.testing.assert_allclose(got, as_matrix(arrays[equation.name], axes, row), rtol=1e-9, atol=1e-12, err_msg=equation.name)
        seen += 1
    assert seen >= 14


def test_every_step_prints_in_order(worked):
    problem, derivation = worked
    for step in derivation.steps:
        formulas = [e for e in (step.left, step.before, step.after) if e is not None]
        letters = choose(formulas, problem.notation)
        allowed = {letters.of[index] for e in formulas for index in free(e)}
        for e in formulas:
            shown = index_form(e, problem.notation, letters, tensors=derivation.backward.tensors)
            assert faults(shown, allowed) == [], latex(shown)
            assert inline(shown) and block(shown)


def test_textbook_results():
    problem = network("column", "relu", False)
    derivation = derive(problem)
    said = {name: inline(maths(matrix_form(e.right, e.left.at, derivation.backward, problem.notation).tree, problem.notation))
            for name, e in derivation.results.items() if len(e.left.at) < 3}
    assert said["dLoss/dz"] == "ŷ − y" and said["dLoss/dW_2"] == "a (∂Loss/∂z)ᵀ" and said["dyhat/dz"] == "diag(ŷ) − ŷ ŷᵀ"
    assert said["dLoss/dh"] == "1[h > 0] ⊙ (W₂ (∂Loss/∂z))"
