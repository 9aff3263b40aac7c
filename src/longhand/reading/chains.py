"""An answer as chains: the formulas of somebody's working, joined by the signs between them, each with its place and the words around it."""
from __future__ import annotations

import re

from ..core.record import record
from .chain_cases import Heading, conditioned, holds, negated
from .chain_latex import without_layout
from .chain_memory import Memory, read_cut
from .chain_names import DEFINED
from .chain_pieces import Piece, Word
from .chain_places import plain_places
from .chain_prose import sentences
from .chain_runs import AnswerBlocks, Plain, Title
from .chain_stacks import DRAWING, without_stacks
from .chain_tables import with_equations
from .environment import Note
from .markdown import Block, Math
from .source import Source
from .syntax import Empty, Formula, Span, Words

MOST = 2000                      # formulas of one answer
READ = 1_000_000                 # characters of one answer
LONGEST = 200                    # characters of the words kept beside a formula
NEAR = 40                        # how many words and conditions behind a formula are looked at
UNLABELLED = frozenset({"", "text", "txt", "plain", "plaintext", "math"})
CONNECTIVE = frozenset("""so and thus hence therefore then which is i.e e.g that this it we get have gives equals or again finally now
    also simplifies to rule by the chain product quotient""".split())
TAIL = re.compile(r"[^,;:.\n)\]!?*]*$")


@record
class Chain:
    """parts[0] operators[0] parts[1] ...: A = B = C. A formula that claims nothing (no relation) is a chain of one part.

    spans       the characters of each part;   span  of the whole
    before      the words in front of it, back to the formula or paragraph before ("so the gradient of b is")
    after       the words behind it, up to the next formula or the end of the block ("(matrix product)")
    conditions  conditions under which it is said: `if a > 0` behind it, (i ≠ j) beside it, and the heading of the case it stands in (k = t)
    continues   True where it starts with a sign and goes on from the chain above, whose last part then is parts[0] (its span lies above)
    section     the words of the heading above it
    """
    parts: tuple[Formula, ...]
    operators: tuple[str, ...]
    spans: tuple[Span, ...]
    span: Span
    before: str = ""
    after: str = ""
    conditions: tuple[Formula, ...] = ()
    continues: bool = False
    section: str = ""


@record
class Written:
    """An answer, read. `prose`: sentences that claim something in words only; `strange`: formulas that were not understood, with why;
    `repairs`: damage mended in reading; `drawn`: drawings in letters."""
    source: Source
    chains: tuple[Chain, ...]
    prose: tuple[Span, ...]
    strange: tuple[Note, ...]
    repairs: tuple[Note, ...]
    drawn: tuple[Span, ...] = ()


def chains(source: Source, memory: Memory | None = None) -> Written:
    """The chains of an answer in Markdown with LaTeX or in plain text lines (`dE/dw5 = 0.74 * 0.18 = 0.13`). With a memory, formulas of the
    same text are the same objects in all answers: `spans` says where the parts of a chain stand, and no part does."""
    return _Answer(source, memory).read()


