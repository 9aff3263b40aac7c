"""Mistakes that can be made in any formula: signs, terms, factors, exponents, brackets, and a neighbour taken for another."""
from __future__ import annotations

from collections.abc import Iterator

from ...core.equation import Equation
from ...core.expr import Add, Entry, Expr, Mul, Number, Power, add, mul, negative, power
from ...core.walk import all_indices, instantiate, tensors
from .places import entries, places, without_factors, without_terms
from .setting import BACKWARD, DELTA, FORWARD, KINDS, LOSS, UPDATE, Setting, has_derivative, plain, row


def _opposite(equation: Equation, setting: Setting) -> Iterator[Expr]:
    yield negative(equation.right)


def _path_left_out(equation: Equation, setting: Setting) -> Iterator[Expr]:
    for term, left in without_terms(equation.right):
        if has_derivative(term, setting):
            yield left


def _path_alone(equation: Equation, setting: Setting) -> Iterator[Expr]:
    for node, put in places(equation.right):
        if isinstance(node, Add) and len(node.terms) > 2:
            yield from (put(term) for term in node.terms if has_derivative(term, setting))


def _term_sign(equation: Equation, setting: Setting) -> Iterator[Expr]:
    for node, put in places(equation.right):
        if isinstance(node, Add):
            for n, term in enumerate(node.terms):
                yield put(add(*node.terms[:n], negative(term), *node.terms[n + 1:]))


def _term_left_out(equation: Equation, setting: Setting) -> Iterator[Expr]:
    return (left for _, left in without_terms(equation.right))


def _factor_left_out(equation: Equation, setting: Setting) -> Iterator[Expr]:
    return (left for _, left in without_factors(equation.right))


def _exponent_left_out(equation: Equation, setting: Setting) -> Iterator[Expr]:
    for node, put in places(equation.right):
        if isinstance(node, Power) and node.exponent > 0:
            yield put(node.base)


def _multiplied(equation: Equation, setting: Setting) -> Iterator[Expr]:
    for node, put in places(equation.right):
        if isinstance(node, Power) and node.exponent < 0:
            yield put(power(node.base, -node.exponent))


def _exponent_off(equation: Equation, setting: Setting) -> Iterator[Expr]:
    for node, put in places(equation.right):
        if isinstance(node, Power) and node.exponent not in (-1, 2):
            yield put(power(node.base, node.exponent + 1))
            yield put(power(node.base, node.exponent - 1))


def _brackets_left_out(equation: Equation, setting: Setting) -> Iterator[Expr]:
    """ca + b for c(a + b): the factor meets the first term, or the last, alone; a number in front may stay in front of the whole."""
    for node, put in places(equation.right):
        if isinstance(node, Mul):
            for n, whole in enumerate(node.factors):
                if isinstance(whole, Add):
                    others = (*node.factors[:n], *node.factors[n + 1:])
                    numbers = tuple(f for f in others if isinstance(f, Number))
                    for front in ((), numbers) if 0 < len(numbers) < len(others) else ((),):
                        inner = tuple(f for f in others if f not in front)
                        yield put(mul(*front, add(mul(*inner, whole.terms[0]), *whole.terms[1:])))
                        yield put(mul(*front, add(*whole.terms[:-1], mul(*inner, whole.terms[-1]))))


def _brackets_left_out_here_or_before(equation: Equation, setting: Setting) -> Iterator[Expr]:
    """The same, also with the derivative by the output written out: o - y o(1 - o) for (o - y) o(1 - o)."""
    yield from _brackets_left_out(equation, setting)
    for node, put in entries(equation.right):
        above = setting.equations.get(node.tensor)
        if above is not None and node.tensor in setting.derivatives and any(setting.is_label(name) for name in tensors(above.right)):
            written = instantiate(above.right, above.left.at, node.at, all_indices(equation.right))
            yield from _brackets_left_out(Equation(equation.left, put(written)), setting)


def _another_weight(equation: Equation, setting: Setting) -> Iterator[Expr]:
    for node, put in entries(equation.right):
        if setting.role(node.tensor) == "parameter":
            for other in setting.alike(node.tensor, ("parameter",), equation.name):
                if (other in setting.equations) == (node.tensor in setting.equations):
                    yield put(Entry(other, node.at))


def _another_layer(equation: Equation, setting: Setting) -> Iterator[Expr]:
    """Another value, gradient or weight of the same shape."""
    for node, put in entries(equation.right):
        role = setting.role(node.tensor)
        roles = ("input", "intermediate") if role in ("input", "intermediate") else (role,)
        if role in ("input", "intermediate", "gradient") and plain(node.at) and not setting.is_label(node.tensor):
            for other in setting.alike(node.tensor, roles, equation.name):
                if not setting.is_label(other):
                    yield put(Entry(other, node.at))


def _another_value(equation: Equation, setting: Setting) -> Iterator[Expr]:
    for node, put in entries(equation.right):
        if setting.role(node.tensor) in ("input", "intermediate") and not setting.is_label(node.tensor):
            yield from (put(Entry(other, node.at)) for other in setting.alike(node.tensor, ("input", "intermediate"), equation.name))


def _constant_term(equation: Equation, setting: Setting) -> Iterator[Expr]:
    """A term of data alone left out."""
    for term, left in without_terms(equation.right):
        if all(setting.role(name) in ("data", "constant", "size", "input", "label") for name in tensors(term)):
            yield left


ROWS = (
    row("path left out", "path", BACKWARD, _path_left_out,
        "A way through the network is missing: the gradient adds what comes back along all of them.", 2.3),
    row("one path alone", "path", BACKWARD, _path_alone,
        "Only one way through the network was taken: the gradient adds what comes back along all of them."),
    row("sign", "sign", (FORWARD, *BACKWARD), _opposite, "The sign is wrong.", 2.4),
    row("sign of a term", "sign", KINDS, _term_sign, "One term of the sum has the wrong sign.", 2.6),
    row("square left out", "exponent", (FORWARD, LOSS, *BACKWARD), _exponent_left_out, "An exponent is missing."),
    row("multiplied instead of divided", "exponent", KINDS, _multiplied, "It is divided by this quantity; here it was multiplied by it.", 2.7),
    row("exponent off by one", "exponent", (FORWARD, LOSS, *BACKWARD), _exponent_off, "An exponent is off by one.", 2.7),
    row("another weight", "P2", (FORWARD, *BACKWARD), _another_weight, "Another weight was used: look which connection this one belongs to.", 2.7),
    row("value of another layer", "P2", BACKWARD, _another_layer,
        "A value of another layer was used: compare which quantities the formula takes.", 2.8),
    row("another value", "P2", FORWARD, _another_value, "Another value was used: look which quantities go into this one.", 2.8),
    row("constant term left out", "term", (FORWARD, LOSS, DELTA), _constant_term, "A constant term is missing.", 2.7),
    row("brackets left out", "brackets", KINDS, _brackets_left_out_here_or_before, "The factor belongs to the whole bracket, not to one of its terms.", 2.7),
    row("term left out", "term", (FORWARD, LOSS, *BACKWARD), _term_left_out, "A term of the sum is missing.", 2.9),
    row("factor left out", "factor", (FORWARD, LOSS, *BACKWARD, UPDATE), _factor_left_out, "A factor of the product is missing.", 3),
)
"""In the order in which they are tried, behind all others."""
