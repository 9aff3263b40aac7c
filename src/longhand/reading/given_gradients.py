"""Steps of an optimiser on a given gradient, without a network: each lettered part is a problem of its own.

A gradient g of a parameter θ is that of the loss L = Σ g θ, which stands for the loss that the sheet does not tell.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from ..calculus.descent import METHODS
from ..core.axis import Axis, Index
from ..core.equation import Equation, Program, Tensor
from ..core.expr import Entry, Expr, Sum, mul
from ..core.problem import Descent, Notation, Problem, Spelling, Value, Wanted, entries, filled
from .environment import Note
from .names import flat, latex
from .optimiser_words import ASKED, CORRECTED, GRADIENT, NUMBER_OF_STEP, PARAMETER, RATE, STATES, Given, Part, Strange, read_part
from .sentences import Sentence, Token
from .syntax import Formula, Span

_USUAL = {PARAMETER: ("theta", r"\theta"), GRADIENT: ("g", "g"), RATE: ("alpha", r"\alpha"), "momentum": ("mu", r"\mu"),
          "beta1": ("beta_1", r"\beta_1"), "beta2": ("beta_2", r"\beta_2"), "epsilon": ("epsilon", r"\epsilon")}
Found = list[tuple[Problem, list[Note]]]


def given_gradients(said: Sequence[Sentence], formulas: Mapping[Span, Formula]) -> Found:
    """The problems of a sheet that only has such parts, each with what was assumed; nothing for any other sheet."""
    tokens = [token for sentence in said for token in sentence.tokens]
    starts = [k for k, token in enumerate(tokens) if token.kind == "label"]
    try:
        first, *pieces = [read_part(piece, lambda run: formulas.get(run.span)) for piece in _pieces(tokens, starts)]
        labels = [(tokens[k].text, tokens[k].span) for k in starts]
        if not pieces:
            labels, pieces, first = [("", tokens[0].span if tokens else Span(0, 0))], [first], Part()
        if first.asked:
            raise Strange
        made, before = [], first
        for (label, span), piece in zip(labels, pieces, strict=True):
            before = piece.after(before if piece.same else first)
            made.append(_problem(label, span, before))
        return made
    except Strange:
        return []


def _pieces(tokens: list[Token], starts: list[int]) -> list[list[Token]]:
    borders = [-1, *starts, len(tokens)]
    return [tokens[a + 1:b] for a, b in zip(borders, borders[1:], strict=False)]


def _method(part: Part) -> str:
    """The method named, or the one whose constants or states the part has."""
    said = set(part.given) | part.asked
    if part.method:
        return part.method
    if said & ({"beta1", "beta2", "moments", "first moment", "second moment"} | CORRECTED):
        return "adam"
    return "momentum" if "velocity" in said else "gradient descent"


def _problem(label: str, span: Span, part: Part) -> tuple[Problem, list[Note]]:
    method = METHODS[_method(part)]
    gradient = part.given.get(GRADIENT)
    of_words = gradient is not None and gradient.spelled is None
    if gradient is None or not part.asked or not (part.method or of_words or method.name != "gradient descent"):
        raise Strange
    _fits(method.name, part)
    notes = [Note("assumption", gradient.span, "the loss L is the sum of each gradient times its parameter",
                  "the sheet gives a gradient and no loss; this one has the given gradient")]
    if not part.method:
        notes.append(Note("assumption", span, f"the method is {method.name}",
                          "the constants and states that the part names are those of this method"))
    names: dict[str, str] = {}
    spellings: dict[str, Spelling] = {}
    data: dict[str, Value] = {}
    shape = gradient.number.shape

    def take(what: str, given: Given | None) -> str:
        name, shown = _USUAL[what]
        if given is not None and given.spelled is not None and not (what == PARAMETER and flat(given.spelled) == "theta_0"):
            name, shown = flat(given.spelled) or name, latex(given.spelled) or shown
        if name in data or name == "L":
            raise Strange
        names[what], spellings[name] = name, Spelling(shown)
        data[name] = given.number.value if given is not None else filled(shape, Fraction)
        return name

    parameter = part.given.get(PARAMETER)
    if parameter is not None and parameter.number.shape != shape:
        raise Strange
    if parameter is None:
        notes.append(Note("assumption", gradient.span, "the parameter is 0 before the step",
                          "the sheet gives no value, and its change does not depend on it"))
    if "epsilon" in part.given and part.given["epsilon"].number.value == 0 and 0 in entries(gradient.number.value):
        raise Strange                              # 0 divided by 0
    p, g = take(PARAMETER, parameter), take(GRADIENT, gradient)
    for what, default in method.constants.items():
        if what in part.given:
            take(what, part.given[what])
        elif default is None:
            raise Strange
        else:
            notes.append(Note("assumption", span, f"the {what} of {method.name} is {default}", "the usual value; the part gives none"))
    if "velocity" in method.state:
        notes.append(Note("assumption", span, "the new velocity is the momentum times the old one plus the learning rate times the "
                          "gradient, and the parameter moves by minus the velocity",
                          "other books leave the rate out of the velocity, or give it the other sign"))
    if method.state and not set(part.given) & STATES:
        notes.append(Note("assumption", span, f"the {' and the '.join(method.state)} are 0 before the step", "the sheet gives no others"))
    axes = tuple(Axis(f"d{k}", size, letter) for k, (size, letter) in enumerate(zip(shape, "ij", strict=False)))
    tensors = {p: Tensor(p, axes, "parameter"), g: Tensor(g, axes, "data")}
    tensors |= {n: Tensor(n, (), "data") for what, n in names.items() if what in method.constants} | {"L": Tensor("L", (), "loss")}
    at = tuple(map(Index, axes))
    total: Expr = mul(Entry(g, at), Entry(p, at))
    for index in reversed(at):
        total = Sum(index, total)
    descent = Descent(method.name, (p,), {what: n for what, n in names.items() if what in method.constants}, 1)
    notation = Notation({**spellings, "L": Spelling("L")}, {}, {a.name: a.letter for a in axes})
    program = Program(tensors, (Equation(Entry("L"), total, "", span),))
    return Problem(program, "L", data, {}, (Wanted("update", "", (p,)),), descent, notation, label), notes


def _fits(method: str, part: Part) -> None:
    """Raise Strange where the part names a constant or a state that the method has not."""
    row = METHODS[method]
    states = set(row.state) | ({"v"} if row.state else set()) | (CORRECTED | {"moments", "second moment"} if method == "adam" else set())
    known = set(row.constants) | states | {GRADIENT, PARAMETER, NUMBER_OF_STEP}
    if set(part.given) - known or (part.asked & ASKED) - known - {"step"}:
        raise Strange


