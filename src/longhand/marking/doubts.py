"""Claims with something in them that was not read: whatever was made of the rest is no verdict."""
from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from ..reading.environment import Note
from ..reading.syntax import Span
from .findings import Finding
from .marks import UNCHECKED
from .reference import Reference
from .unknown_names import names_of

PARTLY = "Not checked: a part of it was not understood."
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
    unread = [remark.about for remark in reference.problem.not_understood if remark.about]
    if not unread:
        return
    resting = {*unread, *reference.program.downstream(unread), *reference.updated.values()}
    for finding in findings:
        head = finding.head.tensor if finding.head is not None else ""
        if head in resting or "/d" in head or not head and not resting.isdisjoint(names_of(finding.line.parts)):
            finding.verdict, finding.mistake, finding.says = UNCHECKED, None, UNREAD.format(unread[0])


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
