"""The backward sweep: ∂of/∂v for every quantity v, last first, each step recorded under its rule.

One sweep serves gradients (of a scalar), Jacobians (the entry of `of` is a spectator that every adjoint carries along) and Hessians
(the same sweep over the backward pass of a first one).
"""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..core.axis import Index, fresh
from ..core.equation import Equation, Fact, Program, Tensor
from ..core.expr import ONE, ZERO, Add, Apply, Component, Delta, Entry, Expr, Mul, Number, Power, Sum, add, delta, factors, mul
from ..core.walk import all_indices, count, free, instantiate, rename, separate, tensors, walk
from ..errors import NotUnderstood
from . import cases
from .derivation import Local, Step, gradient_name
from .differentiate import derivative
from .facts import Sums
from .simplify import settled, sifted, tidy, with_facts


@dataclass(slots=True)
class Sweep:
    """The backward pass of one quantity: adjoint equations in the order derived, local derivatives, steps."""
    of: Tensor
    program: Program
    equations: dict[str, Equation] = field(default_factory=dict)      # quantity -> ∂of/∂quantity
    locals: dict[tuple[str, str], Local] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    last_step: dict[str, int] = field(default_factory=dict)           # name of a derivative -> id of the step that ends it

    def as_program(self) -> Program:
        """Forward and backward pass as one program."""
        made = [Tensor(e.name, tuple(_axis(p) for p in e.left.at), "gradient") for e in self.equations.values()]
        return self.program.extended(made, self.equations.values())


def _axis(position: object) -> object:
    assert isinstance(position, Index)
    return position.axis


def sweep(program: Program, of: str, towards: Iterable[str], first_id: int = 1, sums: Sums | None = None) -> Sweep:
    """∂of/∂v for each v in `towards` and for every quantity between them and `of`, with all steps.

    A v that `of` does not depend on gets the constant 0. Raises KeyError for an unknown name.
    """
    target = program[of]
    out = Sweep(target, program)
    sums = sums or Sums(program)
    wanted = [program[name].name for name in towards]
    spectators = target.entry().at
    readers, active = _dependence(program, of, set(wanted))
    record = _Recorder(out.steps, first_id)
    for name in _order(program, of, wanted, active, readers):
        _adjoint(out, program[name], spectators, readers.get(name, []), record, sums)
    if of in wanted:
        seed = target.entry()
        left = Entry(gradient_name(of, of), (*spectators, *(_apart(i, set(spectators)) for i in seed.at)))
        out.equations[of] = Equation(left, mul(*(delta(a, b) for a, b in zip(spectators, left.at[len(spectators):], strict=True))))
    return out


def _dependence(program: Program, of: str, wanted: set[str]) -> tuple[dict[str, list[Equation]], set[str]]:
    """(who reads each tensor on the way to `of`, the quantities between the wanted ones and `of`)."""
    needed, stack = set(), [of]
    by_name = {e.name: e for e in program.equations}
    while stack:
        name = stack.pop()
        if name not in needed:
            needed.add(name)
            stack += tensors(by_name[name].right) if name in by_name else ()
    readers: dict[str, list[Equation]] = {}
    for equation in reversed(program.equations):
        if equation.name in needed:
            for name in tensors(equation.right):
                readers.setdefault(name, []).append(equation)
    moving = set(wanted)
    before = 0
    while len(moving) != before:                    # again while it grows: recurrences may read each other
        before = len(moving)
        for equation in program.equations:
            if equation.name in needed and tensors(equation.right) & moving:
                moving.add(equation.name)
    kept = {name: [e for e in found if e.name in moving] for name, found in readers.items()}
    return kept, moving


def _order(program: Program, of: str, wanted: list[str], active: set[str], readers: dict[str, list[Equation]]) -> list[str]:
    """Last quantity first; a given tensor as soon as the gradients of all that read it are known."""
    defined = {e.name for e in program.equations}
    waiting = {name: {e.name for e in readers.get(name, ())} for name in wanted if name not in defined and name != of}
    awaited: dict[str, list[str]] = {}
    for name, left in waiting.items():
        for reader in left:
            awaited.setdefault(reader, []).append(name)
    order: list[str] = [name for name, left in waiting.items() if not left]
    for equation in reversed(program.equations):
        if equation.name in active or equation.name == of:
            if equation.name != of:
                order.append(equation.name)
            for name in awaited.pop(equation.name, ()):
                waiting[name].discard(equation.name)
                if not waiting[name]:
                    order.append(name)
    ordered = set(order)
    return order + [name for name in wanted if name in defined and name not in ordered and name != of]


