"""The printed numbers of an answer: gathered while its lines are read, decided together by the joint explanation."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import takewhile
from typing import Any

from ..reading.syntax import Formula
from ..reading.terms import Unclear
from .array import Array, Nonconforming, transpose
from .equality import agree, heads, same_shape, sides
from .explain import Cells, Explanation, Print
from .findings import Finding, FollowingNode, Formulaic, Ways
from .following import BY_FORMULA, FOLLOWS, PUT_IN
from .heads import Head
from .identity import by_identities
from .literals import exact_ball
from .local_slopes import by_own_slopes
from .marks import RIGHT, UNCHECKED, WRONG, Mistake
from .meaning import readings
from .numerals import Digits, is_arithmetic
from .printed import PrintedCell, nearest_digits, printed
from .reference import Reference, flat_position, key_of, positions, tensor_of
from .rewrite import exchanged
from .scope import Scope
from .worlds import Others, same

TRANSPOSED = Mistake("transposed", "P1", "This is the transpose of what is asked: rows and columns are exchanged.")
SHAPE = Mistake("wrong shape", "", "The shape is not that of the quantity.")
VAGUE, NEAR = 8, 3
"""A number that is known to less than an eighth of itself is vague; its middle is near the truth within a third of what it is known to."""
ENTRY = "the left side is one entry of a quantity on the sheet, and this is no single number"
CHANGED = Mistake("changed data", "", "The sheet gives other numbers.")


class Figures:
    """The printed numbers of one answer."""

    def __init__(self, reference: Reference, scope: Scope, split: frozenset[str] = frozenset()) -> None:
        self.reference, self.scope = reference, scope
        self.point = reference.at_data
        self.prints: list[Print] = []
        self.pending: list[Finding] = []
        self.values: list[Finding] = []
        self.nodes: dict[str, Any] = {}
        self.printed: dict[str, Cells] = {}                 # the last printed cells of each node
        self._journal: list[tuple[str, Cells | None]] = []     # (node, what was printed of it before): what `restore` takes back
        self.expressions: list[tuple[Formula, Formula]] = []        # wrong formulas for expressions: σ'(z), 1 - σ(z)
        self.theirs: dict[str, tuple[Head, Formula]] = {}   # wrong formulas of the answer, by the quantity they are for
        if self.point is not None:
            self.nodes = {node.name: FollowingNode(node) for node in self.point.nodes_with(split)}
        self.entries = {tensor_of(name) for name in self.nodes if name.endswith("]")}

    # ---- gathering ----------------------------------------------------------------------------------------------------

    def digits(self, finding: Finding, digits: Digits, left: Finding | None) -> None:
        """Printed numbers as a claim about the finding's head. Unclear where there is nothing to compare them with."""
        point, head = self.point, finding.head
        finding.kind, finding.digits = "digits", digits
        if point is None:
            raise Unclear(finding.span, "the problem gives no numbers to compare with")
        cells = printed(digits.texts)
        if head.tensor in self.reference.program.tensors and head.tensor not in self.reference.computed:
            self._restated(finding, cells)
            return
        names = self.nodes_of(finding)
        shape = self._shape(head, digits)
        if not same_shape(Array(shape, ()), Array(digits.shape, ())):
            self._misshapen(finding, cells, shape)
            return
        at = len(self.pending)
        ways = self._ways(finding, left, len(cells))
        for k, (name, row) in enumerate(self._rows(names, cells)):
            self.nodes[name].follows.append(ways if len(names) == 1 else partial(_nth, ways, k))
            self.prints.append(Print(name, row, at))
            self._journal.append((name, self.printed.get(name)))
            self.printed[name] = _merged(self.nodes[name].truth, row)
        self.pending.append(finding)

    def true(self, finding: Finding) -> bool:
        """Whether printed numbers may be the true ones, each by itself."""
        at = next((k for k, each in enumerate(self.pending) if each is finding), None)
        own = takewhile(lambda made: made.claim >= at, reversed(self.prints))
        return at is not None and all(cell.ball is None or cell.ball.overlaps(true) for made in own if made.claim == at
                                      for cell, true in zip(made.cells, self.nodes[made.node].truth or (), strict=False))

    def state(self) -> tuple[Any, ...]:
        """What `restore` needs to forget what was gathered since."""
        return len(self.prints), len(self.pending), len(self.values), len(self.nodes), len(self._journal)

    def restore(self, state: tuple[Any, ...]) -> None:
        """Forgets what was gathered since `state`."""
        prints, pending, values, nodes, journal = state
        del self.prints[prints:], self.pending[pending:], self.values[values:]
        while len(self._journal) > journal:
            name, before = self._journal.pop()
            self.nodes[name].follows.pop()
            if before is None:
                del self.printed[name]
            else:
                self.printed[name] = before
        while len(self.nodes) > nodes:
            self.nodes.popitem()

    def nodes_of(self, finding: Finding) -> tuple[str, ...]:
        """The names of the nodes that a finding's head stands for; an expression becomes a node of its own."""
        head = finding.head
        if head.tensor in self.nodes:
            return (head.tensor,)
        if head.tensor in self.entries:
            shape = self.point.shape(head.tensor)
            if head.at is not None and not all(0 <= k < n for k, n in zip(head.at, shape, strict=True)):
                raise Unclear(head.formula.span, "there is no such entry")
            return tuple(key_of(head.tensor, at) for at in ([head.at] if head.at is not None else positions(shape)))
        if head.tensor:
            raise Unclear(head.formula.span, "the problem gives no numbers to compute it from")
        values = heads(head, self.scope, self.point, {})
        if not values:
            raise Unclear(head.formula.span, "it has no value at the sheet's numbers")
        name, which = f"expression {finding.line.spans[0].start}", _meant(values, finding.digits)
        self.nodes.setdefault(name, FollowingNode(Formulaic(name, values[which].cells, recompute=lambda had: self._at(head, had, which))))
        return (name,)

    def _at(self, head: Head, had: Mapping[str, Cells], which: int) -> Cells | None:
        try:
            values = heads(head, self.scope, self.point, had)
        except (Unclear, Nonconforming):
            return None
        return values[which].cells if which < len(values) else None

    def _shape(self, head: Head, digits: Digits) -> tuple[int, ...]:
        if head.tensor:
            return () if head.at is not None else self.point.shape(head.tensor)
        values = heads(head, self.scope, self.point, {})
        return values[_meant(values, digits)].shape

    def _rows(self, names: Sequence[str], cells: tuple[PrintedCell, ...]) -> Iterator[tuple[str, tuple[PrintedCell, ...]]]:
        """Each node with the cells printed for it."""
        if len(names) == 1:
            yield names[0], cells
        else:
            yield from ((name, _alone(cell)) for name, cell in zip(names, cells, strict=True))

    def by_own_formula(self, head: Head, theirs: tuple[Head, Formula] | None, had: Mapping[str, Cells]) -> Cells | None:
        """What a wrong formula that the answer gave for the quantity comes to."""
        if theirs is None:
            return None
        given, formula = theirs
        shape = Array(self.point.shape(head.tensor), ())
        try:
            found = sides(given, formula, self.scope, self.point, had)
        except (Unclear, Nonconforming):
            return None
        whole = next((r.array for r in found if same_shape(r.array, shape)), None)
        if whole is None or head.at is None:
            return None if whole is None else whole.cells
        return (whole.cells[flat_position(head.at, shape.shape)],)

    def _through_formulas(self, head: Head, had: Mapping[str, Cells]) -> Iterator[Cells]:
        """What a quantity comes to by the wrong formulas that the answer gave for others above it, where it prints no numbers of those."""
        above = self.point.ancestors(head.tensor) if head.tensor else frozenset()
        given = {name: self.by_own_formula(Head(theirs[0].formula, name), theirs, had) for name, theirs in self.theirs.items()
                 if name in above and name not in self.printed}
        if not given or None in given.values():
            return
        cells = self.point.value(head.tensor, {**{name: had[name] for name in self.printed if tensor_of(name) != head.tensor and name in had}, **given})
        if cells is not None:
            yield cells if head.at is None else (cells[flat_position(head.at, self.point.shape(head.tensor))],)

    def _restated(self, finding: Finding, cells: tuple[PrintedCell, ...]) -> None:
        """Numbers that the sheet itself gives: compared, never credited."""
        finding.kind = "data"
        truths = heads(finding.head, self.scope, self.point, {})
        if not truths:
            raise Unclear(finding.span, "the problem gives no numbers for it")
        true = truths[0]
        if not same_shape(true, Array(finding.digits.shape, ())):
            self._misshapen(finding, cells, true.shape)
            return
        same = [cell.ball is not None and cell.ball.overlaps(x) for cell, x in zip(cells, true.cells, strict=True)]
        finding.verdict = RIGHT if all(same) else WRONG
        finding.mistake = None if all(same) else CHANGED
        finding.says = "" if all(same) else CHANGED.says
        finding.expected = true
        finding.cells = tuple((at, RIGHT if ok else WRONG, cell.text, nearest_digits(x, max(cell.places, 0)))
                              for at, ok, cell, x in zip(positions(finding.digits.shape), same, cells, true.cells, strict=True))

    def _misshapen(self, finding: Finding, cells: tuple[PrintedCell, ...], shape: tuple[int, ...]) -> None:
        """Numbers in a shape that the quantity does not have; its transpose is recognized."""
        if finding.head.at is not None:
            raise Unclear(finding.span, ENTRY)
        truths = heads(finding.head, self.scope, self.point, {})
        stated = Array(finding.digits.shape, tuple(c.ball for c in cells))
        finding.verdict, finding.mistake = WRONG, SHAPE
        finding.says = f"{SHAPE.says} It has the shape {_times(shape)}, yours {_times(finding.digits.shape)}."
        if truths:
            finding.expected = truths[0]
            if len(shape) == 2 and agree(transpose(truths[0]), stated):
                finding.mistake, finding.says, finding.method = TRANSPOSED, TRANSPOSED.says, True

    def _ways(self, finding: Finding, left: Finding | None, count: int) -> Ways:
        """What printed numbers may follow from: the side to their left, or a wrong formula given before. From what the writer had: a number that
        is misread was another one when it was used."""
        head, expressions, theirs = finding.head, tuple(self.expressions), self.theirs.get(finding.head.tensor)
        slopes = tuple((each.head.formula, self.nodes_of(each)[0]) for each in self.pending if not each.head.tensor)

        def ways(had: Mapping[str, Cells]) -> tuple[tuple[Mistake, Cells], ...]:
            had = Others(had, head.tensor) if head.tensor else had
            how = PUT_IN if left is not None and left.kind == "value" else FOLLOWS
            found = [(how, way) for way in self._left(finding, left, had, expressions)]
            found += [(BY_FORMULA, way) for way in by_own_slopes(head.tensor, expressions, slopes, self.scope, self.point, had)]
            found += [(BY_FORMULA, way) for way in self._through_formulas(head, had)]
            own = self.by_own_formula(head, theirs, had)
            return tuple(way for way in (*found, *([(FOLLOWS, own)] if own is not None else ())) if len(way[1]) == count)

        return ways

    def _left(self, finding: Finding, left: Finding | None, had: Mapping[str, Cells], expressions: Sequence[tuple[Formula, Formula]]) -> list[Cells]:
        """What the side to the left comes to, for the writer."""
        if left is None or left.head is not finding.head or left.kind not in ("value", "symbols") or left.verdict == UNCHECKED and left.kind == "symbols":
            return []
        if left.kind == "value":
            return [left.value.cells] if left.value is not None else []
        theirs = left.formula
        for right, wrong in expressions:
            theirs = exchanged(theirs, right, wrong)
        shape = Array(finding.digits.shape, ())
        ways: list[Cells] = []
        for formula in (left.formula, theirs) if theirs is not left.formula else (theirs,):
            try:
                found = sides(finding.head, formula, self.scope, self.point, had)
            except (Unclear, Nonconforming):
                continue
            ways += [r.array.cells for r in found if same_shape(r.array, shape)][:1]
        return ways

    def value(self, finding: Finding, formula: Formula) -> None:
        """A side that is computed from numbers: decided once it is known what the writer had."""
        finding.kind = "value"
        if self.point is None:
            raise Unclear(finding.span, "the problem gives no numbers to compare with")
        truths = heads(finding.head, self.scope, self.point, {})
        if not truths:
            raise Unclear(finding.span, "the left side has no value at the sheet's numbers")
        found = sides(finding.head, formula, self.scope, self.point, self.printed)
        finding.value = next((r.array for r in found if same_shape(r.array, truths[0])), None)
        if finding.value is None:
            raise Nonconforming(f"it comes to {_times(found[0].array.shape) if found else 'nothing'}, where {_times(truths[0].shape)} is needed")
        finding.expected = truths[0]
        if any(_may_be_exact(truths[0], r.array) for r in found) and self._is_exact(finding, formula, truths[0]):
            finding.value = truths[0]
        exact = finding.value if not self.printed else next((r.array for r in sides(finding.head, formula, self.scope, self.point, {})), None)
        if exact is not None and any(agree(true, exact) and not is_vague(true, exact) for true in truths):
            finding.verdict = RIGHT
        self.values.append(finding)

    def _is_exact(self, finding: Finding, formula: Formula, true: Array) -> bool:
        """Whether a side comes to the very number that is true, its own numbers taken as they stand: then none of them is rounded."""
        if finding.head.letters or not is_arithmetic(formula):
            return False
        try:
            found = readings(formula, self.scope, self.point, {}, literal=exact_ball)
        except (Unclear, Nonconforming):
            return False
        return any(same_shape(true, r.array) and all(same(a, b) for a, b in zip(true.cells, r.array.cells, strict=True)) for r in found)

    def settle(self) -> Explanation | None:
        """Explains all prints together, and tells each finding."""
        from .settling import Settling
        return Settling(self).settle()


