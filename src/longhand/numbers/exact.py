"""Exact values to be printed: 1/(1+e^{-3}+e) instead of 0.265387928772, where that is short."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..core.equation import Program
from ..core.problem import Value
from ..core.record import record
from .faults import EvaluationError, NumberError
from .interpret import Values

LONGEST_TEXT = 40
"""Characters of the plain form above which a closed form is no help."""
BITS = 192


@record
class ClosedForm:
    """An exact value: tree is a `formula.Tree`; rational tells whether it is a plain number."""
    tree: Any
    rational: bool

    def latex(self) -> str:
        """The formula in LaTeX: \\frac{1}{1+e^{-3}+e}."""
        from . import formula
        return formula.latex(self.tree)

    def text(self) -> str:
        """The formula in plain characters: 1/(1+e^-3+e)."""
        from . import formula
        return formula.text(self.tree)


def closed_forms(program: Program, data: Mapping[str, Value], sizes: Mapping[str, int], names: Iterable[str],
                 longest: int = LONGEST_TEXT) -> dict[str, Any]:
    """name -> closed forms, in lists nested as the tensor is. None for an entry without one of at most `longest`
    characters, and for a tensor that has no value."""
    from .closed import Certain  # flint is loaded where it is needed

    values = Values(program, data, sizes, Certain(BITS))

    def each(value: Any) -> Any:
        return [each(part) for part in value] if isinstance(value, list) else closed_form(value, longest)

    found: dict[str, Any] = {}
    for name in names:
        try:
            value = values.tensor(name)
        except (EvaluationError, NumberError):
            found[name] = None
        else:
            with values.numbers.working():
                found[name] = each(value)
    return found


def closed_form(x: Any, longest: int = LONGEST_TEXT) -> ClosedForm | None:
    """The closed form of a number of the arithmetic `Certain`, or None. Its value, computed anew from its parts, is held
    against the ball that came with it."""
    from .balls import as_fraction, is_rational
    from .closed import Closed, enclosed, weight
    from .formula import rational_tree, tree

    if is_rational(x):
        form = ClosedForm(rational_tree(as_fraction(x)), rational=True)
    elif isinstance(x, Closed) and weight(x.terms) <= longest:
        if not enclosed(x.terms).overlaps(x.ball):
            raise NumberError(f"a closed form that is not {x.ball.str(10)}: an error in the rules for closed forms")
        form = ClosedForm(tree(x.terms), rational=False)
    else:
        return None
    return form if len(form.text()) <= longest else None
