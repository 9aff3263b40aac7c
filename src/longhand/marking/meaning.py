"""A student's formula evaluated to numbers at a point, under all sensible readings. Why numbers and not expressions: formulas as
people write them may not conform, lack brackets and leave the kind of product open; with sizes all different the readings sort themselves
out."""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flint import arb, ctx

from ..core.record import record
from ..reading.names import flat
from ..reading.syntax import (
    Accent,
    Annotated,
    BigOperator,
    Call,
    Cases,
    Derivative,
    Dots,
    Empty,
    Formula,
    Fraction,
    Group,
    Index,
    Matrix,
    Nabla,
    Name,
    Negative,
    Norm,
    Numeral,
    Product,
    Relation,
    Root,
    Row,
    Script,
    Sum,
    Tagged,
    Words,
)
from ..reading.terms import Unclear
from . import array as arrays
from .additions import added, sized_as
from .arithmetic import arithmetic
from .array import Array, Nonconforming, mapped
from .bigs import big
from .calls import call
from .conditions import cases, truth
from .entries import one_hot, quantity
from .families import Family, as_array, chosen, constant, over
from .literals import exact_ball, literal_ball, literals_of, matrix, row
from .numerals import is_arithmetic
from .patterns import pattern
from .powers import ones, script
from .products import IDENTITY, ONES, product, times
from .scope import Meant, Scope
from .sizes import found_sizes
from .slopes import derivative, gradient_named, nabla
from .ways import BITS, MOST, Cells, Context, Liberty, Point, Way, each, finite, one

OPEN = "is bound by nothing"
"""Said of an index letter."""


@record
class Reading:
    """One way to read a formula, in numbers, and what had to be assumed for it."""
    array: Array
    liberties: tuple[Liberty, ...] = ()


def readings(formula: Formula, scope: Scope, point: Point, had: Mapping[str, Cells], letters: Mapping[str, int] | None = None,
             literal: Callable[[str], Any] | None = None, whole: tuple[int, ...] | None = None) -> list[Reading]:
    """All sensible readings, fewest liberties first, no two with the same numbers. `letters`: values of index letters, as the sheet
    counts; `whole`: the shape that ones or an identity alone have. Unclear for what is not known, Nonconforming where nothing fits."""
    if literal is not None or not is_arithmetic(formula):
        return _read(formula, (), scope, point, had, letters or {}, literal, {}, whole)
    key = id(formula), scope.problem.notation.base
    if (known := scope.constants[key]) is None:
        with ctx.workprec(BITS):
            value = arithmetic(formula, literals_of(scope))
        found = [Reading(arrays.number(value))] if value is not None else _read(formula, (), scope, point, had, letters or {}, None, {})
        scope.constants.put(key, known := (formula, found))
    return known[1]


def family(formula: Formula, order: Sequence[str], scope: Scope, point: Point, had: Mapping[str, Cells],
           sizes: Mapping[str, int] | None = None, literal: Callable[[str], Any] | None = None,
           letters: Mapping[str, int] | None = None) -> list[Reading]:
    """The readings of an indexed formula for all values of its free letters: arrays with an axis for each letter of `order`, before the
    formula's own. `sizes`: of letters that stand on nothing in it."""
    return _read(formula, tuple(order), scope, point, had, letters or {}, literal, sizes or {})


def index_sizes(formula: Formula, scope: Scope, point: Point, had: Mapping[str, Cells] | None = None) -> dict[str, int]:
    """The free index letters of a formula and how many values each has. Unclear for one that stands on axes of two sizes."""
    context = Context(scope, point, had or {}, evaluated, {}, literals_of(scope))
    found = found_sizes(context, formula, strict=True)
    with ctx.workprec(BITS):
        try:
            ways = _evaluated(context, formula, found)
        except (Unclear, Nonconforming):
            return found
    for letter, size in zip(ways[0].family.letters, ways[0].family.sizes, strict=True):
        found.setdefault(letter, size)
    return found


def _read(formula: Formula, order: tuple[str, ...], scope: Scope, point: Point, had: Mapping[str, Cells], bound: Mapping[str, int],
          literal: Callable[[str], Any] | None, sizes: Mapping[str, int], whole: tuple[int, ...] | None = None) -> list[Reading]:
    context = Context(scope, point, had, evaluated, bound, literal or literals_of(scope))
    context.kept.update(order)
    with ctx.workprec(BITS):
        ways = _evaluated(context, formula, {**found_sizes(context, formula), **sizes})
        made: list[Reading] = []
        fault: Exception | None = None
        for way in ways:
            try:
                made.append(_settled(context, way, order, formula, whole))
            except (Unclear, Nonconforming) as error:
                fault = fault or error
    if not made:
        raise fault or Nonconforming("no way to read this")
    return _told_apart(made)


