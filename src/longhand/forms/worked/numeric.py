"""Gradients, updates and losses in numbers: symbols = numbers put in = result."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...calculus.derivation import gradient_name
from ...calculus.descent import METHODS, at_step
from ...core.equation import Equation, Program
from ...core.problem import Descent, Notation, Problem, Spelling
from ...core.record import record
from .. import symbols
from ..document import Block, Display, Heading, Inline, Table, Text
from ..maths import Maths, Sign
from . import filled, grids
from .assumed import entry_at
from .cards import needed
from .forward import chain, valued
from .given import NAMES
from .page import Page, marked

NEW = r"\mathrm{new}"


@record
class Update:
    """One parameter, or one array that a method carries along, after one step."""
    name: str
    step: int
    equation: Equation


def updates(problem: Problem, program: Program) -> tuple[Update, ...]:
    """All updates in the unrolled program, in order."""
    descent = problem.descent
    if descent is None:
        return ()
    found = []
    for equation in program.equations:
        base, mark, step = equation.name.rpartition("@")
        if mark and step.isdigit() and (base in descent.parameters or is_state(base, descent)):
            found.append(Update(base, int(step), equation))
    return tuple(found)


def is_state(name: str, descent: Descent) -> bool:
    """Whether the name is that of an array that the method carries along: "velocity of W_1"."""
    what, of, parameter = name.partition(" of ")
    return bool(of) and parameter in descent.parameters


STATES = {"velocity": "v", "change": r"\Delta", "first moment": "m", "second moment": "s", "corrected first moment": r"\hat{m}",
          "corrected second moment": r"\hat{s}", "step": "d"}
"""What a method carries along -> its letter."""


def with_steps(notation: Notation, program: Program, steps: int) -> Notation:
    """The notation with names for the quantities after each update: W^{new}, or W^{(2)} where there are several."""
    spellings = dict(notation.spellings)
    for name in program.tensors:
        base, mark, step = name.rpartition("@")
        if not mark or symbols.derivative(name):
            continue
        ahead = step.startswith("ahead")
        number = step.removeprefix("ahead")
        sign = r"\mathrm{ahead}" if ahead else NEW if steps == 1 else f"({number})"
        what, of, parameter = base.partition(" of ")
        if of and what in STATES:
            known = symbols.spelling(notation, parameter)
            own = symbols.spelling(notation, parameter).latex
            sign = f"({number})" if steps > 1 else ""
            latex = f"{STATES[what]}_{{{own}}}" + (f"^{{{sign}}}" if sign else "")
            spellings[name] = Spelling(latex, "subscript", known.orientation)
        else:
            known = symbols.spelling(notation, base)
            spellings[name] = Spelling(marked(known.latex, sign), known.entries, known.orientation)
    return Notation(spellings, notation.sizes, notation.letters, notation.functions, notation.layout, notation.log, notation.deltas)


# ---- gradients ----------------------------------------------------------------------------------------------------

def gradients(page: Page, names: tuple[str, ...]) -> Iterator[Block]:
    """Every gradient asked, and those on the way to it, in the order of the backward pass."""
    figures, derivation = page.figures, page.derivation
    if figures is None or not names:
        return
    ids = needed(derivation, names)
    about = dict.fromkeys(s.about for s in derivation.steps if s.id in ids)
    shown = [n for n in about if n in derivation.results and n in page.tensors and figures.has(n)]
    if not shown:
        return
    yield Heading(2, ("Gradients in numbers",))
    for name in shown:
        yield from gradient(page, name)


def gradient(page: Page, name: str) -> Iterator[Block]:
    """One gradient that the data determine, in numbers."""
    equation = page.program.equation(name)
    if equation is None:
        return
    if page.figures.count(name) > filled.MOST_ENTRIES or page.tensors[name].rank > 2:
        yield from _slices(page, name)
        return
    yield from valued(page, equation, page.matrix_maths(equation), closed=False)
    yield from _without_value(page, name)


def _without_value(page: Page, name: str) -> Iterator[Block]:
    page.figures.text(name, page.digits)
    for (tensor, at), says in page.figures.faults.items():
        if tensor == name:
            yield Text((entry_at(page, name, at) if at else page.symbol(name), f" has no value: {says}."), "problem")
    for (tensor, at), says in page.figures.unproved.items():
        if tensor == name:
            yield Text((entry_at(page, name, at) if at else page.symbol(name), f" has no digit that is proved: {says}."), "problem")


def _slices(page: Page, name: str) -> Iterator[Block]:
    """A tensor with three axes as its slices, where these are small."""
    figures, tensor = page.figures, page.tensors[name]
    if figures.count(name) > filled.MOST_ENTRIES or tensor.rank != 3:
        sizes = " × ".join(map(str, figures.extents(name)))
        yield Text((page.symbol(name), f" has {sizes} entries; they are in the JSON output where there are at most 4096."))
        return
    text = figures.text(name, page.digits)
    for k, part in enumerate(text):
        left = symbols.indexed(symbols.symbol(page.plain, name, page.tensors), [Sign(str(k + 1), "number"), Sign(":"), Sign(":")])
        yield Display((left, grids.grid(part)))


# ---- updates ------------------------------------------------------------------------------------------------------

def update_blocks(page: Page) -> Iterator[Block]:
    """Each parameter after each step, and the loss."""
    problem = page.problem
    descent = problem.descent
    found = updates(problem, page.program)
    if descent is None or not found:
        return
    method = METHODS[descent.method]
    after = "one step" if descent.steps == 1 else f"{descent.steps} steps"
    yield Heading(2, (f"Update: {after} of {NAMES.get(descent.method, descent.method)}",))
    yield Text((method.why,))
    for step in range(1, descent.steps + 1):
        if descent.steps > 1:
            yield Heading(3, (f"Step {step}",))
            if step > 1 and page.figures is not None:
                yield from _gradients_at(page, step)
        for each in found:
            if each.step == step:
                yield from _update(page, each)
    yield from _afterwards(page)


def _gradients_at(page: Page, step: int) -> Iterator[Block]:
    """The gradients of the parameters at the start of a later step, as numbers."""
    for p in page.problem.descent.parameters:
        name = f"{gradient_name(page.problem.loss, p)}@{step - 1}"
        if name in page.tensors and page.figures.has(name) and page.figures.count(name) <= filled.MOST_ENTRIES:
            yield from chain(page, name, [page.symbol(name)], closed=False)


def _update(page: Page, each: Update) -> Iterator[Block]:
    equation = each.equation
    matrix = page.matrix_maths(equation)
    shown = list(valued(page, equation, matrix, closed=False))
    if not shown and matrix is not None:
        shown = [Display((page.symbol(equation.name), matrix), ("=",), shape=page.shape(equation.name))]
    elif not shown:
        shown = [Display(page.equation(equation, compact=True), ("=",), shape=page.shape(equation.name))]
    if page.problem.descent.steps == 1 and not is_state(each.name, page.problem.descent):
        shown = [_arrow(block, page.symbol(equation.name), page.symbol(each.name)) for block in shown]
    yield from shown


def _arrow(block: Block, new: Maths, old: Maths) -> Block:
    """W ← W - η ∂L/∂W instead of a name for the new W."""
    if isinstance(block, Display) and block.parts[0] == new and block.relations:
        return replace(block, parts=(old, *block.parts[1:]), relations=(r"\leftarrow", *block.relations[1:]))
    return block


def _afterwards(page: Page) -> Iterator[Block]:
    """The forward pass with the new parameters, and the loss before and after."""
    problem, figures = page.problem, page.figures
    steps, loss = problem.descent.steps, problem.loss
    if figures is None or loss is None or not figures.has(at_step(loss, steps)):
        return
    yield Heading(3, ("Forward pass after the update",))
    for equation in page.forward.equations:
        name = at_step(equation.name, steps)
        if name in page.tensors and name != at_step(loss, steps) and figures.has(name) and figures.count(name) <= filled.MOST_ENTRIES:
            yield from chain(page, name, [page.symbol(name)], closed=False)
    last = page.program.equation(at_step(loss, steps))
    yield from valued(page, last, page.matrix_maths(last), closed=False)
    if steps > 1:
        rows = tuple(((str(s),), (grids.number(figures.entry_text(at_step(loss, s), (), 10)),)) for s in range(steps + 1))
        yield Table((("after step",), (page.symbol(loss),)), rows)


def loss_change(page: Page) -> tuple[Inline, ...]:
    """The loss falls from ... to ...."""
    steps, loss, figures = page.problem.descent.steps, page.problem.loss, page.figures
    first, last = (figures.entry_text(at_step(loss, s), (), 12) for s in (0, steps))
    if first is None or last is None:
        return (page.symbol(loss), " has no value after the update.")
    a, b = float(first), float(last)
    verb = "falls" if b < a else "rises" if b > a else "stays"
    then: tuple[Inline, ...] = (f"{verb} from ", _plain(first), " to ", _plain(last), ".") if b != a else ("stays at ", _plain(first), ".")
    return (page.symbol(loss), " ", *then)


def _plain(text: str) -> Maths:
    return grids.number(text)
