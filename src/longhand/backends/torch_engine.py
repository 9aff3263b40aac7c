"""The PyTorch target of `longhand.compile`. Device and floating type are those of the tensors that are given."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from ..core.problem import Problem
from ..errors import DataError
from .differentiable import Passes, passes
from .lowering import differentiable


class Engine:
    """The functions of the written module: for the gradients that are always wanted, and for those that a graph asks for."""

    def __init__(self, problem: Problem, gradients: tuple[str, ...], wrt: tuple[str, ...] | None) -> None:
        self._problem = problem
        self._possible = differentiable(problem) if wrt is None else wrt
        self._made: dict[tuple[str, ...], Passes] = {}
        self._always = self._passes(gradients)
        self.order = self._always.order

    def both(self, values: Sequence[Any]) -> tuple[Any, dict[str, Any]]:
        """The loss and its gradients, without a graph; the values in the order of `order`."""
        with torch.no_grad():
            loss, made = self._always.both(*values)
        return loss, dict(zip(self._always.gradients, made, strict=True))

    def loss(self, values: Mapping[str, Any]) -> Any:
        """The loss as a node of PyTorch's graph, whose backward pass computes the gradients that are asked for and no others."""
        every = self._passes(tuple(self._possible))
        tensors = dict(zip(every.gradients, self._possible, strict=True))
        moving = [n for n in every.order if values[n].requires_grad and torch.is_grad_enabled()]
        if refused := [n for n in moving if n not in tensors]:
            raise DataError(f"{', '.join(refused)} requires a gradient, and none was derived with respect to it.", suggestion="Give it detached.")
        found = self._passes(tuple(tensors[n] for n in tensors if n in moving)) if moving else every
        return found.names["DerivedLoss"].apply(*(values[n] for n in found.order))

    def _passes(self, wrt: tuple[str, ...]) -> Passes:
        if wrt not in self._made:
            self._made[wrt] = passes(self._problem, "torch", wrt)
        return self._made[wrt]


def array(value: object) -> Any:
    """A tensor as it is; numbers and arrays of NumPy as tensors."""
    return value if isinstance(value, torch.Tensor) else torch.as_tensor(value)


def kind(arrays: Sequence[Any]) -> object:
    """What code and numbers depend on; None where something is no tensor."""
    return tuple([(a.shape, a.dtype, a.device) for a in arrays]) if all(type(a) in (torch.Tensor, torch.nn.Parameter) for a in arrays) else None


def number(value: float, like: Any) -> Any:
    """A number of the sheet, of the type and on the device of a tensor."""
    return torch.tensor(value) if like is None else like.new_tensor(value)


def floating(value: Any) -> bool:
    """Whether a tensor holds real numbers."""
    return value.is_floating_point()


def abstract(value: Any) -> bool:
    """Whether the numbers are not known yet; never so here."""
    return False
