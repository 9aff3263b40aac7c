"""The command `check`: what it reads, what it prints, how it fails. The marker is a stand-in."""
from __future__ import annotations

import io
import json
import os
import sys
import types

import pytest

from longhand import cli
from longhand.core.problem import Remark
from longhand.errors import NotUnderstood, Place
from longhand.marking.marks import Mark, Marked
from longhand.reading.source import Source


class StubMarker:
    """Calls a line what it says: "a = 1 wrong" is wrong; "!!" is not understood."""
    quantities = asked = ("a",)
    cells = {"a": 1}
    made: list[dict] = []
    raises: Exception | None = None

    def __init__(self, text: str, *, name: str = "", data=None) -> None:
        self.made.append({"text": text, "name": name, "data": data})
        if self.raises:
            raise self.raises

    @classmethod
    def of_worked(cls, text: str, *, name: str = "", data=None) -> StubMarker:
        return cls(text, name=name, data=data)

    def mark(self, text: str, file: str = "") -> Marked:
        source, marks, unread = Source(text), [], []
        for number in range(1, len(source.starts) + 1):
            line, start = source.line(number), source.starts[number - 1]
            claim, _, verdict = line.partition(" is ")
            if verdict:
                marks.append(Mark(number, 1, start, start + len(claim), claim, verdict, quantity="a", mistake="a slip" if verdict == "wrong" else None,
                                  stated="1"))
            if "!!" in line:
                unread.append(Remark("!!", "Two marks have no meaning.", number, line.index("!!") + 1, "", source.caret(
                    types.SimpleNamespace(start=start + line.index("!!"), end=start + line.index("!!") + 2))))
        return Marked(file, text, tuple(marks), not_understood=tuple(unread))


@pytest.fixture(autouse=True)
def marker(monkeypatch):
    module = types.ModuleType("longhand.marking.mark")
    module.Marker = StubMarker
    monkeypatch.setitem(sys.modules, "longhand.marking.mark", module)
    monkeypatch.delitem(sys.modules, "longhand.marking.papers", raising=False)
    monkeypatch.setattr(StubMarker, "made", [])
    monkeypatch.setattr(StubMarker, "raises", None)
    yield StubMarker
    sys.modules.pop("longhand.marking.papers", None)


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(**texts: str) -> None:
        for name, text in texts.items():
            (tmp_path / f"{name}.md").write_text(text, encoding="utf-8")
    write(sheet="a sheet\n", good="$a = 1$ is right\n", bad="$a = 1$ is right\n$b = 2$ is wrong\n", odd="$a = 1$ is right\nand !! so\n")
    return write


def call(*arguments: str) -> int:
    return cli.run(["check", *arguments])


@pytest.mark.parametrize(("answers", "code"), [
    (("good.md",), 0), (("bad.md",), 1), (("odd.md",), 3), (("odd.md", "bad.md"), 1), (("good.md", "odd.md"), 3), (("good.md", "good.md"), 0)])
def test_exit_codes(files, capsys, answers, code):
    assert call("sheet.md", *answers) == code
    assert capsys.readouterr().out


@pytest.mark.parametrize(("options", "holds"), [
    ((), "   2 ✗  b = 2"), (("--format", "term"), "   2 ✗  b = 2"), (("--format", "md"), "**2 ✗** $b = 2$"),
    (("--format", "html"), "<!doctype html>"), (("--format", "tex"), "\\documentclass"), (("--json",), '"schema": "longhand/marks/1"'),
    (("--format", "json", "--json"), '"schema"')])
def test_formats(files, capsys, options, holds):
    assert call("sheet.md", "bad.md", *options) == 1
    out, err = capsys.readouterr()
    assert holds in out and err == "" and "\x1b" not in out


def test_the_marker_is_made_once_and_told_everything(files, tmp_path, capsys):
    (tmp_path / "data.json").write_text('{"x": [1, 2]}')
    assert call("sheet.md", "good.md", "bad.md", "--data", "data.json", "--json") == 1
    assert StubMarker.made == [{"text": "a sheet\n", "name": "sheet.md", "data": {"x": (1, 2)}}]
    said = json.loads(capsys.readouterr().out)
    assert [a["file"] for a in said["answers"]] == ["good.md", "bad.md"]
    assert said["answers"][1]["first_mistake"] == {"line": 2, "mistake": "a slip"}


def test_without_an_answer_the_sheet_holds_it(files, capsys):
    assert call("bad.md") == 1
    assert "Marked: bad.md" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [("-", "good.md"), ("sheet.md", "-"), ("-",)])
def test_standard_input(files, monkeypatch, capsys, arguments):
    monkeypatch.setattr("sys.stdin", types.SimpleNamespace(buffer=io.BytesIO(b"$a = 1$ is right\n")))
    assert call(*arguments, "--json") == 0
    assert json.loads(capsys.readouterr().out)["answers"][0]["counts"]["right"] == 1


