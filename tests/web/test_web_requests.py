"""Requests of the page: each kind, what may not be asked, and text from strangers."""
from __future__ import annotations

import json

import pytest

from longhand.solution import solve
from longhand.web.examples import examples
from longhand.web.numbers import MOVABLE
from longhand.web.requests import CODES, LONGEST, answer, title

SHEET, ANSWER = examples()[0]["sheet"], examples()[0]["answer"]


def moved(name: str, at: list[int], value: str, problem: int = 0) -> dict[str, object]:
    return {"problem": problem, "name": name, "at": at, "value": value}


@pytest.fixture(scope="module")
def solved():
    return answer({"kind": "solve", "sheet": SHEET})


# ---- examples -------------------------------------------------------------------------------------------------------

def test_every_example_is_understood_whole():
    listed = examples()
    assert len(listed) >= 5 and len({each["title"] for each in listed}) == len(listed) and all(each["title"] for each in listed)
    for each in listed:
        assert solve(each["sheet"]).exit_code == 0, each["name"]


def test_the_examples_of_the_project_are_those_that_travel_with_it():
    from pathlib import Path
    for path in (Path(__file__).resolve().parents[2] / "examples").glob("two-layer*.md"):
        name = path.stem.removesuffix("-answer")
        [found] = [each for each in examples() if each["name"] == name]
        assert path.read_text(encoding="utf-8") == (found["answer"] if path.stem.endswith("-answer") else found["sheet"])


def test_examples_come_with_the_formats():
    said = answer({"kind": "examples"})
    assert said["ok"] and {"html", "md", "tex", "json", "svg"} <= set(said["formats"]) and {"html", "md", "tex", "json"} <= set(said["marked_formats"])


# ---- solving --------------------------------------------------------------------------------------------------------

def test_what_is_remembered_is_what_would_be_made(monkeypatch):
    """Other words, a blank line on top and another number, each after the other, against a reader and writer that remember nothing."""
    from longhand import solution
    from longhand.core.lately import Lately
    from longhand.core.recent import Recent
    from longhand.printing import html_solution
    from longhand.reading import formula
    from longhand.web import requests
    number = SHEET.index("0.1")
    texts = (SHEET, SHEET + "\nSo much for that.\n", "\n" + SHEET, SHEET[:number] + "0.4" + SHEET[number + 3:], SHEET)
    lately = [answer({"kind": "solve", "sheet": each}) for each in texts]
    for each, found in zip(texts, lately, strict=True):
        requests._read.cache_clear()
        for module, name, empty in ((requests, "_PAGES", Lately(1)), (solution, "_IN_SYMBOLS", Lately(1)), (html_solution, "_TABLES", Recent(1)),
                                    (formula, "_LATELY", Recent(1))):
            monkeypatch.setattr(module, name, empty)
        assert answer({"kind": "solve", "sheet": each}) == found
    assert lately[3]["html"] != lately[0]["html"] == lately[1]["html"] == lately[4]["html"]


def test_a_sheet_becomes_a_solution(solved):
    assert solved["ok"] and solved["remarks"] == [] and json.loads(json.dumps(solved)) == solved
    assert 'class="card"' in solved["html"] and "<script" not in solved["html"] and "style=" not in solved["html"] and 'href="#' in solved["contents"]


def test_all_numbers_but_labels_can_be_moved(solved):
    given = {each["name"]: each for each in solved["numbers"]}
    assert given.keys() == {"x", "W_1", "b_1", "W_2", "b_2", "eta"} and "label" not in MOVABLE
    assert given["W_1"]["values"] == [["1", "-1"], ["0.5", "0.25"]] and given["W_1"]["shape"] == [2, 2]
    assert [name for name, each in given.items() if each["rate"]] == ["eta"]


def test_the_curve_is_the_loss_after_the_step(solved):
    [loss] = solved["losses"]
    curve = dict(map(tuple, loss["curve"]))
    assert loss["rate"] == "eta" and curve[0.0] == pytest.approx(float(loss["before"]), abs=1e-5)
    assert curve[0.1] == pytest.approx(float(loss["after"]), abs=1e-5) and len(curve) > 30 and max(curve) == pytest.approx(0.4)


