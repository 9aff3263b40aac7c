"""A solution as cards: a quantity of the forward pass, or a step of the derivation, with its formulas in every form and its numbers."""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ..core.equation import Equation
from ..core.record import record
from ..forms.document import Block, Display, Heading, Inline, StepCard
from ..forms.maths import Maths
from ..forms.worked import asked_gradients, asked_others, forward, jacobians, numeric
from ..forms.worked.cards import Cards, needed
from ..forms.worked.page import Page
from ..forms.worked.titles import kind


@record
class Card:
    """number       as it is printed; `anchor` is its name in links
    index           the work in index form, and `result` its end, shown where the matrix form is not
    matrix          the result in matrix form;   matrix_maths  the same as a part of `numbers`, symbols = put in = result
    """
    anchor: str
    number: str
    title: tuple[Inline, ...]
    about: str
    rule: str = ""
    why: tuple[Inline, ...] = ()
    shape: Maths | None = None
    index: tuple[Block, ...] = ()
    result: tuple[Block, ...] = ()
    matrix: tuple[Block, ...] = ()
    numbers: tuple[Block, ...] = ()
    matrix_maths: Maths | None = None


def forward_cards(page: Page, prefix: str) -> Iterator[Card]:
    """A card for each equation of the forward pass."""
    for position, equation in enumerate(page.forward.equations, 1):
        tensor = page.tensors[equation.name]
        word = "Loss" if tensor.role == "loss" else kind(page.forward, tensor)
        symbol = page.symbol(equation.name)
        shown = list(forward.defined(page, equation))
        matrix = page.matrix_maths(equation) if tensor.axes else None
        known = [b for b in shown[1:] if isinstance(b, Display)]
        alone = tuple(b for b in known if b.parts == (symbol, matrix))
        numbers = tuple(b for b in shown[1:] if b not in alone)
        carried = any(matrix in b.parts for b in numbers if isinstance(b, Display))
        if matrix is not None and not alone and not carried:
            alone = (Display((symbol, matrix)),)
        title = (word,) if word == "Loss" and _is_word(symbol, "Loss") else (f"{word} ", symbol)
        yield Card(f"{prefix}f{position}", f"F{position}", title, equation.name, shape=page.shape(equation.name),
                   index=(replace(shown[0], shape=None, label=""),), matrix=alone, numbers=numbers, matrix_maths=matrix)


def _is_word(symbol: Maths, word: str) -> bool:
    return getattr(symbol, "text", "") == word or getattr(symbol, "latex", "") == rf"\mathrm{{{word}}}"


class Derivation:
    """The parts of a solution that derive: cards, and the blocks between them. It notes which gradients it gave in numbers."""

    def __init__(self, page: Page, prefix: str) -> None:
        self.page, self.prefix = page, prefix
        self.writer = Cards(page)
        self.valued: set[str] = set()
        self.gradients = [n for n in asked_gradients(page) if n in page.derivation.results]
        self.others = list(asked_others(page))

    def blocks(self) -> Iterator[Block | Card]:
        """Gradients, Jacobians, and the numbers of what has no card."""
        if self.gradients:
            yield Heading(2, ("Derivatives",))
            yield from map(self._card, self._steps())
        names = list(self.gradients)
        for wanted, mine in self.others:
            names += mine
            yield from map(self._card, jacobians.blocks(self.page, wanted, mine, self.writer))
        yield from self._left(names)

    def _steps(self) -> Iterable[Block]:
        """The steps to the gradients, which hold no numbers; where the writer goes on after them, written by it."""
        if self.others:
            return self.writer.of(self.gradients)
        key = "steps to", *self.gradients
        if key not in self.page.kept:
            self.page.kept[key] = tuple(self.writer.of(self.gradients))
        return self.page.kept[key]

    def _left(self, names: Iterable[str]) -> Iterator[Block]:
        page = self.page
        ids = needed(page.derivation, names)
        about = dict.fromkeys(s.about for s in page.derivation.steps if s.id in ids)
        found = [block for name in about if name not in self.valued and self._has_numbers(name) for block in numeric.gradient(page, name)]
        if found:
            yield Heading(2, ("Gradients in numbers",))
            yield from found

    def _has_numbers(self, name: str) -> bool:
        page = self.page
        return name in page.derivation.results and name in page.tensors and page.figures is not None and page.figures.has(name)

    def _card(self, block: Block) -> Block | Card:
        """A step with its numbers; what is no step stays as it is."""
        if not isinstance(block, StepCard):
            return block
        page, name = self.page, block.about
        numbers: tuple[Block, ...] = ()
        if self._has_numbers(name) and name not in self.valued:
            self.valued.add(name)
            numbers = tuple(numeric.gradient(page, name))
        equation = self.writer.made.get(name) or page.program.equation(name)
        matrix = page.matrix_maths(equation) if equation is not None and equation.left.at else None
        boxes = [b for b in block.body if isinstance(b, Display) and matrix is not None and b.parts[-1] == matrix]
        index = tuple(replace(b, shape=None) if isinstance(b, Display) else b for b in block.body if b not in boxes)
        result = (self._result(equation),) if boxes and boxes[0].boxed else ()
        numbers = tuple(b for b in numbers if not any(isinstance(b, Display) and b.parts == box.parts for box in boxes))
        return Card(f"{self.prefix}s{block.number}", str(block.number), block.title, name, block.rule, block.why,
                    block.shape or page.shape(name), index, result, tuple(replace(b, shape=None) for b in boxes), numbers, matrix)

    def _result(self, equation: Equation) -> Display:
        left, right = self.page.equation(equation, compact=True)
        names = [left]
        if self.page.is_short(equation.name):
            lettering = self.page.lettering(equation.left.at, (equation.left, equation.right))
            names.append(self.page.entry(equation.left, lettering.of(equation.left), short=False))
        return Display((*names, right), boxed=True)
