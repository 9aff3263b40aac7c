"""The schematic of a small net neuron by neuron: weights on the edges, their gradients under them."""
from __future__ import annotations

from math import atan2, degrees, hypot

from ..calculus.derivation import gradient_name
from ..core.record import record
from ..core.walk import tensors
from ..forms import symbols
from ..forms.diagram import Diagram
from ..forms.diagram_neurons import Cell, Edge, Net
from ..forms.maths import Maths, Sign, line
from ..forms.symbols import EQUALS
from ..forms.worked.figures import Text
from ..forms.worked.grids import number as decimal
from ..forms.worked.page import Page
from .svg_blocks import DASHED, described, titled
from .svg_canvas import Canvas, Picture, number
from .svg_labels import numbers, plain_numbers
from .svg_maths import Box, typeset
from .svg_places import Point, clearest, ends
from .svg_style import attribute, both, fill, stroke
from .terminal_maths import inline

RADIUS, UNIT, SIZE, EDGE, HEAD = 27.0, 16.0, 14.0, 12.5, 15.5
ROW, COLUMN, MARGIN = 122.0, 312.0, 26.0
FLOW = 48.0
"""Room for the gradients of the weights below the edges."""
MOST_LINES = 4
"""Formulas above a column; where there are more, there are none."""


@record
class Drawn:
    """An edge at its place: where it begins and ends, what stands above it and below it."""
    edge: Edge
    a: Point
    b: Point
    above: Maths
    below: Maths | None


def paint_neurons(canvas: Canvas, diagram: Diagram, found: Net) -> Picture:
    """The picture: a column of neurons for each layer, the loss at the right."""
    start = len(canvas.parts)
    biased = [any(e.source is None for e in layer) for layer in found.edges]
    high = ROW * max(count + (k < len(biased) and biased[k]) for k, count in enumerate(found.counts))
    columns = [[(k * COLUMN, high / 2 + (i - (count - 1) / 2) * ROW - (ROW / 2 if k < len(biased) and biased[k] else 0.0)) for i in range(count)]
               for k, count in enumerate(found.counts)]
    units = [(column[-1][0], column[-1][1] + ROW) if bias else None for column, bias in zip(columns, biased, strict=False)]
    for k in range(len(found.edges)):
        _edges(canvas, diagram, found, k, [*columns[k:k + 2]], units[k])
    end = _ending(canvas, diagram, columns[-1], found.names(len(columns) - 1))
    tallest = 0.0
    for k, column in enumerate(columns):
        for cell, at in zip(found.columns[k], column, strict=True):
            _neuron(canvas, diagram, cell, at, k == 0)
        if k < len(units) and units[k] is not None:
            x, y = units[k]
            canvas.add(f'<circle cx="{number(x)}" cy="{number(y)}" r="{UNIT}" {both("parameter", "parameter-edge")}/>')
            _middle(canvas, typeset(Sign("1", "number")), x, y + 5, SIZE, fill("ink"))
        tallest = max(tallest, _caption(canvas, diagram, found.names(k), column[0][0], -22.0))
    flows = [_flow(canvas, diagram, found.edges[k], k * COLUMN, high + 10, 2 * len(found.edges) - k) for k in range(len(found.edges))]
    left, top = -RADIUS - MARGIN - 30, -MARGIN - 22 - tallest
    right = max(columns[-1][0][0] + RADIUS + 70, end) + MARGIN
    return Picture("".join(canvas.parts[start:]), left, top, right - left, high + (FLOW + 14 if any(flows) else 0.0) - top, titled(diagram), described(diagram))


def _caption(canvas: Canvas, diagram: Diagram, names: tuple[str, ...], x: float, y: float) -> float:
    """The formulas of a column above it; how high they stand."""
    nodes = [diagram.nodes[name] for name in names if name in diagram.nodes and (diagram.nodes[name].formula is not None or len(names) == 1)]
    if len(nodes) > MOST_LINES:
        return 0.0
    lines = [n.symbol if n.formula is None else line(n.symbol, EQUALS, n.formula) for n in nodes]
    return y - _stack(canvas, lines, x, y, -1, fill("ink"), HEAD)


