"""The command line: what it reads, where it writes, how it fails. The front door is a stand-in, save at the end."""
from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import types
from fractions import Fraction

import pytest

from longhand import __version__, cli
from longhand.cli import formats
from longhand.core.equation import Program
from longhand.core.problem import Problem, Remark
from longhand.errors import Place, ShapeError
from longhand.forms.document import Document, Text

UNREAD = Remark("!!", "Two marks have no meaning.", 2, 6, "Leave them out.", "x = 1!!\n     ^^")


class Stub(types.ModuleType):
    """A front door that repeats what it is told."""

    def __init__(self) -> None:
        super().__init__("longhand.solution")
        self.asked: dict = {}
        self.raises: Exception | None = None
        self.unread: tuple[Remark, ...] = ()

    def solve(self, text, **options):
        self.asked = {"text": text, **options}
        if self.raises:
            raise self.raises
        problem = Problem(Program({}, ()), not_understood=self.unread)
        return types.SimpleNamespace(document=Document("Done", (Text(("δ is ŷ − y",)),)), json=lambda: {"said": "ŷ"},
                                     exit_code=3 if self.unread else 0, problems=(problem,))

    def read(self, text, *, name=""):
        return types.SimpleNamespace(problems=(Problem(Program({}, ()), title=text.strip(), not_understood=self.unread),),
                                     not_understood=self.unread)


@pytest.fixture
def door(monkeypatch):
    stub = Stub()
    monkeypatch.setitem(sys.modules, "longhand.solution", stub)
    return stub


@pytest.fixture
def sheet(tmp_path):
    path = tmp_path / "sheet.md"
    path.write_text("a sheet", encoding="utf-8")
    return str(path)


def call(*arguments: str) -> int:
    return cli.run(list(arguments))


# ---- results -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("options", "holds"), [
    ((), "δ is ŷ − y"), (("--format", "term"), "δ is ŷ − y"), (("--format", "md"), "# Done"), (("--format", "tex"), "\\documentclass"),
    (("--format", "json"), '{\n "said": "ŷ"\n}\n'), (("--json",), '"said"'), (("--json", "--format", "json"), '"said"'),
])
def test_formats(door, sheet, capsys, options, holds):
    assert call("solve", sheet, *options) == 0
    out, err = capsys.readouterr()
    assert holds in out and err == "" and out.endswith("\n")


def test_options_reach_the_front_door(door, sheet, tmp_path, capsys):
    data = tmp_path / "data.json"
    data.write_text('{"x": [0.1, "1/3"]}')
    assert call("solve", sheet, "--data", str(data), "--wrt", "W_{1,2}, b_1", "--layout", "row", "--digits", "30") == 0
    assert door.asked == {"text": "a sheet", "name": "sheet.md", "data": {"x": (Fraction(1, 10), Fraction(1, 3))},
                          "wrt": ("W_{1,2}", "b_1"),
                          "layout": "row", "digits": 30}


def test_defaults(door, sheet, capsys):
    assert call("solve", sheet) == 0
    assert door.asked == {"text": "a sheet", "name": "sheet.md", "data": None, "wrt": (), "layout": None, "digits": 12}


def test_what_was_not_understood_is_listed_and_the_rest_is_printed(door, sheet, capsys):
    door.unread = (UNREAD,)
    for command in ("solve", "read"):
        assert call(command, sheet) == 3
        out, err = capsys.readouterr()
        assert out
        assert err.splitlines() == [f"Not understood, {sheet}, line 2, column 6:  x = 1!!", " " * err.splitlines()[1].index("^") + "^^",
                                    "Two marks have no meaning.", "Leave them out."]
        assert err.splitlines()[0][err.splitlines()[1].index("^"):] == "!!"


def test_read_prints_the_plain_form(door, sheet, capsys):
    assert call("read", sheet) == 0
    assert capsys.readouterr().out.startswith('longhand 1\ntitle "a sheet"\n')


def test_standard_input(door, monkeypatch, capsys):
    import io
    monkeypatch.setattr("sys.stdin", types.SimpleNamespace(buffer=io.BytesIO("δ\r\n".encode())))
    assert call("solve", "-") == 0
    assert door.asked["text"] == "δ\r\n" and door.asked["name"] == ""


def test_a_byte_order_mark_is_no_text(door, tmp_path, capsys):
    path = tmp_path / "bom.md"
    path.write_bytes(b"\xef\xbb\xbftext")
    assert call("solve", str(path)) == 0 and door.asked["text"] == "text"


# ---- files -------------------------------------------------------------------------------------------------------

