"""What the words around a claim, and its numbers, say of its left side: grad w = 0.3, the new loss L = 0.16, W = 0.98 after the update."""
from __future__ import annotations

from collections.abc import Container, Sequence

from ..calculus.derivation import gradient_name
from ..calculus.descent import at_step
from ..reading.syntax import Formula, Name
from .array import Array
from .equality import same_shape
from .findings import Line, plain
from .heads import Head, value_of
from .numerals import Digits, digits_of
from .printed import printed
from .reference import Reference
from .scope import Scope

GRADIENT = frozenset({"grad", "gradient", "derivative"})
LINKS = frozenset("of for wrt with respect to by the loss in".split())
"""Words between "gradient" and what it belongs to."""
NEW = ("new", "after the", "after one", "after this", "after an", "updated")
"""Words in front of what is computed with the parameters after the update."""


def as_gradient(head: Head | None, line: Line, reference: Reference) -> Head | None:
    """The head as the gradient of the loss, where the words right before it say so: grad w = 0.3, the gradient with respect to b = ..."""
    loss = reference.problem.loss
    if head is None or loss is None or (name := gradient_name(loss, head.tensor)) not in reference.computed:
        return head
    later, point = reference.updated.get(head.tensor), reference.at_data
    if later is not None and point is not None and (numbers := _numbers([plain(part) for part in line.parts])) is not None:
        values = [value_of(Head(head.formula, each, head.at), point, {}) for each in (name, head.tensor, later)]
        fits = [value is not None and same_shape(Array(numbers.shape, ()), value) and _fits(numbers, value) for value in values]
        if fits == [True, False, False] and "<-" not in line.operators \
                and not any(word in f"{line.section} {line.before}".lower() for word in (*NEW, "update")):
            return Head(head.formula, name, head.at, head.letters)          # "Gradients: w = 1.2, b = 0.6"
    words = line.before.lower().replace("w.r.t.", "wrt").rstrip(" *_:").split()
    while words and words[-1].strip("(") in LINKS:
        words.pop()
    return Head(head.formula, name, head.at, head.letters) if words and words[-1].strip("(*_") in GRADIENT else head


def restates(head: Head, sides: Sequence[Formula], reference: Reference) -> bool:
    """Whether a parameter is written with the numbers that the sheet gives it; with others it is the one after the update."""
    numbers = _numbers(sides)
    given = value_of(head, reference.at_data, {}) if numbers is not None and reference.at_data is not None else None
    return given is None or not same_shape(Array(numbers.shape, ()), given) or _fits(numbers, given)


def softened(sides: Sequence[Formula], scope: Scope, reference: Reference) -> Head | None:
    """y_s = [0.05, 0.95]: with other numbers than the label y has, and no index of it, it is the smoothed one."""
    found, point = scope.meant(sides[0]), reference.at_data
    if found is None or found.own or found.power is not None or len(found.indices) != 1 or not isinstance(found.indices[0], Name) or point is None:
        return None
    soft = [name for name, label in reference.setting.softened.items() if label == found.tensor]
    numbers = _numbers(sides)
    if len(soft) != 1 or numbers is None or not same_shape(Array(numbers.shape, ()), Array(point.shape(soft[0]), ())):
        return None
    kept = _fits(numbers, Array(point.shape(found.tensor), point.value(found.tensor, {}) or ()))
    return None if kept else Head(sides[0], soft[0])


def after_update(head: Head | None, line: Line, reference: Reference, printed_so_far: Container[str]) -> Head | None:
    """The head, as the quantity after the update where it is given the numbers of that, or where the words say so and its numbers before were
    given already. What is computed anew needs parameters that are: these come first, or the words say so."""
    point, numbers = reference.at_data, _numbers([plain(part) for part in line.parts])
    if head is None or numbers is None or point is None or head.tensor not in reference.computed:
        return head
    name, _, step = head.tensor.partition("@")
    steps = range(int(step) + 1 if step.isdigit() else 1, reference.steps + 1)
    later = [Head(head.formula, each, head.at, head.letters) for k in steps if (each := at_step(name, k)) in reference.computed]
    said = any(words in f"{line.section} {line.before}".lower() for words in NEW)
    if not later or not (said or step or any(new in printed_so_far for new in reference.updated.values())):
        return head
    values = [value_of(each, point, {}) for each in (head, *later)]
    fitting = [value is not None and same_shape(Array(numbers.shape, ()), value) and _fits(numbers, value) for value in values]
    if True in fitting:
        return (head, *later)[fitting.index(True)]
    return later[0] if said and not step and len(later) == 1 and head.tensor in printed_so_far and same_shape(Array(numbers.shape, ()), values[0]) else head


def _numbers(sides: Sequence[Formula]) -> Digits | None:
    return next((digits for side in sides[1:] if (digits := digits_of(side)) is not None), None)


def _fits(numbers: Digits, true: Array) -> bool:
    return all(cell.ball is not None and cell.ball.overlaps(x) for cell, x in zip(printed(numbers.texts), true.cells, strict=True))