def _flow(canvas: Canvas, diagram: Diagram, layer: tuple[Edge, ...], x: float, y: float, step: int) -> bool:
    """What flows back between two columns: an arrow with the gradients of the weights under it; whether there is any to be drawn."""
    names = list(dict.fromkeys(e.weight for e in layer))
    nodes = [diagram.nodes[name] for name in names if name in diagram.nodes and diagram.nodes[name].gradient is not None]
    if not nodes or len(nodes) > 2:
        return False
    lines = [n.gradient if n.backward is None else line(n.gradient, EQUALS, n.backward) for n in nodes]
    canvas.open("wire", "", gradient_name(diagram.ending, nodes[0].name), "gradients of the weights",
                **{"from": " ".join(n.name for n in nodes), "pass": "backward", "step": step})
    canvas.add(f'<path d="M{number(x + 60)} {number(y)}H{number(x + COLUMN - 60)}" {stroke("backward", 1.2, DASHED)}/>')
    canvas.add(f'<path d="M{number(x + 54)} {number(y)}l7 -3v6z" {fill("backward")}/>')
    canvas.close()
    for n, each in zip(nodes, _beside(lines, x + COLUMN / 2), strict=True):
        canvas.open("gradient", n.name, gradient_name(diagram.ending, n.name), f"gradient of {inline(n.symbol)}", walked=True)
        _middle(canvas, each[0], each[1], y + 8 + 0.9 * SIZE, SIZE, fill("backward"), True)
        canvas.close()
    return True


def _beside(lines: list[Maths], x: float) -> list[tuple[Box, float]]:
    """Formulas beside each other, their middles round x."""
    boxes = [typeset(each) for each in lines]
    wide = sum(b.width for b in boxes) * SIZE + 24 * (len(boxes) - 1)
    out, at = [], x - wide / 2
    for box in boxes:
        out.append((box, at + box.width * SIZE / 2))
        at += box.width * SIZE + 24
    return out


# ---- edges --------------------------------------------------------------------------------------------------------

def _edges(canvas: Canvas, diagram: Diagram, found: Net, k: int, columns: list[list[Point]], unit: Point | None) -> None:
    """The edges between two columns, each with its weight above and the weight's gradient below, turned as the edge is."""
    left, right = columns
    drawn = [_drawn(diagram, e, left[e.source] if e.source is not None else unit, right[e.target]) for e in found.edges[k]]
    weights: dict[str, list[Drawn]] = {}
    for each in drawn:
        weights.setdefault(each.edge.weight, []).append(each)
    for weight, mine in weights.items():
        _lines(canvas, diagram, found, k, weight, mine)
    taken: list[Point] = [(x + dx, y + dy) for x, y in right for dx in (-26.0, 26.0) for dy in (-36.0, 36.0)]       # the neurons' own numbers
    place: dict[int, Point] = {}
    for n in sorted(range(len(drawn)), key=lambda n: (-round(abs(drawn[n].a[1] - drawn[n].b[1])), n)):
        a, b = drawn[n].a, drawn[n].b
        t = clearest(a, b, [(d.a, d.b) for m, d in enumerate(drawn) if m != n], taken)
        taken += ends(a, b, t)
        place[id(drawn[n])] = a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])
    for weight, mine in weights.items():
        symbol = inline(diagram.page.symbol(weight))
        for kind, about in (("value", weight), ("gradient", gradient_name(diagram.ending, weight))):
            if kind == "gradient" and all(d.below is None for d in mine):
                continue
            canvas.open(kind, weight, about, symbol if kind == "value" else f"gradient of {symbol}")
            for d in mine:
                shown = d.above if kind == "value" else d.below
                if shown is None:
                    continue
                x, y = place[id(d)]
                canvas.add(f'<g transform="translate({number(x)} {number(y)}) rotate({number(degrees(atan2(d.b[1] - d.a[1], d.b[0] - d.a[0])))})">')
                low = -4.0 if kind == "value" else 4.0 + 0.68 * EDGE
                _middle(canvas, typeset(shown), 0.0, low, EDGE, fill("forward" if kind == "value" else "backward"), True)
                canvas.add("</g>")
            canvas.close()


