"""Operands: what a product is made of, with its scripts, arguments and indices; one function a construct."""
from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from . import tables
from . import vocabulary as words
from .number_tables import read_table
from .syntax import (
    Accent,
    BigOperator,
    Braces,
    Call,
    Dots,
    Empty,
    Formula,
    Group,
    Index,
    Matrix,
    Name,
    Negative,
    Norm,
    Numeral,
    Product,
    Row,
    Script,
    Sequence,
    Symbol,
)
from .tokens import DEPTH, TooDeep

if TYPE_CHECKING:
    from .formula import Parser
    from .tokens import Token


def operand(parser: Parser) -> Formula:
    """An atom with all that hangs on it; Empty, and nothing taken, where none begins."""
    token = parser.next
    handler = ATOMS.get(token.kind)
    if handler is None:
        return script(parser, parser.here()) if token.kind == "script" else lone_operator(parser)
    if parser.depth >= DEPTH:
        raise TooDeep(token.start)
    parser.depth += 1
    result = hang(parser, handler(parser, parser.take()))
    parser.depth -= 1
    return result


def lone_operator(parser: Parser) -> Formula:
    r"""An operator with nothing before it: the symbol itself where nothing follows either, as in f(\cdot)."""
    token, behind = parser.next, parser.peek()
    if token.kind == "product" and behind.kind not in ATOMS and behind.kind not in ("minus", "plus", "script"):
        parser.take()
        return Symbol(parser.span(token.start), token.text)
    return parser.here()


def hang(parser: Parser, base: Formula) -> Formula:
    """Scripts, primes, accents, (arguments) and [indices] behind a base."""
    start = base.span.start
    while True:
        token = parser.next
        if token.kind in ("script", "prime"):
            base = script(parser, base)
        elif token.kind == "combining":
            parser.take()
            base = Accent(parser.span(start), token.text, base)
        elif token.kind == "open" and token.text == "(" and callable_base(base):
            items = inside(parser)
            base = Call(parser.span(start), base, tuple(items))
        elif token.kind == "open" and token.text == "[" and (callable_base(base) or isinstance(base, Index)):
            items = inside(parser)
            base = Index(parser.span(start), base, tuple(items))
        else:
            return base


def callable_base(base: Formula) -> bool:
    r"""A name that may take arguments: not a transposed thing, not a power of e."""
    while True:
        match base:
            case Script(base=inner, sup=sup) if not is_transpose(sup):
                base = inner
            case Accent(body=inner):
                base = inner
            case Name(text=text):
                return text != "e"
            case _:
                return False


def is_transpose(sup: Formula | None) -> bool:
    return isinstance(sup, Symbol) and sup.text == "top" or isinstance(sup, Name) and sup.text == "T"


def script(parser: Parser, base: Formula) -> Formula:
    """All scripts and primes on one base, in any order; a second subscript is a Script round the first."""
    sub = sup = None
    primes = 0
    while (token := parser.next).kind in ("script", "prime"):
        if token.kind == "prime":
            primes += len(parser.take().text)
            continue
        if (sub if token.text == "_" else sup) is not None:
            break
        parser.take()
        value = argument(parser)
        if isinstance(value, Empty) and parser.tokens[parser.at - 1].kind == "unbrace":
            continue                                    # a_{}: nothing was written
        if token.text == "_":
            sub = value
        elif isinstance(value, Symbol) and value.text == "prime":
            primes += 1
        else:
            sup = value
    if sub is None and sup is None and not primes:
        return base
    result = Script(parser.span(base.span.start), base, sub, sup, primes)
    if parser.next.kind == "script":
        parser.depth += 1
        if parser.depth > DEPTH:
            raise TooDeep(parser.next.start)
        result = script(parser, result)
        parser.depth -= 1
    return result


def argument(parser: Parser, digit: bool = False) -> Formula:
    r"""What a command or script applies to: a group, or one token. With `digit` only one digit of a number, as in \frac12."""
    token = parser.next
    match token.kind:
        case "brace":
            return group(parser, parser.take())
        case "number" if digit and len(token.text) > 1 and token.text.isdigit():
            parser.tokens[parser.at] = token._replace(text=token.text[1:], start=token.start + 1)
            parser.stop = token.start + 1
            return Numeral(parser.span(token.start), token.text[0])
        case "number":
            parser.take()
            if len(token.text) > 1:
                parser.repair(token.start, "script without braces", f"only the first digit of {token.text} is raised or lowered as written",
                              f"{{{token.text}}}")
            return Numeral(parser.span(token.start), token.text)
        case "minus" if parser.peek().kind == "number" and parser.peek().start == token.end:
            parser.take()
            number = parser.take()
            parser.repair(token.start, "script without braces", "only the minus is raised or lowered as written", f"{{-{number.text}}}")
            return Negative(parser.span(token.start), Numeral(parser.span(number.start), number.text))
        case "plus" | "minus" | "product":
            parser.take()
            return Symbol(parser.span(token.start), "*" if token.text == "ast" else token.text)
        case "open":
            result = bracket(parser, parser.take())
            parser.repair(token.start, "script without braces", "a bracket cannot be raised or lowered without braces", "{(...)}")
            return result
        case kind if kind in ATOMS:
            if parser.depth >= DEPTH:
                raise TooDeep(token.start)
            parser.depth += 1
            result = ATOMS[kind](parser, parser.take())
            parser.depth -= 1
            return result
    parser.problem(token, "something is missing here", "a letter, a number or a group in braces", "{...}")
    return parser.here()


