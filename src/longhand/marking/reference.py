"""The reference of a marking: everything that can be derived from the problem, its true values at the sheet's own numbers and at
random points, and what follows for one quantity from what a writer had of the others. It is the derivation, never an answer key."""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Any

import flint

from ..calculus.backprop import sweep
from ..calculus.derivation import Derivation, gradient_name
from ..calculus.descent import at_step, unrolled
from ..calculus.jacobian import derive
from ..core.axis import Axis, Index
from ..core.equation import Equation, Program
from ..core.expr import Entry, Offset
from ..core.problem import Problem, Value
from ..core.walk import tensors, walk
from ..numbers.compiled import Compiled, compiled
from ..numbers.faults import EvaluationError, NumberError
from ..numbers.hulls import Hulls
from ..numbers.interpret import Values
from .catalogue.slopes import equal_ways
from .explain import Cells
from .following import FOLLOWS
from .instances import distinct_sizes, extent, instance
from .marks import Mistake
from .mistakes import Setting, variants
from .naming import named
from .scope import Scope
from .shared import Shared

BITS = 160
FAULTS = (NumberError, EvaluationError, KeyError, ValueError, ArithmeticError, TypeError)
"""What evaluating a mistaken or unsuitable equation may end in; it then has no value."""


class Reference:
    """A problem with all its derivatives and updates as one program, prepared once for all answers."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.derivation: Derivation = derive(problem)
        program = derived = named(self.derivation.backward)
        self.updated: dict[str, str] = {}
        self.steps = 0
        if problem.descent is not None and problem.loss is not None:
            try:
                program = unrolled(program, problem.loss, problem.descent)
            except (KeyError, ValueError):                       # the sheet gives no learning rate
                program = derived
            else:
                self.steps = problem.descent.steps
                self.updated = {p: at_step(p, 1) for p in problem.descent.parameters}
        self.program = _without_last_gradients(program, self.steps)
        self.verdicts, self.reasons = Shared(), Shared()
        self._jacobians: dict[tuple[str, str], Program | None] = {}
        self._directs: dict[tuple[str, str], Program | None] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """All quantities: given, computed, gradients, updates."""
        return tuple(self.program.tensors)

    @cached_property
    def defined(self) -> frozenset[str]:
        """The quantities that are computed."""
        return frozenset(equation.name for equation in self.program.equations)

    @cached_property
    def scope(self) -> Scope:
        """What the sheet's names stand for; an answer takes a fresh one."""
        return Scope(self.problem, self.names)

    @cached_property
    def recurrent(self) -> frozenset[str]:
        """Tensors that are computed from themselves at other positions."""
        return frozenset(name for name, above in _ancestors(self).items() if name in above)

    @cached_property
    def setting(self) -> Setting:
        return Setting(self.program, self.problem.loss, self.problem.descent, self.updated, dict(self.problem.sizes))

    @cached_property
    def at_data(self) -> Point | None:
        """The sheet's own numbers; None where it gives none."""
        if not self.problem.data:
            return None
        return Point(self, dict(self.problem.sizes), dict(self.problem.data), own=True)

    @cached_property
    def at_random(self) -> tuple[Point, ...]:
        """Two random points with sizes as different as the problem allows, and one with the sizes of its data if they differ."""
        sizes = distinct_sizes(self.problem)
        points = [self._random(sizes, seed) for seed in (11, 29)]
        if self.problem.sizes and any(self.problem.sizes.get(symbol, n) != n for symbol, n in sizes.items()):
            points.append(self._random({**sizes, **self.problem.sizes}, 47))
        return tuple(point for point in points if point is not None)

    def _random(self, sizes: Mapping[str, int], seed: int) -> Point | None:
        """A point at which the loss has a value; the seeds after this one are tried where a logarithm or root has none."""
        for tried in range(seed, seed + 8):
            point = Point(self, dict(sizes), instance(self.problem, sizes, tried))
            goal = self.problem.loss or next(reversed(self.problem.program.equations)).name if self.problem.program.equations else None
            if goal is None or point.value(goal, {}) is not None:
                return point
        return None

    def jacobian(self, of: str, wrt: str) -> Program | None:
        """The program with ∂of/∂wrt in it, whatever was asked."""
        if (of, wrt) not in self._jacobians:
            name = gradient_name(of, wrt)
            made: Program | None = self.program
            if name not in self.program.tensors:
                try:
                    made = sweep(self.program, of, [wrt]).as_program()
                except FAULTS:
                    made = None
            self._jacobians[of, wrt] = made if made is not None and name in made.tensors else None
        return self._jacobians[of, wrt]

    def direct(self, of: str, wrt: str) -> Program | None:
        """The program with the partial ∂of/∂wrt in it for which all else that `of` is computed from stands still; None where that is no
        other than the whole derivative."""
        if (of, wrt) not in self._directs:
            own = tuple(e for e in self.program.equations if e.name == of)
            above = _ancestors(self)
            reads = tensors(own[0].right) if len(own) == 1 else frozenset()
            made: Program | None = None
            if wrt in reads and of not in self.recurrent and any(wrt in above.get(name, ()) for name in reads):
                try:
                    made = sweep(replace(self.program, equations=own), of, [wrt]).as_program()
                except FAULTS:
                    made = None
            self._directs[of, wrt] = made if made is not None and gradient_name(of, wrt) in made.tensors else None
        return self._directs[of, wrt]



