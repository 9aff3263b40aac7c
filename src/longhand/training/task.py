"""What is trained: the problem as a program for a batch, with its inputs, labels and parameters told apart."""
from __future__ import annotations

from dataclasses import replace

from ..backends.recurrences import entries
from ..backends.written_out import recognised
from ..calculus.batch import batched
from ..core.axis import Axis, Index
from ..core.equation import Program, Tensor
from ..core.expr import ONE, Add, Apply, Component, Entry, Expr, Mul, Offset
from ..core.problem import Problem
from ..core.record import record
from ..core.walk import positions, tensors, walk
from ..errors import NotUnderstood, UsageError

EXAMPLES = "example"
"""The name of the axis of examples, where the sheet speaks of one example."""


@record
class Task:
    """A problem ready for training.

    problem     its program has the axis of examples in front of inputs and labels; the loss is the mean over it
    batch       that axis
    inputs      given tensors of role input, by their order in the sheet;   labels: those of role label
    prediction  the quantity that is compared with the label, None where there is no telling;   classes: its axis, if the label names a class
    first_class   the number that the sheet gives the first class, where its label is a number that reads an entry (p_c)
    two_classes   labels whose entries say yes or no, y ln p + (1 - y) ln(1 - p): they lie from 0 to 1
    """
    problem: Problem
    batch: Axis
    inputs: tuple[Tensor, ...]
    labels: tuple[Tensor, ...]
    parameters: tuple[Tensor, ...]
    prediction: str | None = None
    classes: Axis | None = None
    two_classes: frozenset[str] = frozenset()
    first_class: int = 0

    @property
    def program(self) -> Program:
        return self.problem.program


def task(problem: Problem) -> Task:
    """The task of a problem. UsageError where it has no loss, no parameter or no input; NotUnderstood where the examples share no axis."""
    if problem.loss is None:
        raise UsageError("The sheet names no loss, so there is nothing to train.")
    program = recognised(problem.program)
    parameters = _given(program, "parameter")
    inputs, labels = _given(program, "input"), _given(program, "label")
    if not parameters:
        raise UsageError("The sheet has no parameters to train.")
    if not inputs:
        raise UsageError("The sheet has no input that examples could be put in for.")
    batch = _shared_axis(program, inputs + labels, parameters)
    if batch is None:
        batch = Axis(EXAMPLES, EXAMPLES, "m")
        names = tuple(t.name for t in inputs + labels)
        program = batched(program, problem.loss, batch, names, mean=True)
        if EXAMPLES not in program.tensors:
            program = replace(program, tensors={**program.tensors, EXAMPLES: Tensor(EXAMPLES, (), "size")})
    problem = replace(problem, program=program)
    prediction, classes = _prediction(program, problem.loss, labels, batch)
    return Task(problem, batch, tuple(program[t.name] for t in inputs), tuple(program[t.name] for t in labels), parameters, prediction, classes,
                frozenset(t.name for t in labels if _is_weighed(program, t.name)), _first_class(program, labels))


def _given(program: Program, role: str) -> tuple[Tensor, ...]:
    used = set().union(*(tensors(e.right) for e in program.equations))
    return tuple(t for t in program.given() if t.role == role and t.name in used)


def _shared_axis(program: Program, examples: tuple[Tensor, ...], parameters: tuple[Tensor, ...]) -> Axis | None:
    """The axis of examples of a sheet that speaks of a batch: of open size, in front of every input and label, in no parameter, and
    never read at a shifted place, as time is."""
    first = examples[0].axes[:1]
    if not first or len(examples) < 2 or not isinstance(first[0].size, str):
        return None
    sharing = [t for t in examples if t.axes[:1] == first]
    if len(sharing) == 1 or any(first[0] in p.axes for p in parameters) or _is_shifted(program, first[0]):
        return None
    if len(sharing) < len(examples):
        raise NotUnderstood("Some inputs and labels share an axis, and others do not: which axis the examples run over is not clear.",
                            suggestion="Write the sheet for one example, or every input and label with a row for each example.")
    return first[0]


def _is_shifted(program: Program, axis: Axis) -> bool:
    return any(own == axis and not isinstance(place, Index) for e in program.equations for entry in entries(e.right)
               for place, own in zip(entry.at, program[entry.tensor].axes, strict=True))


def _prediction(program: Program, loss: str, labels: tuple[Tensor, ...], batch: Axis) -> tuple[str | None, Axis | None]:
    """The last quantity before the loss that is made without labels and lies along the axes of the label, or is read at the label's class."""
    if len(labels) != 1:
        return None, None
    label = program[labels[0].name]
    from_labels = program.downstream([label.name]) | {label.name}
    last: tuple[str | None, Axis | None] = (None, None)
    for equation in program.equations:
        name = equation.name
        if name not in from_labels and program[name].axes == label.axes:
            last = name, label.axes[-1] if label.rank > 1 else None
        for node in walk(equation.right):
            match node:
                case Entry(tensor, (*_, Offset() as reads)) if tensor not in from_labels and _reads(reads, label.name):
                    last = tensor, program[tensor].axes[-1]
                case Component(_, index, body, Offset() as reads) if _reads(reads, label.name) and tensors(body) - from_labels:
                    last = min(tensors(body) - from_labels), index.axis
    return last


def _first_class(program: Program, labels: tuple[Tensor, ...]) -> int:
    """What a label that reads an entry counts from: c reads from 0, c - 1 from 1. NotUnderstood where it reads at more than one distance."""
    places = {(factor, at.constant) for e in program.equations for node in walk(e.right) for at in positions(node) if isinstance(at, Offset)
              for variable, factor in at.terms if isinstance(variable, Entry) and variable.tensor in {t.name for t in labels}}
    if len(places) > 1 or any(factor != 1 for factor, _ in places):
        raise NotUnderstood("The label reads entries at several places: which class it names is not clear.")
    return -next(iter(places))[1] if places else 0


def _is_weighed(program: Program, label: str) -> bool:
    """Whether 1 minus the label is the factor of a logarithm, as in (1 - y) ln(1 - p)."""
    def complement(e: Expr) -> bool:
        return isinstance(e, Add) and ONE in e.terms and tensors(e) == {label} and len(e.terms) == 2

    return any(isinstance(node, Mul) and any(map(complement, node.factors)) and any(isinstance(f, Apply) and f.function == "ln" for f in node.factors)
               for equation in program.equations for node in walk(equation.right))


def _reads(position: Offset, label: str) -> bool:
    """Whether a position is the class that the label names."""
    return any(isinstance(variable, Entry) and variable.tensor == label for variable, _ in position.terms)