def _evaluated(context: Context, formula: Formula, sizes: Mapping[str, int]) -> list[Way]:
    for letter, size in sizes.items():
        if letter not in context.bound:
            context.ranges.setdefault(letter, (context.base, size))
    return context(formula)


def _settled(context: Context, way: Way, order: tuple[str, ...], formula: Formula, whole: tuple[int, ...] | None) -> Reading:
    """The way as one array: letters that nobody asked for are the true class, or it is none."""
    made, liberties = way.family, way.liberties
    extra = [letter for letter in made.letters if letter not in order]
    for letter in extra:
        place = _hot(context.scope, context.point, made.sizes[made.letters.index(letter)])
        if place is None:
            raise Unclear(formula.span, f"the index {letter} {OPEN}")
        made = chosen(made, {letter: place})
        liberties = (*liberties, Liberty("hot", formula.span))
    missing = [letter for letter in order if letter not in made.letters]
    if any(letter not in context.ranges for letter in missing):
        raise Unclear(formula.span, f"how far the index {missing[0]} runs is not known")
    if missing:
        letters = (*made.letters, *missing)
        made = over(made, letters, (*made.sizes, *(context.ranges[letter][1] for letter in missing)))
    if made.shape in (IDENTITY, ONES) and whole and not made.letters:
        made = Family((), (), (sized_as(made.members[0], whole),))
    if made.shape == IDENTITY:
        raise Unclear(formula.span, "an identity matrix of unknown size")
    if made.shape == ONES:
        made = Family(made.letters, made.sizes, tuple(Array((), a.cells) for a in made.members))
    result = as_array(made, order)
    if not finite(result):
        raise Unclear(formula.span, "it has no value here: a division by zero, a root or a logarithm")
    return Reading(result, liberties)


def true_class(scope: Scope, point: Point, size: int) -> tuple[arb, ...] | None:
    """The number of the true class, as the sheet counts, where there is one one-hot label of this size; None where there is not."""
    place = _hot(scope, point, size)
    return None if place is None else (arb(place + scope.problem.notation.base),)


def _hot(scope: Scope, point: Point, size: int) -> int | None:
    """The place of the 1 in a one-hot label of this size."""
    for tensor in scope.problem.program.tensors.values():
        if tensor.role == "label" and len(tensor.axes) == 1 and point.shape(tensor.name) == (size,):
            cells = point.value(tensor.name, {}) or ()
            ones = [k for k, cell in enumerate(cells) if cell == 1]
            if len(ones) == 1 and all(cell == 0 or cell == 1 for cell in cells):
                return ones[0]
    return None


def _told_apart(made: Sequence[Reading]) -> list[Reading]:
    kept: list[Reading] = []
    for reading in sorted(made, key=lambda r: (len(r.liberties), any(liberty.kind == "hot" for liberty in r.liberties))):
        if not any(_alike(reading.array, other.array) for other in kept):
            kept.append(reading)
    return kept[:MOST]


def _alike(a: Array, b: Array) -> bool:
    """Whether two readings come to the same: their middles do."""
    return a.shape == b.shape and all(abs(float(x.mid()) - float(y.mid())) <= 1e-14 * (1 + abs(float(x.mid())))
                                      for x, y in zip(a.cells, b.cells, strict=True))


# ---- one formula --------------------------------------------------------------------------------------------------------------

def evaluated(context: Context, formula: Formula) -> list[Way]:
    """The ways to read one formula."""
    match formula:
        case Numeral(_, text):
            return one(arrays.number(context.literal(text)))
        case Name() | Accent() | Index() | Words():
            return _named(context, formula)
        case Script():
            found = context.scope.meant(formula)
            return _scripted(context, formula) if found is None else quantity(context, formula, found)
        case Group(_, _, body) | Annotated(_, body, _) | Tagged(_, body, _):
            return context(body)
        case Negative(_, body):
            return each(context(body), lambda a: mapped(lambda x: -x, a))
        case Sum(span, terms) if any(isinstance(term, Dots) for term in terms):
            return pattern(context, terms, "sum", span)
        case Sum(span, terms):
            return added(context, [context(term) for term in terms if not isinstance(term, Empty)], span)
        case Product():
            return product(context, formula)
        case Fraction(span, above, below):
            return _quotient(context, above, below, span)
        case Call():
            return call(context, formula)
        case BigOperator():
            return big(context, formula)
        case Root(_, body, degree):
            return _root(context, body, degree)
        case Norm():
            return _norm(context, formula)
        case Cases():
            return cases(context, formula)
        case Relation():
            return truth(context, formula)
        case Row():
            return row(context, formula)
        case Matrix(span, rows, _):
            return matrix(context, rows, span)
        case Derivative():
            return derivative(context, formula)
        case Nabla():
            return nabla(context, formula)
        case Empty():
            raise Unclear(formula.span, "something is missing here")
    raise Unclear(formula.span, f"no meaning is known for {type(formula).__name__.lower()} here")


