"""Alternatives: "Set 1: ... Set 2: ..." gives one problem several times, each time with other numbers.

Each alternative is read as a sheet of its own: the others are blanked, character for character, so that every place stays what it was.
"""
from __future__ import annotations

from ..core.record import record
from .clauses import imperatives, items
from .sentences import Sentence
from .source import Source
from .syntax import Span

NOUNS = frozenset({"set", "case", "variant", "instance"})
LEADS = frozenset({"data", "parameter", "test"})


@record
class Alternative:
    """One reading of the sheet: what it is called, and the text with everything else blanked."""
    title: str
    text: str


def alternatives(source: Source, said: list[Sentence]) -> list[Alternative]:
    """The alternatives of the sheet, whose sentences are given; the sheet itself where it has none."""
    whole = [Alternative("", source.text)]
    if not any(noun in source.text.casefold() for noun in NOUNS):
        return whole
    heads = [(k, label) for k, sentence in enumerate(said) if (label := _label(sentence)) is not None]
    nouns, names = {said[k].tokens[0].word for k, _ in heads}, {_name(source, label) for _, label in heads}
    if len(heads) < 2 or len(nouns) > 1 or len(names) < len(heads):
        return whole
    ends = [said[k].span.start for k, _ in heads[1:]] + [_end(said, heads[-1][0])]
    spans = [Span(label.start, end) for (_, label), end in zip(heads, ends, strict=True)]
    return [Alternative(_name(source, label), _blanked(source.text, [label, *(s for s in spans if s.start != label.start)]))
            for _, label in heads]


def _label(sentence: Sentence) -> Span | None:
    """The "Set 1:" that the sentence begins with."""
    tokens = sentence.tokens
    skip = 1 if tokens[0].word in LEADS else 0
    if len(tokens) < skip + 4 or tokens[skip].word not in NOUNS or tokens[skip + 2].text != ":":
        return None
    number = tokens[skip + 1]
    short = number.kind == "number" and number.text.isdigit() or number.kind == "word" and len(number.text) == 1
    return Span(tokens[0].span.start, tokens[skip + 2].span.end) if short else None


def _name(source: Source, label: Span) -> str:
    return " ".join(source.text[label.start:label.end].strip(" *_:").split())


def _end(said: list[Sentence], last: int) -> int:
    """Where the last alternative ends: at the next sentence that asks something, which is asked of all."""
    for sentence in said[last + 1:]:
        phrases = items(sentence, lambda run: None)
        if sentence.kind == "heading" or any(phrases[at].has("verb", "unable") for at in imperatives(phrases)):
            return sentence.span.start
    return said[-1].span.end


def _blanked(text: str, spans: list[Span]) -> str:
    for span in spans:
        inside = "".join(c if c == "\n" else " " for c in text[span.start:span.end])
        text = text[:span.start] + inside + text[span.end:]
    return text
