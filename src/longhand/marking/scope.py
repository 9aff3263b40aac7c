"""What the names of an answer stand for: the quantities of the problem and what the answer itself defines."""
from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import replace
from fractions import Fraction
from typing import Any

from ..calculus.derivation import gradient_name
from ..calculus.descent import at_step
from ..core.axis import Axis
from ..core.expr import Apply, Component, Entry, Offset
from ..core.problem import Problem
from ..core.recent import Recent
from ..core.record import record
from ..core.walk import walk
from ..functions import table
from ..reading.formula import read_formula
from ..reading.names import Reading, flat, loose, readings
from ..reading.syntax import Accent, Formula, Group, Index, Name, Numeral, Script, Words
from .array import Array
from .in_time import NEWER, OLDER, step_of, time_marks
from .patience import Patience

FORMULAS = 2000
"""Formulas of which it is remembered what they may name."""
LOSS_WORDS = frozenset(("L", "J", "E", "C", "Loss", "loss", "CE", "Cost", "cost", "Error", "error", "E_total", "Etotal", "MSE", "NLL", "BCE"))


@record
class Meant:
    """A name as it is meant: a quantity of the program (or of the answer's own: `own`), the indices on it, and what is left as a power.
    respelled: only in the other case, w_2 for W_2, where nothing else is meant by either."""
    tensor: str
    indices: tuple[Formula, ...] = ()
    power: Formula | None = None
    transposed: bool = False
    own: bool = False
    respelled: bool = False


