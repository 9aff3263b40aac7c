"""The data flow of a problem as a layout: which quantity stands where, the wires, and what flows along them both ways.

The layout is data. Each quantity has a layer (the longest way to it from a given quantity) and a lane (the path on which it
is drawn); every wire is drawn on exactly one path. `text` draws the paths one below the other; other printers may place the
same nodes by layer and lane.
"""
from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import field

from ..calculus.derivation import gradient_name
from ..core.equation import Equation, Program
from ..core.expr import Entry, Offset
from ..core.record import record
from ..core.walk import tensors, walk
from .maths import Maths
from .worked.page import Page

Writer = Callable[[Maths], str]
DRAWN = ("input", "label", "intermediate", "loss")
"""Roles that stand on a path; parameters stand at what reads them."""
LONGEST = 30
"""Characters above which a formula is left out of its place."""
WIRE, BACK = " ──▶ ", "◀─ "


@record
class Node:
    """A quantity: its symbol, the formula that computes it, its loss gradient as a symbol and as a formula."""
    name: str
    role: str
    symbol: Maths
    formula: Maths | None = None
    gradient: Maths | None = None
    backward: Maths | None = None
    layer: int = 0
    lane: int = 0


@record
class Wire:
    """From a quantity to one that reads it; the gradient of `source` flows back along it. again: only at earlier positions of a recurrence."""
    source: str
    target: str
    again: bool = False


@record
class Diagram:
    """Nodes by name, wires, and the paths on which they are drawn, the longest one to the loss first.
    parameters   quantity -> the parameters that it reads, shown at the first place where they are read
    flow         every wire, also those from parameters and, in a recurrence, back to what is computed earlier
    ending       the quantity that all gradients are of, the loss where there is one
    page         what it was made from"""
    nodes: dict[str, Node]
    wires: tuple[Wire, ...]
    paths: tuple[tuple[str, ...], ...]
    parameters: dict[str, tuple[str, ...]] = field(default_factory=dict)
    flow: tuple[Wire, ...] = ()
    ending: str = ""
    page: Page | None = field(default=None, compare=False, repr=False)

    def text(self, columns: int = 96, write: Writer = repr) -> list[str]:
        """The drawing in lines of at most so many columns, where a single place is not wider than that."""
        out: list[str] = []
        shown: set[str] = set()
        for path in self.paths:
            cells = [self._cell(name, name not in shown, write) for name in path]
            shown.update(path)
            if out:
                out.append("")
            out += _rows(cells, columns)
        return out

    def _cell(self, name: str, first: bool, write: Writer) -> list[str]:
        """What stands in one place: the forward formula, the gradient, the gradients of its parameters."""
        node = self.nodes[name]
        if not first:
            return [write(node.symbol), ""]
        top = write(node.symbol)
        if node.formula is not None and measure(full := f"{top} = {write(node.formula)}") <= LONGEST:
            top = full
        below = ""
        if node.gradient is not None:
            below = write(node.gradient)
            if node.backward is not None and measure(full := f"{below} = {write(node.backward)}") <= max(LONGEST - 4, measure(top) - 4):
                below = full
        lines = [top, below]
        for each in self.parameters.get(name, ()):
            parameter = self.nodes[each]
            if parameter.gradient is not None:
                said = write(parameter.gradient)
                if parameter.backward is not None and measure(full := f"{said} = {write(parameter.backward)}") <= LONGEST + 8:
                    said = full
                lines.append("↳ " + said)
        return lines


def measure(text: str) -> int:
    """Columns on a terminal: marks over a letter take none."""
    return sum(not unicodedata.combining(c) for c in text)


def _rows(cells: list[list[str]], columns: int) -> list[str]:
    """The places of a path beside each other, in as many rows as the width needs."""
    out: list[str] = []
    row: list[list[str]] = []
    used = 0
    for cell in cells:
        own = max([measure(cell[0]), measure(cell[1]) + len(BACK), *map(measure, cell[2:])]) + len(WIRE)
        if row and used + own > columns:
            out += [*_row(row, bool(out), True), ""]
            row, used = [], len(WIRE)
        row.append(cell)
        used += own
    return [*out, *_row(row, bool(out), False)]


def _row(cells: list[list[str]], continued: bool, more: bool) -> list[str]:
    """One row: the forward line with arrows, the line of gradients flowing back, and the gradients of parameters."""
    widths = [max([measure(c[0]), measure(c[1]) + len(BACK) if c[1] else 0, *map(measure, c[2:])]) for c in cells]
    start = WIRE.lstrip() if continued else ""
    forward, back = start, " " * len(start)
    flowing = False
    for position, (cell, wide) in enumerate(zip(cells, widths, strict=True)):
        last = position == len(cells) - 1
        gap = wide - measure(cell[0])
        forward += cell[0] + (" " + "─" * (gap + 2) + "▶ " if not last else " ──▶" if more else "")
        own = f"{BACK}{cell[1]} " if cell[1] else ""
        flowing = flowing or bool(own)
        fill = "─" if own else " "
        back += own + fill * (wide - measure(own) + (len(WIRE) - 1 if not last else 0)) + ("" if last else " ")
    lines = [forward.rstrip()]
    if flowing:
        lines.append(back.rstrip())
    for depth in range(2, max(len(c) for c in cells)):
        below = " " * len(start)
        for cell, wide in zip(cells, widths, strict=True):
            said = cell[depth] if depth < len(cell) else ""
            below += said + " " * (wide - measure(said) + len(WIRE))
        lines.append(below.rstrip())
    return lines


