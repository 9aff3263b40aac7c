"""Where the quantities of a diagram stand: in layers from left to right, in an order with few crossings, at heights that keep wires straight.

The layered method of Sugiyama: layers by the longest way, wires through several layers along waypoints, sweeps by the barycentre and
exchanges of neighbours for the order, then the heights with the least squared distance to the neighbours. No step draws lots, so the same
diagram always looks the same.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..core.record import record

Key = tuple[str, int]
"""A place in a layer: a quantity in its own layer, or, in a later one, the wire from it on its way to who reads it there."""
Link = tuple[Key, Key]
SWEEPS, PATIENCE, SETTLING = 16, 6, 8
STRAIGHT = 1000.0
"""How much more the main path wants to be straight than the others."""


@record
class Arrangement:
    """Layers of places in their order from above; links join neighbouring layers; `back` are the wires of recurrences, drawn apart.
    main: the places of the path that is drawn straight."""
    layers: tuple[tuple[Key, ...], ...]
    links: tuple[Link, ...]
    layer: dict[str, int]
    back: tuple[tuple[str, str], ...] = ()
    main: tuple[Key, ...] = ()

    def own(self, name: str) -> Key:
        """The place of the quantity itself."""
        return name, self.layer[name]

    @property
    def crossings(self) -> int:
        return crossings(self.layers, self.links)


def arrange(names: Sequence[str], wires: Iterable[tuple[str, str]], main: Sequence[str] = (), again: Iterable[tuple[str, str]] = ()) -> Arrangement:
    """The places of these quantities. Wires of `again` go back, and of those that run in a circle still the ones against the order of names."""
    wires = list(dict.fromkeys(wires))
    computed = {target for _, target in wires}
    known = set(again)
    names = _computable(names, [w for w in wires if w not in known])
    position = {name: k for k, name in enumerate(names)}
    back = tuple(w for w in wires if w in known or position[w[0]] >= position[w[1]])
    known.update(back)
    ahead = [w for w in wires if w not in known]
    layer = _layers(names, ahead, computed)
    links: dict[Link, None] = {}
    for source, target in ahead:
        at = layer[source]
        while at + 1 < layer[target]:
            links[(source, at), (source, at + 1)] = None
            at += 1
        links[(source, at), (target, layer[target])] = None
    straight = _along(main, layer)
    order = _first_order(names, layer, list(links), straight)
    order = _ordered(order, list(links))
    return Arrangement(tuple(map(tuple, order)), tuple(links), layer, back, straight)


def _computable(names: Sequence[str], wires: list[tuple[str, str]]) -> list[str]:
    """The names so that each comes after what it reads, as far as there is no circle."""
    waiting = {name: {s for s, t in wires if t == name and s != name} for name in names}
    out: list[str] = []
    while waiting:
        name = next((n for n, needed in waiting.items() if not needed), None) or next(iter(waiting))
        out.append(name)
        del waiting[name]
        for needed in waiting.values():
            needed.discard(name)
    return out


def _layers(names: Sequence[str], wires: list[tuple[str, str]], computed: set[str]) -> dict[str, int]:
    """What is computed stands after all it reads, what is given just before its first reader."""
    sources: dict[str, list[str]] = {}
    readers: dict[str, list[str]] = {}
    for source, target in wires:
        sources.setdefault(target, []).append(source)
        readers.setdefault(source, []).append(target)
    layer: dict[str, int] = {}
    for name in names:
        layer[name] = 1 + max((layer.get(s, 0) for s in sources.get(name, ())), default=-1)
    for name in reversed(names):
        if name in readers and sum(s in computed for s in sources.get(name, ())) < len(readers[name]):
            layer[name] = max(layer[name], min(layer[t] for t in readers[name]) - 1)
    first = min(layer.values(), default=0)
    return {name: at - first for name, at in layer.items()}


def _along(main: Sequence[str], layer: Mapping[str, int]) -> tuple[Key, ...]:
    """The main path with the waypoints on it."""
    found: list[Key] = []
    for at, name in enumerate(main):
        end = layer[main[at + 1]] if at + 1 < len(main) else layer[name] + 1
        found += [(name, k) for k in range(layer[name], end)]
    return tuple(found)


# ---- order --------------------------------------------------------------------------------------------------------

def _first_order(names: Sequence[str], layer: Mapping[str, int], links: list[Link], main: tuple[Key, ...]) -> list[list[Key]]:
    """From the last layer backwards: what flows into a place stands together, by turns above and below the main path."""
    count = 1 + max(layer.values(), default=0)
    keys: list[dict[Key, None]] = [{} for _ in range(count)]
    for name in names:
        keys[layer[name]][name, layer[name]] = None
    before: dict[Key, list[Key]] = {}
    for source, target in links:
        keys[source[1]][source] = keys[target[1]][target] = None
        before.setdefault(target, []).append(source)
    order: list[list[Key]] = [list(keys[-1])]
    for at in range(count - 2, -1, -1):
        row: dict[Key, None] = {}
        for target in order[0]:
            mine = [k for k in before.get(target, ()) if k not in row]
            middle = [k for k in mine if k in main]
            others = [k for k in mine if k not in main]
            half = (len(others) + 1) // 2 if middle else len(others)
            row.update(dict.fromkeys([*others[:half], *middle, *others[half:]]))
        row.update(keys[at])
        order.insert(0, list(row))
    return order


def _ordered(order: list[list[Key]], links: list[Link]) -> list[list[Key]]:
    """The order with the fewest crossings that sweeps find, from several first orders."""
    best, fewest = order, crossings(order, links)
    ahead: dict[Key, list[Key]] = {}
    behind: dict[Key, list[Key]] = {}
    for source, target in links:
        ahead.setdefault(source, []).append(target)
        behind.setdefault(target, []).append(source)
    starts = (order, [row[::-1] if k % 2 else row for k, row in enumerate(order)], [sorted(row) for row in order])
    for turned, start in ((t, s) for s in starts for t in (False, True)):
        now, idle = [row[:] for row in start], 0
        for sweep in range(SWEEPS):
            if not fewest:
                return best
            down = (sweep % 2 == 0) != turned
            neighbours, step = (behind, -1) if down else (ahead, 1)
            for at in (range(1, len(now)) if down else range(len(now) - 2, -1, -1)):
                place = {key: k for k, key in enumerate(now[at + step])}
                now[at] = _by_mean(now[at][::-1] if sweep % 4 > 1 else now[at], neighbours, place)
            _exchange(now, ahead, behind)
            found = crossings(now, links)
            idle += 1
            if found < fewest:
                best, fewest, idle = [row[:] for row in now], found, 0
            if idle > PATIENCE:
                break
    return best


def _by_mean(row: list[Key], neighbours: Mapping[Key, list[Key]], place: Mapping[Key, int]) -> list[Key]:
    """The row by the mean place of the neighbours; what has none keeps its place."""
    mean = {k: sum(place[n] for n in found) / len(found) for k in row if (found := neighbours.get(k))}
    moving = iter(sorted(mean, key=lambda k: mean[k]))
    return [next(moving) if k in mean else k for k in row]


def _exchange(order: list[list[Key]], ahead: Mapping[Key, list[Key]], behind: Mapping[Key, list[Key]]) -> None:
    """Neighbours change places as long as that takes crossings away."""
    for at, row in enumerate(order):
        sides = [(neighbours, {key: k for k, key in enumerate(order[at + step])})
                 for neighbours, step in ((ahead, 1), (behind, -1)) if 0 <= at + step < len(order)]
        changed = True
        while changed:
            changed = False
            for k in range(len(row) - 1):
                gain = sum(_between(n.get(row[k], ()), n.get(row[k + 1], ()), p) - _between(n.get(row[k + 1], ()), n.get(row[k], ()), p)
                           for n, p in sides)
                if gain > 0:
                    row[k], row[k + 1] = row[k + 1], row[k]
                    changed = True


def _between(upper: Iterable[Key], lower: Iterable[Key], place: Mapping[Key, int]) -> int:
    """Crossings of the links of two places, the first above the second."""
    return sum(place[a] > place[b] for a in upper for b in lower)


def crossings(order: Sequence[Sequence[Key]], links: Iterable[Link]) -> int:
    """How many pairs of links cross."""
    place = {key: k for row in order for k, key in enumerate(row)}
    by_layer: dict[int, list[tuple[int, int]]] = {}
    for source, target in links:
        by_layer.setdefault(source[1], []).append((place[source], place[target]))
    total = 0
    for pairs in by_layer.values():
        pairs.sort()
        total += sum((a < c) and (b > d) for k, (a, b) in enumerate(pairs) for c, d in pairs[k + 1:])
    return total


# ---- heights ------------------------------------------------------------------------------------------------------

def heights(found: Arrangement, above: Mapping[Key, float], below: Mapping[Key, float], gap: float) -> dict[Key, float]:
    """The height of each place, downwards, with room above and below it; the main path is at 0, the others near their neighbours."""
    neighbours: dict[Key, list[Key]] = {}
    for source, target in found.links:
        neighbours.setdefault(source, []).append(target)
        neighbours.setdefault(target, []).append(source)
    main = set(found.main)
    y: dict[Key, float] = {}
    for row in found.layers:
        wanted = [0.0] * len(row)
        y.update(zip(row, _spread(row, wanted, above, below, gap, main), strict=True))
    for turn in range(SETTLING):
        for row in (found.layers if turn % 2 else reversed(found.layers)):
            wanted = [0.0 if k in main else sum(y[n] for n in near) / len(near) if (near := neighbours.get(k)) else y[k] for k in row]
            y.update(zip(row, _spread(row, wanted, above, below, gap, main), strict=True))
    return y


def _spread(row: Sequence[Key], wanted: Sequence[float], above: Mapping[Key, float], below: Mapping[Key, float], gap: float,
            main: set[Key]) -> list[float]:
    """The heights nearest to the wanted ones (least squares) that keep the order and the distances: pool adjacent violators."""
    offsets = [0.0]
    for upper, lower in zip(row, row[1:], strict=False):
        offsets.append(offsets[-1] + below[upper] + gap + above[lower])
    pools: list[list[float]] = []                        # weight, weighted sum, how many
    for key, want, offset in zip(row, wanted, offsets, strict=True):
        weight = STRAIGHT if key in main else 1.0
        pools.append([weight, weight * (want - offset), 1])
        while len(pools) > 1 and pools[-2][1] / pools[-2][0] > pools[-1][1] / pools[-1][0]:
            w, s, n = pools.pop()
            pools[-1] = [pools[-1][0] + w, pools[-1][1] + s, pools[-1][2] + n]
    levels = [s / w for w, s, n in pools for _ in range(int(n))]
    return [level + offset for level, offset in zip(levels, offsets, strict=True)]