def _without_last_gradients(program: Program, steps: int) -> Program:
    """Without the gradients after the last update, which nobody asks for."""
    last = f"@{steps}"
    drop = {t.name for t in program.tensors.values() if steps and t.role == "gradient" and t.name.endswith(last)}
    return replace(program, tensors={n: t for n, t in program.tensors.items() if n not in drop},
                   equations=tuple(e for e in program.equations if e.name not in drop))


class Point:
    """All quantities of a problem for given numbers. Cells are balls, in row-major order of a tensor's axes.

    sizes  size symbol -> number;   own  whether these are the sheet's own numbers
    """

    def __init__(self, reference: Reference, sizes: dict[str, int], data: dict[str, Value], own: bool = False) -> None:
        self.reference, self.problem, self.data, self.own = reference, reference.problem, data, own
        self._values = Values(reference.program, data, sizes, Hulls(BITS))
        self.sizes = self._values.sizes
        self._truth: dict[str, Cells | None] = {}
        self._keys: dict[str, tuple[str, ...]] = {}
        self._paths: dict[str, tuple[Equation, ...] | None] = {}
        self._nodes: dict[frozenset[str], tuple[Quantity, ...]] = {}
        self._recipes: dict[Equation, Recipe] = {}

    def recipe(self, equation: Equation) -> Recipe:
        """Code for an equation, made once."""
        if equation not in self._recipes:
            self._recipes[equation] = Recipe(self, equation)
        return self._recipes[equation]

    def shape(self, name: str) -> tuple[int, ...]:
        """The sizes of a tensor's axes. KeyError for an unknown tensor, or an axis without a number."""
        return tuple(extent(axis, self.sizes) for axis in self.reference.program[name].axes)

    def extent(self, axis: Axis) -> int:
        """The size of an axis."""
        return extent(axis, self.sizes)

    def value(self, name: str, had: Mapping[str, Cells]) -> Cells | None:
        """The cells of a tensor, given what a writer had of some; None where it has no value."""
        if name in had:                                          # of what is given, too: a derivative moves it
            return had[name]
        if not had or name not in self.reference.defined:
            return self._true(name)
        keys = self._entry_keys(name)
        if keys and all(key in had for key in keys):
            return tuple(had[key][0] for key in keys)
        ancestors = self.ancestors(name)
        above = {key: cells for key, cells in had.items() if (tensor := tensor_of(key)) in ancestors or tensor == name}
        if not above:
            return self._true(name)
        path = self._path(name)
        if path is None or any(key.endswith("]") for key in above):
            return self.computed(self.reference.program, name, above)
        return self._along(path, above)

    def _path(self, name: str) -> tuple[Equation, ...] | None:
        """The equations that lead to a tensor, in order; None where they run in a circle."""
        if name not in self._paths:
            above = self.ancestors(name) | {name}
            path = tuple(e for e in self.reference.program.equations if e.name in above)
            self._paths[name] = None if above & self.reference.recurrent or len({e.name for e in path}) < len(path) else path
        return self._paths[name]

    def _along(self, path: tuple[Equation, ...], had: Mapping[str, Cells]) -> Cells | None:
        """What the last equation of a path comes to; only what depends on something the writer had is computed anew."""
        known = dict(had)
        for equation in path:
            recipe = self.recipe(equation)
            if equation.name in known or known.keys().isdisjoint(recipe.reads):
                continue
            cells = recipe.of({n: known[n] if n in known else self._true(n) for n in recipe.reads})
            if cells is None:
                return None
            known[equation.name] = cells
        return known[path[-1].name]

    def _entry_keys(self, name: str) -> tuple[str, ...]:
        """The keys of the nodes of all entries of a tensor."""
        if name not in self._keys:
            self._keys[name] = tuple(key_of(name, at) for at in positions(self.shape(name)))
        return self._keys[name]

    def _true(self, name: str) -> Cells | None:
        if name not in self._truth:
            self._truth[name] = _cells(self._values, name)
        return self._truth[name]

    def computed(self, program: Program, name: str, had: Mapping[str, Cells]) -> Cells | None:
        """The cells of a tensor by a program's equations, entries that the writer had standing for theirs."""
        try:
            values = Values(program, self.data, self.sizes, Hulls(BITS))
            self.give(values, had, name)
        except FAULTS:
            return None
        return _cells(values, name)

    def give(self, values: Values, had: Mapping[str, Cells], name: str) -> None:
        """Sets in `values` what the writer had, but for the tensor `name`."""
        for key, cells in had.items():
            tensor, at = tensor_of(key), entry_of(key)
            if tensor == name and at is None or tensor not in self.reference.program.tensors:
                continue
            if at is not None:
                values.give(tensor, at, cells[0])
            else:
                for place, cell in zip(positions(self.shape(tensor)), cells, strict=True):
                    values.give(tensor, place, cell)

    def derivative(self, of: str, wrt: str, had: Mapping[str, Cells]) -> Cells | None:
        """∂of/∂wrt, axes of `of` first; None where there is none."""
        name = gradient_name(of, wrt)
        if name in had:
            return had[name]
        if name in self.reference.program.tensors:
            return self.value(name, had)
        program = self.reference.jacobian(of, wrt)
        if had or program is None:
            return None if program is None else self.computed(program, name, had)
        if name not in self._truth:
            self._truth[name] = self.computed(program, name, had)
        return self._truth[name]

    def partial(self, of: str, wrt: str, had: Mapping[str, Cells]) -> Cells | None:
        """∂of/∂wrt with all else that `of` is computed from standing still; None where that is no other than the whole derivative."""
        program = self.reference.direct(of, wrt)
        if program is None:
            return None
        equation = next(e for e in self.reference.program.equations if e.name == of)
        cells = {name: self.value(name, had) for name in tensors(equation.right) if name in self.reference.defined}
        return None if None in cells.values() else self.computed(program, gradient_name(of, wrt), cells)

    def known(self) -> Iterable[tuple[str, tuple[int, ...]]]:
        """The entries computed so far, in the order in which they were."""
        return self._values.known()

    def ancestors(self, name: str) -> frozenset[str]:
        """All tensors that a tensor is computed from."""
        return _ancestors(self.reference).get(name, frozenset())

    @property
    def nodes(self) -> tuple[Quantity, ...]:
        """The quantities as nodes of an explanation, each after its parents."""
        return self.nodes_with(frozenset())

    def nodes_with(self, split: frozenset[str]) -> tuple[Quantity, ...]:
        """As nodes, with a node for each entry of the tensors in `split`, and of recurrent ones."""
        if split not in self._nodes:
            self._nodes[split] = tuple(_nodes(self, split))
        return self._nodes[split]


