"""What a worked solution says, and that what it prints is well formed."""
from __future__ import annotations

import re

import problems
import pytest
from pylatexenc.latexwalker import LatexWalker, LatexWalkerParseError

from longhand.forms.document import Display, StepCard
from longhand.printing import latex, markdown, terminal
from longhand.solution import solve


def text(make) -> str:
    return terminal.render(solve(make()).document, 100)


def cards(make) -> list[StepCard]:
    return [b for b in solve(make()).document.blocks if isinstance(b, StepCard)]


@pytest.mark.parametrize("make", problems.EVERY, ids=lambda f: f.__name__)
def test_every_formula_is_well_formed_latex(make):
    for formula in formulas(markdown.render(solve(make()).document)):
        assert malformed(formula) is None, formula


def formulas(text: str) -> list[str]:
    text = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    displays = re.findall(r"\$\$(.*?)\$\$", text, flags=re.DOTALL)
    return displays + re.findall(r"(?<!\\)\$([^$]+)\$", re.sub(r"\$\$.*?\$\$", "", text, flags=re.DOTALL))


def malformed(formula: str) -> str | None:
    try:
        LatexWalker(formula, tolerant_parsing=False).get_latex_nodes()
    except LatexWalkerParseError as error:
        return str(error)
    left, right = (len(re.findall(rf"\\{side}(?![a-z])", formula)) for side in ("left", "right"))
    return None if left == right else "brackets"


def test_the_parser_sees_malformed_latex():
    assert malformed(r"\frac{1}{2") and malformed(r"\begin{bmatrix} 1") and malformed(r"\left( 1") and malformed(r"\frac{a}{b}") is None


@pytest.mark.parametrize("make", problems.EVERY, ids=lambda f: f.__name__)
def test_latex_files_are_whole(make):
    written = latex.render(solve(make()).document)
    for opening, closing in (("{", "}"), (r"\begin{", r"\end{"), (r"\[", r"\]")):
        assert written.count(opening) == written.count(closing)


def test_the_softmax_jacobian_by_its_two_cases():
    said = text(problems.column_net)
    assert "With S = Σₘ e^(zₘ)" in said and "m = k:" in said and "m ≠ k:" in said
    assert "ŷₖ(1 − ŷₖ)" in said and "−ŷₘ ŷₖ" in said and "diag(ŷ) − ŷ ŷᵀ" in said


def test_the_fact_is_proved_before_it_is_used():
    titles = [markdown.run(c.title) for c in cards(problems.column_net)]
    proof = next(k for k, t in enumerate(titles) if "add up to" in t)
    assert titles.index("Pre-activation $z$") > proof
    said = text(problems.column_net)
    assert said.count("= 1") >= 3 and "╰" in said
    row = text(problems.row_net)
    assert "Σⱼ yⱼ = 1" in row.split("Forward pass")[0], "an assumed sum stands among the assumptions"


def test_every_card_names_its_rule_and_says_why():
    for make in problems.EVERY:
        for card in cards(make):
            assert card.rule, card
            assert card.why and str(card.why[-1]).strip(), card


def test_every_asked_gradient_has_a_card_with_its_result_in_a_box():
    solved = solve(problems.column_net())
    about = {c.about: c for c in solved.document.blocks if isinstance(c, StepCard)}
    for name in ("W_1", "b_1", "W_2", "b_2"):
        boxes = [b for b in about[f"dLoss/d{name}"].body if isinstance(b, Display) and b.boxed]
        assert len(boxes) == 1 and boxes[0].shape is not None


def test_what_nobody_asked_and_nothing_needs_is_left_out():
    assert "dLoss/dx" not in {c.about for c in cards(problems.column_net)}


def test_all_paths_of_a_skip_connection_are_added():
    said = text(problems.skip)
    assert "is read by o and u; the contributions of all paths add up" in said


def test_the_direct_part_of_a_penalty_is_put_in():
    card = next(c for c in cards(problems.penalised) if c.about == "dL/dW")
    chain = next(b for b in card.body if isinstance(b, Display) and len(b.parts) > 2)
    right = [latex_of(p) for p in chain.parts[1:]]
    assert right and all(p.startswith(r"\lambda") and r"\partial" not in p.split("+")[0] for p in right)


def latex_of(maths) -> str:
    from longhand.printing.latex_maths import latex
    return latex(maths)


def test_a_kink_that_is_met_is_said():
    said = text(problems.at_a_kink)
    assert "ReLU′(0) = 0 is used, here at h₁" in said and "it lies at a kink" in said
    assert "no entry of h is 0 here" in text(problems.column_net)


def test_numbers_put_in():
    said = text(problems.column_net)
    assert "h = W₁ᵀ x + b₁ = " in said and "−13" in said and "1 + e⁻³ + e" in said
    assert "c₁ = 0.5 · 1 − 1 · 2 = −1.5" in text(problems.convolution)
    assert "w₁ i₁ + b₁ = 0.15 · 0.05 + 0.35 = 0.3575" in text(problems.scalar_net).replace("netₕ = ", "", 1) or \
        "0.15 · 0.05 + 0.35 = 0.3575" in text(problems.scalar_net)


def test_rounded_numbers_stand_behind_an_approximate_sign():
    said = text(problems.column_net)
    assert "≈ 1.52656" in said and "= 1.52656" not in said
    assert "b₁ ← b₁" in said


def test_the_loss_falls():
    assert "Loss falls from 1.52656264127 to 1.21695372659" in text(problems.column_net)


def test_no_matrix_form_comes_with_its_reason_and_the_factors():
    said = text(problems.jacobian)
    assert "three free indices" in said and "⊗ x" in said and "n × (d × n)" in said
    assert "at a moving position" in text(problems.convolution)


def test_a_hessian_derives_the_gradient_first():
    about = [c.about for c in cards(problems.hessian)]
    assert about.index("dL/dw") < about.index("ddL/dw/dw") and about.index("ddL/dw/du") < about.index("ddL/dw/dw")


@pytest.mark.parametrize("make", problems.EVERY, ids=lambda f: f.__name__)
def test_no_letter_is_bound_and_free_in_one_formula(make):
    """Printed LaTeX: the letter under a sum does not stand outside of it on the left side of the same chain."""
    for formula in formulas(markdown.render(solve(make()).document)):
        left = formula.split("=")[0]
        subscripts = {c for s in re.findall(r"_\{?([a-z]+)\}?", left) for c in s}
        for bound in re.findall(r"\\sum_\{?([a-z])", formula):
            assert bound not in subscripts or r"\sum" in left, formula
