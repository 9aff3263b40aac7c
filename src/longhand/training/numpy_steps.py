"""Statements of array code as one NumPy function with buffers of its own."""
from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..backends.array_code import Code, Statement
from ..backends.buffers import BufferWriter
from ..backends.numpy import helpers
from ..core.axis import Axis


def made(code: Code, statements: Sequence[Statement], given: Sequence[str], dtype: str,
         sizes: Mapping[str, int]) -> tuple[Callable[..., None], dict[str, Any]]:
    """A function of the arrays `given`, in that order, and the arrays that a call fills, by name."""
    import numpy as np

    def size(axis: Axis) -> int:
        return axis.size if isinstance(axis.size, int) else sizes[axis.size]

    writer = BufferWriter(code, size)
    lines = writer.write(statements)
    kinds = {"real": dtype, "bool": "bool"}
    space = {name: np.empty(shape, kinds[kind]) for name, (shape, kind) in writer.buffers.items()}
    # What is executed is our own text: operations of the table, and identifiers that `names` made of letters, digits and underscores.
    # No text of a sheet is in it.
    arguments = ", ".join((*given, *(f"{name}={name}" for name in writer.buffers)))
    text = "\n".join([helpers(code, writer.reader.helpers), "", f"def run({arguments}):", *(f"    {line}" for line in lines or ["pass"])])
    names: dict[str, Any] = {"np": np, "math": math, **space}
    exec(compile(text, "<longhand numpy code>", "exec"), names)
    return names["run"], space