def _scripted(context: Context, formula: Script) -> list[Way]:
    """A script of no known name; as a last resort a name in the other case, at a liberty."""
    try:
        return script(context, formula)
    except Unclear:
        if (found := context.scope.meant(formula, respelled=True)) is not None:
            return _respelled(context, formula, found)
        if (label := one_hot(context, formula)) is None:
            raise
        return label


def _respelled(context: Context, formula: Formula, found: Meant) -> list[Way]:
    return [Way(way.family, (*way.liberties, Liberty("spelling", formula.span))) for way in quantity(context, formula, found)]


def _named(context: Context, formula: Formula) -> list[Way]:
    if isinstance(formula, Index) and len(formula.items) == 1 and isinstance(formula.items[0], Relation) and flat(formula.base) != "1":
        return times(context, context(formula.base), "", truth(context, formula.items[0]), formula.span)         # c_j[z_j > 0]
    name = flat(formula)
    if isinstance(formula, Name | Words) and name and context.is_bound(name):
        return [Way(context.letter(name))]
    found = context.scope.meant(formula)
    if found is not None and (name not in context.sizes or found.indices):
        return quantity(context, formula, found)
    if name in context.sizes:
        return one(arrays.number(context.sizes[name]))
    if name == "pi":
        return one(arrays.number(arb.pi()))
    if name == "e":
        return one(arrays.number(arb(1).exp()))
    if name in ("I", "Id") or name == "1" and getattr(formula, "style", ""):
        return one(Array(IDENTITY, (arrays.ONE,))) if name != "1" else ones(context, formula)
    if isinstance(formula, Index) and flat(formula.base) == "1" and len(formula.items) == 1 and isinstance(formula.items[0], Relation):
        return truth(context, formula.items[0])
    if (gradient := gradient_named(context, formula)) is not None:
        return gradient
    if isinstance(formula, Index):
        from .entries import entries_of
        try:
            return entries_of(context, context(formula.base), formula.items, formula)
        except Unclear:
            if len(formula.items) != 1 or not isinstance(formula.items[0], Sum | Product | Group):
                raise
            return times(context, context(formula.base), "", context(formula.items[0]), formula.span)        # 2 y_j [(y_j - t_j) - s]
    if (found := context.scope.meant(formula, respelled=True)) is not None:
        return _respelled(context, formula, found)
    if (label := one_hot(context, formula)) is not None:
        return label
    if (apart := _letters_apart(context, formula)) is not None:
        return context(apart)
    raise Unclear(formula.span, f"{name or 'this name'} is not known", cause=name or "")


def _letters_apart(context: Context, formula: Formula) -> Product | None:
    """Xw in plain text for X times w, where both are known."""
    if not isinstance(formula, Name) or not 1 < len(formula.text) < 4 or not formula.text.isalpha():
        return None
    letters = tuple(Name(formula.span, letter, formula.style) for letter in formula.text)
    return Product(formula.span, letters, ("",) * (len(letters) - 1)) if all(context.scope.meant(letter) for letter in letters) else None


def _quotient(context: Context, above: Formula, below: Formula, span: Any) -> list[Way]:
    depth, context.inside_product = context.inside_product, 0
    try:
        parts = context(above), context(below)
    finally:
        context.inside_product = depth
    return times(context, parts[0], "/", parts[1], span)


def _root(context: Context, body: Formula, degree: Formula | None) -> list[Way]:
    if degree is None:
        return each(context(body), lambda a: mapped(lambda x: x.sqrt(), a))
    if not (isinstance(degree, Numeral) and degree.text.isdigit() and 1 < int(degree.text) < 100):
        raise Unclear(degree.span, "a root of this degree")
    return each(context(body), lambda a: mapped(lambda x: x.root(int(degree.text)), a))


def _norm(context: Context, formula: Norm) -> list[Way]:
    """‖x‖ and |x|; of a vector, both are the root of the sum of squares."""
    def norm(a: Array) -> Array:
        if not a.shape:
            return mapped(abs, a)
        return arrays.number(arrays.dot(a.cells, a.cells).sqrt())
    return each(context(formula.body), norm)


__all__ = ["Liberty", "Nonconforming", "Reading", "Unclear", "constant", "exact_ball", "family", "index_sizes", "literal_ball", "readings"]
