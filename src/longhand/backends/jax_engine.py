"""The JAX target of `longhand.compile`: compiled by `jax.jit`, and a loss that takes part in jit, grad and vmap."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from ..core.problem import Problem
from .differentiable import passes
from .lowering import differentiable


class Engine:
    """The functions of the written module; what nobody asks for, XLA leaves out."""

    def __init__(self, problem: Problem, gradients: tuple[str, ...], wrt: tuple[str, ...] | None) -> None:
        self._plain = passes(problem, "jax", gradients)
        self._both, self.order = jax.jit(self._plain.both), self._plain.order
        self._whole = passes(problem, "jax", differentiable(problem) if wrt is None else wrt)

    def both(self, values: Sequence[Any]) -> tuple[Any, dict[str, Any]]:
        """The loss and its gradients; the values in the order of `order`."""
        loss, made = self._both(*values)
        return loss, dict(zip(self._plain.gradients, made, strict=True))

    def loss(self, values: Mapping[str, Any]) -> Any:
        """The loss, by a custom_vjp."""
        return self._whole.names["derived_loss"](*(values[n] for n in self._whole.order))


def array(value: object) -> Any:
    """The value as an array of JAX."""
    return jnp.asarray(value)


def kind(arrays: Sequence[Any]) -> object:
    """What code and numbers depend on; None where something is no array of JAX, or is being traced."""
    known = all(isinstance(a, jax.Array) and not abstract(a) for a in arrays)
    return tuple([(a.shape, a.dtype, a.weak_type) for a in arrays]) if known else None


def number(value: float, like: Any) -> Any:
    """A number of the sheet, of the type of an array."""
    return jnp.asarray(value, dtype=None if like is None else like.dtype)


def floating(value: Any) -> bool:
    """Whether an array holds real numbers."""
    return jnp.issubdtype(value.dtype, jnp.floating)


def abstract(value: Any) -> bool:
    """Whether the numbers are not known yet, while a function is traced."""
    return isinstance(value, jax.core.Tracer)
