"""Formulas of plain text: names of several letters and digits (net_h1, w5), w5+ for the new value, ** and ^, W.T, dE/dw5."""
from __future__ import annotations

import re

from .formula import Reading, read_formula
from .tokens import Tokeniser

SAID = frozenset("if else for when where otherwise and or with since because unless then".split())
DIGITS = re.compile(r"\d+(?![.]\d)", re.ASCII)
QUOTIENT = re.compile(r"d[A-Za-z]\w{0,40}\+?\s{0,8}/\s{0,8}d[A-Za-z]", re.ASCII)
ENDS = re.compile(r"\s{0,40}(?:[=,;≈]|:=|$)")
TRANSPOSED = re.compile(r"T(?![A-Za-z0-9_])")


def read_plain(text: str, offset: int = 0) -> Reading:
    """Read one formula of plain text; brackets and numbers of several digits may be raised without braces."""
    reading = read_formula(text, offset, PlainTokeniser)
    return Reading(reading.formula, tuple(r for r in reading.repairs if r.kind != "script without braces"), reading.problems)


class PlainTokeniser(Tokeniser):
    """The scan of a formula in plain text: letters side by side are one name, and digits behind them belong to it."""

    def letters(self, run: str, start: int, end: int) -> int:
        if run in SAID:
            self.add("words", run, start, end)
            return end
        if run[0] == "d" and len(run) > 1 and (QUOTIENT.match(self.text, start) or self.below()):
            self.add("name", "d", start, start + 1)
            start, run = start + 1, run[1:]
        digits = DIGITS.match(self.text, end)
        if digits and run == "log":
            self.add("name", run, start, end)
            self.add("script", "_", end, end)
            self.add("number", digits.group(), end, digits.end())
            return digits.end()
        if digits:
            end = digits.end()
            run += digits.group()
        self.add("name", run, start, end)
        return end

    def below(self) -> bool:
        """Does a d here stand below a fraction bar whose upper part is a differential?"""
        if not self.tokens or self.tokens[-1].text != "/":
            return False
        return any(token.kind == "name" and token.text == "d" for token in self.tokens[-8:-1])

    def sign(self, run: str, start: int, end: int) -> int:
        before = self.tokens[-1] if self.tokens and self.tokens[-1].end == start + self.offset else None
        if run in "+*" and before is not None and ENDS.match(self.text, end) and self.is_name_end():
            self.add("script", "^", start, start)
            self.add("plus" if run == "+" else "product", "+" if run == "+" else "ast", start, end)
            return end
        if run == "*" and self.text.startswith("*", end):
            self.add("script", "^", start, end + 1)
            return end + 1
        if run == "." and before is not None and TRANSPOSED.match(self.text, end):
            self.add("script", "^", start, end)
            return end
        if run == "@":
            self.add("product", "", start, end)
            return end
        end = super().sign(run, start, end)
        if run.isalpha() and self.tokens and self.tokens[-1].kind == "name" and (digits := DIGITS.match(self.text, end)):
            self.tokens[-1] = self.tokens[-1]._replace(text=self.tokens[-1].text + digits.group(), end=digits.end() + self.offset)
            return digits.end()
        return end

    def is_name_end(self) -> bool:
        last = self.tokens[-1]
        return last.kind == "name" or last.kind == "number" and len(self.tokens) > 1 and self.tokens[-2].kind == "script"

    def comment(self, run: str, start: int, end: int) -> int:
        self.add("unknown", "%", start, start + 1)
        return start + 1
