"""What a marker remembers of one answer never shows in another: the same marks in any order, and alone."""
from __future__ import annotations

import gc
import json
import sys
import weakref
from pathlib import Path

import pytest
from flint import arb

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.marking import classroom  # noqa: E402

from longhand.core.recent import Recent  # noqa: E402
from longhand.core.sweeps import SELDOM, fewer_sweeps  # noqa: E402
from longhand.marking.identity import by_identities, of_formula  # noqa: E402
from longhand.marking.json import answer  # noqa: E402
from longhand.marking.mark import Marker  # noqa: E402
from longhand.marking.options import CARELESS, CUT, Careful, Case, ways  # noqa: E402
from longhand.marking.printed import printed  # noqa: E402
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


class Ring:
    """Something that refers to itself."""

    def __init__(self) -> None:
        self.itself = self


def test_what_a_block_leaves_is_swept_once_and_then_old() -> None:
    with fewer_sweeps():
        ring = weakref.ref(Ring())
        kept = [[] for _ in range(2000)]                    # so that a sweep is due
        assert ring() is not None
    assert ring() is None
    assert any(each is kept[0] for each in gc.get_objects(generation=2))


def test_what_is_frozen_stays_frozen() -> None:
    gc.freeze()
    try:
        with fewer_sweeps():
            kept = [[] for _ in range(2000)]
        assert gc.get_freeze_count() > 0 and any(each is kept[0] for each in gc.get_objects())
    finally:
        gc.unfreeze()


def test_an_answer_leaves_no_circles() -> None:
    sheet, documents = classroom(3, 0.05, seed=3)
    marker = Marker(sheet)
    marker.mark(documents[0].text)
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        for document in documents[1:]:
            marker.mark(document.text)
        gc.collect()
        left = {type(each).__name__ for each in gc.garbage}
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert not left & {"Judge", "Figures", "FollowingNode", "Finding", "Scope", "World", "Search"}, left


def test_what_is_kept_of_a_print_holds_for_writers_of_its_kind() -> None:
    cells, truth = printed(("0.1239",)), (arb("0.123951"),)
    costs = [ways(Case(cells, truth, truth, False, careful=Careful(lambda careful=careful: careful)))[0].cost
             for careful in (False, True, True, False)]
    assert costs == [CUT, CARELESS, CARELESS, CUT]


def test_an_answer_is_marked_alike_by_a_marker_that_has_seen_many() -> None:
    sheet, documents = classroom(25, 0.05, seed=4)
    aged = Marker(sheet)
    for document in documents:
        aged.mark(document.text)
    for document in documents[::6]:
        assert answer(aged.mark(document.text)) == answer(Marker(sheet).mark(document.text))
