"""What words and assignments add to the statements of a sheet, before they are read: one pass after the other, a section at a time."""
from __future__ import annotations

from dataclasses import replace
from functools import partial

from . import assignments
from .einstein import with_einstein
from .environment import Note
from .expressions import with_expressions
from .families import with_families
from .identity_matrices import with_identities
from .named_loss import with_loss
from .namesakes import with_namesakes
from .one_example import with_one_example
from .other_upstream import with_other_upstream
from .points import with_points
from .requests import Understood
from .series import with_series
from .softmax_names import with_softmax_names
from .softmax_words import with_softmax
from .statements import Statement
from .units import with_units
from .worded_loss import with_worded_loss

SHEET_PASSES = (with_units, with_one_example, with_namesakes, with_softmax_names, with_identities, with_einstein, with_other_upstream, with_series)
PASSES = (with_loss, with_softmax)


def completed(found: list[Statement], understood: Understood) -> tuple[list[Statement], Understood, list[Note]]:
    """The statements with what the sheet says in other ways than by equations, the requests in these terms, and what was assumed."""
    out: list[Statement] = []
    found, understood, notes = with_points(found, understood)
    for passed in SHEET_PASSES:
        found, understood, told = passed(found, understood)
        notes += told
    borders = [section.start for section in understood.sections][1:]
    for start, end in zip([0, *borders], [*borders, None], strict=True):
        own = [s for s in found if s.span.start >= start and (end is None or s.span.start < end)]
        own, renamed = assignments.settled(own)
        notes += [Note("assumption", span, text, "each formula reads the value that the quantity has by then") for span, text in renamed]
        phrases = [p for p in understood.phrases if p.span.start >= start and (end is None or p.span.start < end)]
        asked = [r for r in understood.requests if r.span.start >= start and (end is None or r.span.start < end)]
        own, told = with_families(own, phrases)
        notes += told
        for passed in (*PASSES, partial(with_worded_loss, requests=asked)):
            own, assumed = passed(own, phrases)
            notes += [Note("assumption", *each) for each in assumed]
        out += own
    out, understood, named = with_expressions(out, understood)
    return [s if s.order == k else replace(s, order=k) for k, s in enumerate(out)], understood, notes + named
