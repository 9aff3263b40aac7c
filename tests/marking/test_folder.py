"""A folder of answers: every file accounted for, whatever it is and whatever it does, and the same tables after any number of kills."""
from __future__ import annotations

import csv
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from dataclasses import fields
from functools import partial
from pathlib import Path

import pytest
from fake_marker import FakeMarker

from longhand.core.problem import Remark
from longhand.errors import FileError, UsageError
from longhand.marking import journal as journals
from longhand.marking.folder import default_out, mark_folder, summary
from longhand.marking.marks import CellMark, Mark, Marked
from longhand.marking.stored import RECORDS, packed, unpacked
from longhand.marking.stream import json_pieces
from longhand.marking.table import cell

HERE = Path(__file__).parent


def folder_of(root: Path, answers: dict[str, str]) -> Path:
    folder = root / "answers"
    for name, text in answers.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def many(root: Path, count: int) -> Path:
    chance = random.Random(3)
    return folder_of(root, {f"{k:03}.md": "\n".join(chance.choices(["right", "wrong", "carried", "some words"], k=4)) for k in range(count)})


def marked(folder: Path, **options) -> list:
    return list(mark_folder(folder, "a problem", **{"make_marker": FakeMarker, "jobs": 0, **options}))


def tables(out: Path) -> tuple[bytes, bytes]:
    return (out / "marks.csv").read_bytes(), (out / "claims.csv").read_bytes()


def rows(out: Path, name: str = "marks.csv") -> list[dict[str, str]]:
    with open(out / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# ---- what is marked -----------------------------------------------------------------------------------------------

def test_answers_come_in_the_order_of_their_names_with_tables_beside_the_folder(tmp_path):
    folder = folder_of(tmp_path, {"b.md": "right", "a/z.txt": "wrong\ncarried", "B.MD": "words", ".hidden.md": "right", ".git/x.md": "right",
                                  "picture.png": "", "a/.~lock.md": "right"})
    answers = marked(folder)
    assert [answer.marked.file for answer in answers] == ["B.MD", "a/z.txt", "b.md"]
    assert summary(answers[1]) == "a/z.txt: 1 carried, 1 wrong; first mistake in line 1: log10 for ln; 0 of 4 points"
    out = tmp_path / "answers-marks"
    assert default_out(folder) == out
    assert [(row["file"], row["dL/dW"], row["dL/db"], row["points"], row["of"], row["right"]) for row in rows(out)] == [
        ("B.MD", "0", "0", "0", "4", "0"), ("a/z.txt", "0", "0", "0", "4", "0"), ("b.md", "2", "0", "2", "4", "1")]
    assert [(row["file"], row["line"], row["verdict"]) for row in rows(out, "claims.csv")] == [
        ("B.MD", "1", "not checked"), ("a/z.txt", "1", "wrong"), ("a/z.txt", "2", "carried"), ("b.md", "1", "right")]


def test_nasty_files_are_listed_with_the_reason_and_stop_nothing(tmp_path):
    folder = folder_of(tmp_path, {"good.md": "right", "empty.md": " \n", "essay.PDF": "%PDF", "sub/other.md": "right"})
    (folder / "latin.md").write_bytes("f\u00fcr".encode("latin-1"))
    (folder / "nul.md").write_bytes(b"right\0")
    (folder / "utf16.md").write_bytes("right".encode("utf-16"))
    (folder / "link.md").symlink_to(folder / "good.md")
    (folder / "loop").symlink_to(folder)
    (folder / "device.md").symlink_to("/dev/zero")
    (folder / "dangling.md").symlink_to("nowhere")
    os.mkfifo(folder / "pipe.md")
    (folder / "folder.md").mkdir()
    with open(folder / "huge.md", "wb") as file:
        file.truncate(11_000_000)
    with socket.socket(socket.AF_UNIX) as plug:
        plug.bind(os.path.relpath(folder / "socket.md"))
        found = {answer.marked.file: answer.marked.reason for answer in marked(folder)}
    assert found == {
        "good.md": "", "sub/other.md": "",
        "empty.md": "It is empty.", "huge.md": "It is larger than 10 MB.", "latin.md": "It is not UTF-8: byte 0xfc in line 1.",
        "utf16.md": "It is UTF-16 text.", "nul.md": "It is not text: it holds a NUL byte at byte 6.",
        "essay.PDF": "It is a .pdf file; answers are text, in .md, .markdown, .txt, .tex.",
        **dict.fromkeys(["link.md", "loop", "device.md", "dangling.md"], "It is a link, and links are not followed."),
        **dict.fromkeys(["pipe.md", "socket.md"], "It is a pipe, a socket or a device, not a file."),
    }
    row = next(row for row in rows(default_out(folder)) if row["file"] == "pipe.md")
    assert (row["status"], row["points"], row["right"]) == ("not marked", "", "")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path):
    folder = folder_of(tmp_path, {"a.md": "right"})
    (folder / "a.md").chmod(0)
    assert marked(folder)[0].marked.reason == "It cannot be read: permission denied."


