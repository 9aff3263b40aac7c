"""A problem: a program, its numbers, what is asked, and how the sheet spelled it."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from fractions import Fraction

from .equation import Program
from .record import record

Value = Fraction | tuple["Value", ...]
"""Numbers of a tensor, exact: a Fraction, or nested tuples, outermost axis first."""


def entries(value: Value) -> list[Fraction]:
    """All numbers of a value, in their order."""
    return [x for part in value for x in entries(part)] if isinstance(value, tuple) else [value]


def filled(shape: tuple[int, ...], number: Callable[[], Fraction]) -> Value:
    """A value of this shape, each of its numbers asked for in turn."""
    return tuple(filled(shape[1:], number) for _ in range(shape[0])) if shape else number()


ASKED = ("value", "expression", "gradient", "jacobian", "hessian", "update", "loss", "schematic")


@record
class Wanted:
    """One thing asked. `kind` is one of ASKED.

    value, expression   of
    gradient            of a scalar with respect to wrt
    jacobian            of any quantity with respect to wrt; `entry` True: with respect to one entry of it
    hessian             of a scalar with respect to wrt, twice
    update              wrt are the parameters, after `steps` steps of `method`
    loss                of, after the update
    """
    kind: str
    of: str = ""
    wrt: tuple[str, ...] = ()
    entry: bool = False
    line: int | None = None
    text: str = ""


@record
class Descent:
    """How parameters are updated: steps of a method (a row of calculus.descent) with its constants as tensors of role data."""
    method: str = "gradient descent"
    parameters: tuple[str, ...] = ()
    constants: Mapping[str, str] = field(default_factory=dict)     # "learning rate" -> name of the tensor
    steps: int = 1


@record
class Remark:
    """An assumption, a repair or a span not understood: text, reason, place (1-based) and what to write instead.
    `about`: the quantity whose formula was not understood, where it is one. `numbers`: nothing but numbers is missing, which code and
    training do without."""
    text: str
    why: str = ""
    line: int | None = None
    column: int | None = None
    suggestion: str = ""
    caret: str = ""
    about: str = ""
    numbers: bool = False


@record
class Spelling:
    """How the sheet writes a tensor: its symbol in LaTeX, `W_1`, and how an entry of it: "subscript" W_{1,ij} or "brackets" Z^2[i].
    A vector stands as a "column" or a "row"."""
    latex: str
    entries: str = "subscript"
    orientation: str = "column"


@record
class Notation:
    """The asker's own notation, carried from reading to printing and never looked at in between.

    spellings  tensor -> Spelling          sizes     size symbol -> LaTeX
    letters    axis name -> index letter   layout    "column" or "row": the side on which vectors stand
    functions  function -> LaTeX name as the sheet writes it (f, g, \\sigma_M)
    log        "ln" or "log", as the sheet writes the natural logarithm
    base       what the sheet counts entries from, 1 or 0
    deltas     tensor -> LaTeX for ∂loss/∂tensor where a short name is used (\\delta^{z})
    """
    spellings: Mapping[str, Spelling] = field(default_factory=dict)
    sizes: Mapping[str, str] = field(default_factory=dict)
    letters: Mapping[str, str] = field(default_factory=dict)
    functions: Mapping[str, str] = field(default_factory=dict)
    layout: str = "column"
    log: str = "ln"
    deltas: Mapping[str, str] = field(default_factory=dict)
    base: int = 1


@record
class Problem:
    """Everything that was understood of one problem; `sizes` gives numbers to size symbols where the data fix them."""
    program: Program
    loss: str | None = None
    data: Mapping[str, Value] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)
    wanted: tuple[Wanted, ...] = ()
    descent: Descent | None = None
    notation: Notation = field(default_factory=Notation)
    title: str = ""
    assumptions: tuple[Remark, ...] = ()
    repairs: tuple[Remark, ...] = ()
    not_understood: tuple[Remark, ...] = ()

    @property
    def not_read(self) -> tuple[Remark, ...]:
        """What was not understood besides numbers that are missing: a program that is perhaps not the one that is meant."""
        return tuple(r for r in self.not_understood if not r.numbers)
