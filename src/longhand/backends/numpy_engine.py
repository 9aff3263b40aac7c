"""The NumPy target as a Python function whose buffers are made once for the sizes of its arrays."""
from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..core.record import record
from .array_code import Code, Statement, needed
from .buffers import BufferWriter
from .numpy import helpers

if TYPE_CHECKING:
    import numpy as np

    from .compiled import Compiled


@record
class Made:
    """Statements as a Python function `run`, its text and the arrays that it writes to. An alias is another name of one of these."""
    run: Callable[..., Any]
    text: str
    space: Mapping[str, np.ndarray]
    aliases: Mapping[str, str]


def made_of(code: Code, statements: Sequence[Statement], sizes: Mapping[str, int], dtype: str, given: Sequence[str], returned: str | None) -> Made:
    """The statements for arrays of certain sizes, as a function of the arrays `given` that returns what the text `returned` names."""
    import numpy as np

    def size(axis: Any) -> int:
        return axis.size if isinstance(axis.size, int) else sizes[axis.size]

    writer = BufferWriter(code, size)
    lines = writer.write(statements)
    whole = np.dtype("int64" if dtype == "float64" else "int32")
    kinds = {"real": dtype, "bool": "bool", "bits": whole}
    space = {name: np.empty(shape, kinds[kind]) for name, (shape, kind) in writer.buffers.items()}
    space |= {name: space[buffer].view(whole) for name, buffer in writer.views.items()}
    # What is executed is our own text: operations of the table, and identifiers that `names` made of letters, digits and underscores.
    # No text of a sheet is in it.
    arguments = ", ".join((*given, *(f"{name}={name}" for name in space)))
    text = "\n".join([helpers(code, writer.reader.helpers), "", f"def run({arguments}):", *(f"    {line}" for line in lines), f"    return {returned}"])
    names: dict[str, Any] = {"np": np, "math": math, "minus_one": whole.type(-1), **space}
    exec(_code_of(text), names)
    return Made(names["run"], text, space, writer.aliases)


class Engine:
    """Code for arrays of certain sizes."""

    def __init__(self, owner: Compiled, code: Code, sizes: Mapping[str, int], free: Sequence[str]) -> None:
        import numpy as np
        statements = needed((*code.forward, *code.backward), {code.loss, *code.gradients.values()})
        made = made_of(code, statements, sizes, owner.dtype, (*owner.inputs, *owner.defaults), code.loss)
        self.text, self._run = made.text, made.run
        self._quiet = np.errstate
        self.results = {p: made.space[made.aliases.get(g, g)] for p, g in code.gradients.items()}
        self._defaults = {n: np.array(float(owner.problem.data.get(code.arrays[n].tensor, 0)), owner.dtype) for n in owner.defaults}

    def run(self, arrays: Sequence[Any], extra: Sequence[tuple[str, Any]]) -> tuple[float, dict[str, Any]]:
        """The call, arrays checked before."""
        with self._quiet(all="ignore"):               # a case not taken may overflow; what is taken is as it is
            loss = self._run(*arrays, **{**self._defaults, **dict(extra)})
        return float(loss), self.results


def _code_of(text: str) -> Any:
    return compile(text, "<longhand numpy code>", "exec")



