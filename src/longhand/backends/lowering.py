"""From a problem and its derivation to array code: the one way to every target."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ..calculus.derivation import Derivation, gradient_name
from ..calculus.jacobian import derive
from ..core.axis import Index
from ..core.equation import Equation, Program, Tensor
from ..core.expr import Apply, Entry, Offset
from ..core.problem import Problem
from ..core.walk import all_indices, rename, separate, tensors
from ..errors import LonghandError, NotUnderstood, UnknownName
from .array_code import Array, Code, Const, Contract, Extent, Loop, Map, Read, Reduce, Soft, Statement, reads
from .names import Names
from .recurrences import Group, entries, grouped
from .scalars import Scope
from .stable import stabilised
from .updating import RATE, STEP, constants_read, updating
from .written_out import recognised

ORDER = ("input", "label", "parameter", "memory", "data", "intermediate")


def lowered(problem: Problem, wrt: Iterable[str] | None = None, derivation: Derivation | None = None,
            update: bool = True) -> Code:
    """The forward pass, the gradients with respect to `wrt` (by default every parameter and what the problem asks) and the update.

    Raises NotUnderstood for an equation that array code cannot say, and for a problem without equations.
    """
    for e in problem.program.equations:
        if not all(isinstance(p, Index) for p in e.left.at) or len(set(e.left.at)) != len(e.left.at):
            raise NotUnderstood(f"{e.name} is defined entry by entry, at fixed or shifted places: that cannot be written as whole arrays.")
    derivation = derivation or derive(replace(problem, program=recognised(problem.program)))
    loss = problem.loss
    program = stabilised(derivation.backward)
    if not program.equations:
        raise NotUnderstood("The problem defines nothing, so there is nothing to compute.")
    asked = _asked(problem, wrt) if loss is not None else ()
    forward_names = {e.name for e in problem.program.equations} | {e.name for e in program.equations if e.name.startswith("ln ")}
    gradients = {name: gradient_name(loss, name) for name in asked}
    backward_names = _needed(program, set(gradients.values())) - forward_names
    kept = [e for e in program.equations if e.name in forward_names | backward_names]
    step = updating(program, problem.descent, gradients if update else {})
    steps = [*step.ahead, *step.equations]
    program = program.extended([*step.remembered, *step.made], [])
    read = {*constants_read(step, problem.descent), *([STEP] if step.corrections else [])}
    given = _given(program, [*kept, *steps], read - set(program.tensors), read)
    corrected = [Tensor(name, (), "intermediate") for name in step.corrections]
    whole = program.extended([*given, *corrected], [])
    names = Names(Program({t.name: t for t in (*given, *(whole[e.name] for e in kept), *corrected, *step.made)}, ()))
    lowering = _Lowering(whole, names, [*given, *corrected], problem.sizes)
    held = lowering.held
    forward = lowering.section([e for e in kept if e.name in forward_names])
    backward = lowering.section([e for e in kept if e.name in backward_names])
    ahead = lowering.section(list(step.ahead))
    corrections = [Map(held[name], (), written(held.__getitem__)) for name, written in step.corrections.items()]
    updates = (*corrections, *lowering.section(list(step.equations)))
    return Code(lowering.arrays, tuple(held[t.name] for t in given), forward, held[loss] if loss else None, backward,
                {held[name]: held[g] for name, g in gradients.items() if name in held}, updates, _in(held, step.updated), problem.title,
                ahead, _in(held, step.looked), _in(held, step.memory), step.method.name)


def _in(held: Mapping[str, str], found: Mapping[str, str]) -> dict[str, str]:
    return {held[old]: held[new] for old, new in found.items()}


def differentiable(problem: Problem) -> tuple[str, ...]:
    """Everything that a model may want a gradient for: inputs and parameters that hold real numbers."""
    pointing = {v.tensor for e in problem.program.equations for entry in entries(e.right) for p in entry.at if isinstance(p, Offset)
                for v, _ in p.terms if isinstance(v, Entry)}
    return tuple(t.name for t in problem.program.given() if t.role in ("input", "parameter") and t.name not in pointing)


def code_of(program: Program, results: Iterable[str], numbers: Mapping[str, int]) -> Code:
    """Array code for the quantities `results` of any program and for all that they need: everything is in `forward`. A result that is
    given is among the inputs; `numbers` are sizes by their symbols."""
    wanted = tuple(results)
    program = stabilised(program)
    needed = _needed(program, set(wanted))
    kept = [e for e in program.equations if e.name in needed]
    given = _given(program, [*kept, *(Equation(Entry(""), Entry(n)) for n in wanted)])
    given = [t for t in given if t.name in program.tensors]
    names = Names(Program({t.name: t for t in (*given, *(program[e.name] for e in kept))}, ()))
    lowering = _Lowering(program, names, given, numbers)
    forward = lowering.section(kept)
    return Code(lowering.arrays, tuple(lowering.held[t.name] for t in given), forward, None, (), {})


def _asked(problem: Problem, wrt: Iterable[str] | None) -> tuple[str, ...]:
    program = problem.program
    if wrt is not None:
        names = tuple(wrt)
    else:
        wanted = [w for each in problem.wanted if each.kind == "gradient" and each.of in ("", problem.loss) for w in each.wrt]
        given = [t.name for t in program.given() if t.role == "parameter" or t.name in wanted]
        names = tuple(given) or tuple(t.name for t in program.given() if t.role == "input")
    for name in names:
        if name not in program.tensors:
            raise UnknownName(f"{name} is no quantity of the problem.")
    return names


def _needed(program: Program, results: set[str]) -> set[str]:
    rows = {e.name: e for e in program.equations}
    found: set[str] = set()
    stack = [r for r in results if r in rows]
    while stack:
        name = stack.pop()
        if name not in found:
            found.add(name)
            stack += [n for n in tensors(rows[name].right) if n in rows]
    return found


def _given(program: Program, equations: list[Equation], extra: Iterable[str] = (), read: Iterable[str] = ()) -> list[Tensor]:
    """What a caller gives, in a fixed order of roles: what the equations read, or is in `read`; `extra` are numbers that no tensor holds."""
    used = {n for e in equations for n in tensors(e.right)} | set(read)
    sizes, made = program.sizes(), {e.name for e in equations}
    found = [t for t in program.tensors.values() if t.name in used and t.name not in made and t.role not in ("size", "constant")
             and t.name not in sizes and t.name != "pi"]
    known = {t.name for t in found} | made
    found += [Tensor(n, (), "data") for n in sorted({*(n for n in used if n == RATE), *extra}) if n not in known]
    return sorted(found, key=lambda t: ORDER.index(t.role) if t.role in ORDER else len(ORDER))


class _Lowering:
    """Equations to statements, section by section; arrays of earlier sections are seen by later ones."""

    def __init__(self, program: Program, names: Names, given: list[Tensor], numbers: Mapping[str, int]) -> None:
        self.program, self.names = program, names
        self.arrays: dict[str, Array] = {}
        self.held: dict[str, str] = {}
        self.known = {}
        for e in program.equations:
            match e.right:
                case Apply(function, (Entry(tensor), *_), 0):
                    self.known.setdefault((function, tensor), (e.left, e.right))
        self.sizes = {name: Const(n) for name, n in numbers.items()}
        self.sizes |= {a.size: Extent(a) for t in program.tensors.values() for a in t.axes if isinstance(a.size, str)}
        for t in given:
            self._hold(t.name)

    def _hold(self, tensor: str) -> str:
        name = self.names.of(tensor)
        row = self.program[tensor] if tensor in self.program.tensors else Tensor(tensor, (), "data")
        self.arrays[name] = Array(name, tensor, row.axes, row.role)
        self.held[tensor] = name
        return name

    def section(self, equations: list[Equation]) -> tuple[Statement, ...]:
        """Statements for the equations, in a good order."""
        scope = Scope(self.arrays, self.names, self.held, self.sizes, self.known)
        for group in grouped(tuple(equations)):
            if group.index is None:
                self._equation(scope, group.equations[0])
            else:
                self._loop(scope, group)
        return tuple(scope.statements)

    def _loop(self, scope: Scope, group: Group) -> None:
        outer, slots = scope.statements, dict(group.slots)
        carried = tuple(self._hold(e.name) for e in group.equations)
        scope.statements, scope.fixed = [], (group.index,)
        scope.forget()
        for e in group.equations:
            self._equation(scope, _at_index(e, slots[e.name], group.index))
        outer.append(Loop(group.index, group.falling, tuple(scope.statements), carried))
        scope.statements, scope.fixed = outer, ()
        scope.forget()

    def _equation(self, scope: Scope, e: Equation) -> None:
        at = e.left.at
        if e.name in self.held and not scope.fixed:
            raise NotUnderstood(f"{e.name} is defined twice, so it cannot be written as one array.")
        scope.order = list(at)
        try:
            body = scope.scalar(separate(e.right, set(at)))
        except LonghandError as error:
            raise type(error)(f"The equation of {e.name}: {error.statement}", error.place, error.suggestion) from None
        name = self.held[e.name] if e.name in self.held else self._hold(e.name)
        last = scope.statements[-1] if scope.statements else None
        if (isinstance(last, Map | Reduce | Contract | Soft) and body == _read_of(last) and self.arrays[last.target].role == "temporary"
                and set(last.at) | set(scope.fixed) == set(at) and not any(last.target in reads(s) for s in scope.statements)):
            del self.arrays[last.target]                     # the array was made for this equation alone
            scope.statements[-1] = _retargeted(last, name, at)
            scope.replace_read(last.target, name, at)
        else:
            scope.statements.append(Map(name, at, body))
        scope.ready.add(e.name)


def _read_of(statement: Statement) -> object:
    return Read(statement.target, statement.at)


def _retargeted(statement: Statement, name: str, at: tuple[Index, ...]) -> Statement:
    return replace(statement, target=name, at=at)


def _at_index(e: Equation, slot: int, index: Index) -> Equation:
    """The equation with the index of its rounds called `index`."""
    own = e.left.at[slot]
    if own == index:
        return e
    right = separate(e.right, {index} | all_indices(e.right))
    to = {own: index}
    return replace(e, left=Entry(e.left.tensor, tuple(to.get(p, p) for p in e.left.at)), right=rename(right, to))

