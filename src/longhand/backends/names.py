"""Identifiers: what a tensor is called in code. Built from letters, digits and underscores alone, so that no text of a sheet can become
part of a program."""
from __future__ import annotations

import builtins
import keyword
import re
import unicodedata

from ..core.equation import Program

C_WORDS = frozenset("""
auto break case char const continue default do double else enum extern float for goto if inline int long register restrict return short signed
sizeof static struct switch typedef union unsigned void volatile while main real exp log sin cos tan tanh erf atan pow sqrt fabs fmax fmin expm1 log1p
larger smaller sign square large_product gemm work kernel I unix linux complex imaginary NULL EOF NAN INFINITY HUGE_VAL errno stdin stdout stderr
asm typeof DOMAIN SING OVERFLOW UNDERFLOW PLOSS TLOSS
""".split())
OWN_WORDS = frozenset("""
np torch jax jnp numba njit math forward loss gradients step check main numbers out result softmax log_softmax sigmoid softplus log_sigmoid
times_log ratio values gradient parameter parameters name data dtype erf padded moved self ctx value position
""".split()) | {f"size_{k}" for k in range(10)}
RESERVED = frozenset(keyword.kwlist) | frozenset(keyword.softkwlist) | frozenset(dir(builtins)) | C_WORDS | OWN_WORDS
SPOKEN = {"*": "_star", "'": "_prime", "′": "_prime", "+": "_plus", "-": "_minus"}
GREEK = {"η": "eta", "ε": "epsilon", "σ": "sigma", "θ": "theta", "λ": "lam", "δ": "delta", "α": "alpha", "β": "beta", "μ": "mu"}


class Names:
    """A table from tensors to identifiers, each used once."""

    def __init__(self, program: Program) -> None:
        self._of: dict[str, str] = {}
        self._taken: set[str] = set(RESERVED)
        for axis in {axis for tensor in program.tensors.values() for axis in tensor.axes}:
            if isinstance(axis.size, str):
                self._taken.add(plain(axis.size))
        for name, tensor in program.tensors.items():
            if "/" not in name and tensor.role != "size":
                self.of(name)

    def of(self, tensor: str) -> str:
        """The identifier of a tensor: dW_1 for dLoss/dW_1 where that is free."""
        if tensor not in self._of:
            self._of[tensor] = self.fresh(_base(tensor))
        return self._of[tensor]

    def fresh(self, base: str) -> str:
        """An identifier that is not taken yet, near to `base`."""
        name, number = plain(base), 2
        while name in self._taken:
            name, number = f"{plain(base)}_{number}", number + 1
        self._taken.add(name)
        return name


def _base(tensor: str) -> str:
    of, slash, wrt = tensor.rpartition("/")
    if not slash:
        return tensor.replace("@1", "_new").replace("@", "_")
    return wrt if of.count("/") == 0 else f"{_base(of)}_{wrt}"


def plain(name: str) -> str:
    """The name with nothing but ASCII letters, digits and underscores; never empty, never beginning with a digit."""
    spoken = "".join(SPOKEN.get(c) or GREEK.get(c) or c for c in name)
    letters = unicodedata.normalize("NFKD", spoken).encode("ascii", "ignore").decode()
    bare = re.sub(r"[^A-Za-z0-9]", "_", letters.replace("^", "" if re.fullmatch(r"[A-Za-z]+\^[0-9]+", letters) else "_")).strip("_")
    bare = re.sub("__+", "_", bare)
    if not bare or not bare[0].isalpha():
        bare = f"t_{bare}".rstrip("_")
    return bare
