"""What formulas mean in numbers: forms that must be equal, forms that must be told apart, and what has to be assumed."""
from __future__ import annotations

from fractions import Fraction

import pytest
from formula_sheets import Nonconforming, Unclear, meant, point, reference, same, scope

from longhand.marking.literals import literal_ball
from longhand.marking.meaning import index_sizes
from longhand.marking.regroup import regrouped
from longhand.reading.formula import read_formula

EQUAL = [
    # forward, and the loss in several ways
    ("column", r"W_1 x + b_1", "z", ""),
    ("column", r"\mathbf W_1\mathbf x+\mathbf b_1", "z", ""),
    ("column", r"W^{(1)}x+b^{(1)}", "z", ""),
    ("column", r"\sum_j W_{1,ij} x_j + b_{1,i}", "z_i", "i"),
    ("column", r"\frac{1}{1+e^{-z}}", "h", ""),
    ("column", r"(1+\exp(-z))^{-1}", "h", ""),
    ("column", r"\frac{\exp(s_k)}{\sum_{k'} \exp(s_{k'})}", r"\hat y_k", "k"),
    ("column", r"\mathrm{softmax}(s)_k", r"\hat y_k", "k"),
    ("column", r"\mathrm{softmax}(s_k)", r"\hat y_k", "k"),
    ("column", r"-y^T\log\hat y", "L", ""),
    ("column", r"CE(y, \hat y)", "L", ""),
    ("column", r"-\log\hat y_k", "L", ""),
    ("column", r"-s_t + \log\sum_j e^{s_j}", "L", ""),
    ("column", r"L(y,\hat y)", "L", ""),
    ("column", r"-\sum_i y_i (s_i - \ln \sum_j e^{s_j})", "L", ""),
    ("column", r"-\mathrm{sum}(y\odot\ln\hat y)", "J", ""),
    # gradients in their spellings
    ("column", r"\hat y-y", r"\frac{\partial L}{\partial s}", ""),
    ("column", r"\hat y-y", "dL/ds", ""),
    ("column", r"\hat y-y", r"\nabla_s L", ""),
    ("column", r"\hat y-y", r"\nabla s", ""),
    ("column", r"\hat y-y", "ds", ""),
    ("column", r"\hat y-y", r"\bar s", ""),
    ("column", r"\hat y-y", r"L_s", ""),
    ("column", r"(\hat y-y)h^T", r"\nabla_{W_2} L", ""),
    ("column", r"(\hat y-y)h^\top", "dW_2", ""),
    ("column", r"(\hat y_i-y_i)h_j", r"\frac{\partial L}{\partial W_{2,ij}}", "ij"),
    ("column", r"W_2^T(\hat y-y)", r"\partial L/\partial h", ""),
    ("column", r"\sum_k W_{2,kj}(\hat y_k-y_k)", r"\frac{\partial L}{\partial h_j}", "j"),
    ("column", r"W_{2,kj}(\hat y_k-y_k)", r"\frac{\partial L}{\partial h_j}", "j"),
    # three ways of the elementwise product, factored and expanded, renamed indices
    ("column", r"(W_2^T(\hat y-y))\odot h\odot(1-h)", r"\frac{\partial L}{\partial b_1}", ""),
    ("column", r"W_2^T(\hat y-y)\circ h\circ(1-h)", r"db_1", ""),
    ("column", r"(W_2^T(\hat y-y))\cdot h(1-h)", r"\nabla b_1", ""),
    ("column", r"\mathrm{diag}(h\odot(1-h))W_2^T(\hat y-y)", r"db_1", ""),
    ("column", r"W_2^T(\hat y-y)\odot\sigma'(z)", "dz", ""),
    ("column", r"W_2^T(\hat y-y)\odot(h-h^2)", "dz", ""),
    ("column", r"W_2^T(\hat y-y)\odot h - W_2^T(\hat y-y)\odot h\odot h", "dz", ""),
    ("column", r"\left[(W_2^T(\hat y-y))\odot h\odot(1-h)\right]x^T", r"dW_1", ""),
    ("column", r"h_a(1-h_a)x_b\sum_c(\hat y_c-y_c)W_{2,ca}", r"\frac{\partial L}{\partial W_{1,ab}}", "ab"),
    # Jacobians in both layouts, and as the vector of their diagonal; the chain rule
    ("column", r"\mathrm{diag}(\hat y)-\hat y\hat y^T", r"\frac{\partial\hat y}{\partial s}", ""),
    ("column", r"W_2", r"\frac{\partial s}{\partial h}", ""),
    ("column", r"\frac{\partial s}{\partial h}", r"W_2^T", ""),
    ("column", r"\frac{\partial h}{\partial z}", r"h\odot(1-h)", ""),
    ("column", r"\hat y_i(\delta_{ij}-\hat y_j)", r"\frac{\partial\hat y_i}{\partial s_j}", "ij"),
    ("column", r"\frac{\partial L}{\partial s}\frac{\partial s}{\partial h}\frac{\partial h}{\partial z}", "dz", ""),
    ("column", r"\frac{\partial z}{\partial x}\frac{\partial h}{\partial z}\frac{\partial s}{\partial h}\frac{\partial L}{\partial s}", "dx", ""),
    ("column", r"\begin{cases}\hat y_i(1-\hat y_i) & i=j\\ -\hat y_i\hat y_j & \text{otherwise}\end{cases}", r"\frac{\partial\hat y_i}{\partial s_j}", "ij"),
    ("column", r"\frac{\partial(W_2 h)}{\partial h}", "W_2", ""),
    ("column", r"\frac{\partial\,\sigma(z)}{\partial z}", r"\mathrm{diag}(\sigma'(z))", ""),
    # updates
    ("column", r"W_2-\eta\frac{\partial L}{\partial W_2}", "W_2^{new}", ""),
    ("column", r"W_2^{old}-\eta(\hat y-y)h^T", "W_2^+", ""),
    ("column", r"b_1^{(t)}-\eta\nabla b_1", "b_1^{(t+1)}", ""),
    ("column", r"W_{2,ij}-\eta(\hat y_i-y_i)h_j", "W_{2,ij}'", "ij"),
    # rows
    ("row", r"(\hat y-y)W_2^T\odot h\odot(1-h)W_1^T", r"\frac{\partial J}{\partial x}", ""),
    ("row", r"(\hat y-y)\cdot W_2^T\cdot h(1-h)\cdot W_1^T", r"\frac{\partial J}{\partial x}", ""),
    ("row", r"h^T(\hat y-y)", r"\frac{\partial J}{\partial W_2}", ""),
    ("row", r"x^T\left(((\hat y-y)W_2^T)\circ h\circ(1-h)\right)", r"\frac{\partial J}{\partial W_1}", ""),
    # a batch
    ("batch", r"\frac1N X^T((H-T)\odot(1-H^2))", r"\frac{\partial L}{\partial W}", ""),
    ("batch", r"\frac1N\sum_{i=1}^N(H_{ij}-T_{ij})(1-H_{ij}^2)", r"\frac{\partial L}{\partial b_j}", "j"),
    ("batch", r"\frac1N\mathbf 1^T((H-T)\odot(1-H\odot H))", "db", ""),
    ("batch", r"\text{np.sum}(\frac1N(H-T)\odot(1-H^{\circ2}),\text{axis}=0)", "db", ""),
    ("batch", r"\sum_{i}\frac{\partial L}{\partial Z_{ij}}", "db_j", "j"),
    ("batch", r"\frac1N\sum_n X_{ni}(H-T)_{nj}(1-\tanh^2(Z))_{nj}", r"\frac{\partial L}{\partial W_{ij}}", "ij"),
    ("batch", r"\frac1{2N}\|H-T\|^2", "L", ""),
    ("batch", r"X_{i\cdot}", "X_i", "i"),
    # numbers
    ("scalar", r"(y-t)y(1-y)a_1", r"\frac{dC}{dw_2}", ""),
    ("scalar", r"(y-1)\cdot y(1-y)\cdot w_2\cdot 1\cdot 2", "dw_1", ""),
    ("scalar", r"w_1-0.25\,dC/dw_1", "w_1^{new}", ""),
    ("scalar", r"0.3\cdot2+0.1", "z_1", ""),
    ("scalar", r"\mathbb 1[z_1>0]\,w_2(y-t)\sigma'(z_2)", r"\partial C/\partial z_1", ""),
    ("scalar", r"\begin{cases}w_2\,dC/dz_2 & z_1>0\\0&\text{else}\end{cases}", "dz_1", ""),
    ("scalar", r"\frac{\partial C}{\partial y}\cdot\frac{\partial y}{\partial z_2}\cdot\frac{\partial z_2}{\partial w_2}", "dw_2", ""),
    ("scalar", "dC/dw1", "dw_1", ""),
    ("scalar", r"\max(0,z_1)", "a_1", ""),
    # a label that is the number of a class
    ("class", "s-y", "dz", ""),
    ("class", r"\begin{cases}s_i-1&i=c\\s_i&i\ne c\end{cases}", r"\frac{\partial L}{\partial z_i}", "i"),
    ("class", r"-z_c+\ln(e^{z_1}+\dots+e^{z_3})", "L", ""),
    # time
    ("recurrent", r"w x_t+u h_{t-1}", "a_t", "t"),
    ("recurrent", r"\sum_t da_t\,h_{t-1}", "du", ""),
    ("recurrent", r"da_1x_1+da_2x_2+da_3x_3", "dw", ""),
    ("recurrent", r"(h_3-y_3)(1-h_3^2)", "da_3", ""),
    ("recurrent", r"(h_2-y_2+u\,da_3)(1-h_2^2)", r"\frac{\partial L}{\partial a_2}", ""),
    ("recurrent", r"\sum_{t=1}^{3}dh_t(1-h_t^2)x_t", "dw", ""),
]

