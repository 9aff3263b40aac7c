"""Known sums: labels that are one-hot or a distribution, by the sheet's formulas, by its words, by their numbers, or by assumption."""
from __future__ import annotations

from collections.abc import Iterable

from ..core.equation import Fact, Program, Tensor
from ..core.expr import ONE, Component
from ..core.problem import Value, entries
from ..core.walk import walk
from .environment import Environment
from .known import Known
from .literals import scalar
from .names import flat
from .phrases import Phrase
from .syntax import Braces, Formula


def facts(known: Known, phrases: Iterable[Phrase], program: Program) -> list[Fact]:
    """Σ = 1 for the labels of which that is said or shown; for the label of a softmax it is assumed where nothing says otherwise.
    Words that the numbers contradict are listed, and give no fact."""
    env = known.environment
    found: dict[str, Fact] = {}

    def add(name: str, reason: str, span, assumed: bool = False) -> None:
        tensor = program[name]
        if name in found or not tensor.rank or program.equation(name) is not None:
            return
        place = _of_classes(tensor, program)
        if name in known.data and not _sums_to_one(known.data[name][0].value, tensor, place):
            env.note("problem", span, f"{name} is said to add up to 1, and its numbers do not", reason, f"correct the words or the numbers of {name}")
            return
        found[name] = Fact(name, tensor.axes[place], ONE, reason, assumed)

    for restricted in known.restricted:
        name = _named(restricted.name, env, program)
        if name and program[name].rank and _indicator(restricted.values):
            reason = f"{name} is one-hot: its entries are 0 or 1 and mark the one true class"
            add(name, reason, restricted.name.span, assumed=True)
            if name in found:
                env.note("assumption", restricted.name.span, f"{name} is one-hot, so its entries add up to 1",
                         "its entries are 0 or 1 and mark the one true class")
    for phrase in phrases:
        if phrase.kind in ("one-hot", "distribution"):
            about = _named(phrase.about, env, program)
            for name in [about] if about else _labels(program):
                add(name, f"{name} is one-hot: exactly one entry is 1" if phrase.kind == "one-hot" else f"{name} is a probability distribution",
                    phrase.span)
    for stated in known.facts:
        name = _named(stated.sum.body, env, program)
        if name and scalar(stated.total) == 1:
            add(name, "the sheet says so", stated.sum.span)
    for name in _labels(program):
        if name in known.data:
            if name not in found and _sums_to_one(known.data[name][0].value, program[name], _of_classes(program[name], program)):
                add(name, f"the entries of {name}, as given, add up to 1", known.data[name][2])
        elif name not in found and any(isinstance(e.right, Component) for e in program.equations):
            says = f"{name} is one-hot, so its entries add up to 1"
            span = env.quantities[name].spelled.span
            env.note("assumption", span, says, "the label of a softmax with cross-entropy; the sheet does not say", "state it, or give numbers")
            add(name, says, span, assumed=True)
    return list(found.values())


def _labels(program: Program) -> list[str]:
    return [t.name for t in program.given() if t.role == "label" and t.rank]


def _of_classes(label: Tensor, program: Program) -> int:
    """The place of the label's axis of classes: the one that a softmax of the sheet runs over, else the last."""
    over = {node.index.axis for e in program.equations for node in walk(e.right) if isinstance(node, Component)}
    return next((k for k, axis in reversed(list(enumerate(label.axes))) if axis in over), label.rank - 1)


def _sums_to_one(value: Value, label: Tensor, place: int) -> bool:
    """Whether the sums along the axis at this place are 1. A vector may be given as a row or a column of a matrix."""
    if not isinstance(value, tuple):
        return value == 1
    return sum(entries(value)) == 1 if label.rank == 1 else _columns_sum_to_one(value, place)


def _columns_sum_to_one(value: tuple, place: int) -> bool:
    if place == 0 and isinstance(value[0], tuple):
        return all(_columns_sum_to_one(column, 0) for column in zip(*value, strict=True))
    if isinstance(value[0], tuple):
        return all(_columns_sum_to_one(row, place - 1) for row in value)
    return sum(value) == 1


def _indicator(values: Formula) -> bool:
    return isinstance(values, Braces) and {flat(v) for v in values.items} == {"0", "1"}


def _named(formula: Formula | None, env: Environment, program: Program) -> str | None:
    if formula is None:
        return None
    found = env.reading(formula)
    return found.name if found and found.name in program.tensors else None
