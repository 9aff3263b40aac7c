"""Names with their indices: whole quantities as columns, rows and matrices, and entries for every value of a letter."""
from __future__ import annotations

import math
from itertools import product
from math import prod

from ..numbers.faults import EvaluationError
from ..reading.names import flat, readings
from ..reading.syntax import Accent, Empty, Formula, Group, Name, Negative, Numeral, Product, Script, Sum, Words
from ..reading.terms import Unclear
from . import array as arrays
from .array import Array, Nonconforming, strides
from .families import Family, constant, joint, lifted, over, places_over
from .products import ONES
from .scope import Meant, spread_digits
from .sizes import found_sizes
from .ways import Context, Liberty, Way, as_ball, distinct, each, one

OUTSIDE = -10**12
"""Makes the place of an entry negative that lies outside on one axis."""
LABELS = ("label", "size", "data", "constant")


def quantity(context: Context, formula: Formula, found: Meant) -> list[Way]:
    """What a name stands for at the point."""
    if found.own:
        ways = own(context, formula, found)
    else:
        raw, row = whole(context, found.tensor, formula), row_like(context, found.tensor)
        ways = _of_transpose(context, raw, found.indices, formula, row) if found.transposed and len(found.indices) == len(raw.shape) == 2 else \
            entries(context, raw, found.indices, formula, row)
    return finished(context, ways, found, formula)


def _of_transpose(context: Context, raw: Array, indices: tuple[Formula, ...], formula: Formula, row: bool) -> list[Way]:
    """W^T_{jb} is W_{bj}; where that does not fit, the T is taken to be of the entry, which it leaves as it is."""
    try:
        return entries(context, raw, indices[::-1], formula, row)
    except Nonconforming:
        return entries(context, raw, indices, formula, row)


def finished(context: Context, ways: list[Way], found: Meant, formula: Formula) -> list[Way]:
    """Transposed and raised to a power, as written."""
    from .powers import raised
    if found.transposed:
        ways = each(ways, arrays.transpose)
    return ways if found.power is None else raised(context, ways, found.power, formula)


def whole(context: Context, tensor: str, formula: Formula) -> Array:
    """The quantity with the axes it has in the program."""
    try:
        shape = context.point.shape(tensor)
        cells = context.point.value(tensor, context.had)
    except KeyError:
        raise Unclear(formula.span, f"{tensor} has no shape here") from None
    except EvaluationError:
        cells = None
    if cells is None:
        raise Unclear(formula.span, f"{tensor} has no value here")
    return Array(tuple(shape), tuple(map(as_ball, cells)))


def row_like(context: Context, tensor: str) -> bool:
    """Whether a vector of the problem stands as a row. Gradients and updates stand as what they belong to."""
    notation = context.scope.problem.notation
    plain = tensor.partition("@")[0]
    while plain not in notation.spellings and "/d" in plain:
        plain = plain.rpartition("/d")[2]
    spelling = notation.spellings.get(plain)
    return (spelling.orientation if spelling is not None else notation.layout) == "row"


def standing(raw: Array, row: bool) -> Array:
    """One axis as a column or a row; all else as it is."""
    if len(raw.shape) == 1:
        n = raw.shape[0]
        return arrays.array((1, n) if row else (n, 1), raw.cells)
    return raw if not raw.shape else arrays.array(raw.shape, raw.cells)


def entries(context: Context, raw: Array, indices: tuple[Formula, ...], formula: Formula, row: bool) -> list[Way]:
    """The entries at some indices; with one index on a matrix, a row of it (or, at a liberty, a column)."""
    indices = without_one(spread_digits(_split(indices), len(raw.shape)), raw.shape)
    if all(isinstance(item, Empty) for item in indices):
        return one(standing(raw, row))
    if len(indices) > len(raw.shape):
        raise Unclear(formula.span, f"{len(indices)} indices where there are {len(raw.shape)}")
    if len(indices) == len(raw.shape) or len(raw.shape) != 2:
        across = len(indices) > 1 and not isinstance(indices[0], Empty)
        return [Way(lifted(lambda a: standing(a, across or row), _at(context, raw, indices)))]
    ways: list[Way] = []
    fault: Exception | None = None
    for kinds, turn in ((), (indices[0], Empty(formula.span))), (("column",), (Empty(formula.span), indices[0])):
        try:
            made = lifted(lambda a, kinds=kinds: standing(a, not kinds), _at(context, raw, turn))
            ways.append(Way(made, tuple(Liberty(kind, formula.span) for kind in kinds)))
        except (Nonconforming, Unclear) as error:
            fault = fault or error
    if not ways:
        raise fault or Nonconforming("no entries")
    return ways


