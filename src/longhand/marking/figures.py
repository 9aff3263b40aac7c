"""The printed numbers of an answer: gathered while its lines are read, decided together by the joint explanation."""
from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property, partial
from itertools import takewhile
from typing import Any

from ..reading.syntax import Formula
from ..reading.terms import Unclear
from .array import Array, Nonconforming, transpose
from .equality import agree, heads, same_shape, sides
from .equality import digits as rounded
from .explain import Cells, Explanation, Outcome, Print, explain
from .findings import Finding, FollowingNode, Formulaic, Ways
from .following import FOLLOWING, FOLLOWS, PUT_IN
from .heads import Head
from .identity import by_identity
from .literals import literals_of
from .marks import CARRIED, MISREAD, RIGHT, UNCHECKED, WRONG, Mistake
from .meaning import family, readings
from .numerals import Digits
from .patience import TOO_LONG, TooLong
from .printed import PrintedCell, half_unit, nearest_digits, printed, significant, whole_unit
from .put_in import damaged_literals
from .reference import Reference, flat_position, key_of, positions, tensor_of
from .rewrite import exchanged
from .scope import Scope

TRANSPOSED = Mistake("transposed", "P1", "This is the transpose of what is asked: rows and columns are exchanged.")
SHAPE = Mistake("wrong shape", "", "The shape is not that of the quantity.")
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
        self.following: set[int] = set()                    # lines whose numbers follow from what stands to the left, by identity
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
        if head.tensor in self.reference.program.tensors and self.reference.program.equation(head.tensor) is None:
            return self._restated(finding, cells)
        names = self._nodes_of(head)
        shape = self._shape(head)
        if not same_shape(Array(shape, ()), Array(digits.shape, ())):
            return self._misshapen(finding, cells, shape)
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

    def _nodes_of(self, head: Head) -> tuple[str, ...]:
        """The names of the nodes that a head stands for; an expression becomes a node of its own."""
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
        name = f"expression {head.formula.span.start}"
        self.nodes.setdefault(name, FollowingNode(Formulaic(name, values[0].cells, recompute=lambda had: self._at(head, had))))
        return (name,)

    def _at(self, head: Head, had: Mapping[str, Cells]) -> Cells | None:
        try:
            values = heads(head, self.scope, self.point, had)
        except (Unclear, Nonconforming):
            return None
        return values[0].cells if values else None

    def _shape(self, head: Head) -> tuple[int, ...]:
        if head.tensor:
            return () if head.at is not None else self.point.shape(head.tensor)
        return heads(head, self.scope, self.point, {})[0].shape

    def _rows(self, names: Sequence[str], cells: tuple[PrintedCell, ...]) -> Iterator[tuple[str, tuple[PrintedCell, ...]]]:
        """Each node with the cells printed for it."""
        if len(names) == 1:
            yield names[0], cells
        else:
            yield from ((name, (cell,)) for name, cell in zip(names, cells, strict=True))

    def _by_own_formula(self, head: Head, theirs: tuple[Head, Formula] | None, printed: Mapping[str, Cells]) -> Cells | None:
        """What a wrong formula that the answer gave for the quantity comes to."""
        if theirs is None:
            return None
        given, formula = theirs
        shape = Array(self.point.shape(head.tensor), ())
        try:
            found = sides(given, formula, self.scope, self.point, printed)
        except (Unclear, Nonconforming):
            return None
        whole = next((r.array for r in found if same_shape(r.array, shape)), None)
        if whole is None or head.at is None:
            return None if whole is None else whole.cells
        return (whole.cells[flat_position(head.at, shape.shape)],)

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
        truths = heads(finding.head, self.scope, self.point, {})
        stated = Array(finding.digits.shape, tuple(c.ball for c in cells))
        finding.verdict, finding.mistake = WRONG, SHAPE
        finding.says = f"{SHAPE.says} It has the shape {_times(shape)}, yours {_times(finding.digits.shape)}."
        if truths:
            finding.expected = truths[0]
            if len(shape) == 2 and agree(transpose(truths[0]), stated):
                finding.mistake, finding.says, finding.method = TRANSPOSED, TRANSPOSED.says, True

    def _ways(self, finding: Finding, left: Finding | None, count: int) -> Ways:
        """What printed numbers may follow from: the side to their left, or a wrong formula given before. Worked out only when asked for,
        since numbers that are right need no reason."""
        printed, head = dict(self.printed), finding.head
        expressions, theirs = tuple(self.expressions), self.theirs.get(head.tensor)

        @cache
        def ways() -> tuple[tuple[Mistake, Cells], ...]:
            how = PUT_IN if left is not None and left.kind == "value" else FOLLOWS
            found = [(how, way) for way in self._left(finding, left, printed, expressions)]
            own = self._by_own_formula(head, theirs, printed)
            return tuple(way for way in (*found, *([(FOLLOWS, own)] if own is not None else ())) if len(way[1]) == count)

        return ways

    def _left(self, finding: Finding, left: Finding | None, printed: Mapping[str, Cells], expressions: Sequence[tuple[Formula, Formula]]) -> list[Cells]:
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
                found = sides(finding.head, formula, self.scope, self.point, printed)
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
        exact = finding.value if not self.printed else next((r.array for r in sides(finding.head, formula, self.scope, self.point, {})), None)
        if exact is not None and any(agree(true, exact) for true in truths):
            finding.verdict = RIGHT
        self.values.append(finding)

    # ---- deciding -----------------------------------------------------------------------------------------------------

    def settle(self) -> Explanation | None:
        """Explains all prints together, and tells each finding."""
        self.prints = self._as_precise()
        try:
            explanation = explain(list(self.nodes.values()), self.prints, tick=self.scope.patience.tick) if self.prints else None
        except TooLong:
            self._give_up()
            return None
        told: dict[int, list[tuple[Print, Outcome]]] = {}
        for made, outcome in zip(self.prints, explanation.outcomes if explanation else (), strict=True):
            told.setdefault(made.claim, []).append((made, outcome))
        for at, finding in enumerate(self.pending):
            self._tell(finding, told.get(at, []))
        had: dict[str, Cells] = {}
        for made, outcome in zip(self.prints, explanation.outcomes if explanation else (), strict=True):
            if len(outcome.had) == len(made.cells):
                had[made.node] = outcome.had
        had |= explanation.had if explanation else {}
        damaged = {cell[2] for finding in self.pending for cell in finding.cells if cell[1] == MISREAD}
        for finding in self.values:
            if finding.verdict != RIGHT:
                self.scope.patience.begin()
                self._decide(finding, had, damaged)
                if self.scope.patience.lost:
                    finding.verdict, finding.mistake, finding.says = UNCHECKED, None, TOO_LONG
        return explanation

    def _as_precise(self) -> list[Print]:
        """The prints; a new parameter that is the old one, number by number, is as precise as the numbers of the answer usually are: 0.4 for
        0.4012 where all others have four decimals is no rounding."""
        usual = Counter(made.cells[0].places for made in self.prints if made.cells[0].places > 0)
        if not usual:
            return self.prints
        places = usual.most_common(1)[0][0]
        before = {new: old for old, new in self.reference.updated.items()}
        return [self._sharpened(made, before[made.node], places) if made.node in before else made for made in self.prints]

    def _sharpened(self, made: Print, old: str, places: int) -> Print:
        was = self.point.value(old, {}) or ()
        kept = len(was) == len(made.cells) and all(
            cell.ball is not None and cell.places < places and not cell.ball.mid() - x.mid() for cell, x in zip(made.cells, was, strict=True))
        return replace(made, cells=tuple(PrintedCell(c.text, c.ball.mid() + half_unit(places), places) for c in made.cells)) if kept else made

    def _give_up(self) -> None:
        """There is no time to explain the numbers: those that are true are right, and nothing is said of the others."""
        for finding in (*self.pending, *self.values):
            if finding.verdict != RIGHT and not self.true(finding):
                finding.verdict, finding.mistake, finding.says = UNCHECKED, None, TOO_LONG
            else:
                finding.verdict = RIGHT

    def _tell(self, finding: Finding, told: list[tuple[Print, Outcome]]) -> None:
        cells: list[tuple[str, str, Any, bool]] = []
        shape = finding.digits.shape
        for made, outcome in told:
            for k, (cell, verdict) in enumerate(zip(made.cells, outcome.cells, strict=True)):
                if cell.text:
                    true = self.nodes[made.node].truth[k] if self.nodes[made.node].truth else None
                    cells.append((cell.text, verdict, true, k in outcome.cut))
        outcome = told[0][1]
        verdicts = [verdict for _, verdict, _, _ in cells]
        follows = outcome.kind == "mistake" and outcome.mistake in FOLLOWING
        if follows:
            self.following.add(id(finding.line))
            verdicts = [CARRIED if v == WRONG else v for v in verdicts]
        finding.verdict = _worst(verdicts)
        if outcome.kind == "mistake" and not follows:
            finding.mistake = outcome.mistake
        finding.given = self.pending[outcome.given].span.start if outcome.given is not None else None
        finding.sure = all(o.gap > SMALL for _, o in told if o.kind not in ("ok", "unknown"))
        places = max((cell.places for made, _ in told for cell in made.cells if cell.text), default=0)
        finding.cells = tuple((at, verdict, text, nearest_text(true, max(places, 0)) if true is not None else "")
                              for at, verdict, (text, _, true, _) in zip(positions(shape), verdicts, cells, strict=True))
        finding.expected = Array(shape, tuple(true for _, _, true, _ in cells)) if all(c[2] is not None for c in cells) else None
        if len(cells) == 1 and finding.verdict != RIGHT and significant(cells[0][0]) < 2 and outcome.expected and self._is_too_short(*told[0]):
            finding.verdict, finding.mistake, finding.sure = UNCHECKED, None, True
            finding.says = f"One digit is too little to tell: from the numbers before it would be {rounded(outcome.expected[0], 4)}, " \
                           f"the true value is {rounded(cells[0][2], 4)}."
            return
        finding.says = _sentence(finding, outcome, follows, any(cut for *_, cut in cells))
        if finding.verdict == MISREAD and not any(self._is_used(made) for made, _ in told):
            finding.says, finding.sure = "A number is miswritten or misread; no later line uses it, so it cannot be told which.", True

    def _is_too_short(self, made: Print, outcome: Outcome) -> bool:
        """Whether one digit is all that is known of a number: not of 0.000, which is far from 0.231, nor of one that the sheet gives."""
        cell = made.cells[0]
        near = (cell.ball.mid() + whole_unit(cell.places) * FEW_UNITS).overlaps(outcome.expected[0]) if cell.ball is not None else False
        given = outcome.kind == "mistake" and any(cell.ball.mid() == arb_of(x) for x in self.scope.given)
        return near and not given

    def _is_used(self, made: Print) -> bool:
        """Whether other printed numbers are computed from these, or they are printed again."""
        for other in self.prints:
            if other is not made and (other.node == made.node or made.node in self._above(other.node)):
                return True
        return False

    def _above(self, name: str) -> frozenset[str]:
        """All nodes that a node is computed from."""
        seen: set[str] = set()
        waiting = list(self.nodes[name].parents)
        while waiting:
            each = waiting.pop()
            if each not in seen and each in self.nodes:
                seen.add(each)
                waiting += self.nodes[each].parents
        return frozenset(seen)

    def _decide(self, finding: Finding, had: Mapping[str, Cells], damaged: set[str]) -> None:
        head, formula = finding.head, finding.formula
        truths = heads(head, self.scope, self.point, {})
        finding.expected = truths[0]
        for verdict, theirs in ((RIGHT, {}), (CARRIED, dict(had))):
            try:
                left = heads(head, self.scope, self.point, {name: cells for name, cells in theirs.items() if tensor_of(name) != head.tensor})
                right = sides(head, formula, self.scope, self.point, theirs)
            except (Unclear, Nonconforming):
                continue
            if any(agree(a, r.array) for a in left for r in right):
                finding.verdict = verdict
                if verdict == CARRIED:
                    finding.says = "Right, given the earlier numbers."
                return
        finding.verdict = WRONG
        if damaged & set(_texts(formula)):
            finding.verdict = MISREAD
            finding.says = "A number in it is damaged in the writing; what follows fits the right one."
            return
        if self._damaged_inside(finding, had):
            finding.verdict = MISREAD
            finding.says = "A number put in here is damaged in the writing: with the right one the line holds."
            return
        try:
            name = self._nodes_of(head)[0] if not head.at or head.tensor not in self.entries else ""
        except Unclear:                                          # a quantity that is given
            name = ""
        for mistake, cells in self.nodes[name].variants(had) if name in self.nodes else ():
            if mistake not in FOLLOWING and finding.value is not None and len(cells) == len(finding.value.cells) \
                    and all(x.overlaps(y) for x, y in zip(cells, finding.value.cells, strict=True)):
                finding.mistake, finding.says = mistake, mistake.says
                return
        finding.says = "This does not come to the value of the left side."


    def _damaged_inside(self, finding: Finding, had: Mapping[str, Cells]) -> bool:
        """Whether the side is right with known numbers in the places of a few of its own, of which these may be damaged prints. Not where
        its result follows from the side as it stands."""
        if id(finding.line) in self.following:
            return False
        head, literal = finding.head, literals_of(self.scope)
        for theirs in ({}, dict(had)):
            try:
                left = heads(head, self.scope, self.point, {name: cells for name, cells in theirs.items() if tensor_of(name) != head.tensor})
            except (Unclear, Nonconforming):
                continue

            def amiss(formula: Formula, literal: Callable[[str], Any], theirs: Mapping[str, Cells] = theirs,
                      left: Sequence[Array] = left) -> frozenset[int] | None:
                try:
                    found = family(formula, head.letters, self.scope, self.point, theirs, literal=literal) if head.letters else \
                        readings(formula, self.scope, self.point, theirs, literal=literal)
                except (Unclear, Nonconforming):
                    return None
                pairs = [zip(a.cells, r.array.cells, strict=True) for a in left for r in found if same_shape(a, r.array)]
                return min((frozenset(k for k, (x, y) in enumerate(pair) if not x.overlaps(y)) for pair in pairs), key=len, default=None)

            if damaged_literals(finding.formula, self._known, literal, amiss) is not None:
                return True
        return False

    @cached_property
    def _known(self) -> tuple[Any, ...]:
        """All numbers of the sheet, of the answer and of the derivation, without their signs."""
        from flint import arb
        given = [arb(x.numerator) / x.denominator for x in sorted(self.scope.given)]
        printed = [cell.ball for made in self.prints for cell in made.cells if cell.ball is not None]
        true = [cell for made in self.prints for cell in self.nodes[made.node].truth or ()]
        return tuple({(str(x)): x for x in (abs(number) for number in (*given, *printed, *true))}.values())


