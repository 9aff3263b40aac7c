r"""LaTeX text to a flat list of tokens, in one linear pass.

pylatexenc was measured first: 16 to 20 ms to import and 0.4 ms for a formula of the seeds, eight times the 0.05 ms of this scan, and
it builds a tree with its own idea of arguments that then has to be taken apart. A formula needs no more than one regular expression
without nested repeats and the tables of `vocabulary`. Pasted Unicode (ŷ, ᵀ, ₁, ℝ, σ) becomes the tokens of the LaTeX it stands for.
"""
from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from . import pasted
from . import vocabulary as words
from .number_tables import table_end
from .repairs import EATEN, EATEN_BY, EATEN_LEFT, Repair
from .syntax import Span


class Token(NamedTuple):
    """One sign, word or command. Start and end are offsets into the whole source text."""
    kind: str
    text: str
    start: int
    end: int
    style: str = ""


SCAN = re.compile(r"""
    (?P<blank>\s+)
  | (?P<letters>[A-Za-z]+)
  | (?P<command>\\[A-Za-z]+)
  | (?P<symbol>\\.)
  | (?P<dots>\.\.+)
  | (?P<number>\d+\.\d+|\d+|\.\d+)
  | (?P<relation><=|>=|:=|!=|->|<-|=>|==|[=<>])
  | (?P<comment>%[^\n]*)
  | (?P<sign>\|\||.)
""", re.VERBOSE | re.DOTALL | re.ASCII)
EXPONENT = re.compile(r"[eE][+-]?\d+(?![A-Za-z0-9.^_{\\])", re.ASCII)
LETTERS = re.compile(r"[A-Za-z]+")
THOUSANDS = re.compile(r"(?:\{,\}|\\,)\d\d\d(?!\d)", re.ASCII)
DECIMALS = re.compile(r"\{,\}(\d+)", re.ASCII)
FRACTION = re.compile(r"\.\d+", re.ASCII)
SEPARATED = re.compile(r"\{,\}|\\,")
PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.\-]*", re.ASCII)
SIGNS = {
    "+": "plus", "-": "minus", "_": "script", "^": "script", "'": "prime", "|": "bar", "&": "cell", "~": "space",
    "*": "product", "/": "product", ",": "comma", ";": "comma", ":": "comma", ".": "stop",
    "(": "open", "[": "open", "{": "brace", ")": "close", "]": "close",
    "}": "unbrace",
}
PARTNER = {")": "(", "]": "[", "}": "{"}
DEPTH = 50                      # five times what real formulas need, and safe for every recursive reader of the tree
LARGEST_NUMBER = 400            # digits, and the largest exponent
LONGEST = max(map(len, words.KNOWN_WORDS))


@lru_cache(maxsize=2048)
def split_letters(run: str) -> tuple[str, ...]:
    """A run of letters as known words (the longest first) and single letters: "xSoftmax" is x and Softmax."""
    parts, at = [], 0
    while at < len(run):
        length = next((n for n in range(min(LONGEST, len(run) - at), 1, -1) if run[at:at + n] in words.KNOWN_WORDS), 1)
        parts.append(run[at:at + length])
        at += length
    return tuple(parts)


class TooLarge(Exception):
    """A number with more digits than anybody writes; the argument is where it starts."""


class TooDeep(Exception):
    """Nesting beyond DEPTH, at this offset; it never leaves the reader."""