class Scope:
    """Names to quantities. `names`: all tensors of the extended program (forward, dL/dX, X@1).

    given  all numbers of the problem's data;   batched  whether the sheet has a batch of examples
    """

    def __init__(self, problem: Problem, names: Collection[str]) -> None:
        self.problem = problem
        self.names = frozenset(names)
        self.own: dict[str, Formula | Array | str | Callable[[Any], Array]] = {}
        self.own_letters: dict[str, tuple[str, ...]] = {}
        self.functions: dict[str, str] = {}
        self.loss = problem.loss
        self.patience = Patience()
        self.constants = Recent(FORMULAS)                        # what formulas of numbers alone come to, by identity
        self._options = Recent(FORMULAS)                         # what the formula alone says is the same for all answers: by identity
        self._meant = Recent(FORMULAS)
        self.heads = Recent(FORMULAS)                            # and which quantity they are the name of
        self._loose: dict[str, str | None] = {}
        self._spellings: dict[str, str] = {}
        for name in names:
            if "@" not in name and not name.startswith("d") or name in problem.program.tensors:
                self._put(loose(name), name)
        for tensor, spelling in problem.notation.spellings.items():
            if tensor in self.names and (written := flat(read_formula(spelling.latex).formula)):
                self._spellings.setdefault(written, tensor)
        for tensor, latex in problem.notation.deltas.items():
            if self.loss and (written := flat(read_formula(latex).formula)) and written not in self.names:
                self._spellings.setdefault(written, gradient_name(self.loss, tensor))
        for function, latex in problem.notation.functions.items():
            if written := flat(read_formula(latex).formula):
                self.functions[written] = function
        self._applied = _applied(problem)
        self.parameters = _parameters(problem)
        self._sizes: dict[frozenset[tuple[str, int]], dict[str, int]] = {}
        self.given = numbers_given(problem)
        self.batched = any(t.rank > 1 and t.role in ("input", "label", "intermediate") for t in problem.program.tensors.values())
        self._folded = {key: name for key, name in self._loose.items() if name is not None and key.swapcase() not in self._loose}

    def fresh(self, patience: Patience | None = None, base: int | None = None) -> Scope:
        """The same names, with nothing of an answer's own. `base`: where the answer counts otherwise than the sheet."""
        made = copy(self)
        made.patience = patience or Patience()
        made.own, made.own_letters, made.functions = {}, {}, dict(self.functions)
        if base is not None:
            made.problem = replace(self.problem, notation=replace(self.problem.notation, base=base))
        return made

    def sizes(self, sizes: Mapping[str, int]) -> Mapping[str, int]:
        """Size symbols as they may be written, for these sizes."""
        key = frozenset(sizes.items())
        if key not in self._sizes:
            self._sizes[key] = sizes_of(self.problem, sizes)
        return self._sizes[key]

    def _put(self, key: str, name: str) -> None:
        """A loose key leads to a name only while it is the only one."""
        self._loose[key] = name if self._loose.get(key, name) == name else None

    # ---- the answer's own names -----------------------------------------------------------------------------------

    def define(self, name: str, meaning: Formula | Array | str | Callable[[Any], Array], letters: tuple[str, ...] = ()) -> None:
        """An own name of the answer (its flat spelling): a formula to evaluate, an array (at each point), or a tensor's name. Later ones
        shadow. With letters, the formula gives its entries: delta, γ ∂L/∂y_i, (i,)."""
        self.own[name] = meaning
        self.own_letters[name] = letters

    def define_function(self, name: str, row: str) -> None:
        """A function of the answer: its symbol and a row of the table."""
        self.functions[name] = row

    # ---- names ----------------------------------------------------------------------------------------------------

    def known(self, name: str) -> str | None:
        """The tensor or own name that a flat name stands for."""
        if name in self.own:
            target = self.own[name]
            return target if isinstance(target, str) else name
        if name in self.names:
            return name
        if name in self._spellings:
            return self._spellings[name]
        return "ell" if name == "l" and "ell" in self.names else None

    def loosely(self, name: str) -> str | None:
        """As known; brackets, underscores and carets do not matter where only one name is left."""
        key = loose(name)
        for own, target in self.own.items():
            if loose(own) == key:
                return target if isinstance(target, str) else own
        return self._loose.get(key)

    def meant(self, formula: Formula, respelled: bool = False) -> Meant | None:
        """What a name-like formula stands for: the longest name that is known; None where none is. With `respelled`, names in the other
        case are tried last."""
        if self.own:
            return self._find(formula, respelled)
        key = id(formula), respelled
        if (known := self._meant[key]) is None:
            self._meant.put(key, known := (formula, self._find(formula, respelled)))
        return known[1]

    def _find(self, formula: Formula, respelled: bool) -> Meant | None:
        """As `meant`, looked for."""
        options = self.options(formula)
        first = options[0] if options else None
        if first is not None and not first.indices and first.power is None and (name := self.known(first.name)) is not None:
            return self._as_meant(name, first)
        if (changed := self._in_time(formula)) is not None:
            return changed
        for find in (self.known, self.loosely):
            for option in options:
                name = find(option.name)
                if name is not None and self._fits(name, option):
                    return self._as_meant(name, option)
        if (entry := self._numbered(formula)) is not None:
            return entry
        if (word := self._loss_word(options)) is not None or not respelled:
            return word
        for option in options:
            name = self._folded.get(loose(option.name).swapcase())
            if name is not None and self._fits(name, option):
                return replace(self._as_meant(name, option), respelled=True)
        return None

    def _numbered(self, formula: Formula) -> Meant | None:
        """h1 in plain text for the first entry of a vector h, w12 for one of a matrix W; net_h1 for one of net_h; w1 for a number w after a step."""
        text = formula.text if isinstance(formula, Name) else flat(formula) if isinstance(formula, Script) and formula.sup is None else None
        base = (text or "").rstrip("0123456789")
        digits = (text or "")[len(base):]
        name = self.known(base.rstrip("_")) if base and digits and len(digits) < 3 else None
        if name is None and len(digits) == 2 and isinstance(formula, Name):
            name = self._folded.get(loose(base).swapcase())
        if name is None or name in self.own:
            return None
        if self.rank(name) == 0 and self._role(name) == "parameter" and (later := at_step(name, int(digits))) in self.names:
            return Meant(later)
        if self.rank(name) == 1 and not base.endswith("_") or self.rank(name) == 2 and len(digits) == 2 and isinstance(formula, Name):
            return Meant(name, (Numeral(formula.span, digits),))
        return None

    def options(self, formula: Formula) -> list[Reading]:
        """The names that a name-like formula may be, the longest first."""
        if (known := self._options[id(formula)]) is not None:
            return known[1]
        options = list(readings(formula)) if isinstance(formula, Name | Accent | Script | Index | Group) else []
        if not options and isinstance(formula, Words) and formula.text.strip():
            options = [Reading(formula.text.strip(), formula)]
        self._options.put(id(formula), (formula, options))       # the formula is kept, so that no other has its identity
        return options

    def own_names(self, formulas: Iterable[Formula]) -> tuple[tuple[str, str], ...] | None:
        """The names of the answer's own that may be in formulas, with the quantities that they are other names of. None where one is not."""
        keys = {loose(name) for name in self.own}
        found = {key for formula in formulas for option in self.options(formula) if (key := loose(option.name)) in keys} if keys else set()
        meanings = [(name, meaning) for name, meaning in self.own.items() if loose(name) in found]
        return None if any(not isinstance(meaning, str) for _, meaning in meanings) else tuple(meanings)

    def _as_meant(self, name: str, option: Reading) -> Meant:
        return Meant(name, option.indices, option.power, option.transposed, name in self.own and not isinstance(self.own[name], str))

    def _fits(self, name: str, option: Reading) -> bool:
        """Whether the quantity can have so many indices. An own name may have any."""
        if name in self.own:
            if name == "e" and option.power is not None and not isinstance(option.power, Numeral):
                return False                                     # e^{-z} is the exponential, whatever else is called e
            letters = self.own_letters.get(name)
            return not letters or len(option.indices) in (0, len(letters))
        rank, count = self.rank(name), len(spread_digits(option.indices, self.rank(name)))
        return count <= rank or count == rank + 1 > 1 and any(isinstance(item, Numeral) and item.text == "1" for item in option.indices)

    def rank(self, name: str) -> int:
        """How many axes a tensor of the program has. Of a gradient, those of both."""
        tensors = self.problem.program.tensors
        if name in tensors:
            return tensors[name].rank
        plain = name.partition("@")[0]
        if plain in tensors:
            return tensors[plain].rank
        for wrt in sorted(tensors, key=len, reverse=True):
            if plain.endswith("/d" + wrt) and plain.startswith("d"):
                of = plain[1:len(plain) - len(wrt) - 2]
                return (self.rank(of) if of in tensors else 0) + tensors[wrt].rank
        return 9

    def _in_time(self, formula: Formula) -> Meant | None:
        """W_new, w^+, w', W^(t+1): the value after one step; W_old, w^(t): the plain one."""
        for core, mark, above in time_marks(formula):
            step = 1 if mark in NEWER else 0 if mark in OLDER else step_of(mark) if above else None
            if step is None:
                continue
            inner = self.meant(core)
            if inner is None or inner.own or inner.power is not None or "@" in inner.tensor:
                continue
            named = mark in NEWER | OLDER and mark != "+" and mark != "next"
            counted = self.problem.descent is not None and self.problem.descent.steps > 1 and mark[1:-1].isdigit()
            if not named and not counted and not (inner.tensor == self.loss or self._role(inner.tensor) == "parameter"):
                continue
            if step == 0 and (named or at_step(inner.tensor, 1) in self.names):
                return inner
            if step and (later := at_step(inner.tensor, step)) in self.names:
                return Meant(later, inner.indices, None, inner.transposed)
        return None

    def _role(self, name: str) -> str:
        tensor = self.problem.program.tensors.get(name)
        return "" if tensor is None else tensor.role

    def _loss_word(self, options: list[Reading]) -> Meant | None:
        """J, CE or Loss for the loss, where the sheet has no such name."""
        if self.loss is not None and options and not options[0].indices and options[0].name in LOSS_WORDS:
            return Meant(self.loss, (), options[0].power)
        return None

    def twin(self, tensor: str) -> str | None:
        """The number that is written by the same letter as a vector, a beside a_i, which the reader tells apart by a tilde."""
        name = tensor + "tilde"
        return name if name in self.names and self.rank(name) < self.rank(tensor) else None

    def gradient_of(self, formula: Formula) -> str | None:
        """The tensor X of dX, \\bar X or \\delta^X: the name of ∂loss/∂X."""
        found = self.meant(formula)
        return None if found is None or found.own or self.loss in (None, found.tensor) else gradient_name(self.loss, found.tensor)

    # ---- functions ------------------------------------------------------------------------------------------------

    def function(self, name: str, argument: str | None) -> list[tuple[str, bool]]:
        """(row of the table, whether that is a guess) for a function's symbol; the argument's tensor helps where the symbol is vague."""
        if name in self.functions:
            return [(self.functions[name], False)]
        found: list[tuple[str, bool]] = []
        row = table.vector(name) or table.scalar(name) if len(name) > 1 or name in "σφΦ" else None
        word = {"sigma": "sigmoid", "SM": "softmax", "sigma_M": "softmax", "sg": "sigmoid", "S": "softmax", "log": "ln"}.get(name)
        if word:
            found.append((word, False))
        elif row is not None:
            found.append((row.name, False))
        if not found or name in ("sigma", "phi", "varphi", "S"):
            for applied in self._applied.get(argument, ()) if argument is not None else ():
                if (applied, False) not in found:
                    found.append((applied, bool(found)))
        if not found and len({row for rows in self._applied.values() for row in rows}) == 1:
            found.append((next(iter(rows[0] for rows in self._applied.values())), True))
        return found

    def class_label(self) -> tuple[str, Axis] | None:
        """A label that is the number of the true class, with the axis of the classes."""
        for equation in self.problem.program.equations:
            for node in walk(equation.right):
                for place, axis in zip(node.at, self.problem.program[node.tensor].axes, strict=False) if isinstance(node, Entry) and (
                        node.tensor in self.problem.program.tensors) else ():
                    for variable, _ in place.terms if isinstance(place, Offset) else ():
                        if isinstance(variable, Entry) and not variable.at:
                            return variable.tensor, axis
        return None

    def softmax_axis(self) -> int:
        """The axis of a matrix along which the sheet takes softmax; 1 where it does not say."""
        for equation in self.problem.program.equations:
            for node in walk(equation.right):
                if isinstance(node, Component) and len(equation.left.at) == 2 and node.at in equation.left.at:
                    return equation.left.at.index(node.at)
        return 1


