"""Functions that the words name by their place: f and g in "the hidden units are tanh and the output is linear"."""
from __future__ import annotations

from collections.abc import Iterable, Sequence

from .book import Book, book
from .environment import Environment
from .names import flat
from .phrases import Phrase
from .statements import Statement
from .syntax import Accent, Call, Name, Relation, Script, walk
from .worded_loss import LOSSES

GENERIC = frozenset({"sigma", "phi", "varphi", "psi", "rho", "a", "f", "g", "h", "s"})
PLACES = frozenset({"hidden", "output", "everywhere"})


def name_activations(env: Environment, statements: Sequence[Statement], phrases: Iterable[Phrase], functions: set[str]) -> None:
    """Give each letter that is applied and not defined the function that the words name for its place; where they name two, or it stands in
    several places, it stays as it is. `functions` are the letters that are only ever applied."""
    said = [p for p in phrases if p.kind == "activation" and isinstance(p.value, str) and p.about is None]
    places = _places(statements, {name for name in functions if name in GENERIC and name not in env.words})
    for name, where in places.items():
        if name == "sigma" and any(p.value == "sigmoid" for p in said):
            continue
        told = [p for p in said if p.subject in PLACES and (p.subject == "everywhere" or {p.subject} == where)]
        if not told and len(said) == 1 and len(places) == 1 and name != "sigma" and not said[0].subject:
            told = said
        if len({p.value for p in told}) == 1:
            phrase = told[0]
            env.words[name] = str(phrase.value)
            env.note("assumption", phrase.span, f"{name} is the {phrase.value}".replace("_", " "), "the words name it, and the sheet does not define it")


def _places(statements: Sequence[Statement], functions: set[str]) -> dict[str, set[str]]:
    """function -> the places where it is applied: "output" in what the one loss reads, "hidden" in what that rests on."""
    known = book(list(statements))
    losses = [name for name in known.defined if name not in known.read and name.split("_")[0] in LOSSES]
    if len(losses) != 1:
        return {}
    output = known.reads[losses[0]] & known.defined.keys() | {losses[0]}
    hidden = _upstream(known, output) - output
    found: dict[str, set[str]] = {}
    for statement in statements:
        formula = statement.formula
        name = known.name(formula.parts[0]) if isinstance(formula, Relation) and isinstance(formula.parts[0], Name | Script | Accent) else None
        if name in output | hidden:
            for node in walk(formula):
                if isinstance(node, Call) and (function := flat(node.function)) in functions:
                    found.setdefault(function, set()).add("output" if name in output else "hidden")
    return found


def _upstream(known: Book, names: set[str]) -> set[str]:
    """The defined names that these are computed from."""
    found = set(names)
    while more := set().union(*(known.reads.get(n, set()) for n in found)) & known.defined.keys() - found:
        found |= more
    return found
