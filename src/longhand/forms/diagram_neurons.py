"""A small net neuron by neuron: which quantities stand in each, and which weight is on each edge between two columns.

Every sum of weights times inputs is taken apart to entries, so that a layer of vectors and a handful of scalars (w_1 i_1 + w_2 i_2 + b_1)
give the same picture.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator

from ..core.axis import Axis, Index
from ..core.equation import Equation, Program
from ..core.expr import Add, Apply, Component, Entry, Expr, Mul, Sum
from ..core.record import record
from ..core.walk import tensors
from .diagram import Diagram

SMALL, LARGEST, FEW = 5, 12, 3
"""Neurons of a column up to which a net is drawn so by itself, and where it is asked for; and how many layers of weights it may have."""
At = tuple[int, ...]


@record
class Cell:
    """A neuron: the quantities in it, from the sum to what leaves it, and which entry of each is its own; () of scalars."""
    names: tuple[str, ...]
    at: At = ()


@record
class Edge:
    """From a neuron of one column, by its place there (None: the 1 of a bias), to one of the next, with the entry of the weight on it."""
    source: int | None
    target: int
    weight: str
    at: At


@record
class Net:
    """Columns of neurons, the edges into each but the first; numbered: whether the data say the weights."""
    columns: tuple[tuple[Cell, ...], ...]
    edges: tuple[tuple[Edge, ...], ...]
    numbered: bool = False

    @property
    def counts(self) -> tuple[int, ...]:
        return tuple(map(len, self.columns))

    def names(self, column: int) -> tuple[str, ...]:
        """The quantities of a column, each once."""
        return tuple(dict.fromkeys(name for cell in self.columns[column] for name in cell.names))


def is_small(found: Net) -> bool:
    """Whether it is best drawn neuron by neuron."""
    return found.numbered and max(found.counts) <= SMALL and len(found.edges) <= FEW


def net(diagram: Diagram) -> Net | None:
    """The net as columns of neurons, each reading the one before, of known sizes; None where it is anything else."""
    page, program = diagram.page, diagram.page.forward

    def size(axis: Axis) -> int | None:
        said = axis.size
        said = said if isinstance(said, int) else page.problem.sizes.get(said) or (page.figures.sizes.get(said) if page.figures else None)
        return said if isinstance(said, int) and said <= LARGEST else None

    inside: dict[str, list[list]] = {}                        # quantity -> its neurons, each as [names, entry, column, edges into it]
    for e in program.equations:
        terms = _linear(e.right, e.left.at, program)
        if terms is not None and any(source is not None for _, source in terms):
            made = _layer(e, terms, inside, program, size)
            if made is None:
                return None
            inside[e.name] = made
        elif (source := _elementwise(e.right, e.left.at)) in inside and all(cell[0][-1] == source for cell in inside[source]):
            inside[e.name] = inside[source]
            for cell in inside[source]:
                cell[0].append(e.name)
        elif any(program[t].role == "parameter" for t in tensors(e.right) if t in program.tensors):
            return None
    columns: list[list[list]] = []
    for cells in inside.values():
        for cell in cells:
            columns += [[] for _ in range(cell[2] + 1 - len(columns))]
            if not any(cell is each for each in columns[cell[2]]):
                columns[cell[2]].append(cell)
    if len(columns) < 2 or max(map(len, columns)) > LARGEST:
        return None
    edges = []
    for before, column in zip(columns, columns[1:], strict=False):
        place = {id(cell): k for k, cell in enumerate(before)}
        edges.append(tuple(Edge(None if source is None else place[id(source)], j, weight, at) for j, cell in enumerate(column)
                           for source, weight, at in cell[3]))
    weights = {edge.weight for layer in edges for edge in layer}
    return Net(tuple(tuple(Cell(tuple(cell[0]), cell[1]) for cell in column) for column in columns), tuple(edges),
               page.figures is not None and all(page.figures.has(name) for name in weights))


def _layer(e: Equation, terms: list[tuple[Entry, Entry | None]], inside: dict[str, list[list]], program: Program,
           size: Callable[[Axis], int | None]) -> list[list] | None:
    """The neurons of an equation, with the edges into each: from neuron (or None), weight, its entry."""
    count = size(e.left.at[0].axis) if e.left.at else 1
    if count is None:
        return None
    cells = []
    for j in range(count):
        edges: list[tuple[list | None, str, At]] = []
        for weight, source in terms:
            bound = [p for p in source.at if p not in e.left.at] if source is not None else []
            many = size(bound[0].axis) if bound else 1
            if many is None:
                return None
            for i in range(many):
                where = {**dict.fromkeys(e.left.at, j), **dict.fromkeys(bound, i)}
                at = tuple(where[p] for p in weight.at)
                if source is None:
                    edges.append((None, weight.tensor, at))
                    continue
                if source.tensor not in inside:
                    if program.equation(source.tensor) is not None:
                        return None
                    inside[source.tensor] = [[[source.tensor], (k,) if source.at else (), 0, []] for k in range(many)]
                cell = inside[source.tensor][where[source.at[0]] if source.at else 0]
                if cell[0][-1] != source.tensor:
                    return None
                edges.append((cell, weight.tensor, at))
        depths = {cell[2] for cell, _, _ in edges if cell is not None}
        if len(depths) != 1:
            return None
        cells.append([[e.name], (j,) if e.left.at else (), 1 + depths.pop(), edges])
    return cells


def _linear(right: Expr, at: tuple, program: Program) -> list[tuple[Entry, Entry | None]] | None:
    """(weight, what it multiplies, or None for a bias) for each term of a weighted sum, also of one inside a function; None for anything else."""
    if len(at) > 1 or not all(isinstance(p, Index) for p in at):
        return None
    if (inner := _argument(right)) is not None:
        return _linear(inner, at, program)
    return found if None not in (found := list(_terms(right, at, program))) else None


def _terms(right: Expr, at: tuple, program: Program) -> Iterator[tuple[Entry, Entry | None] | None]:
    for term in right.terms if isinstance(right, Add) else (right,):
        bound = ()
        if isinstance(term, Sum):
            bound, term = (term.index,), term.body
        if isinstance(term, Entry) and not bound and program[term.tensor].role == "parameter" and term.at in (at, ()):
            yield term, None
            continue
        factors = term.factors if isinstance(term, Mul) else ()
        if len(factors) != 2 or not all(isinstance(f, Entry) for f in factors):
            yield None
            continue
        weight, source = sorted(factors, key=lambda f: program[f.tensor].role != "parameter")
        fits = source.at == bound and set(weight.at) == {*bound, *at} and len(weight.at) == len(bound) + len(at)
        yield (weight, source) if fits and program[weight.tensor].role == "parameter" and program[source.tensor].role != "parameter" else None


def _elementwise(e: Expr, at: tuple) -> str:
    """What a function is applied to, entry by entry or as a vector; "" for anything else."""
    inner = e.body if isinstance(e, Component) else _argument(e)
    return inner.tensor if isinstance(inner, Entry) and len(inner.at) == len(at) <= 1 else ""


def _argument(e: Expr) -> Expr | None:
    """The argument of a function of one quantity; what else it takes, like the slope of a leaky ReLU, are numbers."""
    return e.arguments[0] if isinstance(e, Apply) and not any(tensors(each) for each in e.arguments[1:]) else None
