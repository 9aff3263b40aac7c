"""The Numba target as a Python function: compiled for the sizes of the parameters, kept on disk, its outputs bound."""
from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.util import module_from_spec, spec_from_file_location
from math import prod
from types import ModuleType
from typing import TYPE_CHECKING, Any

from . import compiler
from .array_code import Code
from .numba_kernel import kernel

if TYPE_CHECKING:
    from .compiled import Compiled


class Engine:
    """Code for certain sizes, those in `free` left open. `direct` takes arrays that fit exactly, and gives others to the owner."""

    def __init__(self, owner: Compiled, code: Code, sizes: Mapping[str, int], free: Sequence[str]) -> None:
        import numpy as np
        self._np, self._dtype, self._code, self._inputs = np, owner.dtype, code, owner.inputs
        self._made = made = kernel(code, sizes, free, owner.dtype, owner.inputs, owner.defaults)
        self._run, self._general = _module(made.text).kernel, owner.general
        self._out = np.empty(made.length, owner.dtype)
        self.results = {}
        for p, g in code.gradients.items():
            shape = _shape(code, p, sizes)
            self.results[p] = self._out[made.places[g]:made.places[g] + prod(shape)].reshape(shape)
        self._numbers = np.array([float(owner.problem.data.get(code.arrays[n].tensor, 0)) for n in made.numbers], owner.dtype)
        self._work, self.direct = np.empty(0, owner.dtype), None
        self._grow(sizes)

    def _grow(self, sizes: Mapping[str, int]) -> None:
        """Room for arrays of these sizes, and `direct`, which is bound to it."""
        length = sum(prod(_shape(self._code, name, sizes)) for name in self._made.grown)
        if self.direct is not None and length <= len(self._work):
            return
        self._work = self._np.empty(length, self._dtype)
        bound = (*([self._numbers] if self._made.numbers else []), self._out, *([self._work] if self._made.grown else []))
        run, results, general = self._run, self.results, self._general

        def direct(*arrays: object) -> tuple[float, dict[str, Any]]:
            try:
                return run(*arrays, *bound), results
            except (TypeError, IndexError):           # another type, layout or shape than the one it was compiled for
                return general(*arrays)
        self._bound, self.direct = bound, direct

    def run(self, arrays: Sequence[Any], extra: Sequence[tuple[str, Any]]) -> tuple[float, dict[str, Any]]:
        """The call, arrays checked before; `extra` are other values for the numbers of the sheet, for this call alone."""
        self._grow({axis.size: length for name, array in zip(self._inputs, arrays, strict=True)
                    for axis, length in zip(self._code.arrays[name].axes, array.shape, strict=True)})
        before = self._numbers.copy()
        for name, value in extra:
            if name in self._made.numbers:
                self._numbers[self._made.numbers.index(name)] = value
        try:
            return self._run(*arrays, *self._bound), self.results
        finally:
            self._numbers[:] = before


def _shape(code: Code, name: str, sizes: Mapping[object, int]) -> tuple[int, ...]:
    return tuple(axis.size if isinstance(axis.size, int) else sizes[axis.size] for axis in code.arrays[name].axes)


def _module(text: str) -> ModuleType:
    """The module with this text, from the cache folder: there Numba keeps what it compiled beside it."""
    name = f"numba_{hashlib.sha256(text.encode()).hexdigest()[:32]}"
    path = compiler.folder() / f"{name}.py"
    if not path.exists():
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, suffix=".new", delete=False) as file:
            file.write(text)
        os.replace(file.name, path)                     # whoever else wrote the same wrote the same text
    spec = spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = sys.modules[name] = module_from_spec(spec)           # where Numba looks for it when it loads what it kept
    spec.loader.exec_module(module)
    return module
