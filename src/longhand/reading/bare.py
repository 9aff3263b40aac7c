r"""Maths that stands in prose without dollars: W^1, \vec{o}^*, =(N \times N_1)(N_1 \times K).

Words of the prose are sorted into strong (surely maths), weak (maths beside an operator: one letter, a number) and prose. A run
begins at a strong word and takes its neighbours as far as operators and open braces reach, within one line. A single letter by
itself stays prose.
"""
from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from . import vocabulary as words

LINE = re.compile(r"[^\n]+")
WORD = re.compile(r"\S+")
LETTERS = re.compile(r"[A-Za-z]+")
COMMAND = re.compile(r"\\[A-Za-z]+")
SCRIPTED = re.compile(r"([A-Za-z]+|[)}\]'0-9*])['*]?[_^](?=[A-Za-z0-9{(\[\\*+\-'])")
LONG_NAME = re.compile(r"[A-Za-z]{3}")           # train_loss is a name of a program, net_h1 is not
VALUE = re.compile(r"(?<![\w.^_\\])[A-Za-z][ ]?=[ ]?(?=[-−]?[ ]?\.?\d|[\[(][-−]?\.?\d)")      # a letter and its number
OPEN_LIST = re.compile(r"=[ ]?[\[(][^\])]*$")                               # w = (1,
WEAK = re.compile(r"[A-Za-z0-9()\[\]{}.,;:+\-*/=<>|!'^_×·]+")
OPERATORS = frozenset("=+-*/<>×·−")
JOINING = frozenset("\\" + name for name in (words.RELATIONS.keys() | words.PRODUCTS.keys()) if name.isalpha())
MATHS_SIGNS = frozenset("∂∇∑∏√∈⊙⊗≤≥≠≈≡⊤ℓ∞∝←⇒∥‖")
PUNCTUATION = ".,;:!?"
PAIRS = {")": "(", "]": "[", "}": "{"}


def bare_maths(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The places, in order, of maths in the prose text[start:end]."""
    for line in LINE.finditer(text, start, end):
        yield from _in_line(text, line.start(), line.end())


def _in_line(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    if not _may_hold(text[start:end]):
        return
    found = [_trim_emphasis(text, *match.span()) for match in WORD.finditer(text, start, end)]
    kinds = [_kind(text[a:b]) for a, b in found]
    values = [(match.start() + start, match.end() + start) for match in VALUE.finditer(text[start:end])]
    for k, (a, b) in enumerate(found):                                 # the = of w = 2
        if kinds[k] == "weak" and "=" in text[a:b] and any(first <= a < last or first < b <= last for first, last in values):
            kinds[k] = "strong"
    at, floor = 0, 0
    while at < len(found):
        if kinds[at] != "strong":
            at += 1
            continue
        first = last = at
        while first > floor and kinds[first - 1] == "weak" and _joined(text, found[first - 1], found[first]):
            first -= 1
        opened = _opened(text[found[first][0]:found[last][1]])
        while last + 1 < len(found):
            after = text[slice(*found[last + 1])]
            listed = OPEN_LIST.search(text, found[first][0], found[last][1]) is not None and kinds[last + 1] == "weak"
            if opened <= 0 and not listed and not _goes_on(text, found, kinds, last + 1):
                break
            opened += _opened(after)
            last += 1
        place = _trim(text, found[first][0], found[last][1])
        if place[0] < place[1]:
            yield place
        at = floor = last + 1


def _goes_on(text: str, found: list[tuple[int, int]], kinds: list[str], at: int) -> bool:
    """Whether the word at this place belongs to the maths before it."""
    if kinds[at] == "strong" or kinds[at] == "weak" and _joined(text, found[at - 1], found[at]):
        return True
    if kinds[at] == "prose" or at + 1 == len(found):
        return False
    if text[slice(*found[at])].strip(",") == "":                       # u_j , h_j
        return kinds[at + 1] == "strong"
    return kinds[at + 1] != "prose" and _joined(text, found[at], found[at + 1])        # the x of \alpha x + b


def _may_hold(line: str) -> bool:
    return "\\" in line or "_" in line or "^" in line or not line.isascii() or VALUE.search(line) is not None


def _kind(word: str) -> str:
    if "://" in word or "@" in word:
        return "prose"
    if COMMAND.search(word) or any(_sure(character) for character in word if not character.isascii()):
        return "strong"
    scripted = SCRIPTED.search(word)
    if scripted and (len(scripted[1]) == 1 or scripted[1] in words.KNOWN_WORDS and not LONG_NAME.match(word, scripted.end())):
        return "strong" if WEAK.fullmatch(word) else "prose"
    if WEAK.fullmatch(word) and all(len(run) == 1 or run in words.KNOWN_WORDS and len(word) > len(run) for run in LETTERS.findall(word)):
        return "weak"
    return "prose"


def _sure(character: str) -> bool:
    """A character that prose does not use: Greek, a maths sign, a raised or lowered letter, a hat on x."""
    if character in MATHS_SIGNS or "\u0391" <= character <= "\u03f5" or "\U0001d400" <= character <= "\U0001d7ff":
        return True
    decomposition = unicodedata.decomposition(character)
    return decomposition.startswith(("<super>", "<sub>", "<font>")) and character not in "ªº" or character in "\u0302\u20d7ŷ"


def _joined(text: str, left: tuple[int, int], right: tuple[int, int]) -> bool:
    """Two neighbours belong together where an operator stands between them."""
    before, after = text[left[0]:left[1]], text[right[0]:right[1]]
    command = before[before.rfind("\\"):] if "\\" in before else ""
    return (before[-1] in OPERATORS or after[0] in OPERATORS or command in JOINING
            or bool(match := COMMAND.match(after)) and match.group() in JOINING)


def _opened(text: str) -> int:
    return text.count("{") - text.count("}")


def _trim_emphasis(text: str, start: int, end: int) -> tuple[int, int]:
    """The word without the stars of emphasis: **W^1** but not o^*."""
    while end - start > 2 and text[start] == "*":
        start += 1
    while end - start > 2 and text[end - 1] == "*" and text[end - 2] not in "^_{":
        end -= 1
    return start, end


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Without the punctuation of the sentence and brackets that have no partner inside."""
    excess = {opener: text.count(opener, start, end) - text.count(closer, start, end) for closer, opener in PAIRS.items()}
    while start < end:
        first, last = text[start], text[end - 1]
        if last in PUNCTUATION or last.isspace():
            end -= 1
        elif first in PUNCTUATION or first.isspace() or first == "*":
            start += 1
        elif text.endswith("**", start, end):                              # of **w = 5**
            end -= 2
        elif excess.get(PAIRS.get(last, ""), 0) < 0:
            excess[PAIRS[last]] += 1
            end -= 1
        elif excess.get(first, 0) > 0:
            excess[first] -= 1
            start += 1
        else:
            break
    return start, end
