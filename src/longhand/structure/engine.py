"""The factors of derivatives, computed: equations by array code, products of them by BLAS."""
from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..backends.array_code import Code
from ..backends.lowering import code_of
from ..backends.numpy_engine import made_of
from ..calculus.structure import Terms
from ..core.axis import Axis, Index
from ..core.equation import Program
from ..core.record import record
from .arrays import Structured
from .contraction import Step, steps_for
from .plan import Plan, planned, sizes_of
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
    """All that is wanted, for arrays of certain sizes."""

    def __init__(self, owner: Derivative, several: bool, sizes: Mapping[str, int]) -> None:
        import numpy as np
        program, self._wanted = owner.wanted(several)
        have = ready(program, self._wanted, sizes)
        code, size = have.code, sizes_of(sizes)
        self._plans, self._size, self._dtype = have.plans, size, np.dtype(owner.dtype)
        held = {a.tensor: a.name for a in code.arrays.values() if a.tensor}
        returned = f"({' '.join(held[n] + ',' for n in have.results)})"
        made = made_of(code, code.forward, sizes, owner.dtype, code.inputs, returned)
        self.text, self._run, self._quiet = made.text, made.run, np.errstate
        self._results = have.results
        used = {p.name for plan in have.plans for each in plan.products for p in each.parts}
        self._kept = tuple(n for n in have.results if n in used and held[n] not in code.inputs)
        given = code.inputs
        self._order = tuple(given)
        self._inputs = tuple(owner.inputs)
        self._defaults = {n: np.array(float(owner.problem.data.get(code.arrays[n].tensor, 0)), self._dtype) for n in given if n not in owner.inputs}
        self._steps = [self._prepared(plan) for plan in have.plans]
        self._templates = [_template(plan, program.tensors) for plan in have.plans]

    def _prepared(self, plan: Plan) -> list[tuple[str, tuple[str, ...], tuple[Step, ...]]]:
        """Each product of the plan as steps on a list of arrays."""
        out = []
        for step in plan.steps:
            number: dict[Index, int] = {}
            labels = tuple(tuple(number.setdefault(i, len(number)) for i in p.at) for p in step.parts)
            sizes = {n: self._size(i.axis) for i, n in number.items()}
            out.append((step.target, tuple(p.name for p in step.parts), steps_for(labels, tuple(number[i] for i in step.at), sizes)))
        return out

    def run(self, arrays: Sequence[Any], extra: Sequence[tuple[str, Any]]) -> Any:
        """The call, arrays checked before: one structured array, or one for each key."""
        given = {**self._defaults, **dict(zip(self._inputs, arrays, strict=True)), **dict(extra)}
        with self._quiet(all="ignore"):               # a case not taken may overflow; what is taken is as it is
            found = dict(zip(self._results, self._run(*(given[n] for n in self._order)), strict=True))
            found |= {n: found[n].copy() for n in self._kept}         # the next call writes to the same arrays
            results = {}
            for wanted, plan, steps, template in zip(self._wanted, self._plans, self._steps, self._templates, strict=True):
                for target, parts, work in steps:
                    operands = [found[p] for p in parts]
                    for each in work:
                        each(operands)
                    found[target] = operands[0]
                summands = [Summand(c, deltas, tuple((found[name], labels) for name, labels in factors), names)
                            for c, deltas, factors, names in template]
                shape = tuple(self._size(i.axis) for i in plan.at)
                results[wanted.key] = Structured(summands, shape, wanted.rows, self._dtype, [i.axis.letter for i in plan.at])
        return results.get("", results)


def _template(plan: Plan, taken: Container[str]) -> list[tuple[float, tuple, tuple, tuple[str, ...]]]:
    """The products with numbers for indices: (coefficient, deltas, (array, labels) for each factor, names).
    Arrays of our own are called by letters that the problem does not use."""
    spare = (f"{letter}{'′' * primes}" for primes in range(1000) for letter in "ABCDEFGHKLMNPQRSTUV" if letter not in taken)
    number = {i: n for n, i in enumerate(plan.at)}
    names: dict[str, str] = {}
    out = []
    for p in plan.products:
        factors = tuple((part.name, tuple(number.setdefault(i, len(number)) for i in part.at)) for part in p.parts)
        for name, _ in factors:
            if "~" in name and name not in names:
                names[name] = next(spare)
        deltas = tuple((number[a], number[b]) for a, b in p.deltas)
        out.append((float(p.coefficient), deltas, factors, tuple(names.get(name, name) for name, _ in factors)))
    return out
