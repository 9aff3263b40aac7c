"""No answer makes the marker fail, or keeps it for long; and what was not read is never called right."""
from __future__ import annotations

import sys
from functools import cache
from itertools import count
from pathlib import Path
from random import Random
from time import process_time

import pytest

from longhand.marking import patience
from longhand.marking.mark import Marker
from longhand.marking.marks import RIGHT, UNCHECKED, VERDICTS, Marked

sys.path.append(str(Path(__file__).resolve().parent))
from hostile_answers import hostile_answers  # noqa: E402

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
HOSTILE = dict(hostile_answers())
GUARD = 20
"""Seconds in which the slowest machine is through with any of them."""
LOOK = 5e-3
"""Seconds by which the clock of a test goes on each time that somebody looks."""


@cache
def marker() -> Marker:
    return Marker((EXAMPLES / "two-layer-softmax.md").read_text(encoding="utf-8"))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that goes by the work done, on every machine alike."""
    ticks = count()
    monkeypatch.setattr(patience, "thread_time", lambda: next(ticks) * LOOK)


def assert_sound(marked: Marked) -> None:
    """Marks of known verdicts, inside the text, in its order; nothing is right with something in it that was not understood (but for a sign
    behind which nothing stands, after what is right)."""
    unread = [m for m in marked.marks if m.says.startswith("Not understood") and "nothing stands behind" not in m.says]
    for mark in marked.marks:
        assert mark.verdict in VERDICTS
        assert 0 <= mark.start <= mark.end <= len(marked.text)
        assert mark.line >= 1 and mark.column >= 1
        if mark.verdict == RIGHT:
            assert not any(mark.start <= other.start and other.end <= mark.end for other in unread), mark
    assert [m.start for m in marked.marks] == sorted(m.start for m in marked.marks)
    assert sum(marked.counts.values()) == len(marked.marks)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_answer_is_marked(name: str, clock: None) -> None:
    began = process_time()
    assert_sound(marker().mark(HOSTILE[name]))
    assert process_time() - began < GUARD


def test_a_claim_that_takes_too_long_is_not_checked_and_the_next_one_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "WORK", 20_000)
    marks = marker().mark(HOSTILE["mixed products"] + "\n\n$\\tilde{y} = 1$\n\n$z_1 = W_1^T x + b_1$").marks
    assert any(mark.says == patience.TOO_LONG and mark.verdict == UNCHECKED for mark in marks)
    assert marks[-1].says != patience.TOO_LONG


def test_when_the_time_is_over_nothing_more_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = count()
    monkeypatch.setattr(patience, "thread_time", lambda: float(next(ticks)))
    marks = marker().mark("$W_1 = 3 x$\n\n" * 40).marks
    assert marks[-1].says == patience.TOO_LONG
    assert {mark.verdict for mark in marks if mark.says == patience.TOO_LONG} == {UNCHECKED}


def test_what_was_given_up_for_one_answer_is_decided_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "$z_1 = W_1^\\top x + b_1 + 0 b_1$"
    with monkeypatch.context() as hurried:
        hurried.setattr(patience, "WORK", 1)
        hurried.setattr(patience, "OFTEN", 1)
        assert [mark.says for mark in marker().mark(text).marks] == [patience.TOO_LONG]
    assert [mark.says for mark in marker().mark(text).marks] != [patience.TOO_LONG]


# ---- damage at random -------------------------------------------------------------------------------------------------

PIECES = ("\\frac{", "}", "{", "$", "$$", "\n\n", "=", "==", "&", "\\\\", "\\begin{bmatrix}", "\\end{bmatrix}", "^", "_", "^{", "(", "|", "'", "\\partial",
          "\\sum_i", "\\text{if }", "\\unknown", "\x00", "\u202e", "\ud800", "9e999", "10^{10^9}", "`", "```\n", "- ", "> ", "0.123",
          "-", "\\odot", "W_1", "\t")


def damaged(text: str, chance: Random) -> str:
    """The text with up to ten places changed: cut out, doubled, moved, or with something put in."""
    for _ in range(chance.randint(1, 10)):
        a = chance.randrange(len(text))
        b = min(len(text), a + chance.choice((1, 1, 2, 5, 30)))
        match chance.randrange(4):
            case 0:
                text = text[:a] + text[b:]
            case 1:
                text = text[:b] + text[a:b] + text[b:]
            case 2:
                c = chance.randrange(len(text))
                text = text[:a] + text[c:c + b - a] + text[b:]
            case _:
                text = text[:a] + chance.choice(PIECES) + text[a:]
    return text


PLAIN = "z1 = W1 x + b1\nh = relu(z1)\nL = -sum(y * ln(p)) = 0.93\ndL/dz2 = p - y = [0.2, -0.4, 0.2]\ndL/dW2 = h * delta^T\nso the rest follows.\n"


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_answer_is_marked(seed: int, clock: None) -> None:
    chance = Random(f"damage {seed}")
    answers = [(EXAMPLES / "two-layer-softmax-answer.md").read_text(encoding="utf-8"), PLAIN]
    for _ in range(3):
        for answer in answers:
            assert_sound(marker().mark(damaged(answer, chance)))


def test_an_answer_to_several_problems_is_marked(clock: None) -> None:
    sheet = "# 1\n\n$$a = w x, \\quad L = \\frac{1}{2}(a - y)^2$$\n\nwith numbers $w$, $x$, $y$.\n\n" \
            "# 2\n\n$$b = v u, \\quad J = b^2$$\n\nwith numbers $v$, $u$.\n"
    several = Marker(sheet)
    chance = Random("several")
    answer = "# 1\n\n$\\frac{\\partial L}{\\partial w} = (a - y) x$\n\n# 2\n\n$\\frac{\\partial J}{\\partial v} = 2 b u$\n"
    for _ in range(10):
        assert_sound(several.mark(damaged(answer, chance)))
    for name in ("chain of 5000 signs", "wrong formulas", "lone surrogates", "names of names"):
        assert_sound(several.mark(HOSTILE[name]))
