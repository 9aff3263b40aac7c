"""The plain-text form of problems: a line a statement, index form, nothing to guess. `printing.plain` writes it.

    longhand 1                                             starts a problem
    title "Problem 1"
    axis d letter i                                        an axis; its size is the symbol d, or: axis d size 3 letter i
    size d = 2 as $d$                                      the number behind a size symbol, and its LaTeX
    tensor W_1 : parameter [d, n] as $\\mathbf{W}_1$        name, role, axes; then: brackets (entries are written Z[i]), row
    h[j] = sum(i, W_1[i,j]*x[i]) + b_1[j] label "1-1"      an equation; see plain_expr for the right side
    fact sum(k, y[k]) = 1 because "y is one-hot" assumed
    loss Loss
    data x = [0, -2.5, 1/3]
    find gradient Loss wrt W_1, b_1 line 12 text "as asked"
    descent "gradient descent" W_1, b_1 with "learning rate" = eta steps 1
    layout column · log ln · letter d = $i$ · function relu as $f$ · adjoint h as $\\delta^h$ · spelling q as $\\mathbf{q}$
    note assumption "log means ln" because "..." line 42 column 3 write "what to write instead" caret "..."

Everything behind # is a comment. Declarations may stand anywhere; an equation stands below those it reads.
"""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..core.axis import Axis, Index
from ..core.equation import Equation, Tensor
from ..core.expr import Entry
from ..core.problem import Problem
from ..core.walk import free
from ..errors import LonghandError, NotUnderstood, Place, ShapeError, UnknownName
from .plain_expr import Expressions, near
from .plain_header import HEADER
from .plain_statements import STATEMENTS, Draft, Statement
from .plain_tokens import Cursor

EARLY = ("axis", "size", "tensor", "loss")     # what the other statements need to know
NO_HEADER = "The plain-text form starts with a header."


def read(text: str) -> Problem:
    """The one problem of the text."""
    problems = read_all(text)
    if len(problems) != 1:
        raise NotUnderstood(f"The text holds {len(problems)} problems, and one is expected.")
    return problems[0]


def read_all(text: str) -> tuple[Problem, ...]:
    """The problems of the text, one for each header."""
    return tuple(_Reader(statements).problem() for statements in _split(text))


def _split(text: str) -> Iterator[list[Cursor]]:
    statements: list[Cursor] | None = None
    for number, line in enumerate(text.split("\n"), 1):
        bare = line.strip()
        if header := HEADER.fullmatch(bare):
            if header[1] != "1":
                raise NotUnderstood(f"This is version {header[1]} of the plain-text form, and this longhand reads version 1.",
                                    Place(number, 1, line))
            if statements is not None:
                yield statements
            statements = []
        elif bare and not bare.startswith("#"):
            if statements is None:
                raise NotUnderstood(NO_HEADER, Place(number, 1, line), "Write longhand 1 in the first line.")
            statements.append(Cursor(line, number))
    if statements is None:
        raise NotUnderstood(NO_HEADER, None, "Write longhand 1 in the first line.")
    yield statements


class _Reader:
    """One problem, read in rounds: axes and sizes, tensors, what the equations define, and then all the rest in its order."""

    def __init__(self, statements: list[Cursor]) -> None:
        self.draft = Draft()
        self.definitions = [c for c in statements if _defines(c)]
        self.statements = [(c, _word(c)) for c in statements if not _defines(c)]

    def problem(self) -> Problem:
        for early in EARLY:
            for c, word in self.statements:
                if word == early:
                    self._run(STATEMENTS[word], c)
        for c in self.definitions:
            self._declare(c)
        self._equations()
        for c, word in self.statements:
            if word not in EARLY:
                self._run(self._statement(c, word), c)
        if (loss := self.draft.single.get("loss")) is not None and loss not in self.draft.tensors:
            self._fail("loss", f"{loss} is not defined.", UnknownName)
        return self.draft.problem()

    def _fail(self, word: str, statement: str, kind: type[LonghandError]) -> None:
        cursor = next(c for c, w in self.statements if w == word)
        cursor.fail(statement, cursor.tokens[1], kind=kind)

    def _run(self, statement: Statement, c: Cursor) -> None:
        statement(self.draft, c)
        c.end()

    def _statement(self, c: Cursor, word: str) -> Statement:
        if word not in STATEMENTS:
            c.fail(f"{word or c.text.strip()[:20]} starts no statement.", c.tokens[0],
                   hint=near(word, list(STATEMENTS)) or f"Statements start with {', '.join(STATEMENTS)}; an equation is h[j] = ...")
        return STATEMENTS[word]

    # ---- equations -----------------------------------------------------------------------------------------------

    def _declare(self, c: Cursor) -> None:
        """A tensor that no line declares gets the axes of the indices on the left."""
        name = c.tokens[0].text
        if name in self.draft.tensors:
            return
        probe = Cursor(c.text, c.line)
        probe.take()
        axes: list[Axis] = []
        if probe.accept("["):
            at = Expressions(probe, self.draft.scope).positions("]")
            for position in at:
                if not isinstance(position, Index):
                    c.fail(f"The axes of {name} are not known: this index is not a plain letter.", c.tokens[0],
                           hint=f"Declare it: tensor {name} : intermediate [axes].")
                axes.append(position.axis)
        self.draft.tensors[name] = Tensor(name, tuple(axes), "loss" if name == self.draft.single.get("loss") else "intermediate")

    def _equations(self) -> None:
        later = {c.tokens[0].text for c in self.definitions}
        scope = replace(self.draft.scope, later=later)
        lefts: set[Entry] = set()
        for c in self.definitions:
            later.discard(c.tokens[0].text)
            reader = Expressions(c, scope)
            token = c.next
            left = reader.entry()
            if left in lefts:
                c.fail(f"{left.tensor} is defined twice.", token)
            lefts.add(left)
            c.expect("=")
            right = reader.sum()
            label = c.of_kind("string", 'a label in quotation marks: label "1-1"') if c.word("label") else ""
            c.end()
            if loose := sorted(i.axis.letter + "'" * i.mark for i in free(right) - free(left)):
                c.fail(f"{' and '.join(loose)} on the right side of {left.tensor} {'is' if len(loose) == 1 else 'are'} neither summed over "
                       "nor on the left.", c.tokens[0], kind=ShapeError,
                       hint=f"Write {left.tensor} = sum({loose[0]}, ...) or put it on the left.")
            self.draft.equations.append(Equation(left, right, label))


def _word(c: Cursor) -> str:
    """The bare word that the line starts with."""
    token = c.take()
    return token.text if token.kind == "name" else ""


def _defines(c: Cursor) -> bool:
    """Whether the line is an equation: a name, then = or its indices."""
    after = c.peek()
    return c.next.named and after.kind == "sign" and after.text in "=["
