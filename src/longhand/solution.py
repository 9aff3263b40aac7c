"""The front door: a text, a sheet or a problem to its worked solution.

    solution = solve(open("sheet.md").read())
    print(solution)                     # in the terminal's Unicode; a notebook shows it set in type
    solution.json()                     # the contract's JSON;   solution.exit_code: 0 right, 1 a failed check, 3 not understood
"""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .calculus.derivation import Derivation
from .calculus.descent import at_step, unrolled
from .calculus.jacobian import derive
from .core.equation import Equation, Program, Tensor
from .core.lately import Lately
from .core.problem import Notation, Problem, Remark, Value, Wanted
from .errors import DataError, UnknownName
from .forms.diagram import Diagram, diagram
from .forms.document import Block, Document, Figure, Heading
from .forms.worked import asked_gradients, assumed, blocks, given
from .forms.worked.figures import Figures
from .forms.worked.numeric import with_steps
from .forms.worked.page import Page, with_deltas

if TYPE_CHECKING:
    from .reading.sheet import Sheet

TEXT_DIGITS = 6
"""Significant digits in the text where nothing else is asked; JSON has all."""
DIGITS = 12


@dataclass(frozen=True)
class Part:
    """One problem worked out: its page, and the gradient check once it is needed."""
    page: Page
    notes: tuple[Remark, ...] = ()

    @cached_property
    def checks(self) -> tuple[Any, ...]:
        return _checked(self.page)

    @cached_property
    def assumptions(self) -> tuple[assumed.Assumption, ...]:
        return assumed.assumptions(self.page)