DIFFERENT = [
    ("column", r"h(\hat y-y)^T", "dW_2", ""),
    ("column", r"W_2(\hat y-y)", "dh", ""),
    ("column", "W_2^T", "W_2", ""),
    ("column", r"(\hat y-y)h", r"dW_2^T", ""),
    ("column", r"y-\hat y", "ds", ""),
    ("column", r"\hat y-h", "ds", ""),
    ("column", r"\sigma(z)\sigma(1-z)", r"\sigma'(z)", ""),
    ("column", r"1-h", r"\sigma'(z)", ""),
    ("column", r"W_2^T(\hat y-y)", "dz", ""),
    ("column", r"h(1-h)", r"z(1-z)", ""),
    ("column", r"\sigma'(h)", r"\sigma'(z)", ""),
    ("column", r"x_b h_a", r"\frac{\partial L}{\partial W_{1,ab}}", "ab"),
    ("column", r"\begin{cases}1&z_i>0\\0&\text{else}\end{cases}", r"\begin{cases}0&z_i>0\\1&\text{else}\end{cases}", "i"),
    ("column", r"W_{2,jk}(\hat y_k-y_k)", r"\frac{\partial L}{\partial h_j}", "j"),
    ("column", r"-\log_{10}\hat y_k", "L", ""),
    ("column", "W_2+\\eta\\nabla W_2", "W_2^{new}", ""),
    ("column", r"\hat y\hat y^T", r"\frac{\partial\hat y}{\partial s}", ""),
    ("row", r"(\hat y-y)W_2", r"\frac{\partial J}{\partial h}", ""),
    ("row", r"\frac{\partial J}{\partial h}W_1", "dx", ""),
    ("row", r"(\hat y-y)^Th", "dW_2", ""),
    ("row", "x^T h", "W_2", ""),
    ("batch", r"X^T((H-T)\odot(1-H^2))", "dW", ""),
    ("batch", r"\frac1N((H-T)\odot(1-H^2))^TX", "dW", ""),
    ("batch", r"\frac1N(H-T)", "dZ", ""),
    ("batch", "X", "H", ""),
    ("scalar", r"(y-t)y(1-y)", r"\frac{dC}{dw_2}", ""),
    ("scalar", r"0.3\cdot2", "z_1", ""),
    ("scalar", "w_1+0.25dw_1", "w_1^{new}", ""),
    ("recurrent", "(h_2-y_2)(1-h_2^2)", "da_2", ""),
    ("recurrent", r"\sum_t da_th_t", "du", ""),
]


