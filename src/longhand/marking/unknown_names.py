"""Names that stand in an answer and not on the sheet: found in the answer's own definitions, in what is usual, or by what makes the line true."""
from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from flint import arb

from ..calculus.derivation import gradient_name
from ..core.equation import Program
from ..core.expr import Apply, Component, Entry
from ..core.walk import tensors, walk
from ..reading.names import flat, items, loose, readings
from ..reading.syntax import Accent, Call, Formula, Index, Name, Script, Span
from ..reading.syntax import walk as parts_of
from .alike import tex
from .array import Array, Nonconforming
from .equality import same_shape
from .findings import Line
from .formulas import right_formula, symbol
from .instances import class_labels
from .numerals import Digits, digits_of
from .printed import PrintedCell, printed, significant
from .reference import Point, Reference
from .scope import Scope

ARGUMENTS = (1, -2, 3)
"""Where a claim about a function is tried: σ'(x) at 1, -2 and 3, by the points in their order."""
LEAST, USUAL_LEAST = 2.0, 0.5
"""The fit of a line below which a guess explains nothing: something has to be right by it, or right given an earlier error. Of a name that is usual for
what the sheet gives no name, it is enough that the line can be read."""
USUAL = frozenset("z s a u o q net theta logits scores pre preactivation in".split())
"""Names of pre-activations."""
NOWHERE = Span(0, 0)
LABELS = frozenset({"y", "t", "Y", "T"})
CLASSES = frozenset({"label", "labels", "class", "target", "targets", "gold"})
"""Words for the number of the true class."""