class Solution:
    """A worked solution, of one problem or several. It shows itself in a terminal and in a notebook."""

    def __init__(self, parts: Sequence[Part], sheet: Sheet | None = None, title: str = "", digits: int = DIGITS) -> None:
        self._parts, self._sheet, self._title, self._digits = tuple(parts), sheet, title, digits

    @property
    def parts(self) -> tuple[Part, ...]:
        """Each problem worked out."""
        return self._parts

    @property
    def sheet(self) -> Sheet | None:
        """What was read, where it was a sheet."""
        return self._sheet

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(part.page.problem for part in self._parts)

    @property
    def derivations(self) -> tuple[Derivation, ...]:
        return tuple(part.page.derivation for part in self._parts)

    @property
    def not_understood(self) -> tuple[Remark, ...]:
        """Everything that was not understood: of the sheet, of each problem, and requests that could not be met."""
        of_sheet = self._sheet.not_understood if self._sheet is not None else ()
        own = (r for part in self._parts for r in (*part.page.problem.not_understood, *part.notes))
        return tuple(dict.fromkeys((*of_sheet, *own)))

    @property
    def exit_code(self) -> int:
        """3 where something was not understood, 1 where a gradient check failed, else 0."""
        if self.not_understood or not self._parts:
            return 3
        return 1 if any(not c.ok for part in self._parts for c in part.checks) else 0

    @cached_property
    def document(self) -> Document:
        """The solution as a document, for the printers."""
        return Document(self._heading(), tuple(self._blocks()))

    def _heading(self) -> str:
        if self._title:
            return f"Solution: {self._title}"
        titles = [p.title for p in self.problems if p.title]
        return f"Solution: {titles[0]}" if len(titles) == len(self._parts) == 1 else "Solution"

    def _blocks(self) -> list[Block]:
        out: list[Block] = []
        own = {r for p in self.problems for r in (*p.not_understood, *p.repairs)}
        if self._sheet is not None:
            out += given.remarks((r for r in self._sheet.not_understood if r not in own), "problem")
            out += given.remarks((r for r in self._sheet.repairs if r not in own), "repair")
        for number, part in enumerate(self._parts, 1):
            if len(self._parts) > 1:
                out.append(Heading(1, (part.page.problem.title or f"Problem {number}",)))
            out += given.remarks(part.notes, "problem")
            drawn = diagram(part.page)
            figure = Figure(drawn) if drawn is not None else None
            out += blocks(part.page, part.checks, figure)
        return out

    @cached_property
    def diagrams(self) -> tuple[Diagram, ...]:
        """The schematic of each problem that computes something; one without numbers is left out where the same comes again."""
        drawn = [d for part in self._parts if (d := diagram(part.page)) is not None]
        return tuple(d for k, d in enumerate(drawn) if d.page.problem.data or d not in drawn[k + 1:])

    def json(self) -> dict[str, Any]:
        """The JSON of the contract."""
        from .printing import json
        sheet = self._sheet
        source = getattr(sheet, "source", None)

        def line_of(span: object) -> int | None:
            start = getattr(span, "start", None)
            return source.place(start)[0] if source is not None and isinstance(start, int) else None

        parts = tuple(json.Part(p.page, p.assumptions, p.checks, self._digits, line_of) for p in self._parts)
        extra = tuple(r for r in sheet.assumptions if all(r not in p.assumptions for p in self.problems)) if sheet is not None else ()
        return json.render(parts, self.not_understood, extra)

    def html(self) -> str:
        """The solution as one HTML file, which loads nothing."""
        from .printing import html_solution
        return html_solution.render(self._heading(), *self._on_page())

    def fragment(self) -> tuple[str, str]:
        """What stands below the title of that file, and its table of contents: for a page that shows one solution after another."""
        from .printing import html_solution
        return html_solution.fragment(*self._on_page())

    def _on_page(self) -> tuple[Any, list[Remark], list[Remark]]:
        """The parts, and what of the sheet belongs to no one problem."""
        from .printing import html_solution
        own = {r for p in self.problems for r in (*p.not_understood, *p.repairs)}
        sheet = self._sheet
        unread = [r for r in sheet.not_understood if r not in own] if sheet is not None else []
        repaired = [r for r in sheet.repairs if r not in own] if sheet is not None else []
        return tuple(html_solution.Part(p.page, p.assumptions, p.checks, p.notes) for p in self._parts), unread, repaired

    def pdf(self) -> bytes:
        """The solution as a PDF. Needs the extra `pdf`."""
        from .printing import typst
        return typst.pdf(self.document)

    def notebook(self) -> str:
        """The solution as a Jupyter notebook, whose cells run the forward pass, the gradients and their check in NumPy."""
        from .backends.cells import cells
        from .printing import notebook
        return notebook.render(self.document, [block for problem in self.problems for block in cells(problem)])

    def __str__(self) -> str:
        from .printing import terminal
        return terminal.render(self.document)

    def __repr__(self) -> str:
        return f"<Solution of {len(self._parts)} problem{'s' if len(self._parts) != 1 else ''}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Markdown with formulas: notebooks set it with what they bring along."""
        from .printing import markdown
        return {"text/plain": str(self), "text/markdown": markdown.render(self.document)}


def __getattr__(name: str) -> object:
    """`Sheet`, loaded when it is asked for."""
    if name == "Sheet":
        from .reading.sheet import Sheet
        return Sheet
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def solve(source: object, *, name: str = "", data: Mapping[str, object] | None = None, wrt: Sequence[str] = (),
          layout: str | None = None, digits: int = DIGITS) -> Solution:
    """The worked solution of a sheet's text, of what `read` made of it, of a Problem, or of a model of the Python API.

    data    numbers for symbols: decimal strings and nested lists, taken exactly
    wrt     gradients with respect to these, besides what the problem asks
    layout  "column" or "row", over what the sheet suggests
    digits  significant digits of the JSON's values; above 12, or below 6, of the text too
    """
    if isinstance(source, Problem):
        return solve_problem(source, data=data, wrt=wrt, layout=layout, digits=digits, title=name)
    if callable(getattr(source, "problem", None)):
        return solve_problem(source.problem(), data=data, wrt=wrt, layout=layout, digits=digits, title=name)
    sheet = source if hasattr(source, "problems") else read(str(source), name=name, data=data, wrt=wrt, layout=layout)
    parts = [_worked(problem, digits) for problem in sheet.problems]
    return Solution(parts, sheet, name, digits)


