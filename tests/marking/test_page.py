"""The marked answer as a document, and as every printer prints it."""
from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from sample_marks import ANSWER, MARKED, MARKS, cells, mark

from longhand.forms.decimals import as_written
from longhand.forms.document import Display, Table, Tally, Text, Working
from longhand.forms.maths import Judged, Maths
from longhand.marking.json import render
from longhand.marking.marks import Mark, Marked
from longhand.marking.page import page, pages
from longhand.printing import latex, markdown, terminal

ANSI = re.compile(r"\x1b\[[0-9;]*m")


def judged(node) -> list[Judged]:
    """Every mark inside a document."""
    if isinstance(node, tuple):
        return [each for part in node for each in judged(part)]
    if hasattr(node, "__dataclass_fields__"):
        inside = [each for name in node.__dataclass_fields__ for each in judged(getattr(node, name))]
        return [node, *inside] if isinstance(node, Judged) else inside
    return []


def lines(text: str, marks: tuple[Mark, ...], columns: int = 100) -> list[str]:
    said = terminal.render(page(Marked("a.md", text, marks)), columns)
    return said[said.index("   1 "):].rstrip().split("\n")


def test_every_mark_stands_at_one_row():
    rows = [row for block in page(MARKED).blocks if isinstance(block, Working) for row in block.rows]
    assert sorted(v for row in rows for v in row.verdicts) == sorted(m.verdict for m in MARKS)
    assert [row.verdicts for row in rows if isinstance(row.body, Display)][:4] == [("right", "right"), ("right",), ("misread",), ("right",)]
    assert sum(len(row.comments) for row in rows) == sum(m.verdict != "right" or bool(m.says) for m in MARKS)


def test_the_page_says_the_whole_first():
    blocks = page(MARKED).blocks
    top = [block for block in blocks if isinstance(block, Text)]
    assert top[0].text[0] == "First mistake in line 11: log10 for ln." and top[1].text == ("Wrong too: lines 15 and 21.",)
    [tally] = [block for block in blocks if isinstance(block, Tally)]
    assert dict(tally.counts) == MARKED.counts and sum(MARKED.counts.values()) == len(MARKS)
    said = terminal.render(page(MARKED))
    assert "Asked, and not given: the new v after the update" in said and "the prime of f′ was lost" in said and "without its lower part" in said


def test_what_follows_from_the_first_mistake_is_said():
    text = "a = 1\n\nb = 2\n\nc = 3\n"
    marks = tuple(mark(claim, verdict, text, given=given) for claim, verdict, given in
                  (("a = 1", "wrong", None), ("b = 2", "carried", 1), ("c = 3", "carried", 1)))
    said = terminal.render(page(Marked("a.md", text, marks)))
    assert "First mistake in line 1." in said and "Right given that: lines 3 and 5." in said
    assert said.count("→ right given line 1") == 2


@pytest.mark.parametrize(("marked", "says"), [
    (Marked("a.md", "x = 1\n", (mark("x = 1", "right", "x = 1\n"),)), "Everything that is claimed here is right."),
    (Marked("a.md", "x = 1\n", (mark("x = 1", "not checked", "x = 1\n"),)), "No mistake found in what could be checked."),
    (Marked("a.md", status="not marked", reason="It is empty."), "Not marked. It is empty."),
    (Marked("a.md", "only words\n"), "only words"),
])
def test_answers_without_a_mistake(marked, says):
    assert says in terminal.render(page(marked))


def test_right_lines_are_quiet():
    text = "$$a = b = c$$\n\nso $d = e$ and $f = g$.\n"
    assert lines(text, tuple(mark(claim, "right", text) for claim in ("a = b", "= c", "d = e", "f = g"))) == [
        "   1 ✓  a = b = c", "", "   3 ✓  so d = e and f = g."]


def test_a_chain_breaks_where_something_is_said():
    text = "$$a = b = c = d$$\n"
    marks = (mark("a = b", "right", text), mark("b = c", "wrong", text, mistake="a slip", says="No."), mark("c = d", "right", text))
    assert lines(text, marks) == [
        "   1 ✓  a = b", "     ✗    = c", "        ╰ ✗ wrong: a slip. No.", "", "     ✓    = d"]


def test_several_claims_in_a_line_have_a_sign_each():
    text = "net = 0.5 = 0.25, and $z = 2 = 3$\n"
    marks = (mark("net = 0.5", "right", text), mark("= 0.25", "wrong", text), mark("z = 2", "right", text), mark("= 3", "misread", text))
    assert lines(text, marks)[0] == "   1 ✗  net = 0.5 ✓ = 0.25 ✗, and z = 2 = 3▢"
    assert [line for line in lines(text, marks) if "╰" in line] == ["        ╰ ✗ wrong · = 0.25", "        ╰ ▢ misread · = 3"]


