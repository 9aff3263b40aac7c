r"""Derivatives as they are written: \frac{\partial L}{\partial W}, \partial L/\partial W, dy/dx, and their higher orders."""
from __future__ import annotations

from .syntax import Derivative, Formula, Fraction, Name, Numeral, Product, Script, Span, Symbol


def fraction(above: Formula, below: Formula, span: Span) -> Formula:
    """The fraction, as a Derivative where both parts are differentials."""
    upper, lower = _factors(above), _factors(below)
    for symbol in ("partial", "d"):
        order = _order(upper[0], symbol)
        by = _variables(lower, symbol, order) if order and _order(lower[0], symbol) == 1 else ()
        if by and not any(_order(factor, symbol) for factor in upper[1:]):
            return Derivative(span, _product(upper[1:]), by, symbol)
    return Fraction(span, above, below)


def slashed(factors: list[Formula], operators: list[str]) -> tuple[list[Formula], list[str]]:
    r"""The factors of a product, each \partial a/\partial b in it made one Derivative."""
    at, out, ops = 0, [], []
    starts = [i for i, factor in enumerate(factors) if _order(factor, "partial")]
    if len(factors) == 4 and operators == ["", "/", ""] and _order(factors[0], "d") == _order(factors[2], "d") == 1:
        return [Derivative(_join(factors), factors[1], (factors[3],), "d")], []
    following = dict(zip(starts, starts[1:], strict=False))
    while at < len(factors):
        if at:
            ops.append(operators[at - 1])
        slash = following.get(at, 0) - 1
        if slash >= at and operators[slash] == "/" and not any(operators[at:slash]):
            order, end, by = _order(factors[at], "partial"), slash + 1, []
            while len(by) < order and end + 1 < len(factors) and _order(factors[end], "partial") == 1 and operators[end] == "":
                by += _powers(factors[end + 1], order)
                end += 2
                if end < len(factors) and operators[end - 1] != "":
                    break
            if len(by) == order:
                inner = factors[at:end]
                out.append(Derivative(_join(inner), _product(factors[at + 1:slash + 1]), tuple(by)))
                at = end
                continue
        out.append(factors[at])
        at += 1
    return out, ops


def _factors(formula: Formula) -> list[Formula]:
    if isinstance(formula, Product) and not any(formula.operators):
        return list(formula.factors)
    return [formula]


def _order(formula: Formula, symbol: str) -> int | None:
    r"""1 for \partial, n for \partial^n, None for anything else."""
    match formula:
        case Symbol(text="partial") if symbol == "partial":
            return 1
        case Name(text="d", style="" | "mathrm" | "text") if symbol == "d":
            return 1
        case Script(base=base, sub=None, sup=Numeral(text=power), primes=0) if power in "23456789" and _order(base, symbol) == 1:
            return int(power)
    return None


def _variables(factors: list[Formula], symbol: str, order: int) -> tuple[Formula, ...]:
    """The variables of the lower part, dx dy or dx^2; none where they do not make up the order."""
    starts = [i for i, factor in enumerate(factors) if _order(factor, symbol) == 1]
    if not starts or starts[0] != 0:
        return ()
    by: list[Formula] = []
    for start, end in zip(starts, starts[1:] + [len(factors)], strict=True):
        variable = _product(factors[start + 1:end])
        if variable is None:
            return ()
        by += _powers(variable, order)
    return tuple(by) if len(by) == order or order == 1 and symbol == "partial" else ()


def _powers(variable: Formula, order: int) -> list[Formula]:
    r"""In \partial^2 f/\partial x^2 the 2 says twice by x."""
    match variable:
        case Script(base=base, sub=sub, sup=Numeral(text=power), primes=primes) if order > 1 and power == str(order):
            plain = base if sub is None and not primes else Script(variable.span, base, sub, None, primes)
            return [plain] * order
    return [variable]


def _product(factors: list[Formula]) -> Formula | None:
    if len(factors) < 2:
        return factors[0] if factors else None
    return Product(_join(factors), tuple(factors), ("",) * (len(factors) - 1))


def _join(factors: list[Formula]) -> Span:
    return Span(factors[0].span.start, factors[-1].span.end)
