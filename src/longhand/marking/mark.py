"""The marker's front door: a problem, prepared once, and answers to it, marked line by line."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from ..core.problem import Problem, Wanted
from ..core.sweeps import fewer_sweeps
from ..core.walk import tensors
from ..errors import NotUnderstood
from ..numbers.decimals import ball_text
from ..numbers.faults import Undecided
from ..reading.chain_memory import Memory
from ..reading.chains import Chain, Written, chains
from ..reading.names import flat
from ..reading.sheet import Sheet, read, remark
from ..reading.source import Source
from ..reading.syntax import Accent, Derivative, Index, Nabla, Script
from .array import Array
from .dotted import with_subjects
from .doubts import doubt, doubt_what_rests_on_guessed_shapes, doubt_what_rests_on_unread, doubt_what_stands_beside_unread_numbers
from .figures import Figures
from .findings import Finding, Line, lines
from .halves import sheet_part
from .heads import Head, arrow_read
from .identity import by_identities, by_identity
from .judge import ALL_TRUE, ARROWS, EQUALITY, Judge
from .marks import CARRIED, MISREAD, RIGHT, UNCHECKED, WRONG, CellMark, Mark, Marked, Nested
from .numerals import Digits
from .passed_over import passed_over
from .patience import Patience
from .reference import Reference
from .shapes import is_shapes, shape_claims_of_all
from .unknown_names import names_of
from .written_shapes import Sizes

DIGITS = 12
CONVENTION = ("repeated ind", "einstein", "summation convention")
"""Words of a sheet that leaves the signs of sums out."""


class Marker:
    """Everything about one problem sheet that marking needs. An answer never makes it fail."""

    def __init__(self, problem_text: str, *, name: str = "", data: Mapping[str, object] | None = None) -> None:
        """Raises LonghandError for a sheet or data that cannot be read, NotUnderstood where nothing on the sheet can be derived."""
        self.source = Source(problem_text, name)
        self.sheet: Sheet = read(problem_text, name=name, data=data)
        problems = [problem for problem in self.sheet.problems if problem.program.equations]
        problems = [problem for problem in problems if not _is_working(problem)] or problems
        if not problems:
            raise NotUnderstood("The problem was not understood, so no answer to it can be marked.",
                                suggestion="longhand read SHEET shows what was understood")
        self.references = tuple(Reference(problem) for problem in problems)
        self.convention = any(word in problem_text.lower() for word in CONVENTION)
        self.sizes = tuple(Sizes(problem) for problem in problems)
        self.memory = Memory()
        self.mentioned = names_of([part for chain in chains(self.source).chains for part in chain.parts])

    @classmethod
    def of_worked(cls, text: str, *, name: str = "", data: Mapping[str, object] | None = None) -> Marker:
        """The marker for a document that holds a problem and its working: its problem, where a heading parts the two, else all of it."""
        front = sheet_part(text)
        if front != text:
            with suppress(NotUnderstood):
                return cls(front, name=name, data=data)
        return cls(text, name=name, data=data)

    @property
    def quantities(self) -> tuple[str, ...]:
        """All quantities of the problem that are computed, in the order of the derivation."""
        return tuple(dict.fromkeys(e.name for r in self.references for e in r.program.equations))

    @property
    def asked(self) -> tuple[str, ...]:
        """Those of the quantities that the sheet asks for, all where it asks for nothing."""
        wanted = {name for r in self.references for each in r.problem.wanted for name, _ in _results(each, r)}
        return tuple(name for name in self.quantities if name in wanted) or self.quantities

    @property
    def cells(self) -> dict[str, int]:
        """How many numbers each quantity has, of those to which the sheet's data give a value."""
        values = ((e.name, r.at_data.value(e.name, {})) for r in self.references if r.at_data is not None for e in r.program.equations)
        return {name: len(cells) for name, cells in values if cells is not None}

    def mark(self, text: str, file: str = "") -> Marked:
        """The marks of an answer."""
        with fewer_sweeps():
            return self._marked(text, file)

    def _marked(self, text: str, file: str) -> Marked:
        source = Source(text, file)
        written = chains(source, self.memory)
        own = [arrow_read(line, self.references) for line in with_subjects(lines(written.chains))]
        elsewhere: dict[str, str] = {}
        patience = Patience(sum(len(line.operators) for line in own))
        judges = [Judge(reference, own, self.mentioned, self.convention, elsewhere, patience) for reference in self.references]
        chosen = _assigned(own, judges, self.sizes)
        patience.last()
        for judge in judges:
            judge.figures.settle()
        chosen += shape_claims_of_all(own, judges, source)
        doubt((finding for _, finding in chosen), written.strange)
        for reference in self.references:
            doubt_what_rests_on_unread((finding for _, finding in chosen), reference)
            doubt_what_rests_on_guessed_shapes((finding for _, finding in chosen), reference, self.sheet.not_understood)
            doubt_what_stands_beside_unread_numbers((finding for _, finding in chosen), reference, self.source, self.sheet.not_understood)
        marks = [_mark(source, finding) for _, finding in chosen]
        marks += _words(source, written)
        marks += passed_over(source, marks)
        marks.sort(key=lambda m: (m.start, m.end))
        notes = dict.fromkeys([*self._notes(written), *(note for judge in judges for note in judge.unknown.notes())])
        missing = tuple(self._missing(judges))
        for judge in judges:
            judge.close()
        return Marked(file, text, tuple(marks), missing=missing, notes=tuple(notes),
                      not_understood=tuple(remark(source, note) for note in written.strange))

    def _missing(self, judges: Sequence[Judge]) -> list[str]:
        """What is asked and not given, in words."""
        given = {finding.head.tensor for judge in judges for finding in judge.findings if finding.head is not None}
        out = []
        for judge in judges:
            for wanted in judge.reference.problem.wanted:
                out += [each for each in _asked(wanted, judge.reference, given) if each not in out]
        return out

    def _notes(self, written: Written) -> list[str]:
        return [f"{note.text}: {note.why}" if note.why else note.text for note in written.repairs]


