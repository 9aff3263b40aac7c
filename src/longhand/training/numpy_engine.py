"""The NumPy target of training: a step is one function of ours, and nothing is allocated from step to step."""
from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..backends.array_code import Code, Statement
from ..backends.buffers import BufferWriter
from ..backends.numpy import helpers
from ..core.axis import Axis
from .job import JUDGED_AT_ONCE, Arrays, Job

if TYPE_CHECKING:
    import numpy as np


class Engine:
    """See job.Engine. Functions are made once for each number of rows."""
    threads, says = 1, "NumPy"

    def __init__(self, job: Job) -> None:
        import numpy as np
        self.job, step = job, job.step
        self._numbers = np.zeros(len(step.scalars), job.dtype)
        self._bound = {**job.held, **job.gradients, **{name: self._numbers[k:k + 1].reshape(()) for k, name in enumerate(step.scalars)}}
        self._of = {name: step.code.arrays[name].tensor for name in step.examples}
        self._made: dict[object, tuple[Callable[..., None], dict[str, np.ndarray]]] = {}
        self._chosen: dict[int, list[np.ndarray]] = {}

    def ready(self) -> None:
        """Its functions are made within a millisecond, when they are met."""

    def steps(self, examples: Arrays, order: np.ndarray, scalars: np.ndarray, losses: np.ndarray) -> None:
        import numpy as np
        batch = self.job.batch
        with np.errstate(all="ignore"):
            for k in range(len(scalars)):
                rows = order[k * batch:(k + 1) * batch]
                self._numbers[:] = scalars[k]
                losses[k] = self._loss("step", examples, rows)
                if not math.isfinite(losses[k]):
                    return

    def gradients(self, examples: Arrays, rows: np.ndarray) -> float:
        import numpy as np
        with np.errstate(all="ignore"):
            return self._loss("gradients", examples, rows)

    def update(self, scalars: np.ndarray) -> None:
        import numpy as np
        self._numbers[:] = scalars
        if "update" not in self._made:
            step = self.job.step
            self._made["update"] = made(step.code, step.after_gradients(), (), self.job.dtype, self.job.sizes, self._bound)
        with np.errstate(all="ignore"):
            self._made["update"][0]()

    def forward(self, examples: Arrays, losses: np.ndarray, prediction: np.ndarray | None) -> None:
        import numpy as np
        job, forward = self.job, self.job.forward
        given = [examples[forward.code.arrays[name].tensor] for name in forward.examples]
        rows = len(given[0])
        with np.errstate(all="ignore"):
            for k, start in enumerate(range(0, rows, JUDGED_AT_ONCE)):
                stop = min(start + JUDGED_AT_ONCE, rows)
                key = "forward", stop - start
                if key not in self._made:
                    sizes = {**job.sizes, job.rows: stop - start}
                    self._made[key] = made(forward.code, forward.statements, forward.examples, job.dtype, sizes, job.held_forward)
                run, space = self._made[key]
                run(*(array[start:stop] for array in given))
                losses[k] = space[forward.loss]
                if prediction is not None:
                    prediction[start:stop] = space[forward.prediction]

    def _loss(self, what: str, examples: Arrays, rows: np.ndarray) -> float:
        key, step = (what, len(rows)), self.job.step
        if key not in self._made:
            statements = step.statements if what == "step" else step.until_gradients()
            bound = self._bound if what == "gradients" else {n: a for n, a in self._bound.items() if n not in self.job.gradients}
            self._made[key] = made(step.code, statements, step.examples, self.job.dtype, {**self.job.sizes, self.job.rows: len(rows)}, bound)
        run, space = self._made[key]
        run(*self._gathered(examples, rows))
        return float(space[step.loss])

    def _gathered(self, examples: Arrays, rows: np.ndarray) -> list[np.ndarray]:
        """The rows of a batch, copied to arrays that are there already."""
        import numpy as np
        arrays = [examples[tensor] for tensor in self._of.values()]
        if len(rows) not in self._chosen:
            self._chosen[len(rows)] = [np.empty((len(rows), *array.shape[1:]), self.job.dtype) for array in arrays]
        chosen = self._chosen[len(rows)]
        for array, into in zip(arrays, chosen, strict=True):
            array.take(rows, axis=0, out=into, mode="clip")           # another mode copies twice
        return chosen


def made(code: Code, statements: Sequence[Statement], given: Sequence[str], dtype: str, sizes: Mapping[str, int],
         bound: Arrays) -> tuple[Callable[..., None], dict[str, np.ndarray]]:
    """A function of the arrays `given`, in that order, that works on the arrays `bound`; and the arrays that a call fills, by name."""
    import numpy as np

    def size(axis: Axis) -> int:
        return axis.size if isinstance(axis.size, int) else sizes[axis.size]

    writer = BufferWriter(code, size)
    lines = writer.write(statements)
    whole = np.dtype("int64" if dtype == "float64" else "int32")
    kinds = {"real": dtype, "bool": "bool", "bits": whole}
    space = {name: bound[name] if name in bound else np.empty(shape, kinds[kind]) for name, (shape, kind) in writer.buffers.items()}
    space |= {name: array for name, array in bound.items() if name in code.arrays and name not in given}
    space |= {name: space[buffer].view(whole) for name, buffer in writer.views.items()}
    # What is executed is our own text: operations of the table, and identifiers that `names` made of letters, digits and underscores.
    # No text of a sheet is in it.
    arguments = ", ".join((*given, *(f"{name}={name}" for name in space)))
    text = "\n".join([helpers(code, writer.reader.helpers), "", f"def run({arguments}):", *(f"    {line}" for line in lines or ["pass"])])
    names: dict[str, Any] = {"np": np, "math": math, "minus_one": whole.type(-1), **space}
    exec(compile(text, "<longhand numpy code>", "exec"), names)
    return names["run"], {**space, **{name: space[of] for name, of in writer.aliases.items() if of in space}}