# Atoms


def number(parser: Parser, token: Token) -> Formula:
    return Numeral(parser.span(token.start), token.text)


def symbol(parser: Parser, token: Token) -> Formula:
    return Symbol(parser.span(token.start), token.text)


def dots(parser: Parser, token: Token) -> Formula:
    return Dots(parser.span(token.start), token.text)


def name(parser: Parser, token: Token) -> Formula:
    """A name; a function word takes its argument, and \\max with a subscript binds an index."""
    text, start = token.text, token.start
    if text == "arg" and parser.next.kind == "name" and parser.next.text in ("max", "min"):
        text = "arg" + parser.take().text
    result: Formula = Name(parser.span(start), text, token.style or parser.style)
    if text not in words.BRACKETLESS and text not in words.BINDING:
        return result
    if parser.next.kind in ("script", "prime"):
        result = script(parser, result)
        if text in words.BINDING and isinstance(result, Script) and result.sub is not None and isinstance(result.base, Name):
            if not parser.starts() and parser.next.kind != "minus":
                return result
            body = body_of(parser)
            return BigOperator(parser.span(start), text, result.sub, result.sup, body)
    if text not in words.BRACKETLESS or not parser.starts():
        return result
    opening = parser.next.text if parser.next.kind == "open" else ""
    if opening == "(" or opening == "[" and text not in words.ELEMENTARY:
        return result                                  # `hang` reads the brackets
    if opening == "{":                                   # \exp\{...\}, \max\{a, b\}
        items = inside(parser)
        return Call(parser.span(start), result, tuple(items))
    if opening == "[":
        inner = bracket(parser, parser.take())
        if parser.next.kind == "script" and parser.next.text == "_":
            inner = script(parser, inner)                # \log[p]_j
        return Call(parser.span(start), result, (inner,), bracketed=False)
    if parser.related():
        return result
    arguments = (run_of_atoms(parser),)
    return Call(parser.span(start), result, arguments, bracketed=False)


def run_of_atoms(parser: Parser) -> Formula:
    r"""The argument of a function word without brackets: up to an operator, a sign, another function word or a bracket."""
    start, first = parser.next.start, parser.next
    factors = [operand(parser)]
    closed = first.kind in ("open", "brace") or first.kind == "name" and first.text in words.FUNCTIONS
    while not closed and (token := parser.spaces()).kind in ("number", "name", "symbol", "brace", "command", "dots"):
        if token.text in words.FUNCTIONS or token.text in words.BIG_OPERATORS or token.text in ("partial", "nabla", "not"):
            break
        if token.kind == "number" and isinstance(factors[-1], Numeral):
            break
        factors.append(operand(parser))
    return factors[0] if len(factors) == 1 else Product(parser.span(start), tuple(factors), ("",) * (len(factors) - 1))


def body_of(parser: Parser) -> Formula:
    """The product behind a big operator; a leading minus belongs to it."""
    parser.spaces()
    if parser.starts() or parser.next.kind == "minus":
        return parser.signed(parser.product)
    return parser.here()


def group(parser: Parser, token: Token) -> Formula:
    """{...}: no node of its own."""
    spaced, parser.spaced = parser.spaced, False
    result = parser.lines()
    parser.take()
    parser.spaced = spaced
    return result


def inside(parser: Parser) -> list[Formula]:
    """The items between the brackets that open here, both brackets taken."""
    token = parser.take()
    items, separators = _items(parser, token)
    if "mid" in separators:
        return [Sequence(parser.span(items[0].span.start), tuple(items), tuple(separators))]
    return items


def _items(parser: Parser, opening: Token) -> tuple[list[Formula], list[str]]:
    outer = parser.spaced, parser.listed
    parser.spaced = opening.text == "["
    parser.listed = parser.spaced and parser.only_numbers()
    items, separators = parser.items()
    parser.take()
    parser.spaced, parser.listed = outer
    return items, separators


def bracket(parser: Parser, token: Token) -> Formula:
    """Brackets as an atom: a group, a row, a set, a norm."""
    items, separators = _items(parser, token)
    span = parser.span(token.start)
    if token.text == "{":
        if len(items) == 1 and isinstance(items[0], Matrix) and items[0].environment == "array":
            return tables.as_cases(items[0], span)
        at = next((i for i, separator in enumerate(separators) if separator in ("mid", ":")), len(items) - 1) + 1
        return Braces(span, tuple(items[:at]), tuple(items[at:]))
    if not items:
        body: Formula = Empty(span)
    elif len(items) == 1:
        body = items[0]
    elif token.text in ("(", "[", "<") and not {"mid", ":"} & set(separators) and not (token.text == "[" and ";" in separators):
        return Row(span, token.text, tuple(items))
    else:
        body = Sequence(span, tuple(items), tuple(separators))
    if token.text in ("|", "||"):
        return Norm(span, body, len(token.text))
    return Group(span, token.text, body)


def table(parser: Parser, token: Token) -> Formula:
    """A matrix of numbers, which the tokeniser found."""
    return read_table(token.text, token.start)


def command(parser: Parser, token: Token) -> Formula:
    return parser.commands[token.text](parser, token)


ATOMS: dict[str, Callable[[Parser, Token], Formula]] = {
    "number": number, "name": name, "symbol": symbol, "dots": dots, "open": bracket, "brace": group, "begin": tables.environment,
    "table": table, "command": command,
}
