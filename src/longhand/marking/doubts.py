"""Claims with something in them that was not read: whatever was made of the rest is no verdict."""
from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from ..core.problem import Remark
from ..reading.environment import Note
from ..reading.source import Source
from ..reading.syntax import Span
from .figures import SHAPE
from .findings import Finding
from .marks import CARRIED, MISREAD, RIGHT, UNCHECKED, WRONG
from .reference import Reference
from .scope import LOSS_WORDS
from .unknown_names import names_of

PARTLY = "Not checked: a part of it was not understood."
SECOND = "a second formula for "
"""How a remark begins on a sheet that defines a quantity twice, in two ways."""
UNREAD_NUMBER = "a number whose meaning was not understood"
GUESSED = " is taken as given, as "
"""What a remark says of a name that the sheet does not declare."""
NOT_ONE = "Not checked: the loss {} came out as no single number, so the sheet may not have been read as it is meant."
UNREAD = "Not checked: the sheet's formula for {} was not understood."


def doubt(findings: Iterable[Finding], unread: Sequence[Note]) -> None:
    """Takes back what was said of claims that have something unread in their left side, or from the side before to their own end."""
    places = sorted((note.span.start, note.span.end) for note in unread)
    if not places:
        return
    for finding in findings:
        if finding.verdict != UNCHECKED and any(_holds(span, places) for span in _places(finding)):
            finding.verdict, finding.mistake, finding.says = UNCHECKED, None, PARTLY


def doubt_what_rests_on_unread(findings: Iterable[Finding], reference: Reference) -> None:
    """Takes back what was said of quantities that rest on a formula of the sheet that was not understood, and of every derivative and
    update: which of them pass through it cannot be known."""
    remarks = reference.problem.not_understood
    unread = [remark.about for remark in remarks if remark.about]
    unread += [name for remark in remarks if remark.text.startswith(SECOND) and (name := remark.text.removeprefix(SECOND).split()[0]) in reference.defined]
    if not unread:
        return
    resting = {*unread, *reference.program.downstream(unread), *reference.updated.values()}
    for finding in findings:
        head = finding.head.tensor if finding.head is not None else ""
        if head in resting or "/d" in head or finding.mistake is SHAPE or not head and not resting.isdisjoint(names_of(finding.line.parts)):
            finding.verdict, finding.mistake, finding.says = UNCHECKED, None, UNREAD.format(unread[0])
            finding.expected, finding.cells, finding.evidence = None, (), ""


def doubt_what_stands_beside_unread_numbers(findings: Iterable[Finding], reference: Reference, sheet: Source, unread: Iterable[Remark]) -> None:
    """Takes back what was said of quantities that the sheet defines in a line with a number that was not understood, a slope perhaps, and of what
    is computed from them. A whole number there is a count: a 2-2-1 network."""
    lines = {remark.line: remark.text for remark in unread if remark.why == UNREAD_NUMBER and "." in remark.text}
    beside = {e.name: lines[line] for e in reference.problem.program.equations
              if e.span is not None and (line := sheet.place(e.span.start)[0]) in lines}
    resting = {*beside, *reference.program.downstream(beside)} if beside else set()
    for finding in findings if resting else ():
        head = finding.head.tensor if finding.head is not None else ""
        if finding.verdict != UNCHECKED and (head in resting or not head and not resting.isdisjoint(names_of(finding.line.parts))):
            finding.verdict, finding.mistake, finding.expected, finding.cells = UNCHECKED, None, None, ()
            finding.says = f"Not checked: the meaning of the number {next(iter(beside.values()))} on the sheet was not understood."


def doubt_what_rests_on_guessed_shapes(findings: Iterable[Finding], reference: Reference, unread: Iterable[Remark]) -> None:
    """Takes back that something is wrong where only its shape is, and the sheet does not declare that; and all that was said of derivatives, where
    the loss came out as no single number: then something else is meant than was read."""
    loss, program = reference.problem.loss, reference.program
    guessed = {remark.text.partition(GUESSED)[0]: remark.text for remark in unread if GUESSED in remark.text}
    single = loss is not None and program[loss].rank == 0
    arrays = {} if single else {f"d{name}/d": name for name in LOSS_WORDS | {loss} if name in program.tensors and program[name].rank > 0}
    for finding in findings:
        head = finding.head.tensor if finding.head is not None else ""
        wrt = head.partition(f"d{loss}/d")[2] or head
        several = next((name for start, name in arrays.items() if head == name or head.startswith(start)), None)
        says = NOT_ONE.format(several) if several else f"Not checked: {guessed[wrt]}." if wrt in guessed and _misfits(finding) else ""
        if says and finding.verdict in (WRONG, MISREAD, *((RIGHT, CARRIED) if several else ())):
            finding.verdict, finding.mistake, finding.says, finding.evidence, finding.expected, finding.cells = UNCHECKED, None, says, "", None, ()


def _misfits(finding: Finding) -> bool:
    """Whether the two sides cannot be compared entry by entry."""
    return finding.mistake is SHAPE or finding.mistake is None and not finding.evidence.startswith("For numbers") and finding.kind == "symbols"


def _places(finding: Finding) -> tuple[Span, Span]:
    spans, side = finding.line.spans, finding.side
    start = spans[side - 1].end
    return spans[0], Span(start if start <= spans[side].start else spans[side].start, spans[side].end)


def _holds(span: Span, places: Sequence[tuple[int, int]]) -> bool:
    """Whether one of the places lies inside the span. What reaches beyond it is said of the whole formula: a sign with nothing behind it."""
    at = bisect_left(places, (span.start, span.start))
    while at < len(places) and places[at][0] < span.end:
        if places[at][1] <= span.end:
            return True
        at += 1
    return False
