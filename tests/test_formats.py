"""Every format of `solve` and `check`: to a file, to a pipe, and no bytes to a terminal."""
from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from longhand import cli
from longhand.cli.formats import FORMATS

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
SHEET, ANSWER = EXAMPLES / "two-layer-softmax.md", EXAMPLES / "two-layer-softmax-answer.md"
STARTS = {"term": b"", "md": b"# ", "tex": b"\\documentclass", "html": b"<!doctype html>", "pdf": b"%PDF-", "ipynb": b"{", "json": b"{"}
needs_typst = pytest.mark.skipif(find_spec("typst") is None, reason="the extra pdf is not installed")
KINDS = [pytest.param(form, marks=needs_typst) if form == "pdf" else form for form in FORMATS]


def test_the_formats_of_the_contract():
    assert FORMATS == ("term", "md", "tex", "html", "pdf", "ipynb", "json") and set(STARTS) == set(FORMATS)


@pytest.mark.parametrize("form", KINDS)
@pytest.mark.parametrize("arguments", [("solve", str(SHEET)), ("check", str(SHEET), str(ANSWER))], ids=["solve", "check"])
def test_to_a_file(form, arguments, tmp_path, capsys):
    target = tmp_path / f"out.{form}"
    assert cli.run([*arguments, "-o", str(target)]) == (arguments[0] == "check")        # the answer of the example has a mistake
    content = target.read_bytes()
    assert content.startswith(STARTS[form]) and len(content) > 1000
    assert form != "ipynb" or json.loads(content)["nbformat"] == 4


@needs_typst
def test_bytes_to_a_pipe():
    done = subprocess.run([sys.executable, "-m", "longhand", "solve", str(SHEET), "--format", "pdf"], capture_output=True)
    assert done.returncode == 0 and done.stdout.startswith(b"%PDF-") and done.stdout.rstrip().endswith(b"%%EOF") and done.stderr == b""


@needs_typst
@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_no_bytes_to_a_terminal():
    outer, inner = os.openpty()
    done = subprocess.run([sys.executable, "-m", "longhand", "solve", str(SHEET), "--format", "pdf"], stdout=inner, stderr=subprocess.PIPE, stdin=inner)
    os.close(inner)
    os.close(outer)
    assert done.returncode == 2 and b"no text" in done.stderr and b"-o FILE" in done.stderr
