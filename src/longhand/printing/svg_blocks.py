"""The schematic of boxes: what is given and computed, values above the wires, gradients below them, flowing back."""
from __future__ import annotations

from ..calculus.derivation import gradient_name
from ..forms.diagram import Diagram
from ..forms.diagram_layers import Key
from ..forms.maths import Words
from .svg_canvas import Canvas, Picture, number
from .svg_maths import Box
from .svg_scene import ARROW, BACK, LABEL, LEADING, MARGIN, NEAR, PORT, SIZE, WIDEST, Scene, arranged, placed_symbol, stack
from .svg_style import attribute, both, fill, stroke
from .terminal_maths import inline

DASHED = ' stroke-dasharray="4 3"'


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


def legend(canvas: Canvas, backward: bool) -> Picture:
    """What the colours mean, as a picture of its own below the others."""
    x, start = 0.0, len(canvas.parts)
    for colour, of, way, said in (("forward", "wire", 1, "value, forward"), ("backward", "backward", -1, "gradient, backward"))[:1 + backward]:
        line = f"M{number(x)} 0h26"
        canvas.add(_paths([line], of, way < 0) + _paths([_head(x + (28 if way > 0 else -2), 0.0, way)], of))
        box = canvas.maths(Words(said), x + 36, 4, LABEL, fill(colour))
        x += 36 + box.width * LABEL + 30
    return Picture("".join(canvas.parts[start:]), -MARGIN, -12.0, x + MARGIN, 34.0)


# ---- boxes --------------------------------------------------------------------------------------------------------

def _box(canvas: Canvas, scene: Scene, name: str) -> None:
    """The box, its text, and what stands at the wire that leaves it."""
    p, key, node = scene.placed[name], scene.found.own(name), scene.diagram.nodes[name]
    y, right = scene.y(key), scene.edge(key)
    left = right - p.wide
    canvas.open("node", name, name, inline(node.symbol), walked=True)
    canvas.add(f'<rect x="{number(left)}" y="{number(y - p.high / 2)}" width="{number(p.wide)}" height="{number(p.high)}" rx="6" '
               f'{both(p.kind, p.kind + "-edge")}/>')
    _lines(canvas, p.text, left, y - stack(p.text, SIZE) / 2, p.wide, SIZE, fill("ink"))
    canvas.close()
    room = right + 11
    if p.value:
        canvas.open("value", name, name, inline(node.symbol))
        _lines(canvas, p.value, room, y - NEAR + 2 - stack(p.value, LABEL), 0, LABEL, fill("forward"))
        canvas.close()
    if p.gradient:
        canvas.open("gradient", name, gradient_name(scene.diagram.ending, name), f"gradient of {inline(node.symbol)}", walked=True)
        _lines(canvas, p.gradient, room, y + NEAR + BACK - 2, 0, LABEL, fill("backward"))
        canvas.close()


def _lines(canvas: Canvas, lines: tuple[Box, ...], x: float, y: float, wide: float, size: float, style: str) -> None:
    """Lines one below the other from y downwards, in the middle of `wide` where that is given."""
    for box in lines:
        y += box.height * size
        canvas.maths(box, x + ((wide - box.width * size) / 2 if wide else 0.0), y, size, style)
        y += box.depth * size + LEADING


# ---- wires --------------------------------------------------------------------------------------------------------

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
        words = inline(scene.diagram.nodes[name].symbol)
        _wire(canvas, scene, name, links, "forward", step[name], words)
        if name in flowing:
            back = [(a, b) for a, b in links if b in live or b == found.own(b[0]) and b[0] in flowing]
            _wire(canvas, scene, name, back, "backward", 2 * len(order) + 1 - step[name], words)
        for row in dict.fromkeys(scene.row[b[1]] for a, b in links if scene.row_of(a) != scene.row[b[1]]):
            source = next(a for a, b in links if scene.row[b[1]] == row and scene.row_of(a) != row)
            box = placed_symbol(scene.diagram, name)
            canvas.maths(box, scene.entry[row] - 30 - box.width * LABEL, scene.y(source, row) + 4, LABEL, fill("forward"))
    for source, target in found.back:
        _loop(canvas, scene, source, target)


def _wire(canvas: Canvas, scene: Scene, name: str, links: list[tuple[Key, Key]], way: str, step: int, words: str) -> None:
    """The wire that leaves a quantity, its piece to each reader marked with who that is."""
    back = way == "backward"
    pieces, heads = _run(scene, name, links, BACK if back else 0.0)
    about = gradient_name(scene.diagram.ending, name) if back else name
    readers = " ".join(dict.fromkeys(b[0] for _, b in links))
    canvas.open("wire", "", about, f"gradient of {words}" if back else words, **{"from": name, "to": readers, "pass": way, "step": step})
    for reader in dict.fromkeys(reader for reader, _ in pieces):
        marked = f' data-to="{attribute(reader)}"' if reader else ""
        canvas.add(_paths([path for to, path in pieces if to == reader], "backward" if back else "wire", back, marked))
    canvas.add(_paths(heads if back else [], "backward"))
    canvas.close()


