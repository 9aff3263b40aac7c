"""`longhand.compile`: a problem as a function on arrays.

    f = longhand.compile(open("sheet.md").read(), target="c")
    loss, gradients = f(x, y, W_1, b_1, W_2, b_2)          # in the order of f.inputs, or by name
    gradients["W_1"]                                       # the same array at each call: copy what is to be kept

A problem stated for one example takes a batch too: inputs and labels with one more axis, in front.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from ..calculus.batch import batched
from ..core.axis import Axis
from ..core.problem import Problem
from ..errors import DataError, NotUnderstood, ShapeError, UsageError
from .array_code import Array, Code, counted, pointers, reads
from .lowering import lowered

if TYPE_CHECKING:
    import numpy as np

NEEDS = {"numpy": ("numpy",), "c": ("numpy",), "numba": ("numpy", "numba"), "torch": ("torch",), "jax": ("jax",)}
"""Target -> the libraries without which it cannot run; the last one names the extra that brings them."""
TARGETS = tuple(NEEDS)
DIFFERENTIABLE = ("torch", "jax")
OPEN_SIZES = ("c", "numba")
"""Targets whose code leaves the size of a batch open."""
DTYPES = ("float64", "float32")
BATCHES = ("mean", "sum")
EXAMPLES = ("input", "label")


def compile(source: object, target: str = "numpy", dtype: str | None = None, *, batch: str = "mean", wrt: Iterable[str] | None = None,
            sizes: Mapping[str, int] | None = None, number: int | None = None) -> Any:
    """A function on arrays that gives the loss and its gradients: `loss, gradients = f(...)`.

    source   a Problem, a Model, or the text of a sheet; `number` says which of its problems, from 1, where several have a loss
    target   "numpy"; "c" (needs a C compiler) or "numba", compiled once and cached; "torch" or "jax", on the arrays of these libraries,
             where `f.loss` is the loss alone, for their own differentiation, with the derived gradients
    dtype    "float64" or "float32", of everything that goes in and comes out; float64 by default, in torch and jax what the arrays have
    batch    "mean" or "sum": what the loss of several examples is, for a problem stated for one
    wrt      the gradients wanted: every parameter by default
    sizes    numbers for size symbols; with all of them known, C code is made at once and a call costs least

    Raises NotUnderstood, UsageError; a call raises DataError or ShapeError.
    """
    for what, value, known in (("target", target, TARGETS), ("dtype", dtype, (*DTYPES, None)), ("batch", batch, BATCHES)):
        if value not in known:
            raise UsageError(f"{what} is one of {', '.join(map(str, known))}, not {value!r}.")
    for library in NEEDS[target]:
        if find_spec(library) is None:
            raise UsageError(f'target="{target}" needs {library}, which is not installed.', suggestion=f"pip install 'longhand[{library}]'")
    problem = one_problem(source, number)
    if problem.loss is None:
        raise NotUnderstood("The problem has no loss, so there is nothing to differentiate.")
    if target in DIFFERENTIABLE:
        from .differentiable import Differentiable
        return Differentiable(problem, target, dtype or "", batch, tuple(wrt) if wrt is not None else None, sizes or {})
    found = Compiled(problem, target, dtype or "float64", batch, tuple(wrt) if wrt is not None else None, sizes or {})
    return found.at_once() or found


def one_problem(source: object, number: int | None) -> Problem:
    """The problem of a Problem, a Model or a sheet's text; UsageError where a sheet has several with a loss and no number says which,
    NotUnderstood where a part of it was not understood."""
    if isinstance(source, Problem):
        return source
    if callable(getattr(source, "problem", None)):
        return source.problem()                                       # type: ignore[attr-defined]
    from ..reading.choice import understood
    from ..reading.plain_header import is_plain
    if is_plain(str(source)):
        from ..reading import plain
        return understood(plain.read_all(str(source)), number=number)
    from ..reading import sheet
    read = sheet.read(str(source))
    return understood(read.problems, read.not_understood, number)


class Compiled:
    """Loss and gradients as a function on arrays. Made by `compile`."""

    def __init__(self, problem: Problem, target: str, dtype: str, batch: str, wrt: tuple[str, ...] | None, sizes: Mapping[str, int]) -> None:
        self.problem, self.target, self.dtype, self.batch = problem, target, dtype, batch
        self._wrt, self._sizes = wrt, {**problem.sizes, **sizes}
        self._problems = {False: problem}
        self._codes = {False: lowered(problem, wrt)}
        self._engines: dict[object, Any] = {}
        self._known: dict[object, Any] = {}
        self._first: Any = None                                # the compiled function that is asked first
        self._chain: list[Any] = []                            # engines of the C target, each asking the next
        code = self._codes[False]
        used = _used(code)
        self.inputs = tuple(n for n in code.inputs if n in used and not self._is_default(code.arrays[n]))
        self.defaults = tuple(n for n in code.inputs if self._is_default(code.arrays[n]))
        self.gradients = tuple(code.gradients)
        self.tensors = {a.name: a.tensor for a in code.arrays.values() if a.tensor}

    def __repr__(self) -> str:
        return f"<longhand {self.target} function of {', '.join(self.inputs)}; {self.dtype}>"

    def __call__(self, *arrays: object, **named: object) -> tuple[float, dict[str, np.ndarray]]:
        """The loss, and the gradients by name. DataError for an array that is missing or of another type, ShapeError for sizes that do
        not fit. The gradients are the same arrays at the next call."""
        if self._first is not None and not named:
            return self._first(*arrays)                        # which knows exact arrays, and asks `general` about others
        return self.general(*arrays, **named)

    def general(self, *arrays: object, **named: object) -> tuple[float, dict[str, np.ndarray]]:
        """A call with anything: arrays are checked and converted, and code is made for sizes that are new."""
        signature = None
        if self.target == "numpy" and not named and all(type(a).__name__ == "ndarray" for a in arrays):
            signature = tuple([(a.shape, a.dtype) for a in arrays])               # type: ignore[attr-defined]
            if (known := self._known.get(signature)) is not None:
                return known.run(arrays, ())
        given = self._bound(arrays, named)
        several = self._several(given)
        code = self._code(several)
        sizes = sizes_of(code, given)
        self._whole(code, given, sizes)
        engine = self._engine(code, several, sizes)
        if signature is not None and not pointers(code):
            self._known[signature] = engine              # arrays like these need no second look
        found = engine.run([given[n] for n in self.inputs], tuple((n, given[n]) for n in self.defaults if n in named))
        if self.target == "numba":
            self._first = engine.direct                  # the next arrays are like these, as a rule
        return found

    # ---- what was given ---------------------------------------------------------------------------------------------------

    def _is_default(self, array: Array) -> bool:
        """A number of the sheet (η, ε) that a call need not give; the learning rate is of no use here."""
        return array.role == "data" and not array.axes and (array.tensor in self.problem.data or array.tensor == "learning rate")

    def _bound(self, arrays: Sequence[object], named: Mapping[str, object]) -> dict[str, np.ndarray]:
        if len(arrays) > len(self.inputs):
            raise DataError(f"{len(arrays)} arrays were given; the function takes {len(self.inputs)}: {', '.join(self.inputs)}.")
        given = dict(zip(self.inputs, arrays, strict=False))
        for name, value in named.items():
            if name in given:
                raise DataError(f"{name} was given twice.")
            if name not in self.inputs and name not in self.defaults:
                raise DataError(f"{name} is no input of the function.", suggestion=f"It takes {', '.join((*self.inputs, *self.defaults))}.")
            given[name] = value
        missing = [n for n in self.inputs if n not in given]
        if missing:
            raise DataError(f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing.",
                            suggestion=f"The function takes {', '.join(self.inputs)}.")
        return {name: self._array(name, value) for name, value in given.items()}

    def _array(self, name: str, value: object) -> np.ndarray:
        """The value as an array of the compiled type: whole numbers and lists are converted, another floating type is not."""
        import numpy as np
        own = np.dtype(self.dtype)
        try:
            array = np.asarray(value)
        except ValueError as error:
            raise DataError(f"{name} is no array of numbers: {error}.") from None
        if array.dtype == own:
            return np.require(array, requirements="CA")
        typed = isinstance(value, np.ndarray | np.generic)
        if array.dtype.kind in "iub" or (array.dtype.kind == "f" and not typed):
            return np.require(array, own, "CA")
        raise DataError(f"{name} holds {array.dtype}; the function was compiled for {self.dtype}.",
                        suggestion=f'Convert it with {name}.astype("{self.dtype}"), or compile with dtype="{array.dtype}".'
                        if array.dtype.name in DTYPES else "")

    def _several(self, given: Mapping[str, np.ndarray]) -> bool:
        """Whether inputs and labels are those of a batch: all of them, or none."""
        code = self._codes[False]
        more = {n: a.ndim - len(code.arrays[n].axes) for n, a in given.items()}
        examples = [n for n in more if code.arrays[n].role in EXAMPLES]
        several = bool(examples) and all(more[n] == 1 for n in examples)
        for name, extra in more.items():
            if extra != (1 if several and name in examples else 0):
                axes = len(code.arrays[name].axes)
                raise ShapeError(f"{name} has {given[name].ndim} axes, where the problem has {axes}.",
                                 suggestion="A batch has one more axis, in front, in every input and label." if name in examples else "")
        return several

    def _code(self, several: bool) -> Code:
        if several not in self._codes:
            self._codes[several] = lowered(self.problem_of(several), self._wrt)
        return self._codes[several]

    def problem_of(self, several: bool) -> Problem:
        """The problem as it was stated, or for a batch."""
        if several not in self._problems:
            program = self.problem.program
            examples = tuple(t.name for t in program.given() if t.role in EXAMPLES)
            symbol = "batch"
            while symbol in program.sizes() or symbol in program.tensors:
                symbol += "_"
            together = batched(program, self.problem.loss, Axis(symbol, symbol, "r"), examples, self.batch == "mean")
            data = {n: v for n, v in self.problem.data.items() if n not in examples}
            self._problems[True] = replace(self.problem, program=together, data=data)
        return self._problems[several]

    def _whole(self, code: Code, given: Mapping[str, np.ndarray], sizes: Mapping[str, int]) -> None:
        """Arrays whose numbers are places hold whole numbers on their axis."""
        for name, (c, shift, axis) in pointers(code).items():
            values = given[name]
            if not (values == values.round()).all():
                raise DataError(f"{name} stands as a position and has to hold whole numbers.")
            size = axis.size if isinstance(axis.size, int) else sizes[axis.size]
            if ((c * values + shift < 0) | (c * values + shift >= size)).any():
                raise DataError(f"{name} points outside the axis {axis.name}, which has {size} entries.",
                                suggestion=f"It may be {-shift} to {size - 1 - shift}." if c == 1 else "")

    # ---- engines ----------------------------------------------------------------------------------------------------------

    def at_once(self) -> Any:
        """The engine itself where every size is known already and it can be called directly; else None."""
        code = self._codes[False]
        symbols = {a.size for n in self.inputs for a in code.arrays[n].axes if isinstance(a.size, str)}
        if self.target != "c" or not symbols <= self._sizes.keys():
            return None
        return self._engine(code, False, {s: self._sizes[s] for s in symbols}).direct

    def _engine(self, code: Code, several: bool, sizes: Mapping[str, int]) -> Any:
        self._not_empty(code, several, sizes)
        fixed = _fixed_symbols(code)
        free = tuple(s for s in sizes if s not in fixed) if self.target in OPEN_SIZES else ()
        key = (several, tuple(sorted((s, n) for s, n in sizes.items() if s not in free)))
        if key not in self._engines:
            made = self._engines[key] = import_module(f".{self.target}_engine", __package__).Engine(self, code, sizes, free)
            if self.target == "c":
                if self._chain:
                    self._chain[-1].direct.followed_by(made.direct)
                self._chain.append(made)
                self._first = self._chain[0].direct
        return self._engines[key]

    def _not_empty(self, code: Code, several: bool, sizes: Mapping[str, int]) -> None:
        example = next((n for n in self.inputs if several and code.arrays[n].role in EXAMPLES), None)
        if example is not None and self.batch == "mean" and sizes.get(code.arrays[example].axes[0].size) == 0:
            raise DataError("A batch without examples has no mean.", suggestion='batch="sum" gives 0.')
        if none := next((axis for axis in counted(code) if sizes.get(axis.size) == 0), None):
            raise DataError(f"{none.name} is 0, and the problem computes with its size: a batch without examples has no mean.")


def _used(code: Code) -> frozenset[str]:
    return frozenset(n for s in (*code.forward, *code.backward) for n in reads(s))


def _fixed_symbols(code: Code) -> set[str]:
    """Size symbols of parameters and gradients: code is made for their numbers. Others, as that of a batch, may change from call to call."""
    kept = [a for a in code.arrays.values() if a.role == "parameter" or a.name in code.gradients.values()]
    return {axis.size for a in kept for axis in a.axes if isinstance(axis.size, str)}


def sizes_of(code: Code, given: Mapping[str, np.ndarray]) -> dict[str, int]:
    """Numbers for the size symbols, from the shapes. ShapeError where they do not fit."""
    sizes: dict[str, int] = {}
    told: dict[str, str] = {}
    for name, array in given.items():
        axes = code.arrays[name].axes
        for axis, length in zip(axes, array.shape, strict=True):
            size = axis.size if isinstance(axis.size, int) else sizes.setdefault(axis.size, length)
            if size != length:
                other = f", as {told[axis.size]} has" if isinstance(axis.size, str) else ""
                raise ShapeError(f"{name} has the shape {array.shape}: along the axis {axis.name} it should have {size} entries{other}.")
            if isinstance(axis.size, str):
                told.setdefault(axis.size, name)
    return sizes
