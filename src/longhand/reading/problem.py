"""One problem of a sheet: its statements read, its program built, what is asked of it found."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from ..core.equation import Equation, Program
from ..core.problem import Problem, Remark, Value
from ..core.walk import tensors
from . import accounts, asked, held, known_sums, outside, survey
from .agree import agree
from .batches import for_a_batch, with_examples
from .build import Builder
from .classify import Declared, Defined, FunctionDefined, Given, Kind, applies, classify
from .define import Definer
from .environment import Environment, Note
from .gates import Gates
from .given_words import announce_upstream, put_targets, upstream_equation, with_start
from .intermediate_data import intermediate_data
from .judge import Claim, is_circular, judge, read_claim
from .known import Definition, Known, collect
from .matter import Matter
from .named_activations import name_activations
from .names import flat
from .repeated import compare_repeats
from .scopes import Scope
from .series import matrices, vectors
from .source import Source
from .split import Splitter
from .syntax import Formula, Span
from .worded_numbers import put_worded_numbers


@dataclass(slots=True)
class ProblemReader:
    """Reads one scope of a sheet. `working` and `loose` fill while `problem()` runs: results of somebody's own, and remarks."""
    source: Source
    scope: Scope
    understood: object
    matter: Matter
    data: Mapping[str, object]
    wrt: tuple[str, ...]
    layout: str | None
    working: list[Remark] = field(default_factory=list)
    loose: list[Note] = field(default_factory=list)
    kinds: list[Kind] = field(default_factory=list)
    judged: set[Span] = field(default_factory=set)          # requests to verify a claim that have been answered
    fresh: bool = False                                     # prepared, and nothing asked of it since that leaves a trace
    upstream: list[tuple[str, str, str]] = field(default_factory=list)
    known: Known | None = None
    definer: Definer | None = None

    # ---- reading --------------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Classify, collect and read the definitions."""
        statements = self.scope.statements
        letters = survey.index_letters(statements)
        env = Environment(told=self.matter.values, log=self.matter.log, roles=self.matter.roles)
        self._habits(env)
        called = survey.called(statements)
        first = [(s, classify(s, letters, called, set())) for s in statements]
        names = _quantity_names(kind for _, kinds in first for kind in kinds)
        inherited = {s.order for s in self.scope.inherited}
        for statement, kinds in first:
            for kind in classify(statement, letters, called, names) if applies(statement) else kinds:
                if isinstance(kind, Defined) and statement.order in inherited and (flat(kind.left) or "") in self.scope.redefined:
                    continue
                self.kinds.append(kind)
        self._own_data_first(inherited)
        env.mentioned = survey.mentioned(statements, letters) | survey.class_labels(statements)
        env.mentioned |= survey.fixed_letters(statements) & set(self.data)
        env.ranks = survey.ranks(statements, letters)
        env.index_letters = letters
        env.summed, env.alone = survey.summed_letters(statements), survey.alone(statements)
        asked.words_into(env, self.understood, self.scope)
        words = tuple(asked.phrases(self.understood, self.scope))
        defined = {k.name for k in self.kinds if isinstance(k, FunctionDefined)}
        name_activations(env, statements, words, set(called.only_applied) - defined)
        env.series = vectors(statements, matrices(self.kinds, env))
        self.known = collect(self.kinds, letters, env)
        env.said |= {found.name: p.subject for p in reversed(words) if p.kind == "role" and p.about is not None and (found := env.reading(p.about))}
        self.upstream = announce_upstream(self.known, words)
        outside.put_data(self.known, self.data)
        put_targets(self.known, words)
        arrays = {name for name, (literal, _, _) in self.known.data.items() if literal.shape}
        if survey.counts_from_zero(statements, arrays, set(self.known.data) | set(self.known.definitions) | set(self.known.declared)):
            env.base = 0
            env.note("assumption", Span(self.scope.start, self.scope.start), "the sheet counts entries from 0", "it writes an entry 0")
        elif env.classes is not None and env.classes != env.base:
            env.base = env.classes
            env.note("assumption", Span(self.scope.start, self.scope.start), f"entries are counted from {env.base}", "the words count the classes so")
        self.definer = Definer(self.known)
        self.definer.all()
        own = [p for p in words if self.scope.covers(p.span.start) or p.kind != "filled"]
        put_worded_numbers(self.known, own, [d.equation for d in self.definer.done.values()])

    def titled(self, scope: Scope) -> ProblemReader:
        """This reader, if what it has read will do for the scope, which differs in its title alone; else one that reads it afresh."""
        if self.fresh:
            self.scope = scope
            return self
        return ProblemReader(self.source, scope, self.understood, self.matter, self.data, self.wrt, self.layout)

    def _own_data_first(self, inherited: set[int]) -> None:
        """Numbers given again in a new problem replace the inherited ones."""
        again = {flat(k.name) for k in self.kinds if isinstance(k, Given) and k.statement.order not in inherited}
        self.kinds = [k for k in self.kinds if not (isinstance(k, Given) and k.statement.order in inherited and flat(k.name) in again)]

    def _habits(self, env: Environment) -> None:
        """Whether the sheet has only numbers, or writes vectors as rows."""
        env.rows = (self.matter.values.get("layout") or asked.layout(self.understood)) == "row"
        env.columns = any(p.kind in ("column-wise", "examples in columns") for p in self.understood.phrases)
        env.scalars = survey.only_numbers(self.scope.statements) and not any(isinstance(v, list | tuple) for v in self.data.values())

    def redefinitions(self, borders: list[int]) -> dict[int, set[str]]:
        """Where, behind a border, a quantity is defined again so that it no longer agrees: border -> names."""
        self.prepare()
        self.fresh = True
        assert self.known is not None and self.definer is not None
        again: dict[int, set[str]] = {}
        headings = {s.start for s in self.understood.sections}
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
                    candidates.append((max((b for b in between if b in headings), default=self._first_of(between)), name, definition))
        self.fresh = not candidates
        for border, name, definition in candidates:
            others = self.definer.again(definition)
            if others and all(self._agrees(others[0], other) for other in others[1:]) and not self._agrees(
                    self.definer.done[name].equation, others[0]):
                again.setdefault(border, set()).add(name)
        return again

    def _first_of(self, borders: list[int]) -> int:
        """Of requests that follow one another with nothing defined between them, the first: they ask about the same new problem."""
        places = [k.statement.span.start for k in self.kinds if isinstance(k, Defined | Given)]
        chosen = borders[-1]
        repeated = any(r.again and r.span.start == chosen for r in self.understood.requests)
        for border in () if repeated else reversed(borders[:-1]):
            if any(border < place < chosen for place in places):
                break
            chosen = border
        return chosen

    def _agrees(self, first: Equation, second: Equation) -> bool:
        return self._agree(first, second) is True

    def _agree(self, first: Equation, second: Equation) -> bool | None:
        """Whether two definitions of a quantity give the same values; None where that cannot be tried."""
        assert self.known is not None and self.definer is not None
        rest = [d.equation for d in self.definer.done.values() if d.equation.name != first.name]
        whole = Builder(self.known.environment, [*rest, first, second], self.known.data).program(None, set())
        *mine, theirs = whole.equations
        if first.name in tensors(theirs.right):
            return False
        return agree(Program(whole.tensors, tuple(self._ordered(mine)), ()), first.name, theirs)

    # ---- the problem ----------------------------------------------------------------------------------------------

    def problems(self) -> list[Problem]:
        """The problem of the scope, and the same for a batch where an implementation is asked; nothing where nothing is defined."""
        first = self.problem()
        if first is None:
            return []
        implement = any(r.kind == "implement" and self.scope.covers(r.span.start) for r in self.understood.requests)
        return [first, *(for_a_batch(first) if implement else ())]

    def problem(self) -> Problem | None:
        """The problem, or None where the scope defines nothing that could be derived."""
        if not self.fresh:
            self.prepare()
        assert self.known is not None and self.definer is not None
        env = self.known.environment
        equations = [with_start(self.known, d.equation) for d in self.definer.done.values()]
        equations += [upstream_equation(env, *each, Span(self.scope.start, self.scope.start)) for each in self.upstream if each[1] in env.quantities]
        equations = self._ordered(equations)
        request = asked.Asked(self.understood, self.scope, self.known, self.kinds, equations, self.wrt, self._own())
        self._complain(request)
        if not equations:
            self.loose += env.notes
            return None
        compare_repeats(self.known, self.definer, request.requests, self._agrees)
        claims = self._claims(request)
        builder = Builder(env, [*equations, *(c.equation for c in claims)], self.known.data)
        loss = request.loss(equations)
        whole = builder.program(loss, request.parameters(equations, loss))
        splitter = Splitter(without(whole, {c.equation.name for c in claims}), env.mentioned | env.heads)
        program, made = splitter.run(), splitter.made
        if any(p.kind == "gates" for p in asked.phrases(self.understood, self.scope)):
            gates = Gates(program, env.mentioned | env.heads)
            program, made = gates.run(), {**made, **gates.made}
        program = self._needed(program, request)
        program = replace(program, facts=tuple(known_sums.facts(self.known, tuple(asked.phrases(self.understood, self.scope)), program)))
        self._judge(claims, whole, program)
        for note in accounts.undeclared(program, self.known):
            env.note(note.kind, note.span, note.text, note.why, note.suggestion, note.about)
        program, told = with_examples(program, loss, self.known.batch)
        if told:
            env.note("assumption", Span(self.scope.start, self.scope.start), *told)
        program = request.with_rate(program)
        loss = loss if loss in program.tensors else None                     # what it rests on may not have been understood
        self._hold(program, loss, request)
        log = "log" if any(n.text == "log means ln" for n in env.notes) else "ln"
        problem = Problem(
            program, loss, self._data(program, request), self._sizes(program, builder), request.wanted(program, loss), request.descent(program),
            builder.notation(made, log, self.layout or builder.layout()), self.matter.values.get("title", self.scope.title), *self._remarks(env, program))
        faults = tuple(Remark(fault, "the program does not hold together") for fault in program.faults())
        return replace(problem, not_understood=problem.not_understood + faults + self._numbers(problem))

    def _numbers(self, problem: Problem) -> tuple[Remark, ...]:
        """Numbers that are missing, and numbers that nothing uses."""
        assert self.known is not None and self.definer is not None
        own = {s.order for s in self.scope.own}
        notes = [*accounts.missing(problem, self.known)]
        if not asked.in_working(self.understood):
            notes += accounts.unused(problem, self.known, self.definer, self.kinds, own)
        return tuple(map(self._remark, notes))

    def _claims(self, asked_: asked.Asked) -> list[Claim]:
        """What the sheet asks to verify, as far as it can be read."""
        assert self.definer is not None

        def scalar(formula: Formula) -> str | None:
            found = asked_.name(formula)
            return found[0] if found else None

        out = []
        for request in self.understood.requests:
            if request.kind == "verify" and self.scope.covers(request.span.start):
                for formula in request.objects:
                    text = self.source.text[formula.span.start:formula.span.end]
                    if is_circular(formula):
                        self.judged.add(request.span)
                        self.known.environment.note("assumption", formula.span, f"the claim {text} says nothing",
                                                    "the same derivative stands on both sides; below it is derived")
                        continue
                    if (claim := read_claim(formula, self.definer, request.span, text, scalar)) is not None:
                        out.append(claim)
        return out

    def _judge(self, claims: list[Claim], whole: Program, program: Program) -> None:
        assert self.known is not None
        for claim in claims:
            equation = whole.equation(claim.equation.name)
            verdict = judge(claim, program, equation) if equation is not None else None
            if verdict is not None:
                self.judged.add(claim.request)
                says = "is right" if verdict else "is wrong"
                self.known.environment.note("assumption", claim.span, f"the claim {claim.text} {says}",
                                            "held against the derivation below, on random numbers with all sizes different")

    def _hold(self, program: Program, loss: str | None, request: asked.Asked) -> None:
        """The words of the scope against its formulas; a worked solution speaks of much that it does not define."""
        assert self.known is not None
        own = [p for p in self.understood.phrases if self.scope.covers(p.span.start)]
        if not asked.in_working(self.understood):
            self.known.environment.notes += held.against(own, program, loss, request.requests)

    def _own(self) -> set[str]:
        """Quantities that this scope itself defines."""
        own = {s.order for s in self.scope.own}
        return {name for name, d in self.definer.done.items() if d.definition.kind.statement.order in own} | {each[0] for each in self.upstream}

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

    def _needed(self, program: Program, request: asked.Asked) -> Program:
        """The part of the program that something asked depends on, each equation behind those it reads."""
        ordered = self._ordered(list(program.equations))
        by_name = {e.name: e for e in ordered}
        found: set[str] = set()
        stack = list(request.targets(set(by_name))) or list(by_name)
        while stack:
            name = stack.pop()
            if name not in found:
                found.add(name)
                if name in by_name:
                    stack += tensors(by_name[name].right)
        kept = {n: t for n, t in program.tensors.items() if n in found or t.role in ("label", "data", "size") and n in self.known.data}
        return Program(kept, tuple(e for e in ordered if e.name in found), program.facts)

    def _data(self, program: Program, request: asked.Asked) -> dict[str, Value]:
        assert self.known is not None
        data = {name: _shaped(literal.value, program[name].rank) for name, (literal, _, _) in self.known.data.items() if name in program.tensors}
        data.update({n: v for n, v in request.data.items() if n in program.tensors})
        for name, (value, span) in intermediate_data(self.known, program, data).items():
            data[name] = value
            self.known.environment.note("assumption", span, f"the numbers of {name} are used as they are given",
                                        "its formula has inputs without numbers, which are not needed then")
        return data

    def _sizes(self, program: Program, builder: Builder) -> dict[str, int]:
        assert self.known is not None
        sizes = dict(builder.sizes)
        for name, (literal, _, _) in self.known.data.items():
            if name in program.tensors:
                for axis, size in zip(program[name].axes, literal.shape, strict=False):
                    if isinstance(axis.size, str):
                        sizes.setdefault(axis.size, size)
        return sizes

    # ---- remarks --------------------------------------------------------------------------------------------------

    def _complain(self, request: asked.Asked) -> None:
        """Every statement that nothing takes up is a problem, or somebody's working."""
        assert self.known is not None and self.definer is not None
        working = asked.in_working(self.understood) or accounts.worked(self.kinds)
        own = {s.order for s in self.scope.own}
        notes = [*accounts.complaints(self.kinds, self.known, self.definer, working), *accounts.expressions(self.kinds, own, self.understood, working)]
        repeats = [r.span for r in request.requests if r.again]
        notes += () if working else accounts.second_formulas(self.known, self.definer, own, repeats, self._agree)
        for note in notes:
            if note.kind == "working":
                self.working.append(self._remark(note))
            else:
                self.known.environment.note(note.kind, note.span, note.text, note.why, note.suggestion, note.about)

    def _remark(self, note: Note) -> Remark:
        line, column = self.source.place(note.span.start)
        return Remark(note.text, note.why, line, column, note.suggestion, self.source.caret(note.span), note.about, note.numbers)

    def _remarks(self, env: Environment, program: Program) -> tuple[tuple[Remark, ...], ...]:
        if self.definer.failed or any(n.text == asked.NO_LOSS or n.text.endswith(asked.NOT_ONE_NUMBER) for n in env.notes):
            env.notes += accounts.guessed_products(env.notes, lambda span: self.source.text[span.start:span.end])

        def of(kind: str) -> tuple[Remark, ...]:
            return tuple(self._remark(note) for note in env.notes
                         if note.kind == kind and (not note.owner or note.owner in program.tensors))
        return of("assumption"), of("repair"), of("problem")


def _quantity_names(kinds: Iterable[Kind]) -> set[str]:
    found: set[str] = set()
    for kind in kinds:
        if isinstance(kind, Given):
            found.add(flat(kind.name) or "")
        elif isinstance(kind, Defined):
            found.add(flat(kind.left) or "")
        elif isinstance(kind, Declared):
            found |= {flat(n) or "" for n in kind.names}
    return found


def without(program: Program, names: set[str]) -> Program:
    """The program without some of its equations."""
    return Program({n: t for n, t in program.tensors.items() if n not in names}, tuple(e for e in program.equations if e.name not in names),
                   program.facts)


def _shaped(value: Value, rank: int) -> Value:
    """A 1 × n matrix given for a vector, a number for a vector of one, or a list of one for a number."""
    depth, probe = 0, value
    while isinstance(probe, tuple):
        depth, probe = depth + 1, probe[0]
    if rank == 0:
        return probe
    if depth == 2 and rank == 1:
        return value[0] if len(value) == 1 else tuple(row[0] for row in value)
    if depth == 0 and rank == 1:
        return (value,)
    return value