def _applied(problem: Problem) -> dict[str | None, tuple[str, ...]]:
    """Which functions of the table the sheet applies to which quantity."""
    found: dict[str | None, dict[str, None]] = {}
    for equation in problem.program.equations:
        for node in walk(equation.right):
            inside = node.argument if isinstance(node, Apply) else node.body if isinstance(node, Component) else None
            if isinstance(inside, Entry) and node.function not in ("ln", "exp"):
                found.setdefault(inside.tensor, {})[node.function] = None
    return {tensor: tuple(rows) for tensor, rows in found.items()}


def _parameters(problem: Problem) -> dict[str, tuple[Any, ...]]:
    """The parameters with which the sheet takes a function of the table, where they are always the same: leaky_relu -> (1/10,)."""
    found: dict[str, set[tuple[Any, ...]]] = {}
    for equation in problem.program.equations:
        for node in walk(equation.right):
            if isinstance(node, Apply) and len(node.arguments) > 1:
                found.setdefault(node.function, set()).add(tuple(getattr(a, "value", None) for a in node.arguments[1:]))
    return {row: numbers for row, each in found.items() if len(each) == 1 and None not in (numbers := next(iter(each)))}


def spread_digits(indices: tuple[Formula, ...], rank: int) -> tuple[Formula, ...]:
    """w_{13} with two axes: the digits are two indices."""
    if len(indices) == 1 and rank == 2 and isinstance(indices[0], Numeral) and len(indices[0].text) == 2:
        return tuple(Numeral(indices[0].span, digit) for digit in indices[0].text)
    return indices


