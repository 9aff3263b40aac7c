"""Looking words up: a phrase as the tables have it, in the plural or with a slip of the pen."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

from .lexicon import COUNTED, MEANINGS, MONTHS, POINTS, REFERENCES, STEP_WORDS, TITLES, Meaning, words

LONGEST = max(map(len, MEANINGS))
_NAMING = words("op thing place numbered fact fill effect method activation loss")


def singular(word: str) -> str:
    """The word without the ending of a plural."""
    if len(word) < 4 or word.endswith(("ss", "us", "is", "bias", "pass")) or not word.endswith("s"):
        return word
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("biases", "bias"), ("xes", "x"), ("s", "")):
        if word.endswith(ending):
            return word.removesuffix(ending) + instead
    return word


def _singulars() -> Mapping[tuple[str, ...], tuple[Meaning, ...]]:
    """The phrases in the singular, in the meanings that a plural may have: "updates" is no imperative."""
    found: dict[tuple[str, ...], tuple[Meaning, ...]] = {}
    for phrase, meanings in MEANINGS.items():
        key = tuple(map(singular, phrase))
        kept = tuple(m for m in meanings if m.role in _NAMING)
        if kept:
            found[key] = tuple(dict.fromkeys((*found.get(key, ()), *kept)))
    return MappingProxyType(found)


_SINGULARS = _singulars()


def longest(words: list[str]) -> tuple[int, tuple[Meaning, ...]]:
    """How many of the small words, from the first on, are the longest phrase of the tables, and what it may mean; (1, ()) where none is."""
    if not words:
        return 1, ()
    alike = [singular(words[0])]
    reach, reach_alike = _REACH.get(words[0], 0), _REACH_ALIKE.get(alike[0], 0)
    alike += map(singular, words[1:reach_alike])
    for width in range(min(len(words), max(reach, reach_alike)), 0, -1):
        exact = MEANINGS.get(tuple(words[:width]), ()) if width <= reach else ()
        if said := (*exact, *(_SINGULARS.get(tuple(alike[:width]), ()) if width <= reach_alike else ())):
            return width, tuple(dict.fromkeys(said))
    return 1, ()


def _reach(phrases: Iterable[tuple[str, ...]]) -> Mapping[str, int]:
    """How many words the longest phrase has that begins with a word."""
    found: dict[str, int] = {}
    for phrase in phrases:
        found[phrase[0]] = max(len(phrase), found.get(phrase[0], 0))
    return MappingProxyType(found)


_REACH, _REACH_ALIKE = _reach(MEANINGS), _reach(_SINGULARS)


_PHRASES = (*MEANINGS, *_SINGULARS)
_KNOWN = frozenset(word for phrase in _PHRASES for word in phrase) | COUNTED | STEP_WORDS | REFERENCES | POINTS | MONTHS | TITLES


def _shorter(word: str) -> Iterable[str]:
    """The word with one letter left out, though not its last: "derived" is no slip for "derive"."""
    return (word[:i] + word[i + 1:] for i in range(len(word) - 1))


def _by_start() -> Mapping[tuple[int, str], tuple[str, ...]]:
    """The long words by their length and first letter, and by their second, which comes first where the first is left out."""
    found: dict[tuple[int, str], dict[str, None]] = {}
    for word in _KNOWN:
        for first in word[:2] if len(word) > 5 else "":
            found.setdefault((len(word), first), {})[word] = None
    return MappingProxyType({key: tuple(words) for key, words in found.items()})


_LONG = _by_start()


def corrected(word: str) -> str:
    """The word with one letter put in, taken out or two exchanged, where that makes a known one of it: "ouput", "respectiely"."""
    return _corrected(word) if 5 <= len(word) <= 20 else word


@lru_cache(maxsize=4096)
def _corrected(word: str) -> str:
    if word in _KNOWN or singular(word) in _KNOWN:
        return word
    if whole := max((w for w in _LONG.get((len(word) + 1, word[0]), ()) if word in _shorter(w)), default=""):
        return whole
    if len(word) < 7:
        return word
    swaps = (word[:i] + word[i + 1] + word[i] + word[i + 2:] for i in range(len(word) - 1))
    return next((w for w in (*_shorter(word), *swaps) if w in _KNOWN and len(w) > 5), word)
