"""Formulas as they are mentioned in a sentence: numbers, names, conditions, lists of what is asked."""
from __future__ import annotations

from dataclasses import replace

from .syntax import (
    Accent,
    Call,
    Derivative,
    Dots,
    Empty,
    Formula,
    Index,
    Nabla,
    Name,
    Negative,
    Numeral,
    Product,
    Relation,
    Row,
    Script,
    Sequence,
    Symbol,
    Tagged,
    walk,
)


def bare(formula: Formula | None) -> Formula | None:
    """The formula without its number and without commas left over at its ends."""
    match formula:
        case Tagged(_, body, _):
            return bare(body)
        case Sequence(_, items, _):
            kept = tuple(item for item in items if not isinstance(item, Empty))
            return bare(kept[0]) if len(kept) == 1 else formula
        case _:
            return formula


def is_number(formula: Formula | None) -> bool:
    """Is it a number, or a list of numbers?"""
    match formula:
        case Numeral():
            return True
        case Negative(_, body):
            return is_number(body)
        case Row(_, _, items) | Sequence(_, items, _):
            return all(map(is_number, items))
        case _:
            return False


def is_name(formula: Formula | None) -> bool:
    """Is it one quantity: W_1, h, \\hat y, Z^2[i], x(t)?"""
    match formula:
        case Name():
            return True
        case Accent(_, _, body) | Script(_, body) | Index(_, body):
            return is_name(body)
        case _:
            return False


def is_expression(formula: Formula) -> bool:
    return not isinstance(formula, Relation | Derivative | Symbol | Call) and not is_name(formula) and not is_number(formula)


def has_derivative(formula: Formula | None) -> bool:
    """Is it a derivative, or does it name one?"""
    match formula:
        case Derivative():
            return True
        case Relation(_, parts, _):
            return any(isinstance(part, Derivative) for part in parts)
        case _:
            return False


def is_differential(formula: Formula | None) -> bool:
    """Is it dx, which stands for the gradient with respect to x?"""
    match formula:
        case Product(_, (Name(_, "d"), body), ("",)):
            return is_name(body)
        case _:
            return False


def spread(formula: Formula) -> list[Formula]:
    r"""The objects in a formula: `u_j, h_j, z_k` are three, `\partial L/\partial w, b` two derivatives, `d\gamma` is one by γ."""
    items = [item for item in formula.items if not isinstance(item, Empty)] if isinstance(formula, Sequence) else [formula]
    found: list[Formula] = []
    for item in items:
        if isinstance(item, Relation) and item.parts:
            item = item.parts[0]
        match item:
            case Product(span, (Name(_, "d"), body), ("",)) if is_name(body):
                found.append(Derivative(span, None, (body,), "d"))
            case _ if found and isinstance(found[-1], Derivative) and is_name(item) and found[-1].of is not None:
                found.append(replace(found[-1], by=(item,), span=item.span))
            case _:
                found.append(item)
    return found




def change_of(formula: Formula) -> Formula | None:
    """The W of ΔW."""
    match formula:
        case Product(_, (Name(_, "Delta"), body), ("",)) if is_name(body):
            return body
        case _:
            return None


def is_named(formula: Formula | None) -> bool:
    """Is it a name, several names, or a name with what it is equal to?"""
    match formula:
        case Relation(_, parts, _):
            return is_name(parts[0])
        case Sequence(_, items, _):
            return bool(items) and is_name(items[0])
        case _:
            return is_name(formula)


def is_given(formula: Formula) -> bool:
    """x = 3, or j = 1, 2, 3, or h_1 = w x: a condition, if it is not just what is asked."""
    match formula:
        case Relation():
            return not any(isinstance(part, Derivative) for part in formula.parts)
        case Sequence(_, items, _):
            return any(map(is_given, items)) and all(is_given(item) or is_number(item) or isinstance(item, Empty | Dots) for item in items)
        case _:
            return False


def is_definition(formula: Formula | None) -> bool:
    """Is it a definition or a number, and no claim about a derivative?"""
    if not isinstance(formula, Relation) or isinstance(formula.parts[0], Derivative | Nabla):
        return False
    return formula.operators[0] in ("=", ":=", "in")


def is_formula_for_name(formula: Formula | None) -> bool:
    """Is it name = formula, and no number?"""
    match formula:
        case Relation(_, (left, right), ("=",)):
            return is_name(left) and not is_number(right) and any(isinstance(node, Name) for node in walk(right))
        case _:
            return False


def is_several(formula: Formula) -> bool:
    """Is it a condition with several values: s = 1, 0, 3? Positions j = 1, 2, 3 are not."""
    match formula:
        case Sequence(_, (Relation(_, parts, ("=",)), *others), _) if is_number(parts[-1]) and any(map(is_number, others)):
            shown = [getattr(value, "text", "") for value in (parts[-1], *others)]
            return not is_name(parts[0]) or shown != [str(n) for n in range(1, len(shown) + 1)]
        case _:
            return False
