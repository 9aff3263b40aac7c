"""Definitions made in words: "J is the cross entropy loss CE(y, ŷ)"."""
from __future__ import annotations

from collections.abc import Iterable, Mapping

from .markdown import Block, Math, Prose
from .names import readings
from .syntax import Call, Empty, Formula, Name, Relation, Span

VERBS = ("is", "be", "denotes", "means")
LONGEST = 8      # words between the name and its formula


def spoken_definitions(blocks: Iterable[Block], formulas: Mapping[Span, Formula]) -> list[Relation]:
    """name = f(...) for each "name is the ... f(...)" in the text."""
    out: list[Relation] = []
    for block in blocks:
        runs = block.runs
        for word, equals in zip(runs, runs[1:], strict=False):
            if isinstance(word, Prose) and isinstance(equals, Math) and (made := _after_a_word(word, formulas.get(equals.span))) is not None:
                out.append(made)
        for first, between, second in zip(runs, runs[1:], runs[2:], strict=False):
            if not (isinstance(first, Math) and isinstance(between, Prose) and isinstance(second, Math)):
                continue
            name, value = formulas.get(first.span), formulas.get(second.span)
            words = between.text.split()
            if name is None or not isinstance(value, Call) or not words or words[0].lower() not in VERBS or len(words) > LONGEST:
                continue
            if any(not w.replace("-", "").isalpha() for w in words) or next(iter(readings(name)), None) is None:
                continue
            out.append(Relation(Span(first.span.start, second.span.end), (name, value), ("=",)))
    return out


def _after_a_word(prose: Prose, formula: Formula | None) -> Relation | None:
    """"logits $= XW$": the word is the left side."""
    stripped = prose.text.rstrip()
    word = stripped.split()[-1] if stripped.split() else ""
    if not (isinstance(formula, Relation) and isinstance(formula.parts[0], Empty) and word.isalpha() and len(word) > 1):
        return None
    end = prose.span.start + len(stripped)
    name = Name(Span(end - len(word), end), word.lower())
    return Relation(Span(name.span.start, formula.span.end), (name, *formula.parts[1:]), formula.operators)
