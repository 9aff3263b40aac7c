"""What the writer had of every quantity, under one hypothesis or another: computed once for each that differs."""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from .following import FOLLOWING
from .identity import by_identities
from .keys import tensor_of
from .marks import Mistake
from .printed import PrintedCell
from .prints import Cells, Node, Print

Differences = Mapping[str, Cells]
"""What the writer had, where it is not what is printed (or, where nothing is printed, not what follows from the prints)."""
Key = tuple[int, ...]
MOST_HIDDEN, HIDDEN = 6, 0.3
"""Steps that are not written down in which a mistake is looked for, and how much less likely it is for each step that it lies back."""


class World:
    """The nodes and their prints, by place. In the plain world the writer had what is printed.

    frontier[name]  the printed nodes, and the unprinted ones without parents, from which the node takes its values
    """

    def __init__(self, nodes: Sequence[Node], prints: Mapping[int, Print]) -> None:
        self.nodes = {node.name: node for node in nodes}
        self.at = prints
        self.prints: dict[str, list[tuple[int, Print]]] = {}
        for at, made in prints.items():
            self.prints.setdefault(made.node, []).append((at, made))
        self.frontier = _frontiers(tuple([(node.name, node.parents) for node in nodes]), frozenset(self.prints))
        self.printed: dict[str, Cells] = {}
        for node in nodes:
            if node.name in self.prints and node.truth is not None:
                self.printed[node.name] = plain_cells(node.truth, [made for _, made in self.prints[node.name]])
        self.kept: list[Cells] = []                          # keys are identities: nothing they stand for may go
        self._values: dict[tuple[str, Key], Cells | None] = {}
        self._variants: dict[tuple[str, Key], list[Any]] = {}
        self._read: dict[str, set[str]] = {}
        self._hidden_variants: dict[tuple[str, Key], list[tuple[Mistake, Cells]]] = {}
        self._sharp: dict[str, list[tuple[Mistake, Cells]]] = {}
        self._all = frozenset(self.printed) | {node.name for node in nodes}

    def sources(self, name: str) -> frozenset[str]:
        """The printed nodes that decide what the writer had of the node."""
        return frozenset((name,)) if name in self.prints else self.frontier.get(name, frozenset())

    def key(self, names: Iterable[str], differences: Differences) -> Key:
        """Tells apart the hypotheses under which the writer had other values of these printed nodes."""
        return tuple(id(cells) for name, cells in differences.items() if name in names) if differences else ()

    def had(self, name: str, differences: Differences) -> Cells | None:
        """What the writer had of the node."""
        if (cells := differences.get(name)) is not None:
            return cells
        return self.printed[name] if name in self.printed else self.computed(name, differences)

    def computed(self, name: str, differences: Differences) -> Cells | None:
        """The node's cells from what the writer had of its parents."""
        frontier = self.frontier[name]
        if not frontier:
            return self.nodes[name].truth
        key = name, self.key(frontier, differences)
        if key not in self._values:
            self._values[key] = self._compute(name, differences)
        return self._values[key]

    def _compute(self, name: str, differences: Differences) -> Cells | None:
        node = self.nodes[name]
        had = {}
        for parent in node.parents:
            if parent not in self.nodes:                    # data of the problem, which the node knows
                continue
            cells = self.had(parent, differences)
            if cells is None:
                return None
            had[parent] = cells
        cells = node.computed(had)
        return cells if cells is None or node.truth is None or len(cells) == len(node.truth) else None

    def variants(self, name: str, differences: Differences) -> list[Any]:
        """The (mistake, cells) of the node. A catalogue may read any node: which ones it did read is found by watching."""
        read = self._read.setdefault(name, set())
        key = name, self.key(read, differences)
        if key not in self._variants:
            watched = Watched(self, differences)
            made = list(self.nodes[name].variants(watched))
            read.update(*(self.sources(other) for other in watched.read))
            key = name, self.key(read, differences)
            self._variants[key] = made
        return self._variants[key]

    def sharp_variants(self, name: str) -> list[tuple[Mistake, Cells]]:
        """The same from the true values, and from the very digits that are printed: what a writer had who rounds nothing, or all."""
        if name not in self._sharp:
            truths = {other.name: other.truth for other in self.nodes.values() if other.truth is not None}
            self._sharp[name] = [way for had in (truths, Middles(self)) for way in self.nodes[name].variants(had)]
        return self._sharp[name]

    def hidden(self, name: str) -> list[tuple[str, int]]:
        """The nodes that the node is computed from without any print between, nearest first, each with how many steps away it is."""
        found: dict[str, int] = {}
        waiting = [(parent, 1) for parent in self.nodes[name].parents]
        for above, steps in waiting:
            if above in self.nodes and above not in self.prints and above not in found and self.nodes[above].parents and len(found) < MOST_HIDDEN:
                found[above] = steps
                waiting += [(parent, steps + 1) for parent in self.nodes[above].parents]
        return list(found.items())

    def hidden_variants(self, name: str, differences: Differences) -> list[tuple[Mistake, Cells]]:
        """What the node comes to after a mistake in a step that is not written down."""
        key = name, self.key(self._all, differences)
        if key not in self._hidden_variants:
            self._hidden_variants[key] = list(self._through_hidden(name, differences))
        return self._hidden_variants[key]

    def _through_hidden(self, name: str, differences: Differences) -> Iterator[tuple[Mistake, Cells]]:
        hidden = self.hidden(name)
        between = [other for other in self.nodes if other in dict(hidden)]
        for above, steps in hidden:
            for mistake, cells in self.variants(above, differences):
                if mistake in FOLLOWING:                    # what follows is no mistake
                    continue
                had = Overlaid(Watched(self, differences), {above: cells})
                touched = {above}
                for other in between:
                    if other != above and not touched.isdisjoint(self.nodes[other].parents):
                        later = self.nodes[other].computed(had)
                        if later is None:
                            break
                        had.own[other] = later
                        touched.add(other)
                else:
                    if (result := self.nodes[name].computed(had)) is not None:
                        yield replace(mistake, cost=mistake.cost + HIDDEN * steps, says=f"In a step before it that is not written down: {mistake.says}"), result

    def variant_key(self, name: str, differences: Differences) -> Key:
        """Tells apart hypotheses under which the variants may differ, as far as is known."""
        return self.key(self._read.get(name, ()), differences)


