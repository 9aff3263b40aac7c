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
    found: set[Index] = set()
    for variable, _ in at.terms:
        if isinstance(variable, Index):
            found.add(variable)
        else:
            found |= free(variable)
    return frozenset(found)


def free(e: Expr) -> frozenset[Index]:
    """The free indices."""
    match e:
        case Number():
            return NO_INDICES
        case Entry(_, at):
            return _union(indices_of(p) for p in at)
        case Delta(left, right):
            return indices_of(left) | indices_of(right)
        case Sum(index, body):
            return free(body) - {index}
        case Component(_, index, body, at):
            return (free(body) - {index}) | indices_of(at)
    return _union(free(child) for child in children(e))


def _union(sets: Iterator[frozenset[Index]]) -> frozenset[Index]:
    found = NO_INDICES
    for each in sets:
        found = found | each if found else each
    return found


def all_indices(e: Expr) -> set[Index]:
    """Every index that occurs, free or bound."""
    found: set[Index] = set()
    for node in walk(e):
        for at in positions(node):
            found |= indices_of(at)
        if isinstance(node, Sum | Component):
            found.add(node.index)
    return found


def tensors(e: Expr) -> set[str]:
    """The names of the tensors read, in positions too."""
    found: set[str] = set()
    for node in walk(e):
        if isinstance(node, Entry):
            found.add(node.tensor)
        for at in positions(node):
            if isinstance(at, Offset):
                for variable, _ in at.terms:
                    if isinstance(variable, Entry):
                        found |= tensors(variable)
    return found


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
    arriving = set().union(*(indices_of(new) for new in to.values()), ())
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
