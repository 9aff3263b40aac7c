"""One step of training as array code: gradient and update in one program, made from the derivation and the equations of the method."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ..backends.array_code import Code, Map, Read, Scalar, Statement, needed, nodes, reads, renamed, scalars, targets
from ..backends.lowering import code_of
from ..calculus.derivation import gradient_name
from ..calculus.descent import Method
from ..calculus.jacobian import derive
from ..core.equation import Equation, Program, Tensor
from ..core.expr import Entry, Expr
from ..core.record import record
from ..core.walk import replace_entries
from .task import Task

AHEAD = "@ahead"


@record
class Step:
    """A step of descent on a batch.

    statements  forward pass, gradients and update, in order; the update writes over parameters and memory
    gradients   parameter -> the array of its gradient          moved    every array that a step writes over: parameters and memory
    memory      parameter -> what the method remembers of it -> array
    scalars     the method's numbers, the learning rate among them, in the order in which engines are given them
    examples, fixed   the arrays of inputs and labels, and of numbers of the sheet
    """
    code: Code
    statements: tuple[Statement, ...]
    loss: str
    gradients: Mapping[str, str]
    parameters: Mapping[str, str]
    memory: Mapping[str, Mapping[str, str]]
    scalars: tuple[str, ...]
    examples: tuple[str, ...]
    fixed: tuple[str, ...]

    @property
    def moved(self) -> tuple[str, ...]:
        """The arrays that a step writes over."""
        return (*self.parameters.values(), *(a for kept in self.memory.values() for a in kept.values()))

    def until_gradients(self) -> tuple[Statement, ...]:
        """The statements up to loss and gradients."""
        return needed(self.statements, {self.loss, *self.gradients.values()} - set(self.moved)) if self.gradients else self.statements

    def after_gradients(self) -> tuple[Statement, ...]:
        """The statements of the update, which read the gradients."""
        made = {t for s in self.until_gradients() for t in targets(s)}
        return tuple(s for s in self.statements if not made.intersection(targets(s)))


@record
class Forward:
    """The forward pass on a batch: its statements, the array of the loss, and that of the prediction where the task has one."""
    code: Code
    statements: tuple[Statement, ...]
    loss: str
    prediction: str | None
    parameters: Mapping[str, str]
    examples: tuple[str, ...]
    fixed: tuple[str, ...]


def forward(task: Task, sizes: Mapping[str, int]) -> Forward:
    """The forward pass of a task."""
    loss = task.problem.loss
    wanted = [loss, *([task.prediction] if task.prediction else ())]
    code = code_of(task.program, wanted, {**task.problem.sizes, **sizes})
    held = _held(code)
    return Forward(code, code.forward, held[loss], held.get(task.prediction or ""), {p.name: held[p.name] for p in task.parameters if p.name in held},
                   *_given(code, task, [p.name for p in task.parameters]))


def step(task: Task, method: Method, sizes: Mapping[str, int]) -> Step:
    """A step of the method. Its equations are those of calculus.descent, with its memory and its numbers as given arrays."""
    problem, loss = task.problem, task.problem.loss
    backward = derive(replace(problem, data={}, descent=None, wanted=())).backward
    named = {p.name: gradient_name(loss, p.name) for p in task.parameters}
    moving = [p for p in task.parameters if backward.equation(named[p.name]) is not None]
    scalars = {name: name if name == "learning rate" else f"{method.name} {name}" for name in (*method.constants, *method.corrections)}
    numbers: dict[str, Expr] = {what: Entry(name) for what, name in scalars.items()}
    program = backward.extended([Tensor(name, (), "data") for name in scalars.values()], [])
    if method.ahead is not None:
        program = _looking_ahead(program, method, moving, numbers)
    new: dict[str, str] = {}
    for p in moving:
        program = _updated(program, method, p, named[p.name], numbers, new)
    code = code_of(program, [loss, *(named[p.name] for p in moving), *new.values()], {**problem.sizes, **sizes})
    held = _held(code)
    memory = {p.name: {s: held[_kept(s, p)] for s in method.state} for p in moving}
    return Step(code, _in_place(code, {held[fresh]: held[old] for old, fresh in new.items()}), held[loss],
                {p.name: held[named[p.name]] for p in moving}, {p.name: held[p.name] for p in moving}, memory,
                tuple(held[n] for n in scalars.values() if n in held), *_given(code, task, {*scalars.values(), *(p.name for p in moving)}))


def _looking_ahead(program: Program, method: Method, moving: list[Tensor], numbers: Mapping[str, Expr]) -> Program:
    """The program at the parameters that the method looks ahead to."""
    names = {p.name: p.name + AHEAD for p in moving}
    equations = [Equation(e.left, replace_entries(e.right, lambda r: Entry(names.get(r.tensor, r.tensor), r.at))) for e in program.equations]
    tensors, looked = dict(program.tensors), []
    for p in moving:
        entry = p.entry()
        tensors[names[p.name]] = Tensor(names[p.name], p.axes)
        tensors |= {_kept(s, p): Tensor(_kept(s, p), p.axes, "memory") for s in method.state}
        looked.append(Equation(Entry(names[p.name], entry.at), method.ahead(entry, {s: Entry(_kept(s, p), entry.at) for s in method.state}, numbers)))
    return replace(program, tensors=tensors, equations=(*looked, *equations))


def _updated(program: Program, method: Method, p: Tensor, gradient: str, numbers: Mapping[str, Expr], new: dict[str, str]) -> Program:
    """The program with the update of a parameter; `new` takes the tensor of each new value, by the tensor that it replaces."""
    at = p.entry().at
    made = method.update(p.entry(), Entry(gradient, at), {s: Entry(_kept(s, p), at) for s in method.state}, numbers)
    names = {what: f"new {what} of {p.name}" for what in made}
    tensors = [Tensor(_kept(s, p), p.axes, "memory") for s in method.state] + [Tensor(name, p.axes) for name in names.values()]
    equations = [Equation(Entry(names[what], at), replace_entries(right, lambda e: Entry(names[e.tensor], at) if e.tensor in names and not e.at else e))
                 for what, right in made.items()]
    new |= {p.name if what == "parameter" else _kept(what, p): names[what] for what in made if what == "parameter" or what in method.state}
    return program.extended(tensors, equations)


def _kept(state: str, p: Tensor) -> str:
    return f"{state} of {p.name}"


def _held(code: Code) -> dict[str, str]:
    return {array.tensor: name for name, array in code.arrays.items() if array.tensor}


def _given(code: Code, task: Task, known: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The inputs of the code that are examples, and those that are neither examples nor `known` nor memory: numbers of the sheet."""
    examples = {t.name for t in (*task.inputs, *task.labels)}
    of = {name: code.arrays[name].tensor for name in code.inputs}
    return (tuple(n for n in code.inputs if of[n] in examples),
            tuple(n for n in code.inputs if of[n] not in {*examples, *known} and code.arrays[n].role != "memory"))


def _in_place(code: Code, over: Mapping[str, str]) -> tuple[Statement, ...]:
    """The statements with each new value written over the old one. ValueError where the old value is read after that: the row of the
    method would have to be written in another order."""
    out = []
    for k, statement in enumerate(code.forward):
        for fresh in set(targets(statement)) & over.keys():
            later = [s for s in code.forward[k + 1:] if over[fresh] in reads(s)]
            if later or not isinstance(statement, Map) or any(_elsewhere(s, over[fresh], statement) for s in scalars(statement)):
                raise ValueError(f"{code.arrays[over[fresh]].tensor} is read after its new value was made")
        out.append(renamed(statement, over))
    return tuple(out)


def _elsewhere(s: Scalar, array: str, statement: Map) -> bool:
    return any(isinstance(n, Read) and n.array == array and n.at != statement.at for n in nodes(s))
