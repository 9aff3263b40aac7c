"""The value of an expression at given indices: loops over indices, one scalar at a time. Slow and obviously right; every
other way to a number is tested against it. Functions of the table are evaluated by their definitions."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache
from typing import Any, assert_never

from ..core.axis import Axis, Index
from ..core.expr import Add, Apply, Component, Delta, Entry, Expr, Holds, Mul, Number, Position, Power, Sum
from ..core.function import Function
from ..functions.table import apply_value, derivative_of, scalar, vector
from .arithmetic import Arithmetic
from .faults import NumberError

Read = Callable[[str, tuple[int, ...]], Any]
Extent = Callable[[Axis], int]
At = Mapping[Index, int]


def evaluate(e: Expr, at: At, read: Read, extent: Extent, numbers: Arithmetic) -> Any:
    """The value of e where its free indices are `at`. `read` gives entries (0 outside a tensor), `extent` the sizes of axes.

    A product with a factor that is exactly 0 is 0, whatever its other factors are: textbooks read y ln ŷ so where y = 0.
    """
    def value(part: Expr) -> Any:
        return evaluate(part, at, read, extent, numbers)

    match e:                                                # the kinds in the order of how many there are
        case Entry(tensor, places):
            return read(tensor, tuple([at[place] if isinstance(place, Index) else located(place, at, read, numbers) for place in places]))
        case Number(rational):
            return numbers.number(rational)
        case Mul(parts):
            return _product(parts, value, numbers)
        case Add(parts):
            first, *rest = map(value, parts)
            return sum(rest, first)
        case Delta(left, right):
            return numbers.number(int(located(left, at, read, numbers) == located(right, at, read, numbers)))
        case Holds(left, relation, right):
            outcome = numbers.holds(value(left), relation, value(right))
            return numbers.number(int(outcome)) if isinstance(outcome, bool) else outcome
        case Power(base, exponent):
            return numbers.power(value(base), exponent)
        case Sum(index, body):
            return sum([evaluate(body, {**at, index: k}, read, extent, numbers) for k in range(extent(index.axis))], numbers.number(0))
        case Apply(function, arguments, order):
            return applied(function, tuple(value(argument) for argument in arguments), order, numbers)
        case Component(function, index, body, place):
            position = located(place, at, read, numbers)
            size = extent(index.axis)
            if not 0 <= position < size:
                return numbers.number(0)
            if better := numbers.vectors.get(function):
                return better([evaluate(body, {**at, index: k}, read, extent, numbers) for k in range(size)], position)
            definition = vector(function)
            if definition is None:
                raise NumberError(f"there is no vector function {function}")
            return value(definition.value(index, body, place))
        case _:
            assert_never(e)


def _product(parts: tuple[Expr, ...], value: Callable[[Expr], Any], numbers: Arithmetic) -> Any:
    """The product from left to right, ended by an exact 0. A factor without a value counts only if no other one is 0."""
    product: Any = None
    fault: NumberError | None = None
    for part in parts:
        try:
            factor = value(part)
        except NumberError as error:
            fault = fault or error
            continue
        if numbers.is_zero(factor):
            return numbers.number(0)
        product = factor if product is None else product * factor
    if fault:
        raise fault
    return product


def located(place: Position, at: At, read: Read, numbers: Arithmetic) -> int:
    """The integer that a position is."""
    if isinstance(place, Index):
        return at[place]
    return place.constant + sum(
        coefficient * (at[variable] if isinstance(variable, Index) else _gathered(variable, at, read, numbers))
        for variable, coefficient in place.terms
    )


def _gathered(entry: Entry, at: At, read: Read, numbers: Arithmetic) -> int:
    return numbers.integer(read(entry.tensor, tuple(located(place, at, read, numbers) for place in entry.at)))


# ---- functions of the table --------------------------------------------------------------------------------------

def applied(name: str, arguments: tuple[Any, ...], order: int, numbers: Arithmetic) -> Any:
    """The function at numbers, `order` times differentiated by its first argument: by the textbook derivative where one is
    declared, else by Taylor coefficients of its definition."""
    function = scalar(name)
    if function is None:
        raise NumberError(f"there is no function {name}")
    missing = function.defaults[len(arguments) - 1:]
    arguments = (*arguments, *(numbers.number(Fraction(text)) for text in missing))
    if order == 0:
        return function_value(function, arguments, numbers)
    if order == 1 and function.derivative is not None:
        y = function_value(function, arguments, numbers)
        return at_numbers(textbook_derivative(function.name), (*arguments, y), numbers)
    from .jets import nth_derivative
    return nth_derivative(function, arguments, order, numbers)


def function_value(function: Function, arguments: tuple[Any, ...], numbers: Arithmetic) -> Any:
    """A scalar function at numbers: as the arithmetic knows it best, as a primitive, or by its definition."""
    if better := numbers.scalars.get(function.name):
        return better(*arguments)
    if function.value is None:
        return numbers.primitive(function.name, arguments[0])
    return at_numbers(_definition(function.name), arguments, numbers)


def at_numbers(body: Expr, arguments: tuple[Any, ...], numbers: Arithmetic) -> Any:
    """The value of an expression whose entries #1, #2, ... are the arguments, and pi."""
    def read(name: str, _: tuple[int, ...]) -> Any:
        return numbers.pi() if name == "pi" else arguments[int(name[1:]) - 1]

    return evaluate(body, {}, read, _no_axis, numbers)


def _no_axis(axis: Axis) -> int:
    raise NumberError(f"a scalar function that runs over the axis {axis.name}")


def _places(function: Function) -> tuple[Entry, ...]:
    """Stand-ins for all arguments of a function: #1, #2, ..."""
    return tuple(Entry(f"#{k + 1}") for k in range(1 + len(function.defaults)))


@cache
def _definition(name: str) -> Expr:
    function = scalar(name)
    return apply_value(function, _places(function))


@cache
def textbook_derivative(name: str) -> Expr:
    """The textbook derivative, the function's own value being one more argument."""
    function = scalar(name)
    places = _places(function)
    return derivative_of(function, places, Entry(f"#{len(places) + 1}"))
