r"""Differentials without \partial: dE/dw5 is a derivative, and the da_3 and d\hat x of somebody's working are names of gradients."""
from __future__ import annotations

import re
from dataclasses import replace

from .rewriting import rewritten
from .syntax import Accent, Call, Derivative, Formula, Group, Index, Name, Numeral, Product, Script, Span

HOLDS = re.compile(r"(?<![A-Za-z\\])d(?=[A-Za-z\\(])|∂|\\partial|\{d\}")
DEFINED = re.compile(r"d(?<![^\s$,;&]d)\s*:?=(?!=)")          # the letter first: it is looked for in the whole text


def differentials(formula: Formula, text: str, named: bool = True, holds: bool = False) -> Formula:
    """The formula with its derivatives; `text` is its source; `named`: a lone da is one name (d is no quantity of its own); `holds`: it is
    known that there are some, here or beside it."""
    if not holds and not HOLDS.search(text):
        return formula

    def change(node: Formula) -> Formula | None:
        if not isinstance(node, Product) or not any(_is_d(factor) or isinstance(factor, Derivative) for factor in node.factors):
            return None
        factors = [rewritten(factor, change) for factor in node.factors]
        return _product(node, *_joined(factors, list(node.operators), named))

    return rewritten(formula, change)


def _joined(factors: list[Formula], operators: list[str], named: bool) -> tuple[list[Formula], list[str]]:
    out: list[Formula] = []
    signs: list[str] = []
    at = 0
    while at < len(factors):
        made, end = _quotient(factors, operators, at) or named and _name(factors, operators, at) or _glued(factors, operators, at)
        if out:
            signs.append(operators[at - 1])
        out.append(made)
        at = end
    return out, signs


def _quotient(factors: list[Formula], operators: list[str], at: int) -> tuple[Formula, int] | None:
    """d E / d w 5 from this place on, and where it ends."""
    if not _is_d(factors[at]) or operators[at:at + 1] != [""]:
        return None
    above, middle = _operand(factors, operators, at + 1)
    if operators[middle - 1:middle + 1] != ["/", ""] or not _is_d(factors[middle]):
        return None
    below, end = _operand(factors, operators, middle + 1)
    return Derivative(Span(factors[at].span.start, below.span.end), above, (below,), "d"), end


def _operand(factors: list[Formula], operators: list[str], at: int) -> tuple[Formula, int]:
    """The factor here; digits that touch a name belong to it: w5."""
    base = factors[at]
    if at + 1 < len(factors) and isinstance(base, Name) and _touch(base, factors[at + 1]) and isinstance(factors[at + 1], Numeral):
        return Name(Span(base.span.start, factors[at + 1].span.end), base.text + factors[at + 1].text, base.style), at + 2
    return base, at + 1


def _name(factors: list[Formula], operators: list[str], at: int) -> tuple[Formula, int] | None:
    """da_3 as one name."""
    if not _is_d(factors[at]) or operators[at:at + 1] != [""] or not _touch(factors[at], factors[at + 1]):
        return None
    made = _prefixed(factors[at + 1], factors[at].span.start)
    return (made, at + 2) if made is not None else None


def _prefixed(formula: Formula, start: int) -> Formula | None:
    span = Span(start, formula.span.end)
    match formula:
        case Name(_, text, style):
            return Name(span, "d" + text, style)
        case Accent(_, kind, body):
            inner = _prefixed(body, start)
            return None if inner is None else Accent(span, kind, inner)
        case Script(base=base) | Index(base=base):
            inner = _prefixed(base, start)
            return None if inner is None else replace(formula, span=span, base=inner)
        case Call(function=function, bracketed=True):
            inner = _prefixed(function, start)
            return None if inner is None else replace(formula, span=span, function=inner)
    return None


def _glued(factors: list[Formula], operators: list[str], at: int) -> tuple[Formula, int]:
    r"""\partial E/\partial w5: the 5 belongs to the w."""
    here = factors[at]
    if isinstance(here, Derivative) and len(here.by) == 1 and isinstance(here.by[0], Name) and operators[at:at + 1] == [""]:
        digits = factors[at + 1]
        if isinstance(digits, Numeral) and here.by[0].span.end == digits.span.start:
            by = replace(here.by[0], span=Span(here.by[0].span.start, digits.span.end), text=here.by[0].text + digits.text)
            return replace(here, span=Span(here.span.start, digits.span.end), by=(by,)), at + 2
    return here, at + 1


def _is_d(formula: Formula) -> bool:
    return isinstance(formula, Name) and formula.text == "d" and formula.style in ("", "mathrm", "text")


def _touch(left: Formula, right: Formula) -> bool:
    return left.span.end == right.span.start and not isinstance(right, Group)


def _product(whole: Product, factors: list[Formula], operators: list[str]) -> Formula:
    return factors[0] if len(factors) == 1 else Product(whole.span, tuple(factors), tuple(operators))
