"""Ways over an expression: children, free indices, tensors, substitution."""
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from .axis import Index, fresh
from .expr import (
    Add,
    Apply,
    Component,
    Delta,
    Entry,
    Expr,
    Holds,
    Mul,
    Number,
    Offset,
    Position,
    Power,
    Sum,
    add,
    delta,
    mul,
    position,
    power,
)

NO_INDICES: frozenset[Index] = frozenset()


def children(e: Expr) -> tuple[Expr, ...]:
    """The expressions directly inside; positions are not expressions."""
    match e:
        case Number() | Entry() | Delta():
            return ()
        case Holds(left, _, right):
            return left, right
        case Add(parts) | Mul(parts):
            return parts
        case Power(base, _):
            return (base,)
        case Sum(_, body):
            return (body,)
        case Apply(_, arguments):
            return arguments
        case Component(_, _, body, _):
            return (body,)
    raise TypeError(f"not a node of an expression: {e!r}")


def walk(e: Expr) -> Iterator[Expr]:
    """The expression and all inside it, depth first."""
    stack = [e]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(children(node)))


def positions(e: Expr) -> tuple[Position, ...]:
    """The positions that this very node holds."""
    match e:
        case Entry(_, at):
            return at
        case Delta(left, right):
            return left, right
        case Component(_, _, _, at):
            return (at,)
    return ()


def indices_of(at: Position) -> frozenset[Index]:
    """The indices in a position, those of a gathered entry included."""
    if isinstance(at, Index):
        return frozenset((at,))
    return NO_INDICES.union(*((variable,) if isinstance(variable, Index) else free(variable) for variable, _ in at.terms))


def free(e: Expr) -> frozenset[Index]:
    """The free indices. Found once for each node, like the three properties that follow."""
    try:
        return e._free
    except AttributeError:
        return _remembered(e, "_free", _free(e))


def bound(e: Expr) -> frozenset[Index]:
    """The indices that sums and vector functions run over."""
    try:
        return e._bound
    except AttributeError:
        inside = [found for child in children(e) if (found := bound(child))]
        own = (e.index,) if isinstance(e, Sum | Component) else ()
        return _remembered(e, "_bound", NO_INDICES.union(own, *inside) if inside or own else NO_INDICES)


def all_indices(e: Expr) -> frozenset[Index]:
    """Every index that occurs, free or bound."""
    return free(e) | bound(e)


def tensors(e: Expr) -> frozenset[str]:
    """The names of the tensors read, in positions too."""
    try:
        return e._tensors
    except AttributeError:
        own = (e.tensor,) if isinstance(e, Entry) else ()
        gathered = [tensors(variable) for at in positions(e) if isinstance(at, Offset) for variable, _ in at.terms if isinstance(variable, Entry)]
        return _remembered(e, "_tensors", frozenset().union(own, *gathered, *(tensors(child) for child in children(e))))


def _remembered(e: Expr, what: str, value: frozenset) -> frozenset:
    object.__setattr__(e, what, value)
    return value


def _free(e: Expr) -> frozenset[Index]:
    match e:
        case Number():
            return NO_INDICES
        case Entry(_, at):
            return NO_INDICES.union(*map(indices_of, at)) if at else NO_INDICES
        case Delta(left, right):
            return indices_of(left) | indices_of(right)
        case Sum(index, body):
            return free(body) - {index}
        case Component(_, index, body, at):
            return (free(body) - {index}) | indices_of(at)
    return NO_INDICES.union(*map(free, children(e)))


