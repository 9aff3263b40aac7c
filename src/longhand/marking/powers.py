"""Scripts on what is no name: powers, transposes, entries, and the exponential."""
from __future__ import annotations

from typing import Any

from ..reading.names import flat, is_transpose, items
from ..reading.syntax import Formula, Group, Name, Numeral, Product, Relation, Script, Symbol, walk
from ..reading.terms import Unclear
from . import array as arrays
from .array import Array, mapped, matmul
from .families import Family, constant, lifted
from .products import IDENTITY, ONES, lengths, taken_apart
from .ways import Context, Liberty, Way, combined, distinct, each, one

LARGEST_POWER = 400


def script(context: Context, formula: Script) -> list[Way]:
    """A script that belongs to no name."""
    from .entries import entries_of
    from .slopes import gradient_named
    base, sub, sup = formula.base, formula.sub, formula.sup
    name = flat(base)
    if name == "e" and sup is not None and sub is None:
        return each(context(sup), lambda a: mapped(lambda x: x.exp(), a))
    if isinstance(base, Name) and base.text == "1" and base.style or isinstance(base, Numeral) and base.text == "1" and sub is not None:
        return ones(context, formula)
    if name in ("I", "E", "Id") and sup is None and sub is not None:
        return [Way(constant(arrays.eye(int(way.family.members[0].cells[0].unique_fmpz() or 0)))) for way in context(sub)]
    if name == "e" and sub is not None and (sup is None or is_transpose(sup)) and len(items(sub)) == 1:
        ways = unit_vectors(context, formula)
        return ways if sup is None else each(ways, arrays.transpose)
    if name == "delta" and sub is not None and sup is None and len(items(sub)) == 2:
        return kronecker(context, formula)
    if (gradient := gradient_named(context, formula)) is not None:
        return gradient
    if isinstance(base, Name) or formula.primes:
        raise Unclear(formula.span, f"{flat(formula) or 'this name'} is not known", cause=flat(formula) or name or "")
    pieces = taken_apart(context, formula)
    if len(pieces) > 1:
        return context(Product(formula.span, pieces, ("",) * (len(pieces) - 1)))
    ways = context(base)
    if is_transpose(sup):
        ways, sup = each(ways, arrays.transpose), None
    if sub is not None:
        ways = entries_of(context, ways, items(sub), formula)
    return ways if sup is None or _is_shape(context, sup) else raised(context, ways, sup, formula)


def _is_shape(context: Context, sup: Formula) -> bool:
    """A shape written above: X^{N \\times 1}."""
    return isinstance(sup, Product) and "times" in sup.operators and all(
        isinstance(f, Numeral) or flat(f) in context.sizes for f in sup.factors)


def ones(context: Context, formula: Formula) -> list[Way]:
    """A bold 1: an indicator, a vector of ones, or, with T, a row of them."""
    sub = formula.sub if isinstance(formula, Script) else None
    if isinstance(sub, Relation):
        from .conditions import truth
        return truth(context, sub)
    if sub is not None and not isinstance(sub, Product):
        way = context(sub)[0]
        size = way.family.members[0].cells[0].unique_fmpz()
        if size is None:
            raise Unclear(formula.span, "ones in a number that is no whole one")
        row = isinstance(formula, Script) and is_transpose(formula.sup)
        return one(arrays.filled((1, int(size)) if row else (int(size), 1), arrays.ONE))
    return one(Array(ONES, (arrays.ONE,)))


def unit_vectors(context: Context, formula: Script) -> list[Way]:
    """e_k: a 1 in the place k, as the sheet counts, and zeros; of every length that a vector has here."""
    from .conditions import index_value
    if not isinstance(items(formula.sub)[0], Numeral | Name | Script):
        raise Unclear(formula.span, f"{flat(formula) or 'this name'} is not known", cause=flat(formula) or "")
    at, base = index_value(context, items(formula.sub)[0]), context.base

    def vector(place: Array, n: int) -> Array:
        return Array((n, 1), tuple(arrays.ONE if place.cells[0] == k + base else arrays.ZERO for k in range(n)))

    return [Way(lifted(lambda place, n=n: vector(place, n), at)) for n in lengths(context)]


def kronecker(context: Context, formula: Script) -> list[Way]:
    """δ_ij: 1 where the two indices are equal."""
    from .conditions import index_value
    left, right = (index_value(context, item) for item in items(formula.sub))
    return [Way(lifted(lambda a, b: arrays.number(1 if a.cells[0] == b.cells[0] else 0), left, right))]


def raised(context: Context, ways: list[Way], exponent: Formula, formula: Formula) -> list[Way]:
    """A power, entry by entry; of a square matrix the matrix power, or entry by entry at a liberty."""
    if is_transpose(exponent):
        return each(ways, arrays.transpose)
    if isinstance(exponent, Group):
        return raised(context, ways, exponent.body, formula)
    if _is_shape(context, exponent):
        return ways
    circled = any(isinstance(node, Symbol) and node.text in ("circ", "odot") for node in walk(exponent))
    if isinstance(exponent, Product) and any(op in ("circ", "odot") for op in exponent.operators):
        at = next(k for k, op in enumerate(exponent.operators) if op in ("circ", "odot")) + 1
        circled, rest = True, exponent.factors[at:]
        exponent = rest[0] if len(rest) == 1 else Product(exponent.span, rest, exponent.operators[at:])       # (σ²)^{⊙ 3/2}

    def join(base: Way, power: Way) -> list[tuple[Family, tuple[Liberty, ...]]]:
        if power.shape:
            raise Unclear(exponent.span, "an exponent that is no number")
        shape = base.shape
        plain = (lifted(lambda a, p: mapped(lambda x: to_power(x, p.cells[0], formula), a), base.family, power.family),
                 () if circled or not _is_matrix(shape) or shape[0] != shape[1] else (Liberty("hadamard", formula.span),))
        if shape == IDENTITY:
            return [(base.family, ())]
        whole = power.family.members[0].cells[0].unique_fmpz() if not power.family.letters else None
        if circled or not _is_matrix(shape) or shape[0] != shape[1] or whole is None:
            return [plain]
        if whole < 0:
            raise Unclear(formula.span, "the inverse of a matrix")
        return [(lifted(lambda a: _matrix_power(a, int(whole), formula), base.family), ()), plain]

    return distinct(combined([ways, context(exponent)], lambda a, b: join(a, b)))


def _is_matrix(shape: tuple[int, ...]) -> bool:
    return len(shape) == 2 and 1 not in shape


def _matrix_power(a: Array, n: int, formula: Formula) -> Array:
    if n > 12:
        raise Unclear(formula.span, "a power too large to be computed")
    result = arrays.eye(a.shape[0])
    for _ in range(n):
        result = matmul(result, a)
    return result


def to_power(x: Any, p: Any, formula: Formula) -> Any:
    """x^p; a whole exponent goes with every base."""
    whole = p.unique_fmpz() if p.rad() == 0 else None
    if whole is not None:
        if abs(whole) > LARGEST_POWER:
            raise Unclear(formula.span, "a power too large to be computed")
        return x ** int(whole)
    return x ** p
