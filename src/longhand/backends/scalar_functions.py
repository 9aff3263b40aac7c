"""Functions of the table as array code, and the helpers that are written as functions in each module so that nothing overflows.

A derivative is the declared one, the value at a kink included: never that of the library the code runs on.
"""
from __future__ import annotations

from collections.abc import Mapping

from ..calculus.differentiate import spelled_out
from ..core.expr import Apply, Entry, Expr, Number
from ..core.function import Function
from ..core.record import record
from ..functions.pieces import Piece, pieces
from ..functions.table import apply_value
from .array_code import Compare, Const, Op, Read, Scalar, Select

PRIMITIVES: Mapping[str, str] = {
    "exp": "exp", "ln": "log", "sin": "sin", "cos": "cos", "arctan": "arctan", "tanh": "tanh", "erf": "erf", "abs": "abs", "sign": "sign",
    "sigmoid": "sigmoid", "softplus": "softplus", "log_sigmoid": "log_sigmoid",
}
"""Function of the table -> operation or helper of the same value."""


@record
class Helper:
    """A function that modules define for themselves: parameters, one line of what it is, abbreviations and the result."""
    parameters: tuple[str, ...]
    says: str
    lets: tuple[tuple[str, Scalar], ...]
    body: Scalar


X, Y, T = Read("x"), Read("y"), Read("t")
ZERO, ONE = Const(0), Const(1)
SHRUNK = ("t", Op("exp", (Op("neg", (Op("abs", (X,)),)),)))

HELPERS: Mapping[str, Helper] = {
    "sigmoid": Helper(("x",), "1/(1 + e^(-x)); the exponential is at most 1, so that nothing overflows.", (SHRUNK,),
                      Op("/", (Select(Compare(X, ">=", ZERO), ONE, T), Op("+", (ONE, T))))),
    "softplus": Helper(("x",), "ln(1 + e^x), without overflow.", (SHRUNK,), Op("+", (Op("max", (X, ZERO)), Op("log1p", (T,))))),
    "log_sigmoid": Helper(("x",), "ln(1/(1 + e^(-x))), without overflow.", (SHRUNK,), Op("-", (Op("min", (X, ZERO)), Op("log1p", (T,))))),
    "times_log": Helper(("y", "x"), "y ln x, which is 0 where y = 0.", (),
                        Op("*", (Y, Op("log", (Select(Compare(Y, "==", ZERO), ONE, X),))))),
    "ratio": Helper(("y", "x"), "y/x, which is 0 where y = 0.", (),
                    Op("/", (Y, Select(Compare(Y, "==", ZERO), ONE, X)))),
}

STANDINS = tuple(Entry(f"#{k}") for k in range(1, 5))


def cases(function: Function, order: int, arguments: tuple[Expr, ...]) -> tuple[Piece, ...]:
    """The function, `order` times differentiated, as an expression of #1, #2, ...: its cases from large #1 to small. Parameters that
    are numbers stand as they are, so that conditions on them are decided now."""
    places = (STANDINS[0], *(a if isinstance(a, Number) else s for s, a in zip(STANDINS[1:], arguments[1:], strict=False)))
    body: Expr | None = apply_value(function, places) if order == 0 else spelled_out(Apply(function.name, places), order)
    assert body is not None                                                  # primitives are in the table above
    return pieces(body, STANDINS[0])


def below(piece: Piece) -> tuple[str, object] | None:
    """The condition that tells a case from those below it; None for the lowest one."""
    return next(((r, bound) for r, bound in piece.conditions if r in (">", ">=", "==")), None)


def selected(test: Compare, then: Scalar, other: Scalar) -> Scalar:
    """then where the test holds; max(x, 0) where that is what it says."""
    if then == other:
        return then
    if test.relation in (">", ">=") and then == test.left and other == test.right:
        return Op("max", (then, other))
    return Select(test, then, other)
