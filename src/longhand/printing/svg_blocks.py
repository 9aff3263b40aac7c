"""The schematic of boxes: what is given and computed, values above the wires, gradients below them, flowing back."""
from __future__ import annotations

from ..core.record import record
from ..forms.diagram import Diagram
from ..forms.diagram_layers import Arrangement, Key, arrange, heights
from ..forms.maths import Words
from .svg_canvas import Canvas, Picture, number
from .svg_labels import gradient_lines, operation_lines, value_lines
from .svg_maths import Box, typeset
from .svg_style import attribute, both, fill, stroke
from .terminal_maths import inline

SIZE, LABEL = 16.0, 13.5
"""Pixels of an em in boxes and at wires."""
PAD_X, PAD_Y, PORT = 11.0, 8.0, 13.0
GAP, NEAR, LEADING = 16.0, 7.0, 4.0
MARGIN, CHANNEL, BACK = 22.0, 46.0, 5.5
ARROW = 7.0
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
        return max(_stack(self.text, SIZE) + 2 * PAD_Y, PORT * max(len(self.ports) - 1, 0) + 18)

    @property
    def label(self) -> float:
        return max((b.width for b in (*self.value, *self.gradient)), default=0.0) * LABEL


@record
class Scene:
    """Everything at its place: x of each column's boxes (right edge) and of its wires' ends, y of each place in its row of columns.

    row     the row of each column, where the picture is too wide for one;  shift  how far down a row stands
    right   the right end of each row;  entry  where wires from the row above come in"""
    diagram: Diagram
    found: Arrangement
    placed: dict[str, Placed]
    height: dict[Key, float]
    box_right: tuple[float, ...]
    end: tuple[float, ...]
    row: tuple[int, ...]
    shift: tuple[float, ...]
    right: tuple[float, ...]
    entry: float
    top: float
    bottom: float

    def y(self, key: Key, column: int | None = None) -> float:
        """The height of a place, or of the wire from it where it comes into the row of another column."""
        return self.height[key] + self.shift[self.row[key[1] if column is None else column]]


def paint(canvas: Canvas, diagram: Diagram, width: float = WIDEST) -> Picture:
    """The picture; wider than so many pixels, its columns stand in several rows."""
    scene = arranged(diagram, width)
    start = len(canvas.parts)
    _wires(canvas, scene)
    for name in scene.placed:
        _box(canvas, scene, name)
    left = MARGIN + (18 if scene.found.back else 0)
    return Picture("".join(canvas.parts[start:]), -left, scene.top, max(scene.right) + left + MARGIN, scene.bottom - scene.top,
                   titled(diagram), described(diagram))


def titled(diagram: Diagram) -> str:
    """The title of a schematic."""
    back = ", and how the gradient flows back" if diagram.page.problem.loss else ""
    return f"How {inline(diagram.nodes[diagram.ending].symbol)} is computed{back}"


def described(diagram: Diagram) -> str:
    """The picture in words."""
    said = []
    for node in diagram.nodes.values():
        if node.formula is not None:
            said.append(f"{inline(node.symbol)} = {inline(node.formula)}")
        if node.gradient is not None:
            said.append(inline(node.gradient) + (f" = {inline(node.backward)}" if node.backward is not None else ""))
    return "; ".join(said) + "."


# ---- places -------------------------------------------------------------------------------------------------------

def layout(diagram: Diagram) -> Arrangement:
    """The layers of the diagram, without sizes."""
    computed = [e.name for e in diagram.page.forward.equations if e.name in diagram.nodes]
    names = [*(n for n in diagram.nodes if n not in set(computed)), *dict.fromkeys(computed)]
    return arrange(names, [(w.source, w.target) for w in diagram.flow], diagram.paths[0], [(w.source, w.target) for w in diagram.flow if w.again])