class _Recorder:
    """Gives each step its number."""

    def __init__(self, steps: list[Step], first_id: int):
        self.steps, self.next = steps, first_id

    def __call__(self, about: str, left: Entry, rule: str, before: Expr | None, after: Expr,
                 uses: tuple[int, ...] = (), facts: tuple[Fact, ...] = (), cases: tuple = ()) -> int:
        self.steps.append(Step(self.next, about, left, rule, before, after, uses, facts, cases))
        self.next += 1
        return self.next - 1


def _adjoint(out: Sweep, v: Tensor, spectators: tuple[Index, ...], readers: list[Equation], record: _Recorder, sums: Sums) -> None:
    of = out.of.name
    about = gradient_name(of, v.name)
    at = _entry_apart(v, set(spectators))
    left = Entry(about, (*spectators, *at))
    if not readers:
        out.last_step[about] = record(about, left, "constant", None, ZERO)
        out.equations[v.name] = Equation(left, ZERO)
        return
    used = set(left.at)
    chain, inserted, named, expanded, uses = [], [], [], [], []
    for equation in readers:
        if not all(isinstance(place, Index) for place in equation.left.at):
            raise NotUnderstood(f"{equation.name} is defined entry by entry, at fixed or shifted places, and derivatives through such a "
                                "definition are not derived.", suggestion="Define it for every index at once, with cases where needed.")
        outer, right = _reader_apart(equation, used)
        local = _local(out, outer, right, Entry(v.name, at), record, uses)
        if equation.name == of:
            seed = mul(*(delta(a, b) for a, b in zip(spectators, outer.at, strict=True)))
            inserted.append(_summed(outer.at, (seed, local.right)))
            # beside other paths the direct part has no name of its own: ∂L/∂W is the sum of all
            chain.append(inserted[-1] if len(readers) > 1 else _summed(outer.at, (seed, local.left)))
            named.append(inserted[-1])
            expanded.append(inserted[-1])
            continue
        upstream = Entry(gradient_name(of, equation.name), (*spectators, *outer.at))
        if (step := out.last_step.get(upstream.tensor)) is not None:
            uses.append(step)
        chain.append(_summed(outer.at, (upstream, local.left)))
        inserted.append(_summed(outer.at, (upstream, local.right)))
        named.append(inserted[-1])
        definition = out.equations.get(equation.name)
        if definition is None or (len(readers) == 1 and not isinstance(right, Apply)
                                  and _nothing_cancels(definition.right, local.right, outer.at)):
            expanded.append(inserted[-1])               # the upstream gradient stays named, as does that of another time step
        else:
            around = set(left.at) | set(outer.at) | all_indices(local.right)
            expanded.append(_summed(outer.at, (instantiate(definition.right, definition.left.at, upstream.at, around), local.right)))
    _conclude(out, v, left, readers, chain, inserted, named, expanded, tuple(dict.fromkeys(uses)), record, sums)


def _conclude(out, v, left, readers, chain, inserted, named, expanded, uses, record: _Recorder, sums: Sums) -> None:
    """From the chain rule to the shortest form, each change of form a step."""
    about = left.tensor
    short = tidy(_raw_sum(named))
    full = None
    if expanded != named:
        full = settled(add(*map(sifted, expanded)))
        full_known, used_facts = with_facts(full, sums.total)
        full_known = tidy(full_known) if used_facts else full
    single_start = len(readers) == 1 and readers[0].name == out.of.name and not out.of.axes
    chained = _raw_sum(chain)
    # where the local derivative is the gradient, one step says it
    last = uses[-1] if single_start else record(about, left, "chain" if len(readers) == 1 else "paths", None, chained, uses)
    result = short
    if full is not None and (_effort(full_known) < _effort(short) or _elementwise(readers, v, full_known)):
        raw = _raw_sum(expanded)
        if raw != chained:
            last = record(about, left, "expand", chained, raw, (last,))
        if full != raw:
            last = record(about, left, "sift" if _has_delta(raw) else "collect", raw, full, (last,))
        if full_known != full:
            facts = sums.facts_for(used_facts)
            last = record(about, left, "fact", full, full_known, (last, *sums.steps_for(used_facts, record)), facts)
        result = full_known
    elif not single_start:
        raw = _raw_sum(inserted)
        if raw != chained and raw != short:
            last = record(about, left, "insert", chained, raw, (last,))
            if short != raw:
                last = record(about, left, "sift" if _has_delta(raw) else "collect", raw, short, (last,))
        elif short != chained:
            last = record(about, left, "insert", chained, short, (last,))
        known, used_facts = with_facts(short, sums.total)
        if used_facts:
            known = tidy(known)
            last = record(about, left, "fact", short, known, (last, *sums.steps_for(used_facts, record)), sums.facts_for(used_facts))
            result = known
    out.equations[v.name] = Equation(left, result)
    out.last_step[about] = last


