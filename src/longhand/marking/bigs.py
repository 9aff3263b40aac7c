"""Sums, products, maxima and minima over index letters, over an axis, or over everything."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..core.record import record
from ..reading.names import flat, items
from ..reading.syntax import BigOperator, Empty, Formula, Name, Numeral, Relation, Script
from ..reading.terms import Unclear
from . import array as arrays
from .array import Array, Nonconforming
from .conditions import truth
from .families import Family, folded, lifted
from .sizes import found_sizes
from .ways import Context, Liberty, Way, combined, distinct, each

Fold = Callable[[Sequence[Any]], Any]
FOLDS: dict[str, tuple[Fold, Any]] = {
    "sum": (arrays.total, 0), "prod": (lambda cells: _product(cells), 1),
    "max": (lambda cells: _extreme(cells, True), None), "min": (lambda cells: _extreme(cells, False), None),
}


@record
class Bounds:
    """The letters that an operator binds with their ranges (first, how many), and the conditions on them."""
    letters: dict[str, tuple[int, int] | None]
    conditions: tuple[Relation, ...]


def big(context: Context, formula: BigOperator) -> list[Way]:
    """Σ, Π, max, min."""
    if formula.kind not in FOLDS:
        raise Unclear(formula.span, f"{formula.kind} is not understood")
    if isinstance(formula.body, Empty):
        raise Unclear(formula.span, f"a {formula.kind} of nothing")
    limits = bounds(context, formula)
    if not limits.letters:
        return _without_letters(context, formula)
    product_depth, context.inside_product = context.inside_product, 0
    try:
        with context.running(limits.letters):
            for letter, size in found_sizes(context, formula.body).items():
                if letter in limits.letters and not context.is_bound(letter):
                    context.ranges[letter] = (context.base, size)
            ways = context(formula.body)
            masks = [_mask(context, condition) for condition in limits.conditions]
            made: list[Way] = []
            for way in ways:
                made += _taken_up(context, way, list(limits.letters), masks, formula)
            if formula.upper is not None and _is_no_number(context, formula.upper):
                made = [Way(way.family, (*way.liberties, Liberty("limit", formula.upper.span))) for way in made]
            if not made:
                raise Nonconforming(f"nothing depends on the index {', '.join(limits.letters)}")
            return distinct(made)
    finally:
        context.inside_product = product_depth


def _mask(context: Context, condition: Relation) -> Family:
    return truth(context, condition)[0].family


def _taken_up(context: Context, way: Way, letters: list[str], masks: list[Family], formula: BigOperator) -> list[Way]:
    fold, neutral = FOLDS[formula.kind]
    family = way.family
    for mask in masks:
        family = lifted(lambda a, m: _guarded(a, m, neutral, formula), family, mask)
    found = [Way(family, way.liberties)]
    for letter in reversed(letters):
        found = [more for each_way in found for more in _one_letter(context, each_way, letter, fold, formula)]
    return found


def _one_letter(context: Context, way: Way, letter: str, fold: Fold, formula: BigOperator) -> list[Way]:
    """The letter taken up; where nothing carries it, the term counts as often as it runs, or the letter names an axis."""
    family = way.family
    if letter in family.letters:
        return [Way(folded(family, letter, fold), way.liberties)]
    known = context.ranges.get(letter)
    made = []
    if known is not None and formula.kind == "sum":
        made.append(Way(lifted(lambda a: arrays.mapped(lambda x: x * known[1], a), family), way.liberties))
    elif known is not None:
        made.append(Way(lifted(lambda a: arrays.mapped(lambda x: fold([x] * known[1]), a), family), way.liberties))
    if formula.kind == "sum" and len(family.shape) == 2:
        liberties = (*way.liberties, Liberty("summed", formula.span))
        for axis in (0, 1):
            if family.shape[axis] > 1 and (known is None or known[1] == family.shape[axis]):
                made.append(Way(lifted(lambda a, axis=axis: arrays.summed(a, axis), family), liberties))
    return made


def _without_letters(context: Context, formula: BigOperator) -> list[Way]:
    """Over the letters that are open in the body; without any, over all entries."""
    fold, _ = FOLDS[formula.kind]
    product_depth, context.inside_product = context.inside_product, context.inside_product + 1
    try:
        ways = context(formula.body)
    finally:
        context.inside_product = product_depth
    made: list[Way] = []
    for way in ways:
        open_letters = [letter for letter in way.family.letters if letter not in context.kept]
        family = way.family
        for letter in open_letters:
            family = folded(family, letter, fold)
        if open_letters and not family.shape:
            made.append(Way(family, way.liberties))
        elif family.shape:
            made.append(Way(lifted(lambda a: arrays.number(fold(a.cells)), family), (*way.liberties, Liberty("summed", formula.span))))
            made += each([Way(family, (*way.liberties, Liberty("summed", formula.span), Liberty("summed", formula.span)))],
                         lambda a: arrays.summed(a, 0)) if len(family.shape) == 2 and formula.kind == "sum" and family.shape[0] > 1 else []
        else:
            made.append(Way(family, (*way.liberties, Liberty("summed", formula.span))))
    return distinct(made)


def _guarded(a: Array, mask: Array, neutral: Any, formula: BigOperator) -> Array:
    kept = mask.cells[0]
    if kept == 1:
        return a
    if kept == 0 and neutral is not None:
        return Array(a.shape, (arrays.number(neutral).cells[0],) * len(a.cells))
    raise Unclear(formula.span, "a condition under the sign that is not decided")


def _product(cells: Sequence[Any]) -> Any:
    result = arrays.ONE
    for cell in cells:
        result = result * cell
    return result


def _extreme(cells: Sequence[Any], largest: bool) -> Any:
    result = cells[0]
    for cell in cells[1:]:
        result = result.max(cell) if largest else result.min(cell)
    return result


# ---- bounds -------------------------------------------------------------------------------------------------------------------

def bounds(context: Context, formula: BigOperator) -> Bounds:
    """What stands under and above the sign."""
    letters: dict[str, tuple[int, int] | None] = {}
    conditions: list[Relation] = []
    high = None if formula.upper is None else limit(context, formula.upper)
    for part in () if formula.lower is None else items(formula.lower):
        match part:
            case Name() | Script() if flat(part):
                letters[flat(part)] = None if high is None else _range(context, context.base, high)
            case Relation(_, (Name() | Script() as letter, first), ("=",)) if flat(letter):
                low = limit(context, first)
                letters[flat(letter)] = None if low is None or high is None else _range(context, low, high)
            case Relation(_, (Name() | Script() as letter, *_), (sign,)) if sign in ("!=", "<", ">", "<=", ">=") and flat(letter):
                letters[flat(letter)] = None
                conditions.append(part)
            case Relation(_, (Name() | Script() as letter, _), ("in",)) if flat(letter):
                letters[flat(letter)] = None
            case _:
                raise Unclear(part.span, "bounds that are not understood", "write \\sum_{i=1}^{n} or \\sum_i")
    return Bounds(letters, tuple(conditions))


def _range(context: Context, low: int, high: int) -> tuple[int, int] | None:
    """(first, how many). A sum from 0 to n-1 on a sheet that counts from 1 is one over everything."""
    count = high - low + 1
    if count <= 0:
        raise Nonconforming(f"a sum from {low} to {high} has no terms")
    return (context.base, count) if low == 0 and context.base == 1 else (low, count)


def _is_no_number(context: Context, bound: Formula) -> bool:
    """A vector or matrix of the problem in the place of a limit."""
    found = context.scope.meant(bound) if flat(bound) not in context.sizes else None
    return found is not None and not found.own and not found.indices and context.scope.rank(found.tensor) > 0


def limit(context: Context, bound: Formula) -> int | None:
    """A bound as a number; None for one that is not known, as the number of examples where the sheet has none."""
    if isinstance(bound, Numeral) and bound.text.isdigit() and len(bound.text) < 7:
        return int(bound.text)
    if (name := flat(bound)) in context.sizes:
        return context.sizes[name]
    if isinstance(bound, Name) and not context.is_bound(bound.text):
        found = context.scope.meant(bound)
        if found is None or found.own or context.scope.rank(found.tensor):
            return None
    try:
        value = context(bound)[0].family
    except (Unclear, Nonconforming):
        return None
    whole = value.members[0].cells[0].unique_fmpz() if not value.letters and not value.shape else None
    return None if whole is None else int(whole)


__all__ = ["big", "bounds", "combined"]