def arranged(diagram: Diagram, width: float = WIDEST) -> Scene:
    """Sizes, then heights, then columns, then rows of columns."""
    found = layout(diagram)
    place = {key: k for row in found.layers for k, key in enumerate(row)}
    into: dict[str, list[Key]] = {}
    for source, target in found.links:
        if target == found.own(target[0]):
            into.setdefault(target[0], []).append(source)
    placed = {n: _set(diagram, n, tuple(sorted(into.get(n, ()), key=lambda k: place[k]))) for n in diagram.nodes}
    above, below = {}, {}
    for row in found.layers:
        for key in row:
            p = placed[key[0]]
            own = key == found.own(key[0])
            above[key] = max(p.high / 2, _stack(p.value, LABEL) + NEAR) if own else 8.0
            below[key] = max(p.high / 2, _stack(p.gradient, LABEL) + NEAR + BACK) if own else 8.0
    y = heights(found, above, below, GAP)
    boxes, columns, channels = [], [], []
    for at, row in enumerate(found.layers):
        own = [placed[k[0]] for k in row if k == found.own(k[0])]
        boxes.append(max((p.wide for p in own), default=0.0))
        columns.append(boxes[-1] + max([p.label + 18 for p in own if p.label] or [20.0]))
        steep = max((abs(y[a] - y[b]) for a, b in found.links if a[1] == at), default=0.0)
        forks = max((sum(a == k for a, _ in found.links) for k in row), default=0) > 1
        channels.append(min(CHANNEL + 0.16 * steep, 110.0) if steep > 1 or forks else 14.0)
    given = {name for name, p in placed.items() if p.kind in ("parameter", "input")}
    entry = max((p.text[0].width for p in placed.values() if p.kind != "operation"), default=1.0)
    entry = 26.0 + LABEL * max(entry, 1.2)
    carried = [sum(1 if k[0] not in given else 3 for k in {a for a, _ in found.links if a[1] == at}) for at in range(len(found.layers))]
    row = _rows(columns, channels, carried, 1e9 if found.back else width, entry)
    right, ends, widths, x = [], [], [], 0.0
    for at, own in enumerate(row):
        if at and own != row[at - 1]:
            widths.append(x + 12)
            x = entry + channels[at - 1]
        elif at:
            x += channels[at - 1]
        right.append(x + boxes[at])
        x += columns[at]
        ends.append(x)
    widths.append(x + ARROW)
    shift, top, bottom = [], 0.0, 0.0
    for own in range(row[-1] + 1):
        keys = [k for at, keys in enumerate(found.layers) if row[at] == own for k in keys]
        entering = [y[a] for a, b in found.links if row[b[1]] == own != row[a[1]]]
        high = min([y[k] - above[k] for k in keys] + [e - 14 for e in entering]) - (34 if found.back else 0)
        low = max([y[k] + below[k] for k in keys] + [e + 14 for e in entering])
        shift.append(bottom + 30 - high if own else 0.0)
        top = top if own else high
        bottom = shift[-1] + low
    return Scene(diagram, found, placed, y, tuple(right), tuple(ends), row, tuple(shift), tuple(widths), entry, top - MARGIN, bottom + MARGIN - 6)


def _rows(columns: list[float], channels: list[float], carried: list[int], width: float, entry: float) -> tuple[int, ...]:
    """The row of each column: few rows that fit and are full, cut where few wires run."""
    count = len(columns)

    def long(first: int, last: int) -> float:
        return sum(columns[first:last + 1]) + sum(channels[first:last]) + (entry + channels[first - 1] if first else 0.0)

    best: list[tuple[float, list[int]]] = [(0.0, [])]                    # of the columns before each: cost, first columns of rows
    for last in range(count):
        options = []
        for first in range(last + 1):
            own = long(first, last)
            if own > width and first < last:
                continue
            cost, firsts = best[first]
            slack, cut = max(0.0, 1 - own / width), 0.3 * (carried[first - 1] - 1) if first else 0.0
            options.append((cost + 1 + 0.3 * slack * slack + cut, [*firsts, first]))
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


