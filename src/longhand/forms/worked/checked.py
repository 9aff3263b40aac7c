"""The gradient check: what was compared, and the largest difference."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...calculus.descent import at_step
from ..document import Block, Heading, Table, Text
from . import grids
from .numeric import loss_change
from .page import Page


def blocks(page: Page, checks: tuple[Any, ...]) -> Iterator[Block]:
    """A table of the checks, and whether they passed."""
    if not checks:
        yield from _loss(page)
        return
    yield Heading(2, ("Gradient check",))
    total = sum(c.entries for c in checks)
    bad = [c for c in checks if not c.ok]
    every = f"All {total} entries agree" if total != 1 else "The one entry agrees"
    said = f"{every} with central differences of the forward pass, taken with 60 digits and without the derivation above."
    if bad:
        wrong = ", ".join(c.wrt for c in bad)
        said = f"{len(checks) - len(bad)} of {len(checks)} gradients agree with central differences; these do not: {wrong}."
    yield Text((said,), "check" if not bad else "problem")
    rows = tuple(((page.symbol(c.wrt),), (f"{c.entries} of {c.of}",), (grids.number(c.max_error),), ("right" if c.ok else "WRONG",))
                 for c in checks)
    yield Table((("with respect to",), ("entries compared",), ("largest difference",), ("",)), rows)
    for check in checks:
        for skipped in check.skipped[:5]:
            at = ", ".join(str(k + 1) for k in skipped.at)
            yield Text((page.symbol(check.wrt), f" at ({at}) was not compared: {skipped.reason}."))
    yield from _loss(page)


def _loss(page: Page) -> Iterator[Block]:
    descent = page.problem.descent
    if descent is not None and page.figures is not None and page.problem.loss:
        last = at_step(page.problem.loss, descent.steps)
        if last in page.tensors and page.figures.has(last):
            yield Text(loss_change(page), "check")
