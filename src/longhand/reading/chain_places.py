"""Formulas in lines of plain text, without dollars: where `dE/dw5 = 0.74 * 0.18 = 0.13` begins and ends among the words of a line.

A line is cut at its blanks. From each chunk with a relation sign the formula grows to both sides, as far as operators, open brackets
and chunks that look like maths reach; a word is taken only as an operand.
"""
from __future__ import annotations

import re
from collections.abc import Iterator

from . import vocabulary as words

CHUNK = re.compile(r"[^\s$]+")
SIGNS = "=≈≤≥≠≔≡∝<>←"
STATING = ("=", "≈", "≔", "←", "<-")
SEED = re.compile(r"[=≈≤≥≠≔≡∝←]|^(?:[<>]|<-)$|[\w)\]][<>][\w(\[.\-]")
OPERATORS = frozenset("+-*/=<>≈≤≥≠≔≡∝·×⋅−–⊙⊗@∘÷^|→←⇒")
SIGNS_ONLY = OPERATORS | {":", "!"}
PLAIN = re.compile(r"[\w\s+\-*/=<>≈≤≥≠≔≡∝·×⋅−–⊙⊗@∘÷^|→←⇒.,;:!'’′″()\[\]{}∂∇∑√∞⊤…‖&]+")
WORD = re.compile(r"[(\"'“‘]*[A-Za-z][A-Za-z'’]+(?:-[A-Za-z]{2,})*[.,;:!?)\"'”’]*")
NAME = re.compile(r"[(\[]*[A-Za-z][A-Za-z]+(?:-[A-Za-z]{2,})*")
LABEL = re.compile(r"\(?(?:\d{1,3}[a-z]?|[a-z]|[ivx]{1,4})[.):]+")
SPEAKING = frozenset("""is are was were be get gets got gives give so then thus hence therefore we have has that which the and or if for when where with as
    since because but to of in on at by from let set use using now also this it its not than also here see so, means equals an i.e e.g else otherwise
    first second next finally new old""".split()) - {"new", "old"}
OTHERWISE = frozenset({"else", "otherwise"})
SHORT = frozenset("am an as at be by do eg go he hi ie if in is it me my no of ok on or so to up us vs we".split())
KNOWN = words.FUNCTIONS | words.GREEK | {"sqrt"}
LONGEST_LINE = 20_000
PAIRS = {")": "(", "]": "[", "}": "{"}


