"""The worked answers of seeds 002 and 004: every line that deserves a verdict of its own, and every printed cell."""
from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

import pytest

from longhand.marking.mark import Marker
from longhand.marking.marks import Mark, Marked

sys.path.append(str(Path(__file__).resolve().parents[1] / "reading"))
from shared_inputs import needs_shared, seeds  # noqa: E402

pytestmark = needs_shared
R, C, W, M, U = "right", "carried", "wrong", "misread", "not checked"


@cache
def marked(seed: int) -> Marked:
    text = seeds()[seed]
    return Marker(text).mark(text, f"seed {seed}")


def found(seed: int, line: int, part: str) -> Mark:
    """The mark on a line whose own text (behind the last sign) holds `part`."""
    for mark in marked(seed).marks:
        if mark.line == line and part in mark.text:
            return mark
    raise AssertionError(f"no mark of line {line} holds {part!r}: {[m.text for m in marked(seed).marks if m.line == line]}")


ROWS = [
    # seed 002: line, a part of the claim, verdict, a word of the mistake or of the sentence
    (2, 6, "one input layer", U, "Words"),
    (2, 8, "ELU", M, "variable of a condition"),
    (2, 16, r"\sum_i", R, ""), (2, 16, r"v_{j3} x_3", R, ""), (2, 18, "ELU", R, ""), (2, 20, r"\sum_j", R, ""),
    (2, 22, "g(z_k)", R, ""), (2, 22, r"\frac{e^{z_k}}", R, ""),
    (2, 34, r"\vec{v} \cdot \vec{x}", R, ""), (2, 34, "-0.75", M, "Damaged"), (2, 36, "-0.75", M, "Damaged"),
    (2, 38, r"\vec{w} \cdot h", R, ""), (2, 38, "1.75", M, "damaged"), (2, 38, "3.075", M, "Damaged"), (2, 40, "0.9118", M, "Damaged"),
    (2, 42, "0.9118", M, "damaged"), (2, 42, "0.1344", W, "log10"),
    (2, 46, "underbrace", W, ""), (2, 46, "(o_k - o_k^*) h_j", R, ""), (2, 46, "o_k - o_k^*", W, ""),
    (2, 48, r"f'(u_j) x_i", R, ""), (2, 48, r"\frac{\partial \mathcal{L}}{\partial h_j} \cdot \frac{\partial h_j}{\partial v_{ji}}", R, ""),
    (2, 50, r"\sum_k \frac{\partial \mathcal{L}}{\partial o_k}", W, ""), (2, 50, r"\sum_k (o_k - o_k^*) w_{kj}", R, ""),
    (2, 52, "f(u)", M, "prime"),
    (2, 60, "0.9118", M, ""), (2, 62, "-0.75", M, ""), (2, 64, "-0.2662", R, ""), (2, 66, "-0.9118", M, ""), (2, 68, "-0.5374", M, ""),
    (2, 70, "-0.1863", M, ""), (2, 74, "old", R, ""), (2, 76, "old", R, ""), (2, 78, "1.0532", M, ""),
    # seed 004
    (4, 11, "W^1_0", R, ""), (4, 15, r"\max", R, ""), (4, 19, "W_0^2", R, ""), (4, 23, "W_0^2", R, ""), (4, 25, r"\sigma_M", R, ""), (4, 29, "Z^2", R, ""),
    (4, 35, r"K \times K", R, ""), (4, 43, "z[j]", R, ""), (4, 47, r"\dots", W, "entry of a Jacobian"),
    (4, 51, r"N_1 \times K", R, ""), (4, 57, r"N_1 \times 1", W, "diagonal"), (4, 63, "= 1", R, ""), (4, 63, "= 0", R, ""),
    (4, 69, r"N \times N_1 \times N_1", R, ""), (4, 71, "W^1[1]", U, "dots"), (4, 72, "X^{N", U, ""), (4, 80, "W^{2}", R, ""),
    (4, 87, r"N \times K", W, "summed away"), (4, 95, "w_{0}^{1}[j]", W, "sum left out"), (4, 99, r"\max", R, ""), (4, 103, "w_0^2[]", W, "sum left out"),
    (4, 107, r"\sigma_M", R, "index is left out"), (4, 113, "H_{j}", R, ""), (4, 116, r"K \times 1", R, ""), (4, 120, "=1", R, ""), (4, 120, "=0", R, ""),
    (4, 122, "x_i", R, ""), (4, 126, "x_{i}", R, ""), (4, 128, r"K \times 1", R, ""),
    (4, 156, "4", R, ""), (4, 162, ".982", R, ""), (4, 168, "3.964", R, ""), (4, 168, "2.964", R, ""), (4, 174, ".627", R, ""), (4, 177, r"\log", R, ""),
    (4, 179, ".985", R, ""),
    (4, 183, r"-\frac{\partial", W, "sign"), (4, 183, r"-\frac{Y}", R, ""), (4, 183, "-2.679", R, ""),
    (4, 189, ".627", R, ""), (4, 191, "-.627", R, ""), (4, 195, "-.627", R, ""), (4, 199, "H(", R, ""), (4, 201, ".982", R, ""), (4, 201, ".616", C, "rounded"),
    (4, 205, r"\nabla H", R, ""), (4, 205, "-.011", R, ""),
    (4, 209, "X(", R, ""), (4, 209, "-.627", W, "before the activation"), (4, 209, "-.011", R, ""),
    (4, 213, r"\nabla W^{1}", R, ""), (4, 213, "-.627", W, ""), (4, 213, "3.006", R, ""), (4, 215, "-6.079", C, "rounded"), (4, 217, "1.692", R, ""),
    (4, 219, ".627", R, ""), (4, 219, "-1.627", W, "learning rate"), (4, 223, ".1", U, "One digit"), (4, 223, "< .985", R, ""),
]