def without_one(indices: tuple[Formula, ...], shape: tuple[int, ...]) -> tuple[Formula, ...]:
    """w_{31} of a vector: the 1 counts a single input."""
    if len(shape) == 1 and len(indices) == 1 and isinstance(indices[0], Numeral) and len(indices[0].text) == 2 and (
            "1" in indices[0].text and int(indices[0].text) > shape[0]):
        indices = tuple(Numeral(indices[0].span, digit) for digit in indices[0].text)
    ones = [k for k, item in enumerate(indices) if isinstance(item, Numeral) and item.text == "1"]
    if ones and len(indices) == len(shape) + 1 > 1:
        return indices[:ones[-1]] + indices[ones[-1] + 1:]
    return indices


def one_hot(context: Context, formula: Formula) -> list[Way] | None:
    """y as the vector with a 1 for the true class, on a sheet that gives the number of the class; None for anything else."""
    label = context.scope.class_label()
    found = next((r for r in readings(formula) if r.name == "y" and r.power is None), None)
    if label is None or found is None:
        return None
    number, size = whole(context, label[0], formula).cells[0].unique_fmpz(), label[1].size
    size = size if isinstance(size, int) else context.point.sizes[size]
    if number is None:
        return None
    raw = Array((size,), tuple(arrays.ONE if k == int(number) - context.base else arrays.ZERO for k in range(size)))
    ways = entries(context, raw, found.indices, formula, context.scope.problem.notation.layout == "row")
    return each(ways, arrays.transpose) if found.transposed else ways


def _at(context: Context, raw: Array, indices: tuple[Formula, ...]) -> Family:
    return gathered(raw, [None if isinstance(item, Empty) else place(context, item, size) for item, size in zip(indices, raw.shape, strict=False)])


def _split(indices: tuple[Formula, ...]) -> tuple[Formula, ...]:
    """A_{i·} and A_{·j}: a dot leaves an axis whole."""
    if len(indices) == 1 and isinstance(indices[0], Product) and any(isinstance(f, Empty) for f in indices[0].factors):
        return indices[0].factors
    return indices


def gathered(raw: Array, places: list[Family | None]) -> Family:
    """The part of an array at positions (from 0), for every value of their letters; None leaves an axis whole. 0 outside."""
    given = [p for p in places if p is not None]
    letters, sizes = joint(given)
    places = [*places, *(None,) * (len(raw.shape) - len(places))]
    rest = tuple(n for n, p in zip(raw.shape, places, strict=True) if p is None)
    steps = strides(raw.shape)
    offsets = [sum(k * s for k, s in zip(at, (s for s, p in zip(steps, places, strict=True) if p is None), strict=True))
               for at in product(*map(range, rest))]
    starts = [0] * prod(sizes)
    for p, n, step in zip(places, raw.shape, steps, strict=True):
        if p is not None:
            positions = [member.cells[0] for member in p.members]
            moves = [position * step if 0 <= position < n else OUTSIDE for position in positions]
            starts = [start + moves[k] for start, k in zip(starts, places_over(p, letters, sizes), strict=True)]
    made = {start: Array(rest, tuple(raw.cells[start + o] for o in offsets) if start >= 0 else (arrays.ZERO,) * len(offsets)) for start in set(starts)}
    return Family(letters, sizes, tuple(map(made.__getitem__, starts)))


# ---- positions ------------------------------------------------------------------------------------------------------------

