"""Ways over an expression: children, free indices, tensors, substitution."""
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from operator import attrgetter, is_

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
NO_NAMES: frozenset[str] = frozenset()


_INSIDE: Mapping[type[Expr], Callable[..., tuple[Expr, ...]]] = {
    Number: lambda e: (),
    Entry: lambda e: (),
    Delta: lambda e: (),
    Holds: lambda e: (e.left, e.right),
    Add: attrgetter("terms"),
    Mul: attrgetter("factors"),
    Power: lambda e: (e.base,),
    Sum: lambda e: (e.body,),
    Apply: attrgetter("arguments"),
    Component: lambda e: (e.body,),
}
"""A table and no `match`: it is asked for every node of every way over an expression."""


def children(e: Expr) -> tuple[Expr, ...]:
    """The expressions directly inside; positions are not expressions."""
    return _INSIDE[type(e)](e)


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
    """The free indices."""
    return (getattr(e, "_known", None) or _known(e))[0]


def bound(e: Expr) -> frozenset[Index]:
    """The indices that sums and vector functions run over."""
    return (getattr(e, "_known", None) or _known(e))[1]


def all_indices(e: Expr) -> frozenset[Index]:
    """Every index that occurs, free or bound."""
    return free(e) | bound(e)


def tensors(e: Expr) -> frozenset[str]:
    """The names of the tensors read, in positions too."""
    return (getattr(e, "_known", None) or _known(e))[2]


def count(e: Expr) -> int:
    """The number of nodes, which is how long a formula is to read; a power counts its exponent."""
    return (getattr(e, "_known", None) or _known(e))[3]


def _known(e: Expr) -> tuple[frozenset[Index], frozenset[Index], frozenset[str], int]:
    """Free indices, bound indices, tensors and length: all four found at once, once for each node, and kept with it."""
    opened, closed, names, length = NO_INDICES, NO_INDICES, NO_NAMES, 1
    for child in children(e):
        inside = getattr(child, "_known", None) or _known(child)
        opened = opened | inside[0] if opened else inside[0]
        closed = closed | inside[1] if closed else inside[1]
        names = names | inside[2] if names else inside[2]
        length += inside[3]
    if isinstance(e, Entry):
        names = frozenset((e.tensor,))
    elif isinstance(e, Sum | Component):
        opened -= {e.index}
        closed |= {e.index}
    elif isinstance(e, Power) and e.exponent != 1:
        length += 1
    for at in positions(e):
        if isinstance(at, Index):
            opened |= {at}
        else:
            opened |= indices_of(at)
            names = names.union(*[tensors(variable) for variable, _ in at.terms if isinstance(variable, Entry)])
    known = (opened, closed, names, length)
    object.__setattr__(e, "_known", known)
    return known


def rebuild(e: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """The same node with each child changed, through the smart constructors; the node itself where no child changes. Sums and
    components keep their index."""
    old = children(e)
    new = tuple([change(child) for child in old])
    return e if all(map(is_, new, old)) else remade(e, new)


def remade(e: Expr, inside: tuple[Expr, ...]) -> Expr:
    """The node with other children, through the smart constructors."""
    match e:
        case Mul():
            return mul(*inside)
        case Add():
            return add(*inside)
        case Sum(index, _):
            return Sum(index, *inside)
        case Power(_, exponent):
            return power(*inside, exponent)
        case Apply(function, _, order):
            return Apply(function, inside, order)
        case Component(function, index, _, at):
            return Component(function, index, *inside, at)
        case Holds(_, relation, _):
            left, right = inside
            return Holds(left, relation, right)
    return e


def rename(e: Expr, to: Mapping[Index, Position]) -> Expr:
    """Indices replaced by positions; bound indices are renamed where they would capture."""
    if free(e).isdisjoint(to):
        return e
    match e:
        case Entry(tensor, at):
            return Entry(tensor, tuple([moved(p, to) for p in at]))
        case Delta(left, right):
            return delta(moved(left, to), moved(right, to))
        case Sum(index, body):
            index, body, to = _uncaptured(index, body, to)
            return Sum(index, rename(body, to))
        case Component(function, index, body, at):
            at = moved(at, to)
            index, body, inner = _uncaptured(index, body, to)
            return Component(function, index, rename(body, inner), at)
    return remade(e, tuple([rename(child, to) for child in children(e)]))


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


def instantiate(body: Expr, at: tuple[Index, ...], places: tuple[Position, ...], avoid: Set[Index]) -> Expr:
    """`body` with the indices `at` put at `places`; its bound indices are first moved away from `avoid`."""
    return rename(separate(body, avoid), dict(zip(at, places, strict=True)))


def separate(e: Expr, avoid: Set[Index]) -> Expr:
    """The same expression with its bound indices outside `avoid`."""
    if bound(e).isdisjoint(avoid):
        return e
    match e:
        case Sum(index, body) | Component(_, index, body, _):
            body = separate(body, avoid)
            if index in avoid:
                index, old = fresh(index.axis, avoid | all_indices(body)), index
                body = rename(body, {old: index})
            return Sum(index, body) if isinstance(e, Sum) else Component(e.function, index, body, e.at)
    return rebuild(e, lambda child: separate(child, avoid))


def canonical(e: Expr) -> Expr:
    """Bound indices numbered in order of appearance, so that expressions equal up to their names become equal."""
    return _canonical(e, free(e))


def _canonical(e: Expr, taken: frozenset[Index]) -> Expr:
    if not bound(e):
        return e
    match e:
        case Sum(index, body) | Component(_, index, body, _):
            new = fresh(index.axis, taken)
            inner = _canonical(body if new == index else rename(body, {index: new}), taken | {new})
            if inner is body:
                return e
            return Sum(new, inner) if isinstance(e, Sum) else Component(e.function, new, inner, e.at)
    return rebuild(e, lambda child: _canonical(child, taken))
