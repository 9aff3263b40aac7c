"""What a run moves: the parameters, the memory of the method, and the engine that takes the steps."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import ceil
from time import perf_counter
from typing import TYPE_CHECKING, Any

from ..backends.array_code import Code
from ..errors import UsageError
from .examples import Examples
from .job import JUDGED_AT_ONCE, Engine, Job
from .options import Options
from .scale import Alone, Group
from .steps import forward, step
from .targets import LAST_RESORT, engine
from .task import Task

if TYPE_CHECKING:
    import numpy as np

CHUNK = 0.2
"""Seconds between two signs of life, and at most until Ctrl-C is heard."""


class Stepper:
    """The parameters of a task and the memory of the method, which its engine moves in place. Arrays are of the run's floating type.

    `batch` is the number of examples of a step, 0 for a network that is only judged; `threads` is for targets that know them."""

    def __init__(self, task: Task, parameters: Mapping[str, np.ndarray], sizes: Mapping[str, int], options: Options, batch: int = 0,
                 group: Group | None = None, threads: int | None = None) -> None:
        import numpy as np
        self.task, self.options, self.group, self.batch = task, options, group or Alone(), batch
        self.dtype, self._sizes, self.loss_is = np.dtype(options.dtype), dict(sizes), "mean"
        self.parameters = {n: np.array(a, dtype=self.dtype, order="C") for n, a in parameters.items()}
        method = options.descent
        self.step, self.forward = step(task, method, sizes), forward(task, sizes)
        self.memory = {n: {s: np.zeros_like(self.parameters[n]) for s in kept} for n, kept in self.step.memory.items()}
        self.constants = {name: options.constant(name, self._of_sheet(name)) for name in method.constants}
        self.gradients = {n: np.zeros_like(self.parameters[n]) for n in self.step.gradients}
        held = {array: self.parameters[n] for n, array in self.step.parameters.items()}
        held |= {array: self.memory[n][s] for n, kept in self.step.memory.items() for s, array in kept.items()}
        held |= {array: self._number(self.step.code, array) for array in self.step.fixed}
        seen = {array: self.parameters[n] for n, array in self.forward.parameters.items()}
        seen |= {array: self._number(self.forward.code, array) for array in self.forward.fixed}
        gradients = {array: self.gradients[n] for n, array in self.step.gradients.items()}
        self.engine: Engine = engine(options.target)(
            Job(self.step, self.forward, dict(sizes), task.batch.size, batch, options.dtype, held, gradients, seen, threads,
                self.group.size > 1))

    def prepared(self, examples: Examples) -> Examples:
        """The examples in the run's floating type."""
        import numpy as np
        with np.errstate(over="ignore"):
            arrays = {n: np.ascontiguousarray(a, dtype=self.dtype) for n, a in examples.arrays.items()}
        for name, array in arrays.items():
            if not np.isfinite(array).all():
                row = int(np.argwhere(~np.isfinite(array))[0][0])
                raise UsageError(f"{name} in row {row + 1} of the examples is too large for {self.dtype}.", suggestion="--dtype float64, or --scale standard")
        return Examples(arrays, examples.rows, examples.sizes, examples.classes)

    # ---- moving -------------------------------------------------------------------------------------------------------

    def run(self, examples: Examples, order: np.ndarray, rates: np.ndarray, first: int, tick: Callable[[float], None] | None = None) -> np.ndarray:
        """One step for each rate, each on the next `batch` examples of `order`; `first` steps went before. The loss of each batch,
        taken before its step. It ends at the first that is no finite number. `tick` hears the share that is done, now and then."""
        import numpy as np
        losses, scalars = np.full(len(rates), np.nan), self._scalars(rates, first)
        done, chunk = 0, 8
        while done < len(rates):
            stop = min(done + chunk, len(rates))
            begun = perf_counter()
            self._steps(examples, order[done * self.batch:stop * self.batch], scalars[done:stop], losses[done:stop])
            if not np.isfinite(losses[stop - 1]):
                break
            took = max(perf_counter() - begun, 1e-6)
            chunk = max(1, min(8 * chunk, int((stop - done) * CHUNK / took)))
            done = stop
            if tick is not None and done < len(rates):
                tick(done / len(rates))
        return losses

    def _scalars(self, rates: np.ndarray, first: int) -> np.ndarray:
        """The method's numbers for each step, a row each."""
        import numpy as np
        method = self.options.descent
        numbers: dict[str, Any] = {**self.constants, "learning rate": rates}
        with np.errstate(all="ignore"):
            numbers |= {name: correction(self.constants, first + 1.0 + np.arange(len(rates))) for name, correction in method.corrections.items()}
        columns = [np.broadcast_to(numbers[name], len(rates)) for name in (*method.constants, *method.corrections)]
        return np.column_stack(columns).astype(self.dtype)

    def _steps(self, examples: Examples, order: np.ndarray, scalars: np.ndarray, losses: np.ndarray) -> None:
        import numpy as np
        if self.group.size == 1:
            self.engine.steps(examples.arrays, order, scalars, losses)
            return
        for k, numbers in enumerate(scalars):
            rows = order[k * self.batch:(k + 1) * self.batch]
            losses[k] = self._together(examples, rows)
            self.engine.update(numbers)
            if not np.isfinite(losses[k]):
                break

    def _together(self, examples: Examples, rows: np.ndarray) -> float:
        """Loss and gradients of the rows, a share of them made by each process."""
        import numpy as np
        own = rows[self.group.rank::self.group.size]
        loss = self.engine.gradients(examples.arrays, own) if len(own) else 0.0
        whole = np.concatenate([np.array([loss], self.dtype), *(g.reshape(-1) for g in self.gradients.values())])
        whole *= (len(own) / len(rows) if self.loss_is == "mean" else 1.0) if len(own) else 0.0
        self.group.total(whole)
        place = 1
        for gradient in self.gradients.values():
            gradient[...] = whole[place:place + gradient.size].reshape(gradient.shape)
            place += gradient.size
        return float(whole[0])

    def check_shares(self, examples: Examples) -> None:
        """UsageError where the loss of a batch is neither the mean nor the sum of those of its parts: processes could not share it.

        Tried in double precision, at the first parameters and beside them: what is 0 there (a weight decay) may not stay so."""
        import numpy as np
        rows = min(8, examples.rows)
        cut = max(1, rows // 3)
        random, kinds = np.random.default_rng(0), {"mean", "sum"}
        for spread in (0.0, 0.1):
            moved = {n: a + spread * random.normal(size=a.shape) for n, a in self.parameters.items()}
            exact = Stepper(self.task, moved, self._sizes, replace(self.options, dtype="float64", target=LAST_RESORT))
            some = exact.prepared(examples.some(slice(rows)))
            one, two, both = (exact.evaluate(some.some(part))[0] for part in (slice(cut), slice(cut, rows), slice(rows))) if rows > 1 else (0.0, 0.0, 0.0)
            near = 1e-12 * max(abs(one), abs(two), abs(both))
            if np.isfinite(both):
                kinds -= {kind for kind, value in (("mean", (cut * one + (rows - cut) * two) / rows), ("sum", one + two)) if abs(both - value) > near}
        if not kinds:
            raise UsageError("The loss is neither a mean nor a sum over the examples, so that several processes cannot share a batch.",
                             suggestion="Run it in one process.")
        self.loss_is = "mean" if "mean" in kinds else "sum"

    # ---- judging ------------------------------------------------------------------------------------------------------

    def evaluate(self, examples: Examples) -> tuple[float, np.ndarray | None]:
        """The mean loss over the examples, and the prediction for each where the sheet has one."""
        import numpy as np
        losses = np.empty(ceil(examples.rows / JUDGED_AT_ONCE))
        prediction = None
        if self.forward.prediction is not None:
            axes = self.forward.code.arrays[self.forward.prediction].axes[1:]
            shape = [self._sizes[a.size] if isinstance(a.size, str) else a.size for a in axes]
            prediction = np.empty((examples.rows, *shape), self.dtype)
        self.engine.forward(examples.arrays, losses, prediction)
        rows = np.minimum(JUDGED_AT_ONCE, examples.rows - JUDGED_AT_ONCE * np.arange(len(losses)))
        return float(np.average(losses, weights=rows)), prediction

    # ---- keeping ------------------------------------------------------------------------------------------------------

    def state(self) -> dict[str, np.ndarray]:
        """Parameters and the method's memory, as they are now."""
        out = {n: a.copy() for n, a in self.parameters.items()}
        return out | {f"{s} of {n}": a.copy() for n, memory in self.memory.items() for s, a in memory.items()}

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Back to a state that `state` gave. KeyError where something is missing, ValueError where it has another shape."""
        places = {**self.parameters, **{f"{s} of {n}": a for n, memory in self.memory.items() for s, a in memory.items()}}
        for name, place in places.items():
            if arrays[name].shape != place.shape:
                raise ValueError(name)
        for name, place in places.items():
            place[...] = arrays[name]

    def broken(self) -> str | None:
        """The first parameter with an entry that is no finite number."""
        import numpy as np
        return next((n for n, a in self.parameters.items() if not np.isfinite(a).all()), None)

    def _number(self, code: Code, array: str) -> np.ndarray:
        import numpy as np
        tensor = code.arrays[array].tensor
        if tensor in self.parameters:
            return self.parameters[tensor]
        value = self.task.problem.data.get(tensor)
        if value is None:
            raise UsageError(f"The loss uses {tensor}, and the sheet gives it no number.", suggestion=f'--data with {{"{tensor}": "0.1"}}')
        return np.array(_floats(value), dtype=self.dtype)

    def _of_sheet(self, what: str) -> Any:
        descent = self.task.problem.descent
        name = descent.constants.get(what) if descent is not None else None
        value = self.task.problem.data.get(name) if name else None
        return value if not isinstance(value, tuple) else None


def _floats(value: Any) -> Any:
    return [_floats(v) for v in value] if isinstance(value, tuple) else float(value)
