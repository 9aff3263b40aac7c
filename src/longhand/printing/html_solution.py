"""A worked solution as one HTML file: cards with their forms and numbers, formulas by KaTeX over MathML, symbols that say what they are.

The file holds all that it needs. Its policy lets its own scripts run, known by their hashes, and nothing else.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby

from ..calculus.derivation import gradient_name
from ..calculus.descent import at_step
from ..core.problem import Remark
from ..core.recent import Recent
from ..core.record import record
from ..forms.diagram import diagram
from ..forms.document import Block, Display, Document, Heading, Inline, Item
from ..forms.maths import Grid, Line, Maths, line
from ..forms.symbols import EQUALS, derivative
from ..forms.worked import assumed, checked, forward, given, numeric
from ..forms.worked.page import Page
from . import html_glossary as glossary
from . import html_katex
from .html import Writer, said, signs
from .html_cards import Card, Derivation, forward_cards
from .html_figure import schematic
from .html_page import page
from .html_symbols import Symbols, names
from .latex_maths import latex


@record
class Part:
    """One problem worked out: its page, what it rests on, its gradient checks, remarks on requests that could not be met."""
    page: Page
    assumptions: tuple[assumed.Assumption, ...]
    checks: tuple
    notes: tuple[Remark, ...] = ()


def render(title: str, parts: tuple[Part, ...], not_understood: Iterable[Remark] = (), repairs: Iterable[Remark] = ()) -> str:
    """The page. `not_understood` and `repairs` are those of the sheet that belong to no one problem."""
    body, writer = _body(parts, not_understood, repairs)
    return page(title, body, writer.contents(), writer.commands(), controls=FORMS)


def fragment(parts: tuple[Part, ...], not_understood: Iterable[Remark] = (), repairs: Iterable[Remark] = ()) -> tuple[str, str]:
    """What stands below the title of that page, and its table of contents: for a page that shows one solution after another."""
    body, writer = _body(parts, not_understood, repairs)
    return body, writer.contents()


def _body(parts: tuple[Part, ...], not_understood: Iterable[Remark], repairs: Iterable[Remark]) -> tuple[str, SolutionWriter]:
    writer = SolutionWriter(len(parts) > 1)
    top = [*given.remarks(not_understood, "problem"), *given.remarks(repairs, "repair")]
    alone = len(parts) == 1
    body = [] if alone else [writer.notices(top)]
    body += (writer.part(part, number, top if alone else []) for number, part in enumerate(parts, 1))
    return "\n".join(filter(None, body)), writer


FORMS = """<span class="group" role="group" aria-label="Forms of all formulas"><button type="button" data-all="index" aria-pressed="true">index
 form</button><button type="button" data-all="matrix" aria-pressed="true">matrix form</button></span>"""

COPY = '<button type="button" class="copy">copy LaTeX</button>'


LATELY = 500_000
"""Characters of formulas that are kept for the next page with the same symbols: who types changes a few of them."""
_TABLES = Recent(8)


@record
class Formula:
    """A formula on a page, its LaTeX, and the symbols in it."""
    html: str
    latex: str
    met: frozenset[str]


class SolutionWriter(Writer):
    """Writes the parts of a solution; formulas are set by KaTeX where scripts run, and are MathML else."""

    def __init__(self, several: bool) -> None:
        super().__init__(Document(""))
        self.several = several
        self.deeper = 1 if several else 0
        self.symbols: Symbols | None = None
        self.listed: list[tuple[int, str, str]] = []          # level, anchor, words of the table of contents
        self.said: set[str] = set()
        self.first, self.prefix = 1, ""
        self._formulas = Recent(LATELY)

    # ---- formulas ---------------------------------------------------------------------------------------------------

    def formula(self, maths: Maths, display: bool = False, sign: str = "") -> str:
        key = maths, display, sign
        found = self._formulas.get(key)
        if found is None:
            marked, met = self.symbols.marked_alone(maths) if self.symbols is not None else (latex(maths), frozenset())
            found = Formula(html_katex.formula(maths, marked, display, sign), marked, met)
            self._formulas.put(key, found, len(found.html))
        self.said.add(found.latex)
        if self.symbols is not None:
            self.symbols.met |= found.met
        return found.html

    def commands(self) -> str:
        """All LaTeX of the page."""
        return "\n".join(self.said)

    def display(self, block: Display, matrix: Maths | None = None, extra: str = "") -> str:
        """A chain: what is defined, and the rest, which breaks at its relation signs. `matrix` is the part that is the matrix form."""
        if not block.parts:
            return ""
        parts = [f'<span class="part{" mx" if part == matrix else ""}">{self.formula(part, True, sign)}</span>'
                 for sign, part in zip(signs(block), block.parts, strict=False)]
        shape = f'<span class="shape">{self.shape(block.shape)}</span>' if block.shape is not None else ""
        chain = f'<span class="lead">{parts[0]}</span><span class="rest">{"".join(parts[1:])}</span>' if len(parts) > 1 else parts[0]
        boxed = " boxed" if block.boxed else ""
        anchor = f' id="{said(self.prefix + block.label)}"' if block.label else ""
        return f'<div class="display{boxed}{extra}"{anchor}><div class="chain" tabindex="-1">{chain}</div>{shape}</div>'

    def block(self, block: Block) -> str:
        if isinstance(block, Item) and block.kind:
            return f'<li class="said {block.kind}">{self.flag(block.kind)}{self.run(block.text)}</li>'
        return super().block(block)

    # ---- parts ------------------------------------------------------------------------------------------------------

    def part(self, part: Part, number: int, top: list[Block]) -> str:
        """One problem; `top` is what there is to say of the sheet."""
        page = part.page
        self.prefix = f"p{number}-" if self.several else ""
        self.symbols = Symbols(page, self.first, names(page))
        self.first += len(self.symbols.numbers)
        self._formulas = _TABLES.of(tuple(self.symbols.table), lambda: Recent(LATELY))
        derivation = Derivation(page, self.prefix)
        ahead, back = list(forward_cards(page, self.prefix)), list(derivation.blocks())
        anchors = self._anchors(page, [c for c in (*ahead, *back) if isinstance(c, Card)])
        out = [self.heading(1, (page.problem.title or f"Problem {number}",))] if self.several else []
        out.append(self.chips(part))
        out.append(self.notices((*top, *given.remarks(part.notes, "problem"), *given.remarks((*page.problem.not_understood,), "problem"),
                                 *given.remarks(page.problem.repairs, "repair"))))
        bare = [b for b in given.blocks(page, part.assumptions) if not (isinstance(b, Item) and b.kind in ("problem", "repair"))]
        out.append(self.mixed(b for b in bare if not _is_caret(b)))
        drawn = diagram(page)
        if drawn is not None:
            out.append(self.heading(2, ("Schematic",)))
            out.append(schematic(drawn, [c for c in (*ahead, *back) if isinstance(c, Card)], anchors, self.symbols.numbers, f"{self.prefix}net"))
        out.append(self.heading(2, ("Forward pass",)))
        out.append(self.data(page))
        out += (self.card(card, anchors) for card in ahead)
        out.append(self.mixed(back, anchors))
        out.append(self.mixed(numeric.update_blocks(page), anchor="update"))
        out.append(self.mixed(checked.blocks(page, part.checks), anchor="check"))
        out.append(self.heading(2, ("Symbols",), "symbols"))
        out.append(glossary.table(page, self.symbols, self, anchors))
        return "\n".join(filter(None, out))

    def _anchors(self, page: Page, cards: list[Card]) -> dict[str, str]:
        """Quantity -> where on the page it is defined."""
        anchors = {card.about: card.anchor for card in reversed(cards)}
        if page.figures is not None:
            shown = {d.parts[0] for d in self._data(page)}
            known = (name for name in page.figures.data if name in page.tensors and name not in anchors)
            anchors |= {name: f"{self.prefix}data" for name in known if _begins(shown, page.symbol(name))}
        descent = page.problem.descent
        if descent is not None:
            anchors |= {name: f"{self.prefix}update" for name in page.tensors if "@" in name and name not in anchors}
        anchors |= {t.name: f"{self.prefix}given-and-asked" for t in page.forward.given() if t.name not in anchors}
        return anchors | dict(self._locals(page, anchors))

    def _locals(self, page: Page, anchors: dict[str, str]) -> Iterator[tuple[str, str]]:
        """A local derivative is derived on the card of the gradient that needs it."""
        for name in page.tensors:
            parts = derivative(name)
            if parts is not None and name not in anchors and (found := anchors.get(gradient_name(page.problem.loss or "", parts.wrt[-1]))):
                yield name, found

    def heading(self, level: int, text: tuple[Inline, ...], anchor: str = "") -> str:
        """A heading, in the table of contents too."""
        anchor = self.prefix + (anchor or _slug(text))
        taken = {each for _, each, _ in self.listed}
        name, k = anchor, 2
        while name in taken:
            name, k = f"{anchor}-{k}", k + 1
        words = self.run(text)
        self.listed.append((level, name, words))
        tag = f"h{min(level + self.deeper, 5)}" if self.several else f"h{max(2, min(level, 5))}"
        return f'<{tag} id="{name}">{words}</{tag}>'

    def mixed(self, blocks: Iterable[Block | Card], anchors: dict[str, str] | None = None, anchor: str = "") -> str:
        """Headings, cards and other blocks one after another; the first heading gets the anchor."""
        out: list[str] = []
        run: list[Block] = []
        for block in blocks:
            if isinstance(block, Card | Heading):
                out, run = [*out, self.blocks(run)], []
                out.append(self.card(block, anchors or {}) if isinstance(block, Card) else self.heading(block.level, block.text, anchor))
                anchor = ""
            else:
                run.append(block)
        return "\n".join(filter(None, [*out, self.blocks(run)]))

    def blocks(self, blocks: Iterable[Block]) -> str:
        """As any writer; values that follow each other stand side by side."""
        out: list[str] = []
        for values, run in groupby(blocks, _is_value):
            listed = list(run)
            out.append(f'<div class="data">{"".join(map(self.display, listed))}</div>' if values and len(listed) > 1 else super().blocks(listed))
        return "\n".join(out)

    def notices(self, blocks: Iterable[Block]) -> str:
        """What was not understood or repaired, where it is seen first."""
        listed = self.blocks(blocks)
        bad = " bad" if 'class="said problem"' in listed else ""
        return f'<div class="notices{bad}">{listed}</div>' if listed else ""

    def chips(self, part: Part) -> str:
        """The outcome in short."""
        page, found = part.page, list(_outcome(part))
        if page.problem.descent is not None and page.problem.loss and page.figures is not None:
            last = at_step(page.problem.loss, page.problem.descent.steps)
            if last in page.tensors and page.figures.has(last):
                old, new = (page.figures.entry_text(n, (), 6) for n in (page.problem.loss, last))
                found.append(("right", f'{self.formula(page.symbol(page.problem.loss))} {said(old or "?")} → {said(new or "?")}'))
        return '<ul class="tally">' + "".join(f'<li class="{kind}">{words}</li>' for kind, words in found) + "</ul>" if found else ""

    def data(self, page: Page) -> str:
        """The given numbers side by side."""
        shown = self._data(page)
        return f'<div class="data" id="{self.prefix}data">{"".join(map(self.display, shown))}</div>' if shown else ""

    def _data(self, page: Page) -> list[Display]:
        return [b for b in forward.data(page) if isinstance(b, Display)]

    # ---- cards ------------------------------------------------------------------------------------------------------

    def card(self, card: Card, anchors: dict[str, str]) -> str:
        """A step: its head, its forms, its numbers, and why."""
        words = self.run(card.title)
        self.listed.append((9, card.anchor, f'<span class="no">{escape(card.number)}</span> {words}'))
        both = bool(card.index) and bool(card.matrix or _carries(card))
        forms = "".join(f'<button type="button" data-form="{form}" aria-pressed="true">{form}</button>' for form in ("index", "matrix"))
        forms = f'<span class="group" role="group" aria-label="Forms">{forms}</span>' if both else ""
        shape = f'<span class="shape">{self.shape(card.shape)}</span>' if card.shape is not None else ""
        rule = f'<span class="rule">{said(card.rule)}</span>' if card.rule else ""
        tag = f"h{3 + self.deeper}"
        head = (f'<header><a class="no" href="#{card.anchor}" aria-label="Link to step {escape(card.number)}">{escape(card.number)}</a>'
                f'<{tag} id="{card.anchor}-t">{words}</{tag}>{rule}<span class="tools" hidden>{forms}{COPY}</span>{shape}</header>')
        body = [f'<div class="{"ix" if both else "always"}">{self.blocks(card.index)}</div>' if card.index else "",
                f'<div class="ix-end">{self.blocks(card.result)}</div>' if card.result and both else "",
                f'<div class="mx">{self.blocks(card.matrix)}</div>' if card.matrix else "",
                f'<div class="numbers">{self._numbers(card)}</div>' if card.numbers else "", self._why(card, anchors)]
        return (f'<article class="card" id="{card.anchor}" aria-labelledby="{card.anchor}-t">{head}'
                f'{"".join(filter(None, body))}</article>')

    def _numbers(self, card: Card) -> str:
        return "\n".join(self.display(b, card.matrix_maths) if isinstance(b, Display) else self.block(b) for b in card.numbers)

    def _why(self, card: Card, anchors: dict[str, str]) -> str:
        if not card.why:
            return ""
        uses = [(number, anchor) for number, anchor in self._uses(card, anchors) if anchor != card.anchor]
        links = ", ".join(f'<a href="#{anchor}">{escape(number)}</a>' for number, anchor in uses)
        uses_line = f'<p class="uses">Uses {links}.</p>' if uses else ""
        return f'<details class="why"><summary>why</summary><p>{self.run(card.why)}</p>{uses_line}</details>'

    def _uses(self, card: Card, anchors: dict[str, str]) -> Iterator[tuple[str, str]]:
        derivation = self.symbols.page.derivation
        about = {s.id: s.about for s in derivation.steps}
        used = dict.fromkeys(about[i] for s in derivation.steps if s.about == card.about for i in s.uses if i in about)
        for anchor in sorted({anchors[name] for name in used if name in anchors}, key=lambda each: (len(each), each)):
            yield anchor.removeprefix(self.prefix).lstrip("s").upper(), anchor

    # ---- contents ---------------------------------------------------------------------------------------------------

    def contents(self) -> str:
        """The table of contents."""
        items = "".join(f'<li class="l{level}"><a href="#{anchor}">{words}</a></li>' for level, anchor, words in self.listed)
        return f"<ol>{items}</ol>"



def _carries(card: Card) -> bool:
    return card.matrix_maths is not None and any(isinstance(b, Display) and card.matrix_maths in b.parts for b in card.numbers)


def _outcome(part: Part) -> Iterator[tuple[str, str]]:
    unread = len(part.page.problem.not_understood) + len(part.notes)
    if unread:
        yield "wrong", f"{unread} not understood"
    bad = sum(not c.ok for c in part.checks)
    if part.checks:
        total = sum(c.entries for c in part.checks)
        yield ("wrong", f"{bad} gradients fail the check") if bad else ("right", f"✓ {total} entries agree with finite differences")


def _is_value(block: Block) -> bool:
    """Whether it is a symbol and its numbers, and no more."""
    return isinstance(block, Display) and len(block.parts) == 2 and block.shape is None and not block.boxed and isinstance(block.parts[1], Grid)


def _begins(formulas: Iterable[Maths], symbol: Maths) -> bool:
    """Whether one of the formulas is the symbol = something."""
    own = line(symbol, EQUALS)
    return any(isinstance(each, Line) and each.items[:len(own.items)] == own.items for each in formulas)


def _is_caret(block: Block) -> bool:
    return type(block).__name__ == "Code"


def _slug(text: tuple[Inline, ...]) -> str:
    words = "".join(part for part in text if isinstance(part, str)).lower()
    kept = "".join(c if c.isascii() and c.isalnum() else "-" for c in words)
    return "-".join(filter(None, kept.split("-")))[:40] or "part"