def test_output_says_its_format(files, tmp_path, capsys):
    for ending, holds in (("html", "<!doctype html>"), ("htm", "<!doctype html>"), ("md", "# Marked"), ("json", "longhand/marks/1"), ("txt", "✗")):
        assert call("sheet.md", "bad.md", "-o", f"out.{ending}") == 1
        assert holds in (tmp_path / f"out.{ending}").read_text()
    assert capsys.readouterr() == ("", "")


def test_what_was_not_understood_is_listed(files, capsys):
    assert call("sheet.md", "odd.md") == 3
    err = capsys.readouterr().err.splitlines()
    assert err[0] == "Not understood, odd.md, line 2, column 5:  and !! so" and err[0][err[1].index("^"):].startswith("!!")


@pytest.mark.parametrize(("arguments", "says"), [
    (("sheet.md", "none.md"), "FileError: none.md: no such file"), (("none.md", "good.md"), "FileError: none.md"),
    (("sheet.md", "empty.md"), "FileError: empty.md is empty"), (("sheet.md", "latin.md"), "is not UTF-8"), (("sheet.md", "bytes.md"), "NUL byte"),
    (("sheet.md", "/dev/null"), "is a device"), (("sheet.md", "pipe"), "is a pipe"), (("folder", "good.md"), "folder is a folder"),
    (("sheet.md", "folder"), "folder holds no answers"), (("sheet.md", "folder", "good.md"), "marked alone"),
    (("-", "-"), "Only one of the files"), (("sheet.md", "-", "--data", "-"), "Only one of the files"),
    (("sheet.md", "good.md", "--format", "x"), "x is no format"),
    (("sheet.md", "folder", "--format", "html"), "lines and tables"), (("sheet.md", "good.md", "--json", "--format", "md"), "contradict"),
    (("sheet.md", "good.md", "--rubric", "none.toml"), "FileError: none.toml"),
    (("sheet.md", "good.md", "--jobs", "0"), "--jobs"), (("sheet.md", "good.md", "-o", "no/such/out.md"), "cannot be written"), ((), "PROBLEM")])
def test_errors_in_the_house_form(files, tmp_path, capsys, arguments, says):
    (tmp_path / "empty.md").write_text(" \n")
    (tmp_path / "latin.md").write_bytes(b"\xe9t\xe9")
    (tmp_path / "bytes.md").write_bytes(b"a\0b")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    assert call(*arguments) == 2
    out, err = capsys.readouterr()
    assert says in err and out == "" and "Traceback" not in err and "Internal" not in err


def test_one_unreadable_file_stops_no_other(files, capsys):
    assert call("sheet.md", "none.md", "bad.md", "--json") == 2
    out, err = capsys.readouterr()
    answers = json.loads(out)["answers"]
    assert [a["status"] for a in answers] == ["not marked", "marked"] and "none.md" in answers[0]["reason"] and "FileError: none.md" in err


def test_a_sheet_that_is_not_understood(files, capsys, marker):
    marker.raises = NotUnderstood("Nothing is defined.", Place(3, 2, "a sheet"))
    assert call("sheet.md", "good.md") == 3
    assert capsys.readouterr().err.startswith("NotUnderstood, sheet.md, line 3:  a sheet")


def test_a_rubric_that_is_none(files, capsys):
    assert call("sheet.md", "good.md", "--rubric", "good.md") == 3
    assert capsys.readouterr().err.startswith("NotUnderstood, good.md, line 1")


def test_a_rubric_gives_points(files, tmp_path, capsys):
    (tmp_path / "marks.toml").write_text('[[part]]\nof = "a"\nvalue = 2\nmethod = 1\n')
    call("sheet.md", "bad.md", "--rubric", "marks.toml", "--json")
    score = json.loads(capsys.readouterr().out)["answers"][0]["score"]
    assert score["of"] == 3
    call("sheet.md", "bad.md", "--rubric", "marks.toml")
    assert "of 3 points." in capsys.readouterr().out


def test_a_folder(files, tmp_path, capsys):
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "ana.md").write_text("$a = 1$ is right\n")
    (tmp_path / "answers" / "ben.md").write_text("$a = 1$ is wrong\n")
    (tmp_path / "answers" / "cy.md").write_bytes(b"\xff\xfe")
    assert call("sheet.md", "answers", "-o", "out", "--jobs", "1") == 1
    out, err = capsys.readouterr()
    assert [line.split(":")[0] for line in out.splitlines()] == ["ana.md", "ben.md", "cy.md"]
    assert "first mistake in line 1: a slip" in out and err == "The tables are in out.\n" and (tmp_path / "out" / "marks.csv").exists()
    assert call("sheet.md", "answers", "--jobs", "1", "--json") == 1
    said = json.loads(capsys.readouterr().out)
    assert [a["status"] for a in said["answers"]] == ["marked", "marked", "not marked"] and (tmp_path / "answers-marks" / "marks.csv").exists()