def bad_files(folder):
    yield "missing.md", "no such file", None
    yield "folder.md", "is a folder", lambda p: p.mkdir()
    yield "pipe.md", "is a pipe", lambda p: os.mkfifo(p)
    yield "empty.md", "is empty", lambda p: p.write_bytes(b"")
    yield "blank.md", "is empty", lambda p: p.write_bytes(b" \n\t\n")
    yield "junk.md", "NUL byte at byte 3", lambda p: p.write_bytes(b"ab\0\xff" * 100)
    yield "latin.md", "not UTF-8: byte 0xe9 in line 2", lambda p: p.write_bytes("a\né".encode("latin-1"))
    yield "utf16.md", "UTF-16", lambda p: p.write_bytes("abc".encode("utf-16"))
    yield "book.md", "larger than 1 MB", lambda p: p.write_bytes(b"word " * 2_000_000)
    yield "loop.md", "symbolic link", lambda p: p.symlink_to(p)
    yield "locked.md", "permission denied", lambda p: (p.write_text("x"), p.chmod(0))


@pytest.mark.parametrize("which", range(11))
def test_files_that_are_no_text(door, tmp_path, capsys, which):
    name, says, make = list(bad_files(tmp_path))[which]
    path = tmp_path / name
    if make:
        make(path)
    if name == "locked.md" and os.access(path, os.R_OK):
        path.unlink()                                        # the superuser may read everything: nothing to see here
        says = "no such file"
    start = time.perf_counter()
    for arguments in (("solve", str(path)), ("read", str(path))):
        assert call(*arguments) == 2
        out, err = capsys.readouterr()
        assert out == "" and err.startswith("FileError: ") and says in err and str(path) in err
    good = tmp_path / "good.md"
    good.write_text("x")
    assert call("solve", str(good), "--data", str(path)) == 2
    assert says in capsys.readouterr().err
    assert time.perf_counter() - start < 20


@pytest.mark.parametrize("path", ["/dev/null", "/dev/zero", "/dev/tty", "/dev/stdin"])
def test_devices(door, capsys, path):
    assert call("solve", path) == 2
    assert "FileError" in capsys.readouterr().err


def test_a_socket(door, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.md")
        assert call("solve", "socket.md") == 2
    assert capsys.readouterr().err.startswith("FileError: socket.md")


def test_a_name_that_is_no_name(door, capsys):
    assert call("solve", "a\0b") == 2
    assert "�" in capsys.readouterr().err


# ---- writing -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("name", "starts"), [
    ("s.md", "# Done"), ("s.tex", "\\documentclass"), ("s.json", "{"), ("s.txt", "Done"), ("s", "Done")])
def test_the_ending_decides_the_format(door, sheet, tmp_path, capsys, name, starts):
    target = tmp_path / name
    assert call("solve", sheet, "-o", str(target)) == 0
    assert capsys.readouterr().out == "" and target.read_text(encoding="utf-8").startswith(starts)


def test_writing_is_all_or_nothing(door, sheet, tmp_path, monkeypatch, capsys):
    target = tmp_path / "s.md"
    target.write_text("old")
    target.chmod(0o640)

    def full(*_):
        raise OSError(28, "No space left on device")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        assert call("solve", sheet, "-o", str(target)) == 2
    assert "no space left" in capsys.readouterr().err
    assert target.read_text() == "old" and sorted(p.name for p in tmp_path.iterdir()) == ["s.md", "sheet.md"]
    assert call("solve", sheet, "-o", str(target)) == 0
    assert target.read_text(encoding="utf-8").startswith("# Done") and target.stat().st_mode & 0o777 == 0o640


def test_writing_through_a_link_and_into_a_device(door, sheet, tmp_path, capsys):
    link, target = tmp_path / "link.md", tmp_path / "target.md"
    link.symlink_to(target)
    assert call("solve", sheet, "-o", str(link)) == 0
    assert link.is_symlink() and target.exists()
    assert call("solve", sheet, "-o", "/dev/null") == 0
    assert os.path.exists("/dev/null") and not os.path.isfile("/dev/null")


def test_places_that_cannot_be_written(door, sheet, tmp_path, capsys):
    for target, says in ((tmp_path, "is a folder"), (tmp_path / "none" / "s.md", "no such file")):
        assert call("solve", sheet, "-o", str(target)) == 2
        assert says in capsys.readouterr().err


# ---- usage -------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("arguments", "says"), [
    (("solve",), "Missing argument 'PROBLEM'"), (("slove", "x"), "No such command 'slove'"), (("solve", "x", "--colour"), "No such option"),
    (("solve", "x", "--format", "doc"), "doc is no format; there are term, md, tex, html, pdf, ipynb, json"),
    (("solve", "x", "--json", "--format", "md"), "contradict"), (("solve", "x", "--digits", "0"), "0"),
    (("solve", "x", "--digits", "many"), "many"),
    (("solve", "x", "--layout", "diagonal"), "diagonal"), (("solve", "x", "--wrt", "W_1,,b"), "a name is missing"),
    (("solve", "-", "--data", "-"), "cannot both come from standard input"), (("teach", "x"), "No such command 'teach'"),
])
def test_usage(door, capsys, arguments, says):
    assert call(*arguments) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("UsageError: ") and says in err