def tensor_of(key: str) -> str:
    """The tensor of a node's key: h of h[2]."""
    return key.partition("[")[0] if key.endswith("]") else key


def key_of(tensor: str, at: tuple[int, ...]) -> str:
    """The key of the node of an entry."""
    return f"{tensor}[{','.join(map(str, at))}]"


def entry_of(key: str) -> tuple[int, ...] | None:
    """The position of a node's key: (2,) of h[2], None of h."""
    return tuple(map(int, key.partition("[")[2][:-1].split(","))) if key.endswith("]") else None


def positions(shape: tuple[int, ...]) -> Iterable[tuple[int, ...]]:
    return product(*map(range, shape))


def _cells(values: Values, name: str) -> Cells | None:
    try:
        return tuple(_balls(values.tensor(name)))
    except FAULTS:
        return None


def _balls(nested: Any) -> Iterable[Any]:
    if isinstance(nested, list):
        for part in nested:
            yield from _balls(part)
    else:
        ball = nested if isinstance(nested, flint.arb) else flint.arb(nested)
        if not ball.is_finite():
            raise NumberError("a value without bounds")
        yield ball


# ---- nodes ------------------------------------------------------------------------------------------------------------

class Quantity:
    """A tensor, or one entry of it, as a node of an explanation at the sheet's own numbers. `circular`: of a recurrent tensor."""

    def __init__(self, point: Point, name: str, tensor: str, at: tuple[int, ...] | None, parents: tuple[str, ...], circular: bool) -> None:
        self.point, self.name, self.tensor, self.at, self.parents, self.circular = point, name, tensor, at, parents, circular
        self.place = None if at is None else flat_position(at, point.shape(tensor))
        self.equations = tuple(e for e in point.reference.program.equations if e.name == tensor)
        self._variants: tuple[tuple[Mistake, Equation], ...] | None = None
        self._at_truth: tuple[tuple[Mistake, Cells], ...] = ()

    @cached_property
    def truth(self) -> Cells:
        return self._own(self.point.value(self.tensor, {})) or ()

    def computed(self, had: Mapping[str, Cells]) -> Cells | None:
        if self.circular or len(self.equations) != 1:
            return self._interpreted(self.equations, had)
        return self._own(self.point.recipe(self.equations[0])(had))

    def variants(self, had: Mapping[str, Cells]) -> Iterable[tuple[Mistake, Cells]]:
        if self._variants is None:
            setting = self.point.reference.setting
            self._variants = tuple(found for own in self.equations for found in (
                *((FOLLOWS, replace(own, right=right)) for right in equal_ways(own, setting)), *variants(own, setting)))
        if not had:
            self._at_truth = self._at_truth or tuple(self._mistaken(had))
            return self._at_truth
        return self._mistaken(had)

    def _mistaken(self, had: Mapping[str, Cells]) -> Iterator[tuple[Mistake, Cells]]:
        for mistake, equation in self._variants or ():
            if self.circular or len(self.equations) != 1:
                cells = self._interpreted((equation,), had)
            else:
                cells = self._own(self.point.recipe(equation)(had))
            if cells is not None:
                yield mistake, cells

    def _own(self, cells: Cells | None) -> Cells | None:
        """The node's share of a tensor's cells."""
        if cells is None or self.place is None:
            return cells
        return (cells[self.place],) if self.place < len(cells) else None

    def _interpreted(self, equations: tuple[Equation, ...], had: Mapping[str, Cells]) -> Cells | None:
        program = self.point.reference.program
        if equations != self.equations:
            program = replace(program, equations=tuple(e for e in program.equations if e.name != self.tensor) + equations)
        known = {key: had[key] for key in had if key != self.name and (self.at is None or tensor_of(key) != self.tensor or "[" in key)}
        if self.at is None:
            return self.point.computed(program, self.tensor, known)
        try:
            values = Values(program, self.point.data, self.point.sizes, Hulls(BITS))
            self.point.give(values, known, "")
            return tuple(_balls([values.entry(self.tensor, self.at)]))
        except FAULTS:
            return None


