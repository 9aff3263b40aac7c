"""The printed numbers of an answer decided: each told what the joint explanation says of it, sums of numbers held against it."""
from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property, partial
from typing import Any

from ..reading.syntax import Formula
from ..reading.terms import Unclear
from .array import Array, Nonconforming
from .equality import agree, heads, same_shape, sides
from .equality import digits as rounded
from .explain import Cells, Explanation, Outcome, Print, explain
from .figures import Figures, is_vague
from .findings import Finding
from .following import BY_FORMULA, FOLLOWING
from .formulas import formula
from .heads import Head
from .identity import by_identities, by_identity
from .known import Known
from .literals import literals_of
from .marks import CARRIED, MISREAD, RIGHT, UNCHECKED, WRONG
from .meaning import Reading, family, readings
from .numerals import is_arithmetic
from .options import meets
from .patience import TOO_LONG, TooLong
from .printed import BITS, PrintedCell, half_unit, nearest_digits, significant, whole_unit
from .put_in import damaged_literals
from .quantities import Quantity
from .reference import positions, tensor_of
from .worlds import same


class Settling:
    """Decides what `figures` gathered. `following`: lines whose result follows from what stands to the left of it."""

    def __init__(self, figures: Figures) -> None:
        self.figures = figures
        self.following: set[int] = set()                    # lines whose numbers follow from what stands to the left, by identity

    def settle(self) -> Explanation | None:
        """Explains all prints together, and tells each finding."""
        self.figures.prints = self._as_precise()
        try:
            tick = self.figures.scope.patience.tick
            explanation = explain(list(self.figures.nodes.values()), self.figures.prints, tick=tick) if self.figures.prints else None
        except TooLong:
            self._give_up()
            return None
        told: dict[int, list[tuple[Print, Outcome]]] = {}
        for made, outcome in zip(self.figures.prints, explanation.outcomes if explanation else (), strict=True):
            told.setdefault(made.claim, []).append((made, outcome))
        for at, finding in enumerate(self.figures.pending):
            self._tell(finding, told.get(at, []))
        had: dict[str, Cells] = {}
        for made, outcome in zip(self.figures.prints, explanation.outcomes if explanation else (), strict=True):
            if len(outcome.had) == len(made.cells):
                had[made.node] = outcome.had
        had |= explanation.had if explanation else {}
        damaged = {cell[2] for finding in self.figures.pending for cell in finding.cells if cell[1] == MISREAD}
        for finding in self.figures.values:
            if finding.verdict != RIGHT:
                patience = self.figures.scope.patience
                if in_time := patience.begin():
                    self._decide(finding, had, damaged)
                if not in_time or patience.lost:
                    finding.verdict, finding.mistake, finding.says = UNCHECKED, None, TOO_LONG
        return explanation

    def _as_precise(self) -> list[Print]:
        """The prints; a new parameter that is the old one, number by number, is as precise as the numbers of the answer usually are: 0.4 for
        0.4012 where all others have four decimals is no rounding."""
        usual = Counter(made.cells[0].places for made in self.figures.prints if made.cells[0].places > 0)
        if not usual:
            return self.figures.prints
        places = usual.most_common(1)[0][0]
        before = {new: old for old, new in self.figures.reference.updated.items()}
        return [self._sharpened(made, before[made.node], places) if made.node in before else made for made in self.figures.prints]

    def _sharpened(self, made: Print, old: str, places: int) -> Print:
        was = self.figures.point.value(old, {}) or ()
        kept = len(was) == len(made.cells) and all(
            cell.ball is not None and cell.places < places and same(cell.ball.mid(), x.mid()) for cell, x in zip(made.cells, was, strict=True))
        return replace(made, cells=tuple(PrintedCell(c.text, c.ball.mid() + half_unit(places), places) for c in made.cells)) if kept else made

    def _give_up(self) -> None:
        """There is no time to explain the numbers: those that are true are right, and nothing is said of the others."""
        for finding in (*self.figures.pending, *self.figures.values):
            if finding.verdict != RIGHT and not self.figures.true(finding):
                finding.verdict, finding.mistake, finding.says = UNCHECKED, None, TOO_LONG
            else:
                finding.verdict = RIGHT

    def _tell(self, finding: Finding, told: list[tuple[Print, Outcome]]) -> None:
        if len(told) == 1 and told[0][1].kind == "ok" and not told[0][1].cut and set(told[0][1].cells) == {RIGHT}:
            (made, _), = told
            finding.verdict, finding.says = RIGHT, ""
            finding.cells, finding.expected = _all_right(_one(finding.digits.shape), made.cells, self.figures.nodes[made.node].truth)
            return
        cells: list[tuple[str, str, Any, bool]] = []
        shape = finding.digits.shape
        for made, outcome in told:
            for k, (cell, verdict) in enumerate(zip(made.cells, outcome.cells, strict=True)):
                if cell.text:
                    true = self.figures.nodes[made.node].truth[k] if self.figures.nodes[made.node].truth else None
                    cells.append((cell.text, RIGHT if _is_true(cell, true) else verdict, true, k in outcome.cut))
        outcome = told[0][1]
        verdicts = [verdict for _, verdict, _, _ in cells]
        if any(WRONG in o.cells or MISREAD in o.cells for _, o in told) and set(verdicts) == {RIGHT}:
            outcome = outcome._replace(kind="ok")
            finding.says = TRUE_ALL_THE_SAME
        follows = outcome.kind == "mistake" and outcome.mistake in FOLLOWING
        if follows:
            self.following.add(id(finding.line))
            verdicts = [CARRIED if v == WRONG else v for v in verdicts]
        finding.verdict = _worst(verdicts)
        if outcome.kind == "mistake" and not follows:
            finding.mistake = outcome.mistake
            finding.evidence = self._evidence(*told[0])
            if outcome.mistake.code in LOOSE and self._is_right_before(finding):
                finding.mistake, finding.evidence = None, ""
                finding.says = "This is not what the left side comes to."
        finding.given = self.figures.pending[outcome.given].span.start if outcome.given is not None else None
        finding.sure = all(o.gap > SMALL for _, o in told if o.kind not in ("ok", "unknown"))
        places = max((cell.places for made, _ in told for cell in made.cells if cell.text), default=0)
        finding.cells = tuple((at, verdict, text, nearest_text(true, max(places, 0)) if true is not None else "")
                              for at, verdict, (text, _, true, _) in zip(positions(shape), verdicts, cells, strict=True))
        finding.expected = Array(shape, tuple(true for _, _, true, _ in cells)) if all(c[2] is not None for c in cells) else None
        if len(cells) == 1 and finding.verdict != RIGHT and significant(cells[0][0]) < 2 and outcome.expected and self._is_too_short(*told[0]):
            finding.verdict, finding.mistake, finding.sure = UNCHECKED, None, True
            before, true = rounded(outcome.expected[0], 4), rounded(cells[0][2], 4)
            finding.says = "One digit is too little to tell: " + (f"from the numbers before it would be {before}, " if before != true else "") \
                + f"the true value is {true}."
            return
        finding.says = finding.says or _sentence(finding, outcome, follows, any(cut for *_, cut in cells))
        if finding.verdict == MISREAD and not any(self._is_used(made) for made, _ in told):
            finding.says, finding.sure = "A number is miswritten or misread; no later line uses it, so it cannot be told which.", True

    def _evidence(self, made: Print, outcome: Outcome) -> str:
        """What the mistake gives, as a formula with its value, where the true values lead to it."""
        node = getattr(self.figures.nodes[made.node], "node", None)
        found = node.mistaken(outcome.mistake, outcome.had) if isinstance(node, Quantity) else None
        if found is None:
            return ""
        equation, cells = found
        value = f" = {rounded(cells[0])}" if len(cells) == 1 else ""
        return f"${formula(self.figures.reference, equation)}${value} gives your result."

    def _is_right_before(self, finding: Finding) -> bool:
        """Whether the side to the left is computed from numbers, and right: what is wrong then is the arithmetic, whatever else would give the result."""
        return any(other.line is finding.line and other.head is finding.head and other.side == finding.side - 1 and other.verdict == RIGHT
                   for other in self.figures.values)

    def _is_too_short(self, made: Print, outcome: Outcome) -> bool:
        """Whether one digit is all that is known of a number: not of 0.000, which is far from 0.231, nor of one that the sheet gives, or that a
        mistake gives to the last digit, nor where 0 belongs."""
        cell = made.cells[0]
        near = (cell.ball.mid() + whole_unit(cell.places) * FEW_UNITS).overlaps(outcome.expected[0]) if cell.ball is not None else False
        sharp = outcome.kind == "mistake" and (outcome.had[0].rad() == 0 or any(same(cell.ball.mid(), number) for number in self._given))
        return near and not sharp and outcome.expected[0] != 0

    def _is_used(self, made: Print) -> bool:
        """Whether other printed numbers are computed from these, or they are printed again."""
        return any(other is not made and (other.node == made.node or made.node in self._above(other.node)) for other in self.figures.prints)

    def _above(self, name: str) -> frozenset[str]:
        """All nodes that a node is computed from."""
        seen: set[str] = set()
        waiting = list(self.figures.nodes[name].parents)
        while waiting:
            each = waiting.pop()
            if each not in seen and each in self.figures.nodes:
                seen.add(each)
                waiting += self.figures.nodes[each].parents
        return frozenset(seen)

    def _decide(self, finding: Finding, had: Mapping[str, Cells], damaged: set[str]) -> None:
        head, formula = finding.head, finding.formula
        truths = heads(head, self.figures.scope, self.figures.point, {})
        finding.expected = truths[0]
        for verdict, theirs in ((RIGHT, {}), (CARRIED, dict(had)), (CARRIED, self._by_formulas(had) | had)):
            try:
                left = heads(head, self.figures.scope, self.figures.point, {name: cells for name, cells in theirs.items() if tensor_of(name) != head.tensor})
                right = sides(head, formula, self.figures.scope, self.figures.point, theirs)
            except (Unclear, Nonconforming):
                continue
            if fitting := [(a, r.array) for a in left for r in right if agree(a, r.array)]:
                if all(is_vague(*each) for each in fitting):
                    finding.says = "The numbers put in have too few digits to tell."
                    return
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
            name = self.figures.nodes_of(finding)[0] if not head.at or head.tensor not in self.figures.entries else ""
        except Unclear:                                          # a quantity that is given
            name = ""
        for mistake, cells in self.figures.nodes[name].variants(had) if name in self.figures.nodes else ():
            if mistake not in FOLLOWING and finding.value is not None and len(cells) == len(finding.value.cells) \
                    and all(x.overlaps(y) for x, y in zip(cells, finding.value.cells, strict=True)):
                finding.mistake, finding.says = mistake, mistake.says
                return
        finding.says = "This does not come to the value of the left side."


    def _by_formulas(self, had: Mapping[str, Cells]) -> dict[str, Cells]:
        """What the wrong formulas that the answer gives come to, for quantities of which it prints no numbers."""
        found = {name: self.figures.by_own_formula(Head(theirs[0].formula, name), theirs, had) for name, theirs in self.figures.theirs.items()
                 if name not in had}
        return {name: cells for name, cells in found.items() if cells is not None}

    def _damaged_inside(self, finding: Finding, had: Mapping[str, Cells]) -> bool:
        """Whether the side is right with known numbers in the places of a few of its own, of which these may be damaged prints. Not where
        its result follows from the side as it stands."""
        if id(finding.line) in self.following:
            return False
        head, scope, point = finding.head, self.figures.scope, self.figures.point
        left: list[tuple[Mapping[str, Cells], list[Array]]] = []
        for theirs in ({}, dict(had)):
            try:
                left.append((theirs, heads(head, scope, point, {name: cells for name, cells in theirs.items() if tensor_of(name) != head.tensor})))
            except (Unclear, Nonconforming):
                continue

        def pairs(formula: Formula, literal: Callable[[str], Any]) -> list[tuple[Cells, Cells]]:
            out: list[tuple[Cells, Cells]] = []
            found: list[Reading] = []
            for theirs, true in left:
                try:
                    if not found or not is_arithmetic(formula):                  # of numbers alone: the same, whatever the writer had
                        found = family(formula, head.letters, scope, point, theirs, literal=literal) if head.letters else \
                            readings(formula, scope, point, theirs, literal=literal)
                except (Unclear, Nonconforming):
                    continue
                out += [(a.cells, r.array.cells) for a in true for r in found if same_shape(a, r.array)]
            return out

        near = self._read_by(head.tensor)
        try:
            return damaged_literals(finding.formula, (*([Known(near)] if near else ()), self._known), literals_of(scope), pairs,
                                    partial(scope.patience.spend, span=finding.span), freely=self._ends_well(finding)) is not None
        except TooLong:
            return False

    def _ends_well(self, finding: Finding) -> bool:
        """Whether the numbers to the right of a side are right: then the writer had the right ones to put in."""
        return any(other.line is finding.line and other.head is finding.head and other.side > finding.side and other.verdict in (RIGHT, CARRIED)
                   for other in self.figures.pending)

    def _read_by(self, tensor: str) -> tuple[Any, ...]:
        """The numbers that a quantity is computed from, true and printed, without their signs."""
        read = self.figures.reference.reads.get(tensor, frozenset())
        true = [cell for name in sorted(read) for cell in self.figures.point.value(name, {}) or ()]
        printed = _printed(made for made in self.figures.prints if tensor_of(made.node) in read)
        return _unsigned((*true, *printed))

    @cached_property
    def _given(self) -> tuple[Any, ...]:
        """All numbers of the sheet."""
        from flint import arb, ctx, fmpq
        with ctx.workprec(BITS):
            return tuple(arb(fmpq(x.numerator, x.denominator)) for x in sorted(self.figures.scope.given))

    @cached_property
    def _known(self) -> Known:
        """All numbers of the sheet, of the answer and of the derivation, without their signs."""
        printed = _printed(self.figures.prints)
        true = [cell for made in self.figures.prints for cell in self.figures.nodes[made.node].truth or ()]
        return Known(_unsigned((*self._given, *printed, *true)))