def _effort(e: Expr) -> tuple[int, int]:
    """How long a formula is to read; of two that are as long, the one with fewer sums is easier: (ŷ - y)/M."""
    return count(e), sum(isinstance(node, Sum) for node in walk(e))


def _nothing_cancels(upstream: Expr, local: Expr, at: tuple[Index, ...]) -> bool:
    """Whether Σ upstream·local cannot get shorter by putting the upstream gradient in, as before most linear layers: the local
    derivative is entries and deltas alone, of other tensors, no sum is over the upstream gradient alone, and no delta of it is sifted."""
    return (not isinstance(upstream, Number) and not _has_delta(upstream) and all(isinstance(f, Entry | Delta) for f in factors(local))
            and free(local).issuperset(at) and tensors(upstream).isdisjoint(tensors(local)))


def _elementwise(readers: list[Equation], v: Tensor, full: Expr) -> bool:
    """Whether an activation of one entry stands between: then the upstream gradient is shown put in, as textbooks do."""
    return (len(readers) == 1 and isinstance(readers[0].right, Apply) and not isinstance(full, Add) and count(full) <= 16)


def _local(out: Sweep, outer: Entry, right: Expr, x: Entry, record: _Recorder, uses: list[int]) -> Local:
    """∂outer/∂x, from the store or derived and recorded."""
    name = gradient_name(outer.tensor, x.tensor)
    left = Entry(name, (*outer.at, *x.at))
    if (known := out.locals.get((outer.tensor, x.tensor))) is not None:
        uses.append(out.last_step[name])
        return Local(known.of, known.wrt, left, rename(separate(known.right, set(left.at)), dict(zip(known.left.at, left.at, strict=True))))
    value = settled(derivative(right, x, outer))
    step = record(name, left, _rule_of(right), None, value, (), (), cases.of_local(right, outer, x, value))
    out.last_step[name] = step
    uses.append(step)
    local = Local(outer.tensor, x.tensor, left, value)
    out.locals[outer.tensor, x.tensor] = local
    return local


def _rule_of(right: Expr) -> str:
    match right:
        case Apply(function, _, _):
            return f"function:{function}"
        case Component(function, _, _, _):
            return f"vector:{function}"
        case Entry() | Sum() | Mul() | Add():
            return "linear" if _linear(right) else "general"
    return "general"


def _linear(e: Expr) -> bool:
    match e:
        case Add(parts) | Mul(parts):
            return all(_linear(part) for part in parts)
        case Sum(_, body):
            return _linear(body)
        case Apply() | Component():
            return False
    return not isinstance(e, Power)


# ---- indices that do not meet -------------------------------------------------------------------------------------

def _apart(index: Index, taken: set[Index]) -> Index:
    return fresh(index.axis, taken) if index in taken else index


def _entry_apart(v: Tensor, taken: set[Index]) -> tuple[Index, ...]:
    """Indices for v's general entry, outside `taken`."""
    at: list[Index] = []
    for axis in v.axes:
        at.append(fresh(axis, taken | set(at)))
    return tuple(at)


def _reader_apart(equation: Equation, taken: set[Index]) -> tuple[Entry, Expr]:
    """The equation with its free and bound indices outside `taken`."""
    right, moves = equation.right, {}
    seen = set(taken) | {i for i in equation.left.at if isinstance(i, Index)} | all_indices(right)
    for index in equation.left.at:
        if isinstance(index, Index) and index in taken:
            moves[index] = fresh(index.axis, seen)
            seen.add(moves[index])
    right = rename(right, moves)
    outer = Entry(equation.left.tensor, tuple(moves.get(i, i) if isinstance(i, Index) else i for i in equation.left.at))
    return outer, separate(right, taken | {i for i in outer.at if isinstance(i, Index)})


def _summed(at: tuple[Index, ...], parts: tuple[Expr, ...]) -> Expr:
    """Σ over all of `at` of the product, built raw so that the step shows it as it stands."""
    kept = tuple(part for part in parts if part != ONE)
    body = kept[0] if len(kept) == 1 else Mul(kept) if kept else ONE
    for index in reversed(at):
        if index in free(body):
            body = Sum(index, body)
        else:
            body = mul(body, Entry(index.axis.size) if isinstance(index.axis.size, str) else ONE * index.axis.size)
    return body


def _raw_sum(parts: list[Expr]) -> Expr:
    return parts[0] if len(parts) == 1 else Add(tuple(parts))


def _has_delta(e: Expr) -> bool:
    return any(isinstance(node, Delta) for node in walk(e))


