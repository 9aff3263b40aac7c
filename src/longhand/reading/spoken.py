"""Definitions made in words: "J is the cross entropy loss CE(y, ŷ)", "multiplies x and w to give u"."""
from __future__ import annotations

from collections.abc import Iterable, Mapping

from .markdown import Block, Math, Prose
from .names import readings
from .syntax import Call, Empty, Formula, Name, Product, Relation, Span, Sum

VERBS = ("is", "be", "denotes", "means")
LONGEST = 8      # words between the name and its formula


WIRINGS = {                                             # verb -> how the inputs are joined
    "multiplies": lambda span, parts: Product(span, parts, ("cdot",) * (len(parts) - 1)),
    "adds": lambda span, parts: Sum(span, parts),
}
RESULTS = ("give", "get", "form", "obtain", "make", "giving")


def wirings(blocks: Iterable[Block], formulas: Mapping[Span, Formula]) -> list[Relation]:
    """u = x · w for each "multiplies x and w to give u"; an input may bring its number: "multiplies x = 1 and w = 2"."""
    out: list[Relation] = []
    for block in blocks:
        runs = block.runs
        for at, run in enumerate(runs):
            verb = run.text.split()[-1].lower() if isinstance(run, Prose) and run.text.split() else ""
            if verb in WIRINGS and (made := _wiring(verb, runs[at:], formulas)) is not None:
                out.append(made)
    return out


def _wiring(verb: str, runs, formulas: Mapping[Span, Formula]) -> Relation | None:
    inputs: list[Formula] = []
    start = runs[0].span.end - len(runs[0].text.split()[-1]) - (len(runs[0].text) - len(runs[0].text.rstrip()))
    for run, following in zip(runs[1:], [*runs[2:], None], strict=True):
        formula = formulas.get(run.span) if isinstance(run, Math) else None
        if formula is not None:
            name = formula.parts[0] if isinstance(formula, Relation) else formula
            if next(iter(readings(name)), None) is None:
                return None
            inputs.append(name)
            continue
        words = run.text.lower().split()
        if words in (["and"], [","], [",", "and"]):
            continue
        if len(words) == 2 and words[0] in ("to", "and") and words[1] in RESULTS and isinstance(following, Math) and len(inputs) > 1:
            target = formulas.get(following.span)
            if target is None or next(iter(readings(target)), None) is None:
                return None
            span = Span(start, following.span.end)
            return Relation(span, (target, WIRINGS[verb](span, tuple(inputs))), ("=",))
        return None
    return None


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
