"""The factors of derivatives, computed: equations by array code, products of them by BLAS."""
from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..backends.array_code import Code
from ..backends.lowering import code_of
from ..backends.numpy_engine import made_of
from ..calculus.structure import Terms
from ..core.axis import Axis, Index
from ..core.equation import Program
from ..core.record import record
from .arrays import Structured
from .contraction import Step as Work
from .contraction import steps_for
from .plan import Plan, Step, planned, sizes_of
from .summand import Summand

if TYPE_CHECKING:
    from .derivatives import Derivative


@record
class Wanted:
    """A derivative to be computed: the key of the result, its terms, and how many of its first axes are rows."""
    key: str
    terms: Terms
    rows: int


@record
class Ready:
    """Plans for all that is wanted, and the array code for the factors."""
    plans: tuple[Plan, ...]
    code: Code
    results: tuple[str, ...]


def ready(program: Program, wanted: Sequence[Wanted], sizes: Mapping[str, int], guess: int | None = None) -> Ready:
    """The plans for these sizes. With a guess for the unknown ones the code has the right inputs, and that is all it is good for."""
    size = sizes_of(sizes, guess)
    plans = []
    whole = program
    for number, w in enumerate(wanted):
        plan = planned(w.terms, program, size, f"{number}:" if number else "")
        plans.append(plan)
        whole = whole.extended([t for t, _ in plan.equations], [e for _, e in plan.equations])
    made = {s.target for plan in plans for s in plan.steps}
    read = {p.name for plan in plans for each in (*plan.steps, *plan.products) for p in each.parts}
    results = tuple(sorted(read - made))
    code = code_of(whole, results, sizes)
    if unknown := _without_number({i.axis for plan in plans for i in plan.at}, code, sizes):
        results = (*results, *(n for n in _carriers(program, unknown) if n not in results))
        code = code_of(whole, results, sizes)
    return Ready(tuple(plans), code, results)


def _without_number(axes: set[Axis], code: Code, sizes: Mapping[str, int]) -> set[str]:
    """Size symbols of the axes that neither a given array nor the sizes tell: those of deltas alone."""
    told = {axis.size for n in code.inputs for axis in code.arrays[n].axes} | sizes.keys()
    return {axis.size for axis in axes if isinstance(axis.size, str)} - told


def _carriers(program: Program, symbols: set[str]) -> Iterator[str]:
    """Given tensors that have an axis of each of these sizes."""
    for t in sorted(program.given(), key=lambda t: t.role not in ("parameter", "input")):
        if found := {axis.size for axis in t.axes} & symbols:
            symbols = symbols - found
            yield t.name


class Engine:
    """All that is wanted, for arrays of certain sizes. A call puts arrays in the places of a list: the factors first, then their products."""

    def __init__(self, owner: Derivative, several: bool, sizes: Mapping[str, int]) -> None:
        import numpy as np
        program, wanted = owner.wanted(several)
        have = ready(program, wanted, sizes)
        code, size = have.code, sizes_of(sizes)
        held = {a.tensor: a.name for a in code.arrays.values() if a.tensor}
        used = {p.name for plan in have.plans for each in plan.products for p in each.parts}
        own = {n for n in have.results if n in used and held[n] not in code.inputs}          # the next call writes to the same arrays
        returned = "".join(f"{held[n]}{'.copy()' if n in own else ''}, " for n in have.results)
        made = made_of(code, code.forward, sizes, owner.dtype, code.inputs, f"({returned})")
        self.text, self._run, self._quiet = made.text, made.run, np.errstate
        self._inputs, self._order = tuple(owner.inputs), tuple(code.inputs)
        self._defaults = {n: np.array(float(owner.problem.data.get(code.arrays[n].tensor, 0)), owner.dtype) for n in code.inputs if n not in owner.inputs}
        place = {name: k for k, name in enumerate((*have.results, *(s.target for plan in have.plans for s in plan.steps)))}
        self._steps = tuple(_prepared(step, place, size) for plan in have.plans for step in plan.steps)
        self._made = tuple((w.key, _template(plan, program.tensors, place), tuple(size(i.axis) for i in plan.at), w.rows, np.dtype(owner.dtype),
                            tuple(i.axis.letter for i in plan.at)) for w, plan in zip(wanted, have.plans, strict=True))

    def run(self, arrays: Sequence[Any], extra: Sequence[tuple[str, Any]]) -> Any:
        """The call, arrays checked before: one structured array, or one for each key."""
        if self._order != self._inputs:
            given = {**self._defaults, **dict(zip(self._inputs, arrays, strict=True)), **dict(extra)}
            arrays = [given[n] for n in self._order]
        with self._quiet(all="ignore"):               # a case not taken may overflow; what is taken is as it is
            found = list(self._run(*arrays))
            for parts, work in self._steps:
                operands = [found[p] for p in parts]
                for each in work:
                    each(operands)
                found += operands
            results = {}
            for key, template, *rest in self._made:
                summands = []
                for c, scalars, deltas, factors, names in template:
                    for p in scalars:
                        c *= float(found[p])
                    summands.append(Summand(c, deltas, tuple([(found[p], labels) for p, labels in factors]), names))
                results[key] = Structured(summands, *rest)
        return results.get("", results)


def _prepared(step: Step, place: Mapping[str, int], size: Callable[[Axis], int]) -> tuple[tuple[int, ...], tuple[Work, ...]]:
    """(places of the parts, what turns a list of these into a list of their product)."""
    number: dict[Index, int] = {}
    labels = tuple(tuple(number.setdefault(i, len(number)) for i in p.at) for p in step.parts)
    sizes = {n: size(i.axis) for i, n in number.items()}
    return tuple(place[p.name] for p in step.parts), steps_for(labels, tuple(number[i] for i in step.at), sizes)


def _template(plan: Plan, taken: Container[str], place: Mapping[str, int]) -> tuple[tuple[float, tuple, tuple, tuple, tuple[str, ...]], ...]:
    """The products with numbers for indices: (coefficient, places of factors without axes, deltas, (place, labels) for each other factor, names).
    Arrays of our own are called by letters that the problem does not use."""
    spare = (f"{letter}{'′' * primes}" for primes in range(1000) for letter in "ABCDEFGHKLMNPQRSTUV" if letter not in taken)
    number = {i: n for n, i in enumerate(plan.at)}
    names: dict[str, str] = {}
    out = []
    for p in plan.products:
        scalars = tuple(place[part.name] for part in p.parts if not part.at)
        parts = [part for part in p.parts if part.at]
        factors = tuple((place[part.name], tuple(number.setdefault(i, len(number)) for i in part.at)) for part in parts)
        for part in parts:
            if "~" in part.name and part.name not in names:
                names[part.name] = next(spare)
        deltas = tuple((number[a], number[b]) for a, b in p.deltas)
        out.append((float(p.coefficient), scalars, deltas, factors, tuple(names.get(part.name, part.name) for part in parts)))
    return tuple(out)
