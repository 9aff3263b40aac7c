"""From quantities and equations that still unify to a program with its axes, roles, facts and notation."""
from __future__ import annotations

from collections.abc import Iterable

from ..core.axis import Axis, Index
from ..core.equation import Equation, Program, Tensor
from ..core.expr import Entry, Expr, Offset
from ..core.problem import Notation, Spelling
from ..core.walk import all_indices, rename, tensors, walk
from .environment import Environment, Quantity
from .names import latex

LETTERS = "ijklmnprstuvabcdefghoqwxyz"


class Builder:
    """Turns axis variables into axes, once everything has been read."""

    def __init__(self, env: Environment, equations: list[Equation], data: Iterable[str]):
        self.env = env
        met = {e.name for e in equations}.union(*(tensors(e.right) for e in equations), data)
        self.names = [n for n in env.quantities if n in met]
        self.equations = equations
        self.axes: dict[str, Axis] = {}
        self.sizes: dict[str, int] = dict(env.shapes.fixed)
        self._name_axes()

    def _name_axes(self) -> None:
        shapes = self.env.shapes
        roots: list[str] = []
        for name in self.names:
            roots += [shapes.find(a) for a in self.env.quantities[name].axes]
        for equation in self.equations:
            for index in sorted(all_indices(equation.right) | {i for i in equation.left.at if isinstance(i, Index)}, key=lambda i: i.mark):
                roots.append(shapes.find(index.axis))
        used_letters: set[str] = set(self.names)
        used_names: set[str] = set()
        wanted = {root: shapes.letter.get(root) for root in dict.fromkeys(roots)}
        reserved = {letter for letter in wanted.values() if letter}
        for root, letter in wanted.items():
            size = shapes.size.get(root)
            if letter is None or letter in used_letters:
                letter = next((c for c in LETTERS if c not in used_letters and c not in reserved and c not in self.sizes), "i")
            used_letters.add(letter)
            name = size if isinstance(size, str) else shapes.origin.get(root) or letter
            while name in used_names:
                name += "'"
            used_names.add(name)
            if size is None:
                size = f"N_{name}" if name not in self.names else f"N_{name}"
            self.axes[root] = Axis(name, size, letter)

    def axis(self, axis: Axis) -> Axis:
        return self.axes[self.env.shapes.find(axis)]

    # ---- expressions ----------------------------------------------------------------------------------------------

    def equation(self, equation: Equation) -> Equation:
        """The equation over the final axes, its indices numbered from 0 an axis."""
        moves: dict[Index, Index] = {}
        counts: dict[Axis, int] = {}
        left = [i for i in equation.left.at if isinstance(i, Index)]
        for index in [*left, *sorted(all_indices(equation.right) - set(left), key=lambda i: i.mark)]:
            axis = self.axis(index.axis)
            moves[index] = Index(axis, counts.get(axis, 0))
            counts[axis] = counts.get(axis, 0) + 1
        return Equation(Entry(equation.name, tuple(moves.get(p, p) for p in equation.left.at)), everywhere(equation.right, moves),
                        equation.label, equation.span)

    # ---- tensors --------------------------------------------------------------------------------------------------

    def program(self, loss: str | None, parameters: set[str]) -> Program:
        equations = [self.equation(e) for e in self.equations]
        defined = {e.name for e in equations}
        made_tensors: dict[str, Tensor] = {}
        for name in self.names:
            axes = tuple(self.axis(a) for a in self.env.quantities[name].axes)
            role = "intermediate" if name in defined else self.role(name, equations, loss, parameters)
            made_tensors[name] = Tensor(name, axes, "loss" if name == loss else role)
        for equation in equations:
            if equation.name not in made_tensors:
                axes = tuple(p.axis for p in equation.left.at)
                made_tensors[equation.name] = Tensor(equation.name, axes, "loss" if equation.name == loss else "intermediate")
        for symbol in sorted({t for e in equations for t in tensors(e.right)} - set(made_tensors)):
            made_tensors[symbol] = Tensor(symbol, (), "constant" if symbol == "pi" else "size")
        return Program(made_tensors, tuple(equations))

    def role(self, name: str, equations: list[Equation], loss: str | None, parameters: set[str]) -> str:
        """What a given quantity is: told by the task, by where it is read, by the habit of its letter."""
        if name in self.env.roles:
            return self.env.roles[name]
        said = self.env.said.get(name)
        if name in parameters:
            return "input" if is_input(name) or said == "input" else "parameter"
        if said is not None:
            return said
        if is_input(name):
            return "input"
        readers = [e.name for e in equations if name in tensors(e.right)]
        base = _letter(name)
        if base == "T" and not self.env.quantities[name].axes:
            return "data"                                                                        # a temperature; an array of targets is a label
        if is_label(name):
            return "label"
        if base in ("eta", "epsilon", "lambda", "alpha", "mu", "rho", "eps", "N", "M", "m", "n"):
            return "data"
        defined = {e.name for e in equations}
        predicted = any(e.name == loss and tensors(e.right) & defined for e in equations)        # the loss reads a prediction
        if readers and predicted and all(r == loss for r in readers) and self.env.quantities[name].axes:
            return "label"
        if self._is_place(name, equations):
            return "label"
        return "data" if "parameter" in self.env.roles.values() else "parameter"

    def _is_place(self, name: str, equations: list[Equation]) -> bool:
        """Whether the quantity is used as a position: a class label."""
        for equation in equations:
            for node in walk(equation.right):
                for at in getattr(node, "at", ()) if isinstance(node, Entry) else ():
                    if isinstance(at, Offset) and any(isinstance(v, Entry) and v.tensor == name for v, _ in at.terms):
                        return True
        return False

    def layout(self) -> str:
        """"row" where vectors are said to stand so, or every one whose shape is declared does; else "column"."""
        declared = {q.orientation for n, q in self.env.quantities.items() if n in self.names and q.orientation and len(q.axes) == 1}
        return "row" if self.env.rows or declared == {"row"} else "column"

    # ---- notation -------------------------------------------------------------------------------------------------

    def notation(self, made: dict[str, str], log: str, layout: str) -> Notation:
        spellings = {}
        for name in self.names:
            q: Quantity = self.env.quantities[name]
            orientation = q.orientation or layout
            spellings[name] = Spelling(latex(q.spelled) or name, "brackets" if q.brackets else "subscript", orientation)
        for name, owner in made.items():
            letter, _, mark = name.partition("_")
            bold = "\\mathbf" in spellings[owner].latex if owner in spellings else False
            entries = self.env.quantities.get(owner)
            shown = f"\\mathbf{{{letter}}}" if bold else letter
            spellings[name] = Spelling(f"{shown}_{{{mark}}}", "subscript", entries.orientation if entries and entries.orientation else layout)
        sizes = {axis.size: axis.size for axis in self.axes.values() if isinstance(axis.size, str)}
        letters = {axis.name: axis.letter for axis in self.axes.values()}
        return Notation(spellings, sizes, letters, {}, layout, log, base=self.env.base)


