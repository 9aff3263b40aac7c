"""Definitions: of the links of a chain and the formulas for one quantity, the one that defines it, read into an equation."""
from __future__ import annotations

from ..core.axis import Index
from ..core.equation import Equation
from ..core.expr import Entry, Expr
from ..core.record import record
from ..core.walk import free, walk
from ..functions import table
from .elaborate import Elaborator
from .environment import Environment, Quantity
from .known import Definition, Known
from .names import flat, items
from .patterns import LETTER, as_softmax, general_entry
from .sums import left_out
from .syntax import Accent, Call, Formula, Matrix, Name, Numeral, Row, Script, Span
from .syntax import walk as walk_formula
from .terms import Term, Unclear


@record
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

    def demand(self, name: str, span: Span | None = None) -> bool | None:
        """Read the definition of a name now: whether the quantity is there afterwards; None for a name without a definition.
        Unclear, at the span that reads it, for a name that is needed to define itself."""
        if name not in self.known.definitions or name in self.known.data:
            return None
        if name in self.busy and name not in self.env.quantities and span is not None:
            chain = " from ".join([*self.busy[self.busy.index(name):], name])
            raise Unclear(span, f"a circle: {chain}", "give one of them numbers, or a formula without the others")
        if name in self.done or name in self.busy:
            return name in self.env.quantities          # a recurrence reads itself, at another position
        if name in self.failed:
            return False
        self.busy.append(name)
        letters, held, owner, fixed = self.env.letters, self.env.locals, self.env.owner, self.env.fixed_indices
        self.env.letters, self.env.locals, self.env.owner = {}, {}, name
        try:
            return self._define(name)
        finally:
            self.env.letters, self.env.locals, self.env.owner, self.env.fixed_indices = letters, held, owner, fixed
            self.busy.pop()

    def needing(self, name: str) -> list[str]:
        """The quantities that could not be read because this one could not be."""
        found = [name]
        for each in found:
            found += [n for n, (_, trouble) in self.failed.items() if trouble.cause == each and n not in found]
        return found[1:]

    def again(self, definition: Definition) -> list[Equation] | None:
        """Another formula for a quantity that is defined, each link of its chain read with what is known by now; None where a link
        cannot be read: then it is somebody's working and defines nothing."""
        notes = list(self.env.notes)
        found = []
        for link in definition.rights:
            self.env.letters, self.env.locals = {}, {}
            try:
                found.append(self._equation(definition, link))
            except Unclear:
                return None
            finally:
                self.env.notes, self.env.letters, self.env.locals = notes, {}, {}
        return found

    def _define(self, name: str) -> bool:
        first: tuple[Definition, Unclear] | None = None
        for definition in self.known.definitions[name]:
            for link in sorted(definition.rights, key=lambda r: self._rank(r, definition)):
                notes = list(self.env.notes)
                try:
                    self.done[name] = Defining(self._equation(definition, link), definition, link)
                    self._words_against(definition, link)
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

    def _words_against(self, definition: Definition, link: Formula) -> None:
        """Say so where the words give a function another meaning than the formula that is taken."""
        for other in definition.rights:
            called = flat(other.function) or "" if isinstance(other, Call) else ""
            word = self.env.words.get(called)
            if other is not link and word is not None and isinstance(link, Call) and table.vector(word) != table.vector(flat(link.function) or ""):
                self.env.note("repair", other.span, f"{called} is read as {flat(link.function)}, as the formula has it",
                              f"the words call {called} a {word} function, and both cannot be", f"correct the words that call {called} a {word}")

    def _rank(self, link: Formula, definition: Definition) -> tuple[int, int]:
        """Which link of a chain to take first: a function of the table or one the sheet has defined by then, at the top;
        one known from words; other formulas, the first first; a matrix written out in entries."""
        place = definition.rights.index(link)
        if isinstance(link, Matrix | Row):
            return 4, place
        if isinstance(link, Name | Accent) or isinstance(link, Script) and isinstance(link.base, Name | Accent):
            return (2 if len(definition.rights) == 1 else 5), place     # another name for the same thing
        if isinstance(link, Call):
            name = flat(link.function) or ""
            known = self.env.functions.get(name)
            if known is not None:
                return (0 if known.order < definition.kind.statement.order else 3), place
            if table.scalar(name) or table.vector(name):
                return 0, place
            return 1, place
        return 2, place

    def _equation(self, definition: Definition, link: Formula) -> Equation:
        env, left = self.env, definition.left
        declared = env.quantities.get(left.name)
        at: list[Index] = []
        indices = left.indices
        if not indices and (general := general_entry(link)) is not None:
            link, letter, last = general
            indices = (letter,)
            env.ranges.setdefault(letter.text, last)
        for k, item in enumerate(indices):
            if isinstance(item, Name):
                axis = declared.axes[k] if declared and len(declared.axes) == len(indices) else env.shapes.axis(
                    env.ranges.get(item.text), None, left.name)
                if not item.text.startswith(LETTER):
                    env.shapes.letter.setdefault(env.shapes.find(axis), item.text)
                if (known := env.ranges.get(item.text)) is not None:
                    env.shapes.unify(axis, env.shapes.axis(known), item.span, f"the range of {item.text}")
                index = env.shapes.index(axis)
                env.letters[item.text] = index
                at.append(index)
            elif isinstance(item, Numeral):
                raise Unclear(item.span, "the definition of one entry by number", "give the entry a name of its own, or define them all with an index")
        env.fixed_indices = self._alone(link) | left_out(link)
        if declared is not None or not at:
            return self._checked(definition, self.read(link), tuple(at), declared, link)
        trouble: Unclear | None = None
        for rank in (0, 1):                             # each entry a number; each a vector: h_t at every time step
            saved = self._saved()
            rest = tuple(env.shapes.axis(origin=left.name) for _ in range(rank))
            env.quantities[left.name] = Quantity(left.name, (*(i.axis for i in at), *rest), left.spelled, brackets=left.brackets)
            try:
                term = self.read(link)
                if len(term.real) == rank:
                    for index, axis in zip(term.real, rest, strict=True):
                        env.shapes.unify(index.axis, axis, link.span, f"the shape of {left.name}")
                    return self._checked(definition, term, tuple(at), None, link)
                trouble = trouble or Unclear(link.span, f"the left side is one entry of {left.name}, the right side a whole array")
            except Unclear as met:
                trouble = trouble or met
            self._restore(saved)
        assert trouble is not None
        raise trouble

    def _saved(self) -> tuple:
        """All that an attempt may change."""
        env, shapes = self.env, self.env.shapes
        return (dict(env.quantities), list(env.notes), dict(self.done), dict(self.failed), set(env.sizes),
                dict(shapes.parent), dict(shapes.size), dict(shapes.letter), dict(shapes.origin), dict(shapes.fixed))

    def _restore(self, saved: tuple) -> None:
        env, shapes = self.env, self.env.shapes
        (env.quantities, env.notes, self.done, self.failed, env.sizes,
         shapes.parent, shapes.size, shapes.letter, shapes.origin, shapes.fixed) = saved

    def _alone(self, link: Formula) -> set[str]:
        """Index letters that stand just once in a formula."""
        count: dict[str, int] = {}
        for node in walk_formula(link):
            if isinstance(node, Script):
                for item in items(node.sub):
                    if isinstance(item, Name) and item.text in self.env.index_letters:
                        count[item.text] = count.get(item.text, 0) + 1
        return {letter for letter, times in count.items() if times == 1}

    def _checked(self, definition: Definition, term: Term, at: tuple[Index, ...], declared: Quantity | None, link: Formula) -> Equation:
        env, left = self.env, definition.left
        if at:
            at = (*at, *term.real)
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
        return Equation(Entry(left.name, at), as_softmax(term.expr, at, env.shapes), definition.kind.statement.tag, link.span)

    def _reads_itself(self, name: str, e: Expr, at: tuple[Index, ...]) -> bool:
        return any(isinstance(n, Entry) and n.tensor == name and all(p in at for p in n.at) for n in walk(e))