def plain_places(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The formulas with a relation sign in text[start:end], line by line, in order; lines with LaTeX are left to others."""
    while start < end:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        if stop - start <= LONGEST_LINE and any(sign in text[start:stop] for sign in STATING) and "\\" not in text[start:stop]:
            yield from _Line(text, start, stop).run()
        start = stop + 1


class _Line:
    """The chunks of one line, each sorted into "op", "word" and "maths"."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text = text
        self.at_start = not text[text.rfind("\n", 0, start) + 1:start].strip()
        self.chunks = [match.span() for match in CHUNK.finditer(text, start, end)]
        self.said = [text[a:b] for a, b in self.chunks]
        self.kinds = [_kind(chunk) for chunk in self.said]

    def run(self) -> Iterator[tuple[int, int]]:
        floor = at = self.labelled()
        while at < len(self.chunks):
            said = self.said[at]
            if self.kinds[at] != "word" and SEED.search(said) and not said.startswith(("<!", "</")):
                first, last = self.left(at, floor), self.right(at)
            elif at and self.kinds[at] == "maths" and self.said[at - 1].strip(",;") in OTHERWISE and self.said[at][0] not in "([":
                first, last = at, self.right(at)
            else:
                at += 1
                continue
            place = trimmed(self.text, self.chunks[first][0], self.chunks[last][1])
            if self.is_formula(first, last) and place[0] < place[1] and not self.is_open(place[1]):
                yield place
            at = floor = last + 1

    def labelled(self) -> int:
        """1 where the line starts with a label, (2) or 3a)."""
        if len(self.said) < 2 or not self.at_start or not LABEL.fullmatch(self.said[0]):
            return 0
        return 0 if self.kinds[1] == "op" and self.said[1][0] not in SIGNS or self.said[1][0] in "*/" else 1

    def left(self, at: int, floor: int) -> int:
        """How far the formula reaches to the left of its relation sign."""
        first, depth = at, _opened(self.said[at])
        while first > floor:
            before, here = self.said[first - 1], self.said[first]
            kind = self.kinds[first - 1]
            if before.rstrip("*_")[-1:] in (":", ";", ",") and depth >= 0 or before.endswith(".") and not before[:-1].isdigit() and kind == "word":
                break
            joined = here[0] in OPERATORS or before[-1] in OPERATORS or depth < 0
            if kind == "bar":
                break
            if kind == "word" and (not joined or not NAME.fullmatch(before) or before.lower().strip("([") in SPEAKING):
                break
            if kind == "maths" and not joined and before in ("a", "A", "I") and (first < 2 or self.kinds[first - 2] == "word"):
                break
            first -= 1
            depth += _opened(before)
        return first

    def right(self, at: int) -> int:
        last, depth = at, _opened(self.said[at])
        while last + 1 < len(self.said):
            here, after = self.said[last], self.said[last + 1]
            kind = self.kinds[last + 1]
            if here[-1] == ";" and depth <= 0 or here[-1] in ".:" and depth <= 0 and here[-2:] != "..":
                break
            joined = here[-1] in OPERATORS or after[0] in OPERATORS or depth > 0
            if kind == "bar" or not joined and after[0] == "(" and self.is_remark(last + 1):
                break
            joined = joined or after[0] == "(" and _opened(after) > 0            # a factor in brackets
            if kind == "word" and (not joined or after.lower().strip("([,.;:)") in SPEAKING | OTHERWISE or not NAME.match(after)):
                break
            last += 1
            depth += _opened(after)
        return last

    def is_remark(self, at: int) -> bool:
        """Do the brackets that open here hold words: (ReLU active)? A word between operators is a name: (Yhat - Y)."""
        depth = 0
        for k in range(at, min(at + 12, len(self.said))):
            joined = k > at and self.kinds[k - 1] == "op" or k + 1 < len(self.said) and self.kinds[k + 1] == "op" and depth + _opened(self.said[k]) > 0
            depth += _opened(self.said[k])
            if self.kinds[k] == "word" and not joined:
                return True
            if depth <= 0:
                break
        return False

    def is_open(self, end: int) -> bool:
        """Is the right side left to the reader: n = ...?"""
        return self.text[end - 1] in SIGNS and self.text[end:end + 8].lstrip().startswith(("...", "…"))

    def is_formula(self, first: int, last: int) -> bool:
        """Is there maths besides the signs and the words?"""
        return any(self.kinds[k] == "maths" and any(c.isalnum() for c in self.said[k]) or self.said[k].strip(".,;") in words.NAMES
                   for k in range(first, last + 1))


def _kind(chunk: str) -> str:
    if chunk in ("|", "||"):
        return "bar"                                  # of a table
    if SIGNS_ONLY.issuperset(chunk):
        return "op"
    if "://" in chunk or "@" in chunk[1:-1] and "." in chunk or not PLAIN.fullmatch(chunk):
        return "word"
    return "word" if WORD.fullmatch(chunk) and not _is_name(chunk.strip("(\"'“‘.,;:!?)”’")) else "maths"


def _is_name(word: str) -> bool:
    """Is the word sure to be a name: relu, dz, xw, dloss?"""
    return word in KNOWN or len(word) == 2 and word.lower() not in SHORT or word[0] == "d" and word[1:] in words.KNOWN_WORDS


def _opened(chunk: str) -> int:
    return sum(map(chunk.count, "([{")) - sum(map(chunk.count, ")]}"))


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without the punctuation of the sentence and brackets that have no partner inside."""
    excess = {opener: text.count(opener, start, end) - text.count(closer, start, end) for closer, opener in PAIRS.items()}
    while start < end:
        first, last = text[start], text[end - 1]
        if last in ".,;:!?" or last.isspace():
            end -= 1
        elif first in ",;:!?" or first.isspace():
            start += 1
        elif last in PAIRS and excess[PAIRS[last]] < 0:
            excess[PAIRS[last]] += 1
            end -= 1
        elif excess.get(first, 0) > 0:
            excess[first] -= 1
            start += 1
        else:
            break
    return start, end
