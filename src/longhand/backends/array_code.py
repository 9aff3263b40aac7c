"""Array code: what every target prints. Statements over whole arrays, in order; each still says which index runs over which axis,
so that one printer can write loops and another one matrix products.

Scalars are trees of the node types below, read at the indices of their statement. A statement fills its target for all values of the
indices `at`; only indices of an enclosing Loop are fixed.
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from fractions import Fraction
from typing import Any

from ..core.axis import Axis, Index, Remembering, node
from ..core.record import record

Rational = int | Fraction


class Scalar(Remembering):
    """A number at each value of the indices."""
    __slots__ = ()


@node
class Const(Scalar):
    """A rational number, or "pi"."""
    value: Rational | str


@node
class Extent(Scalar):
    """The size of an axis, as a number."""
    axis: Axis


@node
class Read(Scalar):
    """One entry of an array; a place outside it reads as 0."""
    array: str
    at: tuple[Place, ...] = ()


@node
class Shift(Remembering):
    """A place that is no plain index: Σ coefficient·variable + constant. A variable is an index, or a Read of whole numbers."""
    terms: tuple[tuple[Index | Read, int], ...]
    constant: int = 0


Place = Index | Shift


@node
class Op(Scalar):
    """An operation of the table OPERATIONS, or a function of HELPERS, entry by entry."""
    name: str
    arguments: tuple[Scalar, ...]


@node
class Power(Scalar):
    """The base to a rational exponent."""
    base: Scalar
    exponent: Rational


@node
class Compare(Remembering):
    """A condition on two scalars: > >= < <= == !=."""
    left: Scalar
    relation: str
    right: Scalar


@node
class Same(Remembering):
    """Whether two places are equal."""
    left: Place
    right: Place


@node
class Select(Scalar):
    """`then` where the condition holds, else `other`."""
    test: Compare | Same
    then: Scalar
    other: Scalar


OPERATIONS = ("+", "-", "*", "/", "neg", "exp", "expm1", "log", "log1p", "sin", "cos", "arctan", "tanh", "erf", "abs", "sign", "max", "min", "pow")


# ---- statements ---------------------------------------------------------------------------------------------------

@record
class Map:
    """target[at] = body, entry by entry."""
    target: str
    at: tuple[Index, ...]
    body: Scalar


@record
class Reduce:
    """target[at] = Σ over `over` of body."""
    target: str
    at: tuple[Index, ...]
    over: tuple[Index, ...]
    body: Scalar


@record
class Contract:
    """target[at] = Σ over `over` of left·right: a matrix product, an outer product or a dot product. Both operands hold plain,
    different indices; every index of `over` stands in both, every other one in `at`."""
    target: str
    at: tuple[Index, ...]
    over: tuple[Index, ...]
    left: Read
    right: Read


@record
class Soft:
    """target[at] = softmax of `source` along `along`, which stands in `at`; or its logarithm, for `function` "log_softmax"."""
    target: str
    at: tuple[Index, ...]
    along: Index
    function: str
    source: Read


@record
class Loop:
    """The body once for each value of `index`, in rising order or, `falling`, from its last one. Its statements read and write the
    arrays in `carried` at fixed values of the index."""
    index: Index
    falling: bool
    body: tuple[Statement, ...]
    carried: tuple[str, ...]


Statement = Map | Reduce | Contract | Soft | Loop


@record
class Array:
    """An array of the code: its name here (an identifier), the tensor it holds ("" for a temporary), its axes and its role."""
    name: str
    tensor: str
    axes: tuple[Axis, ...]
    role: str


@record
class Code:
    """A problem as array code.

    arrays      by identifier
    inputs      what a caller gives, in order: inputs, labels, parameters, data
    forward     the forward pass, to the loss;    loss   the array that holds it, or None
    backward    the gradients;                    gradients   name of an array -> the array of its gradient
    update      one step of the descent;          updated     parameter -> the array of its new value
    ahead       where a step takes the gradient;  looked      parameter -> the array of its value there; nothing for the parameters themselves
    memory      an input that a step remembers -> the array of its new value
    method      how the method of the update is called
    """
    arrays: Mapping[str, Array]
    inputs: tuple[str, ...]
    forward: tuple[Statement, ...]
    loss: str | None
    backward: tuple[Statement, ...]
    gradients: Mapping[str, str]
    update: tuple[Statement, ...] = ()
    updated: Mapping[str, str] | None = None
    title: str = ""
    ahead: tuple[Statement, ...] = ()
    looked: Mapping[str, str] = field(default_factory=dict)
    memory: Mapping[str, str] = field(default_factory=dict)
    method: str = "gradient descent"

    def of(self, tensor: str) -> Array:
        """The array of a tensor. KeyError where it has none."""
        return next(a for a in self.arrays.values() if a.tensor == tensor)


# ---- ways over it ---------------------------------------------------------------------------------------------------

def inside(s: Scalar) -> tuple[Scalar, ...]:
    """The scalars directly inside, those of conditions and places included."""
    match s:
        case Op(_, arguments):
            return arguments
        case Power(base, _):
            return (base,)
        case Select(Compare(left, _, right), then, other):
            return left, right, then, other
        case Select(Same(left, right), then, other):
            return (*gathered(left), *gathered(right), then, other)
        case Read(_, at):
            return tuple(r for place in at for r in gathered(place))
    return ()


def gathered(place: Place) -> tuple[Read, ...]:
    """The reads inside a place."""
    return () if isinstance(place, Index) else tuple(v for v, _ in place.terms if isinstance(v, Read))


def nodes(s: Scalar) -> Iterator[Scalar]:
    """The scalar and all inside it."""
    yield s
    for each in inside(s):
        yield from nodes(each)


def indices(s: Scalar) -> frozenset[Index]:
    """The indices that the scalar depends on."""
    found: set[Index] = set()
    for each in nodes(s):
        match each:
            case Read(_, at):
                found.update(i for place in at for i in indices_of(place))
            case Select(Same(left, right), _, _):
                found.update((*indices_of(left), *indices_of(right)))
    return frozenset(found)


def indices_of(place: Place) -> tuple[Index, ...]:
    """The indices of one place, without those inside what it gathers."""
    return (place,) if isinstance(place, Index) else tuple(v for v, _ in place.terms if isinstance(v, Index))


def scalars(statement: Statement) -> tuple[Scalar, ...]:
    """The scalars that a statement computes from."""
    match statement:
        case Map(_, _, body) | Reduce(_, _, _, body):
            return (body,)
        case Contract(_, _, _, left, right):
            return left, right
        case Soft(_, _, _, _, source):
            return (source,)
        case Loop(_, _, body, _):
            return tuple(s for each in body for s in scalars(each))


def targets(statement: Statement) -> tuple[str, ...]:
    """The arrays that a statement fills."""
    return tuple(t for each in statement.body for t in targets(each)) if isinstance(statement, Loop) else (statement.target,)


def reads(statement: Statement) -> frozenset[str]:
    """The arrays that a statement reads."""
    return frozenset(n.array for s in scalars(statement) for n in nodes(s) if isinstance(n, Read))


def counted(code: Code) -> list[Axis]:
    """Axes of open size whose size is a number in a formula, as the N of 1/N is."""
    found = {n.axis: None for s in (*code.forward, *code.backward) for scalar in scalars(s) for n in nodes(scalar) if isinstance(n, Extent)}
    return [axis for axis in found if isinstance(axis.size, str)]


def renamed(statement: Statement, names: Mapping[str, str]) -> Statement:
    """The statement with some of its arrays under other names."""
    def read(s: Any) -> Any:
        match s:
            case Read(array, at):
                return Read(names.get(array, array), tuple(read(p) for p in at))
            case Shift(terms, constant):
                return Shift(tuple((read(v), c) for v, c in terms), constant)
            case Op(name, arguments):
                return Op(name, tuple(map(read, arguments)))
            case Power(base, exponent):
                return Power(read(base), exponent)
            case Select(test, then, other):
                return Select(read(test), read(then), read(other))
            case Compare(left, relation, right):
                return Compare(read(left), relation, read(right))
            case Same(left, right):
                return Same(read(left), read(right))
        return s

    if isinstance(statement, Loop):
        return Loop(statement.index, statement.falling, tuple(renamed(s, names) for s in statement.body),
                    tuple(names.get(n, n) for n in statement.carried))
    changed = {f: read(getattr(statement, f)) for f in ("body", "left", "right", "source") if hasattr(statement, f)}
    return replace(statement, target=names.get(statement.target, statement.target), **changed)


def needed(statements: tuple[Statement, ...], results: set[str]) -> tuple[Statement, ...]:
    """Those of the statements that the results are computed from."""
    wanted, kept = set(results), []
    for statement in reversed(statements):
        if wanted.intersection(targets(statement)):
            wanted |= reads(statement)
            kept.append(statement)
    return tuple(reversed(kept))


def pointers(code: Code) -> dict[str, tuple[int, int, Axis]]:
    """The inputs that stand as places: name -> (c, k, axis), where c·value + k is a place on the axis."""
    found: dict[str, tuple[int, int, Axis]] = {}
    for statement in (*code.forward, *code.backward):
        for scalar in scalars(statement):
            for each in nodes(scalar):
                if isinstance(each, Read):
                    for place, axis in zip(each.at, code.arrays[each.array].axes, strict=True):
                        for read in gathered(place):
                            (c,) = (c for v, c in place.terms if v is read)
                            found.setdefault(read.array, (c, place.constant, axis))
    return {name: found[name] for name in code.inputs if name in found}