def _is_working(problem: Problem) -> bool:
    """Whether the loss is computed from numbers alone: that is somebody's result, and nothing can be derived from it."""
    equation = problem.program.equation(problem.loss) if problem.loss is not None else None
    return equation is not None and not tensors(equation.right)


def check(problem_text: str, answer_text: str | None = None, *, name: str = "", file: str = "", data: Mapping[str, object] | None = None) -> Marked:
    """The marks of one answer; without one, of the working that the problem's own text holds."""
    marker = Marker.of_worked(problem_text, name=name, data=data) if answer_text is None else Marker(problem_text, name=name, data=data)
    return marker.mark(problem_text if answer_text is None else answer_text, file or name)


def _asked(wanted: Wanted, reference: Reference, given: set[str]) -> list[str]:
    return [words for name, words in _results(wanted, reference) if name in reference.program.tensors and name not in given]


def _results(wanted: Wanted, reference: Reference) -> list[tuple[str, str]]:
    """The program's names of what is asked, each with its name in words."""
    problem: Problem = reference.problem
    match wanted.kind:
        case "gradient" | "jacobian":
            of = wanted.of or problem.loss or ""
            return [(f"d{of}/d{w}", f"the derivative of {of} with respect to {w}") for w in wanted.wrt]
        case "update":
            return [(reference.updated.get(w, ""), f"the updated {w}") for w in wanted.wrt]
        case "value":
            return [(wanted.of, f"the value of {wanted.of}")]
    return []


def _assigned(own: Sequence[Line], judges: Sequence[Judge], known: Sequence[Sizes]) -> list[tuple[Line, Finding]]:
    """Each line held against the problem that it belongs to: the one it fits best, the current one where several do."""
    out: list[tuple[Line, Finding]] = []
    current = 0
    for line in own:
        if len(line.parts) < 2 or not any(sign in EQUALITY | ARROWS for sign in line.operators) or any(is_shapes(line, sizes) for sizes in known):
            continue
        if len(judges) == 1:
            out += ((line, finding) for finding in judges[0].take(line))
            continue
        best = _fitting(line, judges, current)
        found = judges[best].take(line)
        if any(f.verdict != UNCHECKED or f.kind == "digits" for f in found):
            current = best
        out += ((line, finding) for finding in found)
    return out


def _fitting(line: Line, judges: Sequence[Judge], current: int) -> int:
    """The problem that a line fits best, from the current one on; the first of which all is true."""
    best, most = current, -1.0
    for k in (*range(current, len(judges)), *range(current)):
        fit = judges[k].fit(line)
        if fit > most:
            best, most = k, fit
        if most >= ALL_TRUE * (len(line.parts) - 1):
            break
    return best