def arb_of(x: Any) -> Any:
    """A fraction as a number without a radius where it has one."""
    from flint import arb
    return (arb(x.numerator) / x.denominator).mid()


nearest_text = by_identity(nearest_digits)

FEW_UNITS = 4
"""Units of the last place within which a number of one digit may be meant for another."""
SMALL = 1.0
"""An explanation that is better than the next by less than this is not called sure."""


def _sentence(finding: Finding, outcome: Outcome, follows: bool, cut: bool) -> str:
    match finding.verdict:
        case "right":
            return "Cut off, not rounded." if cut else ""
        case "carried":
            if follows or outcome.kind == "mistake":
                return "It follows from what stands to the left of it."
            return "Right, given the earlier numbers." if outcome.given is not None else "Right; the last digit shows that rounded numbers were used on the way."
        case "misread":
            return "Damaged in the writing, it seems: what follows fits the right number."
        case "wrong":
            return outcome.mistake.says if finding.mistake is not None else "This number is wrong; no known mistake gives it, perhaps it is a slip."
    return "The problem gives no value to compare it with."


def _worst(verdicts: Sequence[str]) -> str:
    for verdict in (WRONG, MISREAD, CARRIED, RIGHT):
        if verdict in verdicts:
            return verdict
    return UNCHECKED


def _nth(ways: Ways, k: int) -> tuple[tuple[Mistake, Cells], ...]:
    """The ways of one entry, from those of a whole."""
    return tuple((how, way[k:k + 1]) for how, way in ways())


def _merged(truth: Cells | None, row: tuple[PrintedCell, ...]) -> Cells:
    """The printed cells; the true ones where none are printed."""
    return tuple(cell.ball if cell.ball is not None else truth[k] for k, cell in enumerate(row)) if truth else tuple(c.ball for c in row)


def _times(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) if shape else "a single number"


def _texts(formula: Formula) -> Iterator[str]:
    from ..reading.syntax import Negative, Numeral, walk
    for node in walk(formula):
        match node:
            case Negative(_, Numeral(_, text)):
                yield "-" + text
            case Numeral(_, text):
                yield text
