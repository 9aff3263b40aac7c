"""A short text for a Formula, so that a test can say in one line what was read: products in (a b), scripts as x_{i}^{2}."""
from __future__ import annotations

from longhand.reading import syntax as s

CLOSING = {"(": ")", "[": "]", ".": ".", "<": ">", "floor": "", "ceil": ""}


def shown(node: s.Formula | None) -> str:
    match node:
        case None:
            return "-"
        case s.Numeral(text=text) | s.Symbol(text=text):
            return text
        case s.Name(text=text, style=style):
            return f"{style}:{text}" if style else text
        case s.Words(text=text):
            return f'"{text}"'
        case s.Empty():
            return "?"
        case s.Dots():
            return "..."
        case s.Accent(kind=kind, body=body):
            return f"{kind}({shown(body)})"
        case s.Script(base=base, sub=sub, sup=sup, primes=primes):
            return shown(base) + (f"_{{{shown(sub)}}}" if sub else "") + (f"^{{{shown(sup)}}}" if sup else "") + "'" * primes
        case s.Call(function=function, arguments=arguments, bracketed=bracketed):
            return f"{shown(function)}({several(arguments)})" if bracketed else f"{shown(function)} {several(arguments)}"
        case s.Index(base=base, items=items):
            return f"{shown(base)}[{several(items)}]"
        case s.Group(opening=opening, body=body):
            return f"group{opening}{shown(body)}{CLOSING[opening]}"
        case s.Row(opening=opening, items=items):
            return f"row{opening}{several(items)}{CLOSING[opening]}"
        case s.Braces(items=items, condition=condition):
            return f"{{{several(items)}{' | ' if condition else ''}{several(condition)}}}"
        case s.Matrix(rows=rows):
            return "matrix[" + "; ".join(map(several, rows)) + "]"
        case s.Cases(rows=rows):
            return "cases[" + "; ".join(map(several, rows)) + "]"
        case s.Fraction(above=above, below=below):
            return f"({shown(above)})/({shown(below)})"
        case s.Derivative(of=of, by=by, symbol=symbol):
            return f"D{'' if symbol == 'partial' else symbol}[{shown(of)} by {several(by)}]"
        case s.Nabla(by=by, of=of):
            return f"nabla_{shown(by)} {shown(of)}"
        case s.BigOperator(kind=kind, lower=lower, upper=upper, body=body):
            return f"{kind}[{shown(lower)}, {shown(upper)}, {shown(body)}]"
        case s.Root(body=body, degree=degree):
            return f"root({shown(body)}, {shown(degree)})"
        case s.Norm(body=body, bars=bars):
            return f"norm{bars}({shown(body)})"
        case s.Sum(terms=terms):
            return " + ".join(map(shown, terms))
        case s.Negative(body=body):
            return f"-({shown(body)})" if isinstance(body, s.Sum | s.Product) else f"-{shown(body)}"
        case s.Product(factors=factors, operators=operators):
            return "(" + between(factors, operators) + ")"
        case s.Relation(parts=parts, operators=operators):
            return between(parts, operators)
        case s.Sequence(items=items, separators=separators):
            return "seq{" + between(items, separators) + "}"
        case s.Lines(rows=rows):
            return "lines{" + " // ".join(map(shown, rows)) + "}"
        case s.Tagged(body=body, tag=tag):
            return f"{shown(body)} #{tag}"
        case s.Annotated(body=body, note=note):
            return f"{shown(body)} under {shown(note)}"
    raise TypeError(node)


def several(nodes: tuple[s.Formula | None, ...]) -> str:
    return ", ".join(map(shown, nodes))


def between(nodes: tuple[s.Formula, ...], operators: tuple[str, ...]) -> str:
    return shown(nodes[0]) + "".join(f" {operator} {shown(node)}" if operator else f" {shown(node)}"
                                     for operator, node in zip(operators, nodes[1:], strict=True))