def test_names_that_are_no_unicode(tmp_path):
    folder = folder_of(tmp_path, {"a.md": "right"})
    os.rename(folder / "a.md", os.fsencode(folder) + b"/\xff\n=1.md")
    assert marked(folder)[0].marked.file == "\ufffd\n=1.md"
    assert len(rows(default_out(folder))) == 1


@pytest.mark.parametrize(("prepare", "options", "kind", "says"), [
    (lambda root: None, {}, FileError, "is no folder"),
    (lambda root: (root / "answers").mkdir(), {}, FileError, "holds no answers"),
    (lambda root: folder_of(root, {"a.md": "right"}), {"out": "answers/marks"}, UsageError, "inside the answers"),
    (lambda root: folder_of(root, {"a.md": "right"}), {"out": "answers"}, UsageError, "inside the answers"),
    (lambda root: (folder_of(root, {"a.md": "right"}), (root / "file").write_text("")), {"out": "file"}, FileError, "cannot be made"),
])
def test_what_cannot_be_done_is_said_at_once(tmp_path, monkeypatch, prepare, options, kind, says):
    monkeypatch.chdir(tmp_path)
    prepare(tmp_path)
    with pytest.raises(kind, match=says):
        mark_folder(Path("answers"), "a problem", make_marker=FakeMarker, **{name: Path(value) for name, value in options.items()})


def test_a_foreign_journal_is_left_alone(tmp_path):
    folder = folder_of(tmp_path, {"a.md": "right"})
    default_out(folder).mkdir()
    foreign = default_out(folder) / "journal.jsonl"
    foreign.write_text("dear diary")
    with pytest.raises(FileError, match="is not a journal of longhand"):
        marked(folder)
    assert foreign.read_text() == "dear diary"


def test_two_runs_at_once_do_not_meet(tmp_path):
    folder = folder_of(tmp_path, {"a.md": "right", "b.md": "right"})
    first = mark_folder(folder, "a problem", jobs=0, make_marker=FakeMarker)
    next(first)
    with pytest.raises(FileError, match="Another run"):
        marked(folder)
    assert len(list(first)) == 1


# ---- workers ------------------------------------------------------------------------------------------------------

def test_a_crash_and_a_hang_cost_one_answer_each(tmp_path):
    folder = folder_of(tmp_path, {"a.md": "right", "b.md": "crash", "c.md": "hang", "d.md": "raise", "e.md": "right", "f.md": "swallow", "g.md": "right"})
    told = []
    answers = marked(folder, jobs=2, deadline=0.5, progress=lambda done, of: told.append((done, of)))
    assert [answer.marked.reason.partition(".")[0] for answer in answers] == [
        "", "Marking it ended the program, twice", "Marking it took too long (more than 0", "Marking it failed with RecursionError", "",
        "Marking it takes too much memory", ""]
    assert told == [(k, 7) for k in range(1, 8)]


def test_the_number_of_workers_changes_nothing(tmp_path):
    folder = many(tmp_path, 60)
    for jobs in (0, 1, 3):
        marked(folder, jobs=jobs, out=tmp_path / str(jobs))
    assert tables(tmp_path / "0") == tables(tmp_path / "1") == tables(tmp_path / "3")


# ---- the run as JSON -----------------------------------------------------------------------------------------------

def test_json_comes_in_pieces_that_are_one_object(tmp_path):
    folder = folder_of(tmp_path, {"a.md": "right\nwrong", "b.md": ""})
    said = json.loads("".join(json_pieces(mark_folder(folder, "a problem", jobs=0, make_marker=FakeMarker))))
    first, second = said["answers"]
    assert said["schema"] == "longhand/marks/1" and first["counts"]["wrong"] == 1 and first["score"]["points"] == 1
    assert (second["status"], second["reason"], second.get("score")) == ("not marked", "It is empty.", None)
    assert json.loads("".join(json_pieces([])))["answers"] == []


