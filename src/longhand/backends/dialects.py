"""How array libraries name the same operations: one row a library, one printer for all."""
from __future__ import annotations

from collections.abc import Mapping

from ..core.record import record


@record
class Dialect:
    """One array library.

    operations   operation -> its call, with {0}, {1} for the arguments
    where to pi  the forms of the rest; {like} is an array whose type or device is taken
    put          how one row of an array is set
    eager        whether numbers are known when a line runs, so that it can refuse them
    """
    module: str
    operations: Mapping[str, str]
    where: str
    root: str
    arange: str
    total: str
    total_along: str
    einsum: str
    full: str
    transpose: str
    pi: str
    zeros: str
    constant: str
    cast: str
    scalar: str = "{0}"
    eager: bool = True
    put: str = "{0}[{1}] = {2}"


def _numpy_like(m: str, put: str = "{0}[{1}] = {2}", eager: bool = True) -> Dialect:
    calls = {name: f"{m}.{name}({{0}})" for name in ("exp", "expm1", "log", "log1p", "sin", "cos", "arctan", "tanh", "abs", "sign")}
    return Dialect(
        m, {**calls, "erf": "erf({0})", "max": f"{m}.maximum({{0}}, {{1}})", "min": f"{m}.minimum({{0}}, {{1}})", "pow": f"{m}.power({{0}}, {{1}})"},
        where=f"{m}.where({{0}}, {{1}}, {{2}})", root=f"{m}.sqrt({{0}})", arange=f"{m}.arange({{0}})", total=f"{m}.sum({{0}})",
        total_along=f"{m}.sum({{0}}, axis={{1}})", einsum=f'{m}.einsum("{{0}}", {{1}}, {{2}})',
        full=f"{m}.broadcast_to({{0}}, {{1}})", transpose=f"{m}.transpose({{0}}, {{1}})", pi="math.pi", zeros=f"{m}.zeros({{0}}, dtype={{like}}.dtype)",
        constant=f"{m}.full({{1}}, {{0}}, dtype={{like}}.dtype)", cast="{0}.astype({like}.dtype)", put=put, eager=eager)


NUMPY = _numpy_like("np")
JAX = _numpy_like("jnp", "{0} = {0}.at[{1}].set({2})", eager=False)
_T = {name: f"torch.{name}({{0}})" for name in ("exp", "expm1", "log", "log1p", "sin", "cos", "arctan", "tanh", "abs", "sign", "erf")}
TORCH = Dialect(
    "torch", {**_T, "max": "torch.clamp({0}, min={1})", "min": "torch.clamp({0}, max={1})", "pow": "torch.pow({0}, {1})"},
    where="torch.where({0}, {1}, {2})", root="torch.sqrt({0})", arange="torch.arange({0}, device={like}.device)", total="torch.sum({0})",
    total_along="torch.sum({0}, dim={1})", einsum='torch.einsum("{0}", {1}, {2})', full="torch.broadcast_to({0}, {1})",
    transpose="torch.permute({0}, {1})", pi="math.pi",
    zeros="torch.zeros({0}, dtype={like}.dtype, device={like}.device)",
    constant="torch.full({1}, {0}, dtype={like}.dtype, device={like}.device)", cast="{0}", scalar="{like}.new_tensor({0})")
