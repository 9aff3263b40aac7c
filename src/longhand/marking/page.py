"""A marked answer as a document: the verdict on the whole, then the answer printed again, line by line, with its marks."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest

from ..forms.document import Block, Code, Comment, Display, Document, Heading, Inline, Item, Table, Tally, Text, Working, WorkingRow
from ..forms.maths import Maths, line
from ..forms.verdicts import CARRIED, RIGHT, SIGNS, WRONG, gravest
from ..reading import markdown
from ..reading.formula import read_formula
from ..reading.source import Source
from ..reading.syntax import Formula, Span
from .cells import cell_marks
from .comments import comment, prose
from .links import Piece, links
from .marks import Mark, Marked
from .score import Score
from .written import NOTHING, Setter, gap, judged, relation, tag


def pages(answers: Sequence[Marked], scores: Sequence[Score | None] = ()) -> Document:
    """Several marked answers, one after another, with their points where there are any."""
    every = list(zip_longest(answers, scores))
    if len(every) == 1:
        return page(*every[0])
    blocks: list[Block] = []
    for each, score in every:
        blocks += [Heading(1, (title(each),)), *verdict(each), *points(score), *working(each)]
    return Document(f"{len(every)} answers, marked", tuple(blocks))


def page(marked: Marked, score: Score | None = None) -> Document:
    """One marked answer."""
    return Document(title(marked), (*verdict(marked), *points(score), *working(marked)))


def title(marked: Marked) -> str:
    return f"Marked: {marked.file}" if marked.file and marked.file != "-" else "The marked answer"


# ---- the whole ------------------------------------------------------------------------------------------------------

def verdict(marked: Marked) -> Iterator[Block]:
    """The first mistake, what follows from it, the totals, what is missing, and remarks."""
    if marked.status != "marked":
        yield Text((f"{marked.status[:1].upper()}{marked.status[1:]}. {marked.reason}",), "problem")
    elif (first := marked.first_mistake) is not None:
        name = f": {first.mistake}" if first.mistake else ""
        yield Text((f"First mistake in line {first.line}{name}.", *((" ", *prose(first.says)) if first.says else ())), "mistake")
        follow = sorted({mark.line for mark in marked.marks if mark.verdict == CARRIED and mark.given == first.line})
        if follow:
            yield Text((f"Right given that: {_lines(follow)}.",), "follows")
        others = sorted({mark.line for mark in marked.marks if mark.verdict == WRONG} - {first.line})
        if others:
            yield Text((f"Wrong too: {_lines(others)}.",), "mistake")
    elif marked.marks and all(mark.verdict in (RIGHT, CARRIED) for mark in marked.marks):
        yield Text(("Everything that is claimed here is right.",), "check")
    elif marked.marks:
        yield Text(("No mistake found in what could be checked.",), "note")
    if marked.marks:
        yield Tally(tuple(marked.counts.items()))
    for missing in marked.missing:
        yield Text(("Asked, and not given: ", *prose(missing)), "missing")
    for each, times in Counter(marked.notes).items():
        yield Text((*prose(each), f" ({times} times)") if times > 1 else prose(each), "note")
    for strange in marked.not_understood:
        where = f"Line {strange.line}: " if strange.line else ""
        yield Text((f"{where}{strange.text}", f" ({strange.why})" if strange.why else ""), "problem")


def points(score: Score | None) -> Iterator[Block]:
    """What each part of the rubric earned, and why."""
    if score is not None:
        yield Text((f"{score.points} of {score.of} points.",), "note")
        yield Table((("part",), ("points",), ("why",)), tuple(((part.name,), (f"{part.points} of {part.possible}",), (part.why,)) for part in score.parts))


def _lines(numbers: list[int]) -> str:
    said = [str(number) for number in numbers]
    return f"line {said[0]}" if len(said) == 1 else f"lines {', '.join(said[:-1])} and {said[-1]}"


# ---- line by line ---------------------------------------------------------------------------------------------------

def working(marked: Marked) -> Iterator[Working]:
    """The answer printed again. Every mark stands at exactly one row."""
    if not marked.text.strip():
        return
    printer = Again(marked)
    for block in markdown.pieces(printer.source):
        yield from printer.block(block)
    if printer.left:                                  # marks whose place is in no row: never lost
        rows = (printer.row(Text((mark.text,)), (mark,), mark.text) for mark in printer.left)
        yield Working(None, tuple(rows))


class Again:
    """The answer and the marks that stand nowhere yet."""

    def __init__(self, marked: Marked) -> None:
        self.source = Source(marked.text)
        self.left = sorted(marked.marks, key=lambda mark: (mark.end, mark.start))

    def within(self, start: int, end: int) -> tuple[Mark, ...]:
        """Take the marks whose end lies there."""
        taken = tuple(mark for mark in self.left if start < mark.end <= end)
        if taken:
            self.left = [mark for mark in self.left if mark not in taken]
        return taken

    def block(self, block: markdown.Block) -> Iterator[Working]:
        start = self.source.place(block.span.start)[0]
        if block.kind == "code" or block.kind == "front matter":
            body = Code("".join(run.text for run in block.runs).rstrip("\n"), block.label)
            yield Working(start, (self.row(body, self.within(block.span.start, block.span.end), ""),))
            return
        for words in split(block.runs):
            if isinstance(words, markdown.Math):
                yield from self.display(words)
            elif any(run.text.strip() for run in words):
                yield self.line(words, block)

    def line(self, runs: list[markdown.Run], block: markdown.Block) -> Working:
        """One line of words and formulas."""
        first = next(run for run in runs if run.text.strip())
        start = first.span.start + len(first.text) - len(first.text.lstrip())
        marks = self.within(runs[0].span.start, runs[-1].span.end + 2)
        loud = len(marks) > 1 and gravest(tuple(mark.verdict for mark in marks)) != RIGHT
        text: list[Inline] = []
        for run, before in zip(runs, [None, *runs], strict=False):
            text.append(self.between(before, run))
            text += self.formula(run, marks, loud) if isinstance(run, markdown.Math) and not run.bare else self.words(run, marks if loud else ())
        opens = block.kind in ("heading", "item") and block.span.start <= start and not self.source.text[block.span.start:start].count("\n")
        label = f"{block.label} " if block.kind == "item" and opens and block.label not in "-*+" else ""
        said = tuple(part for part in ((label,) if label else ()) + tuple(text) if part != "")
        body = Heading(block.level, said) if block.kind == "heading" else Item(said) if opens and block.kind == "item" and not label else Text(said)
        formulas = [run.span for run in runs if isinstance(run, markdown.Math) and not run.bare]
        typed = tuple(mark for mark in marks if not any(span.start < mark.end <= span.end + 2 for span in formulas))
        return Working(self.source.place(start)[0], (self.row(body, marks, "", len(marks) > 1, typed),))

    def between(self, before: markdown.Run | None, run: markdown.Run) -> str:
        """The marks of emphasis between two runs, where they are none but signs of multiplication: 0.5*0.08."""
        gap = "" if before is None else self.source.text[before.span.end:run.span.start]
        around = self.source.text[run.span.start - len(gap) - 1:run.span.start - len(gap)] + self.source.text[run.span.start:run.span.start + 1]
        return gap if gap and not gap.strip("*_") and len(around) == 2 and all(c.isalnum() or c in "()" for c in around) else ""

    def words(self, run: markdown.Run, marks: tuple[Mark, ...]) -> Iterator[Inline]:
        """Words as they stand, a sign behind each claim that ends in them."""
        at = run.span.start
        for mark in marks:
            if run.span.start < mark.end <= run.span.end:
                yield self.source.text[at:mark.end]
                yield f" {SIGNS[mark.verdict]}"
                at = mark.end
        yield self.source.text[at:run.span.end]

    def formula(self, run: markdown.Math, marks: tuple[Mark, ...], loud: bool) -> Iterator[Inline]:
        """A formula inside a line; where the line holds several claims, each has its own sign."""
        formula = self.read(run)
        if formula is None:
            yield f"${run.text}$"
            return
        here = [mark for mark in marks if run.span.start < mark.end <= run.span.end + 2]
        signs = dict(cell_marks(formula, here, self.source.text))
        if loud:
            places = list(links(formula))
            for mark in here:
                piece = places[_holding(places, mark)]
                if mark.verdict != RIGHT or len(here) > 1:
                    signs.setdefault(piece.formula.span, judged(mark.verdict))
        yield Setter(self.source.text, signs).of(formula)

    def read(self, run: markdown.Math) -> Formula | None:
        """The formula, where all of it was understood: else it is shown as it was typed."""
        reading = read_formula(run.text, run.span.start)
        return None if reading.problems else reading.formula

    def display(self, run: markdown.Math) -> Iterator[Working]:
        """A displayed chain: a row for each link that has something said of it."""
        number = self.source.place(run.span.start + len(run.text) - len(run.text.lstrip()))[0]
        marks = self.within(run.span.start, run.span.end + 2)
        formula = self.read(run)
        if formula is None:
            yield Working(number, (self.row(Code(run.text.strip(), "latex"), marks, run.text),))
            return
        setter = Setter(self.source.text, dict(cell_marks(formula, marks, self.source.text)))
        places = list(links(formula))
        held = held_by(places, marks)
        rows = [self.chain(setter, some, tuple(m for _, ms in some for m in ms)) for some in in_rows(list(zip(places, held, strict=True)))]
        if run.number is not None:
            last = rows[-1].body
            rows[-1] = WorkingRow(Display((*last.parts[:-1], line(last.parts[-1], *tag(run.number.text))), last.relations),
                                  rows[-1].verdicts, rows[-1].comments, rows[-1].source)
        yield Working(number, tuple(rows))

    def chain(self, setter: Setter, some: list[tuple[Piece, tuple[Mark, ...]]], marks: tuple[Mark, ...]) -> WorkingRow:
        parts: list[Maths] = [] if not some[0][0].sign else [NOTHING]
        relations: list[str] = []
        for piece, _ in some:
            if piece.sign:
                relations.append(relation(piece.sign))
                parts.append(setter.of(piece.formula))
            elif parts:
                parts[-1] = line(parts[-1], *gap(piece.separator), setter.of(piece.formula))
            else:
                parts.append(setter.of(piece.formula))
        source = self.source.text[some[0][0].start:some[-1][0].formula.span.end].strip()
        return self.row(Display(tuple(parts), tuple(relations)), marks, source)

    def row(self, body: Heading | Text | Item | Display | Code, marks: tuple[Mark, ...], source: str, several: bool = False,
            typed: tuple[Mark, ...] = ()) -> WorkingRow:
        """A row with its marks and comments. Claims in `typed` are quoted as they were typed, not set."""
        said = [comment(mark, several or len(marks) > 1, mark in typed) for mark in marks]
        return WorkingRow(body, tuple(mark.verdict for mark in marks), once([each for each in said if each is not None]), source)


def once(comments: list[Comment]) -> tuple[Comment, ...]:
    """What is said in the same words of several claims of a row is said once, of all of them."""
    alike: dict[tuple, list[Comment]] = {}
    for each in comments:
        alike.setdefault((each.verdict, each.head, each.lines), []).append(each)
    return tuple(same[0] if len(same) == 1 else replace(same[0], claim=(f"{len(same)} claims",)) for same in alike.values())


def split(runs: tuple[markdown.Run, ...]) -> Iterator[markdown.Math | list[markdown.Run]]:
    """The lines of a block, and the displays between them."""
    current: list[markdown.Run] = []
    for run in runs:
        if isinstance(run, markdown.Math) and run.display:
            if current:
                yield current
            yield run
            current = []
        elif isinstance(run, markdown.Prose) and "\n" in run.text:
            at = run.span.start
            for count, text in enumerate(run.text.split("\n")):
                if count and current:
                    yield current
                    current = []
                if text:
                    current.append(markdown.Prose(text, Span(at, at + len(text))))
                at += len(text) + 1
        else:
            current.append(run)
    if current:
        yield current


def held_by(places: list[Piece], marks: tuple[Mark, ...]) -> list[tuple[Mark, ...]]:
    """The marks of each piece: a mark belongs to the piece in which it ends."""
    held: list[list[Mark]] = [[] for _ in places]
    for mark in marks:
        held[_holding(places, mark)].append(mark)
    return [tuple(some) for some in held]


def _holding(places: list[Piece], mark: Mark) -> int:
    return max((at for at, piece in enumerate(places) if piece.formula.span.start < mark.end), default=0)


def in_rows(held: list[tuple[Piece, tuple[Mark, ...]]]) -> Iterator[list[tuple[Piece, tuple[Mark, ...]]]]:
    """Pieces that share a row: what is right stays together, and whatever needs words has a row of its own."""
    row: list[tuple[Piece, tuple[Mark, ...]]] = []
    for piece, marks in held:
        before = [mark for _, some in row for mark in some]
        if row and (piece.new_row or before and marks and not (_quiet(before) and _quiet(marks))):
            yield row
            row = []
        row.append((piece, marks))
    if row:
        yield row


def _quiet(marks: Iterable[Mark]) -> bool:
    return all(mark.verdict == RIGHT for mark in marks)
