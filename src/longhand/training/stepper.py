"""Steps of descent on batches: gradients by the derived code, updates by the method's own equations."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..backends.array_code import Code, needed
from ..backends.lowering import lowered
from ..backends.modules import used
from ..core.equation import Tensor
from ..errors import UsageError
from .examples import Examples
from .numpy_steps import made
from .options import Options
from .scale import Alone, Group
from .task import Task
from .updates import GRADIENT, PARAMETER, update

if TYPE_CHECKING:
    import numpy as np

TARGETS = ("numpy",)
JUDGED_AT_ONCE = 4096
"""Examples that the forward pass takes together when a network is judged."""


class Stepper:
    """The parameters of a task, the memory of the method, and how both move. Arrays are of the run's floating type."""

    def __init__(self, task: Task, parameters: Mapping[str, np.ndarray], sizes: Mapping[str, int], options: Options, group: Group | None = None) -> None:
        import numpy as np
        if options.target not in TARGETS:
            raise UsageError(f"{options.target} is no target that trains.", suggestion=f"Targets are {', '.join(TARGETS)}.")
        self.task, self.sizes, self.options, self.group = task, dict(sizes), options, group or Alone()
        self.dtype = np.dtype(options.dtype)
        problem = replace(task.problem, data={}, descent=None, wanted=())
        self.code: Code = lowered(problem, [p.name for p in task.parameters])
        self.parameters = {n: np.array(a, dtype=self.dtype) for n, a in parameters.items()}
        self.memory = {n: {s: np.zeros_like(a) for s in options.descent.state} for n, a in self.parameters.items()}
        self._held = {array.tensor: name for name, array in self.code.arrays.items() if array.tensor}
        self._given = used(self.code, (*self.code.forward, *self.code.backward))
        self._fixed = {n: self._number(n) for n in self._given if self.code.arrays[n].role == "data"}
        self._passes: dict[tuple[int, bool], tuple[Any, dict[str, np.ndarray]]] = {}
        self._updates = {n: [self._update(task.program[n]) for _ in range(2)] for n in self.parameters}
        self._turn = 0
        self.constants = {name: options.constant(name, self._of_sheet(name)) for name in options.descent.constants}

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

    def run(self, examples: Examples, order: np.ndarray, batch: int, rates: np.ndarray, first: int) -> np.ndarray:
        """One step for each rate, each on the next `batch` examples of `order`; `first` steps went before. The loss of each batch,
        taken before its step. It ends at the first that is no finite number."""
        import numpy as np
        losses = np.full(len(rates), np.nan)
        with np.errstate(all="ignore"):
            for k, rate in enumerate(rates):
                rows = order[k * batch:(k + 1) * batch]
                losses[k] = self._step(examples, rows, float(rate), first + k + 1)
                if not np.isfinite(losses[k]):
                    break
        return losses

    def _step(self, examples: Examples, rows: np.ndarray, rate: float, step: int) -> float:
        total, own = len(rows), rows[self.group.rank::self.group.size]
        looked = self._ahead()
        loss, gradients = self._gradients(examples, own, looked)
        if self.group.size > 1:
            loss = self._together(loss, gradients, len(own) / total)
        method = self.options.descent
        constants = {**self.constants, "learning rate": rate}
        constants |= {name: correction(constants, step) for name, correction in method.corrections.items()}
        self._turn = 1 - self._turn
        for name, parameter in self.parameters.items():
            run, inputs, results = self._updates[name][self._turn]
            known = {PARAMETER: parameter, GRADIENT: gradients[name], **self.memory[name], **constants}
            run(*(known[i] for i in inputs))
            self.parameters[name] = results[PARAMETER]
            self.memory[name] = {s: results[s] for s in method.state}
        return loss

    def _gradients(self, examples: Examples, rows: np.ndarray, parameters: Mapping[str, np.ndarray]) -> tuple[float, dict[str, np.ndarray]]:
        """The mean loss of the rows and its gradients; zeros where there is no row."""
        import numpy as np
        if not len(rows):
            return 0.0, {n: np.zeros_like(a) for n, a in self.parameters.items()}
        run, space = self._pass(len(rows), True)
        run(*self._arguments(examples, rows, parameters))
        return float(space[self.code.loss]), {self.code.arrays[p].tensor: space[g] for p, g in self.code.gradients.items()}

    def _together(self, loss: float, gradients: dict[str, np.ndarray], share: float) -> float:
        """The mean over the rows of all processes, from the mean over the own ones."""
        import numpy as np
        whole = np.concatenate([np.array([loss], self.dtype), *(g.reshape(-1) for g in gradients.values())])
        whole *= share
        self.group.total(whole)
        place = 1
        for gradient in gradients.values():
            gradient[...] = whole[place:place + gradient.size].reshape(gradient.shape)
            place += gradient.size
        return float(whole[0])

    def _ahead(self) -> Mapping[str, np.ndarray]:
        """Where the gradient is taken: at the parameters, or where the method looks ahead (θ − μ·velocity)."""
        ahead = self.options.descent.ahead
        if ahead is None:
            return self.parameters
        return {n: ahead(a, self.memory[n], self.constants) for n, a in self.parameters.items()}

    # ---- judging ------------------------------------------------------------------------------------------------------

    def evaluate(self, examples: Examples) -> tuple[float, np.ndarray | None]:
        """The mean loss over the examples, and the prediction for each where the sheet has one."""
        import numpy as np
        total, found = 0.0, []
        with np.errstate(all="ignore"):
            for start in range(0, examples.rows, JUDGED_AT_ONCE):
                rows = np.arange(start, min(start + JUDGED_AT_ONCE, examples.rows))
                run, space = self._pass(len(rows), False)
                run(*self._arguments(examples, rows, self.parameters))
                total += float(space[self.code.loss]) * len(rows)
                if self.task.prediction is not None:
                    found.append(space[self._held[self.task.prediction]].copy())
        return total / examples.rows, np.concatenate(found) if found else None

    # ---- keeping ------------------------------------------------------------------------------------------------------

    def state(self) -> dict[str, np.ndarray]:
        """Parameters and the method's memory, as they are now."""
        out = {n: a.copy() for n, a in self.parameters.items()}
        return out | {f"{s} of {n}": a.copy() for n, memory in self.memory.items() for s, a in memory.items()}

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Back to a state that `state` gave. KeyError where something is missing."""
        import numpy as np
        self.parameters = {n: np.array(arrays[n], dtype=self.dtype) for n in self.parameters}
        self.memory = {n: {s: np.array(arrays[f"{s} of {n}"], dtype=self.dtype) for s in memory} for n, memory in self.memory.items()}

    def broken(self) -> str | None:
        """The first parameter with an entry that is no finite number."""
        import numpy as np
        return next((n for n, a in self.parameters.items() if not np.isfinite(a).all()), None)

    # ---- code ---------------------------------------------------------------------------------------------------------

    def _pass(self, rows: int, backward: bool) -> tuple[Any, dict[str, np.ndarray]]:
        key = rows, backward
        if key not in self._passes:
            code, held = self.code, self._held
            results = {code.loss, *code.gradients.values()} if backward else {code.loss}
            if not backward and self.task.prediction is not None:
                results.add(held[self.task.prediction])
            statements = needed((*code.forward, *code.backward), results)
            self._passes[key] = made(code, statements, self._given, self.options.dtype, {**self.sizes, self.task.batch.size: rows})
        return self._passes[key]

    def _arguments(self, examples: Examples, rows: np.ndarray, parameters: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        out = []
        for name in self._given:
            tensor = self.code.arrays[name].tensor
            out.append(parameters[tensor] if tensor in parameters else examples.arrays[tensor].take(rows, axis=0) if tensor in examples.arrays
                       else self._fixed[name])
        return out

    def _update(self, parameter: Tensor) -> tuple[Any, tuple[str, ...], dict[str, np.ndarray]]:
        """The update of a parameter as a function, with output arrays of its own; two of them take turns, one reads what the other wrote."""
        found = update(self.options.descent, parameter.rank)
        shape = self.parameters[parameter.name].shape
        sizes = {f"u{k}": length for k, length in enumerate(shape)}
        run, space = made(found.code, needed(found.code.forward, set(found.results.values())), found.code.inputs, self.options.dtype, sizes)
        return run, found.inputs, {what: space[name] for what, name in found.results.items()}

    def _number(self, name: str) -> np.ndarray:
        import numpy as np
        tensor = self.code.arrays[name].tensor
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
