r"""A loss that is not told: δ_6 = O_6(1-O_6)(T-O_6) is -∂E/∂I_6 of E = ½(T-O_6)², whichever way the sheet counts its sign.

That is tried on random numbers, for every unit and for the step of every weight; where it is not so, nothing is assumed.
"""
from __future__ import annotations

import random
from collections.abc import Mapping
from fractions import Fraction as Rational
from typing import TYPE_CHECKING

from ..core.record import record
from .book import Book
from .environment import Note
from .names import flat
from .phrases import Phrase
from .syntax import (
    Call,
    Formula,
    Fraction,
    Group,
    Name,
    Negative,
    Numeral,
    Product,
    Relation,
    Script,
    Span,
    Sum,
    walk,
)

if TYPE_CHECKING:
    from .units import Network

DERIVATIVES = {"sigmoid": lambda o: o * (1 - o), "tanh": lambda o: 1 - o * o, "identity": lambda o: Rational(1)}     # from the output
LETTERS = ("E", "L", "J")


class NoSquaredError(Exception):
    """The rules of the sheet are not those of a squared error."""

    def __init__(self, span: Span, reason: str):
        super().__init__(reason)
        self.span, self.reason = span, reason


@record
class Loss:
    """The statements of the loss and its target, what was assumed, and whether the target was told in words."""
    statements: tuple[Relation, ...]
    notes: tuple[Note, ...]
    target: bool


def squared_error(network: Network, errors: Mapping[int, Relation], steps: list[Mapping[tuple[int, int], Formula]], known: Book,
                  told: list[Phrase], letter: str | None = None) -> Loss:
    """The loss whose derivatives the errors of all units are, and the steps its descent; NoSquaredError where they are not. `letter` is a
    loss that the sheet has itself: this is another formula for it then, which the reader holds against its own."""
    span = next((rule.span for rule in errors.values()), network.span)
    if set(errors) != set(network.computed):
        raise NoSquaredError(span, "the sheet does not give the errors of all units")
    derivative = DERIVATIVES.get(network.activation)
    if derivative is None:
        raise NoSquaredError(span, f"the {network.activation} is not one that the errors can be held against")
    targets = {unit: _target(network, errors, unit, known) for unit in network.outputs}
    numbers = _Numbers()
    sign = _sign(network, errors, targets, numbers, derivative)
    for step in steps:
        _hold_steps(network, errors, step, sign, numbers)
    own, letter = letter is not None, letter or next(n for n in LETTERS if not known.known(n) and n not in known.read)
    terms = [_half_square(Sum(span, (targets[u], Negative(span, network.name(network.out, u)))), span) for u in network.outputs]
    left, place = (known.spelled[letter], known.defined[letter].span) if own else (Name(span, letter), span)
    loss = Relation(place, (left, terms[0] if len(terms) == 1 else Sum(span, tuple(terms))), ("=",))
    given, words = _given(targets, known, told)
    error = errors[network.outputs[0]].parts[0].base
    shown = "−" if sign > 0 else ""
    note = Note("assumption", span, f"the loss {letter} is half the sum of the squared differences of target and output",
                f"the sheet tells none, and its {flat(error)} of every unit is {shown}∂{letter}/∂{flat(network.net)} of this one, tried on random numbers")
    return Loss((loss, *given), () if own else (note,), words)


def _half_square(difference: Formula, span: Span) -> Formula:
    half = Fraction(span, Numeral(span, "1"), Numeral(span, "2"))
    return Product(span, (half, Script(span, Group(span, "(", difference), None, Numeral(span, "2"))), ("",))


def _target(network: Network, errors: Mapping[int, Relation], unit: int, known: Book) -> Formula:
    """The one name in the error of an output unit that nothing else on the sheet explains."""
    own = flat(network.name(network.out, unit))
    formula = errors[unit].parts[1]
    met = {flat(n): n for n in walk(formula) if isinstance(n, Name | Script) and flat(n) not in (own, flat(network.out))}
    bases = {flat(n.base) for n in walk(formula) if isinstance(n, Script)}
    met = {name: n for name, n in met.items() if not (isinstance(n, Name) and name in bases) and name not in known.defined}
    if len(met) != 1:
        raise NoSquaredError(formula.span, f"the error of unit {unit} has no target in it")
    return next(iter(met.values()))


