r"""Balancing: whatever was opened is closed before the parser starts, so that no bracket can make it fail.

Closers without an opener are left out, openers without a closer get one where their surroundings end; both are reported. Bars get
a direction, and the & and \\ of alignments, which have no meaning, become spaces.
"""
from __future__ import annotations

from .repairs import Repair
from .syntax import Span
from .tokens import DEPTH, Token, TooDeep
from .vocabulary import CASES, MATRICES

SHOWN = {"(": ("(", ")"), "[": ("[", "]"), "{": (r"\{", r"\}"), "|": ("|", "|"), "||": (r"\|", r"\|"), "<": (r"\langle", r"\rangle")}
CLOSER = {"open": "close", "brace": "unbrace", "begin": "end"}


class _Level:
    """One bracket that is open: its token, the bars directly inside, the & seen in its row."""
    __slots__ = ("token", "bars", "cells")

    def __init__(self, token: Token) -> None:
        self.token = token
        self.bars: list[int] = []
        self.cells = 0

    @property
    def soft(self) -> bool:
        return self.token.kind == "open"

    @property
    def table(self) -> bool:
        return self.token.kind == "begin" and (self.token.text in MATRICES or self.token.text in CASES)


class Balancer:
    """One pass over the tokens of a formula; `run` gives them balanced, `repairs` says what was done."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.out: list[Token] = []
        self.repairs: list[Repair] = []
        self.levels = [_Level(Token("start", "", 0, 0))]
        self.closers: dict[str, int] = {}
        for token in tokens:
            if token.kind in ("open", "close"):
                self.closers[token.text] = self.closers.get(token.text, 0) + (1 if token.kind == "close" else -1)

    def run(self) -> list[Token]:
        for token in self.tokens:
            match token.kind:
                case "open" | "brace" | "begin":
                    self.open(token)
                case "close":
                    self.close(token)
                case "unbrace" | "end":
                    self.close_hard(token)
                case "cell" | "row":
                    self.cell(token)
                case "bar":
                    self.levels[-1].bars.append(len(self.out))
                    self.out.append(token)
                case _:
                    self.out.append(token)
        end = self.tokens[-1].end if self.tokens else 0
        while len(self.levels) > 1:
            self.unclosed(end)
        self.direct_bars()
        return self.out

    def open(self, token: Token) -> None:
        if len(self.levels) > DEPTH:
            raise TooDeep(token.start)
        if token.kind == "open":
            self.closers[token.text] += 1              # of this shape: closers still to come, less openers still to come
        self.levels.append(_Level(token))
        self.out.append(token)

    def pop(self, closer: Token) -> None:
        self.direct_bars()
        self.levels.pop()
        self.out.append(closer)

    def close(self, token: Token) -> None:
        self.closers[token.text] -= 1
        open_here = []
        for level in reversed(self.levels):
            if not level.soft:
                break
            open_here.append(level.token.text)
        if token.text == "." or open_here[:1] == ["."]:
            if open_here:
                return self.pop(token._replace(text=open_here[0]))
        elif token.text in open_here:
            while self.levels[-1].token.text != token.text:
                self.unclosed(token.start)
            return self.pop(token)
        elif open_here and open_here[0] in "([" and token.text in "([" and self.closers[open_here[0]] <= 0:
            opener = self.levels[-1].token
            self.report(opener.start, token.end, "mismatched brackets", f"{SHOWN[opener.text][0]} is closed by {SHOWN[token.text][1]}",
                        "the two as one pair")
            return self.pop(token._replace(text=opener.text))
        elif token.text in ("|", "||"):
            return self.out.append(token._replace(kind="comma", text="mid"))
        self.stray(token, SHOWN.get(token.text, ("", token.text))[1])
        return None

    def close_hard(self, token: Token) -> None:
        opener = "brace" if token.kind == "unbrace" else "begin"
        if not any(level.token.kind == opener for level in self.levels):
            self.stray(token, "}" if token.kind == "unbrace" else rf"\end{{{token.text}}}")
            return
        while self.levels[-1].token.kind != opener:
            self.unclosed(token.start)
        began = self.levels[-1].token
        if began.text != token.text and opener == "begin":
            self.report(began.start, token.end, "mismatched environment", rf"\begin{{{began.text}}} is closed by \end{{{token.text}}}",
                        rf"\end{{{began.text}}}")
        self.pop(token)

    def cell(self, token: Token) -> None:
        r"""In a table & and \\ are its cells and rows; elsewhere only a \\ outside all brackets counts."""
        for level in reversed(self.levels):
            if not level.soft:
                break
        if level.table:
            while self.levels[-1] is not level:
                self.unclosed(token.start)
            self.direct_bars()
            self.out.append(token)
        elif token.kind == "cell":
            level.cells += 1
            if level.cells % 2 == 0 and not self.levels[-1].soft:       # in an alignment every second & starts a new column
                self.out.append(token._replace(kind="quad"))
        elif not self.levels[-1].soft:
            level.cells = 0
            self.direct_bars()
            self.out.append(token)

    def direct_bars(self) -> None:
        """Bars of a level open and close by turns; the one left over is the bar of a condition."""
        bars = self.levels[-1].bars
        for text in ("|", "||"):
            same = [at for at in bars if self.out[at].text == text]
            for turn, at in enumerate(same):
                kind = "close" if turn % 2 else "open"
                if turn == len(same) - 1 and kind == "open":
                    self.out[at] = self.out[at]._replace(kind="comma", text="mid")
                else:
                    self.out[at] = self.out[at]._replace(kind=kind)
        bars.clear()

    def unclosed(self, at: int) -> None:
        token = self.levels[-1].token
        shown = {"brace": "{", "begin": rf"\begin{{{token.text}}}"}.get(token.kind) or SHOWN.get(token.text, (token.text, ""))[0]
        if token.text != ".":
            self.report(token.start, token.end, "unclosed bracket", f"{shown} is never closed", "closed where its surroundings end")
        self.pop(Token(CLOSER[token.kind], token.text, at, at))

    def stray(self, token: Token, shown: str) -> None:
        if token.text != ".":
            self.report(token.start, token.end, "unmatched bracket", f"{shown} closes nothing", "as if it were not there")

    def report(self, start: int, end: int, kind: str, says: str, reading: str) -> None:
        self.repairs.append(Repair(Span(start, end), kind, says, reading))
