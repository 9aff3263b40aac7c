"""`longhand.compile` for PyTorch and JAX: a function on their arrays, and the loss as a function that they differentiate themselves."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from ..core.problem import Problem
from ..core.record import record
from ..errors import DataError
from .array_code import Code, pointers
from .compiled import Compiled, sizes_of
from .dialects import TORCH
from .lowering import lowered
from .modules import ModuleWriter


@record
class Passes:
    """The functions of a written module that takes the arrays `order` and gives these gradients.

    names   everything that the module defines
    saved   which results of `forward` its `backward` takes
    """
    order: tuple[str, ...]
    gradients: tuple[str, ...]
    names: Mapping[str, Any]
    saved: tuple[int, ...]

    def both(self, *arrays: Any) -> tuple[Any, tuple[Any, ...]]:
        """The loss and its gradients."""
        results = self.names["forward"](*arrays)
        return results[-1], self.names["backward"](*arrays, *(results[k] for k in self.saved))


def passes(problem: Problem, target: str, wrt: Sequence[str]) -> Passes:
    """The module of a target, run."""
    code = lowered(problem, wrt, update=False)
    writer = ModuleWriter(problem, code, TORCH)                    # for its names; they are the same in all targets
    text = import_module(f".{target}", __package__).source(problem, wrt, False)
    names: dict[str, Any] = {"__name__": "written"}
    # What is executed is our own text: operations of the table, and identifiers that `names` made of letters, digits and underscores.
    # Of a sheet's own text only its title is in it, letters and plain punctuation inside a docstring.
    exec(_code_of(text, target), names)
    return Passes(writer.inputs, tuple(code.gradients), names, tuple(writer.results.index(n) for n in writer.saved))


def _code_of(text: str, target: str) -> Any:
    return compile(text, f"<longhand {target} code>", "exec")


class Differentiable(Compiled):
    """Loss and gradients as a function on tensors of PyTorch or arrays of JAX. Made by `longhand.compile`."""

    def loss(self, *arrays: object, **named: object) -> Any:
        """The loss alone, as the library's own kind of number: its differentiation runs the derived backward pass."""
        given, several, code = self._checked(arrays, named)
        return self._of(code, several).loss(self._with_numbers(given, several))

    def general(self, *arrays: object, **named: object) -> tuple[Any, dict[str, Any]]:
        """Loss and gradients of anything that the library takes for arrays."""
        kind = self._library.kind(arrays) if not named else None
        if kind is not None and (known := self._known.get(kind)) is not None:
            engine, places, numbers = known
            have = (*arrays, *numbers)
            return engine.both([have[k] for k in places])
        given, several, code = self._checked(arrays, named)
        engine, values = self._of(code, several), self._with_numbers(given, several)
        if kind is not None and not pointers(code):                        # arrays like these need no second look
            numbers = {n: values[n] for n in self.defaults if n in values}
            have = [*self.inputs, *numbers]
            self._known[kind] = engine, [have.index(n) for n in engine.order], tuple(numbers.values())
        return engine.both([values[n] for n in engine.order])

    def _checked(self, arrays: Sequence[object], named: Mapping[str, object]) -> tuple[dict[str, Any], bool, Code]:
        given = self._bound(arrays, named)
        several = self._several({n: given[n] for n in self.inputs})
        code = self._code(several)
        sizes = sizes_of(code, {n: given[n] for n in self.inputs})
        self._not_empty(code, several, sizes)
        if not any(map(self._library.abstract, given.values())):
            self._whole(code, given, sizes)
        return given, several, code

    def _with_numbers(self, given: Mapping[str, Any], several: bool) -> dict[str, Any]:
        """What was given, and the sheet's numbers where nothing else was."""
        like = next((a for n, a in given.items() if self._library.floating(a)), None)
        problem = self.problem_of(several)
        numbers = {n: problem.data[self.tensors[n]] for n in self.defaults if n not in given and self.tensors[n] in problem.data}
        return {**given, **{n: self._library.number(float(value), like) for n, value in numbers.items()}}

    def _array(self, name: str, value: object) -> Any:
        """The value as an array of the library; a floating type other than the one asked for is refused."""
        array = self._library.array(value)
        if self.dtype and self._library.floating(array) and (found := str(array.dtype).removeprefix("torch.")) != self.dtype:
            raise DataError(f"{name} holds {found}; the function was compiled for {self.dtype}.")
        return array

    @property
    def _library(self) -> Any:
        return import_module(f".{self.target}_engine", __package__)

    def _of(self, code: Code, several: bool) -> Any:
        if several not in self._engines:
            problem = self.problem_of(several)
            self._engines[several] = self._library.Engine(problem, tuple(code.arrays[p].tensor for p in code.gradients), self._wrt)
        return self._engines[several]
