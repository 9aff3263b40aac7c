"""Where the parts of a schematic of boxes stand: columns from left to right, in as many rows as the width needs."""
from __future__ import annotations

from ..core.record import record
from ..forms.diagram import Diagram
from ..forms.diagram_layers import Arrangement, Key, arrange, heights
from .svg_labels import gradient_lines, operation_lines, value_lines
from .svg_maths import Box, typeset

SIZE, LABEL = 16.0, 13.5
"""Pixels of an em in boxes and at wires."""
PAD_X, PAD_Y, PORT = 11.0, 8.0, 13.0
GAP, NEAR, LEADING = 16.0, 7.0, 4.0
MARGIN, CHANNEL, BACK = 22.0, 46.0, 5.5
ARROW, ROOM, CARRIED = 7.0, 18.0, 26.0
"""An arrow head; what stays free behind a label; the piece of a wire that comes in from the row above, with its head."""
WIDEST = 1180.0
"""Pixels of a picture above which it stands in rows."""


@record
class Placed:
    """A quantity with its set texts; width and height of its box, and of its labels above and below the wire."""
    name: str
    kind: str
    text: tuple[Box, ...]
    value: tuple[Box, ...]
    gradient: tuple[Box, ...]
    ports: tuple[Key, ...] = ()

    @property
    def wide(self) -> float:
        return max(b.width for b in self.text) * SIZE + 2 * PAD_X

    @property
    def high(self) -> float:
        return max(stack(self.text, SIZE) + 2 * PAD_Y, PORT * max(len(self.ports) - 1, 0) + 18)

    @property
    def label(self) -> float:
        return max((b.width for b in (*self.value, *self.gradient)), default=0.0) * LABEL


@record
class Scene:
    """Everything at its place.

    row      the row of each column, where the picture is too wide for one;   late  places at the end of a row that stand at the beginning
             of the next: what is given and read only there
    height   (row, place) -> y;   box_right, end   x of each column's boxes (right edge) and of its wires' ends;   box_late, entry   the same
             for what comes in at the beginning of each row;   right, high   the right end and the upper edge of each row
    """
    diagram: Diagram
    found: Arrangement
    placed: dict[str, Placed]
    row: tuple[int, ...]
    late: frozenset[Key]
    height: dict[tuple[int, Key], float]
    box_right: tuple[float, ...]
    end: tuple[float, ...]
    box_late: tuple[float, ...]
    entry: tuple[float, ...]
    right: tuple[float, ...]
    high: tuple[float, ...]
    top: float
    bottom: float

    def row_of(self, key: Key) -> int:
        """The row in which a place stands."""
        return self.row[key[1] + (key in self.late)]

    def y(self, key: Key, row: int | None = None) -> float:
        """The height of a place, or of the wire from it where it comes into a later row."""
        return self.height[self.row_of(key) if row is None else row, key]

    def edge(self, key: Key) -> float:
        """The right edge of the box at a place."""
        return self.box_late[self.row_of(key)] if key in self.late else self.box_right[key[1]]

    def stop(self, key: Key) -> float:
        """Where the wire from a place may begin to bend."""
        return self.entry[self.row_of(key)] if key in self.late else self.end[key[1]]

    def widest(self, at: int) -> float:
        """How wide the widest box of a column is."""
        return max((self.placed[k[0]].wide for k in self.found.layers[at] if k == self.found.own(k[0]) and k not in self.late), default=0.0)


def stack(lines: tuple[Box, ...], size: float) -> float:
    """The height of lines one below the other."""
    return sum(b.height + b.depth for b in lines) * size + LEADING * max(len(lines) - 1, 0)


def layout(diagram: Diagram) -> Arrangement:
    """The layers of the diagram, without sizes."""
    computed = [e.name for e in diagram.page.forward.equations if e.name in diagram.nodes]
    names = [*(n for n in diagram.nodes if n not in set(computed)), *dict.fromkeys(computed)]
    return arrange(names, [(w.source, w.target) for w in diagram.flow], diagram.paths[0], [(w.source, w.target) for w in diagram.flow if w.again])