class Recipe:
    """One equation as straight-line code from the cells of its parents to its own."""

    def __init__(self, point: Point, equation: Equation) -> None:
        self.point, self.name = point, equation.name
        program = point.reference.program
        self.reads = tuple(sorted(tensors(equation.right) & set(program.tensors)))
        self._code: Compiled | None = None
        own = replace(program.tensors[self.name], axes=tuple(index.axis for index in equation.left.at if isinstance(index, Index)))
        if len(own.axes) < len(equation.left.at):
            own = program.tensors[self.name]
        small = Program({n: program.tensors[n] for n in self.reads} | {self.name: own}, (equation,))
        self.fixed = {variable.tensor for node in walk(equation.right) if isinstance(node, Entry) for place in node.at
                      if isinstance(place, Offset) for variable, _ in place.terms if isinstance(variable, Entry)}
        try:
            zeros = {n: _nested(point.shape(n), point, n in self.fixed and n) for n in self.reads if n not in point.sizes and n != "pi"}
            self._code = compiled(small, zeros, point.sizes, [self.name], self.fixed, BITS, hull=True)
        except FAULTS:
            return
        self._places = tuple((n, flat_position(at, point.shape(n))) for n, at in self._code.inputs)

    def __call__(self, had: Mapping[str, Cells]) -> Cells | None:
        """The cells, given what the writer had."""
        return self.of({n: self.point.value(n, had) for n in self.reads})

    def of(self, found: Mapping[str, Cells | None]) -> Cells | None:
        """The cells from those of the parents; None where one of them, or the equation, has none."""
        if self._code is None or None in found.values():
            return None
        try:
            numbers = self._code.numbers([found[n][k] for n, k in self._places])
            return tuple(_balls(_picked(self._code.results[self.name], numbers)))
        except FAULTS:
            return None


