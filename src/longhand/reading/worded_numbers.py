"""Numbers that the words give to quantities by their kind: "all weights are 0.5", "the biases are zero", "the true class is 2", and ones."""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction as Rational

from ..core.axis import Axis
from ..core.equation import Equation
from ..core.expr import Add, Entry
from ..core.problem import entries, filled
from ..core.walk import children, walk
from .build import is_input, is_label
from .environment import Environment, Quantity, numeral
from .known import Known, give_axes, outside
from .literals import Literal, scalar
from .phrases import Phrase
from .syntax import Formula, Span

CONSTANTS = frozenset({"eta", "epsilon", "lambda", "alpha", "mu", "rho", "eps", "pi"})
ONES = "1"                                      # \mathbf{1}: a vector of ones


def put_worded_numbers(known: Known, phrases: Iterable[Phrase], equations: Sequence[Equation]) -> None:
    """Take the numbers into what is known, once the shapes are; a problem for each phrase that fits no quantity."""
    shifts = added_only(equations)
    _zeros(known)
    for phrase in phrases:
        if phrase.kind == "filled":
            _fill(known, phrase, shifts)
        elif phrase.kind == "true class" and (number := _number(phrase.value)) is not None:
            _class(known, phrase, number)
    _ones(known)


def _fill(known: Known, phrase: Phrase, shifts: set[str]) -> None:
    env, number = known.environment, _number(phrase.value)
    names = [n for n, q in env.quantities.items() if _kind(env, n, shifts) in KINDS[phrase.subject] and n not in known.definitions]
    free = [n for n in names if n not in known.data]
    if number is None or not names or len(free) > 1 and phrase.subject == "inputs":
        env.note("problem", phrase.span, f"{phrase.text!r} fits no {phrase.subject} of the sheet", "", "write the numbers as formulas: $w = ...$")
        return
    told = []
    for name in free:
        shape = _shape(env, env.quantities[name])
        if shape is None:
            env.note("problem", phrase.span, f"the shape of {name} is not known, so it cannot be filled with {phrase.text.split()[-1]}", "",
                     f"declare it: ${name} \\in \\mathbb{{R}}^{{...}}$")
        elif _give(known, name, Literal(filled(shape, lambda: number), shape), phrase.span):
            told.append(name)
    if told:
        env.note("assumption", phrase.span, f"every entry of {', '.join(told)} is {number}", "as the words say of the " + phrase.subject)
    others = [n for n in names if n not in free and n in known.data and not outside(known, n) and set(entries(known.data[n][0].value)) != {number}]
    if others and not free:
        env.note("problem", phrase.span, f"the words and the numbers of {', '.join(others)} do not agree", "the numbers are used",
                 "leave one of the two out")


KINDS = {"weights": {"weight"}, "biases": {"bias"}, "parameters": {"weight", "bias"}, "inputs": {"input"}}


def added_only(equations: Iterable[Equation]) -> set[str]:
    """The names that are terms of sums wherever they are read: the c of v h + c."""
    added: set[str] = set()
    others: set[str] = set()
    for equation in equations:
        for node in walk(equation.right):
            names = {child.tensor for child in children(node) if isinstance(child, Entry)}
            if isinstance(node, Add):
                added |= names
            else:
                others |= names
    return added - others


def _kind(env: Environment, name: str, shifts: set[str]) -> str:
    """weight, bias, input or "" by the role that the words give, else by the letter and by where it is read."""
    said = env.roles.get(name) or env.said.get(name)
    letter = name.split("_")[0].split("^")[0].rstrip("*'")
    if said in ("input", "label", "data") or said is None and (is_input(name) or is_label(name) or letter in CONSTANTS or name == ONES):
        return "input" if said == "input" or said is None and is_input(name) else ""
    return "bias" if letter.startswith("b") or name in shifts else "weight"


def _class(known: Known, phrase: Phrase, number: Rational) -> None:
    """A label of one axis becomes one-hot. Classes are counted from 1 where neither the words nor the number tell otherwise."""
    env = known.environment
    labels = [n for n, q in env.quantities.items() if (is_label(n) or env.said.get(n) == "label") and n not in known.definitions and len(q.axes) == 1]
    shape = _shape(env, env.quantities[labels[0]]) if len(labels) == 1 else None
    if shape is None or number.denominator != 1:
        scalars = [n for n, (numbers, _, _) in known.data.items() if not numbers.shape and numbers.value == number]
        if not scalars:
            env.note("problem", phrase.span, "a true class in words that fits no label", "", "write the label as a formula: $y = (0, 1, 0)$")
        return
    base = 0 if number == 0 else env.classes if env.classes is not None else env.base
    place = int(number) - base
    if not 0 <= place < shape[0]:
        env.note("problem", phrase.span, f"there is no class {number} among {shape[0]}, counted from {base}")
        return
    one_hot = tuple(Rational(k == place) for k in range(shape[0]))
    name = labels[0]
    if name not in known.data:
        if _give(known, name, Literal(one_hot, shape), phrase.span):
            env.note("assumption", phrase.span, f"{name} is one-hot, its entry {place + 1} is 1", f"the true class is {number}, counted from {base}")
    elif known.data[name][0].value != one_hot and not outside(known, name):
        env.note("problem", phrase.span, f"the true class in words is not that of {name}", f"the numbers of {name} are used", "leave one of the two out")


def _zeros(known: Known) -> None:
    """b = 0 where b is declared a vector."""
    env = known.environment
    for name, span in known.zeros.items():
        shape = _shape(env, env.quantities[name])
        if shape is not None and name not in known.data and _give(known, name, Literal(filled(shape, Rational), shape), span):
            env.note("assumption", span, f"every entry of {name} is 0", "the sheet gives one 0 for all of them")
        elif shape is None:
            env.note("problem", span, f"the shape of {name} is not known, so it cannot be filled with 0", "", "give its numbers")


def _ones(known: Known) -> None:
    r"""\mathbf{1} that the sheet neither gives nor defines, with an axis: a vector of ones, whose size may come by --data only."""
    env = known.environment
    quantity = env.quantities.get(ONES)
    if quantity is None or len(quantity.axes) != 1 or ONES in known.data or ONES in known.definitions:
        return
    env.said[ONES] = "data"
    shape = _shape(env, quantity)
    if shape is None or _give(known, ONES, Literal(filled(shape, lambda: Rational(1)), shape), quantity.spelled.span):
        env.note("assumption", quantity.spelled.span, "a bold 1 is a vector of ones", "the sheet does not define it")


def _give(known: Known, name: str, numbers: Literal, span: Span) -> bool:
    spelled = known.environment.quantities[name].spelled
    if not give_axes(known, name, numbers, spelled, span):
        return False
    known.data[name] = (numbers, spelled, span)
    return True


def _shape(env: Environment, quantity: Quantity) -> tuple[int, ...] | None:
    def size(axis: Axis) -> int | str | None:
        found = env.shapes.known(axis)
        return env.shapes.fixed.get(found) if isinstance(found, str) else found
    sizes = tuple(map(size, quantity.axes))
    return None if None in sizes else sizes


def _number(value: Formula | str | None) -> Rational | None:
    if isinstance(value, str):
        return numeral(value) if value.removeprefix("-").replace(".", "", 1).isdigit() else None
    return scalar(value) if value is not None else None
