"""Left sides that name no quantity of the problem: names that the answer brings in, and expressions."""
from __future__ import annotations

from ..reading.names import flat
from ..reading.statements import INDEX_LETTERS
from ..reading.syntax import Formula, Name
from ..reading.terms import Unclear
from .array import Array, Nonconforming
from .equality import agree, heads, same_shape
from .findings import Finding, Line, plain, reason
from .heads import Head, head_of, value_of, without_letters
from .marks import RIGHT
from .meaning import index_sizes
from .numerals import digits_of
from .printed import printed
from .reference import Point, Reference
from .scope import Scope

MAY_BE_MEANT = frozenset({"", "sign", "D1", "D6", "L2", "L3"})
"""Signs and factors, which a definition is free to choose."""


class OwnNames:
    """What the left sides of an answer stand for, where they are no quantity by name."""

    def __init__(self, reference: Reference, scope: Scope) -> None:
        self.reference, self.scope = reference, scope

    def is_unknown(self, formula: Formula) -> bool:
        """Whether nothing is known under this name: the answer brings it in. So it does with e, where e is set to something."""
        if isinstance(formula, Name) and formula.text == "e" and self.scope.meant(formula) is None:
            return True
        try:
            point = self.any_point()
            if point is None:
                return False
            letters = index_sizes(formula, self.scope, point)
            return not heads(Head(formula, letters=tuple(letters)), self.scope, point, {})
        except Unclear:
            return True
        except Nonconforming:
            return False

    def in_another_case(self, formula: Formula, beside: Formula) -> bool:
        """Whether a name is known in the other case only (j, where the loss is J), or as a usual word for the loss (J for a Jacobian), and what is
        set beside it has another shape."""
        found, point = self.scope.meant(formula, respelled=True), self.any_point()
        if found is None or point is None or not (found.respelled or found.tensor == self.scope.loss and self.scope.known(flat(formula) or "") is None):
            return False
        try:
            return not any(same_shape(a, b) for a in heads(Head(formula), self.scope, point, {}) for b in heads(Head(beside), self.scope, point, {}))
        except (Unclear, Nonconforming):
            return False

    def any_point(self) -> Point | None:
        return self.reference.at_random[0] if self.reference.at_random else self.reference.at_data

    def definition(self, line: Line, name: str) -> Finding:
        """A name of the answer's own: it stands for what is written beside it, which is a quantity of the problem if it equals one."""
        beside = plain(line.parts[1])
        finding = Finding(line, 1, kind="definition", says=f"{name} is a name of the answer's own; it is taken as it is defined here.")
        if name in INDEX_LETTERS and isinstance(beside, Name) and beside.text in INDEX_LETTERS:
            finding.says = "Two index letters are set equal: a case, and no claim."
            return finding
        digits = digits_of(beside)
        if digits is not None:
            finding.says = f"{name} is not a quantity of the problem, so its value was not checked."
            self.scope.define(name, Array(digits.shape, tuple(c.ball for c in printed(digits.texts))))
            return finding
        try:
            head = head_of(beside, self.scope, self.reference) or self.expression(beside)
        except (Unclear, Nonconforming) as fault:
            finding.says = f"{name} is not a quantity of the problem, and what it is set to was not understood: {reason(fault)}."
            finding.cause = getattr(fault, "cause", "")
            return finding
        finding.head = head
        if head.tensor:
            finding.verdict, finding.says = RIGHT, ""
        core = without_letters(plain(line.parts[0]), head.letters) if head.tensor and head.letters else None
        self.scope.define(core or name, head.tensor if head.tensor and head.at is None else beside)
        return finding

    def expression(self, formula: Formula) -> Head:
        """The head that an expression is: the quantity that it equals at random points, or itself. Unclear, Nonconforming."""
        point = self.any_point()
        if point is None:
            raise Unclear(formula.span, "the problem has no quantities")
        letters = tuple(index_sizes(formula, self.scope, point))
        head = Head(formula, letters=letters)
        values = heads(head, self.scope, point, {})
        if not values:
            raise Unclear(formula.span, "it has no value")
        if not letters:
            name = self._quantity_like(values[0], formula)
            if name is not None:
                return Head(formula, name)
        return head

    def _quantity_like(self, value: Array, formula: Formula) -> str | None:
        """The computed quantity that has these cells at all random points."""
        points = self.reference.at_random
        for equation in self.reference.program.equations if points else ():
            cells = points[0].value(equation.name, {})
            if cells is None or not agree(Array(points[0].shape(equation.name), cells), value):
                continue
            try:
                others = [(value_of(Head(formula, equation.name), p, {}), heads(Head(formula), self.scope, p, {})) for p in points[1:2]]
            except (Unclear, Nonconforming):
                continue
            if all(true is not None and any(agree(true, each) for each in stated) for true, stated in others):
                return equation.name
        return None