@pytest.mark.parametrize(("seed", "line", "part", "verdict", "word"), ROWS)
def test_each_line_gets_its_verdict(seed, line, part, verdict, word):
    mark = found(seed, line, part)
    assert mark.verdict == verdict, mark
    assert word.lower() in f"{mark.mistake or ''} {mark.says}".lower()


CELLS = [
    (2, 34, "-0.75", "r m m r"), (2, 36, "-0.75", "r m m r"), (2, 38, "3.075", "m r"), (2, 40, "0.9118", "m r"), (2, 60, "0.9118", "m r"),
    (2, 62, "-0.75", "r m m r"), (2, 64, "0.2662", "r r"), (2, 68, "-0.5374", "m r r r m r r r"), (2, 70, "-0.1863", "c r r m r m r r r r m r"),
    (2, 78, "1.0532", "r r m r m m m m"),
    (4, 47, r"\dots", "r r w r r w r r r"), (4, 201, ".616", "c c c c"), (4, 213, "3.006", "r r r r"), (4, 215, "1.006", "r c"), (4, 217, "1.692", "r r r r"),
    (4, 219, "-1.627", "w w"),
]


@pytest.mark.parametrize(("seed", "line", "part", "cells"), CELLS)
def test_each_cell_gets_its_verdict(seed, line, part, cells):
    marks = [m for m in marked(seed).marks if m.line == line and part in m.text and len(m.entries) > 1]
    assert " ".join(entry.verdict[0] for entry in marks[-1].entries) == cells


def test_what_is_asked_and_not_given_is_said():
    assert marked(2).missing == ("the updated v",)
    assert marked(4).missing == ()


def test_the_first_mistake_of_the_writer_is_the_logarithm():
    wrong = [mark for mark in marked(2).marks if mark.verdict == W]
    assert wrong[0].line == 42
    assert wrong[0].expected.startswith("0.309548185981")


def test_repairs_made_in_reading_are_said():
    assert any("&" in note for note in marked(2).notes)
    assert any("times" in note for note in marked(4).notes)