def _drawn(diagram: Diagram, edge: Edge, source: Point, target: Point) -> Drawn:
    """An edge between the rims of its neurons, with what stands at it."""
    page = diagram.page
    value, slope = (_at(plain_numbers(page, name), edge.at) for name in (edge.weight, gradient_name(diagram.ending, edge.weight)))
    symbol = _entry(page, edge.weight, edge.at)
    above = symbol if value is None else decimal(value) if edge.at else line(symbol, EQUALS, decimal(value))
    return Drawn(edge, _towards(source, target, UNIT if edge.source is None else RADIUS), _towards(target, source, RADIUS + 2), above,
                 None if slope is None else decimal(slope))


def _lines(canvas: Canvas, diagram: Diagram, found: Net, k: int, weight: str, mine: list[Drawn]) -> None:
    """The edges of one weight, and, for a walk back, the same ones again, not to be seen before."""
    readers = dict.fromkeys(found.columns[k + 1][d.edge.target].names[0] for d in mine)
    sources = dict.fromkeys(name for d in mine if d.edge.source is not None for name in found.columns[k][d.edge.source].names)
    words = inline(diagram.page.symbol(weight))
    paths = {name: "".join(f"M{number(d.a[0])} {number(d.a[1])}L{number(d.b[0])} {number(d.b[1])}" for d in mine
                           if found.columns[k + 1][d.edge.target].names[0] == name) for name in readers}
    canvas.open("wire", "", weight, words, **{"from": weight, "to": " ".join(readers), "pass": "forward", "step": k + 1})
    for name, path in paths.items():
        canvas.add(f'<path d="{path}" data-to="{attribute(name)}" {stroke("wire", 0.9)}/>')
    canvas.close()
    if gradient_name(diagram.ending, weight) in diagram.page.derivation.results:
        canvas.open("wire echo", "", gradient_name(diagram.ending, weight), f"gradient of {words}",
                    **{"from": " ".join((weight, *sources)), "pass": "backward", "step": 2 * len(found.edges) - k})
        canvas.add(f'<path d="{"".join(paths.values())}" {stroke("backward", 1.2)} opacity="0"/>')
        canvas.close()


# ---- neurons ------------------------------------------------------------------------------------------------------

def _neuron(canvas: Canvas, diagram: Diagram, cell: Cell, at: Point, given: bool) -> None:
    """A circle with the neuron's symbol; its values above it and their gradients below."""
    page, (x, y) = diagram.page, at
    last = cell.names[-1]
    canvas.open("node", " ".join(cell.names), last, inline(_entry(page, last, cell.at)), walked=True)
    canvas.add(f'<circle cx="{number(x)}" cy="{number(y)}" r="{RADIUS}" {both("input", "input-edge") if given else both("operation", "operation-edge")}/>')
    _middle(canvas, typeset(_entry(page, last, cell.at)), x, y + 5, 17.0, fill("ink"))
    canvas.close()
    top = y - RADIUS - 6
    for name in reversed(cell.names):
        value = _at(plain_numbers(page, name), cell.at)
        if value is not None:
            canvas.open("value", name, name, inline(_entry(page, name, cell.at)))
            top = _stack(canvas, [decimal(value) if given else line(_entry(page, name, cell.at), EQUALS, decimal(value))], x, top, -1, fill("forward"))
            canvas.close()
    for name in () if given else cell.names:
        slope = _at(plain_numbers(page, gradient_name(diagram.ending, name)), cell.at)
        if slope is not None:                                                # the one nearest to the weights
            about = gradient_name(diagram.ending, name)
            canvas.open("gradient", name, about, f"gradient of {inline(_entry(page, name, cell.at))}", walked=True)
            _stack(canvas, [line(_entry(page, about, cell.at), EQUALS, decimal(slope))], x, y + RADIUS + 5, 1, fill("backward"))
            canvas.close()
            break


def _stack(canvas: Canvas, lines: list[Maths], x: float, y: float, way: int, style: str, size: float = SIZE) -> float:
    """Lines in the middle of x, from y upwards (-1) or downwards; where they end."""
    for box in map(typeset, lines[::way]):
        y += way * (box.depth if way < 0 else box.height) * size
        _middle(canvas, box, x, y, size, style, True)
        y += way * ((box.height if way < 0 else box.depth) * size + 3)
    return y


