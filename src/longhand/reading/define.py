"""Definitions: of the links of a chain and the formulas for one quantity, the one that defines it, read into an equation."""
from __future__ import annotations

from dataclasses import dataclass

from ..core.axis import Index
from ..core.equation import Equation
from ..core.expr import Apply, Component, Entry, Expr
from ..core.walk import all_indices, free, walk
from .elaborate import Elaborator
from .environment import Environment, Quantity
from .known import Definition, Known
from .names import flat
from .syntax import Call, Formula, Matrix, Name, Numeral, Row, walk as walk_formula
from .terms import Term, Unclear


@dataclass(frozen=True, slots=True)
class Defining:
    """An equation read, with the definition it came from and the link of the chain that was taken."""
    equation: Equation
    definition: Definition
    link: Formula


class Definer:
    """Reads definitions in the order in which they need one another."""

    def __init__(self, known: Known):
        self.known = known
        self.env: Environment = known.environment
        self.read = Elaborator(self.env)
        self.read.pending = self.demand
        self.done: dict[str, Defining] = {}
        self.failed: dict[str, tuple[Definition, Unclear]] = {}
        self.busy: list[str] = []

    def all(self) -> None:
        for name in self.known.definitions:
            self.demand(name)

    def demand(self, name: str) -> bool:
        """Read the definition of a name now, if it has one; True where the quantity is there afterwards."""
        if name in self.done or name not in self.known.definitions or name in self.known.data:
            return name in self.env.quantities
        if name in self.busy:
            return name in self.env.quantities          # a recurrence reads itself, at another position
        self.busy.append(name)
        letters, held = self.env.letters, self.env.locals
        self.env.letters, self.env.locals = {}, {}
        try:
            return self._define(name)
        finally:
            self.env.letters, self.env.locals = letters, held
            self.busy.pop()

    def again(self, definition: Definition) -> Equation | None:
        """Another formula for a quantity that is defined, read with what is known by now; None where it cannot be read."""
        notes = list(self.env.notes)
        for link in definition.rights:
            self.env.letters, self.env.locals = {}, {}
            try:
                return self._equation(definition, link)
            except Unclear:
                continue
            finally:
                self.env.notes, self.env.letters, self.env.locals = notes, {}, {}
        return None

    def _define(self, name: str) -> bool:
        first: tuple[Definition, Unclear] | None = None
        for definition in self.known.definitions[name]:
            for link in sorted(definition.rights, key=lambda r: self._rank(r, definition)):
                notes = list(self.env.notes)
                try:
                    self.done[name] = Defining(self._equation(definition, link), definition, link)
                    return True
                except Unclear as trouble:
                    self.env.notes = notes
                    first = first or (definition, trouble)
                except RecursionError:
                    self.env.notes = notes
                    first = first or (definition, Unclear(link.span, "a formula too deep to be read"))
        if first is not None:
            self.failed[name] = first
        return False

    def _rank(self, link: Formula, definition: Definition) -> int:
        """Which link of a chain to take first: a named function of the sheet or the table before one known from words,
        both before a matrix written out in entries."""
        if isinstance(link, Matrix | Row):
            return 3
        words = [n for n in walk_formula(link) if isinstance(n, Call) and (flat(n.function) or "") in self.env.words]
        defined = [n for n in walk_formula(link) if isinstance(n, Call) and (flat(n.function) or "") in self.env.functions]
        if defined:
            return 0
        return 1 if words else 0 if not definition.rights or link is definition.rights[0] else 2

    def _equation(self, definition: Definition, link: Formula) -> Equation:
        env, left = self.env, definition.left
        declared = env.quantities.get(left.name)
        at: list[Index] = []
        for k, item in enumerate(left.indices):
            if isinstance(item, Name):
                axis = declared.axes[k] if declared and len(declared.axes) == len(left.indices) else env.shapes.axis(
                    env.ranges.get(item.text), item.text, left.name)
                env.shapes.letter.setdefault(env.shapes.find(axis), item.text)
                if (known := env.ranges.get(item.text)) is not None:
                    env.shapes.unify(axis, env.shapes.axis(known, item.text), item.span, f"the range of {item.text}")
                index = env.shapes.index(axis)
                env.letters[item.text] = index
                at.append(index)
            elif isinstance(item, Numeral):
                raise Unclear(item.span, "the definition of one entry by number", "give the entry a name of its own, or define them all with an index")
        if declared is None and at:                     # so that a recurrence can read itself
            env.quantities[left.name] = Quantity(left.name, tuple(i.axis for i in at), left.spelled, brackets=left.brackets)
        try:
            term = self.read(link)
        except Unclear:
            if declared is None and at:
                env.quantities.pop(left.name, None)
            raise
        return self._checked(definition, term, tuple(at), declared, link)

    def _checked(self, definition: Definition, term: Term, at: tuple[Index, ...], declared: Quantity | None, link: Formula) -> Equation:
        env, left = self.env, definition.left
        if at:
            if term.real:
                raise Unclear(link.span, f"the left side is one entry of {left.name}, the right side a whole array")
            loose = free(term.expr) - set(at)
        else:
            loose = free(term.expr) - set(term.real)
            at = term.real
        if loose:
            raise Unclear(link.span, "an index on the right side that is bound nowhere")
        if declared is not None:
            if len(declared.axes) != len(at):
                shape = " × ".join(str(env.shapes.known(a) or "?") for a in declared.axes) or "a number"
                raise Unclear(link.span, f"{left.name} is declared as {shape} and defined with {len(at)} axes")
            for index, axis in zip(at, declared.axes, strict=True):
                env.shapes.unify(index.axis, axis, link.span, f"the shape of {left.name}")
        else:
            orientation = "row" if len(term.axes) == 2 and term.axes[0] is None else "column" if len(term.axes) == 2 and term.axes[1] is None else ""
            env.quantities[left.name] = Quantity(left.name, tuple(i.axis for i in at), left.spelled, orientation, left.brackets)
        if self._reads_itself(left.name, term.expr, at):
            raise Unclear(link.span, f"{left.name} is defined by itself", "give the new value a name of its own")
        for axis in env.quantities[left.name].axes:
            env.shapes.origin.setdefault(env.shapes.find(axis), left.name)
        return Equation(Entry(left.name, at), term.expr, definition.kind.statement.tag, link.span)

    def _reads_itself(self, name: str, e: Expr, at: tuple[Index, ...]) -> bool:
        return any(isinstance(n, Entry) and n.tensor == name and all(p in at for p in n.at) for n in walk(e))


