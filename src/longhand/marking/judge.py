"""One answer held against one problem: every link of its chains becomes a finding. Formulas are decided at once, printed numbers wait
for the joint explanation of the whole answer (`settle`)."""
from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from ..reading.syntax import BigOperator, Formula, Index, Numeral, Script, walk
from ..reading.terms import Unclear
from .array import Array, Nonconforming
from .dotted import is_dotted, judge_dotted
from .equality import Different, Equal, agree, heads, same_shape, sides
from .explain import Cells
from .figures import ENTRY, Figures
from .findings import Finding, Line, annotated, plain, reason
from .heads import Head, head_of, update_of
from .layers import combined, instances
from .marks import CARRIED, RIGHT, UNCHECKED, WRONG, Mistake
from .masks import TESTS, mask_for
from .meaning import OPEN
from .mending import Mending
from .numerals import Digits, digits_of, has_zero, is_formula_of_names, own_name
from .own_names import MAY_BE_MEANT, OwnNames
from .patience import TOO_LONG, Patience
from .provisos import judged_under
from .reference import Reference
from .said import after_update, as_gradient, restates, softened
from .shared import claim_key
from .unknown_names import UnknownNames
from .why import LIBERTIES, of_symbols

SUM_MISSING = Mistake("sum left out", "F6", "The sum over the repeated index is missing.")
EQUALITY = frozenset({"=", "approx", ":=", "equiv"})
ARROWS = frozenset({"<-"})
ALL_TRUE = 3.0
"""What a true claim counts in the fit of a line."""
PRODUCTS = ("matrix product", "matrix multiplication", "matmul")