def _run(scene: Scene, name: str, links: list[tuple[Key, Key]], aside: float) -> tuple[list[tuple[str, str]], list[str]]:
    """The wire from a quantity along these links: (reader, or "" where several share it, line or arrow head), and the heads of the backward
    pass, which runs `aside` below."""
    found, key = scene.found, scene.found.own(name)
    x, y, end = scene.edge(key) + (3 if aside else 0), scene.y(key) + aside, scene.stop(key)
    readers = {b[0] for _, b in links if b == found.own(b[0])}
    paths, heads = [("", f"M{number(x)} {number(y)}H{number(end)}")], [_head(scene.edge(key), y, -1)]
    if not links:
        paths.append(("", f"M{number(end)} {number(y)}H{number(end + ARROW - (0 if aside else 2))}"))
        paths += [] if aside or any(s == name for s, _ in found.back) else [("", _head(end + ARROW, y, 1))]
    for a, b in links:
        arrives = b == found.own(b[0])
        reader = b[0] if arrives and len(readers) > 1 else ""
        row = scene.row[b[1]]
        turn = scene.box_right[b[1]] - scene.widest(b[1])
        x0, y0, y1 = scene.stop(a), scene.y(a) + aside, (_port(scene, b[0], a) if arrives else scene.y(b)) + aside
        if scene.row_of(a) != row:
            edge = scene.right[scene.row_of(a)]
            paths.append(("", f"M{number(x0)} {number(y0)}H{number(edge - (0 if aside else 2))}"))
            paths += [] if aside else [("", _head(edge, y0, 1))]
            x0, y0 = scene.entry[row], scene.y(a, row) + aside
            paths.append(("", f"M{number(x0 - 22)} {number(y0)}H{number(x0)}"))
            heads.append(_head(x0 - 24, y0, -1))
        lean = 0.0 if not aside or abs(y1 - y0) < 8 else 2.5 if y1 > y0 else -2.5
        stop = scene.box_right[b[1]] - scene.placed[b[0]].wide - (0 if aside else 2) if arrives else scene.end[b[1]]
        paths.append((reader, f"M{number(x0)} {number(y0)}" + _curve(x0, y0, turn, y1, lean) + f"H{number(stop)}"))
        paths += [(reader, _head(stop + 2, y1, 1))] if arrives and not aside else []
    return paths, heads


def _port(scene: Scene, target: str, source: Key) -> float:
    """Where a wire enters a box: one below the other in the order of their sources, that of the main path in the middle."""
    ports = scene.placed[target].ports
    middle = next((k for k, key in enumerate(ports) if key in scene.found.main and scene.found.own(target) in scene.found.main), None)
    if middle is None or not ports:
        middle = (len(ports) - 1) / 2
    high = scene.placed[target].high
    step = min(PORT, (high / 2 - 5) / max(middle, len(ports) - 1 - middle, 1))
    return scene.y(scene.found.own(target)) + (ports.index(source) - middle) * step


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


def _paths(paths: list[str], colour: str, dashed: bool = False, marked: str = "") -> str:
    """Lines as one element, arrow heads as another."""
    lines = "".join(p for p in paths if not p.startswith("#"))
    heads = "".join(p[1:] for p in paths if p.startswith("#"))
    return ((f'<path d="{lines}"{marked} {stroke(colour, 1.2, DASHED if dashed else "")}/>' if lines else "")
            + (f'<path d="{heads}"{marked} {fill(colour)}/>' if heads else ""))


def _loop(canvas: Canvas, scene: Scene, source: str, target: str) -> None:
    """The wire of a recurrence: over the top of its row, and back into the box from its left."""
    a, b = scene.found.own(source), scene.found.own(target)
    p, top = scene.placed[target], scene.high[scene.row_of(b)]
    box = scene.box_right[b[1]] - p.wide
    enter = scene.y(b) - p.high / 2 + 6
    both_ways = bool(p.gradient and scene.placed[source].gradient)
    for aside, colour in ((0.0, "wire"), (BACK, "backward"))[:1 + both_ways]:
        x0, y0, x1 = scene.stop(a), scene.y(a) + aside, scene.box_right[b[1]] - scene.widest(b[1]) - 16 + aside
        stop = box - (0 if aside else 2)
        path = _rounded([(x0, y0), (x0 + 12 - aside, y0), (x0 + 12 - aside, top + aside), (x1, top + aside), (x1, enter + aside), (stop, enter + aside)])
        canvas.open("wire", "", gradient_name(scene.diagram.ending, source) if aside else source, inline(scene.diagram.nodes[source].symbol),
                    **{"from": source, "to": target, "pass": "backward" if aside else "forward"})
        canvas.add(_paths([path], colour, bool(aside)) + _paths([] if aside else [_head(box, enter, 1)], colour))
        canvas.close()


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
