"""Products as students write them: which product a juxtaposition is follows from the shapes, and each liberty is noted."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from operator import mul, truediv

from ..reading.names import flat, is_transpose, items
from ..reading.syntax import Accent, Braces, Call, Derivative, Empty, Formula, Group, Nabla, Name, Numeral, Product, Script, Span, Symbol, Words
from . import array as arrays
from .array import Array, Nonconforming, elementwise, matmul, outer, repeated, turned
from .families import Family, constant, lifted, summed_over
from .gradients import gradient_meant
from .ways import Context, Liberty, Way, combined, distinct

IDENTITY, ONES = (-1,), (-2,)
"""Shapes of a multiple of the identity matrix, and of a vector of ones, of whatever size fits."""
MATRIX = frozenset(("", "cdot", "times", "ast", "bullet"))
ELEMENTWISE = frozenset(("odot", "circ", "oslash"))
DIVIDING = frozenset(("/", "oslash"))
LONGEST_GROUPED = 7

Made = tuple[Family, tuple[Liberty, ...]]


def product(context: Context, formula: Product) -> list[Way]:
    """All ways to read a product."""
    factors, operators = _plain(context, formula.factors, formula.operators)
    if len(factors) == 1:
        return context(factors[0])
    context.inside_product += 1
    try:
        parts = [context(factor) for factor in factors]
    finally:
        context.inside_product -= 1
    if sum(any(way.shape == ONES for way in part) for part in parts) > 1:
        parts = [_of_all_lengths(context, part, factor) for part, factor in zip(parts, factors, strict=True)]
    ways, fault = _grouped(context, parts, operators, factors)
    if (chained := _chain(context, factors, operators, formula.span)) is not None:
        ways = distinct([*ways, *chained]) if ways else chained
    if not ways:
        raise fault or Nonconforming("no product of these")
    return ways if context.inside_product else distinct([summed for way in ways for summed in _einstein(context, way, parts, formula.span)])


def _of_all_lengths(context: Context, part: list[Way], factor: Formula) -> list[Way]:
    """Ones beside ones, 1 1^T: their lengths follow from nothing in the product, so all that vectors have here are tried."""
    if not any(way.shape == ONES for way in part):
        return part
    row = isinstance(factor, Script) and is_transpose(factor.sup)
    return [*part, *(Way(constant(arrays.filled((1, n) if row else (n, 1), arrays.ONE))) for n in lengths(context))]


def lengths(context: Context) -> list[int]:
    """How long vectors can be here."""
    axes = (axis for tensor in context.scope.problem.program.tensors.values() for axis in tensor.axes)
    found = list(dict.fromkeys(context.point.extent(axis) for axis in axes))
    return [n for n in found if n > 1 or len(found) == 1]


def _plain(context: Context, factors: tuple[Formula, ...], operators: tuple[str, ...]) -> tuple[list[Formula], list[str]]:
    """The factors with what belongs together in one: d W, dE / dw 5, 1{z>0}; and h(1-h) taken apart where h is a quantity."""
    apart: list[Formula] = []
    between: list[str] = []
    for k, factor in enumerate(factors):
        pieces = taken_apart(context, factor)
        between += [*((operators[k - 1],) if k else ()), *("",) * (len(pieces) - 1)]
        apart += pieces
    out: list[Formula] = []
    ops: list[str] = []
    at = 0
    while at < len(apart):
        if at:
            ops.append(between[at - 1])
        made, taken = _merged(context, apart[at:at + 6], between[at:at + 5])
        out.append(made)
        at += taken
    return out, ops


def taken_apart(context: Context, factor: Formula) -> tuple[Formula, ...]:
    """h(1-h)^T is h times (1-h)^T where h is a quantity and no function."""
    match factor:
        case Call(_, function, (argument,), True) if is_quantity(context, function):
            return (function, Group(argument.span, "(", argument))
        case Script(span, Call(_, function, (argument,), True), sub, sup, primes) if is_quantity(context, function):
            return (function, Script(span, Group(argument.span, "(", argument), sub, sup, primes))
    return (factor,)


def is_quantity(context: Context, function: Formula) -> bool:
    """Whether what stands before brackets is a quantity: a product is meant. The loss is written with its arguments."""
    if flat(function) in context.scope.functions:
        return False
    if isinstance(function, Script) and flat(function.base) == "delta" and function.sup is None and len(items(function.sub)) == 2:
        return True
    found = context.scope.meant(function) or gradient_meant(function, context.scope)
    return not (found is None or found.own is False and found.tensor == context.scope.loss)


def _merged(context: Context, factors: list[Formula], operators: list[str]) -> tuple[Formula, int]:
    """What the first factors are together, and how many they are."""
    if len(factors) > 1 and operators[0] == "":
        span = Span(factors[0].span.start, factors[1].span.end)
        match factors[0], factors[1]:
            case Name(text="d", style="" | "mathrm" | "text"), Name() | Script() | Accent() | Words():
                if (made := _ratio(context, factors, operators)) is not None:
                    return made
                if context.scope.gradient_of(factors[1]) is not None:
                    upper, taken = _numbered(context, factors[1:], operators[1:])
                    return Nabla(Span(span.start, upper.span.end), None, upper), taken + 1
            case Nabla(_, by, Script(_, Empty(), None, Numeral(text="2"), 0)), _ if by is not None:
                return Derivative(span, factors[1], (by, by)), 2
            case Script(_, Symbol(text="partial"), sub, None, 0), _ if sub is not None:
                return Nabla(span, sub, factors[1]), 2
            case Numeral(text="1"), Braces(_, (condition,)):
                return Call(span, Name(factors[0].span, "1", "mathbf"), (condition,)), 2
    return _numbered(context, factors, operators)


def _ratio(context: Context, factors: list[Formula], operators: list[str]) -> tuple[Formula, int] | None:
    """dE/dw 5 and dout_o 1/dnet_o 1, as derivatives."""
    upper, used = _numbered(context, factors[1:], operators[1:])
    at = 1 + used
    if len(factors) < at + 2 or operators[at - 1] != "/" or operators[at] != "" or not _is_d(factors[at]):
        return None
    lower, used = _numbered(context, factors[at + 1:], operators[at + 1:])
    if context.scope.meant(upper) is None or context.scope.meant(lower) is None:
        return None
    return Derivative(Span(factors[0].span.start, lower.span.end), upper, (lower,), "d"), at + 1 + used


def _is_d(formula: Formula) -> bool:
    return isinstance(formula, Name) and formula.text == "d" and formula.style in ("", "mathrm", "text")


def _numbered(context: Context, factors: list[Formula], operators: list[str]) -> tuple[Formula, int]:
    """w 5 as one name, where that is one."""
    if len(factors) > 1 and operators[0] == "" and isinstance(factors[0], Name | Script | Words) and isinstance(factors[1], Numeral):
        digits, span = factors[1].text, Span(factors[0].span.start, factors[1].span.end)
        joined = (flat(factors[0]) or "") + digits
        touching = factors[0].span.end == factors[1].span.start
        if digits.isdigit() and (context.scope.known(joined) or touching and context.scope.loosely(joined)):
            return Name(span, joined), 2
    return factors[0], 1


# ---- grouping -----------------------------------------------------------------------------------------------------------

def _grouped(context: Context, parts: list[list[Way]], operators: list[str],
             factors: list[Formula]) -> tuple[list[Way], Nonconforming | None]:
    """From left to right, and with ⊙ looser than the rest; other groupings only where these do not do. And what did not fit."""
    spans = [factor.span for factor in factors]
    found: list[Way] = []
    fault: Nonconforming | None = None
    for attempt in (_from_left, _by_precedence):
        try:
            found += attempt(context, parts, operators, spans)
        except Nonconforming as error:
            fault = fault or error
    if (not found or min(len(way.liberties) for way in found) > min_liberties(parts)) and 2 < len(parts) <= LONGEST_GROUPED:
        found += [Way(way.family, (*way.liberties, Liberty("brackets", factors[0].span))) for way in _any_grouping(context, parts, operators, spans)]
    return distinct(found) if found else [], fault


def min_liberties(parts: list[list[Way]]) -> int:
    return sum(min(len(way.liberties) for way in ways) for ways in parts)


def _from_left(context: Context, parts: list[list[Way]], operators: list[str], spans: list[Span]) -> list[Way]:
    result = parts[0]
    for operator, part, span in zip(operators, parts[1:], spans[1:], strict=True):
        result = times(context, result, operator, part, span)
    return result


def _by_precedence(context: Context, parts: list[list[Way]], operators: list[str], spans: list[Span]) -> list[Way]:
    if not any(operator in ELEMENTWISE for operator in operators) or all(operator in ELEMENTWISE for operator in operators):
        return []
    result: list[Way] | None = None
    start, before = 0, ""
    for end in (*(k for k, operator in enumerate(operators) if operator in ELEMENTWISE), len(operators)):
        piece = _from_left(context, parts[start:end + 1], operators[start:end], spans[start:end + 1])
        result = piece if result is None else times(context, result, before, piece, spans[start])
        start, before = end + 1, operators[end] if end < len(operators) else ""
    return result or []


def _any_grouping(context: Context, parts: list[list[Way]], operators: list[str], spans: list[Span]) -> list[Way]:
    """Every bracketing, the best few of each stretch."""
    best: dict[tuple[int, int], list[Way]] = {(k, k): part for k, part in enumerate(parts)}
    for length in range(1, len(parts)):
        for i in range(len(parts) - length):
            found: list[Way] = []
            for k in range(i, i + length):
                left, right = best[i, k], best[k + 1, i + length]
                if left and right:
                    try:
                        found += times(context, left[:4], operators[k], right[:4], spans[k + 1])
                    except Nonconforming:
                        continue
            best[i, i + length] = distinct(found)[:6] if found else []
    return best[0, len(parts) - 1]


def times(context: Context, left: list[Way], operator: str, right: list[Way], span: Span) -> list[Way]:
    """One product of two."""
    made = combined([left, right], lambda a, b: list(pair(a.family, operator, b.family, span, context.batched)))
    context.spend(sum(way.family.count for way in made) * 2, span)
    return made


# ---- two factors --------------------------------------------------------------------------------------------------------

def pair(a: Family, operator: str, b: Family, span: Span, batched: bool) -> Iterator[Made]:
    """The products that fit two shapes, the literal one first. Nonconforming where none does. A vector goes with every row of a matrix
    only where the problem has several examples."""
    def noted(*kinds: str) -> tuple[Liberty, ...]:
        return tuple(Liberty(kind, span) for kind in kinds)

    ways = list(_ways(a.shape, operator, b.shape, batched))
    if not ways:
        sign = "÷" if operator == "/" else "⊙" if operator in ELEMENTWISE else "times"
        raise Nonconforming(f"({arrays.shown(a.shape)}) {sign} ({arrays.shown(b.shape)})")
    for f, kinds in ways:
        yield lifted(f, a, b), noted(*kinds)


Way2 = tuple[Callable[[Array, Array], Array], tuple[str, ...]]


def _ways(a: tuple[int, ...], operator: str, b: tuple[int, ...], batched: bool) -> Iterator[Way2]:
    if a in (IDENTITY, ONES) or b in (IDENTITY, ONES):
        yield from _unsized(a, operator, b)
        return
    operation = truediv if operator in DIVIDING else mul
    if not a or not b:
        yield (lambda x, y: elementwise(operation, x, y)), ()
        return
    if operator in ELEMENTWISE or operator == "/":
        yield from entry_by_entry(operation, a, b)
        return
    if operator == "otimes":
        if is_vector(a) and is_vector(b):
            yield outer, ()
        elif len(a) == 2 and is_vector(b):
            for order in ((0, 1, 2), (0, 2, 1), (2, 0, 1)):       # over all indices of both, in whatever order the reader has them
                yield (lambda x, y, order=order: arrays.moved(arrays.spread_out(x, y), order)), ()
        return
    strict = a[-1] == b[0]
    if operator == "ast" and a == b:
        yield (lambda x, y: elementwise(mul, x, y)), ()
    if strict:
        yield matmul, ()
    if is_vector(a) and is_vector(b):
        yield from _two_vectors(a, b)
        return
    if len(a) != 2 or len(b) != 2:
        return
    if a == b:
        yield (lambda x, y: elementwise(mul, x, y)), ("hadamard",)
    if is_vector(b) and a[1] == b[1] and not strict:
        yield (lambda x, y: matmul(x, turned(y))), ("orientation",)
    if is_vector(a) and a[0] == b[0] and not strict:
        yield (lambda x, y: matmul(turned(x), y)), ("orientation",)
    for f, kinds in entry_by_entry(mul, a, b) if a != b and not strict and batched else ():
        yield f, ("hadamard", *kinds)


def _two_vectors(a: tuple[int, ...], b: tuple[int, ...]) -> Iterator[Way2]:
    n, m = max(a), max(b)
    if n == m:
        turn = () if a == b else ("orientation",)
        yield (lambda x, y: elementwise(mul, x, y if x.shape == y.shape else turned(y))), ("hadamard", *turn)
        if not (a[0] == 1 and b[1] == 1):
            yield (lambda x, y: arrays.number(arrays.dot(x.cells, y.cells))), ("dot", *turn)
    if not (a[1] == 1 and b[0] == 1):
        yield outer, ("outer",)


def entry_by_entry(operation: Callable, a: tuple[int, ...], b: tuple[int, ...]) -> Iterator[Way2]:
    """The operation on equal shapes, or with a row or column for every row or column of a matrix, or with the vector turned."""
    if a == b:
        yield (lambda x, y: elementwise(operation, x, y)), ()
    elif is_vector(a) and is_vector(b):
        if max(a) == max(b):
            yield (lambda x, y: elementwise(operation, x, turned(y))), ("orientation",)
    elif len(a) == len(b) == 2 and (is_vector(a) or is_vector(b)):
        whole, small = (b, a) if is_vector(a) else (a, b)
        for shape, kinds in ((small, ("broadcast",)), (small[::-1], ("broadcast", "orientation"))):
            if all(n in (1, size) for n, size in zip(shape, whole, strict=True)):
                flip = shape != small

                def f(x: Array, y: Array, flip: bool = flip, shape: tuple[int, ...] = whole) -> Array:
                    if flip:
                        x, y = (turned(x), y) if x.is_vector else (x, turned(y))
                    return elementwise(operation, repeated(x, shape), repeated(y, shape))

                yield f, kinds


def _unsized(a: tuple[int, ...], operator: str, b: tuple[int, ...]) -> Iterator[Way2]:
    """The identity goes with everything; a vector of ones adds up rows or columns, or is a 1 in every entry."""
    if a == IDENTITY and b == IDENTITY or a == ONES and b == ONES:
        yield (lambda x, y: Array(x.shape, (x.cells[0] * y.cells[0],))), ()
    elif IDENTITY in (a, b):
        if operator in MATRIX or not a or not b:
            yield (lambda x, y: scaled(x, y)), ()
        return
    elif operator in ELEMENTWISE or not a or not b:
        yield (lambda x, y: scaled(x, y)), ()
    elif operator in MATRIX and len(a or b) and (a == ONES) and len(b) == 2:
        yield (lambda x, y: elementwise(mul, arrays.number(x.cells[0]), arrays.summed(y, 0))), ()
        if is_vector(b) and b[1] == 1:                      # 1 b beside XW, where b is a row
            yield (lambda x, y: elementwise(mul, arrays.number(x.cells[0]), turned(y))), ("orientation",)
        if is_vector(b) and b[0] == 1:
            yield (lambda x, y: elementwise(mul, arrays.number(x.cells[0]), repeated(y, (b[1], b[1])))), ("ones",)
        if is_vector(b) and b[0] == 1:
            yield (lambda x, y: arrays.number(x.cells[0] * arrays.total(y.cells))), ("orientation",)
    elif operator in MATRIX and b == ONES and len(a) == 2:
        yield (lambda x, y: elementwise(mul, arrays.number(y.cells[0]), arrays.summed(x, 1))), ()
        if is_vector(a) and a[1] == 1:
            yield (lambda x, y: elementwise(mul, arrays.number(y.cells[0]), repeated(x, (a[0], a[0])))), ("ones",)


def scaled(x: Array, y: Array) -> Array:
    """A product of which one factor stands for a number: the identity, or a 1 in every entry."""
    if x.shape in (IDENTITY, ONES):
        return Array(y.shape, tuple(x.cells[0] * cell for cell in y.cells)) if y.shape else Array(x.shape, (x.cells[0] * y.cells[0],))
    return scaled(y, x)


def is_vector(shape: tuple[int, ...]) -> bool:
    return len(shape) == 2 and 1 in shape


# ---- chains of derivatives, sums without a sign ---------------------------------------------------------------------------

def _chain(context: Context, factors: list[Formula], operators: list[str], span: Span) -> list[Way] | None:
    """∂L/∂h · ∂h/∂z with whole quantities: summed over all entries of what stands between, in either order."""
    from .slopes import laid_out, whole_derivative
    if len(factors) < 2 or not all(isinstance(f, Derivative | Nabla) for f in factors) or any(op not in MATRIX for op in operators):
        return None
    found = [whole_derivative(context, factor) for factor in factors]
    if None in found:
        return None
    for order in (found, found[::-1]):
        if all(a.wrt == b.of for a, b in zip(order, order[1:], strict=False)):
            result = order[0].raw
            for step in order[1:]:
                axes = len(context.point.shape(step.of))
                result = arrays.contract(result, step.raw, axes)
            return [Way(way.family, (*way.liberties, Liberty("chain", span)))
                    for way in laid_out(context, result, order[0].of, order[-1].wrt, span)]
    return None


def _einstein(context: Context, way: Way, parts: list[list[Way]], span: Span) -> Iterable[Way]:
    """A letter that stands in several factors and is bound by nothing is summed over."""
    repeated_letters = [letter for letter in way.family.letters if letter not in context.kept
                        and sum(letter in part[0].family.letters for part in parts) > 1]
    yield way
    if repeated_letters:
        family = way.family
        for letter in repeated_letters:
            family = summed_over(family, letter)
        yield Way(family, (*way.liberties, Liberty("summed", span)))
