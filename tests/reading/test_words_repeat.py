"""A second formula for a quantity: the same values are said to be the same, others make a second problem."""
from longhand.reading.sheet import read

SHEET = r"Let $m=3u$ and $v=\tanh m$ with $u=0.2$. Compute $v$ and $\partial v/\partial u$. Repeat with $v={}$."


def test_an_equal_formula_is_said_to_agree():
    sheet = read(SHEET.replace("{}", r"\frac{e^m-e^{-m}}{e^m+e^{-m}}"))
    assert len(sheet.problems) == 1 and not sheet.not_understood
    assert any("second formula for v gives the same values" in a.text for a in sheet.assumptions)


def test_another_formula_is_a_second_problem_with_the_same_requests():
    sheet = read(SHEET.replace("{}", "m^2+1"))
    assert len(sheet.problems) == 2 and not sheet.not_understood
    first, second = sheet.problems
    assert [(w.kind, w.of, w.wrt) for w in first.wanted] == [(w.kind, w.of, w.wrt) for w in second.wanted]


def test_what_cannot_be_read_is_listed():
    assert read(SHEET.replace("{}", r"\mathrm{wobble}(m)")).not_understood
    assert read(SHEET.replace("$v={}$", "$u=7$")).not_understood
    assert read(SHEET.replace("$v={}$", "twice the depth")).not_understood