class _Answer:
    """The reading of one answer, block by block."""

    def __init__(self, source: Source, memory: Memory | None) -> None:
        self.source, self.memory = source, memory
        self.text, aside = without_stacks(with_equations(without_layout(source.text[:READ])))
        self.found: list[Chain] = []
        self.prose: list[Span] = []
        self.drawn: list[Span] = list(aside)
        self.strange: list[Note] = []
        self.repairs: list[Note] = []
        self.section = ""
        self.lead = ""                             # the words of the paragraph above, where they announce a formula
        self.last: Chain | None = None             # what a line that begins with = goes on from
        self.pending: tuple[Piece, str] | None = None
        self.case = Heading()
        self.count = 0
        self.named = not DEFINED.search(self.text)

    def read(self) -> Written:
        for block in AnswerBlocks(self.text).run():
            self.block(block)
            if self.count > MOST:
                break
        if len(self.source.text) > READ and self.count <= MOST:
            rest = Span(READ, len(self.source.text))
            self.strange.append(Note("problem", rest, f"longer than {READ} characters", "the rest of the text is not read"))
        self.settle()
        self.end_case()
        self.found.sort(key=lambda chain: chain.span.start)
        return Written(self.source, tuple(self.found), tuple(self.prose), tuple(self.strange), tuple(self.repairs),
                       tuple(self.drawn))

    def block(self, block: Block) -> None:
        match block.kind:
            case "rule" | "front matter":
                return
            case "code":
                self.code(block)
                return
            case "heading":
                self.end_case()
                self.section = block.prose.strip()
            case "item":
                self.end_case()
        elements: list[Piece | Word] = []
        for run in block.runs:
            if self.count > MOST:
                break
            if isinstance(run, Title):
                self.passage(elements, "paragraph")
                elements = []
                self.end_case()
                self.section, self.lead = run.text, ""
            elif isinstance(run, Math | Plain):
                elements += self.formula(run)
            else:
                elements.append(Word(run.text, run.span))
        self.passage(elements, block.kind)

    def code(self, block: Block) -> None:
        """A block of code without a language is taken for plain text; a program is not read."""
        for run in block.runs:
            if DRAWING.search(self.text, run.span.start, run.span.end):
                self.drawn.append(run.span)
                continue
            if block.label.lower() not in UNLABELLED:
                self.strange.append(Note("problem", run.span, "a program is not read", "formulas are read"))
                continue
            elements: list[Piece | Word] = []
            at = run.span.start
            for first, last in plain_places(self.text, run.span.start, run.span.end):
                elements.append(Word(self.text[at:first], Span(at, first)))
                elements += self.formula(Plain(self.text[first:last], Span(first, last)))
                at = last
            elements.append(Word(self.text[at:run.span.end], Span(at, run.span.end)))
            self.passage(elements, "code")

    def formula(self, run: Math | Plain) -> list[Piece | Word]:
        """The pieces of a formula; what is not understood of it is noted."""
        if self.count > MOST:
            return []
        if self.count == MOST:
            rest = Span(run.span.start, len(self.source.text))
            self.strange.append(Note("problem", rest, f"more than {MOST} formulas", "the rest of the text is not read"))
            self.count += 1
            return []
        found = self.memory.cut(run, self.named) if self.memory is not None else read_cut(run, run.span, self.named)
        self.strange += found.strange
        self.repairs += found.repairs
        self.count = min(self.count + found.count, MOST) if found.count else self.count + 1
        return list(found.elements)

    # One passage: the words and pieces of a block

    def passage(self, elements: list[Piece | Word], kind: str) -> None:
        if not elements:
            return
        self.said(elements, kind)
        heading = conditioned(elements)
        gap: list[Word] = []
        pieces = [e for e in elements if isinstance(e, Piece)]
        for at, element in enumerate(elements):
            if isinstance(element, Word):
                gap.append(element)
                continue
            self.piece(element, gap, "" if element.used else _after(elements, at), element is pieces[0], heading)
            gap = []
        if heading is not None:
            above = self.case
            self.end_case()
            self.case = Heading([negated(c) for c in above.conditions], above.letters) if heading.letters == {"else"} else heading
        words = "" if pieces or kind == "heading" else "".join(e.text for e in elements).strip(" \n*_")
        self.lead = words if words.endswith(":") else ""

    def said(self, elements: list[Piece | Word], kind: str) -> None:
        """Sentences in words only."""
        if kind == "heading":
            return
        at = 0
        while at < len(elements):
            end = at
            while end < len(elements) and isinstance(elements[end], Word):
                end += 1
            if end > at:
                self.prose += sentences(self.text, elements[at].span.start, elements[end - 1].span.end, at > 0, end < len(elements))
            at = end + 1

    def piece(self, piece: Piece, gap: list[Word], after: str, first: bool, heading: Heading | None) -> None:
        said = "".join(word.text for word in gap)
        if self.pending is not None and not said.strip(" \n*_") and not (first and piece.claims and not piece.leading):
            piece = self.joined(piece)
        self.settle()
        if piece.used or heading is not None and heading.piece is piece:
            return
        before = _short(_before(said, first), last=True) or (self.lead if first else "")
        if piece.trailing:
            self.pending = piece, before
            return
        if piece.leading and not self.linked(piece, gap):
            return
        if piece.model is not None and not isinstance(piece.model.parts[0], Empty):
            piece.parts.insert(0, piece.model.parts[0])
            piece.spans.insert(0, piece.model.spans[0])
            piece.operators.insert(0, "=")
        self.emit(piece, before, _short(after))

    def joined(self, piece: Piece) -> Piece:
        """A formula that ended with its sign and the one behind it, as one."""
        head, _ = self.pending
        self.pending = None
        parts = piece.parts[1:] if piece.leading else piece.parts
        operators = piece.operators if piece.leading else [head.trailing, *piece.operators]
        spans = [*head.spans, *piece.spans[len(piece.parts) - len(parts):]]
        return Piece([*head.parts, *parts], [*head.operators, *operators], spans, head.start, piece.end, head.leading, piece.trailing,
                     head.separator, [*head.conditions, *piece.conditions])

    def settle(self) -> None:
        """A formula that ends with its sign, and nothing follows."""
        if self.pending is None:
            return
        (piece, before), self.pending = self.pending, None
        self.strange.append(Note("problem", Span(piece.start, piece.end), f"nothing stands behind {piece.trailing}", "a formula"))
        if not piece.leading:
            self.emit(piece, before, "")

    def linked(self, piece: Piece, gap: list[Word]) -> bool:
        """Give a piece that starts with its sign a left part: the words right before it, or the end of the chain above."""
        tail = TAIL.search("".join(word.text for word in gap)[-80:]).group().strip(" \t_")
        if re.search(r"[^\W_]", tail) and not all(word.lower() in CONNECTIVE for word in tail.split()) and len(tail) <= 60:
            start = self.text.rfind(tail, gap[0].span.start, piece.start)
            if start >= 0:
                piece.spans[0] = Span(start, start + len(tail))
                piece.parts[0] = Words(piece.spans[0], tail)
                return True
        if self.last is None:
            self.strange.append(Note("problem", Span(piece.start, piece.end), "it starts with a sign, and no formula stands above", "a left side"))
            return False
        piece.parts[0], piece.spans[0] = self.last.parts[-1], self.last.spans[-1]
        piece.continues = True
        piece.conditions = [*self.last.conditions, *(c for c in piece.conditions if c not in self.last.conditions)]
        return True

    def emit(self, piece: Piece, before: str, after: str) -> None:
        if any(isinstance(part, Empty) for part in piece.parts):
            self.strange.append(Note("problem", Span(piece.start, piece.end), "a side is missing", "a formula"))
            return
        if self.case.conditions and not piece.conditions and not piece.continues:
            self.in_case(piece)
        chain = Chain(tuple(piece.parts), tuple(piece.operators), tuple(piece.spans), Span(piece.start, piece.end),
                      before, after, tuple(piece.conditions), piece.continues, self.section)
        self.found.append(chain)
        self.last = chain

    # Cases

    def in_case(self, piece: Piece) -> None:
        """Does the heading of the case above hold for this piece?"""
        if self.case.letters and not holds(piece, self.case.letters):
            if len(piece.parts) > 1:
                self.end_case()
            return
        piece.conditions = list(self.case.conditions)
        self.case.found = True

    def end_case(self) -> None:
        """A heading under which nothing stood is a claim of its own."""
        case, self.case = self.case, Heading()
        if case.piece is not None and not case.found:
            self.emit(case.piece, "", "")


def _after(elements: list[Piece | Word], at: int) -> str:
    """The words behind an element, up to the next formula that is no condition of it."""
    words: list[str] = []
    for element in elements[at + 1:at + NEAR]:
        if isinstance(element, Word):
            words.append(element.text)
        elif not element.used:
            return _sides("".join(words))[0]
        else:
            words.append(" ")
    return "".join(words)


def _before(said: str, first: bool) -> str:
    return said if first else _sides(said)[1]


def _sides(said: str) -> tuple[str, str]:
    """Words between two formulas: what is said behind the one and in front of the other. A line that begins anew divides them."""
    head, line, rest = said.partition("\n")
    start = rest.lstrip(" \t>*_")[:1]
    if line and (not rest.strip() or start.isupper() or start.isdigit() or start == "("):
        return head, rest
    if line and not head.strip() and start != ",":
        return "", rest
    return said, said


def _short(said: str, last: bool = False) -> str:
    said = said.strip(" \n\t\r*")
    if len(said) <= LONGEST:
        return said
    return said[-LONGEST:].partition(" ")[2] if last else said[:LONGEST].rpartition(" ")[0]