class Judge:
    """The findings of one answer against one reference, in the order of its lines."""

    def __init__(self, reference: Reference, lines: Sequence[Line] = (), mentioned: Collection[str] = (), convention: bool = False,
                 elsewhere: dict[str, str] | None = None, patience: Patience | None = None) -> None:
        self.reference, self.convention = reference, convention
        self.patience = Patience() if patience is None else patience
        self.scope = reference.scope.fresh(self.patience)
        if self._counts_from_zero(lines):
            self.scope = reference.scope.fresh(self.patience, base=0)
        self.findings: list[Finding] = []
        self._heads: dict[int, tuple[Line, Head | None]] = {}
        self.explaining = True                    # off while it is only weighed how well a line fits
        self.had: dict[int, dict[str, Cells]] = {id(point): {} for point in reference.at_random}
        self.unknown = UnknownNames(reference, self.scope, lines, mentioned, elsewhere)
        self.names = OwnNames(reference, self.scope)
        self.mending = Mending(reference, self.scope, self.names, self._allowed)
        self.figures = Figures(reference, self.scope, frozenset(self._by_entries(lines)))

    def close(self) -> None:
        """Nothing more is asked: what refers to one another in a circle is parted, so that it goes at once and no sweep has to find it."""
        self.figures.nodes.clear()
        del self.mending

    def _counts_from_zero(self, lines: Sequence[Line]) -> bool:
        """Whether the answer writes A_0 for the first row of A; h_0 of a recurrence is its beginning and no sign of it."""
        if self.reference.problem.notation.base != 1:
            return False
        for line in lines:
            for part in line.parts:
                for node in walk(part) if digits_of(part) is None and has_zero(part) else ():
                    found = self.scope.meant(node) if isinstance(node, Script | Index) else None
                    if found is not None and not found.own and any(isinstance(i, Numeral) and i.text == "0" for i in found.indices) \
                            and self.scope.rank(found.tensor) > 0 and found.tensor not in self.reference.recurrent:
                        return True
        return False

    def _by_entries(self, lines: Sequence[Line]) -> Iterator[str]:
        """Computed quantities of which the answer gives single entries: O_1 = 0.73."""
        for line in lines:
            head = self._head(line) if len(line.parts) > 1 else None
            if head is not None and head.at and head.tensor in self.reference.computed \
                    and any(digits_of(plain(part)) is not None for part in line.parts[1:]):
                yield head.tensor

    def _head(self, line: Line) -> Head | None:
        """What a line is about: the same whenever it is asked, as long as the answer has no names of its own."""
        if self.scope.own:
            return self._found_head(line)
        if (known := self._heads.get(id(line))) is None:
            self._heads[id(line)] = known = line, self._found_head(line)        # the line is kept, so that no other has its identity
        return known[1]

    def _found_head(self, line: Line) -> Head | None:
        sides = [plain(part) for part in line.parts]
        head = as_gradient(head_of(sides[0], self.scope, self.reference), line, self.reference)
        head = update_of(head, sides[1:], self.reference, f"{line.section} {line.before}")
        if (smooth := softened(sides, self.scope, self.reference)) is not None:
            return smooth
        if head is not None and head.tensor in self.reference.updated and not restates(head, sides, self.reference):
            head = Head(head.formula, self.reference.updated[head.tensor], head.at, head.letters)
        twin = self.scope.twin(head.tensor) if head is not None and head.at is None and not head.letters else None
        if twin is None:
            return head
        numbers = next((digits for side in sides[1:] if (digits := digits_of(side)) is not None), None)
        return Head(head.formula, twin) if numbers is not None and numbers.shape == () else head

    # ---- one line ----------------------------------------------------------------------------------------------------

    def take(self, line: Line) -> list[Finding]:
        """The findings of a line, also kept."""
        if len(line.parts) < 2 or not any(sign in EQUALITY | ARROWS for sign in line.operators):
            return []
        found = self._taken(line)
        self.unknown.pass_on()
        self.findings += found
        self.unknown.settled()
        return found

    def _taken(self, line: Line) -> list[Finding]:
        """The findings of a line, unless it takes too long."""
        if self.patience.begin():
            before = self._state()
            found = self._understood(line)
            if not self.patience.lost:
                return found
            self._forget(before)
        return [Finding(line, side, says=TOO_LONG) for side in range(1, len(line.parts))]

    def _understood(self, line: Line) -> list[Finding]:
        """The findings of a line; names that are not known are looked for."""
        self.explaining = False
        while True:
            state = self._state()
            found = self._of(line)
            causes = [finding.cause for finding in found if finding.cause]
            if not any(self.unknown.introduce(cause, line, self._fit) for cause in causes):
                break
            self._restore(state)
        self.explaining = True
        if any(finding.verdict == WRONG or finding.verdict == UNCHECKED and finding.says for finding in found):
            self._forget(state)
            self.patience.begin()
            found = self._of(line)
            if self.patience.lost:                              # the reasons take too long: the verdicts stand without them
                self._forget(state)
                self.patience.begin()
                self.explaining, found = False, self._of(line)
                self.explaining = True
        return found + [finding for part, span in zip(line.parts, line.spans, strict=True)
                        for finding in self._braces(line, part, span.start - part.span.start)]

    def _braces(self, line: Line, part: Formula, by: int) -> Iterator[Finding]:
        """What is written under a brace is said to be what stands over it. The part stands so many characters behind its own place."""
        for node in annotated(part) if digits_of(part) is None else ():
            claim = replace(line, parts=(node.body, node.note), operators=("=",), spans=(node.body.span.moved(by), node.note.span.moved(by)))
            yield from (finding for finding in self._of(claim) if finding.verdict != UNCHECKED)

    def _state(self) -> tuple[Any, ...]:
        return dict(self.scope.own), dict(self.scope.own_letters), {k: dict(v) for k, v in self.had.items()}, self.figures.state()

    def _restore(self, state: tuple[Any, ...]) -> None:
        """Forgets what a line left behind, but for names that were introduced since."""
        _, _, self.had, figures = state
        self.figures.restore(figures)

    def fit(self, line: Line) -> float:
        """How well a line goes with this problem: what is true of it counts, what is understood counts less. Leaves no trace."""
        if not self.patience.begin():
            return 0.0
        tried = set(self.unknown.tried)
        state, explaining, self.explaining = self._state(), self.explaining, False
        try:
            found = self._of(line)
            while any(self.unknown.introduce(cause, line, self._fit) for cause in [f.cause for f in found if f.cause]):
                self._restore(state)
                found = self._of(line)
            return sum(self._worth(finding) for finding in found)
        finally:
            self._forget(state)
            self.unknown.tried, self.explaining = tried, explaining

    def _fit(self, line: Line) -> float:
        """How well a line fits with the names as they are now."""
        state, explaining, self.explaining = self._state(), self.explaining, False
        try:
            return sum(self._worth(finding) for finding in self._of(line))
        finally:
            self._forget(state)
            self.explaining = explaining

    def _forget(self, state: tuple[Any, ...]) -> None:
        own, letters, _, _ = state
        self._restore(state)
        self.scope.own.clear()
        self.scope.own.update(own)
        self.scope.own_letters.clear()
        self.scope.own_letters.update(letters)

    def _worth(self, finding: Finding) -> float:
        if finding.kind == "digits":
            return ALL_TRUE if self.figures.true(finding) else 1.0
        understood = 0.5 if finding.kind == "definition" and finding.head else 0.2 if OPEN in finding.says else 0.0
        return {RIGHT: ALL_TRUE, CARRIED: 2.0, WRONG: 1.0}.get(finding.verdict, understood)

    def _of(self, line: Line) -> list[Finding]:
        """The findings of a line; of one with a letter for the layer, those of all layers as one."""
        layers = instances(line, self.scope, self.reference)
        if not layers:
            return self._links(line)
        return combined(line, [(label, self._links(one)) for label, one in layers])

    def _links(self, line: Line) -> list[Finding]:
        first, head = plain(line.parts[0]), after_update(self._head(line), line, self.reference, self.figures.printed)
        found: list[Finding] = []
        start = 1
        if head is not None and head.tensor == self.scope.loss and self.names.in_another_case(first, plain(line.parts[1])):
            head = None
        if head is None and (digits := digits_of(plain(line.parts[1]))) is not None and self._is_by_value(first, digits):
            head = self._head(line)
        if head is None:
            name = own_name(first)
            if name is not None and (self.names.is_unknown(first) or self.names.in_another_case(first, plain(line.parts[1]))):
                finding = self.names.definition(line, name)
                finding = self._mistaken_delta(finding, name) or finding
                found.append(finding)
                if finding.head is None:
                    return found + [self._unclear(line, side, f"{name} is not a quantity of the problem") for side in range(2, len(line.parts))]
                head, start = finding.head, 2
            else:
                try:
                    head = self.names.expression(first)
                except (Unclear, Nonconforming) as fault:
                    says = f"The left side was not understood: {reason(fault)}."
                    found = [Finding(line, side, says=says, cause=getattr(fault, "cause", "")) for side in range(1, len(line.parts))]
                    for finding in found if self.explaining else ():
                        self.mending.misspelt(finding)
                    return found
        for side in range(start, len(line.parts)):
            sign = line.operators[side - 1]
            if sign == "in":                                     # a shape, judged with the shapes
                continue
            if sign not in EQUALITY | ARROWS:
                found.append(self._comparison(line, side, head, sign))
                continue
            found.append(self._side(line, side, head, found[-1] if found else None))
        return found

    def _is_by_value(self, formula: Formula, digits: Digits) -> bool:
        name = own_name(formula)
        return name is not None and self.names.is_unknown(formula) and self.unknown.by_value(name, digits)

    def _mistaken_delta(self, defined: Finding, name: str) -> Finding | None:
        """A δ of the answer's own that is no quantity, but by a known mistake the gradient that its script says. Another sign or factor may be meant."""
        usual = self.unknown.delta(name) if self.explaining and defined.head is not None and not defined.head.tensor else None
        if usual is None:
            return None
        finding = Finding(defined.line, 1, Head(plain(defined.line.parts[0]), usual, None, defined.head.letters))
        before = self._state()
        with suppress(Unclear, Nonconforming):
            self._symbols(finding, plain(defined.line.parts[1]))
        if finding.verdict == WRONG and finding.mistake is not None and finding.mistake.code not in MAY_BE_MEANT:
            self.scope.define(name, usual)
            return finding
        self._restore(before)
        return None

    def _comparison(self, line: Line, side: int, head: Head, sign: str) -> Finding:
        """L_new = 0.34 < 0.98: the order of the true values."""
        finding = Finding(line, side, head, "order", says="Only equations and the order of numbers are checked.")
        point = self.reference.at_data
        if sign in TESTS and sign not in ("=", "!=") and point is not None:
            try:
                left, right = heads(head, self.scope, point, {}), sides(head, plain(line.parts[side]), self.scope, point, {})
            except (Unclear, Nonconforming):
                return finding
            if left and right and same_shape(left[0], right[0].array):
                holds = all(TESTS[sign](a, b) for a, b in zip(left[0].cells, right[0].array.cells, strict=True))
                finding.verdict, finding.says = (RIGHT, "") if holds else (WRONG, "It is the other way round.")
                finding.expected = left[0]
        return finding

    def _unclear(self, line: Line, side: int, says: str) -> Finding:
        return Finding(line, side, says=says)

    # ---- one side ----------------------------------------------------------------------------------------------------

    def _side(self, line: Line, side: int, head: Head, left: Finding | None) -> Finding:
        formula = plain(line.parts[side])
        finding = Finding(line, side, head)
        digits = digits_of(formula)
        try:
            if digits is not None and not self._is_symbolic(digits, head, line):
                self.figures.digits(finding, digits, left)
            elif digits is not None or is_formula_of_names(formula):
                self._symbols(finding, formula)
            else:
                self.figures.value(finding, formula)
        except Unclear as fault:
            finding.says, finding.cause = f"Not understood: {fault.reason}.", fault.cause
            if self.explaining and not self.mending.mend(finding):
                self.mending.misspelt(finding)
        except Nonconforming as fault:
            finding.verdict, finding.says = (UNCHECKED, f"Not understood: {ENTRY}.") if head.at is not None else \
                (WRONG, f"This cannot be computed as it is written: {fault}.")
        return finding

    def _is_symbolic(self, digits: Digits, head: Head, line: Line) -> bool:
        """Whether a whole number stands for itself in a formula: ∂h_i/∂z_i = 1 where z_i > 0."""
        return digits.shape == () and digits.texts[0].lstrip("-").isdigit() and bool(head.letters or line.conditions or self.reference.at_data is None)

    def _symbols(self, finding: Finding, formula: Formula) -> None:
        head, line = finding.head, finding.line
        finding.kind = "symbols"
        if is_dotted(formula):
            judge_dotted(finding, formula, self.scope, self.names.any_point())
            return
        mask = mask_for(line.conditions, head, self.scope)
        allowed = self._allowed(line)
        key = claim_key(head, formula, line.conditions, self.scope, self._is_strict(line))

        def decided() -> Equal | Different | None:
            made = judged_under(line.conditions, head, formula, self.scope, self.reference, allowed)
            self.patience.check(finding.span)                    # nothing half done is kept for other answers
            return made

        outcome = self.reference.verdicts.of(key, decided)
        if outcome is None:
            finding.says = "It has no value at which it could be checked."
            return
        if isinstance(outcome, Equal) and "summed" in outcome.liberties and not self.convention \
                and not any(isinstance(node, BigOperator) for node in walk(formula)):
            finding.verdict, finding.mistake, finding.says, finding.method = WRONG, SUM_MISSING, SUM_MISSING.says, True
            return
        if isinstance(outcome, Equal):
            finding.verdict, finding.liberties = RIGHT, outcome.liberties
            finding.says = " ".join(LIBERTIES[x] for x in outcome.liberties if x in LIBERTIES)
            if outcome.where == "numbers":
                finding.says = "True for these numbers, not in general."
            return
        if self._carried(head, formula, mask, allowed):
            finding.verdict, finding.says = CARRIED, "Right, given the earlier error."
            return
        finding.verdict = WRONG
        if not self.explaining:
            self._remember(head, formula)
            return
        def why() -> tuple[Any, ...]:
            mended = self.mending.mend(finding)
            if not mended:
                of_symbols(finding, formula, outcome, self.scope, self.reference, self.had, mask, allowed)
                if finding.mistake is None:
                    self.mending.misspelt(finding)
            self.patience.check(finding.span)
            return mended, finding.told

        mended, finding.told = self.reference.reasons.of(None if any(self.had.values()) else key, why)
        if not mended:
            self._remember(head, formula)

    def _is_strict(self, line: Line) -> bool:
        """Whether the answer says that it means the matrix product."""
        return any(words in line.after.lower() for words in PRODUCTS)

    def _allowed(self, line: Line):
        if not self._is_strict(line):
            return lambda reading: True
        return lambda reading: not {"hadamard", "outer", "dot"} & {liberty.kind for liberty in reading.liberties}

    def _carried(self, head: Head, formula: Formula, mask, allowed) -> bool:
        """Whether it is right given the formulas that the writer got wrong before."""
        points = [p for p in self.reference.at_random[:2] if self.had[id(p)]]
        for point in points:
            had = {name: cells for name, cells in self.had[id(point)].items() if name != head.tensor}
            try:
                truths = heads(head, self.scope, point, had)
                stated = [r for r in sides(head, formula, self.scope, point, had) if allowed(r)]
            except (Unclear, Nonconforming):
                return False
            if not any(agree(truth, r.array, mask(point)) for truth in truths for r in stated):
                return False
        return bool(points)

    def _remember(self, head: Head, formula: Formula) -> None:
        """What the writer has of a quantity from now on."""
        if not head.tensor:
            self.figures.expressions.append((head.formula, formula))
        if not head.tensor or head.at is not None:
            return
        self.figures.theirs[head.tensor] = (head, formula)
        for point in self.reference.at_random[:2]:
            try:
                stated = sides(head, formula, self.scope, point, self.had[id(point)])
            except (Unclear, Nonconforming):
                continue
            shape = Array(point.shape(head.tensor), ())
            fitting = next((r for r in stated if same_shape(r.array, shape)), None)
            if fitting is not None:
                self.had[id(point)][head.tensor] = fitting.array.cells
