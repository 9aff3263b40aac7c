"""Growth with depth: the result grows in step with the number of layers, and no depth overflows the stack."""
from __future__ import annotations

import pytest
from small_networks import deep

from longhand.calculus.jacobian import derive
from longhand.core.walk import count


def length(layers: int, activation: str, skip: bool) -> tuple[int, int]:
    """(steps, nodes of all results)."""
    derivation = derive(deep(layers, activation, skip).problem())
    return len(derivation.steps), sum(count(e.right) for e in derivation.results.values())


@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
@pytest.mark.parametrize("skip", [False, True])
def test_each_layer_adds_the_same(activation, skip):
    (s8, n8), (s32, n32), (s128, n128) = (length(layers, activation, skip) for layers in (8, 32, 128))
    assert (s128 - s32) == 4 * (s32 - s8) and (n128 - n32) == 4 * (n32 - n8)


def test_a_thousand_layers():
    derivation = derive(deep(1000, "relu", True).problem())
    assert "dL/dW1" in derivation.results and "dL/da0" in derivation.results
