"""Array code written for array libraries: operations on whole arrays, axes lined up by broadcasting.

A statement becomes one line. A temporary that is read once is written into the line that reads it.
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import assert_never

from ..core.axis import Axis, Index
from .array_code import (
    Array,
    Code,
    Compare,
    Const,
    Contract,
    Extent,
    Loop,
    Map,
    Op,
    Place,
    Power,
    Read,
    Reduce,
    Same,
    Scalar,
    Select,
    Soft,
    Statement,
    gathered,
    indices,
    indices_of,
    nodes,
    scalars,
)
from .dialects import Dialect
from .names import RESERVED
from .scalar_functions import HELPERS

WIDEST = 116
MATHS = ("exp", "log", "sin", "cos", "tanh", "erf")
SUM, PRODUCT, SIGN, POWER, ATOM = range(5)
"""How tightly a written formula holds together."""
_LEVELS = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT}
Written = tuple[str, int]


class Writer:
    """Writes the statements of one function. `layout` "column" puts the matrix before its vector: W.T @ x."""

    def __init__(self, code: Code, dialect: Dialect, given: Sequence[str], layout: str = "column") -> None:
        self.code, self.dialect, self.layout = code, dialect, layout
        self.given = tuple(given)
        self.helpers: set[str] = set()
        self._inline: dict[str, tuple[Written, tuple[Index, ...]]] = {}
        self._fixed: tuple[Index, ...] = ()

    def lines(self, statements: Sequence[Statement], kept: Sequence[str] = ()) -> Iterator[str]:
        """The statements as lines; arrays in `kept` get a line of their own."""
        uses = Counter(n.array for s in statements for scalar in scalars(s) for n in nodes(scalar) if isinstance(n, Read))
        for statement in statements:
            if isinstance(statement, Loop):
                yield from self._loop(statement)
                continue
            written = self._value(statement)
            name = statement.target
            temporary = self.code.arrays[name].role == "temporary" and name not in kept
            if temporary and uses[name] == 1 and len(written[0]) < WIDEST // 2:
                self._inline[name] = (written, statement.at)
                continue
            fixed = tuple(i for i in statement.at if i in self._fixed)
            if fixed:
                yield self.dialect.put.format(name, self._slot(statement.at), written[0])
            else:
                yield f"{name} = {written[0]}"

    def _loop(self, loop: Loop) -> Iterator[str]:
        letter = self.letter(loop.index)
        size = self.extent(loop.index.axis)
        for name in loop.carried:
            sizes = [self.extent(axis) for axis in self.code.arrays[name].axes]
            shape = ", ".join(sizes) + ("," if len(sizes) == 1 else "")
            yield f"{name} = {self.zeros(shape)}"
        yield f"for {letter} in {f'reversed(range({size}))' if loop.falling else f'range({size})'}:"
        before, self._fixed = self._fixed, (*self._fixed, loop.index)
        for line in self.lines(loop.body, loop.carried):
            yield f"    {line}"
        self._fixed = before

    def zeros(self, shape: str) -> str:
        """An array of zeros in the type of the given ones."""
        return self.dialect.zeros.format(f"({shape})", like=self.like)

    @property
    def like(self) -> str:
        """A given array of real numbers."""
        return next(n for n in self.given if self.code.arrays[n].role in ("parameter", "input"))

    def _slot(self, at: tuple[Index, ...]) -> str:
        marks = [self.letter(i) if i in self._fixed else ":" for i in at]
        while marks[-1] == ":":
            marks.pop()
        return ", ".join(marks)

    # ---- statements ---------------------------------------------------------------------------------------------------

    def _value(self, statement: Map | Reduce | Contract | Soft) -> Written:
        at = tuple(i for i in statement.at if i not in self._fixed)
        match statement:
            case Map(_, _, body):
                return self._whole(body, at)
            case Reduce(_, _, over, body):
                return self._reduced(body, at, over)
            case Contract(_, _, over, left, right):
                return self._contracted(at, over, left, right)
            case Soft(_, _, along, function, source):
                self.helpers.add(function)
                order = tuple(p for p in source.at if p not in self._fixed)
                axis = order.index(along) - len(order)
                call = f"{function}({self.scalar(source, order)[0]}{'' if axis == -1 else f', axis={axis}'})"
                return self._turned((call, ATOM), order, at)
            case _:
                assert_never(statement)

    def _whole(self, body: Scalar, at: tuple[Index, ...]) -> Written:
        """The body with every axis of `at`, those along which it does not change included."""
        written = self.scalar(body, at)
        missing = [i for i in at if i not in indices(body)]
        if isinstance(body, Read) and not missing and body.array not in self._inline and written[0] == body.array:
            return written
        if missing:
            shape = f"({', '.join(self.extent(i.axis) for i in at)}{',' if len(at) == 1 else ''})"
            plain = all(not isinstance(n, Read) for n in nodes(body))
            form = self.dialect.constant if plain else self.dialect.full
            return form.format(written[0], shape, like=self.like), ATOM
        return written

    def _reduced(self, body: Scalar, at: tuple[Index, ...], over: tuple[Index, ...]) -> Written:
        inside = indices(body)
        if not at:
            order = self._natural(body, (*over,))
            return self.dialect.total.format(self.scalar(body, order)[0]), ATOM
        order = self._natural(body, (*at, *over))
        if tuple(i for i in order if i not in over) != at or not set(order) <= inside:
            order = (*at, *over)
        axes = [order.index(i) for i in over]
        along = str(axes[0]) if len(axes) == 1 else f"({', '.join(map(str, sorted(axes)))})"
        return self.dialect.total_along.format(self.scalar(body, order)[0], along), ATOM

    def _natural(self, body: Scalar, order: tuple[Index, ...]) -> tuple[Index, ...]:
        """The order of an array inside that has all of these indices, where there is one."""
        for node in nodes(body):
            if isinstance(node, Read) and node.array not in self._inline:
                own = tuple(p for p in node.at if p not in self._fixed)
                if len(own) == len(order) and set(own) == set(order):
                    return own
        return order

    def _contracted(self, at: tuple[Index, ...], over: tuple[Index, ...], left: Read, right: Read) -> Written:
        a, b = (tuple(p for p in r.at if p not in self._fixed) for r in (left, right))
        if any(i in b for i in a if i not in over) or len(over) != 1 or len(a) > 2 or len(b) > 2:
            letters = {i: "abcdefghijklmnopqrstuvwxyz"[k] for k, i in enumerate(dict.fromkeys((*a, *b)))}
            spelled = ",".join("".join(letters[i] for i in side) for side in (a, b)) + "->" + "".join(letters[i] for i in at)
            return self.dialect.einsum.format(spelled, self.scalar(left, a)[0], self.scalar(right, b)[0]), ATOM
        (k,) = over
        rows, columns = [i for i in a if i != k], [i for i in b if i != k]
        swap = bool(rows and columns and at[0] != rows[0])
        if len(rows) + len(columns) == 1:                              # a matrix and a vector
            matrix_first = bool(rows)
            plain_first = (a if matrix_first else b)[-1] == k          # no transpose with the matrix in front
            swap = matrix_first != (plain_first or self.layout == "column")
        if swap:
            left, right, rows, columns = right, left, columns, rows
        first = self.scalar(left, (*rows, k))
        second = self.scalar(right, (k, *columns))
        return f"{held(first, PRODUCT)} @ {held(second, SIGN)}", PRODUCT

    # ---- scalars ------------------------------------------------------------------------------------------------------

    def scalar(self, s: Scalar, order: tuple[Index, ...]) -> Written:
        """The scalar as an array that broadcasts over the axes of `order`."""
        match s:
            case Const(value):
                return self._const(value)
            case Extent(axis):
                return self.extent(axis), ATOM
            case Read():
                return self._read(s, order)
            case Op("neg", (inner,)):
                return f"-{held(self.scalar(inner, order), PRODUCT)}", SIGN
            case Op("+" | "-" | "*" | "/" as sign, (left, right)):
                level = _LEVELS[sign]
                first, second = self.scalar(left, order), self.scalar(right, order)
                tight = level + 1 if sign in "-/" or second[1] == SIGN or (sign == "*" and second[1] == PRODUCT) else level
                return f"{held(first, level)} {sign} {held(second, tight)}", level
            case Op(name, arguments) if name in MATHS and all(not isinstance(n, Read) for n in nodes(s)):
                self.helpers.add("math")                            # a number, not an array of one
                return f"math.{name}({self.scalar(arguments[0], order)[0]})", ATOM
            case Op(name, arguments):
                written = [self.scalar(a, order)[0] for a in arguments]
                if name in HELPERS or name == "erf":
                    self.helpers.add(name)
                call = self.dialect.operations.get(name) or f"{name}({', '.join(f'{{{k}}}' for k in range(len(written)))})"
                return call.format(*written), ATOM
            case Power(base, exponent):
                if all(not isinstance(n, Read) for n in nodes(base)) and exponent == Fraction(1, 2):
                    self.helpers.add("math")
                    return f"math.sqrt({self.scalar(base, order)[0]})", ATOM
                if exponent == Fraction(1, 2):
                    return self.dialect.root.format(self.scalar(base, order)[0]), ATOM
                raised = str(exponent) if isinstance(exponent, int) else f"({exponent})"
                return f"{held(self.scalar(base, order), ATOM)}**{raised}", POWER
            case Select(Same(left, right) as test, then, other) if not self._moving(left) and not self._moving(right):
                chosen = held(self.scalar(then, order), SUM), self._test(test, order), held(self.scalar(other, order), SUM)
                return f"({chosen[0]} if {chosen[1]} else {chosen[2]})", ATOM
            case Select():
                return (self.dialect.cast.format(self._chosen(s, order, True), like=self.like) if _of_numbers(s) else self._chosen(s, order)), ATOM
        raise TypeError(f"not a scalar of array code: {s!r}")

    def _chosen(self, s: Scalar, order: tuple[Index, ...], numbers: bool = False) -> str:
        """A choice, or what is chosen; of numbers alone, these are given a type."""
        if not isinstance(s, Select):
            written = self.scalar(s, order)[0]
            return self.dialect.scalar.format(written, like=self.like) if numbers else written
        return self.dialect.where.format(self._test(s.test, order), self._chosen(s.then, order, numbers), self._chosen(s.other, order, numbers))

    def _const(self, value: object) -> Written:
        if value == "pi":
            self.helpers.add("math")
            return self.dialect.pi, ATOM
        written = decimal(value)
        return written, PRODUCT if "/" in written else SIGN if written.startswith("-") else ATOM

    def _test(self, test: Compare | Same, order: tuple[Index, ...]) -> str:
        if isinstance(test, Same):
            return f"{self._place(test.left, order)} == {self._place(test.right, order)}"
        return f"{held(self.scalar(test.left, order), SUM)} {test.relation} {held(self.scalar(test.right, order), SUM)}"

    def _moving(self, place: Place) -> bool:
        """Whether a place changes along an axis, or is read from an array."""
        return bool(gathered(place)) or any(i not in self._fixed for i in indices_of(place))

    def _place(self, place: Place, order: tuple[Index, ...]) -> str:
        """A place as whole numbers that broadcast over `order`."""
        if isinstance(place, Index):
            return self._running(place, order)
        parts = [self._times(c, self._running(v, order) if isinstance(v, Index) else held(self._read(v, order), PRODUCT)) for v, c in place.terms]
        if place.constant or not parts:
            parts.append(str(place.constant))
        return " + ".join(parts).replace("+ -", "- ")

    def _times(self, c: int, written: str) -> str:
        return written if c == 1 else f"-{written}" if c == -1 else f"{c} * {written}"

    def _running(self, index: Index, order: tuple[Index, ...]) -> str:
        if index in self._fixed:
            return self.letter(index)
        after = len(order) - order.index(index) - 1
        counted = self.dialect.arange.format(self.extent(index.axis), like=self.like)
        return f"{counted}[:{', None' * after}]" if after else counted

    def _read(self, read: Read, order: tuple[Index, ...]) -> Written:
        whole, own = self._inline.pop(read.array, ((read.array, ATOM), None))
        plain = all(isinstance(p, Index) for p in read.at) and len(set(read.at)) == len(read.at)
        if not plain:
            self.helpers.add("padded")
            return f"padded({', '.join([whole[0], *(self._place(p, order) for p in read.at)])})", ATOM
        if own is None and any(p in self._fixed for p in read.at):
            marks = [self.letter(p) if p in self._fixed else ":" for p in read.at]
            while marks[-1] == ":":
                marks.pop()
            whole = f"{read.array}[{', '.join(marks)}]", ATOM
        return self._turned(whole, tuple(p for p in read.at if p not in self._fixed), order)

    def _turned(self, whole: Written, have: tuple[Index, ...], order: tuple[Index, ...]) -> Written:
        """An array over the axes `have` so that it broadcasts over `order`."""
        wanted = tuple(i for i in order if i in have)
        if wanted != have:
            if len(have) == 2:
                whole = f"{held(whole, ATOM)}.T", ATOM
            else:
                whole = self.dialect.transpose.format(whole[0], tuple(have.index(i) for i in wanted)), ATOM
        first = next((k for k, i in enumerate(order) if i in have), len(order))
        marks = [":" if i in have else "None" for i in order[first:]]
        return whole if "None" not in marks else (f"{held(whole, ATOM)}[{', '.join(marks)}]", ATOM)

    def letter(self, index: Index) -> str:
        """The name of a loop variable, which no array has."""
        base = index.axis.letter if index.axis.letter.isascii() and index.axis.letter.isalpha() else "t"
        name, k = f"{base}_{index.mark}" if index.mark else base, 1
        while name in self.code.arrays or name in RESERVED:
            k += 1
            name = f"{base}{k}"
        return name

    # ---- sizes --------------------------------------------------------------------------------------------------------

    def extent(self, axis: Axis) -> str:
        """The size of an axis: a number, or read off one of the given arrays."""
        if isinstance(axis.size, int):
            return str(axis.size)
        array, place = where_size(self.code.arrays, self.given, axis)
        return f"len({array})" if place == 0 else f"{array}.shape[{place}]"


def _of_numbers(s: Scalar) -> bool:
    """Whether a choice is between numbers alone: then a library takes no type from it."""
    return isinstance(s, Const) or (isinstance(s, Select) and _of_numbers(s.then) and _of_numbers(s.other))


def where_size(arrays: Mapping[str, Array], given: Sequence[str], axis: Axis) -> tuple[str, int]:
    """A given array and its place that has the size of the axis. KeyError where none has."""
    for name in given:
        for place, own in enumerate(arrays[name].axes):
            if own.size == axis.size:
                return name, place
    raise KeyError(axis.size)


def held(written: Written, level: int) -> str:
    """The formula, in brackets where it holds together less tightly than is needed."""
    return written[0] if written[1] >= level else f"({written[0]})"


def decimal(value: object) -> str:
    """An exact number as source text: 0.5, 2, 1 / 3."""
    number = Fraction(value)                                        # type: ignore[arg-type]
    if number.denominator == 1:
        return str(number.numerator)
    if Fraction(repr(float(number))) == number or len(str(number.denominator)) > 6:
        return repr(float(number))
    return f"{number.numerator} / {number.denominator}"