@pytest.mark.parametrize(("sheet", "left", "right", "letters"), EQUAL)
def test_these_are_the_same(sheet, left, right, letters):
    assert same(sheet, left, right, letters)


@pytest.mark.parametrize(("sheet", "left", "right", "letters"), DIFFERENT)
def test_these_are_told_apart(sheet, left, right, letters):
    assert not same(sheet, left, right, letters)


LIBERTIES = [
    ("column", "W_2 h", []),
    ("column", r"(\hat y-y)h^T", []),
    ("column", r"(\hat y-y)h", ["outer"]),
    ("column", "h(1-h)", ["hadamard"]),
    ("column", r"h\odot(1-h)", []),
    ("column", r"-\log\hat y_k", ["hot"]),
    ("column", r"\hat y_ks_k", ["summed"]),
    ("column", r"y^T\log\hat y", []),
    ("row", "h W_2", []),
    ("row", "W_1 h", ["orientation"]),
    ("column", "w_2 h", ["spelling"]),
    ("column", r"\mathrm{diag}(h)W_1", []),
    ("batch", r"(H-T)(1-H)", ["hadamard"]),
    ("column", r"\sum(\hat y-y)", ["summed"]),
]


@pytest.mark.parametrize(("sheet", "text", "kinds"), LIBERTIES)
def test_what_is_assumed_is_said(sheet, text, kinds):
    assert [liberty.kind for liberty in meant(sheet, text)[0].liberties] == kinds


@pytest.mark.parametrize(("sheet", "text"), [
    ("column", "Q h"),
    ("column", r"\frac{\partial L}{\partial Q}"),
    ("column", "g_5(h)"),
    ("column", r"h_i x_j"),
    ("column", r"\begin{bmatrix} a & \dots \\ \vdots & b\end{bmatrix}"),
    ("column", r"\ln(-h)"),
    ("scalar", r"\frac{x}{0}"),
    ("scalar", "x^{99999}")])
