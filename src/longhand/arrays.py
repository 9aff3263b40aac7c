"""Arrays in symbols, as a problem built in Python uses them: an index expression and the axes that it runs over.

`+`, `*` and the rest go entry by entry; axes are matched by what they are, never by a size that happens to be equal. `@` sums
over the last axis of the left array, which has to be the first of the right one. Square brackets put indices in.
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import NoReturn

from .core.axis import Axis, Index, fresh
from .core.expr import Apply, Component, Entry, Expr, Holds, Offset, Position, Rational, Sum, add, mul, number, offset, position, power
from .core.problem import Notation
from .core.record import record
from .core.walk import free, indices_of, instantiate
from .errors import DataError, ShapeError, UnknownName, UsageError
from .functions import table
from .reading.values import as_value


@record
class At:
    """A position inside square brackets: an index, moved (i + 1), scaled (2 * i) or added to another one (i + k)."""
    position: Position

    def __add__(self, other: At | int) -> At:
        if isinstance(other, int):
            return At(position(offset(self.position).terms, offset(self.position).constant + other))
        if not isinstance(other, At):
            return NotImplemented
        a, b = offset(self.position), offset(other.position)
        return At(position((*a.terms, *b.terms), a.constant + b.constant))

    __radd__ = __add__

    def __mul__(self, factor: int) -> At:
        if not isinstance(factor, int):
            return NotImplemented
        a = offset(self.position)
        return At(position(((v, c * factor) for v, c in a.terms), a.constant * factor))

    __rmul__ = __mul__

    def __neg__(self) -> At:
        return self * -1

    def __sub__(self, other: At | int) -> At:
        return self + -other

    def __rsub__(self, other: int) -> At:
        return -self + other

    def __repr__(self) -> str:
        from .printing.plain import expression
        return expression(Entry("", (self.position,)))[2:].strip("[]")


@dataclass(frozen=True, slots=True, eq=False)
class Array:
    """An expression with axes: `expr` for every value of `indices`. Any other free index of `expr` is one that was written in brackets."""
    expr: Expr
    indices: tuple[Index, ...] = ()

    __iter__ = None                  # or Python would walk along x[0], x[1], ... without end
    __array_ufunc__ = None           # so that a NumPy number on the left leaves the arithmetic to us

    @property
    def axes(self) -> tuple[Axis, ...]:
        return tuple(index.axis for index in self.indices)

    @property
    def T(self) -> Array:
        """The transpose: the axes in reversed order."""
        return Array(self.expr, self.indices[::-1])

    def at(self, places: tuple[Position, ...]) -> Expr:
        """The expression at these positions."""
        return instantiate(self.expr, self.indices, places, set().union(*map(indices_of, places)))

    def __getitem__(self, places: object) -> Array:
        places = places if isinstance(places, tuple) else (places,)
        if len(places) != len(self.indices):
            raise ShapeError(f"{words(self)} takes {len(self.indices)} positions and got {len(places)}.")
        return Array(self.at(tuple(_position(place) for place in places)))

    def __add__(self, other: Operand) -> Array:
        return _entrywise(add, self, other)

    __radd__ = __add__

    def __sub__(self, other: Operand) -> Array:
        return _entrywise(lambda a, b: a - b, self, other)

    def __rsub__(self, other: Operand) -> Array:
        return _entrywise(lambda a, b: b - a, self, other)

    def __mul__(self, other: Operand) -> Array:
        """The Hadamard product, or a number times an array."""
        return _entrywise(mul, self, other)

    __rmul__ = __mul__

    def __truediv__(self, other: Operand) -> Array:
        return _entrywise(lambda a, b: a / b, self, other)

    def __rtruediv__(self, other: Operand) -> Array:
        return _entrywise(lambda a, b: b / a, self, other)

    def __neg__(self) -> Array:
        return Array(-self.expr, self.indices)

    def __pow__(self, exponent: Rational | float) -> Array:
        return Array(power(self.expr, _exact(exponent)), self.indices)

    def __matmul__(self, other: Array) -> Array:
        return _contract(self, other)

    def __gt__(self, other: Operand) -> Array:
        return _compare(self, ">", other)

    def __ge__(self, other: Operand) -> Array:
        return _compare(self, ">=", other)

    def __lt__(self, other: Operand) -> Array:
        return _compare(self, "<", other)

    def __le__(self, other: Operand) -> Array:
        return _compare(self, "<=", other)

    def __bool__(self) -> NoReturn:
        raise UsageError("An array in symbols is neither true nor false.")

    def __repr__(self) -> str:
        from .printing.plain import expression
        return f"[{', '.join(axis.name for axis in self.axes)}] {expression(self.expr)}"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        from .forms.index_form import index_form
        from .printing.latex_maths import latex
        shown = latex(index_form(self.expr, Notation()))
        return {"text/plain": repr(self), "text/latex": f"${shown}$", "text/markdown": f"${shown}$"}


Operand = Array | int | float | Fraction


@record
class Named:
    """A function of the tables, to be applied to arrays: lh.relu(z), lh.elu(z, 0.1), lh.softmax(z, axis="q"), lh.fn("huber")."""
    name: str

    def __call__(self, value: Operand, *parameters: Operand, axis: str | None = None) -> Array:
        if row := table.vector(self.name):
            if parameters:
                raise UsageError(f"{row.name} takes one array.")
            return _vector(row.name, as_array(value), axis)
        row = table.scalar(self.name)
        first, *rest = map(as_array, (value, *parameters))
        if any(each.indices for each in rest):
            raise ShapeError(f"The parameters of {row.name} are single numbers.")
        try:
            arguments = table.complete(row, (first.expr, *(each.expr for each in rest)))
        except ValueError as error:
            raise UsageError(f"{error}.") from None
        return Array(Apply(row.name, arguments), first.indices)


def known(name: str) -> bool:
    """Whether the tables have a function of that name."""
    return (table.scalar(name) or table.vector(name)) is not None


def fn(name: str) -> Named:
    """The function of that name."""
    if not known(name):
        from difflib import get_close_matches
        near = get_close_matches(name, [row.name for row in (*table.SCALARS, *table.VECTOR_FUNCTIONS)], 1)
        raise UnknownName(f"There is no function {name}.", suggestion=f"Did you mean {near[0]}?" if near else "")
    return Named(name)


def sum(value: Array, *over: str | Axis | At) -> Array:
    """The sum over the axes named, over indices written in brackets, or over all axes."""
    if not over:
        return _summed(value, value.indices)
    chosen: list[Index] = []
    for each in over:
        if isinstance(each, At):
            if not isinstance(each.position, Index):
                raise UsageError("A sum runs over a plain index.", suggestion="lh.sum(v[k] * x[i + k], k)")
            chosen.append(each.position)
            continue
        name = each.name if isinstance(each, Axis) else each
        matching = [index for index in value.indices if index.axis.name == name]
        if len(matching) != 1:
            raise ShapeError(f"{words(value)} has the axis {name} {len(matching)} times.",
                             suggestion="Write the indices: lh.sum(A[i, j], i)")
        chosen += matching
    return _summed(value, tuple(chosen))


def _summed(value: Array, over: tuple[Index, ...]) -> Array:
    e = value.expr
    for index in reversed(over):
        e = Sum(index, e)
    return Array(e, tuple(index for index in value.indices if index not in over))


# ---- arrays together ---------------------------------------------------------------------------------------------

def as_array(value: Operand) -> Array:
    """A number as an array of no axes."""
    return value if isinstance(value, Array) else Array(number(_exact(value)))


def _exact(value: Rational | float) -> Fraction:
    """A number as it is written: 0.1 is 1/10."""
    found = as_value("this", value)
    if isinstance(found, tuple):
        raise DataError("A list of numbers has no axes.", suggestion='Give it a name: m.constant("c", "d", value=[1, 2])')
    return found


def open_indices(*arrays: Array) -> set[Index]:
    """The indices that were written in brackets and are not summed over."""
    return set().union(*(free(a.expr) - set(a.indices) for a in arrays))


def _fresh(axes: tuple[Axis, ...], taken: set[Index]) -> tuple[Index, ...]:
    found: list[Index] = []
    for axis in axes:
        found.append(fresh(axis, taken | set(found)))
    return tuple(found)


def _entrywise(combine: Callable[[Expr, Expr], Expr], left: Operand, right: Operand) -> Array:
    a, b = as_array(left), as_array(right)
    large, small = (a, b) if len(a.indices) >= len(b.indices) else (b, a)
    indices = _fresh(large.axes, open_indices(a, b))
    places = {large: indices, small: _matched(small, large, indices)}
    return Array(combine(a.at(places[a]), b.at(places[b])), indices)


def _matched(small: Array, large: Array, indices: tuple[Index, ...]) -> tuple[Index, ...]:
    """Which indices of the larger array the axes of the smaller one go with: those of the same axes."""
    if small.axes == large.axes:
        return indices
    mine, theirs = Counter(small.axes), Counter(large.axes)
    for axis, count in mine.items():
        if theirs[axis] != count:
            what = "has not" if not theirs[axis] else "has more than once"
            raise ShapeError(f"{words(small)} and {words(large)} do not fit: the second {what} the axis {axis.name} of the first.",
                             suggestion="Broadcasting goes by axis. Write the indices where another pairing is meant: A[i, j] + b[i].")
    rest: dict[Axis, list[Index]] = {}
    for index in indices:
        rest.setdefault(index.axis, []).append(index)
    return tuple(rest[axis].pop(0) for axis in small.axes)


def _contract(left: Array, right: Array) -> Array:
    """The matrix product: the last axis of the left one against the first of the right one."""
    if not isinstance(right, Array):
        return NotImplemented
    if not left.indices or not right.indices:
        raise ShapeError(f"@ needs two arrays with axes, and {words(left if not left.indices else right)} is a number.",
                         suggestion="Write *.")
    inner = left.axes[-1]
    if inner != right.axes[0]:
        turned = left.T.axes[-1] == right.axes[0]
        raise ShapeError(f"{words(left)} @ {words(right)}: the inner axes {_axis(inner)} and {_axis(right.axes[0])} differ.",
                         suggestion="Did you mean A.T @ b?" if turned else "")
    outer = _fresh((*left.axes[:-1], *right.axes[1:]), open_indices(left, right))
    bound = fresh(inner, open_indices(left, right) | set(outer))
    n = len(left.axes) - 1
    return Array(Sum(bound, mul(left.at((*outer[:n], bound)), right.at((bound, *outer[n:])))), outer)


def _compare(left: Array, relation: str, right: Operand) -> Array:
    return _entrywise(lambda a, b: Holds(a, relation, b), left, right)


def _vector(name: str, value: Array, axis: str | None) -> Array:
    """A vector function along one axis, the last unless said otherwise."""
    along = [index for index in value.indices if axis is None or index.axis.name == axis]
    if not along or (axis is not None and len(along) != 1):
        raise ShapeError(f"{name} runs along one axis, and {words(value)} has {'none' if not along else 'several'} of that name.")
    bound = fresh(along[-1].axis, set(value.indices) | free(value.expr))
    body = value.at(tuple(bound if index == along[-1] else index for index in value.indices))
    return Array(Component(name, bound, body, along[-1]), value.indices)


def _position(place: object) -> Position:
    match place:
        case At(inside):
            return inside
        case int():
            return Offset((), place)
        case Array(Entry() as pointer, ()):
            return Offset(((pointer, 1),))
    raise UsageError("A position in brackets is an index, a number or an entry of an array of class numbers.",
                     suggestion='i = m.index("d"); x[i]')


def _axis(axis: Axis) -> str:
    return axis.name if axis.size == axis.name else f"{axis.name} ({axis.size})"


def words(a: Array) -> str:
    """An array in an error: its name, if it has one, and its shape."""
    shape = "×".join(_axis(axis) for axis in a.axes)
    name = a.expr.tensor if isinstance(a.expr, Entry) else "the expression"
    return f"{name} [{shape}]" if shape else name