def place(context: Context, item: Formula, size: int) -> Family:
    """The positions (ints from 0) that an index stands for, on an axis of this size."""
    base = context.base
    if isinstance(item, Group) and item.opening == "(":
        item = item.body
    match item:
        case Numeral(_, text) if text.isdigit():
            position = int(text) - base
            if not 0 <= position < size:
                if text == "0":                         # h_0, before the first step of a recurrence
                    return constant(Array((), (-1,)))
                raise Unclear(item.span, f"there is no entry {text}: they are counted from {base} to {size - 1 + base}")
            return constant(Array((), (position,)))
        case Name() | Script() | Accent() | Words() if (letter := index_letter(context, item)) is not None:
            context.run(letter, size)
            values = context.letter(letter)
        case Sum() | Negative() | Product():
            shift(context, item, size)
            values = context(item)[0].family
        case _:
            values = context(item)[0].family
    return lifted(lambda a: _position(a, base, item), values)


def _position(a: Array, base: int, item: Formula) -> Array:
    whole = a.cells[0].unique_fmpz() if not a.shape else None
    if whole is None:
        raise Unclear(item.span, "an index that is no whole number")
    return Array((), (int(whole) - base,))


def shift(context: Context, item: Formula, size: int) -> None:
    """A letter that stands only shifted (t-1) runs over the axis it is shifted along."""
    for term in item.terms if isinstance(item, Sum) else (item,):
        letter = index_letter(context, term) if isinstance(term, Name | Script) else None
        if letter is not None and not context.is_bound(letter):
            context.run(letter, size)


def index_letter(context: Context, item: Formula) -> str | None:
    """The letter that a name in the place of an index is; None for a size or a whole-valued quantity (a class label)."""
    name = flat(item)
    if not name or isinstance(item, Words) and len(name) > 1:
        return None
    if context.is_bound(name) or name in context.kept:
        return name
    if name in context.sizes:
        return None
    found = context.scope.meant(item)
    if found is not None and not found.indices and not found.own and found.tensor in context.scope.problem.program.tensors:
        tensor = context.scope.problem.program.tensors[found.tensor]
        if not tensor.axes and tensor.role in LABELS:
            return None
    if found is not None and found.indices:
        return None
    return name if isinstance(item, Name | Script) and len(name) <= 3 else None


# ---- the answer's own names -------------------------------------------------------------------------------------------------

def own(context: Context, formula: Formula, found: Meant) -> list[Way]:
    """A name that the answer defines: its formula evaluated here, or the numbers it was given."""
    letters = context.scope.own_letters.get(found.tensor, ())
    ways = own_ways(context, found.tensor)
    if not ways:
        raise Unclear(formula.span, f"{found.tensor} is defined by itself")
    if not letters:
        return entries_of(context, ways, found.indices, formula)
    return [Way(_substituted(context, way.family, letters, found.indices, formula), way.liberties) for way in ways]


def own_ways(context: Context, name: str) -> list[Way]:
    """The ways to read the definition of an own name, none while it is being read."""
    meaning = context.scope.own[name]
    if isinstance(meaning, Array):
        return one(meaning)
    if callable(meaning):
        return one(meaning(context.point))
    if name not in context.own:
        context.own[name] = []
        saved = context.ranges, context.bound, context.inside_product
        context.ranges, context.bound, context.inside_product = {}, {}, 0
        try:
            with context.running(dict.fromkeys(context.scope.own_letters.get(name, ()))):
                context.ranges.update({letter: (context.base, size) for letter, size in found_sizes(context, meaning).items()})
                context.own[name] = context(meaning)
        except Exception:
            context.own.pop(name, None)
            raise
        finally:
            context.ranges, context.bound, context.inside_product = saved
    return context.own[name]


def own_shape(context: Context, name: str) -> tuple[int, ...] | None:
    """The sizes that indices on an own name run over; None where it cannot be read."""
    try:
        ways = own_ways(context, name)
    except (Unclear, Nonconforming):
        return None
    if not ways:
        return None
    family, letters = ways[0].family, context.scope.own_letters.get(name, ())
    if letters:
        return tuple(family.sizes[family.letters.index(letter)] for letter in letters) if set(letters) <= set(family.letters) else None
    shape = family.shape
    return tuple(n for n in shape if n > 1) if len(shape) == 2 and 1 in shape else shape


