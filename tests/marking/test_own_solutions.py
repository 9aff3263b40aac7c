"""Our own worked solution of a problem, given back as an answer, is right throughout; with one digit or sign changed it is not."""
from __future__ import annotations

import random
import re
import sys
from functools import cache
from pathlib import Path

import pytest

from longhand.errors import LonghandError
from longhand.marking.mark import Marker
from longhand.marking.marks import CARRIED, MISREAD, RIGHT, UNCHECKED, WRONG, Marked
from longhand.marking.passed_over import NO_EQUATION
from longhand.printing import latex, markdown, terminal
from longhand.solution import solve

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "reading"))
from formula_sheets import SHEETS  # noqa: E402  a sibling of this file
from shared_inputs import needs_shared, seeds  # noqa: E402  the folder has no package

EXAMPLE = (Path(__file__).resolve().parents[2] / "examples" / "two-layer-softmax.md").read_text(encoding="utf-8")
OWN = {
    **SHEETS, "example": EXAMPLE,
    "two steps": r"""Let $z = w x + b$ and $L = \frac{1}{2}(z - t)^2$ with $x = 1.5$, $t = 2$, $w = 0.3$, $b = -0.1$. The learning rate is $\eta = 0.2$.
Compute the gradients of $L$ with respect to $w$ and $b$. Do two steps of gradient descent for $w, b$.
""",
    "shared weight": r"""Let $u = v x$, $h = \tanh(u)$, $y = v h + c$ and $L = (y - t)^2$ with $x = 0.7$, $t = 0.2$, $v = -1.3$, $c = 0.4$.
Compute the gradients of $L$ with respect to $v$ and $c$.
""",
}
WRITERS = {"md": markdown.render, "tex": latex.render}
WORDY = {"Words are not checked.", "Drawings, and formulas set over several lines, are not read.", NO_EQUATION}
LEAST = {"md": 0.9, "tex": 0.9}
"""Of the formulas, the share that has to be checked."""
NUMBER = re.compile(r"(?<![\w.^{_])\d+\.\d{2,}(?![\d}]*\^)")


@cache
def marker(sheet: str) -> Marker:
    return Marker(sheet)


@cache
def solution(sheet: str, layout: str | None = None, digits: int = 12):
    return solve(sheet, layout=layout, digits=digits)


def written(sheet: str, form: str, layout: str | None = None, digits: int = 12) -> str:
    return WRITERS[form](solution(sheet, layout, digits).document)


def is_all_right(marked: Marked, form: str) -> None:
    accused = [(mark.line, mark.text, mark.verdict, mark.says) for mark in marked.marks if mark.verdict in (WRONG, MISREAD)]
    assert not accused
    assert not marked.not_understood
    formulas = [mark for mark in marked.marks if mark.says not in WORDY]
    checked = [mark for mark in formulas if mark.verdict in (RIGHT, CARRIED)]
    assert len(checked) >= LEAST[form] * len(formulas), [(mark.line, mark.text, mark.says) for mark in formulas if mark.verdict == UNCHECKED]
    assert all(mark.says for mark in formulas if mark.verdict == UNCHECKED)
    assert len(checked) > 20


@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize("name", OWN)
def test_our_own_solution_is_right(name, form):
    is_all_right(marker(OWN[name]).mark(written(OWN[name], form)), form)


@pytest.mark.parametrize("digits", [3, 6, 8, 17])
@pytest.mark.parametrize("name", ["example", "scalar", "two steps"])
def test_at_every_rounding(name, digits):
    is_all_right(marker(OWN[name]).mark(written(OWN[name], "md", None, digits)), "md")


@pytest.mark.parametrize("layout", ["row", "column"])
@pytest.mark.parametrize("name", ["column", "batch", "example"])
def test_in_both_layouts(name, layout):
    try:
        text = written(OWN[name], "md", layout)
    except LonghandError:
        pytest.skip("this sheet says how its vectors stand")
    is_all_right(marker(OWN[name]).mark(text), "md")


@needs_shared
@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize("seed", range(5))
def test_of_the_seeds(seed, form):
    is_all_right(marker(seeds()[seed]).mark(written(seeds()[seed], form)), form)


@pytest.mark.parametrize("name", OWN)
def test_the_terminal_form_is_never_accused(name):
    """Its fractions and matrices cannot be read back; what stands on one line can."""
    marked = marker(OWN[name]).mark(terminal.render(solution(OWN[name]).document, 100, False))
    assert not [(mark.line, mark.text, mark.says) for mark in marked.marks if mark.verdict in (WRONG, MISREAD)]
    assert marked.counts[RIGHT] + marked.counts[CARRIED] > 0
    assert all(mark.says for mark in marked.marks if mark.verdict == UNCHECKED)


# ---- and the other way round ----------------------------------------------------------------------------------------------------

def changed_digit(text: str, at: re.Match[str], chance: random.Random) -> str:
    """The text with one of the first three digits of a printed number changed, and not the first to nothing."""
    places = [k for k in range(at.start(), at.end()) if text[k].isdigit()][:3]
    place = chance.choice(places)
    other = chance.choice([d for d in "123456789" if d != text[place]])
    return text[:place] + other + text[place + 1:]


def results(text: str) -> list[re.Match[str]]:
    """Printed numbers behind the last sign of their formula: what a line comes to."""
    found = []
    for display in re.finditer(r"\$\$\n(.*?)\n\$\$", text, re.DOTALL):
        start = max(display.group().rfind("="), display.group().rfind(r"\approx")) + display.start()
        found += NUMBER.finditer(text, start, display.end())
    return found


@pytest.mark.parametrize("name", ["example", "scalar", "two steps", "class"])
def test_a_changed_digit_is_seen(name):
    chance, text = random.Random(name), written(OWN[name], "md")
    for at in chance.sample(results(text), min(6, len(results(text)))):
        mutated = changed_digit(text, at, chance)
        counts = marker(OWN[name]).mark(mutated).counts
        assert counts[WRONG] + counts[MISREAD] > 0, (at.group(), text[at.start() - 60:at.end() + 20])


SIGN = re.compile(r"(?<=[\w}]) ([+-]) (?=[\\\w(])")


@pytest.mark.parametrize("name", ["column", "row", "batch", "scalar"])
def test_a_changed_sign_in_a_formula_is_seen(name):
    chance, text = random.Random(name), written(OWN[name], "md")
    formulas = [m for display in re.finditer(r"\$\$\n(.*?)\n\$\$", text, re.DOTALL) for m in SIGN.finditer(text, display.start(), display.end())]
    for at in chance.sample(formulas, min(6, len(formulas))):
        mutated = text[:at.start(1)] + ("-" if at[1] == "+" else "+") + text[at.end(1):]
        counts = marker(OWN[name]).mark(mutated).counts
        assert counts[WRONG] + counts[MISREAD] > 0, text[at.start() - 80:at.end() + 60]
