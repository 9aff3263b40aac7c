"""What a formula makes of each number that stands in it, written down once, so that it can be computed again with others in their places."""
from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

from flint import arb

QUESTIONS = frozenset("""bits contains contains_integer contains_interior is_exact is_finite is_integer is_nan is_zero lower man_exp mid mid_rad_10exp
overlaps rad rel_accuracy_bits rel_one_accuracy_bits repr str unique_fmpz upper abs_lower abs_upper""".split())
"""Methods of balls that compute nothing from them."""


class Node:
    """A number (value) and what it was computed from. deps: a bit for each literal that it depends on; bent: for each on which not affinely."""
    __slots__ = ("bent", "deps", "do", "literal", "parts", "value")

    def __init__(self, do: Callable[..., Any] | None, parts: tuple[Node, ...], deps: int = 0, bent: int = 0, value: Any = None, literal: int = -1) -> None:
        self.do, self.parts, self.deps, self.bent, self.value, self.literal = do, parts, deps, bent, value, literal


class Traced(arb):
    """A ball that remembers how it was computed. Asked for its size or sign it answers for the numbers as written."""
    __slots__ = ("node",)

    def __add__(self, other: Any) -> Any:
        return _straight(operator.add, self, other)

    def __radd__(self, other: Any) -> Any:
        return _straight(operator.add, other, self)

    def __sub__(self, other: Any) -> Any:
        return _straight(operator.sub, self, other)

    def __rsub__(self, other: Any) -> Any:
        return _straight(operator.sub, other, self)

    def __mul__(self, other: Any) -> Any:
        return _recorded(operator.mul, (self, other), lambda a, b: a.bent | b.bent | a.deps & b.deps)

    def __rmul__(self, other: Any) -> Any:
        return _recorded(operator.mul, (other, self), lambda a, b: a.bent | b.bent | a.deps & b.deps)

    def __truediv__(self, other: Any) -> Any:
        return _recorded(operator.truediv, (self, other), lambda a, b: a.bent | b.deps)

    def __rtruediv__(self, other: Any) -> Any:
        return _recorded(operator.truediv, (other, self), lambda a, b: a.bent | b.deps)

    def __neg__(self) -> Any:
        return _straight(operator.neg, self)

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        return _recorded(abs, (self,), _all)

    def __pow__(self, other: Any) -> Any:
        return _recorded(operator.pow, (self, other), _all)

    def __rpow__(self, other: Any) -> Any:
        return _recorded(operator.pow, (other, self), _all)


def literal(at: int, ball: Any) -> Traced:
    """The literal of this number."""
    return _with_node(ball, Node(None, (), 1 << at, value=ball, literal=at))


class Cell:
    """One number that was computed from literals, as the steps that lead to it. deps, bent: as of its node."""

    def __init__(self, result: Any) -> None:
        node = _node(result)
        self.deps, self.bent = node.deps, node.bent
        self._values: list[Any] = []
        self._loads: list[tuple[int, int]] = []
        self._steps: list[tuple[int, Callable[..., Any], tuple[int, ...]]] = []
        self._compile(node)

    @property
    def length(self) -> int:
        """How many steps there are."""
        return len(self._steps) + 1

    def value(self, numbers: Sequence[Any]) -> Any:
        """What it comes to with these numbers (arb) for all literals."""
        values = self._values.copy()
        for at, k in self._loads:
            values[at] = numbers[k]
        for at, do, parts in self._steps:
            values[at] = do(values[parts[0]], values[parts[1]]) if len(parts) == 2 else do(*[values[part] for part in parts])
        return values[-1]

    def _compile(self, root: Node) -> None:
        """The steps in an order in which each comes after its parts; without recursion, since sums are long."""
        places: dict[int, int] = {}
        waiting = [root]
        while waiting:
            node = waiting[-1]
            missing = [part for part in node.parts if id(part) not in places] if node.deps else []
            if id(node) in places or missing:
                waiting.pop() if id(node) in places else waiting.extend(missing)
                continue
            waiting.pop()
            at = places[id(node)] = len(self._values)
            self._values.append(node.value if not node.deps else None)
            if node.literal >= 0:
                self._loads.append((at, node.literal))
            elif node.deps:
                self._steps.append((at, node.do, tuple(places[id(part)] for part in node.parts)))


def _straight(do: Callable[..., Any], *parts: Any) -> Any:
    return _recorded(do, parts, lambda *nodes: nodes[0].bent | nodes[-1].bent)


def _all(*nodes: Node) -> int:
    """Bent in all that it depends on."""
    deps = 0
    for node in nodes:
        deps |= node.deps
    return deps


def _recorded(do: Callable[..., Any], parts: tuple[Any, ...], bent: Callable[..., int]) -> Any:
    nodes = tuple(map(_node, parts))
    value = do(*[node.value for node in nodes])
    return _with_node(value, Node(do, nodes, _all(*nodes), bent(*nodes), value)) if isinstance(value, arb) else value


def _with_node(ball: Any, node: Node) -> Traced:
    made = Traced(ball)
    made.node = node
    return made


def _node(value: Any) -> Node:
    return value.node if isinstance(value, Traced) else Node(None, (), value=value)


def _method(name: str) -> Callable[..., Any]:
    plain = getattr(arb, name)
    return lambda self, *more: _recorded(plain, (self, *more), _all)


for _name in vars(arb):
    if not _name.startswith("_") and _name not in QUESTIONS and not isinstance(vars(arb)[_name], staticmethod):
        setattr(Traced, _name, _method(_name))
