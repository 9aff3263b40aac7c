"""What every part of a solution is written with: the problem, its notation, and formulas in index and matrix form."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from typing import Any

from ...calculus.derivation import Derivation
from ...core.axis import Index
from ...core.equation import Equation, Program, Tensor
from ...core.expr import Apply, Component, Entry, Expr, Offset
from ...core.problem import Notation, Problem
from ...core.record import record
from ...core.walk import walk
from .. import matrix_maths, symbols
from ..index_form import index_form
from ..letters import Letters
from ..maths import Maths, Scripts, Sign, line
from ..matrix import MatrixForm, matrix_form
from .figures import Figures
from .lettering import Lettering

NUMBER_SIGN = Sign(r"\times", "operator")


@record
class Page:
    """The derivation, the program that is printed from (forward, backward, updates), and how things are written.

    notation   with short names δ for gradients;   plain: the same without them
    figures    the numbers, or None for a problem in symbols
    digits     significant digits in the text
    kept       what was made of the symbols alone, for other numbers too
    """
    derivation: Derivation
    program: Program
    notation: Notation
    plain: Notation
    figures: Figures | None = None
    digits: int = 6
    kept: dict[tuple[str, ...], Any] = field(default_factory=dict)

    @property
    def problem(self) -> Problem:
        return self.derivation.problem

    @property
    def forward(self) -> Program:
        return self.derivation.problem.program

    @property
    def tensors(self) -> Mapping[str, Tensor]:
        return self.program.tensors

    # ---- names ----------------------------------------------------------------------------------------------------

    def symbol(self, name: str, short: bool = True) -> Maths:
        return symbols.symbol(self.notation if short else self.plain, name, self.tensors)

    def entry(self, e: Entry, letters: Letters, short: bool = True) -> Maths:
        return symbols.entry(self.notation if short else self.plain, e.tensor, e.at, letters.of, self.tensors)

    def shape(self, name: str) -> Maths | None:
        tensor = self.tensors.get(name)
        return None if tensor is None else symbols.shape(self.notation, tensor)

    def is_short(self, name: str) -> bool:
        """Whether a gradient has a short name of its own."""
        return not self.is_nested(name) and self.symbol(name) != self.symbol(name, short=False)

    def is_nested(self, name: str) -> bool:
        """Whether it is the derivative of a gradient, or by one: the gradient inside is written short."""
        parts = symbols.derivative(name)
        return parts is not None and any(symbols.derivative(each) for each in (parts.of, *parts.wrt))

    # ---- formulas -------------------------------------------------------------------------------------------------

    def lettering(self, fixed: Iterable[Index | Offset], formulas: Iterable[Expr]) -> Lettering:
        return Lettering(self.notation, (i for i in fixed if isinstance(i, Index)), formulas)

    def formula(self, e: Expr, letters: Letters, compact: bool = True) -> Maths:
        return index_form(e, self.notation, letters, tensors=self.tensors, compact=compact, decimals=True)

    def equation(self, equation: Equation, compact: bool = False) -> tuple[Maths, Maths]:
        """Both sides in index form."""
        lettering = self.lettering(equation.left.at, (equation.left, equation.right))
        right = self.formula(equation.right, lettering.of(equation.right), compact)
        return self.entry(equation.left, lettering.of(equation.left)), right

    def matrix(self, equation: Equation) -> MatrixForm:
        """The matrix form of what the equation defines; a left side at fixed or moved positions has none."""
        key = "matrix form", equation.name
        if key not in self.kept:
            axes = tuple(i for i in equation.left.at if isinstance(i, Index))
            if len(axes) < len(equation.left.at):
                form = MatrixForm(None, "It is defined entry by entry.")
            else:
                form = matrix_form(equation.right, axes, self.program, self.notation)
            self.kept[key] = form
        return self.kept[key]

    def matrix_maths(self, equation: Equation) -> Maths | None:
        """The right side in matrix form, or None."""
        key = "matrix maths", equation.name
        if key not in self.kept:
            tree = self.matrix(equation).tree
            self.kept[key] = None if tree is None else matrix_maths.maths(tree, self.notation, tensors=self.tensors)
        return self.kept[key]

    def space(self, sizes: Iterable[int | str]) -> Maths:
        """R^{d × n}."""
        return Scripts(Sign(r"\mathbb{R}"), None, self.times(sizes))

    def times(self, sizes: Iterable[int | str]) -> Maths:
        """d × n."""
        items: list[Maths] = []
        for size in sizes:
            items += [symbols.size(self.notation, size), NUMBER_SIGN]
        return line(*items[:-1]) if items else Sign("1", "number")


# ---- notation ----------------------------------------------------------------------------------------------------

def with_deltas(problem: Problem) -> Notation:
    """The problem's notation with δ for the loss gradient of each pre-activation: δ^z, or δ^{[l]} for z^{[l]}."""
    notation, program = problem.notation, problem.program
    if problem.loss is None:
        return notation
    twice = any(w.kind == "hessian" for w in problem.wanted)        # a fraction in a fraction is no help
    names = [t.name for t in program.tensors.values() if t.role == "intermediate" and t.name not in notation.deltas
             and (twice or (t.axes and is_preactivation(program, t.name)))]
    if any(symbols.base_letter(notation, t) == r"\delta" for t in program.tensors):
        return notation
    marked = {name: _scripts(symbols.spelling(notation, name).latex) for name in names}
    counts = list(marked.values())
    short = {}
    for name, scripts in marked.items():
        latex = symbols.spelling(notation, name).latex
        by_layer = scripts and all(marked.values()) and counts.count(scripts) == 1 and len(names) > 1
        short[name] = rf"\delta{scripts}" if by_layer else rf"\delta^{{{latex}}}"
    if twice:
        given = (t.name for t in program.given() if t.role in ("parameter", "input"))
        short |= {name: f"g^{{{symbols.spelling(notation, name).latex}}}" for name in given}
    return replace(notation, deltas={**short, **notation.deltas})


