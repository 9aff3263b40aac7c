"""What is asked of a problem, and what the words of the sheet add to its formulas: from requests and phrases to Wanted, Descent and facts."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..core.equation import Equation, Program, Tensor
from ..core.problem import Descent, Value, Wanted
from ..core.walk import tensors
from . import descents
from .classify import Kind
from .environment import Environment
from .known import Known
from .names import flat, loose, readings
from .outside import written
from .phrases import Phrase
from .requests import Request, Understood
from .scopes import Scope
from .syntax import (
    Call,
    Derivative,
    Dots,
    Empty,
    Formula,
    Nabla,
    Name,
    Numeral,
    Relation,
    Script,
    Sequence,
    Symbol,
    Words,
    walk,
)

SATISFIED = frozenset({"forward", "backward", "steps", "schematic", "verify", "check"})     # what every solution prints anyway
NAMING = frozenset({"value", "expression", "gradient", "jacobian", "hessian"})              # requests whose objects are quantities
NO_LOSS = "a gradient is asked, and the sheet has no loss"
NOT_ONE_NUMBER = "and a loss is one number"
LOSS_NAMES = ("Loss", "loss", "L", "J", "C", "E", "cost", "CE")


def layout(understood: Understood) -> str | None:
    kinds = {p.kind for p in understood.phrases}
    return "row" if "row vectors" in kinds else "column" if "column vectors" in kinds else None


def in_working(understood: Understood) -> bool:
    """Whether the sheet holds somebody's worked solution, as far as its words tell."""
    return bool(understood.working)


def words_into(env: Environment, understood: Understood, scope: Scope) -> None:
    """Functions that the words name: "g is a softmax activation function"."""
    for phrase in phrases(understood, scope):
        if phrase.kind == "class base" and isinstance(phrase.value, str):
            env.classes = int(phrase.value)
        elif phrase.kind == "log base" and isinstance(phrase.value, str) and env.log is None:
            env.log = int(phrase.value)
            if any(isinstance(n, Call) and flat(n.function) == "log" for s in scope.statements for n in s.nodes):
                env.note("assumption", phrase.span, f"log means the logarithm to base {env.log}", "the words say so")
            else:
                env.note("problem", phrase.span, f"the words speak of the base {env.log}, and no formula has a log", "", "write \\log_{...}")
        elif phrase.kind == "activation" and isinstance(phrase.value, str) and phrase.about is not None:
            name = flat(phrase.about)
            if name:
                env.words.setdefault(name, phrase.value)


def phrases(understood: Understood, scope: Scope) -> Iterable[Phrase]:
    return (p for p in understood.phrases if scope.covers(p.span.start) or p.span.start < scope.start)