def test_a_moved_number_gives_what_the_sheet_with_that_number_gives():
    said = answer({"kind": "solve", "sheet": SHEET, "moved": [moved("W_1", [1, 0], "0.75"), moved("eta", [], "0.2")]})
    written = answer({"kind": "solve", "sheet": SHEET.replace("0.5 & 0.25", "0.75 & 0.25").replace(r"\eta = 0.1", r"\eta = 0.2")})
    assert said["losses"] == written["losses"] and said["numbers"] == written["numbers"] and said["html"] == written["html"]


def test_moving_leaves_what_was_read_as_it_was(solved):
    answer({"kind": "solve", "sheet": SHEET, "moved": [moved("eta", [], "5")]})
    assert answer({"kind": "solve", "sheet": SHEET}) == solved


@pytest.mark.parametrize("move", [moved("eta", [], "1", 7), moved("eta", [], "1", -1), moved("nothing", [], "1"), moved("y", [0], "1"), moved("x", [2], "1"),
                                  moved("x", [], "1"), moved("W_1", [0], "1"), moved("Loss", [], "1")])
def test_a_number_that_is_no_longer_there_is_stale(move):
    said = answer({"kind": "solve", "sheet": SHEET, "moved": [move]})
    assert not said["ok"] and said["error"]["code"] == "stale"


@pytest.mark.parametrize("value", ["", "x", "1e9999", "1" * 31, "nan", "inf", "1/0", "1e10", "__import__('os')"])
def test_a_moved_number_is_a_plain_number(value):
    said = answer({"kind": "solve", "sheet": SHEET, "moved": [moved("eta", [], value)]})
    assert not said["ok"] and said["error"]["code"] == "bad request"


def test_what_is_not_understood_has_its_place():
    said = answer({"kind": "solve", "sheet": SHEET.replace("softmax}", "blorbmax}")})
    line = SHEET.replace("softmax}", "blorbmax}").split("\n")[12]
    [found] = [each for each in said["remarks"] if "blorbmax" in each["text"]]
    assert said["ok"] and found["line"] == 13 and line[found["column"] - 1:][:found["length"]] == r"\text{blorbmax}" and found["suggestion"]


# ---- marking --------------------------------------------------------------------------------------------------------

def test_an_answer_is_marked():
    said = answer({"kind": "check", "sheet": SHEET, "answer": ANSWER})
    assert said["ok"] and said["first_mistake"]["line"] == 22 and said["counts"]["wrong"] == 1 and said["counts"]["right"] > 10
    [wrong] = [each for each in said["remarks"] if each["kind"] == "wrong"]
    assert wrong["line"] == 22 and "0.3322" in ANSWER.split("\n")[21][wrong["column"] - 1:][:wrong["length"]]
    assert "✗" in said["html"] and "<script" not in said["html"] and "style=" not in said["html"]


def test_an_answer_is_marked_by_the_moved_numbers():
    claim = r"$\mathbf{h} = [1.5, -0.4]^\top$"
    plain = answer({"kind": "check", "sheet": SHEET, "answer": claim})
    said = answer({"kind": "check", "sheet": SHEET, "answer": claim, "moved": [moved("W_1", [0, 0], "0.5")]})
    assert plain["counts"]["right"] == 0 and said["counts"]["right"] == 1


# ---- files ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("form", ["html", "md", "tex", "ipynb", "json", "svg"])
def test_a_solution_as_a_file(form):
    said = answer({"kind": "export", "sheet": SHEET, "format": form, "moved": [moved("eta", [], "0.2")]})
    assert said["ok"] and said["name"] == f"solution.{form}" and len(said["text"]) > 1000
    if form == "json":
        assert json.loads(said["text"])["schema"] == "longhand/solution/1"
    if form in ("md", "tex"):
        assert "0.2" in said["text"]


@pytest.mark.parametrize("form", ["html", "md", "tex", "ipynb", "json"])
def test_a_marked_answer_as_a_file(form):
    said = answer({"kind": "export", "sheet": SHEET, "answer": ANSWER, "format": form})
    assert said["ok"] and said["name"] == f"marked.{form}" and ("longhand/marks/1" in said["text"]) == (form == "json")


def test_a_pdf_where_typst_is_installed():
    from base64 import b64decode
    formats = answer({"kind": "examples"})["formats"]
    if "pdf" not in formats:
        pytest.skip("typst is not installed: pip install 'longhand[pdf]'")
    said = answer({"kind": "export", "sheet": SHEET, "format": "pdf"})
    assert said["name"] == "solution.pdf" and b64decode(said["base64"]).startswith(b"%PDF-")


