"""The index form: an expression as the sum over indices that it is, in the sheet's notation."""
from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import assert_never

from ..calculus.derivation import Case
from ..core.axis import Index
from ..core.expr import (
    Add,
    Apply,
    Component,
    Delta,
    Entry,
    Expr,
    Holds,
    Mul,
    Number,
    Offset,
    Position,
    Power,
    Rational,
    Sum,
    number,
)
from ..core.problem import Notation
from ..core.record import record
from . import named_functions, symbols
from .letters import Letters, choose
from .maths import Choice, Fence, Limits, Line, Maths, Over, Root, Scripts, Sign, Words, line
from .symbols import COMMA, EQUALS, MINUS, NO_TENSORS, ONE, PLUS, Tensors

RELATIONS = {">": ">", ">=": r"\ge", "<": "<", "<=": r"\le", "==": "=", "!=": r"\ne", "=": "="}
INDICATOR = Sign(r"\mathbf{1}")
DOT = Sign(r"\cdot", "operator")

ADDITIVE, PRODUCT, ATOM = 0, 1, 2


@record
class Piece:
    """Maths and how tightly it binds. `open`: it ends in a sum or a logarithm, which would swallow a factor set after it."""
    maths: Maths
    level: int = ATOM
    open: bool = False


@record
class Setting:
    """What a formula is printed with. `compact`: sums without limits; `decimals`: 1/10 as 0.1; `active`: letters bound around here."""
    notation: Notation
    letters: Letters
    tensors: Tensors
    compact: bool
    decimals: bool
    active: frozenset[str]
    names: dict[Index, str]

    def bound(self, index: Index) -> tuple[str, Setting]:
        """The letter of a bound index, and the setting inside its scope."""
        chosen = self.letters.bind(index, self.active, self.notation)
        return chosen, Setting(self.notation, self.letters, self.tensors, self.compact, self.decimals,
                               self.active | {chosen}, {**self.names, index: chosen})


def index_form(e: Expr, notation: Notation, letters: Letters | None = None, *, tensors: Tensors = NO_TENSORS,
               compact: bool = False, decimals: bool = False) -> Maths:
    """The expression as maths. Formulas that stand together share `letters` (see `letters.choose`)."""
    return _form(e, setting(notation, letters or choose((e,), notation), tensors, compact, decimals)).maths


def setting(notation: Notation, letters: Letters, tensors: Tensors = NO_TENSORS, compact: bool = False, decimals: bool = False) -> Setting:
    """The setting at the outermost level, in which the free indices have their letters."""
    return Setting(notation, letters, tensors, compact, decimals, frozenset(), {i: letters.of[i] for i in letters.free})


def cases_form(cases: Iterable[Case], notation: Notation, letters: Letters | None = None, *, tensors: Tensors = NO_TENSORS,
               compact: bool = False) -> Choice:
    """A distinction by cases: the chain of each, and its condition."""
    cases = tuple(cases)
    sides = (_side_expr(side) for case in cases for side in (case.left, case.right))
    letters = letters or choose((*(e for case in cases for e in case.chain), *sides), notation)
    at = setting(notation, letters, tensors, compact)
    rows: list[tuple[Maths, Maths]] = []
    for case in cases:
        items: list[Maths] = []
        for e in case.chain:
            items += [EQUALS, _form(e, at).maths] if items else [_form(e, at).maths]
        condition = line(_side(case.left, at), Sign(RELATIONS.get(case.relation, case.relation), "relation"), _side(case.right, at))
        rows.append((line(*items) if items else Line(()), condition))
    return Choice(tuple(rows))


def _side_expr(side: object) -> Expr:
    return side if isinstance(side, Expr) else Entry("", (side,))


def _side(side: object, at: Setting) -> Maths:
    return _form(side, at).maths if isinstance(side, Expr) else _place(side, at)


def _place(p: Position, at: Setting) -> Maths:
    return symbols.place(at.notation, p, at.names, at.tensors)


def _form(e: Expr, at: Setting) -> Piece:
    match e:
        case Number(value):
            return _number(value, at.decimals)
        case Entry(tensor, places):
            return Piece(symbols.entry(at.notation, tensor, places, at.names, at.tensors))
        case Delta(left, right):
            return Piece(Scripts(Sign(r"\delta"), _pair(left, right, at)))
        case Holds(left, relation, right):
            sign = Sign(RELATIONS[relation], "relation")
            return Piece(line(INDICATOR, Fence(line(_form(left, at).maths, sign, _form(right, at).maths), "[", "]")))
        case Add(parts):
            return _sum_of(parts, at)
        case Mul(parts):
            return _product(parts, at)
        case Power(base, exponent):
            return _power(base, exponent, at)
        case Sum():
            return _sum(e, at)
        case Apply(function, arguments, order):
            return _apply(function, arguments, order, at)
        case Component(function, index, body, p):
            return _component(function, index, body, p, at)
    assert_never(e)


# ---- numbers ------------------------------------------------------------------------------------------------------