def test_help_and_version(capsys):
    for arguments in ((), ("--help",), ("-h",), ("solve", "--help"), ("read", "-h")):
        assert call(*arguments) == 0
        assert "Usage: longhand" in capsys.readouterr().out
    assert call("--version") == 0
    assert capsys.readouterr().out == f"longhand {__version__}\n"


# ---- failing -----------------------------------------------------------------------------------------------------

def test_an_error_of_the_problem_names_the_file(door, sheet, capsys):
    door.raises = ShapeError("They differ.", Place(3, 5, "h = W x", 3), "Did you mean W^T x?")
    assert call("solve", sheet) == 3
    assert capsys.readouterr().err.splitlines()[0] == f"ShapeError, {sheet}, line 3:  h = W x"


def test_an_error_of_the_data_names_the_file(door, sheet, tmp_path, capsys):
    data = tmp_path / "d.json"
    data.write_text('{"x": [1, [2]]}')
    assert call("solve", sheet, "--data", str(data)) == 2
    assert capsys.readouterr().err.startswith(f'DataError, {data}:\n"x" is not rectangular')


@pytest.mark.parametrize("failure", [KeyError("x"), RecursionError("too deep"), AssertionError(), MemoryError()])
def test_a_fault_of_our_own(door, sheet, capsys, monkeypatch, failure):
    door.raises = failure
    monkeypatch.delenv("LONGHAND_TRACEBACK", raising=False)
    assert call("solve", sheet) == 4
    out, err = capsys.readouterr()
    assert out == "" and "Traceback" not in err and type(failure).__name__ in err and "LONGHAND_TRACEBACK=1" in err
    monkeypatch.setenv("LONGHAND_TRACEBACK", "1")
    assert call("solve", sheet) == 4
    assert "Traceback" in capsys.readouterr().err


def test_an_interrupt_says_nothing(door, sheet, capsys):
    door.raises = KeyboardInterrupt()
    assert call("solve", sheet) == 130
    assert capsys.readouterr() == ("", "\n")


# ---- the real command --------------------------------------------------------------------------------------------

PROBLEM = """longhand 1
axis d letter i
tensor x : input [d]
tensor w : parameter [d]
z = sum(i, w[i]*x[i])
Loss = 0.5*z^2
loss Loss
data x = [1, 2]
data w = [0.5, -1]
find gradient Loss wrt w
"""


def longhand(*arguments: str, text: str = PROBLEM, **more) -> subprocess.CompletedProcess:
    environment = {**os.environ, **more.pop("env", {})}
    streams = {"input": text.encode(), "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
    return subprocess.run([sys.executable, "-m", "longhand", *arguments], timeout=60, env=environment, **streams)


def test_solve_and_read_a_problem():
    done = longhand("solve", "-", "--json")
    assert done.returncode == 0, done.stderr.decode()
    solution = json.loads(done.stdout)
    assert solution["schema"] == "longhand/solution/1"
    [gradient] = [r for r in solution["results"] if r["asked"] == "gradient" and r["wrt"] == "w"]
    assert [float(v) for v in gradient["value"]] == [-1.5, -3.0]
    done = longhand("read", "-")
    assert done.returncode == 0 and b"z = sum(i, w[i]*x[i])" in done.stdout
    assert longhand("read", "-", text=done.stdout.decode()).stdout == done.stdout


@pytest.mark.parametrize("locale", ["C", "POSIX", "en_US.ISO-8859-1"])
def test_output_is_utf8_whatever_the_locale(locale):
    done = longhand("solve", "-", env={"LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"})
    assert done.returncode == 0, done.stderr.decode()
    assert "∂" in done.stdout.decode("utf-8")


def test_no_colour_where_there_is_no_terminal():
    assert b"\x1b" not in longhand("solve", "-").stdout


def test_a_reader_that_leaves_is_no_error():
    command = f'{sys.executable} -m longhand solve - | head -n 1; echo "${{PIPESTATUS[0]}}"'
    done = subprocess.run(["bash", "-c", command], input=PROBLEM.encode(), capture_output=True, timeout=60)
    assert done.stderr == b"" and done.stdout.splitlines()[-1] == b"0"


def test_a_full_disk_is_said():
    if not os.path.exists("/dev/full"):
        pytest.skip("this system has no /dev/full")
    with open("/dev/full", "wb") as full:
        done = longhand("solve", "-", stdout=full)
    assert done.returncode == 2 and b"no space left" in done.stderr.lower() and b"Traceback" not in done.stderr


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"])
def test_closed_streams(closed):
    command = f"{sys.executable} -m longhand solve - {closed}"
    done = subprocess.run(["bash", "-c", command], input=PROBLEM.encode(), capture_output=True, timeout=60)
    assert done.returncode == (0 if closed == "2>&-" else 2) and b"Traceback" not in done.stderr


def test_colours_are_for_terminals_that_want_them(monkeypatch):
    for environment, wanted in (({}, True), ({"NO_COLOR": ""}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
        for name in ("NO_COLOR", "TERM"):
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        assert formats.colours() is wanted
