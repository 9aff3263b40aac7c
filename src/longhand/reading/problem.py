"""One problem of a sheet: its statements read, its program built, what is asked of it found."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..core.equation import Equation, Fact, Program
from ..core.expr import ONE, Entry, Expr
from ..core.problem import Problem, Remark, Value
from ..core.walk import tensors
from . import asked, outside
from .agree import agree
from .build import Builder
from .classify import Claimed, Defined, Given, Kind, Mentioned, Strange, classify, index_letters
from .define import Definer, split
from .environment import Environment, Note
from .known import Definition, Known, collect, head
from .names import flat
from .scopes import Scope
from .source import Source
from .syntax import Accent, BigOperator, Braces, Call, Formula, Index, Name, Numeral, Script, walk
from .terms import Unclear


@dataclass(slots=True)
class ProblemReader:
    """Reads one scope of a sheet. `working` and `loose` fill while `problem()` runs: results of somebody's own, and remarks."""
    source: Source
    scope: Scope
    understood: object
    matter: Mapping[str, object]
    data: Mapping[str, object]
    wrt: tuple[str, ...]
    layout: str | None
    working: list[Remark] = field(default_factory=list)
    loose: list[Note] = field(default_factory=list)
    kinds: list[Kind] = field(default_factory=list)
    known: Known | None = None
    definer: Definer | None = None

    # ---- reading --------------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Classify, collect and read the definitions."""
        formulas = [s.formula for s in self.scope.statements]
        letters = index_letters(formulas)
        env = Environment()
        self._habits(env, formulas)
        called = _called(formulas)
        names = self._quantity_names(letters, called)
        inherited = {s.order for s in self.scope.inherited}
        for statement in self.scope.statements:
            for kind in classify(statement, letters, called, names):
                if isinstance(kind, Defined) and statement.order in inherited and (flat(kind.left) or "") in self.scope.redefined:
                    continue
                self.kinds.append(kind)
        self._own_data_first(inherited)
        env.mentioned = _mentioned(formulas, letters)
        asked.words_into(env, self.understood, self.scope)
        self.known = collect(self.kinds, letters, env)
        outside.put_data(self.known, self.data)
        self.definer = Definer(self.known)
        self.definer.all()

    def _own_data_first(self, inherited: set[int]) -> None:
        """Numbers given again in a new problem replace the inherited ones."""
        again = {flat(k.name) for k in self.kinds if isinstance(k, Given) and k.statement.order not in inherited}
        self.kinds = [k for k in self.kinds if not (isinstance(k, Given) and k.statement.order in inherited and flat(k.name) in again)]

    def _habits(self, env: Environment, formulas: list[Formula]) -> None:
        """Whether the sheet has only numbers, counts from 0, or writes vectors as rows."""
        env.rows = (self.layout or self.matter.get("layout") or asked.layout(self.understood)) == "row"
        nodes = [n for f in formulas for n in walk(f)]
        env.base = 0 if any(_counts_from_zero(n) for n in nodes) else 1
        env.scalars = _only_numbers(nodes) and not any(isinstance(v, list | tuple) for v in self.data.values())

    def _quantity_names(self, letters: set[str], called: set[str]) -> set[str]:
        first = [k for s in self.scope.statements for k in classify(s, letters, called, set())]
        found: set[str] = set()
        for kind in first:
            if isinstance(kind, Given):
                found.add(flat(kind.name) or "")
            elif isinstance(kind, Defined):
                found.add(flat(kind.left) or "")
            elif hasattr(kind, "names"):
                found |= {flat(n) or "" for n in kind.names}
        return found

    def redefinitions(self, borders: list[int]) -> dict[int, set[str]]:
        """Where, behind a border, a quantity is defined again so that it no longer agrees: border -> names."""
        self.prepare()
        assert self.known is not None and self.definer is not None
        again: dict[int, set[str]] = {}
        candidates: list[tuple[int, str, Definition]] = []
        for name, definitions in self.known.definitions.items():
            chosen = self.definer.done.get(name)
            if chosen is None:
                continue
            first = chosen.definition.kind.statement.span.start
            for definition in definitions:
                at = definition.kind.statement.span.start
                between = [b for b in borders if max(first, self.scope.start) < b <= at]
                if definition is not chosen.definition and at >= self.scope.start and between:
                    candidates.append((between[-1], name, definition))
        if not candidates:
            return {}
        for border, name, definition in candidates:
            other = self.definer.again(definition)
            if other is not None and self._differs(name, other):
                again.setdefault(border, set()).add(name)
        return again

    def _differs(self, name: str, other: Equation) -> bool:
        builder = Builder(self.known.environment, [*(d.equation for d in self.definer.done.values()), other], self.known.data)
        whole = builder.program(None, set(), [], {})
        *mine, theirs = whole.equations
        known = Program(whole.tensors, tuple(self._ordered([e for e in mine])), ())
        if name in tensors(theirs.right):
            return False
        return agree(known, name, theirs) is not True

    # ---- the problem ----------------------------------------------------------------------------------------------

    def problem(self) -> Problem | None:
        """The problem, or None where the scope defines nothing that could be derived."""
        self.prepare()
        assert self.known is not None and self.definer is not None
        env = self.known.environment
        equations = self._ordered([d.equation for d in self.definer.done.values()])
        request = asked.Asked(self.understood, self.scope, self.known, self.kinds, equations, self.wrt)
        used = self._needed(equations, request)
        equations = [e for e in equations if e.name in used]
        equations, made = split(equations, set(env.quantities) | env.sizes)
        self._complain(used)
        if not equations:
            self.loose += env.notes
            return None
        builder = Builder(env, equations, self.known.data)
        loss = request.loss(equations)
        parameters = request.parameters(equations, loss)
        program = builder.program(loss, parameters, [], dict(made))
        program = replace(program, facts=tuple(self._facts(program, loss)))
        program = request.with_rate(program)
        problem = Problem(
            program, loss, self._data(program, request), self._sizes(program, builder), request.wanted(program, loss), request.descent(program),
            builder.notation(dict(made), "log" if any(n.text == "log means ln" for n in env.notes) else "ln", "row" if env.rows else "column"),
            self.scope.title, *self._remarks(env, program))
        faults = tuple(Remark(fault, "the program does not hold together") for fault in program.faults())
        return replace(problem, not_understood=problem.not_understood + faults)

    def _ordered(self, equations: list[Equation]) -> list[Equation]:
        """Each definition behind those it reads."""
        by_name = {e.name: e for e in equations}
        out: list[Equation] = []
        state: dict[str, int] = {}

        def visit(name: str) -> None:
            stack = [(name, iter(sorted(tensors(by_name[name].right) & set(by_name))))]
            state[name] = 1
            while stack:
                current, rest = stack[-1]
                for needed in rest:
                    if needed not in state:
                        state[needed] = 1
                        stack.append((needed, iter(sorted(tensors(by_name[needed].right) & set(by_name)))))
                        break
                else:
                    out.append(by_name[current])
                    stack.pop()

        for equation in equations:
            if equation.name not in state:
                visit(equation.name)
        return out

    def _needed(self, equations: list[Equation], request: asked.Asked) -> set[str]:
        """The quantities that something asked depends on; all of them where nothing says what is asked."""
        targets = request.targets({e.name for e in equations})
        if not targets:
            return {e.name for e in equations}
        by_name = {e.name: e for e in equations}
        found: set[str] = set()
        stack = list(targets)
        while stack:
            name = stack.pop()
            if name in by_name and name not in found:
                found.add(name)
                stack += tensors(by_name[name].right)
        return found

    def _facts(self, program: Program, loss: str | None) -> list[Fact]:
        """Known sums: those the sheet states, and a one-hot label, stated or assumed."""
        assert self.known is not None
        env, facts = self.known.environment, []
        for restricted in self.known.restricted:
            found = env.reading(restricted.name)
            if found and found.name in program.tensors and program[found.name].rank and _indicator(restricted.values):
                tensor = program[found.name]
                facts.append(Fact(tensor.name, tensor.axes[-1], ONE, f"{tensor.name} is one-hot: its entries are 0 or 1 and mark the one true class",
                                  assumed=True))
                env.note("assumption", restricted.name.span, f"{tensor.name} is one-hot, so its entries add up to 1",
                         "its entries are 0 or 1 and mark the one true class")
        facts += asked.facts(self.understood, self.scope, self.known, program, {f.tensor for f in facts}, loss)
        return facts

    def _data(self, program: Program, request: asked.Asked) -> dict[str, Value]:
        assert self.known is not None
        data = {name: _shaped(literal.value, program[name].rank) for name, (literal, _, _) in self.known.data.items() if name in program.tensors}
        data.update({n: v for n, v in request.data.items() if n in program.tensors})
        return data

    def _sizes(self, program: Program, builder: Builder) -> dict[str, int]:
        assert self.known is not None
        sizes = {s: n for s, n in builder.sizes.items()}
        for name, (literal, _, _) in self.known.data.items():
            if name in program.tensors:
                for axis, size in zip(program[name].axes, literal.shape, strict=False):
                    if isinstance(axis.size, str):
                        sizes.setdefault(axis.size, size)
        return sizes

    # ---- remarks --------------------------------------------------------------------------------------------------

    def _complain(self, used: set[str]) -> None:
        """Every statement that could not be read and that something asked may depend on is a problem; the rest is working."""
        assert self.known is not None and self.definer is not None
        env = self.known.environment
        for name, (definition, trouble) in self.definer.failed.items():
            if not self._is_working(definition.kind.statement):
                env.note("problem", trouble.span, f"{name} is not understood: {trouble.reason}", "", trouble.suggestion)
            else:
                self.working.append(self._remark(Note("working", definition.kind.statement.span, f"a formula for {name}", trouble.reason)))
        for kind in self.kinds:
            if isinstance(kind, Strange):
                if self._is_working(kind.statement):
                    self.working.append(self._remark(Note("working", kind.statement.span, "a formula that is not used", kind.reason)))
                else:
                    env.note("problem", kind.statement.span, "not understood", kind.reason)
        for kind in self.known.claims:
            if not isinstance(kind, Strange):
                self.working.append(self._remark(Note("working", kind.statement.span, "a result on the sheet", "solving does not use it")))

    def _is_working(self, statement) -> bool:
        return asked.in_working(self.understood, statement.span)

    def _remark(self, note: Note) -> Remark:
        line, column = self.source.place(note.span.start)
        return Remark(note.text, note.why, line, column, note.suggestion, self.source.caret(note.span))

    def _remarks(self, env: Environment, program: Program) -> tuple[tuple[Remark, ...], ...]:
        def of(kind: str) -> tuple[Remark, ...]:
            return tuple(self._remark(note) for note in env.notes if note.kind == kind)
        return of("assumption"), of("repair"), of("problem")


