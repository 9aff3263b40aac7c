"""Pre-activations get a name: h = σ(W x + b) becomes z_h = W x + b, h = σ(z_h).

Named intermediates keep each formula of the derivation short, and are what the collapse to ŷ - y needs.
"""
from __future__ import annotations

from ..core.axis import Index
from ..core.equation import Equation, Program, Tensor
from ..core.expr import Apply, Component, Entry, Expr, Sum
from ..core.walk import canonical, children, free, rebuild, rename, tensors, walk
from ..functions.activations import ACTIVATIONS

ACTIVATES = frozenset(row.name for row in ACTIVATIONS) | {"tanh"}       # a logarithm or an exponential stays where it is written


class Splitter:
    """Splits the equations of a program; a formula that some quantity stands for already is replaced by that quantity."""

    def __init__(self, program: Program, taken: set[str]):
        self.program, self.taken = program, taken           # `taken` are names that the sheet uses for something else
        self.tensors = dict(program.tensors)
        self.equations: list[Equation] = []
        self.made: dict[str, str] = {}                      # name -> the quantity whose argument or part it is

    def run(self) -> Program:
        for equation in self.program.equations:
            right = self._inside(equation, equation.right, True)
            self.equations.append(Equation(equation.left, right, equation.label, equation.span))
        return Program(self.tensors, tuple(self.equations), self.program.facts)

    def _inside(self, equation: Equation, e: Expr, top: bool) -> Expr:
        if not children(e):
            return e
        match e:
            case Component(function, index, body, at):
                if not top and (entry := self._stands_for(equation, e)) is not None:
                    return entry
                body = self._named(equation, self._inside(equation, body, False), "z")
                e = Component(function, index, body, at)
                return e if top else self._named(equation, e, "s")
            case Apply(function, (argument, *rest), order) if function in ACTIVATES and _long(argument) and (top or free(argument)):
                return Apply(function, (self._named(equation, self._inside(equation, argument, False), "z"), *rest), order)
        return rebuild(e, lambda child: self._inside(equation, child, False))

    def _stands_for(self, equation: Equation, e: Expr) -> Entry | None:
        """The entry of a quantity that the sheet defines as just this expression."""
        for other in self.program.equations:
            if other.name == equation.name or isinstance(other.right, Entry) or len(other.left.at) != len(free(e)):
                continue
            moves: dict[Index, Index] = {}
            if isinstance(e, Component):
                if not isinstance(other.right, Component) or other.right.at not in other.left.at or not isinstance(e.at, Index):
                    continue
                moves[other.right.at] = e.at
            for index in other.left.at:
                if index not in moves:
                    match = next((i for i in sorted(free(e), key=lambda i: i.mark) if i.axis == index.axis and i not in moves.values()), None)
                    if match is None:
                        break
                    moves[index] = match
            else:
                if canonical(rename(other.right, moves)) == canonical(e) and not self._leads_to(other.name, equation.name):
                    return Entry(other.name, tuple(moves[i] for i in other.left.at))
        return None

    def _leads_to(self, name: str, reader: str) -> bool:
        """Whether `name` is computed from `reader`, so that reading it there would be a circle."""
        seen, stack = set(), [name]
        while stack:
            current = stack.pop()
            if current == reader:
                return True
            if current not in seen:
                seen.add(current)
                found = self.program.equation(current)
                stack += tensors(found.right) if found else ()
        return False

    def _named(self, equation: Equation, e: Expr, letter: str) -> Expr:
        if isinstance(e, Entry) or equation.name in tensors(e):         # a recurrence stays one equation, which reads itself
            return e
        if (entry := self._stands_for(equation, e)) is not None:
            return entry
        for done in self.equations:
            if done.name in self.made and done.right == e:
                return done.left
        name = f"{letter}_{self._mark(equation, e)}"
        while name in self.tensors or name in self.taken:
            letter += "'"
            name = f"{letter}_{self._mark(equation, e)}"
        open_ = free(e)
        at = tuple([i for i in equation.left.at if i in open_] + sorted(open_ - set(equation.left.at), key=lambda i: (i.axis.name, i.mark)))
        self.tensors[name] = Tensor(name, tuple(i.axis for i in at))
        entry = Entry(name, at)
        self.equations.append(Equation(entry, e, "", equation.span))
        self.made[name] = equation.name
        return entry


    def _mark(self, equation: Equation, e: Expr) -> str:
        """The number that the parameters in the formula share (W_2 h + b_2 gives z_2), else the name of the quantity it belongs to."""
        marks = {part for name in tensors(e) if self.tensors[name].role == "parameter"
                 for part in name.replace("^", "_").split("_")[1:] if part.isdigit()}
        if len(marks) == 1:
            return marks.pop()
        plain = equation.name.replace("hat", "").replace("bar", "").replace("tilde", "")
        return plain.replace("_", "").replace("^", "") or "0"


def _long(e: Expr) -> bool:
    """Whether an argument is worth a name of its own: it has a sum or another function in it."""
    return not isinstance(e, Entry) and any(isinstance(n, Sum | Apply | Component) for n in walk(e))


