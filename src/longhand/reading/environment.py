"""What a sheet has made known so far: quantities with their axes, functions, letters, sizes, and the remarks made on the way."""
from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from fractions import Fraction

from ..core.axis import Axis, Index
from ..core.expr import Entry, Offset, Position, position
from ..core.record import record
from .names import Reading, flat, readings
from .syntax import Formula, Group, Name, Negative, Numeral, Product, Script, Sum
from .terms import Shapes, Term, Unclear


@dataclass(slots=True)
class Quantity:
    """A tensor as the sheet has it: axes that still unify, where a vector stands, how it is spelled, where it came from."""
    name: str
    axes: tuple[Axis, ...]
    spelled: Formula
    orientation: str = ""               # "column" or "row" where the sheet says so
    brackets: bool = False
    line: int | None = None
    guessed: bool = False               # its rank was guessed, not declared


@record
class SheetFunction:
    """A function that the sheet defines: f(x, y) = body. `at` are indices of the left side: softmax(θ)_i."""
    name: str
    parameters: tuple[Formula, ...]
    body: Formula
    at: tuple[Formula, ...] = ()
    order: int = 0                      # its place in the sheet


@record
class Note:
    """A remark on a span: kind "assumption", "repair" or "problem"."""
    kind: str
    span: object
    text: str
    why: str = ""
    suggestion: str = ""
    owner: str = ""                     # the quantity in whose definition it was made
    about: str = ""                     # the quantity whose formula is not understood
    numbers: bool = False               # nothing but numbers is missing


