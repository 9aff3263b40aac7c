"""The right formula of a quantity in LaTeX, as the sheet writes things."""
from __future__ import annotations

from ..core.equation import Equation
from ..forms.worked.page import Page
from ..printing.latex_maths import latex
from .reference import Reference


def right_formula(reference: Reference, name: str) -> str | None:
    """The matrix form of a quantity's equation, the index form where there is none; None for a given quantity."""
    equation = reference.program.equation(name)
    if equation is None:
        return None
    notation = reference.problem.notation
    page = Page(reference.derivation, reference.program, notation, notation)
    matrix = page.matrix_maths(equation)
    return latex(matrix if matrix is not None else page.equation(equation, compact=True)[1])


def formula(reference: Reference, equation: Equation) -> str:
    """The right side of any equation over the problem's quantities, in index form. Kept: a class makes the same mistakes."""
    if equation not in reference.formulas:
        notation = reference.problem.notation
        reference.formulas[equation] = latex(Page(reference.derivation, reference.program, notation, notation).equation(equation, compact=True)[1])
    return reference.formulas[equation]


def symbol(reference: Reference, name: str) -> str:
    """A quantity's symbol in LaTeX."""
    notation = reference.problem.notation
    return latex(Page(reference.derivation, reference.program, notation, notation).symbol(name))
