"""Words held against the formulas: where a sheet says "ReLU units" and no formula has a ReLU, the words are listed and not passed over."""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from ..core.axis import Axis
from ..core.equation import Equation, Program
from ..core.expr import Apply, Component, Entry, Expr, Holds, Number, Power
from ..core.walk import tensors, walk
from ..functions import table
from ..functions.activations import ACTIVATIONS
from ..functions.vector import VECTOR_FUNCTIONS
from .counted import contradiction
from .environment import Note
from .names import flat
from .phrases import Phrase
from .requests import Request
from .worded_numbers import added_only

SQUARE, CASES = "square", "cases"
SHAPES = frozenset({SQUARE, CASES})
CURVES = frozenset({"tanh", *(f.name for f in (*ACTIVATIONS, *VECTOR_FUNCTIONS))}) - {"identity"}
ALIKE = {"softmax": {"log_softmax"}, "cross_entropy": {"log_softmax", "softplus"}, "binary_cross_entropy": {"softplus", "log_softmax"}}
"""What a row of the tables may be written as besides the functions that it is made of."""
PLACES = {"output": " of the output", "hidden": " of a hidden layer", "everywhere": " of every layer", "": ""}


def against(phrases: Iterable[Phrase], program: Program, loss: str | None, requests: Iterable[Request]) -> Iterator[Note]:
    """A problem for each phrase that the formulas contradict; requests for functions by name are no statements."""
    apart = [r.span for r in requests if r.kind in ("function", "table")]
    for phrase in phrases:
        if any(span.start <= phrase.span.start < span.end for span in apart):
            continue
        check = CHECKS.get(phrase.kind)
        if check is not None and (says := check(phrase, program, loss)):
            yield Note("problem", phrase.span, says, WHY.get(phrase.kind, "the words and the formulas do not agree, and the formulas are used"),
                       "write it as a formula, or leave the words out")


def _activation(phrase: Phrase, program: Program, loss: str | None) -> str | None:
    row = phrase.value
    if phrase.about is not None and phrase.subject == "":
        return None                                          # "σ is tanh": the definition of a function
    near, far = _near(program, loss), _far(program, loss)
    places = {"output": (near,), "hidden": (far,), "everywhere": (near, far)}.get(phrase.subject, (near + far,)) if loss is not None else (program.equations,)
    for equations in places:
        found = features(e.right for e in equations)
        if row == "identity":
            if loss is not None and phrase.subject and features(e.right for e in equations if e.name != loss) & CURVES:
                return f"the words say that there is no activation{PLACES[phrase.subject]}, and a formula has one"
        elif not found & parts(row):
            return f"the words name the {row.replace('_', ' ')}, and no formula{PLACES[phrase.subject]} has one"
    return None


def _loss(phrase: Phrase, program: Program, loss: str | None) -> str | None:
    if loss is None or not isinstance(phrase.value, str) or features(e.right for e in program.equations) & parts(phrase.value):
        return None
    return f"the words name the {phrase.value.replace('_', ' ')}, and {loss} is none"


def _no_bias(phrase: Phrase, program: Program, loss: str | None) -> str | None:
    shifts = added_only(e for e in program.equations if e.name != loss)
    biases = [t.name for t in program.given() if t.role == "parameter" and (t.name[0] == "b" or t.name in shifts)]
    return f"the words say that there is no bias, and the formulas have {', '.join(biases)}" if biases else None


def _mean(phrase: Phrase, program: Program, loss: str | None) -> str | None:
    """A mean divides by how many there are: by a symbol, or by a number that the size of an axis divides."""
    if loss is None:
        return None
    nodes = [node for e in program.equations for node in walk(e.right)]
    if any(isinstance(n, Power) and n.exponent < 0 and isinstance(n.base, Entry) and program[n.base.tensor].role in ("size", "data", "constant")
           for n in nodes if not isinstance(n, Power) or not isinstance(n.base, Entry) or n.base.tensor in program.tensors):
        return None
    below = {n.value.denominator for n in nodes if isinstance(n, Number)} - {1}
    sizes = {axis.size for t in program.tensors.values() for axis in t.axes if isinstance(axis.size, int) and axis.size > 1}
    halves = {2} if SQUARE in features(e.right for e in program.equations) and below == {2} else set()      # the ½ of ½(y - t)²
    if any(d % size == 0 for d in below - halves for size in sizes):
        return None
    return "the words speak of a mean, and no formula divides by a number of things"


def _property(phrase: Phrase, program: Program, loss: str | None) -> str | None:
    """What a quantity is said to be is of no use to a derivation; of a size or a label, that it is an integer says nothing new."""
    if phrase.about is None:
        return f"they are said to be {phrase.subject}, which is not used"
    tensor = program.tensors.get(flat(phrase.about) or "")
    if tensor is None or tensor.role in ("size", "label", "constant") or program.equation(tensor.name) is not None:
        return None
    return f"{tensor.name} is said to be {phrase.subject}, which is not used"


def _part_of_loss(phrase: Phrase, program: Program, loss: str | None) -> str | None:
    """A loss that is called a sum has a formula that reads its parts."""
    name, read = flat(phrase.about) or "", set()
    stack = [loss] if loss is not None else []
    while stack:
        if (equation := program.equation(stack.pop())) is not None:
            stack += tensors(equation.right) - read
            read |= tensors(equation.right)
    return None if name in read else f"the words make {name} a part of the loss, and no formula does"


WHY = {"property": "everything is derived as if all entries were free real numbers"}
CHECKS = {"activation": _activation, "loss": _loss, "no bias": _no_bias, "mean": _mean, "property": _property,
          "part of the loss": _part_of_loss, "count": contradiction}


def _near(program: Program, loss: str | None) -> tuple[Equation, ...]:
    """The equations of the loss and of the output: back from the loss up to those that read parameters."""
    by_name = {e.name: e for e in program.equations}
    found: dict[str, Equation] = {}
    stack = [loss] if loss in by_name else []
    while stack:
        equation = by_name[name := stack.pop()]
        if name in found:
            continue
        found[name] = equation
        read = tensors(equation.right)
        if name == loss or not any(program[t].role == "parameter" for t in read if t in program.tensors):
            stack += [t for t in read if t in by_name]
    return tuple(found.values())


def _far(program: Program, loss: str | None) -> tuple[Equation, ...]:
    near = {e.name for e in _near(program, loss)}
    return tuple(e for e in program.equations if e.name not in near or e.name == loss and len(near) == 1)


def features(expressions: Iterable[Expr]) -> set[str]:
    """The functions that are applied, squares and case distinctions."""
    found: set[str] = set()
    for expression in expressions:
        for node in walk(expression):
            match node:
                case Apply(function) | Component(function):
                    found.add(function)
                case Holds():
                    found.add(CASES)
                case Power(exponent=exponent) if exponent == 2:
                    found.add(SQUARE)
    return found


@lru_cache(maxsize=256)
def parts(name: str) -> frozenset[str]:
    """What shows that a function or loss of the tables is there: itself, or what it is made of."""
    x, axis = Entry("x"), Axis("n", 2, "n")
    made: list[Expr] = []
    if (row := table.scalar(name)) is not None and row.value is not None:
        made = [row.value(x, *(Number(1) for _ in row.defaults))]
    elif (loss := table.loss(name)) is not None:
        made = [loss.build(lambda *at: Entry("y", at), lambda *at: Entry("p", at), (axis,))]
    own = {name} | ALIKE.get(name, set())
    return frozenset(own | features(made) | ({"exp"} if table.vector(name) else set()))
