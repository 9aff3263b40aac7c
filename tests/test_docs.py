"""The README and the documentation: their commands are run, their Python too, and what they show is what comes out.

    ```console        lines that begin with $ are run, in order; what stands below one is its output, `...` for any lines. All end
                      with 0, or as `echo $?` shows; `longhand check` may end with 1, as it does where it finds something
    ```python         run, in order, in one namespace for each page
    ``` title="a.md"  the block is a file
    ```               lines that begin with `longhand` are only held against the commands and their options
"""
from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import click
import pytest

from longhand.cli import cli, run

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
OPENING = re.compile(r"```(\w*)(?: title=\"([\w.-]+)\")?")


class Fence(NamedTuple):
    """A block of code: its language, the file that it is, its first line, its lines."""
    language: str
    file: str
    line: int
    lines: tuple[str, ...]


def fences(text: str) -> Iterator[Fence]:
    """The blocks of code of a page."""
    opened, inside = None, []
    for number, line in enumerate(text.splitlines(), 1):
        if opened is None:
            if line.startswith("```"):
                opened, inside = (OPENING.match(line), number + 1), []
        elif line == "```":
            yield Fence(opened[0][1], opened[0][2] or "", opened[1], tuple(inside))
            opened = None
        else:
            inside.append(line)
    assert opened is None, f"the block of line {opened[1]} is not closed"