def _number(value: Rational, decimals: bool) -> Piece:
    if value < 0:
        return Piece(line(MINUS, _number(-value, decimals).maths), ADDITIVE)
    return Piece(positive_number(value, decimals))


def positive_number(value: Rational, decimals: bool = False) -> Maths:
    """A number that is not negative: digits, a decimal where that is wished and exact, or a fraction."""
    if isinstance(value, int) or value.denominator == 1:
        return Sign(str(int(value)), "number")
    if decimals and value.denominator > 4 and (text := decimal(value)) is not None:
        return Sign(text, "number")
    return Over(Sign(str(value.numerator), "number"), Sign(str(value.denominator), "number"))


def decimal(value: Fraction) -> str | None:
    """The exact decimal of a fraction, or None where it does not end within 12 places."""
    for places in range(1, 13):
        scaled = value * 10**places
        if scaled.denominator == 1:
            digits = str(scaled.numerator).rjust(places + 1, "0")
            return f"{digits[:-places]}.{digits[-places:]}"
    return None


# ---- sums and products --------------------------------------------------------------------------------------------

def split_sign(e: Expr) -> tuple[bool, Expr]:
    """Whether the expression is written with a minus in front, and what stands after it."""
    match e:
        case Number(value) if value < 0:
            return True, number(-value)
        case Mul((Number(value), *rest)) if value < 0:
            rest = tuple(rest)
            if value != -1:
                return True, Mul((number(-value), *rest))
            return True, (rest[0] if len(rest) == 1 else Mul(rest)) if rest else Number(1)
        case Sum(index, body):
            minus, inner = split_sign(body)
            return minus, Sum(index, inner) if minus else e
    return False, e


def positive_first(parts: tuple[Expr, ...]) -> list[tuple[bool, Expr]]:
    """Terms with their signs, the first positive one in front: a - b, not -b + a."""
    signed = [split_sign(part) for part in parts]
    first = next((position for position, (minus, _) in enumerate(signed) if not minus), 0)
    return [signed[first], *signed[:first], *signed[first + 1:]]


def _sum_of(parts: tuple[Expr, ...], at: Setting) -> Piece:
    items: list[Maths] = []
    for minus, term in positive_first(parts):
        if minus:
            items.append(MINUS)
        elif items:
            items.append(PLUS)
        piece = _form(term, at)
        items.append(Fence(piece.maths) if piece.level == ADDITIVE else piece.maths)
    return Piece(line(*items), ADDITIVE)


def _sum(e: Sum, at: Setting) -> Piece:
    minus, body = split_sign(e.body)
    if minus:
        return Piece(line(MINUS, _sum(Sum(e.index, body), at).maths), ADDITIVE, True)
    chosen, inside = at.bound(e.index)
    below = symbols.read(chosen)
    above = None
    if not at.compact:
        below, above = line(below, EQUALS, ONE), symbols.size(at.notation, e.index.axis.size)
    piece = _form(e.body, inside)
    body_maths = Fence(piece.maths) if piece.level == ADDITIVE else piece.maths
    return Piece(line(Limits(r"\sum", below, above), body_maths), PRODUCT, True)


def _product(parts: tuple[Expr, ...], at: Setting) -> Piece:
    minus, rest = split_sign(Mul(parts))
    if minus:
        piece = _form(rest, at)
        inner = Fence(piece.maths) if piece.level == ADDITIVE else piece.maths
        return Piece(line(MINUS, inner), ADDITIVE, piece.open)
    coefficient: Rational = 1
    if isinstance(parts[0], Number):
        coefficient, parts = parts[0].value, parts[1:]
    above = [p for p in parts if not _is_divisor(p)]
    below = [Power(p.base, -p.exponent) if p.exponent != -1 else p.base for p in parts if _is_divisor(p)]
    above.sort(key=lambda p: (isinstance(p, Sum), _is_logarithm(p)))         # sums last, before them logarithms: they need no brackets there
    pieces: list[Piece] = []
    if below:
        constant = all(is_constant(p) for p in below)
        inside = [p for p in above if not isinstance(p, Sum) and (is_constant(p) or not constant)]
        if isinstance(coefficient, int) and coefficient != 1:
            inside.insert(0, Number(coefficient))
        elif coefficient != 1:
            pieces.append(_number(coefficient, at.decimals))
        if constant and not inside and len(above) == 1 and isinstance(above[0], Add | Entry | Apply):
            inside = above                                     # (a - b)/n rather than 1/n (a - b)
        kept = {id(p) for p in inside}
        above = [p for p in above if id(p) not in kept]
        top = _form(inside[0], at).maths if len(inside) == 1 else _juxtaposed([_form(p, at) for p in inside]).maths if inside else ONE
        bottom = _form(below[0], at).maths if len(below) == 1 else _juxtaposed([_form(p, at) for p in below]).maths
        pieces.append(Piece(Over(top, bottom)))
    elif coefficient != 1:
        pieces.append(_number(coefficient, at.decimals))
    pieces += [_form(p, at) for p in above]
    return _juxtaposed(pieces)


def _is_divisor(e: Expr) -> bool:
    return isinstance(e, Power) and e.exponent < 0