def _mark(source: Source, finding: Finding) -> Mark:
    line, side = finding.line, finding.side
    span = line.spans[side]
    start = line.spans[side - 1].start if side == 1 or line.spans[side - 1].end > span.start else line.spans[side - 1].end
    place = source.place(span.start)
    head = finding.head
    about = source.text[line.spans[0].start:line.spans[0].end]
    stated = _stated(finding.digits) if finding.digits is not None else source.text[span.start:span.end]
    says = finding.says
    if not finding.sure and finding.verdict in (WRONG, MISREAD):
        says += " This cannot be told for sure: another explanation is almost as good."
    return Mark(place[0], place[1], start, span.end, source.text[start:span.end].strip(), finding.verdict, about.strip(),
                finding.mistake.name if finding.mistake is not None and finding.verdict == WRONG else None, says.strip(),
                _expected(finding), stated, finding.evidence,
                _entries(finding.cells),
                _given_line(source, finding), _quantity(head), finding.method, finding.sure)


@by_identities
def _entries(cells: tuple[tuple[tuple[int, ...], str, str, str], ...]) -> tuple[CellMark, ...]:
    """The marks of the cells; a lone one has no place."""
    return tuple(CellMark(at if len(cells) > 1 else (), verdict, text, right) for at, verdict, text, right in cells)


@by_identities
def _stated(digits: Digits) -> Nested:
    return _nested(digits.shape, digits.texts)


def _quantity(head: Head | None) -> str:
    """The quantity a claim is about, or its one entry: dL/dW, dL/dW[0,1]."""
    if head is None:
        return ""
    return head.tensor + (f"[{','.join(map(str, head.at))}]" if head.at and head.tensor else "")


def _given_line(source: Source, finding: Finding) -> int | None:
    return source.place(finding.given)[0] if finding.given is not None else None


def _expected(finding: Finding) -> Nested:
    value: Any = finding.expected
    return _shown(value) if isinstance(value, Array) else value


@by_identities
def _shown(value: Array) -> Nested:
    return _nested(value.shape, tuple(_decimals(x) for x in value.cells))


@by_identity
def _decimals(ball: Any) -> str:
    try:
        return ball_text(ball, DIGITS)
    except Undecided:
        return ball.mid().str(DIGITS, radius=False)


def _nested(shape: tuple[int, ...], texts: Sequence[str]) -> Nested:
    """Texts in the shape: a vector flat, a matrix by rows."""
    sizes = tuple(n for n in shape if n != 1) if sum(n != 1 for n in shape) <= 1 else shape
    if not sizes:
        return texts[0] if texts else None
    if len(sizes) == 1:
        return tuple(texts)
    inner = len(texts) // sizes[0]
    return tuple(_nested(sizes[1:], texts[k * inner:(k + 1) * inner]) for k in range(sizes[0]))


def _stands_alone(chain: Chain) -> bool:
    """Whether a formula is no claim, nor a heading, nor part of a sentence: \\sigma(f) in a line of its own."""
    return len(chain.parts) == 1 and not chain.before and not chain.after and flat(chain.parts[0]) is None and not isinstance(
        chain.parts[0], Derivative | Nabla | Index | Script | Accent)


def _words(source: Source, written: Written) -> list[Mark]:
    """Sentences, and formulas that were not understood: listed, never silently right."""
    out = []
    for span in written.prose:
        line, column = source.place(span.start)
        out.append(Mark(line, column, span.start, span.end, source.text[span.start:span.end].strip(), UNCHECKED, says="Words are not checked."))
    for span in written.drawn:
        line, column = source.place(span.start)
        out.append(Mark(line, column, span.start, span.end, source.text[span.start:span.end].strip()[:200], UNCHECKED,
                        says="Drawings, and formulas set over several lines, are not read."))
    for chain in written.chains:
        if _stands_alone(chain):
            line, column = source.place(chain.span.start)
            out.append(Mark(line, column, chain.span.start, chain.span.end, source.text[chain.span.start:chain.span.end].strip()[:200], UNCHECKED,
                            says="This formula stands alone: without an equals sign it claims nothing."))
    for note in written.strange:
        line, column = source.place(note.span.start)
        out.append(Mark(line, column, note.span.start, note.span.end, source.text[note.span.start:note.span.end].strip()[:200], UNCHECKED,
                        says=f"Not understood: {note.text}" + (f" ({note.why})" if note.why else "")))
    return out


__all__ = ["CARRIED", "Figures", "Marker", "RIGHT", "check"]