class Asked:
    """The requests of one scope against what it defines."""

    def __init__(self, understood: Understood, scope: Scope, known: Known, kinds: list[Kind], equations: list[Equation], wrt: tuple[str, ...],
                 own: set[str]):
        self.understood, self.scope, self.known, self.kinds, self.wrt = understood, scope, known, kinds, wrt
        self.env = known.environment
        self.requests = [r for r in understood.requests if scope.covers(r.span.start)]
        self.equations, self.own = equations, own
        self.defined = {e.name for e in equations}
        self.data: dict[str, Value] = {}
        self.rate: str | None = None
        self.constants = descents.Constants()
        self.derivatives = [d for r in self.requests for d in _derivatives(r)]

    # ---- the loss -------------------------------------------------------------------------------------------------

    def name(self, formula: Formula | None) -> tuple[str, bool] | None:
        """(quantity, whether one entry of it is meant) of a name-like formula; None where the problem has no such quantity."""
        if formula is None:
            return None
        for option in readings(formula):
            if option.power is None and (option.name in self.env.quantities or option.name in self.defined):
                return option.name, bool(option.indices)
        return self._by_function(flat(formula)) or self._part_of(formula)

    def _by_function(self, name: str | None) -> tuple[str, bool] | None:
        """CE, where J = CE(y, ŷ): the quantity that the function defines."""
        for target, definitions in self.known.definitions.items():
            if name and any(isinstance(r, Call) and flat(r.function) == name for d in definitions for r in d.rights):
                return target, False
        return None

    def _members(self, formula: Formula, program: Program) -> list[str]:
        """w_1, w_2, ... for w_k, where w itself is nothing."""
        if not (isinstance(formula, Script) and formula.sup is None and isinstance(formula.sub, Name) and len(formula.sub.text) == 1):
            return []
        base = flat(formula.base)
        return [name for name in program.tensors if name.partition("_")[0] == base and name.partition("_")[2].isdigit()]

    def _part_of(self, formula: Formula) -> tuple[str, bool] | None:
        """u_w, where u is nothing and U a matrix: one of its rows or columns, so an entry's derivative answers it."""
        if isinstance(formula, Script) and formula.sup is None and isinstance(formula.base, Name) and formula.base.text.islower():
            whole = formula.base.text.upper()
            quantity = self.env.quantities.get(whole)
            if quantity is not None and len(quantity.axes) == 2 and formula.base.text not in self.env.quantities:
                self.env.note("assumption", formula.span, f"{flat(formula)} is one of the vectors that {whole} is made of",
                              f"{flat(formula.base)} alone is no quantity; the derivative with respect to {whole} holds it")
                return whole, True
        return None

    def loss(self, equations: list[Equation]) -> str | None:
        """The scalar that is differentiated: named in a request, else in any derivative of the sheet, else the one that nothing reads."""
        scalars = [e.name for e in equations if not e.left.at]
        told = [name for name in scalars if loose(name) == loose(self.env.told.get("loss", ""))]
        if told:
            return told[0]
        wanted = [self.name(r.of) for r in self.requests] + [self.name(d.of) for d in self.derivatives]
        wanted += [self.name(d.of) for k in self.kinds for d in walk(k.statement.formula) if isinstance(d, Derivative)]
        for found in wanted:
            if found and found[0] in scalars:
                return found[0]
        read = {t for e in equations if e.name not in self.understood.made for t in tensors(e.right)}
        ends = [name for name in scalars if name not in read and name not in self.understood.made]
        named = [n for n in ends if n.split("_")[0] in LOSS_NAMES]
        return named[-1] if named else ends[-1] if ends else None

    def parameters(self, equations: list[Equation], loss: str | None) -> set[str]:
        """Given quantities that something is asked to be differentiated by or updated."""
        found: set[str] = set()
        for request in self.requests:
            for formula in _flattened(request.objects):
                if isinstance(formula, Derivative):
                    found |= {n[0] for b in formula.by if (n := self.name(b))}
                elif request.kind in ("gradient", "update") and (n := self.name(formula)):
                    found.add(n[0])
        return {n for n in found if n not in self.defined} - self.env.sizes

    def targets(self, defined: set[str]) -> set[str]:
        """Defined quantities that the requests name, directly or above a derivative."""
        found: set[str] = set()
        for request in self.requests:
            for formula in (*_flattened(request.objects), request.of):
                for part in walk(formula) if formula is not None else ():
                    if isinstance(part, Derivative):
                        found |= {n[0] for f in (part.of, *part.by) if f is not None and (n := self.name(f)) and n[0] in defined}
                    elif (n := self.name(part)) and n[0] in defined:
                        found.add(n[0])
        for kind in self.kinds:
            for part in walk(kind.statement.formula):
                if isinstance(part, Derivative) and part.of is not None and (n := self.name(part.of)) and n[0] in defined & self.own:
                    found.add(n[0])
        read = {t for e in self.equations if e.name not in self.understood.made for t in tensors(e.right)}
        return found | {e.name for e in self.equations if not e.left.at and e.name not in read and e.name in self.own}     # losses, asked or not

    # ---- wanted ---------------------------------------------------------------------------------------------------

    def wanted(self, program: Program, loss: str | None) -> tuple[Wanted, ...]:
        out: list[Wanted] = []
        for request in self.requests:
            line = None
            out += self._of(request, program, loss, line)
        for name in self.wrt:
            out.append(Wanted("gradient", loss or "", (self._wrt(name, program),)))
        if self._updates():
            out.append(Wanted("update", "", self._parameters(program)))
            if loss is not None:
                out.append(Wanted("loss", loss))
        return tuple(dict.fromkeys(out))

    def _wrt(self, name: str, program: Program) -> str:
        from ..errors import UsageError
        fitting = [n for n in program.tensors if loose(n) == loose(name if name in program.tensors else written(name))]
        if len(fitting) != 1:
            raise UsageError(f"--wrt names {name}, which the problem does not have", suggestion=f"It has {', '.join(program.tensors)}.")
        return fitting[0]

    def _of(self, request: Request, program: Program, loss: str | None, line: int | None) -> list[Wanted]:
        out: list[Wanted] = []
        of = self.name(request.of)
        subject = of[0] if of and of[0] in program.tensors else loss
        if request.of is not None and of is None and request.kind in ("gradient", "jacobian", "hessian"):
            self._unresolved(request.of, request)
        if subject is not None and request.kind in ("gradient", "backward", "update") and not request.objects:
            self._loss_is_a_number(subject, program, request)
        for formula in _flattened(request.objects):
            if isinstance(formula, Derivative):
                out += self._derivative(formula, request, program, loss)
            elif isinstance(formula, Nabla):
                out += self._nabla(formula, request, program, loss)
            elif (found := self.name(formula)) and found[0] in program.tensors:
                name, entry = found
                if request.kind in ("gradient", "jacobian", "hessian"):
                    if subject is not None:
                        kind = "hessian" if request.kind == "hessian" else "gradient" if not program[subject].rank else "jacobian"
                        self._loss_is_a_number(subject, program, formula)
                        out.append(Wanted(kind, subject, (name,), entry, line, request.text))
                elif request.kind in ("value", "expression"):
                    out.append(Wanted("value", name, (), entry, line, request.text))
            elif request.kind in NAMING:
                self._unresolved(formula, request)
        if request.kind == "gradient" and not request.objects and of and of[0] != loss and loss is not None and of[0] in program.tensors:
            out.append(Wanted("gradient" if not program[loss].rank else "jacobian", loss, (of[0],), of[1], line, request.text))
        if request.kind == "hessian" and not out and subject is not None:
            given = [t.name for t in program.given() if t.role in ("parameter", "input")]
            out += [Wanted("hessian", subject, (name,), False, line, request.text) for name in given]
        if subject is None and request.kind in ("gradient", "hessian", "backward") and not out and program.equations \
                and not any(isinstance(n, Derivative | Nabla) for f in request.objects for n in walk(f)) and not self._derives(request):
            self.env.note("problem", request.span, NO_LOSS, "", "write the loss as a formula, L = ...")
        if request.kind == "schematic":
            out.append(Wanted("schematic", text=request.text))
        return out

    def _derives(self, request: Request) -> bool:
        """Whether the sheet itself says by formulas which derivatives a backward pass is made of."""
        return request.kind == "backward" and any(isinstance(n, Derivative) for k in self.kinds for n in walk(k.statement.formula))

    def _loss_is_a_number(self, subject: str, program: Program, at: Formula | Request) -> None:
        """A quantity with the name of a loss that has several entries is a sign that a formula was read otherwise than it was meant."""
        if program[subject].rank and subject.split("_")[0] in LOSS_NAMES:
            sizes = " × ".join(str(axis.size) for axis in program[subject].axes)
            self.env.note("problem", at.span, f"{subject} comes out with {sizes} entries, {NOT_ONE_NUMBER}",
                          "some product or sum in its formula may be meant otherwise", "write the sum over its entries, or check transposes")

    def _unresolved(self, formula: Formula, request: Request) -> None:
        """An object of a request that is no quantity of the problem: an index and its range, a number, a size, or something not understood."""
        match formula:
            case Numeral() | Dots() | Symbol() | Empty() | Words():
                return
            case Relation(_, (left, *_), _):                 # j = 1, 2: the range of an index; x = ...: a condition
                self._unresolved(left, request) if not isinstance(left, Name | Script) else None
                return
            case Name(_, text, _) if text in self.env.index_letters or text in self.env.sizes:
                return
        found = self.name(formula)
        if found is not None:
            reason = "nothing asked depends on it"
        else:
            named = next(readings(formula), None) is not None
            reason = "the sheet does not define it" if named else "an expression is asked, and only quantities with a name are computed"
        shown = flat(formula) or "an expression"
        if shown in self.known.data or shown in self.data:
            return
        self.env.note("problem", formula.span, f"{shown} is asked: {reason}", "", "give it a name and a formula")

    def _nabla(self, formula: Nabla, request: Request, program: Program, loss: str | None) -> list[Wanted]:
        """∇_θ L, or ∇Ŷ where Ŷ is no scalar: the gradient of the loss with respect to it."""
        of = self.name(formula.of) if formula.of is not None else None
        by = self.name(formula.by) if formula.by is not None else None
        if of is None or of[0] not in program.tensors:
            return []
        if program[of[0]].rank and loss is not None and by is None:
            return [Wanted("gradient", loss, (of[0],), False, None, request.text)]
        names = (by[0],) if by and by[0] in program.tensors else tuple(t.name for t in program.given() if t.role == "parameter")
        return [Wanted("gradient", of[0], names, False, None, request.text)] if not program[of[0]].rank and names else []

    def _derivative(self, formula: Derivative, request: Request, program: Program, loss: str | None) -> list[Wanted]:
        of = self.name(formula.of) if formula.of is not None else None
        subject = of[0] if of else loss if formula.of is None else flat(formula.of)
        if subject is not None and program.equation(subject) is None and (hatted := f"{subject}hat") in program.tensors:
            self.env.note("repair", formula.span, f"the derivative of {subject} is read as that of {hatted}",
                          f"{subject} depends on nothing", f"write \\hat{{{subject}}}")
            subject = hatted
        if subject is None or subject not in program.tensors:
            self.env.note("problem", formula.span, f"the derivative of {flat(formula.of) if formula.of is not None else 'something'} is asked, "
                          "which the sheet does not define")
            return []
        by = [self.name(b) for b in formula.by]
        if len(by) == 1 and by[0] is None and subject is not None and (members := self._members(formula.by[0], program)):
            return [Wanted("gradient" if not program[subject].rank else "jacobian", subject, (m,), False, None, request.text) for m in members]
        if None in by or any(b[0] not in program.tensors for b in by):
            unknown = next(flat(b) or "something" for b, n in zip(formula.by, by, strict=True) if n is None or n[0] not in program.tensors)
            self.env.note("problem", formula.span, f"a derivative with respect to {unknown} is asked, which nothing asked depends on")
            return []
        names = tuple(b[0] for b in by)
        entry = any(b[1] for b in by)
        if len(names) == 2:
            return [Wanted("hessian", subject, (names[0],) if names[0] == names[1] else names, entry, None, request.text)]
        self._loss_is_a_number(subject, program, formula)
        kind = "gradient" if not program[subject].rank else "jacobian"
        return [Wanted(kind, subject, names, entry, None, request.text)]

    # ---- descent --------------------------------------------------------------------------------------------------

    def _updates(self) -> bool:
        return self.rate is not None

    def _parameters(self, program: Program) -> tuple[str, ...]:
        named = [n[0] for r in self.requests if r.kind == "update" for f in _flattened(r.objects) if (n := self.name(f))]
        given = [t.name for t in program.given() if t.role == "parameter"]
        frozen = {p.subject for p in phrases(self.understood, self.scope) if p.kind == "frozen"}
        if "biases" in frozen:
            given = [n for n in given if not n.startswith("b")]
        chosen = [n for n in named if n in given]
        all_words = any(r.kind == "update" and set(r.words) & {"parameters", "weights"} for r in self.requests)
        return tuple(dict.fromkeys(chosen + given if all_words or not chosen else chosen)) if not chosen or all_words else tuple(dict.fromkeys(chosen))

    def with_rate(self, program: Program) -> Program:
        """The program with the learning rate as a tensor, where the sheet gives one; its number goes to `data`."""
        update = any(r.kind == "update" for r in self.requests)
        name, value = descents.learning_rate(phrases(self.understood, self.scope), self.kinds, self.known, update)
        if name is None:
            asked = next((r for r in self.requests if r.kind in ("update", "loss")), None)
            if asked is None or not program.equations:
                return program
            name = next(n for n in ("eta", "alpha", "rate") if n not in program.tensors)
            self.env.note("assumption", asked.span, f"{name} is the learning rate", "an update is asked, and the sheet gives no rate")
        self.rate = name
        if value is not None:
            self.data[name] = value
        words = tuple(phrases(self.understood, self.scope))
        descents.check_rates(self.known, [p for p in words if self.scope.covers(p.span.start)])
        self.constants = descents.constants(self._method(), self.known, words, name)
        self.data.update(self.constants.data)
        fresh = [n for n in (name, *self.constants.data) if n not in program.tensors]
        return replace(program, tensors={**program.tensors, **{n: Tensor(n, (), "data") for n in fresh}})

    def _method(self) -> str:
        told = [p for p in self.understood.phrases if p.kind == "method" and "method" in self.env.told][:1]    # those of the front matter come first
        return descents.method(told or phrases(self.understood, self.scope))

    def descent(self, program: Program) -> Descent | None:
        if self.rate is None:
            return None
        told = [p for p in phrases(self.understood, self.scope) if p.kind == "steps"]
        counts = [descents.count(p.value) for p in told]
        for phrase, count in zip(told, counts, strict=True):
            if count is None:
                self.env.note("problem", phrase.span, "the number of steps is not a number")
        said = max([r.steps for r in self.requests if r.steps] + [n for n in counts if n], default=1)
        steps = int(self.env.told["steps"]) if "steps" in self.env.told else said
        method = self._method()
        if method == descents.PLAIN and any("changes" in r.words for r in self.requests):
            method = "gradient descent by change"
        return Descent(method, self._parameters(program), {"learning rate": self.rate, **self.constants.names}, steps)


def _derivatives(request: Request) -> list[Derivative]:
    return [n for f in request.objects for n in walk(f) if isinstance(n, Derivative)]


def _flattened(objects: Iterable[Formula]) -> list[Formula]:
    out: list[Formula] = []
    for formula in objects:
        if isinstance(formula, Sequence):
            out += _flattened(formula.items)
        else:
            out.append(formula)
    return out


