"""Sides of a chain that are numbers: printed digits cell by cell, sums of numbers without a name, and numbers among names."""
from __future__ import annotations

from collections.abc import Iterator

from ..core.record import record
from ..reading.names import flat, is_transpose
from ..reading.syntax import (
    Accent,
    Call,
    Derivative,
    Formula,
    Fraction,
    Group,
    Index,
    Matrix,
    Nabla,
    Name,
    Negative,
    Numeral,
    Product,
    Row,
    Script,
    Sequence,
    walk,
)
from .identity import of_formula

FUNCTION_WORDS = frozenset("""exp log ln lg log2 log10 sqrt tanh sinh cosh sin cos max min sigma sigmoid relu ReLU elu ELU softmax Softmax diag abs
e pi T top""".split())


@record
class Digits:
    """Printed numbers: their texts in row-major order and their shape: () one, (n, 1) a column, (1, n) a row, (n, m)."""
    texts: tuple[str, ...]
    shape: tuple[int, ...]


@of_formula
def digits_of(formula: Formula) -> Digits | None:
    """The printed numbers that a formula is; None for anything else. A fraction of whole numbers counts as one, exactly."""
    match formula:
        case Matrix(_, rows, _) if rows and all(len(row) == len(rows[0]) for row in rows):
            texts = [_text(cell) for row in rows for cell in row]
            return None if None in texts else Digits(tuple(texts), (len(rows), len(rows[0])))
        case Row(_, _, items):
            if items and all(isinstance(item, Row) for item in items):
                inner = [digits_of(item) for item in items]
                if None in inner or len({d.shape for d in inner}) != 1:
                    return None
                return Digits(tuple(t for d in inner for t in d.texts), (len(inner), len(inner[0].texts)))
            texts = [_text(item) for item in items]
            return None if not texts or None in texts else Digits(tuple(texts), (1, len(texts)))
        case Script(_, base, None, sup, 0) if is_transpose(sup):
            inner = digits_of(base)
            if inner is None or len(inner.shape) != 2:
                return None
            n, m = inner.shape
            return Digits(tuple(inner.texts[i * m + j] for j in range(m) for i in range(n)), (m, n))
        case Group(_, "[" | "(", body) if isinstance(body, Matrix | Row | Script):
            return digits_of(body)
        case Sequence(_, items, _) if len(items) > 1:
            texts = [_text(item) for item in items]
            return None if None in texts else Digits(tuple(texts), (1, len(texts)))
    text = _text(formula)
    return None if text is None else Digits((text,), ())


def _text(formula: Formula) -> str | None:
    """One printed number: -0.75, .627, 3/4, 1.2 × 10^{-3}."""
    match formula:
        case Numeral(_, text):
            return text
        case Negative(_, body):
            inner = _text(body)
            return None if inner is None or inner.startswith("-") else "-" + inner
        case Group(_, "(" | "[", body):
            return _text(body) if isinstance(body, Numeral | Negative | Group) else None
        case Fraction(_, Numeral(_, above), Numeral(_, below)) if above.isdigit() and below.isdigit():
            return f"{above}/{below}"
        case Product(_, (Numeral(_, above), Numeral(_, below)), ("/",)) if above.isdigit() and below.isdigit():
            return f"{above}/{below}"
        case Product(_, (Numeral(_, mantissa), Script(_, Numeral(_, "10"), None, sup, 0)), ("times" | "cdot" | "ast",)):
            exponent = _text(sup) if sup is not None else None
            return None if exponent is None or "/" in exponent or "e" in exponent else f"{mantissa}e{exponent}"
    return None


def names_in(formula: Formula) -> Iterator[Formula]:
    """The name-like parts of a formula, words of functions and constants left out."""
    for node in walk(formula):
        match node:
            case Derivative() | Nabla():
                yield node
            case Name(_, text) if text not in FUNCTION_WORDS:
                yield node
            case Accent():
                yield node


@of_formula
def is_arithmetic(formula: Formula) -> bool:
    """Whether it is computed from numbers alone."""
    return not any(True for _ in names_in(formula))


@of_formula
def has_numbers(formula: Formula) -> bool:
    """Whether printed numbers stand in it: decimals, or matrices and rows of numbers. Small whole numbers belong to formulas."""
    for node in walk(formula):
        match node:
            case Numeral(_, text) if "." in text or len(text) > 2:
                return True
            case Matrix() | Row():
                if digits_of(node) is not None:
                    return True
    return False


@of_formula
def has_zero(formula: Formula) -> bool:
    """Whether a lone 0 stands in it."""
    return any(isinstance(node, Numeral) and node.text == "0" for node in walk(formula))


def is_formula_of_names(formula: Formula) -> bool:
    """Whether it can be judged without the sheet's numbers."""
    return not has_numbers(formula) and not is_arithmetic(formula)


def own_name(formula: Formula) -> str | None:
    """The flat name of a name-like formula, for names that the answer brings in itself."""
    match formula:
        case Name() | Accent() | Script() | Index() | Call():
            base = formula.function if isinstance(formula, Call) else formula
            return flat(base) or None
    return None


