"""Functions as maths: σ(u), ELU'(u_j), e^z, ln ŷ, in the sheet's own names."""
from __future__ import annotations

from functools import lru_cache

from ..core.problem import Notation
from .latex_atoms import fill, read
from .maths import Fence, Line, Maths, Scripts, Sign, Words, line

LOGARITHMS = {"ln": r"\ln", "log": r"\log"}
ATOMIC = Sign | Words | Scripts


@lru_cache(maxsize=512)
def template(function: str) -> str:
    """The LaTeX of a scalar function with #1 for the argument, from the table of functions; its name where the table does not know it."""
    try:
        from ..functions.table import scalar
        return scalar(function).latex
    except (ImportError, KeyError):
        return rf"\mathrm{{{function}}}(#1)"


@lru_cache(maxsize=512)
def vector_template(function: str) -> str:
    """The same for a vector function."""
    try:
        from ..functions.table import vector
        latex = vector(function).latex
    except (ImportError, KeyError):
        latex = rf"\mathrm{{{function}}}"
    return latex if "#1" in latex else latex + "(#1)"


def apply(notation: Notation, function: str, order: int, arguments: tuple[Maths, ...], atomic: bool) -> Maths:
    """The function, `order` times differentiated, at the arguments. `atomic` tells that the first one needs no brackets."""
    brackets = (not atomic, *(False for _ in arguments[1:]))
    if function == "ln" and order == 0 and function not in notation.functions:
        name = Sign(LOGARITHMS.get(notation.log, r"\ln"))
        return line(name, arguments[0] if atomic and not _is_product(arguments[0]) else Fence(arguments[0]))
    own = notation.functions.get(function)
    pattern = _called(own) if own is not None else read(template(function))
    if order:
        pattern = _primed(pattern, order) or _primed(_called(function), order) or pattern
    return fill(pattern, arguments, brackets)


def _is_product(maths: Maths) -> bool:
    """A number in scientific notation, 3.1 · 10^{-7}, is a product."""
    return isinstance(maths, Line) and any(isinstance(item, Sign) and item.latex == r"\cdot" for item in maths.items)


def apply_vector(notation: Notation, function: str, argument: Maths) -> Maths:
    """The vector function of a vector."""
    own = notation.functions.get(function)
    return fill(_called(own) if own is not None else read(vector_template(function)), (argument,), (True,))


def head(notation: Notation, function: str) -> Maths:
    """The name of a vector function alone."""
    pattern = _called(notation.functions[function]) if function in notation.functions else read(vector_template(function))
    if isinstance(pattern, Line) and len(pattern.items) == 2:
        return pattern.items[0]
    return Words(function)


def _called(name: str) -> Maths:
    r"""name(#1), for a name in LaTeX or a word."""
    if "#1" in name:
        return read(name)
    return line(read(name), Fence(Sign("#1")))


def _primed(pattern: Maths, order: int) -> Maths | None:
    """The pattern name(#1) with primes on the name; None for any other pattern."""
    if not (isinstance(pattern, Line) and len(pattern.items) == 2 and isinstance(pattern.items[1], Fence)):
        return None
    name = pattern.items[0]
    mark = Sign("'" * order) if order <= 3 else Fence(Sign(str(order), "number"))
    match name:
        case Sign() | Words():
            return line(Scripts(name, None, mark), pattern.items[1])
        case Scripts(core, sub, None):
            return line(Scripts(core, sub, mark), pattern.items[1])
    return None
