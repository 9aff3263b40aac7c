"""The catalogue of mistakes: each is one row that rewrites the right equation into the wrong ones."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..core.equation import Equation, Program
from ..core.expr import Entry, Expr
from ..core.walk import canonical, tensors
from .catalogue import delta, forward, general, loss, parameters
from .catalogue.setting import Row, Setting
from .marks import Mistake

MISTAKES: tuple[Row, ...] = (*forward.ROWS, *parameters.ROWS, *loss.ROWS, *delta.ROWS, *general.ROWS)
"""In the order in which they are tried: of two that give the same, the first names it."""

CONSTANT = "F8"
"""The one mistake that makes a bare number of a quantity."""

MOST = 60
"""No equation has more variants; general ones, which stand last, are left out."""


def variants(equation: Equation, setting: Setting) -> Iterator[tuple[Mistake, Equation]]:
    """The wrong equations that mistakes make of a right one, each once and none equal to it. The left side of a variant shows the
    shape of the mistaken result: `planted` makes a program of it."""
    seen: set[tuple[Entry, Expr]] = {(equation.left, canonical(equation.right))}
    for row in MISTAKES:
        for wrong in row.rewrite(equation, setting):
            key = (wrong.left, canonical(wrong.right))
            if key not in seen and (tensors(wrong.right) or row.mistake.code == CONSTANT):      # else the formula fell to pieces
                seen.add(key)
                yield row.mistake, wrong
                if len(seen) > MOST:
                    return


def planted(program: Program, wrong: Equation) -> Program:
    """The program with a mistaken equation in the place of the right one, and with the shape that the mistaken result has."""
    tensor = replace(program[wrong.name], axes=tuple(index.axis for index in wrong.left.at))
    equations = tuple(wrong if e.name == wrong.name else e for e in program.equations)
    return replace(program, tensors={**program.tensors, wrong.name: tensor}, equations=equations)


__all__ = ["MISTAKES", "MOST", "Row", "Setting", "planted", "variants"]
