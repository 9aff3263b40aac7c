"""A line of the plain-text form as tokens, and a cursor over them that knows how to complain."""
from __future__ import annotations

import json
import re
from fractions import Fraction
from typing import NoReturn

from ..core.record import record
from ..errors import LonghandError, NotUnderstood, Place
from .values import exact

DEEPEST = 64      # brackets inside brackets

_TOKEN = re.compile(r"""
    [ \t\r]+ | \#.*
  | (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?)
  | (?P<name>[^\W0-9]\w*)
  | (?P<string>"(?:[^"\\]|\\.)*")
  | (?P<latex>\$[^$]*\$)
  | (?P<primes>'+)
  | (?P<sign>==|!=|<=|>=|[-+*/^()\[\],=<>:@])
""", re.VERBOSE)
_CLOSING = {"(": ")", "[": "]"}


@record
class Token:
    """`text` is what is meant: a string without its quotes, LaTeX without its dollars. Column counts from 0."""
    kind: str            # number, name, string, latex, primes, sign, end
    text: str
    column: int
    width: int = 1

    @property
    def named(self) -> bool:
        """Whether it can be a name: a bare word or a quoted one."""
        return self.kind in ("name", "string")


class Cursor:
    """The tokens of one line, and how far they are read."""

    def __init__(self, text: str, line: int) -> None:
        self.text, self.line, self.at, self.depth = text, line, 0, 0
        self.tokens = self._tokens()
        self.partner = self._brackets()

    def _tokens(self) -> list[Token]:
        found, at = [], 0
        while at < len(self.text):
            match = _TOKEN.match(self.text, at)
            if match is None:
                self.fail(f"{self.text[at]!r} has no meaning here.", Token("end", "", at), hint=_unread(self.text[at]))
            kind, text = match.lastgroup, match.group()
            if kind == "string":
                try:
                    text = json.loads(text)
                except ValueError:
                    self.fail("This is not a quoted text.", Token("end", "", at, len(text)),
                              hint=r'Inside quotation marks write \" for a quotation mark and \\ for a backslash.')
            elif kind == "latex":
                text = text[1:-1]
            if kind:
                found.append(Token(kind, text, at, match.end() - at))
            at = match.end()
        found.append(Token("end", "", len(self.text.rstrip())))
        return found

    def _brackets(self) -> dict[int, int]:
        """Opening bracket -> closing bracket, as numbers of tokens; each line closes what it opens."""
        open_, partner = [], {}
        for n, token in enumerate(self.tokens):
            if token.kind != "sign":
                continue
            if token.text in _CLOSING:
                open_.append(n)
            elif token.text in _CLOSING.values():
                if not open_ or _CLOSING[self.tokens[open_[-1]].text] != token.text:
                    self.fail(f"This {token.text} closes nothing.", token)
                partner[open_.pop()] = n
            if len(open_) > DEEPEST:
                self.fail(f"Brackets are nested more than {DEEPEST} deep.", token, hint="Give the inner part a name in a line of its own.")
        if open_:
            token = self.tokens[open_[-1]]
            self.fail(f"This {token.text} is never closed.", token)
        return partner

    # ---- reading -------------------------------------------------------------------------------------------------

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def peek(self, ahead: int = 1) -> Token:
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)]

    def take(self) -> Token:
        token = self.next
        if token.kind != "end":
            self.at += 1
        return token

    def sees(self, *signs: str) -> bool:
        return self.next.kind == "sign" and self.next.text in signs

    def accept(self, sign: str) -> bool:
        """The sign, if it comes next."""
        if self.sees(sign):
            self.at += 1
            return True
        return False

    def expect(self, sign: str) -> None:
        if not self.accept(sign):
            self.unexpected(sign)

    def word(self, *words: str) -> bool:
        """One of the bare words, if it comes next."""
        if self.next.kind == "name" and self.next.text in words:
            self.at += 1
            return True
        return False

    def of_kind(self, kind: str, what: str) -> str:
        if self.next.kind != kind:
            self.unexpected(what)
        return self.take().text

    def name(self, what: str = "a name") -> str:
        if not self.next.named:
            self.unexpected(what)
        return self.take().text

    def names(self, what: str = "a name") -> tuple[str, ...]:
        """Names between commas."""
        found = [self.name(what)]
        while self.accept(","):
            found.append(self.name(what))
        return tuple(found)

    def integer(self, what: str = "a whole number") -> int:
        token = self.next
        value = self.number(what)
        if value.denominator != 1:
            self.fail(f"{what[:1].upper()}{what[1:]} is expected here.", token)
        return value.numerator

    def number(self, what: str = "a number") -> Fraction:
        """A number without a sign."""
        token = self.next
        text = self.of_kind("number", what)
        try:
            return exact(text)
        except ValueError:
            self.fail("This number is too long.", token)

    def ratio(self, what: str = "a number") -> Fraction:
        """A number with an optional sign and an optional divisor: -3, 0.25, 1/3."""
        sign = -1 if self.accept("-") else 1
        value = self.number(what)
        if self.accept("/"):
            token = self.next
            if not (divisor := self.number()):
                self.fail("This divides by zero.", token)
            value /= divisor
        return sign * value

    def end(self) -> None:
        """Nothing may be left over."""
        if self.next.kind != "end":
            self.unexpected("the end of the line")

    # ---- complaining ---------------------------------------------------------------------------------------------

    def unexpected(self, what: str) -> NoReturn:
        """The next token is not what has to stand here."""
        token = self.next
        found = "the line ends" if token.kind == "end" else f"there is {self.text[token.column:token.column + token.width][:40]}"
        self.fail(f"Expected {what}, and {found}.", token)

    def fail(self, statement: str, token: Token | None = None, *, hint: str = "", kind: type[LonghandError] = NotUnderstood) -> NoReturn:
        raise kind(statement, self.place(token or self.next), hint)

    def place(self, token: Token) -> Place:
        return Place(self.line, token.column + 1, self.text, token.width)


def _unread(character: str) -> str:
    if character == '"':
        return "A quoted text ends with a quotation mark on the same line."
    if character == "$":
        return "LaTeX ends with a dollar on the same line."
    return 'Names with other signs than letters, digits and _ stand in quotation marks: "W^1".'
