"""Second formulas: a quantity that the sheet defines again, where it asks for everything once more with the new formula."""
from __future__ import annotations

from collections.abc import Callable, Iterable

from ..core.equation import Equation
from .define import Definer
from .known import Known
from .requests import Request


def compare_repeats(known: Known, definer: Definer, asked: Iterable[Request], agrees: Callable[[Equation, Equation], bool]) -> None:
    """Say of each second formula that a "repeat with ..." names that it gives the same values; one that does not has its own problem."""
    spans = {request.span for request in asked if request.again}
    for name, definitions in known.definitions.items():
        chosen = definer.done.get(name)
        for definition in definitions:
            at = definition.kind.statement.span
            if chosen is None or definition is chosen.definition or not any(s.start <= at.start < s.end for s in spans):
                continue
            others = definer.again(definition)
            if others is None:
                known.environment.note("problem", at, f"the second formula for {name} is not understood")
            elif all(agrees(chosen.equation, other) for other in others):
                known.environment.note("assumption", at, f"the second formula for {name} gives the same values, so all results hold for it",
                                       "both were evaluated on random numbers")