# ---- the journal --------------------------------------------------------------------------------------------------

def test_what_is_marked_is_not_marked_again(tmp_path):
    folder, log = many(tmp_path, 5), tmp_path / "log"
    make = partial(FakeMarker, 0.0, str(log))

    def again() -> list[str]:
        log.write_text("")
        marked(folder, make_marker=make)
        return log.read_text().split()

    assert len(again()) == 5
    first = tables(default_out(folder))
    assert again() == [] and tables(default_out(folder)) == first
    (folder / "002.md").write_text("right")
    assert again() == ["002.md"]
    list(mark_folder(folder, "another problem", jobs=0, make_marker=make))
    assert len(log.read_text().split()) == 1 + 5


@pytest.mark.parametrize("change", [
    {"name": "other"}, {"data": {"x": 1}}, {"problem": "other"}, {"version": "9"},
])
def test_the_key_depends_on_everything(change):
    given = {"version": "1", "problem": "p", "name": "", "data": None}
    assert journals.context(**given) == journals.context(**given) != journals.context(**{**given, **change})


def test_the_key_depends_on_the_answer_and_its_name():
    assert len({journals.key(b"c", "a", b"x"), journals.key(b"c", "a", b"y"), journals.key(b"c", "b", b"x"), journals.key(b"d", "a", b"x")}) == 4


@pytest.mark.parametrize("cut", [0, 1, 10, len(journals.HEADER)])
def test_a_journal_killed_in_its_first_write_begins_anew(tmp_path, cut):
    path = tmp_path / "journal"
    path.write_bytes(journals.HEADER[:cut])
    with journals.Journal(path) as journal:
        journal.add("a", b"{}")
    with journals.Journal(path) as journal:
        assert journal.read("a") == b"{}"


@pytest.mark.parametrize("cut", [1, 5, 30])
def test_a_torn_line_is_cut_off_and_a_damaged_one_passed_over(tmp_path, cut):
    path = tmp_path / "journal"
    with journals.Journal(path) as journal:
        for name in "abc":
            journal.add(name, b'{"x": "%s"}' % name.encode())
    content = path.read_bytes()
    path.write_bytes(content[:-cut].replace(b'"x": "a"', b'"x": "q"'))
    with journals.Journal(path) as journal:
        assert "a" not in journal and journal.read("b") == b'{"x": "b"}' and "c" not in journal
        journal.add("d", b"{}")
    with journals.Journal(path) as journal:
        assert journal.read("b") == b'{"x": "b"}' and journal.read("d") == b"{}"


def test_the_journal_drops_what_nobody_needs(tmp_path):
    path = tmp_path / "journal"
    with journals.Journal(path) as journal:
        for k in range(100):
            journal.add(str(k), b"x" * 1000)
        journal.tidy(["7"])
    assert path.stat().st_size < 2000
    with journals.Journal(path) as journal:
        assert journal.read("7") == b"x" * 1000 and "8" not in journal


def test_marks_come_back_as_they_were():
    mark = FakeMarker().mark("wrong\nwords")
    nested = Mark(1, 2, 3, 4, "t", "carried", stated=(("1", "2"), ("3", None)), expected=("1",), given=7, sure=False, method=True)
    remark = Remark("text", "why", 3, caret="a\n^")
    whole = Marked("f", "", (*mark.marks, nested), missing=("x", "y"), notes=("n",), not_understood=(remark,))
    assert unpacked(packed(whole)) == whole
    assert unpacked(packed(mark)).text == ""
    with pytest.raises(TypeError):
        packed(Marked("f", notes=(object(),)))


def test_every_field_that_holds_records_is_known():
    """A new one would come back as something else."""
    records = {field.name for kind in (Marked, Mark, CellMark, Remark) for field in fields(kind) if "tuple[" in field.type and "str" not in field.type}
    assert records - {"at"} == set(RECORDS)


def _start(folder: Path, out: Path, seconds: float) -> subprocess.Popen:
    command = [sys.executable, str(HERE / "fake_marker.py"), str(folder), str(out), "2", str(seconds)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)


