"""Rows by the habit of a sheet: wᵀx is the scalar product there too, and a loss that comes out as an array is said."""
from __future__ import annotations

from meant import only

from longhand.reading.sheet import read

ROWS = "---\nlayout: row\n---\n"
NEURON = "Let $x \\in \\mathbb{R}^3$, $w \\in \\mathbb{R}^3$ and $p = w^\\top x$ with the loss $L = p^2$. Derive $\\partial L/\\partial w$.\n"


def test_a_transposed_vector_times_a_vector_is_a_number() -> None:
    problem = only(ROWS + NEURON)
    assert problem.program["p"].rank == 0
    assert any("scalar product" in r.text for r in problem.assumptions)


def test_declared_rows_keep_the_outer_product() -> None:
    text = ROWS + NEURON.replace("\\mathbb{R}^3", "\\mathbb{R}^{1 \\times 3}").replace("p^2", "\\sum_{ij} p_{ij}^2")
    problem, = read(text).problems
    assert problem.program["p"].rank == 2


def test_a_loss_with_entries_is_said() -> None:
    text = "Let $x \\in \\mathbb{R}^{3}$, $w \\in \\mathbb{R}^3$ and the loss $L = w \\odot x$. Derive $\\partial L/\\partial w$.\n"
    assert any("a loss is one number" in r.text for r in read(text).not_understood)
