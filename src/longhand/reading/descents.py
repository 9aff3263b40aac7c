"""The method of descent that the words and formulas of a sheet give: its constants, each with its name and number."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from fractions import Fraction

from ..calculus.descent import METHODS
from ..core.record import record
from .classify import Claimed, Kind, Updated
from .known import Known, outside
from .literals import scalar
from .names import flat
from .phrases import Phrase
from .syntax import Derivative, Formula, Nabla, Negative, Product, Relation, Sum, walk

PLAIN = "gradient descent"
LETTERS = {"momentum": ("mu", "gamma", "beta"), "beta1": ("beta_1",), "beta2": ("beta_2",), "epsilon": ("epsilon", "eps")}


@record
class Constants:
    """what a method needs -> name of its tensor; the numbers by name."""
    names: dict[str, str] = field(default_factory=dict)
    data: dict[str, Fraction] = field(default_factory=dict)


def method(phrases: Iterable[Phrase]) -> str:
    """The row of the table that the words name; one of its own name over plain descent, which every method is."""
    said = [p.value for p in phrases if p.kind == "method" and isinstance(p.value, str)]
    return next((name for name in said if name != PLAIN), PLAIN)


def constants(name: str, known: Known, phrases: Iterable[Phrase], rate: str) -> Constants:
    """The constants of a method besides the learning rate: from "momentum 0.8", from numbers for \\beta_1, or left at the usual value."""
    made = Constants()
    said = {p.kind: p for p in phrases if p.kind in LETTERS}
    row = METHODS.get(name)
    for what in row.constants if row is not None else ():
        if what == "learning rate":
            continue
        found = _said(said[what].value) if what in said else None
        letter = next((n for n in LETTERS.get(what, ()) if n != rate and n in known.data and not known.data[n][0].shape), None)
        if found is not None:
            label = found[0] or LETTERS[what][0]
            made.names[what], made.data[label] = label, known.data[label][0].value if outside(known, label) else found[1]
        elif letter is not None:
            made.names[what], made.data[letter] = letter, known.data[letter][0].value
        elif row.constants[what] is not None:
            known.environment.note("assumption", phrases_span(phrases, name), f"the {what} of {name} is {row.constants[what]}",
                                   "the usual value; the sheet gives none")
    return made


def phrases_span(phrases: Iterable[Phrase], name: str):
    return next(p.span for p in phrases if p.kind == "method" and p.value == name)


def count(value: Formula | str | None) -> int | None:
    """A whole number of steps."""
    number = _said(value)
    return int(number[1]) if number is not None and number[1].denominator == 1 and number[1] >= 0 else None


def _said(value: Formula | str | None) -> tuple[str, Fraction] | None:
    """(name or "", number) of 0.9 or \\beta = 0.9."""
    if isinstance(value, Relation) and len(value.parts) == 2:
        number = scalar(value.parts[1])
        return None if number is None else (flat(value.parts[0]) or "", number)
    if isinstance(value, str):
        return "", Fraction(value)
    number = scalar(value) if value is not None else None
    return None if number is None else ("", number)


def learning_rate(phrases: Iterable[Phrase], kinds: Iterable[Kind], known: Known, update: bool) -> tuple[str | None, Fraction | None]:
    """(name, number) of the learning rate: from words, from the rule of an update, from a letter of habit where an update is asked."""
    for phrase in (p for p in phrases if p.kind == "learning rate"):
        if (found := _said(phrase.value)) is not None:
            name = found[0] or "eta"
            return name, known.data[name][0].value if outside(known, name) else found[1]
        if isinstance(phrase.value, Formula) and (name := flat(phrase.value)) in known.data:
            return name, known.data[name][0].value
    for kind in kinds:
        if isinstance(kind, Updated | Claimed) and (step := step_of(kind.statement.formula)) is not None:
            if isinstance(step, Fraction):
                return "eta", step
            if step in known.data and not known.data[step][0].shape:
                return step, known.data[step][0].value
    letters = (n for n in ("eta", "alpha", "mu") if n in known.data and not known.data[n][0].shape)
    letter = next(letters, None) if update else None
    return (letter, known.data[letter][0].value) if letter is not None else (None, None)


def check_rates(known: Known, phrases: Iterable[Phrase]) -> None:
    """List a second learning rate, in words or as the number of its usual letter: only one is used."""
    env = known.environment
    rates = [p for p in phrases if p.kind == "learning rate" and _said(p.value) is not None]
    letter = _said(rates[0].value)[0] or "eta" if rates else ""
    lettered = known.data.get(letter)
    if lettered is not None and not outside(known, letter) and lettered[0].value != _said(rates[0].value)[1]:
        env.note("problem", rates[0].span, "a second learning rate", "only one can be used", "leave one of the two out")
    for phrase in rates[1:]:
        if _said(phrase.value)[1] != _said(rates[0].value)[1]:
            env.note("problem", phrase.span, "a second learning rate", "only one can be used", "ask for each by itself")


def step_of(formula: Formula) -> Fraction | str | None:
    """The rate of W = W - 0.5 ∇W, θ ← θ - η ∂L/∂θ: a number or a name."""
    if not isinstance(formula, Relation):
        return None
    for part in formula.parts[1:]:
        if isinstance(part, Sum) and len(part.terms) == 2 and isinstance(part.terms[1], Negative):
            body = part.terms[1].body
            if isinstance(body, Product) and any(isinstance(n, Nabla | Derivative) for f in body.factors[1:] for n in walk(f)):
                number = scalar(body.factors[0])
                return number if number is not None else flat(body.factors[0])
    return None