def _stack(lines: tuple[Box, ...], size: float) -> float:
    return sum(b.height + b.depth for b in lines) * size + LEADING * max(len(lines) - 1, 0)


def _port(scene: Scene, target: str, source: Key) -> float:
    """Where a wire enters a box: one below the other in the order of their sources, that of the main path in the middle."""
    ports = scene.placed[target].ports
    middle = next((k for k, key in enumerate(ports) if key in scene.found.main and scene.found.own(target) in scene.found.main), None)
    if middle is None or not ports:
        middle = (len(ports) - 1) / 2
    high = scene.placed[target].high
    step = min(PORT, (high / 2 - 5) / max(middle, len(ports) - 1 - middle, 1))
    return scene.y(scene.found.own(target)) + (ports.index(source) - middle) * step


# ---- painting -----------------------------------------------------------------------------------------------------

def _box(canvas: Canvas, scene: Scene, name: str) -> None:
    """The box, its text, and what stands at the wire that leaves it."""
    p, key = scene.placed[name], scene.found.own(name)
    y, right = scene.y(key), scene.box_right[key[1]]
    left = right - p.wide
    canvas.add(f'<g class="node" data-name="{attribute(name)}"><rect x="{number(left)}" y="{number(y - p.high / 2)}" width="{number(p.wide)}" '
               f'height="{number(p.high)}" rx="6" {both(p.kind, p.kind + "-edge")}/>')
    _lines(canvas, p.text, left, y - _stack(p.text, SIZE) / 2, p.wide, SIZE, fill("ink"))
    canvas.add("</g>")
    room = right + 11
    if p.value:
        canvas.add(f'<g class="value" data-name="{attribute(name)}">')
        _lines(canvas, p.value, room, y - NEAR + 2 - _stack(p.value, LABEL), 0, LABEL, fill("forward"))
        canvas.add("</g>")
    if p.gradient:
        canvas.add(f'<g class="gradient" data-name="{attribute(name)}">')
        _lines(canvas, p.gradient, room, y + NEAR + BACK - 2, 0, LABEL, fill("backward"))
        canvas.add("</g>")


def _lines(canvas: Canvas, lines: tuple[Box, ...], x: float, y: float, wide: float, size: float, style: str) -> None:
    """Lines one below the other from y downwards, in the middle of `wide` where that is given."""
    for box in lines:
        y += box.height * size
        canvas.maths(box, x + ((wide - box.width * size) / 2 if wide else 0.0), y, size, style)
        y += box.depth * size + LEADING


def _wires(canvas: Canvas, scene: Scene) -> None:
    """Forward wires with their arrows, then what flows back beside them."""
    found, steps = scene.found, {name: k for k, name in enumerate(scene.placed)}
    order = sorted(scene.placed, key=lambda n: (found.layer[n], steps[n]))
    step = {name: k + 1 for k, name in enumerate(order)}
    flowing = {n for n, p in scene.placed.items() if p.gradient}
    for name in order:
        links = [(a, b) for a, b in found.links if a[0] == name]
        live: set[Key] = set()                                    # places of the wire along which a gradient comes back
        for a, b in reversed(links):
            if name in flowing and (b in live or b == found.own(b[0]) and b[0] in flowing):
                live.add(a)
        ahead, _ = _run(scene, name, links, 0.0)
        canvas.add(f'<g class="wire" data-from="{attribute(name)}" data-to="{attribute(" ".join(dict.fromkeys(b[0] for _, b in links)))}" '
                   f'data-pass="forward" data-step="{step[name]}">{_paths(ahead, "wire")}</g>')
        if name in flowing:
            back, heads = _run(scene, name, [(a, b) for a, b in links if b in live or b == found.own(b[0]) and b[0] in flowing], BACK)
            canvas.add(f'<g class="wire" data-from="{attribute(name)}" data-pass="backward" data-step="{2 * len(order) + 1 - step[name]}">'
                       f'{_paths(back, "backward", True)}{_paths(heads, "backward")}</g>')
            _carried(canvas, scene, name, links)
        elif any(scene.row[a[1]] != scene.row[b[1]] for a, b in links):
            _carried(canvas, scene, name, links)
    for source, target in found.back:
        _loop(canvas, scene, source, target)


