"""Numbers as written: a literal of any shape to exact rationals, or nothing where a formula is not one."""
from __future__ import annotations

from fractions import Fraction as Rational

from ..core.problem import Value
from ..core.record import record
from .environment import numeral
from .names import is_transpose
from .syntax import Formula, Fraction, Group, Matrix, Negative, Numeral, Product, Row, Script, Sequence
from .terms import Unclear

LARGEST_EXPONENT = 400


@record
class Literal:
    """Exact numbers, nested as deep as there are axes; a vector stands as "column", "row" or "" (not said)."""
    value: Value
    shape: tuple[int, ...]
    orientation: str = ""


def literal(formula: Formula) -> Literal | None:
    """The numbers of a literal; None for anything else. Unclear for a matrix with ragged rows."""
    match formula:
        case Matrix(span, rows, _):
            return _matrix(span, rows)
        case Row(_, _, items):
            return _row(formula, items)
        case Script(_, base, None, sup, 0) if is_transpose(sup):
            inner = literal(base)
            if inner is None or len(inner.shape) == 0:
                return None
            if len(inner.shape) == 1:
                return Literal(inner.value, inner.shape, "row" if inner.orientation == "column" else "column")
            return Literal(tuple(zip(*inner.value, strict=True)), inner.shape[::-1])
        case Group(_, "[" | "(", body) if isinstance(body, Matrix | Row | Script):
            return literal(body)
    value = scalar(formula)
    return None if value is None else Literal(value, ())


def scalar(formula: Formula) -> Rational | None:
    """One exact number: 0.3, -2, 1/3, 10^{-8}."""
    match formula:
        case Numeral(_, text):
            return numeral(text)
        case Negative(_, body):
            inner = scalar(body)
            return None if inner is None else -inner
        case Group(_, _, body):
            return scalar(body)
        case Fraction(_, above, below):
            a, b = scalar(above), scalar(below)
            return None if a is None or b is None or b == 0 else a / b
        case Product(_, factors, operators):
            values = [scalar(f) for f in factors]
            if None in values or any(o not in ("cdot", "times", "/", "ast") for o in operators):
                return None
            result = values[0]
            for operator, value in zip(operators, values[1:], strict=True):
                if operator == "/" and value == 0:
                    return None
                result = result / value if operator == "/" else result * value
            return result
        case Script(_, Numeral(_, text), None, sup, 0) if sup is not None:
            exponent = scalar(sup)
            base = numeral(text)
            if exponent is None or exponent.denominator != 1 or abs(exponent) > LARGEST_EXPONENT or base == 0 and exponent < 0:
                return None
            return base ** int(exponent)
    return None


def _row(formula: Row, items: tuple[Formula, ...]) -> Literal | None:
    values = [literal(item) for item in items]
    if not values or any(v is None for v in values):
        return None
    if len({v.shape for v in values}) != 1:
        raise Unclear(formula.span, "rows of unequal length")
    inner = values[0].shape
    if len(inner) > 1:
        return None
    return Literal(tuple(v.value for v in values), (len(values), *inner))


def _matrix(span, rows: tuple[tuple[Formula, ...], ...]) -> Literal | None:
    cells = [[literal(cell) for cell in row] for row in rows]
    if not cells or any(cell is None or cell.shape for row in cells for cell in row):
        return None
    lengths = [len(row) for row in cells]
    if len(set(lengths)) != 1:
        raise Unclear(span, f"a matrix with ragged rows: {', '.join(map(str, lengths))} entries")
    values = tuple(tuple(cell.value for cell in row) for row in cells)
    if lengths[0] == 1:
        return Literal(tuple(row[0] for row in values), (len(values),), "column")
    if len(values) == 1:
        return Literal(values[0], (lengths[0],), "row")
    return Literal(values, (len(values), lengths[0]))


def plain_list(formula: Formula) -> tuple[Formula, ...]:
    return formula.items if isinstance(formula, Sequence) else (formula,)
