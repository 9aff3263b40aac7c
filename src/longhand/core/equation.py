"""Tensors, equations and programs: a forward pass and a backward pass are both an ordered list of named equations."""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field, replace

from .axis import Axis, Index
from .expr import Entry, Expr, Offset
from .record import record
from .walk import free, tensors, walk

ROLES = ("input", "label", "parameter", "data", "size", "constant", "intermediate", "loss", "gradient")


@record
class Tensor:
    """A named array. Axes in the order of its indices; rank 0 is a scalar. Role is one of ROLES:
    input, label, parameter (updated by training), data (η, ε and the like), size (d, n, q), constant (π), intermediate, loss, gradient."""
    name: str
    axes: tuple[Axis, ...] = ()
    role: str = "intermediate"

    @property
    def rank(self) -> int:
        return len(self.axes)

    def entry(self, mark: int = 0) -> Entry:
        """The general entry: one index an axis, marks rising where an axis comes twice."""
        at: list[Index] = []
        for axis in self.axes:
            m = mark
            while Index(axis, m) in at:
                m += 1
            at.append(Index(axis, m))
        return Entry(self.name, tuple(at))


@record
class Equation:
    """left = right for every value of the free indices of left. Span and label point into the source, if there is one."""
    left: Entry
    right: Expr
    label: str = field(default="", compare=False)
    span: object = field(default=None, compare=False)

    @property
    def name(self) -> str:
        return self.left.tensor


@record
class Fact:
    """Σ over `axis` of `tensor` is `total`, because of `reason` (the text that says so, or an assumption)."""
    tensor: str
    axis: Axis
    total: Expr
    reason: str
    assumed: bool = False


@record
class Program:
    """Tensors by name, and equations in an order in which each reads only what is given or defined above it
    (or itself, at another position: a recurrence)."""
    tensors: dict[str, Tensor]
    equations: tuple[Equation, ...]
    facts: tuple[Fact, ...] = ()

    def __getitem__(self, name: str) -> Tensor:
        return self.tensors[name]

    def equation(self, name: str) -> Equation | None:
        """The equation that defines a tensor, or None for a given one."""
        return next((e for e in self.equations if e.name == name), None)

    def given(self) -> Iterator[Tensor]:
        """Tensors that no equation defines."""
        defined = {e.name for e in self.equations}
        return (t for t in self.tensors.values() if t.name not in defined)

    def sizes(self) -> set[str]:
        """The symbols of sizes of axes."""
        return {axis.size for t in self.tensors.values() for axis in t.axes if isinstance(axis.size, str)}

    def extended(self, tensors: Iterable[Tensor], equations: Iterable[Equation]) -> Program:
        """This program with more at its end."""
        return replace(self, tensors={**self.tensors, **{t.name: t for t in tensors}}, equations=(*self.equations, *equations))

    def downstream(self, names: Iterable[str]) -> set[str]:
        """The tensors computed from these. A recurrence may read what is defined below it, so once through is not enough."""
        sources, found, before = set(names), set(), -1
        while len(found) > before:
            before = len(found)
            found |= {e.name for e in self.equations if e.name not in found and not tensors(e.right).isdisjoint(sources | found)}
        return found

    def recurs(self, name: str, through: str) -> bool:
        """Whether `name`, which reads `through`, is read by it again, at a shifted position somewhere on the way: a recurrence."""
        seen: set[tuple[str, bool]] = set()
        stack = [(name, through, False)]
        while stack:
            reader, read, shifted = stack.pop()
            equation = self.equation(reader)
            if equation is None:
                continue
            for node in walk(equation.right):
                if isinstance(node, Entry) and (read in ("", node.tensor)):
                    step = shifted or any(isinstance(p, Offset) for p in node.at)
                    if node.tensor == name and step:
                        return True
                    if (node.tensor, step) not in seen:
                        seen.add((node.tensor, step))
                        stack.append((node.tensor, "", step))
        return False

    def left_out(self) -> tuple[object, ...]:
        """What takes no part in comparing two programs, and is printed: labels, places, the order of tensors, sizes and letters of axes.
        Two axes of one name are equal whatever their sizes."""
        return (tuple((e.label, e.span) for e in self.equations),
                tuple((t.name, tuple((a.size, a.letter) for a in t.axes)) for t in self.tensors.values()))

    def faults(self) -> Iterator[str]:
        """What is wrong with the program, in words; nothing for a good one."""
        known = {t.name for t in self.given()}
        for e in self.equations:
            tensor = self.tensors.get(e.name)
            if tensor is None:
                yield f"{e.name} is defined but has no shape"
                continue
            if len(e.left.at) != tensor.rank:
                yield f"{e.name} has {tensor.rank} axes and is defined with {len(e.left.at)} indices"
            if loose := free(e.right) - free(e.left):
                yield f"the definition of {e.name} leaves {', '.join(i.axis.letter for i in loose)} open"
            for name in sorted(tensors(e.right) - known - {e.name}):
                if name not in self.tensors:
                    yield f"{e.name} uses {name}, which is not declared"
                elif self.equation(name) is not None and not self.recurs(e.name, name):
                    yield f"{e.name} uses {name}, which is defined further down"
            known.add(e.name)
