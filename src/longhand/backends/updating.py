"""One step of a method of calculus.descent as equations, its memory among what is given."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

from ..calculus.descent import METHODS, Method
from ..core.equation import Equation, Program, Tensor
from ..core.expr import Entry, Expr, Number, number
from ..core.problem import Descent
from ..core.record import record
from ..core.walk import replace_entries
from .array_code import Const, Op, Read, Scalar

RATE = "learning rate"
STEP = "step number"


@record
class Updating:
    """What a step is made of.

    ahead, looked          equations of where the gradient is taken, and parameter -> that tensor
    equations              those of the update, in order;                made     the tensors of both
    updated, memory        parameter -> its new value;                   what is remembered -> its new value
    remembered             the tensors of the memory
    corrections            a number that depends on the step -> how it is computed from the number of the step
    """
    method: Method
    ahead: tuple[Equation, ...]
    looked: Mapping[str, str]
    equations: tuple[Equation, ...]
    made: tuple[Tensor, ...]
    updated: Mapping[str, str]
    memory: Mapping[str, str]
    remembered: tuple[Tensor, ...]
    corrections: Mapping[str, Callable[[Callable[[str], str]], Scalar]]


def updating(program: Program, descent: Descent | None, gradients: Mapping[str, str]) -> Updating:
    """The update of every parameter that has a gradient. Constants are the problem's tensors, else the method's own numbers; a
    learning rate without a number is an argument."""
    method = METHODS[descent.method] if descent is not None and descent.method in METHODS else METHODS["gradient descent"]
    constants = _constants(method, descent)
    parameters = descent.parameters if descent is not None else [t.name for t in program.given() if t.role == "parameter"]
    numbers = {**constants, **{name: Entry(name) for name in method.corrections}}
    ahead, looked, equations, made, updated, memory, remembered = [], {}, [], [], {}, {}, []
    for p in (program[name] for name in parameters if name in gradients):
        entry = p.entry()
        at = entry.at
        state = {s: Entry(f"{s} of {p.name}", at) for s in method.state}
        remembered += [Tensor(f"{s} of {p.name}", p.axes, "memory") for s in method.state]
        if method.ahead is not None:
            looked[p.name] = f"{p.name} ahead"
            made.append(Tensor(looked[p.name], p.axes))
            ahead.append(Equation(Entry(looked[p.name], at), method.ahead(entry, state, numbers)))
        rows = method.update(entry, Entry(gradients[p.name], at), state, numbers)
        names = {what: f"{p.name if what == 'parameter' else f'{what} of {p.name}'}@1" if what in (*method.state, "parameter")
                 else f"{what} of {p.name}" for what in rows}
        for what, right in rows.items():
            right = replace_entries(right, lambda e, names=names, at=at: Entry(names[e.tensor], at) if e.tensor in names and not e.at else e)
            made.append(Tensor(names[what], p.axes, "parameter" if what == "parameter" else "memory" if what in method.state else "intermediate"))
            equations.append(Equation(Entry(names[what], at), right))
        updated[p.name] = names["parameter"]
        memory |= {f"{s} of {p.name}": names[s] for s in method.state}
    corrections = {name: lambda held, rule=rule: _correction(rule, constants, held) for name, rule in method.corrections.items()} if updated else {}
    return Updating(method, tuple(ahead), looked, tuple(equations), tuple(made), updated, memory, tuple(remembered), corrections)


def _constants(method: Method, descent: Descent | None) -> dict[str, Expr]:
    given = descent.constants if descent is not None else {}
    return {what: Entry(given[what]) if what in given else Entry(RATE) if what == RATE else number(Fraction(default or 0))
            for what, default in method.constants.items()}


def default_rate(descent: Descent | None) -> str:
    """The learning rate where nothing says another one: the method's own, else 0.1."""
    return (METHODS[descent.method].constants.get(RATE) if descent is not None and descent.method in METHODS else None) or "0.1"


def constants_read(found: Updating, descent: Descent | None) -> Iterable[str]:
    """The tensors of constants that only corrections read."""
    return [e.tensor for e in _constants(found.method, descent).values() if isinstance(e, Entry)] if found.corrections else []


@record
class _Written:
    """A scalar under construction, so that a method's rule for floats writes array code."""
    scalar: Scalar

    def __pow__(self, other: Any) -> _Written:
        return _Written(Op("pow", (self.scalar, other.scalar)))

    def __rsub__(self, other: int) -> _Written:
        return _Written(Op("-", (Const(other), self.scalar)))

    def __rtruediv__(self, other: int) -> _Written:
        return _Written(Op("/", (Const(other), self.scalar)))


def _correction(rule: Callable[[Mapping[str, Any], Any], Any], constants: Mapping[str, Expr], held: Callable[[str], str]) -> Scalar:
    """A correction as a scalar of array code; `held` gives the array of a tensor."""
    written = {what: _Written(Const(e.value) if isinstance(e, Number) else Read(held(e.tensor))) for what, e in constants.items()}
    return rule(written, _Written(Read(held(STEP)))).scalar
