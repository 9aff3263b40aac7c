"""The C target as a Python function: compiled, loaded, its outputs bound."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.machinery import ExtensionFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from . import blas, compiler
from .array_code import Code
from .c_extension import TYPES, text

if TYPE_CHECKING:
    from .compiled import Compiled


class Engine:
    """Code for certain sizes, those in `free` left open. `direct` is the compiled function itself."""

    def __init__(self, owner: Compiled, code: Code, sizes: Mapping[str, int], free: Sequence[str]) -> None:
        import numpy as np
        headers = compiler.python_headers()
        if headers is None:
            raise UsageError("Python's headers (Python.h) are not installed, and the C target is a Python extension.",
                             suggestion='Install python3-dev, or use target="numpy".')
        letter = TYPES[owner.dtype][2]
        gemm = blas.gemm(letter)
        outputs = tuple(code.gradients.values())
        given = tuple(n for n in owner.defaults if code.arrays[n].tensor in owner.problem.data)
        source = text(code, sizes, free, owner.dtype, owner.inputs, owner.defaults, outputs, given,
                      gemm.integer if gemm else None)
        path = compiler.built(source, include=(headers, np.get_include()))
        loader = ExtensionFileLoader("longhand_compiled", str(path))
        spec = spec_from_file_location("longhand_compiled", path, loader=loader)
        module = module_from_spec(spec)
        loader.exec_module(module)
        known = {**sizes}
        arrays = tuple(np.empty([a.size if isinstance(a.size, int) else known[a.size] for a in code.arrays[n].axes], owner.dtype) for n in outputs)
        self.results = dict(zip(code.gradients, arrays, strict=True))
        numbers = tuple(np.array(float(owner.problem.data.get(code.arrays[n].tensor, 0)), owner.dtype) for n in owner.defaults)
        self._defaults = dict(zip(owner.defaults, numbers, strict=True))
        self.direct = module.make(owner, owner.general, self.results, arrays, numbers, gemm.address if gemm else 0)

    def run(self, arrays: Sequence[Any], extra: Sequence[tuple[str, Any]]) -> tuple[float, dict[str, Any]]:
        """The call, arrays checked before; `extra` are other values for the numbers of the sheet, for this call alone."""
        before = {name: self._defaults[name].copy() for name, _ in extra}
        for name, value in extra:
            self._defaults[name][...] = value
        try:
            return self.direct.exact(*arrays)
        finally:
            for name, value in before.items():
                self._defaults[name][...] = value
