"""Every target against the interpreter, at the kinks and far out too."""
from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from targets import ALL, evaluate, needs, run
from truth import data, problem_of, truth

from longhand.backends.lowering import lowered
from longhand.backends.names import Names
from longhand.backends.numpy import source
from longhand.calculus.jacobian import derive
from longhand.core.axis import Axis, Index
from longhand.core.equation import Equation, Program, Tensor
from longhand.core.expr import Apply, Component, Entry, Offset, Sum, add
from longhand.core.problem import Problem
from longhand.errors import NotUnderstood
from longhand.functions import table
from longhand.functions.activations import ACTIVATIONS

A_FEW = {"torch": ["1", "9", "5", "recurrence", "every step", "strided", "padded", "embedding"], "jax": ["recurrence"], "numba": ["gated"]}
"""JAX and Numba compile for seconds; what they print is printed by the same two writers as for the others."""
MARKS = {p.values[0]: p.marks for p in ALL if not isinstance(p, str)}


@pytest.mark.parametrize(("target", "case"), [pytest.param(t, c, marks=MARKS[t]) for t, cases in A_FEW.items() for c in cases])
def test_the_other_targets_agree_with_the_interpreter(target, case):
    problem = problem_of(case)
    loss, gradients = evaluate(target, problem, data(problem))
    expected, wanted = truth(problem, gradients)
    assert loss == pytest.approx(expected, rel=1e-10)
    for name, found in gradients.items():
        np.testing.assert_allclose(found, wanted[name], rtol=1e-9, atol=1e-12)


@needs("numba")
@pytest.mark.parametrize("case", ["9", "strided", "padded", "embedding"])
def test_the_formulas_of_the_numba_module(case):
    """As plain Python, which takes a hundredth of the time."""
    problem = problem_of(case)
    loss, gradients = evaluate("numba", problem, data(problem), jit=False)
    expected, wanted = truth(problem, gradients)
    assert loss == pytest.approx(expected, rel=1e-10)
    for name, found in gradients.items():
        np.testing.assert_allclose(found, wanted[name], rtol=1e-9, atol=1e-12)


def every_function() -> Problem:
    """L = Σ over functions and points: each function of one variable at its kinks and between them."""
    points = [Fraction(p, 2) for p in (-2, -1, 0, 1, 2, 12)]
    axis = Axis("n", len(points), "i")
    i = Index(axis)
    names = [row.name for row in (*ACTIVATIONS, table.scalar("abs"), table.scalar("huber"), table.scalar("tan"), table.scalar("sinh"))]
    tensors = {f"x{k}": Tensor(f"x{k}", (axis,), "parameter") for k in range(len(names))}
    equations = [Equation(Entry(f"a{k}", (i,)), Apply(name, (Entry(f"x{k}", (i,)), *table.parameters(table.scalar(name)))))
                 for k, name in enumerate(names)]
    tensors |= {f"a{k}": Tensor(f"a{k}", (axis,)) for k in range(len(names))} | {"L": Tensor("L", (), "loss")}
    equations.append(Equation(Entry("L"), add(*(Sum(i, Entry(f"a{k}", (i,))) for k in range(len(names))))))
    return Problem(Program(tensors, tuple(equations)), "L", {f"x{k}": tuple(points) for k in range(len(names))})


@pytest.mark.parametrize("target", ALL)
def test_the_declared_value_at_each_kink(target):
    problem = every_function()
    loss, gradients = evaluate(target, problem, data(problem), jit=False)
    expected, wanted = truth(problem, gradients)
    assert loss == pytest.approx(expected, rel=1e-12)
    for name, found in gradients.items():
        np.testing.assert_allclose(found, wanted[name], rtol=1e-12, atol=1e-15, err_msg=problem.program.equation("a" + name[1:]).right.function)


