"""What a rewriting may look at: the program that an equation belongs to, and what is what in it."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field
from itertools import islice

from ...core.axis import Axis, Index
from ...core.equation import Equation, Program
from ...core.expr import Apply, Component, Entry, Expr
from ...core.problem import Descent
from ...core.record import record
from ...core.walk import tensors
from ..marks import Mistake

FORWARD, LOSS, DELTA, GRADIENT, JACOBIAN, UPDATE = KINDS = ("forward", "loss", "delta", "gradient", "jacobian", "update")
BACKWARD = (DELTA, GRADIENT, JACOBIAN)
FEW = 16
"""So many variants of one equation a row gives at most."""


@record
class Activated:
    """h = f(u), entry by entry, or a vector function of u. `rest` are the parameters of f, `alone` whether nothing else reads u."""
    function: str
    before: str
    after: str
    rest: tuple[Expr, ...] = ()
    vector: bool = False
    alone: bool = True


@record
class Setting:
    """What a rewriting may look at.

    program  forward, backward and update equations in order;   updated  parameter -> name of its new value ("W_1" -> "W_1@1")
    sizes    numbers of size symbols: without them two symbols may be equal, and positions outside a tensor read as 0
    The rest is found in the program: equations by name, what a derivative is of and with respect to, activations by what goes in
    and by what comes out, softened labels -> the label.
    """
    program: Program
    loss: str | None
    descent: Descent | None
    updated: Mapping[str, str]
    sizes: Mapping[str, int] = field(default_factory=dict)
    equations: dict[str, Equation] = field(init=False, repr=False, compare=False)
    order: dict[str, int] = field(init=False, repr=False, compare=False)
    derivatives: dict[str, tuple[str, str]] = field(init=False, repr=False, compare=False)
    into: dict[str, Activated] = field(init=False, repr=False, compare=False)
    out_of: dict[str, Activated] = field(init=False, repr=False, compare=False)
    softened: dict[str, str] = field(init=False, repr=False, compare=False)
    shapes: dict[tuple[object, ...], list[str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "equations", {e.name: e for e in reversed(self.program.equations)})
        put(self, "order", {e.name: n for n, e in enumerate(self.program.equations)})
        put(self, "derivatives", dict(self._derivatives()))
        found = tuple(self._activations())
        put(self, "into", {a.before: a for a in reversed(found)})
        put(self, "out_of", {a.after: a for a in found})
        put(self, "softened", dict(self._softened()))
        shapes: dict[tuple[object, ...], list[str]] = {}
        for name in self.program.tensors:
            shapes.setdefault(self._likeness(name), []).append(name)
        put(self, "shapes", shapes)

    # ---- questions -----------------------------------------------------------------------------------------------

    def kind(self, equation: Equation) -> str:
        """One of KINDS: what the equation is in the work. A derivative of a scalar by a given quantity is a gradient, by a computed
        one a delta; what follows from new parameters is forward again."""
        name = equation.name
        if name in self.derivatives:
            of, wrt = self.derivatives[name]
            if self.program[of].axes:
                return JACOBIAN
            return DELTA if wrt in self.equations and self.role(wrt) != "parameter" else GRADIENT
        if self.role(name) == "parameter":
            return UPDATE
        return LOSS if self.role(name) == "loss" or name == self.loss else FORWARD

    def role(self, name: str) -> str:
        """The role of a tensor; "size" for what the program does not declare, as π and the symbols of sizes."""
        tensor = self.program.tensors.get(name)
        return tensor.role if tensor else "size"

    def made_by(self, name: str) -> Apply | None:
        """The function that gives a tensor, applied to whatever it is taken of; None where its equation is no application."""
        equation = self.equations.get(name)
        right = equation.right if equation else None
        return right if isinstance(right, Apply) and right.order == 0 and plain(equation.left.at) else None

    def is_label(self, name: str) -> bool:
        return name in self.softened or self.role(name) == "label"

    def size(self, axis: Axis) -> int | None:
        """The size as a number, None where it is not known."""
        return axis.size if isinstance(axis.size, int) else self.sizes.get(axis.size)

    def may_equal(self, a: Axis, b: Axis) -> bool:
        """Whether an index of one axis may run over the other: of two symbols without numbers it is not known, so it may."""
        return a == b or a.size == b.size or (self.size(a) == self.size(b) if None not in (self.size(a), self.size(b)) else
                                              not isinstance(a.size, int) and not isinstance(b.size, int))

    def derivative(self, of: str, wrt: str) -> str | None:
        """The name of a derivative that the program computes, or None."""
        name = f"d{of}/d{wrt}"
        return name if name in self.derivatives else None

    def local_at(self, equation: Equation) -> tuple:
        """The positions of a derivative's left side that belong to what it is taken by."""
        of, _ = self.derivatives[equation.name]
        return equation.left.at[len(self.program[of].axes):]

    def alike(self, name: str, roles: Iterable[str], before: str) -> Iterator[str]:
        """Other tensors of the same shape and the same pass, with one of the roles, known before `before` is computed."""
        last = self.order[before]
        return (other for other in self.shapes[self._likeness(name)]
                if other != name and self.role(other) in roles and self.order.get(other, -1) < last)

    # ---- what is found -------------------------------------------------------------------------------------------

    def _likeness(self, name: str) -> tuple[object, ...]:
        sizes = tuple(self.size(axis) or axis.size for axis in self.program[name].axes)
        return name.partition("@")[2] if name in self.equations and self.role(name) != "parameter" else "", sizes

    def _derivatives(self) -> Iterator[tuple[str, tuple[str, str]]]:
        """Name -> (of, wrt), by the names that the derivation gives: d{of}/d{wrt}, behind it the step."""
        known = self.program.tensors
        for name, tensor in known.items():
            if tensor.role != "gradient":
                continue
            start = name.find("/d", 1)
            while start > 0:
                of, wrt = name[1:start], name[start + 2:]
                wrt = wrt if wrt in known else wrt.partition("@")[0]
                if of in known and wrt in known:
                    yield name, (of, wrt)
                    break
                start = name.find("/d", start + 1)

    def _activations(self) -> Iterator[Activated]:
        readers: dict[str, int] = {}
        for e in self.program.equations:
            if e.name not in self.derivatives:
                for name in tensors(e.right):
                    readers[name] = readers.get(name, 0) + 1
        for e in self.program.equations:
            match e.right:
                case Apply(function, (Entry(before, at), *rest), 0) if at == e.left.at and e.name not in self.derivatives:
                    yield Activated(function, before, e.name, tuple(rest), alone=readers[before] == 1)
                case Component(function, index, Entry(before, at), place) if tuple(place if p == index else p for p in at) == e.left.at:
                    yield Activated(function, before, e.name, vector=True, alone=readers[before] == 1)

    def _softened(self) -> Iterator[tuple[str, str]]:
        """Labels smoothed: read one label of their own axes, and besides it only constants."""
        for e in self.program.equations:
            read = tensors(e.right)
            labels = [name for name in read if self.role(name) == "label" and self.program[name].axes == self.program[e.name].axes]
            if len(labels) == 1 and e.left.at and all(self.role(name) in ("data", "size", "constant") for name in read - {*labels}):
                yield e.name, labels[0]


Change = Callable[[Equation, Setting], Iterator[Expr | Equation]]


@record
class Row:
    """A mistake and how it rewrites the right equation. The left side of a result has the indices, and so the shape, that the
    mistaken result has: those of a transposed one change places."""
    mistake: Mistake
    rewrite: Callable[[Equation, Setting], Iterator[Equation]]


def row(name: str, code: str, kinds: str | Iterable[str], change: Change, says: str, cost: float = 2.5) -> Row:
    """A row for equations of these kinds. `change` gives right sides, or whole equations where the left side changes too."""
    wanted = frozenset((kinds,) if isinstance(kinds, str) else kinds)

    def rewrite(equation: Equation, setting: Setting) -> Iterator[Equation]:
        if setting.kind(equation) in wanted:
            for new in islice(change(equation, setting), FEW):
                yield new if isinstance(new, Equation) else Equation(equation.left, new)

    return Row(Mistake(name, code, says, cost), rewrite)


def has_derivative(e: Expr, setting: Setting) -> bool:
    return any(name in setting.derivatives for name in tensors(e))


def plain(at: Iterable[object]) -> bool:
    """Whether all positions are bare indices."""
    return all(isinstance(p, Index) for p in at)
