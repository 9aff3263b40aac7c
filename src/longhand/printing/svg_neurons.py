"""The schematic of a small net neuron by neuron: weights on the edges, their gradients under them."""
from __future__ import annotations

from math import atan2, degrees, hypot

from ..calculus.derivation import gradient_name
from ..core.axis import Index
from ..core.equation import Equation, Program
from ..core.expr import Add, Apply, Component, Entry, Expr, Mul, Sum
from ..core.record import record
from ..core.walk import tensors
from ..forms import symbols
from ..forms.diagram import Diagram
from ..forms.maths import Maths, Sign, line
from ..forms.symbols import EQUALS
from ..forms.worked.figures import Text
from ..forms.worked.grids import number as decimal
from ..forms.worked.page import Page
from .svg_blocks import described, titled
from .svg_canvas import Canvas, Picture, number
from .svg_labels import numbers, plain_numbers
from .svg_maths import Box, typeset
from .svg_style import attribute, both, fill, stroke

SMALL, LARGEST, FEW = 5, 12, 3
"""Neurons of a layer up to which a net is drawn so by itself, and where it is asked for; and how many layers of weights it may have."""
RADIUS, UNIT, SIZE, EDGE = 24.0, 15.0, 12.5, 11.0
ROW, COLUMN, MARGIN = 118.0, 330.0, 30.0
CAPTION, FLOW = 54.0, 44.0
"""Room for the formulas above the columns, and for the gradients of the weights below the edges."""


@record
class Dense:
    """A layer: what it reads, its weights (`turned` where the weight's first index is that of the input), its bias, what it computes, and
    the functions then applied in turn."""
    source: str
    weight: str
    turned: bool
    bias: str | None
    out: str
    after: tuple[str, ...] = ()

    @property
    def last(self) -> str:
        return self.after[-1] if self.after else self.out


@record
class Net:
    """Layers of weights, and the neurons in each column; numbered: whether the data say the weights."""
    layers: tuple[Dense, ...]
    counts: tuple[int, ...]
    numbered: bool = False


Point = tuple[float, float]
DASHED = ' stroke-dasharray="4 3"'


def net(diagram: Diagram) -> Net | None:
    """The net as dense layers one after the other, each of a known number of neurons; None where it is anything else."""
    page = diagram.page
    program = page.forward
    layers: list[Dense] = []
    for e in program.equations:
        found = _dense(e, program)
        if found is not None:
            layers.append(found)
        elif layers and (_elementwise(e.right) == layers[-1].last):
            last = layers[-1]
            layers[-1] = Dense(last.source, last.weight, last.turned, last.bias, last.out, (*last.after, e.name))
        elif any(program[t].role == "parameter" for t in tensors(e.right) if t in program.tensors):
            return None
    chained = all(a.last == b.source for a, b in zip(layers, layers[1:], strict=False))
    if not layers or not chained or program.equation(layers[0].source) is not None:
        return None
    counts = []
    for name in (layers[0].source, *(layer.out for layer in layers)):
        size = program[name].axes[0].size
        size = size if isinstance(size, int) else page.problem.sizes.get(size) or (page.figures.sizes.get(size) if page.figures else None)
        if size is None or size > LARGEST:
            return None
        counts.append(size)
    return Net(tuple(layers), tuple(counts), page.figures is not None and all(page.figures.has(layer.weight) for layer in layers))


def is_small(found: Net) -> bool:
    """Whether it is best drawn neuron by neuron."""
    return found.numbered and max(found.counts) <= SMALL and len(found.layers) <= FEW


def _dense(e: Equation, program: Program) -> Dense | None:
    if len(e.left.at) != 1 or not isinstance(e.left.at[0], Index):
        return None
    out = e.left.at[0]
    product: Sum | None = None
    bias: str | None = None
    for term in e.right.terms if isinstance(e.right, Add) else (e.right,):
        if isinstance(term, Sum) and product is None:
            product = term
        elif isinstance(term, Entry) and term.at == (out,) and program[term.tensor].role == "parameter" and bias is None:
            bias = term.tensor
        else:
            return None
    if product is None or not isinstance(product.body, Mul) or len(product.body.factors) != 2:
        return None
    factors = product.body.factors
    if not all(isinstance(f, Entry) for f in factors):
        return None
    weight, source = sorted(factors, key=lambda f: -len(f.at))
    if program[weight.tensor].role != "parameter" or source.at != (product.index,) or set(weight.at) != {product.index, out} or len(weight.at) != 2:
        return None
    return Dense(source.tensor, weight.tensor, weight.at[0] == product.index, bias, e.name)


