r"""Commands: fractions, roots, accents, fonts, big operators, nabla; one function each and the table of their names."""
from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from . import derivatives
from . import vocabulary as words
from .atoms import argument, body_of, bracket, operand
from .syntax import Accent, Annotated, BigOperator, Empty, Formula, Group, Nabla, Name, Product, Root, Script, Symbol

if TYPE_CHECKING:
    from .formula import Parser
    from .tokens import Token


def fraction(parser: Parser, token: Token) -> Formula:
    r"""\frac, which may be a derivative; a bare d/dx applies to the factors behind it."""
    above = argument(parser, digit=True)
    below = argument(parser, digit=True)
    result = derivatives.fraction(above, below, parser.span(token.start))
    if isinstance(result, derivatives.Derivative) and result.of is None and parser.starts() and not parser.related():
        factors = [operand(parser)]                    # the bare operator d/dx applies to what stands behind it
        while parser.starts() and not parser.related():
            factors.append(operand(parser))
        of = factors[0] if len(factors) == 1 else Product(parser.span(factors[0].span.start), tuple(factors), ("",) * (len(factors) - 1))
        result = derivatives.Derivative(parser.span(token.start), of, result.by, result.symbol)
    return result


def root(parser: Parser, token: Token) -> Formula:
    r"""\sqrt[3]{x}."""
    degree = None
    if parser.next.kind == "open" and parser.next.text == "[":
        degree = bracket(parser, parser.take())
        degree = degree.body if isinstance(degree, Group) else degree
    body = argument(parser, digit=True)
    return Root(parser.span(token.start), body, degree)


def accent(parser: Parser, token: Token) -> Formula:
    body = argument(parser, digit=True)
    return Accent(parser.span(token.start), words.ACCENTS[token.text], body)


def styled(parser: Parser, token: Token) -> Formula:
    """A font command over maths: the names inside carry its style."""
    style, parser.style = parser.style, token.text
    result = argument(parser, digit=True)
    parser.style = style
    return result


def big_operator(parser: Parser, token: Token) -> Formula:
    r"""\sum with its bounds and its body."""
    lower, upper = bounds(parser)
    body = body_of(parser)
    return BigOperator(parser.span(token.start), words.BIG_OPERATORS[token.text], lower, upper, body)


def bounds(parser: Parser) -> tuple[Formula | None, Formula | None]:
    """The subscript and the superscript of an operator."""
    found: dict[str, Formula] = {}
    while (token := parser.next).kind == "script":
        parser.take()
        value = argument(parser)
        if token.text in found:
            parser.problem(token._replace(end=parser.stop), f"a second {token.text} on one sign", "one subscript and one superscript")
        else:
            found[token.text] = value
    return found.get("_"), found.get("^")


def nabla(parser: Parser, token: Token) -> Formula:
    r"""\nabla_x f; with a power, \nabla^2 f, a Script that multiplies what follows."""
    by, power = bounds(parser)
    if power is not None:
        bare = Nabla(parser.span(token.start), by, None)
        return Script(parser.span(token.start), bare, None, power)
    of = operand(parser) if parser.starts() and not parser.related() else None
    return Nabla(parser.span(token.start), by, of)


def brace_note(parser: Parser, token: Token) -> Formula:
    r"""\underbrace{body}_{note}."""
    body, note = argument(parser), None
    if parser.next.kind == "script":
        parser.take()
        note = argument(parser)
    return Annotated(parser.span(token.start), body, note)


def stacked(parser: Parser, token: Token) -> Formula:
    r"""\overset{note}{body}, \underset, \stackrel."""
    note = argument(parser)
    body = argument(parser)
    if token.text == "underset" and isinstance(body, Name) and body.text in words.BINDING:
        inner = body_of(parser)
        return BigOperator(parser.span(token.start), body.text, note, None, inner)
    return Annotated(parser.span(token.start), body, note)


def negation(parser: Parser, token: Token) -> Formula:
    parser.problem(token, r"\not stands before no relation", r"a relation behind it, as in \not=", r"\neq")
    return Empty(parser.span(token.start))


HANDLERS: dict[str, Callable[[Parser, Token], Formula]] = {
    **dict.fromkeys(("frac", "dfrac", "tfrac", "cfrac"), fraction),
    **dict.fromkeys(words.STYLES, styled),
    **dict.fromkeys(words.ACCENTS, accent),
    **dict.fromkeys(words.BIG_OPERATORS, big_operator),
    **dict.fromkeys(words.SYMBOLS, lambda parser, token: Symbol(parser.span(token.start), words.SYMBOLS[token.text])),
    **dict.fromkeys(("underbrace", "overbrace"), brace_note),
    **dict.fromkeys(("overset", "underset", "stackrel"), stacked),
    "substack": lambda parser, token: argument(parser),
    "sqrt": root, "nabla": nabla, "not": negation,
}
