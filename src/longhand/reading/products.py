"""Products: which one a juxtaposition is, quotients, and what stands in front of a sum."""
from __future__ import annotations

from fractions import Fraction as Rational
from typing import TYPE_CHECKING

from ..core.expr import Entry, Offset, add, delta, mul, power
from ..core.expr import Sum as AxisSum
from ..core.walk import rename
from . import calls, sums
from .names import flat, is_transpose, readings
from .syntax import BigOperator, Call, Formula, Fraction, Group, Name, Numeral, Product, Root, Script, Span
from .terms import UNIT, Shapes, Term, Unclear, described, elementwise, fits, over, summed, times, transposed
from .terms import product as matrix_product

if TYPE_CHECKING:
    from .elaborate import Elaborator

ENTRY_BY_ENTRY = "a product of two equal shapes side by side is taken entry by entry (⊙)"
ELEMENTWISE = {"odot", "ast", "circ", "bullet"}


def product(reader: Elaborator, formula: Product) -> Term:
    """Juxtaposed factors first, then ⊙, both from the left; each is whichever product conforms."""
    groups: list[list] = [[formula.factors[0]]]
    for operator, factor in zip(formula.operators, formula.factors[1:], strict=True):
        if operator in ELEMENTWISE:
            groups.append([factor])
        else:
            groups[-1] += [operator, factor]
    terms = [chain(reader, group, formula) for group in groups]
    result = terms[0]
    for term in terms[1:]:
        done = times(reader.shapes, result, term, formula.span)
        if done is None:
            raise Unclear(formula.span, "an elementwise product of unlike shapes")
        result = done
    return result


def chain(reader: Elaborator, group: list, formula: Product) -> Term:
    """Factors and the operators between them, from the left."""
    means(reader, group)
    group = _split(reader, group)
    result, before = reader(group[0]), [group[0]]
    for operator, factor in zip(group[1::2], group[2::2], strict=True):
        extent(reader, before, group[2 * len(before) - 3] if len(before) > 1 else "", operator, factor)
        if operator in ("/", "oslash"):
            result = quotient(reader, result, factor, formula.span)
            before.append(factor)
            continue
        term = reader(factor)
        if operator == "otimes":
            raise Unclear(factor.span, "the Kronecker product in a definition")
        result = multiplied(reader, result, term, operator, before, factor)
        before.append(factor)
    return result


def _split(reader: Elaborator, group: list) -> list:
    """b (c + 1) as the two factors that it is where b is a quantity: a / b (c + 1) and u^T b (c + 1) are read from the left."""
    out: list = []
    for at, factor in enumerate(group):
        parts = calls.multiplied_out(reader, factor) if at % 2 == 0 else None
        out += [factor] if parts is None else _split(reader, [parts.factors[0], "", parts.factors[1]])
    return out


def extent(reader: Elaborator, before: list[Formula], previous: str, operator: str, factor: Formula) -> None:
    """Say how far a slash and a function without brackets reach, where another factor stands behind: a/b c, \\ln a \\cdot b."""
    last = before[-1]
    if isinstance(last, Call) and not last.bracketed and not isinstance(last.arguments[0], Group) and not isinstance(factor, Call | BigOperator):
        reader.env.note("assumption", Span(last.span.start, factor.span.end), f"{flat(last.function)} without brackets ends in front of the next factor",
                        "a sign, a bracket or braces end it", "put brackets round what it is taken of")
    if operator == "" and previous == "/" and not isinstance(factor, BigOperator):
        number = len(before) > 1 and all(isinstance(f, Numeral) for f in before[-2:])
        if not (number and (factor.span.start > last.span.end or not isinstance(factor, Name | Script))):
            reader.env.note("assumption", Span(before[-2].span.start, factor.span.end), "a / b c is read from the left: (a / b) c", "no brackets say otherwise",
                            "write a / (b c) or \\frac")


def quotient(reader: Elaborator, above: Term, below: Formula, span) -> Term:
    """above / below; in Q Kᵀ/√d_k, d_k being given nowhere, d_k is the inner size of the product (scaled dot product)."""
    if isinstance(below, Root) and isinstance(above.expr, AxisSum) and above.real:
        found = next((r for r in readings(below.body)), None)
        if found is not None and not found.indices and not reader.env.known(found.name) and found.name not in reader.env.sizes:
            axis = above.expr.index.axis
            known = reader.shapes.known(axis)
            reader.env.sizes.add(found.name)
            if isinstance(known, int):
                reader.shapes.fixed.setdefault(found.name, known)
            elif known is None:
                reader.shapes.unify(axis, reader.shapes.axis(found.name), span, "the inner size of a product")
            reader.env.note("assumption", below.span, f"{found.name} is the inner size of the product that its root divides",
                          "the sheet does not say")
            return Term(mul(above.expr, power(Entry(found.name), Rational(-1, 2))), above.axes)
    return over(reader.shapes, above, reader(below), span)


def means(reader: Elaborator, group: list) -> None:
    """1/N in front of a sum, N being given nowhere: N is the number of terms of the sum."""
    for first, then in zip(group[::2], group[2::2], strict=False):
        if not (isinstance(first, Fraction) and isinstance(then, BigOperator) and then.kind == "sum"):
            continue
        for part in first.below.factors if isinstance(first.below, Product) else (first.below,):
            if isinstance(part, Name) and part.text not in reader.env.sizes and part.text not in reader.env.quantities:
                count_of(reader, part, then)