def is_constant(e: Expr) -> bool:
    """Made of numbers and scalars only: it may stand in a fraction of its own, in front."""
    match e:
        case Number() | Entry(_, ()):
            return True
        case Power(base, _):
            return is_constant(base)
        case Add(parts) | Mul(parts):
            return all(is_constant(p) for p in parts)
    return False


def _juxtaposed(pieces: list[Piece]) -> Piece:
    """Factors side by side, brackets only where needed: around sums of terms, and around a Σ that something follows."""
    if not pieces:
        return Piece(ONE)
    items: list[Maths] = []
    for position, piece in enumerate(pieces):
        alone = len(pieces) == 1
        follows = position < len(pieces) - 1
        maths = piece.maths
        if not alone and (piece.level == ADDITIVE or (piece.open and follows)):
            maths = Fence(maths)
        if items and (starts_with_digit(maths) or _is_indicator(maths) and isinstance(items[-1], Sign) and items[-1].kind == "number"):
            items.append(DOT)
        items.append(maths)
    if len(pieces) == 1:
        return pieces[0]
    return Piece(line(*items), PRODUCT, pieces[-1].open)


def _is_indicator(maths: Maths) -> bool:
    """Whether it starts with the 1 of an indicator, which behind a number would read as a digit: 60 · 1[x ≥ 60]."""
    return maths == INDICATOR or isinstance(maths, Line) and bool(maths.items) and maths.items[0] == INDICATOR


def starts_with_digit(maths: Maths) -> bool:
    """Whether a dot is wanted in front, as between 2 and 3."""
    match maths:
        case Sign(_, "number"):
            return True
        case Line(items) if items:
            return starts_with_digit(items[0])
        case Scripts(base, _, _):
            return starts_with_digit(base)
    return False


# ---- powers and functions -----------------------------------------------------------------------------------------

def _power(base: Expr, exponent: Rational, at: Setting) -> Piece:
    if exponent < 0:
        below = base if exponent == -1 else Power(base, -exponent)
        return Piece(Over(ONE, _form(below, at).maths))
    if exponent == 1:
        return _form(base, at)
    piece = _form(base, at)
    if exponent == Fraction(1, 2):
        return Piece(Root(piece.maths))
    raised_to = _number(exponent, False).maths if isinstance(exponent, int) else line(
        Sign(str(exponent.numerator), "number"), Sign("/"), Sign(str(exponent.denominator), "number"))
    if piece.level == ATOM and not isinstance(piece.maths, Over) and not _is_logarithm(base):
        return Piece(symbols.raised(piece.maths, raised_to))
    return Piece(Scripts(Fence(piece.maths), None, raised_to))


def _is_logarithm(e: Expr) -> bool:
    return isinstance(e, Apply) and e.function == "ln" and e.order == 0


def _apply(function: str, arguments: tuple[Expr, ...], order: int, at: Setting) -> Piece:
    pieces = [_form(a, at) for a in arguments]
    atomic = isinstance(arguments[0], Entry) and not isinstance(pieces[0].maths, Over)
    maths = named_functions.apply(at.notation, function, order, tuple(p.maths for p in pieces), atomic)
    if isinstance(maths, Over | Scripts | Sign | Words | Fence | Root):
        return Piece(maths)
    ends_closed = isinstance(maths, Line) and isinstance(maths.items[-1], Fence)
    return Piece(maths, ATOM if ends_closed and len(maths.items) == 2 else PRODUCT, not ends_closed)          # ln p q would be ln(p q)


def _component(function: str, index: Index, body: Expr, p: Position, at: Setting) -> Piece:
    """softmax(z)_i: the vector is named by its symbol where it is one, else written as (z_k + b_k)_k."""
    if isinstance(body, Entry) and body.at.count(index) == 1 and all(
            q == index or index not in _plain_indices(q) for q in body.at):
        if len(body.at) == 1:
            argument = symbols.symbol(at.notation, body.tensor, at.tensors)
        else:
            places = [Sign(":") if q == index else _place(q, at) for q in body.at]
            argument = symbols.indexed(symbols.symbol(at.notation, body.tensor, at.tensors), places)
    else:
        chosen, inside = at.bound(index)
        inner = _form(body, inside).maths
        argument = Scripts(Fence(inner), symbols.read(chosen))
    return Piece(_subscripted(named_functions.apply_vector(at.notation, function, argument), _place(p, at)))


def _subscripted(called: Maths, sub: Maths) -> Maths:
    if isinstance(called, Line) and isinstance(called.items[-1], Fence):
        return Line((*called.items[:-1], Scripts(called.items[-1], sub)))
    return Scripts(Fence(called), sub)


def _plain_indices(p: Position) -> tuple[Index, ...]:
    return (p,) if isinstance(p, Index) else tuple(v for v, _ in p.terms if isinstance(v, Index)) if isinstance(p, Offset) else ()


def _pair(left: Position, right: Position, at: Setting) -> Maths:
    a, b = _place(left, at), _place(right, at)
    plain = isinstance(left, Index) and isinstance(right, Index)
    return line(a, b) if plain else line(a, COMMA, b)
