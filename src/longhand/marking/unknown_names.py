"""Names that stand in an answer and not on the sheet: found in the answer's own definitions, in what is usual, or by what makes the line true."""
from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from flint import arb

from ..calculus.derivation import gradient_name
from ..core.equation import Program
from ..core.expr import Apply, Component, Entry
from ..core.walk import tensors, walk
from ..reading.names import flat, items, loose, readings
from ..reading.syntax import Accent, Call, Formula, Index, Name, Script
from ..reading.syntax import walk as parts_of
from .array import Array
from .findings import Line
from .instances import class_labels
from .numerals import digits_of
from .printed import printed
from .reference import Point, Reference
from .scope import Scope

ARGUMENTS = (1, -2, 3)
"""Where a claim about a function is tried: σ'(x) at 1, -2 and 3, by the points in their order."""
LABELS = frozenset({"y", "t", "Y", "T"})


class UnknownNames:
    """What a name may stand for in an answer. `mentioned`: the names that the sheet itself writes."""

    def __init__(self, reference: Reference, scope: Scope, lines: Sequence[Line], mentioned: Collection[str]) -> None:
        self.reference, self.scope, self.lines, self.mentioned = reference, scope, lines, mentioned
        self.tried: set[str] = set()

    def introduce(self, name: str, line: Line, fit: Callable[[Line], float]) -> bool:
        """Makes a name known, if that can be done; each is tried once."""
        if not name or name in self.tried:
            return False
        self.tried.add(name)
        return self._defined(name, line) or self._label(name) or self._argument(name, line) or self._guessed(name, line, fit)

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
        scores: list[tuple[float, str]] = []
        for candidate in dict.fromkeys(self._unnamed()):
            self.scope.define(name, candidate)
            scores.append((fit(line), candidate))
            del self.scope.own[name]
            self.scope.own_letters.pop(name, None)
        scores.sort(reverse=True)
        if not scores or scores[0][0] <= 0 or len(scores) > 1 and scores[1][0] == scores[0][0]:
            return False
        self.scope.define(name, scores[0][1])
        return True

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


def pre_activations(program: Program) -> Iterator[str]:
    """What a function of the table is applied to, directly."""
    found: dict[str, None] = {}
    for equation in program.equations:
        for node in walk(equation.right):
            inside = node.arguments[0] if isinstance(node, Apply) else node.body if isinstance(node, Component) else None
            if isinstance(inside, Entry) and program.equation(inside.tensor) is not None and node.function not in ("ln", "exp"):
                found[inside.tensor] = None
    yield from found


def names_of(formulas: Collection[Formula]) -> frozenset[str]:
    """The flat names that stand in formulas, with and without their indices."""
    found: set[str] = set()
    for formula in formulas:
        for node in parts_of(formula):
            if isinstance(node, Name | Script | Accent | Index):
                found.update(reading.name for reading in readings(node))
    return frozenset(found)