def _elementwise(e: Expr) -> str:
    """What a function is applied to, entry by entry or as a vector; "" for anything else."""
    inner = e.arguments[0] if isinstance(e, Apply) else e.body if isinstance(e, Component) else None
    return inner.tensor if isinstance(inner, Entry) and len(inner.at) == 1 else ""


# ---- painting -----------------------------------------------------------------------------------------------------

def paint_neurons(canvas: Canvas, diagram: Diagram, found: Net) -> Picture:
    """The picture: a column of neurons for each layer, the loss at the right."""
    page, start = diagram.page, len(canvas.parts)
    tall = max(count + (k < len(found.layers) and found.layers[k].bias is not None) for k, count in enumerate(found.counts))
    high = ROW * tall
    columns = [[(k * COLUMN, high / 2 + (i - (count - 1) / 2) * ROW) for i in range(count)] for k, count in enumerate(found.counts)]
    units: list[Point | None] = []
    for k, (column, layer) in enumerate(zip(columns, found.layers, strict=False)):
        for j, (x, y) in enumerate(column):
            columns[k][j] = x, y - (ROW / 2 if layer.bias else 0.0)
        units.append((column[-1][0], columns[k][-1][1] + ROW) if layer.bias else None)
    right = columns[-1][0][0]
    for k, layer in enumerate(found.layers):
        _edges(canvas, page, diagram.ending, layer, columns[k], units[k], columns[k + 1], k + 1)
    end = _ending(canvas, diagram, columns[-1], found.layers[-1].last)
    for k, column in enumerate(columns):
        names = (found.layers[0].source,) if k == 0 else (found.layers[k - 1].out, *found.layers[k - 1].after)
        for i, at in enumerate(column):
            _neuron(canvas, diagram, names, i, at, k == 0, ROW)
        if k < len(units) and units[k] is not None:
            x, y = units[k]
            canvas.add(f'<circle cx="{number(x)}" cy="{number(y)}" r="{UNIT}" {both("parameter", "parameter-edge")}/>')
            _middle(canvas, typeset(Sign("1", "number")), x, y + 4, SIZE, fill("ink"))
        _caption(canvas, diagram, names, column[0][0], -18.0)
    for k, layer in enumerate(found.layers):
        _flow(canvas, diagram, layer, k * COLUMN, high + 8, 2 * len(found.layers) - k)
    left, top = -RADIUS - MARGIN - 34, -MARGIN - CAPTION
    return Picture("".join(canvas.parts[start:]), left, top, max(right + RADIUS + 70, end) + MARGIN - left, high + FLOW + 12 - top, titled(diagram),
                   described(diagram))


def _caption(canvas: Canvas, diagram: Diagram, names: tuple[str, ...], x: float, y: float) -> None:
    """The formulas of a column above it."""
    nodes = [diagram.nodes[name] for name in names if name in diagram.nodes]
    _stack(canvas, [n.symbol if n.formula is None else line(n.symbol, EQUALS, n.formula) for n in nodes], x, y, -1, fill("ink"), 14.0)


def _flow(canvas: Canvas, diagram: Diagram, layer: Dense, x: float, y: float, step: int) -> None:
    """What flows back between two columns: an arrow with the gradients of the weights under it."""
    lines = []
    for name in (layer.weight, layer.bias):
        node = diagram.nodes.get(name) if name is not None else None
        if node is not None and node.gradient is not None:
            lines.append(node.gradient if node.backward is None else line(node.gradient, EQUALS, node.backward))
    if not lines:
        return
    canvas.add(f'<g class="wire" data-from="{attribute(layer.weight)}" data-pass="backward" data-step="{step}">')
    canvas.add(f'<path d="M{number(x + 60)} {number(y)}H{number(x + COLUMN - 60)}" {stroke("backward", 1.2, DASHED)}/>')
    canvas.add(f'<path d="M{number(x + 54)} {number(y)}l7 -3v6z" {fill("backward")}/>')
    _stack(canvas, [joined(lines)], x + COLUMN / 2, y + 6, 1, fill("backward"), 13.0)
    canvas.add("</g>")