def solve_problem(problem: Problem, *, data: Mapping[str, object] | None = None, wrt: Sequence[str] = (), layout: str | None = None,
                  digits: int = DIGITS, title: str = "") -> Solution:
    """The worked solution of one problem."""
    if data:
        problem = with_data(problem, data)
    if layout is not None:
        problem = replace(problem, notation=replace(problem.notation, layout=layout))
    if wrt:
        problem = with_gradients(problem, wrt)
    return Solution([_worked(problem, digits)], None, title, digits)


def read(text: str, *, name: str = "", data: Mapping[str, object] | None = None, wrt: Sequence[str] = (),
         layout: str | None = None) -> Sheet:
    """What is understood of a sheet, or of the plain-text form."""
    from .reading.plain_header import is_plain
    if is_plain(text):
        from .reading import plain
        from .reading.sheet import Sheet
        problems = tuple(_dressed(p, data, wrt, layout) for p in plain.read_all(text))
        return Sheet(problems, *(tuple(r for p in problems for r in getattr(p, kind))
                                 for kind in ("assumptions", "repairs", "not_understood")))
    from .reading import sheet
    return sheet.read(text, name=name, data=data, wrt=wrt, layout=layout)


def _dressed(problem: Problem, data: Mapping[str, object] | None, wrt: Sequence[str], layout: str | None) -> Problem:
    problem = with_data(problem, data) if data else problem
    problem = with_gradients(problem, wrt) if wrt else problem
    return problem if layout is None else replace(problem, notation=replace(problem.notation, layout=layout))


# ---- options ------------------------------------------------------------------------------------------------------

def with_data(problem: Problem, data: Mapping[str, object]) -> Problem:
    """The problem with numbers for its symbols. DataError for a name that fits nothing, or a shape that does not fit."""
    from .reading.values import as_value, shape_of
    values: dict[str, Value] = dict(problem.data)
    sizes = dict(problem.sizes)
    for given_name, given_value in data.items():
        name = _named(problem, given_name)
        number = as_value(given_name, given_value)
        if name not in problem.program.tensors:
            if name in problem.program.sizes() and not isinstance(number, tuple) and number.denominator == 1:
                sizes[name] = int(number)
                continue
            raise DataError(f"{given_name} is no quantity of the problem.", suggestion=_known(problem))
        tensor = problem.program[name]
        if problem.program.equation(name) is not None:
            raise DataError(f"{given_name} is computed by the problem, and cannot be given.")
        shape = shape_of(number)
        if len(shape) != tensor.rank:
            raise DataError(f"{given_name} has {tensor.rank} axes, and its numbers have {len(shape)}.")
        for axis, length in zip(tensor.axes, shape, strict=True):
            size = axis.size if isinstance(axis.size, int) else sizes.setdefault(axis.size, length)
            if size != length:
                raise DataError(f"{given_name} has {length} entries along {axis.name}, where the problem has {size}.")
        values[name] = number
    return replace(problem, data=values, sizes=sizes)


def with_gradients(problem: Problem, wrt: Sequence[str]) -> Problem:
    """The problem asking for the loss gradients with respect to these as well."""
    names = tuple(_named(problem, each) for each in wrt)
    for name, given_name in zip(names, wrt, strict=True):
        if name not in problem.program.tensors:
            raise UnknownName(f"{given_name} is no quantity of the problem.", suggestion=_known(problem))
    if problem.loss is None:
        raise UnknownName("The problem has no loss to differentiate.")
    return replace(problem, wanted=(*problem.wanted, Wanted("gradient", problem.loss, names)))


def _named(problem: Problem, name: str) -> str:
    """The tensor or size that the name means: names are compared without markup where that is unambiguous."""
    known = (*problem.program.tensors, *problem.program.sizes())
    if name in known:
        return name
    found = {k for k in known if _bare(k) == _bare(name)}
    return found.pop() if len(found) == 1 else name


def _bare(name: str) -> str:
    return re.sub(r"\\[A-Za-z]+|[^A-Za-z0-9'*]", "", name)


def _known(problem: Problem) -> str:
    given_names = [t.name for t in problem.program.given() if t.role not in ("size", "constant")]
    return f"Its given quantities are {', '.join(given_names)}."


# ---- working out --------------------------------------------------------------------------------------------------

_IN_SYMBOLS = Lately(8)
"""What was worked out last without numbers, which is the same for others."""