def far_out() -> Problem:
    """Cross-entropy of a softmax beside binary cross-entropy of sigmoids, straight from scores."""
    axis = Axis("n", 3, "i")
    i, j = Index(axis), Index(axis, 1)
    y, p, s = Entry("y", (i,)), Entry("p", (i,)), Entry("s", (i,))
    equations = [
        Equation(p, Component("softmax", j, Entry("z", (j,)), i)), Equation(s, Apply("sigmoid", (Entry("w", (i,)),))),
        Equation(Entry("E"), -Sum(i, y * Apply("ln", (p,)))),
        Equation(Entry("L"), Entry("E") - Sum(i, y * Apply("ln", (s,)) + (1 - y) * Apply("ln", (1 - s,))) + Sum(i, Apply("softplus", (Entry("w", (i,)),)))),
    ]
    tensors = [Tensor("z", (axis,), "parameter"), Tensor("w", (axis,), "parameter"), Tensor("y", (axis,), "label"), Tensor("p", (axis,)),
               Tensor("s", (axis,)), Tensor("E"), Tensor("L", (), "loss")]
    return Problem(Program({t.name: t for t in tensors}, tuple(equations)), "L")


@pytest.mark.parametrize("target", ALL)
def test_scores_of_a_thousand(target):
    arrays = {"z": np.array([1000.0, 0, -1000]), "w": np.array([1000.0, -1000, -1000]), "y": np.array([0.0, 0, 1])}
    loss, gradients = evaluate(target, far_out(), arrays, jit=False)
    assert loss == 2000 + 1000 + 1000 + 1000          # softmax, a certain 1 for 0, a certain 0 for 1, softplus
    np.testing.assert_array_equal(gradients["z"], [1, 0, -1])
    np.testing.assert_array_equal(gradients["w"], [2, 0, -1])


def test_a_sheet_cannot_write_code():
    """A name that is code comes out as letters, and its title stays inside the docstring."""
    axis = Axis('n"""', 2, '"')
    i = Index(axis)
    evil = 'x"""\nimport os; os._exit(7)\n"""'
    tensors = [Tensor(evil, (axis,), "parameter"), Tensor("import os", (), "loss")]
    program = Program({t.name: t for t in tensors}, (Equation(Entry("import os"), Sum(i, Entry(evil, (i,)) ** 2)),))
    text = source(Problem(program, "import os", title=evil))
    module = run(text)
    assert "os._exit" not in text
    assert module["loss"](np.array([3.0, 4])) == 25


def test_what_cannot_be_written_is_named():
    """Entries defined one by one, and a recurrence that looks both ways."""
    axis = Axis("T", 4, "t")
    t = Index(axis)
    h = Tensor("h", (axis,))
    tensors = {"x": Tensor("x", (axis,), "parameter"), "h": h, "L": Tensor("L", (), "loss")}
    loss = Equation(Entry("L"), Sum(t, Entry("h", (t,)) ** 2))
    alone = Equation(Entry("h", (Offset((), 0),)), Entry("x", (Offset((), 0),)))
    both = Equation(Entry("h", (t,)), add(Entry("x", (t,)), Entry("h", (Offset(((t, 1),), -1),)), Entry("h", (Offset(((t, 1),), 1),))))
    for equation, says in ((alone, "entry by entry"), (both, "one way along one axis")):
        with pytest.raises(NotUnderstood, match=f"h.*{says}"):
            lowered(Problem(Program(tensors, (equation, loss)), "L"), wrt=())


def test_a_derivative_through_entries_defined_one_by_one_is_refused():
    axis = Axis("T", 4, "t")
    t, first = Index(axis), Offset((), 0)
    tensors = {"x": Tensor("x", (axis,), "parameter"), "h": Tensor("h", (axis,)), "L": Tensor("L", (), "loss")}
    equations = (Equation(Entry("h", (first,)), Entry("x", (first,))), Equation(Entry("L"), Sum(t, Entry("h", (t,)) ** 2)))
    with pytest.raises(NotUnderstood, match="h is defined entry by entry"):
        derive(Problem(Program(tensors, equations), "L"))


def test_identifiers_are_letters_and_apart():
    """Names that come out alike get numbers; words of the languages and our own are left alone."""
    names = Names(Program({n: Tensor(n) for n in ("o^*", "o_star", "W^1", "W1", "for", "np", "double", "\u03b7", "1", "I")}, ()))
    found = [names.of(n) for n in ("o^*", "o_star", "W^1", "W1", "for", "np", "double", "\u03b7", "1", "I")]
    assert len(set(found)) == len(found)
    assert all(name.isidentifier() and name.isascii() for name in found)
    assert not {"for", "np", "double", "I"} & set(found)
    assert names.of("dL/do^*") == "do_star"
