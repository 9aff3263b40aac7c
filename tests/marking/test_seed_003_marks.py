"""The worked answer of seed 003: every line of the table of its errors, and every line that is right."""
from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from unittest.mock import patch

import pytest

from longhand.marking import patience
from longhand.marking.mark import Marker
from longhand.marking.marks import Mark, Marked

sys.path.append(str(Path(__file__).resolve().parents[1] / "reading"))
from shared_inputs import needs_shared, seeds  # noqa: E402

pytestmark = needs_shared
R, W, M, U = "right", "wrong", "misread", "not checked"
SWAPPED, BRACKETS = "indices swapped", "brackets left out"


@cache
def marked() -> Marked:
    with patch.multiple(patience, MOST=600.0, SECONDS=600.0, CLAIM=60.0):      # the verdicts, on a machine as slow as may be
        return Marker(seeds()[3]).mark(seeds()[3], "seed 003")


def found(line: int, part: str) -> Mark:
    """The mark on a line whose own text holds `part`: the shortest such."""
    marks = [mark for mark in marked().marks if mark.line == line and part in mark.text]
    assert marks, f"no mark of line {line} holds {part!r}: {[m.text for m in marked().marks if m.line == line]}"
    return min(marks, key=lambda mark: len(mark.text))


ROWS = [
    # line, a part of the claim, verdict, words of the mistake, the sentence or the evidence
    (13, r"L = \text{CE}(\mathbf{y}, \text{softmax}(\theta))", R, ""), (13, r"- \sum_i y_i \log", R, ""),
    (13, r"= - \log", R, "true class, which should be said"), (13, r"= - \theta_k", R, "true class, which should be said"),
    (15, r"\log \sum_j", U, "claims nothing"),
    (17, r"-1 + \frac", R, ""), (17, r"\text{softmax}(\theta_t) - 1", R, "write softmax(z)_k"),
    (21, r"\frac{\exp(\theta_t)}", R, ""), (21, r"= \text{softmax}(\theta_t)", R, "write softmax(z)_k"),
    (23, r"\text{softmax}(\theta) - \mathbf{y}", R, ""), (23, r"= \hat{\mathbf{y}} - \mathbf{y}", R, ""),
    (28, r"\sigma(\mathbf{x}\mathbf{W}_1", R, ""), (30, r"\text{softmax}(\mathbf{h}", R, ""),
    (32, r"\sigma(1-x)", W, "For $x = 1$ the true value is 0.196612, yours 0.365529"), (32, r"\sigma(1-x)", W, "formula for f′"),
    (40, r"k = ", R, ""), (40, r"= \hat{\mathbf{y}} - \mathbf{y}", R, ""),
    (42, r"j = ", U, "name of the answer's own"), (42, r"= \mathbf{W}_2^T", R, ""),
    (45, r"\hat{j} = ", U, "name of the answer's own"), (45, r"= \mathbf{h}(1-\mathbf{h})", R, "write ⊙"),
    (47, r"q = ", U, "name of the answer's own"), (47, r"= \mathbf{W}_1^T", R, ""),
    (49, r"\sigma(f)", U, "claims nothing"),
    (51, r"\frac{\partial J}{\partial \theta} \cdot", R, ""), (51, r"\mathbf{h}(1-\mathbf{h})", R, "write ⊙"),
    (57, r"CE(\hat{y}", W, "label and prediction"), (57, r"-\log", M, "With $i$ for $a$"),
    (57, r"q \left(", M, r"$\log$ for $q$"), (57, r"q \left(", M, r"$\theta$ for $w$"), (57, r"q \left(", M, "$i$ for $a$"),
    (59, r"\frac{\exp(\theta_{a,b})}", R, ""), (59, r"\text{SM}", R, "write softmax(z)_k"), (59, r"(\hat{y} - y)_{a,b}", R, ""),
    (61, r"\sum_{j=1}^{d_y}", R, "upper limit of the sum is no number"), (61, r"\frac{\partial L}{\partial \theta_{if}}", R, ""),
    (61, r"(\hat{y} - y)_{if}", M, "With $a$ for $f$"), (61, r"\hat{y}_{if} - y_{if}", W, BRACKETS), (61, r"\hat{y}_{if} - y_{if}", W, "With $a$ for $f$"),
    (61, r"\sum_{i=1}^h \hat{y} - y", W, BRACKETS),
    (63, "h_{i,j} & j = b", W, "wrong index"), (63, "h_{i,j} & j = b", W, "$a$ for $j$"), (63, "h_{i,j} & j = b", W, "$p$ for $b$"),
    (63, r"\sum_{j=1}^{d_y} \frac", R, ""), (63, r"\frac{\partial L}{\partial \theta_{iz}}", R, ""),
    (63, r"(\hat{y} - y)_{if} \cdot h_{iz}", W, SWAPPED), (63, r"h_{iz}^T (\hat{y} - y)_{if}", W, SWAPPED), (63, r"h^T \cdot (\hat{y} - y)", R, ""),
    (65, "w_{bi} & a = i", M, "$h$ for $w$"), (65, "w_{bi} & a = i", M, "$j$ for $i$"),
    (65, r"\sum_{j=1}^{d_y} \frac{\partial L}{\partial \theta_{ij}}", R, ""), (65, r"\frac{\partial \theta_{aj}}{\partial h_{ab}}", R, ""),
    (65, r"w_{bj}", R, ""), (65, r"w_{jb}^T", R, ""), (65, r"\right]_{a,b}", R, ""), (65, r"\hat{y} - y \cdot w_2^T", W, BRACKETS),
    (67, r"= \text{sg}(h)", R, "derivative of the activation"), (67, r"\hat{y} - y \cdot w_2^T", W, BRACKETS),
    (69, r"\sum_{j=1}^{d_y}", R, ""), (69, r"\frac{\partial L}{\partial f_{it}}", R, ""), (69, r"_{it}", W, BRACKETS),
    (69, r"\text{sg}(h))_{it}", W, "$t$ for $T$"), (69, r"\text{sg}(h))_i", W, BRACKETS),
    (69, r"\text{hp.sum}", W, BRACKETS), (69, r"\text{hp.sum}", W, "np"),
    (71, r"X^T \cdot \hat{y} - y", W, "another quantity"),
    (71, r"X^T \cdot \hat{y} - y", W, r"With brackets this is $\frac{\partial J}{\partial\mathbf{W}_1}$"),
]


@pytest.mark.parametrize(("line", "part", "verdict", "words"), ROWS)
def test_a_line_gets_the_verdict_it_deserves(line: int, part: str, verdict: str, words: str) -> None:
    mark = found(line, part)
    assert (mark.verdict, mark.line) == (verdict, line), f"{mark.text}: {mark.verdict} {mark.mistake} {mark.says} {mark.evidence}"
    assert words in f"{mark.mistake or ''} {mark.says} {mark.evidence}"


def test_debris_is_mended_and_reported() -> None:
    assert any("_" in note and "belongs to nothing" in note for note in marked().notes)


def test_names_that_the_sheet_does_not_explain_are_reported() -> None:
    notes = " ".join(marked().notes)
    assert r"$\theta$ is taken for" in notes and "$f$ is taken for" in notes


def test_no_claim_is_missed() -> None:
    """Each sign of equality of the formulas has a mark."""
    counts = marked().counts
    assert sum(counts.values()) == len(marked().marks) and counts["wrong"] + counts["misread"] < counts["right"]
    assert {mark.line for mark in marked().marks} >= {5, 7, 13, 15, 17, 21, 23, 28, 30, 32, 40, 42, 45, 47, 49, 51, 57, 59, 61, 63, 65, 67, 69, 71}
