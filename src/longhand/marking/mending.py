"""Lines that come right once damage is undone or a letter is read as another: misread, or wrong in a way that is told."""
from __future__ import annotations

from collections.abc import Callable

from ..reading.syntax import Formula
from ..reading.terms import Unclear
from . import alike
from .array import Array, Nonconforming
from .damage import mended
from .equality import agree, heads, sides
from .findings import Finding, Line, plain
from .heads import Head, head_of
from .marks import MISREAD, WRONG
from .masks import mask_for
from .meaning import Reading
from .own_names import OwnNames
from .reference import Reference
from .scope import Scope


class Mending:
    """Tries other readings of the writing. `allowed`: which readings of its products a line allows."""

    def __init__(self, reference: Reference, scope: Scope, names: OwnNames, allowed: Callable[[Line], Callable[[Reading], bool]]) -> None:
        self.reference, self.scope, self.names, self.allowed = reference, scope, names, allowed

    def mend(self, finding: Finding) -> bool:
        """Whether the line is right once some known damage is undone: then it is misread, and no mistake."""
        line, formula = finding.line, plain(finding.formula)
        for says, left, right in mended(plain(line.parts[0]), formula):
            if self._equal(line, left, right):
                finding.verdict, finding.says, finding.cause = MISREAD, says, ""
                return True
        return False

    def _equal(self, line: Line, left: Formula, right: Formula, known: dict[Formula, tuple[Head, list[list[Array]]] | None] | None = None) -> bool:
        """Whether two sides that do not stand there like this would be equal. `known`: left sides that were tried, with their values."""
        points = self.reference.at_random[:2] or ([self.reference.at_data] if self.reference.at_data else [])
        known = {} if known is None else known
        try:
            if left not in known:
                known[left] = None
                head = head_of(left, self.scope, self.reference) or self.names.expression(left)
                known[left] = head, [heads(head, self.scope, point, {}) for point in points]
            if known[left] is None:
                return False
            head, values = known[left]
            mask, allowed = mask_for(line.conditions, head, self.scope), self.allowed(line)
            return bool(points) and all(any(agree(true, r.array, mask(point)) for r in sides(head, right, self.scope, point, {}) if allowed(r)
                                            for true in truths) for point, truths in zip(points, values, strict=True))
        except (Unclear, Nonconforming):
            return False

    def misspelt(self, finding: Finding) -> bool:
        """Whether other letters make the line right: misread where they are damage, else wrong."""
        line = finding.line
        known: dict[Formula, tuple[Head, list[list[Array]]] | None] = {}
        found = alike.meant(plain(line.parts[0]), plain(finding.formula), self.scope, lambda left, right: self._equal(line, left, right, known))
        if found is None:
            return False
        finding.mistake, finding.evidence, finding.cause = found.mistake, found.says, ""
        finding.verdict, finding.says = (MISREAD, alike.GARBLED) if found.mistake is None else (WRONG, found.mistake.says)
        return True