def _run(scene: Scene, name: str, links: list[tuple[Key, Key]], aside: float) -> tuple[list[str], list[str]]:
    """The wire from a quantity along these links: its lines with the arrow heads of the forward pass, and those of the backward pass,
    which runs `aside` below."""
    found, key = scene.found, scene.found.own(name)
    x, y, end = scene.box_right[key[1]] + (3 if aside else 0), scene.y(key) + aside, scene.end[key[1]]
    paths, heads = [f"M{number(x)} {number(y)}H{number(end)}"], [_head(scene.box_right[key[1]], y, -1)]
    pen = end, y
    if not links:
        paths.append(f"H{number(end + ARROW - (0 if aside else 2))}")
        paths += [] if aside or any(s == name for s, _ in found.back) else [_head(end + ARROW, y, 1)]
    for a, b in links:
        arrives = b == found.own(b[0])
        x0, y0 = scene.end[a[1]], scene.y(a) + aside
        x1, y1 = scene.end[b[1]] if not arrives else scene.box_right[b[1]] - _widest(scene, b[1]), \
            (_port(scene, b[0], a) if arrives else scene.y(b)) + aside
        if scene.row[a[1]] != scene.row[b[1]]:
            edge = scene.right[scene.row[a[1]]]
            if pen != (edge, y0):
                paths.append(_from(pen, x0, y0) + f"H{number(edge - (0 if aside else 2))}")
            paths += [] if aside else [_head(edge, y0, 1)]
            x0, y0 = scene.entry, scene.y(a, b[1]) + aside
            paths.append(f"M{number(x0 - 22)} {number(y0)}H{number(x0)}")
            heads.append(_head(x0 - 24, y0, -1))
            pen = x0, y0
        turn = scene.box_right[b[1]] - _widest(scene, b[1])
        lean = 0.0 if not aside or abs(y1 - y0) < 8 else 2.5 if y1 > y0 else -2.5
        stop = scene.box_right[b[1]] - scene.placed[b[0]].wide - (0 if aside else 2) if arrives else x1
        paths.append(_from(pen, x0, y0) + _curve(x0, y0, turn, y1, lean) + f"H{number(stop)}")
        paths += [_head(stop + 2, y1, 1)] if arrives and not aside else []
        pen = stop, y1
    return paths, heads


def _from(pen: tuple[float, float], x: float, y: float) -> str:
    """To where a line goes on: nothing where the pen is there already."""
    return "" if pen == (x, y) else f"M{number(x)} {number(y)}"


def _carried(canvas: Canvas, scene: Scene, name: str, links: list[tuple[Key, Key]]) -> None:
    """The symbol at a wire that comes in from the row above."""
    for place in dict.fromkeys((scene.y(a, b[1]), scene.entry) for a, b in links if scene.row[a[1]] != scene.row[b[1]]):
        box = typeset(scene.diagram.nodes[name].symbol)
        canvas.maths(box, place[1] - 30 - box.width * LABEL, place[0] + 4, LABEL, fill("forward"))


def _widest(scene: Scene, at: int) -> float:
    """How wide the widest box of a column is."""
    return max((scene.placed[k[0]].wide for k in scene.found.layers[at] if k == scene.found.own(k[0])), default=0.0)