# ---- pre-activations get a name -----------------------------------------------------------------------------------

def split(equations: list[Equation], taken: set[str]) -> tuple[list[Equation], list[tuple[str, str]]]:
    """Functions of whole formulas given an argument with a name: h = σ(W x + b) becomes z_h = W x + b, h = σ(z_h).

    Only arguments with a sum or a function in them; and a vector function inside a formula gets its own name. The second value
    says which names were made: (name, whose argument it is).
    """
    out: list[Equation] = []
    made: list[tuple[str, str]] = []
    for equation in equations:
        right = _named_inside(equation, equation.right, out, taken, made, top=True)
        out.append(Equation(equation.left, right, equation.label, equation.span))
    return out, made


def _named_inside(equation: Equation, e: Expr, out: list[Equation], taken: set[str], made: list[tuple[str, str]], top: bool) -> Expr:
    from ..core.walk import children, rebuild
    if not children(e):
        return e
    match e:
        case Component(function, index, body, at):
            body = _argument(equation, body, out, taken, made) if not isinstance(body, Entry) else body
            e = Component(function, index, body, at)
            if top:
                return e
            return _new(equation, e, "s", out, taken, made, "the value of")
        case Apply(function, (argument, *rest), order) if _long(argument):
            if top or free(argument):
                return Apply(function, (_argument(equation, argument, out, taken, made), *rest), order)
            return e
    return rebuild(e, lambda child: _named_inside(equation, child, out, taken, made, False))


def _long(e: Expr) -> bool:
    from ..core.expr import Sum
    return any(isinstance(n, Sum | Apply | Component) for n in walk(e)) and not isinstance(e, Entry)


def _argument(equation: Equation, e: Expr, out, taken, made) -> Expr:
    e = _named_inside(equation, e, out, taken, made, False)
    return _new(equation, e, "z", out, taken, made, "the pre-activation of")


def _new(equation: Equation, e: Expr, letter: str, out: list[Equation], taken: set[str], made: list[tuple[str, str]], what: str) -> Entry:
    known = next((o for o in out if o.right == e), None)
    if known is not None:
        return known.left
    name = f"{letter}_{equation.name}"
    while name in taken:
        letter += "'"
        name = f"{letter}_{equation.name}"
    taken.add(name)
    order = [i for i in equation.left.at if i in free(e)]
    order += sorted(free(e) - set(order), key=lambda i: (i.axis.name, i.mark))
    entry = Entry(name, tuple(order))
    out.append(Equation(entry, e, "", equation.span))
    made.append((name, equation.name))
    return entry


