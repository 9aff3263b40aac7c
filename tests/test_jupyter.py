"""What a notebook shows of a problem, a sheet and a marked answer as the last line of a cell."""
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import longhand
from longhand import jupyter

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
SHEET, ANSWER = ((EXAMPLES / name).read_text(encoding="utf-8") for name in ("two-layer-softmax.md", "two-layer-softmax-answer.md"))


class Formatters:
    """As much of IPython's formatter as registering needs."""

    def __init__(self) -> None:
        self.known = {}

    def for_type_by_name(self, module, name, function):
        self.known[module, name] = function

    def shown(self, thing):
        return self.known[type(thing).__module__, type(thing).__name__](thing)


def registered() -> Formatters:
    found = Formatters()
    jupyter.register(found)
    return found


def test_each_is_set_in_type():
    formatters = registered()
    sheet = longhand.read(SHEET)
    problem, = sheet.problems
    marked = longhand.check(SHEET, ANSWER)
    for thing, words in ((problem, "Forward pass"), (sheet, "Forward pass"), (marked, "First mistake")):
        shown = formatters.shown(thing)
        assert set(shown) == {"text/plain", "text/markdown"} and words in shown["text/markdown"] and "$" in shown["text/markdown"]
        assert len(shown["text/plain"]) > 200 and shown["text/plain"] != shown["text/markdown"]
    assert "text/html" not in formatters.shown(problem)                     # JupyterLab and VS Code set Markdown with what they bring along


def test_importing_registers_where_ipython_runs():
    code = """
import sys, types
class Formatter:
    def for_type_by_name(self, module, name, function): print(module, name)
shell = types.SimpleNamespace(display_formatter=types.SimpleNamespace(mimebundle_formatter=Formatter()))
sys.modules["IPython"] = types.SimpleNamespace(get_ipython=lambda: shell)
import longhand
print("longhand.marking.marks" in sys.modules)
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split("\n")
    assert said[:4] == ["longhand.core.problem Problem", "longhand.reading.sheet Sheet", "longhand.marking.marks Marked", "False"]


def test_importing_elsewhere_loads_nothing():
    code = "import sys, longhand; print('longhand.jupyter' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
