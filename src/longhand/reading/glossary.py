"""Looking words up: a phrase as the tables have it, in the plural or with a slip of the pen."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
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


def meanings(words: tuple[str, ...]) -> tuple[Meaning, ...]:
    """What a phrase of small words may mean."""
    exact = MEANINGS.get(words, ())
    return tuple(dict.fromkeys((*exact, *_SINGULARS.get(tuple(map(singular, words)), ()))))


_PHRASES = (*MEANINGS, *_SINGULARS)
_KNOWN = frozenset(word for phrase in _PHRASES for word in phrase) | COUNTED | STEP_WORDS | REFERENCES | POINTS | MONTHS | TITLES


def _shorter(word: str) -> Iterable[str]:
    """The word with one letter left out, though not its last: "derived" is no slip for "derive"."""
    return (word[:i] + word[i + 1:] for i in range(len(word) - 1))


_MISSPELT = {short: word for word in sorted(_KNOWN) if len(word) > 5 for short in _shorter(word)}


def corrected(word: str) -> str:
    """The word with one letter put in, taken out or two exchanged, where that makes a known one of it: "ouput", "respectiely"."""
    if len(word) < 5 or word in _KNOWN or singular(word) in _KNOWN:
        return word
    if word in _MISSPELT:
        return _MISSPELT[word]
    if len(word) < 7 or len(word) > 20:
        return word
    swaps = (word[:i] + word[i + 1] + word[i] + word[i + 2:] for i in range(len(word) - 1))
    return next((w for w in (*_shorter(word), *swaps) if w in _KNOWN and len(w) > 5), word)