def _picked(places: Any, numbers: list[Any]) -> Any:
    return [_picked(place, numbers) for place in places] if isinstance(places, list) else numbers[places]


def _nested(shape: tuple[int, ...], point: Point, fixed: str | bool) -> Value:
    """Stand-ins of a shape: zeros, or the true numbers of a class label."""
    if fixed:
        return point.data[fixed]
    return Fraction(0) if not shape else tuple(_nested(shape[1:], point, False) for _ in range(shape[0]))


def flat_position(at: tuple[int, ...], shape: tuple[int, ...]) -> int:
    """The row-major number of a position."""
    place = 0
    for k, n in zip(at, shape, strict=True):
        place = place * n + k
    return place


def _reads(reference: Reference) -> dict[str, frozenset[str]]:
    reads: dict[str, set[str]] = {}
    for equation in reference.program.equations:
        reads.setdefault(equation.name, set()).update(tensors(equation.right) & set(reference.program.tensors))
    return {name: frozenset(found) for name, found in reads.items()}


def _ancestors(reference: Reference) -> dict[str, frozenset[str]]:
    found = reference.__dict__.get("_ancestors")
    if found is None:
        reads = _reads(reference)
        found = {name: _reached(name, reads) for name in reads}
        reference.__dict__["_ancestors"] = found
    return found


def _reached(name: str, reads: Mapping[str, frozenset[str]]) -> frozenset[str]:
    seen: set[str] = set()
    waiting = list(reads[name])
    while waiting:
        each = waiting.pop()
        if each not in seen:
            seen.add(each)
            waiting += reads.get(each, ())
    return frozenset(seen)


def _nodes(point: Point, split: frozenset[str]) -> Iterable[Quantity]:
    """Each after its parents; recurrent tensors entry by entry, in the order in which they are computed."""
    reads, above = _reads(point.reference), _ancestors(point.reference)
    circular = point.reference.recurrent
    order: list[tuple[str, str, tuple[int, ...] | None]] = []
    done: set[str] = set()

    def visit(name: str) -> None:
        if name in done or name not in reads:
            return
        group = {other for other in circular if name in above[other] and other in above[name]} | {name}
        done.update(group)
        for member in group:
            for parent in reads[member] - group:
                visit(parent)
        if name not in circular:
            order.extend([(key_of(name, at), name, at) for at in positions(point.shape(name))] if name in split else [(name, name, None)])
            return
        for member in group:
            point.value(member, {})
        order.extend((key_of(tensor, at), tensor, at) for tensor, at in point.known() if tensor in group)

    for equation in point.reference.program.equations:
        visit(equation.name)
    earlier: dict[str, list[str]] = {}
    for key, tensor, at in order:
        parents = [k for parent in sorted(reads[tensor]) for k in (earlier.get(parent, ()) if parent in circular | split else (parent,))]
        own = earlier.setdefault(tensor, [])
        yield Quantity(point, key, tensor, at, tuple(dict.fromkeys((*parents, *(own if tensor in circular else ())))), tensor in circular)
        own.append(key)