def _mentioned(formulas: list[Formula], letters: set[str]) -> set[str]:
    """Names that stand in formulas, index letters taken off."""
    found: set[str] = set()
    for formula in formulas:
        for node in walk(formula):
            if isinstance(node, Name | Accent | Script | Index):
                reading = head(node, letters, set())
                if reading is not None and not (isinstance(node, Name) and node.text in letters):
                    found.add(reading.name)
    return found


def _called(formulas: list[Formula]) -> set[str]:
    """Names applied to arguments inside an expression (not as a left side)."""
    from .syntax import Relation
    found: set[str] = set()
    for formula in formulas:
        rights = formula.parts[1:] if isinstance(formula, Relation) else (formula,)
        for right in rights:
            for node in walk(right):
                if isinstance(node, Call):
                    name = flat(node.function)
                    found.add(name or "")
                    if isinstance(node.function, Script):
                        found.add(flat(node.function.base) or "")
    return found


def _counts_from_zero(node: Formula) -> bool:
    """A subscript 0 on a letter that also has the subscript 1 would do; a bias W_0 would not: so only next to another index."""
    return False


def _only_numbers(nodes: list[Formula]) -> bool:
    """No matrix, list, shape, transpose, norm or doubly indexed entry anywhere."""
    from .names import is_transpose, items
    from .syntax import Matrix, Norm, Row, Symbol
    for node in nodes:
        match node:
            case Matrix() | Row() | Index():
                return False
            case Norm(bars=2):
                return False
            case Script(sup=sup) if is_transpose(sup):
                return False
            case Script(base=Symbol(text="R"), sup=sup) if sup is not None:
                return False
            case Script(sub=sub) if len(items(sub)) > 1 and all(not isinstance(i, Numeral) or True for i in items(sub)) and all(
                    len(flat(i) or "") == 1 for i in items(sub)):
                return False
            case BigOperator():
                return False
            case Call(function=f) if (flat(f) or "").lower() in ("softmax", "ce"):
                return False
    return True


def _indicator(values: Formula) -> bool:
    return isinstance(values, Braces) and {flat(v) for v in values.items} == {"0", "1"}


def _shaped(value: Value, rank: int) -> Value:
    """A 1 × n matrix given for a vector, or a number for a vector of one."""
    depth, probe = 0, value
    while isinstance(probe, tuple):
        depth, probe = depth + 1, probe[0]
    if depth == 2 and rank == 1:
        return value[0] if len(value) == 1 else tuple(row[0] for row in value)
    if depth == 0 and rank == 1:
        return (value,)
    return value