def joined(lines: list[Maths]) -> Maths:
    """Formulas beside each other."""
    return line(*(part for k, each in enumerate(lines) for part in ((Sign(r"\quad"), each) if k else (each,))))


def _edges(canvas: Canvas, page: Page, ending: str, layer: Dense, left: list[Point], unit: Point | None, right: list[Point],
           step: int) -> None:
    """The edges into a layer, each with its weight above and the weight's gradient below, turned as the edge is."""
    weights, slopes = plain_numbers(page, layer.weight), plain_numbers(page, gradient_name(ending, layer.weight))
    biases, bias_slopes = (plain_numbers(page, layer.bias), plain_numbers(page, gradient_name(ending, layer.bias))) if layer.bias else (None, None)
    edges: list[tuple[Point, Point, Maths, Maths | None]] = []
    for j, target in enumerate(right):
        for i, source in enumerate(left):
            at = (i, j) if layer.turned else (j, i)
            said = _at(weights, at)
            shown = decimal(said) if said is not None else _entry(page, layer.weight, at)
            slope = _at(slopes, at)
            edges.append((_towards(source, target, RADIUS), _towards(target, source, RADIUS + 2), shown, None if slope is None else decimal(slope)))
        if unit is not None:
            said, slope = _at(biases, (j,)), _at(bias_slopes, (j,))
            shown = decimal(said) if said is not None else _entry(page, layer.bias, (j,))
            edges.append((_towards(unit, target, UNIT), _towards(target, unit, RADIUS + 2), shown, None if slope is None else decimal(slope)))
    lines = "".join(f"M{number(a[0])} {number(a[1])}L{number(b[0])} {number(b[1])}" for a, b, _, _ in edges)
    canvas.add(f'<g class="wire" data-from="{attribute(layer.weight)}" data-to="{attribute(layer.out)}" data-pass="forward" data-step="{step}">'
               f'<path d="{lines}" {stroke("wire", 0.9)}/></g>')
    taken: list[Point] = [(x + dx, y + dy) for x, y in right for dx in (-24.0, 24.0) for dy in (-32.0, 32.0)]       # the neurons' own numbers
    for k in sorted(range(len(edges)), key=lambda k: (-round(abs(edges[k][0][1] - edges[k][1][1])), k)):
        a, b, shown, slope = edges[k]
        t = _free(a, b, [e[:2] for n, e in enumerate(edges) if n != k], taken)
        x, y = a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])
        taken += _ends(a, b, t)
        turned = degrees(atan2(b[1] - a[1], b[0] - a[0]))
        canvas.add(f'<g transform="translate({number(x)} {number(y)}) rotate({number(turned)})">')
        _middle(canvas, typeset(shown), 0.0, -3.5, EDGE, fill("forward"), True)
        if slope is not None:
            _middle(canvas, typeset(slope), 0.0, 3.5 + 0.68 * EDGE, EDGE, fill("backward"), True)
        canvas.add("</g>")


def _free(a: Point, b: Point, others: list[tuple[Point, Point]], taken: list[Point]) -> float:
    """Where along an edge its label is clearest of other edges and labels."""
    def room(t: float) -> float:
        ends = _ends(a, b, t)
        lines = min((_apart(p, c, d) for p in ends for c, d in others), default=40.0)
        labels = min((hypot(p[0] - q[0], p[1] - q[1]) for p in ends for q in taken), default=80.0)
        return min(lines, 15.0) + min(labels, 30.0) - abs(t - 0.4) * 2

    return max((0.12 + 0.02 * k for k in range(36)), key=room)


def _ends(a: Point, b: Point, t: float) -> list[Point]:
    """The middle and the ends of a label on the edge."""
    x, y, long = a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]), hypot(b[0] - a[0], b[1] - a[1])
    return [(x + s * (b[0] - a[0]) / long, y + s * (b[1] - a[1]) / long) for s in (-17.0, 0.0, 17.0)]