def quantity_like(context: Context, name: str) -> str | None:
    """The quantity of the problem that an own name is another name of: the only one with its value. Let θ = h W_2 + b_2."""
    had, context.had = context.had, {}
    kept, context.own = context.own, {}
    try:
        ways = own_ways(context, name)
        if not ways or ways[0].family.letters:
            return None
        found = ways[0].family.members[0]
        alike = []
        for tensor in context.scope.problem.program.tensors.values():
            if tensor.role in LABELS or math.prod(context.point.shape(tensor.name)) != len(found.cells):
                continue
            raw = standing(whole(context, tensor.name, context.scope.own[name]), False)
            if arrays.same_up_to_orientation(raw, found):
                alike.append(tensor.name)
        return alike[0] if len(alike) == 1 else None
    except (Unclear, Nonconforming, KeyError):
        return None
    finally:
        context.had, context.own = had, kept


def _substituted(context: Context, family: Family, letters: tuple[str, ...], indices: tuple[Formula, ...], formula: Formula) -> Family:
    """A family of the answer with other indices for its letters; as a whole, an array along its letters."""
    from .families import as_array
    carried = tuple(letter for letter in letters if letter in family.letters)
    if set(family.letters) - set(letters):
        raise Unclear(formula.span, "its definition leaves an index open")
    if family.shape:
        raise Unclear(formula.span, "indices on a matrix that has indices")
    raw = as_array(family, carried)
    if not indices:
        return constant(standing(raw, context.scope.problem.notation.layout == "row"))
    if len(indices) != len(letters):
        raise Unclear(formula.span, f"{len(indices)} indices where its definition has {len(letters)}")
    used = [place(context, item, family.sizes[family.letters.index(letter)])
            for item, letter in zip(indices, letters, strict=True) if letter in family.letters]
    return gathered(raw, used)


def entries_of(context: Context, ways: list[Way], indices: tuple[Formula, ...], formula: Formula) -> list[Way]:
    """Entries of anything: (A B)_{ij}, softmax(z)_k."""
    if not indices:
        return ways
    made: list[Way] = []
    fault: Exception | None = None
    for way in ways:
        try:
            made += [Way(part.family, (*way.liberties, *part.liberties)) for part in _entries_of_one(context, way.family, indices, formula)]
        except (Nonconforming, Unclear) as error:
            fault = fault or error
    if not made:
        raise fault or Nonconforming("no entries")
    return distinct(made)


def _entries_of_one(context: Context, family: Family, indices: tuple[Formula, ...], formula: Formula) -> list[Way]:
    """Entries of each member: those of one array in which the letters are axes more."""
    shape = family.shape
    if shape == ONES or not shape:
        raise Unclear(formula.span, "an index on a number")
    indices = _split(indices)
    axes = tuple(n for n in shape if n > 1) if len(shape) == 2 and 1 in shape and len(indices) == 1 else shape
    row = shape[0] == 1
    if not family.letters:
        return entries(context, Array(axes, family.members[0].cells), indices, formula, row)
    indices = spread_digits(indices, len(axes))
    if len(indices) > len(axes):
        raise Unclear(formula.span, f"{len(indices)} indices where there are {len(axes)}")
    places = [place(context, item, size) for item, size in zip(indices, axes, strict=False)]
    letters, sizes = joint([family, *places])
    spread = over(family, letters, sizes)
    at = [over(p, letters, sizes) for p in places]
    members = []
    for k, member in enumerate(spread.members):
        part = gathered(Array(axes, member.cells), [constant(p.members[k]) for p in at])
        members.append(standing(part.members[0], True))
    return [Way(Family(letters, sizes, tuple(members)))]


__all__ = ["entries", "entries_of", "gathered", "index_letter", "own", "place", "quantity", "row_like", "standing", "whole"]