# ---- layout -------------------------------------------------------------------------------------------------------

def diagram(page: Page) -> Diagram | None:
    """The layout of the page's problem; None where nothing is computed from anything."""
    program = page.forward
    reads = {e.name: [t for t in _in_order(tensors(e.right), program.tensors) if t != e.name] for e in program.equations}
    on_paths = {t.name for t in program.tensors.values() if t.role in DRAWN and (t.name in reads or _is_read(t.name, reads))}
    for name, sources in reads.items():             # a quantity of parameters alone: its path starts at one of them
        if name in on_paths and not any(s in on_paths for s in sources):
            on_paths |= {s for s in sources[:1] if s in program.tensors and program[s].role == "parameter"}
    wires = tuple(Wire(source, name) for name, sources in reads.items() for source in sources if source in on_paths and name in on_paths)
    if not wires:
        return None
    drawn = _in_order(on_paths, program.tensors)          # a set has another order in every process
    layers: dict[str, int] = {}
    for name, sources in reads.items():
        layers[name] = 1 + max((layers.get(s, 0) for s in sources), default=0)
    end = page.problem.loss if page.problem.loss in on_paths else max(drawn, key=lambda n: layers.get(n, 0))
    paths = _paths(wires, layers, end, drawn)
    lanes = {name: lane for lane, path in reversed(list(enumerate(paths))) for name in path}
    parameters: dict[str, tuple[str, ...]] = {}
    placed: set[str] = set()
    for name, sources in reads.items():
        mine = tuple(s for s in sources if s in program.tensors and program[s].role == "parameter" and s not in placed | on_paths)
        placed.update(mine)
        parameters[name] = mine
    constants = {t.name for t in program.tensors.values() if t.axes and t.role in ("data", "constant") and _is_read(t.name, reads)}
    names = [*on_paths, *placed, *constants]
    nodes = {name: _node(page, name, layers.get(name, 0), lanes.get(name, 0)) for name in _in_order(names, program.tensors)}
    flow = tuple(dict.fromkeys(
        Wire(source, e.name, _is_earlier(program, e, source)) for e in program.equations
        for source in _in_order(tensors(e.right), program.tensors) if source in nodes and e.name in nodes))
    return Diagram(nodes, wires, paths, parameters, flow, end, page)


def _is_earlier(program: Program, equation: Equation, source: str) -> bool:
    """Whether a recurrence reads its own quantity at other positions only, that is, of an earlier step."""
    reads = [node for node in walk(equation.right) if isinstance(node, Entry) and node.tensor == source]
    return all(any(isinstance(p, Offset) for p in node.at) for node in reads) and program.equation(source) is not None \
        and program.recurs(equation.name, source)


def _in_order(names: Iterable[str], known: Iterable[str]) -> list[str]:
    names = set(names)
    return [name for name in known if name in names]


def _is_read(name: str, reads: dict[str, list[str]]) -> bool:
    return any(name in sources for sources in reads.values())


def _paths(wires: tuple[Wire, ...], layers: dict[str, int], end: str, names: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Every wire on one path: the longest path to the end first, then side paths that join it, then single wires."""
    sources: dict[str, list[str]] = {}
    targets: dict[str, list[str]] = {}
    for wire in wires:
        sources.setdefault(wire.target, []).append(wire.source)
        targets.setdefault(wire.source, []).append(wire.target)
    paths: list[tuple[str, ...]] = []
    drawn: set[str] = set()
    done: set[tuple[str, str]] = set()

    def backwards(path: list[str]) -> list[str]:
        while path[0] not in drawn and (found := [s for s in sources.get(path[0], ()) if s not in path]):     # a recurrence runs in a circle
            path.insert(0, min(found, key=lambda s: (s in drawn, -layers.get(s, 0))))
        return path

    def take(path: list[str]) -> None:
        if len(path) > 1:
            paths.append(tuple(path))
        drawn.update(path)
        done.update(zip(path, path[1:], strict=False))

    take(backwards([end]))
    for name in sorted(names, key=lambda n: -layers.get(n, 0)):
        if name in drawn:
            continue
        path = [name]
        while path[-1] not in drawn and (found := [t for t in targets.get(path[-1], ()) if t not in path]):
            path.append(found[0])
        head = backwards([name])
        take(head[:-1] + path)
    for wire in wires:
        if (wire.source, wire.target) not in done:
            take([wire.source, wire.target])
    return tuple(paths)


def _node(page: Page, name: str, layer: int, lane: int) -> Node:
    tensor = page.forward[name]
    equation = page.forward.equation(name)
    formula = None
    if equation is not None:
        formula = page.matrix_maths(equation) if tensor.axes else None
        formula = formula if formula is not None else page.equation(equation, compact=True)[1]
    gradient = backward = None
    hidden = tensor.role == "input" and not any(name in w.wrt for w in page.problem.wanted)
    if not hidden and page.problem.loss and (made := page.derivation.results.get(gradient_name(page.problem.loss, name))) is not None:
        gradient = page.symbol(made.name)
        backward = page.matrix_maths(made) if tensor.axes else page.equation(made, compact=True)[1]
    return Node(name, tensor.role, page.symbol(name), formula, gradient, backward, layer, lane)