def _ending(canvas: Canvas, diagram: Diagram, column: list[Point], last: tuple[str, ...]) -> float:
    """The loss as a box that reads the last layer; where it ends at the right."""
    page, node = diagram.page, diagram.nodes[diagram.ending]
    if not page.problem.loss or node.formula is None:
        return 0.0
    text = typeset(node.formula)
    x, y = column[0][0] + COLUMN * 0.56, sum(p[1] for p in column) / len(column)
    wide, high = text.width * 16 + 22, (text.height + text.depth) * 16 + 20
    path = ""
    for p in column:
        a, b = _towards(p, (x, y), RADIUS), (x - 2, y + (p[1] - y) * 0.06)
        path += f"M{number(a[0])} {number(a[1])}L{number(b[0])} {number(b[1])}"
    words = inline(node.symbol)
    canvas.open("wire", "", node.name, words, **{"from": " ".join(last), "to": node.name, "pass": "forward"})
    canvas.add(f'<path d="{path}" {stroke("wire", 0.9)}/>')
    canvas.close()
    canvas.open("wire echo", "", gradient_name(diagram.ending, last[-1]), f"gradient of {words}", **{"from": " ".join(last), "pass": "backward"})
    canvas.add(f'<path d="{path}" {stroke("backward", 1.2)} opacity="0"/>')
    canvas.close()
    canvas.open("node", node.name, node.name, words, walked=True)
    canvas.add(f'<rect x="{number(x)}" y="{number(y - high / 2)}" width="{number(wide)}" height="{number(high)}" rx="6" {both("loss", "loss-edge")}/>')
    _middle(canvas, text, x + wide / 2, y + (text.height - text.depth) * 8, 16.0, fill("ink"))
    canvas.close()
    value = numbers(page, node.name)
    canvas.open("value", node.name, node.name, words)
    _stack(canvas, [node.symbol if value is None else line(node.symbol, EQUALS, value)], x + wide / 2, y - high / 2 - 8, -1, fill("forward"))
    canvas.close()
    low = y + high / 2 + 8
    for name in sorted(tensors(page.forward.equation(node.name).right)):
        if name in diagram.nodes and name not in last and (known := numbers(page, name)) is not None:
            canvas.open("value", name, name, inline(diagram.nodes[name].symbol))
            low = _stack(canvas, [line(diagram.nodes[name].symbol, EQUALS, known)], x + wide / 2, low, 1, fill("soft"))
            canvas.close()
    return x + wide


def _entry(page: Page, name: str, at: tuple[int, ...]) -> Maths:
    """The symbol of an entry, counted as the sheet does."""
    if not at:
        return page.symbol(name)
    parts = symbols.derivative(name)
    places: list[Maths] = [Sign(str(k + page.notation.base), "number") for k in at]
    if parts is not None and len(parts.wrt) == 1 and page.symbol(name) == page.symbol(name, short=False):
        return symbols.quotient(1, page.symbol(parts.of), [_entry(page, parts.wrt[0], at)])
    known = symbols.spelling(page.notation, name).entries if parts is None else "subscript"
    return symbols.indexed(page.symbol(name), places, known)


def _at(text: Text, at: tuple[int, ...]) -> str | None:
    for k in at:
        if not isinstance(text, list):
            return None
        text = text[k]
    return text if isinstance(text, str) else None


def _towards(a: Point, b: Point, far: float) -> Point:
    """The point at this distance from a on the way to b."""
    long = hypot(b[0] - a[0], b[1] - a[1]) or 1.0
    return a[0] + far * (b[0] - a[0]) / long, a[1] + far * (b[1] - a[1]) / long


def _middle(canvas: Canvas, box: Box, x: float, y: float, size: float, style: str, halo: bool = False) -> None:
    """The formula with its middle at x, on paper of its own where lines may run behind it."""
    left = x - box.width * size / 2
    if halo:
        canvas.add(f'<rect x="{number(left - 1.5)}" y="{number(y - box.height * size - 1)}" width="{number(box.width * size + 3)}" '
                   f'height="{number((box.height + box.depth) * size + 2)}" {fill("paper")}/>')
    canvas.maths(box, left, y, size, style)