@dataclass(slots=True)
class Environment:
    """All that is known while the formulas of one problem are read."""
    shapes: Shapes = field(default_factory=Shapes)
    quantities: dict[str, Quantity] = field(default_factory=dict)
    functions: dict[str, SheetFunction] = field(default_factory=dict)
    depends: dict[str, set[tuple[str, ...]]] = field(default_factory=dict)     # defined quantity -> what it is written to depend on
    words: dict[str, str] = field(default_factory=dict)             # function symbol -> row of the table, from the sheet's words
    ranges: dict[str, int | str] = field(default_factory=dict)      # index letter -> its last value
    sizes: set[str] = field(default_factory=set)                    # symbols that are sizes
    heads: set[str] = field(default_factory=set)                    # names that the sheet defines, declares or gives, or will
    defined: Set[str] = frozenset()                                 # those that have a formula
    mentioned: set[str] = field(default_factory=set)                # every name that stands in a formula
    aliases: dict[str, str] = field(default_factory=dict)           # other names under which --data may give a quantity
    spelled: dict[str, Formula] = field(default_factory=dict)       # formulas of names that the reader itself made
    used: set[str] = field(default_factory=set)                     # given names whose numbers are taken into account without a tensor
    index_letters: set[str] = field(default_factory=set)            # letters that the sheet uses as indices
    summed: set[str] = field(default_factory=set)                   # those that a sum binds somewhere
    alone: set[str] = field(default_factory=set)                    # names that stand somewhere without any script
    letters: dict[str, Index] = field(default_factory=dict)         # index letters bound where we are
    locals: dict[str, Term] = field(default_factory=dict)           # parameters of a sheet function being applied
    fixed_indices: set[str] = field(default_factory=set)            # unbound index letters that stand once in the formula being read
    notes: list[Note] = field(default_factory=list)
    owner: str = ""                                                 # the quantity whose definition is being read
    base: int = 1                                                   # what the sheet counts from
    ranks: dict[str, int] = field(default_factory=dict)             # how many indices a name is seen with, at most
    scalars: bool = False                                           # a sheet without any vector or matrix
    series: set[str] = field(default_factory=set)                   # names that are a vector at each step of a recurrence
    classes: int | None = None                                      # what classes are counted from, where the words say it
    columns: bool = False                                           # the examples of a batch are the columns
    rows: bool = False                                              # vectors stand as rows
    told: Mapping[str, str] = field(default_factory=dict)           # the front matter by key
    log: int | str | None = None                                    # the base of log where the front matter says it, or "ln"
    roles: Mapping[str, str] = field(default_factory=dict)          # roles that the front matter gives
    said: dict[str, str] = field(default_factory=dict)              # roles that the words give

    def note(self, kind: str, span, text: str, why: str = "", suggestion: str = "", about: str = "") -> None:
        made = Note(kind, span, text, why, suggestion, self.owner, about)
        if not any((n.kind, n.text, n.owner) == (kind, text, self.owner) for n in self.notes):
            self.notes.append(made)

    # ---- names ----------------------------------------------------------------------------------------------------

    def reading(self, formula: Formula) -> Reading | None:
        """The reading of a name-like formula: the longest name that is known; None for a formula that is no name."""
        if isinstance(formula, Script) and formula.sup is not None and self._is_power(formula.base):
            return None                                             # (a^2)^3, (e^x)^2
        options = list(readings(formula))
        for option in options:
            if option.name in self.locals or option.name in self.quantities or option.name in self.heads:
                return option
        for option in options:                                      # unknown: letters that are bound are indices
            if option.indices and option.power is None and all(self.is_index(i) for i in option.indices) and any(
                    self._letter(i) for i in option.indices):
                return option
        for option in options:                                      # x^2 where x stands alone elsewhere, or nothing on the sheet is an x^1
            if isinstance(option.power, Numeral) and not option.indices and (option.name in self.alone or option.name == "pi" or not self.labelled()):
                return option
        return options[0] if options else None

    def labelled(self) -> bool:
        """Whether numbers above names say which one: then some name has a 1 there, which as a power nobody writes."""
        return any(name.partition("^")[2].rstrip("'*") == "1" for name in self.mentioned)

    def _is_power(self, formula: Formula) -> bool:
        while isinstance(formula, Group):
            formula = formula.body
        if not isinstance(formula, Script) or formula.sup is None:
            return False
        found = self.reading(formula)
        return found is None or found.power is not None or flat(formula.base) == "e" and not self.known("e")

    def is_index(self, formula: Formula) -> bool:
        return isinstance(formula, Numeral) or self._letter(formula) or isinstance(formula, Sum) and any(self._letter(t) for t in formula.terms)

    def _letter(self, formula: Formula) -> bool:
        return isinstance(formula, Name | Script) and ((text := flat(formula)) in self.letters or text in self.ranges)

    def known(self, name: str) -> bool:
        return name in self.locals or name in self.quantities or name in self.heads

    # ---- positions ------------------------------------------------------------------------------------------------

    def place(self, formula: Formula, axis: Axis) -> Position:
        """An index of an entry: a bound letter, a number counted from the base, a shifted letter, or a class label."""
        match formula:
            case Numeral(_, text) if text.isdigit():
                return self._fixed(formula, int(text) - self.base, axis)
            case Name() | Script() if (text := flat(formula)) in self.letters:
                index = self.letters[text]
                self.shapes.unify(index.axis, axis, formula.span, f"the index {text}")
                return index
            case Sum() | Negative() | Product():
                return self._shifted(formula, axis)
        found = self.reading(formula)
        if found and not found.indices and (q := self.quantities.get(found.name)) is not None and not q.axes:
            return Offset(((Entry(found.name), 1),), -self.base)
        if found and (q := self.quantities.get(found.name)) is not None and len(q.axes) == len(found.indices):
            at = tuple(self.place(i, a) for i, a in zip(found.indices, q.axes, strict=True))
            return Offset(((Entry(found.name, at), 1),), -self.base)
        if isinstance(formula, Name) and formula.text in self.fixed_indices:
            return Offset(((Entry(self._label(formula)), 1),), -self.base)
        raise Unclear(formula.span, f"the index {flat(formula) or 'here'} is not bound by a sum, a range or the left side")

    def _fixed(self, formula: Formula, place: int, axis: Axis) -> Offset:
        """A position given by number; it has to lie on its axis, as far as the size is known."""
        size = self.shapes.known(axis)
        size = self.shapes.fixed.get(size) if isinstance(size, str) else size
        if place < 0 or isinstance(size, int) and place >= size:
            raise Unclear(formula.span, f"there is no entry {place + self.base}: the entries are counted from {self.base}"
                          + (f" to {size - 1 + self.base}" if isinstance(size, int) else ""))
        return Offset((), place)

    def _label(self, formula: Name) -> str:
        """An index that is bound nowhere, and stands once or is what a sum leaves out: a fixed entry, the one of the true class."""
        self.note("assumption", formula.span, f"{formula.text} is a fixed index, the number of the true class",
                  "nothing binds it, and it stands alone or is what a sum leaves out")
        self.quantities.setdefault(formula.text, Quantity(formula.text, (), formula))
        return formula.text

    def _shifted(self, formula: Formula, axis: Axis) -> Position:
        terms: list[tuple[Index | Entry, int]] = []
        constant = 0
        for term in formula.terms if isinstance(formula, Sum) else (formula,):
            sign = 1
            if isinstance(term, Negative):
                sign, term = -1, term.body
            if isinstance(term, Numeral) and term.text.isdigit():
                constant += sign * int(term.text)
            elif (letter := flat(term)) in self.letters:
                terms.append((self.letters[letter], sign))
            else:
                raise Unclear(formula.span, "an index that is neither a letter, a number nor a sum of the two")
        if len(terms) == 1 and terms[0][1] == 1:                    # a shift along the axis itself: h_{t-1}
            self.shapes.unify(terms[0][0].axis, axis, formula.span, "a shifted index")
        return position(terms, constant + self.base * (sum(sign for _, sign in terms) - 1))      # both are counted from the base


def numeral(text: str) -> Fraction:
    """An exact number as written: "0.3" is 3/10, "1e-5" is 1/100000."""
    return Fraction(text.replace("{,}", "").replace(",", ""))