def test_what_is_not_understood_is_unclear(sheet, text):
    with pytest.raises(Unclear):
        meant(sheet, text)


@pytest.mark.parametrize(("sheet", "text", "says"), [
    ("column", "W_2 x", ") times ("),
    ("column", "W_1 + W_2", "plus"),
    ("column", "x + h", "plus"),
    ("column", r"h \odot x", "⊙"),
    ("column", "x_j h_j", "the index j")])
def test_what_does_not_conform_is_said_in_shapes(sheet, text, says):
    with pytest.raises(Nonconforming) as error:
        meant(sheet, text)
    assert says in str(error.value)


def test_letters_run_over_the_axes_on_which_they_stand():
    formula = read_formula(r"\sum_k W_{2,kj}(\hat y_k - y_k) x_i").formula
    at = point("column")
    assert index_sizes(formula, scope("column"), at) == {"j": at.shape("h")[0], "i": at.shape("x")[0]}


def test_a_letter_on_two_axes_is_named():
    with pytest.raises(Unclear, match="index j"):
        index_sizes(read_formula("W_{1,ij} h_j").formula, scope("column"), point("column"))


def test_letters_can_have_values():
    from longhand.marking.meaning import readings
    found = readings(read_formula(r"\hat y_k").formula, scope("column"), point("column"), {}, {"k": 2})
    assert found[0].array.cells == (point("column").value("yhat", {})[1],)


def test_own_names_stand_for_formulas_numbers_and_quantities():
    names = scope("column", delta=r"\hat y - y")
    assert same("column", r"\delta h^T", "dW_2", "", names)
    names.define("g", "dL/dz")
    assert same("column", "g x^T", "dW_1", "", names)
    names.define("delta", read_formula(r"h_i(1-h_i)").formula, ("i",))
    assert same("column", r"\delta_j", r"h_j(1-h_j)", "j", names) and same("column", r"\delta\odot x_1", r"h\odot(1-h)\cdot x_1", "", names)


def test_an_own_name_of_a_quantity_is_that_quantity_in_a_derivative():
    names = scope("row", theta=r"hW_2+b_2")
    assert same("row", r"\frac{\partial J}{\partial\theta}", r"\hat y-y", "", names)
    assert same("row", r"\frac{\partial J}{\partial\theta}\frac{\partial\theta}{\partial h}", r"(\hat y-y)W_2^T", "", names)


def test_a_definition_by_itself_is_no_definition():
    with pytest.raises(Unclear):
        meant("column", r"\delta", names=scope("column", delta=r"\delta + 1"))


def test_what_the_writer_had_is_what_counts():
    from flint import arb

    from longhand.marking.meaning import readings
    formula, at = read_formula("2h").formula, point("column")
    had = {"h": tuple(arb(k) for k in range(at.shape("h")[0]))}
    assert [float(c) for c in readings(formula, scope("column"), at, had)[0].array.cells] == [2.0 * k for k in range(at.shape("h")[0])]


@pytest.mark.parametrize(("sheet", "written", "meant_by"), [
    ("row", r"\hat y-y\cdot W_2^T", r"\frac{\partial J}{\partial h}"),
    ("batch", r"\frac1N X^T\cdot H-T\odot(1-H^2)", "dW"),
])
def test_brackets_left_out_are_put_back(sheet, written, meant_by):
    from longhand.marking.array import overlaps
    from longhand.marking.meaning import readings
    truth = meant(sheet, meant_by)[0].array
    found = []
    for formula in regrouped(read_formula(written).formula):
        try:
            found += readings(formula, scope(sheet), point(sheet), {})
        except (Nonconforming, Unclear):
            continue
    assert any(overlaps(reading.array, truth) for reading in found)


def test_numbers_in_a_formula_are_as_precise_as_they_are_written():
    assert float(literal_ball("0.13").rad()) == pytest.approx(0.005)
    assert literal_ball("0.13", frozenset({Fraction("0.13")})).rad() < 1e-30
    assert literal_ball("12").is_exact() and literal_ball("0.5").is_exact()


def test_long_formulas_are_refused_and_not_computed_for_ever():
    with pytest.raises((Unclear, Nonconforming)):
        meant("column", "+".join(r"\sum_a\sum_b\sum_c\sum_d\sum_e\sum_f W_{2,ab}W_{2,cb}W_{2,cd}W_{2,ef}W_{1,bi}W_{1,di}\hat y_a" for _ in range(40)))


def test_every_sheet_is_as_it_should_be():
    assert len({point("column").shape(n) for n in ("x", "h", "yhat")}) == 3
    assert reference("recurrent").at_data is not None and reference("scalar").at_data is not None