def rebuild(e: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """The same node with each child changed, through the smart constructors. Sums and components keep their index."""
    match e:
        case Number() | Entry() | Delta():
            return e
        case Holds(left, relation, right):
            return Holds(change(left), relation, change(right))
        case Add(parts):
            return add(*(change(part) for part in parts))
        case Mul(parts):
            return mul(*(change(part) for part in parts))
        case Power(base, exponent):
            return power(change(base), exponent)
        case Sum(index, body):
            return Sum(index, change(body))
        case Apply(function, arguments, order):
            return Apply(function, tuple(change(argument) for argument in arguments), order)
        case Component(function, index, body, at):
            return Component(function, index, change(body), at)
    raise TypeError(f"not a node of an expression: {e!r}")


def rename(e: Expr, to: Mapping[Index, Position]) -> Expr:
    """Indices replaced by positions; bound indices are renamed where they would capture."""
    if not to:
        return e
    match e:
        case Number():
            return e
        case Entry(tensor, at):
            return Entry(tensor, tuple(moved(p, to) for p in at))
        case Delta(left, right):
            return delta(moved(left, to), moved(right, to))
        case Sum(index, body):
            index, body, to = _uncaptured(index, body, to)
            return Sum(index, rename(body, to))
        case Component(function, index, body, at):
            at = moved(at, to)
            index, body, inner = _uncaptured(index, body, to)
            return Component(function, index, rename(body, inner), at)
    return rebuild(e, lambda child: rename(child, to))


def _uncaptured(index: Index, body: Expr, to: Mapping[Index, Position]) -> tuple[Index, Expr, Mapping[Index, Position]]:
    """(index, body, to) where `to` neither moves the bound index nor brings it in from outside."""
    inside = free(body)
    to = {old: new for old, new in to.items() if old != index and old in inside}
    arriving = NO_INDICES.union(*map(indices_of, to.values()))
    if index in arriving:
        other = fresh(index.axis, arriving | all_indices(body))
        return other, rename(body, {index: other}), to
    return index, body, to


def moved(at: Position, to: Mapping[Index, Position]) -> Position:
    """A position with its indices replaced."""
    if isinstance(at, Index):
        return to.get(at, at)
    parts: list[tuple[Index | Entry, int]] = []
    constant = at.constant
    for variable, coefficient in at.terms:
        new = to.get(variable, variable) if isinstance(variable, Index) else rename(variable, to)
        if isinstance(new, Offset):
            parts += [(inner, coefficient * c) for inner, c in new.terms]
            constant += coefficient * new.constant
        else:
            parts.append((new, coefficient))
    return position(parts, constant)


def replace_entries(e: Expr, change: Callable[[Entry], Expr]) -> Expr:
    """Each entry replaced by what `change` gives for it. The caller sees to it that nothing is captured: see `substitute`."""
    if isinstance(e, Entry):
        return change(e)
    return rebuild(e, lambda child: replace_entries(child, change))


def substitute(e: Expr, tensor: str, at: tuple[Index, ...], body: Expr) -> Expr:
    """Every `tensor[p, q, ...]` in e replaced by `body` with its indices `at` put at p, q, ...; capture is avoided."""
    outside = all_indices(e)

    def change(entry: Entry) -> Expr:
        return instantiate(body, at, entry.at, outside) if entry.tensor == tensor else entry

    return replace_entries(e, change)


def instantiate(body: Expr, at: tuple[Index, ...], places: tuple[Position, ...], avoid: set[Index]) -> Expr:
    """`body` with the indices `at` put at `places`; its bound indices are first moved away from `avoid`."""
    return rename(separate(body, avoid), dict(zip(at, places, strict=True)))


def separate(e: Expr, avoid: set[Index]) -> Expr:
    """The same expression with its bound indices outside `avoid`."""
    match e:
        case Sum(index, body):
            body = separate(body, avoid)
            if index in avoid:
                other = fresh(index.axis, avoid | all_indices(body))
                return Sum(other, rename(body, {index: other}))
            return Sum(index, body)
        case Component(function, index, body, at):
            body = separate(body, avoid)
            if index in avoid:
                other = fresh(index.axis, avoid | all_indices(body))
                return Component(function, other, rename(body, {index: other}), at)
            return Component(function, index, body, at)
    return rebuild(e, lambda child: separate(child, avoid)) if children(e) else e


def canonical(e: Expr) -> Expr:
    """Bound indices numbered in order of appearance, so that expressions equal up to their names become equal."""
    return _canonical(e, free(e))


def _canonical(e: Expr, taken: frozenset[Index]) -> Expr:
    match e:
        case Sum(index, body):
            new = fresh(index.axis, taken)
            inner = body if new == index else rename(body, {index: new})
            return Sum(new, _canonical(inner, taken | {new}))
        case Component(function, index, body, at):
            new = fresh(index.axis, taken)
            inner = body if new == index else rename(body, {index: new})
            return Component(function, new, _canonical(inner, taken | {new}), at)
    return rebuild(e, lambda child: _canonical(child, taken)) if children(e) else e
