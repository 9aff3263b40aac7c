"""The front door: a text, a sheet or a problem to its worked solution."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from .calculus.derivation import Derivation
from .calculus.descent import unrolled
from .calculus.jacobian import derive
from .core.equation import Program
from .core.problem import Problem, Remark
from .forms.document import Block, Document, Figure, Heading
from .forms.worked import asked_gradients, asked_others, blocks
from .forms.worked.figures import Figures
from .forms.worked.numeric import with_steps
from .forms.worked.page import Page, with_deltas

if TYPE_CHECKING:
    from .reading.sheet import Sheet

TEXT_DIGITS = 6


def page_of(problem: Problem, digits: int = TEXT_DIGITS) -> Page:
    derivation = derive(problem)
    program = derivation.backward
    if problem.descent is not None and problem.loss:
        program = unrolled(program, problem.loss, problem.descent)
    notation = with_deltas(problem)
    if problem.descent is not None:
        notation = with_steps(notation, program, problem.descent.steps)
    figures = Figures(program, problem.data, problem.sizes) if problem.data else None
    return Page(derivation, program, notation, replace(notation, deltas={}), figures, digits)