class UnknownNames:
    """What a name may stand for in an answer. `mentioned`: the names that the sheet itself writes."""

    def __init__(self, reference: Reference, scope: Scope, lines: Sequence[Line], mentioned: Collection[str],
                 elsewhere: dict[str, str] | None = None) -> None:
        """`elsewhere`: what names of the answer stand for in its other parts; `settled` adds to it."""
        self.reference, self.scope, self.lines, self.mentioned = reference, scope, lines, mentioned
        self.elsewhere = {} if elsewhere is None else elsewhere
        self.tried: set[tuple[str, int]] = set()
        self.guessed: set[str] = set()
        self.choices: dict[tuple[str | int, ...], str | Formula | None] = {}
        self.taken: dict[str, str] = {}                     # guesses that were kept, for the notes
        self.passing: set[str] = set()                      # names guessed by their letter, for one line

    def introduce(self, name: str, line: Line, fit: Callable[[Line], float]) -> bool:
        """Makes a name known, if that can be done; each is tried once. Of f_ij that is f, too."""
        base = without_letters(name)
        for each in dict.fromkeys((name, base)):
            key = (each, line.spans[0].start)
            if each and key not in self.tried and self.scope.known(each) is None:
                self.tried.add(key)
                if self._defined(each, line) or self._label(each) or self._class(each) or self._argument(each, line) or self._as_elsewhere(each) \
                        or each == base and self._guessed(each, line, fit):
                    return True
        return False

    def by_value(self, name: str, digits: Digits) -> bool:
        """Makes a name known whose printed numbers are those of one quantity that the sheet has no name for: z = [-0.7, 0.9] beside tanh(Wx + b),
        δ_3 = -0.218. One digit proves nothing."""
        point, cells = self.reference.at_data, printed(digits.texts)
        if point is None or not any(significant(cell.text) > 1 for cell in cells if cell.text):
            return False
        for candidates in (self._deltas(name), self._unnamed()):
            fitting = [each for each in candidates if self._is(point, each, digits, cells)]
            if len(fitting) == 1:
                self.scope.define(name, fitting[0])
                return True
        return False

    def _is(self, point: Point, name: str, digits: Digits, cells: Sequence[PrintedCell]) -> bool:
        true = point.value(name, {})
        return true is not None and same_shape(Array(digits.shape, ()), Array(point.shape(name), ())) \
            and all(cell.ball is not None and cell.ball.overlaps(x) for cell, x in zip(cells, true, strict=True))

    def delta(self, name: str) -> str | None:
        """The gradient that δ with the script of a pre-activation usually is; None where that is not one."""
        found = list(self._deltas(name))
        return found[0] if len(found) == 1 else None

    def settled(self) -> None:
        """What names stand for by now goes for the other parts of the answer, too."""
        self.elsewhere.update({name: meaning for name, meaning in self.scope.own.items() if isinstance(meaning, str)})

    def notes(self) -> list[str]:
        """What was taken for what, where neither sheet nor answer says it."""
        return [f"${tex(name)}$ is taken for ${right_formula(self.reference, meaning) or symbol(self.reference, meaning)}$"
                for name, meaning in self.taken.items()]

    def _as_elsewhere(self, name: str) -> bool:
        meaning = self.elsewhere.get(name)
        if meaning is None or meaning not in self.scope.names:
            return False
        self.scope.define(name, meaning)
        return True

    def _class(self, name: str) -> bool:
        """label[i]: the number of the true class of example i, on a sheet with one-hot labels."""
        labels = [t.name for t in self.reference.problem.program.tensors.values() if t.role == "label" and t.axes]
        if name not in CLASSES or len(labels) != 1:
            return False
        base = self.scope.problem.notation.base

        def numbers(point: Point) -> Array:
            shape, cells = point.shape(labels[0]), point.value(labels[0], {}) or ()
            rows = [cells[k:k + shape[-1]] for k in range(0, len(cells), shape[-1])]
            places = [[k for k, cell in enumerate(row) if cell == 1] for row in rows]
            if any(len(at) != 1 for at in places):
                raise Nonconforming("a label that is not one-hot has no class")
            return Array(shape[:-1] or (), tuple(arb(at[0] + base) for at in places))

        self.scope.define(name, numbers)
        return True

    def _defined(self, name: str, line: Line) -> bool:
        """The answer says somewhere what it is: theta = U^T v, or gamma dL/dy_i =: delta_i."""
        for other in self.lines:
            for place, part in enumerate(other.parts):
                if len(other.parts) < 2 or other is line and place == 0 or other.operators[max(place - 1, 0)] not in ("=", ":=", "equiv"):
                    continue
                letters = tuple(i.text for i in items(part.sub) if isinstance(i, Name)) if isinstance(part, Script) and part.sup is None else ()
                base = flat(part.base) if letters else None
                if name not in (flat(part), base) or base == "" or self.scope.meant(part) is not None:
                    continue
                beside = other.parts[0 if place else 1]
                digits = digits_of(beside)
                if digits is not None:
                    self.scope.define(name, Array(digits.shape, tuple(c.ball for c in printed(digits.texts))))
                else:
                    self.scope.define(base or name, beside, letters)
                return True
        return False

    def _label(self, name: str) -> bool:
        """y beside a class label o: the one-hot vector with its 1 there."""
        labels = class_labels(self.reference.problem.program)
        if name not in LABELS or len(labels) != 1:
            return False
        (label, (axis, shift)), = labels.items()

        def one_hot(point: Point) -> Array:
            place = int((point.value(label, {}) or (arb(0),))[0].mid().str(5, radius=False).partition(".")[0]) + shift
            size = point.extent(axis)
            return Array((size, 1), tuple(arb(int(k == place)) for k in range(size)))

        self.scope.define(name, one_hot)
        return True

    def _argument(self, name: str, line: Line) -> bool:
        """x in σ'(x) = ...: any number."""
        head = line.parts[0]
        if not (isinstance(head, Call) and len(head.arguments) == 1 and flat(head.arguments[0]) == name):
            return False
        points = [*self.reference.at_random, *([self.reference.at_data] if self.reference.at_data else [])]
        self.scope.define(name, lambda point: Array((), (arb(ARGUMENTS[next(k for k, p in enumerate(points) if p is point) % len(ARGUMENTS)]),)))
        return True

    def _guessed(self, name: str, line: Line, fit: Callable[[Line], float]) -> bool:
        """δ with the script of a pre-activation; else the quantity that makes the line true, where only one does."""
        deltas = list(self._deltas(name))
        if deltas:
            if len(deltas) == 1:
                self.scope.define(name, deltas[0])
            return len(deltas) == 1
        candidates = list(dict.fromkeys((*self._unnamed(), *self._alike(name))))
        key = (name, line.spans[0].start, *sorted(self.scope.own))
        if key not in self.choices:
            self.choices[key] = self._fitting(name, line, candidates, fit)
        chosen = self.choices[key]
        if chosen is None:
            return False
        self.scope.define(name, chosen)
        self.guessed.add(name)
        if chosen not in set(self._unnamed()):
            self.passing.add(name)
            for other, meaning in self._numbered(name):
                self.scope.define(other, meaning)
                self.passing.add(other)
        return True

    def _fitting(self, name: str, line: Line, candidates: Sequence[str | Formula], fit: Callable[[Line], float]) -> str | Formula | None:
        """The one candidate with which the line fits best."""
        scores: list[tuple[float, int]] = []
        for place, candidate in enumerate(candidates):
            self.scope.define(name, candidate)
            scores.append((fit(line), place))
            del self.scope.own[name]
            self.scope.own_letters.pop(name, None)
        scores.sort(reverse=True)
        least = USUAL_LEAST if _parted(name)[0] in USUAL else LEAST
        if not scores or scores[0][0] < least or len(scores) > 1 and scores[1][0] == scores[0][0]:
            return None
        return candidates[scores[0][1]]

    def _numbered(self, name: str) -> Iterator[tuple[str, str]]:
        """w_2 for W_2, once w alone is taken for another name: it is no entry of that."""
        for tensor in self.reference.problem.program.tensors:
            letter, script = _parted(tensor)
            if script.isdigit() and letter.lower() == name.lower() and letter != name:
                yield f"{name}{tensor[len(letter)]}{script}", tensor

    def pass_on(self) -> None:
        """Forgets what was guessed for one line."""
        if not self.scope.own and not self.passing:
            return
        self.taken.update({name: meaning for name, meaning in self.scope.own.items() if name in self.guessed and isinstance(meaning, str)})
        for name in self.passing:
            self.scope.own.pop(name, None)
            self.scope.own_letters.pop(name, None)
        self.passing.clear()

    def _deltas(self, name: str) -> Iterator[str]:
        """delta_o1 is the gradient by the pre-activation that carries the same script: net_o1."""
        problem = self.reference.problem
        base, _, script = name.partition("_") if "_" in name else name.partition("^")
        if base != "delta" or problem.loss is None:
            return
        for tensor in pre_activations(problem.program):
            own = tensor.partition("_")[2] or tensor.partition("^")[2]
            if loose(own) == loose(script) and gradient_name(problem.loss, tensor) in self.scope.names:
                yield gradient_name(problem.loss, tensor)

    def _unnamed(self) -> Iterator[str]:
        """Quantities that the sheet has without a name of their own: a pre-activation inside σ(xW + b)."""
        program = self.reference.problem.program
        for equation in program.equations:
            if equation.name not in self.mentioned and equation.name != self.reference.problem.loss and tensors(equation.right):
                yield equation.name


    def _alike(self, name: str) -> Iterator[str | Formula]:
        """Quantities of the same letter: z for Z^2, and Z^i or Z_i, with an index letter, for the entry i of Z^1."""
        letter, script = _parted(name)
        for equation in self.reference.problem.program.equations:
            if _parted(equation.name)[0].lower() != letter.lower() or equation.name == name:
                continue
            if not script:
                yield equation.name
            elif len(script) == 1 and script.isalpha() and len(equation.left.at) == 1:
                yield Index(NOWHERE, Name(NOWHERE, equation.name), (Name(NOWHERE, script),))
        for tensor in self.reference.problem.program.tensors.values():
            if tensor.role == "parameter" and not script and _parted(tensor.name)[0].lower() == letter.lower():
                yield tensor.name


def _parted(name: str) -> tuple[str, str]:
    """The letter of a flat name, and what stands on it."""
    end = min((name.find(mark) for mark in "_^" if mark in name), default=len(name))
    return name[:end], name[end + 1:]


def pre_activations(program: Program) -> Iterator[str]:
    """What a function of the table is applied to, directly."""
    found: dict[str, None] = {}
    for equation in program.equations:
        for node in walk(equation.right):
            inside = node.arguments[0] if isinstance(node, Apply) else node.body if isinstance(node, Component) else None
            if isinstance(inside, Entry) and program.equation(inside.tensor) is not None and node.function not in ("ln", "exp"):
                found[inside.tensor] = None
    yield from found


def without_letters(name: str) -> str:
    """f of f_ij: the name without index letters."""
    base, _, script = name.partition("_")
    return base if script.isalpha() and len(script) <= 3 else name


def names_of(formulas: Collection[Formula]) -> frozenset[str]:
    """The flat names that stand in formulas, with and without their indices."""
    found: set[str] = set()
    for formula in formulas:
        for node in parts_of(formula):
            if isinstance(node, Name | Script | Accent | Index):
                found.update(reading.name for reading in readings(node))
    return frozenset(found)
