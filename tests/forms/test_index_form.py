"""The index form: what it looks like, and that its letters are never both bound and free."""
from __future__ import annotations

from fractions import Fraction as F

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scoping_lint import faults
from test_matrix_form import TARGETS, TEXTBOOK, expressions

from longhand.calculus.derivation import Case
from longhand.core.axis import Axis, Index
from longhand.core.equation import Tensor
from longhand.core.expr import MINUS_ONE, ONE, ZERO, Add, Apply, Component, Delta, Entry, Holds, Mul, Number, Offset, Power, Sum
from longhand.core.problem import Notation, Spelling
from longhand.core.walk import free
from longhand.forms.index_form import cases_form, index_form
from longhand.forms.letters import choose
from longhand.forms.symbols import derivative, entry, latex_of_name, symbol
from longhand.printing.latex_maths import latex
from longhand.printing.terminal_maths import inline

D, N, Q = Axis("d", "d", "i"), Axis("n", "n", "j"), Axis("q", "q", "k")
i, j, k, m, l = Index(D), Index(N), Index(Q), Index(Q, 1), Index(N, 1)
NOTATION = Notation(
    spellings={"W_1": Spelling(r"\mathbf{W}_1"), "Z2": Spelling("Z^2", "brackets"), "W^1": Spelling(r"\mathbf{W}^1"),
               "L": Spelling(r"\mathcal{L}"), "ostar": Spelling(r"\vec{o}^*"), "V": Spelling("v"), "B": Spelling(r"W^{(1)}")},
    deltas={"z": r"\delta^{z}"})
TENSORS = {"yhat": Tensor("yhat", (Q,)), "W_1": Tensor("W_1", (D, N)), "Loss": Tensor("Loss", (), "loss"), "z": Tensor("z", (Q,))}
h, y, yhat = Entry("h", (j,)), Entry("y", (k,)), Entry("yhat", (k,))
W1, W2 = Entry("W_1", (i, j)), Entry("W_2", (j, k))


def shown(e, **options) -> str:
    return inline(index_form(e, NOTATION, tensors=TENSORS, **options))


@pytest.mark.parametrize(("e", "text"), [
    (W1, r"W_{1,ij}"), (Entry("V", (j, i)), "v_{ji}"), (Entry("W^1", (i, j)), "W^1_{ij}"), (Entry("B", (i, j)), "W^{(1)}_{ij}"),
    (Entry("ostar", (k,)), "o^*_k"), (Entry("Z2", (k,)), "Z^2[k]"),
    (Entry("h", (Offset(((j, 1),), -1),)), "h_{j-1}"),
    (Entry("x", (Offset(((i, 1), (j, 1))),)), "x_{i+j-1}"),
    (Entry("w", (Offset((), 0), Offset((), 2))), "w_{13}"), (Entry("w", (Offset((), 0), Offset((), 12))), "w_{1,13}"),
    (Entry("U", (Offset(((Entry("o"), 1),)),)), "U_o"),
    (Entry("dLoss/dW_1", (i, j)), r"\frac{\partial\, \mathrm{Loss}}{\partial W_{1,ij}}"),
    (Entry("dLoss/dz", (k,)), r"\delta^z_k"),
    (Entry("dyhat/dW_1", (k, i, j)), r"\frac{\partial\hat{y}_k}{\partial W_{1,ij}}"),
    (Entry("dyhat/dz", (k, m)), r"\frac{\partial\hat{y}_k}{\partial z_m}"),
    (Entry("d2L/dz/dz", (k, m)), r"\frac{\partial^2 \mathcal{L}}{\partial z_k\, \partial z_m}"),
    (Entry("ddL/dz/dz", (k, m)), r"\frac{\partial^2 \mathcal{L}}{\partial z_k\, \partial z_m}"),
])
def test_entries(e, text):
    assert latex(index_form(e, NOTATION, tensors=TENSORS)) == text


def test_symbols_of_plain_names():
    names = {"W_1": "W_{1}", "W1": "W_{1}", "yhat": r"\hat{y}", "epsilon": r"\epsilon", "Loss": r"\mathrm{Loss}",
             "thetahat": r"\hat{\theta}", "y^s": "y^{s}", "ystar": "y^{*}", "w_new": r"w_{\mathrm{new}}", "chat": r"\hat{c}", "a2b": r"\mathrm{a2b}"}
    assert {n: latex_of_name(n) for n in names} == names
    assert latex(symbol(NOTATION, "dLoss/dW_1")) == r"\frac{\partial\, \mathrm{Loss}}{\partial\mathbf{W}_1}"
    assert derivative("delta") is None and derivative("d") is None and derivative("d/dx") is None
    assert derivative("ddL/dW_1/ddL/dz").wrt == ("dL/dz",)