def _may_be_exact(true: Array, found: Array) -> bool:
    """Whether the truth lies about the middle of what rounded numbers come to, which is what they come to as they stand."""
    return same_shape(true, found) and all(abs(x.mid() - t.mid()) * 2 <= x.rad() + t.rad() for t, x in zip(true.cells, found.cells, strict=True))


def is_vague(true: Array, found: Array) -> bool:
    """Whether the numbers put in have so few digits that they come to almost anything: 0.1 · 9 to all from 0.45 to 1.35. What they come to as
    they stand is then to be near the true value."""
    return any(x.rad() * VAGUE > abs(t.mid()) and abs(x.mid() - t.mid()) * NEAR > abs(x.rad())
               for t, x in zip(true.cells, found.cells, strict=False) if x.is_finite() and t.mid() != 0)


def _meant(values: Sequence[Array], digits: Digits | None) -> int:
    """Which of an expression's readings the printed numbers belong to: the first that has them, or their shape."""
    if digits is None:
        return 0
    stated = Array(digits.shape, tuple(cell.ball for cell in printed(digits.texts)))
    fitting = [k for k, value in enumerate(values) if same_shape(value, stated)]
    true = [k for k in fitting if None not in stated.cells and agree(values[k], stated)]
    return (true or fitting or [0])[0]


@by_identities
def _alone(cell: PrintedCell) -> tuple[PrintedCell, ...]:
    """A cell as the print of one entry, always the same object."""
    return (cell,)


@by_identities
def _merged(truth: Cells | None, row: tuple[PrintedCell, ...]) -> Cells:
    """The printed cells; the true ones where none are printed."""
    return tuple(cell.ball if cell.ball is not None else truth[k] for k, cell in enumerate(row)) if truth else tuple(c.ball for c in row)


def _times(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) if shape else "a single number"


def _nth(ways: Ways, k: int, had: Mapping[str, Cells]) -> tuple[tuple[Mistake, Cells], ...]:
    """The ways of one entry, from those of a whole."""
    return tuple((how, way[k:k + 1]) for how, way in ways(had))