def count_of(reader: Elaborator, symbol: Name, of: BigOperator) -> None:
    """Make the symbol the size of the axis that a sum runs over; of the first axis where it runs over all."""
    letters, _ = sums.bounds(reader, of)
    letters = letters or dict.fromkeys(sums.open_letters(reader, of.body), (reader.env.base, None))
    high = next((high for _, high in letters.values()), None)
    if high == symbol.text:
        return
    notes = list(reader.env.notes)
    held = dict(reader.env.letters)
    if letters:
        letter = next(iter(letters))
        index = reader.shapes.index(reader.shapes.axis(None, letter))
        reader.env.letters[letter] = index
        reader(of.body)
        axis = index.axis
    else:
        real = reader(of.body).real
        if not real:
            return
        axis = real[0].axis
    reader.env.letters, reader.env.notes = held, notes
    known = reader.shapes.known(axis)
    reader.env.sizes.add(symbol.text)
    if isinstance(known, int):
        reader.shapes.fixed.setdefault(symbol.text, known)
    elif known is None:
        reader.shapes.unify(axis, reader.shapes.axis(symbol.text), symbol.span, "the number of terms of a mean")
    reader.env.note("assumption", symbol.span, f"{symbol.text} is the number of terms of the sum that it divides", "the sheet does not say")


def multiplied(reader: Elaborator, a: Term, b: Term, operator: str, before: list[Formula], formula: Formula) -> Term:
    """The product of what was read so far, written as the factors `before`, and one factor more."""
    if a.scalar and not a.axes or b.scalar and not b.axes:
        done = times(reader.shapes, a, b, formula.span)
        assert done is not None
        return done
    if reader.summing and len(a.real) == len(b.real) == 1 and a.axes[-1] is not UNIT and b.axes[0] is UNIT and not _is_transposed(formula):
        done = times(reader.shapes, a, b, formula.span)       # \sum y \log p: entry by entry, also where p stands as a row
        if done is not None:
            return done
    if (done := _scalar_product(reader, a, b, before[-1], formula)) is not None:
        return done
    done = matrix_product(reader.shapes, a, b, formula.span)
    if done is not None:
        return done
    if len(a.real) == len(b.real) == 1 and operator == "cdot" and len(a.axes) == len(b.axes):
        both = elementwise(reader.shapes, a, b, formula.span, "a scalar product")
        if both is not None and len(a.axes) == 1:
            return summed(Term(mul(both[0], both[1]), both[2]))
    if len(a.real) == len(b.real):
        done = times(reader.shapes, a, b, formula.span)
        if done is not None:
            reader.env.note("assumption", Span(before[-1].span.start, formula.span.end), ENTRY_BY_ENTRY, "as a matrix product the two do not conform",
                            "write \\odot")
            return done
    raise _unlike(reader.shapes, a, b, before, formula)


def _scalar_product(reader: Elaborator, a: Term, b: Term, first: Formula, second: Formula) -> Term | None:
    """w^T x where vectors stand as rows by the habit of the sheet alone: strictly an outer product, meant as the scalar product."""
    if not (reader.env.rows and len(a.real) == len(b.real) == 1 and _is_transposed(first) and not _is_transposed(second)):
        return None
    for formula in (first, second):
        found = next((r for r in readings(formula) if r.name in reader.env.quantities), None)
        if found is None or found.indices or reader.env.quantities[found.name].orientation:
            return None                                 # a declared row, or something computed: the strict reading holds
    if not reader.shapes.conforms(a.real[0].axis, b.real[0].axis):
        return None
    reader.env.note("assumption", second.span, f"{flat(first) or 'the product'} {flat(second) or ''} is the scalar product",
                    "with rows it would be an outer product by the letter")
    reader.shapes.unify(a.real[0].axis, b.real[0].axis, second.span, "a scalar product")
    return summed(Term(mul(a.expr, rename(b.expr, {b.real[0]: a.real[0]})), (a.real[0],)))


def _unlike(shapes: Shapes, a: Term, b: Term, before: list[Formula], formula: Formula) -> Unclear:
    """What is wrong with a product, and the nearest one that is right."""
    left = flat(before[0]) if len(before) == 1 else None
    right = flat(formula)
    said = f"{left or 'what stands before'} {described(shapes, a)} and {right or 'what follows'} {described(shapes, b)}"
    inner = [shapes.known(i.axis) if i is not UNIT else 1 for i in (a.axes[-1], b.axes[0])]
    differ = f": the inner sizes {inner[0]} and {inner[1]} differ" if inner[0] != inner[1] else ", which have no product"
    first, second = left or "(...)", right or "(...)"
    ways = {f"{first}^T {second}": (transposed(a), b), f"{first} {second}^T": (a, transposed(b)), f"{second} {first}": (b, a)}
    meant = next((text for text, (c, d) in ways.items() if len(a.axes) + len(b.axes) > 2 and fits(shapes, c, d)), None)
    return Unclear(Span(before[0].span.start, formula.span.end), said + differ,
                   f"Did you mean {meant}?" if meant else "check the shapes")


def inner(reader: Elaborator, first: Formula, second: Formula, span) -> Term:
    """⟨x, y⟩, the scalar product of two arrays of one shape."""
    a, b = reader(first), reader(second)
    both = elementwise(reader.shapes, a, b, span, "a scalar product") if len(a.real) == len(b.real) else None
    if both is None:
        raise Unclear(span, "a scalar product of unlike shapes")
    return summed(Term(mul(both[0], both[1]), both[2]))


def written_out(reader: Elaborator, parts: tuple[Formula, ...], span) -> Term:
    """(θ_1, θ_2): a vector of entries written one by one."""
    index = reader.shapes.index(reader.shapes.axis(len(parts)))
    terms = [reader(part) for part in parts]
    if any(t.real for t in terms):
        raise Unclear(span, "a list with vectors in it")
    return Term(add(*(mul(delta(index, Offset((), k)), t.expr) for k, t in enumerate(terms))), (index,))


def _is_transposed(formula: Formula) -> bool:
    return isinstance(formula, Script) and is_transpose(formula.sup)
