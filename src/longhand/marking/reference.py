"""The reference of a marking: everything that can be derived from the problem, its true values at the sheet's own numbers and at
random points, and what follows for one quantity from what a writer had of the others. It is the derivation, never an answer key."""
from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cached_property

from flint import fmpq

from ..calculus.backprop import sweep
from ..calculus.derivation import Derivation, gradient_name
from ..calculus.descent import at_step, unrolled
from ..calculus.jacobian import derive
from ..core.axis import Axis
from ..core.equation import Equation, Program
from ..core.problem import Problem, Value
from ..core.walk import tensors
from ..numbers.hulls import Hulls
from ..numbers.interpret import Values
from .explain import Cells
from .instances import distinct_sizes, extent, instance, moved
from .keys import entry_of, flat_position, key_of, positions, tensor_of
from .mistakes import Setting
from .naming import named
from .quantities import Quantity, quantities
from .recipes import BITS, FAULTS, Recipe, cells_of
from .scope import Scope
from .shared import Shared


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
        self.computed = frozenset(equation.name for equation in self.program.equations)
        self.verdicts, self.reasons = Shared(), Shared()
        self.formulas: dict[Equation, str] = {}                  # right sides in LaTeX
        self._beside: dict[frozenset[Fraction], tuple[Point, ...]] = {}
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
    def reads(self) -> dict[str, frozenset[str]]:
        """What each computed quantity is computed from, directly."""
        found: dict[str, set[str]] = {}
        for equation in self.program.equations:
            found.setdefault(equation.name, set()).update(tensors(equation.right) & set(self.program.tensors))
        return {name: frozenset(names) for name, names in found.items()}

    @cached_property
    def above(self) -> dict[str, frozenset[str]]:
        """What each computed quantity is computed from, over any number of equations."""
        return {name: _reached(name, self.reads) for name in self.reads}

    @cached_property
    def recurrent(self) -> frozenset[str]:
        """Tensors that are computed from themselves at other positions."""
        return frozenset(name for name, above in self.above.items() if name in above)

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

    def beside(self, kept: frozenset[Fraction]) -> tuple[Point, ...]:
        """Points close to the sheet's own numbers, on either side, at which the `kept` ones stay; none where no parameter moves."""
        if kept not in self._beside:
            own = self.problem.data
            self._beside[kept] = tuple(Point(self, dict(self.problem.sizes), data) for sign in (1, -1) if (data := moved(self.problem, kept, sign)) != own)
        return self._beside[kept]

    def has_values(self, numbers: Collection[Fraction]) -> bool:
        """Whether a quantity has one of these values, but for its sign, at the sheet's numbers."""
        if self.at_data is None:
            return False
        cells = (abs(cell.mid()) for name in self.names for cell in self.at_data.value(name, {}) or ())
        exact = [fmpq(x.numerator, x.denominator) for x in numbers]
        return any(abs(cell - x) < 1e-20 for cell in cells for x in exact)

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
            above = self.above
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
        self._shapes: dict[str, tuple[int, ...]] = {}
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
        if name not in self._shapes:
            self._shapes[name] = tuple(extent(axis, self.sizes) for axis in self.reference.program[name].axes)
        return self._shapes[name]

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
            self._truth[name] = cells_of(self._values, name)
        return self._truth[name]

    def computed(self, program: Program, name: str, had: Mapping[str, Cells]) -> Cells | None:
        """The cells of a tensor by a program's equations, entries that the writer had standing for theirs."""
        try:
            values = Values(program, self.data, self.sizes, Hulls(BITS))
            self.give(values, had, name)
        except FAULTS:
            return None
        return cells_of(values, name)

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
        return self.reference.above.get(name, frozenset())

    @property
    def nodes(self) -> tuple[Quantity, ...]:
        """The quantities as nodes of an explanation, each after its parents."""
        return self.nodes_with(frozenset())

    def nodes_with(self, split: frozenset[str]) -> tuple[Quantity, ...]:
        """As nodes, with a node for each entry of the tensors in `split`, and of recurrent ones."""
        if split not in self._nodes:
            self._nodes[split] = tuple(quantities(self, split))
        return self._nodes[split]


def _reached(name: str, reads: Mapping[str, frozenset[str]]) -> frozenset[str]:
    seen: set[str] = set()
    waiting = list(reads[name])
    while waiting:
        each = waiting.pop()
        if each not in seen:
            seen.add(each)
            waiting += reads.get(each, ())
    return frozenset(seen)


__all__ = ["BITS", "FAULTS", "Point", "Reference", "entry_of", "flat_position", "key_of", "positions", "tensor_of"]