@pytest.mark.parametrize(("written", "at", "shown"), [
    (r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}", (0, 1), ["⎡ 1  2✗(5) ⎤", "⎣ 3  4     ⎦"]),
    (r"\begin{bmatrix} 1 & 2 & 7 \\ 3 & 4 & 8 \end{bmatrix}", (2, 1), ["⎡ 1  2  7     ⎤", "⎣ 3  4  8✗(5) ⎦"]),        # the transpose
    ("[1, 2, 3]^T", (1,), ["[1, 2✗(5), 3]ᵀ"]), (r"(1 \ 2 \ 3)", (2,), ["(1  2  3✗(5))"]),
    (r"\begin{bmatrix} 1 \\ 2 \end{bmatrix}", (1,), ["⎡ 1     ⎤", "⎣ 2✗(5) ⎦"]),
])
def test_cells(written, at, shown):
    text = f"$$w = {written}$$\n"
    rows = text[text.index("="):]
    stated = re.findall(r"\d", rows)
    flat = {(2, 1): "8", (0, 1): "2"}.get(at) or stated[at[0]]
    said = lines(text, (mark(f"w = {written}", "wrong", text, entries=cells({at: ("wrong", flat, "5")})),))
    assert all(any(each in line for line in said) for each in shown), said


def test_the_array_that_is_claimed_is_marked_and_no_other():
    text = r"$$z = \begin{bmatrix} 1 & 2 \end{bmatrix} \begin{bmatrix} 1 \\ 2 \end{bmatrix} = \begin{bmatrix} 1 \\ 2 \end{bmatrix}$$" + "\n"
    marks = (mark(text[2:-3], "wrong", text, entries=cells({(0,): ("wrong", "1", "5")})),)
    assert len(judged(page(Marked("", text, marks)).blocks)) == 1
    assert lines(text, marks)[0].endswith("⎡ 1✗(5) ⎤")


def test_cells_that_are_not_there_are_not_marked():
    text = "$$w = [1, 2]$$\n"
    for at, stated in (((0,), "7"), ((5,), ""), ((0, 0, 0), "1"), ((), "1")):
        marks = (mark("w = [1, 2]", "wrong", text, entries=cells({at: ("wrong", stated, "5")}), expected=("5", "2")),)
        assert judged(page(Marked("", text, marks)).blocks) == []


def test_the_right_array_is_written_out_where_no_cell_says_it():
    text = "$$w = a$$\n"
    said = "\n".join(lines(text, (mark("w = a", "wrong", text, expected=(("1", "2"), ("3", "4"))),)))
    assert "right   ⎡ 1  2 ⎤" in said and "        ⎣ 3  4 ⎦" in said


@pytest.mark.parametrize(("value", "like", "shown"), [
    ("0.625124146", "0.681", "0.625"), ("-0.53244317", "-0.5374", "-0.5324"), ("4.7", "1.75", "4.7"), ("2", "-0.75", "2"),
    ("0.30954", "0.31", "0.3095"), ("0.3099999999", "0.31", "0.3099999999"), ("1/3", "0.3", "1/3"), ("x", "0.3", "x"), ("0.5", "?", "0.5"),
    ("1e5", "2", "1e5"), ("nan", "1", "nan"), ("9" * 500, "1", "9" * 500), ("0.25", "", "0.25"),
])
def test_right_values_are_as_long_as_what_they_correct(value, like, shown):
    assert as_written(value, like) == shown


@pytest.mark.parametrize("columns", [40, 60, 100])
def test_words_stay_within_the_terminal_and_colour_is_never_alone(columns):
    said = terminal.render(page(MARKED), columns)
    assert all(c.isprintable() or c == "\n" for c in said)
    words = [row for row in said.split("\n") if not re.search("[⎡⎢⎣─]|Σ|script", row)]
    assert max(map(len, words)) <= columns + 4
    coloured = terminal.render(page(MARKED), columns, True)
    assert "\n".join(row.rstrip() for row in ANSI.sub("", coloured).split("\n")) == said
    assert "\x1b[1;31m0.681✗\x1b[0m" in coloured and "\x1b[35m−0.75▢\x1b[0m" in coloured


def test_nothing_of_the_answer_is_lost_or_runs():
    for printer in (terminal, markdown, latex):
        said = printer.render(page(MARKED))
        for word in ("Problem 1", "pre-activation", "for positive", "alert(1)", "Note"):
            assert word in said, (printer, word)
    assert "<script>" not in markdown.render(page(MARKED)).replace(r"\<script\>", "")
    assert latex.render(page(MARKED)).isascii()


@pytest.mark.parametrize("text", ["w5 = 0.4 - 0.5*0.0821 = 0.3589, w6 = 0.5*(a+b)*c", "delta_o1*w5 + delta_o2*w7 = 2*3*4", "**Note** that x_1 = 2*y."])
def test_typed_lines_stand_as_they_were_typed(text):
    plain = text.replace("**Note**", "Note")
    assert lines("x\n\n" + text + "\n", ())[-1] == f"   3    {plain}"


def test_typed_claims_are_quoted_as_they_were_typed():
    text = "net_h1 = 0.5, out_h1 = 0.6\n"
    marks = (mark("net_h1 = 0.5", "right", text), mark("out_h1 = 0.6", "misread", text))
    assert "        ╰ ▢ misread · out_h1 = 0.6" in lines(text, marks)


