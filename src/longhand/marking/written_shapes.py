r"""Shapes as they are written, N_1 \times K, and their sizes as the sheet calls them."""
from __future__ import annotations

from collections.abc import Sequence

from ..core.problem import Problem
from ..reading.formula import read_formula
from ..reading.names import flat, loose
from ..reading.syntax import Formula, Group, Name, Numeral, Product, Row, Script, Symbol
from ..reading.terms import Unclear

Shape = tuple[str | int, ...]
"""Sizes along the axes: symbols or numbers; a 1 says nothing."""


class Sizes:
    """The sizes of a problem: their symbols, and the numbers that they have."""

    def __init__(self, problem: Problem) -> None:
        symbols = problem.program.sizes() | set(problem.sizes) | {t.name for t in problem.program.tensors.values() if t.role == "size"}
        self.numbers = dict(problem.sizes)
        self._symbols = {loose(symbol): symbol for symbol in symbols}
        for symbol, latex in problem.notation.sizes.items():
            if symbol in symbols and (spelled := flat(read_formula(latex).formula)):
                self._symbols.setdefault(loose(spelled), symbol)

    def known(self, name: str) -> bool:
        return loose(name) in self._symbols

    def equal(self, stated: Shape, true: Shape) -> bool | None:
        """Whether two shapes are one, a vector standing either way; None where a size has no number. Unclear for an unknown size."""
        named = [self._symbol(token) for token in stated if token != 1]
        a, b = [x for x in named if x != 1], [y for y in true if y != 1]
        if len(a) != len(b):
            return False
        outcomes = [self._same(x, y) for x, y in zip(a, b, strict=True)]
        return False if False in outcomes else None if None in outcomes else True

    def _symbol(self, token: str | int) -> str | int:
        if isinstance(token, int):
            return token
        if (symbol := self._symbols.get(loose(token))) is None:
            raise Unclear(None, f"{token} is no size of the problem")
        return symbol

    def _same(self, a: str | int, b: str | int) -> bool | None:
        if a == b or isinstance(a, str) and isinstance(b, str):
            return a == b
        x, y = (size if isinstance(size, int) else self.numbers.get(size) for size in (a, b))
        return None if x is None or y is None else x == y


def written(formula: Formula) -> tuple[Shape, ...] | None:
    """The shapes that a formula is, one or several multiplied; None for anything else."""
    match formula:
        case Group(_, "(" | "{" | "[", body):
            inner = written(body)
            return inner if inner is not None and len(inner) == 1 else None
        case Product(_, factors, operators) if set(operators) <= {"times", "", "cdot"}:
            if set(operators) == {"times"} and None not in (shape := tuple(map(_size, factors))):
                return (shape,)
            if not any(isinstance(factor, Group) for factor in factors):
                return None
            found = [(1,) if isinstance(f, Numeral) and f.text == "1" else _one(f) for f in factors]
            return None if None in found else tuple(found)
    return None


def _one(factor: Formula) -> Shape | None:
    shapes = written(factor) if isinstance(factor, Group) else None
    return shapes[0] if shapes is not None else None


def _size(formula: Formula) -> str | int | None:
    match formula:
        case Numeral(_, text) if text.isdigit() and len(text) < 10:
            return int(text)
        case Name() | Script():
            return flat(formula) or None
    return None


def is_real(formula: Formula) -> Shape | None:
    r"""The shape of \mathbb{R}^{N \times K}: () of \mathbb{R}; None for anything else."""
    match formula:
        case Symbol(_, "R"):
            return ()
        case Script(_, Symbol(_, "R"), None, sup, 0) if sup is not None:
            if (size := _size(sup)) is not None:
                return (size,)
            if isinstance(sup, Row) and None not in (sizes := tuple(map(_size, sup.items))):
                return sizes
            shapes = written(sup)
            return shapes[0] if shapes is not None and len(shapes) == 1 else None
    return None


def product_of(shapes: Sequence[Shape]) -> Shape | str:
    """The shape of a product, the last axis of each factor summed with the first of the next; else why there is none."""
    result = shapes[0]
    for shape in shapes[1:]:
        if all(size == 1 for size in shape):
            continue
        if all(size == 1 for size in result):
            result = shape if len(shape) > 1 or not result else (*shape,)
            continue
        if result[-1] != shape[0] and len(result) > 2 and result[-1] == 1:
            result = result[:-1]
        if result[-1] != shape[0]:
            return f"{shown(result)} times {shown(shape)}"
        result = (*result[:-1], *shape[1:])
    return result


def shown(shape: Shape) -> str:
    """N × K; a number for no axes."""
    return " × ".join(map(str, shape)) if shape else "a number"
