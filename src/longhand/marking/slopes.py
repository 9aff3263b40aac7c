"""Derivatives inside a formula: of quantities of the problem from the derivation, of expressions by exact differences."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flint import arb

from ..calculus.derivation import gradient_name
from ..core.expr import Apply, Component, Entry
from ..core.record import record
from ..numbers.faults import EvaluationError
from ..reading.names import flat, is_transpose
from ..reading.syntax import Accent, Call, Derivative, Empty, Formula, Group, Nabla, Name, Script, walk
from ..reading.terms import Unclear
from . import array as arrays
from .array import Array, Nonconforming, moved
from .entries import gathered, place, quantity_like, row_like, standing, without_one
from .families import Family, lifted
from .gradients import moved_by_itself, without_d
from .products import times
from .reference import Reference
from .scope import Meant, spread_digits
from .ways import Context, Liberty, Way, as_ball, distinct, each

STEP = 50
"""The differences are taken at ± 2^-50, which leaves more than 25 right digits of 160 bits."""
COARSE = arb(2) ** -60
BARS = ("bar", "overline")


@record
class Whole:
    """∂of/∂wrt of whole quantities: all axes of `of`, then all of `wrt`."""
    of: str
    wrt: str
    raw: Array


def derivative(context: Context, formula: Derivative) -> list[Way]:
    """∂a/∂b in numerator layout and in the other one."""
    if formula.of is None:
        raise Unclear(formula.span, "a derivative of nothing")
    try:
        wrt = [variable(context, by) for by in formula.by]
    except Unclear:
        last = formula.by[-1]
        if not (isinstance(last, Call) and len(last.arguments) == 1 and context.scope.meant(last.function) is not None):
            raise
        slope = replace(formula, by=(*formula.by[:-1], last.function))                           # dL/dh (1 - h^2) is a product
        return times(context, derivative(context, slope), "", context(last.arguments[0]), formula.span)
    of = _upper(context, formula.of)
    if of is None:
        if len(wrt) != 1:
            raise Unclear(formula.span, "a second derivative of an expression")
        return _of_expression(context, formula.of, wrt[0], formula)
    if len(wrt) == 1:
        raw = _raw(context, of.tensor, wrt[0].tensor, formula)
        ways = _entries(context, raw, of, wrt[0], formula)
        if (direct := _partial(context, of.tensor, wrt[0].tensor, raw)) is not None:
            liberty = Liberty("direct", formula.span)
            ways += [Way(way.family, (*way.liberties, liberty)) for way in _entries(context, direct, of, wrt[0], formula)]
        if not wrt[0].indices and (twin := context.scope.twin(wrt[0].tensor)) is not None:
            ways += _entries(context, _raw(context, of.tensor, twin, formula), of, Meant(twin), formula)
        return each(ways, arrays.transpose) if wrt[0].transposed != of.transposed else ways
    if len(wrt) == 2:
        gradient = gradient_name(of.tensor, wrt[0].tensor)
        raw = _raw(context, gradient, wrt[1].tensor, formula)
        return _entries(context, raw, Meant(gradient, (*of.indices, *wrt[0].indices)), wrt[1], formula)
    raise Unclear(formula.span, "a derivative of higher order")


def variable(context: Context, by: Formula) -> Meant:
    """What a derivative is taken with respect to."""
    found = _of_the_problem(context, context.scope.meant(by, respelled=True))
    if found is None or found.own or found.power is not None:
        raise Unclear(by.span, f"{flat(by) or 'what the derivative is taken by'} is not known", cause=flat(by) or "")
    return found


def _upper(context: Context, of: Formula) -> Meant | None:
    """The quantity that is derived; None for an expression. L(y, ŷ) is L."""
    if isinstance(of, Group):
        return _upper(context, of.body)
    if isinstance(of, Call):
        found = context.scope.meant(of.function)
        return found if found is not None and found.tensor == context.scope.loss else _applied(context, of)
    found = _of_the_problem(context, context.scope.meant(of))
    return found if found is not None and not found.own and found.power is None else None


def _of_the_problem(context: Context, found: Meant | None) -> Meant | None:
    """An own name of the answer that is another name of a quantity is that quantity."""
    if found is None or not found.own or isinstance(context.scope.own[found.tensor], Array):
        return found
    name = quantity_like(context, found.tensor)
    return found if name is None else replace(found, tensor=name, own=False)


def _applied(context: Context, of: Call) -> Meant | None:
    """sigma(z) as the quantity that the sheet defines so."""
    inside = context.scope.meant(of.arguments[0]) if len(of.arguments) == 1 else None
    if inside is None or inside.own or inside.indices or inside.power is not None or inside.transposed:
        return None
    rows = {row for row, _ in context.scope.function(flat(of.function) or "", inside.tensor)}
    for equation in context.scope.problem.program.equations:
        right = equation.right
        body = right.arguments[0] if isinstance(right, Apply) and not right.order else right.body if isinstance(right, Component) else None
        if isinstance(body, Entry) and body.tensor == inside.tensor and right.function in rows:
            return Meant(equation.name)
    return None


def _raw(context: Context, of: str, wrt: str, formula: Formula) -> Array:
    reference = context.point.reference
    if wrt in reference.defined and _beside(reference, of, wrt):
        raise Unclear(formula.span, f"on the sheet, {of} is not computed from {wrt}")
    try:
        shape = (*context.point.shape(of), *context.point.shape(wrt))
    except KeyError:
        shape = ()
    try:
        cells = context.point.derivative(of, wrt, context.had) if shape or _scalars(context, of, wrt) else None
    except EvaluationError:
        cells = None
    if cells is None:
        raise Unclear(formula.span, f"the derivative of {of} with respect to {wrt} is not known")
    return Array(tuple(shape), tuple(map(as_ball, cells)))


def _beside(reference: Reference, of: str, wrt: str) -> bool:
    """Whether a quantity only names a part of a formula beside the way to the loss: u = a² beside L = ln(a² + b)."""
    above, loss = reference.above, reference.problem.loss
    if of == wrt or wrt in above.get(of, ()):
        return False
    if not any(wrt in read for read in reference.reads.values()):
        return True
    return loss is not None and wrt not in above.get(loss, ()) and wrt != loss and (of == loss or of in above.get(loss, ()))


def _partial(context: Context, of: str, wrt: str, whole: Array) -> Array | None:
    """The part of a derivative that does not go through other quantities: the chain rule over several paths writes it with the same sign."""
    try:
        cells = context.point.partial(of, wrt, context.had)
    except (EvaluationError, KeyError):
        return None
    return None if cells is None or len(cells) != len(whole.cells) else Array(whole.shape, tuple(map(as_ball, cells)))


def _scalars(context: Context, of: str, wrt: str) -> bool:
    try:
        return context.point.shape(of) == context.point.shape(wrt) == ()
    except KeyError:
        return False


def _entries(context: Context, raw: Array, of: Meant, wrt: Meant, formula: Formula) -> list[Way]:
    """The entries that the indices of both sides choose, laid out."""
    n = len(context.point.shape(of.tensor))
    above, below = _places(context, of.indices, raw.shape[:n], formula), _places(context, wrt.indices, raw.shape[n:], formula)
    rest_of = sum(p is None for p in above)
    family = gathered(raw, [*above, *below])
    return _laid_out(context, family, rest_of, of.tensor, wrt.tensor, formula)


def _places(context: Context, indices: tuple[Formula, ...], shape: tuple[int, ...], formula: Formula) -> list[Family | None]:
    indices = tuple(i for i in without_one(spread_digits(indices, len(shape)), shape) if not isinstance(i, Empty))
    if len(indices) > len(shape):
        raise Unclear(formula.span, f"{len(indices)} indices where there are {len(shape)}")
    found: list[Family | None] = [place(context, item, size) for item, size in zip(indices, shape, strict=False)]
    return [*found, *(None,) * (len(shape) - len(found))]


def laid_out(context: Context, raw: Array, of: str, wrt: str, span: Any) -> list[Way]:
    """A whole derivative in the layouts that are in use."""
    return _laid_out(context, Family((), (), (raw,)), len(context.point.shape(of)), of, wrt, None, span)


def _laid_out(context: Context, family: Family, above: int, of: str, wrt: str, formula: Formula | None, span: Any = None) -> list[Way]:
    span = formula.span if formula is not None else span
    below = len(family.shape) - above
    if above == 0 or below == 0:
        row = row_like(context, wrt if above == 0 else of)
        return [Way(lifted(lambda a: standing(a, row), family))]
    ways = [Way(lifted(lambda a: arrays.array(a.shape, a.cells), family))]
    swapped = (*range(above, above + below), *range(above))
    ways.append(Way(lifted(lambda a: arrays.array((flipped := moved(a, swapped)).shape, flipped.cells), family)))
    shape = family.shape
    if above == below and shape[:above] == shape[above:] and all(_is_diagonal(a, above) for a in family.members):
        row = row_like(context, wrt)
        ways.append(Way(lifted(lambda a: standing(_diagonal(a, above), row), family), (Liberty("diagonal", span),)))
    return distinct(ways)


def _is_diagonal(a: Array, above: int) -> bool:
    n = _count(a.shape[:above])
    return all(i == j or a.cells[i * n + j] == 0 for i in range(n) for j in range(n))


def _diagonal(a: Array, above: int) -> Array:
    n = _count(a.shape[:above])
    return Array(a.shape[:above], tuple(a.cells[i * n + i] for i in range(n)))


def _count(shape: tuple[int, ...]) -> int:
    n = 1
    for size in shape:
        n *= size
    return n


def whole_derivative(context: Context, formula: Formula) -> Whole | None:
    """A derivative of one whole quantity with respect to another; None for anything else."""
    match formula:
        case Derivative(_, of, (by,), _) if of is not None:
            pass
        case Nabla(_, None, by) if by is not None and context.scope.loss is not None:
            of = None
        case _:
            return None
    wrt = _of_the_problem(context, context.scope.meant(by))
    upper = Meant(context.scope.loss) if of is None else _upper(context, of)
    if wrt is None or upper is None or wrt.own or upper.own or wrt.indices or upper.indices or wrt.transposed or upper.transposed:
        return None
    try:
        return Whole(upper.tensor, wrt.tensor, _raw(context, upper.tensor, wrt.tensor, formula))
    except Unclear:
        return None


# ---- gradients by another name ------------------------------------------------------------------------------------------------

def nabla(context: Context, formula: Nabla) -> list[Way]:
    """∇_W L, and ∇W or ∇_W for the gradient of the loss."""
    if formula.by is not None:
        wrt = variable(context, formula.by)
        of = Meant(context.scope.loss or "") if formula.of is None else _upper(context, formula.of)
        if of is None:
            raise Unclear(formula.span, "the gradient of an expression")
    else:
        if formula.of is None:
            raise Unclear(formula.span, "the gradient of nothing")
        wrt, of = variable(context, formula.of), Meant(context.scope.loss or "")
        if wrt.tensor == of.tensor:
            moved = moved_by_itself(context.scope)
            if moved is None:
                raise Unclear(formula.span, "it is not said with respect to what the gradient is taken")
            wrt = Meant(moved)
    if not of.tensor:
        raise Unclear(formula.span, "there is no loss to take the gradient of")
    ways = _entries(context, _raw(context, of.tensor, wrt.tensor, formula), of, wrt, formula)
    return each(ways, arrays.transpose) if wrt.transposed else ways


def gradient_named(context: Context, formula: Formula) -> list[Way] | None:
    r"""\bar V, L_W and grad_W: a gradient of the loss, where the name itself is not known."""
    scope = context.scope
    if scope.loss is None:
        return None
    match formula:
        case Accent(_, kind, body) if kind in BARS:
            found = scope.meant(body)
        case Script(span, Accent(_, kind, body), sub, sup, primes) if kind in BARS:
            found = scope.meant(Script(span, body, sub, sup, primes))
        case Script(_, Name() as base, sub, sup, 0) if sub is not None and (sup is None or is_transpose(sup)) and (
                flat(base) in ("grad", "nabla") or getattr(scope.meant(base), "tensor", None) == scope.loss):
            found = scope.meant(sub)
            if found is not None and sup is not None:
                found = Meant(found.tensor, found.indices, found.power, not found.transposed, found.own)
        case _:
            by = without_d(formula)
            found = scope.meant(by) if by is not None else None
    if found is None or found.own:
        return None
    raw = _raw(context, scope.loss, found.tensor, formula)
    ways = _entries(context, raw, Meant(scope.loss), found, formula)
    return each(ways, arrays.transpose) if found.transposed else ways


# ---- derivatives of expressions -----------------------------------------------------------------------------------------------

def _of_expression(context: Context, of: Formula, wrt: Meant, formula: Derivative) -> list[Way]:
    """By moving each entry of the quantity a little: what stands in the expression by name is held fixed, but for the quantity itself.
    An expression that does not read the quantity directly is followed through the program."""
    try:
        shape = context.point.shape(wrt.tensor)
    except KeyError:
        raise Unclear(formula.span, f"the sizes of {wrt.tensor} are not known") from None
    centre = context.point.value(wrt.tensor, context.had)
    if centre is None:
        raise Unclear(formula.span, f"{wrt.tensor} has no value here")
    centre = tuple(map(as_ball, centre))
    if any(cell.rad() > COARSE for cell in centre):
        raise Unclear(formula.span, "the derivative of an expression at numbers that are only known to a few digits")
    fixed = _fixed(context, of, wrt.tensor)
    step = arb(2) ** -STEP
    had = context.had
    moved_ways: list[tuple[list[Way], list[Way]]] = []
    for k in range(len(centre)):
        sides = []
        for sign in (1, -1):
            context.had = {**fixed, wrt.tensor: (*centre[:k], centre[k] + sign * step, *centre[k + 1:])}
            context.own = {}
            try:
                sides.append(context(of))
            finally:
                context.had = had
                context.own = {}
        moved_ways.append((sides[0], sides[1]))
    ways: list[Way] = []
    for n, first in enumerate(moved_ways[0][0]):
        columns = [_difference(up[n].family, down[n].family, step) for up, down in moved_ways if n < len(up) and n < len(down)]
        if len(columns) == len(centre) and len({(c.letters, c.sizes, c.shape) for c in columns}) == 1:
            ways += _assembled(context, columns, first, wrt, shape, formula)
    if not ways:
        raise Nonconforming("no derivative of this expression")
    return distinct(ways)


def _difference(up: Family, down: Family, step: Any) -> Family:
    error = arb(0, arb(2) ** -80)

    def slope(a: Array, b: Array) -> Array:
        return Array(a.shape, tuple((x - y) / (2 * step) * (1 + error) + error for x, y in zip(a.cells, b.cells, strict=True)))

    made = lifted(slope, up, down)
    if any(cell.rad() > COARSE for member in made.members for cell in member.cells):
        raise Nonconforming("a derivative that is only known to a few digits")
    return made


def _assembled(context: Context, columns: list[Family], first: Way, wrt: Meant, shape: tuple[int, ...], formula: Derivative) -> list[Way]:
    """The derivatives by each entry as one array, laid out, at the indices that are asked."""
    inner = tuple(n for n in columns[0].shape if n > 1) if len(columns[0].shape) == 2 and 1 in columns[0].shape else columns[0].shape
    members = []
    for k in range(len(columns[0].members)):
        cells = tuple(column.members[k].cells[c] for c in range(len(columns[0].members[k].cells)) for column in columns)
        members.append(Array((*inner, *shape), cells))
    family = Family(columns[0].letters, columns[0].sizes, tuple(members))
    ways = _laid_out(context, family, len(inner), wrt.tensor, wrt.tensor, formula)
    if wrt.indices:
        places = _places(context, wrt.indices, shape, formula)
        if family.letters or any(p is None for p in places):
            raise Unclear(formula.span, "a derivative of an expression in index form")
        ways = _laid_out(context, gathered(family.members[0], [*(None,) * len(inner), *places]), len(inner), wrt.tensor, wrt.tensor, formula)
    return [Way(way.family, (*first.liberties, *way.liberties)) for way in ways]


def _fixed(context: Context, of: Formula, wrt: str) -> Mapping[str, Any]:
    """What the expression reads by name, at its values, where it reads the quantity directly."""
    read: dict[str, Any] = {}
    for node in walk(of):
        found = context.scope.meant(node) if isinstance(node, Name | Script | Accent) else None
        if found is not None and not found.own and found.tensor not in read:
            read[found.tensor] = context.point.value(found.tensor, context.had)
    if wrt not in read:
        return dict(context.had)
    return {**context.had, **{name: cells for name, cells in read.items() if cells is not None and name != wrt}}