class Tokeniser:
    """The scan of one formula: `tokens` in order, `repairs` for what damage was read as."""

    def __init__(self, text: str, offset: int = 0) -> None:
        self.text = text
        self.offset = offset
        self.tokens: list[Token] = []
        self.repairs: list[Repair] = []

    def add(self, kind: str, text: str, start: int, end: int, style: str = "") -> None:
        self.tokens.append(Token(kind, text, start + self.offset, end + self.offset, style))

    def run(self) -> list[Token]:
        at, text = 0, self.text
        while match := SCAN.match(text, at):
            kind, at = match.lastgroup, match.end()
            if kind in ("blank", "comment"):
                continue
            at = getattr(self, kind)(match.group(), match.start(), at)
        return self.tokens

    def letters(self, run: str, start: int, end: int) -> int:
        if run in EATEN and start and (command := EATEN_BY.get((self.text[start - 1], run))):
            says = rf"the backslash and first letter of \{command} were lost"
            self.repairs.append(Repair(Span(start - 1 + self.offset, end + self.offset), "eaten command", says, "\\" + command))
            return self.command("\\" + command, start, end)
        if run in words.BARE_PROSE:
            self.add("words", run, start, end)
            return end
        for part in split_letters(run) if len(run) <= 200 else run:
            self.add("name", part, start, start + len(part))
            start += len(part)
        return end

    def dots(self, run: str, start: int, end: int) -> int:
        self.add("dots", "dots", start, end)
        return end

    def number(self, run: str, start: int, end: int) -> int:
        if match := DECIMALS.match(self.text, end) if run.isdigit() and not (run != "0" and THOUSANDS.match(self.text, end)) else None:
            end = match.end()                           # 0{,}5, with a comma for the point
            run = f"{run}.{match.group(1)}"
        elif "." not in run and len(run) <= 3 and not run.startswith("0"):
            while match := THOUSANDS.match(self.text, end):
                end = match.end()
            if end > start + len(run) and (match := FRACTION.match(self.text, end)):
                end = match.end()
            run = SEPARATED.sub("", self.text[start:end])
        digits = end
        if match := EXPONENT.match(self.text, end):
            end = match.end()
        text = run + self.text[digits:end]
        mantissa, _, exponent = text.lower().partition("e")
        if len(mantissa) > LARGEST_NUMBER or exponent and (len(exponent) > 6 or abs(int(exponent)) > LARGEST_NUMBER):
            raise TooLarge(start + self.offset)
        self.add("number", text, start, end)
        return end

    def relation(self, run: str, start: int, end: int) -> int:
        self.add("relation", words.RELATIONS[run], start, end)
        return end

    def symbol(self, run: str, start: int, end: int) -> int:
        match run[1]:
            case "\\":
                self.add("row", run, start, end)
                return self.after_row(end)
            case "{":
                self.add("open", "{", start, end)
            case "}":
                self.add("close", "{", start, end)
            case "(" | "[" | ")" | "]":            # math delimiters left inside: no meaning of their own
                pass
            case "|":
                self.add("bar", "||", start, end)
            case " " | ";" | "\n" | "\t":
                self.add("space", run, start, end)
            case "_" | "&" | "#" | "$" | "%":
                self.add("symbol", run[1], start, end)
            case thin if thin in words.THIN:
                pass
            case _:
                self.add("unknown", run, start, end)
        return end

    def after_row(self, at: int) -> int:
        r"""The optional [4pt] behind \\."""
        match = re.compile(r"\[\s?-?[0-9.]+\s?(pt|em|ex|mm|cm)\]").match(self.text, at)
        return match.end() if match else at

    def sign(self, run: str, start: int, end: int) -> int:
        kind = SIGNS.get(run)
        if kind == "product":
            self.add(kind, words.PRODUCTS[run], start, end)
        elif kind == "close":
            self.add(kind, PARTNER[run], start, end)
        elif run == "||":
            self.double_bar(start, end)
        elif kind:
            self.add(kind, run, start, end)
        elif run in "$\\":
            self.add("unknown", run, start, end)
        elif run in EATEN_LEFT and (match := LETTERS.match(self.text, end)) and (run, match.group()) in EATEN_BY:
            pass                                    # half of a damaged command: `letters` reads it
        else:
            return pasted.read(self, run, start, end)
        return end

    def double_bar(self, start: int, end: int) -> None:
        """||x|| is a norm; in |x||y| one bar closes and the next opens."""
        if self.text.count("||") % 2:
            self.add("bar", "|", start, start + 1)
            self.add("bar", "|", start + 1, end)
        else:
            self.add("bar", "||", start, end)

    def command(self, run: str, start: int, end: int) -> int:
        name = run[1:]
        if name in ("begin", "end"):
            return self.environment(name, start, end)
        if name == "operatorname" and self.text.startswith("*", end):
            end += 1
        if name in words.SIZES:
            return self.sized(name, start, end)
        if name in words.PLAIN_ARGUMENT:
            inner, end = self.argument(end)
            if kind := words.PLAIN_ARGUMENT[name]:
                self.add(kind, inner.strip(), start, end)
        elif name in words.WORD_STYLES or name in words.STYLES:
            return self.worded(name, start, end)
        elif name in words.IGNORED:
            pass
        elif name in words.GREEK or name in words.FUNCTIONS:
            self.add("name", name, start, end)
        elif text := words.RELATIONS.get(name):
            self.add("relation", text, start, end)
        elif text := words.PRODUCTS.get(name):
            self.add("product", text, start, end)
        elif text := words.DOTS.get(name):
            self.add("dots", text, start, end)
        elif text := words.OPENINGS.get(name):
            self.add("open", text, start, end)
        elif text := words.CLOSINGS.get(name):
            self.add("close", text, start, end)
        elif name == "vert" or name == "Vert":
            self.add("bar", "|" if name == "vert" else "||", start, end)
        elif name == "mid" or name == "colon":
            self.add("comma", words.SEPARATORS[name], start, end)
        elif kind := words.WIDE.get(name):
            self.add(kind, name, start, end)
        elif name == "forall" or name == "exists":
            self.add("words", "for all" if name == "forall" else "exists", start, end)
        elif name not in words.COMMANDS:
            self.add("unknown", run, start, end)
        else:
            self.add("command", name, start, end)
        return end

    def sized(self, name: str, start: int, end: int) -> int:
        r"""\left, \right, \big, ...: what matters is which way a bar opens, and the dot of a bracket left out."""
        if name not in ("left", "right", "middle"):
            return end
        match = SCAN.match(self.text, end)
        if match and match.lastgroup == "blank":
            match = SCAN.match(self.text, match.end())
        text = match.group() if match else ""
        if name == "middle" and text in ("|", r"\|", r"\vert"):
            self.add("comma", "mid", start, match.end())
        elif text[:1] == ".":
            self.add("open" if name == "left" else "close", ".", start, match.start() + 1)
            return match.start() + 1
        elif text in ("|", r"\|", r"\vert", r"\Vert"):
            self.add("open" if name == "left" else "close", "|" if text in ("|", r"\vert") else "||", start, match.end())
        elif name == "left" and text[:1] in "([" and text or text == r"\{" and name == "left":
            self.add("open", text[-1], start, match.end())
        elif name == "right" and text and text[-1] in PARTNER and text in (")", "]", r"\}"):
            self.add("close", PARTNER[text[-1]], start, match.end())
        else:
            return end
        return match.end()

    def environment(self, name: str, start: int, end: int) -> int:
        inner, end = self.argument(end)
        inner = inner.strip().rstrip("*")
        if name == "begin" and inner in words.WITH_COLUMNS and self.text.startswith("{", end):
            _, end = self.argument(end)
        elif name == "begin" and self.text.startswith("[", end) and (match := re.compile(r"\[[a-z]\]").match(self.text, end)):
            end = match.end()
        if name == "begin" and (stop := table_end(self.text, end, inner)) is not None:
            self.add("table", self.text[start:stop], start, stop)
            return stop
        self.add(name, inner, start, end)
        return end

    def worded(self, style: str, start: int, end: int) -> int:
        r"""A font command: one word, several letters, prose, or (with maths inside) a command that the parser applies to its group."""
        inner, stop = self.argument(end)
        name = inner.strip()
        if not name or name.startswith("\\") and not self.text.startswith("{", end):
            self.add("command" if style in words.STYLES else "unknown", style if style in words.STYLES else "\\" + style, start, end)
            return end
        if style == "mathbb" and len(name) == 1 and name.isalpha():
            self.add("symbol", name, start, stop)
        elif len(name) == 1 and name.isascii() and name.isalnum():
            self.add("number" if name.isdigit() and style in words.WORD_STYLES else "name", name, start, stop, style)
        elif style in words.WORD_STYLES and PLAIN_NAME.fullmatch(inner) and inner not in words.PROSE and inner[-1] not in ".-":
            self.add("name", inner, start, stop, style)
        elif style not in words.STYLES or style in words.WORD_STYLES and all(c.isalpha() or c in " ,.;:'-" for c in name):
            self.add("words", name, start, stop)
        elif name.isascii() and name.isalpha():
            first = self.text.index(name, end)
            for at, part in enumerate(name, first):
                self.add("name", part, at, at + 1, style)
        else:
            self.add("command", style, start, end)
            return end
        return stop

    def argument(self, at: int) -> tuple[str, int]:
        """The plain text of the braces at this place, or the one character; and where it ends."""
        text = self.text
        while at < len(text) and text[at].isspace():
            at += 1
        if not text.startswith("{", at):
            return text[at:at + 1], min(at + 1, len(text))
        depth, end = 0, at
        for match in re.compile(r"\\.|[{}]", re.DOTALL).finditer(text, at):
            depth += {"{": 1, "}": -1}.get(match.group(), 0)
            if depth > DEPTH:
                raise TooDeep(at + self.offset)
            if not depth:
                end = match.end()
                break
        else:
            end = len(text)
            return text[at + 1:end], end
        return text[at + 1:end - 1], end