def test_no_pdf_where_typst_is_not_installed(monkeypatch):
    from longhand.web import exports
    monkeypatch.setitem(exports.NEEDS, "pdf", "no_such_package")
    assert "pdf" not in exports.formats() and "pdf" not in exports.marked_formats() and "md" in exports.formats()


def test_no_other_format():
    assert answer({"kind": "export", "sheet": SHEET, "format": "exe"})["error"]["code"] == "not understood"


# ---- what may not be asked ------------------------------------------------------------------------------------------

BAD = [None, 1, "solve", [], {}, {"kind": None}, {"kind": []}, {"kind": "delete"}, {"kind": "solve"}, {"kind": "solve", "sheet": 3},
       {"kind": "solve", "sheet": "x\0y"}, {"kind": "solve", "sheet": "\ud800"}, {"kind": "solve", "sheet": SHEET, "moved": {}},
       {"kind": "solve", "sheet": SHEET, "moved": [1]}, {"kind": "solve", "sheet": SHEET, "moved": [{}] * 401}, {"kind": "solve", "sheet": SHEET, "file": "x"},
       {"kind": "solve", "sheet": SHEET, "moved": [moved("x", ["0"], "1")]}, {"kind": "solve", "sheet": SHEET, "moved": [moved("x", [True], "1")]},
       {"kind": "check", "sheet": SHEET}, {"kind": "export", "sheet": SHEET}, {"kind": "examples", "sheet": SHEET}, {"kind": [[[[[[[[]]]]]]]]}]


@pytest.mark.parametrize("request_", BAD, ids=repr)
def test_bad_requests(request_):
    said = answer(request_)
    assert said["ok"] is False and said["error"]["code"] == "bad request" and said["error"]["says"].endswith(".")


def test_limits():
    assert answer({"kind": "solve", "sheet": "x" * (LONGEST + 1)})["error"]["code"] == "too large"
    assert answer({"kind": "check", "sheet": SHEET, "answer": "x" * (LONGEST + 1)})["error"]["code"] == "too large"
    deep: object = []
    for _ in range(5000):
        deep = [deep]
    assert answer({"kind": "solve", "sheet": SHEET, "moved": deep})["error"]["code"] == "bad request"


def test_an_empty_sheet_and_one_without_formulas():
    empty, plain = answer({"kind": "solve", "sheet": " \n"}), answer({"kind": "solve", "sheet": "hello"})
    assert empty["error"] == {"code": "not understood", "says": "The sheet is empty.", "suggestion": ""}
    assert plain["ok"] and plain["remarks"][0]["line"] == 1


def test_a_fault_of_ours_is_an_answer_too(monkeypatch):
    from longhand.web import requests
    monkeypatch.setitem(requests.KINDS, "examples", lambda request: 1 / 0)
    said = answer({"kind": "examples"})
    assert said["error"]["code"] == "internal" in CODES and "ZeroDivisionError" in said["error"]["says"]


ATTACK = "</script><img src=x onerror=alert(1)>\"'<b>"


def test_nothing_of_a_stranger_becomes_markup():
    sheet = SHEET.replace("A two-layer network", ATTACK).replace("Loss", r"\href{javascript:alert(1)}{L}").replace("starts from", ATTACK)
    for request in ({"kind": "solve", "sheet": sheet}, {"kind": "check", "sheet": SHEET, "answer": ANSWER + ATTACK + "\n\n$" + ATTACK + "$"}):
        said = answer(request)
        assert said["ok"]
        for part in (said["html"], said.get("contents", "")):
            assert "<img" not in part and "<script" not in part and "</script" not in part and 'href="javascript' not in part


def test_titles():
    assert title("\n# A net\n") == "A net" and title("no heading") == "" and len(title("# " + "x" * 500)) <= 120


def test_cells_of_a_claim_that_cannot_be_checked_have_no_mark():
    sheet = SHEET.split("The measurement is")[0] + "Derive the gradients of the loss with respect to $\\mathbf{W}_1$.\n"        # without numbers
    for request in ({"kind": "check"}, {"kind": "export", "format": "tex"}):
        said = answer({**request, "sheet": sheet, "answer": r"$$\mathbf{h} = \begin{bmatrix} 2 \\ -0.4 \end{bmatrix}$$"})
        assert said["ok"] and (request["kind"] == "export" or said["counts"]["not checked"] == 1)