def _curve(x0: float, y0: float, x1: float, y1: float, lean: float = 0.0) -> str:
    """From where the pen is to (x1, y1), level at both ends; `lean` keeps a parallel wire clear of the one above it."""
    if abs(y0 - y1) < 0.5:
        return f"H{number(x1)}"
    middle = (x0 + x1) / 2 - lean
    return f"C{number(middle)} {number(y0)} {number(middle)} {number(y1)} {number(x1)} {number(y1)}"


def _head(x: float, y: float, way: int) -> str:
    """An arrow head whose tip is at (x, y): to the right (1) or to the left (-1)."""
    back = x - way * ARROW
    return f"#M{number(x)} {number(y)}L{number(back)} {number(y - 3)}V{number(y + 3)}z"


def _paths(paths: list[str], colour: str, dashed: bool = False) -> str:
    """Lines as one element, arrow heads as another."""
    lines = "".join(p for p in paths if not p.startswith("#"))
    heads = "".join(p[1:] for p in paths if p.startswith("#"))
    more = ' stroke-dasharray="4 3"' if dashed else ""
    return (f'<path d="{lines}" {stroke(colour, 1.2, more)}/>' if lines else "") + (f'<path d="{heads}" {fill(colour)}/>' if heads else "")


def _loop(canvas: Canvas, scene: Scene, source: str, target: str) -> None:
    """The wire of a recurrence: over the top, and back into the box from its left."""
    a, b = scene.found.own(source), scene.found.own(target)
    p = scene.placed[target]
    box = scene.box_right[b[1]] - p.wide
    enter = scene.y(b) - p.high / 2 + 6
    for aside, colour in ((0.0, "wire"), (BACK, "backward"))[:1 + bool(p.gradient and scene.placed[source].gradient)]:
        x0, y0, x1 = scene.end[a[1]], scene.y(a) + aside, scene.box_right[b[1]] - _widest(scene, b[1]) - 16 + aside
        stop = box - (0 if aside else 2)
        path = _rounded([(x0, y0), (x0 + 12 - aside, y0), (x0 + 12 - aside, scene.top + MARGIN + aside), (x1, scene.top + MARGIN + aside),
                         (x1, enter + aside), (stop, enter + aside)])
        heads = [] if aside else [_head(box, enter, 1)]
        canvas.add(f'<g class="wire" data-from="{attribute(source)}" data-to="{attribute(target)}" data-pass="{"backward" if aside else "forward"}">'
                   f'{_paths([path], colour, bool(aside))}{_paths(heads, colour)}</g>')


def _rounded(points: list[tuple[float, float]], radius: float = 7.0) -> str:
    """A line through the points with round corners."""
    path = f"M{number(points[0][0])} {number(points[0][1])}"
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        near = []
        for end in (before, after):
            long = abs(end[0] - corner[0]) + abs(end[1] - corner[1]) or 1.0
            part = min(radius, long / 2) / long
            near.append((corner[0] + part * (end[0] - corner[0]), corner[1] + part * (end[1] - corner[1])))
        path += f"L{number(near[0][0])} {number(near[0][1])}Q{number(corner[0])} {number(corner[1])} {number(near[1][0])} {number(near[1][1])}"
    return path + f"L{number(points[-1][0])} {number(points[-1][1])}"


def legend(canvas: Canvas, backward: bool) -> Picture:
    """What the colours mean, as a picture of its own below the others."""
    x, start = 0.0, len(canvas.parts)
    for colour, of, way, said in (("forward", "wire", 1, "value, forward"), ("backward", "backward", -1, "gradient, backward"))[:1 + backward]:
        line = f"M{number(x)} 0h26"
        canvas.add(_paths([line], of, way < 0) + _paths([_head(x + (28 if way > 0 else -2), 0.0, way)], of))
        box = canvas.maths(Words(said), x + 36, 4, LABEL, fill(colour))
        x += 36 + box.width * LABEL + 30
    return Picture("".join(canvas.parts[start:]), -MARGIN, -12.0, x + MARGIN, 34.0)
