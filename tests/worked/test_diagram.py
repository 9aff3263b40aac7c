"""The schematic: every wire once, layers that rise along the wires, a drawing that fits."""
from __future__ import annotations

import problems
import pytest

from longhand.forms.diagram import diagram, measure
from longhand.printing.terminal_maths import inline
from longhand.solution import solve


def drawn(make):
    return diagram(solve(make())._parts[0].page)


@pytest.mark.parametrize("make", problems.EVERY, ids=lambda f: f.__name__)
def test_every_wire_is_drawn_once_and_no_other(make):
    found = drawn(make)
    steps = [step for path in found.paths for step in zip(path, path[1:], strict=False)]
    assert sorted(steps) == sorted((w.source, w.target) for w in found.wires)


@pytest.mark.parametrize("make", problems.EVERY, ids=lambda f: f.__name__)
def test_layers_rise_along_wires(make):
    found = drawn(make)
    assert all(found.nodes[w.source].layer < found.nodes[w.target].layer for w in found.wires)


@pytest.mark.parametrize("make", problems.EVERY, ids=lambda f: f.__name__)
@pytest.mark.parametrize("columns", [60, 96, 140])
def test_the_drawing_fits_its_columns(make, columns):
    assert all(measure(line) <= columns for line in drawn(make).text(columns, inline))


def test_the_first_path_is_the_longest_one_to_the_loss():
    assert drawn(problems.column_net).paths[0] == ("x", "h", "a", "z", "yhat", "Loss")
    assert drawn(problems.skip).paths[0] == ("x", "u", "h", "o", "L")
    assert ("x", "o") in drawn(problems.skip).paths


def test_what_stands_in_it():
    said = "\n".join(drawn(problems.column_net).text(120, inline))
    assert "h = W₁ᵀ x + b₁ " in said and "∂Loss/∂W₁ = x (δʰ)ᵀ" in said and "◀─ δᶻ = ŷ − s" in said and "▶" in said


def test_without_a_loss_nothing_flows_back():
    assert "◀" not in "\n".join(drawn(problems.jacobian).text(96, inline))
