"""Steps of an optimiser on a given gradient: what the words and formulas of one part say, or nothing where one of them is not known.

"$g_1=4$, $m_0=v_0=0$, $\\alpha=0.1$: find $m_1$ and the parameter step" gives a gradient, a rate and what is asked of the step.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction as Rational

from ..calculus.descent import METHODS
from ..core.record import record
from .lexicon import words
from .literals import Literal, literal, plain_list
from .mentions import bare, is_name
from .names import flat
from .sentences import Token
from .syntax import Formula, Numeral, Relation, Span
from .terms import Unclear

GRADIENT, PARAMETER, RATE, NUMBER_OF_STEP = "gradient", "parameter", "learning rate", "step number"
STATES = frozenset({"first moment", "second moment", "moments", "velocity", "v"})
CORRECTED = frozenset({"corrected first moment", "corrected second moment"})
ASKED = STATES | CORRECTED | {PARAMETER, "step"}

# letter -> what it stands for; "v" is the second moment or the velocity, as the method has it.
_LETTERS = {
    "g": GRADIENT, "theta": PARAMETER, "w": PARAMETER, "p": PARAMETER, "x": PARAMETER, "alpha": RATE, "eta": RATE, "lr": RATE,
    "epsilon": "epsilon", "eps": "epsilon", "beta_1": "beta1", "beta_2": "beta2", "mu": "momentum", "gamma": "momentum", "beta": "momentum",
    "m": "first moment", "v": "v", "mhat": "corrected first moment", "vhat": "corrected second moment", "Deltatheta": "step",
    "Deltaw": "step", "t": NUMBER_OF_STEP}
_BEFORE = {GRADIENT: ("", "0", "1", "t"), PARAMETER: ("", "0"), "first moment": ("", "0"), "v": ("", "0")}      # index of a given number
_AFTER = ("", "1", "t")                                                                                         # index of what is asked
_PHRASES = {
    GRADIENT: "gradient|gradients", PARAMETER: "parameter|parameters|weight|weights|new parameter|new parameters|updated parameter|"
    "updated parameters|new weight|updated weight", RATE: "learning rate|rate|step size|lr",
    "moments": "moments|moment estimates|moving averages",
    "first moment": "first moment|first moment estimate", "second moment": "second moment|second moment estimate", "velocity": "velocity",
    "corrected first moment": "corrected first moment", "corrected second moment": "corrected second moment",
    "step": "step|first step|first update|parameter step|change|parameter change|change of the parameter",
    "same": "same|as before", "zero": "zero|zeros",
    "corrected": "corrected moments|bias corrected moments"}
_PHRASE = {tuple(phrase.split()): what for what, phrases in _PHRASES.items() for phrase in phrases.split("|")}
_FILL = words("""a an the of with and for from at in is are be by to one single given let default defaults usual standard find compute
    calculate give determine report what update initial initially elementwise componentwise start starting use using bias
    optimiser optimizer its their after both value values scalar""")


@record
class Given:
    """A number of the sheet: its value, how its name was written, where it stands."""
    number: Literal
    spelled: Formula | None
    span: Span


@dataclass(slots=True)
class Part:
    """What one part says: numbers by what they stand for, what is asked, the method named, "the same" as the part before."""
    given: dict[str, Given] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    method: str = ""
    same: bool = False
    zero: bool = False                             # "zero", waiting for the state that it belongs to
    open: str = ""                                 # the quantity named in words, waiting for its number
    spelled: Formula | None = None

    def after(self, other: Part) -> Part:
        """This part, with what another said before it where it says nothing itself."""
        return replace(self, given={**other.given, **self.given}, asked=self.asked or other.asked, method=self.method or other.method)


class Strange(Exception):
    """Something that is not known here: the sheet is read in the ordinary way."""


def read_part(tokens: Sequence[Token], formula_of: Callable[[object], Formula | None]) -> Part:
    """What the tokens say. Raises Strange for any that says something else."""
    part, at = Part(), 0
    while at < len(tokens):
        token = tokens[at]
        match token.kind:
            case "word":
                at += _words(part, tokens, at)
                continue
            case "number":
                _number(part, Numeral(token.span, token.text), token.span)
            case "math":
                formula = bare(formula_of(token.run))
                for item in plain_list(formula) if formula is not None else _strange():
                    _formula(part, item)
            case "mark" if token.text in ",;:.":
                _close(part)
            case "mark" if token.text == "=" and part.open or token.text in "()":
                pass
            case _:
                raise Strange
        at += 1
    _close(part)
    return part


def _strange():
    raise Strange


def _words(part: Part, tokens: Sequence[Token], at: int) -> int:
    """Take the longest phrase that is known; how many tokens it has."""
    for width in (4, 3, 2, 1):
        said = tuple(t.word for t in tokens[at:at + width])
        what = _PHRASE.get(said) if len(said) == width and all(said) else None
        name = " ".join(said)
        if what is None and name in METHODS and (name != "momentum" or at + 1 == len(tokens) or tokens[at + 1].kind != "math"):
            _close(part)
            if part.method not in ("", METHODS[name].name):
                raise Strange
            part.method = METHODS[name].name
            return width
        if said == ("momentum",):
            part.method = part.method or "momentum"
        if what is not None or said == ("momentum",):
            _named(part, what or "momentum")
            return width
    if tokens[at].word not in _FILL:
        raise Strange
    if tokens[at].word in ("and", "with", "find"):
        _close(part, zero=False)
    return 1


def _named(part: Part, what: str) -> None:
    if what == "same":
        part.same = True
    elif what == "zero":
        part.zero = part.open not in STATES
        if not part.zero:
            _zero(part, part.open)
    elif what == "corrected":
        part.asked |= CORRECTED
    else:
        _close(part, zero=False)
        if part.zero and what in STATES:
            _zero(part, what)
        else:
            part.open = what


def _zero(part: Part, what: str) -> None:
    part.given[what] = Given(Literal(Rational(0), ()), None, Span(0, 0))
    part.zero, part.open = False, ""


def _close(part: Part, zero: bool = True) -> None:
    """The end of a clause: what was named without a number is asked."""
    if part.zero and zero or part.open and part.open not in ASKED:
        raise Strange
    if part.open:
        part.asked.add(part.open)
    part.open, part.spelled = "", None


def _number(part: Part, formula: Formula, span: Span) -> None:
    try:
        number = literal(formula)
    except (Unclear, ValueError):
        raise Strange from None
    if number is None or not part.open:
        raise Strange
    _put(part, part.open, Given(number, part.spelled, span))
    part.open, part.spelled = "", None


def _put(part: Part, what: str, given: Given) -> None:
    alone = what not in (GRADIENT, PARAMETER)
    if what in part.given or what in CORRECTED | {"step", "moments"} or alone and given.number.shape or len(given.number.shape) > 2:
        raise Strange
    if what in STATES and given.number.value != 0 or what == NUMBER_OF_STEP and given.number.value != 1:
        raise Strange                              # a later step starts from moments that are not 0
    part.given[what] = given


def _formula(part: Part, formula: Formula) -> None:
    if isinstance(formula, Relation) and set(formula.operators) == {"="}:
        try:
            number = literal(formula.parts[-1])
        except (Unclear, ValueError):
            number = None
        for name in formula.parts[:-1] if number is not None else _strange():
            what, index = _kind(name)
            if index not in _BEFORE.get(what, ("",)) or part.open not in ("", what):
                raise Strange
            _put(part, what, Given(number, name, formula.span))
        part.open, part.spelled = "", None
    elif _kind_or_none(formula) is not None:
        what, index = _kind(formula)
        if part.open == what and part.spelled is None and index in _BEFORE.get(what, ("",)):
            part.spelled = formula                 # "gradient g" or "parameter w", with its number behind
        elif what in ASKED and index in _AFTER:
            _close(part)
            part.asked.add(what)
        else:
            raise Strange
    else:
        _number(part, formula, formula.span)


def _kind(formula: Formula) -> tuple[str, str]:
    return _kind_or_none(formula) or _strange()


def _kind_or_none(formula: Formula) -> tuple[str, str] | None:
    """(what a name stands for, its index): m_0 is the first moment before the first step."""
    name = flat(formula)
    if name is None or not (is_name(formula) or name in _LETTERS):
        return None
    if name in _LETTERS:
        return _LETTERS[name], ""
    base, _, index = name.partition("_")
    return (_LETTERS[base], index) if base in _LETTERS else None