def _worked(problem: Problem, digits: int) -> Part:
    told = problem.program, problem.program.left_out(), problem.loss, problem.wanted, problem.descent, problem.notation, problem.sizes, problem.title
    derivation, program, notation, notes, kept = _IN_SYMBOLS.of(told, lambda: _in_symbols(problem))
    problem = replace(problem, descent=derivation.problem.descent)
    figures = Figures(program, problem.data, problem.sizes) if problem.data else None
    text_digits = TEXT_DIGITS if 6 <= digits <= DIGITS else digits
    page = Page(replace(derivation, problem=problem), program, notation, replace(notation, deltas={}), figures, text_digits, kept)
    return Part(page, (*notes, *_missing(page)))


def _in_symbols(problem: Problem) -> tuple[Derivation, Program, Notation, list[Remark], dict[Any, Any]]:
    """The derivation, the program that is printed from, how it is written, what could not be done, and room for what is made of them."""
    derivation = derive(problem)
    program = derivation.backward
    notes: list[Remark] = []
    descent = problem.descent
    if descent is not None and problem.loss:
        try:
            program = unrolled(program, problem.loss, descent)
        except (KeyError, ValueError) as error:
            notes.append(Remark("the update", f"{error.args[0]}"))
            problem = replace(problem, descent=None)
            derivation = replace(derivation, problem=problem)
            descent = None
    program = with_locals(program, derivation)
    notation = with_deltas(problem)
    if descent is not None:
        notation = with_steps(notation, program, descent.steps)
    return derivation, program, notation, notes, {}


def with_locals(program: Program, derivation: Derivation) -> Program:
    """The program with the local derivatives as tensors too, so that they have values."""
    tensors, equations = [], []
    for step in derivation.steps:
        if step.before is None and step.about.startswith("d") and "/d" in step.about and step.about not in program.tensors \
                and step.rule not in ("chain", "paths", "constant") and all(hasattr(i, "axis") for i in step.left.at) \
                and step.about not in {t.name for t in tensors} and len(set(step.left.at)) == len(step.left.at):
            tensors.append(Tensor(step.about, tuple(i.axis for i in step.left.at), "gradient"))
            equations.append(Equation(step.left, step.after))
    return program.extended(tensors, equations)


def _missing(page: Page) -> list[Remark]:
    """Requests for numbers that the data do not suffice for."""
    figures, problem = page.figures, page.problem
    if figures is None:
        return []
    out = []
    for wanted in problem.wanted:
        if wanted.kind == "update" and problem.descent is not None:
            names = [at_step(p, 1) for p in problem.descent.parameters]
        elif wanted.kind == "value" and wanted.of in page.tensors:
            names = [wanted.of]
        else:
            continue
        lacking = list(dict.fromkeys(m for n in names if n in page.tensors for m in figures.missing(n)))
        if lacking:
            what = "the update" if wanted.kind == "update" else f"the value of {wanted.of}"
            out.append(Remark(what, f"it needs numbers for {', '.join(lacking)}, and none are given", wanted.line, None,
                              f"{lacking[0]} = ... in the sheet, or --data"))
    return out


def _checked(page: Page) -> tuple[Any, ...]:
    """Gradient checks of what was asked, of every parameter at least."""
    problem, figures = page.problem, page.figures
    if figures is None or problem.loss is None or not figures.has(problem.loss):
        return ()
    from .forms.symbols import derivative
    from .numbers.faults import EvaluationError, NumberError
    from .numbers.gradcheck import gradient_check
    names = [derivative(n).wrt[-1] for n in asked_gradients(page)]
    names += [t.name for t in page.forward.given() if t.role == "parameter"]
    names = [n for n in dict.fromkeys(names) if f"d{problem.loss}/d{n}" in page.derivation.results]
    def check(wrt: list[str]) -> list[Any]:
        return gradient_check(page.forward, page.derivation.backward, problem.loss, wrt, problem.data, figures.sizes)

    try:
        return tuple(check(names))
    except (EvaluationError, NumberError):               # one of them has no value at the data: the others are checked
        checks = []
        for each in names:
            with suppress(EvaluationError, NumberError):
                checks += check([each])
        return tuple(checks)