def arranged(diagram: Diagram, width: float = WIDEST) -> Scene:
    """Sizes, then columns, then rows of columns, then the heights in each row."""
    found = layout(diagram)
    place = {key: k for row in found.layers for k, key in enumerate(row)}
    into: dict[str, list[Key]] = {}
    for source, target in found.links:
        if target == found.own(target[0]):
            into.setdefault(target[0], []).append(source)
    placed = {n: _set(diagram, n, tuple(sorted(into.get(n, ()), key=lambda k: place[k]))) for n in diagram.nodes}
    above, below = _room(found, placed)
    y = heights(found, above, below, GAP)
    channels = _channels(found, y)
    given = {found.own(name) for name, p in placed.items() if p.kind in ("parameter", "input")}
    row = _rows(found, placed, channels, given, width)
    late = frozenset(k for at, keys in enumerate(found.layers[:-1]) if row[at] != row[at + 1] for k in keys if k in given)
    boxes, columns = _columns(found, placed, late)
    coming = {own: [k for k in found.layers[at - 1] if any(a == k for a, _ in found.links)] for at, own in enumerate(row) if at and own != row[at - 1]}
    box_late, entry = [0.0], [0.0]
    for own in range(1, row[-1] + 1):
        box_late.append(max((placed[k[0]].wide for k in coming[own] if k in late), default=0.0))
        carried = max((placed_symbol(diagram, k[0]).width for k in coming[own] if k not in late), default=0.0) * LABEL + CARRIED
        labels = max((placed[k[0]].label + ROOM for k in coming[own] if k in late), default=0.0)
        entry.append(max(box_late[-1] + labels, carried))
    right, ends, widths, x = [], [], [], 0.0
    for at, own in enumerate(row):
        if at and own != row[at - 1]:
            widths.append(x + 12)
            x = entry[own] + channels[at - 1]
        elif at:
            x += channels[at - 1]
        right.append(x + boxes[at])
        x += columns[at]
        ends.append(x)
    widths.append(x + ARROW)
    height: dict[tuple[int, Key], float] = {}
    tops, bottom = [], 0.0
    for own in range(row[-1] + 1):
        layers = tuple(tuple(k for k in keys if k not in late) for at, keys in enumerate(found.layers) if row[at] == own)
        layers = tuple(filter(None, (tuple(coming.get(own, ())), *layers)))
        inside = {k for keys in layers for k in keys}
        part = Arrangement(layers, tuple(each for each in found.links if each[0] in inside and each[1] in inside), found.layer, (), found.main)
        mine = {k: 10.0 if own and k in coming[own] and k not in late else above[k] for k in inside}
        less = {k: 10.0 if own and k in coming[own] and k not in late else below[k] for k in inside}
        y = heights(part, mine, less, GAP) if row[-1] else y
        loops = any(row[found.layer[target]] == own for _, target in found.back)
        high = min(y[k] - mine[k] for k in inside) - (34 if loops else 0)
        shift = bottom + 30 - high if own else 0.0
        tops.append(high + shift)
        height |= {(own, k): y[k] + shift for k in inside}
        bottom = max(y[k] + less[k] for k in inside) + shift
    return Scene(diagram, found, placed, row, late, height, tuple(right), tuple(ends), tuple(box_late), tuple(entry), tuple(widths), tuple(tops),
                 tops[0] - MARGIN, bottom + MARGIN - 6)


def placed_symbol(diagram: Diagram, name: str) -> Box:
    """The symbol of a quantity, as it stands at a wire that comes in from the row above."""
    return typeset(diagram.nodes[name].symbol)


def _room(found: Arrangement, placed: dict[str, Placed]) -> tuple[dict[Key, float], dict[Key, float]]:
    """What each place needs above and below its middle."""
    above, below = {}, {}
    for row in found.layers:
        for key in row:
            p, own = placed[key[0]], key == found.own(key[0])
            above[key] = max(p.high / 2, stack(p.value, LABEL) + NEAR) if own else 8.0
            below[key] = max(p.high / 2, stack(p.gradient, LABEL) + NEAR + BACK) if own else 8.0
    return above, below


def _columns(found: Arrangement, placed: dict[str, Placed], late: frozenset[Key] = frozenset()) -> tuple[list[float], list[float]]:
    """How wide the boxes of each column are, and the columns with their labels."""
    boxes, columns = [], []
    for row in found.layers:
        own = [placed[k[0]] for k in row if k == found.own(k[0]) and k not in late]
        boxes.append(max((p.wide for p in own), default=0.0))
        columns.append(boxes[-1] + max([p.label + ROOM for p in own if p.label] or [20.0]))
    return boxes, columns


def _channels(found: Arrangement, y: dict[Key, float]) -> list[float]:
    """The room behind each column, in which its wires bend: more where they climb far."""
    out = []
    for at, row in enumerate(found.layers):
        steep = max((abs(y[a] - y[b]) for a, b in found.links if a[1] == at), default=0.0)
        forks = max((sum(a == k for a, _ in found.links) for k in row), default=0) > 1
        out.append(min(CHANNEL + 0.16 * steep, 110.0) if steep > 1 or forks else 14.0)
    return out


def _rows(found: Arrangement, placed: dict[str, Placed], channels: list[float], given: set[Key], width: float) -> tuple[int, ...]:
    """The row of each column: few rows that fit and are full, cut where few wires run, and never inside a recurrence."""
    _, columns = _columns(found, placed)
    count = len(columns)
    entry = CARRIED + 1.5 * LABEL
    whole = {at for source, target in found.back for at in range(found.layer[target] + 1, found.layer[source] + 1)}
    carried = [sum(3 if (k[0], found.layer[k[0]]) in given else 1 for k in {a for a, _ in found.links if a[1] == at} if k not in given)
               for at in range(count)]

    bare = [all(k in given for k in keys) for keys in found.layers]             # they would all go on to the next row

    def long(first: int, last: int) -> float:
        return sum(columns[first:last + 1]) + sum(channels[first:last]) + (entry + channels[first - 1] if first else 0.0)

    best: list[tuple[float, list[int]]] = [(0.0, [])]                    # of the columns before each: cost, first columns of rows
    for last in range(count):
        options = []
        for first in range(last + 1):
            own = long(first, last)
            cost, firsts = best[first]
            over = max(0.0, own / width - 1)
            slack, cut = max(0.0, 1 - own / width), 0.3 * (carried[first - 1] - 1) if first else 0.0
            never = first in whole or last + 1 < count and all(bare[first:last + 1])
            options.append((cost + 1 + 0.3 * slack * slack + cut + (1000 + 100 * over if over else 0.0) + (1e6 if never else 0.0), [*firsts, first]))
        best.append(min(options))
    starts = set(best[-1][1][1:])
    out, row = [], 0
    for at in range(count):
        row += at in starts
        out.append(row)
    return tuple(out)


def _set(diagram: Diagram, name: str, ports: tuple[Key, ...]) -> Placed:
    node, page = diagram.nodes[name], diagram.page
    kind = "loss" if name == diagram.ending and page.problem.loss else "operation" if node.formula is not None else \
        "parameter" if node.role == "parameter" else "input"
    return Placed(name, kind, *(tuple(typeset(m) for m in lines) for lines in (
        operation_lines(page, node), value_lines(page, node), gradient_lines(diagram, node))), ports)
