"""`longhand read`."""
from __future__ import annotations

import click

from ..errors import NotUnderstood
from .given import about, title_of
from .streams import deliver, report


@click.command()
@click.argument("problem")
def read(problem: str) -> int:
    """What was understood of PROBLEM, in the plain-text form, which `solve` reads back to the same problem.

    Every span that was not understood is listed on standard error, with line, column and what to write instead.
    """
    from ..files import read_text
    text = read_text(problem)
    from ..printing import plain
    from ..solution import read as understood
    with about(problem):
        sheet = understood(text, name=title_of(problem))
    deliver(plain.render(*sheet.problems), None)
    report(problem, sheet.not_understood)
    return NotUnderstood.exit_code if sheet.not_understood else 0