def _letter(name: str) -> str:
    return name.split("_")[0].split("^")[0].rstrip("*'")


def is_input(name: str) -> bool:
    return _letter(name) in ("x", "X", "input", "i")


def is_label(name: str) -> bool:
    return _letter(name).lower() in ("y", "t", "target", "label", "d", "targets") or name.endswith("*")


def of_parameters(env: Environment, axis: Axis) -> bool:
    """Whether a quantity that no formula defines, and that is neither input nor label by its role or its letter, has this axis."""
    def is_parameter(name: str) -> bool:
        said = env.roles.get(name) or env.said.get(name)
        return said == "parameter" if said else not is_input(name) and not is_label(name)

    return any(env.shapes.same(own, axis) for q in env.quantities.values() if q.name not in env.defined and is_parameter(q.name) for own in q.axes)


def everywhere(e: Expr, moves: dict[Index, Index]) -> Expr:
    """Every index renamed, bound ones included; the renaming is one to one within the expression."""
    from ..core.expr import Component, Sum
    from ..core.walk import children, rebuild
    match e:
        case Sum(index, body):
            return Sum(moves.get(index, index), everywhere(body, moves))
        case Component(function, index, body, at):
            inner = rename(Entry("", (at,)), moves)
            return Component(function, moves.get(index, index), everywhere(body, moves), inner.at[0])
    return rebuild(e, lambda child: everywhere(child, moves)) if children(e) else rename(e, moves)
