"""Assignments: each value of a name is told from the others, and what is no assignment of this kind is left alone."""
from longhand.reading.sheet import read

SHEET = r"Let $p=uv$. Then replace $p\leftarrow 3p-u$ and $p\leftarrow p^2$. With $u=2$, $v=5$ find $p$, $\partial p/\partial u$."


def problem(text):
    sheet = read(text)
    assert len(sheet.problems) == 1
    return sheet.problems[0], sheet


def test_each_value_has_a_name_and_the_last_is_the_plain_one():
    made, sheet = problem(SHEET)
    assert [e.name for e in made.program.equations] == ["p^0", "p^1", "p"]
    assert not sheet.not_understood
    assert any("the values before are p^(0) and p^(1), the last is p" in a.text for a in sheet.assumptions)


def test_a_formula_reads_the_value_of_its_time():
    made, _ = problem(r"$p=u+1$, $q=2p$, $p\leftarrow p^2$, $r=p+q$. Find $r$ for $u=3$.")
    reads = {e.name: str(e.right) for e in made.program.equations}
    assert "p^0" in reads["q"] and "p^0" not in reads["r"]


def test_an_arrow_to_a_new_name_defines_it():
    made, sheet = problem(r"$s\leftarrow uv$, $t:=s^2$ with $u=2$, $v=5$. Compute $t$ and $\partial t/\partial u$.")
    assert [e.name for e in made.program.equations] == ["s", "t"] and not sheet.not_understood


def test_an_update_by_a_gradient_is_none():
    made, _ = problem(r"$s=wu$, $E=s^2$, $w=2$, $u=3$. Do one step of $w\leftarrow w-0.1\,\partial E/\partial w$.")
    assert [e.name for e in made.program.equations] == ["s", "E"]
    assert made.descent is not None


def test_replace_without_a_formula_is_listed():
    assert read(r"$p=uv$ with $u=2$, $v=5$. Then replace the weights. Find $p$.").not_understood