nearest_text = by_identity(nearest_digits)


@by_identities
def _all_right(shape: tuple[int, ...], cells: tuple[PrintedCell, ...], truth: Cells) -> tuple[tuple[Any, ...], Array]:
    """The cells of a claim and what is expected, where they are the same."""
    places = max(0, *(cell.places for cell in cells))
    return (tuple((at, RIGHT, cell.text, nearest_text(true, places)) for at, cell, true in zip(positions(shape), cells, truth, strict=True)),
            Array(shape, truth))


@cache
def _one(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape, always the same object."""
    return shape


LOOSE = frozenset({"L3", "factor", "term", "exponent"})
"""Mistakes that give a lone number easily by chance: a factor 2 too many."""
FEW_UNITS = 4
"""Units of the last place within which a number of one digit may be meant for another."""
SMALL = 1.0
"""An explanation that is better than the next by less than this is not called sure."""


TRUE_ALL_THE_SAME = "The right value, though it does not follow from the numbers before it."


def _is_true(cell: PrintedCell, true: Any) -> bool:
    """Whether a printed number may be the true one, whatever was written before."""
    return cell.ball is not None and true is not None and meets(cell, true, cell.places == 0)


def _sentence(finding: Finding, outcome: Outcome, follows: bool, cut: bool) -> str:
    match finding.verdict:
        case "right":
            return "Cut off, not rounded." if cut else ""
        case "carried":
            if outcome.mistake is BY_FORMULA:
                return BY_FORMULA.says
            if follows or outcome.kind == "mistake":
                return "It follows from what stands to the left of it."
            if outcome.given is not None:
                return "Right, given the earlier numbers."
            return "Right; the last digit shows that rounded numbers were used on the way."
        case "misread":
            return "Damaged in the writing, it seems: what follows fits the right number."
        case "wrong":
            return outcome.mistake.says if finding.mistake is not None else "This number is wrong; no known mistake gives it, perhaps it is a slip."
    return "The problem gives no value to compare it with."


def _printed(prints: Iterable[Print]) -> list[Any]:
    """The numbers of prints; an integer as it stands, which as a rounded number would be most numbers."""
    return [cell.ball if cell.places > 0 else cell.ball.mid() for made in prints for cell in made.cells if cell.ball is not None]


def _unsigned(numbers: Sequence[Any]) -> tuple[Any, ...]:
    """Each number once, without its sign."""
    return tuple({(float(x.mid()), float(x.rad())): x for x in map(abs, numbers)}.values())


def _worst(verdicts: Sequence[str]) -> str:
    for verdict in (WRONG, MISREAD, CARRIED, RIGHT):
        if verdict in verdicts:
            return verdict
    return UNCHECKED


def _texts(formula: Formula) -> Iterator[str]:
    from ..reading.syntax import Negative, Numeral, walk
    for node in walk(formula):
        match node:
            case Negative(_, Numeral(_, text)):
                yield "-" + text
            case Numeral(_, text):
                yield text