def test_ten_kills_leave_the_same_tables(tmp_path):
    folder, out = many(tmp_path, 120), tmp_path / "out"
    marked(folder, out=tmp_path / "whole")
    chance, kills, journal = random.Random(11), 0, out / "journal.jsonl"
    for _ in range(10):
        grown = journal.stat().st_size if journal.exists() else 0
        run = _start(folder, out, 0.02)
        while run.poll() is None and not (journal.exists() and journal.stat().st_size > max(grown, 40)):
            time.sleep(0.005)                                       # its first answers are there: now at any moment
        time.sleep(chance.uniform(0, 0.06))
        kills += run.poll() is None
        run.kill()
        run.communicate()
    assert kills >= 8
    with open(journal, "ab") as file:
        file.write(b'{"key": "torn')
    last = _start(folder, out, 0.0)
    assert (last.communicate()[1], last.returncode) == (b"", 0)
    assert tables(out) == tables(tmp_path / "whole")
    assert sorted(path.name for path in out.iterdir()) == ["claims.csv", "journal.jsonl", "marks.csv"]


def test_workers_do_not_outlive_a_killed_run(tmp_path):
    folder = folder_of(tmp_path, {"a.md": "right", "b.md": "hang", "c.md": "hang"})
    run = _start(folder, tmp_path / "out", 0.0)
    journal = tmp_path / "out" / "journal.jsonl"
    while run.poll() is None and not (journal.exists() and journal.stat().st_size > 40):
        time.sleep(0.01)
    run.kill()
    run.communicate()                                               # the pipe of standard error ends with its last holder
    for _ in range(100):
        try:
            os.killpg(run.pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    os.killpg(run.pid, signal.SIGKILL)
    raise AssertionError("workers are left")


def test_a_run_that_is_let_go_ends_at_once(tmp_path):
    folder = folder_of(tmp_path, {"a.md": "right", "b.md": "hang", "c.md": "right"})
    script = ("import sys; from pathlib import Path; from fake_marker import FakeMarker; from longhand.marking.folder import mark_folder\n"
              "if __name__ == '__main__':\n    run = mark_folder(Path(sys.argv[1]), 'p', jobs=2, make_marker=FakeMarker); next(run); sys.exit(7)")
    done = subprocess.run([sys.executable, "-c", script, str(folder)], cwd=HERE, capture_output=True, timeout=30)
    assert (done.returncode, done.stderr) == (7, b"")
    assert sorted(path.name for path in default_out(folder).iterdir()) == ["journal.jsonl"]


def test_an_interrupt_ends_the_run_quietly(tmp_path):
    folder, journal = many(tmp_path, 50), tmp_path / "out" / "journal.jsonl"
    run = _start(folder, tmp_path / "out", 0.05)
    while run.poll() is None and not journal.exists():
        time.sleep(0.005)
    time.sleep(0.1)                                                  # the workers are starting
    os.killpg(run.pid, signal.SIGINT)
    said = run.communicate(timeout=30)[1].decode()
    assert said.count("Traceback") <= 1 and said.rstrip().endswith("KeyboardInterrupt")      # the script's own; `longhand` catches it
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["journal.jsonl"]


# ---- tables -------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("text", "safe"), [
    ("=1+1", "'=1+1"), ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"), ("-2+3", "'-2+3"), ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "' =1"), ("\r=1", "'\ufffd=1"),
    (" =1", "' =1"), ("\uff1d1", "'\uff1d1"), ("-0.5", "-0.5"), ("+3", "+3"), ("-1e-3", "-1e-3"), ("-.5", "-.5"), ("-1e", "'-1e"), ("-", "'-"),
    ("-1\n", "'-1\n"),
    ("W = 1", "W = 1"), ("[-1, 2]", "[-1, 2]"), (None, ""), (3, "3"), (-3, "-3"), ("a\x1b[2J", "a\ufffd[2J"), ("-٣", "'-٣"),
])
def test_cells_start_no_formula(text, safe):
    assert cell(text) == safe


def test_formulas_of_answers_and_names_stay_text(tmp_path):
    folder = folder_of(tmp_path, {"=cmd.md": '=HYPERLINK("http://x","y")\n@x, "quoted"\nright'})
    marked(folder)
    out = default_out(folder)
    every = [value for name in ("marks.csv", "claims.csv") for row in rows(out, name) for value in row.values()]
    assert [value for value in every if value.startswith(("=", "@", "+", "-"))] == []
    assert rows(out, "claims.csv")[0]["stated"] == '\'=HYPERLINK("http://x","y")' and rows(out)[0]["file"] == "'=cmd.md"