def numbers_given(problem: Problem) -> frozenset[Fraction]:
    """All numbers of the problem's data, and their sizes without sign."""
    def collect(value: Any) -> Iterator[Fraction]:
        if isinstance(value, tuple | list):
            for part in value:
                yield from collect(part)
        else:
            yield from (value, abs(value))

    return frozenset(number for value in problem.data.values() for number in collect(value))


def sizes_of(problem: Problem, sizes: Mapping[str, int]) -> dict[str, int]:
    """Size symbols as they may be written: by name, and as the sheet spells them."""
    found = dict(sizes)
    for symbol, latex in problem.notation.sizes.items():
        written = flat(read_formula(latex).formula)
        if written and symbol in sizes:
            found.setdefault(written, sizes[symbol])
    examples = _examples(problem)
    if examples is not None and (isinstance(examples.size, int) or examples.size in sizes):
        for symbol in ("N", "B", "M"):
            if symbol not in problem.program.tensors and symbol not in problem.program.sizes():
                found.setdefault(symbol, sizes[examples.size] if isinstance(examples.size, str) else examples.size)
    return found


def _examples(problem: Problem) -> Axis | None:
    """The axis of the examples: the first of labels and inputs that are matrices."""
    firsts = [t.axes[0] for t in problem.program.tensors.values() if t.rank == 2 and t.role in ("input", "label")]
    return firsts[0] if firsts and len(set(firsts)) == 1 and len(firsts) > 1 else None


__all__ = ["Meant", "Scope", "numbers_given", "sizes_of", "spread_digits"]