def examples() -> list:
    """The pages that have blocks of code."""
    found = {page: tuple(fences(page.read_text(encoding="utf-8"))) for page in PAGES}
    return [pytest.param(blocks, id=page.relative_to(ROOT).as_posix()) for page, blocks in found.items() if blocks]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder as a reader of the pages has it: a sheet, an answer to it, both in one, numbers, a folder of answers, and the examples."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", ""))))
    for source, copy in (("two-layer-softmax.md", "sheet.md"), ("two-layer-softmax-answer.md", "answer.md"), ("rubric.toml", "rubric.toml")):
        shutil.copy(ROOT / "examples" / source, tmp_path / copy)
    (tmp_path / "numbers.json").write_text('{"eta": 0.2}', encoding="utf-8")
    sheet, answer = ((tmp_path / name).read_text(encoding="utf-8") for name in ("sheet.md", "answer.md"))
    formulas = [part for part in answer.split("\n\n") if part.startswith("$$")]
    (tmp_path / "worked.md").write_text("\n\n".join((sheet, "## Solution", *formulas, "")), encoding="utf-8")
    (tmp_path / "answers").mkdir()
    shutil.copy(tmp_path / "answer.md", tmp_path / "answers" / "anna.md")
    shutil.copytree(ROOT / "examples", tmp_path / "examples", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


@pytest.mark.parametrize("page", examples())
def test_what_a_page_shows_is_what_happens(page, folder):
    names: dict[str, object] = {"__name__": "__docs__"}
    for fence in page:
        if fence.file:
            (folder / fence.file).write_text("\n".join(fence.lines) + "\n", encoding="utf-8")
        elif fence.language == "console":
            run_console(fence)
        elif fence.language == "python":
            with redirect_stdout(io.StringIO()):
                exec(compile("\n" * (fence.line - 1) + "\n".join(fence.lines), "the page", "exec"), names)
        elif not fence.language:
            for line in fence.lines:
                if line.startswith("longhand "):
                    parsed(line)


def run_console(fence: Fence) -> None:
    """The commands of a block, one after the other."""
    starts = [n for n, line in enumerate(fence.lines) if line.startswith("$ ")]
    assert starts[:1] == [0], f"line {fence.line}: a console block begins with $"
    code = 0
    for start, end in zip(starts, [*starts[1:], len(fence.lines)], strict=True):
        command, shown = fence.lines[start][2:].partition("  #")[0].strip(), fence.lines[start + 1:end]
        where = f"line {fence.line + start}: {command}"
        if command == "echo $?":
            assert shown == (str(code),), where
            code = 0
            continue
        assert code == 0, f"{where}: the command before ended with {code}, and the page does not say so"
        code, output = ran(command)
        told = end < len(fence.lines) and fence.lines[end] == "$ echo $?"
        code = 0 if code == 1 and command.startswith("longhand check ") and not told else code
        assert not shown or fits(list(shown), output.splitlines()), f"{where}\n{output}"
    assert code == 0, f"line {fence.line}: the last command ended with {code}"


def ran(command: str) -> tuple[int, str]:
    """Exit code and standard output of a command; ours are run in this process."""
    if command.startswith("longhand ") and not set("|<>;&") & set(command):
        output = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        with redirect_stdout(output), redirect_stderr(io.StringIO()):
            code = run(shlex.split(command)[1:])
        output.flush()
        return code, output.buffer.getvalue().decode()
    done = subprocess.run(command, shell=True, capture_output=True, text=True, encoding="utf-8", timeout=60)
    return done.returncode, done.stdout


def fits(shown: list[str], lines: list[str]) -> bool:
    """Whether the page shows these lines; `...` stands for any number of lines."""
    pieces: list[list[str]] = [[]]
    for line in shown:
        if line.strip() == "...":
            pieces.append([])
        else:
            pieces[-1].append(line.rstrip())
    lines = [line.rstrip() for line in lines]
    first, *rest = pieces
    if lines[:len(first)] != first or (not rest and len(lines) != len(first)):
        return False
    at = len(first)
    for number, piece in enumerate(rest, 1):
        places = [n for n in range(at, len(lines) - len(piece) + 1) if lines[n:n + len(piece)] == piece]
        if number == len(rest) and piece:
            places = [n for n in places if n + len(piece) == len(lines)]
        if not places:
            return False
        at = places[0] + len(piece)
    return True


def parsed(line: str) -> None:
    """A command that is shown and not run: it is there, and has these options."""
    name, *arguments = shlex.split(line.partition("  #")[0])[1:]
    command = cli.get_command(click.Context(cli), name)
    assert command is not None, line
    command.make_context(name, arguments)


@pytest.mark.parametrize("shown, lines, right", [
    (["a", "b"], ["a", "b"], True), (["a"], ["a", "b"], False), (["a", "..."], ["a", "b"], True), (["...", "b"], ["a", "b"], True),
    (["...", "a"], ["a", "b"], False), (["a", "...", "c"], ["a", "b", "c"], True), (["...", "b", "..."], ["a", "b", "c"], True),
    (["...", "c", "...", "b", "..."], ["a", "b", "c"], False), (["b", "..."], ["a", "b"], False),
])
def test_shown_lines(shown, lines, right):
    assert fits(shown, lines) is right


@pytest.mark.parametrize("block", [("$ longhand solve nowhere.md",), ("$ longhand solve sheet.md", "Something else"), ("$ longhand fly",),
                                   ("$ longhand check sheet.md answer.md", "$ echo $?", "0"), ("$ echo one", "two"),
                                   ("$ false",)])
def test_a_wrong_block_is_seen(block, folder):
    with pytest.raises(AssertionError):
        run_console(Fence("console", "", 1, block))


@pytest.mark.parametrize("line", ["longhand fly sheet.md", "longhand solve sheet.md --fast", "longhand solve"])
def test_a_command_that_is_not_there_is_seen(line):
    with pytest.raises((AssertionError, click.UsageError)):
        parsed(line)


# ---- the site -------------------------------------------------------------------------------------------------------

OUTSIDE = re.compile(r"""(?:src|srcset|href|action|data)=["']?\s*(?:https?:)?//[^"'\s>]+|url\(\s*["']?(?:https?:)?//|@import\s+["'](?:https?:)?//""")
LINK = re.compile(r"<a\s[^>]*>", re.IGNORECASE)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The documentation, built with every warning an error."""
    pytest.importorskip("material", reason="mkdocs-material is not installed: pip install 'longhand[docs]'")
    target = tmp_path_factory.mktemp("docs")
    done = subprocess.run([sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(target)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return target


def test_every_page_is_in_the_site(site):
    pages = {page.relative_to(ROOT / "docs").with_suffix(".html").as_posix() for page in PAGES if page.is_relative_to(ROOT / "docs")}
    assert pages and all((site / page).is_file() for page in pages)
    menu = (site / "index.html").read_text(encoding="utf-8")
    assert [page for page in sorted(pages - {"index.html"}) if f'href="{page}"' not in menu] == []


def test_the_site_loads_nothing_from_outside(site):
    found = [(path.name, hit[0]) for path in site.rglob("*") if path.suffix in (".html", ".css")
             for hit in OUTSIDE.finditer(LINK.sub("", path.read_text(encoding="utf-8")))]
    assert found == []


def test_the_tables_are_those_of_the_code(site):
    from longhand.cli import COMMANDS
    from longhand.marking.mistakes import MISTAKES
    commands = (site / "reference" / "commands.html").read_text(encoding="utf-8")
    mistakes = (site / "reference" / "mistakes.html").read_text(encoding="utf-8")
    assert all(f'id="longhand-{name}"' in commands for name in COMMANDS)
    assert mistakes.count("<tr>") == 1 + len({row.mistake.name for row in MISTAKES})
    assert not any("<!-- table" in page.read_text(encoding="utf-8") for page in site.rglob("*.html"))
