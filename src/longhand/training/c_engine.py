"""The C target of training: all steps of a call in compiled code, which several threads share."""
from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from ..backends import blas, compiler
from ..backends.array_code import Contract, Loop, Statement, indices
from ..backends.c_extension import TYPES
from ..backends.c_training import Pass, text
from ..core.axis import Axis
from ..errors import TrainingError
from .job import JUDGED_AT_ONCE, Arrays, Job

if TYPE_CHECKING:
    import numpy as np

PAYS = 500_000
"""Multiplications of a batch from which a second thread pays."""


class _Call(ctypes.Structure):
    _fields_ = [("arrays", ctypes.c_void_p), ("order", ctypes.c_void_p), ("scalars", ctypes.c_void_p), ("losses", ctypes.c_void_p),
                *((name, ctypes.c_int64) for name in ("count", "batch", "steps", "threads")), ("work", ctypes.c_void_p),
                *((name, ctypes.c_int64) for name in ("arrived", "turn", "go"))]


class Engine:
    """See job.Engine. Compiled when first needed, and cached from then on. UsageError where there is no compiler."""

    def __init__(self, job: Job) -> None:
        self.job = job
        compiler.which()
        self._gemm = blas.gemm(TYPES[job.dtype][2])
        self.threads = self._threads(job.step.statements, max(job.batch, 1))
        self.says = f"C, {self.threads} thread{'s' if self.threads > 1 else ''}"
        self._functions: dict[str, Any] = {}

    def ready(self) -> None:
        self._function("gradients" if self.job.shared else "run", self.threads > 1)

    def steps(self, examples: Arrays, order: np.ndarray, scalars: np.ndarray, losses: np.ndarray) -> None:
        self._call("run", examples, {}, order, scalars, losses, self.threads)

    def gradients(self, examples: Arrays, rows: np.ndarray) -> float:
        import numpy as np
        losses = np.empty(1)
        self._call("gradients", examples, {}, rows, np.empty((1, 0), self.job.dtype), losses, self.threads, len(rows))
        return float(losses[0])

    def update(self, scalars: np.ndarray) -> None:
        import numpy as np
        self._call("update", {}, {}, np.empty(0, np.int64), scalars[None], np.empty(1), self.threads)

    def forward(self, examples: Arrays, losses: np.ndarray, prediction: np.ndarray | None) -> None:
        import numpy as np
        along = {} if prediction is None else {self.job.forward.prediction: prediction}
        self._call("forward", examples, along, None, np.empty((len(losses), 0), self.job.dtype), losses,
                   self._threads(self.job.forward.statements, JUDGED_AT_ONCE))

    # ---- calls ------------------------------------------------------------------------------------------------------------

    def _call(self, name: str, examples: Arrays, along: Arrays, order: np.ndarray | None, scalars: np.ndarray, losses: np.ndarray, threads: int,
              batch: int = 0) -> None:
        import numpy as np
        job = self.job
        function, made = self._function(name, threads > 1)
        held = job.held_forward if name == "forward" else job.held
        arrays = [examples[made.code.arrays[n].tensor] for n in made.examples] + [along[n] for n in made.along]
        arrays += [held[n] if n in held else job.gradients[n] for n in made.outside]
        pointers = (ctypes.c_void_p * max(len(arrays), 1))(*(a.ctypes.data for a in arrays))
        scalars = np.ascontiguousarray(scalars, job.dtype)
        order = None if order is None else np.ascontiguousarray(order, np.int64)
        count = len(order) if order is not None else len(arrays[0])
        call = _Call(ctypes.addressof(pointers), None if order is None else order.ctypes.data, scalars.ctypes.data, losses.ctypes.data,
                     count, batch or made.most, len(scalars), threads)
        with blas.one_thread(self._gemm) if self._gemm else nullcontext():
            failed = function(ctypes.byref(call))
        if failed:
            raise TrainingError("There is not enough memory for a step." if failed == -1 else f"{threads} threads cannot be started.",
                                suggestion="A smaller --batch may help." if failed == -1 else "--threads 1")

    def _function(self, name: str, threads: bool) -> tuple[Any, Pass]:
        if name not in self._functions:
            passes = self._passes(name)
            source = text(passes, self.job.sizes, self.job.rows, self.job.dtype, self._gemm.integer if self._gemm else None, threads)
            library = ctypes.CDLL(str(compiler.built(source, links=("-lm", "-lpthread"))))
            library.bind__(ctypes.c_void_p(self._gemm.address if self._gemm else 0))
            for each in passes:
                function = getattr(library, each.name)
                function.restype = ctypes.c_int64
                self._functions[each.name] = function, each
        return self._functions[name]

    def _passes(self, name: str) -> list[Pass]:
        """The passes of the module that has this one."""
        job, step, forward = self.job, self.job.step, self.job.forward
        if name == "forward":
            along = (forward.prediction,) if forward.prediction else ()
            outside = (*forward.parameters.values(), *forward.fixed)
            return [Pass("forward", forward.code, forward.statements, forward.examples, along, outside, (), forward.loss, JUDGED_AT_ONCE, gathers=False)]
        outside, gradients = (*step.moved, *step.fixed), tuple(step.gradients.values())
        if name == "run":
            return [Pass("run", step.code, step.statements, step.examples, (), outside, step.scalars, step.loss, job.batch, stops=True)]
        return [Pass("gradients", step.code, step.until_gradients(), step.examples, (), (*outside, *gradients), (), step.loss, job.batch),
                Pass("update", step.code, step.after_gradients(), (), (), (*outside, *gradients), step.scalars, None, 0)]

    def _threads(self, statements: Sequence[Statement], rows: int) -> int:
        """As many threads as were asked for, or as there are processors where a second one pays; one where the code cannot be cut."""
        if any(isinstance(s, Loop) for s in statements):
            return 1
        if self.job.threads is not None:
            return self.job.threads
        work = sum(self._work(s, rows) for s in statements if isinstance(s, Contract))
        return processors() if work >= PAYS else 1

    def _work(self, s: Contract, rows: int) -> int:
        out = 1
        for index in indices(s.left) | indices(s.right):
            out *= self._size(index.axis, rows)
        return out

    def _size(self, axis: Axis, rows: int) -> int:
        return rows if axis.size == self.job.rows else axis.size if isinstance(axis.size, int) else self.job.sizes[axis.size]


def processors() -> int:
    """The processors that this process may use, or OMP_NUM_THREADS where that is less."""
    here = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    told = os.environ.get("OMP_NUM_THREADS", "")
    return min(here, int(told)) if told.isascii() and told.isdigit() and int(told) else here