def _scripts(latex: str) -> str:
    """What stands below and above the letter of a symbol: ^{[1]}, _2, or nothing."""
    for position, c in enumerate(latex):
        if c in "_^":
            return latex[position:]
    return ""


def is_preactivation(program: Program, name: str) -> bool:
    """Whether a function is applied to the quantity, entry by entry or as a vector, and nothing else reads it."""
    readers = [e.right for e in program.equations if any(_reads(e.right, name))]
    return bool(readers) and all(isinstance(r, Apply | Component) and _argument(r) == name for r in readers)


def _reads(e: Expr, name: str) -> Iterable[bool]:
    return (isinstance(node, Entry) and node.tensor == name for node in walk(e))


def _argument(e: Apply | Component) -> str:
    inner = e.arguments[0] if isinstance(e, Apply) else e.body
    return inner.tensor if isinstance(inner, Entry) else ""


def marked(latex: str, mark: str) -> str:
    """The symbol with one more superscript: W_1 → W_1^{new}, W^1 → W^{1,new}."""
    head, hat, tail = latex.rpartition("^")
    depth = head.count("{") - head.count("}")
    if not hat or depth:
        return f"{latex}^{{{mark}}}"
    if tail.startswith("{"):
        end = _closing(tail)
        return f"{head}^{{{tail[1:end]},{mark}}}{tail[end + 1:]}"
    return f"{head}^{{{tail[:1]},{mark}}}{tail[1:]}"


def _closing(text: str) -> int:
    """Where the brace that the text starts with closes."""
    level = 0
    for position, c in enumerate(text):
        level += (c == "{") - (c == "}")
        if not level:
            return position
    return len(text) - 1


def joined(items: Iterable[Maths | str], last: str = " and ") -> tuple[str | Maths, ...]:
    """a, b and c."""
    items = list(items)
    out: list[str | Maths] = []
    for position, item in enumerate(items):
        if position:
            out.append(last if position == len(items) - 1 else ", ")
        out.append(item)
    return tuple(out)

