"""Problems built in Python.

    import longhand as lh
    m = lh.Model("Problem 1")
    x, y = m.input("x", "d"), m.label("y", "q")
    W, b = m.parameter("W", "d", "q"), m.parameter("b", "q")
    z = m.define("z", W.T @ x + b)
    m.loss("Loss", -lh.sum(y * lh.ln(lh.softmax(z))))
    print(m.solve())

Arrays broadcast where their axes are the same axes, not where their sizes happen to be equal. Where an index needs arithmetic
(convolution, recurrence, embedding), write it: i, k = m.index("t"), m.index("w"); m.define("c", lh.sum(v[k] * x[i + k], k), i).
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .arrays import Array, At, Operand, as_array, fn, known, open_indices, sum, words
from .core.axis import Axis, Index
from .core.equation import ROLES, Equation, Fact, Program, Tensor
from .core.expr import Entry, Expr, Rational
from .core.problem import ASKED, Descent, Notation, Problem, Spelling, Value, Wanted
from .core.walk import canonical, tensors
from .errors import ShapeError, UnknownName, UsageError
from .reading.values import as_value, shape_of

if TYPE_CHECKING:
    from .solution import Solution

__all__ = ["Array", "At", "Model", "fn", "known", "sum"]

LETTERS = "ijklmnpqrstuvabcdefgh"


@dataclass(slots=True, eq=False)
class Model:
    """A problem in the making: declare arrays, define others from them, name the loss, ask."""
    title: str = ""
    layout: str = "column"
    _axes: dict[str, Axis] = field(default_factory=dict, repr=False)
    _tensors: dict[str, Tensor] = field(default_factory=dict, repr=False)
    _equations: list[Equation] = field(default_factory=list, repr=False)
    _facts: list[Fact] = field(default_factory=list, repr=False)
    _data: dict[str, Value] = field(default_factory=dict, repr=False)
    _sizes: dict[str, int] = field(default_factory=dict, repr=False)
    _spellings: dict[str, Spelling] = field(default_factory=dict, repr=False)
    _wanted: list[Wanted] = field(default_factory=list, repr=False)
    _descent: Descent | None = field(default=None, repr=False)
    _loss: str | None = field(default=None, repr=False)
    _marks: Counter = field(default_factory=Counter, repr=False)

    def axis(self, name: str, size: int | None = None, letter: str | None = None) -> Axis:
        """An axis, by its name. Without a size it has its name as the symbol of one; without a letter it gets the next free one."""
        if (axis := self._axes.get(name)) is None:
            taken = {axis.letter for axis in self._axes.values()}
            free_letter = next((c for c in LETTERS if c not in taken), name)
            axis = self._axes[name] = Axis(name, name if size is None else size, letter or free_letter)
        elif (size is not None and size != axis.size) or (letter is not None and letter != axis.letter):
            raise ShapeError(f"The axis {name} is there already, with the size {axis.size} and the letter {axis.letter}.")
        return axis

    def index(self, axis: str) -> At:
        """A new index that runs over the axis, to be written in brackets."""
        found = self.axis(axis)
        self._marks[axis] += 1
        return At(Index(found, self._marks[axis] - 1))

    def input(self, name: str, *axes: str, value: object = None, latex: str | None = None) -> Array:
        """An input."""
        return self.tensor(name, *axes, role="input", value=value, latex=latex)

    def label(self, name: str, *axes: str, value: object = None, latex: str | None = None) -> Array:
        """A label: one-hot, smoothed, or a class number (no axis of classes)."""
        return self.tensor(name, *axes, role="label", value=value, latex=latex)

    def parameter(self, name: str, *axes: str, value: object = None, latex: str | None = None) -> Array:
        """A parameter, which training updates."""
        return self.tensor(name, *axes, role="parameter", value=value, latex=latex)

    def constant(self, name: str, *axes: str, value: object = None, latex: str | None = None) -> Array:
        """A given number that is neither input nor parameter: η, ε, λ."""
        return self.tensor(name, *axes, role="data", value=value, latex=latex)

    def tensor(self, name: str, *axes: str, role: str = "intermediate", value: object = None, latex: str | None = None) -> Array:
        """An array by its role. An intermediate one is defined later, from itself at another position if need be (a recurrence)."""
        if role not in ROLES:
            raise UsageError(f"{role} is no role.", suggestion=f"Roles are {', '.join(ROLES)}.")
        if name in self._tensors:
            raise UsageError(f"{name} is declared twice.")
        tensor = self._tensors[name] = Tensor(name, tuple(map(self.axis, axes)), role)
        if latex is not None:
            self._spellings[name] = Spelling(latex, orientation=self.layout)
        if value is not None:
            self.set(name, value)
        return Array(tensor.entry(), tensor.entry().at)

    def set(self, name: str, value: object) -> None:
        """Numbers for an array: numbers, decimal strings, nested lists or arrays of them."""
        numbers, tensor = as_value(name, value), self._tensors.get(name)
        if tensor is None:
            raise UnknownName(f"{name} is not declared.")
        shape = shape_of(numbers)
        if len(shape) != tensor.rank:
            raise ShapeError(f"{name} has {tensor.rank} axes, and its numbers have {len(shape)}.")
        for axis, length in zip(tensor.axes, shape, strict=True):
            size = axis.size if isinstance(axis.size, int) else self._sizes.setdefault(axis.size, length)
            if size != length:
                raise ShapeError(f"{name} has {length} entries along {axis.name}, and {axis.name} has the size {size}.")
        self._data[name] = numbers

    def define(self, name: str, value: Operand, *over: At, latex: str | None = None) -> Array:
        """A named quantity: `name = value`, or name[i, ...] = value for the indices written."""
        value = as_array(value)
        if over:
            indices = tuple(at.position for at in over)
            if value.indices or not all(isinstance(i, Index) for i in indices):
                raise UsageError(f"{name} is defined over indices, and its value has to be written with them.",
                                 suggestion='m.define("c", lh.sum(v[k] * x[i + k], k), i)')
            value = Array(value.expr, indices)
        if loose := open_indices(value):
            letters = ", ".join(sorted(i.axis.letter for i in loose))
            raise ShapeError(f"The definition of {name} leaves {letters} open.", suggestion=f"Sum over it, or define {name} over it.")
        if any(equation.name == name for equation in self._equations):
            raise UsageError(f"{name} is defined twice.")
        if name not in self._tensors:
            self.tensor(name, *(axis.name for axis in value.axes), latex=latex)
        tensor = self._tensors[name]
        if tensor.axes != value.axes:
            declared = Array(tensor.entry(), tensor.entry().at)
            raise ShapeError(f"{name} is declared as {words(declared)}, and its definition gives {words(value)}.")
        self._given(value.expr)
        left = tensor.entry()
        self._equations.append(Equation(left, canonical(value.at(left.at))))
        return Array(left, left.at)

    def loss(self, name: str, value: Operand) -> Array:
        """The loss, defined and named as what gradients are of."""
        result = self.define(name, value)
        if result.indices:
            axes = ", ".join(axis.name for axis in result.axes)
            raise ShapeError(f"A loss is one number, and {name} has the axes {axes}.", suggestion="lh.sum(...)")
        self._loss = name
        self._tensors[name] = Tensor(name, (), "loss")
        return result

    def _given(self, e: Expr) -> None:
        """Constants and sizes that an expression reads get a declaration."""
        for name in sorted(tensors(e) - self._tensors.keys()):
            if name != "pi" and all(axis.size != name for axis in self._axes.values()):
                raise UnknownName(f"{name} is not declared in this model.")
            self._tensors[name] = Tensor(name, (), "constant" if name == "pi" else "size")

    def fact(self, array: Array, total: Operand = 1, because: str = "", axis: str | None = None) -> None:
        """The entries of an array sum to `total` along an axis (the last unless said otherwise). Without a reason it is an assumption."""
        if not isinstance(array.expr, Entry) or not array.indices:
            raise UsageError("A fact is about a named array with axes.")
        along = self.axis(axis) if axis else array.axes[-1]
        self._facts.append(Fact(array.expr.tensor, along, as_array(total).expr, because, not because))

    def find(self, kind: str, of: Array | str = "", *wrt: Array | str) -> None:
        """Something to be worked out: m.find("gradient", "Loss", "W_1"), m.find("jacobian", z, x), m.find("value", z)."""
        if kind not in ASKED:
            raise UsageError(f"{kind} is nothing that can be asked.", suggestion=f"Ask for {', '.join(ASKED)}.")
        self._wanted.append(Wanted(kind, self._name(of) if of != "" else self._loss or "", tuple(map(self._name, wrt))))

    def descend(self, *parameters: Array | str, rate: Array | Rational | float | str, steps: int = 1,
                method: str = "gradient descent", **constants: object) -> None:
        """Steps of gradient descent, or of another method with its constants (momentum=0.9); without parameters, of all of them."""
        given = {"learning rate": rate, **{name.replace("_", " "): value for name, value in constants.items()}}
        named = {meaning: self._constant(meaning, value) for meaning, value in given.items()}
        names = tuple(map(self._name, parameters)) or tuple(t.name for t in self._tensors.values() if t.role == "parameter")
        self._descent = Descent(method, names, named, steps)
        self._wanted.append(Wanted("update", self._loss or "", names))

    def _constant(self, meaning: str, value: object) -> str:
        if isinstance(value, Array):
            return self._name(value)
        if isinstance(value, str) and value in self._tensors:
            return value
        name = {"learning rate": "eta", "momentum": "mu"}.get(meaning, meaning.replace(" ", "_"))
        self.constant(name, value=value)
        return name

    def _name(self, of: Array | str) -> str:
        name = of.expr.tensor if isinstance(of, Array) and isinstance(of.expr, Entry) else of
        if not isinstance(name, str):
            raise UsageError("This expression has no name.", suggestion="Give it one with m.define.")
        if name not in self._tensors:
            raise UnknownName(f"{name} is not declared.")
        return name

    def problem(self) -> Problem:
        """The problem as it stands. Where nothing is asked, it asks for the gradients with respect to all parameters."""
        wanted = tuple(self._wanted)
        if not wanted and self._loss:
            wanted = (Wanted("gradient", self._loss, tuple(t.name for t in self._tensors.values() if t.role == "parameter")),)
        program = Program(dict(self._tensors), tuple(self._equations), tuple(self._facts))
        for fault in program.faults():
            raise UnknownName(f"{fault}.")
        return Problem(program, self._loss, dict(self._data), dict(self._sizes), wanted, self._descent,
                       Notation(dict(self._spellings), layout=self.layout), self.title)

    def solve(self, data: Mapping[str, object] | None = None, *, digits: int = 12) -> Solution:
        """The worked solution."""
        from .solution import solve
        return solve(self.problem(), data=data, digits=digits)

    def __repr__(self) -> str:
        from .printing.plain import render
        return render(self.problem())

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        from .forms.index_form import index_form
        from .printing.latex_maths import latex
        notation = self.problem().notation
        lines = [f"{latex(index_form(e.left, notation))} = {latex(index_form(e.right, notation))}" for e in self._equations]
        display = "$$\n\\begin{gathered}\n" + " \\\\\n".join(lines) + "\n\\end{gathered}\n$$"
        return {"text/plain": repr(self), "text/latex": display, "text/markdown": display}