@lru_cache(100)
def _frontiers(parents: tuple[tuple[str, tuple[str, ...]], ...], printed: frozenset[str]) -> Mapping[str, frozenset[str]]:
    """The frontier of each node, given the parents of each and which of them are printed: alike in most answers of a class."""
    found: dict[str, frozenset[str]] = {}
    for name, above in parents:
        found[name] = frozenset[str]().union(*(frozenset((p,)) if p in printed else found.get(p, frozenset()) for p in above))
    return found


class Watched(Mapping[str, Cells]):
    """What the writer had, as a mapping that is computed where it is read."""

    def __init__(self, world: World, differences: Differences) -> None:
        self._world, self._differences = world, differences
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> Cells:
        if name not in self._world.nodes:
            raise KeyError(name)
        self.read.add(name)
        cells = self._world.had(name, self._differences)
        if cells is None:
            raise KeyError(name)
        return cells

    def __contains__(self, name: object) -> bool:
        try:
            return self[name] is not None                   # type: ignore[index]
        except KeyError:
            return False

    def get(self, name: str, default: Any = None) -> Any:
        """As of any mapping, in one step."""
        if name not in self._world.nodes:
            return default
        self.read.add(name)
        cells = self._world.had(name, self._differences)
        return default if cells is None else cells

    def __bool__(self) -> bool:
        return True                                         # without computing anything

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._world.nodes if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Middles(Mapping[str, Cells]):
    """What a writer had who went on with the very digits that are printed."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._known: dict[str, Cells | None] = {}

    def __getitem__(self, name: str) -> Cells:
        if name not in self._world.nodes:
            raise KeyError(name)
        if name not in self._known:
            self._known[name] = self._cells(name)
        cells = self._known[name]
        if cells is None:
            raise KeyError(name)
        return cells

    def _cells(self, name: str) -> Cells | None:
        printed, node = self._world.printed.get(name), self._world.nodes[name]
        if printed is not None:
            return tuple(cell.mid() for cell in printed)
        above = [parent for parent in node.parents if parent in self._world.nodes]
        return node.computed({parent: self[parent] for parent in above}) if all(parent in self for parent in above) else None

    def __contains__(self, name: object) -> bool:
        try:
            return self[name] is not None                   # type: ignore[index]
        except KeyError:
            return False

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._world.nodes if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Overlaid(Mapping[str, Cells]):
    """What the writer had, some of it exchanged: `own`."""

    def __init__(self, had: Mapping[str, Cells], own: dict[str, Cells]) -> None:
        self._had, self.own = had, own

    def __getitem__(self, name: str) -> Cells:
        return self.own[name] if name in self.own else self._had[name]

    def __contains__(self, name: object) -> bool:
        return name in self.own or name in self._had

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(self._had)

    def __len__(self) -> int:
        return len(self._had)


class Others(Mapping[str, Cells]):
    """What the writer had, but for one tensor."""

    def __init__(self, had: Mapping[str, Cells], tensor: str) -> None:
        self._had, self._tensor = had, tensor

    def __getitem__(self, name: str) -> Cells:
        if tensor_of(name) == self._tensor:
            raise KeyError(name)
        return self._had[name]

    def __contains__(self, name: object) -> bool:
        return tensor_of(str(name)) != self._tensor and name in self._had

    def __bool__(self) -> bool:
        return bool(self._had)

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._had if tensor_of(name) != self._tensor)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def plain_cells(truth: Cells, prints: Sequence[Print]) -> Cells:
    """What a writer who printed this had: the digits, the number behind them, or something between. The widest of several prints,
    where they agree."""
    cells = read_cells(prints[0].cells, truth)
    for later in prints[1:]:
        cells = tuple(a.union(b) if a.overlaps(b) else a for a, b in zip(cells, read_cells(later.cells, truth), strict=True))
    return cells


@by_identities
def read_cells(cells: Sequence[PrintedCell], truth: Cells) -> Cells:
    """The intervals of a print. Where the right value is the very number printed, nothing was rounded; where a cell is unreadable, the truth."""
    whole = all(cell.places == 0 for cell in cells)
    out = []
    for cell, right in zip(cells, truth, strict=True):
        if cell.ball is None:
            out.append(right)
            continue
        centre = cell.ball.mid()
        out.append(right if same(right, centre) else centre if whole and is_whole(right) else cell.ball)
    return tuple(out)


def same(a: Any, b: Any) -> bool:
    """Whether two numbers are one, to within 1e-30."""
    return bool(abs(a - b) < 1e-30)


def is_whole(x: Any) -> bool:
    """Whether a number is an integer, to within 1e-30."""
    return bool(x.rad() < 1e-30) and x.contains_integer()
