"""The tables, looked up by name or alias. Capitals, spaces, hyphens and underscores do not matter, save where they tell
two rows apart (Φ and φ)."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Protocol, TypeVar

from ..core.expr import Expr, Number, number
from ..core.function import Function, VectorFunction
from .activations import ACTIVATIONS
from .elementary import ELEMENTARY
from .losses import HUBER, LOSSES, Loss
from .vector import VECTOR_FUNCTIONS


class Row(Protocol):
    name: str
    aliases: tuple[str, ...]


R = TypeVar("R", bound=Row)


def folded(name: str) -> str:
    """The name as it is compared: small letters, without spaces, hyphens and underscores."""
    return "".join(c for c in name.casefold() if c not in " -_")


def index(rows: Iterable[R]) -> Mapping[str, R]:
    """Rows by their names and aliases as written, and folded where that is not ambiguous. A name taken twice is an error."""
    exact: dict[str, R] = {}
    loose: dict[str, list[R]] = {}
    for row in rows:
        for name in (row.name, *row.aliases):
            if name in exact:
                raise ValueError(f"{name} names both {exact[name].name} and {row.name}")
            exact[name] = row
            loose.setdefault(folded(name), []).append(row)
    unambiguous = {name: found[0] for name, found in loose.items() if all(row is found[0] for row in found)}
    return MappingProxyType({**unambiguous, **exact})


SCALARS = (*ELEMENTARY, *ACTIVATIONS, HUBER)

_SCALARS, _VECTORS, _LOSSES = index(SCALARS), index(VECTOR_FUNCTIONS), index(LOSSES)


def scalar(name: str) -> Function | None:
    """The scalar function of that name, or None."""
    return _SCALARS.get(name) or _SCALARS.get(folded(name))


def vector(name: str) -> VectorFunction | None:
    """The vector function of that name, or None."""
    return _VECTORS.get(name) or _VECTORS.get(folded(name))


def loss(name: str) -> Loss | None:
    """The loss of that name, or None."""
    return _LOSSES.get(name) or _LOSSES.get(folded(name))


def parameters(function: Function) -> tuple[Number, ...]:
    """The parameters where none are given."""
    return tuple(number(Fraction(text)) for text in function.defaults)


def complete(function: Function, arguments: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """The arguments with the parameters that were left out. ValueError where their number cannot be right."""
    most = 1 + len(function.defaults)
    if not 1 <= len(arguments) <= most:
        raise ValueError(f"{function.name} takes 1 to {most} arguments and got {len(arguments)}" if most > 1
                         else f"{function.name} takes 1 argument and got {len(arguments)}")
    return (*arguments, *parameters(function)[len(arguments) - 1:])


def apply_value(function: Function, arguments: tuple[Expr, ...]) -> Expr | None:
    """The definition at the arguments, or None for a primitive."""
    return None if function.value is None else function.value(*complete(function, arguments))


def derivative_of(function: Function, arguments: tuple[Expr, ...], y: Expr, order: int = 1) -> Expr | None:
    """The declared textbook derivative at the arguments, `y` being the value there. None where none is declared or the
    order is not 1: then it follows from the value."""
    if order != 1 or function.derivative is None:
        return None
    x, *rest = complete(function, arguments)
    return function.derivative(x, y, *rest)