def _given(targets: Mapping[int, Formula], known: Book, told: list[Phrase]) -> tuple[tuple[Relation, ...], bool]:
    """The numbers of the targets from the words, in the order of the output units."""
    free = list({flat(t): t for t in targets.values() if not known.known(flat(t) or "")}.values())
    numbers = [p.value if isinstance(p.value, Formula) else Numeral(p.span, p.value) for p in told if p.value is not None]
    if not free or len(numbers) != len(free):
        return (), False
    return tuple(Relation(n.span, (t, n), ("=",)) for t, n in zip(free, numbers, strict=True)), True


class _Numbers(dict):
    """A random number for each name that is met."""

    def __init__(self) -> None:
        super().__init__()
        self.chance = random.Random(1)

    def __missing__(self, name: str) -> Rational:
        self[name] = Rational(self.chance.randint(2, 97), 101)
        return self[name]


def _sign(network, errors, targets, numbers: _Numbers, derivative) -> int:
    """1 where the errors are -∂E/∂I, -1 where they are ∂E/∂I. Puts the errors' numbers among the others."""
    sign = 0
    for unit in reversed(network.computed):
        formula = errors[unit].parts[1]
        output = numbers[flat(network.name(network.out, unit))]
        if unit in network.outputs:
            true = derivative(output) * (numbers[flat(targets[unit])] - output)
        else:
            after = [(network.weights[unit, k], errors[k].parts[0]) for k in network.after(unit)]
            true = sign * derivative(output) * sum(numbers[flat(w)] * numbers[flat(d)] for w, d in after)
        found = value(formula, numbers)
        if sign == 0:
            sign = 1 if found == true else -1
        if found != sign * true:
            raise NoSquaredError(formula.span, f"the error of unit {unit} is not that of half a squared difference")
        numbers[flat(errors[unit].parts[0])] = found
    return sign


def _hold_steps(network, errors, step: Mapping[tuple[int, int], Formula], sign: int, numbers: _Numbers) -> None:
    """The new value of every weight is w + η δ O, up to the sign of δ."""
    rates: set[str] = set()
    for (i, j), formula in step.items():
        weight, error = flat(network.weights[i, j]), flat(errors[j].parts[0])
        output = flat(network.name(network.out, i))
        known = {weight, error, output}
        bases = {flat(n.base) for n in walk(formula) if isinstance(n, Script)}
        rates |= {flat(n) or "" for n in walk(formula) if isinstance(n, Name) and flat(n) not in bases | known}
        if len(rates) != 1:
            raise NoSquaredError(formula.span, "the rule of the update has no learning rate that could be made out")
        change = value(formula, numbers) - numbers[weight]
        if change != sign * numbers[next(iter(rates))] * numbers[error] * (numbers[output] if i else 1):
            raise NoSquaredError(formula.span, "the rule of the update is no gradient descent")
    if len(step) != len(network.weights):
        raise NoSquaredError(Span(0, 1), "the rule of the update does not fit every weight")


def value(formula: Formula, numbers: Mapping[str, Rational]) -> Rational:
    """The value of an arithmetic formula; NoSquaredError for any other."""
    match formula:
        case Numeral(_, text):
            return Rational(text)
        case Name() | Script(sup=None):
            return numbers[flat(formula) or ""]
        case Group(_, _, body):
            return value(body, numbers)
        case Negative(_, body):
            return -value(body, numbers)
        case Sum(_, terms):
            return sum((value(t, numbers) for t in terms), Rational(0))
        case Product(_, factors, operators) if set(operators) <= {"", "cdot", "times"}:
            made = Rational(1)
            for factor in factors:
                made *= value(factor, numbers)
            return made
        case Call(_, function, (argument,)) if isinstance(function, Name | Script):       # O_6(1-O_6)
            return numbers[flat(function) or ""] * value(argument, numbers)
        case Script(_, base, None, Numeral(_, text), 0) if text.isdigit() and int(text) < 9:
            return value(base, numbers) ** int(text)
        case Fraction(_, above, below) if isinstance(below, Numeral) and below.text.strip("0."):
            return value(above, numbers) / Rational(below.text)
    raise NoSquaredError(formula.span, "a rule of the sheet is more than arithmetic")