def test_the_same_is_said_once():
    text = "Words here. Words there. And $a = 1, 2$.\n"
    marks = tuple(mark(claim, "not checked", text, says="Words are not checked.") for claim in ("Words here.", "Words there."))
    assert lines(text, marks) == ["   1 ?  Words here. ? Words there. ? And a = 1, 2.", "        ╰ ? not checked · 2 claims: Words are not checked."]


def test_a_claim_may_reach_over_two_formulas():
    text = "$a = 1$ and $b = 2$ so $c = 3$\n"
    marks = (mark("a = 1$ and $b = 2", "wrong", text), mark("c = 3", "right", text))
    assert "        ╰ ✗ wrong · a = 1 and b = 2" in lines(text, marks)


def test_a_note_is_said_once():
    said = terminal.render(page(Marked("a.md", "x\n", notes=("A bracket was lost.", "Other.", "A bracket was lost."))))
    assert said.count("A bracket was lost. (2 times)") == said.count("bracket") == 1


def test_marks_whose_place_is_in_no_row_are_shown_at_the_end():
    text = "words\n"
    stray = Mark(9, 1, 900, 905, "x = 1", "wrong", says="Where is it?")
    assert "Where is it?" in terminal.render(page(Marked("a.md", text, (stray,))))


@pytest.mark.parametrize("text", ["$$" + "{" * 80 + "$$", "$$" + "x" * 30000 + "$$", "$x_{1_{2$ and \\begin{cases", "```\ncode = 1\n```", "| a | b |\n",
                                  "$$\na &= b \\\\\n  &= c, \\quad d = e \\tag{3}\n$$\n(4)\n", "\x1b[31m red \x07", "- \n\n1. $a = b$\n"])
def test_odd_answers_are_printed(text):
    whole = Mark(1, 1, 0, len(text), text[:50], "wrong", says="odd")
    for printer in (terminal, markdown, latex):
        assert "odd" in printer.render(page(Marked("a.md", text, (whole,)))), text


def test_several_answers_one_after_another():
    both = pages([MARKED, Marked("b.md", "x = 1\n")])
    said = terminal.render(both)
    assert said.startswith("2 answers, marked") and said.index("Marked: answers/ana.md") < said.index("Marked: b.md")
    assert pages([MARKED]) == page(MARKED)


def test_points_of_a_rubric():
    from decimal import Decimal

    from longhand.marking.score import Points, Score
    score = Score((Points("gradient", "dL/dw", Decimal(1), Decimal(2), "method right, value wrong"),))
    [table] = [block for block in page(MARKED, score).blocks if isinstance(block, Table)]
    assert table.rows == ((("gradient",), ("1 of 2",), ("method right, value wrong",)),)
    assert render([MARKED], [score])["answers"][0]["score"]["points"] == 1


def test_json_keeps_the_contract():
    said = json.loads(json.dumps(render([MARKED])))
    assert said["schema"] == "longhand/marks/1" and len(said["answers"]) == 1
    answer = said["answers"][0]
    assert (answer["file"], answer["status"]) == ("answers/ana.md", "marked") and "reason" not in answer
    assert answer["first_mistake"] == {"line": 11, "mistake": "log10 for ln"}
    assert answer["counts"] == {"right": 9, "carried": 1, "wrong": 3, "misread": 5, "not checked": 1}
    loss = next(claim for claim in answer["claims"] if claim["mistake"] == "log10 for ln")
    assert loss["entries"] == [{"at": [], "verdict": "wrong"}] and loss["expected"] == "0.309548185981" and loss["stated"] == "0.1344"
    assert (loss["line"], loss["text"], loss["about"]) == (11, "0.1344", r"\mathcal{L}")
    vector = next(claim for claim in answer["claims"] if claim["about"] == "u")
    assert vector["expected"] == ["2", "-1.5", "4.7", "0.2"]
    assert vector["entries"][1] == {"at": [1], "verdict": "misread", "stated": "-0.75", "expected": "-1.5"}
    assert {"line", "column", "text", "about", "verdict", "mistake", "says", "expected", "stated", "entries", "evidence"} <= loss.keys()
    assert answer["missing"] == ["the new $v$ after the update"] and answer["not_understood"][0]["line"] == 32
    unread = render([Marked("b.md", status="not marked", reason="It is empty.")])["answers"][0]
    assert (unread["first_mistake"], unread["claims"], unread["reason"]) == (None, [], "It is empty.")


def test_uncertain_marks_say_so():
    sure = mark("a = 1", "wrong", "a = 1", mistake="sign lost")
    said = [terminal.render(page(Marked("", "a = 1", (each,)))) for each in (sure, replace(sure, sure=False))]
    assert "not certain" not in said[0] and "wrong: sign lost (not certain)" in said[1]


def test_the_sample_is_what_it_says():
    assert all(ANSWER[m.start:m.end] == m.text for m in MARKS) and isinstance(judged(page(MARKED).blocks)[0].body, Maths)