def _apart(p: Point, a: Point, b: Point) -> float:
    """How far a point is from a line segment."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    t = max(0.0, min(1.0, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / (dx * dx + dy * dy or 1.0)))
    return hypot(p[0] - a[0] - t * dx, p[1] - a[1] - t * dy)


def _neuron(canvas: Canvas, diagram: Diagram, names: tuple[str, ...], i: int, at: Point, given: bool, room: float) -> None:
    """A circle with the neuron's symbol; its values above it and their gradients below."""
    page, (x, y) = diagram.page, at
    canvas.add(f'<g class="node" data-name="{attribute(names[-1])}"><circle cx="{number(x)}" cy="{number(y)}" r="{RADIUS}" '
               f'{both("input", "input-edge") if given else both("operation", "operation-edge")}/>')
    _middle(canvas, typeset(_entry(page, names[-1], (i,))), x, y + 4, 15.0, fill("ink"))
    canvas.add("</g>")
    shown = []
    for name in names:
        value = _at(plain_numbers(page, name), (i,))
        if value is not None:
            shown.append(decimal(value) if given else line(_entry(page, name, (i,)), EQUALS, decimal(value)))
    _stack(canvas, shown, x, y - RADIUS - 6, -1, fill("forward"))
    slopes = []
    for name in () if given else reversed(names):
        slope = _at(plain_numbers(page, gradient_name(diagram.ending, name)), (i,))
        if slope is not None:
            slopes.append(line(_entry(page, gradient_name(diagram.ending, name), (i,)), EQUALS, decimal(slope)))
    _stack(canvas, slopes[-1:], x, y + RADIUS + 5, 1, fill("backward"))


def _stack(canvas: Canvas, lines: list[Maths], x: float, y: float, way: int, style: str, size: float = SIZE) -> None:
    """Lines in the middle of x, from y upwards (-1) or downwards."""
    for box in map(typeset, lines[::way]):
        y += way * (box.depth if way < 0 else box.height) * size
        _middle(canvas, box, x, y, size, style, True)
        y += way * ((box.height if way < 0 else box.depth) * size + 3)


def _ending(canvas: Canvas, diagram: Diagram, column: list[Point], last: str) -> float:
    """The loss as a box that reads the last layer; where it ends at the right."""
    page, node = diagram.page, diagram.nodes[diagram.ending]
    if not page.problem.loss or node.formula is None:
        return 0.0
    text = typeset(node.formula)
    x, y = column[0][0] + COLUMN * 0.62, sum(p[1] for p in column) / len(column)
    wide, high = text.width * 15 + 22, (text.height + text.depth) * 15 + 20
    for p in column:
        a, b = _towards(p, (x, y), RADIUS), (x - 2, y + (p[1] - y) * 0.06)
        canvas.add(f'<path d="M{number(a[0])} {number(a[1])}L{number(b[0])} {number(b[1])}" {stroke("wire", 0.9)}/>')
    canvas.add(f'<g class="node" data-name="{attribute(node.name)}"><rect x="{number(x)}" y="{number(y - high / 2)}" width="{number(wide)}" '
               f'height="{number(high)}" rx="6" {both("loss", "loss-edge")}/>')
    _middle(canvas, text, x + wide / 2, y + (text.height - text.depth) * 7.5, 15.0, fill("ink"))
    canvas.add("</g>")
    value = numbers(page, node.name)
    _stack(canvas, [node.symbol if value is None else line(node.symbol, EQUALS, value)], x + wide / 2, y - high / 2 - 8, -1, fill("forward"))
    labels = [t for t in sorted(tensors(page.forward.equation(node.name).right)) if t in diagram.nodes and t != last]
    given = [line(diagram.nodes[t].symbol, EQUALS, v) for t in labels if (v := numbers(page, t)) is not None]
    _stack(canvas, given, x + wide / 2, y + high / 2 + 8, 1, fill("soft"))
    return x + wide


def _entry(page: Page, name: str, at: tuple[int, ...]) -> Maths:
    """The symbol of an entry, counted as the sheet does."""
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
