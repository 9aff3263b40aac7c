"""What a marker remembers of one answer never shows in another: the same marks in any order, and alone."""
from __future__ import annotations

import gc
import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.marking import classroom  # noqa: E402

from longhand.core.recent import Recent  # noqa: E402
from longhand.core.sweeps import SELDOM, fewer_sweeps  # noqa: E402
from longhand.marking.identity import by_identities, of_formula  # noqa: E402
from longhand.marking.json import answer  # noqa: E402
from longhand.marking.mark import Marker  # noqa: E402
from longhand.reading.formula import read_formula  # noqa: E402

SHEET = r"""
The network is $z = W x + b$, $h = \tanh(z)$, $s = v^\top h$ with $x \in \mathbb{R}^2$,
$b \in \mathbb{R}^2$, $v \in \mathbb{R}^2$, $W \in \mathbb{R}^{2 \times 2}$.
The loss is $L = \frac{1}{2} (s - t)^2$.

$$x = \begin{bmatrix} 0.5 \\ -1.2 \end{bmatrix}, \quad b = \begin{bmatrix} 0.1 \\ 0.3 \end{bmatrix}, \quad v = \begin{bmatrix} 0.7 \\ -0.4 \end{bmatrix}$$

$$W = \begin{bmatrix} 0.2 & -0.6 \\ 0.9 & 0.8 \end{bmatrix}, \quad t = 1$$

Compute $z$, $h$, $s$, $L$ and the gradients of $L$ with respect to $W$, $b$ and $v$.
"""
OWN_NAMES = (
    r"$\delta = \frac{\partial L}{\partial z}$ so $\frac{\partial L}{\partial W} = \delta x^\top$ and $\frac{\partial L}{\partial b} = \delta$.",
    r"$\frac{\partial L}{\partial W} = \delta x^\top$",
    r"$\delta = \frac{\partial L}{\partial s}$ so $\frac{\partial L}{\partial v} = \delta h$ and $\frac{\partial L}{\partial W} = \delta x^\top$.",
    r"$q = s - t$" "\n\n" r"$L = \frac{1}{2} q^2$" "\n\n" r"$q = 0.5$",
    r"$z = \begin{bmatrix} 0.92 \\ -0.21 \end{bmatrix}$, $h = \begin{bmatrix} 0.7259 \\ -0.2070 \end{bmatrix}$, $s = 0.5909$, $L = 0.0837$",
    r"$z = \begin{bmatrix} 0.92 \\ 0.21 \end{bmatrix}$, $h = \begin{bmatrix} 0.7259 \\ 0.2070 \end{bmatrix}$, $s = 0.4253$, $L = 0.1651$",
    r"# z" "\n\n" r"$z_1 = 0.2 \cdot 0.5 + (-0.6) \cdot (-1.2) + 0.1 = 0.92$ if $z_1 > 0$, and $s = 0.5909$" "\n\n" r"$= 0.6$",
    "z = 0.92, -0.21\n\ns = 0.7*0.7259 + 0.4*0.2070 = 0.5909",
)


def said(marker: Marker, text: str) -> str:
    marked = marker.mark(text)
    return json.dumps(answer(marked), sort_keys=True) + repr(marked.marks)


def in_all_orders(sheet: str, texts: list[str]) -> None:
    alone = [said(Marker(sheet), text) for text in texts]
    marker = Marker(sheet)
    assert [said(marker, text) for text in texts] == alone
    backwards = Marker(sheet)
    assert [said(backwards, text) for text in reversed(texts)] == alone[::-1]


def test_names_of_an_answers_own_stay_its_own() -> None:
    in_all_orders(SHEET, list(OWN_NAMES))


@pytest.mark.parametrize("rate", (0.0, 0.05))
def test_a_class(rate: float) -> None:
    sheet, documents = classroom(5, rate, seed=3)
    in_all_orders(sheet, [document.text for document in documents])


def test_places_are_the_answers_own() -> None:
    marker = Marker(SHEET)
    line = OWN_NAMES[4]
    here = marker.mark(line).marks
    there = marker.mark(f"Some words first.\n\n{line}").marks
    moved = [mark for mark in there if mark.quantity]
    assert [(mark.line + 2, mark.column, mark.text) for mark in here] == [(mark.line, mark.column, mark.text) for mark in moved]
    assert {mark.start - first.start for mark, first in zip(moved, here, strict=True)} == {len("Some words first.\n\n")}


def test_recent_keeps_what_was_used_last() -> None:
    known = Recent(2)
    for key in "ab":
        known.put(key, key.upper())
    known.put("c", "C")                       # the newer half is full: a and b are the older one
    assert known.get("a") == "A"              # and a is used
    known.put("d", "D")                       # b goes
    assert (known.get("a"), known.get("b"), known.get("d")) == ("A", None, "D")
    assert known.of("e", lambda: "E") == known.get("e") == "E"


def test_results_are_kept_by_identity() -> None:
    asked = []

    @by_identities
    def pair(*values: object) -> tuple[object, ...]:
        asked.append(values)
        return values

    @of_formula
    def size(formula: object) -> int:
        asked.append(formula)
        return len(asked)

    one, other = ("0.5",), ("0.5", "0.6")
    assert pair(one, other) is pair(one, other) and pair(other, one) == (other, one) and len(asked) == 2
    x, y = read_formula("x").formula, read_formula("x").formula
    assert size(x) == size(x) == 3 and size(y) == 4       # equal, but another one


def test_fewer_sweeps_are_only_for_the_time_of_a_block() -> None:
    usual = gc.get_threshold()
    with pytest.raises(KeyError), fewer_sweeps(), fewer_sweeps():
        assert gc.get_threshold()[0] == SELDOM
        raise KeyError
    assert gc.get_threshold() == usual