@pytest.mark.parametrize(("e", "text"), [
    (Sum(i, W1 * Entry("x", (i,))) + Entry("b", (j,)), "Σᵢ W₁,ᵢⱼ xᵢ + bⱼ"),
    (-Sum(k, y * Apply("ln", (yhat,))), "−Σₖ yₖ ln ŷₖ"),
    (Mul((Number(2), Apply("ln", (yhat,)), y, Apply("tanh", (yhat,)))), "2yₖ tanh(ŷₖ) ln ŷₖ"), (Apply("ln", (y,)) * Apply("ln", (yhat,)), "(ln yₖ) ln ŷₖ"),
    (Apply("ln", (yhat,)) * Sum(m, Entry("z", (m,))), "(ln ŷₖ) Σₘ zₘ"),
    (-y + yhat, "ŷₖ − yₖ"),
    (Sum(k, W2 * y) * h, "hⱼ Σₖ W₂,ⱼₖ yₖ"),
    (Sum(k, yhat - y), "Σₖ (ŷₖ − yₖ)"),
    (Mul((Sum(k, y), Sum(j, h))), "(Σₖ yₖ) Σⱼ hⱼ"),
    (Power(Sum(k, y), 2), "(Σₖ yₖ)²"),
    (F(1, 2) * Sum(k, (yhat - y) ** 2), "(1/2) Σₖ (ŷₖ − yₖ)²"),
    (Holds(h, ">=", ZERO) * Delta(k, m), "1[hⱼ ≥ 0] δₖₘ"),
    (Apply("elu", (h,), 1), "ELU′(hⱼ)"), (Apply("sigmoid", (h,)), "σ(hⱼ)"), (Apply("exp", (h,)) ** 2, "(e^(hⱼ))²"),
    (Power(Entry("s"), F(1, 2)), "√s"), (1 / Entry("s"), "1/s"),
    (yhat / Entry("n"), "ŷₖ/n"), ((yhat - y) / Entry("n"), "(ŷₖ − yₖ)/n"),
    (Number(F(3, 10)) * y, "(3/10) yₖ"), (Mul((Number(2), Number(3))), "2 · 3"), (Mul((h, Number(-1))), "hⱼ(−1)"),
    (Component("softmax", m, Entry("z", (m,)), k), "softmax(z)ₖ"),
    (Component("softmax", m, Entry("z", (j, m)), k), "softmax(z_{j:})ₖ"),
    (Mul((Mul((MINUS_ONE, y, Power(yhat, -1))), yhat, Add((ONE, Mul((MINUS_ONE, yhat)))))), "(−yₖ/ŷₖ) ŷₖ(1 − ŷₖ)"),
])
def test_forms(e, text):
    assert shown(e) == text


def test_options():
    assert shown(Number(F(3, 10)) * y, decimals=True) == "0.3yₖ"
    assert shown(Number(F(1, 3)), decimals=True) == "1/3"
    own = Notation(functions={"elu": "f", "softmax": "g"}, log="log")
    assert inline(index_form(Apply("elu", (h,), 1), own)) == "f′(hⱼ)"
    assert inline(index_form(Apply("ln", (h,)), own)) == "log hⱼ"
    assert inline(index_form(Component("softmax", m, Entry("z", (m,)), k), own)) == "g(z)ₖ"
    assert latex(index_form(Sum(k, y), NOTATION)) == r"\sum_{k=1}^q y_k"
    assert latex(index_form(Sum(k, y), NOTATION, compact=True)) == r"\sum_k y_k"


def test_letters_do_not_meet():
    clash = Mul((Sum(k, W2), y))                                      # the same index bound and free
    assert shown(clash) == "yₖ Σₘ W₂,ⱼₘ"
    nested = Sum(j, Mul((h, Sum(j, W2))))
    assert shown(nested) == "Σⱼ hⱼ Σₗ W₂,ₗₖ"
    taken = Sum(m, Entry("m") * Entry("a", (m,)) * y)
    assert shown(taken) == "Σₗ m aₗ yₖ"                               # m is a quantity here
    together = choose((Entry("dLoss/dz", (k,)), Sum(k, y)), NOTATION)
    assert inline(index_form(Sum(k, y), NOTATION, together)) == "Σₘ yₘ"
    sizes = choose((Sum(Index(Axis("r", "n", "n")), Entry("v", (Index(Axis("r", "n", "n")),))),), NOTATION)
    assert "n" not in sizes.of.values()


def test_cases():
    e = Entry("yhat", (k,))
    choice = cases_form([Case(k, "==", m, (e * (1 - e),)), Case(k, "!=", m, (-e * Entry("yhat", (m,)),))], NOTATION)
    assert [inline(v) for v, _ in choice.rows] == ["ŷₖ(1 − ŷₖ)", "−ŷₖ ŷₘ"]
    assert [inline(c) for _, c in choice.rows] == ["k = m", "k ≠ m"]


def lint(e):
    letters = choose((e,), NOTATION)
    return faults(index_form(e, NOTATION, letters), {letters.of[n] for n in free(e)})


@pytest.mark.parametrize("e", [t[0] for t in TEXTBOOK])
def test_lint_of_textbook_formulas(e):
    assert lint(e) == []


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), st.sampled_from(TARGETS))
def test_lint_of_random_formulas(data, axes):
    e = data.draw(expressions(axes, 3))
    assert lint(e) == []


def test_the_lint_can_say_no():
    e = Mul((Sum(k, W2), y))
    good = index_form(e, NOTATION)
    assert faults(good, {"j", "k"}) == []
    assert faults(good, {"j"}) == ["k is undefined"]
    bad = entry(NOTATION, "W_2", (j, k), {j: "j", k: "m"})
    from longhand.forms.maths import Limits, Line, Sign
    assert faults(Line((Limits(r"\sum", Sign("m")), bad, entry(NOTATION, "y", (k,), {k: "m"}), Sign("+", "operator"), bad)), {"j"}) == [
        "m is bound and free", "m is undefined"]
    assert faults(Line((Limits(r"\sum", Sign("m")), Limits(r"\sum", Sign("m")), bad)), {"j"}) == ["m is bound twice"]
